"""Which plan stands for a therapy where a page opens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from compare.cost.plan import Plan, plans
from compare.cost.table import age_note
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence, kept
from compare.data.rows import known


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
            known(products[plan.product_id]["reference_product_id"]),
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
        edges.update(float(age) for age in ages if known(age) and age <= age_years)
    return _opening_plans(evidence, condition_id, price_basis, cycle_days, max(edges))


@kept(256)
def _opening_plans(
    evidence: Evidence,
    condition_id: str,
    price_basis: str | None,
    cycle_days: float | None,
    age_years: float,
) -> Mapping[tuple[str, bool], Plan]:
    found = plans(evidence, condition_id, price_basis, cycle_days)
    return MappingProxyType(default_plans(evidence, found, condition_id, age_years))
