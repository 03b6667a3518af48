"""A table of effects read as a decision: cells, value functions and weights.

Nothing here knows where the table comes from: one made by hand, or by another program, does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from compare.data.arguments import MOST, figures, number, range_of, shown, weight_of
from compare.data.errors import DataError, Problem

Floats = NDArray[np.float64]
Weights = None | Sequence[str] | Mapping[str, float]
Ranges = Mapping[str, tuple[float, float]]
Shapes = Mapping[str, Sequence[tuple[float, float]]]

REQUIRED = ("therapy_id", "criterion", "value", "favors", "distribution")
PARAMETERS = {
    "beta": ("events", "n"),
    "difference": ("events", "n", "comparator_events", "comparator_n"),
    "normal": ("value", "low", "high"),
    "lognormal": ("value", "low", "high"),
    "range": ("low", "high"),
    "fixed": ("value",),
}
OTHER_NAMES = {"point": "fixed", "uniform": "range", "": "fixed"}
NOT_SCORED = ("missing", "not_scored", "none")
NUMBERS = ("value", "low", "high", "events", "n", "comparator_events", "comparator_n", "below")
PERCENT = ("percent", "%", "per 100", "points", "percentage points")
TOO_LITTLE_WEIGHT = 1 / 3
# A value and its interval may have been rounded apart.
SLACK = 1e-9
Z_95 = 1.96


@dataclass(frozen=True, eq=False)
class Decision:
    """The cells as arrays, therapies down and criteria across.

    `distribution` is "missing" where there is nothing to score; there `below` may hold what the
    cell is known to lie under. `scale` turns proportions into a criterion's unit.
    """

    therapies: tuple[str, ...]
    criteria: tuple[str, ...]
    higher_is_better: NDArray[np.bool_]
    distribution: NDArray[np.str_]
    numbers: Mapping[str, Floats]
    scale: Floats

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Cells without a figure that can be scored."""
        return np.equal(self.distribution, "missing")

    def of(self, criteria: Sequence[str]) -> Decision:
        """The same with these criteria alone, in the order in which they stand here."""
        kept = [i for i, name in enumerate(self.criteria) if name in criteria]
        return Decision(
            self.therapies,
            tuple(self.criteria[i] for i in kept),
            self.higher_is_better[kept],
            self.distribution[:, kept],
            {name: values[:, kept] for name, values in self.numbers.items()},
            self.scale[kept],
        )

    def column(self, criterion: str) -> int:
        """Position of a criterion. Raises `ValueError` for one that is not in the table."""
        if not isinstance(criterion, str) or criterion not in self.criteria:
            raise ValueError(
                f"{shown(criterion)} is no criterion here; expected one of {self.criteria}"
            )
        return self.criteria.index(criterion)


def read(table: pd.DataFrame | Decision) -> Decision:
    """The table as a `Decision`; the table is not changed.

    Needed columns: `therapy_id, criterion, value, favors` (lower or higher), `distribution`
    and that distribution's numbers: `beta` (events, n), `difference` (events, n,
    comparator_events, comparator_n), `normal` and `lognormal` (value, low, high: a 95 percent
    interval), `range` (low, high: uniform) or `fixed`. A cell that is absent, has no value, or
    says `missing` or `not_scored`, or False in the optional column `reported`, is missing.
    Raises `DataError` with every problem.
    """
    if isinstance(table, Decision):
        return table
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"table is {shown(table)}; expected a table of effects")
    columns = list(table.columns)
    counts = {name: columns.count(name) for name in dict.fromkeys((*REQUIRED, *NUMBERS))}
    wrong = {name: "this column stands twice" for name, count in counts.items() if count > 1}
    wrong |= {name: "column is missing" for name in REQUIRED if not counts[name]}
    if wrong:
        raise DataError(
            [Problem("effects", None, name, None, said) for name, said in wrong.items()]
        )
    named_by = ("therapy_id", "criterion", "favors")
    text = {name: table[name].astype(str).fillna("").tolist() for name in named_by}
    therapies, row = _coded(text["therapy_id"])
    criteria, col = _coded(text["criterion"])
    if not therapies:
        raise DataError([Problem("effects", None, None, None, "expected at least one row")])
    shape = (len(therapies), len(criteria))
    cells = {name: figures(table[name]) for name in NUMBERS if name in table.columns}
    numbers = {name: np.full(shape, np.nan) for name in NUMBERS}
    for name, values in cells.items():
        numbers[name][row, col] = values
    distribution = np.full(shape, "missing", dtype="<U12")
    said = table["distribution"]
    pairs = zip(said.tolist(), said.notna(), strict=True)
    words = [str(word) if there else "" for word, there in pairs]
    named = np.array([OTHER_NAMES.get(word, word) for word in words], dtype="<U12")
    distribution[row, col] = named
    problems = _problems(table, text, row * shape[1] + col, named, cells)
    if problems:
        raise DataError(problems)
    if "reported" in table.columns:
        answers = [str(answer).lower() for answer in table["reported"].tolist()]
        silent = np.isin(answers, ["false", "no", "0", "0.0"])
        distribution[row[silent], col[silent]] = "missing"
    distribution[np.isin(distribution, NOT_SCORED)] = "missing"
    higher = np.zeros(shape[1], dtype=bool)
    higher[col] = np.array(text["favors"]) == "higher"
    units = table["unit"].tolist() if "unit" in table.columns else []
    unit_of = dict(zip(text["criterion"], map(str, units), strict=False))
    scale = _scales(numbers, distribution, [unit_of.get(name, "") for name in criteria])
    _fill_values(numbers, distribution, scale)
    for kind, names in PARAMETERS.items():
        blank = np.any([np.isnan(numbers[name]) for name in names], axis=0)
        distribution[(distribution == kind) & blank] = "missing"
    distribution[np.isnan(numbers["value"])] = "missing"
    return Decision(therapies, criteria, higher, distribution, numbers, scale)


def _coded(names: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The different names in their order, and the place of each row's name among them."""
    places: dict[str, int] = {}
    codes = [places.setdefault(name, len(places)) for name in names]
    return tuple(places), np.array(codes, dtype=np.intp)


def _problems(
    table: pd.DataFrame,
    text: Mapping[str, Sequence[str]],
    cell: NDArray[np.intp],
    named: NDArray[np.str_],
    cells: Mapping[str, Floats],
) -> list[Problem]:
    """What is wrong with the rows; lines count from 2, as in a file with a header."""
    found = []

    def add(wrong: NDArray[np.bool_], column: str, expected: str) -> None:
        for i in np.flatnonzero(wrong):
            value = str(table[column].iloc[i]) if column in table.columns else None
            found.append(Problem("effects", int(i) + 2, column, value, expected))

    for name in ("therapy_id", "criterion"):
        add(np.array(text[name]) == "", name, "expected a name")
    favors = np.array(text["favors"])
    add(~np.isin(favors, ["lower", "higher"]), "favors", "expected lower or higher")
    _, column = _coded(text["criterion"])
    _, first = np.unique(column, return_index=True)
    add(favors != favors[first][column], "favors", "expected one direction for a criterion")
    kinds = [*PARAMETERS, *OTHER_NAMES, *NOT_SCORED]
    add(~np.isin(named, kinds), "distribution", f"expected one of {', '.join(PARAMETERS)}")
    again = np.ones(len(cell), dtype=bool)
    again[np.unique(cell, return_index=True)[1]] = False
    add(again, "criterion", "a second row for the same cell")
    for kind, names in PARAMETERS.items():
        lost = [name for name in names if name not in table.columns]
        if lost and (named == kind).any():
            found += [Problem("effects", None, name, None, f"needed for {kind}") for name in lost]
    for name, values in cells.items():
        add(~(np.isnan(values) | (np.abs(values) <= MOST)), name, "expected a number up to 1e15")
        lost_text = np.isnan(values) & table[name].notna().to_numpy(dtype=bool)
        if lost_text.any():
            lost_text &= table[name].astype(str).str.strip().ne("").to_numpy(dtype=bool)
            add(lost_text, name, "expected a number such as 1000.5, or nothing")
    if {"low", "high"} <= set(cells):
        spread = np.isin(named, ["normal", "lognormal", "range"])
        for end, over in (("low", 1), ("high", -1)):
            gone = over * (cells[end] - cells["value"]) > SLACK * np.abs(cells["value"])
            add(gone & spread, "value", f"expected a value within low and high; {end} is beyond it")
        crossed = (cells["low"] > cells["high"]) & np.isin(named, ["range", "normal", "lognormal"])
        add(crossed, "low", "expected low at or below high")
        log = (named == "lognormal") & ((cells["low"] <= 0) | (cells["value"] <= 0))
        add(log, "low", "expected more than 0 for a ratio")
    for events, n in (("events", "n"), ("comparator_events", "comparator_n")):
        if events in cells and n in cells:
            counted = named == "difference" if events != "events" else np.isin(
                named, ["beta", "difference"]
            )  # fmt: skip
            outside = (cells[events] < 0) | (cells[events] > cells[n]) | (cells[n] <= 0)
            add(outside & counted, events, f"expected a count from 0 to {n}")
    return found


def _scales(
    numbers: Mapping[str, Floats], distribution: NDArray[np.str_], units: Sequence[str]
) -> Floats:
    """What a proportion is multiplied by to be in a criterion's unit: 1, 100 for percent ...

    Read off the values, which hold the same proportion in that unit; by the unit's name where
    no value tells.
    """
    proportion = _proportion(numbers, distribution)
    scale = np.ones(len(units))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = numbers["value"] / proportion
    for k, unit in enumerate(units):
        told = ratio[:, k][np.isfinite(ratio[:, k]) & (ratio[:, k] > 0)]
        if len(told):
            scale[k] = 10.0 ** round(math.log10(float(np.median(told))))
        elif unit.lower() in PERCENT:
            scale[k] = 100.0
    return scale


def _proportion(numbers: Mapping[str, Floats], distribution: NDArray[np.str_]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        one = numbers["events"] / numbers["n"]
        two = one - numbers["comparator_events"] / numbers["comparator_n"]
    return np.where(
        distribution == "beta", one, np.where(distribution == "difference", two, np.nan)
    )


def _fill_values(numbers: dict[str, Floats], distribution: NDArray[np.str_], scale: Floats) -> None:
    """Values that counts or a range imply, and intervals where the table gives none."""
    value, low, high = numbers["value"], numbers["low"], numbers["high"]
    implied = _proportion(numbers, distribution) * scale
    implied = np.where(distribution == "range", (low + high) / 2, implied)
    np.copyto(value, implied, where=np.isnan(value))
    half = Z_95 * np.sqrt(
        _beta_variance(numbers["events"], numbers["n"])
        + np.where(
            distribution == "difference",
            _beta_variance(numbers["comparator_events"], numbers["comparator_n"]),
            0.0,
        )
    )
    spread = np.where(np.isin(distribution, ["beta", "difference"]), half * scale, 0.0)
    np.copyto(low, value - spread, where=np.isnan(low))
    np.copyto(high, value + spread, where=np.isnan(high))


def _beta_variance(events: Floats, n: Floats) -> Floats:
    a, b = events + 1, n - events + 1
    variance: Floats = a * b / ((a + b) ** 2 * (a + b + 1))
    return variance


def stated_ranges(
    table: pd.DataFrame | Decision, ranges: Ranges | None = None, shapes: Shapes | None = None
) -> dict[str, tuple[float, float]]:
    """The range over which each criterion is valued: as given, else the hull of all intervals.

    A piecewise value function brings its own range. A criterion on which all therapies agree
    gets a range around their one figure.
    """
    decision = read(table)
    for name, said in (("ranges", ranges), ("shapes", shapes)):
        if said is not None and not isinstance(said, Mapping):
            raise ValueError(f"{name} is {shown(said)}; expected a dict by criterion")
    given = dict(ranges or {})
    for name, points in (shapes or {}).items():
        given.setdefault(name, (points[0][0], points[-1][0]))
    for name in given:
        decision.column(name)
    stated = {}
    for k, name in enumerate(decision.criteria):
        if name in given:
            low, high = range_of(name, given[name])
        else:
            low, high = _hull(decision, k)
        stated[name] = (low, high)
    return stated


def _hull(decision: Decision, k: int) -> tuple[float, float]:
    shown = ~decision.missing[:, k]
    if not shown.any():
        below = decision.numbers["below"][:, k]
        return (0.0, float(np.nanmax(below))) if np.isfinite(below).any() else (0.0, 1.0)
    ends = [decision.numbers[name][shown, k] for name in ("value", "low", "high")]
    low, high = float(np.min(ends)), float(np.max(ends))
    if low < high:
        return low, high
    half = abs(low) / 2 or 1.0
    return low - half, low + half


@dataclass(frozen=True, eq=False)
class ValueFunction:
    """Value of a criterion from 0 (worst end of the range) to 1; straight between its points."""

    x: Floats
    v: Floats

    @property
    def linear(self) -> bool:
        """Whether it is one straight line."""
        return len(self.x) == 2

    def __call__(self, amount: Floats) -> Floats:
        """Values of amounts; outside the range the end's value holds, NaN stays NaN."""
        value: Floats = np.interp(amount, self.x, self.v)
        return value

    def amount(self, value: float) -> float:
        """The amount that has this value; NaN where none has exactly one."""
        value = min(1.0, max(0.0, value)) if abs(value - 0.5) <= 0.5 + 1e-12 else value
        order = np.argsort(self.v, kind="stable")
        if not self.v.min() <= value <= self.v.max() or len(np.unique(self.v)) < len(self.v):
            return math.nan
        return float(np.interp(value, self.v[order], self.x[order]))


def value_functions(
    decision: Decision, ranges: Ranges | None = None, shapes: Shapes | None = None
) -> list[ValueFunction]:
    """One value function per criterion: linear over its range, or through the points given.

    `shapes` maps a criterion to points (amount, value) with rising amounts and values that go
    from 0 to 1 (1 to 0 where lower is better), never back. Raises `ValueError` otherwise.
    """
    made = []
    for k, (name, (low, high)) in enumerate(stated_ranges(decision, ranges, shapes).items()):
        up = bool(decision.higher_is_better[k])
        points = (shapes or {}).get(name)
        if points is None:
            made.append(
                ValueFunction(np.array([low, high]), np.array([0.0, 1.0][:: 1 if up else -1]))
            )
            continue
        x, v = (np.array(part, dtype=float) for part in zip(*points, strict=True))
        steps = np.diff(v) if up else -np.diff(v)
        ends = (v[0], v[-1]) == ((0, 1) if up else (1, 0))
        if len(x) < 2 or not (np.diff(x) > 0).all() or not (steps >= 0).all() or not ends:
            towards = "0 to 1" if up else "1 to 0"
            raise ValueError(
                f"the values of {name} are {list(points)}; expected rising amounts with values "
                f"from {towards}"
            )
        made.append(ValueFunction(x, v))
    return made


def scores(decision: Decision, functions: Sequence[ValueFunction], name: str = "value") -> Floats:
    """Values (0 to 1) of one column of the table, therapies by criteria; NaN where missing."""
    amounts = np.where(decision.missing, np.nan, decision.numbers[name])
    return np.column_stack([f(amounts[:, k]) for k, f in enumerate(functions)])


def bounds(
    decision: Decision, functions: Sequence[ValueFunction], missing: str = "range"
) -> tuple[Floats, Floats]:
    """The lowest and the highest value each cell can have, by its interval or by being missing.

    A missing cell can be anything in the range, or, where it is known to lie below an amount,
    anything below that; with `missing="worst"` it is the worst of these. Raises `ValueError` for
    another word.
    """
    if not isinstance(missing, str) or missing not in ("range", "worst"):
        raise ValueError(f"missing is {shown(missing)}; expected 'range' or 'worst'")
    ends = [scores(decision, functions, name) for name in ("low", "high")]
    low, high = np.minimum(*ends), np.maximum(*ends)
    for k, f in enumerate(functions):
        gap = decision.missing[:, k]
        if not gap.any():
            continue
        ceiling = decision.numbers["below"][:, k]
        top = np.where(np.isnan(ceiling), f.x[-1], np.clip(ceiling, f.x[0], f.x[-1]))
        at = np.vstack([f(np.full(top.shape, f.x[0])), f(top)])
        low[gap, k] = at.min(axis=0)[gap]
        high[gap, k] = (at.min(axis=0) if missing == "worst" else at.max(axis=0))[gap]
    return low, high


def rank_order_centroid(order: Sequence[str]) -> dict[str, float]:
    """Weights at the middle of all that fit an order of importance, most important first.

    For four: 0.5208, 0.2708, 0.1458, 0.0625 (Barron and Barrett 1996). Raises `ValueError` where
    one is named twice.

    >>> [round(w, 4) for w in rank_order_centroid(["a", "b", "c", "d"]).values()]
    [0.5208, 0.2708, 0.1458, 0.0625]
    """
    names = list(order)
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"the order {shown(names)} holds something that is no criterion")
    if len(set(names)) != len(names):
        raise ValueError(f"the order {shown(names)} names a criterion twice")
    k = len(names)
    return {name: sum(1 / j for j in range(i, k + 1)) / k for i, name in enumerate(names, 1)}


def swing_weights(points: Mapping[str, float]) -> dict[str, float]:
    """Weights from swing points: 100 for the swing that matters most, the others against it.

    Raises `ValueError` for points outside 0 to 100, or where all are 0.

    >>> swing_weights({"cost": 100, "harm": 60})
    {'cost': 0.625, 'harm': 0.375}
    """
    for name, value in points.items():
        number(f"swing points of {name}", value, 0, 100)
    total = sum(points.values())
    if not total > 0:
        raise ValueError("every swing is 0; expected at least one above 0")
    return {name: value / total for name, value in points.items()}


def central_weights(decision: Decision, weights: Weights) -> Floats:
    """One weight per criterion, summing to 1: the middle of all weightings that are meant.

    None: equal weights. An order: the rank-order centroid. A dict: those, scaled to sum to 1. A
    criterion that is not named gets none. Raises `ValueError` for an unknown criterion or a weight
    that is none, and where all are 0.
    """
    found = np.zeros(len(decision.criteria))
    if weights is None:
        return np.full(len(found), 1 / len(found))
    if isinstance(weights, str) or not isinstance(weights, Sequence | Mapping):
        raise ValueError(
            f"weights is {shown(weights)}; expected None, a list of criteria or a dict"
        )
    named = weights if isinstance(weights, Mapping) else rank_order_centroid(weights)
    for name, weight in named.items():
        found[decision.column(name)] = weight_of(name, weight)
    if not found.sum() > 0:
        raise ValueError("no criterion has a weight; expected at least one above 0")
    shared: Floats = found / float(found.sum())
    return shared


def too_little(decision: Decision, central: Floats) -> NDArray[np.bool_]:
    """Therapies with more than a third of the weight on cells without a figure."""
    return np.greater(decision.missing @ central, TOO_LITTLE_WEIGHT + 1e-9)
