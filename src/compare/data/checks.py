"""Tables in: text cells, cast by the descriptor, checked, every problem reported at once.

The descriptor (`datapackage.json`) is the only place that says what a column is. A table whose
hash is the one that the descriptor records has been through these checks when the hash was
written, and is only cast; any other table is checked in full.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from compare.data.cells import Lines, decoded, rows_of, twice, width_problem
from compare.data.errors import DataError, Problem, clipped
from compare.data.rules import check_rules, check_together, problems_at, shown_cell

Resource = Mapping[str, Any]

DTYPES = {"string": "str", "number": "float64", "integer": "Int64", "date": "datetime64[us]"}
SHAPES = {
    "number": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?",
    "integer": r"[+-]?[0-9]+",
    # No year 26; 9999 is what many write for "no end".
    "date": r"(?:(?:19|20|21)[0-9]{2}|9999)-[0-9]{2}-[0-9]{2}",
}


def fields_of(resource: Resource) -> dict[str, Mapping[str, Any]]:
    """Columns of a resource of the descriptor, by name, in order."""
    return {field["name"]: field for field in resource["schema"]["fields"]}


def read_trusted(content: bytes, resource: Resource) -> pd.DataFrame | None:
    """A table that was checked before: cast to the descriptor's types and not checked again.

    None where it is not of these columns and types: the descriptor says other than it did then.
    """
    fields = fields_of(resource)
    dates = [name for name, field in fields.items() if field["type"] == "date"]
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            dtype={n: "str" if n in dates else DTYPES[f["type"]] for n, f in fields.items()},
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8",
        )
        if set(frame.columns) != set(fields):
            return None
        for name in dates:
            frame[name] = _as_type(pd.to_datetime(frame[name], format="%Y-%m-%d"), "date")
    except (TypeError, ValueError):
        return None
    return frame


def read_checked(content: bytes, resource: Resource) -> tuple[pd.DataFrame, list[Problem]]:
    """A table read as text, cast, and checked column by column.

    Returns the frame, indexed by the line of the file, and every problem found. Keys are checked
    by `check_keys`, once all tables are read.
    """
    text, problems = text_frame(content, str(resource["name"]))
    if problems:
        return empty_frame(resource), problems
    return check_text(text, resource)


def check_text(
    text: pd.DataFrame, resource: Resource, table: str | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Text cells, indexed by line, as the resource's columns, and every problem found.

    `table` is the name that problems carry, where it is not the resource's own.
    """
    kind, table = str(resource["name"]), table or str(resource["name"])
    problems: list[Problem] = []
    fields = fields_of(resource)
    for name in fields:
        if name not in text.columns:
            problems.append(Problem(table, 1, name, None, "this column is missing"))
    for name in text.columns:
        if name not in fields:
            problems.append(Problem(table, 1, str(name), None, "the table has no such column"))
    if problems:
        return empty_frame(resource), problems
    frame = pd.DataFrame(index=text.index)
    for name, field in fields.items():
        frame[name], wrong = cast(text[name], field["type"])
        problems += [
            Problem(table, line, name, value, type_hint(value, field["type"]))
            for line, value in wrong.items()
        ]
    named = {(problem.line, problem.column) for problem in problems}
    # A cell that was not of its type is blank by now; it is not missing as well.
    found = [*check_columns(frame, resource, table), *check_rules(frame, kind, table)]
    written = {name: text[name].to_dict() for name in {str(problem.column) for problem in found}}
    for problem in found:
        if (problem.line, problem.column) not in named:
            cell: Any = written[str(problem.column)][problem.line]
            problems.append(problem if pd.isna(cell) else replace(problem, value=str(cell)))
    return frame, problems


def empty_frame(resource: Resource) -> pd.DataFrame:
    """A frame with the resource's columns and types, and no rows."""
    return pd.DataFrame(
        {n: pd.Series(dtype=DTYPES[f["type"]]) for n, f in fields_of(resource).items()}
    )


def text_frame(content: bytes, table: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Cells of a CSV file as text (blank: missing), indexed by line, and what is wrong with it."""
    text, place, reason = decoded(content)
    lines: Lines = []
    if not reason:
        lines, place, reason = rows_of(text)
    if reason:
        return pd.DataFrame(), [Problem(table, place, None, None, reason)]
    return frame_of([lines[0], *(line for line in lines[1:] if line[1])], table)


def frame_of(lines: Lines, table: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows, header first, as a frame of text indexed by line; and every row that does not fit."""
    top, header = lines[0]
    problems = [
        Problem(table, top, name, None, "this column stands twice") for name in twice(header)
    ]
    if problems:
        return pd.DataFrame(), problems
    good = {}
    for line, row in lines[1:]:
        if expected := width_problem(len(header), len(row)):
            problems.append(Problem(table, line, None, None, expected))
        else:
            good[line] = row
    frame = pd.DataFrame(list(good.values()), columns=header, index=list(good), dtype="str")
    for name in header:
        broken = frame.index[frame[name].str.contains("[\r\n]", regex=True).fillna(False)]
        problems += [
            Problem(table, int(line), name, None, "a cell may not hold a line break")
            for line in broken
        ]
    return frame.mask(frame == ""), problems


def cast(cells: pd.Series, kind: str) -> tuple[pd.Series, dict[int, str]]:
    """Text cells as the descriptor's type, and the cells (by line) that are not of it."""
    if kind == "string":
        return cells.astype("str"), {}
    shaped = cells.where(cells.str.fullmatch(SHAPES[kind]).fillna(False))
    if kind == "date":
        values = _as_type(pd.to_datetime(shaped, format="%Y-%m-%d", errors="coerce"), kind)
        good = values.notna()
    else:
        numbers = pd.to_numeric(shaped, errors="coerce").astype("float64")
        good = numbers.abs() < (2**53 if kind == "integer" else math.inf)
        values = _as_type(numbers.where(good), kind)
    wrong = cells[cells.notna() & ~good]
    return values, {int(str(line)): str(value) for line, value in wrong.items()}


def _as_type(values: pd.Series, kind: str) -> pd.Series:
    return values.astype(DTYPES[kind])  # type: ignore[call-overload,no-any-return]


def number_hint(value: str) -> str:
    """What to say of text that is not a number."""
    if re.fullmatch(r"[+-]?\d+,\d+", value):
        hint = f"expected a decimal point: write {clipped(value.replace(',', '.'))}"
        thousands = re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", value)
        return hint + (f", or {value.replace(',', '')} if thousands are meant" if thousands else "")
    if re.search(r"[$€£¥%\s]|,\d{3}", value):
        return "expected a plain number such as 1234.5: no currency sign, space or thousands comma"
    return "expected a number with a decimal point"


def type_hint(value: str, kind: str) -> str:
    """What to say of text that is not of its column's type."""
    if kind == "date":
        return "expected a date as YYYY-MM-DD"
    hint = number_hint(value)
    return "expected a whole number" if kind == "integer" and "point" in hint else hint


def check_columns(
    frame: pd.DataFrame, resource: Resource, table: str | None = None
) -> list[Problem]:
    """Required, unique, enum, range and pattern of each column, as the descriptor says them."""
    table = table or str(resource["name"])
    problems = []
    for name, field in fields_of(resource).items():
        limits, column = field.get("constraints", {}), frame[name]
        filled = column.notna()
        for key, broken, words in _CHECKS:
            if not limits.get(key, False) and limits.get(key) != 0:
                continue
            wrong = broken(column, limits[key])
            wrong = wrong.fillna(False).astype(bool) & (filled | (key == "required"))
            problems += [
                Problem(table, int(str(line)), name, shown_cell(cell), words(limits[key]))
                for line, cell in column[wrong].items()
            ]
    return problems


_CHECKS: Sequence[tuple[str, Callable[[pd.Series, Any], pd.Series], Callable[[Any], str]]] = (
    ("required", lambda c, _: c.isna(), lambda _: "expected a value"),
    (
        "unique",
        lambda c, _: c.duplicated(keep=False),
        lambda _: "expected a value that stands only once",
    ),
    ("enum", lambda c, v: ~c.isin(v), lambda v: "expected one of: " + ", ".join(v)),
    ("minimum", lambda c, v: c < v, lambda v: f"expected {v} or more"),
    ("maximum", lambda c, v: c > v, lambda v: f"expected {v} or less"),
    ("exclusiveMinimum", lambda c, v: c <= v, lambda v: f"expected more than {v}"),
    ("exclusiveMaximum", lambda c, v: c >= v, lambda v: f"expected less than {v}"),
    (
        "pattern",
        lambda c, v: ~c.str.match(v).fillna(True).astype(bool),
        lambda v: f"expected text of the form {v}",
    ),
)


def check_keys(
    frames: Mapping[str, pd.DataFrame], resources: Mapping[str, Resource]
) -> list[Problem]:
    """Primary keys that stand twice, ids that are nowhere, and rows that do not fit together."""
    problems = check_together(frames)
    for table, frame in frames.items():
        schema = resources[table]["schema"]
        key = list(schema["primaryKey"])
        doubled = frame.index[frame.duplicated(key, keep="first")]
        for line in doubled:
            value = ", ".join(shown_cell(frame.at[line, name]) for name in key)
            expected = "this key stands on an earlier line too"
            problems.append(Problem(table, int(line), " + ".join(key), value, expected))
        for link in schema.get("foreignKeys", ()):
            column, other = link["fields"][0], link["reference"]["resource"]
            if other not in frames:
                continue
            known = frames[other][link["reference"]["fields"][0]]
            unknown = frame[column].notna() & ~frame[column].isin(known)
            lines = frame.index[unknown]
            problems += problems_at(lines, frame, table, column, f"not in {other}")
    return problems


def raise_if(problems: Sequence[Problem]) -> None:
    """One `DataError` with all problems, in the order of tables and lines; or nothing."""
    if problems:
        raise DataError(sorted(problems, key=lambda p: (p.table, p.line or 0, p.column or "")))
