"""Whole containers with least waste."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.cost.containers import containers, cover

MG = 1_000


def opened(dose_mg: float, *strengths_mg: float) -> list[int]:
    """Containers of each strength for one dose."""
    strengths = tuple(round(s * MG) for s in strengths_mg)
    return [int(n) for n in containers(np.array([dose_mg * MG]), strengths)[0]]


def test_300_mg_takes_three_100s() -> None:
    """An exact cover by small vials beats a larger vial that wastes a quarter."""
    assert opened(300, 100, 400) == [3, 0]


def test_305_mg_takes_one_400() -> None:
    """Four 100s and one 400 waste the same: the fewer vials win."""
    assert opened(305, 100, 400) == [0, 1]


def test_28_g_takes_30_g() -> None:
    """28 g from 5, 10, 20 and 40 g vials: 30 g is the least total that covers, as 20 + 10."""
    assert opened(28_000, 5_000, 10_000, 20_000, 40_000) == [0, 1, 1, 0]


def test_rounding_opens_no_vial_too_many() -> None:
    """0.1 g/kg x 3 is 0.30000000000000004 g in floats and still three 100 mg vials."""
    assert opened(0.1 * 3 * 1000, 100) == [3]


def test_no_dose_opens_nothing() -> None:
    """A dose of 0, or one that is not known, opens no vial."""
    assert opened(0, 100) == [0]
    assert opened(float("nan"), 100) == [0]


@settings(deadline=None)
@given(
    dose=st.integers(0, 150),
    strengths=st.lists(st.integers(3, 60), min_size=1, max_size=3, unique=True),
)
def test_least_waste_against_enumeration(dose: int, strengths: list[int]) -> None:
    """The table finds the total and the count that trying every combination finds."""
    ordered = tuple(sorted(strengths))
    counts = containers(np.array([float(dose)]), ordered)[0]
    total = int(counts @ np.array(ordered))
    spans = [range(-(-dose // s) + 1) for s in ordered]
    best = min(
        (sum(n * s for n, s in zip(c, ordered, strict=True)), sum(c))
        for c in product(*spans)
        if sum(n * s for n, s in zip(c, ordered, strict=True)) >= dose
    )
    assert (total, int(counts.sum())) == best


def test_tables_are_shared_between_doses() -> None:
    """A second dose of the same size class makes no second table."""
    cover.cache_clear()
    containers(np.array([300_000.0]), (100_000, 400_000))
    containers(np.array([310_000.0]), (100_000, 400_000))
    assert cover.cache_info().misses == 1
