"""The app's bounds as a reader meets them: token, log out, and what a script in a page may not."""

import statistics
import time

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import LIVE, TOKEN, WIDE
from tools import PAGES


def test_token_is_not_in_the_address_and_log_out_ends_the_visit(
    browser: Browser, voila: str
) -> None:
    """Logged in by the box, out by the link: the open page is marked, and no other opens."""
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    start = context.new_page()
    start.goto(f"{voila}voila/render/02_cost.ipynb")
    start.get_by_label("Token of this server").fill(TOKEN)
    start.get_by_role("button", name="Log in").click()
    start.wait_for_function(LIVE, timeout=60_000)
    assert start.url == f"{voila}voila/render/02_cost.ipynb"
    other = context.new_page()
    other.goto(f"{voila}?token={TOKEN}#kept")
    assert other.url == f"{voila}#kept"
    other.get_by_role("link", name="Log out").click()
    expect(other.get_by_role("heading")).to_have_text("You are logged out")
    expect(start.locator(".tc-alert:popover-open").first).to_contain_text("Not current")
    start.goto(f"{voila}voila/render/02_cost.ipynb")
    expect(start.get_by_label("Token of this server")).to_be_visible()
    context.close()


def test_nothing_on_a_page_reaches_another_host(browser: Browser, voila: str) -> None:
    """A script that had got in could not fetch, send, load or frame what is elsewhere."""
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    page = context.new_page()
    refused: list[tuple[str, str | None]] = []
    page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    page.goto(f"{voila}?token={TOKEN}")
    page.goto(f"{voila}voila/render/02_cost.ipynb")
    page.wait_for_function(LIVE, timeout=60_000)
    blocked = page.evaluate(
        """async () => {
          const found = [];
          addEventListener("securitypolicyviolation", (e) => found.push(e.effectiveDirective));
          const elsewhere = "https://example.org/";
          fetch(elsewhere).catch(() => {});
          navigator.sendBeacon(elsewhere, "x");
          try { new WebSocket("wss://example.org/"); } catch { }
          for (const [kind, name] of [["img", "src"], ["script", "src"], ["iframe", "src"]]) {
            const part = document.createElement(kind);
            part[name] = elsewhere;
            document.body.append(part);
          }
          const form = document.createElement("form");
          form.action = elsewhere;
          form.method = "post";
          document.body.append(form);
          form.submit();
          for (let waits = 0; waits < 100 && found.length < 7; waits += 1) {
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          return found.sort();
        }"""
    )
    assert blocked == [
        "connect-src", "connect-src", "connect-src", "form-action", "frame-src", "img-src",
        "script-src-elem",
    ]  # fmt: skip
    # What the browser tells of was stopped by the page's policy, before any network.
    assert all("csp" in str(why) for url, why in refused if "example.org" in url), refused
    context.close()


@pytest.mark.soak
def test_soak_fifty_pages_one_after_the_other(browser: Browser, voila: str) -> None:
    """One tab, fifty pages: none is refused, each shows its answer, the last not later."""
    names = [path.name for path in PAGES]
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    page = context.new_page()
    page.goto(f"{voila}?token={TOKEN}")
    taken = []
    for number in range(50):
        begun = time.monotonic()
        answer = page.goto(f"{voila}voila/render/{names[number % len(names)]}", timeout=120_000)
        assert answer is not None
        assert answer.status == 200, f"page {number}"
        page.locator(".tc-page .tc-finding").first.wait_for(timeout=120_000)
        expect(page.locator(".tc-page.tc-stale")).to_have_count(0)
        taken.append(time.monotonic() - begun)
    print([round(seconds, 1) for seconds in taken])
    assert statistics.median(taken[-10:]) < 2 * statistics.median(taken[:10]) + 5
    context.close()
