"""Which plan stands for a therapy: one rule, for every page that shows one product of several.

In this order: the condition's opening regimen; at its usual dose; a product that is in label for
the condition, age and weight, else one that the regimen serves; of these the one whose first year
(or course) costs least. Prices of different kinds never compete: one plan stands for each kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from compare.cost.phases import PricedPhase
from compare.cost.plan import Plan, age_note, negotiated_plans, plans
from compare.cost.schedule import MONTH_DAYS
from compare.data.arguments import number
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import grouped, known

IN_LABEL, NOT_READ = "in label", "label not read for this use"
Key = tuple[str, bool, str]


def standing_plans(evidence: Evidence, found: Iterable[Plan], patient: Patient) -> dict[Key, Plan]:
    """The plan that stands for each therapy, use (True: per year) and kind of price.

    A product whose label was not read for the use, that does not stand (`stands` of `products`) or
    is contraindicated in this patient stands only where there is no other. A therapy without a
    price for a use has one plan, with the kind "".
    """
    surface = patient.body_surface_m2 or math.nan
    products = evidence.by_id("products")

    def usd(plan: Plan) -> tuple[float, float]:
        """First year (or course) and later year at the usual dose, in the middle of ranges."""
        money, _ = plan.of(patient).usual.one(patient.weight_kg, surface)
        if not plan.chronic:
            return (money["usd_per_course"] + money["usd_per_course_high"]) / 2, 0.0
        later = (money["usd_later_year_low"] + money["usd_later_year_high"]) / 2
        return (money["usd_year_one_low"] + money["usd_year_one_high"]) / 2, later

    def rank(priced: tuple[tuple[float, float], Plan]) -> tuple[Any, ...]:
        both, plan = priced
        return (
            not patient.factors.isdisjoint(contraindicating(evidence, plan.product_id)),
            products[plan.product_id]["stands"] == "no",
            *both,
            plan.product_id,
        )

    standing: dict[Key, Plan] = {}
    for use, every in grouped(found, lambda plan: (plan.therapy_id, plan.chronic)).items():
        left = every
        for better in (
            lambda plan: not age_note(plan, patient.age_years),
            lambda plan: plan.first["is_default"] == "yes",
            lambda plan: plan.label_status == IN_LABEL,
            lambda plan: plan.label_status != NOT_READ,
        ):
            left = [plan for plan in left if better(plan)] or left
        # Each plan is priced once: this runs at every change of weight.
        kinds: dict[str, list[tuple[tuple[float, float], Plan]]] = {}
        for plan in left:
            both = usd(plan)
            kind = "" if math.isnan(both[0]) else plan.price_kind
            kinds.setdefault(kind, []).append((both, plan))
        for kind, choice in kinds.items():
            if kind or len(kinds) == 1:
                standing[*use, kind] = min(choice, key=rank)[1]
    return standing


@kept(1024)
def contraindicating(evidence: Evidence, product_id: str) -> frozenset[str]:
    """Factors that alone meet a contraindication of the product's label, or its reference's, and
    those that imply one of them.
    """
    reference = evidence.by_id("products")[product_id]["reference_product_id"]
    found = [
        row["factor_id"]
        for of in (product_id, reference)
        if known(of)
        for row in evidence.rows("cautions", "product_id", of)
        if row["met_by_factor"] == "yes"
    ]
    for factor in found:  # which grows on the way
        rows = evidence.rows("factor_implies", "implied_factor_id", factor)
        found += [
            row["factor_id"]
            for row in rows
            if row["relation"] == "implies" and row["factor_id"] not in found
        ]
    return frozenset(found)


def opening_plans(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    price_basis: str | None = None,
    cycle_days: float | None = None,
    medicare: bool = False,
) -> Mapping[tuple[str, bool], Plan]:
    """One plan for each therapy and use of a condition, where a page has room for one.

    Of the plans that stand, an own price comes first, then net of rebates, then before rebates;
    where the payer is `medicare`, a negotiated one comes before the latter.
    """
    plans(evidence, condition_id, price_basis, cycle_days)  # refuses wrong arguments
    return _opening_plans(evidence, condition_id, patient, price_basis, cycle_days, medicare)


@kept(64)
def _opening_plans(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    price_basis: str | None,
    cycle_days: float | None,
    medicare: bool,
) -> Mapping[tuple[str, bool], Plan]:
    found = paid_plans(evidence, condition_id, price_basis, cycle_days, medicare)
    return MappingProxyType(first_of_kinds(standing_plans(evidence, found, patient)))


def paid_plans(
    evidence: Evidence,
    condition_id: str,
    price_basis: str | None,
    cycle_days: float | None,
    medicare: bool,
) -> tuple[Plan, ...]:
    """`plans`, and where the payer is `medicare` those at a negotiated price.

    None of the latter where one basis is asked for.
    """
    found = plans(evidence, condition_id, price_basis, cycle_days)
    also = medicare and price_basis is None
    return found + (negotiated_plans(evidence, condition_id, cycle_days) if also else ())


def first_of_kinds(standing: Mapping[Key, Plan]) -> dict[tuple[str, bool], Plan]:
    """Of the plans that stand, one for each therapy and use: own, net, negotiated, before rebates.

    Negotiated ones stand only where the payer is Medicare.
    """
    order = ["own", "net", "negotiated", "before_rebates", ""]
    chosen: dict[tuple[str, bool], Plan] = {}
    for key in sorted(standing, key=lambda key: order.index(key[2])):
        chosen.setdefault(key[:2], standing[key])
    return chosen


def repeated(plan: Plan, months: float) -> Plan:
    """The plan of a course as one of years: the whole course again every so many months.

    The interval is the reader's; no source of the regimen need have it. `months`: 1 to 60.
    """
    months = number("course_months", months, 1, 60, "months")
    rows: list[PricedPhase] = []
    for row in plan.rows:
        days = dict.fromkeys(("cycle_days_low", "cycle_days_high"), months * MONTH_DAYS)
        first = {"days": row.phase["days"] if known(row.phase["days"]) else "0"}
        named = {"phase": f"cycle_{len(rows) + 1}", "use": "chronic"}
        rows.append(replace(row, phase={**row.phase, **days, **first, **named}))
    return replace(plan, rows=tuple(rows), cycle_days=None)
