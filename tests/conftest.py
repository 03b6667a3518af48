"""Fixtures shared by all tests."""

import os
from pathlib import Path

import hypothesis
import pytest

import compare
from tests.offline import sitecustomize

ROOT = Path(__file__).parents[1]
OFFLINE = Path(__file__).parent / "offline"

hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "project")


@pytest.fixture(scope="session")
def evidence() -> compare.Evidence:
    """The project's own data package."""
    return compare.load()


def pytest_configure() -> None:
    """Neither the tests nor any Python that they start (kernels, servers) reach other machines."""
    sitecustomize.block()
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), inherited]))
