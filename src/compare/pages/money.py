"""Bars of money per year or per course, on every page that shows them."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from compare.cost.prices import basis_text
from compare.data.rows import Row, known
from compare.pages.house import (
    CLASSES,
    INK,
    LINE_PX,
    ROW_PX,
    Trace,
    bar_layout,
    class_mark,
    empty_layout,
    label,
    read_in,
)
from compare.words import number_range, short_name, usd, usd_range

YEARLY = ("usd_year_one_low", "usd_year_one_high")
COURSE = ("usd_per_course", "usd_per_course_high")
NAME_LETTERS = 34
FIGURES_PX = 200
BAR_PX = 22
LEGEND_PX = 60


def row_labels(rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """Name of each row, by regimen and product: the mark of its class, therapy and product, and
    the regimen where the product stands in several rows.
    """
    products = Counter(row["product_id"] for row in rows)
    names = {}
    for row in rows:
        name = f"{short_name(row['therapy'])}, {row['product']}"
        if products[row["product_id"]] > 1:
            name += f": {row['regimen']}"
        lines = textwrap.wrap(name, NAME_LETTERS)
        mark = class_mark(row["therapy_class"])
        names[row["regimen_id"], row["product_id"]] = f"{mark} {'<br>'.join(map(label, lines))}"
    return names


def traces(everything: Sequence[Row], columns: tuple[str, str] = YEARLY) -> list[Trace]:
    """Two bars a class (low, and from low to high), a mark for a later year, and labels: 13 traces.

    Bars of prices before rebates are hollow. `everything`: rows of `annual_cost`, cited.
    """
    low, high = columns
    label_of = row_labels(everything)
    drawn: list[Trace] = []
    for therapy_class, (name, color, shape) in CLASSES.items():
        rows = [row for row in everything if row["therapy_class"] == therapy_class]
        names = [label_of[row["regimen_id"], row["product_id"]] for row in rows]
        hollow = [row["price_kind"] == "before_rebates" for row in rows]
        common = {"type": "bar", "orientation": "h", "y": names}
        hover = [_hover(row, columns) for row in rows]
        fill = ["rgba(255,255,255,0)" if h else color for h in hollow]
        drawn.append(
            {
                **common,
                "name": name,
                "x": [row[low] for row in rows],
                "marker": {"color": fill, "line": {"color": color, "width": 2}},
                "customdata": hover,
                "hovertemplate": "%{customdata}<extra></extra>",
                "showlegend": bool(rows),
            }
        )
        drawn.append(
            {
                **common,
                "name": f"{name}, up to",
                "base": [row[low] for row in rows],
                "x": [row[high] - row[low] for row in rows],
                "marker": {
                    "color": color,
                    "opacity": 0.35,
                    "line": {"color": color, "width": 1},
                },
                "customdata": hover,
                "hovertemplate": "%{customdata}<extra></extra>",
                "showlegend": False,
            }
        )
        later = [row["usd_later_year_low"] for row in rows] if columns == YEARLY else []
        drawn.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "white mark: a later year",
                "x": later,
                "y": names if later else [],
                "marker": {
                    "symbol": shape,
                    "size": 12,
                    "color": "white",
                    "line": {"color": INK, "width": 2},
                },
                "customdata": [label(usd(x)) for x in later],
                "hovertemplate": "a later year: %{customdata}<extra></extra>",
                "showlegend": bool(later) and not any(t.get("showlegend") for t in drawn[2::3]),
            }
        )
    drawn.append(
        {
            "type": "scatter",
            "mode": "text",
            # In a column of their own beside the bars, where none is cut off.
            "x": [_end(everything, columns)] * len(everything),
            "y": list(label_of.values()),
            "cliponaxis": False,
            "text": [f"  {label(usd_range(row[low], row[high]))}" for row in everything],
            "textposition": "middle right",
            "textfont": {"color": INK, "size": 13},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    )
    return drawn


def _end(rows: Sequence[Row], columns: tuple[str, str]) -> float:
    """The end of the axis: behind every high end and every mark for a later year."""
    names = [columns[1], "usd_later_year_low"] if columns == YEARLY else [columns[1]]
    ends = [row[name] for row in rows for name in names if known(row[name])]
    return float(max(ends, default=0)) * 1.05


def layout(rows: Sequence[Row], columns: tuple[str, str] = YEARLY) -> dict[str, Any]:
    """Layout for `traces`: rows in their order, room for the figures beside the bars."""
    if not rows:
        return empty_layout("No therapy with a price here. The table below says why.")
    what = "US dollars in year one" if columns == YEARLY else "US dollars per course"
    shown = bar_layout(len(rows), what)
    end = _end(rows, columns)
    shown["xaxis"] |= {"tickprefix": "$", "tickformat": "~s", "range": [0, end]}
    shown["legend"] = {"x": 0, "xref": "container", "y": 1, "yref": "container", "yanchor": "top"}
    shown["margin"] = {"l": 10, "r": FIGURES_PX, "t": LEGEND_PX, "b": 60}
    shown["height"] += LEGEND_PX - 50
    order = list(row_labels(rows).values())
    lines = max(name.count("<br>") for name in order) + 1
    row_px = max(ROW_PX, LINE_PX * lines + 4)
    shown["height"] += (row_px - ROW_PX) * len(order)
    shown["bargap"] = 1 - BAR_PX / row_px
    shown["yaxis"] |= {"categoryorder": "array", "categoryarray": order, "type": "category"}
    return shown


def _hover(row: Row, columns: tuple[str, str]) -> str:
    low, high = columns
    lines = [
        f"<b>{label(row['therapy'])}</b>, {label(row['product'])}",
        label(row["regimen"]),
        label(usd_range(row[low], row[high])),
        f"price: {basis_text(row['price_basis'])}",
    ]
    if columns == YEARLY:
        doses = number_range(row["doses_year_one"], row["doses_year_one_high"])
        lines.append(f"of it giving the drug: {label(usd(row['usd_administration_year_one']))}")
        lines.append(f"doses in year one: {doses}")
    return "<br>".join([*lines, *read_in(row)])
