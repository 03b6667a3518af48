"""The direction of the rooms, as import-linter holds it."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import compare
from tests.conftest import ROOT


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contract applied to a copy of the library, with its own sources first on the path."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the library with its contract."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_rooms_stand_in_one_direction(house: Path) -> None:
    """No room imports one above it, no page another page, no lower room a widget."""
    done = linted(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("data/rows.py", "from compare.pages import markup"),
        ("cost/plan.py", "from compare.trials import arms"),
        ("pages/harms/chart.py", "from compare.pages.cost import tables"),
        ("preferences/draws.py", "from compare.data import evidence"),
        ("trials/arms.py", "import ipywidgets"),
    ],
)
def test_the_contract_bites(house: Path, module: str, line: str) -> None:
    """An import against the direction is named, also one hidden inside a function."""
    path = house / "src" / "compare" / module
    path.write_text(f"{path.read_text()}\n\ndef hidden() -> None:\n    {line}\n")
    done = linted(house)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def test_the_map_names_what_is_there() -> None:
    """docs/design.md has each room, and what it says others call stands in it or in `compare`."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", text, flags=re.MULTILINE)
    folders = [path.parent.name for path in (ROOT / "src" / "compare").glob("*/__init__.py")]
    assert sorted(room for room, _ in rows) == sorted(folders)
    for room, cell in rows:
        inside = importlib.import_module(f"compare.{room}")
        for name in re.findall(r"`(\w+)`", cell):
            assert hasattr(inside, name) or hasattr(compare, name), f"{room}: {name}"
