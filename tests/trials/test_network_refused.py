"""Tables that the network engine refuses, and those that it takes all the same."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

import compare
from compare import network_meta_analysis
from tests.trials.test_network import ARMS, CONTRASTS, arms, loop, pair, same

# No calculation may lean on a division by zero that numpy only warns of.
pytestmark = pytest.mark.filterwarnings("error")


def test_trials_that_say_nothing_are_named():
    """No event at all, and events in everybody, on each of the three scales."""
    rows = [("none", "A", 0, 10), ("none", "P", 0, 12), ("all", "A", 9, 9), ("all", "P", 8, 8)]
    rows += [("t", "A", 5, 20), ("t", "P", 2, 20)]
    for measure in ("odds_ratio", "risk_ratio", "risk_difference"):
        network = network_meta_analysis(pd.DataFrame(rows, columns=ARMS), measure)
        assert network.dropped.to_numpy().tolist() == [
            ["none", "no event in any arm"],
            ["all", "an event in every patient of every arm"],
        ]
        assert [trial.study for trial in network.trials] == ["t"]
    assert refused(rows[:4], ARMS, "odds_ratio") == [
        "trials: no trial is left to compare (none: no event in any arm; "
        "all: an event in every patient of every arm)"
    ]


def refused(rows: list[tuple[Any, ...]], columns: list[str], measure: str) -> list[str]:
    with pytest.raises(compare.DataError) as caught:
        network_meta_analysis(pd.DataFrame(rows, columns=columns), measure)
    return [str(problem) for problem in caught.value.problems]


def test_every_bad_cell_is_named():
    """All cells that cannot be are listed, with line, column, what is there and what should be."""
    rows = [
        ("s", "A", 12, 10),
        ("s", "B", -1, 10),
        ("s", "C", 2.5, 10),
        ("s", "D", "many", 10),
        ("s", "E", 1, 0),
        ("s", "F", 1, 9.5),
        ("s", "G", None, 10),
        ("s", " ", 1, 10),
        (None, "H", 1, math.inf),
    ]
    found = refused(rows, ARMS, "odds_ratio")
    events = "expected a whole number from 0 to n"
    whole = "expected a whole number above 0"
    assert found == [
        f"trials, line 2, column events: found '12': {events}",
        f"trials, line 3, column events: found '-1': {events}",
        f"trials, line 4, column events: found '2.5': {events}",
        f"trials, line 5, column events: found 'many': {events}",
        f"trials, line 6, column events: found '1': {events}",
        f"trials, line 8, column events: found '(blank)': {events}",
        f"trials, line 6, column n: found '0.0': {whole}",
        f"trials, line 7, column n: found '9.5': {whole}",
        f"trials, line 10, column n: found 'inf': {whole}",
        "trials, line 10, column study: found '(blank)': expected a name",
        "trials, line 9, column treatment: found '(blank)': expected a name",
    ]


def test_numbers_of_means_and_contrasts():
    """Spreads must be above 0 and finite, means and estimates numbers."""
    means = [("s", "A", 1.0, 0.0, 10), ("s", "B", None, 1e13, 10)]
    found = refused(means, ["study", "treatment", "mean", "sd", "n"], "mean_difference")
    assert found == [
        "trials, line 3, column mean: found '(blank)': expected a number",
        "trials, line 2, column sd: found '0.0': expected a number above 0",
        "trials, line 3, column sd: found '10000000000000.0': expected a number above 0",
    ]
    found = refused([("s", "A", "B", 1e12, 1e-9)], CONTRASTS, "log_ratio")
    assert found == [
        "trials, line 2, column estimate: found '1000000000000.0': expected a number",
        "trials, line 2, column se: found '1e-09': expected a number above 0",
    ]


def test_nullable_columns_and_arms_of_one():
    """A blank in a column of whole numbers is named; an arm of one patient may stand."""
    table = pd.DataFrame([("s", "A", 1, 10), ("s", "B", 0, 1)], columns=ARMS)
    table = table.astype({"events": "Int64", "n": "Int64"})
    assert len(network_meta_analysis(table, "odds_ratio").trials) == 1
    table.loc[0, "n"] = pd.NA
    with pytest.raises(compare.DataError, match="line 2, column n: found '\\(blank\\)'"):
        network_meta_analysis(table, "odds_ratio")


def test_missing_columns_are_named():
    """Each measure says which columns it needs; a column that stands twice is refused."""
    row = [("s", "A", 1, 10)]
    found = refused(row, ARMS, "mean_difference")
    needs = "column is missing; a table for mean_difference needs study, treatment, mean, sd, n"
    assert found == [f"trials, column mean: {needs}", f"trials, column sd: {needs}"]
    (found,) = refused(row, ["study", "treatment", "mean", "se"], "log_ratio")[:1]
    assert found.endswith("a table for log_ratio needs study, treatment, comparator, estimate, se")
    (found,) = refused([("s", "A", 1, 10, 2)], [*ARMS, "n"], "odds_ratio")
    assert found == "trials, column n: this column stands twice"
    assert refused([], ARMS, "odds_ratio") == ["trials: expected at least one row"]


def test_trials_that_cannot_be_are_refused_together():
    """A treatment twice in one trial, and a trial of one arm, in one error."""
    rows = [("s", "A", 1, 10), ("s", "A", 2, 10), ("s", "B", 2, 10), ("u", "A", 3, 10)]
    assert refused(rows, ARMS, "odds_ratio") == [
        "trials, line 3, column treatment: found 'A': trial s: this treatment stands twice; "
        "expected joined arms",
        "trials, line 5, column study: found 'u': trial u: expected two arms or more, found one",
    ]
    means = [(*row[:2], 1.0, 0.5) for row in rows]
    columns = ["study", "treatment", "mean", "se"]
    assert len(refused(means, columns, "mean_difference")) == 2


def test_contrasts_that_cannot_be():
    """A pair missing, twice, of one treatment, contradictory estimates, impossible errors."""

    def of(rows: list[tuple[str, str, float, float]]) -> list[str]:
        return refused([("s", *row) for row in rows], CONTRASTS, "mean_difference")

    (text,) = of([("A", "B", 1, 1), ("C", "B", 1, 1), ("D", "A", 1, 1), ("D", "B", 1, 1)])
    assert text == (
        "trials, line 2, column comparator: trial s: expected every pair of its treatments; "
        "missing: A and C; C and D"
    )
    text = of([("A", "B", 1, 1), ("B", "A", -1, 1), ("A", "A", 0, 1)])
    assert text == [
        "trials, line 3, column treatment: found 'B': trial s: B and A are compared twice; "
        "expected each pair once",
        "trials, line 4, column comparator: found 'A': trial s: expected another treatment than "
        "the one that it is compared with",
    ]
    (text,) = of([("A", "B", 1, 1), ("B", "C", 1, 1), ("A", "C", 3, 1)])
    assert text == (
        "trials, line 2, column estimate: trial s: its pairs contradict each other; expected A to "
        "C to be A to B plus B to C"
    )
    (text,) = of([("A", "B", 1, 1), ("B", "C", 1, 1), ("A", "C", 2, 2)])
    assert text == (
        "trials, line 2, column se: trial s: these errors of its pairs cannot belong to one trial"
    )


def test_contrasts_rounded_for_print_are_taken():
    """Pairs that miss by a rounded digit are brought together; by a tenth of an error, still."""
    rows = [("s", "A", "B", 1.00, 0.1), ("s", "B", "C", 1.00, 0.1), ("s", "A", "C", 2.01, 0.1)]
    network = network_meta_analysis(pd.DataFrame(rows, columns=CONTRASTS), "mean_difference")
    # Equal weights share the 0.01 among the three sides.
    assert pair(network, "A", "C")["estimate"] == pytest.approx(2.01 - 0.01 / 3)
    wide = [(*row[:4], 1.0) for row in rows[:2]] + [("s", "A", "C", 2.29, 1.0)]
    network = network_meta_analysis(pd.DataFrame(wide, columns=CONTRASTS), "mean_difference")
    assert pair(network, "A", "C")["estimate"] == pytest.approx(2.29 - 0.29 / 3)


def test_small_errors_are_no_contradiction():
    """Pairs with errors of a thousandth belong to one trial as those of 1 do."""
    rows = [("s", "A", "B", 1.0, 0.001), ("s", "B", "C", 1.0, 0.001), ("s", "A", "C", 2.0, 0.001)]
    network = network_meta_analysis(pd.DataFrame(rows, columns=CONTRASTS), "mean_difference")
    row = pair(network, "A", "C")
    assert row["high"] - row["estimate"] == pytest.approx(1.959964 * 0.001, rel=1e-6)


def test_a_network_in_two_pieces_is_refused():
    """Groups of treatments that no trial connects are named."""
    rows = [("s", "A", 1, 10), ("s", "B", 2, 10), ("u", "C", 3, 10), ("u", "D", 3, 10)]
    (found,) = refused(rows, ARMS, "odds_ratio")
    assert found == (
        "trials: no trial connects these groups of treatments, so nothing compares them: A, B; C, D"
    )
    joined = [*rows, ("v", "B", 1, 10), ("v", "C", 2, 10)]
    assert len(network_meta_analysis(pd.DataFrame(joined, columns=ARMS), "odds_ratio").trials) == 3


def test_wrong_arguments_are_listed_together():
    """Measure, model and favors in one sentence; a reference that is not there; no frame."""
    with pytest.raises(
        ValueError,
        match=r"^measure is 'or'; .* model is 'fixed'; .* common, random; favors is 'up'",
    ):
        network_meta_analysis(loop(), "or", "fixed", favors="up")
    with pytest.raises(ValueError, match="reference is 'Z'; expected one of A, B, C"):
        network_meta_analysis(loop(), "mean_difference", reference="Z")
    with pytest.raises(ValueError, match="table is a list; expected a pandas DataFrame"):
        network_meta_analysis([], "mean_difference")


def test_the_table_is_not_changed():
    """A table with numbers as text is read, and left as it was."""
    table = arms("NMA-STOWE").astype(str)
    before = table.copy()
    found = network_meta_analysis(table, "mean_difference", reference="Placebo")
    pd.testing.assert_frame_equal(table, before)
    same(found, network_meta_analysis(arms("NMA-STOWE"), "mean_difference", reference="Placebo"))


# Tails and time
