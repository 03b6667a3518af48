"""Pages treated badly: attacks in every text, and controls moved faster than they answer."""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import LIVE, TALL, TOKEN, WIDE, at_rest, free_port, serve
from tools import ROOT

ATTACKED = """
from datetime import date
from pathlib import Path
from IPython.display import display
import compare
from tests.pages.test_hostile import hostile
from tests.pages.test_widgets_under_fire import PAGES

evidence = hostile(compare.load())
# Each brings the chart library, and all nine would be 45 MB; test_hostile.py reads the others.
wanted = {"HarmsExplorer", "OwnDataExplorer", "PatientExplorer", "TradeOffExplorer"}
pages = [kind(evidence, today=date(2026, 11, 24)) for kind in PAGES if kind.__name__ in wanted]
display(*[page.page for page in pages])
Path("ready").touch()
"""
MOVES, SOAK_MOVES = 12, 200


@pytest.fixture(scope="module")
def attacked_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with one page, on which every explorer shows evidence full of attacks."""
    folder = tmp_path_factory.mktemp("attacked")
    cells = [nbformat.v4.new_markdown_cell("# Attacked"), nbformat.v4.new_code_cell(ATTACKED)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(notebook, folder / "attacked.ipynb")
    port = free_port()
    command = [sys.executable, "app/serve.py", "--no-browser", f"--port={port}"]
    command += [f"--token={TOKEN}", f"--notebooks={folder}"]
    address = f"http://127.0.0.1:{port}/"
    for served in serve(command, address, folder / "log", PYTHONPATH=str(ROOT)):
        # Nobody has opened the page yet: its kernel is made ready all the same.
        end = time.monotonic() + 60
        while not (folder / "ready").exists():
            assert time.monotonic() < end, "no kernel was made ready"
            time.sleep(0.2)
        yield served


def hacked(page: Page) -> Any:
    """What an attack has left behind: a variable, or an element of its own."""
    return page.evaluate(
        """() => [window.hacked ?? null,
                  document.querySelectorAll('img[src="x"], [onmouseover], [onclick]').length]"""
    )


def test_no_attack_runs_on_any_page(browser: Browser, attacked_app: str) -> None:
    """Nothing of it runs when shown, pointed at, or opened as the page that is printed."""
    context = browser.new_context(viewport={"width": WIDE, "height": TALL})
    page = context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{attacked_app}?token={TOKEN}")
    page.goto(f"{attacked_app}voila/render/attacked.ipynb")
    page.locator(".tc-page").last.wait_for(timeout=120_000)
    page.locator(".js-plotly-plot .main-svg").first.wait_for(state="attached", timeout=60_000)
    expect(page.locator("body")).to_contain_text("window.hacked")
    at_rest(page)
    assert hacked(page) == [None, 0]
    for place in page.locator(".js-plotly-plot .drag").all()[:12]:
        if place.is_visible():
            place.hover()
    addresses = page.evaluate(
        "() => [...document.querySelectorAll('[href], [*|href]')].map(a => a.getAttribute('href'))"
    )
    assert not [a for a in addresses if (a or "").strip().lower().startswith("javascript:")]
    assert hacked(page) == [None, 0]
    printed = page.locator('.tc-download[download$=".html"]').all()
    assert printed
    for link in printed:
        with page.expect_download() as saved:
            link.click()
        sheet = context.new_page()
        sheet.set_content(Path(saved.value.path()).read_text(encoding="utf-8"))
        expect(sheet.locator("body")).to_contain_text("window.hacked")
        assert hacked(sheet) == [None, 0]
        sheet.close()
    assert dialogs == []
    context.close()


def move_faster_than_it_answers(open_voila: Callable[..., Page], moves: int, slow: int = 1) -> None:
    """Enter weights, ages and bases without waiting; the page ends as a fresh one set once.

    `slow`: the browser's processor is so many times slower.
    """
    dice = random.Random(moves)
    page, wanted = open_voila(slow), dict[str, str]()
    for _ in range(moves):
        box = dice.choice(["Weight (kg)", "Age (years)", "Price"])
        if box == "Price":
            options = control(page, box).locator("option").all_text_contents()
            wanted[box] = dice.choice(options)
            control(page, box).select_option(label=wanted[box])
        else:
            wanted[box] = str(dice.randint(20, 110))
            enter(page, box, wanted[box])
    fresh = open_voila()
    for box, value in wanted.items():
        if box == "Price":
            control(fresh, box).select_option(label=value)
        else:
            enter(fresh, box, value)
    for _ in range(200):
        if shown(page) == shown(fresh):
            break
        page.wait_for_timeout(100)
    assert json.dumps(shown(page), indent=1) == json.dumps(shown(fresh), indent=1)
    page.close()
    fresh.close()


def control(page: Page, label: str) -> Locator:
    """A control of the page's first explorer, by its label."""
    return page.locator(".tc-page").first.get_by_label(label, exact=True)


def enter(page: Page, label: str, value: str) -> None:
    """Type a number into a box."""
    control(page, label).fill(value)
    page.keyboard.press("Enter")


def shown(page: Page) -> Any:
    """Sentence, tables, pictures, and what each visible chart draws."""
    return page.evaluate(
        """() => {
          const root = document.querySelector('.tc-page');
          return {
            finding: root.querySelector('.tc-finding').textContent,
            status: root.querySelector('.tc-status').textContent,
            tables: [...root.querySelectorAll('table.tc-table')].map(t => t.textContent),
            pictures: [...root.querySelectorAll('.tc-money')].map(p => p.innerHTML),
            charts: [...root.querySelectorAll('.js-plotly-plot')].filter(p => p.offsetParent)
              .map(p => [...p.querySelectorAll('.cartesianlayer text')].map(t => t.textContent)),
          };
        }"""
    )


@pytest.fixture
def open_cost(browser: Browser, voila: str) -> Iterator[Callable[..., Page]]:
    """Opens the page on cost in the app, ready to be used."""
    context = browser.new_context(viewport={"width": WIDE, "height": TALL})

    def open_(slow: int = 1) -> Page:
        page = context.new_page()
        if slow > 1:
            rate = {"rate": slow}
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", rate)
        page.goto(f"{voila}?token={TOKEN}")
        page.goto(f"{voila}voila/render/02_cost.ipynb")
        page.wait_for_function(LIVE, timeout=120_000)
        page.get_by_role("button", name="More", exact=True).click()
        return page

    yield open_
    context.close()


def test_chart_follows_where_widgets_are_slow_to_load(browser: Browser, voila: str) -> None:
    """A time limit of anywidget passes before its modules are there, as on a slow machine."""
    context = browser.new_context(viewport={"width": WIDE, "height": TALL})
    context.add_init_script(
        "AbortSignal.timeout = () => ({ addEventListener: (_, passed) => passed() });"
    )
    page = context.new_page()
    page.goto(f"{voila}?token={TOKEN}")
    page.goto(f"{voila}voila/render/02_cost.ipynb")
    page.wait_for_function(LIVE, timeout=60_000)
    chart, slider = (
        page.locator(".js-plotly-plot:visible").first,
        control(page, "Weight (kg), slider"),
    )
    page.get_by_role("button", name="How have prices moved").click()
    expect(chart).to_contain_text("US dollars")
    before = chart.inner_text()
    page.get_by_role("button", name="More", exact=True).click()
    enter(page, "Weight (kg)", "140")
    expect(page.locator(".tc-finding").first).to_contain_text("at 140 kg")
    expect(chart).not_to_have_text(before, use_inner_text=True)
    expect(slider).to_have_value("140")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tc-finding").first).to_contain_text("at 140.5 kg")
    context.close()


def test_page_catches_up_with_fast_changes(open_cost: Callable[..., Page]) -> None:
    """A dozen changes without a pause: sentence, tables and charts end at the last state."""
    move_faster_than_it_answers(open_cost, MOVES)


@pytest.mark.soak
def test_soak_page_catches_up_with_fast_changes(open_cost: Callable[..., Page]) -> None:
    """200 changes without a pause."""
    move_faster_than_it_answers(open_cost, SOAK_MOVES)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(5))
def test_soak_page_opens_and_catches_up_on_a_slow_machine(
    open_cost: Callable[..., Page], number: int
) -> None:
    """The same with a tenth of the processor, where widgets take seconds to become ready."""
    move_faster_than_it_answers(open_cost, MOVES + number, slow=10)
