"""The page on indications: as its pure view, controls move it, errors blank it."""

from __future__ import annotations

import dataclasses

from compare.pages.house import CLASSES
from compare.pages.indications import page


def test_serostatus_moves_list_and_sentence(evidence):
    """Ticking AChR antibodies puts the C5 and FcRn blockers in label."""
    explorer = page.IndicationsExplorer(evidence)
    before = explorer.panels["options"].value
    assert "Needs serostatus" in before
    explorer.controls["history"].value = ("achr_positive",)
    assert explorer.status.value == ""
    assert "Needs serostatus" not in explorer.panels["options"].value
    assert "In label" in explorer.panels["options"].value
    assert explorer.digest() == page.digest(page.view(evidence, explorer.scenario()))


def test_the_answer_says_what_to_tick(evidence):
    """gMG, nothing ticked: 4 labels ask for AChR, 3 for AChR or MuSK. At most 40 words anywhere."""
    said = page.view(evidence, page.opening(evidence)).finding.text
    assert said.startswith(
        "gMG: 7 of 9 therapies have an FDA label if “AChR antibody positive”, "
        "3 if “MuSK antibody positive”: tick it above."
    )
    for condition_id in evidence.conditions["condition_id"]:
        said = page.view(evidence, page.opening(evidence, condition_id)).finding.text
        assert len(said.split()) <= 40, said


def test_the_chosen_condition_is_marked(evidence):
    """The column of the chosen condition, in the map that is the same for all."""
    explorer = page.IndicationsExplorer(evidence, "ra")
    assert '[data-condition="ra"] {' in explorer.panels["map"].value
    assert '<th scope="col" data-condition="ra">' in explorer.panels["map"].value


def test_each_condition_shows(evidence):
    """Every condition opens without an error, whatever is in the history."""
    explorer = page.IndicationsExplorer(evidence)
    explorer.controls["history"].value = ("achr_positive",)
    for condition_id in evidence.conditions["condition_id"]:
        explorer.controls["condition"].value = condition_id
        assert explorer.status.value == "", condition_id
        assert explorer.panels["statements"].value


def test_both_sides_of_a_conflict_are_shown(evidence):
    """Lupus: INESSS and CADTH stand in the list, and the article's six conditions below."""
    explorer = page.IndicationsExplorer(evidence, "sle")
    listed = explorer.panels["options"].value
    assert "Guidelines disagree" in listed
    assert "INESSS" in listed
    assert "CADTH" in listed
    article = explorer.panels["article"].value
    for condition_id in ("gbs", "crohns", "sle", "ra", "ms_relapsing", "gmg"):
        assert evidence.label("conditions", condition_id).replace("'", "&#39;") in article


def test_three_answers_in_myasthenia_only(evidence):
    """The panel is there for myasthenia and empty elsewhere."""
    explorer = page.IndicationsExplorer(evidence)
    assert "Stable disease" in explorer.panels["by_state"].value
    explorer.controls["condition"].value = "cidp"
    assert explorer.panels["by_state"].value == ""


def test_classes_leave_map_and_list(evidence):
    """A class that is switched off leaves both; with none left the page says so."""
    explorer = page.IndicationsExplorer(evidence, "ra")
    assert "Tocilizumab" in explorer.panels["options"].value
    explorer.controls["class_cytokine_inhibitor"].value = False
    assert "Tocilizumab" not in explorer.panels["options"].value
    assert "Tocilizumab" not in explorer.panels["map"].value
    for key in CLASSES:
        explorer.controls[f"class_{key}"].value = False
    assert explorer.status.value == ""
    assert "No therapy" in explorer.panels["options"].value


def test_labels_of_another_place(evidence):
    """With EU labels IVIG is in label for Guillain-Barré."""
    explorer = page.IndicationsExplorer(evidence, "gbs")
    assert "IVIG, alone in our tables, lacks an FDA label" in explorer.finding.value
    explorer.controls["jurisdiction"].value = "EU"
    assert explorer.status.value == ""
    assert "IVIG, alone in our tables, has a label (European Union)" in explorer.finding.value
    assert page.FEW_READ in explorer.panels["map"].value


def test_downloads_and_sources(evidence):
    """Three tables can be saved, and sources are listed."""
    explorer = page.IndicationsExplorer(evidence)
    assert [f.kind for f in explorer.panels["downloads"].offered] == ["text/csv"] * 3
    assert "Sources (" in explorer.panels["sources"].value


def test_hostile_text_stays_text(evidence):
    """A restriction with markup in the data is escaped on the page."""
    rows = evidence.indications.copy()
    rows.loc[rows["condition_id"].eq("gmg"), "restriction"] = "<img src=x onerror=alert(1)>"
    hostile = dataclasses.replace(evidence, indications=rows)
    explorer = page.IndicationsExplorer(hostile)
    assert explorer.status.value == ""
    for name in ("options", "statements", "article"):
        assert "<img" not in explorer.panels[name].value
