"""From a regimen and a weight to doses, vials, billing units and dollars."""

from compare.cost.arithmetic import chain, opened
from compare.cost.cohort import budget_effect, cohort_cost
from compare.cost.one_way import SENSITIVITY, break_even_price, price_range, sensitivity
from compare.cost.plan import Plan, age_note, negotiated_plans, plans
from compare.cost.standing import opening_plans, repeated, standing_plans
from compare.cost.table import (
    COLUMNS,
    DOSING_WEIGHTS,
    USUAL,
    annual_cost,
    beside,
    boundary_note,
    cost_rows,
    dosing_weight_kg,
    ending_note,
    later_note,
    plan_cost,
    without_negotiated,
)

__all__ = [
    "COLUMNS",
    "DOSING_WEIGHTS",
    "SENSITIVITY",
    "USUAL",
    "Plan",
    "age_note",
    "annual_cost",
    "beside",
    "boundary_note",
    "break_even_price",
    "budget_effect",
    "chain",
    "cohort_cost",
    "cost_rows",
    "dosing_weight_kg",
    "ending_note",
    "later_note",
    "negotiated_plans",
    "opened",
    "opening_plans",
    "plan_cost",
    "plans",
    "price_range",
    "repeated",
    "sensitivity",
    "standing_plans",
    "without_negotiated",
]
