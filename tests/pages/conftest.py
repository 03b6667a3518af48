"""Views that tests of several files look at."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

import compare
from compare.pages.tradeoffs import page as tradeoffs

CROSSING = {"cross_trials": True}


@pytest.fixture
def make(evidence: compare.Evidence) -> Callable[..., tradeoffs.View]:
    """Views of a condition's opening scenario with some settings changed."""

    def view(condition_id: str = "gmg", **changes: Any) -> tradeoffs.View:
        scenario = tradeoffs.opening(evidence, condition_id)
        return tradeoffs.view(evidence, dataclasses.replace(scenario, **changes))

    return view
