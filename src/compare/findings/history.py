"""What the price history says, in a sentence."""

from __future__ import annotations

import pandas as pd

from compare.findings import Finding
from compare.history import change
from compare.markup import short_name


def per_gram(frame: pd.DataFrame) -> Finding:
    """Between what limits IVIG has moved, over the codes with two quarters or more."""
    moved = change(frame, ["code", "products"], "usd_per_gram")
    if moved.empty:
        return Finding("Our tables hold no price history of IVIG.")
    low, high = moved["change_pct"].min(), moved["change_pct"].max()
    first, last = moved["first_from"].min(), moved["last_from"].max()
    numbers = {
        "codes": float(len(moved)),
        "lowest_pct": float(low),
        "highest_pct": float(high),
        "last_low_usd": float(moved["last"].min()),
        "last_high_usd": float(moved["last"].max()),
    }
    return Finding(
        f"From {first:%Y-%m} to {last:%Y-%m} the payment limits of {len(moved)} IVIG codes changed "
        f"by {low:+.1f} to {high:+.1f} percent; they now lie between ${moved['last'].min():.2f} "
        f"and ${moved['last'].max():.2f} per gram.",
        numbers,
    )


def per_year(frame: pd.DataFrame, condition: str, what: str) -> Finding:
    """The largest fall and the largest rise among the condition's therapies."""
    moved = change(frame, ["therapy_id", "therapy"], "usd_low")
    if moved.empty:
        return Finding(
            f"For {condition} no therapy has prices of two quarters {what} on today's basis."
        )
    ranked = moved.sort_values("change_pct", kind="stable")
    low, high = ranked.iloc[0], ranked.iloc[-1]
    numbers = {
        "therapies": float(len(moved)),
        "lowest_pct": float(low["change_pct"]),
        "highest_pct": float(high["change_pct"]),
    }
    if len(ranked) == 1:
        return Finding(
            f"For {condition}, {short_name(low['therapy'])} {what} changed by "
            f"{low['change_pct']:+.1f} percent since {low['first_from']:%Y-%m}.",
            numbers,
        )
    return Finding(
        f"For {condition}, cost {what} changed between {low['change_pct']:+.1f} percent "
        f"({short_name(low['therapy'])}, since {low['first_from']:%Y-%m}) and "
        f"{high['change_pct']:+.1f} percent ({short_name(high['therapy'])}, since "
        f"{high['first_from']:%Y-%m}).",
        numbers,
    )
