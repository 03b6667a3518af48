"""One journey per notebook, each in JupyterLab and as a page of the app.

A new notebook is one short function here: open it, set a control by keyboard, see chart and table
change. What holds for every page (no request to another host, no error in the console, nothing cut
off at 1280 and 820 pixels) is checked by `open_page` itself.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

Opener = Callable[[str], Any]


def test_start_here_lists_the_therapies_of_a_condition(open_page: Opener) -> None:
    """Choosing another condition changes the sentence and the table."""
    shown = open_page("00_start_here")
    assert "Infliximab" not in shown.table("Therapies for this condition")
    shown.choose("Condition", "Crohn's disease")
    shown.until(
        lambda: "Infliximab" in shown.table("Therapies for this condition"),
        "the table did not follow the condition",
    )
    assert "Crohn's" in shown.finding()


def test_cost_follows_the_weight(open_page: Opener) -> None:
    """A weight entered by keyboard changes sentence, chart and table."""
    shown = open_page("02_cost")
    shown.until(lambda: "$" in shown.chart(), "the chart is empty")
    chart, table = shown.chart(), shown.table("Cost per year")
    shown.enter("Weight (kg)", 100)
    shown.until(lambda: "100 kg" in shown.finding(), "the sentence did not follow the weight")
    shown.until(lambda: shown.table("Cost per year") != table, "the table did not change")
    shown.until(lambda: shown.chart() != chart, "the chart did not change")


def test_start_page_has_a_card_for_each_question(browser: Browser, voila: str) -> None:
    """The app opens on its questions, and only for those who have the token."""
    page = browser.new_context().new_page()
    page.goto(voila)
    assert "/login" in page.url
    page.goto(f"{voila}?token=journey")
    cards = page.locator("li a")
    assert "What does it cost?" in " ".join(cards.all_text_contents())
    cards.filter(has_text="What does it cost?").click()
    page.get_by_label("Weight (kg)", exact=True).wait_for(timeout=120_000)
    text = page.locator("body").inner_text()
    assert "Reviewer's check" not in text
    assert "Run All Cells" not in text
    page.context.close()


@pytest.mark.parametrize("path", ["api/contents", "voila/files/00_start_here.ipynb"])
def test_app_hands_out_pages_only(browser: Browser, voila: str, path: str) -> None:
    """A visitor cannot read the notebooks' files."""
    context = browser.new_context()
    context.request.get(f"{voila}?token=journey")
    assert context.request.get(voila + path).status in (403, 404)
    context.close()
