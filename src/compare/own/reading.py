"""A file of the reader's: from a path or bytes to text cells, with everything wrong with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from compare.data.checks import DTYPES, Resource, decoded, fields_of
from compare.data.errors import DataError, Problem

if TYPE_CHECKING:
    from compare.data.evidence import Evidence

File = str | Path | bytes | bytearray | memoryview
DECIMAL_COMMA_ROW = (
    "; a decimal comma splits a number in two: write 12.5, or separate the cells by semicolons"
)


def content_of(file: File, name: str) -> tuple[bytes, str]:
    """Content of the file, and its name. Raises `DataError` where it cannot be read."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        return bytes(file), name
    path = Path(file)
    try:
        return path.read_bytes(), path.name
    except FileNotFoundError:
        raise refusal(path.name, "no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise refusal(path.name, f"cannot be read ({reason})") from None


def refusal(name: str, expected: str, line: int | None = None) -> DataError:
    """An error with a single problem."""
    return DataError([Problem(name, line, None, None, expected)])


def cells(content: bytes, name: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Text cells of a CSV (blank: missing), indexed by line, and every problem found.

    UTF-8 with or without a byte order mark; comma or semicolon; a leading `sep=;` as Excel writes
    it. Empty lines and empty columns at the end are passed over.
    """
    text, line, reason = decoded(content)
    if reason:
        return pd.DataFrame(), [Problem(name, line, None, None, reason)]
    lines = text.splitlines()
    declared = lines[0].lower().startswith("sep=") if lines else False
    top = next((line for line in lines[declared:] if line.strip()), "")
    delimiter = ";" if top.count(";") > top.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        expected = f"not readable as CSV ({error})"
        return pd.DataFrame(), [Problem(name, reader.line_num, None, None, expected)]
    rows = [(line, row) for line, row in rows[declared:] if any(row)]
    if not rows:
        return pd.DataFrame(), [Problem(name, None, None, None, "no cell is filled in")]
    return _frame(rows[0], rows[1:], delimiter, name)


def _frame(
    top: tuple[int, list[str]], rows: list[tuple[int, list[str]]], comma: str, name: str
) -> tuple[pd.DataFrame, list[Problem]]:
    header_line, header = top[0], list(top[1])
    while not header[-1]:
        header.pop()
    problems = []
    for column in sorted(set(header)):
        if header.count(column) > 1:
            shown = column or "(no name)"
            problems.append(Problem(name, header_line, shown, None, "this column stands twice"))
    if problems:
        return pd.DataFrame(), problems
    good: dict[int, list[str]] = {}
    for line, row in rows:
        wide = len(row)
        # Cells beyond the header are passed over only where the header line has them too.
        while len(header) < wide <= len(top[1]) and not row[wide - 1]:
            wide -= 1
        if wide != len(header):
            expected = f"expected {len(header)} cells as in the header, found {wide}"
            expected += DECIMAL_COMMA_ROW if wide > len(header) and comma == "," else ""
            problems.append(Problem(name, line, None, None, expected))
            continue
        good[line] = row[: len(header)]
        for column, cell in zip(header, row, strict=False):
            if "\n" in cell or "\r" in cell:
                expected = "a cell may not hold a line break"
                problems.append(Problem(name, line, column, None, expected))
    if not rows:
        problems.append(Problem(name, None, None, None, "there are no rows below the header"))
    frame = pd.DataFrame.from_dict(good, orient="index", columns=header, dtype="str")
    return frame.mask(frame == ""), problems


def typed(rows: Sequence[Mapping[str, Any]], resource: Resource) -> pd.DataFrame:
    """Rows as a frame with the resource's columns and types; what a row lacks is blank."""
    columns = {}
    for name, field in fields_of(resource).items():
        values = [row.get(name) for row in rows]
        if field["type"] == "date":
            columns[name] = pd.Series(pd.to_datetime(pd.Series(values, dtype="object")))
            columns[name] = columns[name].astype("datetime64[us]")
        else:
            columns[name] = pd.Series(values, dtype=DTYPES[field["type"]])
    return pd.DataFrame(columns)


def appended(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Both frames, one below the other; a frame without rows does not blur the types."""
    kept = [part for part in (frame, more) if len(part)]
    return pd.concat(kept, ignore_index=True) if kept else frame.copy()


def own_source(evidence: Evidence, stem: str, title: str, **more: str) -> dict[str, str]:
    """The row of `sources` for a file of the reader's, under an id that is not taken yet."""
    used, number, source_id = set(evidence.sources["source_id"]), 1, stem
    while source_id in used:
        number += 1
        source_id = f"{stem}_{number}"
    return {
        "source_id": source_id,
        "document_id": source_id,
        "kind": "price_file",
        "title": title,
        "notes": "Loaded by the reader; not part of the project's data.",
        **more,
    }
