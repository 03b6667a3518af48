"""One-way sensitivity: bars from the lowest to the highest cost as one thing changes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from compare.pages.house import (
    FAINT,
    INK,
    LINE_PX,
    PHONE,
    ROW_PX,
    Trace,
    bar_layout,
    empty_layout,
    label,
)
from compare.words import usd


def sensitivity_traces(frame: pd.DataFrame) -> list[Trace]:
    """Sorted bars from the lowest to the highest cost as one thing changes at a time."""
    return [
        {
            "type": "bar",
            "orientation": "h",
            "y": [label(factor).capitalize() for factor in frame["factor"]],
            "base": list(frame["usd_low"]),
            "x": list(frame["usd_high"] - frame["usd_low"]),
            "marker": {"color": "#8aa1b8", "line": {"color": INK, "width": 1}},
            "text": [
                f" {label(row.low)}: {label(usd(row.usd_low))}<br>"
                f" {label(row.high)}: {label(usd(row.usd_high))}"
                for row in frame.itertuples()
            ],
            "textposition": "outside",
            "textfont": {"size": 13},
            "cliponaxis": False,
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def sensitivity_layout(frame: pd.DataFrame) -> dict[str, Any]:
    """Layout for `sensitivity_traces`, with a dotted line at the cost as it is set."""
    if frame.empty:
        return empty_layout("Nothing to vary for this regimen.")
    base = float(frame["usd_base"].iloc[0])
    shown = bar_layout(len(frame), "US dollars")
    # There is no legend above the bars, and two lines of text beside each.
    shown["height"] += (2 * LINE_PX + 4 - ROW_PX) * max(len(frame), 2) - 40
    shown["margin"] = {"l": 10, "r": 20, "t": 10, "b": 60}
    shown["meta"] = PHONE
    top = float(frame["usd_high"].max())
    shown["xaxis"] |= {"tickprefix": "$", "tickformat": "~s", "range": [0, top * 2.2]}
    shown["shapes"] = [
        {
            "type": "line",
            "x0": base,
            "x1": base,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": FAINT, "width": 2, "dash": "dot"},
        }
    ]
    return shown
