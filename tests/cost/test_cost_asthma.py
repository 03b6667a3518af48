"""Costs in asthma worked by hand, and omalizumab's bands of IgE and weight."""

import math

import pandas as pd
import pytest

import compare
from compare import cost
from compare.cost import plan, reasons
from compare.data.evidence import Evidence
from compare.data.patient import Patient

ASTHMA = Patient(weight_kg=70, age_years=48, height_cm=168)


@pytest.mark.parametrize(
    ("regimen", "first", "later"),
    [
        # Days 0, 28 ... 336: 13 doses of 100 mg at 32.181 a mg; later 365.25 / 28 doses.
        ("mepolizumab_asthma", 13 * 3218.1, 365.25 / 28 * 3218.1),
        # Days 0, 28, 56, then 112, 168, 224, 280, 336: 8 doses of 30 mg at 165.080 a mg.
        ("benralizumab_asthma", 8 * 4952.4, 365.25 / 56 * 4952.4),
        # 3 x 70 = 210 mg: 3 vials of 100 mg at 11.907 a mg, and 67.14 for the infusion.
        ("reslizumab_asthma", 13 * (3572.1 + 67.14), 365.25 / 28 * 3639.24),
        ("tezepelumab_asthma", 13 * 210 * 17.839, 365.25 / 28 * 3746.19),
        # 400 mg are 2 syringes of 200 mg (2022.06 each); days 14, 28 ... 350: 25 more.
        ("dupilumab_asthma_200", 27 * 2022.06, 365.25 / 14 * 2022.06),
    ],
)
def test_a_year_in_asthma(evidence: Evidence, regimen: str, first: float, later: float) -> None:
    """What the drug costs in year one and later, worked by hand, at the low end."""
    table = compare.annual_cost(evidence, "asthma", ASTHMA).set_index("regimen_id")
    assert table.loc[regimen, "usd_year_one_low"] == pytest.approx(first)
    assert table.loc[regimen, "usd_later_year_low"] == pytest.approx(later)


def omalizumab(evidence: Evidence, weight_kg: float, ige_iu_ml: float | None) -> pd.Series:
    """The row of omalizumab for an adult."""
    patient = Patient(weight_kg, 48, 168, ige_iu_ml=ige_iu_ml)
    table = compare.annual_cost(evidence, "asthma", patient).set_index("regimen_id")
    return table.loc["omalizumab_asthma"]


@pytest.mark.parametrize(
    ("weight_kg", "ige_iu_ml", "mg", "weeks"),
    [
        (30, 30, 150, 4), (60, 100, 150, 4), (60, 250, 300, 4), (60.1, 250, 225, 2),
        (70, 250, 225, 2), (90, 300, 225, 2), (90.1, 300, 300, 2), (150, 100, 300, 4),
        (90, 500, 375, 2), (70, 500.1, 375, 2), (60, 700, 375, 2),
    ],
)  # fmt: skip
def test_omalizumab_by_ige_and_weight(
    evidence: Evidence, weight_kg: float, ige_iu_ml: float, mg: float, weeks: int
) -> None:
    """Table 1 of the label: bounds are exclusive below and inclusive above, but for the first.

    At 70 kg and 250 IU/mL 225 mg every 2 weeks: 45 units of 5 mg at 45.687 are 2,055.915 dollars,
    on days 0, 14 ... 350 (26 doses) 53,453.79; given by a professional 26 x 15.36 more.
    """
    found = omalizumab(evidence, weight_kg, ige_iu_ml)
    doses = 26 if weeks == 2 else 13
    assert found["doses_year_one"] == doses
    assert found["usd_year_one_low"] == pytest.approx(doses * mg / 5 * 45.687)
    assert found["usd_year_one_high"] == pytest.approx(doses * (mg / 5 * 45.687 + 15.36))


@pytest.mark.parametrize(
    ("weight_kg", "ige_iu_ml", "reason"),
    [
        (70, 650, "the label has insufficient data to recommend a dose"),
        (90.1, 300.1, "the label has insufficient data to recommend a dose"),
        (70, 700.1, reasons.NO_IGE_BAND),
        (70, 29.9, reasons.NO_IGE_BAND),
        (29.9, 250, reasons.NO_IGE_BAND),
        (150.1, 100, reasons.NO_IGE_BAND),
    ],
)
def test_omalizumab_without_a_dose(
    evidence: Evidence, weight_kg: float, ige_iu_ml: float, reason: str
) -> None:
    """Where the table gives none there is no cost, and the reason."""
    found = omalizumab(evidence, weight_kg, ige_iu_ml)
    assert math.isnan(found["usd_year_one_low"])
    assert found["reason"] == reason


def test_omalizumab_without_ige_is_a_range(evidence: Evidence) -> None:
    """At 70 kg from 150 mg every 4 weeks (30 units, 13 doses) to 375 mg every 2 (75 units, 26)."""
    found = omalizumab(evidence, 70, None)
    low, high = 13 * 30 * 45.687, 26 * (75 * 45.687 + 15.36)
    assert found["usd_year_one_low"] == pytest.approx(low)
    assert found["usd_year_one_high"] == pytest.approx(high)
    assert found["usd_year_one_usual"] == pytest.approx((low + high) / 2)
    assert reasons.IGE_OPEN in found["note"]
    assert reasons.IGE_OPEN not in omalizumab(evidence, 70, 250)["note"]


def test_the_arithmetic_and_what_moves_it_follow_the_bands_of_ige(evidence: Evidence) -> None:
    """Without IgE each end shows the band that it comes from, and IgE is what moves the cost."""
    whole = next(p for p in plan.plans(evidence, "asthma") if p.regimen_id == "omalizumab_asthma")
    for end, band in (("low", "from 30 to 100"), ("high", "over 500 to 600")):
        shown = cost.chain(whole, ASTHMA, end).iloc[0]
        assert shown["phase"] == f"maintenance, IgE {band} IU/mL"
        total = omalizumab(evidence, 70, None)[f"usd_year_one_{end}"]
        assert shown["usd_year_one"] == pytest.approx(total)
    moved = cost.sensitivity(evidence, "asthma", whole, ASTHMA).set_index("factor").loc["IgE"]
    assert (moved["low"], moved["high"]) == ("65 IU/mL", "550 IU/mL")
