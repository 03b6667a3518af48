"""Files chosen on page 07, in JupyterLab and in the app: too large, of another sort, good."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from compare.data.cells import MAX_BYTES
from tests.browser.conftest import Shown
from tests.own.test_incoming import PRICES, asp

PAGE = "07_your_own_data"
CHOOSERS = ("Own prices (CSV)", "CMS payment-limit file (CSV)", "Tables of a therapy (CSV files)")


@pytest.fixture
def choose(tmp_path: Path) -> Callable[..., None]:
    """Chooses a file as a reader does: by the button, in the browser's own dialog."""

    def choose_(shown: Shown, chooser: str, name: str, content: bytes) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        button = shown.page.get_by_role("button", name=re.compile(re.escape(chooser)))
        with shown.page.expect_file_chooser() as opened:
            button.click()
        opened.value.set_files(path)

    return choose_


def test_refused_files_cost_nothing(
    open_page: Callable[[str], Shown], choose: Callable[..., None]
) -> None:
    """19 MB: refused unsent, the limit named; the next good file is taken, the line never cut.

    A file of just the limit goes through whole: the server takes what the loader takes.
    """
    shown = open_page(PAGE)
    page, closed = shown.page, list[str]()
    page.on("websocket", lambda socket: closed.append(socket.url))  # a new one: the old was cut
    message = page.locator(".tc-status").first
    for chooser in CHOOSERS:
        choose(shown, chooser, "huge.csv", b"1," * 9_500_000)
        expect(message).to_contain_text("huge.csv was not loaded")
        expect(message).to_contain_text("larger than 8.0 million bytes, the limit: it has 19.0")
        choose(shown, chooser, "huge.csv", b"1," * 10_000_000)
        expect(message).to_contain_text("it has 20.0 million")
    choose(shown, CHOOSERS[0], "ours.csv", PRICES.encode())
    expect(page.locator(".tc-finding").first).to_contain_text("costs changed")
    expect(message).to_have_text("")
    expect(page.get_by_role("button", name=f"{CHOOSERS[0]} (1)")).to_be_visible()
    choose(shown, CHOOSERS[0], "limit.csv", PRICES.encode().ljust(MAX_BYTES, b"\n"))
    expect(message).to_contain_text("limit.csv was not loaded", timeout=20_000)
    expect(message).to_contain_text("more than 10,000 rows")
    # What was loaded before stays, and another file is taken at once.
    expect(page.get_by_role("button", name=f"{CHOOSERS[0]} (1)")).to_be_visible()
    choose(shown, CHOOSERS[1], "january.csv", asp())
    expect(page.get_by_text("payment limits from 2027-01-01").first).to_be_visible()
    expect(message).to_have_text("")
    expect(page.locator(".tc-stale")).to_have_count(0)
    assert closed == []


def test_files_of_another_sort_are_told_so(
    open_page: Callable[[str], Shown], choose: Callable[..., None]
) -> None:
    """CMS's file, Excel, ZIP and a hospital's charges among own prices: a sentence each."""
    shown = open_page(PAGE)
    items = shown.page.locator(".tc-status").first.locator("li")
    for name, content, words in (
        ("cms.csv", asp(), "choose that control, *CMS payment-limit file (CSV)*"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "this is an Excel file"),
        ("cms.zip", b"PK\x03\x04" + bytes(100), "ZIP"),
        ("cms.gz", gzip.compress(b"x"), "gzip"),
        ("standard.csv", b"hospital_name,last_updated_on\nx,2026-01-01\n", "price-transparency"),
    ):
        choose(shown, CHOOSERS[0], name, content)
        expect(items).to_have_count(1)
        expect(items).to_contain_text(name)
        expect(items).to_contain_text(words)
    choose(shown, CHOOSERS[0], "ours.csv", PRICES.encode())
    expect(items).to_have_count(0)
    expect(shown.page.locator(".tc-finding").first).to_contain_text("costs changed")
