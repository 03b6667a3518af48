"""Costs of many patients, and what a switch changes for a budget."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from compare.cost.plan import Plan, plans
from compare.cost.standing import first_of_kinds, standing_plans
from compare.data.arguments import number, shown
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.patient import WEIGHT_KG
from compare.data.rows import known, records

COHORT_COLUMNS = ["patient_id", "condition_id", "therapy_id", "weight_kg"]
ID_TABLES = {
    "condition_id": "conditions", "therapy_id": "therapies", "product_id": "products",
    "regimen_id": "regimens",
}  # fmt: skip
COHORT_OPTIONAL = ["product_id", "regimen_id", "price_basis"]


def cohort_cost(evidence: Evidence, patients: pd.DataFrame) -> pd.DataFrame:
    """The patients' table with `usd_year_one`, `usd_later_year` and `reason`, at the low end.

    Needs `patient_id, condition_id, therapy_id, weight_kg`; may name `product_id`, `regimen_id`,
    `price_basis` (blank: the default that pages open with). The input is not changed. Raises
    `ValueError` for missing columns, unknown ids and weights that no `Patient` can have.
    Doses by body surface are blank: a cohort has no heights; nor IgE, of whose bands the low end
    is taken.

    >>> import compare, pandas as pd
    >>> patients = pd.DataFrame({"patient_id": [1, 2], "weight_kg": [60, 80]})
    >>> patients = patients.assign(condition_id="cidp", therapy_id="ivig")
    >>> found = compare.cohort_cost(compare.load(), patients)
    >>> list(found.columns[-3:]), bool(found["usd_year_one"].is_monotonic_increasing)
    (['usd_year_one', 'usd_later_year', 'reason'], True)
    """
    if not isinstance(patients, pd.DataFrame):
        raise ValueError(f"patients is {shown(patients)}; expected a table")
    if missing := [name for name in COHORT_COLUMNS if name not in patients.columns]:
        raise ValueError(f"patients lacks the columns {missing}; expected {COHORT_COLUMNS}")
    if twice := sorted({str(name) for name in patients.columns[patients.columns.duplicated()]}):
        raise ValueError(f"patients has the columns {shown(twice)} twice")
    weights = _cohort_weights(patients["weight_kg"])
    _check_ids(evidence, patients)
    year_one = np.full(len(patients), math.nan)
    later = np.full(len(patients), math.nan)
    reason = np.full(len(patients), "", dtype=object)
    keys = [*COHORT_COLUMNS[1:3], *(name for name in COHORT_OPTIONAL if name in patients.columns)]
    cache: dict[tuple[str, str | None], Sequence[Plan]] = {}
    group_of = patients.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    firsts = patients.loc[~pd.Series(group_of).duplicated().to_numpy(), keys]
    for group, first in enumerate(records(firsts)):
        where = np.flatnonzero(group_of == group)
        wanted = {key: value if known(value) else None for key, value in first.items()}
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


def _cohort_weights(cells: pd.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Weights in kilograms, each within what a `Patient` can weigh; else `ValueError`."""
    low, high = WEIGHT_KG
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        weights = cells.to_numpy(dtype=float, na_value=math.nan)
        outside = np.flatnonzero(~((weights >= low) & (weights <= high)))
        if not len(outside):
            return weights
    for row, value in enumerate(cells):
        number(f"weight_kg of row {row}", value, low, high, "kilograms")
    return cells.to_numpy(dtype=float)


def _check_ids(evidence: Evidence, patients: pd.DataFrame) -> None:
    """Raise `ValueError` for a cell that is no id of its table, nor blank where it may be."""
    for name, table in ID_TABLES.items():
        if name not in patients.columns:
            continue
        cells, ids = patients[name].tolist(), set(getattr(evidence, table)[name])

        def fits(cell: Any, name: str = name, ids: set[str] = ids) -> bool:
            if isinstance(cell, str):
                return cell in ids or name == "regimen_id"  # one that is nowhere has no cost
            return name in COHORT_OPTIONAL and bool(pd.api.types.is_scalar(cell) and pd.isna(cell))

        try:
            good = all(map(fits, set(cells)))
        except TypeError:  # a list, which no set holds
            good = False
        if not good:
            row, cell = next((row, cell) for row, cell in enumerate(cells) if not fits(cell))
            raise ValueError(f"{name} of row {row} is {shown(cell)}; expected an id of {table}")


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
    opening = opening_patient(evidence, condition_id)
    chosen = first_of_kinds(standing_plans(evidence, asked, opening))
    return chosen.get((str(wanted["therapy_id"]), True))


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
    share = number("share", share, 0, 1)
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
