"""The evidence: every table of the data package, read once, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from compare import validation
from compare.errors import DataError, Problem

DESCRIPTOR = "datapackage.json"


def data_folder() -> Path:
    """Where the tables are: beside the code in an installed package, else in the checkout."""
    installed = Path(__file__).parent / "data"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "data"


def descriptor(folder: Path) -> dict[str, Any]:
    """The data package's descriptor."""
    path = folder / DESCRIPTOR
    if not path.is_file():
        raise DataError([Problem(DESCRIPTOR, None, None, None, f"no such file in {folder.name}")])
    package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return package


def content_hash(content: bytes) -> str:
    """Hash as the descriptor records it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, eq=False)
class Evidence:
    """All tables of the data package, one DataFrame each, as `datapackage.json` describes them.

    Frames are shared, not copied: treat them as read-only. A blank cell means "not reported".
    `changed` names the tables whose content is not the one the descriptor recorded; they were
    checked in full.
    """

    sources: pd.DataFrame
    therapies: pd.DataFrame
    conditions: pd.DataFrame
    products: pd.DataFrame
    events: pd.DataFrame
    endpoints: pd.DataFrame
    factors: pd.DataFrame
    indications: pd.DataFrame
    regimens: pd.DataFrame
    presentations: pd.DataFrame
    prices: pd.DataFrame
    product_codes: pd.DataFrame
    administration_fees: pd.DataFrame
    adverse_events: pd.DataFrame
    outcomes: pd.DataFrame
    cautions: pd.DataFrame
    guidance: pd.DataFrame
    claims: pd.DataFrame
    data_date: date
    version: str
    changed: tuple[str, ...] = ()
    package: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        rows = sum(len(getattr(self, name)) for name in TABLES)
        note = f"; data changed: {', '.join(self.changed)}" if self.changed else ""
        return (
            f"Evidence {self.version} of {self.data_date}: {len(self.therapies)} therapies, "
            f"{len(self.products)} products, {len(self.conditions)} conditions, {rows} rows "
            f"from {len(self.sources)} sources{note}"
        )

    def label(self, table: str, key: str) -> str:
        """Name shown for an id, such as `label("therapies", "ivig")`; the id where unknown."""
        column, name = NAMES[table]
        frame: pd.DataFrame = getattr(self, table)
        found = frame.loc[frame[column].eq(key), name]
        return str(found.iloc[0]) if len(found) else key


TABLES = tuple(name for name, kind in Evidence.__annotations__.items() if kind == "pd.DataFrame")
NAMES = {
    "therapies": ("therapy_id", "therapy"),
    "products": ("product_id", "product"),
    "conditions": ("condition_id", "short_name"),
    "events": ("event_id", "event"),
    "endpoints": ("endpoint_id", "endpoint"),
    "factors": ("factor_id", "factor"),
    "sources": ("source_id", "title"),
}


def load(folder: str | Path | None = None) -> Evidence:
    """Read the data package: the project's own, or the one in `folder`.

    Raises `DataError`, which lists everything that is wrong, by table, line and column. Tables
    whose hash is not the recorded one are checked in full and named in `changed`; that is never
    an error in itself.
    """
    place = data_folder() if folder is None else Path(folder)
    package = descriptor(place)
    resources = {resource["name"]: resource for resource in package["resources"]}
    problems: list[Problem] = []
    frames: dict[str, pd.DataFrame] = {}
    changed = []
    for name in TABLES:
        resource = resources.get(name)
        if resource is None:
            problems.append(Problem(DESCRIPTOR, None, None, name, "this table is not described"))
            continue
        path = place / resource["path"]
        if not path.is_file():
            problems.append(Problem(name, None, None, None, f"the file {path.name} is missing"))
            continue
        content = path.read_bytes()
        if content_hash(content) == resource.get("hash"):
            frames[name] = validation.read_trusted(content, resource)
        else:
            changed.append(name)
            frames[name], found = validation.read_checked(content, resource)
            problems += found
    if changed and not problems:
        problems += validation.check_keys(frames, resources)
    validation.raise_if(problems)
    return Evidence(
        **{name: frame.reset_index(drop=True) for name, frame in frames.items()},
        data_date=date.fromisoformat(package["data_date"]),
        version=str(package["version"]),
        changed=tuple(changed),
        package=package,
    )
