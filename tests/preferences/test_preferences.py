"""Preferences over a table of effects: values, weights, Pareto sets and acceptabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pymcdm.methods import WSM
from pymcdm.normalizations import minmax_normalization

import compare
from compare import preferences
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


def test_rank_order_centroid_of_four() -> None:
    """Four criteria in order weigh 0.5208, 0.2708, 0.1458 and 0.0625: (1 + 1/2 + 1/3 + 1/4) / 4."""
    found = preferences.rank_order_centroid(["a", "b", "c", "d"])
    assert [round(w, 4) for w in found.values()] == [0.5208, 0.2708, 0.1458, 0.0625]


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


def test_one_therapy_and_one_criterion() -> None:
    """A single therapy is first in everything; a single criterion ranks by itself."""
    one = compare.rank_acceptability(points({"a": {"cost": 5.0}}), draws=100)
    assert one.to_numpy().tolist() == [[1.0]]
    two = compare.rank_acceptability(points({"a": {"cost": 5.0}, "b": {"cost": 4.0}}), draws=100)
    assert two["rank_1"].to_dict() == {"a": 0.0, "b": 1.0}


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
