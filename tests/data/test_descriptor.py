"""A faulty datapackage.json is refused with every place and what was expected there."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare.data.descriptor import descriptor
from compare.data.errors import DataError
from compare.data.evidence import DESCRIPTOR

GOOD: dict[str, Any] = {
    "data_date": "2026-11-22",
    "version": "0.1.0",
    "resources": [
        {
            "name": "drugs",
            "path": "drugs.csv",
            "schema": {
                "fields": [
                    {"name": "drug_id", "type": "string", "constraints": {"pattern": "[a-z]+"}},
                    {"name": "grams", "type": "number", "constraints": {"minimum": 0}},
                ],
                "primaryKey": ["drug_id"],
            },
        },
        {
            "name": "doses",
            "path": "doses.csv",
            "schema": {
                "fields": [{"name": "drug_id", "type": "string"}],
                "primaryKey": ["drug_id"],
                "foreignKeys": [
                    {
                        "fields": ["drug_id"],
                        "reference": {"resource": "drugs", "fields": ["drug_id"]},
                    }
                ],
            },
        },
    ],
}


def faults(package: object, folder: Path) -> list[str]:
    """What is said of a descriptor, as "place: what was expected"."""
    (folder / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        descriptor(folder)
    return [f"{problem.column}: {problem.expected}" for problem in caught.value.problems]


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """A good descriptor with one change."""
    package = copy.deepcopy(GOOD)
    change(package)
    return package


def test_good_descriptor_is_returned(tmp_path: Path) -> None:
    """Without a fault the descriptor comes back as it was written."""
    (tmp_path / DESCRIPTOR).write_text(json.dumps(GOOD), encoding="utf-8")
    assert descriptor(tmp_path) == GOOD


def table(package: dict[str, Any], place: int = 0) -> dict[str, Any]:
    """One table of the descriptor."""
    found: dict[str, Any] = package["resources"][place]
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.update(data_date="22/11/2026"), "data_date: expected a date as YYYY-MM-DD"),
        (lambda p: p.update(data_date=20261122), "data_date: expected a date as YYYY-MM-DD"),
        (lambda p: p.update(version=1), "version: expected text"),
        (lambda p: p.update(resources={}), "resources: expected a list of tables"),
        (lambda p: table(p).update(name=" "), "table 1, name: expected text"),
        (lambda p: table(p, 1).update(name="drugs"), "drugs: expected one table of this name"),
        (
            lambda p: table(p).update(path="../drugs.csv"),
            "drugs, path: expected the name of a file beside the descriptor",
        ),
        (
            lambda p: table(p).update(schema=[]),
            "drugs, schema: expected an object with fields and primaryKey",
        ),
        (
            lambda p: table(p)["schema"]["fields"][1].update(name="drug_id"),
            "drugs, fields: expected each with a name of its own",
        ),
        (
            lambda p: table(p)["schema"].update(primaryKey=["code"]),
            "drugs, primaryKey: expected a list of its fields",
        ),
        (
            lambda p: table(p)["schema"]["fields"][1].update(constraints=["minimum"]),
            "drugs, grams, constraints: expected an object",
        ),
        (
            lambda p: table(p)["schema"]["fields"][1]["constraints"].update(minimum=True),
            "drugs, grams, minimum: expected a constraint that fits the type",
        ),
        (
            lambda p: table(p)["schema"]["fields"][0]["constraints"].update(pattern="[a-z"),
            "drugs, drug_id, pattern: expected a constraint that fits the type",
        ),
        (
            lambda p: table(p, 1)["schema"]["foreignKeys"][0]["reference"].update(resource="x"),
            "doses, foreignKeys: expected links of one field to a table's field",
        ),
        (
            lambda p: table(p, 1)["schema"]["foreignKeys"][0].update(reference="drugs"),
            "doses, foreignKeys: expected links of one field to a table's field",
        ),
        (
            lambda p: table(p, 1)["schema"]["foreignKeys"][0].update(fields="drug_id"),
            "doses, foreignKeys: expected links of one field to a table's field",
        ),
        (
            lambda p: table(p, 1)["schema"].update(foreignKeys="drugs"),
            "doses, foreignKeys: expected links of one field to a table's field",
        ),
    ],
)
def test_one_fault_gives_one_sentence(
    change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    """Each fault alone is named by its place, with what was expected there."""
    assert faults(changed(change), tmp_path) == [said]


def test_unknown_type_is_named(tmp_path: Path) -> None:
    """A type that the reader does not know is refused with the types that it knows."""
    package = changed(lambda p: table(p, 1)["schema"]["fields"][0].update(type="money"))
    (said,) = faults(package, tmp_path)
    assert said.startswith("doses, drug_id, type: expected one of ")
    assert "string" in said


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """A reader corrects the file once, not fault by fault."""
    package = changed(lambda p: (p.update(version=None), table(p).update(path="")))
    assert len(faults(package, tmp_path)) == 2


def test_what_is_no_object_is_refused(tmp_path: Path) -> None:
    """A list in place of the whole, or text that is not JSON, is told with its line."""
    assert faults([], tmp_path) == [
        "the whole: expected an object with data_date, version and resources"
    ]
    (tmp_path / DESCRIPTOR).write_text('{\n"version": }', encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2.*not JSON"):
        descriptor(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'{"version": "\xff"}', "not in UTF-8"), (b"[" * 200_000, "nested too deeply")],
)
def test_unreadable_files_are_refused(content: bytes, said: str, tmp_path: Path) -> None:
    """Bytes that are no text, and nesting that no reader can follow, give a sentence."""
    (tmp_path / DESCRIPTOR).write_bytes(content)
    with pytest.raises(DataError, match=said):
        descriptor(tmp_path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A folder without a descriptor is named."""
    with pytest.raises(DataError, match=f"no such file in {tmp_path.name}"):
        descriptor(tmp_path)
