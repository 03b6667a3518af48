"""Costs worked by hand to the cent, with the working; and properties over all regimens.

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
from compare.cost.containers import containers
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


def test_low_is_never_above_high(evidence: Evidence) -> None:
    """The low end of money, doses, visits and hours is never above the high end."""
    names = ("doses", "visits", "chair_hours", "usd_administration")
    spans = ("year_one", "later_year")
    pairs = [(f"usd_{span}_low", f"usd_{span}_high") for span in spans]
    pairs += [("usd_per_course", "usd_per_course_high")]
    pairs += [(f"{name}_{span}", f"{name}_{span}_high") for name in names[:1] for span in spans]
    for condition in evidence.conditions["condition_id"]:
        table = compare.annual_cost(evidence, condition, opening_patient(evidence, condition))
        for low, high in pairs:
            both = table[table[low].notna() & table[high].notna()]
            assert (both[low] <= both[high] + 1e-6).all(), (condition, low)


def test_more_weight_never_costs_less_within_a_band(evidence: Evidence) -> None:
    """Within one weight band, a heavier patient's drug never costs less.

    Across bands it can: 12 mg/kg under 30 kg and 8 mg/kg above, as for tocilizumab in sJIA.
    """
    weights = np.arange(10.0, 160.0, 0.5)
    surface = np.sqrt(weights * 170 / 3600)
    for condition in evidence.conditions["condition_id"]:
        for found in plan.plans(evidence, condition):
            for priced in found.rows:
                fits = priced.fits(weights)
                if isinstance(priced.tariff, str) or not fits.any():
                    continue
                for end in phases.ENDS:
                    dosed, _ = priced.dosed(end, weights[fits], surface[fits], found.fees)
                    total = dosed.usd_drug + dosed.usd_administration
                    if not np.isnan(total).any():
                        assert (np.diff(total) >= -1e-6).all(), (found.regimen_id, end)


def test_vials_cover_the_dose(evidence: Evidence) -> None:
    """What is opened holds at least the dose, and less than one smallest container too much."""
    seen = 0
    for condition in evidence.conditions["condition_id"]:
        patient = opening_patient(evidence, condition)
        weight = np.array([patient.weight_kg])
        surface = np.array([patient.body_surface_m2])
        for found in plan.plans(evidence, condition):
            for priced in found.rows:
                tariff = priced.tariff
                if isinstance(tariff, str) or not tariff.strengths_mcg or not tariff.single_dose:
                    continue
                dose = priced.dose_mg("low", weight, surface) * 1000  # micrograms
                if not priced.fits(weight)[0] or np.isnan(dose[0]):
                    continue
                counts = containers(dose, tariff.strengths_mcg)[0]
                total = float(counts @ np.array(tariff.strengths_mcg))
                assert total >= dose[0] - 1e-3, (found.regimen_id, priced.phase["phase"])
                assert total - dose[0] < min(tariff.strengths_mcg), found.regimen_id
                seen += 1
    assert seen > 100


def test_each_band_edge_matches_exactly_one_band(evidence: Evidence) -> None:
    """At every edge of weight and IgE, and close to each side, exactly one band of a phase fits."""
    for (regimen, phase), rows in evidence.regimens.groupby(["regimen_id", "phase"]):
        bands = [phases.PricedPhase(r, "") for r in rows.to_dict("records")]  # type: ignore[arg-type]
        for ige in near_edges(rows, "ige_iu_ml") or [None]:
            at = [dataclasses.replace(band, ige_iu_ml=ige) for band in bands]
            for weight in near_edges(rows, "weight_kg"):
                fits = sum(bool(band.fits(np.array([weight]))[0]) for band in at)
                within = inside(rows, "weight_kg", weight) and inside(rows, "ige_iu_ml", ige)
                assert fits == 1 if within else fits <= 1, (regimen, phase, weight, ige)


def near_edges(rows: pd.DataFrame, axis: str) -> list[float]:
    """Every edge of the bands on one axis, and 0.1 to each side."""
    edges = sorted({*rows[f"{axis}_min"].dropna(), *rows[f"{axis}_max"].dropna()})
    return [edge + step for edge in edges for step in (-0.1, 0, 0.1)]


def inside(rows: pd.DataFrame, axis: str, value: float | None) -> bool:
    """Whether a value lies between the outermost edges, the upper one left out, the lower one where
    its band leaves it out."""
    if value is None:
        return True
    low, high = rows[f"{axis}_min"], rows[f"{axis}_max"]
    bounds = rows[f"{axis.removesuffix('_kg').removesuffix('_iu_ml')}_bounds"]
    open_ = bounds[low.eq(low.min())].str.startswith("(").all()
    above = value > low.min() if open_ else value >= low.min()
    return bool((low.isna().any() or above) and (high.isna().any() or value < high.max()))


def test_one_phase_without_a_price_leaves_the_plan_blank(evidence: Evidence) -> None:
    """Wezlana has a limit for the infusion and no price for the syringe: no partial sum."""
    table = compare.annual_cost(evidence, "crohns", ADULT)
    rows = table[table["product_id"].eq("wezlana")]
    assert rows["usd_year_one_low"].isna().all()
    assert rows["reason"].str.contains("no current").all()


def test_lapsed_price_is_not_used(evidence: Evidence) -> None:
    """Satralizumab's only prices have lapsed: blank, with the last date."""
    table = compare.annual_cost(evidence, "nmosd", ADULT)
    found = table[table["product_id"].eq("enspryng")].iloc[0]
    assert math.isnan(found["usd_year_one_low"])
    assert "last 2023-12-31" in found["reason"]


def test_iv_limit_never_pays_for_an_injection(evidence: Evidence) -> None:
    """On the payment limit alone, ustekinumab's syringes have no price."""
    table = compare.annual_cost(evidence, "crohns", ADULT, price_basis="asp_payment_limit")
    assert table.loc[table["product_id"].eq("stelara"), "usd_year_one_low"].isna().all()


def test_biosimilar_outside_its_label_is_flagged(evidence: Evidence) -> None:
    """Bkemv and Epysqli are labeled for myasthenia and not for NMOSD."""
    nmosd = compare.annual_cost(evidence, "nmosd", ADULT).set_index("product_id")["label_status"]
    assert nmosd["epysqli"] == "outside this product's label"
    gmg = compare.annual_cost(evidence, "gmg", ADULT)
    adult = gmg[gmg["regimen_id"].eq("eculizumab_gmg_adult")].set_index("product_id")
    assert adult.loc["epysqli", "label_status"] == "in label"


def test_courses_have_no_yearly_cost(evidence: Evidence) -> None:
    """Guillain-Barre is paid per course; nothing stands on the yearly axis."""
    table = compare.annual_cost(evidence, "gbs", ADULT)
    assert table["usd_year_one_low"].isna().all()
    assert table["usd_per_course"].notna().any()


def test_surface_dose_needs_height(evidence: Evidence) -> None:
    """375 mg/m2 without a height is blank and asks for it; with 170 cm at 70 kg it is 682 mg."""
    table = compare.annual_cost(evidence, "gpa_mpa", ADULT)
    blank = table[table["regimen_id"].str.contains("induction_adult")]
    assert blank["usd_per_course"].isna().all()
    assert blank["reason"].str.contains("enter the height").all()
    tall = Patient(weight_kg=70, age_years=54, height_cm=170)
    found = compare.annual_cost(evidence, "gpa_mpa", tall)
    assert found.loc[blank.index, "usd_per_course"].notna().all()


def test_ideal_weight_for_ivig_only(evidence: Evidence) -> None:
    """A heavy patient's IVIG falls with ideal weight; infliximab's dose does not."""
    heavy = Patient(weight_kg=120, age_years=54, height_cm=170, sex="female")
    # Devine: 45.5 + 2.3 x (170 / 2.54 - 60) = 61.4 kg
    assert heavy.ideal_weight_kg == pytest.approx(45.5 + 2.3 * (170 / 2.54 - 60))
    actual = row(evidence, "cidp", "privigen", heavy)["usd_year_one_low"]
    ideal = row(evidence, "cidp", "privigen", heavy, dosing_weight="ideal")["usd_year_one_low"]
    assert ideal < 0.6 * actual
    same = [
        row(evidence, "crohns", "remicade", heavy, dosing_weight=w)["usd_year_one_low"]
        for w in ("actual", "ideal")
    ]
    assert same[0] == same[1]


def test_ideal_weight_is_never_above_actual_weight(evidence: Evidence) -> None:
    """Woman of 45 kg and 175 cm: ideal 45.5 + 2.3 x (175 / 2.54 - 60) = 65.96 kg; dosed by 45.

    Gamunex-C in CIDP: 2 g/kg at first, then 1 g/kg on days 21, 42, ... 357: 90 g + 17 x 45 g =
    855 g = 1710 units of $48.022 = $82,117.62 of drug, the rest is administration.
    """
    thin = Patient(weight_kg=45, age_years=54, height_cm=175, sex="female")
    for kind in ("ideal", "adjusted"):
        found = row(evidence, "cidp", "gamunex_c", thin, dosing_weight=kind)
        assert found["usd_year_one_low"] == pytest.approx(83799.50, abs=0.005)
        drug = found["usd_year_one_low"] - found["usd_administration_year_one"]
        assert drug == pytest.approx(1710 * 48.022)
        assert found["note"].startswith("dosed by actual weight: the ideal weight, 66.0 kg, is abo")
    assert "dosed by" not in row(evidence, "cidp", "gamunex_c", thin)["note"]
    heavy = Patient(weight_kg=120, age_years=54, height_cm=175, sex="female")
    noted = row(evidence, "cidp", "gamunex_c", heavy, dosing_weight="ideal")["note"]
    assert "dosed by" not in noted


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (Patient(weight_kg=20, age_years=6), "for a child (under 18 years)"),
        (Patient(60, 17.5, height_cm=170, sex="male"), "for a child (under 18 years)"),
        (Patient(50, 40, height_cm=152.3, sex="female"), "for a height under 152.4 cm"),
        (Patient(50, 40, height_cm=150), "for a height under 152.4 cm"),
    ],
)
def test_without_ideal_weight_actual_weight_counts(
    evidence: Evidence, who: Patient, why: str
) -> None:
    """A child, or someone under 152.4 cm: the cost by actual weight, and a remark; no error."""
    actual = row(evidence, "itp", "gamunex_c", who)
    for kind in ("ideal", "adjusted"):
        found = row(evidence, "itp", "gamunex_c", who, dosing_weight=kind)
        assert found["usd_per_course"] == actual["usd_per_course"]
        assert f"dosed by actual weight: no ideal weight is defined {why}" in found["note"]
        other = row(evidence, "itp", "nplate", who, dosing_weight=kind)
        assert "dosed by" not in other["note"]


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


def test_arguments_are_checked_in_plain_words(evidence: Evidence) -> None:
    """Unknown condition, basis, cycle spacing and dosing weight name what was expected."""
    with pytest.raises(ValueError, match="condition_id is 'gout'; expected one of"):
        compare.annual_cost(evidence, "gout", ADULT)
    with pytest.raises(ValueError, match="price_basis is 'awp'"):
        compare.annual_cost(evidence, "cidp", ADULT, price_basis="awp")
    with pytest.raises(ValueError, match="cycle_days is 0"):
        compare.annual_cost(evidence, "gmg", ADULT, cycle_days=0)
    with pytest.raises(ValueError, match="needs an adult's sex and height"):
        compare.annual_cost(evidence, "cidp", ADULT, dosing_weight="ideal")


def test_break_even_price(evidence: Evidence) -> None:
    """At the break-even price per unit, Privigen costs what Hizentra costs in a later year."""
    found = {p.product_id: p for p in plan.plans(evidence, "cidp")}
    usd = cost.break_even_price(found["privigen"], found["hizentra"], ADULT)
    fee = 365.25 / 21 * (67.14 + 2 * 21.38)
    # 0.2 g/kg x 70 kg = 14 g a week (10 + 4), 140 units of 100 mg at 14.786, given at home.
    hizentra = 365.25 / 7 * 140 * 14.786
    assert 365.25 / 21 * 140 * usd + fee == pytest.approx(hizentra)


def test_cohort_of_one_equals_annual_cost(evidence: Evidence) -> None:
    """The cohort and the single patient come out of one core."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2, 3],
            "condition_id": ["cidp", "cidp", "crohns"],
            "therapy_id": ["ivig", "ivig", "infliximab"],
            "weight_kg": [70.0, 55.5, 92.0],
            "product_id": ["privigen", "privigen", "avsola"],
        }
    )
    before = patients.copy()
    found = compare.cohort_cost(evidence, patients)
    pd.testing.assert_frame_equal(patients, before)
    for index, weight in enumerate(patients["weight_kg"]):
        one = row(
            evidence, patients["condition_id"][index], patients["product_id"][index],
            Patient(weight_kg=float(weight), age_years=54),
        )  # fmt: skip
        assert found["usd_year_one"][index] == pytest.approx(one["usd_year_one_low"])
        assert found["usd_later_year"][index] == pytest.approx(one["usd_later_year_low"])


def test_budget_effect_of_moving_a_share(evidence: Evidence) -> None:
    """Moving half of the patients moves half of the difference between the two therapies."""
    patients = pd.DataFrame(
        {
            "patient_id": range(2),
            "condition_id": "cidp",
            "therapy_id": "ivig",
            "weight_kg": [70.0, 80.0],
        }
    )
    effect = cost.budget_effect(evidence, patients, "scig", 0.5).iloc[0]
    ivig = compare.cohort_cost(evidence, patients)["usd_year_one"].sum()
    scig = compare.cohort_cost(evidence, patients.assign(therapy_id="scig"))["usd_year_one"].sum()
    assert effect["usd_change"] == pytest.approx(0.5 * (scig - ivig))
    assert effect["patients"] == 2


def test_bad_cohorts_are_refused(evidence: Evidence) -> None:
    """A cohort lacking a column or with a weight of 0 names what is wrong."""
    with pytest.raises(ValueError, match="lacks the columns"):
        compare.cohort_cost(evidence, pd.DataFrame({"patient_id": [1]}))
    table = pd.DataFrame(
        {"patient_id": [1], "condition_id": ["cidp"], "therapy_id": ["ivig"], "weight_kg": [0.0]}
    )
    with pytest.raises(ValueError, match="weight_kg of row 0"):
        compare.cohort_cost(evidence, table)


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


def test_a_band_without_a_price_blanks_only_its_weights(evidence: Evidence) -> None:
    """Adalimumab-adaz has a 40 mg pen alone: at 45 kg that will do, at 30 kg 20 mg are needed."""
    child = {"age_years": 10}
    tables = {
        kg: compare.annual_cost(evidence, "crohns", Patient(weight_kg=kg, **child))
        for kg in (45, 30)
    }

    def costs(kg: float, product: str) -> list[float]:
        table = tables[kg]
        for_a_child = table["product_id"].eq(product) & ~table["reason"].str.contains("for ages")
        return list(table.loc[for_a_child, "usd_year_one_low"])

    assert not math.isnan(costs(45, "adalimumab_adaz")[0])
    assert math.isnan(costs(30, "adalimumab_adaz")[0])
    # Humira at 30 kg: a pen of 80 mg, one of 40 mg, and 20 mg on days 28, 42 ... 350: 24 syringes.
    assert costs(30, "humira") == [pytest.approx(6736.72 + 3366.90 + 24 * 3366.12)]


def test_a_guidelines_regimen_is_never_in_label(evidence: Evidence) -> None:
    """What no product's label states is marked so, whatever else the label covers."""
    for condition in ("itp", "mmn", "gbs", "ms_relapsing"):
        for found in plan.plans(evidence, condition):
            if pd.isna(found.first["product_id"]):
                assert found.label_status == "not this product's labeled regimen"


def test_a_product_is_offered_only_by_its_own_routes(evidence: Evidence) -> None:
    """Tofidence is intravenous only."""
    routes = {
        row_.phase["route"]
        for found in plan.plans(evidence, "ra")
        if found.product_id == "tofidence"
        for row_ in found.rows
    }
    assert routes == {"IV"}


def test_what_either_may_give_is_home_at_the_low_end(evidence: Evidence) -> None:
    """The efgartigimod syringe: no visit and no fee at home, 52 visits and fees in a clinic."""
    table = compare.annual_cost(evidence, "cidp", ADULT)
    syringe = table[table["regimen_id"].eq("efgartigimod_cidp_sc_syringe")].iloc[0]
    assert (syringe["visits_year_one"], syringe["visits_year_one_high"]) == (0, 52)
    assert syringe["usd_administration_year_one"] == 0
    assert syringe["usd_administration_year_one_high"] == pytest.approx(52 * 15.36)


def test_unknown_minutes_are_not_zero_hours(evidence: Evidence) -> None:
    """An infusion whose minutes no source states has no chair hours, rather than none at all."""
    table = compare.annual_cost(evidence, "mmn", ADULT)
    guideline = table[table["regimen_id"].str.startswith("ivig_mmn") & table["reason"].ne("")]
    assert len(guideline)
    assert guideline["chair_hours_year_one"].isna().all()


def test_dosing_weight_is_checked_in_plain_words(evidence: Evidence) -> None:
    """An unknown kind of weight is named, with the three that there are."""
    with pytest.raises(ValueError, match="dosing_weight is 'lean'; expected one of"):
        compare.annual_cost(evidence, "cidp", ADULT, dosing_weight="lean")


def test_unknown_doses_open_no_container() -> None:
    """A dose that is not known gives blanks, not zero containers."""
    tariff = Tariff(
        "own", "x", "x", None, strengths_mcg=(100_000,), usd_each=(1.0,), names=("100 mg vial",),
        ml_each=(None,), billing_mcg=10_000, usd_per_billing_unit=0.1,
    )  # fmt: skip
    shown = cost.opened(tariff, math.nan)
    assert shown["containers"] == ""
    assert math.isnan(shown["units_given"])
    assert math.isnan(shown["units_discarded"])


def test_devices_have_no_billing_units() -> None:
    """Two 40 mg pens for 80 mg: pens are counted, billing units are not."""
    tariff = Tariff(
        "nadac", "x", "x", None, strengths_mcg=(40_000,), usd_each=(3_000.0,), names=("40 mg pen",),
        ml_each=(None,),
    )  # fmt: skip
    shown = cost.opened(tariff, 80)
    assert shown["containers"] == "2 x 40 mg pen"
    assert math.isnan(shown["units_given"])


def test_cohort_row_without_a_yearly_regimen_says_so(evidence: Evidence) -> None:
    """A therapy, or a product, that has no yearly regimen here is blank with its reason."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2, 3],
            "condition_id": ["gbs", "cidp", "cidp"],
            "therapy_id": ["ivig", "ivig", "ivig"],
            "weight_kg": [70.0, 70.0, 70.0],
            "product_id": [None, "remicade", "gamunex_c"],
        }
    )
    found = compare.cohort_cost(evidence, patients)
    assert found["usd_year_one"].isna().tolist() == [True, True, False]
    assert found["reason"].tolist() == [
        "no yearly regimen of this therapy in this condition",
        "no yearly regimen of this therapy in this condition",
        "",
    ]


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_budget_share_is_from_0_to_1(evidence: Evidence, share: float) -> None:
    """A share outside 0 to 1 is refused before anything is computed."""
    with pytest.raises(ValueError, match="expected a number from 0 to 1"):
        cost.budget_effect(evidence, pd.DataFrame(), "scig", share)


def test_who_cannot_be_priced_is_counted_apart(evidence: Evidence) -> None:
    """One of two patients has no yearly regimen of the new therapy: counted, and left out."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2],
            "condition_id": ["cidp", "mmn"],
            "therapy_id": ["ivig", "ivig"],
            "weight_kg": [70.0, 70.0],
        }
    )
    effect = cost.budget_effect(evidence, patients, "efgartigimod", 1.0).iloc[0]
    assert (effect["patients"], effect["patients_left_out"]) == (1, 1)
    one = compare.cohort_cost(evidence, patients.iloc[[0]])["usd_year_one"].iloc[0]
    assert effect["usd_now"] == pytest.approx(one)
    moved = patients.iloc[[0]].assign(therapy_id="efgartigimod")
    assert effect["usd_if_moved"] == pytest.approx(
        compare.cohort_cost(evidence, moved)["usd_year_one"].iloc[0]
    )


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


def test_products_without_a_price_stay_with_the_reason(evidence: Evidence) -> None:
    """Zymfentra, Starjemza and Plegridy have rows, no cost, and the reason."""
    for condition, product in (
        ("crohns", "zymfentra"),
        ("ulcerative_colitis", "starjemza"),
        ("ms_relapsing", "plegridy"),
    ):
        table = compare.annual_cost(evidence, condition, ADULT)
        rows = table[table["product_id"].eq(product)]
        assert len(rows)
        assert rows["usd_year_one_low"].isna().all()
        assert rows["reason"].str.startswith("no current price for").all()


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
