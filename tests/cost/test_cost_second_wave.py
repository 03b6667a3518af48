"""Costs in hidradenitis, nasal polyps and urticaria worked by hand to the cent.

Year one is days 0 to 363. Prices per device are NADAC in force on 2026-10-01; payment limits and
the fee of an injection (96372, 15.36) are those of the last quarter of 2026.
"""

import math

import pandas as pd
import pytest

import compare
from compare.cost import reasons
from compare.data.evidence import Evidence
from compare.data.patient import Patient

ADULT = Patient(weight_kg=85, age_years=45)
LATER = 365.25


def row(
    evidence: Evidence, condition: str, product: str, regimen: str, patient: Patient = ADULT
) -> pd.Series:
    """The row of one product and regimen."""
    table = compare.annual_cost(evidence, condition, patient)
    return table[table["product_id"].eq(product) & table["regimen_id"].eq(regimen)].iloc[0]


@pytest.mark.parametrize(
    ("condition", "product", "regimen", "patient", "doses", "first", "later"),
    [
        # Days 0, 14 ... 112 (9), then 140, 168 ... 336 (8): 17 pens of 320 mg.
        ("hidradenitis_suppurativa", "bimzelx", "bimekizumab_hs", ADULT, 17,
         17 * 16_032.07, LATER / 28 * 16_032.07),
        # Day 0: 2 pens of 80 mg; day 14: one; days 28, 35 ... 357: 48 of 40 mg, the cheapest form.
        ("hidradenitis_suppurativa", "humira", "adalimumab_hs", ADULT, 50,
         3 * 6_736.72 + 48 * 3_366.90, LATER / 7 * 3_366.90),
        # At 50 kg day 0: 80 mg; days 7, 21, 35 ... 357: 26 of 40 mg.
        ("hidradenitis_suppurativa", "humira", "adalimumab_hs_adolescent", Patient(50, 14), 27,
         6_736.72 + 26 * 3_366.90, LATER / 14 * 3_366.90),
        # From 60 kg as adults.
        ("hidradenitis_suppurativa", "humira", "adalimumab_hs_adolescent", Patient(60, 14), 50,
         3 * 6_736.72 + 48 * 3_366.90, LATER / 7 * 3_366.90),
        # Days 0, 7, 14, 21, 28, then 56, 84 ... 336: 16 cartons of two syringes.
        ("hidradenitis_suppurativa", "cosentyx", "secukinumab_hs", ADULT, 16,
         16 * 7_848.71, LATER / 28 * 7_848.71),
        # Then days 42, 56 ... 350: 5 + 23.
        ("hidradenitis_suppurativa", "cosentyx", "secukinumab_hs_q2w", ADULT, 28,
         28 * 7_848.71, LATER / 14 * 7_848.71),
        # Days 0, 14 ... 350: 26 pens of 300 mg, no loading dose.
        ("crswnp", "dupixent", "dupilumab_crswnp", ADULT, 26,
         26 * 2_019.12, LATER / 14 * 2_019.12),
        # Days 0, 28 ... 336: 13 doses of 100 mg at 32.181, of 210 mg at 17.839 a mg.
        ("crswnp", "nucala", "mepolizumab_crswnp", ADULT, 13, 13 * 3_218.1, LATER / 28 * 3_218.1),
        ("crswnp", "tezspire", "tezepelumab_crswnp", ADULT, 13,
         13 * 3_746.19, LATER / 28 * 3_746.19),
        # 300 mg are 60 units of 5 mg at 45.687.
        ("chronic_spontaneous_urticaria", "xolair", "omalizumab_csu", ADULT, 13,
         13 * 60 * 45.687, LATER / 28 * 60 * 45.687),
        # Day 0: 2 pens; days 14, 28 ... 350: 25 more.
        ("chronic_spontaneous_urticaria", "dupixent", "dupilumab_csu", ADULT, 26,
         27 * 2_019.12, LATER / 14 * 2_019.12),
    ],
)  # fmt: skip
def test_a_year(
    evidence: Evidence,
    condition: str,
    product: str,
    regimen: str,
    patient: Patient,
    doses: int,
    first: float,
    later: float,
) -> None:
    """Doses and what the drug costs in year one and a later year, at the low end."""
    found = row(evidence, condition, product, regimen, patient)
    assert found["doses_year_one"] == doses
    assert found["usd_year_one_low"] == pytest.approx(first, abs=0.005)
    assert found["usd_later_year_low"] == pytest.approx(later, abs=0.005)


@pytest.mark.parametrize(
    ("weight_kg", "ige_iu_ml", "mg", "weeks"),
    [
        (30.1, 30, 75, 4), (90, 100, 150, 4), (90.1, 100, 300, 4), (70, 250, 450, 4),
        (125, 200, 450, 4), (125.1, 200.1, 375, 2), (150, 500, 600, 2), (70, 400.1, 600, 4),
        (70.1, 400.1, 375, 2), (40, 700, 450, 4), (40, 700.1, 300, 2), (50, 1500, 600, 2),
    ],
)  # fmt: skip
def test_omalizumab_in_nasal_polyps_by_ige_and_weight(
    evidence: Evidence, weight_kg: float, ige_iu_ml: float, mg: float, weeks: int
) -> None:
    """Table 3 of the label: every weight excludes its lower bound, the first column too.

    At 70 kg and 250 IU/mL 450 mg every 4 weeks: 13 x 90 units of 5 mg at 45.687, 53,453.79 dollars.
    """
    patient = Patient(weight_kg, 50, ige_iu_ml=ige_iu_ml)
    found = row(evidence, "crswnp", "xolair", "omalizumab_crswnp", patient)
    doses = 26 if weeks == 2 else 13
    assert found["doses_year_one"] == doses
    assert found["usd_year_one_low"] == pytest.approx(doses * mg / 5 * 45.687)


@pytest.mark.parametrize(
    ("weight_kg", "ige_iu_ml", "reason"),
    [
        (125.1, 500.1, "the label has insufficient data to recommend a dose"),
        (50.1, 1500, "the label has insufficient data to recommend a dose"),
        (30, 250, reasons.NO_IGE_BAND),
        (70, 29.9, reasons.NO_IGE_BAND),
        (50, 1500.1, reasons.NO_IGE_BAND),
    ],
)
def test_omalizumab_in_nasal_polyps_without_a_dose(
    evidence: Evidence, weight_kg: float, ige_iu_ml: float, reason: str
) -> None:
    """Where Table 3 gives none there is no cost, and the reason."""
    patient = Patient(weight_kg, 50, ige_iu_ml=ige_iu_ml)
    found = row(evidence, "crswnp", "xolair", "omalizumab_crswnp", patient)
    assert math.isnan(found["usd_year_one_low"])
    assert found["reason"] == reason
