"""Text for a page: numbers formatted one way, tables, links, downloads; every value escaped."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from compare.evidence import Evidence
from compare.schedule import known
from compare.tables import records

NOT_REPORTED = "not reported"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
RISKY = re.compile(f"\\r|^[{re.escape(''.join(FORMULA_STARTS))}]", re.MULTILINE)


def text(value: Any) -> str:
    """A value as escaped text; blank where it is not known."""
    return html.escape(str(value)) if known(value) else ""


def short_name(name: Any) -> str:
    """A name without its explanation in brackets: `IVIG (intravenous immunoglobulin)` is IVIG."""
    return str(name).split(" (", maxsplit=1)[0]


def usd(value: Any) -> str:
    """Whole dollars: `$12,345`. Not reported where not known."""
    return f"${value:,.0f}" if known(value) else NOT_REPORTED


def usd_cents(value: Any) -> str:
    """Dollars and cents: `$12,345.60`. Not reported where not known."""
    return f"${value:,.2f}" if known(value) else NOT_REPORTED


def usd_range(low: Any, high: Any) -> str:
    """`$1,000 to $2,000`, or one figure where both ends round to it."""
    first, second = usd(low), usd(high)
    return first if first == second or not known(high) else f"{first} to {second}"


def number(value: Any, digits: int = 0, unit: str = "") -> str:
    """A number with thousands separators and its unit; not reported where not known."""
    if not known(value):
        return NOT_REPORTED
    shown = f"{value:,.{digits}f}"
    if digits:
        shown = shown.rstrip("0").rstrip(".")
    return f"{shown} {unit}".rstrip()


def number_range(low: Any, high: Any, digits: int = 0) -> str:
    """`13 to 18`, or one figure where both ends round to it."""
    first, second = number(low, digits), number(high, digits)
    return first if first == second or not known(high) else f"{first} to {second}"


Cell = Callable[[Mapping[str, Any]], str]


def table(
    frame: pd.DataFrame, columns: Mapping[str, str | Cell], caption: str, empty: str = ""
) -> str:
    """An HTML table: heading -> column name (escaped) or function of the row (returns HTML).

    `caption` names the table for screen readers and stands above it; `empty` is shown in place of
    a table without rows.
    """
    if frame.empty:
        return f'<p class="tc-empty">{html.escape(empty or "Nothing to show.")}</p>'
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = []
    for row in records(frame):
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


def sources(evidence: Evidence, source_ids: Iterable[Any], heading: str = "Sources") -> str:
    """The list of sources behind a view, each with publisher, date and link."""
    wanted = {part for ids in source_ids if known(ids) for part in str(ids).split(";") if part}
    found = evidence.sources[evidence.sources["source_id"].isin(wanted)].sort_values("title")
    items = []
    for row in records(found):
        title = html.escape(str(row["title"]))
        address = row["url"]
        if known(address) and str(address).startswith(("http://", "https://")):
            title = (
                f'<a href="{html.escape(str(address))}" target="_blank" rel="noopener">{title}</a>'
            )
        details = [row["publisher"], row["published"]]
        after = ", ".join(html.escape(str(part)) for part in details if known(part))
        items.append(f"<li>{title}{f' ({after})' if after else ''}</li>")
    return (
        f'<details class="tc-sources"><summary>{html.escape(heading)} ({len(items)})</summary>'
        f"<ol>{''.join(items)}</ol></details>"
    )


def neutral(value: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula."""
    if not isinstance(value, str):
        return value
    # A carriage return alone would begin a new row, and is not quoted.
    value = value.replace("\r", " ")
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV text; cells that a spreadsheet would run as formulas are neutralized."""
    safe = frame.copy()
    for name, kind in frame.dtypes.items():
        if kind == "object" or isinstance(kind, pd.StringDtype | pd.CategoricalDtype):
            cells = frame[name].tolist()
            # One search through the whole column; most hold nothing to neutralize.
            if RISKY.search("\n".join(map(str, cells))):
                safe[name] = pd.Series([neutral(cell) for cell in cells], frame.index, "object")
    return safe.rename(columns=neutral).to_csv(index=False, lineterminator="\n")


def file_name(*parts: str, ending: str) -> str:
    """A file name of plain letters, from parts such as data version and scenario."""
    words = [re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.").lower() for part in parts]
    return "_".join(word for word in words if word)[:120] + "." + ending


def download(label: str, content: str, name: str, kind: str = "text/csv") -> str:
    """A link that saves `content` as a file, without a server."""
    data = base64.b64encode(content.encode("utf-8")).decode("ascii")
    return (
        f'<a class="tc-download" download="{html.escape(name)}" '
        f'href="data:{kind};charset=utf-8;base64,{data}">{html.escape(label)}</a>'
    )
