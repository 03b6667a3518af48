"""A file of the reader's: from a path or bytes to text cells, with everything wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from compare.data.cells import Lines, decoded, filled, rows_of
from compare.data.checks import DTYPES, Resource, fields_of, frame_of
from compare.data.errors import DataError, Problem

if TYPE_CHECKING:
    from compare.data.evidence import Evidence

# A point and three digits.
TWO_READINGS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
File = str | Path | bytes | bytearray | memoryview


def content_of(file: File, name: str) -> tuple[bytes, str]:
    """Content of the file, and its name. Raises `DataError` where it cannot be read."""
    if isinstance(file, (bytes, bytearray, memoryview)):
        return bytes(file), name
    try:
        path = Path(file)
    except TypeError:
        raise refusal(name, "expected a path, or the content as bytes") from None
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

    UTF-8 with or without a byte order mark; comma, semicolon or tab; a leading `sep=;` as Excel
    writes it. Empty lines and empty columns at the end are passed over.
    """
    text, line, reason = decoded(content)
    if reason:
        return pd.DataFrame(), [Problem(name, line, None, None, reason)]
    begins = text.splitlines(keepends=True)
    declared = begins[0].lower().startswith("sep=")
    body = text[len(begins[0]) :] if declared else text
    top = next((line for line in begins[declared:] if line.strip()), "")
    delimiter = max(",;\t", key=top.count)
    found, line, reason = rows_of(body, delimiter)
    if reason:
        return pd.DataFrame(), [Problem(name, line + declared, None, None, reason)]
    lines = [(at + declared, [cell.strip() for cell in row]) for at, row in found]
    lines = [(at, row) for at, row in lines if any(row)]
    if not lines:
        return pd.DataFrame(), [Problem(name, None, None, None, "no cell is filled in")]
    # Cells beyond the header are passed over only where the header line has them too.
    most, wide = len(lines[0][1]), filled(lines[0][1])
    frame, problems = frame_of([(at, trimmed(row, wide, most)) for at, row in lines], name)
    if len(lines) == 1:
        problems.append(Problem(name, None, None, None, "there are no rows below the header"))
    if delimiter == ";":
        problems += _two_readings(lines, name)
    return frame, problems


def _two_readings(lines: Lines, name: str) -> list[Problem]:
    """Numbers such as 1.234, which are thousands in most countries that write semicolons."""
    return [
        Problem(name, at, column, cell, f"write {cell.replace('.', '')}, or {cell}0 for decimals")
        for at, row in lines[1:]
        for column, cell in zip(lines[0][1], row, strict=False)
        if TWO_READINGS.fullmatch(cell)
    ]


def trimmed(row: list[str], wide: int, most: int) -> list[str]:
    """The row without the empty cells beyond `wide`, where it has no more than `most`."""
    return row[:wide] if filled(row) <= wide <= len(row) <= most else row


def with_optional(text: pd.DataFrame, resource: Resource) -> pd.DataFrame:
    """The cells with every column that may be left out."""
    missing = [
        name
        for name, field in fields_of(resource).items()
        if name not in text and not field.get("constraints", {}).get("required")
    ]
    blank = pd.DataFrame({name: pd.Series(index=text.index, dtype="str") for name in missing})
    return pd.concat([text, blank], axis=1)


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
