"""What holds on a day, and what in the data is old on it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from compare.data.rows import records

if TYPE_CHECKING:
    from compare.data.evidence import Evidence


PRICE_MONTHS = 6
LABEL_MONTHS = 12


def in_force(lines: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Which price lines hold on a day: begun, and not yet ended."""
    return lines["effective_from"].le(day) & ~lines["effective_to"].lt(day)


def age(evidence: Evidence, today: date | None = None) -> list[str]:
    """What in the data is old on that day (None: today), one sentence each; empty if nothing is.

    Prices in force on the data's date that began more than two quarters before; labels read in a
    revision more than 12 months old; products withdrawn or discontinued; products first approved
    in the last or the present calendar year. A label that is old may still be the current one.
    """
    day = today or date.today()
    parts = (_old_prices, _old_labels, _off_the_market, _newly_approved)
    return [sentence for part in parts if (sentence := part(evidence, day))]


def _old_prices(evidence: Evidence, today: date) -> str:
    """Prices by the year (Medicare's negotiated ones) are old when their year is over."""
    prices = evidence.prices[in_force(evidence.prices, pd.Timestamp(evidence.data_date))]
    months = prices["price_basis"].map({"maximum_fair_price": 12}).fillna(PRICE_MONTHS)
    limits = [
        start + pd.DateOffset(months=int(count))
        for start, count in zip(prices["effective_from"], months, strict=True)
    ]
    old = prices[pd.Series(limits, prices.index, "datetime64[us]").lt(pd.Timestamp(today))]
    if old.empty:
        return ""
    count = "1 price" if len(old) == 1 else f"{len(old)} prices"
    verb = "is" if len(old) == 1 else "are"
    return (
        f"{count} in use {verb} older than two quarters (the oldest from "
        f"{old['effective_from'].min():%Y-%m-%d}). Load CMS's newest file."
    )


def _old_labels(evidence: Evidence, today: date) -> str:
    products = evidence.products[evidence.products["label_revised"].notna()]
    limit = (pd.Timestamp(today) - pd.DateOffset(months=LABEL_MONTHS)).strftime("%Y-%m")
    old = products[products["label_revised"].lt(limit)].sort_values("label_revised")
    if old.empty:
        return ""
    named = ", ".join(f"{row['product']} {row['label_revised']}" for row in records(old))
    return (
        f"{len(old)} of {len(products)} labels were read in a revision more than "
        f"{LABEL_MONTHS} months old; there may be a newer one: {named}."
    )


def _off_the_market(evidence: Evidence, today: date) -> str:
    del today
    products = evidence.products
    gone = products[products["status"].isin(["withdrawn", "discontinued"])]
    if gone.empty:
        return ""
    named = ", ".join(f"{row['product']} ({row['status']})" for row in records(gone))
    return f"No longer sold: {named}."


def _newly_approved(evidence: Evidence, today: date) -> str:
    products = evidence.products
    new = products[products["us_approval_year"].ge(today.year - 1).fillna(False)]
    if new.empty:
        return ""
    named = ", ".join(f"{row['product']} ({row['us_approval_year']})" for row in records(new))
    return f"Newly labeled (approved since {today.year - 1}), so little is known yet: {named}."
