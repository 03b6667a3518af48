"""What a reader's own data change; the files to fill in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from compare.cost import annual_cost, cost_rows, opening_plans
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import Row, known
from compare.own.prices import TEMPLATE
from compare.own.therapy import templates as therapy_templates

KEYS = ["therapy_id", "therapy", "therapy_class", "product_id", "product", "regimen_id", "regimen"]
MONEY = ["usd_year_one_low", "usd_year_one_high", "usd_later_year_low", "usd_later_year_high"]
COURSE = ["usd_per_course", "usd_per_course_high"]
BESIDE = ["use", "price_basis", "reason", "source_id"]
CENT = 0.005


def templates(evidence: Evidence) -> dict[str, str]:
    """CSV files to fill in, by name: `own_prices.csv`, and one per table of an own therapy.

    The rows in `own_prices.csv` are examples, and are refused until they are replaced.
    """
    return {"own_prices.csv": TEMPLATE} | therapy_templates(evidence)


def difference(
    before: Evidence, after: Evidence, condition_id: str, patient: Patient
) -> pd.DataFrame:
    """Costs before and after, one row per regimen and product of either.

    Columns: ids and names, `use`; for year one, a later year and a course, low and high, the
    figure with `_before` and `_after`; `price_basis`, `reason` and `source_id` likewise;
    `change_usd` and `change_pct` (year one, or the course; at the low end); and `changed`: "new",
    "gone", "priced now", "no price now", "higher", "lower", "same". Changed rows come first.
    """
    new_condition = condition_id not in set(before.conditions["condition_id"])
    now = annual_cost(after, condition_id, patient)
    then = now.iloc[:0] if new_condition else annual_cost(before, condition_id, patient)
    columns = [*MONEY, *COURSE, *BESIDE]
    key = ["regimen_id", "product_id"]
    merged = now[[*KEYS, *columns]].merge(
        then[[*KEYS, *columns]], on=key, how="outer", suffixes=("_after", "_before"), indicator=True
    )
    found = pd.DataFrame({name: merged[name] for name in key})
    for name in [*KEYS, "use"]:
        if name not in key:
            found[name] = merged[f"{name}_after"].fillna(merged[f"{name}_before"])
    found = found[[*KEYS, "use"]]
    for name in [*MONEY, *COURSE, *BESIDE[1:]]:
        for when in ("before", "after"):
            found[f"{name}_{when}"] = merged[f"{name}_{when}"]
    yearly = found["use"].eq("chronic")
    money = {
        when: found[f"usd_year_one_low_{when}"].where(yearly, found[f"usd_per_course_{when}"])
        for when in ("before", "after")
    }
    high = {
        when: found[f"usd_year_one_high_{when}"].where(yearly, found[f"usd_per_course_high_{when}"])
        for when in ("before", "after")
    }
    found["change_usd"] = money["after"] - money["before"]
    found["change_pct"] = (100 * found["change_usd"] / money["before"]).where(money["before"].gt(0))
    moved = found["change_usd"].where(
        found["change_usd"].abs().gt(CENT), high["after"] - high["before"]
    )
    changed = pd.Series("same", index=found.index)
    changed[moved.gt(CENT)] = "higher"
    changed[moved.lt(-CENT)] = "lower"
    changed[money["before"].isna() & money["after"].notna()] = "priced now"
    changed[money["before"].notna() & money["after"].isna()] = "no price now"
    changed[merged["_merge"].eq("left_only")] = "new"
    changed[merged["_merge"].eq("right_only")] = "gone"
    found["changed"] = changed
    found["_same"] = changed.eq("same")
    order = found.sort_values(["_same", "therapy", "product", "regimen"], kind="stable")
    return order.drop(columns="_same").reset_index(drop=True)


def standing(
    before: Evidence, after: Evidence, condition_id: str, patient: Patient, medicare: bool = False
) -> list[Row]:
    """What stands for each therapy and use before and after, changed ones first, then by name.

    Keys: `therapy_id, therapy, chronic`, and with `_before` and `_after` `product`, `price_kind`,
    `low`, `high` (US dollars in year one, or of a course), `reason`, `source_id`; blank where it
    was not there. `changed` says whether dollars, product or kind did.
    """
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for when, evidence in (("before", before), ("after", after)):
        if condition_id not in evidence.by_id("conditions"):
            continue
        chosen = opening_plans(evidence, condition_id, patient, medicare=medicare)
        for row in cost_rows(evidence, chosen.values(), patient):
            chronic = row["use"] == "chronic"
            ends = ("usd_year_one_low", "usd_year_one_high") if chronic else COURSE
            named = {"therapy_id": row["therapy_id"], "therapy": row["therapy"], "chronic": chronic}
            cells = {name: row[name] for name in ("product", "price_kind", "reason", "source_id")}
            cells |= {"low": row[ends[0]], "high": row[ends[1]]}
            place = found.setdefault((row["therapy_id"], chronic), named)
            place |= {f"{name}_{when}": value for name, value in cells.items()}
    for row in found.values():
        for name in ("product", "price_kind", "reason", "source_id", "low", "high"):
            for when in ("before", "after"):
                row.setdefault(f"{name}_{when}", None)
        row["changed"] = any(
            row[f"{name}_before"] != row[f"{name}_after"] for name in ("product", "price_kind")
        ) or any(_moved(row[f"{name}_before"], row[f"{name}_after"]) for name in ("low", "high"))
    return sorted(found.values(), key=lambda row: (not row["changed"], row["therapy"].casefold()))


def _moved(before: float | None, after: float | None) -> bool:
    if not known(before) or not known(after):
        return known(before) != known(after)
    return abs(float(after or 0) - float(before or 0)) > CENT
