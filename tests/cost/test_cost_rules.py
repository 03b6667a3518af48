"""What holds of the cost of every regimen, and where there is none."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

import compare
from compare import cost
from compare.cost import phases, plan
from compare.cost.containers import containers
from compare.cost.prices import Tariff
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from tests.cost.test_cost import ADULT, row


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
