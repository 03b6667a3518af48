"""The site as a reader opens it: from a folder, without a network, on any screen, on paper."""

import zlib

import pytest
from playwright.sync_api import Page

from compare.site.write import PAGES
from tests.site.conftest import Site

FILES = [page.file for page in PAGES]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_asks_nobody_and_fits(page: Page, site: Site, file: str, width: int) -> None:
    """A page shows a table or a picture, asks nobody (`page`), and never scrolls aside."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.address(file))
    page.wait_for_selector("#shown :is(table, .tc-still, .tc-forest)", state="attached")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#wrong").text_content() == ""


def test_the_patient_goes_along(page: Page, site: Site) -> None:
    """What is entered stands in the address, goes to the other pages, and returns by it."""
    page.goto(site.address("index.html"))
    page.get_by_label("Condition").select_option(label="Generalized myasthenia gravis")
    page.get_by_label("Weight (kg)").fill(str(site.weights[1]))
    page.get_by_label("History").fill("IgA deficiency")
    page.get_by_label("History").press("Enter")
    page.get_by_label("Remove IgA deficiency").wait_for()
    page.get_by_role("link", name="Cost", exact=True).click()
    page.get_by_label("Remove IgA deficiency").wait_for()
    assert page.get_by_label("Weight (kg)").input_value() == str(site.weights[1])
    assert "history: IgA deficiency" in (page.locator("#who").text_content() or "")
    page.get_by_role("button", name="New patient").click()
    assert "nothing entered" in (page.locator("#who").text_content() or "")


def test_a_weight_that_cannot_be_empties_the_page(page: Page, site: Site) -> None:
    """No figure stands beside a weight that it does not belong to."""
    page.goto(site.address("cost.html"))
    page.wait_for_selector("#shown table", state="attached")
    page.get_by_label("Weight (kg)").fill("700")
    assert page.locator("#shown").inner_html() == ""
    assert "whole kilograms" in (page.locator("#wrong").text_content() or "")


def test_twins_part(page: Page, site: Site) -> None:
    """Of two things that nobody has both, the one entered last stays, and it is said."""
    page.goto(site.address("index.html"))
    page.wait_for_selector("#shown table")
    pair = page.evaluate(
        "Object.keys(tc.factors).map(f => [f, tc.relations[f].excludes.find(x => tc.factors[x])])"
        ".find(([, other]) => other)"
    )
    if pair is None:
        pytest.skip("no such pair in this short list of history")
    for factor in pair:
        page.get_by_label("History").fill(page.evaluate("f => tc.factors[f].name", factor))
        page.get_by_label("History").press("Enter")
    assert page.locator("#chips > *").count() == 1
    assert "Taken off" in (page.locator("#said").text_content() or "")


def test_it_prints(page: Page, site: Site) -> None:
    """On paper stand the patient and every table, and nothing to press."""
    page.goto(site.address("index.html"))
    page.wait_for_selector("#shown table")
    page.emulate_media(media="print")
    assert page.locator("#who").is_visible()
    assert page.locator("#shown table").first.is_visible()
    assert not page.locator("form").is_visible()
    assert not page.locator("nav").is_visible()
    assert len(page.pdf()) > 10_000


@pytest.mark.soak
def test_it_is_small(whole_site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """No file over 500 kB, the whole at most 10 MB zipped; size printed."""
    files = [path for path in whole_site.folder.rglob("*") if path.is_file()]
    largest = max(files, key=lambda path: path.stat().st_size)
    zipped = sum(len(zlib.compress(path.read_bytes(), 9)) for path in files)
    with capsys.disabled():
        print(f"\n{len(files)} files, zipped {zipped / 1e6:.2f} MB, largest {largest.name}")
    assert largest.stat().st_size < 500_000
    assert zipped < 10_000_000
