"""What each therapy costs this patient: tables made of priced plans.

Money is US dollars: the drug, its discarded part included, plus administration. It is not what
a patient pays, and inpatient care is not modelled. Low and high are the range of doses,
intervals, cycles and visits that a source allows, not a confidence interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from compare.cost import schedule
from compare.cost.money import MONEY_COLUMNS, PAID
from compare.cost.plan import Plan, age_note, names_of, plans
from compare.cost.reasons import IGE_OPEN
from compare.cost.standing import standing_plans
from compare.data.arguments import one_of
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import LEADING, Row, framed, known
from compare.words import usd

OF_PRICE = ["price_basis", "price_kind", "mixed_kinds", "stands_for_therapy"]
USUAL = ["usd_year_one_usual", "usd_per_course_usual"]
IDS = [*LEADING, "product_id", "product", "regimen_id", "regimen"]
COLUMNS = [
    *IDS, "route", "use", *OF_PRICE, *MONEY_COLUMNS, *USUAL, "usd_year_two", "reason", "note",
    "label_status", "is_default", "source_id",
]  # fmt: skip
DOSING_WEIGHTS = ("actual", "ideal", "adjusted")


@framed(COLUMNS)
def annual_cost(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    price_basis: str | None = None,
    cycle_days: float | None = None,
    dosing_weight: str = "actual",
) -> list[Row]:
    """What each regimen costs this patient with each product, in US dollars.

    One row per regimen and product: ids, `price_basis`, `price_kind` ("net" of rebates,
    "before_rebates", "negotiated", "own"; "" without a price), `mixed_kinds` (whether an earlier
    phase has a price of another kind), `stands_for_therapy` (True on the one row that stands for
    each therapy, use and kind; see `standing`), `usd_year_one_low/high`,
    `usd_later_year_low/high` (drug with its discarded part, plus administration), the same for
    administration alone, doses, visits and chair hours (plain: at the low end; `_high`: at the
    other), `usd_per_course(_high)` for courses, `usd_year_one_usual` and `usd_per_course_usual`
    (the low end at the usual dose, at which products are compared; the middle where IgE is not
    known), `usd_year_two` (of a regimen that ends: what is due in the second year, once; blank
    where it goes on), `reason` where a figure is blank or a fee is not known, `note`,
    `label_status`, `is_default`, `source_id`.
    `dosing_weight` "ideal" or "adjusted" applies to intravenous immunoglobulin only; where actual
    weight counts all the same (`dosing_weight_note`), `note` says so. Raises `ValueError` for an
    unknown condition, basis or dosing weight.

    >>> import compare
    >>> evidence = compare.load()
    >>> patient = compare.Patient(weight_kg=70, age_years=54)
    >>> table = compare.annual_cost(evidence, "ms_relapsing", patient)
    >>> tysabri = table[table["product_id"].eq("tysabri") & table["is_default"]].iloc[0]
    >>> tysabri["regimen_id"], int(tysabri["doses_year_one"])
    ('natalizumab_ms_relapsing', 13)
    """
    Patient.check(patient)
    found = plans(evidence, condition_id, price_basis, cycle_days)
    return cost_rows(evidence, found, patient, dosing_weight)


def dosing_weight_kg(patient: Patient, plan: Plan, dosing_weight: str = "actual") -> float:
    """Weight by which a plan is dosed. Ideal and adjusted weight are for some therapies only.

    Never above actual weight; actual weight too for a child and below 152.4 cm, for whom there is
    no ideal weight. Raises `ValueError` where an adult's height or sex is missing.
    """
    one_of("dosing_weight", dosing_weight, DOSING_WEIGHTS)
    if dosing_weight == "actual" or not plan.ideal_weight or patient.without_ideal_weight:
        return patient.weight_kg
    weight = patient.ideal_weight_kg if dosing_weight == "ideal" else patient.adjusted_weight_kg
    if weight is None:
        raise ValueError(f"{dosing_weight} weight needs an adult's sex and height")
    return min(patient.weight_kg, weight)


def dosing_weight_note(patient: Patient, plan: Plan, dosing_weight: str) -> list[str]:
    """What to say where actual weight counts although another was asked for; else nothing."""
    if dosing_weight == "actual" or not plan.ideal_weight:
        return []
    ideal = patient.ideal_weight_kg
    if why := patient.without_ideal_weight:
        return [f"dosed by actual weight: no ideal weight is defined {why}"]
    if ideal is not None and ideal > patient.weight_kg:
        return [f"dosed by actual weight: the ideal weight, {ideal:.1f} kg, is above it"]
    return []


def cost_rows(
    evidence: Evidence, found: Iterable[Plan], patient: Patient, dosing_weight: str = "actual"
) -> list[Row]:
    """The rows of `annual_cost` for plans that are already built."""
    whole_plans = list(found)
    standing = {id(plan) for plan in standing_plans(evidence, whole_plans, patient).values()}
    rows: list[Row] = []
    for whole in whole_plans:
        columns, reason = plan_cost(whole, patient, dosing_weight)
        paid, _ = PAID[whole.chronic]
        plan = whole.of(patient).at(dosing_weight_kg(patient, whole, dosing_weight))
        rows.append(
            {
                **names_of(evidence, plan),
                "route": "+".join(dict.fromkeys(str(row.phase["route"]) for row in plan.rows)),
                "use": plan.first["use"],
                "price_basis": plan.price_basis,
                "price_kind": "" if math.isnan(columns[paid]) else plan.price_kind,
                "mixed_kinds": plan.mixed_kinds,
                "stands_for_therapy": id(whole) in standing,
                **columns,
                "usd_year_two": _year_two(plan, patient),
                "reason": reason,
                "note": "; ".join(
                    [
                        *dosing_weight_note(patient, plan, dosing_weight),
                        *([IGE_OPEN] if len(plan.alternatives()) > 1 else []),
                        *plan.notes,
                        *ending_note(plan),
                        *boundary_note(plan),
                    ]
                ),
                "label_status": plan.label_status,
                "is_default": plan.first["is_default"] == "yes",
                "source_id": plan.source_ids,
            }
        )
    return rows


def _year_two(plan: Plan, patient: Patient) -> float:
    """Dollars that a regimen that ends costs in its second year; NaN where it goes on."""
    if not plan.ends:
        return math.nan
    due = plan.year_two
    if due is None:
        return 0.0
    return due.one(patient.weight_kg, patient.body_surface_m2 or math.nan)[0]["usd_year_one_low"]


def later_note(row: Row, each: str = "") -> str:
    """What to say after the later year's dollars of a regimen that ends; else empty."""
    due = row["usd_year_two"]
    if not known(due):
        return ""
    return ", as the regimen ends" + (f" (in year two, once: {usd(due)}{each})" if due else "")


def without_negotiated(rows: Iterable[Row]) -> dict[str, str]:
    """Why there is no year or course at Medicare's negotiated price, by therapy.

    `rows` are those of negotiated plans. A part of a sum is never shown: a dose without such a
    price, as an infusion before pens, leaves the whole blank.
    """
    return {
        row["therapy_id"]: f"{row['product']}, negotiated by Medicare: no sum, {row['reason']}"
        for row in rows
        if row["stands_for_therapy"] and not row["price_kind"]
    }


def beside(rows: Iterable[Row], standing: Row) -> list[Row]:
    """The other products that a row stands for, one row each, cheapest at the usual dose first.

    `rows` are those of `annual_cost`. Of the same therapy, use, kind of price and label status; by
    the condition's opening regimens (else by the row's own regimen).
    """
    usual = USUAL[0] if standing["use"] == "chronic" else USUAL[1]
    same = ("therapy_id", "use", "price_kind", "label_status", "is_default")
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (row[usual], row["product_id"])):
        if (
            known(row[usual])
            and all(row[name] == standing[name] for name in same)
            and (row["is_default"] or row["regimen_id"] == standing["regimen_id"])
        ):
            found.setdefault(row["product_id"], row)
    found.pop(standing["product_id"], None)
    return list(found.values())


def plan_cost(
    plan: Plan, patient: Patient, dosing_weight: str = "actual"
) -> tuple[dict[str, float], str]:
    """Columns of one plan for one patient, and the reason for what is blank or not counted."""
    size = dosing_weight_kg(patient, plan, dosing_weight), patient.body_surface_m2 or math.nan
    plan = plan.of(patient)
    usual = plan.usual
    at_usual, reason = usual.one(*size)
    columns = dict(at_usual)
    if any(one is not other for one, other in zip(usual.rows, plan.rows, strict=True)):
        money, reason = plan.one(*size)
        columns = dict(money)
    for name, (low, high) in zip(USUAL, PAID.values(), strict=True):
        columns[name] = at_usual[low]
        if len(plan.alternatives()) > 1:
            columns[name] = (columns[name] + at_usual[high]) / 2
    if wrong_age := age_note(plan, patient.age_years):
        return dict.fromkeys(columns, math.nan), "; ".join(filter(None, [wrong_age, reason]))
    return columns, reason


def ending_note(plan: Plan) -> list[str]:
    """What to say of a yearly regimen that ends, with the courses that come after year one."""
    if not plan.ends:
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
