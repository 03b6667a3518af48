"""`make lab`: the patient's page after one key, without code or boxes in the way."""

import re
import uuid

from playwright.sync_api import Browser, expect

from tests.browser.conftest import TOKEN
from tools import ROOT


def test_one_key_shows_the_page(browser: Browser, lab: str) -> None:
    """F9 runs all; the page's top stays in view; no code, digest, news or list of files shows."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{lab}lab/workspaces/{uuid.uuid4()}/tree/00_start_here.ipynb?token={TOKEN}&reset")
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
    expect(page.get_by_text("Show this page (F9)")).to_be_visible()
    page.keyboard.press("F9")
    expect(page.locator(".tc-finding").first).to_be_in_viewport(timeout=60_000)
    expect(page.locator(".tc-picture").first).to_be_in_viewport()
    expect(page.locator(".jp-FileBrowser").first).to_be_hidden()
    page.get_by_text("(ipykernel) | Idle").wait_for()
    assert page.locator(".Toastify__toast").all_text_contents() == []
    shown = page.locator(".jp-CodeCell", has=page.locator(".tc-page"))
    expect(shown.locator(".jp-InputPlaceholder")).to_be_hidden()
    expect(page.get_by_text("ivig | in label")).to_be_hidden()
    expect(page.locator(".tc-finding").first).to_be_in_viewport()
    context.close()


def test_make_lab_uses_these_settings() -> None:
    """The journeys start JupyterLab with the folder of settings that the Makefile names."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^LAB_SETTINGS := JUPYTER_CONFIG_PATH=\$\(CURDIR\)/app/lab", makefile, re.M)
    assert "$(LAB_SETTINGS) $(BIN)/jupyter lab" in makefile
