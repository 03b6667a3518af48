"""Costs in polyarticular juvenile arthritis worked by hand to the cent, at both sides of a band.

Payment limits and fees (infusion 67.14, injection 15.36) are those of the last quarter of 2026.
"""

import pytest

import compare
from compare.data.evidence import Evidence
from compare.data.patient import Patient

LATER = 365.25


def costs(evidence: Evidence, product: str, regimen: str, weight_kg: float) -> tuple[float, ...]:
    """Doses in year one, and the low cost of year one and of a later year, of a child of 8."""
    table = compare.annual_cost(evidence, "pjia", Patient(weight_kg=weight_kg, age_years=8))
    found = table[table["product_id"].eq(product) & table["regimen_id"].eq(regimen)].iloc[0]
    return tuple(found[["doses_year_one", "usd_year_one_low", "usd_later_year_low"]])


@pytest.mark.parametrize(
    ("weight_kg", "mg"),
    [
        (25, 280),  # 10 mg/kg are 250 mg: vials of 200 and 80 mg
        (29.9, 320),  # 299 mg: four vials of 80 mg
        (30, 240),  # 8 mg/kg are 240 mg: three vials of 80 mg
    ],
)
def test_tocilizumab_is_dosed_by_kilogram(evidence: Evidence, weight_kg: float, mg: int) -> None:
    """Every 4 weeks, 13 infusions on days 0 ... 336, what is left of a vial paid for."""
    usd = mg * 5.325 + 67.14
    assert costs(evidence, "actemra", "tocilizumab_pjia_iv", weight_kg) == (
        13,
        pytest.approx(13 * usd, abs=0.005),
        pytest.approx(LATER / 28 * usd, abs=0.005),
    )


@pytest.mark.parametrize(("weight_kg", "usd"), [(15, 3_366.12), (25, 3_366.12), (30, 3_366.9)])
def test_adalimumab_is_dosed_by_band(evidence: Evidence, weight_kg: float, usd: float) -> None:
    """20 mg from 15 kg, 40 mg from 30 kg, each the price of its own device: 26 in year one."""
    assert costs(evidence, "humira", "adalimumab_pjia", weight_kg) == (
        26,
        pytest.approx(26 * usd, abs=0.005),
        pytest.approx(LATER / 14 * usd, abs=0.005),
    )


def test_certolizumab_below_40_kg_comes_from_the_vial(evidence: Evidence) -> None:
    """200 mg three times, then 100 mg: each takes a vial of 200 mg at 3.14 a mg, and a visit."""
    usd = 200 * 3.14 + 15.36
    assert costs(evidence, "cimzia", "certolizumab_pjia", 25) == (
        26,
        pytest.approx(26 * usd, abs=0.005),
        pytest.approx(LATER / 14 * usd, abs=0.005),
    )


def test_sarilumab_has_no_dose_below_63_kg(evidence: Evidence) -> None:
    """The label does not approve it below 63 kg; from there it is 200 mg every 2 weeks."""
    assert costs(evidence, "kevzara", "sarilumab_pjia", 63)[:2] == (
        26,
        pytest.approx(26 * 2_357.59, abs=0.005),
    )
    table = compare.annual_cost(evidence, "pjia", Patient(weight_kg=62.9, age_years=8))
    assert table.loc[table["product_id"].eq("kevzara"), "usd_year_one_low"].isna().all()
