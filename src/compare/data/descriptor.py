"""The data package's descriptor: read, and refused where it is not of the form that is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeGuard

from compare.data.errors import DataError, Problem, clipped

DESCRIPTOR = "datapackage.json"
TYPES = ("string", "number", "integer", "date")
CONSTRAINTS: Mapping[str, type | tuple[type, ...]] = {
    "required": bool,
    "unique": bool,
    "minimum": (int, float),
    "maximum": (int, float),
    "exclusiveMinimum": (int, float),
    "exclusiveMaximum": (int, float),
    "enum": list,
    "pattern": str,
}
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def descriptor(folder: Path) -> dict[str, Any]:
    """The descriptor in a folder. Raises `DataError` with everything that is wrong with it."""
    try:
        package = json.loads((folder / DESCRIPTOR).read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        expected = f"no such file in {clipped(folder.name)}"
        if isinstance(error, json.JSONDecodeError):
            raise DataError(
                [Problem(DESCRIPTOR, error.lineno, None, None, f"not JSON ({error.msg})")]
            ) from None
        if isinstance(error, UnicodeDecodeError):
            expected = "not in UTF-8"
        raise DataError([Problem(DESCRIPTOR, None, None, None, expected)]) from None
    except RecursionError:
        raise DataError([Problem(DESCRIPTOR, None, None, None, "nested too deeply")]) from None
    problems = [
        Problem(DESCRIPTOR, None, where, None, f"expected {what}")
        for where, what in _faults(package)
    ]
    if problems:
        raise DataError(problems)
    found: dict[str, Any] = package
    return found


def _faults(package: Any) -> Iterator[tuple[str, str]]:
    """(place, what was expected there); links are looked at once everything else is sound."""
    if not isinstance(package, dict):
        yield "the whole", "an object with data_date, version and resources"
        return
    if not _is_date(package.get("data_date")):
        yield "data_date", "a date as YYYY-MM-DD"
    if not isinstance(package.get("version"), str):
        yield "version", "text"
    resources = package.get("resources")
    if not _are(resources, dict):
        yield "resources", "a list of tables"
        return
    faults = [
        fault for i, one in enumerate(resources) for fault in _of_table(one, f"table {i + 1}")
    ]
    names = [str(resource.get("name")) for resource in resources]
    faults += [(name, "one table of this name") for name in set(names) if names.count(name) > 1]
    yield from faults
    if not faults:
        yield from _of_links(resources)


def _of_table(resource: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    name, path, schema = (resource.get(key) for key in ("name", "path", "schema"))
    if not _named(name):
        yield f"{where}, name", "text"
        return
    if not _named(path) or "\x00" in path or Path(path).name != path:
        yield f"{name}, path", "the name of a file beside the descriptor"
    if not isinstance(schema, dict) or not _are(schema.get("fields"), dict):
        yield f"{name}, schema", "an object with fields and primaryKey"
        return
    fields = [field.get("name") for field in schema["fields"]]
    if not fields or not all(map(_named, fields)) or len(set(fields)) < len(fields):
        yield f"{name}, fields", "each with a name of its own"
        return
    key = schema.get("primaryKey")
    if not _are(key, str) or not key or not set(key) <= set(fields):
        yield f"{name}, primaryKey", "a list of its fields"
    for field in schema["fields"]:
        yield from _of_field(field, f"{name}, {field['name']}")


def _of_field(field: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    kind, limits = field.get("type"), field.get("constraints", {})
    if kind not in TYPES:
        yield f"{where}, type", f"one of {', '.join(TYPES)}"
    if not isinstance(limits, dict):
        yield f"{where}, constraints", "an object"
        return
    for key, value in limits.items():
        good = isinstance(value, CONSTRAINTS.get(key, object))
        if key == "enum":
            good = good and _are(value, str) and kind == "string"
        elif key in BOUNDS:
            good = good and not isinstance(value, bool) and kind in ("number", "integer")
        elif key == "pattern":
            good = good and _is_pattern(value) and kind == "string"
        if not good:
            yield f"{where}, {key}", "a constraint that fits the type"


def _of_links(resources: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    fields = {r["name"]: {field["name"] for field in r["schema"]["fields"]} for r in resources}
    for resource in resources:
        links = resource["schema"].get("foreignKeys", [])
        for link in links if isinstance(links, list) else [None]:
            if not _is_link(link, fields[resource["name"]], fields):
                yield f"{resource['name']}, foreignKeys", "links of one field to a table's field"


def _is_link(link: Any, own: set[str], fields: Mapping[str, set[str]]) -> bool:
    if not isinstance(link, dict) or not isinstance(link.get("reference"), dict):
        return False
    other = link["reference"].get("resource")
    here, there = link.get("fields"), link["reference"].get("fields")
    if not isinstance(other, str) or not _are(here, str) or not _are(there, str):
        return False
    return len(here) == len(there) == 1 and here[0] in own and there[0] in fields.get(other, set())


def _are(values: Any, kind: type) -> TypeGuard[list[Any]]:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def _named(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_pattern(value: str) -> bool:
    try:
        re.compile(value)
    except re.error:
        return False
    return True
