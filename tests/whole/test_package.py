"""What is installed and what is beside it: imports, data dictionary, environments, wheel."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import frictionless
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from playwright.sync_api import Browser

import compare
from compare import cli
from compare.cost import plan
from compare.data.evidence import TABLES, data_folder, descriptor
from compare.site.write import PAGES as SITE
from tools import DATA, PAGES, ROOT, branches, hashes
from tools import data as data_tool

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [
    Requirement(line)
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
]
HEAVY = ("plotly", "ipywidgets", "IPython", "scipy", "voila")


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


def test_a_page_needs_no_plotly_in_its_kernel() -> None:
    """The browser draws: plotly's Python, 16 MB a kernel, comes with no page."""
    code = (
        "import sys; from compare.pages.cost import CostExplorer; import compare\n"
        "CostExplorer(compare.load()); print({'plotly', 'narwhals', 'PIL'} & set(sys.modules))"
    )
    assert run(code, COMPARE_SERVED="1") == "set()"


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


def test_every_dependency_has_its_reason() -> None:
    """docs/design.md says of each package why it is there."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    table = text.split("## Dependencies, and why")[1]
    named = {
        word.strip("` ")
        for line in table.splitlines()
        if line.startswith("| ")
        for word in re.split(r",| \(", line.split("|")[1])
    }
    assert {requirement.name for requirement in REQUIREMENTS} <= named


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
    """The wheel holds descriptor, tables, stylesheet, kernel, type marker, as they stand here."""
    for path in [*DATA.glob("*.csv"), DATA / "datapackage.json"]:
        assert (wheel / "compare" / "tables" / path.name).read_bytes() == path.read_bytes()
    assert (wheel / "compare" / "py.typed").is_file()
    assert (wheel / "compare" / "pages" / "house.css").is_file()
    assert (wheel / "compare" / "app" / "kernels" / "python3" / "kernel.json").is_file()


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


def test_the_command_serves_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """Outside the checkout: versions, the notebooks copied and kept, the pages served."""
    place = {"cwd": tmp_path, "PYTHONPATH": str(wheel)}
    shown = run("from compare import cli; print(cli.version())", **place)
    assert shown.startswith(f"therapy-comparison {compare.__version__}, data ")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "00_start_here.ipynb").write_text("my own", encoding="utf-8")
    run("from compare import cli; from pathlib import Path; cli.copy_notebooks(Path('mine'))",
        **place)  # fmt: skip
    names = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (tmp_path / "mine").iterdir()} == names
    assert (tmp_path / "mine" / "00_start_here.ipynb").read_text(encoding="utf-8") == "my own"
    port = free_port()
    options = ["app", "--no-browser", "--no-preheat", "--token", "t", "--port", str(port)]
    served = subprocess.Popen(
        [sys.executable, "-c", f"from compare import cli; cli.main({options!r})"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(wheel)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        page = answer(f"http://127.0.0.1:{port}/?token=t")
    finally:
        served.terminate()
        served.wait()
    assert all(path.name in page for path in PAGES)


def free_port() -> int:
    """A port of this machine to which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answer(url: str) -> str:
    """What a server that is still starting answers in the end."""
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    for _ in range(120):
        try:
            with visitor.open(url) as found:
                return str(found.read().decode())
        except OSError:
            time.sleep(0.25)
    raise AssertionError("no answer")


def test_an_unwritable_folder_is_a_sentence(tmp_path: Path) -> None:
    """`lab` where nothing can be written ends in one line that says so."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"cannot be copied to .*file"):
        cli.main(["lab", str(tmp_path / "file"), "--no-browser"])


def test_version_stands_in_one_place(wheel: Path) -> None:
    """The wheel's metadata take it from the package; the data's own version is apart."""
    (metadata,) = wheel.glob("*.dist-info/METADATA")
    assert f"\nVersion: {compare.__version__}\n" in metadata.read_text(encoding="utf-8")
    assert "version" not in PROJECT
    assert PROJECT["dynamic"] == ["version"]


def outside() -> dict[str, str]:
    """The environment without what the tests set: pip needs its index, and nothing of ours."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def new_environment(folder: Path, *install: str) -> Path:
    """A virtual environment with nothing but what is installed; its Python."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(python), "-m", "pip", "install", "--quiet", *install]
    done = subprocess.run(pip, env=outside(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return python


def said(python: Path, code: str, cwd: Path) -> list[str]:
    """Lines that another environment's Python prints."""
    done = subprocess.run(
        [str(python), "-c", code],
        cwd=cwd, env=outside(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """From the sdist a wheel, from the wheel an environment with nothing else: its Python."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run([*build, "-t", "sdist"], cwd=ROOT, capture_output=True, check=True)
    (packed,) = folder.glob("*.tar.gz")
    shutil.unpack_archive(packed, folder, filter="data")
    (source,) = (path for path in folder.iterdir() if path.is_dir())
    for path in DATA.glob("*.csv"):
        assert (source / "data" / path.name).read_bytes() == path.read_bytes()
    subprocess.run([*build, "-t", "wheel"], cwd=source, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    pins = ("--constraint", str(ROOT / "constraints.txt"))
    return new_environment(folder / "empty", *pins, str(wheel))


@pytest.mark.soak
def test_sdist_and_wheel_install_in_an_empty_environment(
    installed: Path, tmp_path: Path, evidence: compare.Evidence
) -> None:
    """There the tables load, a year is priced, an edited table is noticed."""
    code = (
        "import compare, shutil\n"
        "from compare.cost import plan\n"
        "from compare.data import evidence\n"
        "e = compare.load(); p = compare.Patient(weight_kg=70, age_years=54)\n"
        "print(compare.__file__); print(repr(e))\n"
        "print(len(compare.cost.cost_rows(e, plan.plans(e, 'cidp'), p)))\n"
        "folder = shutil.copytree(evidence.data_folder(), 'copy')\n"
        "open('copy/prices.csv', 'a').write('\\n')\n"
        "print(compare.load('copy').changed)\n"
    )
    place, shown, rows, changed = said(installed, code, tmp_path)
    assert Path(place).is_relative_to(installed.parents[1])
    assert shown == repr(evidence)
    assert int(rows) == len(plan.plans(evidence, "cidp"))
    assert changed == "('prices',)"


@pytest.mark.soak
def test_the_command_works_in_an_empty_environment(
    installed: Path, tmp_path: Path, browser: Browser
) -> None:
    """There `--version` answers, `app` serves the first page whole, `site` writes every page."""
    command = str(installed.parent / "therapy-comparison")
    alone = {"cwd": tmp_path, "env": outside()}
    told = subprocess.check_output([command, "--version"], **alone, text=True)
    assert told.strip() == cli.version()
    port = free_port()
    options = ["--no-browser", "--no-preheat", "--token", "t", "--port", str(port)]
    served = subprocess.Popen([command, "app", *options], **alone, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}/"
        answer(f"{address}?token=t")
        page = browser.new_page()
        page.goto(f"{address}?token=t")
        opened = page.goto(f"{address}voila/render/{cli.FIRST}")
        assert opened is not None
        assert opened.status == 200
        page.wait_for_function("document.documentElement?.classList.contains('tc-live')")
        page.locator(".tc-page table.tc-table").first.wait_for(state="attached", timeout=60_000)
        page.close()
    finally:
        served.terminate()
        served.wait()
    subprocess.run([command, "site", "out"], **alone, capture_output=True, check=True)
    assert {page.file for page in SITE} <= {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.soak
def test_edited_table_is_seen_at_once_by_an_editable_install(tmp_path: Path) -> None:
    """`pip install --editable` of a checkout: one price edited, one call, the new price."""
    checkout = tmp_path / "checkout"
    for name in ("src", "data"):
        shutil.copytree(ROOT / name, checkout / name)
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, checkout / name)
    python = new_environment(
        tmp_path / "editable", "--constraint", str(ROOT / "constraints.txt"),
        "--editable", str(checkout),
    )  # fmt: skip
    code = (
        "import compare; e = compare.load(); print(e.changed)\n"
        "print(e.prices.loc[e.prices['code'].eq('J1561'), 'usd_per_billing_unit'].max())"
    )
    before = said(python, code, tmp_path)
    path = checkout / "data" / "prices.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(f",{before[1]},") >= 1
    path.write_text(text.replace(f",{before[1]},", ",99.5,"), encoding="utf-8", newline="")
    assert before[0] == "()"
    assert said(python, code, tmp_path) == ["('prices',)", "99.5"]


@pytest.mark.soak
def test_hashed_install_takes_nothing_but_what_was_checked(
    tmp_path: Path, evidence: compare.Evidence
) -> None:
    """The two steps of CONTRIBUTING in an empty environment: it loads, its pages are there.

    One digit of one hash another, and nothing is installed.
    """
    write = [sys.executable, "-m", "tools.hashes"]
    subprocess.run(write, cwd=ROOT, env=outside(), check=True)
    listed = ROOT / "build" / "requirements-hashed.txt"
    checked = ("--require-hashes", "--no-deps", "--requirement")
    python = new_environment(tmp_path / "hashed", *checked, str(listed))
    pip = [str(python), "-m", "pip"]
    ours = [*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", str(ROOT)]
    subprocess.run(ours, env=outside(), check=True)
    subprocess.run([*pip, "check"], env=outside(), check=True)
    code = (
        "import compare; e = compare.load(); print(repr(e))\n"
        "from compare.pages.cost import CostExplorer; import voila\n"
        "print(len(CostExplorer(e).digest()) > 0)"
    )
    assert said(python, code, tmp_path) == [repr(evidence), "True"]
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )  # fmt: skip
    pins = {canonicalize_name(name): version for name, version in pins.items()}
    text = listed.read_text(encoding="utf-8")
    for name, version in re.findall(r"^([^=]+)==(\S+)", text, re.MULTILINE):
        assert pins[canonicalize_name(name)] == version
    spoiled = tmp_path / "spoiled.txt"
    first = text.splitlines()[0]
    spoiled.write_text(first[:-1] + ("0" if first[-1] != "0" else "1") + "\n")
    refused = subprocess.run(
        [*pip, "install", "--force-reinstall", *checked, str(spoiled)],
        env=outside(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr


def test_hashed_requirements_name_no_address() -> None:
    """Name, version and hash; the project itself is left out, and what has no hash is refused."""

    def item(name: str, **archive: object) -> dict[str, object]:
        info = {"url": f"https://example.org/{name}.whl", "archive_info": archive}
        return {"metadata": {"name": name, "version": "1.0"}, "download_info": info}

    report = {"install": [item("b", hashes={"sha256": "f00"}), item("A", hashes={"sha256": "ba5"})]}
    report["install"].append(item(hashes.PROJECT))
    assert hashes.lines(report) == ["A==1.0 --hash=sha256:ba5", "b==1.0 --hash=sha256:f00"]
    with pytest.raises(ValueError, match=r"pip names no hash of c 1\.0"):
        hashes.lines({"install": [item("c")]})
    assert PROJECT["name"] == hashes.PROJECT


@pytest.mark.parametrize(("taken", "good"), [(96, True), (95, True), (94, False)])
def test_branches_are_bounded_apart_from_lines(taken: int, good: bool, tmp_path: Path) -> None:
    """95 of 100 branches pass and 94 fail, however many lines were run; the worst file is named."""
    path = tmp_path / "coverage.json"
    totals = {"covered_branches": taken, "num_branches": 100}
    files = {"a.py": {"summary": {"missing_branches": 100 - taken}}}
    path.write_text(json.dumps({"totals": totals, "files": files}), encoding="utf-8")
    verdict, sentence = branches.judge(path, 95)
    assert verdict is good
    assert sentence.startswith(f"branches taken: {taken} of 100, {taken}.0% (at least 95%)")
    assert sentence.endswith(f"most missed: a.py {100 - taken}")


@pytest.mark.parametrize("name", ["promises.md", "security.md"])
def test_tests_that_the_docs_name_are_there(name: str) -> None:
    """Each file, and each test that is named by a part of its name, stands where it is said to."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    files = set(re.findall(r"tests/[\w/]+\.py", text))
    assert files
    assert not [path for path in files if not (ROOT / path).is_file()]
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for part in re.findall(r"`([a-z]+(?:_[a-z]+){2,})`", text):
        assert re.search(rf"def (test_)?\w*{part}", tests), part
