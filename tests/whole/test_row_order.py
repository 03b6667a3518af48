"""The order of rows in a table changes nothing: neither figures, nor the sentences of digests."""

import csv
import io
import json
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest

import compare
from compare.data.evidence import DESCRIPTOR, content_hash, data_folder
from compare.pages.explorer import Explorer
from tests.mutations import grid, written
from tests.pages.test_widgets_under_fire import PAGES, TODAY

PATIENT = compare.Patient(weight_kg=70, age_years=50, height_cm=170)
CONDITIONS = ("cidp", "crohns", "itp", "ms_relapsing", "ulcerative_colitis")


def shuffled(folder: Path, number: int) -> compare.Evidence:
    """The data with the rows of every table in another order."""
    shutil.copytree(data_folder(), folder)
    package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    for resource in package["resources"]:
        path = folder / resource["path"]
        header, *rows = grid(path.read_bytes())
        random.Random(f"{number} {resource['name']}").shuffle(rows)
        path.write_bytes(written([header, *rows]))
        resource["hash"] = content_hash(path.read_bytes())
    (folder / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    return compare.load(folder)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> compare.Evidence:
    """The project's data in another order."""
    return shuffled(tmp_path_factory.mktemp("shuffled") / "data", 1)


def rows_of(frame: pd.DataFrame) -> list[list[str]]:
    """Cells of a frame as text, rows in the order of their texts."""
    return sorted(csv.reader(io.StringIO(frame.to_csv(index=False))))


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_frames_are_the_same(
    evidence: compare.Evidence, other: compare.Evidence, condition_id: str
) -> None:
    """Costs, effects and harms, cell by cell; rows may stand elsewhere."""
    for call in (
        lambda data: compare.annual_cost(data, condition_id, PATIENT),
        lambda data: compare.effects_table(data, condition_id, PATIENT),
        lambda data: compare.adverse_events(data, condition_id),
    ):
        assert rows_of(call(evidence)) == rows_of(call(other))


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_digests_are_the_same(
    evidence: compare.Evidence, other: compare.Evidence, kind: type[Explorer]
) -> None:
    """Every number behind a page, and its sentences, to the letter."""
    assert kind(evidence, today=TODAY).digest() == kind(other, today=TODAY).digest()
