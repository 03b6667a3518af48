"""Ways to spoil a CSV file, and how often: shared by the tests that no spoiled file gets past."""

import csv
import io
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st

# Each stands for a family: missing, not finite, huge, negative, badly cast, hostile, or unreadable.
ODD_CELLS = (
    "", " ", "nan", "NaN", "None", "NA", "null", "inf", "-inf", "Infinity", "1e999", "-1e999",
    "1e308", "1e300", "9" * 40, "-1", "-0", "0", "0.0", "+5", "05", "5.", ".5", "1e3", "0x10",
    "1_000", "1,000", "1,5", "5%", "$5", " 5", "5 ", "5\t", "٣", "\uff11\uff12", "½", "²", "TRUE",
    "yes", "2026-02-30", "2026-13-01", "0001-01-01", "9999-12-31", "01/02/2026", "2026-1-1",
    "20260101", '"', '""', "'", ",", ";", "\t", "\n", "\r", "\r\n", "\x00", "\ufeff", "\u2028",
    "\x85", "\u202e", "=1+1", "@SUM(A1)", "<script>alert(1)</script>", "a;b", "ivig", "cidp",
    "ß" * 300, "x" * 5000,
)  # fmt: skip
BYTES = (b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b",", b";", b"\r", b"\n", b"\x1a", b"\xc3", b"\\")


def grid(content: bytes) -> list[list[str]]:
    """Cells of a sound CSV file, header first."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def written(rows: list[list[str]], **how: Any) -> bytes:
    """Cells as a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=how.pop("end", "\n"), **how).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _cells(draw: st.DrawFn, rows: list[list[str]]) -> bytes:
    """Up to three cells with something odd in them."""
    for _ in range(draw(st.integers(1, 3))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        if row:
            row[draw(st.integers(0, len(row) - 1))] = draw(
                st.sampled_from(ODD_CELLS) | st.text(max_size=8)
            )
    return written(rows)


def _swapped_cells(draw: st.DrawFn, rows: list[list[str]]) -> bytes:
    """Two cells of a row change places, or two rows their cells of one column."""
    one, other = (rows[draw(st.integers(0, len(rows) - 1))] for _ in range(2))
    i, j = (draw(st.integers(0, len(rows[0]) - 1)) for _ in range(2))
    if draw(st.booleans()):
        one[i], one[j] = one[j], one[i]
    else:
        one[i], other[i] = other[i], one[i]
    return written(rows)


def _columns(draw: st.DrawFn, rows: list[list[str]]) -> bytes:
    """A column dropped, doubled, renamed, moved, or added."""
    i = draw(st.integers(0, len(rows[0]) - 1))
    j = draw(st.integers(0, len(rows[0]) - 1))
    kind = draw(st.sampled_from(("drop", "double", "rename", "move", "swap names", "add")))
    name = draw(st.sampled_from([rows[0][i].upper(), f" {rows[0][i]}", "", *ODD_CELLS[-6:]]))
    for number, row in enumerate(rows):
        if kind == "drop":
            del row[i]
        elif kind == "double":
            row.insert(j, row[i])
        elif kind == "move":
            row.insert(j, row.pop(i))
        elif kind == "add":
            row.insert(j, name if number == 0 else "1")
    if kind == "rename":
        rows[0][i] = name
    elif kind == "swap names":
        rows[0][i], rows[0][j] = rows[0][j], rows[0][i]
    return written(rows)


def _rows(draw: st.DrawFn, rows: list[list[str]]) -> bytes:
    """A row dropped, doubled, cut short, made longer, moved, or blank; or none left."""
    i = draw(st.integers(0, len(rows) - 1))
    kind = draw(st.sampled_from(("drop", "double", "short", "long", "move", "blank", "none")))
    if kind == "drop":
        del rows[i]
    elif kind == "double":
        rows.append(list(rows[i]))
    elif kind == "short":
        rows[i] = rows[i][:-1]
    elif kind == "long":
        rows[i] = [*rows[i], draw(st.sampled_from(ODD_CELLS))]
    elif kind == "move":
        rows.insert(draw(st.integers(0, len(rows) - 1)), rows.pop(i))
    elif kind == "blank":
        rows[i] = [""] * draw(st.integers(0, len(rows[i])))
    else:
        rows = rows[:1]
    return written(rows)


def _form(draw: st.DrawFn, rows: list[list[str]]) -> bytes:
    """Another separator, line end, quoting, or encoding."""
    text = written(
        rows,
        delimiter=draw(st.sampled_from((",", ";", "\t", "|"))),
        end=draw(st.sampled_from(("\n", "\r\n", "\r", "\n\n"))),
        quoting=draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))),
    ).decode()
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp500")))
    return text.encode(encoding, "replace")


def _bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """A few bytes put in, taken out or changed; the file cut short, or written over by a part."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(("insert", "delete", "change", "cut", "head", "repeat")))
        odd = draw(st.sampled_from(BYTES) | st.binary(max_size=3))
        if kind == "insert":
            content = content[:place] + odd + content[place:]
        elif kind == "delete":
            content = content[:place] + content[place + draw(st.integers(1, 40)) :]
        elif kind == "change":
            content = content[:place] + odd + content[place + len(odd) :]
        elif kind == "cut":
            content = content[:place]
        elif kind == "head":
            content = content[place:]
        else:
            content = content + content[place : place + 200]
    return content


ON_CELLS: tuple[Callable[[st.DrawFn, list[list[str]]], bytes], ...] = (
    _cells, _cells, _cells, _swapped_cells, _columns, _rows, _form,
)  # fmt: skip


@st.composite
def spoiled(draw: st.DrawFn, content: bytes) -> bytes:
    """The file with one kind of damage done to it; now and then it comes out sound."""
    how = draw(st.integers(0, len(ON_CELLS)))
    return _bytes(draw, content) if how == len(ON_CELLS) else ON_CELLS[how](draw, grid(content))


def often(times: int, number: int = 0) -> Callable[[Any], Any]:
    """Run a hypothesis test so often, the same examples at every run with the same number."""
    rules = settings(
        max_examples=times,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # The examples are short as they are; making a failing one shorter can take minutes.
        phases=[Phase.generate],
    )
    return lambda test: seed(number)(rules(test))
