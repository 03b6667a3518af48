"""What is installed and what is beside it: imports, data dictionary, environments, wheel."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import frictionless
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import compare
from compare.evidence import TABLES, data_folder, descriptor
from tools import DATA, ROOT
from tools import data as data_tool

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [
    Requirement(line)
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
]
HEAVY = ("plotly", "ipywidgets", "pandera", "IPython", "scipy", "voila")


def run(code: str, cwd: Path = ROOT, **environment: str) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_and_load_are_light() -> None:
    """Importing and loading unchanged tables brings in neither charts, widgets nor validation."""
    code = f"import compare, sys; compare.load(); print(set({HEAVY!r}) & set(sys.modules))"
    assert run(code) == "set()"


def test_package_is_typed() -> None:
    """Type checkers read the package's annotations."""
    assert (Path(compare.__file__).parent / "py.typed").is_file()


def test_checkout_is_read_not_a_snapshot() -> None:
    """An editable install reads the tables of the checkout, so that an edit is seen at once."""
    assert data_folder() == DATA


def test_dictionary_and_hashes_are_current() -> None:
    """data/README.md says what datapackage.json says, and the hashes are those of the files."""
    assert data_tool.stale(descriptor(DATA), DATA) == []


def test_frictionless_finds_the_data_package_valid() -> None:
    """The standard's own tool, which nobody here wrote, accepts descriptor, tables and keys."""
    report = frictionless.validate(str(DATA / "datapackage.json"))
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:20]


def test_descriptor_describes_every_table() -> None:
    """The descriptor, the folder and the loader know the same tables."""
    described = {resource["name"] for resource in descriptor(DATA)["resources"]}
    assert described == set(TABLES) == {path.stem for path in DATA.glob("*.csv")}


def test_every_column_is_explained() -> None:
    """No column without a description, no table without a key."""
    for resource in descriptor(DATA)["resources"]:
        assert resource["schema"]["primaryKey"]
        for field in resource["schema"]["fields"]:
            assert field.get("description"), (resource["name"], field["name"])


def test_conda_and_pip_ask_for_the_same() -> None:
    """environment.yml names every run-time dependency, with the bounds of pyproject.toml."""
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    lines = yaml.safe_load(text)["dependencies"]
    conda = {
        r.name: r.specifier for r in map(Requirement, (x for x in lines if isinstance(x, str)))
    }
    assert {"pip": ["-e ."]} in lines
    assert str(conda.pop("python")) == PROJECT["requires-python"]
    conda.pop("pip")
    pip = {requirement.name: requirement.specifier for requirement in REQUIREMENTS}
    assert {name: pip.get(name) for name in conda} == conda
    assert {Requirement(line).name for line in PROJECT["dependencies"]} <= set(conda)


def test_pinned_versions_satisfy_the_bounds() -> None:
    """constraints.txt pins every dependency, within the bounds, and names no address."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {}
    for line in lines:
        if not line.startswith("#"):
            assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line), line
            name, version = line.split("==")
            pinned[canonicalize_name(name)] = version
    for requirement in REQUIREMENTS:
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_changelog_has_the_version_and_its_data() -> None:
    """The version stands in one place, and CHANGELOG says what it brought, data apart."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{compare.__version__}]" in text
    assert "### Data" in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked in an empty folder."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_carries_the_tables(wheel: Path) -> None:
    """The wheel holds descriptor, tables, stylesheet and type marker, as they stand here."""
    for path in [*DATA.glob("*.csv"), DATA / "datapackage.json"]:
        assert (wheel / "compare" / "data" / path.name).read_bytes() == path.read_bytes()
    assert (wheel / "compare" / "py.typed").is_file()
    assert (wheel / "compare" / "house.css").is_file()


def test_wheel_works_without_the_checkout(wheel: Path, evidence: compare.Evidence) -> None:
    """Outside the checkout the wheel loads its own tables and computes a cost."""
    code = (
        "import compare; e = compare.load(); p = compare.Patient(weight_kg=70, age_years=54)\n"
        "print(compare.__file__); print(repr(e)); print(len(compare.annual_cost(e, 'cidp', p)))"
    )
    place, shown, rows = run(code, cwd=wheel, PYTHONPATH=str(wheel)).splitlines()
    assert Path(place).is_relative_to(wheel)
    assert shown == repr(evidence)
    assert int(rows) > 0
