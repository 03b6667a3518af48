"""Pictures of harms: the map of therapies and events, and the forest of one event."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from compare.data.rows import Row, known
from compare.pages.forest import Forest, Mark
from compare.pages.house import (
    FAINT,
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
from compare.trials.harms import ASCERTAINMENTS
from compare.words import short_name

BASES = {
    "difference": "difference from the trial's own comparator",
    "treated": "treated group alone (compares trials with each other)",
}
COOL, WARM = "#0072B2", "#B34700"
DIVERGING = [[0, COOL], [0.5, "#ffffff"], [1, WARM]]
SEQUENTIAL = [[0, "#ffffff"], [1, "#7a3a00"]]
CELL_PX = 30
# As many names stand upright above the map.
UPRIGHT = 3
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
    """The map of therapies (columns) and events (rows): 4 traces.

    Colored cells (borrowed ones in brackets and framed); then marks for upper
    bounds, for what is reported in a form that does not fit, and for what is not reported.
    """
    column = "risk_pct" if basis == "treated" else "difference_pct"
    x = list(dict.fromkeys(short_name(row["therapy"]) for row in rows))
    y = list(dict.fromkeys(str(row["event"]) for row in rows))
    cells = {(short_name(row["therapy"]), str(row["event"])): row for row in rows}
    say = percent if basis == "treated" else partial(signed, brief=True)
    z: list[list[float | None]] = []
    words: list[list[str]] = []
    hovers: list[list[str]] = []

    def said(row: Row) -> str:
        if row["state"] != "reported":
            return ""
        return f"[{say(row[column])}]" if row["directness"] == "indirect" else say(row[column])

    for event in y:
        line = [cells[therapy, event] for therapy in x]
        z.append([row[column] if row["state"] == "reported" else None for row in line])
        words.append(list(map(said, line)))
        hovers.append(list(map(hover, line)))
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

    def marks(name: str, state: str, marker: dict[str, Any]) -> Trace:
        chosen = [row for row in rows if row["state"] == state]
        limits = [f"≤{percent(row['risk_high_pct'])}" for row in chosen if state == "bound"]
        return {
            "type": "scatter",
            "mode": "text" if limits else "markers",
            "name": name,
            "x": [short_name(row["therapy"]) for row in chosen],
            "y": [str(row["event"]) for row in chosen],
            "text": limits,
            "textfont": {"color": INK, "size": 13},
            "marker": marker,
            "customdata": [hover(row) for row in chosen],
            "hovertemplate": "%{customdata}<extra></extra>",
        }

    ring = {"symbol": "circle-open", "size": 9, "color": FAINT, "line": {"width": 1.5}}
    cross = {"symbol": "x-thin-open", "size": 8, "color": "#8b939c", "line": {"width": 1.5}}
    bound = {"symbol": "circle", "size": 1, "color": CLEAR}
    return [
        heat,
        marks("only an upper bound", "bound", bound),
        marks("reported, but not in this form", "other", ring),
        marks("not reported", "missing", cross),
    ]


def map_layout(rows: Sequence[Row]) -> dict[str, Any]:
    """Layout for `map_traces`: therapies on top, events with the most reports first."""
    if not rows:
        return empty_layout("No event is reported in this way here. Choose another setting.")
    therapies = list({row["therapy"]: row for row in rows}.values())
    names = [short_name(row["therapy"]) for row in therapies]
    events = list(dict.fromkeys(str(row["event"]) for row in rows))
    slanted = len(therapies) > UPRIGHT
    top = 120 if slanted else 30
    return {
        "template": TEMPLATE,
        "height": 10 + top + CELL_PX * max(len(events), 3),
        "margin": {"l": 10, "r": 70 if slanted else 20, "t": top, "b": 10},
        "meta": {"least_width": 240 + 54 * len(therapies)},
        "xaxis": {
            "side": "top",
            "type": "category",
            "tickangle": -SLANT if slanted else 0,
            "tickmode": "array",
            "tickvals": names,
            "ticktext": [class_name(row, slanted) for row in therapies],
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
        "annotations": [],
        "shapes": _frames(rows, names, events),
    }  # fmt: skip


def _frames(rows: Sequence[Row], x: list[str], y: list[str]) -> list[dict[str, Any]]:
    """A dashed frame around each borrowed cell."""
    drawn = []
    for row in rows:
        if row["state"] != "reported" or row["directness"] != "indirect":
            continue
        i, j = x.index(short_name(row["therapy"])), y.index(str(row["event"]))
        half = 0.5 - 0.004 * len(x)  # as near to the edge of a wide cell as of a narrow one
        drawn.append(
            {
                "type": "rect", "x0": i - half, "x1": i + half, "y0": j - 0.44, "y1": j + 0.44,
                "line": {"color": INK, "width": 1.2, "dash": "dot"}, "fillcolor": CLEAR,
            }
        )  # fmt: skip
    return drawn


def forest_of(rows: Sequence[Row], basis: str, way: str) -> Forest:
    """The forest of one event: solid, this condition's own differences; hollow, what is borrowed,
    of groups not followed alike, or of the treated group alone. In words alone, what is counted in
    another way than `way` or has another comparator. Without those who report nothing.
    """
    difference = basis == "difference"
    prefix = "difference" if difference else "risk"
    axis = "more or fewer patients with the event per 100 than on the comparator"
    return Forest(
        title="",
        axis=axis if difference else "patients with the event per 100 treated",
        ratio=False,
        toward=-1 if difference else 0,
        null=difference,
        marks=tuple(_mark(row, prefix, way) for row in rows if row["state"] != "missing"),
    )


def _mark(row: Row, prefix: str, way: str) -> Mark:
    bound, drawn = row["state"] == "bound", row["state"] in ("reported", "bound")
    value, low, high = (row[f"{prefix}{end}_pct"] for end in ("", "_low", "_high"))
    value = high if bound and prefix == "risk" else value
    borrowed = row["directness"] == "indirect"
    about = [f"from {row['borrowed_from']}"] if borrowed else []
    if prefix == "difference" and row["same_follow_up"] == "no":
        about.append("groups not followed alike")
    if row["ascertainment"] != way:
        about.append(f"counted as: {ASCERTAINMENTS[row['ascertainment']][0]}")
    beside = {"none": "no comparator"}.get(
        row["comparator_kind"], f"{risk_words(row, 'risk_comparator')} on {row['comparator']}"
    )
    return Mark(
        row_id=row["row_id"],
        therapy_class=row["therapy_class"],
        name=short_name(row["therapy"]),
        about=", ".join(about),
        said=difference_words(row) if prefix == "difference" and drawn else "",
        small=f"{risk_words(row)}, {beside}",
        value=value,
        low=low,
        high=high,
        hollow=bool(about) or prefix == "risk",
        drawn=drawn,
    )
