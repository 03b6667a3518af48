"""The map of authorities: therapies by conditions, two marks a cell, label and guidelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from compare.data.rows import Row
from compare.pages.house import (
    CLASSES,
    INK,
    TEMPLATE,
    Trace,
    class_name,
    empty_layout,
    label,
    read_in,
)
from compare.words import short_name

ALARM = "#8a1c00"
ROW_PX = 27
SHIFT = 0.21
# column of the frame -> mark -> (words in the legend, symbol, color)
MARKS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "label_mark": {
        "labeled": ("label", "square", INK),
        "labeled, with a condition": (
            "label that asks for serostatus or prior therapy", "square-open", INK,
        ),
        "warned": ("label warns against it", "x", ALARM),
    },
    "guideline_mark": {
        "recommended": ("guideline recommends", "circle", INK),
        "option": ("guideline: an option", "circle-open", INK),
        "conflicting": ("guidelines disagree", "hourglass", ALARM),
        "insufficient": ("guideline: evidence insufficient", "diamond-open", INK),
        "against": ("guideline against it", "triangle-down", ALARM),
        "retired": ("only a retired guideline", "circle-open-dot", "#5b6470"),
    },
}  # fmt: skip


def axes(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """Therapies (ids) from top to bottom by class and name, conditions (names) as in the table."""
    order = list(CLASSES)
    ranked = sorted(rows, key=lambda r: (order.index(r["therapy_class"]), r["therapy"]))
    therapies = dict.fromkeys(row["therapy_id"] for row in ranked)
    return list(therapies), list(dict.fromkeys(row["condition"] for row in rows))


def traces(everything: Sequence[Row]) -> list[Trace]:
    """Nine traces, one per mark: labels left in the cell, guidelines right; of `matrix`."""
    therapies, conditions = axes(everything)
    rows = {therapy: i for i, therapy in enumerate(therapies)}
    columns = {condition: i for i, condition in enumerate(conditions)}
    drawn = []
    for name, marks in MARKS.items():
        side = -SHIFT if name == "label_mark" else SHIFT
        for mark, (words, symbol, color) in marks.items():
            chosen = [row for row in everything if row[name] == mark]
            drawn.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": words,
                    "x": [columns[row["condition"]] + side for row in chosen],
                    "y": [rows[row["therapy_id"]] for row in chosen],
                    "marker": {
                        "symbol": symbol, "size": 10, "color": color,
                        "line": {"color": color, "width": 1.6},
                    },
                    "customdata": [hover(row) for row in chosen],
                    "hovertemplate": "%{customdata}<extra></extra>",
                    # The key stays whole, also for marks that are not on the map just now.
                    "showlegend": True,
                }
            )  # fmt: skip
    return drawn


def hover(row: Mapping[str, Any]) -> str:
    """What a mark says when pointed at."""
    lines = [f"<b>{label(short_name(row['therapy']))}</b>, {label(row['condition'])}"]
    reason = f": {row['label_reason']}" if row["label_reason"] else ""
    read = f" (read in the revision of {row['label_month']})" if row["label_month"] else ""
    lines.append(label(f"Label: {row['label_status']}{reason}{read}"))
    if row["statement"]:
        year = f" {row['year']}" if not pd.isna(row["year"]) else ""
        late = " (retired)" if row["retired"] else ""
        words = row["statement"].replace("_", " ")
        lines.append(label(f"Guideline: {words}, {row['body']}{year}{late}"))
    if row["conflicting"]:
        lines.append("Guidelines disagree: choose the condition to read both")
    return "<br>".join([*lines, *read_in(row)])


def layout(rows: Sequence[Row], condition: str = "") -> dict[str, Any]:
    """Layout for `traces`: therapies colored by class, the chosen condition framed."""
    if not rows:
        return empty_layout("No therapy to show. Choose a class.")
    therapies, conditions = axes(rows)
    named = {row["therapy_id"]: row for row in rows}
    shapes = []
    if condition in conditions:
        at = conditions.index(condition)
        shapes.append(
            {
                "type": "rect", "layer": "below", "xref": "x", "yref": "paper",
                "x0": at - 0.5, "x1": at + 0.5, "y0": 0, "y1": 1,
                "fillcolor": "#e7eef6", "line": {"color": "#0b5394", "width": 1.5},
            }
        )  # fmt: skip
    grid = {"showgrid": True, "gridcolor": "#e3e6ea", "zeroline": False, "ticks": ""}
    return {
        "template": TEMPLATE,
        "height": 240 + ROW_PX * len(therapies),
        "margin": {"l": 10, "r": 62, "t": 110, "b": 110},
        "xaxis": {
            **grid,
            "side": "top",
            "type": "linear",
            "range": [-0.5, len(conditions) - 0.5],
            "tickmode": "array",
            "tickvals": list(range(len(conditions))),
            "ticktext": [label(name) for name in conditions],
            "tickangle": -45,
        },
        "yaxis": {
            **grid,
            "type": "linear",
            "range": [len(therapies) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": list(range(len(therapies))),
            "ticktext": [class_name(named[key]) for key in therapies],
            "automargin": True,
        },
        "legend": {"orientation": "h", "x": 0, "y": -0.01, "yanchor": "top", "yref": "paper"},
        "annotations": [],
        "shapes": shapes,
    }
