"""Costs in plaque psoriasis worked by hand to the cent, year one and a later year.

Year one is days 0 to 363. Prices per device are NADAC in force on 2026-10-01; payment limits and
the fee of an injection (96372, 15.36) are those of the last quarter of 2026.
"""

import pytest

import compare
from compare.data.evidence import Evidence
from compare.data.patient import Patient

ADULT = Patient(weight_kg=85, age_years=45)
LATER = 365.25


def costs(
    evidence: Evidence, product: str, regimen: str, patient: Patient = ADULT
) -> tuple[float, float, float]:
    """Doses in year one, and the low cost of year one and of a later year."""
    table = compare.annual_cost(evidence, "plaque_psoriasis", patient)
    found = table[table["product_id"].eq(product) & table["regimen_id"].eq(regimen)]
    found = found[found["usd_year_one_low"].notna()].iloc[0]
    return found["doses_year_one"], found["usd_year_one_low"], found["usd_later_year_low"]


@pytest.mark.parametrize(
    ("product", "regimen", "doses", "devices", "usd", "step_days"),
    [
        # Days 0, 7, 14, 21, 28, then 56, 84 ... 336: 5 + 11. A carton of two syringes, 7,848.71,
        # is the cheapest 300 mg: one pen of 150 mg costs 7,858.48, as much as the carton.
        ("cosentyx", "secukinumab_pso_300", 16, 16, 7_848.71, 28),
        # Two pens on day 0, one on days 14 ... 84 (6), then on 112, 140 ... 336 (9): 17 pens.
        ("taltz", "ixekizumab_pso", 16, 17, 7_370.72, 28),
        # Days 0, 28, 56, 84, 112, then 168, 224, 280, 336: 9 pens of 320 mg.
        ("bimzelx", "bimekizumab_pso", 9, 9, 16_032.07, 56),
        # Days 0, 28, then 112, 196, 280: 5 pens.
        ("skyrizi", "risankizumab_pso", 5, 5, 22_774.36, 84),
        # Days 0, 28, then 84, 140 ... 308: 7 pens.
        ("tremfya", "guselkumab_pso", 7, 7, 14_620.07, 56),
    ],
)
def test_pens_and_syringes(
    evidence: Evidence,
    product: str,
    regimen: str,
    doses: int,
    devices: int,
    usd: float,
    step_days: int,
) -> None:
    """Devices of year one at their price; a later year has 365.25 days over the interval."""
    assert costs(evidence, product, regimen) == (
        doses,
        pytest.approx(devices * usd, abs=0.005),
        pytest.approx(LATER / step_days * usd, abs=0.005),
    )


def test_150_mg_of_secukinumab_costs_as_much_as_300_mg(evidence: Evidence) -> None:
    """Priced per device: 16 pens of 150 mg at 7,858.48, not half a carton."""
    _, year_one, _ = costs(evidence, "cosentyx", "secukinumab_pso_150")
    assert year_one == pytest.approx(16 * 7_858.48, abs=0.005)


def test_tildrakizumab_is_given_by_a_professional(evidence: Evidence) -> None:
    """100 mg at the payment limit of 120.965 a mg, with the fee: days 0, 28, 112, 196, 280."""
    _, year_one, later = costs(evidence, "ilumya", "tildrakizumab_pso")
    assert year_one == pytest.approx(5 * (100 * 120.965 + 15.36), abs=0.005)
    assert later == pytest.approx(LATER / 84 * (100 * 120.965 + 15.36), abs=0.005)


def test_etanercept_is_twice_a_week_for_three_months(evidence: Evidence) -> None:
    """26 devices in 13 weeks, then one a week from day 91 to day 357: 39. One costs 2,080.59."""
    _, year_one, later = costs(evidence, "enbrel", "etanercept_pso")
    assert year_one == pytest.approx((26 + 39) * 2_080.59, abs=0.005)
    assert later == pytest.approx(LATER / 7 * 2_080.59, abs=0.005)


@pytest.mark.parametrize(("weight_kg", "usd"), [(100, 1_427.79), (100.5, 2_902.88)])
def test_ustekinumab_doubles_above_100_kg(evidence: Evidence, weight_kg: float, usd: float) -> None:
    """Yesintek 45 mg up to 100 kg, 90 mg above: days 0, 28, 112, 196, 280."""
    patient = Patient(weight_kg=weight_kg, age_years=45)
    _, year_one, _ = costs(evidence, "yesintek", "ustekinumab_pso", patient)
    assert year_one == pytest.approx(5 * usd, abs=0.005)


def test_bimekizumab_every_4_weeks_is_for_120_kg(evidence: Evidence) -> None:
    """From 120 kg: days 0 ... 112 (5), then 140, 168 ... 336 (8); below, no such plan."""
    heavy = Patient(weight_kg=120, age_years=45)
    doses, year_one, _ = costs(evidence, "bimzelx", "bimekizumab_pso_q4w", heavy)
    assert doses == 13
    assert year_one == pytest.approx(13 * 16_032.07, abs=0.005)
