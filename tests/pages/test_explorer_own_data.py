"""The page for the reader's own data."""

import dataclasses
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import compare
from compare import own
from compare.data.evidence import TABLES
from compare.own import with_asp_file, with_prices
from compare.pages.cost import page as cost
from compare.pages.own_data import page as own_data
from compare.words import usd_range
from tests.conftest import ROOT
from tests.own.test_incoming import PRICES, THERAPY, asp, encoded, with_newitis


@pytest.fixture
def page(evidence: compare.Evidence) -> own_data.OwnDataExplorer:
    """A fresh page."""
    return own_data.OwnDataExplorer(evidence)


def choose(page: own_data.OwnDataExplorer, kind: str, **files: bytes) -> None:
    """What the browser does when files are chosen."""
    page.pickers[kind].value = tuple(
        {
            "name": name.replace("__", "."),
            "type": "text/csv",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime(2026, 11, 22, tzinfo=UTC),
        }
        for name, content in files.items()
    )


def test_page_opens_with_nothing_loaded(
    evidence: compare.Evidence, page: own_data.OwnDataExplorer
) -> None:
    """It says what to do, and shows what its digest says."""
    assert page.status.value == ""
    assert "Nothing of your own is used yet" in page.finding.value
    scenario = own_data.opening(evidence)
    assert page.digest() == own_data.digest(own_data.view(evidence, evidence, scenario))


def test_own_prices_change_the_page(page: own_data.OwnDataExplorer) -> None:
    """Sentence, table, lines of code and the file to save follow."""
    choose(page, "prices", ours__csv=PRICES.encode())
    assert page.message.value == ""
    assert "costs changed" in page.finding.value
    assert "Gamunex-C" in page.panels["difference"].value
    assert "own price" in page.panels["difference"].value
    assert "prices=&#39;ours.csv&#39;" in page.panels["code"].value
    content = page.panels["downloads"].offered[0].written()
    table = pd.read_csv(pd.io.common.StringIO(content))
    assert table["changed"].ne("same").any()
    assert page.evidence.loaded[-1].kind == "prices"


def test_page_equals_the_code_it_prints(
    evidence: compare.Evidence, page: own_data.OwnDataExplorer
) -> None:
    """The table on the page is that of the two lines."""
    choose(page, "prices", ours__csv=PRICES.encode())
    scenario = page.scenario()
    table = own.difference.rows(
        evidence, with_prices(evidence, PRICES.encode()), scenario.condition_id,
        compare.Patient(scenario.patient.weight_kg, scenario.patient.age_years),
    )  # fmt: skip
    shown = page.compute().difference
    pd.testing.assert_frame_equal(pd.DataFrame(shown), pd.DataFrame(table))


def test_bad_file_changes_nothing(page: own_data.OwnDataExplorer) -> None:
    """Every problem on a line; what was loaded before stays as it was."""
    choose(page, "prices", ours__csv=PRICES.encode())
    before, shown = page.evidence, page.panels["difference"].value
    chosen = page.pickers["prices"].value
    bad = "code,billing_qty,billing_unit,usd_per_billing_unit\nJ0000,500,mg,40\nJ1561,0,mL,x\n"
    choose(page, "prices", worse__csv=bad.encode())
    assert "worse.csv was not loaded; nothing has changed" in page.message.value
    assert page.message.value.count("<li>") == 4
    assert page.evidence is before
    assert page.panels["difference"].value == shown
    assert page.pickers["prices"].value == chosen
    choose(page, "prices", empty__csv=b"")
    assert "empty.csv was not loaded; nothing has changed" in page.message.value
    assert page.evidence is before
    choose(page, "prices", better__csv=PRICES.encode())
    assert page.message.value == ""


FIVE_MISTAKES = (
    "code,product_id,route,billing_qty,billing_unit,usd_per_billing_unit,effective_from\n"
    ",gamunexc,IV,500,mg,40,\n"
    ",gamunex_c,IV,500,mL,40,\n"
    'J1745,,,10,mg,"24,80",\n'
    "J1569,,,500,mg,-3,\n"
    ",privigen,IV,500,mg,45,01/10/2026\n"
)


def test_five_mistakes_are_one_message_and_change_nothing(
    evidence: compare.Evidence, page: own_data.OwnDataExplorer
) -> None:
    """Unknown product, unit, decimal comma, negative price, date: five lines in one message."""
    before = {name: getattr(evidence, name).copy() for name in TABLES}
    shown = {name: panel.value for name, panel in page.panels.items()}
    finding = page.finding.value
    choose(page, "prices", ours__csv=FIVE_MISTAKES.encode())
    places = re.findall(r"<li>ours.csv, line (\d), column (\w+):", page.message.value)
    assert places == [
        ("2", "product_id"),
        ("3", "billing_unit"),
        ("4", "usd_per_billing_unit"),
        ("5", "usd_per_billing_unit"),
        ("6", "effective_from"),
    ]
    assert page.message.value.count("<li>") == 5
    assert "nothing has changed" in page.message.value
    assert {name: panel.value for name, panel in page.panels.items()} == shown
    assert page.finding.value == finding
    assert page.evidence is evidence
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(evidence, name), frame)


def test_new_quarter_changes_costs_on_screen_after_one_call(evidence: compare.Evidence) -> None:
    """Gamunex-C at 2 g/kg and 60 dollars for 500 mg; the page made before keeps its own data."""
    page = cost.CostExplorer(evidence, "itp")
    after = cost.CostExplorer(with_asp_file(evidence, asp()), "itp")
    table = compare.annual_cost(with_asp_file(evidence, asp()), "itp", after.scenario().patient)
    row = table[table["product_id"].eq("gamunex_c") & table["usd_per_course"].notna()].iloc[0]
    for explorer in (page, after):
        explorer.controls["products"].value = cost.EVERY
    said = usd_range(row["usd_per_course"], row["usd_per_course_high"])
    assert said in after.panels["table"].value
    assert said not in page.panels["table"].value
    assert after.panels["courses"].value != page.panels["courses"].value
    assert "Data of 2027-01-01" in after.banner.value
    assert f"Data of {evidence.data_date}" in page.banner.value
    assert "effective 2027-01-01 through 2027-03-31" in after.panels["sources"].value


def test_cms_file_changes_the_page(page: own_data.OwnDataExplorer) -> None:
    """What vanished stands first; the updated codes are folded away."""
    choose(page, "asp_file", january__csv=asp())
    assert "vanished" in page.panels["loaded"].value
    assert "codes updated" in page.panels["loaded"].value
    assert "no price now" in page.panels["difference"].value


def test_own_therapy_with_a_condition_of_its_own(page: own_data.OwnDataExplorer) -> None:
    """Its condition can be chosen; going back to the project's data takes it away again."""
    files = encoded(with_newitis())
    contents = {name.replace(".", "__"): content for name, content in files.items()}
    choose(page, "therapy", **contents)
    assert page.message.value == ""
    page.controls["condition"].value = "newitis"
    assert page.controls["weight"].value == 61
    assert "Newbrand" in page.panels["difference"].value
    page.reset.click()
    assert page.controls["condition"].value != "newitis"
    assert page.evidence is page.project
    assert all(picker.value == () for picker in page.pickers.values())
    assert "Nothing of your own" in page.finding.value
    assert page.status.value == ""


def test_files_are_kept_together(page: own_data.OwnDataExplorer) -> None:
    """Three files of three kinds, in any order, and each in force."""
    choose(page, "prices", ours__csv=PRICES.encode())
    choose(page, "asp_file", january__csv=asp())
    tables = {name.replace(".", "__"): content for name, content in encoded(THERAPY).items()}
    choose(page, "therapy", **tables)
    assert [loaded.kind for loaded in page.evidence.loaded] == ["asp_file", "therapy", "prices"]
    changed = pd.DataFrame(page.compute().difference).set_index("product_id")["changed"]
    assert changed["newbrand"] == "new"
    assert changed["gamunex_c"] == "lower"
    assert changed["privigen"] == "lower"


def test_hostile_file_name_and_content_do_nothing(page: own_data.OwnDataExplorer) -> None:
    """Names and cells are text, on the page and in the saved file."""
    bad = "<img src=x onerror=alert(1)>"
    choose(page, "prices", **{f"{bad}__csv": f"code,x\n{bad},1\n".encode()})
    assert "<img" not in page.message.value
    files = encoded({**THERAPY, "therapies.csv": THERAPY["therapies.csv"].replace("Newmab", bad)})
    files["products.csv"] = files["products.csv"].replace(b"Newbrand", b"=cmd()")
    choose(page, "therapy", **{name.replace(".", "__"): files[name] for name in files})
    assert page.message.value == ""
    shown = "".join(panel.value for panel in page.panels.values())
    assert "<img" not in shown
    assert "'=cmd()" in page.panels["downloads"].offered[0].written()


def test_templates_can_be_saved(page: own_data.OwnDataExplorer) -> None:
    """The first one offered is that of own prices."""
    content = page.panels["own_prices"].offered[0].written()
    assert content.startswith("code,product_id,route")


def test_failure_of_the_page_is_said(
    evidence: compare.Evidence, page: own_data.OwnDataExplorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in the computation empties the page and gives the reason."""

    def broken(*_: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(own.difference, "rows", broken)
    page.controls["weight"].value = 80
    assert "no such thing" in page.status.value
    assert page.panels["difference"].value == ""


def test_example_of_the_digest(evidence: compare.Evidence) -> None:
    """The notebook's check: two products lower, the others as before."""
    shown = own_data.view(evidence, own_data.example(evidence), own_data.opening(evidence))
    text = own_data.digest(shown)
    assert "gamunex_c_cidp | lower" in text
    assert dataclasses.asdict(shown.finding)["numbers"]["changed"] >= 2


GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_guide_for_readers_works_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of code in CONTRIBUTING run on such files as its steps describe."""
    chapter = GUIDE.split("## Use your own data")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", chapter, re.DOTALL)
    (tmp_path / "january_2027.csv").write_bytes(asp())
    (tmp_path / "ours.csv").write_text("\ufeff" + PRICES.replace(",", ";"), encoding="utf-8")
    for kind in ("therapy", "trial"):
        shutil.copytree(ROOT / "docs" / f"example_{kind}", tmp_path / f"our_{kind}")
    monkeypatch.chdir(tmp_path)
    kinds = []
    for block in blocks:
        names = {"compare": compare}
        exec(block, names)
        kinds += [loaded.kind for loaded in names["evidence"].loaded]
    assert kinds == ["asp_file", "prices", "therapy", "therapy"]


def test_guide_for_readers_names_what_is_on_the_page(page: own_data.OwnDataExplorer) -> None:
    """Buttons, headings and refusals are quoted as they stand."""
    chapter = " ".join(GUIDE.split("## Use your own data")[1].split("\n## ")[0].split())
    for picker in page.pickers.values():
        assert f"*{picker.description}*" in chapter
    assert f"*{page.reset.description}*" in chapter
    for words in ("Files to fill in", "Before and after"):
        assert f"*{words}*" in chapter
    choose(page, "asp_file", january__csv=asp())
    assert "What needs a look" in page.panels["loaded"].value


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("1 19000000 big.csv", "big.csv was not loaded; nothing has changed.</b></p>"
         "<ul><li>what was chosen is larger than 8.0 million bytes, the limit: it has 19.0 m"),
        ("1 unreadable gone.csv", "gone.csv was not loaded; nothing has changed.</b></p><ul><li>"),
        ("1 9 <img src=x>", "&lt;img src=x&gt; was not loaded"),
        ("²", "was not loaded"),
        ("1 " + "9" * 5000, "it cannot be read"),
    ],
)  # fmt: skip
def test_what_the_browser_did_not_send_is_said(
    page: own_data.OwnDataExplorer, error: str, words: str
) -> None:
    """Name, size and limit, in the words of the loader; whatever a browser may send."""
    choose(page, "prices", ours__csv=PRICES.encode())
    before = page.evidence
    page.pickers["asp_file"].error = error
    assert words in page.message.value
    assert page.evidence is before
    choose(page, "asp_file", january__csv=asp())
    assert page.message.value == ""


def test_prices_of_an_own_therapy_fit_once_it_is_loaded(page: own_data.OwnDataExplorer) -> None:
    """On a page without the therapy they are refused and kept; with its tables they count."""
    price = "product_id,route,billing_qty,billing_unit,usd_per_billing_unit\nnewbrand,SC,1,mg,2\n"
    page.strip.history.wish.value = f"1 \n{price}"
    assert page.strip.refused
    choose(page, "asp_file", january__csv=asp())
    assert page.message.value == ""
    assert page.strip.refused
    assert page.strip.history.prices.value == price
    tables = {name.replace(".", "__"): content for name, content in encoded(THERAPY).items()}
    choose(page, "therapy", **tables)
    assert page.message.value == ""
    assert not page.strip.refused
    assert [loaded.kind for loaded in page.evidence.loaded] == ["asp_file", "therapy", "prices"]
