"""Tables in: text cells, cast by the descriptor, checked, every problem reported at once.

The descriptor (`datapackage.json`) is the only place that says what a column is. A table whose
hash is the one that the descriptor records has been through these checks when the hash was
written, and is only cast; any other table is checked in full.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from compare.data.errors import DataError, Problem

Resource = Mapping[str, Any]

DTYPES = {"string": "str", "number": "float64", "integer": "Int64", "date": "datetime64[us]"}
WORDS = {
    "number": "a number with a decimal point",
    "integer": "a whole number",
    "date": "a date as YYYY-MM-DD",
}
SHAPES = {
    "number": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?",
    "integer": r"[+-]?[0-9]+",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
EMPTY = "the file is empty; expected a header line and rows"
MISSING_SHOWN = "(blank)"
MAX_BYTES = 20_000_000
READ_TABLES = ("adverse_events", "outcomes", "regimens", "prices", "cautions")


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
            Problem(table, line, name, value, f"expected {WORDS[field['type']]}")
            for line, value in wrong.items()
        ]
    named = {(problem.line, problem.column) for problem in problems}
    # A cell that was not of its type is blank by now; it is not missing as well.
    found = check_columns(frame, resource, table)
    problems += [p for p in found if (p.line, p.column) not in named]
    problems += check_rules(frame, kind, table)
    return frame, problems


def empty_frame(resource: Resource) -> pd.DataFrame:
    """A frame with the resource's columns and types, and no rows."""
    return pd.DataFrame(
        {n: pd.Series(dtype=DTYPES[f["type"]]) for n, f in fields_of(resource).items()}
    )


def not_text(content: bytes) -> str:
    """Why content is no text file at all; empty where it may be one."""
    if not content.strip():
        return EMPTY
    if len(content) > MAX_BYTES:
        return f"the file is larger than {MAX_BYTES // 1_000_000} million bytes"
    if content.startswith(b"PK"):
        return "this is a ZIP or Excel file; unpack it, or save the sheet as 'CSV UTF-8'"
    if b"\x00" in content:
        return "the file holds NUL bytes; save it as 'CSV UTF-8'"
    return ""


def decoded(content: bytes) -> tuple[str, int | None, str]:
    """Text of a file in UTF-8; or the line where it is none (None: all of it), and why."""
    if reason := not_text(content):
        return "", None, reason
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return "", line, "the file is not in UTF-8; save it as 'CSV UTF-8'"
    # A byte-order mark alone is no header.
    return text, None, "" if text.strip() else EMPTY


def text_frame(content: bytes, table: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Cells of a CSV file as text (blank: missing), indexed by line, and what is wrong with it."""

    def nothing(line: int | None, expected: str) -> tuple[pd.DataFrame, list[Problem]]:
        return pd.DataFrame(), [Problem(table, line, None, None, expected)]

    text, place, reason = decoded(content)
    if reason:
        return nothing(place, reason)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    header: list[str] = []
    problems: list[Problem] = []
    try:
        header = next(reader)
        for row in reader:
            if not row:
                continue
            line = reader.line_num
            if len(row) != len(header):
                expected = f"expected {len(header)} cells as in the header, found {len(row)}"
                problems.append(Problem(table, line, None, None, expected))
                continue
            rows.append(row)
            lines.append(line)
    except csv.Error as error:
        return nothing(reader.line_num, f"not readable as CSV ({error})")
    doubled = sorted({name for name in header if header.count(name) > 1})
    problems += [Problem(table, 1, name, None, "this column stands twice") for name in doubled]
    if doubled:
        return pd.DataFrame(), problems
    frame = pd.DataFrame(rows, columns=header, index=lines, dtype="str")
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


def check_columns(
    frame: pd.DataFrame, resource: Resource, table: str | None = None
) -> list[Problem]:
    """Required, enum, range, pattern, unique: checked by pandera with columns built here."""
    import pandera.pandas as pa  # noqa: PLC0415  (half a second: only when a table must be checked)

    table = table or str(resource["name"])
    columns = {}
    expected: dict[tuple[str, str], str] = {}
    for name, field in fields_of(resource).items():
        limits = field.get("constraints", {})
        checks = []
        for key, make, words in _CHECKS:
            if key in limits:
                # pandera names a failing check by `error`; the sentence is looked up from it.
                checks.append(make(pa, limits[key], key))
                expected[name, key] = words(limits[key])
        columns[name] = pa.Column(
            nullable=not limits.get("required", False),
            unique=limits.get("unique", False),
            checks=checks,
        )
    try:
        pa.DataFrameSchema(columns).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        problems = []
        for case in error.failure_cases.itertuples():
            value = str(case.failure_case)
            if case.check == "not_nullable":
                sentence, value = "expected a value", MISSING_SHOWN
            elif case.check == "field_uniqueness":
                sentence = "expected a value that stands only once"
            else:
                sentence = expected[str(case.column), str(case.check)]
            problems.append(Problem(table, int(case.index), str(case.column), value, sentence))
        return problems
    return []


def _check(maker: str) -> Callable[[Any, Any, str], Any]:
    return lambda pa, limit, key: getattr(pa.Check, maker)(limit, error=key, ignore_na=True)


_CHECKS: Sequence[tuple[str, Callable[[Any, Any, str], Any], Callable[[Any], str]]] = (
    ("enum", _check("isin"), lambda v: "expected one of: " + ", ".join(v)),
    ("minimum", _check("ge"), lambda v: f"expected {v} or more"),
    ("maximum", _check("le"), lambda v: f"expected {v} or less"),
    ("exclusiveMinimum", _check("gt"), lambda v: f"expected more than {v}"),
    ("exclusiveMaximum", _check("lt"), lambda v: f"expected less than {v}"),
    ("pattern", _check("str_matches"), lambda v: f"expected text of the form {v}"),
)


def check_rules(frame: pd.DataFrame, kind: str, table: str | None = None) -> list[Problem]:
    """Rules that a column alone cannot say, for a table of this kind."""
    table = table or kind
    problems = []
    for rule_table, column, expected, broken in RULES:
        if rule_table == kind:
            lines = frame.index[broken(frame).fillna(False).to_numpy(dtype=bool)]
            problems += [
                Problem(table, int(line), column, _shown(frame.at[line, column]), expected)
                for line in lines
            ]
    return problems


def _shown(value: Any) -> str:
    return MISSING_SHOWN if pd.isna(value) else str(value)


def _over_100(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].gt(100) & f["measure"].ne("per_100_patient_years")


def _more_than(column: str, total: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].gt(f[total])


def _without(column: str, needed: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].notna() & f[needed].isna()


RULES: Sequence[tuple[str, str, str, Callable[[pd.DataFrame], pd.Series]]] = (
    *(
        ("adverse_events", column, "a percentage cannot be over 100", _over_100(column))
        for column in ("treated_pct", "comparator_pct")
    ),
    *(
        ("adverse_events", column, f"expected no more than {total}", _more_than(column, total))
        for column, total in (
            ("treated_events", "n_treated"),
            ("comparator_events", "n_comparator"),
        )
    ),
    *(
        (
            table,
            "disputes",
            "a disputed row, and no other, must name the row that says otherwise",
            lambda f: f["verification"].eq("disputed") ^ f["disputes"].notna(),
        )
        for table in ("adverse_events", "outcomes")
    ),
    *(
        (
            table,
            "second_source_id",
            "a row that was read again, and no other, must name its second source",
            lambda f: f["verification"].ne("one_reading") ^ f["second_source_id"].notna(),
        )
        for table in READ_TABLES
    ),
    *(
        (
            table,
            "second_reading_of",
            "a row that was read again, and no other, must say what was read again",
            lambda f: f["verification"].ne("one_reading") ^ f["second_reading_of"].notna(),
        )
        for table in READ_TABLES
    ),
    (
        "prices",
        "effective_to",
        "expected a day on or after effective_from",
        lambda f: f["effective_to"] < f["effective_from"],
    ),
    (
        "regimens",
        "dose_high",
        "expected dose_low or more",
        lambda f: f["dose_high"] < f["dose_low"],
    ),
    (
        "regimens",
        "interval_high",
        "expected interval_low or more",
        lambda f: f["interval_high"] < f["interval_low"],
    ),
    ("regimens", "dose_unit", "a dose needs its unit", _without("dose_low", "dose_unit")),
    ("regimens", "dose_high", "expected the higher dose too", _without("dose_low", "dose_high")),
    ("regimens", "dose_low", "expected the lower dose too", _without("dose_high", "dose_low")),
    ("regimens", "max_dose_unit", "a cap needs its unit", _without("max_dose", "max_dose_unit")),
    ("regimens", "rate_unit", "a rate needs its unit", _without("rate_max", "rate_unit")),
    (
        "regimens",
        "interval_high",
        "expected the longest interval too",
        _without("interval_low", "interval_high"),
    ),
    (
        "regimens",
        "interval_low",
        "expected the shortest interval too",
        _without("interval_high", "interval_low"),
    ),
    (
        "regimens",
        "interval_unit",
        "an interval needs its unit",
        _without("interval_low", "interval_unit"),
    ),
    (
        "regimens",
        "interval_low",
        "expected days, or an interval, so that doses can be counted",
        lambda f: f["interval_low"].isna() & f["days"].isna(),
    ),
    (
        "regimens",
        "cycle_days_low",
        "a cycle needs its days, and the shortest and longest spacing of cycles",
        lambda f: (
            f["phase"].str.startswith("cycle")
            & f[["days", "cycle_days_low", "cycle_days_high"]].isna().any(axis=1)
        ),
    ),
    (
        "regimens",
        "cycle_days_high",
        "expected cycle_days_low or more",
        lambda f: f["cycle_days_high"] < f["cycle_days_low"],
    ),
    (
        "regimens",
        "administration_class",
        "what a professional gives needs its class of administration",
        lambda f: f["given_by"].ne("self") & f["administration_class"].eq("none"),
    ),
    (
        "regimens",
        "weight_kg_max",
        "expected weight_kg_min or more",
        lambda f: f["weight_kg_max"] < f["weight_kg_min"],
    ),
    (
        "regimens",
        "visits_per_dose_high",
        "expected visits_per_dose_low or more",
        lambda f: f["visits_per_dose_high"] < f["visits_per_dose_low"],
    ),
    (
        "regimens",
        "days",
        "expected days separated by semicolons, such as 0;14;42",
        lambda f: f["days"].notna() & ~f["days"].fillna("").str.fullmatch(r"[0-9]+(;[0-9]+)*"),
    ),
    (
        "products",
        "stands_reason",
        "a product that does not stand for its therapy, and no other, must say why",
        lambda f: f["stands"].eq("no") ^ f["stands_reason"].notna(),
    ),
    (
        "cautions",
        "condition_text",
        "a caution for some patients must say for whom",
        lambda f: f["applies"].eq("patient_conditional") & f["condition_text"].isna(),
    ),
)


def check_keys(
    frames: Mapping[str, pd.DataFrame], resources: Mapping[str, Resource]
) -> list[Problem]:
    """Primary keys that stand twice, and ids that are not in the table they refer to."""
    problems = []
    for table, frame in frames.items():
        schema = resources[table]["schema"]
        key = list(schema["primaryKey"])
        doubled = frame.index[frame.duplicated(key, keep="first")]
        for line in doubled:
            value = ", ".join(_shown(frame.at[line, name]) for name in key)
            expected = "this key stands on an earlier line too"
            problems.append(Problem(table, int(line), " + ".join(key), value, expected))
        for link in schema.get("foreignKeys", ()):
            column, other = link["fields"][0], link["reference"]["resource"]
            if other not in frames:
                continue
            known = frames[other][link["reference"]["fields"][0]]
            unknown = frame[column].notna() & ~frame[column].isin(known)
            problems += [
                Problem(table, int(line), column, str(frame.at[line, column]), f"not in {other}")
                for line in frame.index[unknown]
            ]
    return problems


def raise_if(problems: Sequence[Problem]) -> None:
    """One `DataError` with all problems, in the order of tables and lines; or nothing."""
    if problems:
        raise DataError(sorted(problems, key=lambda p: (p.table, p.line or 0, p.column or "")))
