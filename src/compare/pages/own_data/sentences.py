"""What files and prices of the reader's own have changed, in two sentences."""

from __future__ import annotations

from collections.abc import Sequence

from compare.data.rows import Row, known
from compare.words import Finding, printed, short_name, usd

NOTHING = "Nothing of your own is used yet. Enter one price, or choose a file."
NAMED = 2


def changed(
    standing: Sequence[Row], costs: Sequence[Row], condition: str, anything: bool
) -> Finding:
    """What stands for which therapy now, and how many costs moved.

    `standing` is `own.standing`, `costs` the rows of `own.difference`.
    """
    if not anything:
        return Finding(NOTHING, {"changed": 0, "costs": len(costs)})
    moved = [row for row in costs if row["changed"] != "same"]
    numbers: dict[str, float] = {"changed": len(moved), "costs": len(costs)}
    if not moved:
        return Finding(
            f"In {condition} none of {len(costs)} costs changed: what you loaded does not bear on "
            "them.",
            numbers,
        )
    text = f"In {condition} {len(moved)} of {len(costs)} costs changed"
    shares = [row["change_pct"] for row in moved if known(row["change_pct"])]
    if shares:
        low, high = min(shares), max(shares)
        numbers |= {"lowest_pct": low, "highest_pct": high}
        ends = dict.fromkeys(printed(end, "+.1f") for end in (low, high))
        text += f", by {' to '.join(ends)} percent"
    for word in ("new", "priced now", "no price now", "gone"):
        count = sum(row["changed"] == word for row in moved)
        if count:
            numbers[word.replace(" ", "_")] = count
            text += f"; {count} {word}"
    told = [_said(row) for row in standing if row["changed"]]
    shown = f"{'; '.join(told[:NAMED])}. " if told else ""
    more = f"{len(told) - NAMED} more therapies changed. " if len(told) > NAMED else ""
    return Finding(f"{shown}{more}{text}.", numbers)


def _said(row: Row) -> str:
    """`IVIG in year one: $115,682 (Gamunex-C), was $141,633 (Privigen)`, at the low end."""
    span = "in year one" if row["chronic"] else "per course"
    now, then = (
        f"{usd(row[f'low_{when}'])} ({row[f'product_{when}']})"
        if known(row[f"low_{when}"])
        else "no cost"
        for when in ("after", "before")
    )
    return f"{short_name(row['therapy'])} {span}: {now}, was {then}"
