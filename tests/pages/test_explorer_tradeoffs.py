"""The page on trade-offs: explorer and digest agree, sentences are true, guards hold."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest

import compare
from compare import effects, preferences
from compare.data.scenario import Scenario, from_address
from compare.pages.tradeoffs import chart as charts
from compare.pages.tradeoffs import page as tradeoffs
from compare.pages.tradeoffs import sentences as findings
from compare.pages.tradeoffs import tables
from compare.pages.tradeoffs.page import TradeOffExplorer
from compare.pages.tradeoffs.sentences import amount
from compare.preferences.draws import Ranking
from compare.trials.arms import MINUS

CROSSING = {"cross_trials": True}


@pytest.fixture
def page(evidence: compare.Evidence) -> TradeOffExplorer:
    """A page as it opens."""
    return TradeOffExplorer(evidence)


@pytest.fixture
def make(evidence: compare.Evidence) -> Callable[..., tradeoffs.View]:
    """Views of a condition's opening scenario with some settings changed."""

    def view(condition_id: str = "gmg", **changes: Any) -> tradeoffs.View:
        scenario = tradeoffs.opening(evidence, condition_id)
        return tradeoffs.view(evidence, dataclasses.replace(scenario, **changes))

    return view


def test_the_page_opens_with_its_digest(evidence: compare.Evidence, page: TradeOffExplorer) -> None:
    """What the explorer shows is the pure view of the opening scenario."""
    assert page.status.value == ""
    assert page.digest() == tradeoffs.digest(tradeoffs.view(evidence, tradeoffs.opening(evidence)))


def test_nothing_is_ranked_before_the_reader_has_spoken(page: TradeOffExplorer) -> None:
    """No ranking, no acceptability and no sensitivity until what matters is said."""
    for name in ("ranking", "acceptability"):
        assert page.panels[name].value == ""
    assert "Say what matters" in page.panels["said"].value
    page.controls["how"].value = "swing"
    assert page.panels["ranking"].value == ""
    page.controls["points_0"].value = 100
    assert "Weighted values" in page.panels["ranking"].value
    assert "rank" in page.panels["acceptability"].value


def test_ranges_stand_behind_a_box_with_the_better_end_named(page: TradeOffExplorer) -> None:
    """Cost is worth nothing at the dearest: the ends stand in the order of their value."""
    assert "No value at" not in page.panels["how_to"].value
    page.controls["more"].value = True
    told, shown = page.panels["how_to"].value, page.compute()
    low, high = shown.ranges["cost_year_one"]
    dear, cheap = (amount(end, "dollars a year") for end in (high, low))
    assert told.index(str(dear)) < told.index(str(cheap))


def scored_by_trials(shown: tradeoffs.View) -> pd.DataFrame:
    """Cells of harms and benefits that are scored."""
    table = shown.figures.table
    return table[table["criterion"].str.contains(":") & table["reported"]]


def test_single_trials_are_not_weighed_before_the_reader_opts_in(
    evidence: compare.Evidence, make: Callable[..., tradeoffs.View]
) -> None:
    """The guard of all conditions: whatever a saved scenario names, harms and benefits are weighed
    by networks alone, and where there is none cost and burden are; a reader who opts in weighs
    more."""
    networks, opted = 0, 0
    for condition_id in evidence.conditions["condition_id"]:
        named = effects.default_criteria(evidence, condition_id)
        shown = make(condition_id, criteria=named, options={"basis": "treated"})
        scored = scored_by_trials(shown)
        assert scored["study"].str.startswith("network of ").all(), condition_id
        networks += len(scored) > 0
        groups = {row["group"] for row in shown.figures.criteria.values()}
        assert len(scored) or groups <= {"cost", "burden"}, condition_id
        assert not scored["group"].eq("harm").any()
        crossing = make(condition_id, criteria=named, options=CROSSING)
        opted += len(scored_by_trials(crossing)) > 0
    assert networks >= 2
    assert opted > networks


def test_the_reader_opts_in_in_so_many_words(page: TradeOffExplorer) -> None:
    """Only after the box is ticked are harms of single trials offered, and the page says so."""
    box = page.controls["cross"]
    assert box.value is False
    assert "no trial compared these therapies" in box.description

    def offered() -> list[str]:
        return [key for _, key in page.controls["criterion_0"].options if ":" in key]

    assert offered() == []
    assert "cross_trials" not in page.scenario().options
    page.controls["how"].value = "any"
    assert "Harms and benefits are not weighed" in page.finding.value
    assert "what no network compares is left out" in page.panels["said"].value
    box.value = True
    assert len(offered()) > 5
    assert page.scenario().options["cross_trials"] is True
    assert "You asked to compare figures of different trials" in page.panels["said"].value
    box.value = False
    assert offered() == []


def test_earlier_treatment_changes_the_network_on_the_page(page: TradeOffExplorer) -> None:
    """A TNF inhibitor in the history: the good is what trials in exposed patients estimate."""
    page.controls["condition"].value = "ulcerative_colitis"
    assert "trials in biologic-naive adults" in page.finding.value
    assert "of 21 pairs looked at, none is told apart" in page.finding.value
    page.controls["history"].value = (*page.controls["history"].value, "prior_tnf_inhibitor")
    assert "trials in adults who had had a biologic" in page.finding.value
    labels = [words for words, key in page.controls["x"].options if key.startswith("benefit:")]
    assert labels
    assert all("who had had a biologic" in words for words in labels)
    assert page.digest() == tradeoffs.digest(tradeoffs.view(page.evidence, page.scenario()))


def test_a_new_condition_forgets_what_mattered(page: TradeOffExplorer) -> None:
    """Criteria, patient and chart follow the condition; the ranking is gone."""
    page.controls["how"].value = "order"
    page.controls["cross"].value = True
    page.controls["condition"].value = "kawasaki"
    assert page.controls["how"].value == ""
    assert page.controls["cross"].value is False
    assert page.controls["weight"].value == 14
    assert page.panels["ranking"].value == ""
    assert page.controls["criterion_0"].value == "cost_per_course"


def test_every_condition_opens(page: TradeOffExplorer) -> None:
    """No condition leaves an error or an empty chart area behind, ranked or not."""
    for condition_id in page.evidence.conditions["condition_id"]:
        page.controls["condition"].value = condition_id
        page.controls["how"].value = "any"
        assert page.status.value == "", (condition_id, page.status.value)


def test_every_control_leaves_page_and_view_equal(page: TradeOffExplorer) -> None:
    """After a walk through the controls the page is the view of its scenario."""
    page.controls["weight"].value = 92.5
    page.controls["cross"].value = True
    page.controls["basis"].value = "treated"
    page.controls["borrow"].value = False
    page.controls["how"].value = "exact"
    page.controls["points_0"].value = 40
    page.controls["points_1"].value = 60
    page.controls["missing"].value = "worst"
    page.controls["range_0"].value = "$100,000 to $900,000"
    page.controls["half_0"].value = "250000"
    assert page.status.value == ""
    scenario = page.scenario()
    assert scenario.ranges[scenario.criteria[0]] == (100_000.0, 900_000.0)
    again = Scenario.from_json(scenario.to_json())
    assert page.digest() == tradeoffs.digest(tradeoffs.view(page.evidence, again))


def test_moving_a_row_up_changes_the_order(page: TradeOffExplorer) -> None:
    """Rows in their order are the order of importance."""
    first, second = page.scenario().criteria[:2]
    page.rows[1].children[-1].click()
    assert page.scenario().criteria[:2] == (second, first)


@pytest.mark.parametrize(
    "changes",
    [
        {"options": {"how": "order"}},
        {"options": {"how": "any", "missing": "worst"}},
        {"options": {"how": "swing", "halves": {"cost_year_one": 250_000.0}},
         "weights": {"cost_year_one": 100.0, "visits_year_one": 35.0}},
        {"options": CROSSING | {"how": "order", "basis": "treated", "borrow": False}, "seed": 5},
    ],
)  # fmt: skip
def test_the_reproduce_box_rebuilds_the_view(
    make: Callable[..., tradeoffs.View], changes: dict[str, Any]
) -> None:
    """Running the lines gives the table, the values and the ranks on screen, digit by digit."""
    shown = make(**changes)
    assert shown.ranking is not None
    space: dict[str, Any] = {}
    exec(shown.script, space)
    pd.testing.assert_frame_equal(space["table"], shown.figures.table, check_exact=True)
    pd.testing.assert_frame_equal(space["value"], shown.value, check_exact=True)
    pd.testing.assert_frame_equal(space["shares"], shown.ranking.acceptability, check_exact=True)


def test_the_lines_are_few_and_say_nothing_of_weights_too_early(
    make: Callable[..., tradeoffs.View],
) -> None:
    """About ten statements; without preferences no ranking in them."""
    script = make(options={"how": "order"}).script
    statements = [line for line in script.splitlines() if re.match(r"\w+ = |import ", line)]
    assert len(statements) <= 10
    assert "rank_acceptability" not in make().script


def upload(content: bytes) -> tuple[dict[str, Any], ...]:
    """What a browser sends for one chosen file."""
    return (
        {
            "name": "scenario.json",
            "type": "application/json",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC),
        },
    )


def test_a_scenario_is_saved_and_opened_again(page: TradeOffExplorer) -> None:
    """A saved file brings back condition, patient, criteria, order, ranges, weights and name."""
    page.controls["condition"].value = "ra"
    page.controls["weight"].value = 81
    page.controls["name"].value = "Clinic <Tuesday>"
    page.controls["how"].value = "swing"
    page.controls["points_0"].value = 100
    page.controls["points_1"].value = 20
    page.controls["range_0"].value = "5000 to 120000"
    page.rows[1].children[-1].click()
    saved, digest = page.scenario().to_json(), page.digest()
    other = TradeOffExplorer(page.evidence)
    other.controls["upload"].value = upload(saved.encode())
    assert other.status.value == ""
    assert other.digest() == digest
    assert other.scenario().to_json() == saved
    assert "<Tuesday>" not in other.panels["downloads"].value


@pytest.mark.parametrize("content", [b"not json", b"{}", b'{"format": 1, "patient": {}}', b"\xff"])
def test_a_wrong_file_is_refused_in_words(page: TradeOffExplorer, content: bytes) -> None:
    """What is no saved scenario says so; a change afterwards shows the page again."""
    page.controls["upload"].value = upload(content)
    assert "This file was not opened" in page.status.value
    page.controls["weight"].value = 70
    assert page.status.value == ""


def test_a_range_that_cannot_be_read_empties_the_page(page: TradeOffExplorer) -> None:
    """No chart and no ranking stand beside a setting that was not understood."""
    page.controls["how"].value = "order"
    page.controls["range_1"].value = "a lot"
    assert "expected two numbers" in page.status.value
    assert page.finding.value == ""
    assert page.panels["ranking"].value == ""
    assert all(len(trace.x or ()) == 0 for trace in page.panels["main"].drawn.data)
    page.controls["range_1"].value = ""
    assert page.status.value == ""
    assert any(len(trace.x or ()) for trace in page.panels["main"].drawn.data)


def test_a_range_is_read_as_the_page_prints_it(page: TradeOffExplorer) -> None:
    """A minus sign, as it stands in the table, and a hyphen mean the same."""
    page.controls["cross"].value = True
    page.controls["criterion_3"].value = "harm:discontinuation_adverse_event:all_cause"
    harm = next(i for i in range(4) if page.controls[f"criterion_{i}"].value.startswith("harm:"))
    name = page.controls[f"criterion_{harm}"].value
    assert amount(-5.0, "per 100") == f"{MINUS}5"
    for words in (f"{MINUS}5 to 10", "-5 to 10"):
        page.controls[f"range_{harm}"].value = words
        assert page.scenario().ranges[name] == (-5.0, 10.0)
    page.controls[f"range_{harm}"].value = ""


def test_half_outside_the_range_is_refused(page: TradeOffExplorer) -> None:
    """An amount worth half lies inside the range, or a sentence says so."""
    page.controls["half_0"].value = "1"
    assert "worth half" in page.status.value


def test_the_chart_shows_every_therapy_once_and_cuts_no_interval(
    make: Callable[..., tradeoffs.View],
) -> None:
    """Main field, rails and corner together hold every therapy; axes hold every end."""
    for condition_id in ("gmg", "ra", "sle", "cidp"):
        frame = make(condition_id).figures.chart
        traces = charts.traces(frame)
        assert len(traces) == 16
        assert sum(len(trace["x"]) for trace in traces) == len(frame)
        layout = charts.layout(frame, "x", "y", 0.0)
        for axis, name in (("xaxis", "x"), ("yaxis", "y")):
            low, high = layout[axis]["range"]
            assert not (frame[f"{name}_low"] < low).any()
            assert not (frame[f"{name}_high"] > high).any()


def test_borrowed_and_cross_trial_marks_are_hollow(make: Callable[..., tradeoffs.View]) -> None:
    """A filled mark is a difference from a trial of this condition, and nothing else is."""
    harm = "harm:discontinuation_adverse_event:all_cause"
    frame = make("gmg", options=CROSSING | {"x": harm}).figures.chart
    assert frame["apart"].any()
    for trace in charts.traces(frame)[::4]:
        for symbol, hover in zip(trace["marker"]["symbol"], trace["customdata"], strict=True):
            assert symbol.endswith("-open") == ("borrowed from" in hover)
    treated = make("gmg", options=CROSSING | {"x": harm, "basis": "treated"}).figures.chart
    assert treated.loc[treated["x"].notna(), "apart"].all()


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
        r"(Alpha|Beta) is first in 5\d of 100 weightings; it loses when (chair time|cost) matters "
        r"most\. (Alpha|Beta) is first in \d+\. Gamma is never first\.",
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
    moves = pd.DataFrame(
        {
            "criterion": ["h1", "h1"],
            "weight_now": [0.6, 0.6],
            "weight_from": [0.0, 0.4],
            "weight_to": [0.4, 1.0],
            "first": ["a", "b"],
            "holds_now": [False, True],
        }
    )
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
    row = shown.worth.set_index("criterion").loc["visits_year_one"]
    assert row["usd"] == pytest.approx((0.4 / visits_width) / (0.6 / cost_width))
    assert f"${row['usd']:,.0f} a year to you" in row["text"]


def test_text_of_the_data_is_escaped(make: Callable[..., tradeoffs.View]) -> None:
    """A name with markup in it stands as text in the tables and in the chart."""
    shown = make("ra", options={"how": "order"})
    evil = "<img src=x onerror=alert(1)>"
    evils = {"therapy": evil, "label": evil}
    figures = dataclasses.replace(
        shown.figures,
        rows=[{**row, **evils} for row in shown.figures.rows],
        criteria={name: {**row, **evils} for name, row in shown.figures.criteria.items()},
        chart=shown.figures.chart.assign(therapy=evil),
        names=dict.fromkeys(shown.figures.names, evil),
        labels=dict.fromkeys(shown.figures.labels, evil),
    )
    changed = dataclasses.replace(shown, figures=figures)
    made = [tables.grid(figures), tables.ranking(changed), tables.acceptability(changed),
            tables.sensitivity(changed), tables.worth(changed)]  # fmt: skip
    notes = charts.layout(figures.chart, "x", "y", 0.0)["annotations"]
    for html in [*made, *(note["text"] for note in notes)]:
        assert "<img" not in html


def test_names_stand_off_each_other_and_off_intervals() -> None:
    """Three marks in one place: names a line apart, around it; one on its interval: above it."""
    here = [(0.1, 100.0)] * 3
    at = charts.levels(here, [(0.1, 0.1)] * 3)
    assert at == pytest.approx([81, 100, 119], abs=2)
    assert charts.levels([(0.1, 50.0)], [(0.0, 0.3)]) == [50.0 + charts.LIFT_PX]


def test_one_criterion_and_none(page: TradeOffExplorer) -> None:
    """A single criterion ranks by itself; none asks for one."""
    for i in range(1, 4):
        page.controls[f"criterion_{i}"].value = ""
    page.controls["how"].value = "order"
    assert page.status.value == ""
    assert "Weighted values" in page.panels["ranking"].value
    page.controls["criterion_0"].value = ""
    assert page.status.value == ""
    assert "Choose at least one criterion" in page.panels["said"].value


def test_controls_name_what_they_are(page: TradeOffExplorer) -> None:
    """Every control has a description, shown in full."""
    for name, control in page.controls.items():
        assert control.description, name
        if hasattr(control.style, "description_width"):
            assert control.style.description_width == "initial", name


def test_default_criteria_open_the_page(evidence: compare.Evidence) -> None:
    """The opening scenario weighs what `default_criteria` names, and says nothing of weights."""
    opening = tradeoffs.opening(evidence)
    chosen = effects.default_criteria(evidence, opening.condition_id, "network")
    assert opening.criteria == chosen
    assert not opening.weights
    assert "how" not in opening.options


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"options": {"how": "guess"}}, "weighs in a way that this page does not know"),
        ({"criteria": tuple(f"c{i}" for i in range(40))}, "has more than"),
    ],
)
def test_a_scenario_that_the_page_cannot_show_is_refused(
    page: TradeOffExplorer, changes: dict[str, Any], said: str
) -> None:
    """Refused as a whole: the page stays as it was, and a sentence says why."""
    before = page.scenario()
    wrong = dataclasses.replace(before, **changes)
    page.controls["upload"].value = upload(wrong.to_json().encode())
    assert said in page.status.value
    page.controls["weight"].value = before.patient.weight_kg + 1
    page.controls["weight"].value = before.patient.weight_kg
    assert page.scenario() == before


def test_a_view_refuses_a_way_of_weighting_it_does_not_know(
    make: Callable[..., tradeoffs.View],
) -> None:
    """The pure view names the ways that there are."""
    with pytest.raises(ValueError, match="unknown way of weighting 'guess'; expected one of"):
        make(options={"how": "guess"})


def test_points_of_0_everywhere_say_nothing(make: Callable[..., tradeoffs.View]) -> None:
    """Swing points that are all 0 rank nothing; the sentence asks what matters."""
    shown = make(options={"how": "swing"})
    assert shown.ranking is None
    assert tables.acceptability(shown) == ""
    assert tables.worth(shown) == ""


def test_without_criteria_the_page_asks_for_one(make: Callable[..., tradeoffs.View]) -> None:
    """No criterion, no ranking: a sentence in its place, and no error."""
    shown = make(criteria=(), options={"how": "any"})
    assert shown.ranking is None
    assert str(shown.finding) == "Choose at least one criterion."


def test_a_price_basis_of_the_scenario_reaches_the_table(
    make: Callable[..., tradeoffs.View],
) -> None:
    """On NADAC alone no infusion has a price, so eculizumab costs nothing that is known."""
    usual, nadac = make(), make(price_basis="nadac")
    cells = [shown.figures.table.set_index(["therapy_id", "criterion"]) for shown in (usual, nadac)]
    key = ("eculizumab", "cost_year_one")
    assert cells[0].at[key, "reported"]
    assert not cells[1].at[key, "reported"]


def test_the_first_row_cannot_move_up(page: TradeOffExplorer) -> None:
    """There is nothing above it: the order stays."""
    before = page.scenario().criteria
    page.swap(0)
    assert page.scenario().criteria == before
    assert page.rows[0].children[-1].disabled


def test_halves_outside_the_criteria_are_passed_over(make: Callable[..., tradeoffs.View]) -> None:
    """An amount worth half of a criterion that was taken out again bends nothing."""
    shown = make(options={"how": "order", "halves": {"gone": 5.0}})
    assert shown.shapes == {}
    assert shown.ranking is not None


def test_a_course_is_compared_by_the_year_at_the_readers_interval(
    page: TradeOffExplorer, make: Callable[..., tradeoffs.View]
) -> None:
    """IVIG in myasthenia, every 4 months: three courses in year one, each over 2 to 5 days."""
    assert "IVIG, Rituximab: months between courses" in page.controls["months"].description
    page.controls["how"].value = "order"
    assert "Say how many months apart" in page.panels["said"].value
    assert page.scenario().options.get("course_months") is None
    page.controls["months"].value = 4
    assert "counted as a course every 4 months, as you said" in page.panels["said"].value
    assert "Too little is reported to rank IVIG" not in page.panels["said"].value
    course = make(criteria=("cost_per_course",)).figures.table.set_index("therapy_id")
    year = make(options={"course_months": 4.0}).figures.table
    money = year[year["criterion"].eq("cost_year_one")].set_index("therapy_id")
    assert money.at["ivig", "low"] == pytest.approx(3 * course.at["ivig", "low"])
    visits = year[year["criterion"].eq("visits_year_one")].set_index("therapy_id").loc["ivig"]
    assert (visits["low"], visits["high"]) == (3 * 2, 3 * 5)  # a course over 2 to 5 days
    page.controls["condition"].value = "ra"
    assert page.controls["months"].value == 0
    assert "tc-hidden" in page.controls["months"]._dom_classes


def test_only_chosen_therapies_are_compared(page: TradeOffExplorer) -> None:
    """Chart, table, ranks and lines of Python hold these and no others; a saved scenario too."""
    chosen = ("ivig", "efgartigimod", "ravulizumab")
    page.controls["how"].value = "any"
    page.controls["therapies"].value = chosen
    assert page.status.value == ""
    computed = page.compute()
    assert set(computed.figures.table["therapy_id"]) == set(chosen)
    assert set(computed.figures.chart["therapy_id"]) == set(chosen)
    assert computed.ranking is not None
    assert set(computed.ranking.acceptability.index) <= set(chosen)
    assert '["therapy_id"].isin(' in computed.script
    saved = page.scenario().to_json()
    other = TradeOffExplorer(page.evidence)
    other.controls["upload"].value = upload(saved.encode())
    assert other.digest() == page.digest()
    page.controls["condition"].value = "ra"
    assert page.controls["therapies"].value == ()


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


def test_a_link_carries_what_was_said(page: TradeOffExplorer) -> None:
    """Weights, chosen therapies and interval open elsewhere as they were; another condition drops
    them; the address of a page as it opens has none."""

    def address(of: TradeOffExplorer) -> str:
        return str(json.loads(of.strip.history.told.value)["text"])

    assert "weighed" not in address(page)
    page.controls["therapies"].value = ("ivig", "efgartigimod", "ravulizumab")
    page.controls["months"].value = 4
    page.controls["how"].value = "swing"
    page.controls["points_0"].value = 60
    page.controls["points_1"].value = 40
    page.controls["weight"].value = 62
    other = TradeOffExplorer(page.evidence)
    other.strip.history.wish.value = f"1 {address(page)}"
    assert other.status.value == ""
    assert other.scenario() == page.scenario()
    assert other.digest() == page.digest()
    assert address(other).split("&usual")[0] == address(page).split("&usual")[0]
    other.controls["condition"].value = "ra"
    assert "weighed" not in address(other)
    other.strip.history.wish.value = f"2 {address(page)}".replace("swing", "guess")
    assert "weights of this link were not taken" in other.status.value
    assert other.controls["how"].value == ""


@pytest.mark.parametrize("weighed", ["1", "[]", "{", '{"how":1}', '{"criteria":7}', "[" * 3000])
def test_an_address_with_other_weights_is_refused(weighed: str) -> None:
    """What is no weights, in one sentence."""
    text = urlencode({"condition": "gmg", "weight": 70, "age": 50, "weighed": weighed})
    with pytest.raises(ValueError, match=r"weights cannot be read|criteria is|no address|not an"):
        from_address(text)


def test_a_ranking_says_what_is_contraindicated_or_without_a_label(
    make: Callable[..., tradeoffs.View],
) -> None:
    """PPMS with hepatitis B: ocrelizumab is not to be given, rituximab has no label."""
    who = compare.Patient(75, 45, factors={"hepatitis_b_active"})
    shown = make("ms_primary_progressive", patient=who, options={"how": "any"})
    assert "Ocrelizumab (contraindicated in this patient) is" in shown.finding.text
    assert "Without a label for this patient: Rituximab." in [hint.text for hint in shown.hints]
