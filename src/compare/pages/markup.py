"""HTML for a page: tables and links, and CSV; what is not marked as safe is escaped.

HTML is written by `html` alone, as a literal with braces; whatever fills these is escaped unless it
is such HTML itself. Numbers are formatted one way.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, LiteralString

import pandas as pd
from markupsafe import Markup, escape

from compare.data.evidence import CITED_JOIN, Evidence, kept, source_columns
from compare.data.rows import Row, known, records, split
from compare.words import MINUS

FOLDED = 3
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


NOTHING = Markup()
BREAK = Markup("<br>")
AS_IT_IS = (Markup, int, float)


def text(value: Any) -> Markup:
    """A value as HTML: plain text escaped, HTML as it is, blank where it is not known."""
    if isinstance(value, Markup):
        return value
    return escape(value) if isinstance(value, str) or known(value) else NOTHING


def html(form: LiteralString, *values: Any) -> Markup:
    """The form with values in its braces, each as `text`; numbers may have a format (`{:.1f}`)."""
    filled = form.format(*[v if isinstance(v, AS_IT_IS) else text(v) for v in values])
    return str.__new__(Markup, filled)  # `Markup(filled)` would ask again whether it is one


def noted(said: Any, note: Any) -> Markup:
    """What is said, and a note in small print below it where there is one."""
    small = text(note)
    return html("{}<br><small>{}</small>", said, small) if small else text(said)


# The few tags that the texts of our charts have.
TAGS = re.compile(r"(</?(?:b|i)>|<br>|<span style=\"color:#[0-9A-Fa-f]{6}\">|</span>)")


def tagged(said: str) -> Markup:
    """Text of a chart, which may hold some tags and escapes, as HTML; all else is escaped."""
    parts = map(Markup, TAGS.split(said))
    return NOTHING.join(part if place % 2 else part.unescape() for place, part in enumerate(parts))


Cell = Callable[[Mapping[str, Any]], Any]


def table(
    rows: pd.DataFrame | Sequence[Row],
    columns: Mapping[str, str | Cell],
    caption: str,
    empty: str = "",
) -> Markup:
    """An HTML table: heading -> column name or function of the row.

    `rows`: a frame, or its rows as dictionaries. `caption` names the table for screen readers and
    stands above it; `empty` is shown in place of a table without rows.
    """
    if not len(rows):
        return html('<p class="tc-empty">{}</p>', empty or "Nothing to show.")
    head = NOTHING.join(html('<th scope="col">{}</th>', name) for name in columns)
    # On a phone each row is a card, with the column's name above each cell.
    starts = [html('<td data-head="{}">', name) for name in columns][1:]
    body = []
    for row in records(rows) if isinstance(rows, pd.DataFrame) else rows:
        first, *rest = [text(how(row) if callable(how) else row[how]) for how in columns.values()]
        cells = "".join([f"{start}{cell}</td>" for start, cell in zip(starts, rest, strict=True)])
        body.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return html(
        '<div class="tc-scroll" tabindex="0" role="region" aria-label="{}">'
        '<table class="tc-table"><caption>{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        caption, caption, head, Markup("".join(body)),
    )  # fmt: skip


def folded(*parts: Markup, name: str = "Show the figures") -> Markup:
    """Long parts of a page behind a line that opens them; nothing where there are none."""
    shown = NOTHING.join(parts)
    if not shown:
        return NOTHING
    return html('<details class="tc-long"><summary>{}</summary>{}</details>', name, shown)


def behind(name: str, *parts: Markup) -> Markup:
    """Parts of a page behind a line as small as that of the sources."""
    return html(
        '<details class="tc-sources"><summary>{}</summary>{}</details>', name, NOTHING.join(parts)
    )


def read_in(row: Mapping[str, Any]) -> Markup:
    """Title, date and place of what a row of `Evidence.cited` was read in; a cell of a table.

    Many places are folded, so that the row stays in sight.
    """
    places = [row[name] for name in ("source", "locator") if known(row.get(name))]
    parts = [part for place in places for part in str(place).split(CITED_JOIN) if part]
    if not parts:
        return NOTHING
    listed = html("<small>{}</small>", BREAK.join(parts))
    if len(parts) < FOLDED:
        return listed
    return html("<details><summary>{} places</summary>{}</details>", len(parts), listed)


def link(title: Any, address: Any) -> Markup:
    """The title, as a link where the address is one of the web."""
    if not str(address).startswith(("http://", "https://")):
        return text(title)
    return html('<a href="{}" target="_blank" rel="noopener">{}</a>', address, title)


@kept(1)
def source_items(evidence: Evidence) -> Mapping[str, Markup]:
    """Each source by its id, in the order of titles: title with its link, publisher, dates."""
    found = {}
    books = evidence.by_id("sources").items()
    for key, row in sorted(books, key=lambda book: (book[1]["title"], book[0])):
        details = [row["publisher"], row["published"]]
        if known(row["accessed"]):
            details.append(f"accessed {row['accessed']:%Y-%m-%d}")
        after = ", ".join(str(part) for part in details if known(part))
        after = f" ({after})" if after else ""
        title = link(row["title"], row["url"])
        found[key] = html('<li data-source="{}">{}{}</li>', key, title, after)
    return found


def sources(evidence: Evidence, source_ids: Iterable[Any], heading: str = "Sources") -> Markup:
    """The list of sources behind a view."""
    wanted = {part for ids in set(source_ids) for part in split(ids)}
    items = [item for key, item in source_items(evidence).items() if key in wanted]
    return behind(f"{heading} ({len(items)})", html("<ol>{}</ol>", NOTHING.join(items)))


def sources_behind(evidence: Evidence, *shown: pd.DataFrame | Sequence[Row]) -> Markup:
    """The list of exactly the sources that frames name, or rows of one kind each."""
    return sources(evidence, itertools.chain.from_iterable(map(_source_ids, shown)))


def _source_ids(rows: pd.DataFrame | Sequence[Row]) -> Iterable[Any]:
    if isinstance(rows, pd.DataFrame):
        return (ids for name in source_columns(rows) for ids in rows[name])
    names = [*source_columns(rows[0] if rows else ())]
    return (row[name] for row in rows for name in names)


def neutral(value: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula."""
    if not isinstance(value, str):
        return value
    # A carriage return alone would begin a new row, and is not quoted.
    value = value.replace("\r", " ").replace(MINUS, "-")
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def csv_text(
    rows: pd.DataFrame | Sequence[Row],
    columns: Sequence[str] = (),
    cited: Evidence | None = None,
) -> str:
    """A frame, or rows as dictionaries, as CSV text; these columns (empty: all of them).

    Titles and dates of sources stand beside their ids where `cited` is the evidence that has them.
    Cells that a spreadsheet would run as formulas are neutralized.
    """
    if isinstance(rows, pd.DataFrame):
        columns, rows = columns or [str(name) for name in rows.columns], records(rows)
    columns = columns or [*rows[0]]
    beside = source_columns(columns) if cited else {}
    heads, told = [], []
    for name in columns:
        cells = [row[name] for row in rows]
        heads.append(name)
        told.append(_csv_cells(cells))
        if cited and name in beside:
            heads.append(beside[name])
            told.append(_csv_cells(cells, cited.titles))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(neutral, heads))
    writer.writerows(zip(*told, strict=True))
    return out.getvalue()


def _csv_cells(cells: Sequence[Any], words: Callable[[str], str] = str) -> list[Any]:
    """The cells of one column; most columns of text say a few things again and again."""
    told = {
        cell: neutral(words(cell)) for cell in {cell for cell in cells if isinstance(cell, str)}
    }
    return [told[cell] if isinstance(cell, str) else _csv_cell(cell) for cell in cells]


def _csv_cell(value: Any) -> Any:
    """What is no text: a day as a date, blank for what is not known."""
    if value is pd.NA or not known(value):
        return ""
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


def file_name(*parts: str, ending: str) -> str:
    """A file name of plain letters from parts such as the scenario; the last, the data's date and
    version, is never cut off.
    """
    words = [re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.").lower() for part in parts]
    last = words.pop()[:80]
    first = "_".join(filter(None, words))[: 119 - len(last)]
    return "_".join(filter(None, (first, last))) + "." + ending
