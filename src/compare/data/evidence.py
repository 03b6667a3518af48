"""The evidence: every table of the data package, read once, never changed."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd

from compare.data import age, checks
from compare.data.arguments import one_of, shown
from compare.data.descriptor import DESCRIPTOR, descriptor
from compare.data.errors import Problem
from compare.data.rows import Row, known, records, split


def data_folder() -> Path:
    """Where the tables are: beside the code in an installed package, else in the checkout."""
    installed = Path(__file__).parents[1] / "tables"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "data"


def content_hash(content: bytes) -> str:
    """Hash as the descriptor records it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Loaded:
    """What a file of the reader's has changed: `kind` is prices, asp_file or therapy.

    `text` is one sentence; `report` has one row per thing changed (its columns depend on `kind`).
    """

    kind: str
    name: str
    text: str
    report: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Evidence:
    """All tables of the data package, one DataFrame each, as `datapackage.json` describes them.

    Frames are shared, not copied: treat them as read-only. A blank cell means "not reported".
    `changed` names the tables whose content is not the one the descriptor recorded; they were
    checked in full. `loaded` says what the reader's own files have changed since.
    """

    sources: pd.DataFrame
    therapies: pd.DataFrame
    conditions: pd.DataFrame
    products: pd.DataFrame
    events: pd.DataFrame
    endpoints: pd.DataFrame
    factors: pd.DataFrame
    factor_implies: pd.DataFrame
    factor_classes: pd.DataFrame
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
    trials: pd.DataFrame
    networks: pd.DataFrame
    network_arms: pd.DataFrame
    data_date: date
    version: str
    changed: tuple[str, ...] = ()
    package: Mapping[str, Any] = field(default_factory=dict, repr=False)
    loaded: tuple[Loaded, ...] = ()

    def __repr__(self) -> str:
        rows = sum(len(getattr(self, name)) for name in TABLES)
        note = f"; data changed: {', '.join(self.changed)}" if self.changed else ""
        return (
            f"Evidence {self.version} of {self.data_date}: {len(self.therapies)} therapies, "
            f"{len(self.products)} products, {len(self.conditions)} conditions, {rows} rows "
            f"from {len(self.sources)} sources{note}"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Everything but what is kept, which each process makes for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}

    @property
    def stamp(self) -> str:
        """Date and version of the data for names of files, and whether more was loaded."""
        more = "-own" if self.loaded else "-changed" if self.changed else ""
        return f"data-{self.data_date}-v{self.version}{more}"

    def label(self, table: str, key: str) -> str:
        """Name shown for an id, such as `label("therapies", "ivig")`; the id where unknown."""
        row = self.by_id(table).get(key) if isinstance(key, str) else None
        return key if row is None else str(row[NAMES[table][1]])

    def cited(self, shown: pd.DataFrame | Iterable[Row]) -> list[Row]:
        """Rows, or those of a frame, as dictionaries with title and date in `source`, and likewise
        for each other column of ids of sources; for hovers and tables.

        Where a cell names several, their titles are joined by ` | `; blank where it names none.
        """
        rows = records(shown) if isinstance(shown, pd.DataFrame) else list(shown)
        named = source_columns(rows[0] if rows else ()).items()
        return [{**row, **{title: self.titles(row[n]) for n, title in named}} for row in rows]

    def titles(self, cell: Any) -> str:
        """Titles and dates of the sources that a cell of ids names, joined by ` | `."""
        return CITED_JOIN.join(dict.fromkeys(self._titles.get(part, part) for part in split(cell)))

    def rows(self, table: str, column: str, value: str) -> Sequence[Row]:
        """Rows of a table whose column holds the value, as dictionaries, in the table's order.

        Looked up in an index that is made once: much faster than a filter of the frame. Only rows
        that were asked for are held. Shared: do not change them.
        """
        index = self._index(table, column)
        found = index.get(value, ())
        if isinstance(found, list):
            found = index[value] = tuple(records(getattr(self, table).iloc[found]))
        return found

    def by_id(self, table: str) -> Mapping[str, Row]:
        """Rows of a table of names (see `NAMES`) as dictionaries by their id. Shared."""
        if not isinstance(table, str) or table not in self._by_id:
            one_of("table", table, NAMES)
            key, _ = NAMES[table]
            self._by_id[table] = {str(row[key]): row for row in records(getattr(self, table))}
        return self._by_id[table]

    @functools.cached_property
    def _by_id(self) -> dict[str, dict[str, Row]]:
        return {}

    @functools.cached_property
    def _indexes(self) -> dict[tuple[str, str], dict[str, list[int] | tuple[Row, ...]]]:
        return {}

    def _index(self, table: str, column: str) -> dict[str, list[int] | tuple[Row, ...]]:
        """Places of the rows by value, or the rows where they have been asked for."""
        if (table, column) not in self._indexes:
            places: dict[str, list[int]] = {}
            for place, value in enumerate(getattr(self, table)[column].tolist()):
                places.setdefault(value, []).append(place)
            self._indexes[table, column] = {**places}
        return self._indexes[table, column]

    @functools.cached_property
    def _kept(self) -> dict[Callable[..., Any], dict[Any, Any]]:
        return {}

    @functools.cached_property
    def _titles(self) -> dict[str, str]:
        """Title and date of each source; where none was printed, the day on which it was read."""
        told = {}
        columns = (self.sources[name] for name in ("source_id", "title", "published", "accessed"))
        for key, title, published, accessed in zip(*columns, strict=True):
            read = f"accessed {accessed:%Y-%m-%d}" if known(accessed) else ""
            when = published if known(published) else read
            told[key] = f"{title} ({when})" if when else str(title)
        return told

    def age(self, today: date | None = None) -> list[str]:
        """What in the data is old on that day (None: today), one sentence each; see `age.age`."""
        if today is not None and (not isinstance(today, date) or pd.isna(today)):
            raise ValueError(f"today is {shown(today)}; expected a date or None")
        return age.age(self, today)


P = ParamSpec("P")
R = TypeVar("R")
Made = Callable[Concatenate[Evidence, P], R]


def kept(most: int) -> Callable[[Made[P, R]], Made[P, R]]:
    """Keep on the evidence what a function of it returns, so that it dies with it.

    At most `most` results, under the other arguments; what came first goes first. What is kept is
    shared: do not change it.
    """

    def keeping(make: Made[P, R]) -> Made[P, R]:
        @functools.wraps(make)
        def found(evidence: Evidence, /, *args: P.args, **kwargs: P.kwargs) -> R:
            held = evidence._kept.setdefault(make, {})
            key = args, *sorted(kwargs.items())
            if key not in held:
                made = make(evidence, *args, **kwargs)
                if len(held) >= most:
                    del held[next(iter(held))]
                held[key] = made
            result: R = held[key]
            return result

        return found

    return keeping


CITED_JOIN = " | "
# Therapies stand in this order of their classes, and by name.
CLASS_ORDER = ("ivig", "cytokine_inhibitor", "monoclonal_antibody", "biologic")
TABLES = tuple(name for name, kind in Evidence.__annotations__.items() if kind == "pd.DataFrame")
NAMES = {
    "therapies": ("therapy_id", "therapy"),
    "products": ("product_id", "product"),
    "conditions": ("condition_id", "short_name"),
    "events": ("event_id", "event"),
    "endpoints": ("endpoint_id", "endpoint"),
    "factors": ("factor_id", "factor"),
    "sources": ("source_id", "title"),
    "trials": ("trial_id", "trial"),
    "networks": ("network_id", "network"),
}


def resources_of(evidence: Evidence) -> dict[str, Mapping[str, Any]]:
    """Resources of the descriptor by table."""
    return {str(resource["name"]): resource for resource in evidence.package["resources"]}


def source_columns(names: Iterable[Any]) -> dict[str, str]:
    """Of a frame's or a row's columns those of ids of sources, each with that of their titles.

    >>> source_columns(["therapy", "source_id", "source_id_before"])
    {'source_id': 'source', 'source_id_before': 'source_before'}
    """
    every = map(str, names)
    return {n: n.replace("source_id", "source") for n in every if "source_id" in n}


def sources_of(frame: pd.DataFrame, evidence: Evidence | None = None) -> pd.DataFrame:
    """The sources that a frame names in `source_id` and in columns whose names hold it.

    A cell may name several, separated by semicolons. Returns rows of `evidence.sources` (None: of
    the project's own data) in the order of their titles; an id that is not there stands alone.
    Raises `ValueError` where `frame` is no DataFrame.

    >>> import compare
    >>> evidence = compare.load()
    >>> used = compare.sources_of(evidence.prices.head(1), evidence)
    >>> list(used["source_id"]) == list(evidence.prices["source_id"].head(1))
    True
    """
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"frame is {shown(frame)}; expected a table of this library")
    if evidence is not None and not isinstance(evidence, Evidence):
        raise ValueError(f"evidence is {shown(evidence)}; expected what load() returns")
    table = (evidence or own_data()).sources
    named_so = ["source_id" in str(name) for name in frame.columns]
    cells = frame.loc[:, named_so].to_numpy(dtype=object, na_value=math.nan).ravel(order="F")
    named = dict.fromkeys(part for cell in cells for part in split(cell))
    found = pd.DataFrame({"source_id": pd.Series(list(named), dtype="str")})
    merged = found.merge(table, on="source_id", how="left")
    return merged.sort_values(["title", "source_id"], kind="stable").reset_index(drop=True)


@functools.lru_cache(maxsize=1)
def own_data() -> Evidence:
    """The project's own data, read once."""
    return load()


def load(folder: str | Path | None = None) -> Evidence:
    """Read the data package: the project's own, or the one in `folder`.

    Raises `DataError`, which lists everything that is wrong, by table, line and column. Tables
    whose hash is not the recorded one are checked in full and named in `changed`; that is never
    an error in itself.

    >>> import compare
    >>> evidence = compare.load()
    >>> "ivig" in set(evidence.therapies["therapy_id"])
    True
    """
    if folder is not None and not isinstance(folder, str | PathLike):
        raise ValueError(f"folder is {shown(folder)}; expected a path")
    place = data_folder() if folder is None else Path(folder)
    package = descriptor(place)
    resources = {resource["name"]: resource for resource in package["resources"]}
    problems: list[Problem] = []
    frames: dict[str, pd.DataFrame] = {}
    changed, checked = [], False
    for name in TABLES:
        resource = resources.get(name)
        if resource is None:
            problems.append(Problem(DESCRIPTOR, None, None, name, "this table is not described"))
            continue
        path = place / resource["path"]
        if not path.is_file():
            problems.append(Problem(name, None, None, None, f"the file {path.name} is missing"))
            continue
        try:
            content = path.read_bytes()
        except OSError as error:
            expected = f"the file {path.name} cannot be read ({error.strerror})"
            problems.append(Problem(name, None, None, None, expected))
            continue
        same = content_hash(content) == resource.get("hash")
        if not same:
            changed.append(name)
        trusted = checks.read_trusted(content, resource) if same else None
        if trusted is not None:
            # Its ids are looked up too where another table has changed: problems name lines.
            frames[name] = trusted.set_axis(range(2, len(trusted) + 2), axis=0)
            continue
        checked = True
        frames[name], found = checks.read_checked(content, resource)
        problems += found
    if checked and not problems:
        problems += checks.check_keys(frames, resources)
    checks.raise_if(problems)
    tables: dict[str, Any] = {name: f.reset_index(drop=True) for name, f in frames.items()}
    return Evidence(
        **tables,
        data_date=date.fromisoformat(package["data_date"]),
        version=str(package["version"]),
        changed=tuple(changed),
        package=package,
    )
