"""What the page on trade-offs says: true, and no more than its draws and trials allow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import compare
from compare import effects, preferences
from compare.pages.tradeoffs import page as tradeoffs
from compare.pages.tradeoffs import sentences as findings
from compare.pages.tradeoffs import tables
from compare.preferences.draws import Ranking
from tests.pages.conftest import CROSSING


def test_the_finding_says_what_each_trial_showed(
    evidence: compare.Evidence, make: Callable[..., tradeoffs.View]
) -> None:
    """Where forty words hold them, each figure in the order of classes and names, never of size;
    else how many; without one the sentence says so, and therapies that lack one are counted."""
    crossing = effects.default_criteria(evidence, "ra")
    three = CROSSING | {"therapies": ["etanercept", "rituximab", "abatacept"]}
    shown = make("ra", options=three, criteria=crossing).figures
    assert shown.finding.text.startswith("ACR20 response, more in 100 than on placebo")
    told = shown.chart.dropna(subset=["x"])
    places = [shown.finding.text.index(f"{shown.names[t]} +") for t in told["therapy_id"]]
    assert len(places) == shown.finding.numbers["shown"] == 3
    assert places == sorted(places)
    shown = make("ra", options=CROSSING, criteria=crossing).figures
    assert shown.finding.text.startswith("ACR20 response: 10 of 10 therapies")
    gaps = int(shown.chart[["x", "y"]].isna().any(axis=1).sum())
    assert shown.finding.numbers["gaps"] == gaps
    nothing = findings.each_trial(shown.chart.assign(x=float("nan")), {}, "", "", "")
    assert nothing.text == "No therapy has a harm or good here that can be scored."


def test_the_ranking_sentence_states_the_draws(make: Callable[..., tradeoffs.View]) -> None:
    """The share in the sentence is the first therapy's, and it is named with its gaps."""
    shown = make("gmg", options={"how": "order"})
    assert shown.ranking is not None
    shares = shown.ranking.acceptability["rank_1"].dropna()
    top, share = str(shares.idxmax()), float(shares.max())
    assert shown.finding.numbers["first_share"] == share
    start = f"{shown.figures.names[top]} is first in {100 * share:.0f} of 100 weightings"
    assert shown.finding.text.startswith(start)
    assert "best" not in shown.finding.text
    for therapy in shown.ranking.too_little:
        assert shown.figures.names[therapy] in shown.finding.text.split("Too little")[1]


def ranking_of(table: pd.DataFrame, weights: Any = None) -> Ranking:
    """Ranks of a small table of exact figures."""
    return preferences.rank(table, weights, draws=20_000)


def two_by_two() -> pd.DataFrame:
    """a costs little and needs an hour more in the chair than b; c is beaten by a on both."""
    rows = [("a", 10, 3), ("a", 60, 2), ("b", 100, 3), ("b", 0, 2), ("c", 40, 3), ("c", 60, 2)]
    return pd.DataFrame(
        {
            "therapy_id": [row[0] for row in rows],
            "criterion": ["cost" if row[2] == 3 else "chair" for row in rows],
            "value": [float(row[1]) for row in rows],
            "favors": "lower",
            "distribution": "fixed",
        }
    )


def test_the_losing_clause_names_where_it_loses() -> None:
    """b wins where chair time matters most; a elsewhere; c is never first."""
    names = {"a": "Alpha", "b": "Beta", "c": "Gamma"}
    labels = {"cost": "Cost", "chair": "Chair time"}
    gaps: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    found = findings.ranking(ranking_of(two_by_two()), "any", names, labels, gaps)
    assert re.match(
        r"(Alpha|Beta) is first in 5\d of 100 weightings; it loses with the most weight on "
        r"(chair time|cost)\. (Alpha|Beta) is first in \d+\. Gamma is never first\.",
        found.text,
    )
    ordered = findings.ranking(
        ranking_of(two_by_two(), ["cost", "chair"]), "order", names, labels, gaps
    )
    assert ordered.text.startswith("Alpha is first in all weightings that fit your ranking.")


def test_words_never_round_to_none_or_all() -> None:
    """0.4 of 100 is "fewer than 1", 99.7 is "more than 99"; only 0 is never, only 1 always."""
    assert findings.first_phrase(0.0) == "never first"
    assert findings.first_phrase(0.004) == "first in fewer than 1 of 100"
    assert findings.first_phrase(0.997) == "first in more than 99 of 100"
    assert findings.first_phrase(1.0) == "always first"
    assert findings.first_phrase(np.nan) == "too little reported"


CRITERIA = {
    name: {"label": label, "group": group, "unit": unit}
    for name, label, group, unit in (
        ("cost", "Cost", "cost", "dollars a year"),
        ("h1", "Harm one", "harm", "per 100"),
        ("h2", "Harm two", "harm", "per 100"),
        ("g", "Good", "benefit", "per 100"),
    )
}


def test_harms_that_outnumber_the_good_are_hinted_at() -> None:
    """Two weighted harms against one good: a hint; one against one: none."""
    hint = findings.correlated(CRITERIA, {"h1": 0.3, "h2": 0.3, "g": 0.4})
    assert hint is not None
    assert "2 harms and 1 good" in hint.text
    assert findings.correlated(CRITERIA, {"h1": 0.5, "g": 0.5}) is None


def test_a_narrow_range_that_decides_is_hinted_at() -> None:
    """A harm whose whole range is 1 in 100 decides who is first: the hint names it."""
    names = ("criterion", "weight_now", "weight_from", "weight_to", "first", "holds_now")
    told = ("h1", 0.6, 0.0, 0.4, "a", False), ("h1", 0.6, 0.4, 1.0, "b", True)
    moves = [dict(zip(names, row, strict=True)) for row in told]
    ranges = {"cost": (0.0, 1e5), "h1": (0.0, 1.0), "h2": (0.0, 20.0), "g": (0.0, 20.0)}
    hints = findings.narrow(CRITERIA, ranges, {"h1": 0.6, "cost": 0.4}, moves)
    assert [hint.text for hint in hints] == [
        "Harm one decides who is first, but its whole range is only 1 in 100."
    ]
    wide = ranges | {"h1": (0.0, 10.0)}
    assert findings.narrow(CRITERIA, wide, {"h1": 0.6, "cost": 0.4}, moves) == []


def test_worth_is_the_exchange_of_the_weights(make: Callable[..., tradeoffs.View]) -> None:
    """Dollars per visit: (weight / range of visits) / (weight / range of cost)."""
    weights = {"cost_year_one": 60.0, "visits_year_one": 40.0}
    shown = make("ra", options={"how": "exact"}, weights=weights)
    cost_width = shown.ranges["cost_year_one"][1] - shown.ranges["cost_year_one"][0]
    visits_width = shown.ranges["visits_year_one"][1] - shown.ranges["visits_year_one"][0]
    (row,) = [one for one in shown.worth if one["criterion"] == "visits_year_one"]
    assert row["usd"] == pytest.approx((0.4 / visits_width) / (0.6 / cost_width))
    assert f"${row['usd']:,.0f} a year to you" in row["text"]


def test_a_missing_figure_is_said_beside_the_rank(
    evidence: compare.Evidence, make: Callable[..., tradeoffs.View]
) -> None:
    """Efgartigimod has no change in MG-ADL: its row of the ranking says so, with the weight."""
    criteria = effects.default_criteria(evidence, "gmg")
    shown = make(criteria=criteria, options=CROSSING | {"how": "order"})
    row = tables.ranking(shown).split("Efgartigimod")[1].split("</tr>")[0]
    assert "not scored: change in MG-ADL (27 of 100 of the weight)" in row


def test_the_answer_has_forty_words_at_most(
    evidence: compare.Evidence, make: Callable[..., tradeoffs.View]
) -> None:
    """Every condition, as it opens and with trials compared all the same."""
    for condition_id in evidence.conditions["condition_id"]:
        for options in ({}, CROSSING):
            text = make(condition_id, options=options).figures.finding.text
            assert len(text.split()) <= 40, text


def test_a_ranking_says_what_is_contraindicated_or_without_a_label(
    make: Callable[..., tradeoffs.View],
) -> None:
    """PPMS with hepatitis B: ocrelizumab is not to be given, rituximab has no label."""
    who = compare.Patient(75, 45, factors={"hepatitis_b_active"})
    shown = make("ms_primary_progressive", patient=who, options={"how": "any"})
    assert "Ocrelizumab (contraindicated in this patient) is" in shown.finding.text
    assert "Without a label for this patient: Rituximab." in [hint.text for hint in shown.hints]
