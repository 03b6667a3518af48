"""Text for a page: numbers formatted one way, tables, links, downloads; every value escaped."""

from __future__ import annotations

import base64
import csv
import html
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from compare.data.evidence import CITED_JOIN, Evidence, source_columns
from compare.data.rows import Row, known, records, split

FOLDED = 3
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def text(value: Any) -> str:
    """A value as escaped text; blank where it is not known."""
    return html.escape(str(value)) if known(value) else ""


Cell = Callable[[Mapping[str, Any]], str]


def table(
    rows: pd.DataFrame | Sequence[Row],
    columns: Mapping[str, str | Cell],
    caption: str,
    empty: str = "",
) -> str:
    """An HTML table: heading -> column name (escaped) or function of the row (returns HTML).

    `rows`: a frame, or its rows as dictionaries. `caption` names the table for screen readers and
    stands above it; `empty` is shown in place of a table without rows.
    """
    if not len(rows):
        return f'<p class="tc-empty">{html.escape(empty or "Nothing to show.")}</p>'
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = []
    for row in records(rows) if isinstance(rows, pd.DataFrame) else rows:
        cells = [how(row) if callable(how) else text(row[how]) for how in columns.values()]
        first, rest = cells[0], cells[1:]
        body.append(
            f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{c}</td>" for c in rest) + "</tr>"
        )
    return (
        f'<div class="tc-scroll" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
        f'<table class="tc-table"><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def read_in(row: Mapping[str, Any]) -> str:
    """Title, date and place of what a row of `Evidence.cited` was read in; a cell of a table.

    Many places are folded, so that the row stays in sight.
    """
    places = [row[name] for name in ("source", "locator") if known(row.get(name))]
    parts = [part for place in places for part in str(place).split(CITED_JOIN) if part]
    if not parts:
        return ""
    listed = f"<small>{'<br>'.join(map(text, parts))}</small>"
    if len(parts) < FOLDED:
        return listed
    return f"<details><summary>{len(parts)} places</summary>{listed}</details>"


def sources(evidence: Evidence, source_ids: Iterable[Any], heading: str = "Sources") -> str:
    """The list of sources behind a view, each with publisher, dates and link."""
    wanted = {part for ids in source_ids for part in split(ids)}
    known_ones = evidence.by_id("sources")
    found = [known_ones[key] for key in wanted if key in known_ones]
    items = []
    for row in sorted(found, key=lambda row: (row["title"], row["source_id"])):
        title = html.escape(str(row["title"]))
        address = row["url"]
        if known(address) and str(address).startswith(("http://", "https://")):
            title = (
                f'<a href="{html.escape(str(address))}" target="_blank" rel="noopener">{title}</a>'
            )
        details = [row["publisher"], row["published"]]
        if known(row["accessed"]):
            details.append(f"accessed {row['accessed']:%Y-%m-%d}")
        after = ", ".join(html.escape(str(part)) for part in details if known(part))
        items.append(
            f'<li data-source="{html.escape(row["source_id"])}">'
            f"{title}{f' ({after})' if after else ''}</li>"
        )
    return (
        f'<details class="tc-sources"><summary>{html.escape(heading)} ({len(items)})</summary>'
        f"<ol>{''.join(items)}</ol></details>"
    )


def sources_behind(evidence: Evidence, *frames: pd.DataFrame) -> str:
    """The list of exactly the sources that the frames name."""
    return sources(evidence, (ids for f in frames for name in source_columns(f) for ids in f[name]))


def neutral(value: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula."""
    if not isinstance(value, str):
        return value
    # A carriage return alone would begin a new row, and is not quoted.
    value = value.replace("\r", " ")
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV text; cells that a spreadsheet would run as formulas are neutralized."""
    return csv_rows(records(frame), [str(name) for name in frame.columns])


def csv_rows(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """What `csv_text` makes of a frame, of rows as dictionaries; these columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(neutral, columns))
    rows = list(rows)
    cells = (_csv_cells([row[name] for row in rows]) for name in columns)
    writer.writerows(zip(*cells, strict=True))
    return out.getvalue()


def _csv_cells(cells: Sequence[Any]) -> list[Any]:
    """The cells of one column; most columns of text say a few things again and again."""
    told = {cell: neutral(cell) for cell in {cell for cell in cells if isinstance(cell, str)}}
    return [told[cell] if isinstance(cell, str) else _csv_cell(cell) for cell in cells]


def cited_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """`csv_rows` of `Evidence.cited_rows`, with the titles beside the ids of sources."""
    beside = (
        [name, name.replace("source_id", "source")] if "source_id" in name else [name]
        for name in columns
    )
    return csv_rows(rows, [name for names in beside for name in names])


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


def download(label: str, content: str, name: str, kind: str = "text/csv") -> str:
    """A link that saves `content` as a file, without a server."""
    data = base64.b64encode(content.encode("utf-8")).decode("ascii")
    return (
        f'<a class="tc-download" download="{html.escape(name)}" '
        f'href="data:{kind};charset=utf-8;base64,{data}">{html.escape(label)}</a>'
    )
