"""What the price history says, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from compare.cost.history import changes
from compare.data.rows import Row
from compare.trials.arms import MINUS
from compare.words import Finding, short_name


def per_gram(rows: Iterable[Row]) -> Finding:
    """Between what limits IVIG has moved, over the codes with two quarters or more.

    `rows` are those of `usd_per_gram`.
    """
    moved = changes(rows, ["code", "products"], "usd_per_gram")
    if not moved:
        return Finding("Our tables hold no price history of IVIG.")
    percents, lasts = ([row[name] for row in moved] for name in ("change_pct", "last"))
    low, high, lowest, highest = min(percents), max(percents), min(lasts), max(lasts)
    first, last = min(row["first_from"] for row in moved), max(row["last_from"] for row in moved)
    numbers = {
        "codes": float(len(moved)),
        "lowest_pct": low,
        "highest_pct": high,
        "last_low_usd": lowest,
        "last_high_usd": highest,
    }
    return Finding(
        f"From {first:%Y-%m} to {last:%Y-%m} the payment limits of {len(moved)} IVIG codes changed "
        f"by {_signed(low)} to {_signed(high)} percent; they now lie between ${lowest:.2f} and "
        f"${highest:.2f} per gram.",
        numbers,
    )


def per_year(rows: Iterable[Row], condition: str, what: str) -> Finding:
    """The largest fall and the largest rise among the condition's therapies.

    `rows` are those of `usd_by_quarter`.
    """
    moved = changes(rows, ["therapy_id", "therapy"], "usd_low")
    if not moved:
        return Finding(
            f"In {condition} no therapy has two quarters of prices on today's basis: no change of "
            f"cost {what} is shown."
        )
    ranked = sorted(moved, key=lambda row: row["change_pct"])
    low, high = ranked[0], ranked[-1]
    numbers = {
        "therapies": float(len(moved)),
        "lowest_pct": low["change_pct"],
        "highest_pct": high["change_pct"],
    }
    if len(ranked) == 1:
        return Finding(f"In {condition}, cost {what} changed by {_of(low)}.", numbers)
    return Finding(f"In {condition}, cost {what} changed by {_of(low)} to {_of(high)}.", numbers)


def _of(row: Row) -> str:
    """How far the cost of one therapy has moved, and since when."""
    change = _signed(row["change_pct"])
    return f"{change} percent ({short_name(row['therapy'])}, since {row['first_from']:%Y-%m})"


def _signed(percent: float) -> str:
    return f"{percent:+.1f}".replace("-", MINUS)
