"""What follows if a reader cares most about this or that: preferences over a table of effects.

Takes any table with `therapy_id, criterion, value, favors, distribution` and that distribution's
numbers (see `decision.read`); imports nothing that knows of evidence or patients. Nothing here
says which therapy to choose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from compare.data.arguments import shown
from compare.preferences.decision import (
    Decision,
    Floats,
    Ranges,
    Shapes,
    ValueFunction,
    Weights,
    bounds,
    central_weights,
    read,
    scores,
    stated_ranges,
    too_little,
    value_functions,
)

Flags = NDArray[np.bool_]


def weighted_value(
    table: pd.DataFrame | Decision,
    weights: Weights = None,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
    missing: str = "range",
) -> pd.DataFrame:
    """The weighted value of each therapy, from 0 to 1, in the table's order.

    One row per therapy: `therapy_id`, `value`, `value_low`, `value_high` (every figure at the
    worse, or better, end of its interval: bounds, not a confidence interval), one column per
    criterion with its share of the value (blank where the figure is missing), `missing_weight`
    (share of the weight on missing cells; they count with the middle of what they can be),
    `too_little` (that share is above a third) and `clipped` (figures outside their range).

    `weights`: None (equal), a list (order of importance: rank-order centroid) or a dict.
    `ranges`: criterion to (low, high); default: the hull of all intervals. `shapes`: criterion to
    points (amount, value) of a piecewise-linear value. Weights mean nothing without the ranges.

    >>> table = pd.DataFrame(
    ...     [("a", "cost", 100.0), ("a", "harm", 2.0), ("b", "cost", 300.0), ("b", "harm", 1.0)],
    ...     columns=["therapy_id", "criterion", "value"],
    ... ).assign(favors="lower", distribution="fixed")
    >>> found = weighted_value(table, {"cost": 0.7, "harm": 0.3})
    >>> found.set_index("therapy_id")["value"].to_dict()
    {'a': 0.7, 'b': 0.3}
    """
    decision = read(table)
    functions = value_functions(decision, ranges, shapes)
    central = central_weights(decision, weights)
    low, high = bounds(decision, functions, missing)
    value = scores(decision, functions)
    filled = np.where(decision.missing, (low + high) / 2, value)
    amounts = np.where(decision.missing, np.nan, decision.numbers["value"])
    ends = np.array([(f.x[0], f.x[-1]) for f in functions])
    shares = pd.DataFrame(value * central, columns=list(decision.criteria))
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "therapy_id": decision.therapies,
                    "value": filled @ central,
                    "value_low": low @ central,
                    "value_high": high @ central,
                }
            ),
            shares,
            pd.DataFrame(
                {
                    "missing_weight": decision.missing @ central,
                    "too_little": too_little(decision, central),
                    "clipped": ((amounts < ends[:, 0]) | (amounts > ends[:, 1])).sum(axis=1),
                }
            ),
        ],
        axis=1,
    )


def _filled(
    decision: Decision, functions: Sequence[ValueFunction], missing: str = "range"
) -> Floats:
    """`scores`, a missing one at the middle of what it can be (see `bounds`)."""
    low, high = bounds(decision, functions, missing)
    return np.where(decision.missing, (low + high) / 2, scores(decision, functions))


def pareto(
    table: pd.DataFrame | Decision, criteria: Sequence[str] | None = None, on: str = "values"
) -> pd.DataFrame:
    """Which therapies no other one beats on every criterion.

    One row per therapy: `therapy_id`, `on_front`, `dominated_by` (ids of therapies at least as
    good on every criterion and better on one, joined by semicolons), `reported` (every figure is
    there; a therapy with a gap neither dominates nor is dominated, and is not on the front).
    `on="intervals"` calls a therapy dominated only where another's worse ends are at least as
    good as its own better ends. Raises `ValueError` for an unknown criterion or `on`.
    """
    if not isinstance(on, str) or on not in ("values", "intervals"):
        raise ValueError(f"on is {shown(on)}; expected 'values' or 'intervals'")
    decision = read(table)
    columns = [decision.column(name) for name in criteria or decision.criteria]
    sign = np.where(decision.higher_is_better[columns], 1.0, -1.0)
    names = ("value", "value") if on == "values" else ("low", "high")
    ends = [decision.numbers[name][:, columns] * sign for name in names]
    worse, better = np.minimum(*ends), np.maximum(*ends)
    whole: Flags = ~np.any(decision.missing[:, columns], axis=1)
    no_worse = np.all(worse[:, None, :] >= better[None, :, :], axis=2)
    once_better = np.any(worse[:, None, :] > better[None, :, :], axis=2)
    beats: Flags = np.asarray(no_worse & once_better & whole[:, None] & whole[None, :])
    ids = np.array(decision.therapies, dtype=object)
    return pd.DataFrame(
        {
            "therapy_id": ids,
            "on_front": whole & ~beats.any(axis=0),
            "dominated_by": [";".join(ids[beats[:, t]]) for t in range(len(ids))],
            "reported": whole,
        }
    )


def equivalent_change(
    table: pd.DataFrame | Decision,
    weights: Weights,
    criterion: str,
    into: str,
    amount: float = 1.0,
    ranges: Ranges | None = None,
) -> float:
    """How much of `into` is worth as much as `amount` more of `criterion`, by these weights.

    In the unit of `into`, without sign: "one more serious infection in 100 is worth $X a year".
    For values that are linear over their ranges. NaN where `into` has no weight.
    """
    decision = read(table)
    central = central_weights(decision, weights)
    widths = {name: high - low for name, (low, high) in stated_ranges(decision, ranges).items()}
    own, other = central[decision.column(criterion)], central[decision.column(into)]
    if not other > 0:
        return math.nan
    return float(abs(amount) * (own / widths[criterion]) / (other / widths[into]))


@dataclass(frozen=True)
class BreakEven:
    """The amount of one criterion at which a therapy has the same weighted value as its rival.

    `amount` is NaN where no amount within the range does it, or the criterion has no weight.
    """

    therapy_id: str
    criterion: str
    rival_id: str
    now: float
    amount: float


def break_even(
    table: pd.DataFrame | Decision,
    weights: Weights,
    therapy_id: str,
    criterion: str,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
    rival_id: str | None = None,
) -> BreakEven:
    """What a criterion would have to be for this therapy to draw level, all else unchanged.

    The rival is the other therapy of highest weighted value unless named. Raises `ValueError`
    for an unknown therapy or criterion, or where there is no other therapy.
    """
    (found,) = break_evens(table, weights, [therapy_id], criterion, ranges, shapes, rival_id)
    return found


def break_evens(
    table: pd.DataFrame | Decision,
    weights: Weights,
    therapy_ids: Sequence[str],
    criterion: str,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
    rival_id: str | None = None,
) -> list[BreakEven]:
    """`break_even` of several therapies, each against its own rival."""
    decision = read(table)
    k = decision.column(criterion)
    functions = value_functions(decision, ranges, shapes)
    central = central_weights(decision, weights)
    value = _filled(decision, functions)
    total = value @ central
    ids = list(decision.therapies)
    told = [i for i, lost in zip(ids, too_little(decision, central), strict=True) if not lost]
    found = []
    for therapy_id in therapy_ids:
        others = [name for name in told if name != therapy_id]
        rival = rival_id
        if rival is None and others:
            rival = max(others, key=lambda name: float(total[ids.index(name)]))
        if therapy_id not in ids or rival not in ids or rival == therapy_id:
            raise ValueError(f"cannot compare {therapy_id!r} with {rival!r}; expected two of {ids}")
        row = ids.index(therapy_id)
        gap = float(total[ids.index(rival)] - total[row])
        amount = math.nan
        if central[k] > 0:
            amount = functions[k].amount(float(value[row, k] + gap / central[k]))
        now = float(decision.numbers["value"][row, k])
        found.append(BreakEven(therapy_id, criterion, rival, now, amount))
    return found


def weight_sensitivity(
    table: pd.DataFrame | Decision,
    weights: Weights,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
    missing: str = "range",
) -> pd.DataFrame:
    """How the ranking moves as one weight goes from 0 to 1 and the others keep their proportions.

    One row per criterion and stretch of weight with one same leader, by weighted value:
    `criterion`, `weight_now`, `weight_from`, `weight_to`, `first` (therapy id), `holds_now`
    (whether the stretch holds the present weight). Exact at the places where lines cross; on a
    tie the one earlier in the table stands. Therapies with too little reported take no part.
    """
    decision = read(table)
    functions = value_functions(decision, ranges, shapes)
    central = central_weights(decision, weights)
    value = _filled(decision, functions, missing)
    kept = np.flatnonzero(~too_little(decision, central))
    rows = []
    for k, criterion in enumerate(decision.criteria):
        rest = central.copy()
        rest[k] = 0.0
        if not len(kept) or not rest.sum() > 0:
            continue
        at_none, at_all = value[kept] @ (rest / rest.sum()), value[kept, k]
        # The leader is the upper envelope of straight lines: it changes only where two cross.
        slope = at_all - at_none
        with np.errstate(invalid="ignore", divide="ignore"):
            crossings = (at_none[:, None] - at_none[None, :]) / (slope[None, :] - slope[:, None])
        inner = crossings[(crossings > 0) & (crossings < 1)]
        stops = np.unique(np.concatenate([[0.0, 1.0], inner]))
        middles = (stops[:-1] + stops[1:]) / 2
        first = np.argmax(np.round(at_none[:, None] + slope[:, None] * middles, 12), axis=0)
        change = np.flatnonzero(np.diff(first)) + 1
        starts, ends = np.r_[0, change], np.r_[change, len(first)]
        for start, end in zip(starts, ends, strict=True):
            begin, stop = float(stops[start]), float(stops[end])
            rows.append(
                {
                    "criterion": criterion,
                    "weight_now": float(central[k]),
                    "weight_from": begin,
                    "weight_to": stop,
                    "first": decision.therapies[kept[first[start]]],
                    "holds_now": begin <= central[k] < stop or central[k] == stop == 1.0,
                }
            )
    names = ["criterion", "weight_now", "weight_from", "weight_to", "first", "holds_now"]
    return pd.DataFrame(rows, columns=names)
