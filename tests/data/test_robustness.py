"""Spoiled files: each is loaded as it stands or refused with one `DataError` that names the place.

Never another exception, and never a number that is not the one in the file. What is loaded is
compared, cell by cell, with a reading of the file that shares no code with the library. The normal
run does 300 mutations of the data package; the rest are marked `soak`.
"""

import csv
import functools
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

import compare
from compare.data import checks as validation
from compare.data.evidence import DESCRIPTOR, TABLES, content_hash, data_folder
from compare.data.patient import Patient
from compare.own import with_asp_file, with_prices, with_therapy
from tests.mutations import often, spoiled
from tests.own.test_incoming import PRICES, THERAPY, asp, encoded

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
            return outcome(lambda: compare.load(self.folder))
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


def outcome(call: Callable[[], compare.Evidence]) -> compare.Evidence | compare.DataError:
    """What was loaded, or the error that refused it. Any other exception fails the test."""
    try:
        return call()
    except compare.DataError as error:
        return error


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


def once_each(read: Callable[..., Any]) -> Callable[..., Any]:
    """The reading of a table as recorded, made once for each content: all but one never change."""
    kept: dict[tuple[str, bytes], Any] = {}

    def read_once(content: bytes, resource: Mapping[str, Any]) -> Any:
        key = resource["name"], content
        if key not in kept:
            kept[key] = read(content, resource)
        return kept[key]

    return read_once


def mutate_package(package: Package, times: int, number: int = 0) -> None:
    """Spoil one table so often, and look at what is loaded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "read_trusted", once_each(validation.read_trusted))
        _mutate_package(package, times, number)


def _mutate_package(package: Package, times: int, number: int) -> None:
    counts = {True: 0, False: 0}

    @often(times, number)
    @given(data=st.data(), table=st.sampled_from(TABLES))
    def check(data: st.DataObject, table: str) -> None:
        content = data.draw(spoiled(package.contents[table]))
        counts[package.check({f"{table}.csv": content})] += 1

    check()
    # A test that only ever saw refusals, or only loads, would prove nothing.
    assert times < 100 or counts[True] > times / 40
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


NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")
PRICE = ["code", "price_basis", "effective_from", "billing_unit"]
NUMBERS = ["billing_qty", "usd_per_billing_unit"]


def assert_prices_are_in_the_file(
    before: compare.Evidence, after: compare.Evidence, content: bytes
) -> None:
    """Each price that was not there before has numbers that stand in the file."""
    known = set(before.prices[PRICE + NUMBERS].itertuples(index=False, name=None))
    text = content.decode("utf-8-sig", "replace")
    printed = {float(n) for form in (text, text.replace(",", "")) for n in NUMBER.findall(form)}
    for row in after.prices[PRICE + NUMBERS].itertuples(index=False, name=None):
        assert row in known or set(row[-2:]) <= printed, row


def spoil_own_file(
    evidence: compare.Evidence,
    files: st.SearchStrategy[Any],
    load: Callable[[Any], compare.Evidence],
    times: int,
    number: int = 0,
) -> None:
    """Load so many spoiled files of the reader's, and look at what is loaded."""
    copies = {name: getattr(evidence, name).copy() for name in TABLES}

    @often(times, number)
    @given(file=files)
    def check(file: Any) -> None:
        after = outcome(lambda: load(file))
        if isinstance(after, compare.DataError):
            assert all(problem.table and problem.expected for problem in after.problems)
            return
        for name in TABLES:
            old, new = getattr(evidence, name), getattr(after, name)
            assert new is old or name in after.changed
            assert list(new.dtypes.items()) == list(old.dtypes.items())
        if isinstance(file, bytes):
            assert set(after.changed) <= {"prices", "product_codes", "sources"}
            assert_prices_are_in_the_file(evidence, after, file)
        assert_computes(after)

    check()
    for name, copy in copies.items():
        pd.testing.assert_frame_equal(getattr(evidence, name), copy)


OWN_PRICES = spoiled(PRICES.encode())
# CMS's file is in Windows-1252; a spoiled one may come in UTF-8 as well.
CMS_FILES = spoiled(asp().decode("cp1252").encode())


@st.composite
def therapies(draw: st.DrawFn) -> dict[str, bytes]:
    """The sample therapy with one of its tables spoiled."""
    files = encoded(THERAPY)
    name = draw(st.sampled_from(sorted(files)))
    return {**files, name: draw(spoiled(files[name]))}


def test_spoiled_own_prices_are_loaded_or_refused(evidence: compare.Evidence) -> None:
    """Taken whole or refused; other tables untouched, and no price that is not in the file."""
    spoil_own_file(evidence, OWN_PRICES, functools.partial(with_prices, evidence), 30)


def test_spoiled_cms_file_is_loaded_or_refused(evidence: compare.Evidence) -> None:
    """The same of CMS's file."""
    spoil_own_file(evidence, CMS_FILES, functools.partial(with_asp_file, evidence), 30)


def test_spoiled_therapy_is_loaded_or_refused(evidence: compare.Evidence) -> None:
    """The same of a folder of tables: added whole or not at all."""
    spoil_own_file(evidence, therapies(), functools.partial(with_therapy, evidence), 15)


@pytest.mark.soak
def test_soak_spoiled_own_prices(evidence: compare.Evidence) -> None:
    """10,000 mutations."""
    spoil_own_file(evidence, OWN_PRICES, functools.partial(with_prices, evidence), 10_000, 1)


@pytest.mark.soak
def test_soak_spoiled_cms_file(evidence: compare.Evidence) -> None:
    """10,000 mutations."""
    spoil_own_file(evidence, CMS_FILES, functools.partial(with_asp_file, evidence), 10_000, 1)


@pytest.mark.soak
def test_soak_spoiled_therapies(evidence: compare.Evidence) -> None:
    """5,000 mutations."""
    spoil_own_file(evidence, therapies(), functools.partial(with_therapy, evidence), 5_000, 1)
