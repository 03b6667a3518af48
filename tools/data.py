"""`make data`, `make data-report` and the data part of `make check`.

write   check every table in full, then rewrite sizes, hashes and the dictionary
check   the same checks; fails where a hash, the dictionary or the version is not current
report  per table: rows, blanks, verification, age of the sources
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from compare.data import checks as validation
from compare.data.errors import DataError, Problem
from compare.data.evidence import DESCRIPTOR, content_hash, descriptor, load
from compare.pages.coverage import tables as coverage
from tools import DATA, files, versions

Package = dict[str, Any]
DICTIONARY = "README.md"
BOUNDS = {
    "minimum": "{} or more",
    "exclusiveMinimum": "more than {}",
    "maximum": "{} or less",
    "exclusiveMaximum": "less than {}",
}

INTRODUCTION = """\
# The tables

Generated from `datapackage.json` by `make data`; do not edit by hand. Decisions, disputes and
doubts are in [NOTES.md](NOTES.md).

Version {version}, data as of {data_date}. The tables are a
[Frictionless Data Package](https://datapackage.org) of CSV files in UTF-8: one header line, no line
breaks in cells, a decimal point in numbers, dates as YYYY-MM-DD. A blank cell means "not reported";
it never means zero. Percentages and counts stand as printed in the source; whatever is derived is
derived in code. Each row names the source it was read in, and where in it (`locator`).

| table | what it holds | key |
|---|---|---|
{index}
"""


def checked(folder: Path) -> tuple[Package, dict[str, pd.DataFrame], list[Problem]]:
    """The descriptor, every table, and everything wrong with them; no recorded hash is trusted."""
    package = descriptor(folder)
    resources = {resource["name"]: resource for resource in package["resources"]}
    frames: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name, resource in resources.items():
        path = folder / resource["path"]
        if not path.is_file():
            problems.append(Problem(name, None, None, None, f"the file {path.name} is missing"))
            continue
        frames[name], found = validation.read_checked(path.read_bytes(), resource)
        problems += found
    if not problems:
        problems = validation.check_keys(frames, resources)
    return package, frames, problems


def recorded(package: Package, folder: Path) -> Package:
    """The descriptor with the sizes and hashes of the files as they are."""
    resources = []
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        resources.append(resource | {"bytes": len(content), "hash": content_hash(content)})
    return package | {"resources": resources}


def as_text(package: Package) -> str:
    """The descriptor as it is stored."""
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def limits(field: Mapping[str, Any]) -> str:
    """What a column may hold, in words."""
    found = field.get("constraints", {})
    words = []
    if "enum" in found:
        words.append("one of " + ", ".join(f"`{value}`" for value in found["enum"]))
    if bounds := [said.format(found[key]) for key, said in BOUNDS.items() if key in found]:
        words.append(" and ".join(bounds))
    if "pattern" in found:
        words.append("`" + found["pattern"].replace("|", "\\|") + "`")
    if found.get("unique"):
        words.append("unique")
    return "; ".join(words)


def dictionary(package: Package) -> str:
    """The data dictionary, as Markdown."""
    index = []
    chapters = []
    for resource in package["resources"]:
        name, schema = resource["name"], resource["schema"]
        key = ", ".join(f"`{column}`" for column in schema["primaryKey"])
        index.append(f"| [{name}](#{name}) | {resource['title']} | {key} |")
        links = {
            link["fields"][0]: link["reference"]["resource"]
            for link in schema.get("foreignKeys", ())
        }
        rows = []
        for field in schema["fields"]:
            words = [limits(field)]
            if field["name"] in links:
                words.append(f"in [{links[field['name']]}](#{links[field['name']]})")
            needed = "yes" if field.get("constraints", {}).get("required") else ""
            allowed = "; ".join(word for word in words if word)
            meaning = field.get("description", "").replace("|", "\\|")
            rows.append(
                f"| `{field['name']}` | {field['type']} | {needed} | {meaning} | {allowed} |"
            )
        chapters.append(
            f"\n## {name}\n\n{resource['title']}. {resource['description']} File "
            f"`{resource['path']}`, key {key}.\n\n"
            "| column | type | required | what it is | allowed |\n|---|---|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    head = INTRODUCTION.format(
        version=package["version"], data_date=package["data_date"], index="\n".join(index)
    )
    return head + "".join(chapters)


def stale(package: Package, folder: Path) -> list[str]:
    """What `make data` would rewrite."""
    found = []
    for old, new in zip(package["resources"], recorded(package, folder)["resources"], strict=True):
        if (old.get("hash"), old.get("bytes")) != (new["hash"], new["bytes"]):
            found.append(f"{new['path']}: its content is not the one that {DESCRIPTOR} records")
    path = folder / DICTIONARY
    if not path.is_file() or path.read_text(encoding="utf-8") != dictionary(package):
        found.append(f"{DICTIONARY}: it does not say what {DESCRIPTOR} says")
    return found


def main(command: str, folder: Path = DATA) -> int:
    """Exit code of one of the three commands."""
    try:
        package, frames, problems = checked(folder)
        validation.raise_if(problems)
    except DataError as error:
        print(error)
        return 1
    if command == "report":
        print(coverage.report(load(folder)))
        return 0
    if command == "write":
        package = recorded(package, folder)
        files.write(folder / DESCRIPTOR, as_text(package))
        files.write(folder / DICTIONARY, dictionary(package))
        rows = sum(len(frame) for frame in frames.values())
        print(f"{len(frames)} tables with {rows} rows checked; hashes and dictionary written")
        return 0
    found = stale(package, folder)
    for line in found:
        print(line)
    if found:
        print("run `make data`")
    if behind := versions.problem(folder):
        print(behind)
    if not found and not behind:
        print("data: every table checked; hashes, dictionary and version current")
    return 1 if found or behind else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["write"], ["check"], ["report"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
