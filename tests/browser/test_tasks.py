"""What a reader comes for, done on the pages of the app, with bounds on clicks and on places.

First visit, patient's page, own price and reload stand in test_tasks_patient.py; the printed pages
are counted in test_fold.py.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import compare
from compare.pages import claims
from tests.browser.conftest import LIVE, TOKEN, at_rest, copied_link

WIDE = {"width": 1280, "height": 900}
Go = Callable[[str], Page]


@pytest.fixture
def context(browser: Browser, voila: str) -> Iterator[BrowserContext]:
    """A browser that may enter."""
    made = browser.new_context(viewport=WIDE)
    made.request.get(f"{voila}?token={TOKEN}")
    yield made
    made.close()


@pytest.fixture
def go(context: BrowserContext, voila: str) -> Go:
    """Opens a page of the app by its name, with what follows it in the address."""

    def opened(name: str) -> Page:
        notebook, _, patient = name.partition("#")
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{voila}voila/render/{notebook}.ipynb" + (f"#{patient}" if patient else ""))
        page.wait_for_function(LIVE)
        return page

    return opened


class Clicks:
    """Counts what a reader does: each choice, box or press is one click."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).first.select_option(label=option)
        self.count += 1

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.count += 1

    def write(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(value)
        self.page.keyboard.press("Tab")
        self.count += 1


def above_the_fold(page: Page, selector: str) -> bool:
    """Whether the first such thing ends above the fold, without scrolling."""
    at_rest(page)
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"] <= WIDE["height"]


def test_colitis_in_one_picture_and_one_sentence(go: Go) -> None:
    """What each did against its placebo, and which pairs are told apart: one choice."""
    page = go("04_what_works")
    act = Clicks(page)
    if "UC" not in page.locator(".tc-finding").first.inner_text():
        act.choose("Condition", "Ulcerative colitis")
    answer = page.locator(".tc-finding").first
    expect(answer).to_contain_text(
        re.compile(r"of \d+ pairs looked at, (none is|\d+ are) told apart")
    )
    assert above_the_fold(page, ".tc-finding")
    rows = page.locator(".tc-forest").first.locator("li")
    expect(rows.filter(has_text="Infliximab").first).to_be_visible()
    expect(rows.nth(6)).to_be_attached()
    assert act.count <= 1


def test_myasthenia_under_the_readers_weights_and_the_link(go: Go, context: BrowserContext) -> None:
    """AChR positive; IVIG, efgartigimod and ravulizumab; cost 60, visits 40; opened elsewhere."""
    page = go("05_trade_offs")
    act = Clicks(page)
    page.get_by_label("AChR antibody positive").first.check()
    act.count += 1
    act.press("More on trade-offs")
    for name in ("IVIG", "Efgartigimod", "Ravulizumab"):
        page.locator(".tc-many select option", has_text=name).first.click()
        expect(page.locator(".tc-many select")).to_have_js_property(
            "selectedOptions.length", act.count - 1
        )
        act.count += 1
    act.write("IVIG, Rituximab: months between courses", "4")
    act.choose("What matters, given by", "swing points, 0 to 100")
    act.write("Points 1", "60")
    act.write("Points 2", "40")
    said = page.locator(".tc-finding", has_text="first in")
    expect(said).to_contain_text("never first")
    expect(page.get_by_text("course every 4 months, as you said")).to_be_visible()
    assert act.count <= 9
    page.wait_for_function("() => location.hash.includes('40.0')")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = copied_link(page)
    assert link == page.evaluate("location.href")
    at_rest(page)
    other = go(f"05_trade_offs#{link.partition('#')[2]}")
    expect(other.locator(".tc-finding", has_text="first in")).to_have_text(said.inner_text())
    expect(other.get_by_label("AChR antibody positive").first).to_be_checked()
    expect(other.get_by_label("Points 1")).to_have_value("60")
    rows = other.locator("table.tc-table", has_text="Weighted values").locator("tbody tr")
    expect(rows).to_have_count(3)


def test_weights_stand_beside_the_menu_that_asks_for_them(go: Go) -> None:
    """The boxes for points appear within 200 pixels of the menu, and the ranking below them."""
    page = go("05_trade_offs")
    menu = page.get_by_label("What matters, given by", exact=True).first
    menu.select_option(label="swing points, 0 to 100")
    points = page.get_by_label("Points 1", exact=True)
    expect(points).to_be_visible()
    at_rest(page)
    one, other = menu.bounding_box(), points.bounding_box()
    assert one is not None
    assert other is not None
    assert 0 < other["y"] - one["y"] <= 200


def test_the_claim_that_ivig_is_cheaper(go: Go, evidence: compare.Evidence) -> None:
    """06 opens on it: the answer above the fold, the verdict and its figures without a click."""
    chosen = claims.view(evidence, "cheaper").chosen
    page = go("06_article_claims")
    assert above_the_fold(page, ".tc-finding")
    text = page.locator(".tc-page").first
    expect(text).to_contain_text(chosen.claim)
    expect(text).to_contain_text(chosen.places[0]["tables_say"])
    expect(page.get_by_text(chosen.verdict, exact=False).first).to_be_visible()


def test_a_cost_by_keyboard_alone(go: Go) -> None:
    """From the top to another weight and back to the answer: Tab, digits and Enter.

    Two presses to the answer, four to the weight, which then has a ring.
    """
    page = go("02_cost")
    for _ in ("Skip to the answer", "Skip to the patient"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Condition", exact=True).first).to_be_focused()
    page.keyboard.press("Tab")
    weight = page.get_by_label("Weight (kg)", exact=True).first
    expect(weight).to_be_focused()
    expect(weight).to_have_css("outline-style", "solid")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("62")
    page.keyboard.press("Enter")
    expect(page.locator(".tc-finding").first).to_contain_text("at 62 kg")
    page.keyboard.press("PageDown")
    page.wait_for_function("() => [...document.querySelectorAll('*')].some(e => e.scrollTop > 50)")
