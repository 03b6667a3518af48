"""What moves a cost, and the notes beside it: each bar worked by hand, each edge on both sides.

Prices are the limits in force on 2026-10-01; fees of 2026: 96365 67.14, 96366 21.38.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import compare
from compare import cost
from compare.cost import one_way, phases, plan
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.patient import Patient

ADULT = Patient(weight_kg=70, age_years=54)
UNIT = 48.022  # Gamunex-C and Gammaked, 500 mg


def plan_of(
    evidence: Evidence, condition: str, product: str, regimen: str = "", **more: Any
) -> plan.Plan:
    """The product's first plan (of a regimen whose id begins so) for the condition."""
    return next(
        p
        for p in plan.plans(evidence, condition, **more)
        if p.product_id == product and p.regimen_id.startswith(regimen)
    )


def bars(evidence: Evidence, condition: str, product: str) -> dict[str, dict[str, Any]]:
    """The sensitivity of a plan for a 70 kg adult, by factor."""
    frame = cost.sensitivity(evidence, condition, plan_of(evidence, condition, product), ADULT)
    assert list(frame.index) == list(range(len(frame)))
    assert list(frame.columns) == [*cost.SENSITIVITY, "usd_base"]
    return {str(row["factor"]): row for row in frame.to_dict("records")}


def test_weight_price_and_visits_of_gamunex_c(evidence: Evidence) -> None:
    """2 g/kg, then 17 times 1 g/kg: 56 and 84 kg, the quarters' limits, and the visits."""
    found = bars(evidence, "cidp", "gamunex_c")
    assert list(found) == ["weight", "price by quarter", "visits per dose"]
    fee = 67.14 + 21.38  # 147.5 minutes whatever the weight: 1 g/kg a visit at 2, then 8 mg/kg/min
    for kg, words, usd in ((56, "low", "usd_low"), (84, "high", "usd_high")):
        # Whole grams from 1 g up: 2 units of 500 mg a gram, 2 + 17 times the weight.
        assert found["weight"][words] == f"{kg} kg"
        assert found["weight"][usd] == pytest.approx(19 * 2 * kg * UNIT + 19 * fee)
    base = 19 * 140 * UNIT + 19 * fee
    assert [row["usd_base"] for row in found.values()] == pytest.approx([base] * 3)
    price = found["price by quarter"]
    assert (price["low"], price["high"]) == ("2026-10", "2024-01")
    assert price["usd_low"] == pytest.approx(base)
    assert price["usd_high"] == pytest.approx(19 * 140 * 49.786 + 19 * fee)
    # Four visits of 35 g and two: 500 mg/kg take 30 min x 2, then 440 / 8 = 55: 85 min, one hour.
    visits = found["visits per dose"]
    assert (visits["low"], visits["high"]) == ("2 visits / 1 visit", "4 visits / 2 visits")
    assert visits["usd_high"] == pytest.approx(19 * 140 * UNIT + (4 + 17 * 2) * 67.14)


def test_dose_and_interval_of_gamunex_c(evidence: Evidence) -> None:
    """300 to 600 mg/kg every 21 to 28 days: 13 or 18 doses of 21 g, or 13 of 42 g."""
    found = bars(evidence, "pi", "gamunex_c")
    # 300 mg/kg: 30 min x 1, then 270 / 8 = 33.75: one hour; 600: 30 + 71.25 = 101.25, two.
    low = 13 * (42 * UNIT + 67.14)
    assert found["dose"]["usd_low"] == pytest.approx(low)
    assert found["dose"]["usd_high"] == pytest.approx(13 * (84 * UNIT + 67.14 + 21.38))
    assert (found["dose"]["low"], found["dose"]["high"]) == ("300 mg/kg", "600 mg/kg")
    assert found["interval"]["usd_low"] == pytest.approx(low)
    assert found["interval"]["usd_high"] == pytest.approx(18 * (42 * UNIT + 67.14))
    assert (found["interval"]["low"], found["interval"]["high"]) == ("28 days", "21 days")


def test_products_of_one_regimen(evidence: Evidence) -> None:
    """Infliximab: 8 doses of 40 units, from Renflexis at 25.649 to Avsola at 34.686."""
    product = bars(evidence, "crohns", "remicade")["product"]
    fee = 67.14 + 21.38
    assert (product["low"], product["high"]) == ("Renflexis", "Avsola")
    assert product["usd_low"] == pytest.approx(8 * (40 * 25.649 + fee))
    assert product["usd_high"] == pytest.approx(8 * (40 * 34.686 + fee))


def test_spacing_of_cycles(evidence: Evidence) -> None:
    """Efgartigimod: 4 doses a cycle, 4 cycles a year (16) or every 49 days (31 up to day 357)."""
    spacing = bars(evidence, "gmg", "vyvgart")["spacing of cycles"]
    dose = 400 * 32.347 + 67.14
    # Starts on days 0, 49 ... 343 are 8 cycles; the last one's fourth dose is on day 364: 31.
    assert (spacing["low"], spacing["high"]) == ("91 days", "49 days")
    assert spacing["usd_low"] == pytest.approx(16 * dose)
    assert spacing["usd_high"] == pytest.approx(31 * dose)


def test_a_course_is_spread_over_its_own_cost(evidence: Evidence) -> None:
    """Guillain-Barre: the price bar scales the course; there is no yearly base."""
    found = bars(evidence, "gbs", "gamunex_c")
    base = 280 * UNIT
    assert found["weight"]["usd_base"] == pytest.approx(base)
    assert found["price by quarter"]["usd_high"] == pytest.approx(280 * 49.786)
    assert found["product"]["low"] == "Octagam 10%"


def test_what_changes_nothing_has_no_bar(evidence: Evidence) -> None:
    """Natalizumab's dose, interval and visits are fixed, and weight does not matter."""
    assert not {"weight", "dose", "interval", "visits per dose"} & set(
        bars(evidence, "ms_relapsing", "tysabri")
    )


def with_history(evidence: Evidence, *limits: tuple[str, float, float]) -> Evidence:
    """Evidence in which J1561 has only these (first day, quantity in mg, dollars)."""
    prices = evidence.prices
    now = prices[prices["code"].eq("J1561")].sort_values("effective_from").iloc[[-1]]
    rows = [
        now.assign(
            effective_from=pd.Timestamp(day), billing_qty=qty, usd_per_billing_unit=usd,
            effective_to=pd.NaT if i == len(limits) - 1 else pd.Timestamp("2026-01-01"),
        )
        for i, (day, qty, usd) in enumerate(limits)
    ]  # fmt: skip
    others = prices[prices["code"].ne("J1561")]
    return dataclasses.replace(
        evidence, prices=pd.concat([others, *rows[::-1]]).reset_index(drop=True)
    )


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        (
            [("2024-01-01", 500, 50.0), ("2025-04-01", 500, 30.0), ("2026-10-01", 500, 40.0)],
            (("2025-04", 0.75), ("2024-01", 1.25)),
        ),
        (
            [("2024-01-01", 500, 50.0), ("2026-10-01", 500, 40.0)],
            (("2026-10", 1.0), ("2024-01", 1.25)),
        ),
        ([("2026-10-01", 500, 40.0)], None),
        ([("2024-01-01", 100, 10.0), ("2026-10-01", 500, 40.0)], None),
    ],
)  # fmt: skip
def test_range_of_a_price_against_its_present(
    evidence: Evidence, limits: list[tuple[str, float, float]], found: object
) -> None:
    """Lowest and highest of the code's own history; none of one quarter, or across two units."""
    changed = with_history(evidence, *limits)
    assert cost.price_range(changed, plan_of(changed, "cidp", "gamunex_c")) == found


def test_two_codes_have_no_one_range(evidence: Evidence) -> None:
    """Ustekinumab is paid on one code for the infusion and another for the syringe."""
    assert cost.price_range(evidence, plan_of(evidence, "crohns", "stelara")) is None


def changed_phase(found: plan.Plan, **changes: Any) -> plan.Plan:
    """The plan with its first phase changed."""
    row = found.rows[0]
    first = phases.PricedPhase({**row.phase, **changes}, row.tariff)
    return dataclasses.replace(found, rows=(first, *found.rows[1:]))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (363, "counted on day 363"),
        (364, "not counted on day 364"),
        (7, "counted on day 350, 357; not counted on day 364, 371"),
        (100, ""),
    ],
)
def test_doses_near_the_end_of_year_one_are_named(evidence: Evidence, days: int, said: str) -> None:
    """Within 14 days of day 363 on either side, where the count could be one off."""
    every = changed_phase(
        plan_of(evidence, "ms_relapsing", "tysabri"), interval_low=days, interval_high=days
    )
    note = [f"doses near the end of year one (day 363): {said}"] if said else []
    assert cost.boundary_note(every) == note


def test_cycles_near_the_end_follow_the_chosen_spacing(evidence: Evidence) -> None:
    """Every 50 days a cycle starts on day 350; its doses on 350 and 357 count, 364, 371 do not."""
    found = plan_of(evidence, "gmg", "vyvgart", cycle_days=50)
    (note,) = cost.boundary_note(found)
    assert note.endswith("counted on day 350, 357; not counted on day 364, 371")


def test_courses_have_no_year_that_ends(evidence: Evidence) -> None:
    """Money per course needs no note on the end of a year."""
    course = plan_of(evidence, "gbs", "gamunex_c")
    assert cost.boundary_note(course) == []
    assert cost.ending_note(course) == []


def test_a_regimen_that_ends_says_so(evidence: Evidence) -> None:
    """Later courses only where there are some; a dose on day 363 is of year one."""
    found = plan_of(evidence, "ms_relapsing", "lemtrada")
    only = dataclasses.replace(found, rows=found.rows[:1])
    assert cost.ending_note(only) == ["the regimen ends"]
    for day, said in ((363, ""), (364, "; after year one: 1 doses from day 364")):
        assert cost.ending_note(changed_phase(only, days=str(day))) == [f"the regimen ends{said}"]
    assert cost.ending_note(plan_of(evidence, "ms_relapsing", "tysabri")) == []


def test_ages_at_the_edge_of_a_regimen(evidence: Evidence) -> None:
    """From 6 on includes 6; below 18 does not include 18; no bound holds every age."""
    found = changed_phase(
        plan_of(evidence, "crohns", "remicade"), age_years_from=6, age_years_below=18
    )
    assert cost.age_note(found, 6) == cost.age_note(found, 17.9) == ""
    assert cost.age_note(found, 5.9) == "this regimen is for ages 6 and over"
    assert cost.age_note(found, 18) == "this regimen is for ages under 18"
    any_age = changed_phase(found, age_years_from=None, age_years_below=None)
    assert cost.age_note(any_age, 0) == cost.age_note(any_age, 100) == ""


def test_every_column_of_the_chain(evidence: Evidence) -> None:
    """Gamunex-C at 70 kg, maintenance: each step from weight to a later year's dollars."""
    row = cost.chain(plan_of(evidence, "cidp", "gamunex_c"), ADULT).iloc[1].to_dict()
    drug, fee = 140 * UNIT, 67.14 + 21.38
    numbers = {
        "weight_kg": 70, "dose_mg": 70_000, "visits_per_dose": 1, "dose_mg_per_visit": 70_000,
        "units_given": 140, "units_discarded": 0, "usd_per_billing_unit": UNIT,
        "usd_drug_per_dose": drug, "infusion_minutes": 147.5, "usd_administration_per_dose": fee,
        "usd_per_dose": drug + fee, "doses_year_one": 17, "usd_year_one": 17 * (drug + fee),
        "doses_later_year": 365.25 / 21, "usd_later_year": 365.25 / 21 * (drug + fee),
    }  # fmt: skip
    assert {name: row[name] for name in numbers} == pytest.approx(numbers)
    words = {
        "phase": "maintenance", "route": "IV", "dose": "1 g/kg per course",
        "containers": "1 x 40 g bottle + 1 x 20 g bottle + 1 x 10 g bottle",
        "price_basis": "asp_payment_limit", "code": "J1561", "minutes_computed": True, "note": "",
    }  # fmt: skip
    assert {name: row[name] for name in words} == words
    schedule, price = row["source_id"].split(";")
    assert {schedule, price} <= set(evidence.sources["source_id"])
    assert row["locator"]


def test_chain_by_ideal_weight_shows_that_weight(evidence: Evidence) -> None:
    """Devine for a woman of 170 cm: 61.43 kg; adjusted 61.43 + 0.4 (120 - 61.43) = 84.86."""
    heavy = Patient(weight_kg=120, age_years=54, height_cm=170, sex="female")
    found = plan_of(evidence, "cidp", "gamunex_c")
    ideal = 45.5 + 2.3 * (170 / 2.54 - 60)
    for kind, kg in (("actual", 120), ("ideal", ideal), ("adjusted", ideal + 0.4 * (120 - ideal))):
        chain = cost.chain(found, heavy, dosing_weight=kind)
        assert chain["weight_kg"].tolist() == pytest.approx([kg, kg])
        assert chain["dose_mg"].tolist() == pytest.approx([2000 * kg, 1000 * kg])
        assert cost.dosing_weight_kg(heavy, found, kind) == pytest.approx(kg)


def test_columns_of_the_cost_table(evidence: Evidence) -> None:
    """Names in their order, what identifies a row, and its sources; empty for no plan."""
    table = compare.annual_cost(evidence, "crohns", ADULT)
    assert list(table.columns[:10]) == [
        "therapy_id", "therapy", "therapy_class", "product_id", "product", "regimen_id", "regimen",
        "route", "use", "price_basis",
    ]  # fmt: skip
    assert list(table.columns[-5:]) == ["reason", "note", "label_status", "is_default", "source_id"]
    assert list(table.columns) == cost.COLUMNS
    row = table[table["product_id"].eq("stelara") & table["is_default"]].iloc[0]
    assert (row["therapy_id"], row["therapy_class"]) == ("ustekinumab", "cytokine_inhibitor")
    assert (row["route"], row["use"]) == ("IV+SC", "chronic")
    assert set(row["source_id"].split(";")) <= set(evidence.sources["source_id"])
    regimens = evidence.regimens.set_index("regimen_id")["regimen"]
    assert row["regimen"] == regimens[row["regimen_id"]].iloc[0]


def test_opening_patient_has_what_the_condition_implies(evidence: Evidence) -> None:
    """Multiple sclerosis implies demyelination; several factors are split; none is none."""
    assert opening_patient(evidence, "ms_relapsing").factors == {"demyelinating_disease"}
    assert opening_patient(evidence, "ra").factors == frozenset()
    rows = evidence.conditions
    two = rows["condition_id"].eq("ra")
    changed = dataclasses.replace(
        evidence,
        conditions=rows.assign(
            implied_factors=rows["implied_factors"].mask(two, "smoker;pregnancy")
        ),
    )
    assert opening_patient(changed, "ra").factors == {"smoker", "pregnancy"}


def test_cohort_takes_regimen_and_basis_of_each_row(evidence: Evidence) -> None:
    """The same therapy by another regimen, and on NADAC, in one table; order and input stay."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2, 3, 4],
            "condition_id": ["ra", "cidp", "cidp", "cidp"],
            "therapy_id": ["etanercept", "scig", "scig", "ivig"],
            "weight_kg": [1.0, 70.0, 70.0, 70.0],
            "product_id": ["enbrel", "hizentra", "hizentra", "gamunex_c"],
            "regimen_id": [None, "hizentra_cidp", "gone", "gamunex_c_cidp"],
            "price_basis": ["maximum_fair_price", None, None, None],
        }
    )
    found = compare.cohort_cost(evidence, patients)
    assert list(found["patient_id"]) == [1, 2, 3, 4]
    one = compare.annual_cost(evidence, "cidp", ADULT).set_index("product_id")
    wanted = [
        364 * 2355 / 30, one.at["hizentra", "usd_year_one_low"], math.nan,
        one.at["gamunex_c", "usd_year_one_low"],
    ]  # fmt: skip
    assert found["usd_year_one"].tolist() == pytest.approx(wanted, nan_ok=True)
    assert found["reason"].tolist() == [
        "", "", "no yearly regimen of this therapy in this condition", "",
    ]  # fmt: skip


@pytest.mark.parametrize("weight", [math.nan, math.inf, -1.0, None])
def test_cohort_weights_that_are_none_are_refused(evidence: Evidence, weight: float) -> None:
    """The row is named, the first one being row 0."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2], "condition_id": "cidp", "therapy_id": "ivig",
            "weight_kg": pd.Series([70.0, weight], dtype="Float64"),
        }
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"weight_kg of row 1 is .*; expected a number from 1"):
        compare.cohort_cost(evidence, patients)


def test_every_column_of_the_budget_effect(evidence: Evidence) -> None:
    """Two therapies in the cohort's order; a share of 0 moves nothing, of 1 everything."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2, 3], "condition_id": "cidp",
            "therapy_id": ["scig", "ivig", "scig"], "weight_kg": [70.0, 80.0, 60.0],
        }
    )  # fmt: skip
    now = compare.cohort_cost(evidence, patients)["usd_year_one"]
    moved = compare.cohort_cost(evidence, patients.assign(therapy_id="ivig"))["usd_year_one"]
    for share in (0.0, 0.25, 1.0):
        effect = cost.budget_effect(evidence, patients, "ivig", share)
        assert list(effect.columns) == [
            "therapy_id", "therapy", "patients", "patients_left_out", "usd_now", "usd_if_moved",
            "usd_change",
        ]  # fmt: skip
        assert effect["therapy_id"].tolist() == ["scig", "ivig"]
        assert effect["therapy"].tolist() == [
            evidence.label("therapies", "scig"), evidence.label("therapies", "ivig"),
        ]  # fmt: skip
        assert effect["patients"].tolist() == [2, 1]
        assert effect["patients_left_out"].tolist() == [0, 0]
        change = share * (moved[0] + moved[2] - now[0] - now[2])
        assert effect["usd_now"].tolist() == pytest.approx([now[0] + now[2], now[1]])
        assert effect["usd_change"].tolist() == pytest.approx([change, 0])
        assert effect["usd_if_moved"].tolist() == pytest.approx([now[0] + now[2] + change, now[1]])


def test_a_priced_plan_is_shown_before_one_without_a_price(evidence: Evidence) -> None:
    """Courses are judged by the course's cost: without the first's price another one is shown."""
    shown = cost.opening_plans(evidence, "gbs", ADULT)["ivig", False]
    prices = evidence.prices
    without = dataclasses.replace(evidence, prices=prices[~prices["code"].isin(
        [row.tariff.code for row in shown.rows if not isinstance(row.tariff, str)]
    )])  # fmt: skip
    other = cost.opening_plans(without, "gbs", ADULT)["ivig", False]
    assert other.product_id != shown.product_id
    assert not np.isnan(cost.plan_cost(other, ADULT)[0]["usd_per_course"])


def test_weights_of_the_bar_stay_within_what_a_patient_can_weigh(evidence: Evidence) -> None:
    """62.3 kg gives 49.8 and 74.8 kg; 290 kg is held at 300, in the label as in the dose."""
    found = plan_of(evidence, "cidp", "gamunex_c")
    for kg, low, high in (
        (62.3, "49.8 kg", "74.8 kg"), (290, "232 kg", "300 kg"), (1, "1 kg", "1.2 kg"),
    ):  # fmt: skip
        who = Patient(weight_kg=kg, age_years=54)
        bar = cost.sensitivity(evidence, "cidp", found, who).set_index("factor").loc["weight"]
        assert (bar["low"], bar["high"]) == (low, high)
        for words, usd in ((low, bar["usd_low"]), (high, bar["usd_high"])):
            own = Patient(weight_kg=float(words.removesuffix(" kg")), age_years=54)
            assert usd == pytest.approx(cost.plan_cost(found, own)[0]["usd_year_one_low"])


def test_cycles_as_chosen_hold_for_the_other_bars(evidence: Evidence) -> None:
    """At 50 days (30 doses) visits range from that base; the spacing's own bar is the label's."""
    found = plan_of(evidence, "gmg", "vyvgart", cycle_days=50)
    twice = changed_phase(found, visits_per_dose_low=1, visits_per_dose_high=2)
    rows = cost.sensitivity(evidence, "gmg", twice, ADULT).set_index("factor")
    dose = 400 * 32.347 + 67.14
    assert rows.at["visits per dose", "usd_low"] == pytest.approx(30 * dose)
    assert rows["usd_base"].tolist() == pytest.approx([30 * dose] * len(rows))
    assert rows.at["spacing of cycles", "usd_low"] == pytest.approx(16 * dose)
    assert rows.at["spacing of cycles", "usd_high"] == pytest.approx(31 * dose)


def test_ends_that_are_not_known_are_alike() -> None:
    """Two blanks are no range; a blank beside a number, or two numbers, are one."""
    assert one_way._alike(math.nan, None)
    assert one_way._alike(2.0, 2.0)
    assert not one_way._alike(2.0, 3.0)
    assert not one_way._alike(2.0, math.nan)
    assert not one_way._alike(math.nan, 2.0)


def test_no_break_even_in_a_year_without_doses(evidence: Evidence) -> None:
    """Alemtuzumab has no later year: no price makes it cost what another one costs then."""
    ends, other = (plan_of(evidence, "ms_relapsing", name) for name in ("lemtrada", "tysabri"))
    assert math.isnan(cost.break_even_price(ends, other, ADULT))
    assert cost.break_even_price(ends, other, ADULT, "year_one") > 0
