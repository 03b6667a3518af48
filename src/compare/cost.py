"""What each therapy costs this patient: tables made of priced plans.

Money is US dollars: the drug, its discarded part included, plus administration. It is not what
a patient pays, and inpatient care is not modelled. Low and high are the range of doses,
intervals, cycles and visits that a source allows, not a confidence interval.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from compare import administration, schedule
from compare.evidence import Evidence, check_condition
from compare.patient import Patient
from compare.plan import MONEY_COLUMNS, Plan, PricedPhase, mg_per_ml, names_of, plans
from compare.prices import NET_OF_REBATES, Tariff
from compare.tables import Row, records, split
from compare.vials import MCG_PER, SLACK_MCG, containers

LEADING = ["therapy_id", "therapy", "therapy_class"]
IDS = [*LEADING, "product_id", "product", "regimen_id", "regimen"]
DOSING_WEIGHTS = ("actual", "ideal", "adjusted")
WEIGHT_SWING = 0.2
SENSITIVITY = ["factor", "low", "high", "usd_low", "usd_high"]


def annual_cost(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    price_basis: str | None = None,
    cycle_days: float | None = None,
    dosing_weight: str = "actual",
) -> pd.DataFrame:
    """What each regimen costs this patient with each product, in US dollars.

    One row per regimen and product: ids, `price_basis`, `usd_year_one_low/high`,
    `usd_later_year_low/high` (drug with its discarded part, plus administration), the same for
    administration alone, doses, visits and chair hours (plain: at the low end; `_high`: at the
    other), `usd_per_course(_high)` for courses, `reason` where a figure is blank or a fee is
    not known, `note`, `label_status`, `is_default`, `source_id`. `dosing_weight` "ideal" or
    "adjusted" applies to intravenous immunoglobulin only. Raises `ValueError` for an unknown
    condition, basis or dosing weight.

    >>> import compare
    >>> evidence = compare.load()
    >>> patient = compare.Patient(weight_kg=70, age_years=54)
    >>> table = compare.annual_cost(evidence, "ms_relapsing", patient)
    >>> tysabri = table[table["product_id"].eq("tysabri") & table["is_default"]].iloc[0]
    >>> tysabri["regimen_id"], int(tysabri["doses_year_one"])
    ('natalizumab_ms_relapsing', 13)
    """
    found = plans(evidence, condition_id, price_basis, cycle_days)
    return cost_table(evidence, found, patient, dosing_weight)


def dosing_weight_kg(patient: Patient, therapy_id: str, dosing_weight: str = "actual") -> float:
    """Weight by which a therapy is dosed. Ideal and adjusted weight are for IVIG only.

    Raises `ValueError` where the weight asked for cannot be computed for this patient.
    """
    if dosing_weight not in DOSING_WEIGHTS:
        raise ValueError(f"dosing_weight is {dosing_weight!r}; expected one of {DOSING_WEIGHTS}")
    if dosing_weight == "actual" or therapy_id != "ivig":
        return patient.weight_kg
    weight = patient.ideal_weight_kg if dosing_weight == "ideal" else patient.adjusted_weight_kg
    if weight is None:
        raise ValueError(
            f"{dosing_weight} weight needs an adult's sex and height (152.4 cm or more)"
        )
    return weight


def cost_table(
    evidence: Evidence, found: Iterable[Plan], patient: Patient, dosing_weight: str = "actual"
) -> pd.DataFrame:
    """`annual_cost` for plans that are already built: what a change of patient recomputes."""
    return cost_frame(cost_rows(evidence, found, patient, dosing_weight))


def cost_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """The frame of `cost_table` from rows of `cost_rows`."""
    tail = ["reason", "note", "label_status", "is_default", "source_id"]
    names = [*IDS, "route", "use", "price_basis", *MONEY_COLUMNS, *tail]
    return pd.DataFrame(rows, columns=names)


def cost_rows(
    evidence: Evidence, found: Iterable[Plan], patient: Patient, dosing_weight: str = "actual"
) -> list[Row]:
    """The rows of `cost_table` as dictionaries, for those who take them one by one."""
    rows: list[Row] = []
    for whole in found:
        columns, reason = plan_cost(whole, patient, dosing_weight)
        plan = whole.at(dosing_weight_kg(patient, whole.therapy_id, dosing_weight))
        rows.append(
            {
                **names_of(evidence, plan),
                "route": "+".join(dict.fromkeys(str(row.phase["route"]) for row in plan.rows)),
                "use": plan.first["use"],
                "price_basis": plan.price_basis,
                **columns,
                "reason": reason,
                "note": "; ".join([*plan.notes, *ending_note(plan), *boundary_note(plan)]),
                "label_status": plan.label_status,
                "is_default": plan.first["is_default"] == "yes",
                "source_id": plan.source_ids,
            }
        )
    return rows


def plan_cost(
    plan: Plan, patient: Patient, dosing_weight: str = "actual"
) -> tuple[dict[str, float], str]:
    """Columns of one plan for one patient, and the reason for what is blank or not counted."""
    weight = dosing_weight_kg(patient, plan.therapy_id, dosing_weight)
    surface = patient.body_surface_m2 or math.nan
    plan = plan.after_iv(patient.iv_dose_g, patient.iv_interval_weeks)
    money = plan.money(np.array([weight]), np.array([surface]))
    columns = {name: float(values[0]) for name, values in money.columns.items()}
    reason = str(money.reason[0])
    if wrong_age := age_note(plan, patient.age_years):
        return dict.fromkeys(columns, math.nan), "; ".join(filter(None, [wrong_age, reason]))
    return columns, reason


def age_note(plan: Plan, age_years: float) -> str:
    """Why the regimen is not for this age; empty where it is."""
    low, high = plan.first["age_years_from"], plan.first["age_years_below"]
    if schedule.known(low) and age_years < low:
        return f"this regimen is for ages {low:g} and over"
    if schedule.known(high) and age_years >= high:
        return f"this regimen is for ages under {high:g}"
    return ""


def ending_note(plan: Plan) -> list[str]:
    """What to say of a yearly regimen that ends, with the courses that come after year one."""
    repeating = any(plan.doses(row.phase, "low")["later_year"] for row in plan.rows)
    if repeating or not plan.chronic:
        return []
    later = [
        f"{len(days)} doses from day {min(days):g}"
        for row in plan.rows
        if (days := schedule.fixed_days(row.phase)) and min(days) > schedule.LAST_DAY
    ]
    return ["the regimen ends" + (f"; after year one: {', '.join(later)}" if later else "")]


def boundary_note(plan: Plan) -> list[str]:
    """Dose days within 14 days of the end of year one, where the count could be one off."""
    if not plan.chronic:
        return []
    near = [schedule.near_boundary(row.phase, "low", plan.cycle_days) for row in plan.rows]
    close = sorted({round(day) for days in near for day in days})
    inside = [str(day) for day in close if day <= schedule.LAST_DAY]
    after = [str(day) for day in close if day > schedule.LAST_DAY]
    said = [f"counted on day {', '.join(inside)}"] if inside else []
    said += [f"not counted on day {', '.join(after)}"] if after else []
    return [f"doses near the end of year one (day 363): {'; '.join(said)}"] if said else []


def default_plans(
    evidence: Evidence, found: Sequence[Plan], condition_id: str, age_years: float | None = None
) -> dict[tuple[str, bool], Plan]:
    """The plan shown first for each therapy, apart for yearly regimens (True) and courses.

    For the patient's age: priced before not priced, in label, the default regimen, a reference
    product before its biosimilars, and then the lowest price per gram (immunoglobulins have no
    reference; their label doses differ, so totals do not compare). `age_years` None takes the
    condition's opening age; weight and height are the condition's opening ones.
    """
    opening = opening_patient(evidence, condition_id)
    if age_years is not None:
        opening = replace(opening, age_years=age_years)
    products = evidence.by_id("products")
    weight = np.array([opening.weight_kg])
    surface = np.array([opening.body_surface_m2 or math.nan])

    def rank(plan: Plan) -> tuple[Any, ...]:
        low = plan.money(weight, surface, ("low",)).columns
        usd = low["usd_year_one_low" if plan.chronic else "usd_per_course"]
        wrong_age = bool(age_note(plan, opening.age_years))
        return (
            wrong_age,
            wrong_age or math.isnan(usd[0]),
            plan.label_status != "in label",
            plan.first["is_default"] != "yes",
            schedule.known(products[plan.product_id]["reference_product_id"]),
            plan.usd_per_gram,
        )

    several: dict[tuple[str, bool], list[Plan]] = {}
    for plan in found:
        several.setdefault((plan.therapy_id, plan.chronic), []).append(plan)
    # Where there is no choice, nothing needs to be priced.
    return {key: min(of, key=rank) if len(of) > 1 else of[0] for key, of in several.items()}


def opening_plans(
    evidence: Evidence,
    condition_id: str,
    price_basis: str | None = None,
    cycle_days: float | None = None,
    age_years: float | None = None,
) -> Mapping[tuple[str, bool], Plan]:
    """`default_plans` of all the condition's plans, kept: no patient's weight or height matters."""
    if age_years is None:
        age_years = opening_patient(evidence, condition_id).age_years
    # Regimens are for ages from and below some year: between two such years nothing changes.
    edges = {0.0}
    for plan in plans(evidence, condition_id, price_basis, cycle_days):
        ages = plan.first["age_years_from"], plan.first["age_years_below"]
        edges.update(float(age) for age in ages if schedule.known(age) and age <= age_years)
    return _opening_plans(evidence, condition_id, price_basis, cycle_days, max(edges))


@functools.lru_cache(maxsize=256)
def _opening_plans(
    evidence: Evidence,
    condition_id: str,
    price_basis: str | None,
    cycle_days: float | None,
    age_years: float,
) -> Mapping[tuple[str, bool], Plan]:
    found = plans(evidence, condition_id, price_basis, cycle_days)
    return MappingProxyType(default_plans(evidence, found, condition_id, age_years))


def opening_patient(evidence: Evidence, condition_id: str) -> Patient:
    """The patient with which a page on this condition opens (a display setting, not evidence)."""
    check_condition(evidence, condition_id)
    row = evidence.by_id("conditions")[condition_id]
    factors = frozenset(split(row["implied_factors"]))
    return Patient(
        float(row["default_weight_kg"]),
        float(row["default_age_years"]),
        float(row["default_height_cm"]),
        factors=factors,
    )


def chain(
    plan: Plan, patient: Patient, end: str = "low", dosing_weight: str = "actual"
) -> pd.DataFrame:
    """The arithmetic behind one plan, one row per phase: from weight to dollars a year.

    Columns carry their units; `usd_per_dose` times `doses_year_one` adds up to the plan's
    `usd_year_one_low` (or `_high`). Empty where a phase has no price.
    """
    weight = dosing_weight_kg(patient, plan.therapy_id, dosing_weight)
    weights = np.array([weight])
    surface = np.array([patient.body_surface_m2 or math.nan])
    rows = []
    for row in plan.after_iv(patient.iv_dose_g, patient.iv_interval_weeks).rows:
        if isinstance(row.tariff, str) or not row.weight_fits(weights)[0]:
            continue
        phase, tariff = row.phase, row.tariff
        dosed, note = row.dosed(end, weights, surface, plan.fees)
        visits = int(dosed.visits[0])
        per_visit = dosed.dose_mg / visits
        minutes, computed = administration.infusion_minutes(
            phase, per_visit, weights, mg_per_ml(tariff)
        )
        doses = plan.doses(phase, end)
        usd = float(dosed.usd_drug[0] + dosed.usd_administration[0])
        rows.append(
            {
                "phase": phase["phase"],
                "route": phase["route"],
                "weight_kg": weight,
                "dose": f"{phase[f'dose_{end}']:g} {phase['dose_unit']} per {phase['dose_per']}",
                "dose_mg": float(dosed.dose_mg[0]),
                "visits_per_dose": visits,
                "dose_mg_per_visit": float(per_visit[0]),
                **opened(tariff, float(per_visit[0])),
                "usd_per_billing_unit": tariff.usd_per_billing_unit,
                "price_basis": tariff.price_basis,
                "code": tariff.code,
                "usd_drug_per_dose": float(dosed.usd_drug[0]),
                "infusion_minutes": float(minutes[0]),
                "minutes_computed": computed,
                "usd_administration_per_dose": float(dosed.usd_administration[0]),
                "usd_per_dose": usd,
                "doses_year_one": doses["year_one"],
                "usd_year_one": usd * doses["year_one"],
                "doses_later_year": doses["later_year"],
                "usd_later_year": usd * doses["later_year"],
                "note": note,
                "regimen_note": phase["notes"],
                "locator": phase["locator"],
                "source_id": f"{phase['source_id']};{tariff.source_id}",
            }
        )
    return pd.DataFrame(rows)


def opened(tariff: Tariff, dose_mg: float) -> dict[str, Any]:
    """Containers opened for one visit, and billing units given and discarded.

    Billing units given are rounded up to a whole unit, as a claim counts them.
    """
    blank = {"containers": "", "units_given": math.nan, "units_discarded": math.nan}
    if tariff.usd_per_day is not None or math.isnan(dose_mg):
        return blank
    counts = containers(np.array([dose_mg * MCG_PER["mg"]]), tariff.strengths_mcg)[0]
    pairs = sorted(zip(tariff.strengths_mcg, counts, tariff.names, strict=True), reverse=True)
    text = " + ".join(f"{count} x {name}" for _, count, name in pairs if count)
    if tariff.billing_mcg is None:
        return blank | {"containers": text}
    given = math.ceil((dose_mg * MCG_PER["mg"] - SLACK_MCG) / tariff.billing_mcg)
    total = float(counts @ np.array(tariff.strengths_mcg)) / tariff.billing_mcg
    discarded = max(0.0, total - given) if tariff.single_dose else 0.0
    return {"containers": text, "units_given": given, "units_discarded": discarded}


def before_rebates(price_basis: str) -> bool:
    """Whether a price is, wholly or in part, before rebates."""
    return any(basis not in NET_OF_REBATES for basis in price_basis.split(" + ") if basis)


def sensitivity(
    evidence: Evidence, condition_id: str, plan: Plan, patient: Patient
) -> pd.DataFrame:
    """One-way sensitivity of the plan's year-one cost (or course), most important first.

    Rows: weight (20 percent less and more), dose, interval, visits, cycles, price (lowest and
    highest of the price's own history in the data) and product. Columns `factor`, `low`, `high`
    (what was set), `usd_low`, `usd_high`. Everything else stays at the plan's low end.
    """
    span = "usd_year_one_low" if plan.chronic else "usd_per_course"

    def usd(changed: Plan, who: Patient = patient) -> float:
        return plan_cost(changed, who)[0][span]

    rows: list[tuple[str, str, str, float, float]] = []

    def add(factor: str, low: tuple[str, float], high: tuple[str, float]) -> None:
        if not math.isnan(low[1] + high[1]) and low[1] != high[1]:
            first, second = sorted([low, high], key=lambda pair: pair[1])
            rows.append((factor, first[0], second[0], first[1], second[1]))

    base, _ = plan_cost(plan, patient)
    swings = (patient.weight_kg * (1 + sign * WEIGHT_SWING) for sign in (-1, 1))
    weights = [min(300.0, max(1.0, round(swing, 1))) for swing in swings]
    light, heavy = (replace(patient, weight_kg=weight) for weight in weights)
    add(
        "weight", (f"{weights[0]:g} kg", usd(plan, light)), (f"{weights[1]:g} kg", usd(plan, heavy))
    )
    for factor, pairs in RANGES.items():
        if all(
            _alike(row.phase[of_low], row.phase[of_high])
            for row in plan.rows
            for _, of_low, of_high in pairs
        ):
            continue
        low_plan = _with_phases(plan, {to: of_low for to, of_low, _ in pairs})
        high_plan = _with_phases(plan, {to: of_high for to, _, of_high in pairs})
        add(
            factor,
            (_range_text(plan, [low for _, low, _ in pairs]), usd(low_plan)),
            (_range_text(plan, [high for _, _, high in pairs]), usd(high_plan)),
        )
    history = price_range(evidence, plan)
    if history:
        (low_day, low_factor), (high_day, high_factor) = history
        fee = base["usd_administration_year_one"] if plan.chronic else 0.0
        drug = base[span] - fee
        add(
            "price since 2023",
            (f"limit of {low_day}", fee + drug * low_factor),
            (f"limit of {high_day}", fee + drug * high_factor),
        )
    others = [
        other
        for other in plans(evidence, condition_id, None, plan.cycle_days)
        if other.regimen_id == plan.regimen_id
        and other.label_status in ("in label", plan.label_status)
    ]
    priced = [(cost, other) for other in others if not math.isnan(cost := usd(other))]
    if priced:
        cheap, dear = (choose(priced, key=lambda pair: pair[0]) for choose in (min, max))
        add(
            "product",
            (evidence.label("products", cheap[1].product_id), cheap[0]),
            (evidence.label("products", dear[1].product_id), dear[0]),
        )
    frame = pd.DataFrame(rows, columns=SENSITIVITY)
    frame["usd_base"] = base[span]
    order = (frame["usd_high"] - frame["usd_low"]).sort_values(ascending=False, kind="stable")
    return frame.loc[order.index].reset_index(drop=True)


# factor: (columns set, from which column at the low cost end, from which at the high end)
RANGES: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "dose": [("dose_low", "dose_low", "dose_high")],
    "interval": [("interval_high", "interval_high", "interval_low")],
    "spacing of cycles": [("cycle_days_high", "cycle_days_high", "cycle_days_low")],
    "visits per dose": [
        ("visits_per_dose_low", "visits_per_dose_low", "visits_per_dose_high"),
        ("visits_per_dose_high", "visits_per_dose_low", "visits_per_dose_high"),
    ],
}


def _alike(one: Any, other: Any) -> bool:
    """Whether two ends of a range are one: equal, or neither is known."""
    return bool(one == other) if schedule.known(one) else not schedule.known(other)


def _with_phases(plan: Plan, columns: Mapping[str, str]) -> Plan:
    rows = tuple(
        PricedPhase({**row.phase, **{to: row.phase[of] for to, of in columns.items()}}, row.tariff)
        for row in plan.rows
    )
    return replace(
        plan, rows=rows, cycle_days=None if "cycle_days_high" in columns else plan.cycle_days
    )


def _range_text(plan: Plan, columns: Sequence[str]) -> str:
    found = []
    for row in plan.rows:
        value = row.phase[columns[0]]
        if schedule.known(value) and row.phase["dose_low"] is not None:
            unit = {
                "dose": row.phase["dose_unit"],
                "interval": f"{row.phase['interval_unit']}s",
                "cycle": "days",
                "visits": "visits",
            }[columns[0].split("_")[0]]
            found.append(f"{value:g} {unit.removesuffix('s') if value == 1 else unit}")
    return " / ".join(dict.fromkeys(found))


def price_range(
    evidence: Evidence, plan: Plan
) -> tuple[tuple[str, float], tuple[str, float]] | None:
    """Quarter and ratio to the current price of the lowest and highest price in the data.

    Only where one code pays for the whole plan and its billing unit has not changed.
    """
    used = {
        (row.tariff.code, row.tariff.price_basis)
        for row in plan.rows
        if isinstance(row.tariff, Tariff)
    }
    if len(used) != 1:
        return None
    code, basis = used.pop()
    prices = evidence.prices
    own = prices["code"].eq(code) & prices["price_basis"].eq(basis)
    history = prices[own].sort_values("effective_from")
    if len(history) < 2 or len(set(history["billing_qty"])) > 1:
        return None
    usd = history["usd_per_billing_unit"] / history["usd_per_billing_unit"].iloc[-1]
    ends = usd.idxmin(), usd.idxmax()
    low, high = (
        (pd.Timestamp(history["effective_from"][i]).strftime("%Y-%m"), float(usd[i])) for i in ends
    )
    return low, high


def break_even_price(plan: Plan, other: Plan, patient: Patient, span: str = "later_year") -> float:
    """Price per billing unit at which `plan` costs what `other` costs, at both low ends.

    Money is linear in the price, so this is (other - administration) / billing units paid.
    NaN where either cannot be priced, or where the plan is paid on more than one code. Not a
    judgment of value: the two may differ in everything else.
    """
    prices = {
        (row.tariff.code, row.tariff.usd_per_billing_unit)
        for row in plan.rows
        if isinstance(row.tariff, Tariff)
    }
    if len(prices) != 1 or (usd_per_unit := prices.pop()[1]) is None:
        return math.nan
    own, _ = plan_cost(plan, patient)
    target, _ = plan_cost(other, patient)
    fee = own[f"usd_administration_{span}"]
    units = (own[f"usd_{span}_low"] - fee) / usd_per_unit
    return (target[f"usd_{span}_low"] - fee) / units if units else math.nan


COHORT_COLUMNS = ["patient_id", "condition_id", "therapy_id", "weight_kg"]
COHORT_OPTIONAL = ["product_id", "regimen_id", "price_basis"]


def cohort_cost(evidence: Evidence, patients: pd.DataFrame) -> pd.DataFrame:
    """The patients' table with `usd_year_one`, `usd_later_year` and `reason`, at the low end.

    Needs `patient_id, condition_id, therapy_id, weight_kg`; may name `product_id`, `regimen_id`,
    `price_basis` (blank: the default that pages open with). The input is not changed. Raises
    `ValueError` for missing columns, unknown conditions and weights that are not positive.
    Doses by body surface are blank: a cohort has no heights.

    >>> import compare, pandas as pd
    >>> patients = pd.DataFrame({"patient_id": [1, 2], "weight_kg": [60, 80]})
    >>> patients = patients.assign(condition_id="cidp", therapy_id="ivig")
    >>> found = compare.cohort_cost(compare.load(), patients)
    >>> list(found.columns[-3:]), bool(found["usd_year_one"].is_monotonic_increasing)
    (['usd_year_one', 'usd_later_year', 'reason'], True)
    """
    if missing := [name for name in COHORT_COLUMNS if name not in patients.columns]:
        raise ValueError(f"patients lacks the columns {missing}; expected {COHORT_COLUMNS}")
    weights = patients["weight_kg"].to_numpy(dtype=float, na_value=math.nan)
    if not (np.isfinite(weights) & (weights > 0)).all():
        row = int(np.flatnonzero(~(np.isfinite(weights) & (weights > 0)))[0])
        raise ValueError(f"weight_kg of row {row} is {weights[row]}; expected a positive number")
    year_one = np.full(len(patients), math.nan)
    later = np.full(len(patients), math.nan)
    reason = np.full(len(patients), "", dtype=object)
    keys = [*COHORT_COLUMNS[1:3], *(name for name in COHORT_OPTIONAL if name in patients.columns)]
    cache: dict[tuple[str, str | None], Sequence[Plan]] = {}
    group_of = patients.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    firsts = patients.loc[~pd.Series(group_of).duplicated().to_numpy(), keys]
    for group, first in enumerate(records(firsts)):
        where = np.flatnonzero(group_of == group)
        wanted = {key: value if schedule.known(value) else None for key, value in first.items()}
        condition_id, basis = str(wanted["condition_id"]), wanted.get("price_basis")
        if (condition_id, basis) not in cache:
            cache[condition_id, basis] = plans(evidence, condition_id, basis)
        plan = _wanted_plan(evidence, cache[condition_id, basis], condition_id, wanted)
        if plan is None:
            reason[where] = "no yearly regimen of this therapy in this condition"
            continue
        money = plan.money(weights[where], np.full(len(where), math.nan), ends=("low",))
        year_one[where] = money.columns["usd_year_one_low"]
        later[where] = money.columns["usd_later_year_low"]
        reason[where] = money.reason
    return patients.assign(usd_year_one=year_one, usd_later_year=later, reason=reason)


def _wanted_plan(
    evidence: Evidence, found: Sequence[Plan], condition_id: str, wanted: Mapping[str, Any]
) -> Plan | None:
    asked = [
        plan
        for plan in found
        if plan.therapy_id == wanted["therapy_id"]
        and wanted.get("product_id") in (None, plan.product_id)
        and wanted.get("regimen_id") in (None, plan.regimen_id)
    ]
    return default_plans(evidence, asked, condition_id).get((str(wanted["therapy_id"]), True))


def budget_effect(
    evidence: Evidence,
    patients: pd.DataFrame,
    to_therapy_id: str,
    share: float,
    span: str = "year_one",
) -> pd.DataFrame:
    """What moving a share of every therapy's patients to another therapy does to the budget.

    One row per therapy of the cohort: `patients`, `usd_now`, `usd_if_moved` (that share of the
    patients paid at `to_therapy_id`'s cost for their own weight), `usd_change`. Patients who
    cannot be priced on both sides are left out and counted in `patients_left_out`.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share!r}; expected a number from 0 to 1")
    now = cohort_cost(evidence, patients)
    moved_table = patients.drop(columns=[c for c in COHORT_OPTIONAL if c in patients.columns])
    moved = cohort_cost(evidence, moved_table.assign(therapy_id=to_therapy_id))
    usd = pd.DataFrame(
        {
            "therapy_id": now["therapy_id"],
            "now": now[f"usd_{span}"],
            "moved": moved[f"usd_{span}"],
        }
    )
    both = usd["now"].notna() & usd["moved"].notna()
    usd["counted"], usd["left_out"] = both, ~both
    usd.loc[~both, ["now", "moved"]] = 0.0
    sums = usd.groupby("therapy_id", sort=False)[["now", "moved", "counted", "left_out"]].sum()
    change = share * (sums["moved"] - sums["now"])
    return pd.DataFrame(
        {
            "therapy": [evidence.label("therapies", str(i)) for i in sums.index],
            "patients": sums["counted"].astype(int),
            "patients_left_out": sums["left_out"].astype(int),
            "usd_now": sums["now"],
            "usd_if_moved": sums["now"] + change,
            "usd_change": change,
        }
    ).reset_index()
