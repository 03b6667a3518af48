"""One-way sensitivity: how the cost of a plan follows from one thing at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from compare.cost.money import PAID
from compare.cost.phases import PricedPhase
from compare.cost.plan import Plan, age_note, plans
from compare.cost.table import plan_cost
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import Row, framed, known

SENSITIVITY = ["factor", "low", "high", "usd_low", "usd_high"]
COLUMNS = [*SENSITIVITY, "usd_base"]
WEIGHT_SWING = 0.2


@framed(COLUMNS)
def sensitivity(evidence: Evidence, condition_id: str, plan: Plan, patient: Patient) -> list[Row]:
    """One-way sensitivity of the plan's year-one cost (or course), most important first.

    Rows: weight (20 percent less and more), IgE (where it is not known, inside the label's bands),
    dose, interval, visits, cycles, price (lowest and highest of the price's own history in the
    data) and product. Columns `factor`, `low`, `high` (what was set), `usd_low`, `usd_high` and
    `usd_base` (as it is); everything else stays at the plan's low end.
    """
    span, _ = PAID[plan.chronic]
    base, _ = plan_cost(plan, patient)
    rows: list[Row] = []

    def usd(changed: Plan, *patients: Patient) -> list[float]:
        """Dollars at the low end, for each of the patients, who differ in weight alone."""
        if age_note(changed, patient.age_years):
            return [math.nan for _ in patients]
        weights = np.array([who.weight_kg for who in patients])
        surfaces = np.array([who.body_surface_m2 or math.nan for who in patients])
        money = changed.of(patient).money(weights, surfaces, ends=("low",))
        return [float(one) for one in money.columns[span]]

    def add(factor: str, low: tuple[str, float], high: tuple[str, float]) -> None:
        if not math.isnan(low[1] + high[1]) and low[1] != high[1]:
            first, second = sorted([low, high], key=lambda pair: pair[1])
            cells = factor, first[0], second[0], first[1], second[1], base[span]
            rows.append(dict(zip(COLUMNS, cells, strict=True)))

    swings = (patient.weight_kg * (1 + sign * WEIGHT_SWING) for sign in (-1, 1))
    weights = [min(300.0, max(1.0, round(swing, 1))) for swing in swings]
    both = usd(plan, *(replace(patient, weight_kg=weight) for weight in weights))
    add("weight", *((f"{weight:g} kg", cost) for weight, cost in zip(weights, both, strict=True)))
    bands = plan.of(patient).alternatives()
    of_bands = ((one.rows[0].ige_iu_ml, usd(one, patient)[0]) for one in bands if len(bands) > 1)
    levels = [pair for pair in of_bands if not math.isnan(pair[1])]
    if levels:
        ends = (choose(levels, key=lambda pair: pair[1]) for choose in (min, max))
        add("IgE", *((f"{level:g} IU/mL", cost) for level, cost in ends))
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
            (_range_text(plan, [low for _, low, _ in pairs]), usd(low_plan, patient)[0]),
            (_range_text(plan, [high for _, _, high in pairs]), usd(high_plan, patient)[0]),
        )
    history = price_range(evidence, plan)
    if history:
        (low_day, low_factor), (high_day, high_factor) = history
        fee = base["usd_administration_year_one"] if plan.chronic else 0.0
        drug = base[span] - fee
        add(
            "price by quarter",
            (str(low_day), fee + drug * low_factor),
            (str(high_day), fee + drug * high_factor),
        )
    others = [
        other
        for other in plans(evidence, condition_id, None, plan.cycle_days)
        if other.regimen_id == plan.regimen_id
        and other.label_status in ("in label", plan.label_status)
    ]
    # By `plan_cost`, since a page has just asked this of the same plans.
    costs = [(plan_cost(other, patient)[0][span], other) for other in others]
    if known_costs := [pair for pair in costs if not math.isnan(pair[0])]:
        cheap, dear = (choose(known_costs, key=lambda pair: pair[0]) for choose in (min, max))
        add(
            "product",
            (evidence.label("products", cheap[1].product_id), cheap[0]),
            (evidence.label("products", dear[1].product_id), dear[0]),
        )
    return sorted(rows, key=lambda row: row["usd_low"] - row["usd_high"])


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
    return bool(one == other) if known(one) else not known(other)


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
        if known(value) and row.phase["dose_low"] is not None:
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
    used = {(one.code, one.price_basis) for one in plan.tariffs}
    if len(used) != 1:
        return None
    code, basis = used.pop()
    paid = [row for row in evidence.rows("prices", "code", code) if row["price_basis"] == basis]
    if len(paid) < 2 or len({row["billing_qty"] for row in paid}) > 1:
        return None
    paid.sort(key=lambda row: row["effective_from"])
    last = paid[-1]["usd_per_billing_unit"]
    ends = (choose(paid, key=lambda row: row["usd_per_billing_unit"]) for choose in (min, max))
    low, high = (
        (f"{row['effective_from']:%Y-%m}", row["usd_per_billing_unit"] / last) for row in ends
    )
    return low, high


def break_even_price(plan: Plan, other: Plan, patient: Patient, span: str = "later_year") -> float:
    """Price per billing unit at which `plan` costs what `other` costs, at both low ends.

    Money is linear in the price, so this is (other - administration) / billing units paid.
    NaN where either cannot be priced, or where the plan is paid on more than one code. Not a
    judgment of value: the two may differ in everything else.
    """
    prices = {(one.code, one.usd_per_billing_unit) for one in plan.tariffs}
    if len(prices) != 1 or (usd_per_unit := prices.pop()[1]) is None:
        return math.nan
    own, _ = plan_cost(plan, patient)
    target, _ = plan_cost(other, patient)
    fee = own[f"usd_administration_{span}"]
    units = (own[f"usd_{span}_low"] - fee) / usd_per_unit
    return (target[f"usd_{span}_low"] - fee) / units if units else math.nan
