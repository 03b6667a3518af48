"""The coverage map: therapies by kinds of facts, in words and in shades."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.data.rows import known, records
from compare.pages.coverage.tables import FACTS, LEVELS
from compare.pages.house import INK, TEMPLATE, Trace, empty_layout, label
from compare.pages.markup import NOTHING, html
from compare.words import short_name

READ_AGAIN = "Read twice,<br>two sources"
MARKS = {"full": "■", "partial": "◧", "none": "□"}
SHADES = {"none": "#ffffff", "partial": "#cfe0ee", "full": "#7fb0d6"}
ROW_PX = 20
HEAD_PX = 70


def cell(row: dict[str, Any], fact: str) -> str:
    """`full`, `partial 2/5` or `none`: the word first, so that no shade is needed to read it."""
    have, wanted = row[f"{fact}_have"], row[f"{fact}_of"]
    return f"{row[fact]} {have}/{wanted}" if row[fact] == "partial" else str(row[fact])


def read_again(row: dict[str, Any]) -> tuple[str, str]:
    """Share of a therapy's rows read twice or more, and in two documents; and what that means."""
    if not known(row["read_twice_pct"]):
        return "-", "no rows"
    twice, two = f"{row['read_twice_pct']:.0f}%", f"{row['two_sources_pct']:.0f}%"
    meaning = f"of {row['rows']} rows {twice} were read twice or more, {two} agree in two documents"
    return f"{twice}, {two}", meaning


def head(title: str) -> str:
    """A column's heading, broken at its comma so that it stands upright in a narrow window."""
    return ",<br>".join(label(part) for part in title.split(", "))


def small(frame: pd.DataFrame) -> Markup:
    """The map for a phone: a mark a cell, which says how many when pointed at."""
    heads = NOTHING.join(
        html('<th scope="col"><span>{}</span></th>', title) for title, _ in FACTS.values()
    )
    rows = NOTHING.join(
        html(
            '<tr><th scope="row">{}</th>{}</tr>', short_name(row["therapy"]),
            NOTHING.join(
                html('<td title="{} of {}">{}</td>', row[f"{fact}_have"], row[f"{fact}_of"],
                     MARKS[row[fact]])
                for fact in FACTS
            ),
        )
        for row in records(frame)
    )  # fmt: skip
    key = ", ".join(f"{sign} {word}" for word, sign in MARKS.items())
    return html(
        '<div class="tc-narrow"><table class="tc-map"><caption>{}</caption>'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div>",
        key, heads, rows,
    )  # fmt: skip


def traces(frame: pd.DataFrame) -> list[Trace]:
    """One heat map with a word in each cell, and at its right the share read again, unshaded."""
    rows = records(frame)
    order = list(reversed(LEVELS))
    last = len(order) - 1
    return [
        {
            "type": "heatmap",
            "x": [*(head(title) for title, _ in FACTS.values()), READ_AGAIN],
            "y": [label(short_name(row["therapy"])) for row in rows],
            "z": [[*(order.index(row[fact]) for fact in FACTS), 0] for row in rows],
            "text": [
                # `14/16` says itself that it is a part, and fits a narrow window.
                [
                    *(label(cell(row, fact).removeprefix("partial ")) for fact in FACTS),
                    label(read_again(row)[0]),
                ]
                for row in rows
            ],
            "customdata": [
                [
                    *(
                        label(f"{row[f'{fact}_have']} of {row[f'{fact}_of']} {meaning}")
                        for fact, (_, meaning) in FACTS.items()
                    ),
                    label(read_again(row)[1]),
                ]
                for row in rows
            ],
            "texttemplate": "%{text}",
            "textfont": {"color": INK, "size": 13},
            "hovertemplate": "<b>%{y}</b>, %{x}<br>%{customdata}<extra></extra>",
            "zmin": 0,
            "zmax": last,
            "colorscale": [[i / last, SHADES[name]] for i, name in enumerate(order)],
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
        }
    ]


def layout(frame: pd.DataFrame) -> dict[str, Any]:
    """Layout for `traces`: facts above, therapies in the frame's order."""
    if frame.empty:
        return empty_layout("No therapies in the data.")
    return {
        "template": TEMPLATE,
        "height": HEAD_PX + ROW_PX * len(frame),
        "margin": {"l": 10, "r": 10, "t": 50, "b": 20},
        "xaxis": {
            "side": "top",
            "showgrid": False,
            "ticks": "",
            "fixedrange": True,
            "tickangle": 0,
            "tickfont": {"size": 13},
        },
        "yaxis": {
            "autorange": "reversed",
            "showgrid": False,
            "ticks": "",
            "fixedrange": True,
            "dtick": 1,
        },
    }
