"""The chart of cost against a harm or a good: one mark per therapy, with a rail for gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from compare.charts.house import CLASSES, FAINT, GRID, INK, TEMPLATE, Trace, empty_layout, label
from compare.tables import records

RAIL_X = "Not scored"
RAIL_Y = "No price"
HEIGHT_PX = 640
PLOT_PX = 500
TEXT_PX = 19
MAIN_X = 0.76
MAIN_Y = (0.14, 1.0)
COLUMNS = [
    "therapy_id", "therapy", "therapy_class", "x", "x_low", "x_high", "y", "y_low", "y_high",
    "apart", "hover",
]  # fmt: skip


def traces(frame: pd.DataFrame, front: pd.DataFrame | None = None) -> list[Trace]:
    """Four traces a class (both figures, no x, no y, neither) and the front; 17 traces.

    `frame`: `COLUMNS`; blank x or y is not reported; `apart` marks borrowed or cross-trial
    figures, drawn hollow. `front`: x and y of the therapies that no other beats on both.
    """
    drawn = []
    for therapy_class, (name, color, shape) in CLASSES.items():
        rows = frame[frame["therapy_class"].eq(therapy_class)]
        has_x, has_y = rows["x"].notna(), rows["y"].notna()
        shown = False
        for place, part in (
            ("main", rows[has_x & has_y]),
            ("rail_x", rows[~has_x & has_y]),
            ("rail_y", rows[has_x & ~has_y]),
            ("corner", rows[~has_x & ~has_y]),
        ):
            first = not shown and bool(len(part))
            shown |= first
            drawn.append(_marks(part, place, name, color, shape, first))
    line = front if front is not None else pd.DataFrame({"x": [], "y": []})
    line = line.sort_values("x")
    drawn.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "not beaten on both",
            "x": list(line["x"]),
            "y": list(line["y"]),
            "line": {"color": FAINT, "width": 2, "dash": "dot"},
            "hoverinfo": "skip",
            "showlegend": len(line) > 1,
        }
    )
    return drawn


def _marks(
    part: pd.DataFrame, place: str, name: str, color: str, shape: str, legend: bool
) -> Trace:
    on_x, on_y = place in ("main", "rail_y"), place in ("main", "rail_x")
    hollow = part["apart"].tolist() if on_x else [True] * len(part)
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": list(part["x"]) if on_x else [RAIL_X] * len(part),
        "y": list(part["y"]) if on_y else [RAIL_Y] * len(part),
        "xaxis": "x" if on_x else "x2",
        "yaxis": "y" if on_y else "y2",
        "marker": {
            "symbol": [f"{shape}-open" if h else shape for h in hollow],
            "size": 13,
            "color": color,
            "line": {"width": 2, "color": color},
        },
        "customdata": list(part["hover"]),
        "hovertemplate": "%{customdata}<extra></extra>",
        "legendgroup": name,
        "showlegend": legend,
    }
    whisker = {"type": "data", "symmetric": False, "color": color, "thickness": 1.5, "width": 4}
    none: list[float] = []
    trace["error_x"] = whisker | {
        "array": list(part["x_high"] - part["x"]) if on_x else none,
        "arrayminus": list(part["x"] - part["x_low"]) if on_x else none,
    }
    trace["error_y"] = whisker | {
        "array": list(part["y_high"] - part["y"]) if on_y else none,
        "arrayminus": list(part["y"] - part["y_low"]) if on_y else none,
    }
    return trace


def layout(frame: pd.DataFrame, x_title: str, y_title: str, zero_line: bool) -> dict[str, Any]:
    """Layout for `traces`: wide enough for every interval, with direct labels beside the marks."""
    if frame.empty:
        return empty_layout("No therapy to show here.")
    x_range = _room(frame[["x", "x_low", "x_high"]], zero=zero_line)
    y_range = _room(frame[["y", "y_low", "y_high"]], zero=True)
    rail = {"type": "category", "showgrid": False, "ticks": "", "fixedrange": True}
    shown = {
        "template": TEMPLATE,
        "height": HEIGHT_PX,
        "xaxis": {
            "domain": [0, MAIN_X], "title": {"text": x_title}, "range": x_range, "anchor": "y2",
        },
        "xaxis2": rail | {"domain": [MAIN_X + 0.02, 1], "anchor": "y2", "range": [-0.5, 0.5]},
        "yaxis": {
            "domain": list(MAIN_Y), "title": {"text": y_title}, "range": y_range,
            "tickprefix": "$", "tickformat": "~s",
        },
        "yaxis2": rail | {"domain": [0, 0.1], "range": [-0.5, 0.5]},
        "shapes": [_box([0, MAIN_X], MAIN_Y), _box([MAIN_X + 0.02, 1], (0.0, 1.0)),
                   _box([0, MAIN_X], (0.0, 0.1))],
        "annotations": labels(frame, x_range, y_range),
        "hovermode": "closest",
    }  # fmt: skip
    if zero_line and x_range[0] < 0 < x_range[1]:
        shown["shapes"].append(
            {
                "type": "line", "x0": 0, "x1": 0, "xref": "x", "yref": "paper", "y0": MAIN_Y[0],
                "y1": 1, "line": {"color": INK, "width": 1},
            }
        )  # fmt: skip
    return shown


def _box(x: list[float], y: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "rect", "xref": "paper", "yref": "paper", "x0": x[0], "x1": x[1], "y0": y[0],
        "y1": y[1], "line": {"color": GRID, "width": 1}, "layer": "below",
    }  # fmt: skip


def _room(ends: pd.DataFrame, zero: bool) -> list[float]:
    """A range that cuts no interval, with room for labels."""
    low, high = ends.min().min(), ends.max().max()
    if pd.isna(low):
        return [0.0, 1.0]
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    width = (high - low) or abs(high) or 1.0
    return [float(low - 0.05 * width), float(high + 0.12 * width)]


def short(name: object) -> str:
    """A therapy's name without its explanation in brackets."""
    return str(name).split(" (")[0]


def labels(frame: pd.DataFrame, x_range: list[float], y_range: list[float]) -> list[dict[str, Any]]:
    """A name beside every mark, moved up or down where names would lie on each other."""
    notes = []
    per_px = (y_range[1] - y_range[0]) / (PLOT_PX * (MAIN_Y[1] - MAIN_Y[0]))
    rail = frame[frame["x"].isna() & frame["y"].notna()].sort_values("y")
    main = frame[frame["x"].notna() & frame["y"].notna()].sort_values("y")
    for part, on_rail in ((main, False), (rail, True)):
        taken: list[tuple[float, float]] = []
        for row in records(part):
            x = 0.0 if on_rail else (row["x"] - x_range[0]) / (x_range[1] - x_range[0])
            wanted = row["y"] / per_px
            at = wanted
            # Names are about a quarter of the plot wide: only neighbors can collide.
            while any(abs(at - y) < TEXT_PX and abs(x - other) < 0.25 for other, y in taken):
                at += 2
            taken.append((x, at))
            right = on_rail or x < 0.72
            notes.append(
                {
                    "text": label(short(row["therapy"])),
                    "x": RAIL_X if on_rail else row["x"],
                    "y": row["y"],
                    "xref": "x2" if on_rail else "x",
                    "yref": "y",
                    "ax": 14 if right else -14,
                    "ay": -9 - (at - wanted),
                    "xanchor": "left" if right else "right",
                    "showarrow": True,
                    "arrowhead": 0,
                    "arrowwidth": 1,
                    "arrowcolor": FAINT if at - wanted > TEXT_PX else "rgba(0,0,0,0)",
                    "font": {"size": 13},
                }
            )
    below = frame[frame["x"].notna() & frame["y"].isna()].sort_values("x")
    for i, row in enumerate(records(below)):
        notes.append(_plain(row, row["x"], "x", 12 if i % 2 else -12))
    corner = frame[frame["x"].isna() & frame["y"].isna()]
    if len(corner):
        names = "<br>".join(label(short(name)) for name in corner["therapy"])
        notes.append(_plain({"therapy": ""}, RAIL_X, "x2", 0) | {"text": names})
    return notes


def _plain(row: dict[str, Any], x: Any, xref: str, shift: int) -> dict[str, Any]:
    return {
        "text": label(short(row["therapy"])), "x": x, "y": RAIL_Y, "xref": xref, "yref": "y2",
        "showarrow": False, "xanchor": "left", "xshift": 10, "yshift": shift, "font": {"size": 13},
        "align": "left",
    }  # fmt: skip


def figure(
    frame: pd.DataFrame, front: pd.DataFrame, x_title: str, y_title: str, zero_line: bool
) -> go.Figure:
    """The chart as a static figure."""
    return go.Figure(traces(frame, front), layout(frame, x_title, y_title, zero_line))
