"""The answers of pages beside each other: for many patients, short, true of them, and agreeing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

import compare
from compare.authority import indications
from compare.authority.indications import deciding_factors
from compare.data.conditions import opening_patient, within
from compare.data.rows import records
from compare.pages import coverage
from compare.pages import indications as page_01
from compare.pages import patient as page_00
from compare.pages.patient.head_to_head import compared
from compare.trials.indirect import comparisons
from compare.trials.wording import summary
from compare.words import lower

HISTORIES = ("pregnancy", "hepatitis_b_active")
CONDITIONS = [row["condition_id"] for row in records(compare.load().conditions)]


def people(evidence: compare.Evidence, condition_id: str) -> Iterator[compare.Patient]:
    """The opening patient, a child, one who is light, and each with one thing in the history."""
    first = opening_patient(evidence, condition_id)
    yield first
    yield compare.Patient(25, 8)
    yield compare.Patient(38, 15)
    for factor in (*HISTORIES, *deciding_factors(evidence, condition_id)):
        yield replace(first, factors=first.factors | {factor})


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_00_and_01_agree_on_whom_a_guideline_supports(
    evidence: compare.Evidence, condition_id: str
) -> None:
    """At most 40 words each; 00 never says supported where 01 does not, nor hides a conflict."""
    for who in people(evidence, condition_id):
        scenario = compare.Scenario(condition_id, who)
        first = str(page_00.view(evidence, scenario).finding)
        second = str(page_01.view(evidence, scenario).finding)
        for said in (first, second):
            assert len(said.split()) <= 40, said
        for row in indications.options.rows(evidence, condition_id, who):
            name = lower(str(row["therapy"]).split(" (")[0])
            outside = row["label_status"] in indications.NOT_LABELED
            plain = outside and indications.speaks_for(row)
            plain &= not row["conflicting"] and not row["guideline_ageless"]
            for said, words in ((first, "A guideline supports"), (second, "statement speaks for")):
                told = re.search(rf"{words} ([^.]*)", said)
                if told and name in re.split(r", | and | outside", told[1]):
                    assert plain, (said, row)


def test_a_pregnant_patient_is_told_that_labels_speak_of_it(evidence: compare.Evidence) -> None:
    """Where labels only inform, the answer of 00 says so; silence would look like a clean slate."""
    first = opening_patient(evidence, "cidp")
    who = replace(first, sex="female", age_years=35, factors=first.factors | {"pregnancy"})
    said = str(page_00.view(evidence, compare.Scenario("cidp", who)).finding)
    assert "Pregnant or may become pregnant: information on" in said
    first = opening_patient(evidence, "plaque_psoriasis")
    who = replace(first, sex="female", age_years=35, factors=first.factors | {"pregnancy"})
    said = str(page_00.view(evidence, compare.Scenario("plaque_psoriasis", who)).finding)
    assert "Live vaccines for an infant" in said
    assert "The rest is marked." in said


def boxes(said: object) -> list[str]:
    """What a sentence says to tick."""
    told = str(said)
    return re.findall("“([^”]*)”", told[: told.find("tick it")]) if "tick it" in told else []


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_00_and_01_name_the_same_boxes(evidence: compare.Evidence, condition_id: str) -> None:
    """Both name all of them, or say that there are others."""
    for who in people(evidence, condition_id):
        scenario = compare.Scenario(condition_id, who)
        first, second = (page.view(evidence, scenario).finding for page in (page_00, page_01))
        some, more = sorted((boxes(first), boxes(second)), key=len)
        assert some == more[: len(some)]
        assert some == more or (some and "others if another is" in str(first) + str(second))


def test_what_labels_warn_against_is_no_option_with_a_caution(evidence: compare.Evidence) -> None:
    """MS: five TNF inhibitors are warned against; none of the labeled therapies is warned of it."""
    said = str(page_00.view(evidence, page_00.opening(evidence, "ms_relapsing")).finding)
    assert "Labels warn against 5 options here." in said
    assert "Demyelinating disease" not in said


def test_what_is_contraindicated_is_named(evidence: compare.Evidence) -> None:
    """MS with hepatitis B, Crohn's with heart failure: by name where there are at most three."""
    for condition_id, factor, names in (
        ("ms_relapsing", "hepatitis_b_active", "for ocrelizumab, ofatumumab and ublituximab"),
        ("crohns", "heart_failure", "contraindicated above 5 mg/kg for infliximab"),
        ("ra", "tuberculosis_active", "Active tuberculosis: boxed warning on 7 options"),
    ):
        who = replace(opening_patient(evidence, condition_id), factors=frozenset({factor}))
        said = str(page_00.view(evidence, compare.Scenario(condition_id, who)).finding)
        assert names in said


def test_trials_that_compared_harms_or_had_both_arms_count(evidence: compare.Evidence) -> None:
    """RA: ATTEST counted harms of abatacept and infliximab; psoriasis: FIXTURE gave both."""
    for condition_id, pair in (
        ("ra", ("abatacept", "infliximab")), ("plaque_psoriasis", ("secukinumab", "etanercept")),
    ):  # fmt: skip
        assert pair in compared(evidence, condition_id, pair)
        assert pair not in compared(evidence, condition_id, pair, children=True)


def test_one_option_alone_is_not_said_to_be_uncompared(evidence: compare.Evidence) -> None:
    """In MMN IVIG is the only therapy: no "them"."""
    assert "compared" not in str(page_00.view(evidence, page_00.opening(evidence, "mmn")).finding)


def test_trials_in_adults_are_not_told_of_a_child(evidence: compare.Evidence) -> None:
    """Crohn's disease at 8: pairs with a therapy that is labeled for adults alone are left out."""
    child = compare.Scenario("crohns", compare.Patient(25, 8))
    assert "No trial we read compared them in children" in str(
        page_00.view(evidence, child).finding
    )
    assert "Trials compared" in str(page_00.view(evidence, page_00.opening(evidence, "ra")).finding)


def test_a_guideline_for_low_resource_settings_speaks_for_nobody_else(
    evidence: compare.Evidence,
) -> None:
    """Rituximab in MS (MSIF 2026): supported only once that setting is entered."""
    first = opening_patient(evidence, "ms_primary_progressive")
    there = replace(first, factors=first.factors | {"low_resource_setting"})
    for who, supported in ((first, False), (there, True)):
        shown = page_00.view(evidence, compare.Scenario("ms_primary_progressive", who))
        assert ("supports rituximab" in str(shown.finding)) == supported


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_00_01_and_08_count_the_same_therapies(
    evidence: compare.Evidence, condition_id: str
) -> None:
    """As many therapies on each, in grammatical English."""
    shown = coverage.view(evidence, condition_id)
    options = indications.options.rows(evidence, condition_id)
    assert {row["therapy_id"] for row in options} == set(shown.therapies["therapy_id"])
    text = str(shown.finding)
    assert "1 therapies" not in text
    assert text.startswith(f"For {within(evidence, condition_id)} the tables speak of ")


def test_what_the_trials_tell_apart_says_whom_it_favors(evidence: compare.Evidence) -> None:
    """A sentence without a direction would leave the reader to guess it."""
    pairs = comparisons(evidence, "psa_acr20_naive")
    names = {key: row["therapy"] for key, row in evidence.by_id("therapies").items()}
    text = summary(pairs, names)
    assert "favoring the first: Golimumab from Risankizumab" in text
    assert summary(pairs, names, brief=True) == text.split(", favoring")[0] + "."
