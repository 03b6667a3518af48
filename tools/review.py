"""`make review`: does every number still come out, and if not, which moved and why?

Reruns every notebook from a clean kernel and compares its digest cells with the stored ones, names
the rows of `data/` that differ from the last commit and from the last tag and the trials that moved
a network since. To build/review/ it writes each executed notebook as a page, what moved in it since
a commit as a page with both sides marked, and index.html, which lists them. Ends with 0 only if no
digest moved since it was stored and every table is the one that datapackage.json records.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from compare.data.evidence import DESCRIPTOR, content_hash
from compare.pages.markup import Markup, html
from tools import BUILD, DATA, ROOT, files, networks_moved, still
from tools.moved import before_after, entry, index, moved
from tools.notebooks import execute, is_digest, paths, read, text_of

SHOWN = 25
STORED = "the digests as stored"
COLORS = re.compile(r"\x1b\[[0-9;]*m")
Row = dict[str, str]


# -- pages ---------------------------------------------------------------------------------------


def digests(notebook: Any) -> dict[str, str]:
    """What the digest cells of a notebook hold, by the cell's id."""
    return {cell["id"]: text_of(cell) for cell in notebook.cells if is_digest(cell)}


def digest_at(commit: str, name: str) -> str | None:
    """The digest that a commit holds of a notebook; None where it had no such notebook."""
    stored = git("show", f"{commit}:notebooks/{name}")
    return stored and "".join(digests(nbformat.reads(stored.decode(), as_version=4)).values())


def review_notebook(path: Path, folder: Path, base: str | None = None) -> tuple[list[str], Markup]:
    """What moved in one notebook since it was stored, and its row in the list of pages.

    The page is written to `folder`, and beside it what moved since the commit `base` (None: since
    it was stored), marked, where anything did.
    """
    notebook = read(path)
    stored = digests(notebook)
    try:
        execute(notebook, path.parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        said = f"it does not run: {COLORS.sub('', str(error)).strip().splitlines()[-1]}"
        return [f"  {said}"], html("<tr><td>{}</td><td>{}</td></tr>", path.stem, said)
    files.write(folder / f"{path.stem}.html", still.page(notebook, path.stem))
    fresh = digests(notebook)
    found = []
    for cell, was in stored.items():
        none = ["  no digest is stored; run `make notebooks`"]
        found += moved(was, fresh[cell]) if was else none
    now = "".join(fresh.values())
    before = digest_at(base, path.name) if base else "".join(stored.values())
    if before not in (None, now):
        page = before_after(path.stem, before, now, base or STORED)
        files.write(folder / f"{path.stem}_moved.html", page)
    return found, entry(path.stem, before, now)


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


def main(base: str | None = None) -> int:
    """Exit code: 0 only if nothing moved since it was stored.

    `base`: the commit to set the pages beside; the last version where none is named.
    """
    folder = BUILD / "review"
    # What moved in an earlier review is not to be read as what moves now.
    shutil.rmtree(folder, ignore_errors=True)
    still.write_script(folder)
    package = json.loads((DATA / DESCRIPTOR).read_text(encoding="utf-8"))
    failed = say("Tables not as recorded", not_recorded(package), "none")
    names = [resource["path"] for resource in package["resources"]]
    head = "HEAD" if git("rev-parse", "--verify", "--quiet", "HEAD") else None
    if base and git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        sys.exit(f"review: {base} is no commit here")
    base = base or last_version() or head
    chapters = {}
    for commit, which in {base: base, head: "the last commit"}.items():
        if commit:
            data = f"Rows that differ from {which}"
            networks = f"Networks that moved since {which}, and by which trials"
            chapters[data] = data_since(commit, package)
            chapters[networks] = networks_moved.since(commit, names)
    for heading, lines in chapters.items():
        say(heading, lines, "none")
    count = 0
    entries = []
    for path in paths():
        lines, row = review_notebook(path, folder, base)
        count += say(f"notebooks/{path.name}", lines, "every digest line as stored")
        entries.append(row)
    made = git("log", "-1", "--format=%h, %cs", base) if base else None
    beside = f"{base} ({made.decode().strip()})" if made else STORED
    files.write(folder / "index.html", index(beside, entries, chapters))
    print(f"Pages to read, what moved marked: {folder.relative_to(ROOT)}/index.html")
    if count:
        print(f"{count} of {len(paths())} notebooks moved. If that is right: `make notebooks`.")
    return 1 if failed or count else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:2]))
    except KeyboardInterrupt:
        sys.exit("review: stopped before the end; nothing outside of build/ was written")
