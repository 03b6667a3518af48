"""The ten claims: rules of the verdicts, and every number recomputed from the tables."""

import dataclasses
import re
from typing import Any

import pandas as pd
import pytest

import compare
from compare import claims, cost
from compare.claims import verdicts
from compare.claims.authority import days_of
from compare.data.conditions import opening_patient
from compare.pages.claims import sentences as findings
from compare.trials import harms

S, P, N, C, A = claims.VERDICTS
NAMED = {"gbs", "crohns", "sle", "ra", "ms_relapsing", "gmg"}


@pytest.fixture(scope="module")
def found(evidence: compare.Evidence) -> dict[str, claims.Assessment]:
    """All ten assessments by claim."""
    return {assessment.claim_id: assessment for assessment in claims.assess_all(evidence)}


def places_of(assessment: claims.Assessment) -> dict[str, Any]:
    """Rows of an assessment by condition."""
    return {row["condition_id"]: row for row in assessment.places}


# Rules


@pytest.mark.parametrize(
    ("directions", "verdict"),
    [
        ("", A),
        ("context context", A),
        ("supports", S),
        ("supports context", S),
        ("contradicts context", C),
        ("supports contradicts", P),
        ("supports partly", P),
        ("partly", P),
        ("partly contradicts", P),
        ("partly contradicts contradicts", N),
    ],
)
def test_verdict_of_published_findings(directions: str, verdict: str) -> None:
    """By direction; context decides nothing."""
    assert verdicts.from_directions(directions.split()) == verdict


@pytest.mark.parametrize(
    ("directions", "verdict"),
    [("partly partly", N), ("contradicts", C), ("supports", S), ("supports contradicts", P)],
)
def test_comparative_claim_needs_support(directions: str, verdict: str) -> None:
    """Findings against something else do not carry a claim about these therapies."""
    assert verdicts.from_directions(directions.split(), comparative=True) == verdict


@pytest.mark.parametrize(
    ("places", "verdict"),
    [
        ([], A),
        ([A, A], A),
        ([S, A], S),
        ([S, S], S),
        ([S, C], P),
        ([P, N], P),
        ([N, C], N),
        ([C, C, A], C),
    ],
)
def test_verdict_of_a_claim_from_its_conditions(places: list[str], verdict: str) -> None:
    """What cannot be assessed is left out; differing verdicts are partly."""
    assert verdicts.together(places) == verdict


@pytest.mark.parametrize(
    ("visits", "days", "span"),
    [
        ((1, 1), None, (1, 1)),
        ((2, 5), "0", (2, 5)),
        ((1, 1), "0;1;2;3;4", (5, 5)),
        ((1, 1), "0;14", (1, 1)),
        ((1, 2), "0;1", (2, 4)),
    ],
)
def test_days_of_a_course(visits: tuple[int, int], days: str | None, span: tuple[int, int]) -> None:
    """Visits of a divided dose, or doses on days in a row; two weeks apart is no course."""
    phase = {"visits_per_dose_low": visits[0], "visits_per_dose_high": visits[1], "days": days}
    assert days_of(phase) == span


# Each claim, recomputed


def test_ten_claims_each_with_a_verdict(found: dict[str, claims.Assessment]) -> None:
    """In the article's order, with a reason and with what would change it."""
    assert len(found) == 10
    assert list(found) == list(claims.CLAIMS)
    for assessment in found.values():
        assert assessment.verdict in claims.VERDICTS
        assert set(assessment.verdicts) <= set(claims.VERDICTS)
        assert findings.reason(assessment).text
        assert findings.WOULD_CHANGE[assessment.claim_id]


def test_unknown_claim_is_refused(evidence: compare.Evidence) -> None:
    """With the ten ids."""
    with pytest.raises(ValueError, match="expected one of"):
        claims.assess(evidence, "cures_all")


def test_overview_counts_the_verdicts(found: dict[str, claims.Assessment]) -> None:
    """Every claim is counted once."""
    finding = findings.overview(list(found.values()))
    assert sum(finding.numbers.values()) == 10
    for verdict in claims.VERDICTS:
        count = sum(a.verdict == verdict for a in found.values())
        assert finding.numbers[verdict.replace(" ", "_")] == count


def test_cheaper_from_the_cost_table(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """Ranges of year one, condition by condition, from `annual_cost` itself."""
    assessment = found["cheaper"]
    total = dict.fromkeys(("dearer", "cheaper", "overlapping"), 0)
    for condition_id, row in places_of(assessment).items():
        patient = opening_patient(evidence, condition_id)
        table = compare.annual_cost(evidence, condition_id, patient)
        chosen = cost.opening_plans(evidence, condition_id, patient).values()
        keys = {(plan.regimen_id, plan.product_id) for plan in chosen if plan.chronic}
        ids = zip(table["regimen_id"], table["product_id"], strict=True)
        table = table[[key in keys for key in ids]]
        table = table[table["usd_year_one_low"].notna()]
        ivig = table[table["therapy_id"].eq("ivig")]
        others = table[table["therapy_id"].ne("ivig")]
        assert row["others"] == len(others)
        if ivig.empty or others.empty:
            assert row["verdict"] == A
            continue
        low, high = (float(ivig[f"usd_year_one_{end}"].iloc[0]) for end in ("low", "high"))
        dearer = sum(usd > high for usd in others["usd_year_one_low"])
        cheaper = sum(usd < low for usd in others["usd_year_one_high"])
        assert (row["dearer"], row["cheaper"]) == (dearer, cheaper)
        assert row["overlapping"] == len(others) - dearer - cheaper
        if row["verdict"] == S:
            assert dearer == len(others)
        for name in total:
            total[name] += row[name]
    for name, count in total.items():
        assert assessment.numbers[name] == count
    assert set(places_of(assessment)) >= NAMED


def test_cheaper_follows_the_prices(evidence: compare.Evidence) -> None:
    """With IVIG at a thousandth of its price the claim holds wherever it can be assessed."""
    prices = evidence.prices.copy()
    codes = evidence.product_codes
    ivig = evidence.products.loc[evidence.products["therapy_id"].eq("ivig"), "product_id"]
    own = prices["code"].isin(codes.loc[codes["product_id"].isin(ivig), "code"])
    for factor, verdict in ((0.001, S), (1000.0, C)):
        changed = prices.copy()
        changed.loc[own, "usd_per_billing_unit"] *= factor
        assessment = claims.assess(dataclasses.replace(evidence, prices=changed), "cheaper")
        assert places_of(assessment)["cidp"]["verdict"] == verdict


def test_money_per_course_is_never_compared(found: dict[str, claims.Assessment]) -> None:
    """Myasthenia: IVIG by the course beside others by the year cannot be assessed."""
    row = places_of(found["cheaper"])["gmg"]
    assert row["verdict"] == A
    assert "not money per year" in row["tables_say"]


def test_covered_counts_labels(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """FDA labels of IVIG among the conditions named."""
    rows = evidence.indications
    labeled = rows[rows["therapy_id"].eq("ivig") & rows["fda_label"].eq("yes")]["condition_id"]
    numbers = found["covered"].numbers
    assert numbers["named_labeled"] == len(NAMED & set(labeled))
    assert numbers["named"] == len(NAMED)


def test_fewer_side_effects_compares_like_with_like(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """A comparison needs the same condition, event and way of counting, each against placebo."""
    assessment = found["fewer_side_effects"]
    for condition_id, row in places_of(assessment).items():
        rows = pd.DataFrame(
            harms.scored(harms.rows_in(evidence, condition_id)), columns=harms.COLUMNS
        )
        keys: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
        for line in rows[rows["event_id"].str.endswith("_adverse_event")].itertuples():
            if line.event_id in verdict_events():
                keys[line.therapy_id == "ivig"].add((line.event_id, line.ascertainment))
        assert bool(row["pairs"]) == bool(keys[True] & keys[False])
        assert (row["verdict"] == A) == (row["pairs"] == 0)
    compared = sum(row["pairs"] > 0 for row in places_of(assessment).values())
    assert assessment.numbers["conditions_compared"] == compared


def verdict_events() -> set[str]:
    """The events that the comparison uses."""
    return {"any_adverse_event", "serious_adverse_event", "discontinuation_adverse_event"}


def test_fewer_side_effects_follows_the_figures(evidence: compare.Evidence) -> None:
    """Made-up trials in Crohn's disease: none harmed on IVIG and all on the other, and back."""
    rows = evidence.adverse_events
    base = rows[rows["event_id"].eq("any_adverse_event")].iloc[:1]
    base = base.assign(
        condition_id="crohns", ascertainment="all_cause", measure="pct_of_subjects",
        design="parallel_rct", comparator_kind="placebo", primary="yes",
    )  # fmt: skip
    others = rows[rows["condition_id"].ne("crohns")]
    for ivig, other, verdict in ((0, 90, S), (90, 0, C), (40, 41, N)):
        made = []
        for therapy_id, events in (("ivig", ivig), ("infliximab", other)):
            made.append(
                base.assign(
                    row_id=f"made_{therapy_id}", therapy_id=therapy_id, product_id=None,
                    n_treated=100, treated_events=events, treated_pct=float(events),
                    n_comparator=100, comparator_events=40, comparator_pct=40.0, notes=None,
                )
            )  # fmt: skip
        table = pd.concat([others, *made], ignore_index=True)
        changed = dataclasses.replace(evidence, adverse_events=table)
        assessment = claims.assess(changed, "fewer_side_effects")
        assert places_of(assessment)["crohns"]["verdict"] == verdict
        assert assessment.rests_on == "tables"


def test_common_side_effects_within_72_hours(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """Lowest and highest percent of patients with a headache, from the table itself."""
    rows = harms.every_row(evidence)
    own = rows[
        rows["therapy_id"].eq("ivig")
        & rows["event_id"].eq("headache")
        & rows["ascertainment"].eq("within_72h")
        & rows["measure"].eq("pct_of_subjects")
    ]["risk_pct"].dropna()
    places = {row["event_id"]: row for row in found["common_side_effects_pass"].places}
    row = places["headache"]
    assert row["low_pct"] == pytest.approx(own.min())
    assert row["high_pct"] == pytest.approx(own.max())
    assert row["verdict"] == A


def test_rare_harms_by_their_intervals(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """Common is called only what lies above 1 in 100 with its whole Wilson interval."""
    places = found["rare_serious_side_effects"].places
    assert len(places)
    for row in places:
        n = row["n"]
        low, high = (100 * float(end) for end in harms.wilson(round(row["risk_pct"] * n / 100), n))
        assert row["low_pct"] == pytest.approx(low, abs=0.06)
        assert row["high_pct"] == pytest.approx(high, abs=0.06)
        assert (row["verdict"] == C) == (row["low_pct"] > 1)
        assert "laboratory" not in row["tables_say"]  # mild hemolysis by a test is no serious harm
    numbers = found["rare_serious_side_effects"].numbers
    assert numbers["events"] == len(places)
    assert numbers["common"] == sum(row["low_pct"] > 1 for row in places)


def test_used_in_conditions_by_authority(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """Label and current guidelines only; a retired statement decides nothing."""
    rows = evidence.indications
    assessment = found["used_in_conditions"]
    assert set(places_of(assessment)) == NAMED
    for condition_id, row in places_of(assessment).items():
        own = rows[rows["therapy_id"].eq("ivig") & rows["condition_id"].eq(condition_id)]
        said = set(own.loc[own["retired"].ne("yes"), "statement"])
        assert row["statements"] == (own["retired"].ne("yes")).sum()
        if not said:
            assert row["verdict"] == N
        if "recommended" in said and not said & {"not_recommended", "insufficient_evidence"}:
            assert row["verdict"] == S
    # The evidence's own summary: supported in GBS, not in Crohn's disease and RA.
    wanted = {"gbs": S, "crohns": N, "ra": N, "sle": P, "ms_relapsing": P, "gmg": P}
    assert {key: row["verdict"] for key, row in places_of(assessment).items()} == wanted
    assert assessment.verdict == P


def test_days_from_the_regimens(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """GBS: five days; PI: one; Kawasaki: one by guideline, four by a label; CIDP: one to five."""
    places = places_of(found["given_over_days"])
    rows = evidence.regimens
    assert set(places) == set(rows.loc[rows["therapy_id"].eq("ivig"), "condition_id"])
    spans = {key: (places[key]["days_low"], places[key]["days_high"]) for key in places}
    assert spans["gbs"] == (5, 5)
    assert spans["pi"] == (1, 1)
    assert spans["kawasaki"] == (1, 4)
    assert spans["cidp"][0] == 1
    assert spans["cidp"][1] >= 4
    for key, (low, high) in spans.items():
        wanted = S if low >= 2 else C if high == 1 else P
        assert places[key]["verdict"] == wanted


def test_availability_counts_products(
    evidence: compare.Evidence, found: dict[str, claims.Assessment]
) -> None:
    """Marketed IVIG products; the verdict comes from what was published on shortages."""
    products = evidence.products
    sold = products["therapy_id"].eq("ivig") & products["status"].eq("marketed")
    assert found["widely_available"].numbers["products"] == sold.sum()
    assert found["widely_available"].rests_on == "published"


@pytest.mark.parametrize("claim_id", claims.CLAIMS)
def test_published_findings_are_counted(
    evidence: compare.Evidence, found: dict[str, claims.Assessment], claim_id: str
) -> None:
    """By direction, each with the source that it was read in."""
    rows = evidence.claims[evidence.claims["claim_id"].eq(claim_id)]
    assessment = found[claim_id]
    numbers = findings.reason(assessment).numbers
    for direction in ("supports", "partly", "contradicts", "context"):
        assert numbers[f"published_{direction}"] == rows["direction"].eq(direction).sum()
    assert all(isinstance(row["title"], str) for row in assessment.published)
    assert set(rows["source_id"]) <= set(assessment.source_ids)


@pytest.mark.parametrize("claim_id", claims.CLAIMS)
def test_reason_states_its_numbers(found: dict[str, claims.Assessment], claim_id: str) -> None:
    """Every figure in the sentence is one of the numbers returned with it, or of the places."""
    assessment = found[claim_id]
    finding = findings.reason(assessment)
    own = {f"{value:.0f}" for value in finding.numbers.values()}
    own |= {str(len(assessment.published)), str(len(assessment.places)), "72", "1", "100"}
    own.add(str(sum(row.get("high_pct") is not None for row in assessment.places)))
    stated = set(re.findall(r"(?<![\w.])\d+(?![\w.]*\d)", finding.text))
    assert stated <= own


def test_weight_moves_costs_only(evidence: compare.Evidence) -> None:
    """At 120 kg IVIG in CIDP costs more than at 60 kg."""
    light, heavy = (claims.assess(evidence, "cheaper", weight) for weight in (60.0, 120.0))
    usd = [places_of(a)["cidp"]["ivig_low_usd"] for a in (light, heavy)]
    assert usd[0] < usd[1]


def test_statements_against_alone_contradict(evidence: compare.Evidence) -> None:
    """Without label and favorable guideline, a current statement against it contradicts."""
    rows = evidence.indications
    ra = rows["therapy_id"].eq("ivig") & rows["condition_id"].eq("ra")
    one = rows[rows["therapy_id"].eq("ivig")].iloc[[0]].assign(
        indication_id="x", condition_id="ra", statement="not_recommended", retired="no",
        fda_label="no",
    )  # fmt: skip
    changed = dataclasses.replace(evidence, indications=pd.concat([rows[~ra], one]))
    places = places_of(claims.assess(changed, "used_in_conditions"))
    assert places["ra"]["verdict"] == C
    silent = dataclasses.replace(evidence, indications=rows[~ra])
    assert places_of(claims.assess(silent, "used_in_conditions"))["ra"]["verdict"] == N


def test_no_indication_to_prevent_is_said(evidence: compare.Evidence) -> None:
    """Where no statement is on preventing, one line says so and nothing is assessed."""
    rows = evidence.indications.assign(preventive=None)
    changed = dataclasses.replace(evidence, indications=rows)
    (row,) = claims.assess(changed, "prevention").places
    assert row["verdict"] == A
    assert row["tables_say"].startswith("No indication of IVIG in our tables is to prevent")


def test_without_prices_the_claim_on_cost_rests_on_publications(
    evidence: compare.Evidence,
) -> None:
    """No condition can be compared, so the verdict is that of the published findings."""
    changed = dataclasses.replace(evidence, prices=evidence.prices.iloc[:0])
    found = claims.assess(changed, "cheaper")
    assert found.rests_on == "published"
    assert found.verdict == verdicts.from_directions(found.directions, comparative=True)
    assert found.numbers["conditions_compared"] == 0
    assert "In no condition do our tables price both" in str(findings.reason(found))


def test_events_without_figures_within_72_hours_say_so(evidence: compare.Evidence) -> None:
    """Percentages of patients within 72 hours, or a sentence that there is none."""
    table = evidence.adverse_events
    headache = table["event_id"].eq("headache") & table["ascertainment"].eq("within_72h")
    changed = dataclasses.replace(evidence, adverse_events=table[~headache])
    places = claims.assess(changed, "common_side_effects_pass").places
    (row,) = (row for row in places if row["event_id"] == "headache")
    assert row["tables_say"] == "no figure by patient in our tables"
    assert row["low_pct"] is None
    assert row["source_id"] is None


def test_a_rare_harm_that_is_common_contradicts(evidence: compare.Evidence) -> None:
    """100 of 1,000 patients is 8.3 to 12.0 percent: above 1 in 100, so it is not rare."""
    table = evidence.adverse_events
    rare = harms.every_row(evidence)
    rare = rare[rare["therapy_id"].eq("ivig") & rare["rare_serious"].eq("yes")]
    rare = rare[rare["measure"].eq("pct_of_subjects") & rare["risk_low_pct"].notna()]
    row_id = rare["row_id"].iloc[0]
    chosen = table["row_id"].eq(row_id)
    changed = table.copy()
    changed.loc[chosen, ["n_treated", "treated_events"]] = [1000, 100]
    changed.loc[chosen, "treated_pct"] = 10.0
    found = claims.assess(dataclasses.replace(evidence, adverse_events=changed),
                          "rare_serious_side_effects")  # fmt: skip
    (row,) = (row for row in found.places if row["place"] == rare["event"].iloc[0])
    assert row["verdict"] == C
    assert row["low_pct"] == pytest.approx(8.29, abs=0.01)
    assert found.numbers["common"] >= 1
