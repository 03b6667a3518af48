"""Options, their authority, and for whom: against the raw table and against what is known."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import compare
from compare.authority import indications
from compare.authority.indications import (
    AGAINST,
    FOR,
    IN_LABEL,
    LABELED_IF,
    NEEDS_PRIOR,
    NEEDS_SEROSTATUS,
    OUTSIDE,
)
from compare.claims import ivig
from compare.data.conditions import article_conditions
from compare.data.rows import records, split
from compare.pages.indications import chart as charts
from compare.pages.indications import sentences as indication_findings


def row_of(table, therapy_id):
    """One therapy's row as a dict."""
    return table[table["therapy_id"].eq(therapy_id)].iloc[0].to_dict()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("conditions", "implied_factors"),
        ("indications", "requires_any"),
        ("factor_implies", "implied_factor_id"),
    ],
)
def test_lists_of_factors_hold_factors(evidence, table, column):
    """Every id in a cell of several ids is one of the factors."""
    cells = getattr(evidence, table)[column]
    named = {key for cell in cells for key in split(cell)}
    assert named
    assert named <= set(evidence.factors["factor_id"])


def patient(age_years=50.0, **factors):
    """A patient with factors."""
    return compare.Patient(70, age_years, factors={key for key, value in factors.items() if value})


def test_one_row_per_therapy_with_an_authority(evidence):
    """Every therapy that any statement names stands once in its condition's options."""
    for condition_id in evidence.conditions["condition_id"]:
        table = compare.options(evidence, condition_id)
        rows = evidence.indications
        named = set(rows.loc[rows["condition_id"].eq(condition_id), "therapy_id"])
        assert table["therapy_id"].is_unique
        assert named <= set(table["therapy_id"])
        assert list(table.columns[:3]) == ["therapy_id", "therapy", "therapy_class"]


def test_status_without_a_patient_is_what_the_raw_rows_say(evidence):
    """In label: an FDA row that asks for nothing; else what all its FDA rows ask for."""
    rows = evidence.indications
    for condition_id in evidence.conditions["condition_id"]:
        table = compare.options(evidence, condition_id)
        labels = rows[rows["condition_id"].eq(condition_id) & rows["fda_label"].eq("yes")]
        free = set(labels.loc[labels["requires_any"].isna(), "therapy_id"])
        asking = set(labels["therapy_id"]) - free
        status = table.set_index("therapy_id")["label_status"]
        assert set(status.index[status.eq(IN_LABEL)]) == free
        assert set(status.index[status.isin([*LABELED_IF.values()])]) == asking


def test_conflict_is_for_and_against_among_current_guidelines(evidence):
    """Recomputed from the raw rows for every therapy and condition."""
    rows = evidence.indications
    current = rows[rows["authority"].eq("guideline") & rows["retired"].eq("no")]
    for condition_id in evidence.conditions["condition_id"]:
        here = current[current["condition_id"].eq(condition_id)]
        said = here.groupby("therapy_id")["statement"].agg(set)
        expected = {key for key, words in said.items() if words & {*FOR} and words & {*AGAINST}}
        table = compare.options(evidence, condition_id)
        assert set(table.loc[table["conflicting"], "therapy_id"]) == expected


def test_serostatus_decides_the_label_in_myasthenia(evidence):
    """Without it the C5 and FcRn blockers ask for it; each antibody opens its own labels."""
    ask = compare.options(evidence, "gmg", patient())
    assert row_of(ask, "eculizumab")["label_status"] == NEEDS_SEROSTATUS
    assert row_of(ask, "eculizumab")["requires_any"] == "achr_positive"
    achr = compare.options(evidence, "gmg", patient(achr_positive=True))
    musk = compare.options(evidence, "gmg", patient(musk_positive=True))
    for therapy_id in ("eculizumab", "ravulizumab", "efgartigimod", "rozanolixizumab"):
        assert row_of(achr, therapy_id)["label_status"] == IN_LABEL
    assert row_of(musk, "rozanolixizumab")["label_status"] == IN_LABEL
    assert row_of(musk, "eculizumab")["label_status"] == NEEDS_SEROSTATUS
    none = row_of(compare.options(evidence, "gmg", patient(seronegative=True)), "rozanolixizumab")
    assert none["label_status"] == OUTSIDE
    assert "which this patient has not" in none["label_reason"]


def test_prior_therapy_decides_the_label(evidence):
    """Rituximab in RA and natalizumab in Crohn's disease come after a TNF inhibitor."""
    for condition_id, therapy_id in (("ra", "rituximab"), ("crohns", "natalizumab")):
        without = compare.options(evidence, condition_id, patient())
        after = compare.options(evidence, condition_id, patient(prior_tnf_inhibitor=True))
        assert row_of(without, therapy_id)["label_status"] == NEEDS_PRIOR
        assert row_of(after, therapy_id)["label_status"] == IN_LABEL
    naive = compare.options(evidence, "ra", patient(ra_without_prior_tnf_inhibitor=True))
    assert row_of(naive, "rituximab")["label_status"] == OUTSIDE


def test_age_decides_the_label_and_the_products(evidence):
    """At 12 with AChR antibodies: nipocalimab and Soliris (from 6), not its biosimilars."""
    table = compare.options(evidence, "gmg", patient(12, achr_positive=True))
    assert row_of(table, "nipocalimab")["label_status"] == IN_LABEL
    assert row_of(table, "eculizumab")["products"] == "Soliris"
    young = row_of(table, "efgartigimod")
    assert young["label_status"] == "other ages"
    assert "adults" in young["label_reason"]
    assert "12" in young["label_reason"]


@pytest.mark.parametrize(
    ("condition_id", "therapy_id", "years", "kg", "below"),
    [
        ("pjia", "sarilumab", 15, 63, "weigh 63 kg or more"),
        ("plaque_psoriasis", "guselkumab", 8, 40, "children 6 years and older"),
        ("psoriatic_arthritis", "guselkumab", 8, 40, "children 6 years and older"),
        ("atopic_dermatitis", "lebrikizumab", 13, 40, "children 12 years and older"),
    ],
)
def test_weight_decides_the_label_where_the_indication_has_a_bound(
    evidence, condition_id, therapy_id, years, kg, below
):
    """The bound itself is in label; 0.1 kg less is not, and the reason names the patient's weight.

    In adults these labels have no bound, but for sarilumab's in juvenile arthritis.
    """
    at, under, adult = (
        row_of(compare.options(evidence, condition_id, compare.Patient(w, y)), therapy_id)
        for w, y in ((kg, years), (kg - 0.1, years), (kg - 0.1, 40))
    )
    assert at["label_status"] == IN_LABEL
    assert under["label_status"] == "other weights"
    assert below in under["label_reason"]
    assert f"this patient weighs {kg - 0.1:g} kg" in under["label_reason"]
    assert (adult["label_status"] == IN_LABEL) == (condition_id != "pjia")


def test_golimumab_in_ulcerative_colitis_asks_children_for_a_weight_and_no_age(evidence):
    """From 15 kg at any age; an adult at any weight."""
    for years, kg, status in ((2, 15, IN_LABEL), (2, 14, "other weights"), (30, 14, IN_LABEL)):
        table = compare.options(evidence, "ulcerative_colitis", compare.Patient(kg, years))
        assert row_of(table, "golimumab")["label_status"] == status


def test_a_phenotype_of_asthma_is_no_serostatus(evidence):
    """What labels in asthma ask for is called a phenotype."""
    table = compare.options(evidence, "asthma", patient())
    asking = table[table["requires_any"].ne("")]
    assert set(asking["label_status"]) == {"needs phenotype"}


def test_a_guideline_without_an_age_says_so_for_a_child(evidence):
    """ACR 2021 on rheumatoid arthritis gives no age; an adult, and Kawasaki, miss none."""
    child, adult = (compare.options(evidence, "ra", patient(years)) for years in (8, 55))
    assert row_of(child, "sarilumab")["guideline_ageless"]
    assert not adult["guideline_ageless"].any()
    assert not compare.options(evidence, "kawasaki", patient(3))["guideline_ageless"].any()


def test_a_statement_for_adults_carries_their_age(evidence):
    """What says "adults" first and no word of children holds from 18 years, and not below."""
    rows = evidence.indications
    said = rows["population"].fillna("")
    adults = said.str.match("adults?\\b") & ~said.str.contains("child|pediatric|and older|or older")
    lacking = rows[adults & rows["age_years_from"].isna()]
    assert list(lacking["row_id"]) == []


def test_guidelines_disagree_on_ivig(evidence):
    """Lupus: INESSS against CADTH; MS and myasthenia too; in Guillain-Barré none disagrees."""
    sle = row_of(compare.options(evidence, "sle"), "ivig")
    assert sle["conflicting"]
    assert "INESSS" in sle["statements_for"]
    assert "CADTH" in sle["statements_against"]
    for condition_id in ("ms_relapsing", "gmg"):
        assert row_of(compare.options(evidence, condition_id), "ivig")["conflicting"]
    gbs = row_of(compare.options(evidence, "gbs"), "ivig")
    assert not gbs["conflicting"]
    assert gbs["statement"] == "recommended"


def test_retired_guidelines_are_marked_and_outranked(evidence):
    """A retired statement is shown only where there is no current one, and then says so."""
    for condition_id in evidence.conditions["condition_id"]:
        rows = indications.statements(evidence, condition_id)
        rows = [row for row in rows if row["authority"] == "guideline"]
        for row in compare.options(evidence, condition_id).to_dict("records"):
            own = [one["retired"] for one in rows if one["therapy_id"] == row["therapy_id"]]
            only_old = set(own) == {"yes"}
            assert row["retired"] == only_old
    crohns = row_of(compare.options(evidence, "crohns"), "ivig")
    assert crohns["retired"]
    assert crohns["statement"] == "not_recommended"


def test_strongest_by_hand():
    """Current before retired, fitting age first, then strength, then place, then year."""
    base = {
        "retired": "no",
        "fits_age": True,
        "fits_weight": True,
        "jurisdiction": "EU",
        "year": 2010.0,
    }

    def said(statement, **more):
        return {**base, "statement": statement, **more}

    old = said("recommended", retired="yes", jurisdiction="US")
    other_age = said("recommended", fits_age=False)
    option, here = said("option"), said("recommended", jurisdiction="US", year=2001.0)
    newer, no = said("recommended", year=2020.0), said("not_recommended")
    unsure = said("insufficient_evidence")
    assert indications.strongest([old, other_age, option]) is option
    assert indications.strongest([option, newer, here]) is here
    assert indications.strongest([said("recommended"), newer]) is newer
    assert indications.strongest([unsure, no]) is no
    assert indications.strongest([old]) is old
    assert indications.strongest([]) is None


def test_labels_warn_against_tnf_inhibitors_in_ms(evidence):
    """They stand outside the label, with the label's own words and not as contraindicated."""
    table = compare.options(evidence, "ms_relapsing")
    for therapy_id in ("infliximab", "adalimumab", "etanercept", "golimumab"):
        row = row_of(table, therapy_id)
        assert row["label_status"] == OUTSIDE
        assert "not a formal contraindication" in row["label_warning"]


def test_jurisdiction_changes_the_label(evidence):
    """IVIG is labeled for Guillain-Barré in the EU rows and not in the FDA rows."""
    us, eu = (compare.options(evidence, "gbs", None, place) for place in ("US", "EU"))
    assert row_of(us, "ivig")["label_status"] == OUTSIDE
    assert "EU" in row_of(us, "ivig")["labeled_elsewhere"]
    assert row_of(eu, "ivig")["label_status"] == IN_LABEL


def test_wrong_arguments_are_named(evidence):
    """Unknown condition, jurisdiction and factor raise a ValueError that says what is known."""
    with pytest.raises(ValueError, match="unknown condition"):
        compare.options(evidence, "gout")
    with pytest.raises(ValueError, match="expected one of"):
        compare.options(evidence, "gmg", None, "XX")
    with pytest.raises(ValueError, match="achr_positive"):
        compare.options(evidence, "gmg", compare.Patient(70, 50, factors={"arch_positive"}))


def test_every_row_is_sourced_and_nothing_is_changed(evidence):
    """Each option with an authority names known sources; the tables stay as they are."""
    before = evidence.indications.copy()
    known = set(evidence.sources["source_id"])
    for condition_id in evidence.conditions["condition_id"]:
        table = compare.options(evidence, condition_id, patient())
        spoken = table["products"].ne("") | table["statement"].ne("")
        assert table.loc[spoken, "source_id"].ne("").all()
        assert {part for ids in table["source_id"] for part in ids.split(";") if part} <= known
    pd.testing.assert_frame_equal(before, evidence.indications)


def test_myasthenia_has_three_answers(evidence):
    """Recommended in exacerbation, not recommended when stable, maintenance trial missed."""
    table = ivig.ivig_by_state(evidence, "gmg")
    answers = {row["setting"]: row["answer"] for row in table}
    assert "recommended: exacerbations (AANEM" in answers["Exacerbation or crisis"]
    assert "Zinman 2007" in answers["Exacerbation or crisis"]
    assert answers["Stable disease"].startswith("not recommended: stable disease (AANEM")
    assert "missed its primary endpoint" in answers["Maintenance"]
    assert all(row["source_id"] for row in table)
    assert ivig.ivig_by_state(evidence, "cidp") == []


def test_article_finding_recomputed(evidence):
    """The sentence on IVIG in the six conditions counts each condition once."""
    rows = ivig.ivig_in_article(evidence)
    table = pd.DataFrame(rows)
    named = article_conditions(evidence)
    assert list(table["condition_id"]) == named
    numbers = indication_findings.article(rows).numbers
    parts = ("agreed", "conflicting", "silent", "against")
    assert sum(numbers[name] for name in parts) == numbers["conditions"] == 6
    labels = evidence.indications
    labels = labels[labels["fda_label"].eq("yes") & labels["therapy_id"].eq("ivig")]
    assert numbers["labeled"] == labels["condition_id"].isin(named).sum() == 0
    ra = table[table["condition_id"].eq("ra")].iloc[0]
    assert ra["statement"] == ""


def test_condition_finding_recomputed(evidence):
    """Numbers of the sentence on a condition come out again from its table."""
    names = evidence.by_id("factors")
    for condition_id in evidence.conditions["condition_id"]:
        table = compare.options(evidence, condition_id, patient(achr_positive=True))
        found = indication_findings.condition(records(table), condition_id, names)
        assert found.numbers["labeled"] == table["label_status"].eq(IN_LABEL).sum()
        assert found.numbers["conflicting"] == table["conflicting"].sum()
        assert found.numbers["warned"] == table["label_warning"].ne("").sum()
        if len(table) > 1 and (found.numbers["labeled"] or not found.numbers["asking"]):
            assert f"{int(found.numbers['labeled'])} of {len(table)}" in found.text


def test_map_shows_each_cell_under_its_specialty(evidence):
    """One cell a row of the matrix, in the table of its condition's specialty, with its signs."""
    rows = evidence.cited(indications.matrix(evidence))
    conditions = evidence.by_id("conditions")
    drawn = charts.map_html(rows, {key: row["specialty"] for key, row in conditions.items()})
    assert drawn.count('" title="') == len(rows) + drawn.count("color:")
    tables = drawn.split("<table")[1:]
    assert len(tables) == len({conditions[row["condition_id"]]["specialty"] for row in rows})
    for part in tables:
        specialty = re.search("<caption>(.*?)</caption>", part)[1]
        for key in re.findall('<td data-condition="([^"]*)" title', part):
            assert conditions[key]["specialty"] == specialty
    for column, end in (("label_mark", "</span><span"), ("guideline_mark", "</span></td>")):
        for name, (_, sign, _) in charts.MARKS[column].items():
            assert drawn.count(f">{sign}{end}") == sum(row[column] == name for row in rows), name


def test_chart_text_is_escaped(evidence):
    """A hostile reason in the table stays text in the map."""
    first = evidence.cited(indications.matrix(evidence)[:1])[0]
    row = {**first, "label_reason": '"><img onerror=x>'}
    drawn = charts.map_html([row], {row["condition_id"]: "<b>"})
    assert "<img" not in drawn
    assert "<b>" not in drawn


def test_a_statement_on_adults_asks_for_the_age(evidence: compare.Evidence) -> None:
    """For a child, a guideline on adults alone says so in `guideline_needs`; not for an adult."""
    child, adult = (
        compare.options(evidence, "atopic_dermatitis", compare.Patient(weight, age))
        for weight, age in ((8, 0.5), (75, 40))
    )
    needs = child.set_index("therapy_id")["guideline_needs"]
    assert needs.pop("dupilumab") == ""  # AAAAI/ACAAI speaks of 6 months and older
    assert needs.eq("ages 18 and over").all()
    assert adult["guideline_needs"].eq("").all()


def test_what_rules_out_is_asked_where_it_concerns_a_therapy(evidence: compare.Evidence) -> None:
    """Not yet a TNF inhibitor concerns rituximab: asked in RA, not in Crohn's disease."""
    asked = {name: indications.needed_factors(evidence, name) for name in ("ra", "crohns", "nmosd")}
    assert asked["ra"] == ["prior_tnf_inhibitor", "ra_without_prior_tnf_inhibitor"]
    assert asked["crohns"] == ["prior_tnf_inhibitor"]
    assert asked["nmosd"] == ["aqp4_positive", "aqp4_negative"]
