"""Preferences over a table of effects: values, weights, Pareto sets and acceptabilities."""

from __future__ import annotations

import re
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import WSM
from pymcdm.normalizations import minmax_normalization

import compare
from compare import preferences
from compare.preferences import draws as acceptability
from compare.preferences.decision import read, value_functions

RANGES = {
    "response": (0.28, 0.63),
    "nausea": (0.04, 0.50),
    "insomnia": (0.08, 0.31),
    "anxiety": (0.0, 0.17),
}
COUNTS = {
    "placebo": {
        "response": (37, 101), "nausea": (8, 102), "insomnia": (14, 102), "anxiety": (1, 102),
    },
    "fluoxetine": {
        "response": (45, 100), "nausea": (22, 102), "insomnia": (15, 102), "anxiety": (7, 102),
    },
    "venlafaxine": {
        "response": (51, 96), "nausea": (40, 100), "insomnia": (22, 100), "anxiety": (10, 100),
    },
}  # fmt: skip
EQUAL = dict.fromkeys(RANGES, 0.25)


def nemeroff_thase(unit: float = 1.0) -> pd.DataFrame:
    """Nemeroff and Thase 2007 as modeled by Tervonen 2011, proportions times `unit`."""
    return pd.DataFrame(
        [
            {
                "therapy_id": therapy,
                "criterion": criterion,
                "value": unit * events / n,
                "favors": "higher" if criterion == "response" else "lower",
                "distribution": "beta",
                "events": events,
                "n": n,
            }
            for therapy, cells in COUNTS.items()
            for criterion, (events, n) in cells.items()
        ]
    )


def points(cells: dict[str, dict[str, float | None]], higher: tuple[str, ...] = ()) -> pd.DataFrame:
    """A table of exact figures; None is a missing cell."""
    return pd.DataFrame(
        [
            {
                "therapy_id": therapy,
                "criterion": criterion,
                "value": np.nan if value is None else value,
                "favors": "higher" if criterion in higher else "lower",
                "distribution": "missing" if value is None else "fixed",
            }
            for therapy, row in cells.items()
            for criterion, value in row.items()
        ]
    )


def random_table(therapies: int, criteria: int, seed: int, gaps: float = 0.0) -> pd.DataFrame:
    """A table of Betas, some cells missing."""
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 300, (therapies, criteria))
    events = rng.integers(0, n + 1)
    missing = rng.random((therapies, criteria)) < gaps
    return pd.DataFrame(
        [
            {
                "therapy_id": f"t{t}",
                "criterion": f"c{c}",
                "value": np.nan if missing[t, c] else events[t, c] / n[t, c],
                "favors": "lower" if c % 2 else "higher",
                "distribution": "missing" if missing[t, c] else "beta",
                "events": events[t, c],
                "n": n[t, c],
            }
            for t in range(therapies)
            for c in range(criteria)
        ]
    )


def test_equal_weights_give_the_published_values() -> None:
    """Nemeroff and Thase: placebo 0.714, fluoxetine 0.112 and venlafaxine 0.28 less.

    Placebo by hand: (37/101 - 0.28) / 0.35 = 0.2467; (0.50 - 8/102) / 0.46 = 0.9165;
    (0.31 - 14/102) / 0.23 = 0.7511; (0.17 - 1/102) / 0.17 = 0.9423; their mean is 0.7141.
    """
    value = compare.weighted_value(nemeroff_thase(), EQUAL, RANGES).set_index("therapy_id")["value"]
    assert value["placebo"] == pytest.approx(0.714, abs=0.0005)
    assert value["placebo"] - value["fluoxetine"] == pytest.approx(0.112, abs=0.0015)
    assert value["placebo"] - value["venlafaxine"] == pytest.approx(0.28, abs=0.005)


def test_first_rank_acceptability_is_the_published_one() -> None:
    """All weightings: placebo is first in 0.747 of them (10,000 published draws said 0.743)."""
    shares = compare.rank_acceptability(nemeroff_thase(), None, RANGES)
    assert shares.at["placebo", "rank_1"] == pytest.approx(0.747, abs=0.005)


def test_rank_order_centroid_of_four() -> None:
    """Four criteria in order weigh 0.5208, 0.2708, 0.1458 and 0.0625: (1 + 1/2 + 1/3 + 1/4) / 4."""
    found = preferences.rank_order_centroid(["a", "b", "c", "d"])
    assert [round(w, 4) for w in found.values()] == [0.5208, 0.2708, 0.1458, 0.0625]


def test_drawn_order_weights_have_their_centroid_as_mean() -> None:
    """Weightings drawn under an order average to the rank-order centroid."""
    drawn = preferences.sample(nemeroff_thase())
    order = ["nausea", "response", "anxiety", "insomnia"]
    weights = drawn.weights(order, 0, 100_000)
    assert weights is not None
    mean = dict(zip(drawn.decision.criteria, weights[0].mean(axis=1), strict=True))
    for name, wanted in preferences.rank_order_centroid(order).items():
        assert mean[name] == pytest.approx(wanted, abs=0.002)


def test_swing_weights_share_the_points() -> None:
    """Swings of 100, 60 and 40 points weigh 0.5, 0.3 and 0.2."""
    found = preferences.swing_weights({"a": 100, "b": 60, "c": 40})
    assert found == pytest.approx({"a": 0.5, "b": 0.3, "c": 0.2})


@pytest.mark.filterwarnings("ignore::UserWarning:pymcdm")
def test_pymcdm_agrees_on_weighted_values_of_1000_tables() -> None:
    """The weighted sum of pymcdm, which nobody here wrote, gives the same values."""
    rng = np.random.default_rng(4)
    for _ in range(1000):
        shape = (int(rng.integers(2, 8)), int(rng.integers(1, 7)))
        matrix = rng.normal(0, 100, shape)
        weights = rng.dirichlet(np.ones(shape[1]))
        higher = rng.random(shape[1]) < 0.5
        names = [f"c{k}" for k in range(shape[1])]
        cells = {
            f"t{t}": dict(zip(names, map(float, row), strict=True)) for t, row in enumerate(matrix)
        }
        table = points(cells, tuple(n for n, up in zip(names, higher, strict=True) if up))
        ours = compare.weighted_value(table, dict(zip(names, weights, strict=True)))["value"]
        oracle = WSM(minmax_normalization)(matrix, weights, np.where(higher, 1, -1))
        np.testing.assert_allclose(ours, oracle, atol=1e-9)


def test_shares_add_up_to_the_value() -> None:
    """Without gaps a therapy's shares by criterion sum to its value, between its bounds."""
    found = compare.weighted_value(nemeroff_thase(), ["response", "nausea", "insomnia", "anxiety"])
    np.testing.assert_allclose(found[list(RANGES)].sum(axis=1), found["value"])
    assert (found["value_low"] <= found["value"]).all()
    assert (found["value"] <= found["value_high"]).all()


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


def test_a_change_of_unit_changes_nothing() -> None:
    """Percent in place of proportions, with ranges to match: the same digits."""
    once = compare.rank_acceptability(nemeroff_thase(), None, RANGES, draws=20_000)
    ranges = {name: (100 * low, 100 * high) for name, (low, high) in RANGES.items()}
    percent = compare.rank_acceptability(nemeroff_thase(100), None, ranges, draws=20_000)
    np.testing.assert_allclose(percent, once, atol=2e-4)
    values = [
        compare.weighted_value(table, EQUAL, r)["value"]
        for table, r in ((nemeroff_thase(), RANGES), (nemeroff_thase(100), ranges))
    ]
    np.testing.assert_allclose(*values, atol=1e-12)


def test_a_constant_added_to_all_costs_changes_no_ranking() -> None:
    """Money that everybody pays decides nothing."""
    cells: dict[str, dict[str, float | None]] = {
        "a": {"cost": 10_000, "harm": 4},
        "b": {"cost": 60_000, "harm": 1},
        "c": {"cost": 30_000, "harm": 2},
    }
    more = {t: {**row, "cost": (row["cost"] or 0) + 250_000} for t, row in cells.items()}
    once, again = (compare.rank_acceptability(points(x), draws=20_000) for x in (cells, more))
    np.testing.assert_allclose(once, again, atol=2e-4)


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


def test_one_therapy_and_one_criterion() -> None:
    """A single therapy is first in everything; a single criterion ranks by itself."""
    one = compare.rank_acceptability(points({"a": {"cost": 5.0}}), draws=100)
    assert one.to_numpy().tolist() == [[1.0]]
    two = compare.rank_acceptability(points({"a": {"cost": 5.0}, "b": {"cost": 4.0}}), draws=100)
    assert two["rank_1"].to_dict() == {"a": 0.0, "b": 1.0}


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


def test_a_missing_cell_spans_its_range_and_can_be_set_to_its_worst() -> None:
    """Cost 0 to 100, one of two criteria missing: 0 to 0.5 of value; at worst 0.

    Under a threshold of 25 the missing figure is from 0 to 25, so its value is from 0.75 to 1.
    """
    table = points({"a": {"cost": 0, "harm": None}, "b": {"cost": 100, "harm": 0}})
    ranges = {"cost": (0.0, 100.0), "harm": (0.0, 100.0)}
    row = compare.weighted_value(table, None, ranges).iloc[0]
    assert (row["value_low"], row["value"], row["value_high"]) == (0.5, 0.75, 1.0)
    assert np.isnan(row["harm"])
    assert row["missing_weight"] == 0.5
    worst = compare.weighted_value(table, None, ranges, missing="worst").iloc[0]
    assert (worst["value"], worst["value_high"]) == (0.5, 0.5)
    below = table.assign(below=[np.nan, 25.0, np.nan, np.nan])
    known = compare.weighted_value(below, None, ranges).iloc[0]
    assert (known["value_low"], known["value_high"]) == (0.875, 1.0)
    drawn = next(preferences.sample(below, 5000).values(ranges, None, "range"))[0]
    assert drawn[1, 0].min() >= 0.75
    assert drawn[1, 0].mean() == pytest.approx(0.875, abs=0.005)


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


def test_piecewise_values_bend_where_they_are_told() -> None:
    """Harm of 10 is worth 0.2 on points (0, 1), (5, 0.4), (15, 0): 0.4 * (15 - 10) / 10."""
    table = points({"a": {"harm": 10.0}, "b": {"harm": 2.5}})
    shapes = {"harm": [(0.0, 1.0), (5.0, 0.4), (15.0, 0.0)]}
    value = compare.weighted_value(table, None, shapes=shapes)["value"]
    np.testing.assert_allclose(value, [0.2, 0.7])
    drawn = next(preferences.sample(table, 10).values(None, shapes, "range"))[0]
    np.testing.assert_allclose(drawn[0, :, 0], [0.2, 0.7], atol=1e-6)


@pytest.mark.parametrize(
    "bad",
    [[(0, 0), (5, 1)], [(0, 1), (5, 0.2), (9, 0.4), (15, 0)], [(5, 1), (5, 0)], [(0, 1), (9, 0.5)]],
)
def test_values_that_turn_back_are_refused(bad: list[tuple[float, float]]) -> None:
    """Where lower is better, values fall from 1 to 0 over rising amounts, or a sentence says so."""
    with pytest.raises(ValueError, match="expected"):
        compare.weighted_value(points({"a": {"harm": 1.0}}), None, shapes={"harm": bad})


def test_clipping_is_counted() -> None:
    """One figure of two outside its range: counted per therapy and as a share of draws."""
    table = points({"a": {"cost": 150.0}, "b": {"cost": 50.0}})
    ranges = {"cost": (0.0, 100.0)}
    assert compare.weighted_value(table, None, ranges)["clipped"].tolist() == [1, 0]
    assert preferences.rank(table, None, ranges, draws=100).clipped == pytest.approx(0.5)


def test_default_range_is_the_hull_of_shown_intervals() -> None:
    """From the lowest low to the highest high; counts alone give their own interval."""
    table = nemeroff_thase()
    assert preferences.stated_ranges(table.assign(low=0.01, high=0.6))["nausea"] == (0.01, 0.6)
    low, high = preferences.stated_ranges(table)["nausea"]
    assert low < 8 / 102 < 40 / 100 < high


def test_pareto_front_on_values_and_intervals() -> None:
    """b is beaten by a on both; c is dearest but gentlest; d has a gap and stays apart."""
    table = points(
        {
            "a": {"cost": 1, "harm": 5},
            "b": {"cost": 2, "harm": 6},
            "c": {"cost": 9, "harm": 1},
            "d": {"cost": 1, "harm": None},
        }
    )
    found = preferences.pareto(table).set_index("therapy_id")
    assert found["on_front"].to_dict() == {"a": True, "b": False, "c": True, "d": False}
    assert found.at["b", "dominated_by"] == "a"
    assert not found.at["d", "reported"]
    wide = table.assign(low=table["value"] - 2, high=table["value"] + 2)
    unsure = preferences.pareto(wide, on="intervals").set_index("therapy_id")
    assert unsure.at["b", "on_front"]


def test_equivalent_change_in_dollars() -> None:
    """Weights 0.4 over 10 points and 0.6 over 60,000 dollars: a point is worth 4,000 dollars.

    (0.4 / 10) / (0.6 / 60,000) = 4,000.
    """
    table = points({"a": {"cost": 0, "infection": 10}, "b": {"cost": 60_000, "infection": 0}})
    worth = preferences.equivalent_change(
        table, {"cost": 0.6, "infection": 0.4}, "infection", "cost"
    )
    assert worth == pytest.approx(4000)


def test_break_even_draws_level() -> None:
    """The amount found makes both values equal; where none does, it is blank."""
    table = points(
        {"a": {"cost": 40, "harm": 6}, "b": {"cost": 100, "harm": 1}, "c": {"cost": 10, "harm": 10}}
    )
    weights = {"cost": 0.5, "harm": 0.5}
    ranges = {"cost": (0.0, 100.0), "harm": (0.0, 10.0)}
    found = preferences.break_even(table, weights, "b", "cost", ranges)
    # a: 0.5 * 0.6 + 0.5 * 0.4 = 0.50, b: 0 + 0.45, c: 0.45; b needs 0.05 more: 90 dollars.
    assert (found.rival_id, found.now, found.amount) == ("a", 100, pytest.approx(90))
    level = table.astype({"value": float})
    level.loc[level["therapy_id"].eq("b") & level["criterion"].eq("cost"), "value"] = found.amount
    value = compare.weighted_value(level, weights, ranges).set_index("therapy_id")["value"]
    assert value["a"] == pytest.approx(value["b"])
    hopeless = preferences.break_even(table, {"cost": 0.05, "harm": 0.95}, "c", "cost", ranges)
    assert np.isnan(hopeless.amount)


def test_sensitivity_names_the_leader_on_every_stretch_of_weight() -> None:
    """a costs 0 and harms 10; b costs 100 and harms 0: they change places at a weight of 0.5."""
    table = points({"a": {"cost": 0, "harm": 10}, "b": {"cost": 100, "harm": 0}})
    found = preferences.weight_sensitivity(table, {"cost": 0.7, "harm": 0.3})
    cost = found[found["criterion"].eq("cost")]
    assert cost["first"].tolist() == ["b", "a"]
    assert cost["weight_to"].tolist() == pytest.approx([0.5, 1.0])
    assert cost["holds_now"].tolist() == [False, True]


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


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"cost": -1}, "0 or more"),
        ({"cost": 0}, "at least one above 0"),
        ({"coast": 1}, "no criterion"),
        (["cost", "cost"], "twice"),
        ("cost", "expected None"),
    ],
)
def test_wrong_weights_are_refused(weights: object, message: str) -> None:
    """A sentence says what is wrong with the weights."""
    with pytest.raises(ValueError, match=message):
        compare.weighted_value(points({"a": {"cost": 1.0}}), weights)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"favors": "up"}, "expected lower or higher"),
        ({"distribution": "gamma"}, "expected one of beta"),
        ({"events": 500}, "expected a count from 0 to n"),
        ({"criterion": "nausea"}, "a second row for the same cell"),
    ],
)
def test_wrong_tables_are_refused(change: dict[str, object], message: str) -> None:
    """`DataError` names line and column."""
    table = nemeroff_thase().astype(object)
    for name, value in change.items():
        table.loc[0, name] = value
    with pytest.raises(compare.DataError, match=message):
        compare.weighted_value(table)


def test_missing_columns_and_parameters_are_named() -> None:
    """A table without `favors`, or a Beta without `n`, is refused with the column's name."""
    with pytest.raises(compare.DataError, match="favors"):
        compare.weighted_value(nemeroff_thase().drop(columns="favors"))
    with pytest.raises(compare.DataError, match="needed for beta"):
        compare.weighted_value(nemeroff_thase().drop(columns="n"))


def test_the_table_is_not_changed() -> None:
    """No function changes its input."""
    table = random_table(4, 3, 9, gaps=0.3)
    before = table.copy(deep=True)
    compare.rank_acceptability(table, draws=100)
    compare.weighted_value(table)
    preferences.pareto(table)
    pd.testing.assert_frame_equal(table, before)


def test_value_functions_fall_where_lower_is_better() -> None:
    """The worst end of the range has value 0, the best 1, and NaN stays NaN."""
    decision = read(points({"a": {"cost": 0.0}, "b": {"cost": 10.0}}))
    (function,) = value_functions(decision)
    np.testing.assert_array_equal(function(np.array([0.0, 10.0, 20.0, np.nan])), [1, 0, 0, np.nan])
    assert function.amount(0.25) == pytest.approx(7.5)


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


def test_unknown_words_are_refused() -> None:
    """What is asked for in words that the module does not know is named, with what it knows."""
    table = points({"a": {"cost": 1, "harm": 1}, "b": {"cost": 2, "harm": 0}})
    with pytest.raises(ValueError, match="on is 'means'; expected 'values' or 'intervals'"):
        preferences.pareto(table, on="means")
    with pytest.raises(ValueError, match="missing is 'best'; expected 'range' or 'worst'"):
        preferences.weighted_value(table, missing="best")
    with pytest.raises(ValueError, match="names a criterion twice"):
        preferences.rank_order_centroid(["cost", "cost"])
    with pytest.raises(ValueError, match="swing points of cost is 101; expected a number from 0"):
        preferences.swing_weights({"cost": 101})
    with pytest.raises(ValueError, match="every swing is 0"):
        preferences.swing_weights({"cost": 0, "harm": 0})
    with pytest.raises(compare.DataError, match="expected at least one row"):
        preferences.weighted_value(table.iloc[:0])


def test_what_has_no_weight_is_worth_nothing() -> None:
    """An equivalent in, or a break-even of, a criterion without weight is blank, not infinite."""
    table = points({"a": {"cost": 1, "harm": 5}, "b": {"cost": 2, "harm": 3}})
    weights = {"cost": 0.0, "harm": 1.0}
    assert np.isnan(preferences.equivalent_change(table, weights, "harm", "cost"))
    assert np.isnan(preferences.break_even(table, weights, "a", "cost").amount)


def test_a_named_rival_is_the_one_compared_with() -> None:
    """a is worth 1 to 0.5 on cost alone: to draw level with c (0) it costs what c costs."""
    table = points({"a": {"cost": 0}, "b": {"cost": 50}, "c": {"cost": 100}})
    found = preferences.break_even(table, None, "a", "cost", rival_id="c")
    assert (found.rival_id, found.now, found.amount) == ("c", 0, pytest.approx(100))
    best = preferences.break_even(table, None, "a", "cost")
    assert (best.rival_id, best.amount) == ("b", pytest.approx(50))
    for therapy_id, rival_id in (("a", "a"), ("x", None), ("a", "x")):
        with pytest.raises(ValueError, match="expected two of"):
            preferences.break_even(table, None, therapy_id, "cost", rival_id=rival_id)
    alone = points({"a": {"cost": 0}})
    with pytest.raises(ValueError, match="cannot compare 'a' with None"):
        preferences.break_even(alone, None, "a", "cost", ranges={"cost": (0, 1)})


def test_break_even_that_no_amount_reaches_is_blank() -> None:
    """Half the weight cannot make up for the whole of the other half and more."""
    table = points({"a": {"cost": 50, "harm": 10}, "b": {"cost": 0, "harm": 0}})
    ranges = {"cost": (0.0, 100.0), "harm": (0.0, 10.0)}
    found = preferences.break_even(table, {"cost": 0.4, "harm": 0.6}, "a", "cost", ranges)
    assert np.isnan(found.amount)
    assert found.now == 50


def test_columns_of_the_weighted_values() -> None:
    """Names in their order; figures at the very ends of the range are not clipped."""
    table = points({"a": {"cost": 0, "harm": 10}, "b": {"cost": 100, "harm": 0}})
    found = compare.weighted_value(table, None, {"cost": (0, 100), "harm": (1, 9)})
    assert list(found.columns) == [
        "therapy_id", "value", "value_low", "value_high", "cost", "harm", "missing_weight",
        "too_little", "clipped",
    ]  # fmt: skip
    assert found["clipped"].tolist() == [1, 1]
    assert found["too_little"].tolist() == [False, False]
    assert found["value"].tolist() == pytest.approx([0.5, 0.5])


def test_a_tie_on_one_criterion_is_enough_to_be_beaten() -> None:
    """As good on cost and better on harm beats; twins do not beat each other."""
    table = points(
        {"a": {"cost": 1, "harm": 1}, "b": {"cost": 1, "harm": 2}, "c": {"cost": 1, "harm": 1}}
    )
    found = preferences.pareto(table).set_index("therapy_id")
    assert found["dominated_by"].to_dict() == {"a": "", "b": "a;c", "c": ""}
    assert found["on_front"].tolist() == [True, False, True]


def test_overlapping_intervals_beat_nobody() -> None:
    """By values a (10) beats b (12); by intervals (8 to 12, 9 to 15) not, until they part."""
    table = points({"a": {"harm": 10}, "b": {"harm": 12}})
    table["distribution"] = "normal"
    table["low"], table["high"] = [8.0, 9.0], [12.0, 15.0]
    assert preferences.pareto(table)["dominated_by"].tolist() == ["", "a"]
    assert preferences.pareto(table, on="intervals")["dominated_by"].tolist() == ["", ""]
    table.loc[1, "low"] = 12.0
    # Worse end 12 against better end 12: at least as good, but nowhere better.
    assert preferences.pareto(table, on="intervals")["dominated_by"].tolist() == ["", ""]
    table.loc[1, "low"] = 12.5
    table.loc[1, "value"] = 13.0
    assert preferences.pareto(table, on="intervals")["dominated_by"].tolist() == ["", "a"]


def test_equivalent_change_follows_stated_ranges() -> None:
    """Weights 0.4 and 0.6 over 10 points and 60,000 dollars stated: 4,000 dollars a point."""
    table = points({"a": {"harm": 2, "cost": 10_000}, "b": {"harm": 7, "cost": 30_000}})
    ranges = {"harm": (5.0, 15.0), "cost": (20_000.0, 80_000.0)}
    weights = {"harm": 0.4, "cost": 0.6}
    assert preferences.equivalent_change(
        table, weights, "harm", "cost", ranges=ranges
    ) == pytest.approx(4_000)
    assert preferences.equivalent_change(
        table, weights, "harm", "cost", amount=-2, ranges=ranges
    ) == pytest.approx(8_000)


def test_break_even_with_ranges_shapes_and_gaps() -> None:
    """A missing harm counts with its middle, 0.5; cost is worth 0.8 at 50 of 100.

    a: cost 50 (0.8), harm missing (0.5): 0.65. b: cost 100 (0), harm 1 of 10 (0.9): 0.45. To fall
    to b's value a's cost must be worth 0.4, the half of 0.8: 75.
    """
    table = points({"a": {"cost": 50, "harm": None}, "b": {"cost": 100, "harm": 1}})
    ranges = {"cost": (0.0, 100.0), "harm": (0.0, 10.0)}
    shapes = {"cost": [(0.0, 1.0), (50.0, 0.8), (100.0, 0.0)]}
    weights = {"cost": 0.5, "harm": 0.5}
    with pytest.raises(ValueError, match="cannot compare 'b' with None"):
        preferences.break_even(table, weights, "b", "cost", ranges, shapes)
    found = preferences.break_even(table, weights, "a", "cost", ranges, shapes)
    assert (found.therapy_id, found.criterion, found.rival_id) == ("a", "cost", "b")
    assert found.amount == pytest.approx(75)
    # The other way a has too little reported to be a rival by itself, but may be named.
    named = preferences.break_even(table, weights, "b", "cost", ranges, shapes, rival_id="a")
    # 0.65 - 0.45 at half the weight: cost must be worth 0.4, as above.
    assert named.amount == pytest.approx(75)


def test_break_even_stands_at_the_ends_of_the_range_and_not_beyond() -> None:
    """Level at cost 0 or 100 exactly is an amount; a hair beyond is none."""
    ranges = {"cost": (0.0, 100.0), "harm": (0.0, 10.0)}
    weights = {"cost": 0.5, "harm": 0.5}
    for harm, amount in ((5.0, 0.0), (5.1, np.nan)):
        table = points({"a": {"cost": 50, "harm": harm}, "b": {"cost": 50, "harm": 0}})
        found = preferences.break_even(table, weights, "a", "cost", ranges)
        assert found.amount == pytest.approx(amount, nan_ok=True)
    for harm, amount in ((5.0, 100.0), (4.9, np.nan)):
        table = points({"a": {"cost": 50, "harm": harm}, "b": {"cost": 50, "harm": 10}})
        found = preferences.break_even(table, weights, "a", "cost", ranges)
        assert found.amount == pytest.approx(amount, nan_ok=True)


def test_sensitivity_of_three_therapies_by_hand() -> None:
    """Values on cost, harm: a (1, 0), b (0.6, 0.6), c (0, 1). At cost weight w: w, 0.6, 1 - w.

    c leads to w = 0.4, b from there to 0.6, a from there on. By harm's weight the same, mirrored.
    """
    table = points(
        {"a": {"cost": 0, "harm": 10}, "b": {"cost": 40, "harm": 4}, "c": {"cost": 100, "harm": 0}}
    )
    found = preferences.weight_sensitivity(table, {"cost": 0.4, "harm": 0.6})
    assert list(found.columns) == [
        "criterion", "weight_now", "weight_from", "weight_to", "first", "holds_now",
    ]  # fmt: skip
    cost, harm = (found[found["criterion"].eq(name)] for name in ("cost", "harm"))
    assert cost["first"].tolist() == ["c", "b", "a"]
    assert cost["weight_from"].tolist() == pytest.approx([0, 0.4, 0.6])
    assert cost["weight_to"].tolist() == pytest.approx([0.4, 0.6, 1])
    assert set(cost["weight_now"]) == {0.4}
    assert harm["first"].tolist() == ["a", "b", "c"]
    assert harm["weight_from"].tolist() == pytest.approx([0, 0.4, 0.6])
    assert set(harm["weight_now"]) == {0.6}
    assert cost["holds_now"].sum() == harm["holds_now"].sum() == 1


def test_sensitivity_at_the_whole_weight() -> None:
    """All weight on cost: the last stretch holds; without any other weight nothing else moves."""
    table = points({"a": {"cost": 0, "harm": 10}, "b": {"cost": 100, "harm": 0}})
    found = preferences.weight_sensitivity(table, {"cost": 1.0, "harm": 0.0})
    assert found["criterion"].tolist() == ["harm", "harm"]
    assert found["first"].tolist() == ["a", "b"]
    assert found["holds_now"].tolist() == [True, False]
    single = points({"a": {"cost": 0}, "b": {"cost": 100}})
    assert preferences.weight_sensitivity(single, None).empty
    assert "first" in preferences.weight_sensitivity(single, None).columns


def test_sensitivity_takes_ranges_shapes_and_gaps() -> None:
    """b's missing harm counts 0.5, or 0 at its worst; a bent value moves the crossing.

    a: cost 1, harm 0.2. b: cost 0.5, harm 0.5. Equal at w + 0.2 (1 - w) = 0.5: w = 0.375. With cost
    50 worth 0.8: 0.8 w + 0.5 (1 - w) = w + 0.2 (1 - w), w = 0.6. At its worst b's harm is 0: with
    w = 0 a leads by 0.2, and everywhere.
    """
    table = points(
        {"a": {"cost": 0, "harm": 8, "rash": 0}, "b": {"cost": 50, "harm": None, "rash": 0}}
    )
    ranges = {"cost": (0.0, 100.0), "harm": (0.0, 10.0), "rash": (0.0, 1.0)}
    weights = {"cost": 0.7, "harm": 0.3, "rash": 0.0}

    def crossing(**more: object) -> list[float]:
        found = preferences.weight_sensitivity(table, weights, ranges, **more)  # type: ignore[arg-type]
        own = found[found["criterion"].eq("cost")]
        assert own["first"].tolist()[-1] == "a"
        return own["weight_from"].tolist()

    assert crossing() == pytest.approx([0, 0.375])
    shapes = {"cost": [(0.0, 1.0), (50.0, 0.8), (100.0, 0.0)]}
    assert crossing(shapes=shapes) == pytest.approx([0, 0.6])
    assert crossing(missing="worst") == [0]


def test_sensitivity_beside_a_vanishing_weight() -> None:
    """A weight that is 1 to the last digit lies in the stretch that ends at 1."""
    table = points({"a": {"cost": 0, "harm": 10}, "b": {"cost": 100, "harm": 0}})
    found = preferences.weight_sensitivity(table, {"cost": 1.0, "harm": 1e-20})
    own = found[found["criterion"].eq("cost")]
    assert own["first"].tolist() == ["b", "a"]
    assert own["holds_now"].tolist() == [False, True]
