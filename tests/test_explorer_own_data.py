"""The page for the reader's own data."""

import base64
import dataclasses
import re
from datetime import UTC, datetime

import pandas as pd
import pytest

import compare
from compare import incoming
from compare.explorers import own_data
from tests.test_incoming import PRICES, THERAPY, asp, encoded


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


def saved(panel: str) -> str:
    """Content of the first file that a panel offers."""
    found = re.search(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', panel)
    assert found
    return base64.b64decode(found[1]).decode("utf-8")


def test_page_opens_with_nothing_loaded(
    evidence: compare.Evidence, page: own_data.OwnDataExplorer
) -> None:
    """It says what to do, and shows what its digest says."""
    assert page.status.value == ""
    assert "Nothing of your own is loaded yet" in page.finding.value
    scenario = own_data.opening(evidence)
    assert page.digest() == own_data.digest(own_data.view(evidence, evidence, scenario))


def test_own_prices_change_the_page(page: own_data.OwnDataExplorer) -> None:
    """Sentence, table, lines of code and the file to save follow."""
    choose(page, "prices", ours__csv=PRICES.encode())
    assert page.message.value == ""
    assert "costs changed" in page.finding.value
    assert "Gamunex-C" in page.panels["difference"].value
    assert "own price" in page.panels["difference"].value
    assert "with_prices(&#x27;ours.csv&#x27;)" in page.panels["code"].value
    table = pd.read_csv(pd.io.common.StringIO(saved(page.panels["downloads"].value)))
    assert table["changed"].ne("same").any()
    assert page.loaded.loaded[-1].kind == "prices"


def test_page_equals_the_code_it_prints(
    evidence: compare.Evidence, page: own_data.OwnDataExplorer
) -> None:
    """The table on the page is that of the two lines."""
    choose(page, "prices", ours__csv=PRICES.encode())
    scenario = page.scenario()
    table = incoming.difference(
        evidence, evidence.with_prices(PRICES.encode()), scenario.condition_id,
        compare.Patient(scenario.patient.weight_kg, scenario.patient.age_years),
    )  # fmt: skip
    shown = page.compute().difference
    columns = ["regimen_id", "product_id", "usd_year_one_low_after", "changed"]
    pd.testing.assert_frame_equal(shown[columns], table[columns])


def test_bad_file_changes_nothing(page: own_data.OwnDataExplorer) -> None:
    """Every problem on a line; what was loaded before stays as it was."""
    choose(page, "prices", ours__csv=PRICES.encode())
    before, shown = page.loaded, page.panels["difference"].value
    chosen = page.pickers["prices"].value
    bad = "code,billing_qty,billing_unit,usd_per_billing_unit\nJ0000,500,mg,40\nJ1561,0,mL,x\n"
    choose(page, "prices", worse__csv=bad.encode())
    assert "worse.csv was not loaded; nothing has changed" in page.message.value
    assert page.message.value.count("<li>") == 4
    assert page.loaded is before
    assert page.panels["difference"].value == shown
    assert page.pickers["prices"].value == chosen
    choose(page, "prices", better__csv=PRICES.encode())
    assert page.message.value == ""


def test_cms_file_changes_the_page(page: own_data.OwnDataExplorer) -> None:
    """What vanished stands first; the updated codes are folded away."""
    choose(page, "asp_file", january__csv=asp())
    assert "vanished" in page.panels["loaded"].value
    assert "codes updated" in page.panels["loaded"].value
    assert "no price now" in page.panels["difference"].value


def test_own_therapy_with_a_condition_of_its_own(page: own_data.OwnDataExplorer) -> None:
    """Its condition can be chosen; going back to the project's data takes it away again."""
    files = dict(THERAPY)
    files["conditions.csv"] = (
        "condition_id,condition,short_name,specialty,default_age_years,default_weight_kg,"
        "default_height_cm\nnewitis,Newitis,NWT,Neurology,50,61,170\n"
    )
    for name in ("regimens.csv", "indications.csv", "adverse_events.csv"):
        files[name] = files[name].replace(",cidp,", ",newitis,")
    contents = {name.replace(".", "__"): content for name, content in encoded(files).items()}
    choose(page, "therapy", **contents)
    assert page.message.value == ""
    page.controls["condition"].value = "newitis"
    assert page.weight.value == 61
    assert "Newbrand" in page.panels["difference"].value
    page.reset.click()
    assert page.controls["condition"].value != "newitis"
    assert page.loaded is page.evidence
    assert all(picker.value == () for picker in page.pickers.values())
    assert "Nothing of your own" in page.finding.value
    assert page.status.value == ""


def test_files_are_kept_together(page: own_data.OwnDataExplorer) -> None:
    """Three files of three kinds, in any order, and each in force."""
    choose(page, "prices", ours__csv=PRICES.encode())
    choose(page, "asp_file", january__csv=asp())
    tables = {name.replace(".", "__"): content for name, content in encoded(THERAPY).items()}
    choose(page, "therapy", **tables)
    assert [loaded.kind for loaded in page.loaded.loaded] == ["therapy", "asp_file", "prices"]
    changed = page.compute().difference.set_index("product_id")["changed"]
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
    assert "'=cmd()" in saved(page.panels["downloads"].value)


def test_templates_can_be_saved(page: own_data.OwnDataExplorer) -> None:
    """The first one offered is that of own prices."""
    content = saved(page.panels["templates"].value)
    assert content.startswith("code,product_id,route")


def test_failure_of_the_page_is_said(
    evidence: compare.Evidence, page: own_data.OwnDataExplorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in the computation empties the page and gives the reason."""

    def broken(*_: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(incoming, "difference", broken)
    page.controls["weight"].value = 80
    assert "no such thing" in page.status.value
    assert page.panels["difference"].value == ""


def test_example_of_the_digest(evidence: compare.Evidence) -> None:
    """The notebook's check: two products lower, the others as before."""
    shown = own_data.view(evidence, own_data.example(evidence), own_data.opening(evidence))
    text = own_data.digest(shown)
    assert "gamunex_c_cidp | lower" in text
    assert dataclasses.asdict(shown.finding)["numbers"]["changed"] >= 2
