"""The page on one patient: as its pure view, for every condition, with errors that blank it."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

import compare
from compare.authority import cautions
from compare.pages.patient import page, side_by_side
from compare.pages.patient import tables as patient_tables
from compare.pages.patient import views as patient_view

# Weight, age, sex and history of twelve patients whom an audit looked at, by condition.
PATIENTS = [
    ("cidp", 62, 55, None, {"thrombosis_history", "iga_deficiency"}),
    ("cidp", 75, 82, None, {"renal_impairment", "prior_ivig"}),
    ("ra", 75, 60, None, {"heart_failure", "tuberculosis_latent_untreated"}),
    ("ms_relapsing", 70, 35, None, {"jc_virus_positive"}),
    ("crohns", 70, 40, None, {"hepatitis_b_core_antibody"}),
    ("gmg", 75, 55, None, {"meningococcal_unvaccinated"}),
    ("sle", 65, 40, None, {"depression"}),
    ("itp", 25, 8, None, set()),
    ("ulcerative_colitis", 70, 30, "female", {"pregnancy"}),
    ("lupus_nephritis", 65, 35, None, {"pml_history"}),
    ("gpa_mpa", 75, 60, None, {"low_immunoglobulins"}),
    ("nmosd", 65, 45, None, set()),
]


@pytest.fixture
def explorer(evidence):
    """The page as it opens."""
    return page.PatientExplorer(evidence)


def saved(explorer, kind):
    """Content of the first file of a kind that can be saved."""
    offered = explorer.panels["downloads"].offered
    return next(file.written() for file in offered if file.kind == kind)


def test_a_past_clot_shows_on_every_ivig_brand(evidence, explorer):
    """62 kg, CIDP, past thrombosis: box in sentence, list, comparison, printed page and CSV."""
    explorer.controls["weight"].value = 62
    explorer.controls["history"].value = ("thrombosis_history",)
    assert explorer.status.value == ""
    count = len(cautions.products_of(evidence, "ivig"))
    assert "Past thrombosis: boxed warning on IVIG and SCIG" in explorer.finding.value
    assert f"({count} of {count} products)" in explorer.panels["options"].value
    assert "Past venous or arterial thrombosis" in explorer.panels["options"].value
    assert "Boxed warning. Past thrombosis" in explorer.panels["side_by_side"].value
    printed = saved(explorer, "text/html")
    assert "62 kg" in printed
    assert "Boxed warning. Past thrombosis. Counts if" in printed
    assert "inherited" in explorer.panels["cautions"].value


def severities(cell):
    """Severities that a cell of the page names, with "none found" as one of its own."""
    words = {key: words.lower() for key, words in cautions.SEVERITIES.items()}
    starts = re.split(r"\n|<br>", re.sub("</?(strong|span)[^>]*>", "", cell).lower())
    found = {key for key, word in words.items() for line in starts if line.startswith(word)}
    return found | ({"none found"} if "none found" in cell else set())


@pytest.mark.parametrize(("condition_id", "kg", "years", "sex", "factors"), PATIENTS)
def test_three_places_never_disagree(evidence, condition_id, kg, years, sex, factors):
    """Options, side by side and brands name the same severities, product by product."""
    who = compare.Patient(kg, years, sex=sex, factors=factors)
    shown = page.view(evidence, compare.Scenario(condition_id, who))
    rows = cautions.check_cautions(evidence, who, condition_id)
    rows = rows[rows["matches"]]
    for option in shown.options:
        therapy_id, by_product = option["therapy_id"], {}
        for product_id in cautions.products_of(evidence, therapy_id):
            options = {"products": {therapy_id: product_id}}
            scenario = compare.Scenario(condition_id, who, options=options)
            found = side_by_side.compare_therapies(evidence, scenario, [therapy_id])
            lines = {line.label: line.cells[0] for line in found.lines}
            cells = [item.text for item in lines["For this patient"]]
            # What is left open begins with its factor; elsewhere, with what it is.
            cells += ["Not in our reading" for _ in lines.get("Left open", ())]
            by_product[product_id] = severities("\n".join(cells))
            own = rows[rows["therapy_id"].eq(therapy_id) & rows["product_id"].eq(product_id)]
            assert by_product[product_id] == (set(own["severity"]) or {"none found"})
        told = set().union(*by_product.values())
        assert severities(patient_tables.against_cell(option)) == told
        assert "none found" not in told or told == {"none found"}
        if therapy_id == "ivig":
            column = patient_tables.BRAND_COLUMNS["Concerns this patient"]
            cells = {row["product"]: severities(column(row)) for row in shown.brands}
            names = {key: evidence.label("products", key) for key in by_product}
            assert cells == {names[key]: found for key, found in by_product.items()}


def test_a_brand_without_the_caution_says_what_others_have(evidence):
    """A box on the other brands is named beside the one whose own label, read whole, lacks it."""
    rows = evidence.cautions
    lacking = rows["product_id"].eq("octagam_10") & rows["factor_id"].eq("thrombosis_history")
    assert lacking.any()
    without = dataclasses.replace(evidence, cautions=rows[~lacking])
    who = compare.Patient(62, 55, factors={"thrombosis_history"})
    options = {"compare": ["ivig"], "products": {"ivig": "octagam_10"}}
    shown = page.view(without, compare.Scenario("cidp", who, options=options))
    row = next(r for r in shown.brands if r["product"] == "Octagam 10%")
    said = "none read for this product; on others of the therapy: boxed warning (Past thrombosis)"
    cell = patient_tables.BRAND_COLUMNS["Concerns this patient"](row)
    assert said in cell
    assert "Everyone is warned" in cell
    side = side_by_side.statements(shown.comparison)
    told = [row["statement"] for row in side if row["item"] == "For this patient"]
    assert said in told
    assert sum(one.startswith("Everyone is warned. Past thrombosis.") for one in told) == 1


def test_each_condition_shows(evidence, explorer):
    """Every condition opens without an error, with its own patient and therapies."""
    for condition_id in evidence.conditions["condition_id"]:
        explorer.controls["condition"].value = condition_id
        assert explorer.status.value == "", condition_id
        state = explorer.scenario()
        assert 1 <= len(state.options["compare"]) <= 2
        row = evidence.conditions.set_index("condition_id").loc[condition_id]
        assert state.patient.age_years == row["default_age_years"]
        offered = {value for _, value in explorer.controls["compare_0"].options if value}
        assert offered == set(compare.options(evidence, condition_id)["therapy_id"])


def test_the_pair_compared_first_is_that_of_the_patient(explorer):
    """Asthma with a year-round allergen: omalizumab is labeled then, and so is compared."""
    carried = "condition=asthma&weight=70&age=40&history=aeroallergen_positive&ige=300"
    explorer.strip.history.wish.value = f"1 {carried}"
    assert explorer.controls["compare_0"].value == "omalizumab"


def test_no_printout_under_the_name_of_another_patient(explorer):
    """The title goes with its patient: kept as own prices are forgotten, not by a new patient."""
    explorer.controls["weight"].value = 63
    explorer.controls["name"].value = "Room 4"
    same = json.loads(explorer.strip.history.told.value)["text"]
    explorer.strip.history.wish.value = f"1 {same}"
    assert explorer.controls["name"].value == "Room 4"
    explorer.strip.history.wish.value = "2 "
    assert explorer.controls["name"].value == ""


def test_no_severity_without_its_condition(evidence):
    """In every list and table, a conditional caution stands with the words of its condition."""
    factors = {"heart_failure", "iga_deficiency", "tuberculosis_active", "hepatitis_b_active"}
    for condition_id in ("ra", "cidp", "ms_relapsing"):
        who = compare.Patient(62, 50, 170, factors=factors)
        ids = list(compare.options(evidence, condition_id)["therapy_id"])[:4]
        shown = page.view(evidence, compare.Scenario(condition_id, who, options={"compare": ids}))
        for row in shown.options:
            for one in row["concerns"]:
                silent = one["severity"] in ("warns_all", "not_in_reading", "ask")
                assert silent or "counts if: " in one["words"]
        conditional = [row for row in shown.told if row["applies"] == "patient_conditional"]
        silent = ("warns_all", "not_in_reading", "ask")
        told = [row for row in conditional if row["severity"] not in silent]
        assert all(row["condition_text"] for row in told)


def test_what_applies_to_everyone_is_always_there(evidence, explorer):
    """PML and REMS of natalizumab stand in the list for a patient with no history."""
    explorer.controls["condition"].value = "ms_relapsing"
    row = next(r for r in explorer.compute().options if r["therapy_id"] == "natalizumab")
    assert "PML" in row["boxed"]
    assert "REMS" in row["boxed"]


def test_costs_are_those_of_the_library(evidence, explorer):
    """The list's dollars are `annual_cost` of the plan shown."""
    explorer.controls["weight"].value = 62
    shown = explorer.compute()
    found = compare.annual_cost(evidence, "cidp", explorer.scenario().patient)
    for row in shown.costs:
        same = found[
            found["product_id"].eq(row["product_id"]) & found["regimen_id"].eq(row["regimen_id"])
        ].iloc[0]
        assert row["usd_year_one_low"] == pytest.approx(same["usd_year_one_low"], nan_ok=True)
    listed, priced = (
        next(row["usd_year_one_low"] for row in rows if row["therapy_id"] == "efgartigimod")
        for rows in (shown.options, shown.costs)
    )
    assert listed == pytest.approx(priced)


def test_brand_matters(evidence, explorer):
    """Each IVIG brand is listed with its contents; choosing one changes what is compared."""
    brands = explorer.compute().brands
    assert {row["product"] for row in brands} == {
        evidence.label("products", key)
        for key in evidence.products.loc[evidence.products["therapy_id"].eq("ivig"), "product_id"]
    }
    text = explorer.panels["brands"].value
    for word in ("maltose", "L-proline", "sucrose", "sodium", "IgA"):
        assert word in text
    explorer.controls["ivig_product"].value = "octagam_10"
    explorer.controls["history"].value = ("diabetes_glucose_meter",)
    assert "Octagam 10%" in explorer.panels["side_by_side"].value
    assert "Blood glucose checked with a meter" in explorer.panels["side_by_side"].value


def test_choosing_none_says_what_to_do(explorer):
    """Without a therapy the comparison is a sentence, and nothing can be printed."""
    for i in range(4):
        explorer.controls[f"compare_{i}"].value = ""
    assert explorer.status.value == ""
    assert "Choose a therapy" in explorer.panels["side_by_side"].value
    kinds = [file.kind for file in explorer.panels["downloads"].offered]
    assert kinds == ["text/csv", "text/csv"]


def test_nonsense_blanks_the_page_and_says_why(explorer):
    """Pregnancy in a male patient is refused in plain words, with nothing left standing."""
    explorer.controls["history"].value = ("pregnancy",)
    explorer.controls["sex"].value = "male"
    assert "does not go with" in explorer.status.value
    assert explorer.finding.value == ""
    assert explorer.panels["side_by_side"].value == ""
    explorer.controls["sex"].value = "female"
    assert explorer.status.value == ""
    assert explorer.panels["side_by_side"].value


def test_hostile_text_stays_text(evidence):
    """Markup in cautions, factors and the title is escaped on page and printout."""
    rows = evidence.cautions.copy()
    rows["action"] = "<img src=x onerror=alert(1)>"
    factors = evidence.factors.assign(factor="<b onclick=x>" + evidence.factors["factor"])
    hostile = dataclasses.replace(evidence, cautions=rows, factors=factors)
    explorer = page.PatientExplorer(hostile)
    explorer.controls["history"].value = ("thrombosis_history",)
    explorer.controls["name"].value = "<script>x</script>"
    assert explorer.status.value == ""
    texts = [panel.value for panel in explorer.panels.values()]
    for text in [*texts, saved(explorer, "text/html"), explorer.finding.value]:
        assert "<img" not in text
        assert "<b onclick" not in text
        assert "<script" not in text


def test_downloads_name_scenario_and_data(evidence, explorer):
    """File names carry condition, weight and data date."""
    names = [file.name for file in explorer.panels["downloads"].offered]
    assert len(names) == 4
    for name in names:
        assert "cidp" in name
        assert "75kg" in name
        assert str(evidence.data_date) in name
    assert "section,item,therapy_id" in saved(explorer, "text/csv")


def test_effect_words_say_what_is_missing():
    """A figure that is not scored says why; a borrowed one says from where."""
    assert patient_view.effect_words(None) == "not reported"
    row = {"reported": False, "shown": "63% of patients", "reason": "no comparator"}
    assert patient_view.effect_words(row) == "63% of patients; no comparator"
    row = {
        "reported": True, "value": -2.6, "low": -10.6, "high": 8.5, "directness": "indirect",
        "borrowed_from": "ITP",
    }  # fmt: skip
    said = patient_view.effect_words(row)
    assert said == "\u22122.6 (\u221210.6 to 8.5); borrowed from ITP"
