"""The page on trade-offs: explorer and digest agree, sentences are true, guards hold."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import compare
from compare import effects
from compare.data.scenario import Scenario
from compare.pages.tradeoffs import page as tradeoffs
from compare.pages.tradeoffs import tables
from compare.pages.tradeoffs.page import TradeOffExplorer
from compare.pages.tradeoffs.sentences import amount
from compare.trials.arms import MINUS
from tests.pages.conftest import CROSSING
from tests.pages.test_tradeoffs_carried import upload


@pytest.fixture
def page(evidence: compare.Evidence) -> TradeOffExplorer:
    """A page as it opens."""
    return TradeOffExplorer(evidence)


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


def test_the_card_on_good_gives_the_reason_of_the_headline(evidence: compare.Evidence) -> None:
    """RA has a network, whose trials are not known to be alike: not "no network compares them"."""
    cards = tradeoffs.TradeOffExplorer(evidence, "ra").panels["cards"].value
    assert "Not weighed: prior treatment is not known in some trials. Each" in cards
    assert cards.count("no network of trials compares them") == 1


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


def test_the_first_row_cannot_move_up(page: TradeOffExplorer) -> None:
    """There is nothing above it: the order stays."""
    before = page.scenario().criteria
    page.swap(0)
    assert page.scenario().criteria == before
    assert page.rows[0].children[-1].disabled


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
