"""Charts of price history: dollars per gram of IVIG, and a year of each therapy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.data.rows import Row, grouped
from compare.pages.house import (
    CLASSES,
    FAINT,
    GLYPHS,
    INK,
    PHONE,
    TEMPLATE,
    Trace,
    empty_layout,
    label,
    read_in,
    words_at,
)
from compare.pages.markup import NOTHING, html, tagged
from compare.words import short_name, usd, usd_cents

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SHAPES = ("circle", "square", "diamond", "triangle-up", "x")
GRAM_HEIGHT, YEAR_HEIGHT, LEAST_WIDTH = 360, 460, 352
LETTER_PX = 7.5
GAP_DAYS = 100
EDGE_DAYS = 40
DAY = "%Y-%m-%d"


def with_gaps(days: Sequence[pd.Timestamp], values: Sequence[float]) -> tuple[list[Any], list[Any]]:
    """Points of a line that is broken where a quarter is not in the data."""
    x: list[Any] = []
    y: list[Any] = []
    before = None
    for day, value in zip(days, values, strict=True):
        if before is not None and (day - before).days > GAP_DAYS:
            x.append(None)
            y.append(None)
        x.append(day.strftime(DAY))
        y.append(value)
        before = day
    return x, y


def lines(rows: Iterable[Row], *key: str) -> list[list[Row]]:
    """The rows of each line, by key, in the order in which the keys come first."""
    return list(grouped(rows, lambda row: tuple(row[name] for name in key)).values())


def hovers(own: Sequence[Row], days: Sequence[Any], value: str, how: Any) -> list[str]:
    """What each point of one line says: money, and where it was read; blank at a gap."""
    said = {
        row["effective_from"].strftime(DAY): "<br>".join([label(how(row[value])), *read_in(row)])
        for row in own
    }
    return [said.get(day, "") for day in days]


def gram_traces(rows: Iterable[Row]) -> list[Trace]:
    """One line per payment code with two quarters or more, by dash and marker.

    `rows`: of `usd_per_gram`, cited.
    """
    drawn = []
    for place, own in enumerate(own for own in lines(rows, "code") if len(own) > 1):
        name, shape = f"{own[0]['products']} ({own[0]['code']})", SHAPES[place % len(SHAPES)]
        trace = _line(own, "usd_per_gram", name, CLASSES["ivig"][1], shape, place)
        said = hovers(own, trace["x"], "usd_per_gram", lambda usd: f"{usd_cents(usd)} per gram")
        drawn.append(trace | {"customdata": said})
    return drawn


def _line(own: Sequence[Row], value: str, name: str, color: str, shape: str, place: int) -> Trace:
    """A line with its marks; `place`, among those of its color, gives the dashes."""
    x, y = with_gaps([row["effective_from"] for row in own], [row[value] for row in own])
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label(name),
        "x": x,
        "y": y,
        "line": {"color": color, "dash": DASHES[place % len(DASHES)], "width": 2},
        "marker": {"symbol": shape, "size": 9, "color": color},
        "hovertemplate": "<b>%{fullData.name}</b><br>%{x}: %{customdata}<extra></extra>",
    }


def gram_key(drawn: Iterable[Trace]) -> Markup:
    """The key of `gram_traces`."""
    return NOTHING.join(
        html(
            '<span><b style="color:{}">{}</b> {}</span>',
            line["marker"]["color"], GLYPHS[line["marker"]["symbol"]], tagged(line["name"]),
        )
        for line in drawn
    )  # fmt: skip


def gram_layout(rows: Iterable[Row]) -> dict[str, Any]:
    """Layout for `gram_traces`, from zero, so that a small change looks small."""
    drawn = [row["usd_per_gram"] for own in lines(rows, "code") if len(own) > 1 for row in own]
    if not drawn:
        return empty_layout("No price history of IVIG in the data.")
    return {
        "template": TEMPLATE,
        "meta": PHONE,
        "height": GRAM_HEIGHT,
        "margin": {"l": 10, "r": 20, "t": 30, "b": 60},
        "xaxis": {"title": {"text": "first day of the quarter"}, "type": "date"},
        "yaxis": {
            "title": {"text": "US dollars per gram"},
            "tickprefix": "$",
            "range": [0, 1.1 * max(drawn)],
        },
    }


def year_traces(rows: Iterable[Row]) -> list[Trace]:
    """One line per therapy, in its class's color and marker; its name stands at the line's end.

    `rows`: of `usd_by_quarter`, cited.
    """
    drawn: list[Trace] = []
    used = Counter[str]()
    for own in lines(rows, "therapy_id", "use"):
        first = own[0]
        _, color, shape = CLASSES[first["therapy_class"]]
        name, place = short_name(first["therapy"]), used[first["therapy_class"]]
        trace = _line(own, "usd_low", name, color, shape, place)
        drawn.append(trace | {"customdata": hovers(own, trace["x"], "usd_low", usd)})
        used[first["therapy_class"]] += 1
    return drawn


def year_layout(rows: Sequence[Row], what: str) -> dict[str, Any]:
    """Layout for `year_traces`: a logarithmic axis, and right of it the names, spread to be read,
    each joined to the end of its line.
    """
    if not rows:
        return empty_layout("No therapy here has a price in the data.")
    days, usd_low = ([row[name] for row in rows] for name in ("effective_from", "usd_low"))
    by_day = sorted(rows, key=itemgetter("effective_from"))
    last = {(row["therapy_id"], row["use"]): i for i, row in enumerate(by_day)}
    ends = [by_day[i] for i in sorted(last.values())]
    low, high = math.log10(min(usd_low)) - 0.15, math.log10(max(usd_low)) + 0.15
    places = spread([math.log10(row["usd_low"]) for row in ends], (high - low) * 0.062)
    edge = pd.Timedelta(days=EDGE_DAYS)
    start, stop = ((day).strftime(DAY) for day in (min(days) - edge, max(days) + edge))
    look = {"xref": "paper", "xanchor": "left", "font": {"size": 13, "color": INK}}
    # Of a logarithmic axis notes take the power, shapes the value.
    names = [
        words_at(1, place, label(short_name(row["therapy"])), **look)
        for row, place in zip(ends, places, strict=True)
    ]
    joints = [
        {
            "type": "line", "x0": row["effective_from"].strftime(DAY), "x1": stop,
            "y0": row["usd_low"], "y1": 10**place, "line": {"color": FAINT, "width": 1},
            "layer": "below",
        }
        for row, place in zip(ends, places, strict=True)
    ]  # fmt: skip
    room = max(len(short_name(row["therapy"])) for row in ends) * LETTER_PX
    bottom = min([low, *places]) - 0.05
    return {
        "template": TEMPLATE,
        "height": YEAR_HEIGHT,
        "meta": {"least_width": LEAST_WIDTH},
        "margin": {"l": 10, "r": 10 + room, "t": 30, "b": 60},
        "xaxis": {
            "title": {"text": "first day of the quarter"},
            "type": "date",
            "range": [start, stop],
        },
        "yaxis": {
            "title": {"text": f"US dollars {what} (logarithmic)"},
            "type": "log",
            "tickprefix": "$",
            "tickformat": "~s",
            "dtick": "D2",
            "range": [bottom, max([high, *places])],
        },
        "annotations": names,
        "shapes": joints,
    }


def spread(values: Sequence[float], gap: float) -> list[float]:
    """The values, moved apart as little as needed to stand at least `gap` from each other."""
    order = sorted(range(len(values)), key=values.__getitem__)
    placed = [values[i] for i in order]
    for _ in range(200):
        moved = False
        for i in range(len(placed) - 1):
            short = gap - (placed[i + 1] - placed[i])
            if short > gap * 1e-6:
                placed[i] -= short / 2
                placed[i + 1] += short / 2
                moved = True
        if not moved:
            break
    return [place for _, place in sorted(zip(order, placed, strict=True))]
