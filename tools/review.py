"""`make review`: does every number still come out, and if not, which moved and why?

Reruns every notebook from a clean kernel and compares its digest cells with the stored ones, names
the rows of `data/` that differ from the last commit and from the last tag and the trials that moved
a network since, and writes each executed notebook as a page to build/review/. Ends with 0 only if
no digest moved and every table is the one that datapackage.json records.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from compare.data.evidence import DESCRIPTOR, content_hash
from tools import BUILD, DATA, ROOT, files, networks_moved, still
from tools.notebooks import execute, is_digest, paths, read, text_of

SHOWN = 25
NUMBER = re.compile(r"(?:(?<!\w)[-+−])?\$?\d[\d,]*(?:\.\d+)?")  # noqa: RUF001  (a minus sign)
AMOUNT = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
COLORS = re.compile(r"\x1b\[[0-9;]*m")
Row = dict[str, str]


# -- digests -------------------------------------------------------------------------------------


def keyed(text: str) -> dict[str, str]:
    """Lines by what they are about: their first two cells (the second one's amounts apart), or
    their place among the sentences.
    """
    lines: dict[str, str] = {}
    sentences = 0
    for line in text.splitlines():
        cells = line.split(" | ")
        if len(cells) > 1:
            key = f"{cells[0]} | {AMOUNT.sub('#', cells[1])}"
        else:
            sentences += 1
            key = f"sentence {sentences}"
        while key in lines:
            key += " (again)"
        lines[key] = line
    return lines


def figures_moved(old: str, new: str) -> str:
    """The figures that differ between two lines of the same shape, as "from -> to"."""
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return ""
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return ", ".join(f"{a} -> {b}" for a, b in pairs if a != b)


def moved(old: str, new: str) -> list[str]:
    """What differs between a stored digest and a fresh one, in lines to print."""
    before, after = keyed(old), keyed(new)
    found = []
    for key, line in before.items():
        if key not in after:
            found += [f"  gone: {line}"]
        elif after[key] != line:
            found += [f"  was: {line}", f"  now: {after[key]}"]
            figures = figures_moved(line, after[key])
            found += [f"       ({figures})"] if figures else []
    found += [f"  new:  {line}" for key, line in after.items() if key not in before]
    if not found and old != new:
        found = ["  the same lines in another order"]
    return found


def review_notebook(path: Path, folder: Path) -> list[str]:
    """What moved in one notebook; its page is written to `folder`."""
    notebook = read(path)
    stored = {cell["id"]: text_of(cell) for cell in notebook.cells if is_digest(cell)}
    try:
        execute(notebook, path.parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return [f"  it does not run: {COLORS.sub('', str(error)).strip().splitlines()[-1]}"]
    page = still.page(notebook, path.stem)
    files.write(folder / f"{path.stem}.html", page)
    found = []
    for cell in notebook.cells:
        if is_digest(cell):
            if not stored[cell["id"]]:
                found.append("  no digest is stored; run `make notebooks`")
            else:
                found += moved(stored[cell["id"]], text_of(cell))
    return found


# -- data ----------------------------------------------------------------------------------------


def git(*arguments: str) -> bytes | None:
    """Output of a git command, or None where it fails."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def last_tag() -> str | None:
    """The last tag; None without one."""
    found = git("describe", "--tags", "--abbrev=0")
    return found.decode().strip() if found else None


def last_version() -> str | None:
    """The last tag; without one the commit before the last; None without history."""
    if tag := last_tag():
        return tag
    return "HEAD~" if git("rev-parse", "--verify", "--quiet", "HEAD~") else None


def rows_of(content: bytes, key: list[str]) -> dict[str, tuple[int, Row]]:
    """Rows of a CSV file by their key, each with its line."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    rows: dict[str, tuple[int, Row]] = {}
    for row in reader:
        name = ", ".join(row.get(column) or "" for column in key)
        while name in rows:
            name += " (again)"
        rows[name] = (reader.line_num, row)
    return rows


def changed_rows(old: bytes, new: bytes, key: list[str]) -> Iterator[tuple[str, str]]:
    """(kind, sentence) for each row that differs: changed, removed, added."""
    before, after = rows_of(old, key), rows_of(new, key)
    for name, (line, row) in after.items():
        if name in before and before[name][1] != row:
            was = before[name][1]
            cells = [
                f"{column} {was.get(column)!r} -> {row.get(column)!r}"
                for column in dict.fromkeys([*was, *row])
                if was.get(column) != row.get(column)
            ]
            yield "changed", f"line {line}, {name}: {'; '.join(cells)}"
    for name in before:
        if name not in after:
            yield "removed", name
    for name, (line, _) in after.items():
        if name not in before:
            yield "added", f"line {line}, {name}"


def data_since(commit: str, package: Mapping[str, Any], folder: Path = DATA) -> list[str]:
    """Rows of the tables that differ from a commit, in lines to print."""
    found = []
    for resource in package["resources"]:
        path = folder / resource["path"]
        old = git("show", f"{commit}:data/{resource['path']}")
        if old is None or not path.is_file():
            found.append(f"  {resource['path']}: {'new table' if old is None else 'missing'}")
            continue
        new = path.read_bytes()
        if old.replace(b"\r\n", b"\n") == new.replace(b"\r\n", b"\n"):
            continue
        rows = list(changed_rows(old, new, list(resource["schema"]["primaryKey"])))
        for kind in ("changed", "removed", "added"):
            mine = [sentence for which, sentence in rows if which == kind]
            found += [f"  {resource['path']} {kind}: {sentence}" for sentence in mine[:SHOWN]]
            if len(mine) > SHOWN:
                found.append(f"  {resource['path']} {kind}: and {len(mine) - SHOWN} more rows")
    return found


def not_recorded(package: Mapping[str, Any], folder: Path = DATA) -> list[str]:
    """Tables whose content is not the one that the descriptor records."""
    found = []
    for resource in package["resources"]:
        path = folder / resource["path"]
        if not path.is_file() or content_hash(path.read_bytes()) != resource.get("hash"):
            found.append(f"  {resource['path']}: not as {DESCRIPTOR} records it (`make data`)")
    return found


def say(heading: str, lines: list[str], nothing: str) -> bool:
    """Print a chapter of the report; whether it holds anything."""
    print(f"{heading}: {nothing}" if not lines else f"{heading}:")
    for line in lines:
        print(line)
    return bool(lines)


def main() -> int:
    """Exit code: 0 only if nothing moved."""
    folder = BUILD / "review"
    still.write_script(folder)
    package = json.loads((DATA / DESCRIPTOR).read_text(encoding="utf-8"))
    failed = say("Tables not as recorded", not_recorded(package), "none")
    names = [resource["path"] for resource in package["resources"]]
    head = "HEAD" if git("rev-parse", "--verify", "--quiet", "HEAD") else None
    for commit, called in ((head, "the last commit"), (last_version(), None)):
        if commit:
            which = called or commit
            say(f"Rows that differ from {which}", data_since(commit, package), "none")
            by_trial = networks_moved.since(commit, names)
            say(f"Networks that moved since {which}, and by which trials", by_trial, "none")
    count = 0
    for path in paths():
        lines = review_notebook(path, folder)
        count += say(f"notebooks/{path.name}", lines, "every digest line as stored")
    print(f"Pages to read: {folder.relative_to(ROOT)}/*.html")
    if count:
        print(f"{count} of {len(paths())} notebooks moved. If that is right: `make notebooks`.")
    return 1 if failed or count else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("review: stopped before the end; nothing outside of build/ was written")
