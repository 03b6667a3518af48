"""What files of the reader's own have changed, in a sentence."""

from __future__ import annotations

import pandas as pd

from compare.words import Finding

NOTHING = "Nothing of your own is loaded yet. What you choose is used on this page only."


def changed(frame: pd.DataFrame, condition: str, anything: bool) -> Finding:
    """How many costs of a condition moved, and between what; `frame` is `own.difference`."""
    if not anything:
        return Finding(NOTHING, {"changed": 0.0, "costs": float(len(frame))})
    moved = frame[frame["changed"].ne("same")]
    numbers = {"changed": float(len(moved)), "costs": float(len(frame))}
    if moved.empty:
        return Finding(
            f"For {condition} none of {len(frame)} costs changed: what you loaded does not bear on "
            "them.",
            numbers,
        )
    text = f"For {condition} {len(moved)} of {len(frame)} costs changed"
    shares = moved["change_pct"].dropna()
    if len(shares):
        low, high = float(shares.min()), float(shares.max())
        numbers |= {"lowest_pct": low, "highest_pct": high}
        text += (
            f", by {low:+.1f} percent"
            if low == high
            else (f", by {low:+.1f} to {high:+.1f} percent")
        )
    for word in ("new", "priced now", "no price now", "gone"):
        count = int(moved["changed"].eq(word).sum())
        if count:
            numbers[word.replace(" ", "_")] = float(count)
            text += f"; {count} {word}"
    return Finding(text + ".", numbers)
