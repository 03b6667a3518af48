"""Charts of harms: the map of therapies and events, and the forest plot of one event."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from compare.data.rows import Row, known
from compare.pages.house import (
    CLASSES,
    FAINT,
    GRID,
    INK,
    SLANT,
    TEMPLATE,
    Trace,
    class_name,
    empty_layout,
    label,
    read_in,
)
from compare.trials import arms
from compare.trials.arms import difference_words, percent, risk_words, signed
from compare.words import short_name

BASES = {
    "difference": "difference from the trial's own comparator",
    "arms": "both groups of each trial",
    "treated": "treated group alone (compares trials with each other)",
}
COOL, WARM = "#0072B2", "#B34700"
DIVERGING = [[0, COOL], [0.5, "#ffffff"], [1, WARM]]
SEQUENTIAL = [[0, "#ffffff"], [1, "#7a3a00"]]
CELL_PX, ROW_PX = 30, 52
COMPARATOR = "#4a525c"
CLEAR = "rgba(0,0,0,0)"


def hover(row: Row) -> str:
    """What a mark says when pointed at."""
    lines = [f"<b>{label(row['therapy'])}</b>: {label(row['event'])}"]
    if row["state"] == "missing":
        return lines[0] + "<br>not reported (which is not zero)"
    lines.append(f"treated: {risk_words(row)}")
    if row["comparator_kind"] != "none":
        lines.append(f"{label(row['comparator'])}: {risk_words(row, 'risk_comparator')}")
    if known(row["difference_pct"]):
        ends = row["difference_low_pct"], row["difference_high_pct"]
        lines.append(label(arms.per_100(row["difference_pct"], *ends, str(row["comparator"]))))
    else:
        lines.append(f"no difference: {label(row['no_difference_because'])}")
    if row["counts_rebuilt"]:
        lines.append("count worked out from a rounded percent")
    lines.append(f"{label(row['study'])}; {arms.DESIGNS[row['design']]}")
    if row["directness"] == "indirect":
        lines.append(f"borrowed from {label(row['borrowed_from'])}")
    return "<br>".join([*lines, *read_in(row)])


def map_traces(rows: Sequence[Row], basis: str) -> list[Trace]:
    """The map of therapies (columns) and events (rows): 5 traces.

    Colored cells (borrowed ones in brackets and framed), the key of the frame; then marks for upper
    bounds, for what is reported in a form that does not fit, and for what is not reported.
    """
    column = "risk_pct" if basis == "treated" else "difference_pct"
    x = list(dict.fromkeys(short_name(row["therapy"]) for row in rows))
    y = list(dict.fromkeys(str(row["event"]) for row in rows))
    cells = {(short_name(row["therapy"]), str(row["event"])): row for row in rows}
    say = percent if basis == "treated" else signed
    z: list[list[float | None]] = []
    words: list[list[str]] = []
    hovers: list[list[str]] = []
    for event in y:
        line = [cells[therapy, event] for therapy in x]
        shown = [row["state"] == "reported" for row in line]
        z.append([row[column] if ok else None for row, ok in zip(line, shown, strict=True)])
        said = [say(row[column]) if ok else "" for row, ok in zip(line, shown, strict=True)]
        outside = [
            ok and row["directness"] == "indirect" for row, ok in zip(line, shown, strict=True)
        ]
        words.append([f"[{w}]" if far else w for w, far in zip(said, outside, strict=True)])
        hovers.append([hover(row) for row in line])
    top = max((abs(v) for line in z for v in line if v is not None), default=1.0)
    top = min(max(top, 5.0), 25.0)
    heat: Trace = {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": z,
        "text": words,
        "texttemplate": "%{text}",
        "textfont": {"size": 13},
        "customdata": hovers,
        "hovertemplate": "%{customdata}<extra></extra>",
        "colorscale": SEQUENTIAL if basis == "treated" else DIVERGING,
        "zmin": 0 if basis == "treated" else -top,
        "zmax": max(top, 25.0) if basis == "treated" else top,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "showscale": False,
    }

    def marks(name: str, chosen: list[Any], marker: dict[str, Any], said: list[str]) -> Trace:
        return {
            "type": "scatter",
            "mode": "text" if said else "markers",
            "name": name,
            "x": [short_name(row["therapy"]) for row in chosen],
            "y": [str(row["event"]) for row in chosen],
            "text": said,
            "textfont": {"color": INK, "size": 13},
            "marker": marker,
            "customdata": [hover(row) for row in chosen],
            "hovertemplate": "%{customdata}<extra></extra>",
            "showlegend": bool(chosen) and not said,
        }

    def of(state: str) -> list[Any]:
        return [row for row in rows if row["state"] == state]

    borrowed = [row for row in of("reported") if row["directness"] == "indirect"]
    frame_key = marks("[borrowed from another condition]", [], {}, [])
    if borrowed:
        frame_key |= {"x": [None], "y": [None], "showlegend": True}
    bounds = of("bound")
    frame_key["marker"] = {"symbol": "square-open", "size": 14, "color": INK}
    ring = {"symbol": "circle-open", "size": 9, "color": FAINT, "line": {"width": 1.5}}
    cross = {"symbol": "x-thin-open", "size": 8, "color": "#8b939c", "line": {"width": 1.5}}
    bound = {"symbol": "circle", "size": 1, "color": CLEAR}
    limits = [f"≤{percent(row['risk_high_pct'])}" for row in bounds]
    return [
        heat,
        frame_key,
        marks("only an upper bound", bounds, bound, limits),
        marks("reported, but not in this form", of("other"), ring, []),
        marks("not reported", of("missing"), cross, []),
    ]


def map_layout(rows: Sequence[Row], basis: str) -> dict[str, Any]:
    """Layout for `map_traces`: therapies on top, events with the most reports first."""
    if not rows:
        return empty_layout("No event is reported in this way here. Choose another setting.")
    therapies = list({row["therapy"]: row for row in rows}.values())
    events = list(dict.fromkeys(str(row["event"]) for row in rows))
    what = (
        "Patients with the event, per 100 treated"
        if basis == "treated"
        else "More (orange) or fewer (blue) patients with the event per 100 than on the comparator"
    )
    return {
        "template": TEMPLATE,
        "height": 250 + CELL_PX * max(len(events), 3),
        "margin": {"l": 10, "r": 10, "t": 160, "b": 70},
        "title": {
            "text": label(what), "font": {"size": 15},
            "x": 0, "xref": "container", "xanchor": "left",
            "y": 0.995, "yref": "container", "yanchor": "top", "pad": {"l": 10, "t": 6},
        },
        "xaxis": {
            "side": "top",
            "type": "category",
            "tickangle": -SLANT,
            "tickmode": "array",
            "tickvals": [short_name(row["therapy"]) for row in therapies],
            "ticktext": [class_name(row, slanted=True) for row in therapies],
            "showgrid": False,
            "range": [-0.5, len(therapies) - 0.5],
            "ticks": "",
        },
        "yaxis": {
            "type": "category",
            "range": [len(events) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": events,
            "ticktext": [label(event) for event in events],
            "showgrid": False,
            "automargin": True,
        },
        "legend": {"orientation": "h", "x": 0, "y": 0, "yanchor": "top", "yref": "paper"},
        "annotations": [],
        "shapes": _frames(rows, [short_name(row["therapy"]) for row in therapies], events),
    }  # fmt: skip


def _frames(rows: Sequence[Row], x: list[str], y: list[str]) -> list[dict[str, Any]]:
    """A dashed frame around each borrowed cell."""
    drawn = []
    for row in rows:
        if row["state"] != "reported" or row["directness"] != "indirect":
            continue
        i, j = x.index(short_name(row["therapy"])), y.index(str(row["event"]))
        drawn.append(
            {
                "type": "rect", "x0": i - 0.47, "x1": i + 0.47, "y0": j - 0.44, "y1": j + 0.44,
                "line": {"color": INK, "width": 1.2, "dash": "dot"}, "fillcolor": CLEAR,
            }
        )  # fmt: skip
    return drawn


def forest_traces(everything: Sequence[Row], basis: str) -> list[Trace]:
    """The forest plot of one event: 11 traces.

    Two a class (solid: this condition; hollow: borrowed, and the treated group alone), the
    comparator groups, and upper bounds of each. Rows are numbered from 0, top down.
    """
    rows = list(enumerate(everything))
    prefix = "difference" if basis == "difference" else "risk"
    lift = 0.16 if basis == "arms" else 0.0
    drawn = []
    for therapy_class, (name, color, shape) in CLASSES.items():
        for solid in (True, False):
            chosen = [
                (i, row)
                for i, row in rows
                if row["therapy_class"] == therapy_class
                and row["state"] == "reported"
                and (row["directness"] == "direct" and basis != "treated") == solid
            ]
            marker = {
                "symbol": shape,
                "size": 13,
                "color": color if solid else "white",
                "line": {"color": color, "width": 2.5},
            }
            how = "" if solid else " (hollow)"
            drawn.append(_dots(f"{name}{how}", chosen, prefix, -lift, marker))
    gray = {"symbol": "line-ns", "size": 14, "line": {"color": COMPARATOR, "width": 3}}
    arms_shown = basis == "arms"
    given = [(i, row) for i, row in rows if arms_shown and row["state"] == "reported"]
    pairs = [(i, row) for i, row in given if known(row["risk_comparator_pct"])]
    drawn.append(_dots("comparator group", pairs, "risk_comparator", lift, gray))
    bounds = [(i, row) for i, row in rows if row["state"] == "bound" and basis != "difference"]
    drawn.append(_bounds("treated: only an upper bound", bounds, "risk", -lift))
    rest = [
        (i, row)
        for i, row in (given if arms_shown else [])
        if not known(row["risk_comparator_pct"]) and known(row["risk_comparator_high_pct"])
    ]
    drawn.append(_bounds("comparator: only an upper bound", rest, "risk_comparator", lift))
    return drawn


def _dots(name: str, chosen: list[Any], prefix: str, lift: float, marker: Trace) -> Trace:
    value = [row[f"{prefix}_pct"] for _, row in chosen]
    low = [row[f"{prefix}_low_pct"] for _, row in chosen]
    high = [row[f"{prefix}_high_pct"] for _, row in chosen]
    color = marker["line"]["color"]

    def arm(ends: list[float], sign: int) -> list[float]:
        pairs = zip(value, ends, strict=True)
        return [0.0 if not known(end) else max(sign * (end - x), 0.0) for x, end in pairs]

    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": value,
        "y": [i + lift for i, _ in chosen],
        "error_x": {
            "type": "data", "symmetric": False, "array": arm(high, 1), "arrayminus": arm(low, -1),
            "color": color, "thickness": 2, "width": 5,
        },
        "marker": marker,
        "customdata": [hover(row) for _, row in chosen],
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": bool(chosen),
    }  # fmt: skip


def _bounds(name: str, chosen: list[Any], prefix: str, lift: float) -> Trace:
    high = [row[f"{prefix}_high_pct"] for _, row in chosen]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": high,
        "y": [i + lift for i, _ in chosen],
        "error_x": {
            "type": "data", "symmetric": False, "array": [0.0] * len(high), "arrayminus": high,
            "color": FAINT, "thickness": 2, "width": 0,
        },
        "marker": {"symbol": "triangle-left", "size": 11, "color": FAINT, "line": {"width": 0}},
        "customdata": [hover(row) for _, row in chosen],
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": bool(chosen),
    }  # fmt: skip


def forest_range(rows: Sequence[Row], basis: str) -> tuple[float, float]:
    """The x axis: every point, every interval and zero lie inside."""
    prefixes = {"difference": ["difference"], "arms": ["risk", "risk_comparator"]}
    ends = [0.0]
    shown = [row for row in rows if row["state"] in ("reported", "bound")]
    for prefix in prefixes.get(basis, ["risk"]):
        for end in ("_pct", "_low_pct", "_high_pct"):
            ends += [row[prefix + end] for row in shown if known(row[prefix + end])]
    low, high = min(ends), max(ends)
    room = max(0.06 * (high - low), 0.5)
    return (low - room if low < 0 else -0.25 * room, high + room)


def forest_layout(rows: Sequence[Row], basis: str) -> dict[str, Any]:
    """Layout for `forest_traces`: says which side is favored, and what is not reported."""
    if not rows:
        return empty_layout("No therapy to show. Choose another event or another class.")
    names = [class_name(row) for row in rows]
    for i, row in enumerate(rows):
        if row["directness"] == "indirect":
            names[i] += f"<br><i>from {label(row['borrowed_from'])}</i>"
    low, high = forest_range(rows, basis)
    notes = []
    for i, row in enumerate(rows):
        said = forest_words(row, basis)
        notes.append(_note(said, x=1.01, y=i, xref="paper", xanchor="left", yref="y"))
    top = {"xref": "paper", "yref": "paper", "y": 1.0, "yanchor": "bottom"}
    if basis == "difference":
        title = "Patients with the event per 100: more than on the comparator (left of 0: fewer)"
        notes.append(_note("◀ <b>favors the therapy</b>", x=0, xanchor="left", **top))
        notes.append(_note("<b>favors the comparator</b> ▶", x=1, xanchor="right", **top))
    else:
        title = "Patients with the event, per 100 (percent)"
        notes.append(_note("◀ <b>fewer harmed</b>", x=0, xanchor="left", **top))
        notes.append(_note("<b>more harmed</b> ▶", x=1, xanchor="right", **top))
    lines = [
        {
            "type": "line", "x0": 0, "x1": 0, "y0": -0.5, "y1": len(rows) - 0.5,
            "line": {"color": INK, "width": 1.5},
        }
    ]  # fmt: skip
    lines += [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": i + 0.5, "y1": i + 0.5,
         "line": {"color": GRID, "width": 1}}
        for i in range(len(rows) - 1)
    ]  # fmt: skip
    return {
        "template": TEMPLATE,
        "height": 220 + ROW_PX * max(len(rows), 2),
        "margin": {"l": 10, "r": 215, "t": 40, "b": 130},
        "xaxis": {
            "title": {"text": title, "font": {"size": 13}},
            "range": [low, high],
            "autorange": False,
        },
        "yaxis": {
            "range": [len(rows) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": list(range(len(rows))),
            "ticktext": names,
            "showgrid": False,
            "zeroline": False,
        },
        "legend": {"orientation": "h", "x": 0, "y": 0, "yanchor": "bottom", "yref": "container"},
        "annotations": notes,
        "shapes": lines,
    }  # fmt: skip


def _note(text: str, **place: Any) -> dict[str, Any]:
    return {"text": text, "showarrow": False, "font": {"size": 13, "color": INK},
            "align": "left"} | place  # fmt: skip


def forest_words(row: Row, basis: str) -> str:
    """The figures of one row, printed beside it, or why there are none."""
    if row["state"] == "missing":
        return "<i>not reported</i>"
    if row["state"] == "other":
        risk = row["risk_pct"]
        kind = {"none": "no comparator"}.get(row["comparator_kind"], f"vs {row['comparator_kind']}")
        told = f"{percent(risk)}%, " if not math.isnan(risk) else ""
        return f"<i>not in this form:<br>{told}{label(kind.replace('_', ' '))}</i>"
    if basis == "difference":
        return difference_words(row)
    own = risk_words(row)
    if basis == "arms":
        return f"{own}<br>against {risk_words(row, 'risk_comparator')}"
    return own
