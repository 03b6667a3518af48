"""How large a step the version of the data must take since the last tag.

Patch: words (descriptions, free text in cells). Minor: values, rows or columns that are new.
Major: anything removed or renamed. Before 1.0.0 a major change takes a minor step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from compare.data.evidence import DESCRIPTOR
from tools import DATA
from tools.review import git, last_tag, rows_of

STEPS = ("patch", "minor", "major")
Package = Mapping[str, Any]


def free_text(field: Mapping[str, Any]) -> bool:
    """Whether a column holds words: text that is no id, no date and no closed list."""
    limits = field.get("constraints", {})
    return field["type"] == "string" and not {"enum", "pattern", "unique"} & set(limits)


def steps(old: bytes, new: bytes, before: Package, after: Package) -> Iterator[tuple[str, str]]:
    """(step, why) for every kind of change between two states of one table."""
    fields = [{f["name"]: f for f in one["schema"]["fields"]} for one in (before, after)]
    yield from (("major", f"column {name} is gone") for name in fields[0] if name not in fields[1])
    yield from (("minor", f"column {name} is new") for name in fields[1] if name not in fields[0])
    key = list(before["schema"]["primaryKey"])
    links = {link["fields"][0] for link in after["schema"].get("foreignKeys", ())}
    values = {
        name
        for name, field in fields[1].items()
        if name in fields[0] and (name in links or not free_text(field))
    }
    was, now = rows_of(old, key), rows_of(new, key)
    for name, (_, row) in was.items():
        if name not in now:
            yield "major", f"row {name} is gone"
        elif changed := [c for c in row if c in fields[1] and row[c] != now[name][1].get(c)]:
            step = "minor" if set(changed) & values else "patch"
            yield step, f"row {name}: {', '.join(changed)}"
    yield from (("minor", f"row {name} is new") for name in now if name not in was)


def least(version: str, step: str) -> str:
    """The lowest version that is one such step above another."""
    major, minor, patch = (int(part) for part in version.split("."))
    if step == "major" and major:
        return f"{major + 1}.0.0"
    if step == "patch":
        return f"{major}.{minor}.{patch + 1}"
    return f"{major}.{minor + 1}.0"


def problem(folder: Path = DATA) -> str | None:
    """A sentence where the version of the data is lower than its changes since the last tag ask.

    None where it is high enough, where nothing changed, and where there is no tag.
    """
    tag = last_tag()
    old = git("show", f"{tag}:data/{DESCRIPTOR}") if tag else None
    if old is None:
        return None
    before = json.loads(old)
    after = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    tables = {one["name"]: one for one in after["resources"]}
    known = {one["name"] for one in before["resources"]}
    found = [("minor", f"{name} is new") for name in tables if name not in known]
    for one in before["resources"]:
        content = git("show", f"{tag}:data/{one['path']}")
        if one["name"] not in tables:
            found.append(("major", f"{one['name']} is gone"))
        elif content is not None:
            now = tables[one["name"]]
            new = (folder / now["path"]).read_bytes()
            found += [
                (step, f"{one['name']}, {why}") for step, why in steps(content, new, one, now)
            ]
    if not found and before["resources"] == after["resources"]:
        return None
    step, why = max(found, key=lambda pair: STEPS.index(pair[0]), default=("patch", "words"))
    wanted = least(before["version"], step)
    if [int(n) for n in after["version"].split(".")] >= [int(n) for n in wanted.split(".")]:
        return None
    return (
        f"{DESCRIPTOR}: the version is {after['version']}; since {tag} a {step} change was made "
        f"({why}), which asks for {wanted} or higher"
    )
