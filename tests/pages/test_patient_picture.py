"""The answer and the picture of the patient's page: what they say is what the tables hold."""

from __future__ import annotations

import re

import pytest

import compare
from compare.authority import cautions
from compare.data.rows import records
from compare.pages.patient import drawing, first_dose, own_trials, page, picture
from tests.pages.test_explorer_patient import PATIENTS


def view(evidence, condition_id, kg=70.0, years=50.0, sex=None, factors=()):
    """The page for a patient."""
    who = compare.Patient(kg, years, sex=sex, factors=set(factors))
    return page.view(evidence, compare.Scenario(condition_id, who))


def shown(found, therapy_id):
    """The row of a therapy in the picture."""
    return next(row for row in found.picture if row.therapy_id == therapy_id)


@pytest.mark.parametrize(("condition_id", "kg", "years", "sex", "factors"), PATIENTS)
def test_answer_is_short_and_severities_are_those_of_the_labels(
    evidence, condition_id, kg, years, sex, factors
):
    """Forty words at most; each row flags what `check_cautions` matches, no more and no less."""
    found = view(evidence, condition_id, kg, years, sex, factors)
    assert len(str(found.finding).split()) <= 40
    assert str(found.finding).endswith((".", "others."))
    assert len(found.finding.text) > 40
    rows = records(cautions.check_cautions(evidence, found.scenario.patient, condition_id))
    for row in found.picture:
        mine = {r["severity"] for r in rows if r["matches"] and r["therapy_id"] == row.therapy_id}
        assert {severity for severity, _, _ in row.spoken.against} == mine
        html = drawing.picture([row], "")
        assert ("none found in our reading" in html) == (not mine)
        strict = [told for told in row.spoken.against if told[0] in picture.STRICT]
        assert all(condition for _, _, condition in strict)
        assert html.count("counts if: ") == len(strict)


def test_every_condition_opens_with_an_answer_and_a_picture(evidence):
    """All 20: an answer of at most forty words, a row for each option, nothing left blank."""
    for condition_id in evidence.by_id("conditions"):
        found = page.view(evidence, page.opening(evidence, condition_id))
        assert 10 < len(str(found.finding).split()) <= 40, condition_id
        assert {row.therapy_id for row in found.picture} == set(
            compare.options(evidence, condition_id)["therapy_id"]
        )
        for row in found.picture:
            assert row.label
            assert row.burden
            assert row.trials.trials or row.trials.lead in (
                own_trials.NOT_READ,
                own_trials.HARMS_ONLY,
            )
            negotiated = "negotiated by Medicare: no sum" in row.no_price
            assert bool(row.prices) != bool(row.no_price) or negotiated
        html = drawing.picture(found.picture, condition_id)
        assert not re.search(r"<td[^>]*></td>", html)
        assert "not reported" not in html
        assert drawing.SAFE in html


def test_order_is_authority_then_name(evidence):
    """No price and no caution moves a row: places never fall, names rise within one."""
    for condition_id in evidence.by_id("conditions"):
        found = page.view(evidence, page.opening(evidence, condition_id))
        options = {row["therapy_id"]: row for row in found.options}
        keys = [(picture.tier(options[r.therapy_id]), r.therapy.casefold()) for r in found.picture]
        assert keys == sorted(keys)


def test_cidp_as_a_pharmacist_would_read_it(evidence):
    """62 kg, past clot: boxes on IVIG and SCIG, PATH at 0.2 g/kg, never "not reported"."""
    found = view(evidence, "cidp", 62, 55, factors={"thrombosis_history"})
    assert str(found.finding) == (
        "3 options are labeled for this patient. Past thrombosis: boxed warning on IVIG and SCIG, "
        "not in our reading for efgartigimod. Look it up. No trial we read compared them."
    )
    for therapy_id in ("ivig", "scig"):
        assert shown(found, therapy_id).spoken.against[0][0] == "boxed_warning"
    scig = shown(found, "scig")
    # PATH, Hizentra 0.2 g/kg: its primary endpoint; the dose is the one that is priced.
    assert scig.trials.trials[0].figure == "38.6% against 63.2%"
    assert "Hizentra 0.2 g/kg" in scig.trials.trials[0].apart
    assert "withdrawal trial" in scig.trials.shared
    assert [price.product for price in scig.prices] == ["Hizentra"]
    assert shown(found, "efgartigimod").changed == (
        "Vyvgart Hytrulo: label changed (2026-05), check"
    )


def test_gmg_says_what_would_make_more(evidence):
    """Without a serostatus: "7 options are labeled if"; with it, seven and no more to tick."""
    found = page.view(evidence, page.opening(evidence, "gmg"))
    assert str(found.finding).startswith(
        "7 options are labeled if “AChR antibody positive”, 3 if “MuSK antibody positive”: tick it."
    )
    ticked = view(evidence, "gmg", factors={"achr_positive"})
    assert str(ticked.finding).startswith("7 options are labeled for this patient.")
    assert {row.label for row in ticked.picture[:7]} == {"FDA"}


def test_ra_with_heart_failure_marks_infliximab_and_strikes_nothing(evidence):
    """At 3 mg/kg it is a warning, in the picture; both prices of golimumab stand, apart."""
    found = view(evidence, "ra", 85, 60, factors={"heart_failure"})
    told = "Heart failure (contraindicated above 5 mg/kg)"
    assert ("warning", told, "") in shown(found, "infliximab").spoken.against
    assert "contraindicated above 5 mg/kg for infliximab" in str(found.finding)
    assert not any(row.spoken.struck for row in found.picture)
    kinds = [price.kind for price in shown(found, "golimumab").prices]
    assert kinds == ["net", "before_rebates"]


def test_only_a_contraindication_that_is_met_strikes(evidence):
    """Active hepatitis B bars inebilizumab and puts it last; IgA deficiency bars nobody."""
    found = view(evidence, "nmosd", factors={"aqp4_positive", "hepatitis_b_active"})
    struck = [row.therapy_id for row in found.picture if row.spoken.struck]
    assert struck == [row.therapy_id for row in found.picture][-len(struck) :]
    assert "inebilizumab" in struck
    assert "rituximab" not in struck
    iga = view(evidence, "cidp", factors={"iga_deficiency"})
    assert "under a condition" in str(iga.finding)
    assert not any(row.spoken.struck for row in iga.picture)


def test_misses_are_told(evidence):
    """SLE: TULIP-1 (49 against 43) missed and stands beside TULIP-2 (55.5 against 37.3)."""
    trials = own_trials.own_trials(evidence, "sle")["anifrolumab"]
    assert trials.lead == "3 trials, 1 missed"
    figures = {trial.figure: trial.missed for trial in trials.trials}
    assert figures["49% against 43%"] is True
    assert figures["55.5% against 37.3%"] is False
    crohns = own_trials.own_trials(evidence, "crohns")["mirikizumab"]
    assert crohns.lead == own_trials.DIFFERENTLY
    assert "53% against 36%" in str(crohns)


def test_a_miss_of_another_endpoint_is_told(evidence):
    """CIDP: the IVIG withdrawal trial missed I-RODS, on which nothing stands; Crohn's: GEMINI 2 met
    remission and missed response.
    """
    ivig = own_trials.own_trials(evidence, "cidp")["ivig"]
    assert ivig.lead == "2 trials, 1 missed"
    assert "missed its endpoint; IVIG withdrawal trial (Adrichem 2022)" in str(ivig)
    crohns = own_trials.own_trials(evidence, "crohns")
    assert crohns["vedolizumab"].lead == "2 trials, 1 missed, 1 missed in part"


def test_a_miss_by_the_planned_analysis_is_told_beside_an_interval_without_zero(evidence):
    """REGAIN: 1.9 lower (3.3 to 0.6 lower) by the label, missed by the trial's worst ranks."""
    said = str(own_trials.own_trials(evidence, "gmg")["eculizumab"])
    assert "missed its endpoint by the planned analysis" in said
    assert "missed its endpoint;" in str(own_trials.own_trials(evidence, "gmg")["ivig"])


def test_a_child_is_told_which_trials_were_in_adults(evidence):
    """Crohn's at 8 years: CLASSIC I was in adults; at 35 nobody is told so."""
    child, adult = (own_trials.own_trials(evidence, "crohns", age) for age in (True, False))
    assert str(child["adalimumab"]).endswith("in adults")
    assert "in adults" not in str(adult["adalimumab"])
    who = compare.Patient(25, 8)
    shown = page.view(
        evidence, compare.Scenario("crohns", who, options={"compare": ["adalimumab"]})
    )
    good = next(line for line in shown.comparison.lines if line.label == "Trials in this condition")
    assert all(item.text.endswith("in adults") for item in good.cells[0])


def test_an_outcome_is_told_once_and_in_words(evidence):
    """CARE-MS I was read in the label and in its paper: one line each, per patient year."""
    options = {"compare": ["alemtuzumab"]}
    shown = page.view(
        evidence, compare.Scenario("ms_relapsing", compare.Patient(70, 35), options=options)
    )
    good = next(line for line in shown.comparison.lines if line.label == "Trials in this condition")
    told = [item.text for item in good.cells[0]]
    assert sum("MISSED" in one for one in told) == 1
    assert "per patient year" in " ".join(told)


def test_nothing_opens_with_what_no_authority_is_for(evidence):
    """IVIG in Crohn's disease: no label, no guideline. In GBS a guideline is for it."""
    for condition_id in evidence.by_id("conditions"):
        first, *_ = page.opening(evidence, condition_id).options["compare"]
        rows = {row["therapy_id"]: row for row in records(compare.options(evidence, condition_id))}
        assert picture.tier(rows[first]) != picture.NEITHER, condition_id
    assert page.opening(evidence, "gbs").options["compare"] == ["ivig"]


def test_the_line_of_treatment_stands_beside_the_label(evidence):
    """Lemtrada 1: generally after two or more MS drugs. Who was never treated is not just "FDA"."""
    options = compare.options(evidence, "ms_relapsing").to_dict("records")
    said = {row["therapy_id"]: picture.label_words(evidence, row) for row in options}
    assert said["alemtuzumab"] == "FDA, generally third line or later"
    assert said["ocrelizumab"] == "FDA"


def test_three_authors_are_no_guideline(evidence):
    """Pemphigus: a rating "maybe of benefit" is not told as a guideline that supports IVIG."""
    shown = page.view(evidence, page.opening(evidence, "pemphigus_vulgaris"))
    assert "supports IVIG" not in str(shown.finding)


def test_a_miss_is_said_of_a_primary_endpoint_alone(evidence):
    """PRECiSE 1, a trial without its own comparator, and trials of which harms alone were read."""
    crohns = own_trials.own_trials(evidence, "crohns")
    # The label of certolizumab says no role of remission at week 6; its response was met.
    assert "no significant difference" in str(crohns["certolizumab_pegol"])
    assert "missed" not in str(crohns["certolizumab_pegol"])
    nmosd = str(own_trials.own_trials(evidence, "nmosd")["ravulizumab"])
    assert nmosd.startswith("0 of 58 against 20 of 47 patients")
    assert nmosd.endswith("no comparator of its own")
    itp = own_trials.own_trials(evidence, "itp")
    assert itp["efgartigimod"].lead == own_trials.HARMS_ONLY


FIELDS = (
    "Authority, for this patient", "Guidelines:", "label read:", "Boxed warning for everyone",
    "FDA label, for this patient", "Labeled for", "Strongest guideline statement",
    "For this patient", "Boxed warnings", "Other warnings", "Year one", "A later year",
    "Product and price", "Schedule", "In year one", "chair hours", "Before the first dose",
    "During the infusion or injection", "Afterwards", "Monitoring", "Vaccination",
    "Where it can be given", "Harm, with its comparator", "Trials in this condition",
    "Sugar, amino acid, sodium, IgA", "Contents that matter", "A change of brand",
    "Every caution on the chosen therapies", "Counts if", "What to do", "Label read, section",
    "Sources", "is not \u201csafe\u201d",
)  # fmt: skip


def test_nothing_of_the_page_is_lost(evidence):
    """Every field that the page had before it answered first is still on it."""
    explorer = page.PatientExplorer(evidence)
    whole = " ".join(panel.value for panel in explorer.panels.values())
    for field in FIELDS:
        assert field in whole, field
    assert "Show the figures" in whole


def test_negotiated_price_is_a_tick_until_the_payer_is_medicare(evidence):
    """Enbrel in RA: 364 days x $2,355 / 30 = $28,574; stands only for Medicare, in the words too.

    The table below and the printed comparison then name it as well.
    """
    who = compare.Patient(85, 60)
    found = page.view(evidence, compare.Scenario("ra", who))
    row = shown(found, "etanercept")
    assert [price.kind for price in row.prices] == ["before_rebates"]
    (tick,) = row.marks
    assert (tick.product, tick.kind) == ("Enbrel", "negotiated")
    assert tick.low == tick.high == pytest.approx(364 * 2355 / 30)
    html = drawing.picture(found.picture, "RA")
    assert "Enbrel, negotiated by Medicare, any dose" in html
    assert 'class="negotiated"' not in html
    options = {"payer": "medicare", "compare": ["etanercept"]}
    found = page.view(evidence, compare.Scenario("ra", who, options=options))
    row = shown(found, "etanercept")
    assert [price.kind for price in row.prices] == ["before_rebates", "negotiated"]
    assert not row.marks
    assert 'class="negotiated"' in drawing.picture(found.picture, "RA")
    told = {line.label: line.cells[0][0].text for line in found.comparison.lines}
    assert told["Year one"] == "$28,574"
    assert "Medicare maximum fair price" in told["Product and price"]


@pytest.mark.parametrize("condition_id", ["cidp", "ulcerative_colitis", "gmg"])
def test_first_dose_lists_every_option_in_the_order_of_the_picture(evidence, condition_id):
    """Tests before, premedication and vaccination of each, or that they are not in our reading."""
    found = view(evidence, condition_id)
    names = [evidence.label("therapies", row.therapy_id) for row in found.picture]
    assert [row["therapy"] for row in found.first_dose] == names
    for row in found.first_dose:
        assert all(row[step] and row[step][0]["text"] for step in first_dose.SHOWN)
    scig = next((row for row in found.first_dose if row["therapy"].startswith("SCIG")), None)
    assert scig is None or "viscosity" in scig["before"][0]["text"]


def test_a_price_of_a_product_without_the_label_says_so(evidence):
    """Kawasaki: Gammagard S/D has the label; the guideline's 2 g/kg is priced with another."""
    found = page.view(evidence, page.opening(evidence, "kawasaki"))
    html = drawing.picture(found.picture, "Kawasaki")
    assert "Octagam 10%, net of rebates, not in its label here" in html
    assert shown(found, "ivig").label == "FDA"
    assert "not in its label here" not in drawing.picture(view(evidence, "cidp").picture, "CIDP")
