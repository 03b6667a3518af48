"""Cautions: what must be found, what must be conditional, what is inherited, what is not known."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

import compare
from compare.authority import cautions, factors, guidance, indications
from compare.cost import timetable

IVIG_EVERYWHERE = ("thrombosis_risk", "renal_injury_risk", "hemolysis_event_risk", "iga_deficiency")
# Boxed in every IVIG label read whole but Asceniv's, whose box leaves them to its section 5.
CLASS_BOX = {"diabetes", "volume_depletion", "nephrotoxic_drugs"}
TNF = ("infliximab", "adalimumab", "etanercept", "golimumab", "certolizumab_pegol")
ANTI_CD20 = ("rituximab", "ocrelizumab", "ofatumumab", "ublituximab", "obinutuzumab")


@pytest.fixture(scope="module")
def every(evidence):
    """All cautions of all products, own and inherited."""
    rows = cautions.rows_by_therapy(evidence).values()
    return pd.DataFrame([row for some in rows for row in some])


def check(evidence, condition_id, *factors, age_years=50.0, **more):
    """Cautions for a 62 kg patient with these factors."""
    who = compare.Patient(62, age_years, factors=set(factors), **more)
    return compare.check_cautions(evidence, who, condition_id)


def of(rows, therapy_id, factor_id):
    """Rows of one therapy and factor."""
    return rows[rows["therapy_id"].eq(therapy_id) & rows["factor_id"].eq(factor_id)]


def test_every_ivig_product_has_its_four_cautions(evidence, every):
    """Thrombosis, kidney failure, hemolysis and IgA stand on each IVIG product, read or not."""
    for product_id in cautions.products_of(evidence, "ivig"):
        rows = every[every["product_id"].eq(product_id) & every["therapy_id"].eq("ivig")]
        assert set(IVIG_EVERYWHERE) <= set(rows["factor_id"]), product_id
        boxed = rows[rows["severity"].eq("boxed_warning")]
        assert {"thrombosis_risk", "renal_injury_risk"} <= set(boxed["factor_id"])
        assert "renal_impairment" in set(rows["factor_id"])


def test_iga_deficiency_counts_only_with_antibodies(every):
    """No IVIG product has IgA deficiency without antibodies to IgA in its condition."""
    rows = of(every, "ivig", "iga_deficiency")
    assert rows["applies"].eq("patient_conditional").all()
    assert rows["condition_text"].str.contains("antibodies", case=False).all()
    strict = rows[rows["severity"].eq("contraindicated")]
    assert strict["condition_text"].str.contains("hypersensitivity").all()


def test_past_thrombosis_shows_the_box_on_every_ivig_product(evidence):
    """A 62 kg CIDP patient with a past clot: all products, the unread ones marked."""
    rows = check(evidence, "cidp", "thrombosis_history", age_years=55)
    own = of(rows, "ivig", "thrombosis_history")
    assert set(own["product_id"]) == set(cautions.products_of(evidence, "ivig"))
    assert own["severity"].eq("boxed_warning").all()
    assert own["matches"].all()
    assert own["why"].eq("in this patient").all()
    with_rows = set(evidence.cautions["product_id"])
    unread = own[~own["product_id"].isin(with_rows)]
    assert len(unread) == own["inherited"].sum()
    assert unread["inherited_from"].str.startswith("every IVIG label read").all()
    powder = own[own["product_id"].eq("ivig_powder")].iloc[0]
    assert "was not read" in powder["inherited_from"]


def test_class_rows_are_carried_by_every_label_read(evidence, every):
    """A class row is in each read label of the therapy, and nothing that hangs on ingredients."""
    products = evidence.products.set_index("product_id")
    own = evidence.cautions
    read = [
        key
        for key in own.loc[own["therapy_id"].eq("ivig"), "product_id"].unique()
        if products.at[key, "label_read"] == "yes"
    ]
    per_label = [set(own.loc[own["product_id"].eq(key), "factor_id"]) for key in read]
    common = set.intersection(*per_label)
    inherited = every[every["therapy_id"].eq("ivig") & every["inherited"]]
    assert set(inherited["factor_id"]) <= common
    factors = evidence.factors
    alone = set(factors.loc[factors["product_specific"].eq("yes"), "factor_id"])
    assert "latex_allergy" in alone
    assert not set(every.loc[every["inherited_from"].str.startswith("every "), "factor_id"]) & alone
    assert not inherited["condition_text"].str.contains("maltose").any()


@pytest.mark.parametrize(
    ("table", "columns"),
    [("cautions", ["condition_text", "action"]), ("guidance", ["text"])],
)
def test_texts_with_digits_are_marked_as_one_label_s_numbers(evidence, table, columns):
    """No text with a digit says that it has no numbers of its brand, and every text says either."""
    rows = getattr(evidence, table)
    digits = rows[columns].apply(lambda cells: cells.str.contains(r"\d", na=False)).any(axis=1)
    assert rows["brand_numbers"].eq("yes").sum() > 100
    assert rows["brand_numbers"].notna().all()
    assert rows.loc[digits, "brand_numbers"].eq("yes").all()


def test_biosimilars_inherit_their_reference(evidence, every):
    """A biosimilar without rows has its reference's, marked, but for what is in that alone.

    The needle cover of Humira holds latex; that of Simlandi does not.
    """
    factors = evidence.factors.set_index("factor_id")["product_specific"]
    products = evidence.products.set_index("product_id")
    with_rows = set(evidence.cautions["product_id"])
    columns = ["factor_id", "severity", "applies", "condition_text", "action"]
    seen = 0
    for product_id, product in products.iterrows():
        reference = product["reference_product_id"]
        if pd.isna(reference) or product_id in with_rows or reference not in with_rows:
            continue
        seen += 1
        rows = every[every["product_id"].eq(product_id)]
        original = every[every["product_id"].eq(reference)]
        original = original[original["factor_id"].map(factors).ne("yes")]
        assert rows["factor_id"].map(factors).ne("yes").all()
        assert rows[columns].to_numpy().tolist() == original[columns].to_numpy().tolist()
        assert rows["inherited"].all()
        name = products.at[reference, "product"]
        assert rows["inherited_from"].eq(f"its reference product {name}").all()
        assert rows["label_month"].eq(products.at[reference, "label_revised"]).all()
    assert seen >= 15


def test_labels_read_in_part_inherit_what_they_lack(evidence, every):
    """Gammaked keeps its own rows; pregnancy, which its reading lacks, is inherited and marked."""
    rows = every[every["product_id"].eq("gammaked")]
    own = evidence.cautions[evidence.cautions["product_id"].eq("gammaked")]
    assert set(rows.loc[~rows["inherited"], "factor_id"]) == set(own["factor_id"]) - CLASS_BOX
    extra = rows[rows["inherited"]]
    assert "pregnancy" in set(extra["factor_id"])
    assert set(extra["factor_id"]) & set(own["factor_id"]) == CLASS_BOX
    assert not extra["label_read"].any()


def test_no_ivig_brand_is_milder_than_its_box(evidence):
    """Kidney, age, diabetes, volume, nephrotoxic drugs: boxed on all; Asceniv's label decides.

    The boxes of Gamunex-C and Gammaked name age and kidneys themselves; the other three stand in
    the box of 11 of the 12 labels read whole.
    """
    rows = check(evidence, "cidp", "renal_impairment", *CLASS_BOX, age_years=70)
    mine = rows[rows["therapy_id"].eq("ivig") & rows["matches"] & rows["applies"].ne("everyone")]
    products = set(cautions.products_of(evidence, "ivig"))
    for factor_id in ("renal_impairment", "age_over_65", *CLASS_BOX):
        found = mine[mine["factor_id"].eq(factor_id)].set_index("product_id")
        assert set(found.index) == products
        milder = set(found.index[found["severity"].ne("boxed_warning")])
        assert milder == ({"asceniv"} if factor_id in CLASS_BOX else set())
        for product_id in ("gamunex_c", "gammaked"):
            inherited = factor_id in CLASS_BOX
            assert found.at[product_id, "inherited"] == inherited
            said = "in others: warning" if inherited else ""
            assert said in found.at[product_id, "inherited_from"]
        assert not found.at["asceniv", "inherited"]


def test_own_rows_are_not_marked(evidence, every):
    """Rows read in a product's own label stand as they are, with its own month.

    But for three each of Gamunex-C and Gammaked, which their class has in its box.
    """
    own = every[~every["inherited"]]
    assert len(own) == len(evidence.cautions) - 2 * len(CLASS_BOX)
    months = evidence.products.set_index("product_id")["label_revised"].fillna("")
    assert own["label_month"].eq(own["product_id"].map(months)).all()


def test_natalizumab_pml_by_antibody_and_duration(evidence):
    """PML is boxed for everyone; virus, duration and earlier drugs are conditions."""
    rows = check(evidence, "ms_relapsing", "jc_virus_positive", "natalizumab_over_24_months")
    for product in ("Tysabri", "Tyruko"):
        mine = rows[rows["product"].eq(product)].set_index("factor_id")
        assert mine.at["pml_risk", "severity"] == "boxed_warning"
        assert mine.at["pml_risk", "applies"] == "everyone"
        assert mine.at["jc_virus_positive", "matches"]
        assert "25-48 months 2 (6)" in mine.at["jc_virus_positive", "action"]
        assert mine.at["natalizumab_over_24_months", "matches"]
        assert not mine.at["prior_immunosuppressant", "matches"]
        assert mine.at["pml_history", "severity"] == "contraindicated"
        assert mine.at["rems_program", "severity"] == "boxed_warning"
    negative = of(rows, "natalizumab", "jc_virus_negative")
    assert negative["action"].str.contains("not zero").all()


@pytest.mark.parametrize("therapy_id", ["eculizumab", "ravulizumab"])
def test_c5_inhibitors_meningococci_and_rems(every, therapy_id):
    """Vaccination and REMS are boxed on every product; unresolved infection is contraindicated."""
    rows = every[every["therapy_id"].eq(therapy_id)]
    for _, own in rows.groupby("product_id"):
        severity = own.set_index("factor_id")["severity"]
        assert severity["meningococcal_risk"] == "boxed_warning"
        assert severity["rems_program"] == "boxed_warning"
        assert severity["meningococcal_unvaccinated"] == "boxed_warning"
        assert severity["meningococcal_infection_active"] == "contraindicated"


@pytest.mark.parametrize("therapy_id", TNF)
def test_tnf_inhibitors(every, therapy_id):
    """Tuberculosis boxed, demyelination a warning, heart failure only under its condition."""
    for _, own in every[every["therapy_id"].eq(therapy_id)].groupby("product_id"):
        for factor in ("tuberculosis_active", "tuberculosis_latent_untreated"):
            row = own[own["factor_id"].eq(factor)].iloc[0]
            assert (row["severity"], row["applies"]) == ("boxed_warning", "patient_conditional")
        screening = own[own["factor_id"].eq("tuberculosis_screening")].iloc[0]
        assert screening["applies"] == "everyone"
        assert own["factor_id"].eq("demyelinating_disease").any()
        heart = own[own["factor_id"].eq("heart_failure")]
        assert heart["applies"].eq("patient_conditional").all()
        assert heart["condition_text"].ne("").all()
    if therapy_id == "infliximab":
        strict = of(every, "infliximab", "heart_failure")
        strict = strict[strict["severity"].eq("contraindicated")]
        assert strict["condition_text"].str.contains("above 5 mg/kg").all()
        assert strict["condition_text"].str.contains("NYHA III or IV").all()


@pytest.mark.parametrize("therapy_id", ANTI_CD20)
def test_anti_cd20_and_hepatitis_b(every, therapy_id):
    """Active infection and core antibody are told apart, each with its condition."""
    active = of(every, therapy_id, "hepatitis_b_active")
    core = of(every, therapy_id, "hepatitis_b_core_antibody")
    assert len(active)
    assert len(core)
    assert {*active["severity"]} & {"contraindicated", "boxed_warning"}
    assert core["condition_text"].str.contains("surface antigen negative").all()
    assert of(every, therapy_id, "hepatitis_b_screening")["applies"].eq("everyone").all()


@pytest.mark.parametrize("therapy_id", ["tocilizumab", "sarilumab"])
def test_il6_blockers_and_bowel_perforation(every, therapy_id):
    """A warning for everyone, and a condition for those at risk."""
    assert of(every, therapy_id, "gi_perforation_event_risk")["applies"].eq("everyone").all()
    at_risk = of(every, therapy_id, "gi_perforation_risk")
    assert len(at_risk)
    assert at_risk["condition_text"].str.contains("diverticulitis", case=False).all()


def test_alemtuzumab_autoimmunity_stroke_rems(every):
    """Three boxed warnings for everyone on it."""
    for factor in ("autoimmunity_risk", "stroke_risk", "rems_program"):
        row = of(every, "alemtuzumab", factor).iloc[0]
        assert (row["severity"], row["applies"]) == ("boxed_warning", "everyone")


@pytest.mark.parametrize("therapy_id", ["efgartigimod", "rozanolixizumab", "nipocalimab"])
def test_fcrn_blockers_lower_igg(every, therapy_id):
    """Lower IgG is named for everyone, and so are antibody drugs given at the same time."""
    assert of(every, therapy_id, "igg_lowering")["applies"].eq("everyone").all()
    assert len(of(every, therapy_id, "concomitant_igg_or_fc_drug"))


def test_maltose_in_octagam_and_glucose_meters(evidence):
    """Only the two Octagam products carry it; other brands say that it is not in the reading."""
    rows = check(evidence, "itp", "diabetes_glucose_meter")
    own = of(rows, "ivig", "diabetes_glucose_meter")
    told = own[own["severity"].ne("not_in_reading")]
    assert set(told["product_id"]) == {"octagam_10", "octagam_5"}
    excipients = evidence.products.set_index("product_id")["excipients"]
    for product_id in told["product_id"]:
        assert "maltose" in excipients[product_id]
    rest = own[own["severity"].eq("not_in_reading")]
    assert len(told) + len(rest) == len(cautions.products_of(evidence, "ivig"))


def test_live_vaccines(every):
    """Every therapy whose label speaks of live vaccines says under which condition."""
    rows = every[every["factor_id"].eq("live_vaccine_planned")]
    for therapy_id in ("ivig", *TNF, *ANTI_CD20, "tocilizumab", "efgartigimod", "alemtuzumab"):
        assert rows["therapy_id"].eq(therapy_id).any(), therapy_id
    assert rows["condition_text"].str.contains("live", case=False).all()


def test_hyperprolinemia_is_a_matter_of_brand(evidence):
    """Contraindicated for Privigen (proline); never inherited by a brand without own rows."""
    own = of(check(evidence, "cidp", "hyperprolinemia"), "ivig", "hyperprolinemia")
    told = own[own["severity"].ne("not_in_reading")]
    assert list(told["product_id"]) == ["privigen"]
    assert told["severity"].eq("contraindicated").all()


def test_conditional_rows_always_have_their_condition(evidence, every):
    """No conditional caution without its text, for any product: it may never be red alone."""
    conditional = every[every["applies"].eq("patient_conditional")]
    assert conditional["condition_text"].str.strip().ne("").all()
    for text in conditional["severity"].unique():
        assert text in cautions.SEVERITIES


def test_rows_for_everyone_always_show(evidence):
    """They are there for a patient with nothing in the history, for each product."""
    rows = check(evidence, "ra")
    everyone = rows[rows["applies"].eq("everyone")]
    assert set(everyone["product_id"]) == set(rows["product_id"])
    assert not everyone["matches"].any()


def test_a_factor_without_a_row_is_not_called_safe(evidence):
    """It reads "not in our reading of the label (month): look it up", with the product's month."""
    rows = check(evidence, "cidp", "thrombosis_history")
    gap = rows[rows["severity"].eq("not_in_reading") & rows["product_id"].eq("vyvgart")].iloc[0]
    assert gap["action"] == "not in our reading of the label (2025-10): look it up"
    assert gap["matches"]
    powder = cautions.not_read("", read=False)
    assert "was not read in full" in powder
    words = " ".join(rows["action"])
    assert "not mentioned" not in words
    assert "is safe" not in words


def test_implied_and_derived_factors_say_so(evidence):
    """MS implies demyelination; 65 years and fertile age are derived; each names its reason."""
    who = compare.Patient(62, 35, sex="female")
    found = factors.patient_factors(evidence, who, "ms_relapsing")
    assert found["demyelinating_disease"].startswith("implied by")
    assert "may become pregnant" in found["pregnancy"]
    assert "age_over_65" not in found
    old = factors.patient_factors(evidence, compare.Patient(62, 65, sex="female"), "ra")
    assert old["age_over_65"] == "age 65"
    assert "pregnancy" not in old
    rows = compare.check_cautions(evidence, who, "ms_relapsing")
    tnf = of(rows, "infliximab", "demyelinating_disease")
    assert tnf["matches"].all()
    assert tnf["why"].str.startswith("implied by").all()


def test_what_the_condition_implies_is_not_asked_of_its_own_drugs(evidence):
    """CIDP's demyelination makes no "not in our reading" row on immunoglobulin."""
    rows = check(evidence, "cidp")
    assert not rows["severity"].eq("not_in_reading").any()


def test_wrong_factors_are_refused(evidence):
    """Unknown ids raise a ValueError that names the known ones; pregnancy does not go with male."""
    with pytest.raises(ValueError, match="thrombosis_history"):
        check(evidence, "cidp", "trombosis")
    with pytest.raises(ValueError, match="does not go with"):
        check(evidence, "ra", "pregnancy", sex="male")
    with pytest.raises(ValueError, match="unknown condition"):
        check(evidence, "gout")


def test_matches_is_exactly_what_the_patient_has(evidence):
    """No row matches on a factor that the patient has not, and all that he has do match."""
    for condition_id in evidence.conditions["condition_id"]:
        who = compare.Patient(62, 70, factors={"renal_impairment", "heart_failure"})
        rows = compare.check_cautions(evidence, who, condition_id)
        mine = set(factors.patient_factors(evidence, who, condition_id))
        asked = rows["severity"].eq("ask")
        assert rows["matches"].eq(rows["factor_id"].isin(mine) | asked).all()
        assert not set(rows.loc[asked, "factor_id"]) & mine
        shown = set(rows.loc[rows["matches"] & ~asked, "factor_id"])
        assert {"renal_impairment", "age_over_65"} <= shown
        # Heart failure is told as itself or as the heart disease of which a label speaks.
        assert {"heart_failure", "cardiopulmonary_disease"} & shown


def test_therapies_are_those_of_the_condition(evidence):
    """The same therapies as the options, each with all its products."""
    for condition_id in evidence.conditions["condition_id"]:
        rows = check(evidence, condition_id)
        wanted = set(indications.options(evidence, condition_id)["therapy_id"])
        assert set(rows["therapy_id"]) == wanted
        for therapy_id, own in rows.groupby("therapy_id"):
            assert set(own["product_id"]) == set(cautions.products_of(evidence, therapy_id))


def test_summary_keeps_every_row(evidence):
    """Joining products loses no product, severity or condition."""
    rows = check(evidence, "ra", "heart_failure")
    told = pd.DataFrame(cautions.summary_rows(rows.to_dict("records")))
    assert (
        told["count"].sum()
        >= rows.drop_duplicates(
            ["therapy_id", "factor_id", "severity", "condition_text", "product_id"]
        ).shape[0]
        - rows.duplicated(["product_id", "factor_id", "severity", "action"]).sum()
    )
    keys = ["therapy_id", "factor_id", "severity", "condition_text"]
    assert set(map(tuple, told[keys].to_numpy())) == set(map(tuple, rows[keys].to_numpy()))
    marked = told[told["marked"].ne("")]
    assert marked["inherited_from"].ne("").all()


def test_contraindications_say_whether_the_factor_alone_meets_them(evidence):
    """Every contraindication says yes or no; IgA deficiency, heart failure and allergies say no."""
    rows = evidence.cautions
    barred = rows["severity"].eq("contraindicated")
    assert rows.loc[barred, "met_by_factor"].notna().all()
    assert rows.loc[~barred, "met_by_factor"].isna().all()
    more = {"iga_deficiency", "heart_failure", "hypersensitivity_history"}
    asked = rows[barred & rows["factor_id"].isin(more)]
    assert set(asked["factor_id"]) == more
    assert asked["met_by_factor"].eq("no").all()


def test_every_therapy_has_a_counterpart_to_the_account_of_ivig(evidence):
    """Before, during, monitoring and place are there for each therapy, or said to be missing."""
    for therapy_id in evidence.therapies["therapy_id"]:
        product_id = cautions.products_of(evidence, therapy_id)[0]
        frame = pd.DataFrame(guidance.steps(evidence, therapy_id, "ra", product_id))
        assert list(dict.fromkeys(frame["step"])) == list(guidance.STEPS)
        assert frame["text"].str.len().gt(5).all()
        silent = frame[frame["source_id"].isna()]
        assert silent["text"].str.startswith("not in our reading").all()


def test_rates_of_a_brand_are_not_borrowed(evidence):
    """An unread IVIG brand gets no other brand's numbers in its guidance."""
    for product_id in ("ivig_powder", "qivigy"):
        frame = pd.DataFrame(guidance.steps(evidence, "ivig", "pi", product_id))
        borrowed = frame[frame["inherited_from"].ne("")]
        assert not borrowed["text"].str.contains(r"\d").any()


def test_ige_is_measured_where_it_gives_the_dose(evidence):
    """Before omalizumab in asthma and nasal polyps; in urticaria IgE does not give the dose."""
    for condition_id, asked in (
        ("asthma", True), ("crswnp", True), ("chronic_spontaneous_urticaria", False),
    ):  # fmt: skip
        rows = guidance.steps(evidence, "omalizumab", condition_id, "xolair")
        (before,) = [row["text"] for row in rows if row["step"] == "before"]
        assert before.startswith("Measure total IgE") is asked, condition_id


def test_schedule_in_words(evidence):
    """IVIG in CIDP at 62 kg: 2 g/kg is 124 g over days, then 62 g every 3 weeks from day 21."""
    plan = next(
        plan
        for plan in compare.cost.plans(evidence, "cidp")
        if plan.therapy_id == "ivig" and plan.product_id == "privigen"
    )
    rows = timetable.timetable(plan, compare.Patient(62, 55))
    told = " | ".join(timetable.visit_words(row) for row in rows)
    assert "2 g/kg in all = 124 g here" in told
    assert "every 3 weeks from day 21" in told
    assert "days" in told
    assert "computed from the label's rates" in told


def phase(**changes):
    """One phase of a regimen: 1 g/kg every 3 weeks from day 21."""
    blank = (
        "days", "max_dose", "max_dose_unit", "cycle_days_low", "cycle_days_high",
        "cycle_days_basis", "cycle_days", "doses", "previous_iv_dose_factor", "no_dose_reason",
    )  # fmt: skip
    usual = {
        "phase": "maintenance", "dose_low": 1.0, "dose_high": 1.0, "dose_unit": "g/kg",
        "dose_per": "administration", "interval_low": 21, "interval_high": 21,
        "interval_unit": "day", "first_day": 21.0, "use": "chronic",
    }  # fmt: skip
    return dict.fromkeys(blank) | usual | changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "1 g/kg"),
        ({"dose_high": None}, "1 g/kg"),
        ({"dose_high": 2.0, "dose_per": "course"}, "1 to 2 g/kg in all"),
        ({"dose_per": "week"}, "1 g/kg a week"),
        ({"max_dose": 80.0, "max_dose_unit": "g"}, "1 g/kg (at most 80 g)"),
        ({"dose_low": None}, "no fixed dose stated"),
        (
            {"dose_low": None, "previous_iv_dose_factor": 1.3, "dose_per": "week"},
            "1.30 times the earlier intravenous dose, divided by its weeks, each week",
        ),
    ],
)
def test_a_dose_in_words(changes, words):
    """As the source states it, with what it is per and where it is capped."""
    assert timetable.dose_words(phase(**changes)) == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "every 3 weeks from day 21"),
        ({"interval_high": None, "first_day": None}, "every 3 weeks"),
        ({"interval_low": 1, "interval_high": 1, "first_day": 0.0}, "every day"),
        ({"interval_low": 10, "interval_high": 14}, "every 10 to 14 days from day 21"),
        ({"interval_low": 14, "interval_high": 28, "doses": 6},
         "every 2 to 4 weeks from day 21, 6 doses"),
        ({"interval_low": 1, "interval_high": 1, "interval_unit": "month"},
         "every month from day 21"),
        ({"interval_low": None, "days": "0"}, "day 0"),
        ({"interval_low": None, "days": "0;14;42"}, "days 0, 14 and 42"),
    ],
)  # fmt: skip
def test_when_doses_fall_in_words(changes, words):
    """Weeks where the days are whole weeks, and the first day only where it is not day 0."""
    assert timetable.when_words(phase(**changes)) == words


def test_silent_therapy_reads_not_in_our_reading(evidence):
    """Without a product, a step that no row of the therapy holds says so, and has no source."""
    silent = dataclasses.replace(evidence, guidance=evidence.guidance.iloc[:0])
    frame = pd.DataFrame(guidance.steps(silent, "ivig", "cidp"))
    assert list(frame["step"]) == list(guidance.STEPS)
    assert frame["text"].str.startswith("not in our reading").all()
    assert frame["source_id"].isna().all()


def test_a_biosimilar_takes_the_guidance_of_its_reference(evidence):
    """What the reference's label alone says is said of Inflectra too, and marked."""
    mine = evidence.guidance[evidence.guidance["therapy_id"].eq("infliximab")]
    told = dataclasses.replace(evidence, guidance=mine.assign(product_id="remicade"))
    found = [
        row for row in guidance.steps(told, "infliximab", "ra", "inflectra") if row["source_id"]
    ]
    assert {row["inherited_from"] for row in found} == {"its reference product"}
    assert len(found) > 3


def test_inheriting_products_are_counted_not_read_out_of_their_names(evidence):
    """Adalimumab in MS: 12 of 13 products inherit, and twelve are named."""
    rows = cautions.check_cautions.rows(evidence, compare.Patient(70, 40), "ms_relapsing")
    told = cautions.summary_rows(row for row in rows if row["matches"])
    assert all(row["inherited"] <= row["count"] for row in told)
    (row,) = (row for row in told if row["therapy_id"] == "adalimumab")
    assert (row["inherited"], row["count"]) == (12, 13)
    assert len(row["marked"].split(", ")) == 12


def test_a_harm_told_to_everyone_is_never_said_to_be_unread(evidence):
    """Betaseron's label warns everyone of depression: with past depression it is not silent."""
    patient = compare.Patient(70, 35, factors={"depression", "stroke_history"})
    found = compare.check_cautions(evidence, patient, "ms_relapsing")
    found = found[found["matches"]].set_index(["product_id", "factor_id"])
    assert found.loc[("avonex", "depression"), "severity"] == "warning"
    for product_id in ("betaseron", "plegridy"):
        told = found.loc[(product_id, "depression")]
        assert told["severity"] == "warns_all"
        assert "report symptoms at once" in told["action"]
        assert told["source_id"] == f"label_{product_id}"
    assert found.loc[("lemtrada", "stroke_history"), "severity"] == "warns_all"
    assert found.loc[("betaseron", "stroke_history"), "severity"] == "not_in_reading"


@pytest.mark.parametrize(
    ("product_id", "factor_id", "condition_id"),
    [
        ("rebif", "seizure_disorder", "ms_relapsing"),
        ("plegridy", "seizure_disorder", "ms_relapsing"),
        ("stelara", "recurrent_infection", "plaque_psoriasis"),
        ("orencia", "active_infection", "ra"),
    ],
)
def test_cautions_for_patients_whom_section_5_singles_out(
    evidence, product_id, factor_id, condition_id
):
    """Each label asks for caution in these patients, in section 5."""
    patient = compare.Patient(70, 45, factors={factor_id})
    found = compare.check_cautions(evidence, patient, condition_id)
    here = found["product_id"].eq(product_id) & found["factor_id"].eq(factor_id)
    assert list(found.loc[here, "severity"]) == ["warning"]


def test_a_past_allergic_reaction_asks_for_a_life_threatening_one(evidence):
    """Ocrevus is contraindicated after a life-threatening infusion reaction alone: it is asked."""
    patient = compare.Patient(70, 35, factors={"hypersensitivity_history"})
    found = compare.check_cautions(evidence, patient, "ms_relapsing")
    ask = found[found["severity"].eq("ask") & found["factor_id"].eq("infusion_reaction_history")]
    assert {"ocrevus", "briumvi"} <= set(ask["product_id"])


def test_guidance_for_one_use_is_told_in_that_use(evidence):
    """Pneumocystis before rituximab in vasculitis; no adult's doses, no bowel disease elsewhere."""

    def said(therapy_id, condition_id, product_id, step):
        rows = guidance.steps(evidence, therapy_id, condition_id, product_id)
        return " ".join(row["text"] for row in rows if row["step"] == step)

    assert "Pneumocystis" in said("rituximab", "gpa_mpa", "riabni", "before")
    assert "Children: weekly" in said("etanercept", "plaque_psoriasis", "enbrel", "during")
    for therapy_id, product_id in (("ustekinumab", "yesintek"), ("guselkumab", "tremfya")):
        told = said(therapy_id, "plaque_psoriasis", product_id, "during")
        assert "nduction" not in told
        assert "contains latex" not in told
    assert "over 6 weeks" in said("interferon_beta_1b", "ms_relapsing", "betaseron", "during")


def test_infliximab_under_the_skin_has_its_own_label(evidence, every):
    """Zymfentra 4, 5.5: one dose, no limit by weight; to be avoided in any heart failure."""
    rows = every[every["product_id"].eq("zymfentra")]
    assert not rows["inherited"].any()
    heart = rows[rows["factor_id"].eq("heart_failure")]
    assert list(heart["severity"]) == ["warning"]
    assert heart["action"].str.startswith("Avoid").all()
    boxed = rows[rows["severity"].eq("boxed_warning")]
    assert {"concomitant_immunosuppressant", "recurrent_infection"} <= set(boxed["factor_id"])
