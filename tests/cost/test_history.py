"""Price history and who pays."""

import dataclasses
import itertools

import pandas as pd
import pytest

import compare
from compare.cost import history, payers
from compare.data.conditions import opening_patient
from compare.pages.history import chart as charts
from compare.pages.history import page as explorer
from compare.pages.history import sentences as findings


def test_dollars_per_gram(evidence: compare.Evidence) -> None:
    """48.022 dollars for 500 mg are 96.044 dollars per gram."""
    frame = pd.DataFrame(history.usd_per_gram(evidence))
    row = frame[frame["code"].eq("J1561") & frame["effective_from"].eq(pd.Timestamp("2026-10-01"))]
    prices = evidence.prices
    limit = prices[prices["code"].eq("J1561") & prices["effective_from"].eq("2026-10-01")]
    usd = float(limit["usd_per_billing_unit"].iloc[0])
    assert float(row["usd_per_gram"].iloc[0]) == pytest.approx(usd * 2)
    assert row["products"].iloc[0] == "Gamunex-C, Gammaked"


def test_last_quarter_is_the_cost_of_today(evidence: compare.Evidence) -> None:
    """The history ends in what the cost page shows."""
    patient = opening_patient(evidence, "nmosd")
    frame = pd.DataFrame(history.quarter_rows(evidence, "nmosd", patient))
    last = frame[frame["effective_from"].eq(pd.Timestamp("2026-10-01"))]
    today = compare.annual_cost(evidence, "nmosd", patient)
    for row in last[last["use"].eq("chronic")].itertuples():
        own = today[today["regimen_id"].eq(row.regimen_id)]
        own = own[own["product_id"].eq(row.product_id)]
        assert row.usd_low == pytest.approx(float(own["usd_year_one_low"].iloc[0]))


def test_new_unit_leaves_no_step(evidence: compare.Evidence) -> None:
    """Eculizumab: 224.159 per 10 mg, then 44.809 per 2 mg from 2025-04, 0.05 percent less."""
    patient = opening_patient(evidence, "nmosd")
    frame = pd.DataFrame(history.quarter_rows(evidence, "nmosd", patient))
    own = frame[frame["therapy_id"].eq("eculizumab")].set_index("effective_from")["usd_low"]
    before, after = own[pd.Timestamp("2025-01-01")], own[pd.Timestamp("2025-04-01")]
    assert after / before == pytest.approx(1, abs=0.001)
    assert after < before


def test_quarters_without_a_price_have_no_row(evidence: compare.Evidence) -> None:
    """Nipocalimab came in 2025: nothing stands for it in 2024."""
    frame = pd.DataFrame(history.quarter_rows(evidence, "gmg", opening_patient(evidence, "gmg")))
    own = frame[frame["therapy_id"].eq("nipocalimab")]
    assert own["effective_from"].min() >= pd.Timestamp("2025-04-01")
    assert frame["usd_low"].notna().all()


def test_change_is_first_to_last(evidence: compare.Evidence) -> None:
    """From 80 to 100 is 25 percent; a single quarter has no change."""
    told = (("a", "2025-01-01", 100.0), ("a", "2024-01-01", 80.0), ("b", "2025-01-01", 5.0))
    rows = [dict(zip(("key", "effective_from", "usd"), one, strict=True)) for one in told]
    (moved,) = history.changes(rows, ["key"], "usd")
    assert moved["key"] == "a"
    assert moved["change_pct"] == pytest.approx(25)


def test_findings_state_the_frames_numbers(evidence: compare.Evidence) -> None:
    """Lowest and highest change, recomputed."""
    frame = pd.DataFrame(history.usd_per_gram(evidence))
    changes = []
    for _, own in frame.groupby("code"):
        if len(own) > 1:
            usd = own.sort_values("effective_from")["usd_per_gram"].to_numpy()
            changes.append(100 * (usd[-1] / usd[0] - 1))
    numbers = findings.per_gram(history.usd_per_gram(evidence)).numbers
    assert numbers["codes"] == len(changes)
    assert numbers["lowest_pct"] == pytest.approx(min(changes))
    assert numbers["highest_pct"] == pytest.approx(max(changes))


def test_lines_are_broken_at_gaps_and_labels_do_not_overlap() -> None:
    """A missing quarter breaks the line; labels keep their distance and their order."""
    days = [pd.Timestamp(day) for day in ("2025-01-01", "2025-04-01", "2025-10-01")]
    x, y = charts.with_gaps(days, [1.0, 2.0, 3.0])
    assert x == ["2025-01-01", "2025-04-01", None, "2025-10-01"]
    assert y == [1.0, 2.0, None, 3.0]
    placed = charts.spread([5.0, 5.01, 1.0, 5.02], 0.5)
    ordered = sorted(placed)
    assert min(b - a for a, b in itertools.pairwise(ordered)) > 0.499
    assert placed.index(min(placed)) == 2


def test_who_pays_by_route_and_setting(evidence: compare.Evidence) -> None:
    """In Crohn's disease: Skyrizi's first doses under Part B, those at home under Part D."""
    frame = pd.DataFrame(payers.who_pays(evidence, "crohns"))
    skyrizi = frame[frame["product_id"].eq("skyrizi")].set_index("route")["payer"]
    assert skyrizi["IV"] == "Part B"
    assert skyrizi["SC"] == "Part D"
    assert frame["inpatient"].eq("not modelled").all()


def test_coinsurance_is_what_cms_prints(evidence: compare.Evidence) -> None:
    """The figure beside the limit in force, with its note; none where Part D pays."""
    frame = pd.DataFrame(payers.who_pays(evidence, "itp")).set_index("product_id")
    prices = evidence.prices
    now = prices["code"].eq("J2802") & prices["effective_from"].eq(pd.Timestamp("2026-10-01"))
    printed = prices[now].iloc[0]
    assert frame.at["nplate", "coinsurance_pct"] == printed["coinsurance_pct"]
    assert frame.at["nplate", "coinsurance_note"] == printed["method_note"]


def test_part_d_cap_only_where_a_source_states_it(evidence: compare.Evidence) -> None:
    """Without a row of claims it reads "not in our sources"; with one, the row's own words."""
    claims = evidence.claims[evidence.claims["claim_id"].ne("part_d_cap")]
    row = claims.iloc[:1].assign(claim_id="part_d_cap", finding="A cap of 2,000 dollars in 2025.")
    for frame, said in (
        (claims, "not in our sources"),
        (pd.concat([claims, row]), "A cap of 2,000 dollars in 2025."),
    ):
        changed = dataclasses.replace(evidence, claims=frame)
        table = pd.DataFrame(payers.who_pays(changed, "crohns"))
        part_d = table[table["payer"].eq("Part D")]
        assert len(part_d)
        assert part_d["part_d_cap"].eq(said).all()


def test_access_findings_name_the_condition_first(evidence: compare.Evidence) -> None:
    """What speaks of relapsing MS stands before what speaks of none, and nothing else is there."""
    frame = pd.DataFrame(payers.findings_on_access(evidence, "ms_relapsing"))
    assert frame["claim_id"].isin(["covered", "widely_available"]).all()
    assert frame["condition_id"].dropna().eq("ms_relapsing").all()
    assert frame["condition_id"].isna().is_monotonic_increasing


@pytest.mark.parametrize("condition_id", ["cidp", "gbs", "crohns"])
def test_page_shows_what_its_digest_says(evidence: compare.Evidence, condition_id: str) -> None:
    """A fresh page on a condition, and the pure view of the same scenario."""
    page = explorer.HistoryExplorer(evidence, condition_id)
    assert page.status.value == ""
    pure = explorer.digest(explorer.view(evidence, explorer.opening(evidence, condition_id)))
    assert page.digest() == pure


def test_weight_changes_the_page(evidence: compare.Evidence) -> None:
    """A heavier patient costs more; another condition leaves the weight that was set."""
    page = explorer.HistoryExplorer(evidence, "cidp")
    before = page.panels["figures"].value
    page.controls["weight"].value = 120
    assert page.panels["figures"].value != before
    page.controls["condition"].value = "gmg"
    assert page.controls["weight"].value == 120


def test_history_follows_the_condition(evidence: compare.Evidence) -> None:
    """Dollars per gram of IVIG stand where IVIG has a regimen, and nowhere else."""
    page = explorer.HistoryExplorer(evidence, "cidp")
    assert "IVIG per gram" in page.panels["gram_finding"].value
    page.controls["condition"].value = "ra"
    assert page.status.value == ""
    assert page.panels["gram_finding"].value == ""
    assert "per gram" not in page.panels["figures"].value
    assert "per gram" not in page.digest()
    assert "In RA" in page.finding.value
