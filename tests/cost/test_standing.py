"""Which product stands for a therapy: the rule, held by an independent walk through the tables."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import pytest

import compare
from compare import cost
from compare.data.conditions import opening_patient
from compare.data.rows import known

CONDITIONS = list(compare.load().conditions["condition_id"])
NET, BEFORE = "net", "before_rebates"


def standing(evidence: compare.Evidence, condition_id: str, **patient: object) -> pd.DataFrame:
    """Rows that stand, for the condition's opening patient with these changes."""
    who = dataclasses.replace(opening_patient(evidence, condition_id), **patient)
    table = compare.annual_cost(evidence, condition_id, who)
    return table[table["stands_for_therapy"]]


def product_of(table: pd.DataFrame, therapy_id: str, kind: str = NET) -> str:
    """The one product that stands for a therapy and a kind of price."""
    rows = table[table["therapy_id"].eq(therapy_id) & table["price_kind"].eq(kind)]
    (found,) = rows["product_id"]
    return str(found)


@pytest.fixture(scope="module")
def at_usual_dose(evidence: compare.Evidence) -> compare.Evidence:
    """A copy of the tables in which each regimen has its usual dose alone."""
    regimens = evidence.regimens.copy()
    middle = (regimens["dose_low"] + regimens["dose_high"]) / 2
    usual = regimens["dose_typical"].fillna(middle)
    return dataclasses.replace(evidence, regimens=regimens.assign(dose_low=usual, dose_high=usual))


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_every_standing_row_follows_the_rule(
    evidence: compare.Evidence, at_usual_dose: compare.Evidence, condition_id: str
) -> None:
    """Regimen, label, product and price, in that order, for every therapy, use and kind."""
    who = opening_patient(evidence, condition_id)
    keys = ["regimen_id", "product_id"]
    usual = compare.annual_cost(at_usual_dose, condition_id, who).set_index(keys)
    yearly = usual["usd_year_one_low"] + usual["usd_year_one_high"]
    course = usual["usd_per_course"] + usual["usd_per_course_high"]
    middle = yearly.where(usual["use"].eq("chronic"), course) / 2
    table = compare.annual_cost(evidence, condition_id, who)
    table["chronic"] = table["use"].eq("chronic")
    stands = evidence.products.set_index("product_id")["stands"]
    for (_, chronic), rows in table.groupby(["therapy_id", "chronic"]):
        fits = rows[~rows["reason"].str.contains("this regimen is for ages")]
        left = fits if len(fits) else rows
        for good in (
            left["is_default"],
            left["label_status"].eq("in label"),
            left["label_status"].ne("label not read for this use"),
        ):
            kept = left[good.reindex(left.index)]
            left = kept if len(kept) else left
        usd = left["usd_year_one_low" if chronic else "usd_per_course"]
        priced = left[usd.notna()]
        shown = rows[rows["stands_for_therapy"]]
        if priced.empty:
            assert len(shown) == 1
            assert shown["price_kind"].tolist() == [""]
            continue
        assert sorted(shown["price_kind"]) == sorted(set(priced["price_kind"]))
        for kind, every in priced.groupby("price_kind"):
            (one,) = shown.loc[shown["price_kind"].eq(kind)].to_dict("records")
            good = every[every["product_id"].map(stands).ne("no")]
            rivals = good if len(good) else every
            if len(rivals) == 1:
                assert one["product_id"] == rivals["product_id"].iloc[0]
                continue
            costs = middle[list(rivals[keys].itertuples(index=False, name=None))]
            mine = costs[one["regimen_id"], one["product_id"]]
            assert mine == pytest.approx(costs.min(), abs=0.005)


@pytest.mark.parametrize(
    ("condition_id", "therapy_id", "kind", "product_id"),
    [
        ("gmg", "eculizumab", NET, "epysqli"),  # 512,941 against Soliris 710,841
        ("nmosd", "eculizumab", NET, "soliris"),  # biosimilars are not labeled for it
        ("ra", "tocilizumab", NET, "tyenne"),
        ("crohns", "infliximab", NET, "renflexis"),
        ("crohns", "natalizumab", NET, "tysabri"),  # Tyruko is dearer
        ("ra", "rituximab", NET, "riabni"),  # Ruxience's limit is AMP-based: it never stands
        ("ms_relapsing", "ocrelizumab", NET, "ocrevus"),  # 600 mg, not 920 mg of Zunovo
        ("cidp", "scig", NET, "hizentra"),  # one dose for all immunoglobulins
    ],
)
def test_which_product_a_page_opens_with(
    evidence: compare.Evidence, condition_id: str, therapy_id: str, kind: str, product_id: str
) -> None:
    """Products that follow from prices in force on the data's date."""
    assert product_of(standing(evidence, condition_id), therapy_id, kind) == product_id


@pytest.mark.parametrize("weight_kg", [45, 62, 80, 100, 130])
def test_scig_in_cidp_is_compared_at_one_dose(evidence: compare.Evidence, weight_kg: int) -> None:
    """HyQvia's wider range of doses does not make it the cheaper one at any weight."""
    assert product_of(standing(evidence, "cidp", weight_kg=weight_kg), "scig") == "hizentra"


@pytest.mark.parametrize(
    ("condition_id", "therapy_id", "usd", "column"),
    [
        # 2 days of 70 g: 140 units of 500 mg at $47.133, and 110 minutes: $67.14 + $21.38 a day.
        ("itp", "ivig", 2 * (140 * 47.133 + 67.14 + 21.38), "usd_per_course"),
        # 14 kg x 2 g/kg: 56 units; 12 hours: $67.14 + 11 x $21.38.
        ("kawasaki", "ivig", 56 * 47.133 + 67.14 + 11 * 21.38, "usd_per_course"),
        # 672 mg, 70 units, in 205 minutes, 4 times; two courses of 2 x 1000 mg in 255 minutes.
        (
            "nmosd",
            "rituximab",
            4 * (70 * 21.083 + 67.14 + 2 * 21.38) + 4 * (100 * 21.083 + 67.14 + 3 * 21.38),
            "usd_year_one_low",
        ),
    ],
)
def test_a_therapy_opens_at_the_dose_that_is_used(
    evidence: compare.Evidence, condition_id: str, therapy_id: str, usd: float, column: str
) -> None:
    """IVIG at 2 g/kg, not at half of it because one label says so; rituximab as in its trial."""
    table = standing(evidence, condition_id)
    (found,) = table.loc[table["therapy_id"].eq(therapy_id), column]
    assert found == pytest.approx(usd, abs=0.005)


def test_off_label_use_stands_by_the_regimen_that_is_named(evidence: compare.Evidence) -> None:
    """No product is labeled: those that the regimen serves compete, and the row says so."""
    for condition_id, therapy_id in (("ms_relapsing", "rituximab"), ("gbs", "ivig")):
        table = standing(evidence, condition_id)
        (status,) = table.loc[table["therapy_id"].eq(therapy_id), "label_status"]
        assert status != "in label"
        assert product_of(table, therapy_id) not in ("ruxience", "octagam_5")


def test_prices_of_two_kinds_both_stand(evidence: compare.Evidence) -> None:
    """Golimumab in RA: the vial net of rebates and the pen before rebates, never in one ranking."""
    table = standing(evidence, "ra")
    kinds = table.loc[table["therapy_id"].eq("golimumab"), "price_kind"]
    assert set(kinds) == {NET, BEFORE}


def test_a_child_opens_with_a_childs_regimen(evidence: compare.Evidence) -> None:
    """At 10 years the infliximab plan that stands is one from 6 years on."""
    who = compare.Patient(weight_kg=32, age_years=10)
    shown = cost.opening_plans(evidence, "crohns", who)["infliximab", True]
    assert cost.age_note(shown, 10) == ""
    assert shown.first["age_years_from"] == 6


def test_own_prices_always_stand(evidence: compare.Evidence) -> None:
    """A hospital's own price is a kind of its own, and comes first where there is room for one."""
    own = b"code,billing_qty,billing_unit,usd_per_billing_unit\nJ1745,10,mg,500\n"
    after = compare.load(prices=own)
    table = standing(after, "crohns")
    assert product_of(table, "infliximab", "own") == "remicade"
    assert product_of(table, "infliximab") == "renflexis"
    who = opening_patient(after, "crohns")
    first = cost.opening_plans(after, "crohns", who)["infliximab", True]
    assert first.price_kind == "own"


def test_a_contraindicated_product_does_not_stand(evidence: compare.Evidence) -> None:
    """With the standing product contraindicated, another one stands, but only if it is met."""
    first = product_of(standing(evidence, "cidp"), "ivig")
    spoken = evidence.cautions["product_id"].eq(first)

    def told(met: str) -> compare.Evidence:
        row = evidence.cautions[spoken].iloc[:1]
        row = row.assign(severity="contraindicated", factor_id="hyperprolinemia", met_by_factor=met)
        return dataclasses.replace(evidence, cautions=pd.concat([evidence.cautions, row]))

    has = {"factors": frozenset({"hyperprolinemia"})}
    assert product_of(standing(told("yes"), "cidp", **has), "ivig") != first
    assert product_of(standing(told("no"), "cidp", **has), "ivig") == first
    assert product_of(standing(told("yes"), "cidp"), "ivig") == first


def test_a_plan_of_two_kinds_stands_with_its_maintenance(evidence: compare.Evidence) -> None:
    """Skyrizi in Crohn's disease: vials at the limit first, then pens before rebates; marked."""
    (plan,) = [
        plan
        for (therapy_id, _, kind), plan in cost.standing_plans(
            evidence, cost.plans(evidence, "crohns"), opening_patient(evidence, "crohns")
        ).items()
        if (therapy_id, kind) == ("risankizumab", BEFORE)
    ]
    assert plan.mixed_kinds
    assert plan.price_kind == BEFORE
    assert "payment_limit" in plan.price_basis


def test_usual_dose_is_named_or_the_middle(evidence: compare.Evidence) -> None:
    """Panzyga in CIDP is usually 1 g/kg of 1 to 2; where no dose is named, the middle stands."""
    (panzyga,) = [p for p in cost.plans(evidence, "cidp") if p.product_id == "panzyga"]
    assert {row.phase["dose_low"] for row in panzyga.usual.rows} == {1.0}
    row = panzyga.rows[-1]
    blank = dataclasses.replace(row, phase={**row.phase, "dose_typical": None})
    assert blank.usual().phase["dose_high"] == 1.5
    assert all(known(row.phase["dose_low"]) for row in panzyga.rows)
    assert not math.isnan(row.phase["dose_high"])


def test_one_row_a_kind_stands_also_beside_negotiated_prices(evidence: compare.Evidence) -> None:
    """Where both are priced together, a product at two prices stands by the one that is chosen."""
    found = (cost.plans, cost.negotiated_plans)
    who = opening_patient(evidence, "plaque_psoriasis")
    plans = [plan for make in found for plan in make(evidence, "plaque_psoriasis")]
    rows = pd.DataFrame(cost.cost_rows(evidence, plans, who))
    rows = rows[rows["stands_for_therapy"]]
    assert not rows.duplicated(["therapy_id", "use", "price_kind"]).any()
    assert "negotiated" in set(rows["price_kind"])
