"""Charts of price history: dollars per gram of IVIG, and a year of each therapy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.data.rows import Row
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
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in key), []).append(row)
    return list(found.values())


def days_of(rows: Iterable[Row]) -> list[pd.Timestamp]:
    """First day of the quarter of each row."""
    return [row["effective_from"] for row in rows]


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
    color = CLASSES["ivig"][1]
    drawn = []
    for place, own in enumerate(own for own in lines(rows, "code") if len(own) > 1):
        x, y = with_gaps(days_of(own), [row["usd_per_gram"] for row in own])
        drawn.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": label(f"{own[0]['products']} ({own[0]['code']})"),
                "x": x,
                "y": y,
                "line": {"color": color, "dash": DASHES[place % len(DASHES)], "width": 2},
                "marker": {"symbol": SHAPES[place % len(SHAPES)], "size": 9, "color": color},
                "customdata": hovers(
                    own, x, "usd_per_gram", lambda usd: f"{usd_cents(usd)} per gram"
                ),
                "hovertemplate": "<b>%{fullData.name}</b><br>%{x}: %{customdata}<extra></extra>",
            }
        )
    return drawn


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
    used: dict[str, int] = {}
    for own in lines(rows, "therapy_id", "use"):
        first = own[0]
        _, color, shape = CLASSES[first["therapy_class"]]
        place = used.setdefault(first["therapy_class"], 0)
        used[first["therapy_class"]] += 1
        x, y = with_gaps(days_of(own), [row["usd_low"] for row in own])
        name = short_name(first["therapy"])
        drawn.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": label(name),
                "x": x,
                "y": y,
                "line": {"color": color, "dash": DASHES[place % len(DASHES)], "width": 2},
                "marker": {"symbol": shape, "size": 9, "color": color},
                "customdata": hovers(own, x, "usd_low", usd),
                "hovertemplate": "<b>%{fullData.name}</b><br>%{x}: %{customdata}<extra></extra>",
            }
        )
    return drawn


def year_layout(rows: Sequence[Row], what: str) -> dict[str, Any]:
    """Layout for `year_traces`: a logarithmic axis, and right of it the names, spread to be read,
    each joined to the end of its line.
    """
    if not rows:
        return empty_layout("No therapy here has a price in the data.")
    days, usd_low = days_of(rows), [row["usd_low"] for row in rows]
    by_day = [row for _, row in sorted(zip(days, rows, strict=True), key=itemgetter(0))]
    last = {(row["therapy_id"], row["use"]): i for i, row in enumerate(by_day)}
    ends = [by_day[i] for i in sorted(last.values())]
    low, high = math.log10(min(usd_low)) - 0.15, math.log10(max(usd_low)) + 0.15
    places = spread([math.log10(row["usd_low"]) for row in ends], (high - low) * 0.062)
    edge = pd.Timedelta(days=EDGE_DAYS)
    names = [
        {
            "text": label(short_name(row["therapy"])),
            "xref": "paper",
            "x": 1,
            "y": place,
            "xanchor": "left",
            "showarrow": False,
            "font": {"size": 13, "color": INK},
        }
        for row, place in zip(ends, places, strict=True)
    ]
    # Of a logarithmic axis notes take the power, shapes the value.
    joints = [
        {
            "type": "line",
            "x0": row["effective_from"].strftime(DAY),
            "x1": (max(days) + edge).strftime(DAY),
            "y0": row["usd_low"],
            "y1": 10**place,
            "line": {"color": FAINT, "width": 1},
            "layer": "below",
        }
        for row, place in zip(ends, places, strict=True)
    ]
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
            "range": [(min(days) - edge).strftime(DAY), (max(days) + edge).strftime(DAY)],
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
    order = sorted(range(len(values)), key=lambda i: values[i])
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
    found = [0.0] * len(values)
    for place, i in zip(placed, order, strict=True):
        found[i] = place
    return found
