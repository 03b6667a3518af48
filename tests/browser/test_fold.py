"""What a reader sees without scrolling: the answer and half of the picture, on every page."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import LIVE, TOKEN, at_rest
from tools import NOTEBOOKS

# Each day the pages that say most; all of them in the soak.
DAILY = ("00_start_here", "01_indications", "03_side_effects", "05_trade_offs")
PAGES = [
    pytest.param(path.stem, marks=() if path.stem in DAILY else pytest.mark.soak)
    for path in sorted(NOTEBOOKS.glob("0[0-8]*.ipynb"))
]
FOLD, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
MOST_WORDS = 40
# Sheets of A4 that a page may print on, as it opens; a folded table stays so on paper.
MOST_SHEETS = {
    "00": 5,
    "01": 6,
    "02": 5,
    "03": 4,
    "04": 6,
    "05": 3,
    "06": 4,
    "07": 2,
    "08": 4,
}
# Of the others one sheet would be the first of them, and the rest cut.
WHOLE_ON_ONE = "07"
SIDEWAYS = """() => [...document.querySelectorAll('.tc-scroll, .tc-chart, .tc-maps')]
  .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .map((e) => `${e.className} ${e.scrollWidth} ${e.textContent.slice(0, 60)}`)"""
SEEN = """() => {
  const seen = (names) => [...document.querySelectorAll(names)].find((e) =>
    e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().height > 15);
  const box = (e) => e && {top: e.getBoundingClientRect().top + scrollY,
                           height: e.getBoundingClientRect().height};
  const answer = seen('.tc-page .tc-finding');
  return {answer: answer.innerText, at: box(answer), picture: box(seen(
    '.tc-page .tc-chart, .tc-page .tc-picture, ' +
    '.tc-page .tc-forest, .tc-page .tc-shades, .tc-page .tc-table'))};
}"""


@pytest.fixture(scope="module", params=PAGES)
def opened(request: pytest.FixtureRequest, browser: Browser, voila: str) -> Iterator[Page]:
    """One visit of each page, for all that is looked at in it."""
    context = browser.new_context(viewport=FOLD)
    context.request.get(f"{voila}?token={TOKEN}")
    page = context.new_page()
    page.goto(f"{voila}voila/render/{request.param}.ipynb")
    page.wait_for_function(LIVE, timeout=60_000)
    at_rest(page)
    yield page
    context.close()


def test_answer_and_half_of_the_picture_are_seen_at_once(opened: Page) -> None:
    """At 1280 x 900; the answer in forty words at most."""
    found = opened.evaluate(SEEN)
    assert len(found["answer"].split()) <= MOST_WORDS, found["answer"]
    assert found["at"]["top"] + found["at"]["height"] <= FOLD["height"]
    picture = found["picture"]
    assert picture["top"] + picture["height"] / 2 <= FOLD["height"], picture


def test_two_keys_lead_to_the_answer(opened: Page) -> None:
    """From the top, Tab and Enter: the link past the row of pages stands at the answer."""
    opened.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    opened.mouse.click(2, 2)
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    opened.wait_for_function("() => document.activeElement.matches('.tc-finding')")


def test_nothing_scrolls_sideways_on_a_phone(opened: Page) -> None:
    """At 390 pixels the page is as wide as the screen, and so is each table and chart in it."""
    opened.set_viewport_size(PHONE)
    at_rest(opened)
    wide = opened.evaluate("document.documentElement.scrollWidth")
    inner = opened.evaluate(SIDEWAYS)
    opened.set_viewport_size(FOLD)
    at_rest(opened)
    assert wide <= PHONE["width"]
    assert inner == []


def test_the_page_prints_whole_on_few_sheets(opened: Page) -> None:
    """Ctrl+P: more than the first sheet where there is more, and not a book."""
    pdf = opened.pdf(format="A4")
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    number = opened.url.rpartition("/")[2][:2]
    assert sheets > 1 or number == WHOLE_ON_ONE
    assert sheets <= MOST_SHEETS[number]
