"""Acceptabilities: drawn figures, drawn weights, ranks; the same digits each time."""

from __future__ import annotations

import re
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import compare
from compare import preferences
from compare.preferences import draws as acceptability
from tests.preferences.test_preferences import EQUAL, RANGES, nemeroff_thase, points, random_table


def test_first_rank_acceptability_is_the_published_one() -> None:
    """All weightings: placebo is first in 0.747 of them (10,000 published draws said 0.743)."""
    shares = compare.rank_acceptability(nemeroff_thase(), None, RANGES)
    assert shares.at["placebo", "rank_1"] == pytest.approx(0.747, abs=0.005)


def test_drawn_order_weights_have_their_centroid_as_mean() -> None:
    """Weightings drawn under an order average to the rank-order centroid."""
    drawn = preferences.sample(nemeroff_thase())
    order = ["nausea", "response", "anxiety", "insomnia"]
    weights = drawn.weights(order, 0, 100_000)
    assert weights is not None
    mean = dict(zip(drawn.decision.criteria, weights[0].mean(axis=1), strict=True))
    for name, wanted in preferences.rank_order_centroid(order).items():
        assert mean[name] == pytest.approx(wanted, abs=0.002)


@settings(max_examples=25, deadline=None)
@given(
    therapies=st.integers(1, 6),
    criteria=st.integers(1, 5),
    seed=st.integers(0, 10_000),
    gaps=st.sampled_from([0.0, 0.2, 0.5]),
    how=st.sampled_from(["none", "order", "exact"]),
)
def test_acceptabilities_sum_to_one(
    therapies: int, criteria: int, seed: int, gaps: float, how: str
) -> None:
    """Down and across, with gaps too; therapies with too little reported are blank throughout."""
    table = random_table(therapies, criteria, seed, gaps)
    names = [f"c{k}" for k in range(criteria)]
    weights = {"none": None, "order": names[::-1], "exact": dict.fromkeys(names, 1.0)}[how]
    shares = compare.rank_acceptability(table, weights, draws=2000, seed=seed)
    lost = shares.attrs["too_little_reported"]
    ranked = shares.drop(index=lost)
    assert ranked.notna().all(axis=None)
    np.testing.assert_allclose(ranked.sum(axis=0), 1, atol=1e-9)
    np.testing.assert_allclose(ranked.sum(axis=1), 1, atol=1e-9)
    assert len(ranked) + len(lost) == therapies
    assert shares.loc[lost].isna().all(axis=None)


@settings(max_examples=40, deadline=None)
@given(
    better=st.lists(st.floats(0, 100), min_size=3, max_size=3),
    gap=st.floats(1e-12, 50),
    where=st.integers(0, 2),
)
def test_a_dominated_therapy_is_never_first(better: list[float], gap: float, where: int) -> None:
    """Worse on one criterion, by however little, and no better on any: first in no weighting."""
    worse = list(better)
    worse[where] += gap
    if worse == better:
        return
    names = ["a", "b", "c"]
    cells = {
        "worse": dict(zip(names, worse, strict=True)),
        "better": dict(zip(names, better, strict=True)),
        "other": {"a": 50.0, "b": 50.0, "c": 50.0},
    }
    shares = compare.rank_acceptability(points(cells), draws=500)
    assert shares.at["worse", "rank_1"] == 0


def test_a_seed_gives_the_same_digits_twice() -> None:
    """Twice the same, whatever the order of rows; another seed gives other digits."""
    table = random_table(5, 4, 1)
    once = compare.rank_acceptability(table, draws=5000, seed=7)
    pd.testing.assert_frame_equal(once, compare.rank_acceptability(table, draws=5000, seed=7))
    assert not once.equals(compare.rank_acceptability(table, draws=5000, seed=8))


def test_other_therapies_draw_the_same_figures_when_one_changes() -> None:
    """A cell's draws depend on its own therapy, criterion and counts alone."""
    table = random_table(4, 3, 2)
    fewer = table[table["therapy_id"].ne("t2")]
    ranges = {f"c{k}": (0.0, 1.0) for k in range(3)}
    drawn = [
        next(preferences.sample(t, 1000).values(ranges, None, "range"))[0] for t in (table, fewer)
    ]
    np.testing.assert_array_equal(np.delete(drawn[0], 2, axis=1), drawn[1])


def test_the_monte_carlo_error_falls_as_one_over_root_draws() -> None:
    """Sixteen times the draws, a quarter of the spread between seeds."""
    table = nemeroff_thase()
    spread = []
    for draws in (400, 6400):
        firsts = [
            compare.rank_acceptability(table, None, RANGES, draws=draws, seed=s).at[
                "placebo", "rank_1"
            ]
            for s in range(60)
        ]
        spread.append(np.std(firsts))
    # The standard error of a standard deviation of 60 runs is 9 percent, of the ratio 13.
    assert spread[0] / spread[1] == pytest.approx(4, rel=0.4)
    assert spread[1] == pytest.approx(np.sqrt(0.747 * 0.253 / 6400), rel=0.4)


def test_a_million_draws_are_made_in_chunks_and_agree() -> None:
    """Memory stays that of one chunk; the share is the published one within its smaller error."""
    drawn = preferences.sample(nemeroff_thase(), draws=1_000_000)
    assert drawn.chunk_draws == 100_000
    shares = preferences.rank(drawn, None, RANGES).acceptability
    assert shares.at["placebo", "rank_1"] == pytest.approx(0.747, abs=0.0025)


def test_200_therapies_by_30_criteria() -> None:
    """A large table is ranked, in chunks that stay small; sums still hold."""
    drawn = preferences.sample(random_table(200, 30, 3), draws=2000)
    assert drawn.chunk_draws * 200 * 30 <= 8_000_000
    found = preferences.rank(drawn)
    np.testing.assert_allclose(found.acceptability.sum(axis=0), 1, atol=1e-9)
    np.testing.assert_allclose(found.acceptability.sum(axis=1), 1, atol=1e-9)


def test_sorting_and_pairing_count_alike() -> None:
    """The two ways of counting ranks (few or many therapies) agree, ties included."""
    from compare.preferences import _counts  # noqa: PLC0415

    rng = np.random.default_rng(0)
    total = rng.integers(0, 6, (5, 3000)).astype(np.float32)
    sure = np.zeros((5, 5), dtype=bool)
    paired = _counts.count_ranks(total, sure)
    by_sorting = _counts._count_by_sorting(total, sure)
    for one, other in zip(paired, by_sorting, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    np.testing.assert_allclose(paired[0].sum(axis=0), 3000)


def test_equal_therapies_share_every_rank() -> None:
    """Three therapies with the same figures take each rank a third of the time."""
    same: dict[str, float | None] = {"cost": 5.0, "harm": 2.0}
    cells = {name: dict(same) for name in "abc"} | {"d": {"cost": 9.0, "harm": 9.0}}
    found = preferences.rank(points(cells), draws=300)
    shares = found.acceptability
    np.testing.assert_allclose(shares.loc[["a", "b", "c"], ["rank_1", "rank_2", "rank_3"]], 1 / 3)
    assert shares.at["d", "rank_4"] == 1
    assert found.pairwise.at["a", "b"] == pytest.approx(0.5)


def test_too_little_reported_takes_no_rank() -> None:
    """More than a third of the weight on missing cells: blanks in place of an acceptability."""
    table = points(
        {
            "a": {"x": 1, "y": 2, "z": None},
            "b": {"x": 2, "y": 1, "z": 1},
            "c": {"x": 3, "y": None, "z": None},
        }
    )
    shares = compare.rank_acceptability(table, None, draws=200)
    assert shares.attrs["too_little_reported"] == ["c"]
    assert list(shares.columns) == ["rank_1", "rank_2"]
    assert shares.loc["c"].isna().all()
    exact = compare.rank_acceptability(table, {"x": 1, "y": 1, "z": 2}, draws=200)
    assert exact.attrs["too_little_reported"] == ["a", "c"]


def test_each_distribution_draws_what_it_says() -> None:
    """Means and spreads of 100,000 draws against the formulas of each distribution."""
    rows = [
        # Beta(10 + 1, 40 - 10 + 1): mean 11/42, sd sqrt(11 * 31 / (42^2 * 43))
        ("beta", 0.25, np.nan, np.nan, 10, 40, np.nan, np.nan, 11 / 42, 0.0670),
        # minus Beta(5 + 1, 50 - 5 + 1): mean 6/52, sd 0.0439; together 0.0801
        ("difference", 0.15, np.nan, np.nan, 10, 40, 5, 50, 11 / 42 - 6 / 52, 0.0801),
        ("normal", 5.0, 5.0 - 1.96, 5.0 + 1.96, *[np.nan] * 4, 5.0, 1.0),
        # log scale: sd (log 2 - log 0.5) / 3.92 = 0.35365; mean 1 * exp(sd^2 / 2)
        ("lognormal", 1.0, 0.5, 2.0, *[np.nan] * 4, np.exp(0.35365**2 / 2), 0.3879),
        ("range", np.nan, 10.0, 22.0, *[np.nan] * 4, 16.0, 12 / np.sqrt(12)),
        ("fixed", 3.0, np.nan, np.nan, *[np.nan] * 4, 3.0, 0.0),
    ]
    names = ["distribution", "value", "low", "high", "events", "n", "comparator_events",
             "comparator_n", "mean", "sd"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    table = table.assign(therapy_id="a", criterion=table["distribution"], favors="higher")
    ranges = dict.fromkeys(table["criterion"], (-100.0, 100.0))
    drawn = next(preferences.sample(table).values(ranges, None, "range"))[0][:, 0]
    amounts = drawn.astype(float) * 200 - 100
    np.testing.assert_allclose(amounts.mean(axis=1), table["mean"], atol=0.03)
    np.testing.assert_allclose(amounts.std(axis=1), table["sd"], rtol=0.02, atol=1e-9)


def test_central_weights_and_confidence() -> None:
    """a wins on cost, b on harm: each one's central weights lean there, and hold at them."""
    table = points({"a": {"cost": 0, "harm": 10}, "b": {"cost": 100, "harm": 0}})
    drawn = preferences.sample(table, 20_000)
    found = preferences.rank(drawn)
    assert found.central_weights is not None
    assert found.first_when is not None
    # Uniform weights: the mean weight of cost where it is above 0.5 is 0.75.
    assert found.central_weights.at["a", "cost"] == pytest.approx(0.75, abs=0.01)
    assert found.first_when.at["a", "cost"] == pytest.approx(1)
    assert found.first_when.at["a", "harm"] == pytest.approx(0)
    assert preferences.confidence_factors(drawn, found).to_dict() == {"a": 1.0, "b": 1.0}


def test_a_change_of_weight_draws_nothing_again() -> None:
    """The second weighing of the same draws takes a small part of the first one's time."""
    drawn = preferences.sample(random_table(12, 6, 5))
    start = time.perf_counter()
    preferences.rank(drawn, {"c0": 1, "c1": 1})
    first = time.perf_counter() - start
    times = []
    for k in range(5):
        start = time.perf_counter()
        preferences.rank(drawn, {"c0": 1, f"c{k + 1}": 2})
        times.append(time.perf_counter() - start)
    assert min(times) < first / 3


def test_large_samples_are_drawn_again_to_the_same_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where draws are too many to keep, they are made again at each weighing, digit for digit."""
    kept = preferences.sample(nemeroff_thase(), draws=2000)
    wanted = compare.rank_acceptability(kept, EQUAL, RANGES)
    monkeypatch.setattr(acceptability, "KEPT_CELLS", 0)
    again = preferences.sample(nemeroff_thase(), draws=2000)
    for _ in range(2):
        pd.testing.assert_frame_equal(compare.rank_acceptability(again, EQUAL, RANGES), wanted)
    assert not again._kept


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"draws": 0}, "draws is 0; expected a whole number from 1 to 10,000,000"),
        ({"draws": 10.5}, "draws is 10.5; expected"),
        ({"draws": float("nan")}, "draws is nan; expected"),
        ({"seed": -1}, "seed is -1; expected a whole number from 0 to "),
    ],
)
def test_impossible_draws_are_refused(arguments: dict[str, float], said: str) -> None:
    """No draws, a part of a draw, or a seed that no generator takes."""
    with pytest.raises(ValueError, match=re.escape(said)):
        preferences.sample(nemeroff_thase(), **arguments)  # type: ignore[arg-type]


def test_confidence_of_exact_weights_is_the_share_itself() -> None:
    """With exact weights there are no central ones: confidence is how often it is first."""
    drawn = preferences.sample(nemeroff_thase(), draws=2000)
    found = preferences.rank(drawn, EQUAL, RANGES)
    factors = preferences.confidence_factors(drawn, found, RANGES)
    pd.testing.assert_series_equal(factors, found.acceptability["rank_1"])


def test_a_therapy_that_is_never_first_has_no_confidence() -> None:
    """Beaten on everything in every draw: no central weights, no confidence factor."""
    table = points({"good": {"cost": 1, "harm": 1}, "bad": {"cost": 2, "harm": 2}})
    drawn = preferences.sample(table, draws=200)
    found = preferences.rank(drawn, None)
    factors = preferences.confidence_factors(drawn, found)
    assert factors["good"] == 1
    assert np.isnan(factors["bad"])
