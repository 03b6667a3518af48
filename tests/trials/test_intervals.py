"""Intervals against an independent implementation and worked cases."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from compare.trials.intervals import risk_difference, wilson

TABLES = 10_000


@pytest.fixture(scope="module")
def tables() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Random two-by-two tables, small and large, with many empty and full cells."""
    random = np.random.default_rng(20261122)
    n1, n2 = (random.integers(1, 10 ** random.integers(1, 4, TABLES) + 1) for _ in range(2))
    x1, x2 = random.integers(0, n1 + 1), random.integers(0, n2 + 1)
    edge = random.random(TABLES)
    x1 = np.where(edge < 0.05, 0, np.where(edge > 0.95, n1, x1))
    return x1, n1, x2, n2


def test_wilson_agrees_with_statsmodels(tables):
    """Wilson's interval is statsmodels' to 1e-10 on 10,000 random proportions."""
    x1, n1, _, _ = tables
    low, high = wilson(x1, n1)
    expected_low, expected_high = proportion_confint(x1, n1, alpha=0.05, method="wilson")
    assert np.abs(low - expected_low).max() < 1e-10
    assert np.abs(high - expected_high).max() < 1e-10


def test_newcombe_agrees_with_statsmodels(tables):
    """Newcombe's interval is statsmodels' to 1e-10 on 10,000 random tables."""
    _, low, high = risk_difference(*tables)
    expected = np.array(
        [
            confint_proportions_2indep(*row, method="newcomb", compare="diff", alpha=0.05)
            for row in zip(*tables, strict=True)
        ]
    )
    assert np.abs(low - expected[:, 0]).max() < 1e-10
    assert np.abs(high - expected[:, 1]).max() < 1e-10


def test_newcombe_is_antisymmetric_and_bounded(tables):
    """Swapping the arms flips the sign; limits stay in [-1, 1] and hold the point estimate."""
    x1, n1, x2, n2 = tables
    d, low, high = risk_difference(x1, n1, x2, n2)
    swapped, swapped_low, swapped_high = risk_difference(x2, n2, x1, n1)
    assert np.abs(d + swapped).max() < 1e-12
    assert np.abs(low + swapped_high).max() < 1e-12
    assert np.abs(high + swapped_low).max() < 1e-12
    assert low.min() >= -1 - 1e-12
    assert high.max() <= 1 + 1e-12
    assert np.all(low <= d + 1e-12)
    assert np.all(d <= high + 1e-12)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((10, 10, 0, 20), 0.6791, 1.0),
    ],
)
def test_published_cases(table, low, high):
    """The worked cases of Newcombe's paper come out to four digits."""
    _, found_low, found_high = risk_difference(*table)
    assert round(float(found_low), 4) == low
    assert round(float(found_high), 4) == high


def test_wilson_by_hand():
    """5 of 10: center 0.5, half 1.96 sqrt(0.025 + 3.8415/400) / 1.38415 = 0.2634."""
    low, high = wilson(5, 10)
    assert float(low) == pytest.approx(0.2366, abs=5e-5)
    assert float(high) == pytest.approx(0.7634, abs=5e-5)


@given(n=st.integers(1, 5000), data=st.data())
def test_wilson_holds_its_point_and_is_symmetric(n, data):
    """The interval holds events / n, lies in [0, 1], and mirrors when events are counted out."""
    x = data.draw(st.integers(0, n))
    low, high = wilson(x, n)
    assert 0 <= low <= x / n + 1e-12
    assert x / n - 1e-12 <= high <= 1
    mirrored_low, mirrored_high = wilson(n - x, n)
    assert float(low) == pytest.approx(1 - float(mirrored_high), abs=1e-12)
    assert float(high) == pytest.approx(1 - float(mirrored_low), abs=1e-12)


def test_nothing_in_nothing_out():
    """A missing count gives a missing interval, not zero."""
    low, high = wilson([np.nan, 1], [10, 10])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert not np.isnan(low[1])


@pytest.mark.parametrize(("events", "n"), [(-1, 10), (11, 10), (0, 0), (1, -5)])
def test_impossible_counts_are_refused(events, n):
    """Events outside 0 to n, or no patients, raise ValueError."""
    with pytest.raises(ValueError, match="holds a number"):
        wilson(events, n)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.99])
def test_other_levels_agree_with_statsmodels(level):
    """The level that is asked for reaches both arms."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    _, low, high = risk_difference(56, 70, 48, 80, z)
    wanted = confint_proportions_2indep(
        56, 70, 48, 80, method="newcomb", compare="diff", alpha=1 - level
    )
    assert (float(low), float(high)) == pytest.approx(wanted, abs=1e-10)


def test_counts_with_blanks_against_one_size():
    """Whole and missing numbers in one list, which stands against one size for all."""
    low, high = wilson([5, None], 10)
    assert low[0] == pytest.approx(0.2366, abs=5e-5)
    assert np.isnan(high[1])


def test_refusals_say_what_is_wrong():
    """Which of the two numbers, and what was expected."""
    with pytest.raises(ValueError, match=r"^n holds a number that is not positive; expected 1"):
        wilson(0, 0)
    with pytest.raises(ValueError, match=r"^events holds a number outside 0 to n$"):
        risk_difference(1, 2, 3, 2)


def test_no_event_and_nothing_but_events_end_exactly():
    """0 of n begins at 0 and n of n ends at 1, without the last digit that rounding leaves."""
    n = np.arange(1, 200)
    assert (wilson(np.zeros(199), n)[0] == 0).all()
    assert (wilson(n, n)[1] == 1).all()
    assert (wilson(np.ones(199), n + 1)[0] > 0).all()
