"""Spoiled files: each is loaded as it stands or refused with one `DataError` that names the place.

Never another exception, and never a number that is not the one in the file. What is loaded is
compared, cell by cell, with a reading of the file that shares no code with the library. The normal
run does 300 mutations of the data package; the rest are marked `soak`.
"""

import csv
import io
import json
import math
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import often, spoiled
from test_incoming import PRICES, THERAPY, asp, encoded

import compare
from compare.evidence import DESCRIPTOR, TABLES, content_hash, data_folder
from compare.patient import Patient

KEPT_ROWS = 40
LONG = ("adverse_events", "outcomes", "cautions", "guidance", "claims", "indications")
CHUNKS, CHUNK = 100, 1000
PATIENT = Patient(weight_kg=70, age_years=50, height_cm=170)
MONEY = {"regimens", "presentations", "prices", "product_codes", "administration_fees", "products"}


def shortened(folder: Path) -> Path:
    """A data package with fewer rows in the tables that nothing refers to, hashes rewritten."""
    shutil.copytree(data_folder(), folder)
    package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    for resource in package["resources"]:
        path = folder / resource["path"]
        if resource["name"] in LONG:
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(lines[: KEPT_ROWS + 1]))
        resource["hash"] = content_hash(path.read_bytes())
    (folder / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    return folder


class Package:
    """A data package on disk, in which one file at a time is spoiled and put back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sound = compare.load(folder)
        self.contents = {name: (folder / f"{name}.csv").read_bytes() for name in TABLES}
        self.fields = {
            resource["name"]: {f["name"]: f["type"] for f in resource["schema"]["fields"]}
            for resource in self.sound.package["resources"]
        }

    def load_with(self, files: Mapping[str, bytes]) -> compare.Evidence | compare.DataError:
        """What loading gives with these files in the place of the sound ones."""
        try:
            for name, content in files.items():
                (self.folder / name).write_bytes(content)
            return compare.load(self.folder)
        except compare.DataError as error:
            return error
        finally:
            for name in files:
                sound = self.contents.get(name.removesuffix(".csv"))
                (self.folder / name).write_bytes(
                    json.dumps(self.sound.package).encode() if sound is None else sound
                )

    def check(self, files: Mapping[str, bytes]) -> bool:
        """Assert that the files are loaded as they stand or refused by name; whether loaded."""
        loaded = self.load_with(files)
        tables = {name.removesuffix(".csv") for name in files}
        if isinstance(loaded, compare.DataError):
            assert_names_a_place(loaded, {*TABLES, DESCRIPTOR})
            return False
        differing = {t for t in tables if files[f"{t}.csv"] != self.contents[t]}
        assert set(loaded.changed) == differing
        for name in TABLES:
            frame = getattr(loaded, name)
            if name in differing:
                assert_as_it_stands(frame, files[f"{name}.csv"], self.fields[name])
            else:
                pd.testing.assert_frame_equal(frame, getattr(self.sound, name))
        if differing & MONEY:
            assert_computes(loaded)
        return True


def assert_names_a_place(error: compare.DataError, places: set[str]) -> None:
    """Every problem says which file, and what was expected there."""
    assert error.problems
    for problem in error.problems:
        assert problem.table in places, problem
        assert problem.expected
        assert problem.line is None or problem.line >= 1
    assert str(error).startswith(f"{len(error.problems)} problem")


def assert_as_it_stands(frame: pd.DataFrame, content: bytes, types: Mapping[str, str]) -> None:
    """Every cell of the frame is the one in the file, read here by other means."""
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    header = next(reader)
    rows = [row for row in reader if row]
    assert set(header) == set(types) == set(frame.columns)
    assert len(frame) == len(rows)
    for i, name in enumerate(header):
        for value, row in zip(frame[name], rows, strict=True):
            assert_cell(value, row[i], types[name])


def assert_cell(value: Any, cell: str, kind: str) -> None:
    """A cell as its type: blank is blank, and a number is the number that stands there."""
    if cell == "":
        assert pd.isna(value)
    elif kind == "string":
        assert value == cell
    elif kind == "date":
        assert pd.Timestamp(value).date() == date.fromisoformat(cell)
    else:
        assert math.isfinite(value)
        assert math.isclose(float(value), float(cell), rel_tol=1e-15)
        assert kind == "number" or int(value) == int(cell)


def assert_computes(evidence: compare.Evidence) -> None:
    """Costs are money or blank, or a sentence says what is wrong; nothing else is raised."""
    for condition_id in ("cidp", "itp"):
        try:
            table = compare.annual_cost(evidence, condition_id, PATIENT)
        except (ValueError, compare.DataError):
            continue
        usd = table.filter(like="usd_").to_numpy(dtype=float)
        assert not (usd < 0).any()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A shortened data package."""
    return Package(shortened(tmp_path_factory.mktemp("package") / "data"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The data package, all of it."""
    folder = tmp_path_factory.mktemp("whole") / "data"
    return Package(Path(shutil.copytree(data_folder(), folder)))


def mutate_package(package: Package, times: int, number: int = 0) -> None:
    """Spoil one table so often, and look at what is loaded."""
    counts = {True: 0, False: 0}

    @often(times, number)
    @given(data=st.data(), table=st.sampled_from(TABLES))
    def check(data: st.DataObject, table: str) -> None:
        content = data.draw(spoiled(package.contents[table]))
        counts[package.check({f"{table}.csv": content})] += 1

    check()
    # A test that only ever saw refusals, or only loads, would prove nothing.
    assert times < 100 or counts[True] > times / 20
    assert times < 100 or counts[False] > times / 4


def test_spoiled_table_is_loaded_as_it_stands_or_refused(package: Package) -> None:
    """300 mutations: no other exception, no number that is not the one in the file."""
    mutate_package(package, 290)


def test_spoiled_table_of_the_whole_package(whole: Package) -> None:
    """A few of them with every row of every table."""
    mutate_package(whole, 10)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(1, CHUNKS + 1))
def test_soak_spoiled_tables(package: Package, number: int) -> None:
    """100,000 mutations, in chunks that can be repeated by their number."""
    mutate_package(package, CHUNK, number)


@pytest.mark.soak
def test_soak_spoiled_tables_of_the_whole_package(whole: Package) -> None:
    """1,000 mutations with every row of every table."""
    mutate_package(whole, CHUNK, 1)


@pytest.mark.parametrize("table", TABLES)
def test_swapped_files_are_refused(package: Package, table: str) -> None:
    """A table under another table's name is refused by its columns."""
    other = TABLES[(TABLES.index(table) + 1) % len(TABLES)]
    files = {
        f"{table}.csv": package.contents[other],
        f"{other}.csv": package.contents[table],
    }
    error = package.load_with(files)
    assert isinstance(error, compare.DataError)
    assert {table, other} <= {problem.table for problem in error.problems}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00", b"\xff\xfe", b"{", b"[]", b"null", b"1", b'"text"', b"{}",
        b'{"resources": 1}', b'{"resources": [1]}', b'{"resources": [{"name": "prices"}]}',
    ],
)  # fmt: skip
def test_spoiled_descriptor_is_refused_by_name(package: Package, content: bytes) -> None:
    """A descriptor that is no JSON, or not of this form, is refused as such."""
    error = package.load_with({DESCRIPTOR: content})
    assert isinstance(error, compare.DataError)
    assert {problem.table for problem in error.problems} == {DESCRIPTOR}


def spoil_descriptor(package: Package, times: int, number: int = 0) -> None:
    """Cut, change or drop parts of the descriptor; what loads has the same numbers."""
    sound = json.dumps(package.sound.package)

    @often(times, number)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        described = json.loads(sound)
        place = data.draw(st.sampled_from(("top", "resource", "schema", "field", "cut")))
        if place == "cut":
            content = sound[: data.draw(st.integers(0, len(sound)))]
        else:
            resource = data.draw(st.sampled_from(described["resources"]))
            field = data.draw(st.sampled_from(resource["schema"]["fields"]))
            spots = {
                "top": described,
                "resource": resource,
                "schema": resource["schema"],
                "field": field,
            }
            spot = spots[place]
            key = data.draw(st.sampled_from(sorted(spot)))
            if data.draw(st.booleans()):
                del spot[key]
            else:
                spot[key] = data.draw(
                    st.sampled_from((None, 0, "", "x", [], {}, [None], "2026-99-99", "integer"))
                )
            content = json.dumps(described)
        loaded = package.load_with({DESCRIPTOR: content.encode()})
        if isinstance(loaded, compare.DataError):
            assert_names_a_place(loaded, {*TABLES, DESCRIPTOR})

    check()


def test_spoiled_descriptor_never_gives_another_exception(package: Package) -> None:
    """Whatever is missing in it or of the wrong kind."""
    spoil_descriptor(package, 60)


@pytest.mark.soak
def test_soak_spoiled_descriptor(package: Package) -> None:
    """5,000 mutations of the descriptor."""
    spoil_descriptor(package, 5000, 1)


# The reader's own files


Loader = Callable[[compare.Evidence, bytes], compare.Evidence]
NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")


def therapy_with(name: str) -> Loader:
    """Loads the sample therapy with one of its tables replaced."""
    return lambda evidence, content: evidence.with_therapy({**encoded(THERAPY), name: content})


FILES: Mapping[str, tuple[bytes, Loader, set[str]]] = {
    "own prices": (
        PRICES.encode(),
        lambda evidence, content: evidence.with_prices(content, "ours.csv"),
        {"prices", "product_codes", "sources"},
    ),
    "CMS file": (
        asp(),
        lambda evidence, content: evidence.with_asp_file(content, "asp.csv"),
        {"prices", "sources"},
    ),
    **{
        f"therapy: {name}": (
            content.encode(),
            therapy_with(name),
            {name.removesuffix(".csv") for name in THERAPY},
        )
        for name, content in THERAPY.items()
    },
}


def assert_only_added(
    before: compare.Evidence, after: compare.Evidence, content: bytes, may: set[str]
) -> None:
    """Other tables are the very same, and each new number of a price stands in the file."""
    assert set(after.changed) - set(before.changed) <= may
    for name in TABLES:
        old, new = getattr(before, name), getattr(after, name)
        if name not in after.changed:
            assert new is old
            continue
        assert list(new.columns) == list(old.columns)
        assert list(new.dtypes) == list(old.dtypes)
    keys = [
        *("code", "price_basis", "effective_from", "billing_qty", "billing_unit"),
        "usd_per_billing_unit",
    ]
    known = set(before.prices[keys].itertuples(index=False, name=None))
    text = content.decode("utf-8-sig", "replace").replace(",", "")
    printed = {float(number) for number in NUMBER.findall(text)}
    printed |= {float(n) for n in NUMBER.findall(content.decode("utf-8-sig", "replace"))}
    for row in after.prices[keys].itertuples(index=False, name=None):
        if row not in known:
            assert {row[3], row[5]} <= printed, row


def spoil_own_file(evidence: compare.Evidence, kind: str, times: int, number: int = 0) -> None:
    """Spoil one of the reader's files so often, and look at what is loaded."""
    sound, load, may = FILES[kind]
    copies = {name: getattr(evidence, name).copy() for name in TABLES}

    @often(times, number)
    @given(content=spoiled_file(kind))
    def check(content: bytes) -> None:
        try:
            after = load(evidence, content)
        except compare.DataError as error:
            assert error.problems
            assert all(problem.table and problem.expected for problem in error.problems)
            return
        if not kind.startswith("therapy"):
            assert_only_added(evidence, after, content, may)
        else:
            assert set(after.changed) <= may
        assert_computes(after)

    check()
    for name, copy in copies.items():
        pd.testing.assert_frame_equal(getattr(evidence, name), copy)
    assert load(evidence, sound).loaded


def spoiled_file(kind: str) -> st.SearchStrategy[bytes]:
    """One of the reader's files, spoiled. CMS's is in Windows-1252: it is spoiled as UTF-8 too."""
    sound = FILES[kind][0]
    return spoiled(sound.decode("cp1252").encode() if kind == "CMS file" else sound)


@pytest.mark.parametrize("kind", FILES)
def test_spoiled_own_file_is_loaded_or_refused(evidence: compare.Evidence, kind: str) -> None:
    """Taken whole or refused; other tables untouched, and no price that is not in the file."""
    spoil_own_file(evidence, kind, 5 if kind.startswith("therapy") else 40)


@pytest.mark.soak
@pytest.mark.parametrize("kind", FILES)
def test_soak_spoiled_own_files(evidence: compare.Evidence, kind: str) -> None:
    """500 mutations of each of a therapy's tables, 5,000 of the other two files."""
    spoil_own_file(evidence, kind, 500 if kind.startswith("therapy") else 5000, 1)
