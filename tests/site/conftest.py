"""The site with few weights and a short list of history, and a browser that opens its files."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from compare import Evidence
from compare.site import options, write
from tests.browser.conftest import chromium

MUST = ("iga_deficiency", "corn_allergy", "hyperprolinemia", "achr_positive", "heart_failure")


@dataclass(frozen=True)
class Site:
    """Where it lies, and what can be entered."""

    folder: Path
    weights: list[int]
    factors: list[str]

    def address(self, file: str) -> str:
        """A file of the site, as a reader opens it."""
        return (self.folder / file).as_uri()


@pytest.fixture(scope="session")
def site(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """All conditions, at three weights; what bars a product, and other factors by chance."""
    folder = tmp_path_factory.mktemp("site")
    weights = sorted(random.sample(write.WEIGHTS, 3))
    factors = sorted({*MUST, *random.sample(options.history_of(evidence), 5)})
    write.write(evidence, folder, weights, factors)
    return Site(folder, weights, factors)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's browser; without one these tests are skipped."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on this machine; install it, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without a network, on which any error of a script fails the test."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
