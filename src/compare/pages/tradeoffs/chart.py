"""The chart of cost against a harm or a good: one mark per therapy, with a rail for gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd

from compare.data.rows import known, records
from compare.pages.house import CLASSES, FAINT, GRID, INK, TEMPLATE, Trace, empty_layout, label
from compare.words import short_name

RAIL_X = "Not scored"
RAIL_Y = "No price"
FRAME_PX = 140
MAIN_PX, GAP_PX, RAIL_PX = 430, 20, 50
TEXT_PX = 19
MAIN_X = 0.76
# Where a therapy is drawn, by whether its x and its y are known.
PLACES = {
    (True, True): "main",
    (False, True): "rail_x",
    (True, False): "rail_y",
    (False, False): "corner",
}
COLUMNS = [
    "therapy_id", "therapy", "therapy_class", "x", "x_low", "x_high", "y", "y_low", "y_high",
    "apart", "hover",
]  # fmt: skip


def traces(frame: pd.DataFrame) -> list[Trace]:
    """Four traces a class: both figures, no x, no y, neither.

    `frame`: `COLUMNS`; blank x or y is not reported; `apart` marks borrowed or cross-trial
    figures, drawn hollow.
    """
    drawn = []
    every = records(frame)
    for therapy_class, (name, color, shape) in CLASSES.items():
        places: dict[str, list[dict[str, Any]]] = {place: [] for place in PLACES.values()}
        for row in every:
            if row["therapy_class"] == therapy_class:
                places[PLACES[known(row["x"]), known(row["y"])]].append(row)
        shown = False
        for place, part in places.items():
            first = not shown and bool(part) and place != "corner"
            shown |= first
            drawn.append(_marks(part, place, name, color, shape, first))
    return drawn


def _marks(
    part: list[dict[str, Any]], place: str, name: str, color: str, shape: str, legend: bool
) -> Trace:
    on_x, on_y = place in ("main", "rail_y"), place in ("main", "rail_x")
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row["x"] if on_x else RAIL_X for row in part],
        "y": [row["y"] if on_y else RAIL_Y for row in part],
        "xaxis": "x" if on_x else "x2",
        "yaxis": "y" if on_y else "y2",
        "marker": {
            "symbol": [f"{shape}-open" if row["apart"] or not on_x else shape for row in part],
            "size": 13,
            # Where both figures are missing, names stand in place of marks.
            "opacity": 0 if place == "corner" else 1,
            "color": color,
            "line": {"width": 2, "color": color},
        },
        "customdata": [row["hover"] for row in part],
        "hovertemplate": "%{customdata}<extra></extra>",
        "legendgroup": name,
        "showlegend": legend,
    }
    whisker = {"type": "data", "symmetric": False, "color": color, "thickness": 1.5, "width": 4}
    for axis, shown in (("x", on_x), ("y", on_y)):
        ends = [(row[f"{axis}_low"], row[axis], row[f"{axis}_high"]) for row in part if shown]
        trace[f"error_{axis}"] = whisker | {
            "array": [high - middle for _, middle, high in ends],
            "arrayminus": [middle - low for low, middle, _ in ends],
        }
    return trace


def layout(frame: pd.DataFrame, x_title: str, y_title: str, reference: float) -> dict[str, Any]:
    """Layout for `traces`: wide enough for every interval, with direct labels beside the marks.

    A line stands at `reference`, where there is no difference (0, or 1 for a ratio).
    """
    if frame.empty:
        return empty_layout("No therapy to show here.")
    rows = records(frame)
    x_range = _room(rows, "x", reference)
    y_range = _room(rows, "y", 0.0)
    unknown = sum(not known(row["x"]) and not known(row["y"]) for row in rows)
    rail_px = max(RAIL_PX, TEXT_PX * unknown + 6)
    plot_px = MAIN_PX + GAP_PX + rail_px
    below, main = (0.0, rail_px / plot_px), ((rail_px + GAP_PX) / plot_px, 1.0)
    rail = {
        "type": "category",
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "fixedrange": True,
    }
    shown = {
        "template": TEMPLATE,
        "height": FRAME_PX + plot_px,
        "xaxis": {
            "domain": [0, MAIN_X], "title": {"text": x_title}, "range": x_range, "anchor": "y2",
        },
        "xaxis2": rail | {"domain": [MAIN_X + 0.02, 1], "anchor": "y2", "range": [-0.25, 0.75],
                           **only(RAIL_X)},
        "yaxis": {
            "domain": list(main), "title": {"text": y_title}, "range": y_range,
            "tickprefix": "$", "tickformat": "~s",
        },
        "yaxis2": rail | {"domain": list(below), "range": [-0.5, 0.5], **only(RAIL_Y)},
        "shapes": [_box([0, MAIN_X], main), _box([MAIN_X + 0.02, 1], (0.0, 1.0)),
                   _box([0, MAIN_X], below)],
        "annotations": labels(rows, x_range, y_range),
        "hovermode": "closest",
    }  # fmt: skip
    if x_range[0] < reference < x_range[1]:
        shown["shapes"].append(
            {
                "type": "line", "x0": reference, "x1": reference, "xref": "x", "yref": "paper",
                "y0": main[0],
                "y1": 1, "line": {"color": INK, "width": 1},
            }
        )  # fmt: skip
    return shown


def only(name: str) -> dict[str, Any]:
    """The one tick of a rail, which stands there also where the rail is empty."""
    return {"categoryorder": "array", "categoryarray": [name], "tickvals": [name]}


def _box(x: list[float], y: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "rect", "xref": "paper", "yref": "paper", "x0": x[0], "x1": x[1], "y0": y[0],
        "y1": y[1], "line": {"color": GRID, "width": 1}, "layer": "below",
    }  # fmt: skip


def _room(rows: list[dict[str, Any]], axis: str, reference: float) -> list[float]:
    """A range that cuts no interval and holds the reference, with room for labels."""
    names = (axis, f"{axis}_low", f"{axis}_high")
    ends = [row[name] for row in rows for name in names if known(row[name])]
    if not ends:
        return [0.0, 1.0]
    low, high = min(*ends, reference), max(*ends, reference)
    width = (high - low) or abs(high) or 1.0
    return [float(low - 0.05 * width), float(high + 0.12 * width)]


def labels(
    rows: list[dict[str, Any]], x_range: list[float], y_range: list[float]
) -> list[dict[str, Any]]:
    """A name beside every mark, moved up or down where names would lie on each other."""
    notes = []
    per_px = (y_range[1] - y_range[0]) / MAIN_PX
    every = sorted(rows, key=lambda row: (str(row["y"]) == "nan", row["y"]))
    at_place: dict[str, list[dict[str, Any]]] = {place: [] for place in PLACES.values()}
    for row in every:
        at_place[PLACES[known(row["x"]), known(row["y"])]].append(row)
    for part, on_rail in ((at_place["main"], False), (at_place["rail_x"], True)):
        taken: list[tuple[float, float]] = []
        spots = [(_across(row, x_range, on_rail), row["y"] / per_px) for row in part]
        for row, (x, wanted) in zip(part, spots, strict=True):
            at = wanted
            # Names are about a quarter of the plot wide: only neighbors, and marks to the right,
            # can be in their way.
            while any(abs(at - y) < TEXT_PX and abs(x - other) < 0.25 for other, y in taken) or any(
                abs(at + TEXT_PX / 2 - y) < TEXT_PX / 2 and 0 < other - x < 0.16
                for other, y in spots
            ):
                at += 2
            taken.append((x, at))
            right = on_rail or x < 0.72
            notes.append(
                {
                    "text": label(short_name(row["therapy"])),
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
    below = sorted(at_place["rail_y"], key=lambda row: float(row["x"]))
    for i, row in enumerate(below):
        notes.append(_plain(row, row["x"], "x", 12 if i % 2 else -12))
    if at_place["corner"]:
        names = "<br>".join(label(short_name(row["therapy"])) for row in at_place["corner"])
        notes.append(_plain({"therapy": ""}, RAIL_X, "x2", 0) | {"text": names, "xshift": -10})
    return notes


def _across(row: dict[str, Any], x_range: list[float], on_rail: bool) -> float:
    """Where a mark stands, as a share of the plot's width."""
    return 0.0 if on_rail else (row["x"] - x_range[0]) / (x_range[1] - x_range[0])


def _plain(row: dict[str, Any], x: Any, xref: str, shift: int) -> dict[str, Any]:
    return {
        "text": label(short_name(row["therapy"])), "x": x, "y": RAIL_Y, "xref": xref, "yref": "y2",
        "showarrow": False, "xanchor": "left", "xshift": 10, "yshift": shift, "font": {"size": 13},
        "align": "left",
    }  # fmt: skip
