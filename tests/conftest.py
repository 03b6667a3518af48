"""Fixtures shared by all tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

import compare
from tests.offline import sitecustomize

ROOT = Path(__file__).parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OFFLINE = Path(__file__).parent / "offline"

hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "project")


@pytest.fixture(scope="session")
def evidence() -> compare.Evidence:
    """The project's own data package."""
    return compare.load()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a screen: one for all tests, since two cannot be driven.

    Without one the test is skipped; in CI that is a failure.
    """
    program = chromium()
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("no Chromium on this machine; install it, or name one in CHROMIUM")
    assert program, "no Chromium on this machine"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield started
        started.close()


def chromium() -> str | None:
    """The system's Chromium."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def pytest_configure() -> None:
    """Neither the tests nor any Python that they start (kernels, servers) reach other machines."""
    sitecustomize.block()
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), inherited]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers take a file each; those of the site count as one, since it takes long to write."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415  (only with workers)

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            site = "tests/site/"
            return site if nodeid.startswith(site) else str(super()._split_scope(nodeid))

    return ByFile(config, log)
