"""The coverage map: therapies by kinds of facts, in words and in shades."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.data.rows import known, records
from compare.pages.coverage.tables import FACTS
from compare.pages.markup import NOTHING, html
from compare.words import short_name

READ_AGAIN = "Read twice, two sources"
MARKS = {"full": "■", "partial": "◧", "none": "□"}


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


def whole(frame: pd.DataFrame) -> Markup:
    """The map with a word in each cell, shaded, and at its right the share read again."""
    heads = NOTHING.join(
        html('<th scope="col">{}</th>', title)
        for title in (*(title for title, _ in FACTS.values()), READ_AGAIN)
    )
    rows = NOTHING.join(
        html(
            '<tr><th scope="row">{}</th>{}<td title="{}">{}</td></tr>', short_name(row["therapy"]),
            NOTHING.join(
                html('<td class="{}" title="{} of {} {}">{}</td>', row[fact], row[f"{fact}_have"],
                     row[f"{fact}_of"], meaning, cell(row, fact).removeprefix("partial "))
                for fact, (_, meaning) in FACTS.items()
            ),
            read_again(row)[1], read_again(row)[0],
        )
        for row in records(frame)
    )  # fmt: skip
    return html(
        '<table class="tc-map tc-shades tc-wide"><thead><tr><td></td>{}</tr></thead>'
        "<tbody>{}</tbody></table>",
        heads, rows,
    )  # fmt: skip
