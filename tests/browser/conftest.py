"""Servers and pages for the browser journeys.

A Chromium of the system is driven; none is downloaded. Without one the journeys are skipped, except
where CI=true, where that is a failure. CHROMIUM names another program.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

import axe_core_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.conftest import chromium
from tools import BUILD, NOTEBOOKS, ROOT

LIVE = "document.documentElement?.classList.contains('tc-live')"
TOKEN = "journey"
WAIT_SECONDS = 60
# What is awaited comes late on a machine that does other things at once; what is promised within a
# time says so itself.
expect.set_options(timeout=20_000)
WIDE, NARROW, TALL = 1280, 820, 2400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys; skip them where there is no browser, unless in CI."""
    here = Path(__file__).parent
    missing = chromium() is None and os.environ.get("CI") != "true"
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                reason = "no Chromium on this machine; install it, or name one in CHROMIUM"
                item.add_marker(pytest.mark.skip(reason=reason))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(command: list[str], address: str, log: Path, **environment: str) -> Iterator[str]:
    """Start a server, wait until it answers, and end it with everything it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, address, log)
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}?token={TOKEN}", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks, so that no server can save into the checkout."""
    return Path(shutil.copytree(NOTEBOOKS, tmp_path_factory.mktemp("served") / "notebooks"))


@pytest.fixture(scope="session")
def lab(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab with the notebooks."""
    yield from lab_server(pages, tmp_path_factory.mktemp("lab"))


def lab_server(pages: Path, home: Path) -> Iterator[str]:
    """JupyterLab as `make lab` starts it, with settings and workspaces of its own in `home`."""
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--ip=127.0.0.1", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={pages}"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += ["--LabApp.news_url=None"]
    yield from serve(
        command,
        f"http://127.0.0.1:{port}/",
        home / "log",
        JUPYTER_CONFIG_DIR=str(home / "config"),
        JUPYTER_CONFIG_PATH=str(ROOT / "app" / "lab"),
        JUPYTERLAB_SETTINGS_DIR=str(home / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(home / "workspaces"),
    )


@pytest.fixture(scope="session")
def voila_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app writes what it has to say."""
    return tmp_path_factory.mktemp("voila") / "log"


@pytest.fixture(scope="session")
def voila(pages: Path, voila_log: Path) -> Iterator[str]:
    """The pages without code, as `make app` serves them."""
    yield from voila_server(pages, voila_log.parent)


def voila_server(pages: Path, home: Path, *more: str) -> Iterator[str]:
    """The app with these notebooks and more options; its log goes into `home`."""
    port = free_port()
    command = [sys.executable, "app/serve.py", "--no-browser", f"--port={port}"]
    # A kernel of each page is more than the journeys need; test_under_fire.py has one ready.
    command += [f"--token={TOKEN}", f"--notebooks={pages}", "--no-preheat", *more]
    yield from serve(command, f"http://127.0.0.1:{port}/", home / "log")


# Whether nothing of a page has changed its place for a while: charts follow a new width late.
AT_REST = """() => {
  const boxes = [...document.querySelectorAll(
    '.tc-page, .tc-panel, .tc-chart, .tc-page .main-svg, .tc-page .main-svg text')];
  const size = [innerWidth, document.documentElement.scrollHeight];
  const places = String([...size, ...boxes.flatMap((e) => {
    const { x, y, width, height } = e.getBoundingClientRect();
    return [x + scrollX, y + scrollY, width, height].map(Math.round);
  })]);
  const rest = (window.rest ??= {});
  if (rest.places !== places) Object.assign(rest, { places, since: performance.now(), looks: 0 });
  rest.looks += 1;
  return rest.looks > 8 && performance.now() - rest.since > 500;
}"""


def at_rest(page: Page) -> None:
    """Wait until everything on the page stands still."""
    page.evaluate("window.rest = {}")
    page.wait_for_function(AT_REST, polling=50, timeout=WAIT_SECONDS * 1000)


def copied_link(page: Page) -> str:
    """The link to the patient, by the button, once it is said to be copied."""
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def choose(control: Locator, option: str) -> None:
    """Choose from a list, or from one that is searched by typing."""
    if control.get_attribute("role") != "combobox":
        control.select_option(label=option)
        return
    control.fill(option)
    control.press("Enter")


@dataclass(frozen=True)
class Place:
    """Where the journeys go: a server and a window of the browser."""

    name: str
    address: str
    context: BrowserContext


@dataclass
class Shown:
    """A page as a person sees it: controls by their labels, the chart, the tables."""

    page: Page
    name: str
    place: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def control(self, label: str) -> Locator:
        """A control by its whole label; the first where a page has several parts."""
        return self.page.get_by_label(label, exact=True).first

    def enter(self, label: str, value: float | str) -> None:
        """Type a value into a box, by keyboard alone."""
        self.control(label).focus()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(str(value))
        self.page.keyboard.press("Enter")

    def choose(self, label: str, option: str) -> None:
        """Choose from a list, or from one that is searched by typing."""
        choose(self.control(label), option)

    def table(self, caption: str) -> str:
        """Text of the table whose caption begins so."""
        found = self.page.locator("table.tc-table", has_text=caption).first
        return found.text_content() or ""

    def picture(self) -> str:
        """The first picture of bars, once it is there: its HTML."""
        return self.page.locator(".tc-money").first.inner_html()

    def chart(self) -> str:
        """What the first chart draws, once it is there: shapes and texts."""
        self.page.locator(".js-plotly-plot .cartesianlayer").first.wait_for(state="attached")
        return str(
            self.page.evaluate(
                """() => [...document.querySelector('.js-plotly-plot')
                   .querySelectorAll('.cartesianlayer path, .cartesianlayer text')]
                   .map(e => (e.getAttribute('d') || '') + e.textContent).join('|')"""
            )
        )

    def finding(self) -> str:
        """The sentence above the chart."""
        return self.page.locator(".tc-finding").first.text_content() or ""

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait until something holds; fails with `what`."""
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end, f"{self.name} in {self.place}: {what}"
            self.page.wait_for_timeout(50)

    def save_picture(self, width: int) -> None:
        """Keep a screenshot in build/screenshots/, at a width."""
        folder = BUILD / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        self.page.set_viewport_size({"width": width, "height": TALL})
        at_rest(self.page)
        self.page.screenshot(path=folder / f"{self.name}_{self.place}_{width}.png")

    def misplaced(self) -> list[str]:
        """Labels, controls and texts, also of charts, that lie on each other, leave the page or
        their chart, are cut or too small, at the present width.
        """
        return list(self.page.evaluate(BOXES))

    def same_names(self) -> list[str]:
        """Names that two controls share, so that a screen reader cannot tell them apart."""
        return list(
            self.page.evaluate(
                """() => [...document.querySelectorAll('.tc-page')].flatMap(page =>
                     [...page.querySelectorAll('input, select, textarea')])
                   .filter(e => e.checkVisibility())
                   .map(e => e.ariaLabel || e.labels?.[0]?.textContent || '')
                   .filter((name, i, names) => name && names.indexOf(name) !== i)"""
            )
        )


AXE = Path(axe_core_python.__file__).parent / "axe.min.js"
BOXES = (Path(__file__).parent / "boxes.js").read_text(encoding="utf-8")


def inaccessible(page: Page, part: str = ".tc-page") -> list[str]:
    """Findings of axe-core in the page's own content, from moderate to critical.

    Of long tables the first rows: the others are made alike, and would take most of the time.
    """
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    what = {"include": [[part]], "exclude": [[".tc-table tbody tr:nth-child(n+6)"]]}
    found = page.evaluate("what => axe.run(what, {resultTypes: ['violations']})", what)
    return [
        f"{finding['id']}: {finding['nodes'][0]['html'][:200]}"
        for finding in found["violations"]
        if finding["impact"] in ("moderate", "serious", "critical")
    ]


# anywidget says so of a module that took more than two seconds, as on a busy machine. The page does
# without what it then withholds: test_under_fire.py opens one where that limit passes at once.
TOO_SLOW_FOR_ANYWIDGET = "[anywidget] Failed to initialize model."


def _record(text: str, shown: Shown) -> None:
    if text != TOO_SLOW_FOR_ANYWIDGET:
        shown.errors.append(text)


@pytest.fixture(scope="session", params=["lab", "voila"])
def place(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Place]:
    """JupyterLab, then the app, each in a window that keeps the files which it has fetched."""
    address = request.getfixturevalue(request.param)
    context = browser.new_context(viewport={"width": WIDE, "height": TALL})
    yield Place(request.param, address, context)
    context.close()


@pytest.fixture
def open_page(place: Place) -> Iterator[Callable[[str], Shown]]:
    """Opens a notebook by its name: once in JupyterLab, once as a page of the app.

    At the end of the test nothing may have been asked of another host, no error may stand in the
    console, nothing may lie on anything else or leave the page at either width, and axe-core may
    find nothing but trifles.
    """
    address = place.address
    opened: list[Shown] = []

    def open_(name: str) -> Shown:
        page = place.context.new_page()
        page.set_default_timeout(WAIT_SECONDS * 1000)
        shown = Shown(page, name, place.name)
        opened.append(shown)
        host = urlparse(address).netloc
        page.on(
            "request",
            lambda asked: (
                urlparse(asked.url).netloc in ("", host) or shown.outside.append(asked.url)
            ),
        )
        page.on(
            "console",
            lambda message: message.type != "error" or _record(message.text, shown),
        )
        page.on("pageerror", lambda error: _record(str(error), shown))
        if place.name == "lab":
            path = f"lab/workspaces/{uuid.uuid4()}/tree/{name}.ipynb?token={TOKEN}&reset"
            page.goto(address + path)
            page.locator(".jp-Notebook .jp-Cell").first.wait_for()
            # Cells that are run before there is a kernel are not run at all.
            page.get_by_text("(ipykernel) | Idle").wait_for()
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        else:
            page.goto(f"{address}?token={TOKEN}")
            page.locator(f'a[href$="{name}.ipynb"]').click()
            page.wait_for_function(LIVE)
        try:
            page.locator(".tc-page table.tc-table").first.wait_for(state="attached")
        except PlaywrightError:
            shown.save_picture(WIDE)
            raise
        return shown

    yield open_
    try:
        for shown in opened:
            for width in (NARROW, WIDE):
                shown.save_picture(width)
                assert shown.misplaced() == [], f"at {width} pixels"
            assert shown.same_names() == []
            if shown.place == "voila":
                assert inaccessible(shown.page) == []
            assert shown.outside == []
            assert shown.errors == []
    finally:
        for shown in opened:
            shown.page.close()
