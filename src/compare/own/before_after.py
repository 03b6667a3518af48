"""What a reader's own data change; the files to fill in."""

from __future__ import annotations

import math
from typing import Any

from compare.cost import annual_cost, cost_rows, opening_plans
from compare.cost.money import PAID
from compare.cost.table import IDS
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import Row, framed, known
from compare.own.prices import TEMPLATE
from compare.own.therapy import templates as therapy_templates

OF_PLAN = [*IDS, "use"]
MONEY = [*PAID[True], "usd_later_year_low", "usd_later_year_high", *PAID[False]]
MOVES = [*MONEY, "price_basis", "reason", "source_id"]
NOT_THERE: Row = dict.fromkeys(MOVES) | dict.fromkeys(MONEY, math.nan)
COLUMNS = [
    *OF_PLAN,
    *(f"{name}_{when}" for name in MOVES for when in ("before", "after")),
    "change_usd", "change_pct", "changed",
]  # fmt: skip
STANDS = ("product", "price_kind", "low", "high", "reason", "source_id")
NOTHING_STANDS = {f"{name}_{when}": None for name in STANDS for when in ("before", "after")}
CENT = 0.005


def templates(evidence: Evidence) -> dict[str, str]:
    """CSV files to fill in, by name: `own_prices.csv`, and one per table of an own therapy.

    The rows in `own_prices.csv` are examples, and are refused until they are replaced.
    """
    return {"own_prices.csv": TEMPLATE} | therapy_templates(evidence)


@framed(COLUMNS)
def difference(before: Evidence, after: Evidence, condition_id: str, patient: Patient) -> list[Row]:
    """Costs before and after, one row per regimen and product of either.

    Columns: ids and names, `use`; for year one, a later year and a course, low and high, the
    figure with `_before` and `_after`; `price_basis`, `reason` and `source_id` likewise;
    `change_usd` and `change_pct` (year one, or the course; at the low end); and `changed`: "new",
    "gone", "priced now", "no price now", "higher", "lower", "same". Changed rows come first.
    """
    now = {_key(row): row for row in annual_cost.rows(after, condition_id, patient)}
    then = now
    if before is not after:
        known_before = condition_id in before.by_id("conditions")
        rows = annual_cost.rows(before, condition_id, patient) if known_before else []
        then = {_key(row): row for row in rows}
    found = [_pair(then.get(key), now.get(key)) for key in sorted({**now, **then})]
    named = ("therapy", "product", "regimen")
    return sorted(found, key=lambda row: (row["changed"] == "same", *(row[name] for name in named)))


def _key(row: Row) -> tuple[str, str]:
    return row["regimen_id"], row["product_id"]


def _pair(before: Row | None, after: Row | None) -> Row:
    """One row of `difference`: a plan before and after, of which one may not be there."""
    either = after or before or {}
    first, high = PAID[either["use"] == "chronic"]
    then, now = before or NOT_THERE, after or NOT_THERE
    change = now[first] - then[first]
    moved = change if abs(change) > CENT else now[high] - then[high]
    if before is None or after is None:
        changed = "gone" if before else "new"
    elif known(now[first]) != known(then[first]):
        changed = "priced now" if known(now[first]) else "no price now"
    else:
        changed = "higher" if moved > CENT else "lower" if moved < -CENT else "same"
    return {
        **{name: either[name] for name in OF_PLAN},
        **{f"{name}_before": then[name] for name in MOVES},
        **{f"{name}_after": now[name] for name in MOVES},
        "change_usd": change,
        "change_pct": 100 * change / then[first] if then[first] > 0 else math.nan,
        "changed": changed,
    }


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
            ends = PAID[chronic]
            named = {"therapy_id": row["therapy_id"], "therapy": row["therapy"], "chronic": chronic}
            cells = dict(row) | {"low": row[ends[0]], "high": row[ends[1]]}
            place = found.setdefault((row["therapy_id"], chronic), named | NOTHING_STANDS)
            place |= {f"{name}_{when}": cells[name] for name in STANDS}
    for row in found.values():
        row["changed"] = any(
            row[f"{name}_before"] != row[f"{name}_after"] for name in ("product", "price_kind")
        ) or any(_moved(row[f"{name}_before"], row[f"{name}_after"]) for name in ("low", "high"))
    return sorted(found.values(), key=lambda row: (not row["changed"], row["therapy"].casefold()))


def _moved(before: float | None, after: float | None) -> bool:
    if not known(before) or not known(after):
        return known(before) != known(after)
    return abs(float(after or 0) - float(before or 0)) > CENT
