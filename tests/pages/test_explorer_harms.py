"""The page on harms and benefits: nothing mixed, findings true, errors shown, as its pure view."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest

import compare
from compare import effects
from compare.data.rows import known
from compare.data.scenario import Scenario
from compare.pages import forest
from compare.pages import harms as page
from compare.pages.harms import chart as charts
from compare.pages.harms import page as harms_page
from compare.pages.house import CLASSES
from compare.pages.markup import html
from compare.pages.tradeoffs import page as tradeoffs
from compare.trials import arms, harms
from compare.words import short_name


def comparison_of(kind):
    """The group of comparators to which one belongs, or blank."""
    return next((name for name, (_, kinds) in arms.COMPARISONS.items() if kind in kinds), "")


def scenarios(evidence):
    """Every condition with every way of counting, basis and comparator it can be shown in."""
    for condition_id in evidence.conditions["condition_id"]:
        opening = page.opening(evidence, condition_id)
        ways = harms.ascertainments_present(evidence, condition_id) or ["all_cause"]
        kinds = harms.adverse_events(evidence, condition_id)["comparator_kind"].unique()
        groups = {"placebo", *(comparison_of(kind) for kind in kinds)} - {""}
        for way, basis in itertools.product(ways, charts.BASES):
            for comparison in sorted(groups) if basis == "difference" else ["placebo"]:
                options = {"ascertainment": way, "basis": basis, "comparison": comparison}
                yield Scenario(condition_id, opening.patient, options=options)


@pytest.fixture(scope="module")
def views(evidence):
    """The view of every scenario."""
    return [(scenario, page.view(evidence, scenario)) for scenario in scenarios(evidence)]


def values(rows, column):
    """What stands in a column of rows, each once."""
    return {row[column] for row in rows}


def of_state(rows, *states):
    """Rows of these states."""
    return [row for row in rows if row["state"] in states]


def test_no_chart_mixes_anything(views):
    """Behind every chart stands one way of counting, one measure and one sort of comparator."""
    seen = 0
    for scenario, shown in views:
        for rows in (shown.map, shown.forest):
            series = of_state(rows, "reported", "bound")
            if not series:
                continue
            seen += 1
            assert values(series, "ascertainment") == {scenario.options["ascertainment"]}
            assert values(series, "measure") == {"pct_of_subjects"}
            if scenario.options["basis"] != "treated":
                groups = {comparison_of(kind) for kind in values(series, "comparator_kind")}
                assert groups == {scenario.options["comparison"]}
        assert len(values(shown.forest, "event_id")) <= 1
    assert seen > 100


def test_tables_apart_hold_one_measure(views):
    """Figures by infusion and rates stand in tables of their own; rare harms leave the map."""
    for _, shown in views:
        assert values(shown.whole.infusions, "measure") <= {"pct_of_infusions"}
        assert values(shown.whole.rates, "measure") <= {"per_100_patient_years"}
        assert values(shown.whole.rare, "rare_serious") <= {"yes"}
        assert "yes" not in values(shown.map, "rare_serious")
        assert values(shown.whole.pml, "event_id") <= {"pml"}


def test_scored_series_rest_on_primary_rows(views):
    """Differences from placebo come from primary rows alone."""
    for scenario, shown in views:
        if (
            scenario.options["basis"] == "difference"
            and scenario.options["comparison"] == "placebo"
        ):
            series = of_state(shown.map, "reported")
            assert values(series, "primary") <= {"yes"}
            assert all(known(row["difference_pct"]) for row in series)


def test_the_axis_of_a_difference_reads_as_it_is_drawn(evidence):
    """Left more patients, which favors the comparator, right fewer: so do the words above it."""
    drawn = drawn_forest(page.view(evidence, page.opening(evidence, "crohns")))
    more, fewer = (forest.place(drawn, points) for points in (1.0, -1.0))
    assert more < fewer
    assert drawn.axis.startswith("more or fewer")


def test_every_map_has_a_fixed_number_of_traces(views):
    """The live figure gets 4 traces, whatever is shown."""
    for scenario, shown in views:
        basis = scenario.options["basis"]
        assert len(charts.map_traces(shown.map, basis)) == 4
        assert "height" in charts.map_layout(shown.map)


def drawn_forest(shown):
    """The forest as the page draws it."""
    return charts.forest_of(shown.forest, shown.settings.basis, shown.settings.ascertainment)


def test_no_interval_is_cut(views):
    """The axis of a forest holds every point, every end of an interval, and zero."""
    for _, shown in views:
        drawn = drawn_forest(shown)
        low, high = forest.ends(drawn)
        assert low <= 0 <= high
        for mark in drawn.marks:
            ends = [mark.value, mark.low, mark.high] if mark.drawn else []
            assert all(low <= end <= high for end in ends if not math.isnan(end))


def test_the_forest_says_who_is_favored(views):
    """A difference names both sides, a risk none; each therapy has its figures or its name below.

    The right side favors the therapy: fewer harmed.
    """
    for _, shown in views:
        said = page.page.forest_html(shown)
        drawn = drawn_forest(shown)
        sided = shown.settings.basis == "difference" and any(m.drawn for m in drawn.marks)
        assert ("favors the therapy" in said) == sided
        for row in shown.forest:
            assert html("{}", short_name(row["therapy"])) in said
        if sided:
            assert forest.place(drawn, -0.001) > forest.place(drawn, 0.001)


def test_solid_is_the_same_trial_in_this_condition(views):
    """Solid marks are direct differences of groups followed alike; all others are hollow."""
    for _, shown in views:
        solid = {
            mark.row_id for mark in drawn_forest(shown).marks if mark.drawn and not mark.hollow
        }
        assert solid == {
            row["row_id"]
            for row in of_state(shown.forest, "reported")
            if shown.settings.basis == "difference"
            and row["directness"] == "direct"
            and row["same_follow_up"] != "no"
        }


def test_not_reported_has_a_mark_and_is_never_a_number(views):
    """A cell without a figure has no color and a mark of its own; none is drawn as zero."""
    for scenario, shown in views:
        if not shown.map:
            continue
        heat, bounds, other, missing = charts.map_traces(shown.map, scenario.options["basis"])
        counts = Counter(row["state"] for row in shown.map)
        filled = sum(value is not None for line in heat["z"] for value in line)
        assert filled == counts["reported"]
        assert len(bounds["x"]) == counts["bound"]
        assert len(other["x"]) == counts["other"]
        assert len(missing["x"]) == counts["missing"]
        assert counts.keys() <= {"reported", "bound", "other", "missing"}


def test_findings_numbers_recomputed(views):
    """The answer's numbers come out of the rows by another way, and it stays under 40 words."""
    for scenario, shown in views:
        assert len(shown.finding.text.split()) <= 40
        numbers = shown.finding.numbers
        if not shown.forest:
            continue
        told = of_state(shown.forest, "reported")
        own = [
            row
            for row in told
            if row["condition_id"] == scenario.condition_id and row["same_follow_up"] != "no"
        ]
        clear = [row for row in own if row["difference_low_pct"] * row["difference_high_pct"] > 0]
        assert numbers["therapies"] == len(shown.forest)
        assert numbers["own"] == len(own)
        assert numbers["borrowed"] + numbers["unlike"] == len(told) - len(own)
        assert numbers["borrowed"] == sum(row["directness"] == "indirect" for row in told)
        assert numbers["more"] + numbers["fewer"] == len(clear)
        assert numbers["more"] == sum(row["difference_pct"] > 0 for row in clear)
        for row in told:
            assert short_name(row["therapy"]) in shown.event_finding.text
        assert shown.event_finding.numbers["therapies"] == len(shown.forest)
        if scenario.options["basis"] != "difference":
            assert harms.RAW_ARMS in shown.event_finding.text


def test_the_headline_is_of_this_condition(views):
    """Therapies that the answer names have a figure from this condition's own trials."""
    named = 0
    for scenario, shown in views:
        for row in of_state(shown.forest, "reported"):
            own = row["condition_id"] == scenario.condition_id and row["same_follow_up"] != "no"
            if not own:
                name = rf"\b{short_name(row['therapy'])}\b"
                said = re.sub("(than|as) on [^,;.]*", "", shown.finding.text)
                assert not re.search(name, said, re.IGNORECASE)
            named += own
    assert named > 50


def test_each_condition_opens_on_the_event_of_its_row(evidence):
    """With its reason; after what the history singles out; without one, on a key event."""
    for condition_id, row in evidence.by_id("conditions").items():
        shown = page.view(evidence, page.opening(evidence, condition_id))
        assert shown.settings.event_id == row["first_event_id"], condition_id
        assert shown.settings.reason == row["first_event_reason"]
    patient = compare.Patient(70, 55, factors={"thrombosis_history"})
    shown = page.view(evidence, Scenario("gmg", patient))
    assert shown.settings.event_id == "thrombosis"
    assert shown.settings.reason == "“Past thrombosis” is in the history."
    bare = evidence.conditions.assign(first_event_id=None, first_event_reason=None)
    shown = page.view(dataclasses.replace(evidence, conditions=bare), Scenario("ra", patient))
    assert shown.settings.event_id == "serious_infection"
    assert shown.settings.reason == ""


def test_what_is_counted_otherwise_is_not_called_missing(evidence):
    """gMG, listed in the label: eculizumab's serious infections from any cause stand in words."""
    shown = page.view(evidence, page.opening(evidence))
    assert shown.settings.ascertainment == "label_listed"
    marks = {mark.name: mark for mark in drawn_forest(shown).marks}
    row = next(row for row in shown.forest if row["ascertainment"] == "all_cause")
    mark = marks[short_name(row["therapy"])]
    assert not mark.drawn
    assert mark.about == "counted as: any cause"


def test_colitis_does_not_open_with_another_condition(evidence):
    """Infliximab's 5 more in 100 is of RA, 66 against 59 weeks: marked, never the opening."""
    opening = page.opening(evidence, "ulcerative_colitis")
    options = {"ascertainment": "label_listed", "event": "pruritus"}
    shown = page.view(evidence, Scenario("ulcerative_colitis", opening.patient, options=options))
    row = next(r for r in shown.forest if r["therapy_id"] == "infliximab")
    assert row["condition_id"] == "ra"
    assert row["same_follow_up"] == "no"
    # 7 of 100 against 2 of 100 patients.
    assert row["difference_pct"] == pytest.approx(5, abs=0.05)
    assert "nfliximab" not in shown.finding.text
    said = "(borrowed from RA; its groups were not followed alike)"
    assert f"between 3 more and 7 more {said}" in shown.event_finding.text


# Words that set one therapy above another, or name the end of an order.
COMPARATIVES = (
    r"beat(?:s|en)?|better|best|worse|worst(?!-rank analysis)|safer|safest|superior|inferior|"
    r"outperform\w*|highest|lowest|largest|smallest|greatest|least|leads?|wins?|milder|stronger|"
    r"(?:more|less|most) (?:effective|harmful|toxic|often)"
)


def test_no_sentence_sets_one_therapy_above_another(evidence, views):
    """In no condition does a sentence on harm or good order therapies, or miss its own caveat."""
    said = [str(found) for _, shown in views for found in (
        shown.finding, shown.event_finding, shown.ivig_finding,
        shown.whole.controlled_finding,
    )]  # fmt: skip
    for condition_id in evidence.conditions["condition_id"]:
        opening = tradeoffs.opening(evidence, condition_id)
        for basis in effects.BASES:
            options = {"basis": basis, "cross_trials": basis != "network"}
            scenario = dataclasses.replace(opening, options=options)
            finding = tradeoffs.view(evidence, scenario).figures.finding
            said.append(str(finding))
            if finding.numbers.get("shown", 0) > 1:
                assert "None of these figures compares two of the therapies." in str(finding)
    assert len(said) > 500
    for sentence in said:
        found = re.search(rf"\b(?:{COMPARATIVES})\b", sentence, re.IGNORECASE)
        assert found is None, (found, sentence)


def test_controlled_finding_recomputed(views):
    """Therapies without controlled harms are counted from the rows behind the sentence."""
    for _, shown in views:
        labeled = [row for row in shown.whole.controlled if row["labeled"]]
        numbers = shown.whole.controlled_finding.numbers
        assert numbers["labeled"] == len(labeled)
        assert numbers["without"] == sum(row["controlled_events"] == 0 for row in labeled)


def test_ivig_is_compared_on_any_cause_alone(evidence, views):
    """The IVIG view rests on all-cause rows, and names each event that IVIG lacks."""
    done = set()
    for scenario, shown in views:
        if scenario.condition_id in done or not shown.ivig:
            continue
        done.add(scenario.condition_id)
        found = harms.series(evidence, scenario.condition_id, "all_cause", None, True)
        own = {
            row["event_id"]
            for row in found
            if row["therapy_id"] == "ivig" and row["state"] in ("reported", "bound")
        }
        for row in shown.ivig:
            assert (row["event_id"] in own) == (row["ivig"] == 1)
            if not row["ivig"]:
                event = row["event"]
                assert event[1:] in shown.ivig_finding.text
                assert row["ivig_words"] == "not reported"
        assert harms.RAW_ARMS in shown.ivig_finding.text
    assert {"cidp", "gmg", "itp"} <= done


def test_pml_stands_by_antibody_status_and_duration(evidence):
    """Natalizumab's PML risk is listed by stratum: less than 1 to 7 in 1,000, never one number."""
    shown = page.view(evidence, page.opening(evidence, "ms_relapsing"))
    own = [row for row in shown.whole.pml if row["therapy_id"] == "natalizumab"]
    for words in ("antibody negative", "antibody positive", "months 25 to 48"):
        assert any(words in row["arm"] for row in own)
    told = [arms.rare_words(row) for row in own]
    assert "fewer than 1 in 1,000" in told
    assert "1 in 10,000" in told

    def of(*factors: str) -> page.View:
        who = compare.Patient(70, 40, factors=factors)
        return page.view(evidence, Scenario("ms_relapsing", who, options={"event": "pml"}))

    every, first, negative = of(), of("jc_virus_positive"), of("jc_virus_negative")
    assert "natalizumab from 1 in 10,000 (anti-JCV antibody negative" in str(every.finding)
    assert "to 7 in 1,000 (anti-JCV antibody positive, earlier imm" in str(every.finding)
    # Of patients with the other result of the test no estimate is told.
    assert "antibody positive, from fewer than 1 in 1,000 (no earlier" in str(first.finding)
    assert "to 7 in 1,000 (earlier immunosuppressant, months 49 to 72)" in str(first.finding)
    assert "on natalizumab 1 in 10,000 (anti-JCV antibody negative" in str(negative.finding)
    assert "months 25 to 48" in harms_page.forest_html(first)
    after_approval = [row for row in own if row["design"] == "postmarketing"]
    assert sum(not known(row["risk_low_pct"]) for row in after_approval) >= 8


def test_borrowing_can_be_switched_off(evidence):
    """Without borrowing every figure on the map is from the condition itself."""
    opening = page.opening(evidence)
    shown = page.view(
        evidence, Scenario(opening.condition_id, opening.patient, options={"borrow": False})
    )
    assert values(shown.map, "directness") <= {"direct", "missing"}
    with_it = page.view(evidence, opening)
    assert "indirect" in values(with_it.map, "directness")


def test_controls_move_the_page(evidence):
    """A new condition brings its own ways of counting and events; the figure follows."""
    explorer = page.HarmsExplorer(evidence)
    explorer.controls["condition"].value = "ra"
    assert explorer.status.value == ""
    assert "Tocilizumab" in list(explorer.panels["map"].drawn.data[0].x)
    assert explorer.controls["ascertainment"].value in [
        key for _, key in explorer.controls["ascertainment"].options
    ]
    first = list(explorer.panels["map"].drawn.data[0].y)
    explorer.controls["basis"].value = "treated"
    assert explorer.controls["comparison"].disabled
    explorer.controls["class_cytokine_inhibitor"].value = False
    assert "Tocilizumab" not in list(explorer.panels["map"].drawn.data[0].x)
    assert (
        list(explorer.panels["map"].drawn.data[0].y) != first
        or len(explorer.panels["map"].drawn.data[0].x) < 10
    )
    assert explorer.digest() == page.digest(page.view(evidence, explorer.scenario()))


def test_no_class_chosen_is_said(evidence):
    """With every class switched off the page says so instead of failing."""
    explorer = page.HarmsExplorer(evidence)
    for key in CLASSES:
        explorer.controls[f"class_{key}"].value = False
    assert explorer.status.value == ""
    assert "No event" in explorer.finding.value
    assert all(
        not len(trace.x) for trace in explorer.panels["map"].drawn.data if trace.x is not None
    )


def test_page_names_sources_and_escapes(evidence):
    """Sources are listed, and a hostile name in the data stays text."""
    explorer = page.HarmsExplorer(evidence)
    assert "Sources (" in explorer.panels["sources"].value
    hostile = pd.DataFrame([{"therapy": "<img onerror=x>", "therapy_class": "ivig"}])
    assert "<img" not in charts.class_name(hostile.iloc[0].to_dict())


def test_downloads_hold_the_tables(evidence):
    """The page offers its tables as CSV."""
    explorer = page.HarmsExplorer(evidence)
    assert [f.kind for f in explorer.panels["downloads"].offered] == ["text/csv"] * 2


def test_unknown_basis_is_refused(evidence):
    """A basis that does not exist is named in a ValueError."""
    opening = page.opening(evidence)
    wrong = Scenario(opening.condition_id, opening.patient, options={"basis": "nope"})
    with pytest.raises(ValueError, match="basis is"):
        page.view(evidence, wrong)


def test_numbers_of_the_map_are_in_its_cells(evidence):
    """The text in a cell is the rounded difference, in brackets where borrowed."""
    shown = page.view(evidence, page.opening(evidence))
    heat = charts.map_traces(shown.map, "difference")[0]
    cells = {(row["event"], short_name(row["therapy"])): row for row in shown.map}
    for i, event in enumerate(heat["y"]):
        for j, therapy in enumerate(heat["x"]):
            row = cells[event, therapy]
            told = heat["text"][i][j]
            if row["state"] != "reported":
                assert told == ""
                continue
            value = float(told.strip("[]").replace(arms.MINUS, "-"))
            assert abs(value - row["difference_pct"]) <= 0.51
            assert told.startswith("[") == (row["directness"] == "indirect")
            assert np.sign(value) == np.sign(row["difference_pct"]) or value == 0


def test_no_figure_is_finer_than_a_clinician_reads(evidence):
    """Never thousandths of a patient in 100: `<0.1 fewer`, `<0.01%`."""
    for row in harms.cited_rows(evidence):
        said = f"{arms.risk_words(row)} {arms.difference_words(row)} {arms.rare_words(row)}"
        assert row["measure"] == harms.RATE or not re.search(r"\b0\.00\d", said), said


def test_what_was_seen_in_adults_alone_says_so(evidence):
    """gMG: ravulizumab's trial was of adults; in pJIA children; what PI borrows, too."""
    own, borrowed = (
        str(page.view(evidence, page.opening(evidence, key)).finding) for key in ("gmg", "pi")
    )
    assert own.startswith("Serious infection in gMG, in adults: ravulizumab 5 more in 100 than on")
    assert "1 borrowed from another condition, in adults" in borrowed
    assert "pJIA: adalimumab" in str(page.view(evidence, page.opening(evidence, "pjia")).finding)
