"""The chart of cost against a harm or a good: one mark per therapy, with a rail for gaps."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from compare.data.rows import Row, grouped, known, records
from compare.pages.house import (
    CLASSES,
    FAINT,
    GRID,
    INK,
    PHONE,
    TEMPLATE,
    Trace,
    empty_layout,
    label,
    words_at,
)
from compare.pages.tradeoffs.sentences import against
from compare.words import short_name

RAIL_X = "Not scored"
RAIL_Y = "No price"
FRAME_PX = 94
MAIN_PX, GAP_PX, RAIL_PX = 380, 20, 50
TEXT_PX, LIFT_PX = 19, 12
# Where a name may stand, in pixels up from its mark, the nearest first.
STEPS = (0, *(sign * px for px in range(LIFT_PX, 100, 6) for sign in (1, -1)))
MAIN_X = 0.7
LETTERS, TITLE = 40, 38
# Shares of the main field's width on a phone: a name, half a mark, and where names of the rail end.
NAME, MARK, RAIL_AT = 0.4, 0.03, 1.1
IN_CORNER = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top"}
Box = tuple[float, float, float, float]
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
    """One trace for a class and a place where it has therapies: both figures, no x, no y, neither.

    `frame`: `COLUMNS`; blank x or y is not reported; `apart` marks borrowed or cross-trial
    figures, drawn hollow.
    """
    parts = grouped(
        records(frame), lambda row: (row["therapy_class"], PLACES[known(row["x"]), known(row["y"])])
    )
    return [
        _marks(parts[key, place], place, *look)
        for key, look in CLASSES.items()
        for place in PLACES.values()
        if (key, place) in parts
    ]


def _marks(part: list[dict[str, Any]], place: str, name: str, color: str, shape: str) -> Trace:
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
    # A rail takes room only where something stands on it.
    no_price = any(known(row["x"]) and not known(row["y"]) for row in rows)
    rail_px, gap_px = (RAIL_PX, GAP_PX) if no_price else (0, 0)
    right = MAIN_X if any(known(row["y"]) and not known(row["x"]) for row in rows) else 1.0
    without = _without(rows)
    plot_px = MAIN_PX + gap_px + rail_px
    below, main = (0.0, rail_px / plot_px), ((rail_px + gap_px) / plot_px, 1.0)
    rail = {
        "type": "category", "showgrid": False, "zeroline": False, "ticks": "", "fixedrange": True,
    }  # fmt: skip
    shown = {
        "template": TEMPLATE,
        "height": FRAME_PX + plot_px + without["height"],
        "margin": {"l": 10, "r": 16, "t": 20, "b": 74 + without["height"]},
        "meta": PHONE,
        "xaxis": {
            "domain": [0, right], "range": x_range,
            "title": {"text": x_title, "standoff": 6},
            "anchor": "y2" if no_price else "y",
        },
        "xaxis2": rail | {"domain": [min(right + 0.02, 0.99), 1],
                          "anchor": "y2" if no_price else "y",
                          "range": [-0.85, 0.15], "visible": right < 1, **only(RAIL_X),
                          "showticklabels": False},
        "yaxis": {
            "domain": list(main), "range": y_range,
            "title": {"text": y_title},
            "tickprefix": "$", "tickformat": "~s",
        },
        "yaxis2": rail | {"domain": [0, max(below[1], 0.01)], "range": [-0.5, 0.5],
                          "visible": no_price, **only(RAIL_Y)},
        "shapes": [_box([0, right], main),
                   *([_box([right + 0.02, 1], (0.0, 1.0))] if right < 1 else []),
                   *([_box([0, right], below)] if no_price else [])],
        "annotations": [*labels(rows, x_range, y_range), *without["notes"],
                        *([words_at(right + 0.03, 1, RAIL_X, **IN_CORNER)] if right < 1 else [])],
        "hovermode": "closest",
    }  # fmt: skip
    if x_range[0] < reference < x_range[1]:
        shown["shapes"].append({
            "type": "line", "x0": reference, "x1": reference, "xref": "x", "yref": "paper",
            "y0": main[0], "y1": 1, "line": {"color": INK, "width": 1},
        })  # fmt: skip
    return shown


def _without(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Those with neither figure, as lines below the plot, and how high these are."""
    none = [row for row in rows if not known(row["x"]) and not known(row["y"])]
    names = [short_name(row["therapy"]) for row in none]
    if not names:
        return {"notes": [], "height": 0}
    lines = textwrap.wrap(f"Neither figure: {', '.join(names)}", LETTERS)
    note = words_at(
        0, 0, "<br>".join(map(label, lines)), **IN_CORNER, yshift=-72, align="left",
        font={"size": 13, "color": FAINT},
    )  # fmt: skip
    return {"notes": [note], "height": 18 * len(lines) + 8}


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
    # Where all stand at one place, such as at no visits, whole numbers are on the axis.
    width, more = ((high - low), 0.12) if high > low else (abs(high) or 5.0, 1.0)
    return [float(low - 0.05 * width), float(high + more * width)]


def labels(
    rows: list[dict[str, Any]], x_range: list[float], y_range: list[float]
) -> list[dict[str, Any]]:
    """A name beside every mark, moved where it would lie on another name, a mark or an interval."""
    notes = []
    per_px = (y_range[1] - y_range[0]) / MAIN_PX
    floor, top = (end / per_px for end in y_range)
    # Neither under the field, nor above it, nor on its zero or the rail's name.
    in_way: list[Box] = [
        (-9, 9, -math.inf, floor), (-9, 9, top, math.inf), (-9, 9, 0, 0), (1, 9, top - TEXT_PX, top)
    ]  # fmt: skip
    shown = sorted((row for row in rows if known(row["y"])), key=lambda row: float(row["y"]))
    spots = []
    for row in shown:
        on_rail, y = not known(row["x"]), row["y"] / per_px
        x = RAIL_AT if on_rail else _across(row["x"], x_range)
        spots.append((x, y))
        in_way.append((x - MARK, x + MARK, y - LIFT_PX / 2, y + LIFT_PX / 2))
        if not on_rail:
            in_way.append((_across(row["x_low"], x_range), _across(row["x_high"], x_range), y, y))
            in_way.append((x, x, row["y_low"] / per_px, row["y_high"] / per_px))
    for row, (x, y), at in zip(shown, spots, levels(spots, in_way), strict=True):
        right = x < 1 - NAME
        aside, down = 14 if right else -14, y - at
        # A line leads to a name that was moved; to measure each takes the browser as long as
        # half of the chart.
        led: dict[str, Any] = {"xshift": aside, "yshift": -down}
        if abs(down) > TEXT_PX:
            led = {"ax": aside, "ay": down, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": FAINT}
            led["showarrow"] = True
        at_x, ref = (row["x"], "x") if known(row["x"]) else (RAIL_X, "x2")
        look = {"xref": ref, "yref": "y", "xanchor": "left" if right else "right"} | led
        notes.append(words_at(at_x, row["y"], label(short_name(row["therapy"])), **look))
    below = [row for row in rows if known(row["x"]) and not known(row["y"])]
    look = {"xref": "x", "yref": "y2", "xanchor": "left", "xshift": 10, "align": "left"}
    for i, row in enumerate(sorted(below, key=lambda row: float(row["x"]))):
        said, shift = label(short_name(row["therapy"])), 12 if i % 2 else -12
        notes.append(words_at(row["x"], RAIL_Y, said, **look, yshift=shift))
    return notes


def levels(spots: Sequence[tuple[float, float]], in_way: Sequence[Box]) -> list[float]:
    """The height of each mark's name, in pixels: as near the mark as nothing lies in its way, and
    where all of it is taken, rather on a line than on another name.

    `spots`: places of the marks, a share across and pixels up; `in_way`: left, right, lower and
    upper end of what no name shall lie on.
    """
    found: list[float] = []
    names: list[Box] = []
    for x, y in spots:
        low, high = (x + MARK, x + NAME) if x < 1 - NAME else (x - NAME, x - MARK)
        every = [*((1, box) for box in in_way), *((4, box) for box in names)]
        near = [(weight, box) for weight, box in every if box[0] < high and low < box[1]]

        def spoiled(at: float, near: list[tuple[int, Box]] = near) -> int:
            return sum(
                weight for weight, box in near
                if box[2] < at + TEXT_PX / 2 and at - TEXT_PX / 2 < box[3]
            )  # fmt: skip

        at = min((y + step for step in STEPS), key=spoiled)
        found.append(at)
        names.append((low, high, at - TEXT_PX / 2, at + TEXT_PX / 2))
    return found


def _across(x: float, x_range: list[float]) -> float:
    """Where a value stands, as a share of the field's width."""
    return (x - x_range[0]) / (x_range[1] - x_range[0])


def titles(offered: Mapping[str, Row], x: str, y: str) -> tuple[str, str]:
    """Titles of both axes, with unit and, across, the favored direction."""
    made = []
    for name in (x, y):
        if name not in offered:
            made.append("")
            continue
        row = offered[name]
        side = {"lower": "less is better", "higher": "more is better"}[str(row["favors"])]
        unit = against(str(row["unit"])) + (f" ({side})" if name == x else "")
        words = [f"{row['label']}, {unit}"]
        if len(words[0]) > TITLE:
            words = [f"{row['label']},", unit]
        lines = [line for part in words for line in textwrap.wrap(part, TITLE)]
        made.append("<br>".join(map(label, lines)))
    return made[0], made[1]


def reference(offered: Mapping[str, Row], x: str) -> float:
    """Where on the x axis there is no difference."""
    return 1.0 if x in offered and str(offered[x]["unit"]).endswith("ratio") else 0.0
