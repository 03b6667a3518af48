"""What a weight is worth: equivalent changes, costs that draw level, and who leads as one moves."""

from __future__ import annotations

import numpy as np
import pytest

import compare
from compare import preferences
from tests.preferences.test_preferences import points


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
