"""The monograph for a P&T committee: every section, the hospital's own count, hostile text."""

from __future__ import annotations

import pandas as pd
import pytest

import compare
from compare.pages.patient import monograph, report, side_by_side
from compare.pages.patient.page import PatientExplorer
from compare.words import usd_range
from tests.pages.test_hostile import MARK, PAGE_TAGS, hostile, read
from tests.pages.test_report import Page

# The second has a therapy that is given as a course.
PAIRS = [
    ("cidp", ["ivig", "efgartigimod"], {"ivig": 40, "efgartigimod": 12}),
    ("ms_relapsing", ["natalizumab", "alemtuzumab"], {"natalizumab": 30, "alemtuzumab": 5}),
]
WHO = compare.Patient(70, 45, 170)


def made(evidence, condition_id, ids, counts):
    """The comparison behind a monograph."""
    options = {monograph.PATIENTS: counts} if counts else {}
    scenario = compare.Scenario(condition_id, WHO, options=options)
    return side_by_side.compare_therapies(evidence, scenario, ids)


def cells(lines, label):
    """Texts of a line, one a therapy."""
    found = next(line for line in lines if line.label == label)
    return ["; ".join(item.text for item in cell) for cell in found.cells]


@pytest.mark.parametrize(("condition_id", "ids", "counts"), PAIRS)
def test_every_section_is_there(evidence, condition_id, ids, counts):
    """Eight sections in their order, each with its table, well-formed, nothing loaded."""
    comparison = made(evidence, condition_id, ids, counts)
    page = Page(monograph.page(evidence, comparison))
    places = [page.text.index(title) for title in monograph.TITLES.values()]
    assert places == sorted(places)
    assert page.open == []
    assert not {"script", "iframe", "img", "link", "object"} & set(page.tags)
    assert all(monograph.sections(evidence, comparison).values())
    for words in (*monograph.TO_WRITE, monograph.NOT_GRADED, "Schedule", "Monitoring",
                  "Boxed warnings", "Patients per year"):  # fmt: skip
        assert words in page.text, words


@pytest.mark.parametrize(("condition_id", "ids", "counts"), PAIRS)
def test_nothing_of_the_comparison_is_lost(evidence, condition_id, ids, counts):
    """Every line of the printed comparison stands in one section of the monograph."""
    comparison = made(evidence, condition_id, ids, counts)
    told = [line for lines in monograph.sections(evidence, comparison).values() for line in lines]
    for line in comparison.lines:
        assert told.count(line) == 1


@pytest.mark.parametrize(("condition_id", "ids", "counts"), PAIRS)
def test_budget_is_cost_per_patient_times_patients(evidence, condition_id, ids, counts):
    """Low and high by hand, from the rows of `annual_cost` of the product shown."""
    comparison = made(evidence, condition_id, ids, counts)
    lines = list(monograph.budget_lines(comparison))
    found = compare.annual_cost(evidence, condition_id, WHO)
    for i, column in enumerate(comparison.columns):
        for cost in column.costs:
            same = found["regimen_id"].eq(cost["regimen_id"])
            row = found[same & found["product_id"].eq(cost["product_id"])].iloc[0]
            chronic = row["use"] == "chronic"
            name = "usd_year_one_low" if chronic else "usd_per_course"
            high = "usd_year_one_high" if chronic else "usd_per_course_high"
            count = counts[ids[i]]
            said = cells(lines, "All in year one" if chronic else "One course each")[i]
            assert said == usd_range(row[name] * count, row[high] * count)
            assert "$" in said


def test_budget_agrees_with_a_cohort_of_such_patients(evidence):
    """Its low end is that of `cohort_cost` for as many patients of the same weight."""
    comparison = made(evidence, *PAIRS[0])
    patients = pd.DataFrame({"patient_id": range(12), "weight_kg": 70.0})
    patients = patients.assign(condition_id="cidp", therapy_id="efgartigimod")
    patients["product_id"] = comparison.columns[1].product_id
    low = compare.cohort_cost(evidence, patients)["usd_year_one"].sum()
    lines = list(monograph.budget_lines(comparison))
    assert cells(lines, "All in year one")[1].split(" to ")[0] == f"${low:,.0f}"


def test_blank_counts_give_no_dollars(evidence):
    """Without a number of patients the budget says so, and invents none."""
    lines = list(monograph.budget_lines(made(evidence, *PAIRS[0][:2], {})))
    assert len(lines) == 3
    for line in lines:
        assert {item.text for cell in line.cells for item in cell} == {monograph.NOT_ENTERED}


def test_a_later_year_of_what_ends_is_told(evidence):
    """Alemtuzumab: no later year, but 3 days of 12 mg in year two for each patient."""
    lines = list(monograph.budget_lines(made(evidence, *PAIRS[1])))
    said = cells(lines, "All in a later year")[1]
    assert said == "$0, as the regimen ends (in year two, once: $90,617 a patient)"


@pytest.mark.parametrize("count", [-1, 1.5, "many", True, 10**7])
def test_wrong_counts_are_refused(evidence, count):
    """No negative, broken, worded or absurd number of patients; nor one of another therapy."""
    with pytest.raises(ValueError, match="patients per year on IVIG"):
        monograph.patients_per_year(made(evidence, *PAIRS[0][:2], {"ivig": count}))
    with pytest.raises(ValueError, match="expected therapies that are compared"):
        monograph.patients_per_year(made(evidence, *PAIRS[0][:2], {"scig": 1}))


def test_therapies_meet_in_the_words_of_trials_alone(evidence):
    """A pair of a network is told by `wording.sentence`; one that never met is told so."""
    pair = ["ustekinumab", "vedolizumab"]
    met = monograph.between(evidence, made(evidence, "ulcerative_colitis", pair, {}))
    assert any("odds of clinical remission" in item.text for item in met)
    assert all(item.source_id for item in met)
    none = monograph.between(evidence, made(evidence, *PAIRS[0]))
    assert [item.text for item in none] == ["No trial and no network of our tables compares them."]


def test_its_own_lines_rebuild_it(evidence):
    """The lines of Python that it prints give the same page, the counts included."""
    comparison = made(evidence, *PAIRS[0])
    names: dict[str, object] = {}
    exec(compile(report.lines(evidence, comparison, "monograph"), "page", "exec"), names)
    assert names["page"] == monograph.page(evidence, comparison)


def test_hostile_text_stays_text(evidence):
    """With an attack in every free text of the tables, no tag and no address but our own."""
    attacked = hostile(evidence)
    for pair in PAIRS:
        page = monograph.page(attacked, made(attacked, *pair))
        assert MARK in page
        read(page, PAGE_TAGS)


def test_page_offers_it_on_request(evidence):
    """Asked for, it is saved with the numbers entered; a new therapy begins without one."""
    page = PatientExplorer(evidence)
    assert "Save the monograph" not in page.panels["downloads"].value
    assert "tc-hidden" in page.controls["patients_0"]._dom_classes
    page.controls["monograph"].value = True
    assert "tc-hidden" not in page.controls["patients_0"]._dom_classes
    page.controls["patients_0"].value = "1,200"
    assert page.status.value == ""
    offered = page.panels["downloads"].offered
    (saved,) = [file for file in offered if file.label == "Save the monograph (HTML)"]
    assert "1,200" in saved.written()
    other = next(key for _, key in page.controls["compare_0"].options if key
                 and key not in page.scenario().options["compare"])  # fmt: skip
    page.controls["compare_0"].value = other
    assert page.controls["patients_0"].value == ""
    assert monograph.PATIENTS not in page.scenario().options


def test_a_wrong_number_of_patients_keeps_the_page(evidence):
    """Only the monograph is missing, and it is said beside the number which one is wrong."""
    page = PatientExplorer(evidence)
    page.controls["monograph"].value = True
    before = {name: page.panels[name].value for name in ("options", "side_by_side", "figures")}
    page.controls["patients_0"].value = "many"
    said = page.panels["no_monograph"].value
    assert "patients per year on" in said
    assert "expected a whole number from 0 to" in said
    assert page.status.value == ""
    assert {name: page.panels[name].value for name in before} == before
    labels = [file.label for file in page.panels["downloads"].offered]
    assert "Save the page to print (HTML)" in labels
    assert "Save the monograph (HTML)" not in labels
    page.controls["patients_0"].value = "12"
    assert page.panels["no_monograph"].value == ""
    assert "Save the monograph (HTML)" in [f.label for f in page.panels["downloads"].offered]
