"""Costs worked by hand to the cent, with the working; from weight to dollars, step by step.

Prices are the limits in force on 2026-10-01 and fees the national non-facility fees of 2026:
96365 67.14, 96366 21.38, 96413 133.27, 96415 28.39, 96372 15.36, 96401 71.81.
"""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

import compare
from compare import cost
from compare.cost import phases, plan, reasons
from compare.cost.prices import Tariff
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.patient import Patient

ADULT = Patient(weight_kg=70, age_years=54)


def row(
    evidence: Evidence, condition: str, product: str, patient: Patient = ADULT, **more: object
) -> pd.Series:
    """The product's default row for the condition."""
    table = compare.annual_cost(evidence, condition, patient, **more)  # type: ignore[arg-type]
    rows = table[table["product_id"].eq(product) & table["is_default"]]
    rows = rows[rows["usd_year_one_low"].notna() | rows["usd_per_course"].notna()]
    assert len(rows) >= 1
    return rows.iloc[0]


def test_gamunex_c_in_cidp(evidence: Evidence) -> None:
    """2 g/kg, then 1 g/kg every 3 weeks at 70 kg; vials to 40 g; $48.022 per 500 mg."""
    # Loading 140 g over 2 visits of 70 g (40 + 20 + 10): 280 units.
    # 1,000 mg/kg a visit: 30 min x 2 mg/kg/min, then 940 / 8 = 117.5: 147.5 min.
    # First hour, and one further hour (57.5 min past 90 make one): 67.14 + 21.38 = 88.52.
    visit_fee = 67.14 + 21.38
    loading = 280 * 48.022 + 2 * visit_fee
    maintenance = 140 * 48.022 + visit_fee
    # Day 21, 42 ... 357: 17 courses in year one; later 365.25 / 21.
    found = row(evidence, "cidp", "gamunex_c")
    assert found["usd_year_one_low"] == pytest.approx(loading + 17 * maintenance, abs=0.005)
    assert found["usd_year_one_low"] == pytest.approx(129_420.40, abs=0.005)
    assert found["usd_later_year_low"] == pytest.approx(365.25 / 21 * maintenance, abs=0.005)
    assert found["doses_year_one"] == 18


def test_privigen_course_over_five_days(evidence: Evidence) -> None:
    """2 g/kg over 5 days at 70 kg is five times 30 g (28 g each), not 140 g."""
    found = next(p for p in plan.plans(evidence, "cidp") if p.product_id == "privigen")
    loading = next(r for r in found.rows if r.phase["phase"] == "induction")
    five = {"visits_per_dose_low": 5, "visits_per_dose_high": 5}
    five_days = dataclasses.replace(
        found, rows=(phases.PricedPhase({**loading.phase, **five}, loading.tariff),)
    )
    chain = cost.chain(five_days, ADULT).iloc[0]
    assert chain["dose_mg_per_visit"] == pytest.approx(28_000)
    assert chain["containers"] == "1 x 20 g vial + 1 x 10 g vial"
    assert (chain["units_given"], chain["units_discarded"]) == (56, 4)
    # 400 mg/kg: 30 min x 0.5, then 385 / 8 = 48.1: 78.1 min, one first hour a day.
    assert chain["usd_per_dose"] == pytest.approx(5 * (60 * 48.963 + 67.14), abs=0.005)


def test_efgartigimod_every_50_days(evidence: Evidence) -> None:
    """700 mg from two 400 mg vials; 30 doses in year one (see the schedule's test)."""
    found = row(evidence, "gmg", "vyvgart", cycle_days=50)
    # 800 mg are 400 units of 2 mg at 32.347; one hour.
    assert found["usd_year_one_low"] == pytest.approx(30 * (400 * 32.347 + 67.14), abs=0.005)
    assert found["usd_year_one_high"] == pytest.approx(30 * (400 * 32.347 + 133.27), abs=0.005)
    assert found["usd_later_year_low"] == pytest.approx(
        4 * 365.25 / 50 * (400 * 32.347 + 67.14), abs=0.005
    )


def test_infliximab_in_crohns_dearest_and_cheapest(evidence: Evidence) -> None:
    """5 mg/kg at 70 kg takes four vials (40 units); 3 + 5 doses in year one; two hours each."""
    fee = 67.14 + 21.38
    for product, limit in (("avsola", 34.686), ("renflexis", 25.649), ("remicade", 29.856)):
        found = row(evidence, "crohns", product)
        assert found["usd_year_one_low"] == pytest.approx(8 * (40 * limit + fee), abs=0.005)
        assert found["usd_later_year_low"] == pytest.approx(
            365.25 / 56 * (40 * limit + fee), abs=0.005
        )


def test_infliximab_in_ankylosing_spondylitis(evidence: Evidence) -> None:
    """5 mg/kg at 85 kg is 425 mg: five vials (50 units); every 6 weeks after week 6."""
    # Days 0, 14, 42, then 84, 126 ... 336: 3 + 7 doses in year one; two hours each.
    fee = 67.14 + 21.38
    who = Patient(weight_kg=85, age_years=42)
    for product, limit in (("renflexis", 25.649), ("remicade", 29.856)):
        found = row(evidence, "ankylosing_spondylitis", product, who)
        assert found["doses_year_one"] == 10
        assert found["usd_year_one_low"] == pytest.approx(10 * (50 * limit + fee), abs=0.005)
        assert found["usd_later_year_low"] == pytest.approx(
            365.25 / 42 * (50 * limit + fee), abs=0.005
        )


def test_dupilumab_in_atopic_dermatitis(evidence: Evidence) -> None:
    """600 mg, then 300 mg every 2 weeks: pens of 300 mg at 2,019.12 before rebates."""
    # Day 0: two pens. Days 14, 28 ... 350: 25 pens (day 364 is the next year's). 27 in all.
    found = row(evidence, "atopic_dermatitis", "dupixent")
    assert found["usd_year_one_low"] == pytest.approx(27 * 2019.12, abs=0.005)
    assert found["usd_year_one_low"] == pytest.approx(54_516.24, abs=0.005)
    assert found["usd_later_year_low"] == pytest.approx(365.25 / 14 * 2019.12, abs=0.005)


@pytest.mark.parametrize(
    ("age_years", "weight_kg", "pens", "usd", "days"),
    [
        (14, 45, 2 + 25, 2022.06, 14),  # 400 mg, then 200 mg every 2 weeks: days 14 ... 350
        (8, 25, 2 + 12, 2019.12, 28),  # 600 mg, then 300 mg every 4 weeks: days 28 ... 336
        (3, 12, 13, 2022.06, 28),  # 200 mg every 4 weeks, no loading: days 0 ... 336
    ],
)
def test_dupilumab_in_children_with_atopic_dermatitis(
    evidence: Evidence, age_years: float, weight_kg: float, pens: int, usd: float, days: int
) -> None:
    """Doses by weight; devices of 200 mg at 2,022.06 and of 300 mg at 2,019.12."""
    who = Patient(weight_kg=weight_kg, age_years=age_years)
    table = compare.annual_cost(evidence, "atopic_dermatitis", who)
    found = table[table["therapy_id"].eq("dupilumab") & table["stands_for_therapy"]].iloc[0]
    assert found["usd_year_one_low"] == pytest.approx(pens * usd, abs=0.005)
    assert found["usd_later_year_low"] == pytest.approx(365.25 / days * usd, abs=0.005)


def test_ocrelizumab(evidence: Evidence) -> None:
    """300 + 300 mg, then 600 mg at month 6 in year one; two times 600 mg later."""
    found = row(evidence, "ms_relapsing", "ocrevus")
    # 150 min: one further hour; 210 min: two.
    half, whole = 300 * 60.689 + 67.14 + 21.38, 600 * 60.689 + 67.14 + 2 * 21.38
    assert found["usd_year_one_low"] == pytest.approx(2 * half + whole, abs=0.005)
    assert found["usd_later_year_low"] == pytest.approx(2 * whole, abs=0.005)


@pytest.mark.parametrize(("product", "limit"), [("rituxan", 72.094), ("ruxience", 5.792)])
def test_rituximab_in_ra(evidence: Evidence, product: str, limit: float) -> None:
    """Courses of 2 x 1,000 mg every 24 weeks: days 0, 14, 168, 182, 336, 350 in year one."""
    found = row(evidence, "ra", product)
    # 50 mg/h for 30 min, rising by 50 every 30 min to 400: 700 mg in 210 min, 300 mg in 45.
    # 255 min: 67.14 + 3 x 21.38 (165 min past 90 make three).
    dose = 100 * limit + 67.14 + 3 * 21.38
    assert found["usd_year_one_low"] == pytest.approx(6 * dose, abs=0.005)
    assert found["usd_later_year_low"] == pytest.approx(2 * 365.25 / 168 * dose, abs=0.005)


def test_eculizumab_in_gmg(evidence: Evidence) -> None:
    """4 x 900 mg, then 1,200 mg every 2 weeks from day 28: 24 doses; 2 mg units at 43.763."""
    found = row(evidence, "gmg", "soliris")
    low = 4 * (450 * 43.763 + 67.14) + 24 * (600 * 43.763 + 67.14)
    assert found["usd_year_one_low"] == pytest.approx(low, abs=0.005)


def test_ravulizumab_in_gmg(evidence: Evidence) -> None:
    """2,700 mg (nine 300s), then 3,300 mg from day 14 every 8 weeks: 7 doses; 10 mg units."""
    found = row(evidence, "gmg", "ultomiris")
    low = (270 * 226.454 + 67.14) + 7 * (330 * 226.454 + 67.14)
    assert found["usd_year_one_low"] == pytest.approx(low, abs=0.005)


def test_ustekinumab_at_exactly_55_kg(evidence: Evidence) -> None:
    """55 kg belongs to the lower band: 260 mg; then 90 mg syringes at NADAC, six in year one."""
    light = Patient(weight_kg=55, age_years=40)
    found = row(evidence, "crohns", "stelara", light)
    low = 260 * 10.249 + 67.14 + 6 * 29_792.79
    assert found["usd_year_one_low"] == pytest.approx(low, abs=0.005)
    assert found["price_basis"] == "asp_payment_limit + nadac"


def test_abatacept_at_exactly_100_kg(evidence: Evidence) -> None:
    """100 kg belongs to the middle band: 750 mg, three vials; 3 + 11 doses in year one."""
    found = row(evidence, "ra", "orencia", Patient(weight_kg=100, age_years=40))
    assert found["usd_year_one_low"] == pytest.approx(14 * (75 * 45.937 + 67.14), abs=0.005)


def test_natalizumab_has_13_doses(evidence: Evidence) -> None:
    """300 mg every 4 weeks is 13 doses in year one."""
    found = row(evidence, "ms_relapsing", "tysabri")
    assert found["doses_year_one"] == 13
    assert found["usd_year_one_low"] == pytest.approx(13 * (300 * 23.927 + 67.14), abs=0.005)


def test_alemtuzumab_ends(evidence: Evidence) -> None:
    """60 mg in year one; 12 months later, in year two, 36 mg; then nothing, and it is said."""
    found = row(evidence, "ms_relapsing", "lemtrada")
    # 240 min: 67.14 + 3 x 21.38 a day.
    assert found["usd_year_one_low"] == pytest.approx(
        5 * (12 * 2506.2 + 67.14 + 3 * 21.38), abs=0.005
    )
    assert (found["usd_later_year_low"], found["doses_later_year"]) == (0, 0)
    # 3 x (30,074.40 + 131.28)
    assert found["usd_year_two"] == pytest.approx(90_617.04, abs=0.005)
    assert cost.later_note(found) == ", as the regimen ends (in year two, once: $90,617)"
    assert "the regimen ends; after year one: 3 doses from day 365" in found["note"]


def test_line_arithmetic_of_a_course() -> None:
    """0.4 g/kg x 70 kg x 5 x $70.22 per gram = $9,830.80: 28 g a day in 1 g vials."""
    tariff = Tariff(
        "own", "x", "x", None, strengths_mcg=(1_000_000,), usd_each=(70.22,),
        names=("1 g vial",), ml_each=(None,), billing_mcg=1_000_000, usd_per_billing_unit=70.22,
    )  # fmt: skip
    usd = 5 * phases.drug_usd(tariff, np.array([0.4 * 70 * 1000]))
    assert usd[0] == pytest.approx(9_830.80, abs=0.005)


def test_given_and_discarded_units() -> None:
    """305 mg from 100 and 400 mg vials in 10 mg units: 31 given, 9 discarded."""
    tariff = Tariff(
        "own", "x", "x", None, strengths_mcg=(100_000, 400_000), usd_each=(1.0, 4.0),
        names=("100 mg vial", "400 mg vial"), ml_each=(None, None), billing_mcg=10_000,
        usd_per_billing_unit=0.1,
    )  # fmt: skip
    shown = cost.opened(tariff, 305)
    assert (shown["units_given"], shown["units_discarded"]) == (31, 9)


def test_chain_adds_up_to_the_table(evidence: Evidence) -> None:
    """The arithmetic shown behind a bar gives the bar, for every priced plan at the low end."""
    for condition in evidence.conditions["condition_id"]:
        patient = opening_patient(evidence, condition)
        for found in plan.plans(evidence, condition):
            columns, _ = cost.plan_cost(found, patient)
            if math.isnan(columns["usd_year_one_low"]):
                continue
            chain = cost.chain(found, patient)
            assert chain["usd_year_one"].sum() == pytest.approx(columns["usd_year_one_low"])
            assert chain["usd_later_year"].sum() == pytest.approx(columns["usd_later_year_low"])


def test_gammagard_sd_for_a_child_with_kawasaki(evidence: Evidence) -> None:
    """15 kg at 1 g/kg: 15 g, a package of 5 g and one of 10 g, 30 units of $82.756: $2,482.68."""
    child = Patient(weight_kg=15, age_years=4)
    table = compare.annual_cost(evidence, "kawasaki", child).set_index("regimen_id")
    found = table.loc["gammagard_sd_kawasaki_once"]
    assert found["usd_per_course"] == pytest.approx(2482.68, abs=0.005)
    plans = plan.plans(evidence, "kawasaki")
    once = next(p for p in plans if p.regimen_id == "gammagard_sd_kawasaki_once")
    opened = cost.chain(once, child).iloc[0]
    assert (opened["units_given"], opened["units_discarded"]) == (30, 0)
    assert opened["containers"] == "1 x 10 g vial + 1 x 5 g vial"


def test_break_even_price(evidence: Evidence) -> None:
    """At the break-even price per unit, Privigen costs what Hizentra costs in a later year."""
    found = {p.product_id: p for p in plan.plans(evidence, "cidp")}
    usd = cost.break_even_price(found["privigen"], found["hizentra"], ADULT)
    fee = 365.25 / 21 * (67.14 + 2 * 21.38)
    # 0.2 g/kg x 70 kg = 14 g a week (10 + 4), 140 units of 100 mg at 14.786, given at home.
    hizentra = 365.25 / 7 * 140 * 14.786
    assert 365.25 / 21 * 140 * usd + fee == pytest.approx(hizentra)


def test_sensitivity_is_sorted_and_holds_the_base(evidence: Evidence) -> None:
    """The widest bar comes first, and each bar's span is what changing that one thing gives."""
    found = next(p for p in plan.plans(evidence, "cidp") if p.product_id == "panzyga")
    bars = cost.sensitivity(evidence, "cidp", found, ADULT)
    width = bars["usd_high"] - bars["usd_low"]
    assert width.is_monotonic_decreasing
    dose = bars.set_index("factor").loc["dose"]
    # 1 against 2 g/kg in 17 maintenance courses; the loading dose stays.
    # 70 g or 140 g: 140 or 280 units at 70.25; the fee moves by under 100 dollars a course.
    assert dose["usd_high"] - dose["usd_low"] == pytest.approx(17 * 140 * 70.25, rel=0.01)


def test_a_pen_pays_for_its_own_dose(evidence: Evidence) -> None:
    """Golimumab's 100 mg pen has no price: two 50 mg pens, which cost far more, are not bought."""
    table = compare.annual_cost(evidence, "ulcerative_colitis", ADULT)
    simponi = table[table["product_id"].eq("simponi")]
    assert simponi["usd_year_one_low"].isna().all()
    assert simponi["reason"].str.contains("no current price for a device of").any()


def test_sums_of_pens_are_bought_where_the_label_does(evidence: Evidence) -> None:
    """Adalimumab 160 mg is two 80 mg pens; certolizumab 400 mg two 200 mg syringes of a kit."""
    # 2 x 6,736.72, then 6,736.72, then 24 doses of 40 mg from day 28 to 350 at 3,366.90 or less.
    humira = row(evidence, "crohns", "humira")
    assert humira["doses_year_one"] == 26
    assert humira["usd_year_one_low"] == pytest.approx(3 * 6_736.72 + 24 * 3_366.90, abs=20)
    # Days 0, 14, 28, then 56 ... 336 every 28: 3 + 11 doses of one kit of two.
    cimzia = row(evidence, "crohns", "cimzia")
    assert cimzia["usd_year_one_low"] == pytest.approx(14 * 6_094.02, abs=0.005)


def test_break_even_needs_one_code_with_a_price_per_unit(evidence: Evidence) -> None:
    """Infusion and syringes on two codes, or money per day, have no single price to change."""
    found = {p.product_id: p for p in plan.plans(evidence, "crohns")}
    assert math.isnan(cost.break_even_price(found["stelara"], found["remicade"], ADULT))
    per_day = next(
        p for p in plan.plans(evidence, "ra", "maximum_fair_price") if p.product_id == "enbrel"
    )
    assert math.isnan(cost.break_even_price(per_day, found["remicade"], ADULT))


def test_rebif_three_times_a_week(evidence: Evidence) -> None:
    """52 weeks of three 44 mcg injectors at $924.34; the 22 mcg injector has no price."""
    table = compare.annual_cost(evidence, "ms_relapsing", ADULT).set_index("regimen_id")
    full = table.loc["interferon_beta_1a_ms_rebif_44"]
    assert full["usd_year_one_low"] == pytest.approx(52 * 3 * 924.34)
    assert full["usd_later_year_low"] == pytest.approx(365.25 / 7 * 3 * 924.34)
    half = table.loc["interferon_beta_1a_ms_rebif_22"]
    assert math.isnan(half["usd_year_one_low"])
    assert half["reason"] == "no current price for a device of 22 mcg"


def test_betaseron_opens_a_whole_vial_for_a_small_dose(evidence: Evidence) -> None:
    """Every other day, days 0 to 362: 21 rising doses and 161 full ones, each one vial."""
    found = row(evidence, "ms_relapsing", "betaseron")
    assert found["usd_year_one_low"] == pytest.approx((21 + 161) * 725.97)
    assert found["doses_year_one"] == 182


def test_yimmugo_in_primary_immunodeficiency(evidence: Evidence) -> None:
    """300 mg/kg at 70 kg is 21 g, so 20 + 5 g: 250 units of 100 mg at $21.664, every 4 weeks."""
    # Rates: 30 min x 0.5 mg/kg/min, then 285 / 13 = 21.9: 51.9 min, the first hour alone.
    found = row(evidence, "pi", "yimmugo")
    assert found["usd_year_one_low"] == pytest.approx(13 * (250 * 21.664 + 67.14))


def test_yesintek_in_crohns_disease(evidence: Evidence) -> None:
    """390 mg at $3.08 a mg over an hour, then six syringes of $2,902.88 from day 56."""
    found = row(evidence, "crohns", "yesintek")
    induction = 390 * 3.08 + 67.14
    assert found["usd_year_one_low"] == pytest.approx(induction + 6 * 2902.88)


def test_hadlima_is_bought_as_its_cheapest_device_and_says_so(evidence: Evidence) -> None:
    """The 0.8 mL syringe at 0.8 x $617.14196 = $493.71: 26 in RA, 4 + 2 + 24 in Crohn's disease."""
    assert row(evidence, "ra", "hadlima")["usd_year_one_low"] == pytest.approx(26 * 493.71)
    found = row(evidence, "crohns", "hadlima")
    assert found["usd_year_one_low"] == pytest.approx(30 * 493.71)
    assert "617.14196" in found["note"]
    assert "623.49306" not in found["note"]


def test_efgartigimod_in_cidp_opens_with_what_a_professional_gives(evidence: Evidence) -> None:
    """1008 mg are 504 units of 2 mg at $33.59 and an injection of $15.36, 52 times."""
    found = row(evidence, "cidp", "vyvgart_hytrulo")
    assert found["regimen_id"] == "efgartigimod_cidp_sc_vial"
    assert found["usd_year_one_low"] == pytest.approx(52 * (504 * 33.59 + 15.36))
    table = compare.annual_cost(evidence, "cidp", ADULT)
    syringe = table[table["regimen_id"].eq("efgartigimod_cidp_sc_syringe")].iloc[0]
    assert reasons.PART_B_NOTE in syringe["note"]
    assert reasons.PART_B_NOTE not in found["note"]


@pytest.mark.parametrize(
    ("product", "usd_per_week"),
    [
        # 30 g every 4 weeks: 7.5 g a week, times 1.37 is 10.275 g: 10 + 1 g, 110 units of 100 mg.
        ("hizentra", 110 * 14.786),
        ("xembify", 110 * 15.200),
        # times 1.30 is 9.75 g: one vial of 10 g, 100 units.
        ("cuvitru", 100 * 17.994),
        # 10.275 g with least waste from 1, 2.5, 5 and 10 g: 5 + 2.5 + 3 x 1 g, 21 units of 500 mg.
        ("gamunex_c", 21 * 48.022),
    ],
)
def test_the_dose_under_the_skin_follows_the_intravenous_one(
    evidence: Evidence, product: str, usd_per_week: float
) -> None:
    """As the labels derive it; without the earlier dose no cost, and what is needed is said."""
    before = dataclasses.replace(ADULT, iv_dose_g=30, iv_interval_weeks=4)
    for patient, priced in ((ADULT, False), (before, True)):
        table = compare.annual_cost(evidence, "pi", patient)
        own = table[table["product_id"].eq(product) & table["therapy_id"].eq("scig")]
        found = own[own["is_default"]].iloc[0]
        if priced:
            assert found["usd_year_one_low"] == pytest.approx(52 * usd_per_week)
        else:
            assert math.isnan(found["usd_year_one_low"])
            assert found["reason"] == reasons.NO_IV_DOSE


def test_the_chain_shows_the_dose_derived_from_the_intravenous_one(evidence: Evidence) -> None:
    """10.275 g a week stand in the chain of Hizentra, and its dollars add up to the plan's."""
    before = dataclasses.replace(ADULT, iv_dose_g=30, iv_interval_weeks=4)
    found = next(p for p in plan.plans(evidence, "pi") if p.product_id == "hizentra")
    shown = cost.chain(found, before).iloc[0]
    assert shown["dose"] == "10.275 g per week"
    assert shown["usd_year_one"] == pytest.approx(52 * 110 * 14.786)
