"""What the coverage map says, in a sentence."""

from __future__ import annotations

import pandas as pd

from compare.pages.coverage.tables import FACTS
from compare.words import Finding


def map_of(frame: pd.DataFrame) -> Finding:
    """How many therapies have every kind of fact, and which kind is thinnest."""
    if frame.empty:
        return Finding("The tables hold no therapies.")
    whole = int((frame[list(FACTS)] == "full").all(axis=1).sum())
    full = {fact: int(frame[fact].eq("full").sum()) for fact in FACTS}
    thin = min(full, key=lambda fact: full[fact])
    rows = frame["rows"].sum()
    twice = float((frame["read_twice_pct"].fillna(0) * frame["rows"]).sum() / rows) if rows else 0.0
    two = float((frame["two_sources_pct"].fillna(0) * frame["rows"]).sum() / rows) if rows else 0.0
    return Finding(
        f"{whole} of {len(frame)} therapies are covered in full in all {len(FACTS)} kinds of "
        f"facts; the thinnest is “{FACTS[thin][0].lower()}”, full for {full[thin]}. Of the rows "
        f"behind them {twice:.0f} percent were read twice or more, {two:.0f} percent in two "
        "documents.",
        {
            "whole": float(whole),
            "therapies": float(len(frame)),
            "thinnest_full": float(full[thin]),
            "read_twice_pct": twice,
            "two_sources_pct": two,
        },
    )
