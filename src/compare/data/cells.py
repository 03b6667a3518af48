"""The one CSV reader: the bytes of a file to rows of text cells, strictly and within bounds."""

from __future__ import annotations

import csv
import io

from compare.data.errors import clipped

# What fits into one message to a notebook's kernel (10 MiB) with room for its names.
MAX_BYTES = 8_000_000
# The widest table of ours has some fifty columns, the longest some thousand rows.
MAX_CELL = 131_072
MAX_COLUMNS = 256
MAX_ROWS = 10_000
EMPTY = "the file is empty; expected a header line and rows"
SAVE = "save the sheet as 'CSV UTF-8'"
EXCEL = f"this is an Excel file; {SAVE}"
PLAIN = "write 1234.5"
# How files of other kinds begin.
SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", EXCEL),
    (b"%PDF", "this is a PDF file; take the table as CSV"),
    (b"{\\rtf", f"this is a text document (RTF); {SAVE}"),
    (b"\x1f\x8b", "this is a gzip file; unpack it and take the CSV inside"),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7-Zip file; unpack it and take the CSV inside"),
    (b"Rar!", "this is a RAR file; unpack it and take the CSV inside"),
    (b"BZh", "this is a bzip2 file; unpack it and take the CSV inside"),
    (b"\xfd7zXZ", "this is an xz file; unpack it and take the CSV inside"),
    (b"SQLite format 3", "this is a database file (SQLite); take the table as CSV"),
    (b"PAR1", "this is a Parquet file; take the table as CSV"),
    (b"\x89PNG", "this is a picture; take the table as CSV"),
    (b"\xff\xd8\xff", "this is a picture; take the table as CSV"),
    (b"\xff\xfe", f"the file is in UTF-16; {SAVE}"),
    (b"\xfe\xff", f"the file is in UTF-16; {SAVE}"),
)
Lines = list[tuple[int, list[str]]]


def too_large(size: int) -> str:
    """What to say of so many bytes, which are more than are read."""
    limit, found = (f"{size / 1_000_000:,.1f} million" for size in (MAX_BYTES, size))
    return f"larger than {limit} bytes, the limit: it has {found}"


def not_text(content: bytes) -> str:
    """Why content is no CSV file at all, by what it is; empty where it may be one."""
    if len(content) > MAX_BYTES:
        return f"the file is {too_large(len(content))}"
    if not content.strip():
        return EMPTY
    top = content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kinds = (
        (content.startswith(b"PK") and b"xl/" in content, EXCEL),
        (content.startswith(b"PK"), f"this is a ZIP or Excel file; unpack it, or {SAVE}"),
        *((content.startswith(begin), reason) for begin, reason in SIGNATURES),
        (b"\x00" in content, f"the file holds NUL bytes; {SAVE}"),
        (top.startswith((b"{", b"[")), "this is a JSON file; expected a table as CSV"),
        (top.startswith(b"<") and b"urn:schemas-microsoft-com:office" in top, EXCEL),
        (top.startswith(b"<?xml"), "this is an XML file; expected a table as CSV"),
        (top.startswith(b"<"), "this is a web page (HTML); download the CSV file itself"),
    )
    return next((reason for holds, reason in kinds if holds), "")


def decoded(content: bytes) -> tuple[str, int | None, str]:
    """Text of a file in UTF-8; or the line where it is none (None: all of it), and why."""
    if reason := not_text(content):
        return "", None, reason
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return "", line, "the file is not in UTF-8; save it as 'CSV UTF-8'"
    text = text.lstrip("\ufeff")
    # A byte-order mark alone is no header.
    return text, None, "" if text.strip() else EMPTY


def rows_of(text: str, delimiter: str = ",") -> tuple[Lines, int, str]:
    """Rows, each with the line on which it begins; and where and why reading ended early.

    Quotes are read strictly. The reason is empty where all was read.
    """
    if text.count(delimiter) > MAX_CELL:
        for at, line in enumerate(text.splitlines(), 1):
            if (wide := line.count(delimiter)) > MAX_CELL:
                return [], at, f"{wide + 1:,} columns: more than any table of ours has"
    # Other libraries change this limit for the whole process.
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: Lines = []
    start = 1
    try:
        for row in reader:
            if len(row) > MAX_COLUMNS and (wide := filled(row)) > MAX_COLUMNS:
                return rows, start, f"{wide:,} columns: more than any table of ours has"
            if len(rows) >= MAX_ROWS:
                return rows, start, f"more than {MAX_ROWS:,} rows: more than any table of ours has"
            rows.append((start, row))
            start = reader.line_num + 1
    except csv.Error as error:
        said = str(error)
        if said == "unexpected end of data":
            said = "a quotation mark that opens in this row is never closed"
        return rows, start, f"not readable as CSV ({said})"
    return rows, start, ""


def filled(row: list[str]) -> int:
    """Cells of the row up to the last that holds something."""
    wide = len(row)
    while wide and not row[wide - 1].strip():
        wide -= 1
    return wide


def width_problem(header: int, found: int) -> str:
    """What to say of a row that is not as wide as its header; empty where it is."""
    if found == header:
        return ""
    expected = f"expected {header} cells as in the header, found {found}"
    if found < header:
        return f"{expected}; was the file cut short?"
    return f"{expected}; a decimal comma splits a number in two, as a thousands comma does: {PLAIN}"


def twice(header: list[str]) -> list[str]:
    """Names that stand more than once, clipped, in alphabetical order."""
    seen: set[str] = set()
    doubled = {name for name in header if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
    return [clipped(name) or "(no name)" for name in sorted(doubled)]
