"""What the coverage map says, in a sentence."""

from __future__ import annotations

import pandas as pd

from compare.pages.coverage.tables import FACTS
from compare.words import Finding


def map_of(frame: pd.DataFrame) -> Finding:
    """How the rows were read, and which kind of fact is thinnest; at most 40 words."""
    if frame.empty:
        return Finding("The tables hold no therapies.")
    whole = int((frame[list(FACTS)] == "full").all(axis=1).sum())
    full = {fact: int(frame[fact].eq("full").sum()) for fact in FACTS}
    thin = min(full, key=lambda fact: full[fact])
    rows = frame["rows"].sum()
    twice = float((frame["read_twice_pct"].fillna(0) * frame["rows"]).sum() / rows) if rows else 0.0
    two = float((frame["two_sources_pct"].fillna(0) * frame["rows"]).sum() / rows) if rows else 0.0
    return Finding(
        f"Of the rows behind these pages {twice:.0f} percent were read twice or more, {two:.0f} "
        f"percent in two documents. Least complete is “{FACTS[thin][0].lower()}”: in full for "
        f"{full[thin]} of {len(frame)} therapies. Blank is not reported, never zero.",
        {
            "whole": whole,
            "therapies": len(frame),
            "thinnest_full": full[thin],
            "read_twice_pct": twice,
            "two_sources_pct": two,
        },
    )
