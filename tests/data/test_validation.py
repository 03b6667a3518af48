"""Wrong tables: one error that lists every problem, by table, line and column.

Each case of `tests/data/bad_data/` is a small file: what is done to a good data package, and what
the error must say. `tests/data/bad_data/README.md` describes the form.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import compare
from compare.data import checks as validation
from compare.data.errors import DataError, Problem
from compare.data.evidence import DESCRIPTOR, data_folder
from compare.data.rules import MOST_BANDS, check_together

CASES = sorted((Path(__file__).parent / "bad_data").glob("*.json"))
FOLDER = data_folder()


def set_cell(path: Path, line: int, column: str, value: str) -> None:
    """Write a value into a cell of a CSV file; lines count from 1, the header."""
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    frame.loc[line - 2, column] = value
    frame.to_csv(path, index=False, lineterminator="\n")


def apply(folder: Path, change: dict[str, Any]) -> None:
    """Do to a data package what a case describes."""
    path = folder / change["file"]
    kind = change["do"]
    if kind == "set":
        set_cell(path, change["line"], change["column"], change["value"])
    elif kind == "delete file":
        path.unlink()
    elif kind == "empty file":
        path.write_bytes(b"")
    elif kind == "byte-order mark":
        path.write_bytes(b"\xef\xbb\xbf")
    elif kind == "recode":
        path.write_text(path.read_text(encoding="utf-8"), encoding=change["encoding"])
    elif kind == "rename column":
        header, rest = path.read_text(encoding="utf-8").split("\n", 1)
        assert change["column"] in header.split(",")
        names = [change["to"] if n == change["column"] else n for n in header.split(",")]
        path.write_text(",".join(names) + "\n" + rest, encoding="utf-8", newline="")
    elif kind == "drop column":
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
        frame.drop(columns=change["column"]).to_csv(path, index=False, lineterminator="\n")
    elif kind == "double line":
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        lines.append(lines[change["line"] - 1])
        path.write_text("".join(lines), encoding="utf-8", newline="")
    elif kind == "add text":
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(change["text"])
    else:
        raise AssertionError(f"no such change: {kind}")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_bad_table_is_refused_by_table_line_and_column(case: Path, tmp_path: Path) -> None:
    """A user's mistake gives one error that names each place and says what was expected."""
    described = json.loads(case.read_text(encoding="utf-8"))
    folder = Path(shutil.copytree(FOLDER, tmp_path / "data"))
    for change in described["changes"]:
        apply(folder, change)
    with pytest.raises(DataError) as caught:
        compare.load(folder)
    found = [
        {"table": p.table, "line": p.line, "column": p.column, "expected": p.expected}
        for p in caught.value.problems
    ]
    wanted = described["problems"]
    assert len(found) == len(wanted), caught.value
    for problem, want in zip(found, wanted, strict=True):
        if want["line"] == "last":
            content = (folder / f"{want['table']}.csv").read_bytes()
            want["line"] = len(content.splitlines())
        for key in ("table", "line", "column"):
            assert problem[key] == want[key], problem
        assert want["expected"] in problem["expected"]
        line = "" if want["line"] is None else f", line {want['line']}"
        assert f"- {want['table']}{line}" in str(caught.value)


def test_every_kind_of_mistake_has_a_case() -> None:
    """The mistakes that the documentation promises to name are all among the cases."""
    assert {path.stem for path in CASES} >= {
        "missing_file",
        "missing_column",
        "renamed_column",
        "wrong_type",
        "unknown_id",
        "duplicate_key",
        "negative_price",
        "percentage_over_100",
        "wrong_encoding",
        "empty_file",
        "several_at_once",
    }


def test_problem_reads_as_a_sentence() -> None:
    """A problem names table, line, column, what stands there and what should."""
    problem = Problem("prices", 12, "usd_per_billing_unit", "-4", "expected 0 or more")
    assert str(problem) == (
        "prices, line 12, column usd_per_billing_unit: found '-4': expected 0 or more"
    )


def test_error_counts_all_and_shows_the_first_forty() -> None:
    """The message stays readable, the list of problems is whole."""
    error = DataError([Problem("t", n, "c", None, "x") for n in range(50)])
    assert len(error.problems) == 50
    assert str(error).startswith("50 problems in the data; nothing was loaded:")
    assert str(error).endswith("- and 10 more")


def test_missing_descriptor_is_said(tmp_path: Path) -> None:
    """A folder that is not a data package is refused by name."""
    with pytest.raises(DataError, match=DESCRIPTOR):
        compare.load(tmp_path)


def resource(**constraints: Any) -> dict[str, Any]:
    """A table of one key and one number."""
    fields = [
        {"name": "id", "type": "string", "constraints": {"required": True}},
        {"name": "n", "type": "integer", "constraints": constraints},
        {"name": "day", "type": "date"},
    ]
    return {"name": "t", "schema": {"fields": fields, "primaryKey": ["id"]}}


def problems_of(text: str | bytes, **constraints: Any) -> list[tuple[int | None, str | None, str]]:
    """(line, column, expected) of each problem in a CSV text."""
    content = text.encode() if isinstance(text, str) else text
    found = validation.read_checked(content, resource(**constraints))[1]
    return [(p.line, p.column, p.expected) for p in found]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("id,n,day\na,1.5,\n", (2, "n", "expected a whole number")),
        ("id,n,day\na,1e3,\n", (2, "n", "expected a whole number")),
        ("id,n,day\na,99999999999999999999,\n", (2, "n", "expected a whole number")),
        ("id,n,day\na,nan,\n", (2, "n", "expected a whole number")),
        ("id,n,day\na,1,2026-02-30\n", (2, "day", "expected a date as YYYY-MM-DD")),
        ("id,n,day\na,1,1/2/2026\n", (2, "day", "expected a date as YYYY-MM-DD")),
        ("id,n,day\n,1,\n", (2, "id", "expected a value")),
        ("id,n,day\na,1\n", (2, None, "expected 3 cells as in the header, found 2")),
        ("id,n,n\na,1,1\n", (1, "n", "this column stands twice")),
        ('id,n,day\n"a\nb",1,\n', (2, "id", "a cell may not hold a line break")),
        (b"id,n,day\na,\x00,\n", (None, None, "the file holds NUL bytes")),
    ],
)
def test_wrong_cells_are_named(text: str | bytes, want: tuple[int | None, str | None, str]) -> None:
    """Cells that are not what the column says are refused, never made into something else."""
    found = problems_of(text)
    assert [(line, column) for line, column, _ in found] == [want[:2]]
    assert found[0][2].startswith(want[2])


def test_words_that_pandas_takes_for_blanks_are_kept() -> None:
    """ "None", "NA" and "null" are text in a table; only an empty cell is a blank."""
    text = b"id,n,day\nNone,1,\nNA,2,\nnull,3,\n"
    frame, found = validation.read_checked(text, resource())
    assert found == []
    assert list(frame["id"]) == ["None", "NA", "null"]
    assert list(validation.read_trusted(text, resource())["id"]) == ["None", "NA", "null"]


def test_a_blank_number_stays_blank() -> None:
    """Not reported is not zero."""
    frame, found = validation.read_checked(b"id,n,day\na,,\n", resource())
    assert found == []
    assert frame["n"].isna().all()
    assert frame["day"].isna().all()


def test_a_phase_of_more_bands_than_any_label_has_is_refused_unread(
    evidence: compare.Evidence,
) -> None:
    """Each band is held against each other one: thousands would take minutes."""
    many = evidence.regimens.iloc[[0] * (MOST_BANDS + 1)].reset_index(drop=True)
    (problem,) = check_together({"regimens": many})
    assert "at most 100 bands" in problem.expected
