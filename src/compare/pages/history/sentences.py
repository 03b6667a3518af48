"""What the price history says, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from compare.cost.history import changes
from compare.cost.prices import KIND_OF, KINDS
from compare.data.rows import Row
from compare.words import Finding, printed, short_name


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
        "codes": len(moved),
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
    """The largest fall and the largest rise among the condition's therapies, each of the product
    that stands for it, with the kind of price.

    `rows` are those of `usd_by_quarter`.
    """
    rows = list(rows)
    if not rows:
        return Finding(
            f"In {condition} no therapy has a cost for this patient: no change is shown."
        )
    moved = changes(rows, ["therapy_id", "therapy", "product", "price_basis"], "usd_low")
    if not moved:
        return Finding(
            f"In {condition} no therapy has two quarters of prices on today's basis: no change of "
            f"cost {what} is shown."
        )
    ranked = sorted(moved, key=lambda row: row["change_pct"])
    low, high = ranked[0], ranked[-1]
    numbers = {
        "therapies": len(moved),
        "lowest_pct": low["change_pct"],
        "highest_pct": high["change_pct"],
    }
    kinds = {KIND_OF[row["price_basis"]] for row in ranked}
    apart = len(kinds) > 1
    told = " to ".join(_of(row, apart) for row in (ranked if len(ranked) == 1 else (low, high)))
    priced = "" if apart else f", {KINDS[min(kinds)]},"
    return Finding(f"In {condition}, cost {what}{priced} changed by {told}.", numbers)


def _of(row: Row, kind: bool) -> str:
    """How far the cost of one therapy's product has moved, and since when; with its `kind`."""
    named = f"{short_name(row['therapy'])}, {row['product']}"
    named += f", {KINDS[KIND_OF[row['price_basis']]]}" if kind else ""
    return f"{_signed(row['change_pct'])} percent ({named}, since {row['first_from']:%Y-%m})"


def _signed(percent: float) -> str:
    return printed(percent, "+.1f")
