"""What more than one page shows in words: a therapy, an authority, which box to tick."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from compare.authority.indications import LABELED_IF, quote_strongest
from compare.data.rows import Row, known, split
from compare.pages.house import CLASSES, GLYPHS
from compare.pages.markup import BREAK, html, link, noted, text
from compare.words import short_name

NONE = "none in our tables"
# What stands behind the columns of the table in the list of statements.
DIRECTIONS = {
    "supports": "supports it",
    "partly": "supports it in part",
    "contradicts": "contradicts it",
    "context": "context only",
}


def glyph(therapy_class: str) -> Markup:
    """The mark of a class in its color, under its name."""
    name, color, shape = CLASSES[therapy_class]
    return html('<span style="color:{}" title="{}">{}</span>', color, name, GLYPHS[shape])


def class_marks(classes: Collection[str]) -> list[Markup]:
    """Each of these classes by its mark, for a key."""
    return [
        html('<span><b style="color:{}">{}</b> {}</span>', color, GLYPHS[shape], name)
        for therapy_class, (name, color, shape) in CLASSES.items()
        if therapy_class in classes
    ]


def therapy_cell(row: Mapping[str, Any]) -> Markup:
    """The therapy behind the mark of its class."""
    return html("{}&nbsp;{}", glyph(row["therapy_class"]), short_name(row["therapy"]))


def months(row: Mapping[str, Any]) -> str:
    """Months of the labels read, first and last: `2024-06 to 2025-10`; blank where none."""
    known_ones = sorted(filter(None, row["label_month"].split("; ")))
    return " to ".join(dict.fromkeys(known_ones[:1] + known_ones[-1:]))


def label_cell(row: Mapping[str, Any], dated: bool = True) -> Markup:
    """Label status for this patient and why; `dated` with the month of the label."""
    parts: list[str] = [html("<strong>{}</strong>", row["label_status"].capitalize())]
    if dated and (read := months(row)):
        parts[0] += html(" <small>(label read: {})</small>", read)
    if row["label_reason"]:
        parts.append(row["label_reason"])
    if row["label_warning"]:
        parts.append(f"A label warns, {row['label_warning']}")
    if row["labeled_elsewhere"]:
        parts.append(html("<small>Labeled also in: {}</small>", row["labeled_elsewhere"]))
    return BREAK.join(parts)


def guideline_cell(row: Mapping[str, Any]) -> str:
    """The strongest statement; where guidelines disagree, all that speak for and against."""
    if not row["statement"]:
        return NONE
    if row["conflicting"]:
        pro, con = row["statements_for"], row["statements_against"]
        return html("<strong>Guidelines disagree.</strong><br>For: {}<br>Against: {}", pro, con)
    said = quote_strongest(row)
    if row["guideline_ageless"]:
        said += "; gives no age"
    if row["guideline_restriction"]:
        said += f"; {row['guideline_restriction']}"
    return said


def if_ticked(options: Iterable[Row], factors: Mapping[str, Row]) -> list[tuple[int, str]]:
    """How many therapies would be labeled with each factor asked for, the most first; factors with
    which the same ones would be stand together. `options`: rows of `indications.options`.
    """
    by_factor: dict[str, list[str]] = {}
    for row in options:
        if row["label_status"] in LABELED_IF.values():
            for key in split(row["requires_any"]):
                by_factor.setdefault(key, []).append(row["therapy_id"])
    together: dict[tuple[str, ...], list[str]] = {}
    for key, ids in by_factor.items():
        together.setdefault(tuple(ids), []).append(f"“{factors[key]['factor']}”")
    return sorted(
        ((len(ids), " or ".join(names)) for ids, names in together.items()), key=lambda one: -one[0]
    )


def or_fewer(first: str, others: Sequence[tuple[int, str]], above: str = "") -> list[str]:
    """What ticking would do, as `if_ticked` has it: with every box, then with the first alone."""
    each = ", ".join([first, *(f"{count} if {which}" for count, which in others)])
    short = f"{first}; others if another is"
    return [f"{said}: tick it{above}." for said in ([each, short] if others else [each])]


def published_cell(row: Mapping[str, Any]) -> str:
    """The finding in our words, with its figure and a remark."""
    said = text(row["finding"])
    if known(row["figure"]):
        said = noted(said, html("{} {}", row["figure"], row["unit"]))
    return noted(said, row["notes"])


def source_cell(row: Mapping[str, Any]) -> Markup:
    """Title with link, date and place in the source."""
    title = link(row["title"], row["url"])
    after = ", ".join(str(row[name]) for name in ("published", "locator") if known(row[name]))
    return noted(title, after)
