"""The page on what works: every pivotal trial once, numbers as in the tables."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import compare
from compare.data.scenario import Scenario
from compare.own import with_therapy
from compare.pages import forest as chart
from compare.pages.what_works import page, tables
from compare.pages.what_works import views as views_of
from compare.pages.what_works.sentences import chip
from compare.trials import benefits
from compare.trials.declared import declared
from compare.trials.results import (
    ACTIVE,
    at_rate,
    block,
    head_to_head,
    result,
    standing,
    trial_rows,
)
from compare.trials.wording import sentence, summary
from tests.pages.test_explorer_harms import COMPARATIVES
from tests.trials.test_declared import FOUR, rates


@pytest.fixture(scope="module")
def views(evidence):
    """The opening view of every condition."""
    return {key: views_of.view(evidence, views_of.opening(evidence, key))
            for key in evidence.conditions["condition_id"]}  # fmt: skip


def marks(forests):
    """All rows that forests draw."""
    return [mark for forest in forests for mark in forest.marks]


def test_every_pivotal_trial_is_drawn_once(evidence, views):
    """Each row that stands is one mark; none head to head stands beside placebo."""
    seen = 0
    for condition_id, shown in views.items():
        raw = evidence.outcomes[evidence.outcomes["condition_id"].eq(condition_id)]
        stands = set(raw.loc[raw["stands"].eq("yes"), "row_id"])
        drawn = Counter(m.row_id for m in marks([*shown.forests, *shown.active_forests]))
        assert stands <= set(drawn)
        assert set(drawn.values()) == {1}
        active = set(raw.loc[raw["comparator_kind"].eq("active"), "row_id"])
        assert not active & {m.row_id for m in marks(shown.forests)}
        assert {m.row_id for m in marks(shown.active_forests)} <= active
        seen += len(stands)
    assert seen == int(evidence.outcomes["stands"].eq("yes").sum())


def test_one_arm_has_no_interval_of_an_effect(views):
    """CHAMPION-NMOSD: none of 58 relapsed; 89.7 to 100 is of a reduction, not of patients."""
    (mark,) = (m for m in marks(views["nmosd"].forests) if m.about.startswith("CHAMPION-NMOSD"))
    assert (mark.value, mark.small) == (0, "")
    assert mark.said == "0 of 58 patients against 20 of 47 on external placebo (PREVENT)"
    assert mark.low != mark.low
    assert mark.high != mark.high


def test_units_are_words(evidence, views):
    """No page says pct or per_patient_year; what is no share of patients is not "of 100"."""
    for shown in views.values():
        said = page.trials_html(shown) + page.figures_html(shown) + page.active_html(shown)
        said = re.sub("<[^>]*>", " ", str(said))
        assert not re.search(r"[0-9in] pct|_year|_per_", said)
    (zonda,) = (m for m in marks(views["asthma"].forests) if m.about.startswith("ZONDA"))
    assert zonda.said.startswith("75 percent against 25 on placebo")
    assert any("difference in percentage points" in one.axis for one in views["mmn"].forests)
    row = next(row for row in views["asthma"].rows if row["row_id"] == zonda.row_id)
    assert tables.rate_cell(row).startswith("25 percent on placebo")


def test_tables_of_trials_speak_words(views):
    """No name of a column, no blank cell for what is not reported, and no "unknown blind"."""
    seen = set()
    for shown in views.values():
        said = page.figures_html(shown)
        assert not re.search("prior_exposure|unknown blind|open blind|not stated: not stated", said)
        for row in (*shown.rows, *shown.active):
            seen.add(tables.exposure_cell(row))
            assert tables.week_cell(row)
            assert tables.design_cell(row)
    assert "no TNF inhibitors" in seen
    assert "not reported: not printed in the abstract" in seen
    newly = {"trial_unknown_reason": "prior_exposure: newly; earlier not printed; weeks: x"}
    assert tables.exposure_cell(newly) == "not reported: newly; earlier not printed"


def test_a_single_pair_is_named_alike(evidence, views):
    """After a colon both names have small letters."""
    assert "anifrolumab and belimumab are not told apart" in str(views["sle"].finding)


def test_missed_trials_are_hollow_and_say_so(evidence, views):
    """A trial is hollow where its row says that the endpoint was not met, and nowhere else."""
    missed = set(evidence.outcomes.loc[evidence.outcomes["met"].eq("no"), "row_id"])
    hollow = set()
    for shown in views.values():
        for mark in marks([*shown.forests, *shown.active_forests]):
            own = bool(mark.chip) and not mark.chip.startswith("missed another")
            assert mark.hollow == (mark.row_id in missed) == own
            hollow |= {mark.row_id} if mark.hollow else set()
    assert len(hollow) >= 10


def test_numbers_of_the_picture_are_those_of_the_outcomes(evidence, views):
    """Printed differences as printed, computed ones as `outcomes` gives them; ends likewise."""
    checked = Counter()
    for condition_id, shown in views.items():
        rows = {row["row_id"]: row for row in benefits.outcomes(evidence, condition_id)}
        for mark in marks([*shown.forests, *shown.active_forests]):
            row = rows[mark.row_id]
            printed = row["effect_measure"] == "risk_difference_points"
            told = row["effect"] == row["effect"]
            if printed and told and row["contrast"] == "treated_minus_comparator":
                checked["printed"] += 1
                assert mark.value == row["effect"]
            elif not printed and row["difference_pct"] == row["difference_pct"]:
                checked["computed"] += 1
                ends = row["difference_low_pct"], row["difference_high_pct"]
                assert (mark.value, mark.low, mark.high) == (row["difference_pct"], *ends)
    assert checked["printed"] > 30
    assert checked["computed"] > 30


def test_a_printed_contrast_is_turned_and_a_reduction_becomes_a_ratio(evidence):
    """Plasma exchange minus IVIG 0.09 (-0.23 to 0.42) is turned; 46 percent less: 0.54."""
    by = {r["row_id"]: r for key in ("gbs", "ms_relapsing") for r in trial_rows(evidence, key)}
    turned = result(by["o_ivig_gbs_gbs_disability_improvement_trial"])
    assert (turned.value, turned.low, turned.high) == (-0.09, -0.42, 0.23)
    opera = next(r for r in by.values() if r["trial_id"] == "opera_1" and r["stands"] == "yes")
    assert result(opera).value == pytest.approx(0.54)
    assert result(opera).toward == -1


def test_the_right_side_favors_the_therapy():
    """Where fewer is good the axis is turned: 0.5 stands right of 1; every end lies within."""
    mark = chart.Mark("r", "ivig", "A", "", "", "", 0.5, 0.25, 0.9)
    forest = chart.Forest("", "", True, -1, (mark,))
    places = [chart.place(forest, value) for value in (1, 0.9, 0.5, 0.25)]
    assert places == sorted(places)
    assert places[0] > 0
    assert places[-1] < 100
    assert 1 in chart.ticks(forest)


def test_patients_per_100_at_a_stated_rate():
    """Odds 1 to 9 tripled are 3 to 9, 25 of 100; a ratio of 2 on 10 is 20; 5 points more are 15."""
    assert at_rate("odds_ratio", 3, 10) == pytest.approx(25)
    assert at_rate("risk_ratio", 2, 10) == pytest.approx(20)
    assert at_rate("risk_difference", 0.05, 10) == pytest.approx(15)


def test_the_answer_has_40_words_and_a_network_or_the_reason(evidence, views):
    """Every condition, also where it is a refusal; no picture is empty."""
    for condition_id, shown in views.items():
        text = str(shown.finding)
        assert len(text.split()) <= 40, text
        assert (" across " in text.replace("compared across", "")) != (
            "Not compared across trials" in text
        ), text
        assert marks([*shown.forests, *shown.active_forests]), condition_id
        explorer = page.WhatWorksExplorer(evidence, condition_id)
        assert explorer.status.value == ""
        picture = explorer.panels["trials"].value + explorer.panels["active"].value
        assert "<circle" in picture or "<rect" in picture or "<path" in picture
    for condition_id in ("gmg", "sjia", "nmosd", "lupus_nephritis", "ms_relapsing"):
        (row,) = evidence.rows("networks", "condition_id", condition_id)
        assert declared(evidence, row["network_id"]).refused in str(views[condition_id].finding)


def test_therapies_are_compared_in_the_words_of_one_function_alone(evidence, views):
    """Outside `wording` and what trials print, no sentence of the page sets one above another."""
    for condition_id, shown in views.items():
        said = [str(shown.finding), shown.no_network]
        said += [forest.title for forest in shown.forests]
        said += [m.chip for m in marks([*shown.forests, *shown.active_forests])]
        said += [f.split(":")[-1] for f in (forest.axis for forest in shown.forests)]
        for one in said:
            assert re.search(rf"\b(?:{COMPARATIVES})\b", one, re.IGNORECASE) is None, one
        if shown.across:
            html = page.across_html(evidence, shown.across, "")
            own = [sentence(p, shown.across.names, str(shown.across.found.row["in_words"]))
                   for p in shown.across.judged]  # fmt: skip
            own.append(summary(shown.across.judged, shown.across.names))
            plain = html
            for known_words in own:
                assert known_words.replace("'", "&#39;") in plain
                plain = plain.replace(known_words, "")
            assert "separated from" not in plain, condition_id


def test_trials_in_adults_alone_say_so(evidence, views):
    """So that nobody reads them for a child: every trial that stands, or nothing is said."""
    adults = set(evidence.trials.loc[evidence.trials["adults_only"].eq("yes"), "trial_id"])
    for condition_id, shown in views.items():
        alone = {row["trial_id"] for row in standing([*shown.rows, *shown.active])} <= adults
        assert (", in adults" in str(shown.finding)) == alone, condition_id
    assert ", in adults" in str(views["crohns"].finding)
    assert ", in adults" not in str(views["asthma"].finding)


def test_a_missed_co_primary_endpoint_is_said(evidence, views):
    """CARE-MS I and GEMINI 2 met the endpoint that is drawn and missed their other primary one."""
    rows = [r for key in ("ms_relapsing", "crohns") for r in trial_rows(evidence, key)]
    said = {row["trial_name"]: chip(row) for row in rows if row["stands"] == "yes"}
    assert said["CARE-MS II (label: Study 1)"] == ""
    assert said["CARE-MS I (label: Study 2)"] == (
        "missed another primary endpoint: Disability progression confirmed at 24 weeks"
    )
    assert "1 missed an endpoint (CARE-MS I)" in str(views["ms_relapsing"].finding)
    assert views["crohns"].finding.numbers["missed"] == 4


def test_head_to_head_trials_stand_once(evidence):
    """VARSITY is one row, in all its patients at week 52; pools yield to their trials."""
    rows = head_to_head(trial_rows(evidence, "ulcerative_colitis"))
    assert [(r["trial_id"], r["timepoint_weeks"], r["treated_value"]) for r in rows] == [
        ("varsity", 52, 31.3)
    ]
    relapsing = head_to_head(trial_rows(evidence, "ms_relapsing"))
    assert {r["design"] for r in relapsing} == {"parallel_rct"}
    assert all(block(row) == ACTIVE for row in relapsing)


def test_the_reader_chooses_rate_reference_and_ranks(evidence):
    """Another rate moves patients per 100 alone; ranks appear only where they are asked for."""
    start = views_of.opening(evidence)

    def across(**options):
        return views_of.view(
            evidence, Scenario(start.condition_id, start.patient, options=options)
        ).across

    usual, twice = across(), across(rate=18)
    assert [m.value for m in usual.forest.marks] == [m.value for m in twice.forest.marks]
    assert usual.forest.marks[0].said != twice.forest.marks[0].said
    assert not usual.ranks
    assert across(also="ranks").ranks
    turned = across(reference="infliximab")
    assert turned.network.reference == "infliximab"
    by = {m.row_id: m.value for m in usual.forest.marks}
    again = {m.row_id: m.value for m in turned.forest.marks}
    assert again["adalimumab"] == pytest.approx(by["adalimumab"] / by["infliximab"])


def test_the_league_reads_row_against_column(evidence):
    """Infliximab's row holds its odds ratio against placebo, placebo's row the inverse."""
    from compare.pages.what_works.tables import league  # noqa: PLC0415

    network = compare.indirect(evidence, "uc_remission")
    names = {node: node for node in network.effects["treatment"]}
    rows = {row["row"]: row for row in league(network, names, True)}
    value = network.effects.set_index("treatment").loc["infliximab", "estimate"]
    assert rows["infliximab"]["placebo"].startswith(f"{value:.2g} (")
    assert rows["placebo"]["infliximab"].startswith(f"{1 / value:.2g} (")


def test_controls_move_the_page(evidence):
    """Endpoint, network and condition change what is shown; the digest is the pure one."""
    explorer = page.WhatWorksExplorer(evidence)
    assert explorer.digest() == page.digest(views_of.view(evidence, views_of.opening(evidence)))
    explorer.controls["endpoint"].value = "uc_clinical_response"
    assert "Clinical response" in explorer.panels["trials"].value
    explorer.controls["network"].value = "uc_response_naive"
    explorer.controls["also"].value = "league"
    assert "All against all" in explorer.panels["across"].value
    explorer.controls["condition"].value = "gmg"
    assert explorer.status.value == ""
    assert "Not compared across trials" in explorer.panels["across"].value


def test_without_each_trial_in_turn(evidence):
    """A row a trial, after one with all of them; without ACT 1 infliximab rests on ACT 2 alone."""
    explorer = page.WhatWorksExplorer(evidence)
    assert "Without each trial in turn" not in explorer.panels["across"].value
    explorer.controls["network"].value = "uc_remission_naive"
    explorer.controls["also"].value = "without"
    assert "Without each trial in turn" in explorer.panels["across"].value
    found = declared(evidence, "uc_remission_naive")
    names = {node: node for node in found.arms["treatment"]}
    network = compare.indirect(evidence, "uc_remission_naive")
    rows = {row["row"]: row for row in tables.without_each(network, names, True)}
    assert len(rows) == 1 + len(found.facts)
    left = found.table[found.table["study"].ne("ACT 1 (label: Study UC I)")]
    alone = compare.network_meta_analysis(left, "odds_ratio", reference="placebo").effects
    ends = alone.set_index("treatment").loc["infliximab", ["estimate", "low", "high"]]
    assert rows["ACT 1"]["infliximab"] == tables.span(*ends, True)
    assert rows["ULTRA 1"]["adalimumab"] == "not connected"
    assert rows["no trial left out"]["adalimumab"] != "not connected"
    assert "placebo" not in rows["ACT 1"]


def test_a_network_of_rates_on_the_page(evidence):
    """Estimates of rates say what they mean where placebo has so many a year; hazards do not."""
    after = with_therapy(evidence, rates(FOUR))
    explorer = page.WhatWorksExplorer(after, "ms_relapsing")
    across = explorer.panels["across"].value
    assert "relapse rate, against placebo; per patient year where it is 0.5 on placebo" in across
    assert "0.25 (0.21 to 0.29) per patient year" in across
    assert "rate or hazard ratio 0.5 (0.43 to 0.59)" in across
    assert explorer.controls["rate"].description.startswith("Rate on that")
    explorer.controls["rate"].value = 1
    assert "0.5 (0.43 to 0.59) per patient year" in explorer.panels["across"].value
    assert explorer.status.value == ""
    assert (
        "1 is told apart, favoring the first: Natalizumab from Ocrelizumab"
        in explorer.panels["across"].value
    )
    hazards = [{**told, "effect_measure": "hazard_ratio"} for told in FOUR[:3]]
    explorer = page.WhatWorksExplorer(with_therapy(evidence, rates(hazards)), "ms_relapsing")
    assert explorer.status.value == ""
    assert "per patient year where" not in explorer.panels["across"].value


def test_a_width_says_that_it_is_no_finding(evidence):
    """Etanercept in RA: not 74 of 100, but that the estimate is hardly narrowed down."""
    shown = views_of.view(evidence, views_of.opening(evidence, "ra"))
    said = {mark.row_id: mark.said for mark in shown.across.forest.marks}
    assert said["etanercept"] == "no finding: the estimate is known only within a factor of 64"
    assert "of 100 (" in said["golimumab"]


def test_names_of_a_network_stand_inside_its_picture() -> None:
    """A long name at either side, with its patients: no figure is cut at the picture's edge."""
    names = dict.fromkeys("abcdefgh", "Certolizumab pegol") | {"r": "placebo"}
    drawn = chart.drawing(
        dict.fromkeys(names, 1234), {("r", key): 1 for key in "abcdefgh"}, names, {}, "r"
    )
    found = re.findall(r'<text x="(\d+)" y="\d+" style="text-anchor:(\w+)">([^<]+)<', drawn)
    assert len(found) == 8
    for x, anchor, told in found:
        left, right = (side * len(told) * chart.LETTER for side in chart.BESIDE[anchor])
        assert left - 1 <= float(x) <= chart.WIDTH - right + 1
