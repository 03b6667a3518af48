"""Three readers under JupyterHub: each his own pages, culled when idle, untouched by a restart.

`make hub-test` installs the Hub and its proxy; without them these tests are skipped.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import LIVE, free_port
from tools import ROOT

PROXY = shutil.which("configurable-http-proxy") or str(
    ROOT / "build" / "hub" / "node_modules" / ".bin" / "configurable-http-proxy"
)
HUB = Path(sys.executable).parent / "jupyterhub"
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        not (HUB.exists() and Path(PROXY).exists()), reason="no JupyterHub here: make hub-test"
    ),
]
READERS = ("anna", "bert", "cleo")
# What an administrator reckons with, on two cores: a page of three opened at once, in milliseconds.
OPEN = 120_000
IDLE_SECONDS = 40
COST = "voila/render/02_cost.ipynb"


class Site:
    """A Hub and its proxy, as deploy/ starts them, with a login that takes every name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        port, api = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = os.environ | {
            "CONFIGPROXY_AUTH_TOKEN": "proxy",
            "HUB_AUTHENTICATOR": "dummy",
            "HUB_ALLOW_ALL": "1",
            "HUB_URL": self.url,
            "HUB_PROXY_API": f"http://127.0.0.1:{api}",
            "HUB_STATE": str(folder / "state"),
            "HUB_PORT": str(free_port()),
            "HUB_IDLE_SECONDS": str(IDLE_SECONDS),
            "PATH": f"{HUB.parent}{os.pathsep}{os.environ['PATH']}",
        }
        hub = f"http://127.0.0.1:{self.environment['HUB_PORT']}"
        self.proxy = self.run(
            PROXY, "--ip=127.0.0.1", f"--port={port}", "--api-ip=127.0.0.1", f"--api-port={api}",
            f"--default-target={hub}",
        )  # fmt: skip
        self.hub = self.start_hub()

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        """A process of the site; what it says goes to a file."""
        with (self.folder / f"{Path(command[0]).name}.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def start_hub(self) -> subprocess.Popen[bytes]:
        """The Hub, once it answers."""
        hub = self.run(str(HUB), f"--config={ROOT / 'deploy' / 'jupyterhub_config.py'}")
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{self.url}/hub/health", timeout=5).close()
                return hub
            except (urllib.error.URLError, OSError):
                time.sleep(0.25)
        raise AssertionError((self.folder / "jupyterhub.log").read_text()[-3000:])

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End one process; readers' pages are processes of their own and stay."""
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    def end(self) -> None:
        """End everything, readers' pages included."""
        for process in (self.hub, self.proxy):
            self.stop(process)
        subprocess.run(["pkill", "-f", str(ROOT / "app" / "hub.py")], check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site for all tests of this file."""
    found = Site(tmp_path_factory.mktemp("hub"))
    yield found
    found.end()


def logged_in(site: Site, browser: Browser, name: str) -> BrowserContext:
    """A browser in which this reader has logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{site.url}/hub/login")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", "any")
    page.click("#login_submit")
    page.wait_for_url(f"**/user/{name}/", timeout=OPEN)
    page.close()
    return context


def opened(page: Page) -> Page:
    """The page, once it is live."""
    page.wait_for_function(LIVE, timeout=OPEN)
    return page


def change(page: Page, weight: str) -> None:
    """Another weight, and the sentence that follows."""
    before = page.locator(".tc-finding").first.inner_text()
    box = page.get_by_label("Weight", exact=False).first
    box.fill(weight)
    box.press("Enter")
    expect(page.locator(".tc-finding").first).not_to_have_text(before, timeout=20_000)


@pytest.fixture(scope="module")
def readers(site: Site, browser: Browser) -> Iterator[dict[str, Page]]:
    """Three readers with a page of costs each, opened at once."""
    contexts = {name: logged_in(site, browser, name) for name in READERS}
    pages = {name: context.new_page() for name, context in contexts.items()}
    for name, page in pages.items():
        page.goto(f"{site.url}/user/{name}/{COST}", wait_until="commit", timeout=OPEN)
    yield {name: opened(page) for name, page in pages.items()}
    for context in contexts.values():
        context.close()


def test_three_readers_at_once(readers: dict[str, Page]) -> None:
    """Each page answers its own reader's weight, and nobody else's."""
    told: dict[str, Any] = {}
    for weight, (name, page) in zip(("50", "88", "110"), readers.items(), strict=True):
        change(page, weight)
        told[name] = page.locator(".tc-finding").first.inner_text()
    for name, page in readers.items():
        assert page.locator(".tc-finding").first.inner_text() == told[name]


def test_nobody_sees_anothers_pages(site: Site, readers: dict[str, Page]) -> None:
    """Pages, kernels and files of one reader answer another with 403, and nobody at all with it."""
    anna = readers["anna"]
    kernel = anna.evaluate(
        "performance.getEntriesByType('resource').map(e => e.name).join(' ')"
        ".match(/kernels\\/([0-9a-f-]+)/)?.[1] ?? ''"
    )
    for path in (COST, "", f"api/kernels/{kernel}", "voila/files/00_start_here.ipynb"):
        answer = readers["bert"].request.get(f"{site.url}/user/anna/{path}")
        assert answer.status in (403, 404), path
    for path in ("lab", "api/contents", "terminals/1", "api/sessions"):
        assert anna.request.get(f"{site.url}/user/anna/{path}").status in (403, 404), path
    code = anna.request.post(f"{site.url}/user/anna/api/kernels")
    assert code.status in (403, 404, 405)


def test_a_restart_of_the_hub_loses_nothing(site: Site, readers: dict[str, Page]) -> None:
    """An open page answers while the Hub is down, and after it is back."""
    page = readers["cleo"]
    site.stop(site.hub)
    change(page, "66")
    site.hub = site.start_hub()
    change(page, "91")
    assert page.url.startswith(f"{site.url}/user/cleo/")


def test_an_idle_reader_is_culled(site: Site, browser: Browser) -> None:
    """A reader without an open page is stopped after the limit, and is offered a new start."""
    context = logged_in(site, browser, "dora")
    end = time.monotonic() + 3 * IDLE_SECONDS
    page = context.new_page()
    running = True
    while running:
        assert time.monotonic() < end, "still running"
        time.sleep(5)
        said = (site.folder / "jupyterhub.log").read_text(errors="replace")
        running = "Removing user dora" not in said and "removing user dora" not in said.lower()
    page.goto(f"{site.url}/user/dora/")
    assert "/hub/" in page.url
    context.close()
