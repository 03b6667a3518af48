"""The answer before the widgets: seen at once, never another patient's, and without a jump."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import LIVE, TOKEN, at_rest
from tools import BUILD, PAGES

# Each day the page that is opened first and one with a chart; all of them in the soak.
DAILY = ("00_start_here", "05_trade_offs")
NAMES = [
    pytest.param(path.stem, marks=() if path.stem in DAILY else pytest.mark.soak) for path in PAGES
]
SHIFT, JUMP = 0.05, 4
# Layout shift as browsers count it; where answer and picture stand, each time that it changes; and
# whether what was sent ahead was ever seen.
WATCH = """(() => {
  window.shift = 0; window.places = []; window.ahead = false;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  const seen = (names) => [...document.querySelectorAll(names)].find((e) =>
    e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().height > 15);
  const look = () => {
    requestAnimationFrame(look);
    const found = seen('.tc-finding');
    if (!found) return;
    if (found.closest('.tc-first')) window.ahead = true;
    const top = (e) => e ? Math.round(e.getBoundingClientRect().y + scrollY) : null;
    const pictures = '.tc-chart, .tc-picture, .tc-forest, .tc-shades, .tc-table';
    const place = [top(found), top(seen(pictures)), found.textContent];
    if (String(window.places.at(-1)) !== String(place)) window.places.push(place);
  };
  requestAnimationFrame(look);
})()"""


@pytest.fixture(params=[1280, 390])
def context(
    request: pytest.FixtureRequest, browser: Browser, voila: str
) -> Iterator[BrowserContext]:
    """A browser that may enter, on a wide screen and on a phone."""
    made = browser.new_context(viewport={"width": request.param, "height": 900})
    made.request.get(f"{voila}?token={TOKEN}")
    made.add_init_script(WATCH)
    yield made
    made.close()


@pytest.mark.parametrize("name", NAMES)
def test_the_live_page_takes_the_place_of_what_was_sent_ahead(
    context: BrowserContext, voila: str, name: str
) -> None:
    """The same sentence at the same place, the picture too, and nothing shifts meanwhile."""
    page = context.new_page()
    page.goto(f"{voila}voila/render/{name}.ipynb")
    page.wait_for_function(LIVE, timeout=60_000)
    expect(page.locator(".tc-first")).to_have_count(0)
    at_rest(page)
    places = page.evaluate("window.places")
    assert page.evaluate("window.ahead")
    assert len({words for _, _, words in places}) == 1
    for tops in list(zip(*places, strict=True))[:2]:
        # On a phone the map of the evidence is none of these pictures.
        assert tops[0] is None or max(tops) - min(tops) <= JUMP, places
    assert page.evaluate("window.shift") <= SHIFT
    page.close()


def test_answer_and_picture_need_no_widgets(context: BrowserContext, voila: str) -> None:
    """With every script of Voila's and ours withheld, both are read; nothing can be changed."""
    page = context.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{voila}voila/render/02_cost.ipynb")
    expect(page.locator(".tc-first .tc-finding")).to_contain_text("year one costs from")
    expect(page.locator(".tc-first .tc-money .tc-bar b").first).to_be_visible()
    width = (page.viewport_size or {})["width"]
    (BUILD / "screenshots").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=BUILD / "screenshots" / f"first_answer_{width}.png")
    assert page.locator(".tc-first :is(input, select, button):enabled").count() == 0
    page.close()


def test_never_another_patient_first(context: BrowserContext, voila: str) -> None:
    """Who carries a patient, in the address or the tab, sees the answer for that one alone."""
    address = f"{voila}voila/render/02_cost.ipynb"
    tab, other = context.new_page(), context.new_page()
    tab.goto(address)
    tab.get_by_label("Weight (kg)", exact=True).fill("62")
    tab.get_by_label("Weight (kg)", exact=True).press("Enter")
    tab.wait_for_function("() => location.hash.length > 1")
    carried = tab.evaluate("location.hash")
    for page, asked in ((tab, f"{address}?again"), (other, address + carried)):
        page.goto(asked)
        expect(page.locator(".tc-finding").first).to_contain_text("at 62 kg", timeout=60_000)
        page.wait_for_timeout(1000)
        assert not page.evaluate("window.ahead")
        assert {"at 62 kg" in words for _, _, words in page.evaluate("window.places")} == {True}
        page.close()


@pytest.mark.parametrize("context", [1280], indirect=True)
def test_the_chart_library_is_kept_by_the_browser(context: BrowserContext, voila: str) -> None:
    """Fetched once as a file that never changes; no message of a page carries it."""
    sizes: list[int] = []
    for visit in range(2):
        page = context.new_page()
        page.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data))),
        )
        page.goto(f"{voila}voila/render/05_trade_offs.ipynb")
        page.locator(".js-plotly-plot .main-svg").first.wait_for(state="attached", timeout=60_000)
        (address, sent), *_ = page.evaluate(
            """() => performance.getEntriesByType('resource')
               .filter(e => e.name.includes('plotly')).map(e => [e.name, e.transferSize])"""
        )
        assert (sent == 0) == (visit == 1)
        kept = context.request.get(address).headers["cache-control"]
        assert "immutable" in kept
        page.close()
    assert sizes
    assert max(sizes) < 1_000_000
