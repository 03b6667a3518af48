"""How prices have moved: dollars per gram of IVIG, and a year of each therapy, quarter by quarter.

Money at a past quarter is what today's regimen would cost at that quarter's price of the same
basis; fees for giving it are today's. It is not what was paid.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from compare.cost.containers import MCG_PER
from compare.cost.money import PAID
from compare.cost.plan import Plan, names_of, plans, repriced
from compare.cost.prices import price_book
from compare.cost.standing import opening_plans
from compare.cost.table import plan_cost
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import LEADING, Row, grouped, records

LIMIT = "asp_payment_limit"
GRAM_COLUMNS = ["code", "products", "effective_from", "effective_to", "usd_per_gram", "source_id"]
YEAR_COLUMNS = [
    *LEADING, "product_id", "product", "regimen_id", "use", "price_basis", "effective_from",
    "usd_low", "usd_high", "source_id",
]  # fmt: skip


@kept(4)
def usd_per_gram(evidence: Evidence) -> Sequence[Row]:
    """Medicare payment limits of IVIG in US dollars per gram, one row per code and quarter.

    Keys `GRAM_COLUMNS`; `products` names what the code pays for. It is not what IVIG can be
    bought for. Shared: do not change them.
    """
    classes = evidence.therapies.set_index("therapy_id")["therapy_class"]
    ivig = evidence.products[evidence.products["therapy_id"].map(classes).eq("ivig")]
    links = evidence.product_codes
    links = links[links["product_id"].isin(ivig["product_id"]) & links["route"].eq("IV")]
    named = links.merge(ivig[["product_id", "product"]], on="product_id")
    names = named.groupby("code")["product"].agg(lambda group: ", ".join(dict.fromkeys(group)))
    prices = evidence.prices
    rows = prices[prices["price_basis"].eq(LIMIT) & prices["code"].isin(names.index)].copy()
    grams = rows["billing_qty"] * rows["billing_unit"].map(MCG_PER) / MCG_PER["g"]
    rows["usd_per_gram"] = rows["usd_per_billing_unit"] / grams
    rows["products"] = rows["code"].map(names)
    return records(rows.sort_values(["code", "effective_from"])[GRAM_COLUMNS])


def quarters(evidence: Evidence) -> list[pd.Timestamp]:
    """First days of the quarters with payment limits in the data, up to the data's date."""
    prices = evidence.prices
    days = prices.loc[prices["price_basis"].eq(LIMIT), "effective_from"]
    today = pd.Timestamp(evidence.data_date)
    return sorted({pd.Timestamp(day) for day in days if day <= today})


@kept(32)
def _as_of(evidence: Evidence, day: pd.Timestamp) -> Evidence:
    """The same evidence as it stood on a day: only that day's prices are in force.

    Kept because the day's price book is kept on it.
    """
    return replace(evidence, data_date=day.date())


def quarter_rows(evidence: Evidence, condition_id: str, patient: Patient) -> list[dict[str, Any]]:
    """Year one (or a course) of each therapy's opening regimen at every quarter's prices.

    Rows with `YEAR_COLUMNS`; `use` "chronic" is money per year, else per course. A quarter in which
    the price on today's basis is not in the data has no row: it is not zero, and not a guess.
    """
    found = []
    today = opening_plans(evidence, condition_id, patient).values()
    past = [_past(evidence, condition_id, now.regimen_id, now.product_id) for now in today]
    for day, plan in itertools.chain(*past):
        low, high = _money(plan, patient)
        if low != low:  # noqa: PLR0124  (NaN: no price in that quarter)
            continue
        found.append(
            {
                **names_of(evidence, plan),
                "use": plan.first["use"],
                "price_basis": plan.price_basis,
                "effective_from": day,
                "usd_low": low,
                "usd_high": high,
                "source_id": plan.source_ids,
            }
        )
    return sorted(found, key=lambda row: (row["therapy"], row["use"], row["effective_from"]))


@kept(32)
def _past(
    evidence: Evidence, condition_id: str, regimen_id: str, product_id: str
) -> tuple[tuple[pd.Timestamp, Plan], ...]:
    """A plan at the prices of each quarter that has them on today's basis.

    Kept because each plan keeps what it costs patients of about one weight.
    """
    now = next(
        plan
        for plan in plans(evidence, condition_id)
        if (plan.regimen_id, plan.product_id) == (regimen_id, product_id)
    )
    phases = evidence.rows("regimens", "regimen_id", regimen_id)
    books = ((day, price_book(_as_of(evidence, day))) for day in quarters(evidence))
    found = ((day, repriced(now, phases, book)) for day, book in books)
    return tuple((day, plan) for day, plan in found if plan.price_basis == now.price_basis)


def _money(plan: Plan, patient: Patient) -> tuple[float, float]:
    columns, _ = plan_cost(plan, patient)
    low, high = PAID[plan.chronic]
    return columns[low], columns[high]


def changes(rows: Iterable[Row], key: list[str], value: str) -> list[dict[str, Any]]:
    """First and last figure per key and the change in percent, for keys with two quarters or more.

    Keys: the key's, `first_from`, `first`, `last_from`, `last`, `change_pct`.
    """
    found = []
    for keys, group in grouped(rows, lambda row: tuple(row[name] for name in key)).items():
        if len(group) < 2:
            continue
        ordered = sorted(group, key=lambda row: row["effective_from"])
        first, last = ordered[0], ordered[-1]
        found.append(
            {
                **dict(zip(key, keys, strict=True)),
                "first_from": first["effective_from"],
                "first": first[value],
                "last_from": last["effective_from"],
                "last": last[value],
                "change_pct": 100 * (last[value] / first[value] - 1),
            }
        )
    return found
