"""The map of authorities, specialty by specialty: two marks a cell, label and guidelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.data.rows import Row, grouped
from compare.pages.cells import therapy_cell
from compare.pages.house import CLASSES, read_lines
from compare.pages.markup import NOTHING, html
from compare.words import short_name

SMALL = 5
# column of the rows -> mark -> (words in the key, sign, style)
MARKS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "label_mark": {
        "labeled": ("label", "■", "said"),
        "labeled, with a condition": (
            "label asks for serostatus, phenotype or prior therapy", "□", "said",
        ),
        "warned": ("label warns against it", "✕", "alarm"),
    },
    "guideline_mark": {
        "recommended": ("guideline recommends", "●", "said"),
        "option": ("guideline: an option", "○", "said"),
        "conflicting": ("guidelines disagree", "↔", "alarm"),
        "insufficient": ("guideline: evidence insufficient", "◇", "said"),
        "against": ("guideline against it", "▼", "alarm"),
        "retired": ("only a retired guideline", "◌", "faint"),
    },
}  # fmt: skip


def mark(row: Row, column: str) -> Markup:
    """The sign of a row's label or guideline; blank where nothing is said."""
    if row[column] not in MARKS[column]:
        return html("<span>&nbsp;</span>")
    _, sign, style = MARKS[column][row[column]]
    return html('<span class="{}">{}</span>', style, sign)


def key() -> Markup:
    """All marks with their words."""
    told = (
        html('<span><b class="{}">{}</b> {}</span>', style, sign, words)
        for marks in MARKS.values()
        for words, sign, style in marks.values()
    )
    return html('<p class="tc-key">{}</p>', NOTHING.join(told))


def map_html(rows: Sequence[Row], specialties: Mapping[str, str]) -> Markup:
    """A table a specialty, those of few therapies first; of `matrix`.

    Therapies stand by class and name, conditions as in the tables.

    `specialties` by condition id. Each cell says where it was read when pointed at.
    """
    if not rows:
        return html("<p>No therapy to show. Choose a class.</p>")
    own = grouped(rows, lambda row: specialties[row["condition_id"]])
    # Small ones first: they stand side by side, and so do the tall ones after them.
    order = sorted(own, key=lambda name: (len({r["therapy_id"] for r in own[name]}) > SMALL, name))
    tables = (_table(specialty, own[specialty]) for specialty in order)
    return html(
        '<div class="tc-maps" tabindex="0" role="region" aria-label="All conditions">{}</div>',
        NOTHING.join(tables),
    )


def _table(specialty: str, rows: Sequence[Row]) -> Markup:
    order = list(CLASSES)
    ranked = sorted(rows, key=lambda r: (order.index(r["therapy_class"]), r["therapy"]))
    therapies = {row["therapy_id"]: row for row in ranked}
    conditions = {row["condition_id"]: row["condition"] for row in rows}
    cells = {(row["therapy_id"], row["condition_id"]): row for row in rows}
    head = NOTHING.join(
        html('<th scope="col" data-condition="{}"><span>{}</span></th>', key, name)
        for key, name in conditions.items()
    )
    body = NOTHING.join(
        html(
            '<tr><th scope="row">{}</th>{}</tr>', therapy_cell(row),
            NOTHING.join(_cell(cells.get((therapy_id, key)), key) for key in conditions),
        )
        for therapy_id, row in therapies.items()
    )  # fmt: skip
    return html(
        '<table class="tc-map"><caption>{}</caption><thead><tr><td></td>{}</tr></thead>'
        "<tbody>{}</tbody></table>",
        specialty, head, body,
    )  # fmt: skip


def _cell(row: Row | None, condition_id: str) -> Markup:
    if row is None:
        return html('<td data-condition="{}"></td>', condition_id)
    marks = mark(row, "label_mark") + mark(row, "guideline_mark")
    return html('<td data-condition="{}" title="{}">{}</td>', condition_id, hover(row), marks)


def chosen(condition_id: str) -> Markup:
    """A style that marks one condition's column in the map, which is the same for all."""
    return html(
        '<style>.tc-map [data-condition="{}"] {{ background: var(--tc-pick); }}</style>',
        condition_id,
    )


def hover(row: Mapping[str, Any]) -> str:
    """What a cell says when pointed at."""
    lines = [f"{short_name(row['therapy'])}, {row['condition']}"]
    reason = f": {row['label_reason']}" if row["label_reason"] else ""
    read = f" (read in the revision of {row['label_month']})" if row["label_month"] else ""
    lines.append(f"Label: {row['label_status']}{reason}{read}")
    if row["statement"]:
        year = f" {row['year']}" if not pd.isna(row["year"]) else ""
        late = " (retired)" if row["retired"] else ""
        words = row["statement"].replace("_", " ")
        lines.append(f"Guideline: {words}, {row['body']}{year}{late}")
    if row["conflicting"]:
        lines.append("Guidelines disagree: choose the condition to read both")
    return "\n".join([*lines, *read_lines(row)])
