"""The site with few weights and a short list of history, and a browser that opens its files."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from compare import Evidence
from compare.site import options, write

MUST = (
    "iga_deficiency",
    "thrombosis_history",
    "corn_allergy",
    "hyperprolinemia",
    "achr_positive",
    "seronegative",
)


@dataclass(frozen=True)
class Site:
    """Where it lies, and what can be entered."""

    folder: Path
    conditions: list[str]
    weights: list[int]
    factors: list[str]

    def address(self, file: str) -> str:
        """A file of the site, as a reader opens it."""
        return (self.folder / file).as_uri()


@pytest.fixture(scope="session")
def site(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A share by chance: conditions, weights, and what the history can hold."""
    folder = tmp_path_factory.mktemp("site")
    # A label in pJIA is bounded by weight.
    sure = ["cidp", "gmg", "pjia"]
    others = [key for key in evidence.by_id("conditions") if key not in sure]
    conditions = [*sure, random.choice(others)]
    ends = write.WEIGHTS[0], write.WEIGHTS[-1]
    weights = sorted({*ends, random.choice(write.WEIGHTS)})
    factors = sorted({*MUST, *random.sample(options.history_of(evidence), 4)})
    write.write(evidence, folder, weights, factors, conditions)
    return Site(folder, conditions, weights, factors)


@pytest.fixture(scope="session")
def whole_site(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site as `make site` writes it."""
    folder = tmp_path_factory.mktemp("whole_site")
    write.write(evidence, folder)
    conditions = list(evidence.by_id("conditions"))
    return Site(folder, conditions, list(write.WEIGHTS), options.history_of(evidence))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without a network; a script's error, or a request for more than files, is a fault."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
