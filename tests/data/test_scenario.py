"""Scenarios: nonsense is refused when they are made, and JSON gives the same scenario back."""

from __future__ import annotations

import math
from typing import Any

import pytest

from compare.data.patient import Patient
from compare.data.scenario import Scenario

ADULT = Patient(weight_kg=70, age_years=54, factors=frozenset({"diabetes", "anemia"}))


@pytest.mark.parametrize("weight", [-1.0, math.nan, math.inf])
def test_weights_that_are_none_are_refused(weight: float) -> None:
    """A weight below 0, or no number, names the criterion."""
    with pytest.raises(ValueError, match=r"weight of cost is .*; expected 0 or more"):
        Scenario("cidp", ADULT, weights={"cost": weight})


@pytest.mark.parametrize("ends", [(5, 5), (6, 5), (0, math.inf), (math.nan, 1)])
def test_ranges_that_are_none_are_refused(ends: tuple[float, float]) -> None:
    """A range without width, turned round or without an end names the criterion."""
    with pytest.raises(ValueError, match=r"range of cost is .*; expected low below high"):
        Scenario("cidp", ADULT, ranges={"cost": ends})


def test_json_gives_the_same_scenario_back() -> None:
    """Everything that was set comes back, and equal scenarios give equal text."""
    told: dict[str, Any] = {
        "criteria": ("cost", "harm"), "weights": {"harm": 0.25, "cost": 0.75},
        "ranges": {"cost": (0, 100)}, "price_basis": "nadac", "seed": 7, "name": "mine",
        "options": {"how": "swing"},
    }  # fmt: skip
    one = Scenario("cidp", ADULT, **told)
    again = Scenario.from_json(one.to_json())
    assert again == one
    assert again.to_json() == one.to_json()
    assert again.patient.factors == {"diabetes", "anemia"}
