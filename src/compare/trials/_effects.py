"""A table of trials as effects with their covariance; every problem of the table at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from compare.data.arguments import figures
from compare.data.errors import DataError, Problem, clipped
from compare.trials._gls import Floats, Trial, islands

COUNTS = ("odds_ratio", "risk_ratio", "risk_difference")
RATIOS = ("odds_ratio", "risk_ratio", "log_ratio")
MEASURES = (*COUNTS, "mean_difference", "log_ratio")
NO_EVENT = "no event in any arm"
ALL_EVENTS = "an event in every patient of every arm"
# Printed contrasts of one trial need not add up to the last digit: three numbers of two decimals.
ROUNDING = 0.015
# Beyond these no result of a trial lies, and squares run out of the range of numbers.
TINY, HUGE = 1e-9, 1e12
NAME = "trials"


@dataclass(frozen=True)
class Rows:
    """Rows of one trial: their names and numbers by column, and where in the table they stand."""

    study: str
    names: Mapping[str, list[str]]
    numbers: Mapping[str, Floats]
    lines: list[int]

    def problem(self, at: int, column: str, value: str | None, text: str) -> Problem:
        return Problem(NAME, self.lines[at], column, value, f"trial {clipped(self.study)}: {text}")


Made = Trial | str | list[Problem]


@dataclass(frozen=True)
class Form:
    """A form that a table can have: columns of names, of numbers, and what is made of a trial."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    make: Callable[[Rows, str], Made]


def read(table: pd.DataFrame, measure: str) -> tuple[list[Trial], list[tuple[str, str]]]:
    """Trials of a table, and those that it names but that say nothing: study and reason.

    Raises `DataError` with everything that is wrong, by line of the table as it would stand in a
    file (the first row is line 2), also where the trials do not hang together.
    """
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"table is a {type(table).__name__}; expected a pandas DataFrame")
    form = _form(table, measure)
    numbers, problems = _numbers(table, form)
    names = {column: [_text(cell) for cell in table[column]] for column in form.names}
    for column, cells in names.items():
        blank = [i for i, cell in enumerate(cells) if not cell]
        problems += [_problem(i, column, "", "expected a name") for i in blank]
    _stop(problems)
    rows: dict[str, list[int]] = {}
    for i, study in enumerate(names["study"]):
        rows.setdefault(study, []).append(i)
    trials, dropped = [], []
    for study, at in rows.items():
        named = {column: [cells[i] for i in at] for column, cells in names.items()}
        numbered = {column: values[at] for column, values in numbers.items()}
        made = form.make(Rows(study, named, numbered, [i + 2 for i in at]), measure)
        if isinstance(made, Trial):
            trials.append(made)
        elif isinstance(made, str):
            dropped.append((study, made))
        else:
            problems += made
    _stop(problems)
    if not trials:
        told = "; ".join(f"{study}: {reason}" for study, reason in dropped)
        _stop([Problem(NAME, None, None, None, f"no trial is left to compare ({told})")])
    groups = islands(trials)
    if len(groups) > 1:
        told = "; ".join(", ".join(group) for group in groups)
        text = f"no trial connects these groups of treatments, so nothing compares them: {told}"
        _stop([Problem(NAME, None, None, None, text)])
    return trials, dropped


def _form(table: pd.DataFrame, measure: str) -> Form:
    """The form of the table, by its columns; raises `DataError` where columns are missing."""
    arm, columns = ("study", "treatment"), set(table.columns)
    if "comparator" in columns or measure == "log_ratio":
        form = Form((*arm, "comparator"), ("estimate", "se"), _from_contrasts)
    elif measure in COUNTS:
        form = Form(arm, ("events", "n"), _from_counts)
    elif "se" in columns:
        form = Form(arm, ("mean", "se"), _from_means)
    else:
        form = Form(arm, ("mean", "sd", "n"), _from_means)
    needed = (*form.names, *form.numbers)
    lost = [name for name in needed if name not in columns]
    text = f"column is missing; a table for {measure} needs {', '.join(needed)}"
    problems = [Problem(NAME, None, name, None, text) for name in lost]
    twice = [name for name in needed if list(table.columns).count(name) > 1]
    problems += [Problem(NAME, None, name, None, "this column stands twice") for name in twice]
    if not problems and table.empty:
        problems = [Problem(NAME, None, None, None, "expected at least one row")]
    _stop(problems)
    return form


def _numbers(table: pd.DataFrame, form: Form) -> tuple[dict[str, Floats], list[Problem]]:
    """Columns of numbers, and each cell that is not what its column must hold."""
    numbers: dict[str, Floats] = {}
    problems: list[Problem] = []
    for column in form.numbers:
        values = numbers[column] = figures(table[column])
        fine, expected = np.abs(values) < HUGE, "expected a number"
        if column in ("sd", "se"):
            fine, expected = fine & (values > TINY), "expected a number above 0"
        elif column == "n":
            fine, expected = fine & (values > 0), "expected a whole number above 0"
            fine &= values == np.floor(values)
        elif column == "events":
            fine, expected = fine & (values >= 0), "expected a whole number from 0 to n"
            fine &= (values == np.floor(values)) & ~(values > figures(table["n"]))
        wrong = [int(i) for i in np.flatnonzero(~fine)]
        problems += [_problem(i, column, table[column].iloc[i], expected) for i in wrong]
    return numbers, problems


def _from_counts(rows: Rows, measure: str) -> Made:
    """A trial of arms with events: a trial with a zero cell gets 0.5 in every arm (see netmeta)."""
    x, n = rows.numbers["events"], rows.numbers["n"]
    if problems := _arms_problems(rows):
        return problems
    if not x.any():
        return NO_EVENT
    if np.array_equal(x, n):
        return ALL_EVENTS
    add = 0.5 if (x == 0).any() or (x == n).any() else 0.0
    if measure == "odds_ratio":
        effects = np.log((x + add) / (n - x + add))
        variances = 1 / (x + add) + 1 / (n - x + add)
    elif measure == "risk_ratio":
        effects = np.log((x + add) / (n + add))
        # An arm of events alone would have no variance: its 0.5 is left out of the first part.
        variances = 1 / np.where(x == n, n, x + add) - 1 / (n + add)
    else:
        effects = x / n
        variances = (x + add) * (n - x + add) / (n + 2 * add) ** 3
    return _of_arms(rows, effects, variances)


def _from_means(rows: Rows, measure: str) -> Made:
    """A trial of arms with a mean and its standard error, or the standard deviation and n."""
    if problems := _arms_problems(rows):
        return problems
    numbers = rows.numbers
    variances = numbers["se"] ** 2 if "se" in numbers else numbers["sd"] ** 2 / numbers["n"]
    return _of_arms(rows, numbers["mean"], variances)


def _of_arms(rows: Rows, effects: Floats, variances: Floats) -> Trial:
    covariance = np.diag(variances[1:]) + variances[0]
    known = {name: tuple(rows.numbers[name]) for name in ("n", "events") if name in rows.numbers}
    patients, events = known.get("n"), known.get("events")
    names = tuple(rows.names["treatment"])
    return Trial(rows.study, names, effects, covariance, patients, events)


def _from_contrasts(rows: Rows, measure: str) -> Made:
    """A trial of contrasts: all pairs of its arms, treatment minus comparator.

    The standard errors of the pairs give the covariance (Rücker 2012); estimates that do not add
    up to the last digit are brought together by the weights of their pairs.
    """
    arms = sorted({*rows.names["treatment"], *rows.names["comparator"]})
    k = len(arms)
    place = {name: i for i, name in enumerate(arms)}
    estimates, variances = np.zeros((k, k)), np.full((k, k), np.nan)
    np.fill_diagonal(variances, 0.0)
    problems: list[Problem] = []
    pairs = zip(*(rows.names[name] for name in ("treatment", "comparator")), strict=True)
    for at, (treatment, comparator) in enumerate(pairs):
        i, j = place[treatment], place[comparator]
        if i == j:
            text = "expected another treatment than the one that it is compared with"
            problems.append(rows.problem(at, "comparator", comparator, text))
        elif not np.isnan(variances[i, j]):
            text = f"{treatment} and {comparator} are compared twice; expected each pair once"
            problems.append(rows.problem(at, "treatment", treatment, text))
        estimates[i, j], estimates[j, i] = np.array([1, -1]) * rows.numbers["estimate"][at]
        variances[i, j] = variances[j, i] = rows.numbers["se"][at] ** 2
    if problems:
        return problems
    lost = [f"{arms[i]} and {arms[j]}" for i, j in np.argwhere(np.isnan(np.triu(variances)))]
    if lost:
        text = f"expected every pair of its treatments; missing: {'; '.join(lost)}"
        return [rows.problem(0, "comparator", None, text)]
    covariance = (variances[:1, 1:] + variances[1:, :1] - variances[1:, 1:]) / 2
    if np.linalg.eigvalsh(covariance)[0] <= 1e-9 * variances.max():
        return [rows.problem(0, "se", None, "these errors of its pairs cannot belong to one trial")]
    weights = -Trial(rows.study, tuple(arms), np.zeros(k), covariance).laplacian(0.0)
    effects = np.append(0.0, covariance @ (weights * estimates).sum(axis=1)[1:])
    off = np.abs(np.subtract.outer(effects, effects) - estimates)
    if (off > np.maximum(ROUNDING, np.sqrt(variances) / 10)).any():
        text = "its pairs contradict each other; expected A to C to be A to B plus B to C"
        return [rows.problem(0, "estimate", None, text)]
    return Trial(rows.study, tuple(arms), effects, covariance)


def _arms_problems(rows: Rows) -> list[Problem]:
    names = rows.names["treatment"]
    problems = [
        rows.problem(at, "treatment", name, "this treatment stands twice; expected joined arms")
        for at, name in enumerate(names)
        if name in names[:at]
    ]
    if len(names) < 2:
        problems.append(
            rows.problem(0, "study", rows.study, "expected two arms or more, found one")
        )
    return problems


def _text(cell: Any) -> str:
    """A cell as text, blank where it holds nothing."""
    return "" if pd.isna(cell) else str(cell).strip()


def _problem(i: int, column: str, cell: Any, expected: str) -> Problem:
    return Problem(NAME, i + 2, column, _text(cell) or "(blank)", expected)


def _stop(problems: list[Problem]) -> None:
    if problems:
        raise DataError(problems)
