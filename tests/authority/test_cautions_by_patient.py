"""Twelve patients: what must be flagged, and how hard. Expected values were read in the labels."""

from __future__ import annotations

import dataclasses

import pytest

import compare
from compare.authority import cautions, factors

HARDEST = list(cautions.SEVERITIES)


def flags(evidence, condition_id, *has, weight_kg=70, age_years=50, sex=None):
    """Severities by product of what the patient has, as {(therapy, factor): {product: hardest}}."""
    who = compare.Patient(weight_kg, age_years, sex=sex, factors=set(has))
    found = {}
    for row in compare.check_cautions(evidence, who, condition_id).to_dict("records"):
        if row["matches"]:
            by_product = found.setdefault((row["therapy_id"], row["factor_id"]), {})
            told = by_product.setdefault(row["product_id"], row["severity"])
            by_product[row["product_id"]] = min(told, row["severity"], key=HARDEST.index)
    return found


def alike(found, therapy_id, factor_id, severity):
    """Whether every product of the therapy that is flagged for the factor is flagged so hard."""
    return set(found[therapy_id, factor_id].values()) == {severity}


def test_cidp_after_a_clot_with_iga_deficiency(evidence):
    """62 kg: past thrombosis is boxed on all immunoglobulin, IgA deficiency barred only if."""
    found = flags(
        evidence, "cidp", "thrombosis_history", "iga_deficiency", weight_kg=62, age_years=55
    )
    # Boxed warning of Privigen, Panzyga, Gammagard Liquid (IV), Hizentra and HyQvia (SC).
    for therapy_id in ("ivig", "scig"):
        assert alike(found, therapy_id, "thrombosis_history", "boxed_warning")
    # Privigen 4: IgA deficiency with antibodies to IgA and a history of hypersensitivity.
    # Gammagard Liquid ERC 5.1 warns of antibodies to IgA and has no such contraindication.
    iga = found["ivig", "iga_deficiency"]
    assert iga.pop("gammagard_liquid_erc") == "warning"
    assert set(iga.values()) == {"contraindicated"}
    rows = evidence.cautions
    rows = rows[rows["factor_id"].eq("iga_deficiency") & rows["severity"].eq("contraindicated")]
    assert rows["applies"].eq("patient_conditional").all()
    for needed in ("antibodies to IgA", "past hypersensitivity"):
        assert rows["condition_text"].str.contains(needed).all()
    # What completes the condition is asked for, without a severity.
    assert alike(found, "ivig", "hypersensitivity_history", "ask")
    # Vyvgart's label (10/2025) speaks of neither; IgA in plasma is no matter of an Fc fragment.
    assert alike(found, "efgartigimod", "thrombosis_history", "not_in_reading")
    assert ("efgartigimod", "iga_deficiency") not in found


def test_cidp_at_82_with_kidney_impairment(evidence):
    """Kidneys and age are boxed on IVIG; on SCIG age alone, as a clotting risk."""
    found = flags(evidence, "cidp", "renal_impairment", age_years=82)
    # Privigen, Panzyga: boxed warning, "any degree of pre-existing renal insufficiency", "age
    # greater than 65". Hizentra, HyQvia: boxed "advanced age"; kidneys in 5.4 and 5.6 only.
    for product_id in ("privigen", "panzyga", "gammagard_liquid", "octagam_10"):
        for factor_id in ("renal_impairment", "age_over_65"):
            assert found["ivig", factor_id][product_id] == "boxed_warning"
    for product_id in ("hizentra", "hyqvia", "cutaquig", "cuvitru", "xembify"):
        assert found["scig", "age_over_65"][product_id] == "boxed_warning"
        assert found["scig", "renal_impairment"][product_id] == "warning"
    # Vyvgart 8.6: information.
    assert alike(found, "efgartigimod", "renal_impairment", "information")


def test_ra_with_heart_failure_and_latent_tuberculosis(evidence):
    """Tuberculosis is boxed on TNF and IL-6 blockers; heart failure warns at 3 mg/kg."""
    found = flags(evidence, "ra", "heart_failure", "tuberculosis_latent_untreated", age_years=55)
    # Boxed warning: Remicade, Humira, Enbrel, Cimzia, Simponi, Simponi Aria, Actemra, Kevzara.
    tnf = ("infliximab", "adalimumab", "etanercept", "certolizumab_pegol", "golimumab")
    for therapy_id in (*tnf, "tocilizumab", "sarilumab"):
        assert alike(found, therapy_id, "tuberculosis_latent_untreated", "boxed_warning")
    # Orencia 5.3 and Kineret 5.x: no box.
    for therapy_id in ("abatacept", "anakinra"):
        assert alike(found, therapy_id, "tuberculosis_latent_untreated", "warning")
    # Remicade 4, 5.5: contraindicated above 5 mg/kg in moderate or severe failure; RA opens at 3.
    # Humira 5.8, Enbrel 5.4, Cimzia 5.3, Simponi 5.3, Simponi Aria 5.3.
    for therapy_id in tnf:
        assert alike(found, therapy_id, "heart_failure", "warning")
    # Rituxan 5.1: closer watch in heart and lung disease, which heart failure implies.
    assert alike(found, "rituximab", "cardiopulmonary_disease", "warning")
    assert ("rituximab", "heart_failure") not in found


def test_infliximab_in_heart_failure_above_5_mg_per_kg(evidence):
    """The dose decides: at 10 mg/kg it is contraindicated, at 5 mg/kg a warning."""
    assert alike(flags(evidence, "crohns", "heart_failure"), "infliximab", "heart_failure",
                 "warning")  # fmt: skip
    more = evidence.regimens.copy()
    mine = more["therapy_id"].eq("infliximab") & more["condition_id"].eq("crohns")
    # The label's alternative after loss of response (2.2): 10 mg/kg every 8 weeks.
    ten = more["regimen_id"].eq("infliximab_crohns_adult_10")
    more.loc[mine, "is_default"] = ten.map({True: "yes", False: "no"})
    higher = dataclasses.replace(evidence, regimens=more)
    found = flags(higher, "crohns", "heart_failure")
    assert found["infliximab", "heart_failure"]["remicade"] == "contraindicated"
    rows = compare.check_cautions(
        higher, compare.Patient(70, 50, factors={"heart_failure"}), "crohns"
    )
    strict = rows[rows["severity"].eq("contraindicated") & rows["factor_id"].eq("heart_failure")]
    assert strict["condition_text"].str.contains("NYHA III or IV").all()
    assert strict["dose_above_mg_per_kg"].eq(5).all()


def test_ms_with_jc_virus_antibody(evidence):
    """Boxed on natalizumab; no immunoglobulin or FcRn blocker is asked about it."""
    found = flags(evidence, "ms_relapsing", "jc_virus_positive", age_years=35)
    # Tysabri, boxed warning: "the presence of anti-JCV antibodies".
    assert alike(found, "natalizumab", "jc_virus_positive", "boxed_warning")
    # Ocrevus 5.3 and Kesimpta 5.1 warn everyone of PML and say nothing of the antibody.
    for therapy_id in ("ocrelizumab", "ofatumumab", "rituximab", "alemtuzumab"):
        assert alike(found, therapy_id, "jc_virus_positive", "warns_all")
    for therapy_id in ("ivig", "scig", "efgartigimod", "eculizumab"):
        assert not factors.concerns(evidence, "jc_virus_positive", therapy_id)
    assert "ivig" not in {therapy for therapy, _ in flags(evidence, "gmg", "jc_virus_positive")}


def test_crohns_with_hepatitis_b_core_antibody(evidence):
    """A warning on TNF inhibitors, apart from active hepatitis B; never told on the others."""
    found = flags(evidence, "crohns", "hepatitis_b_core_antibody", age_years=35)
    # Humira 5.4: "prior evidence of HBV infection"; Cimzia 5.5, Remicade 5.3: test all.
    for therapy_id in ("adalimumab", "certolizumab_pegol", "infliximab"):
        assert alike(found, therapy_id, "hepatitis_b_core_antibody", "warning")
        assert (therapy_id, "hepatitis_b_active") not in found
    for therapy_id in ("ustekinumab", "risankizumab", "vedolizumab", "natalizumab"):
        assert alike(found, therapy_id, "hepatitis_b_core_antibody", "not_in_reading")


def test_gmg_without_meningococcal_vaccine(evidence):
    """Boxed on the three complement inhibitors, and no matter of any other therapy."""
    found = flags(evidence, "gmg", "achr_positive", "meningococcal_unvaccinated", age_years=55)
    # Soliris, Ultomiris: boxed warning, 5.1; Zilbrysq: boxed warning as its summary states it.
    for therapy_id in ("eculizumab", "ravulizumab", "zilucoplan"):
        assert alike(found, therapy_id, "meningococcal_unvaccinated", "boxed_warning")
    told = {therapy for therapy, factor in found if factor == "meningococcal_unvaccinated"}
    assert told == {"eculizumab", "ravulizumab", "zilucoplan"}


def test_sle_with_depression(evidence):
    """Belimumab warns (5.3); anifrolumab's label says nothing, which is not safe."""
    found = flags(evidence, "sle", "depression", age_years=40)
    # Benlysta 5.3, Depression and Suicidality.
    assert alike(found, "belimumab", "depression", "warning")
    assert alike(found, "anifrolumab", "depression", "not_in_reading")
    assert ("ivig", "depression") not in found


def test_a_child_with_itp(evidence):
    """20 kg, 6 years: nothing of the child itself; clots and kidneys are boxed for everyone."""
    assert flags(evidence, "itp", weight_kg=20, age_years=6) == {}
    rows = compare.check_cautions(evidence, compare.Patient(20, 6), "itp")
    ivig = rows[rows["therapy_id"].eq("ivig") & rows["applies"].eq("everyone")]
    for factor_id in ("thrombosis_risk", "renal_injury_risk"):
        assert ivig.loc[ivig["factor_id"].eq(factor_id), "severity"].eq("boxed_warning").all()
    # Nplate (3/2025) prints no box.
    romiplostim = rows[rows["therapy_id"].eq("romiplostim")]
    assert not romiplostim["severity"].isin(["contraindicated", "boxed_warning"]).any()
    # Gammaplex 5% 4: hereditary intolerance to fructose; of other brands our reading holds nothing.
    found = flags(evidence, "itp", "fructose_intolerance", weight_kg=20, age_years=6)
    assert found["ivig", "fructose_intolerance"]["gammaplex_5"] == "contraindicated"


def test_pregnant_with_ulcerative_colitis(evidence):
    """Risk to the fetus and live vaccines of the infant are told apart, each as hard as it is."""
    found = flags(evidence, "ulcerative_colitis", "pregnancy", age_years=30, sex="female")
    every = {therapy for therapy, _ in found}
    for therapy_id in every:
        # Humira, Remicade, Simponi, Entyvio, Skyrizi, Stelara, Tremfya, Omvoh: 8.1 alone.
        assert alike(found, therapy_id, "pregnancy", "information")
    # Humira 5.10, Remicade 5.13, Simponi Aria 5.10; Simponi 8.1; Skyrizi 8.1; Entyvio 8.1.
    infant = {key: found[key, "infant_live_vaccines"] for key in every
              if (key, "infant_live_vaccines") in found}  # fmt: skip
    assert infant["adalimumab"]["humira"] == "warning"
    assert infant["infliximab"]["remicade"] == "warning"
    assert infant["golimumab"] == {"simponi": "information", "simponi_aria": "warning"}
    assert infant["risankizumab"] == {"skyrizi": "information"}
    assert infant["vedolizumab"] == {"entyvio": "information"}
    # Stelara, Tremfya and Omvoh 8.1 do not speak of the infant's vaccines.
    assert not infant.keys() & {"ustekinumab", "guselkumab", "mirikizumab"}


def test_lupus_nephritis_after_pml(evidence):
    """Boxed on obinutuzumab, a warning on belimumab; every anti-CD20 speaks of it."""
    found = flags(evidence, "lupus_nephritis", "pml_history", age_years=33)
    # Gazyva, boxed warning and 5.2; Benlysta 5.1.
    assert alike(found, "obinutuzumab", "pml_history", "boxed_warning")
    assert alike(found, "belimumab", "pml_history", "warning")
    # Rituxan, boxed warning and 5.4; Ocrevus 5.3; Kesimpta 5.1; Briumvi 5.2; Tysabri 4.
    ms = flags(evidence, "ms_relapsing", "pml_history")
    assert alike(ms, "rituximab", "pml_history", "boxed_warning")
    for therapy_id in ("ocrelizumab", "ofatumumab", "ublituximab", "alemtuzumab"):
        assert alike(ms, therapy_id, "pml_history", "warning")
    assert alike(ms, "natalizumab", "pml_history", "contraindicated")


def test_gpa_with_low_igg(evidence):
    """Rituximab warns of infections in low immunoglobulins; IVIG is not asked about them."""
    found = flags(evidence, "gpa_mpa", "low_immunoglobulins", weight_kg=75, age_years=55)
    # Rituxan 5.6 (prolonged hypogammaglobulinemia), 6.1 (GPA and MPA).
    assert alike(found, "rituximab", "low_immunoglobulins", "warning")
    assert {therapy for therapy, _ in found} == {"rituximab"}


def test_nmosd_without_aqp4_antibodies(evidence):
    """Tested and negative: outside every label, which all ask for AQP4 antibodies."""
    who = compare.Patient(70, 45, factors={"aqp4_negative"})
    status = compare.options(evidence, "nmosd", who).set_index("therapy_id")["label_status"]
    # Soliris 1.4, Ultomiris 1.4, Uplizna 1, Enspryng 1: "anti-aquaporin-4 antibody positive".
    for therapy_id in ("eculizumab", "ravulizumab", "inebilizumab", "satralizumab"):
        assert status[therapy_id] == "outside label"
    untested = compare.options(evidence, "nmosd", compare.Patient(70, 45)).set_index("therapy_id")
    assert untested.at["satralizumab", "label_status"] == "needs serostatus"
    assert flags(evidence, "nmosd", "aqp4_negative") == {}


def test_implied_factors_run_one_way_and_carry_no_box(evidence):
    """Heart failure is heart disease; heart disease only asks; a box is always the label's own."""
    one_way = factors.implied_by(evidence, ["heart_failure"])
    assert one_way["cardiopulmonary_disease"] == "heart_failure"
    assert factors.implied_by(evidence, ["cardiopulmonary_disease"]) == {}
    found = flags(evidence, "ra", "cardiopulmonary_disease")
    for therapy_id in ("infliximab", "adalimumab", "etanercept"):
        assert alike(found, therapy_id, "heart_failure", "ask")
    own = {
        (row["product_id"], row["factor_id"], row["severity"])
        for rows in cautions.rows_by_therapy(evidence).values()
        for row in rows
    }
    for condition_id in ("ra", "cidp", "ms_relapsing"):
        for (_, factor_id), told in flags(
            evidence, condition_id, "diabetes_medication", "gpa_with_immunosuppressant", "copd"
        ).items():
            for product_id, severity in told.items():
                assert severity in ("ask", "not_in_reading") or (
                    product_id, factor_id, severity) in own  # fmt: skip


@pytest.mark.parametrize(
    "pair",
    [("aqp4_positive", "aqp4_negative"), ("seronegative", "musk_positive"),
     ("hepatitis_b_core_antibody", "hepatitis_b_active")],
)  # fmt: skip
def test_factors_that_exclude_one_another_are_refused(evidence, pair):
    """Whichever stands first in the table, with both names in the sentence."""
    with pytest.raises(ValueError, match=r"exclude one another") as caught:
        flags(evidence, "nmosd", *pair)
    assert all(factor_id in str(caught.value) for factor_id in pair)


def test_what_does_not_concern_a_therapy_is_in_the_table(evidence):
    """Only a row leaves a factor out; one of a therapy goes before one of its class."""
    assert not factors.concerns(evidence, "meningococcal_unvaccinated", "rituximab")
    assert factors.concerns(evidence, "meningococcal_unvaccinated", "eculizumab")
    silent = dataclasses.replace(evidence, factor_classes=evidence.factor_classes.iloc[:0])
    assert factors.concerns(silent, "meningococcal_unvaccinated", "rituximab")
    found = flags(silent, "gpa_mpa", "meningococcal_unvaccinated")
    assert alike(found, "rituximab", "meningococcal_unvaccinated", "not_in_reading")
    rows = evidence.factor_classes
    assert (rows["therapy_class"].isna() ^ rows["therapy_id"].isna()).all()


def test_no_caution_speaks_of_what_does_not_concern_it(evidence):
    """Where the table says that a factor does not concern a therapy, no label of it has a row."""
    for row in evidence.cautions.to_dict("records"):
        concerned = factors.concerns(evidence, row["factor_id"], row["therapy_id"])
        assert concerned, (row["product_id"], row["factor_id"])


def test_boxed_rows_are_in_the_box_and_no_row_in_a_box_is_milder(evidence):
    """`severity` and locator agree on the box, and only labels with a box have such rows."""
    boxed = evidence.products.set_index("product_id")["boxed_warning"].eq("yes")
    rows = evidence.cautions
    strict = rows["severity"].eq("boxed_warning")
    assert boxed[rows.loc[strict, "product_id"]].all()
    named = rows["locator"].str.contains("boxed", case=False)
    assert not (named & ~strict).any()


# Read in each label's box: what it names is never milder than it.
IN_THE_BOX = {
    "advanced age; adequate hydration": (
        ("hizentra", "hyqvia", "cutaquig", "cuvitru", "xembify"),
        ("age_over_65", "volume_depletion"),
    ),
    # Its box names no topic of its own: diabetes and the like are warnings.
    "predisposed patients": (("asceniv",), ("renal_impairment",)),
    "sepsis": (
        ("privigen", "panzyga", "octagam_10", "gammagard_liquid", "bivigam", "qivigy"),
        ("active_infection",),
    ),
    "immune thrombocytopenia, anti-GBM disease, malignancies": (
        ("lemtrada",),
        ("cytopenia_risk", "renal_injury_risk", "malignancy_risk", "malignancy_history"),
    ),
    "concomitant immunosuppressants such as methotrexate or corticosteroids": (
        ("remicade", "humira", "enbrel", "cimzia", "simponi", "simponi_aria", "actemra", "kevzara"),
        ("concomitant_immunosuppressant",),
    ),
    "hepatitis B, PML": (
        ("rituxan", "gazyva"),
        ("hepatitis_b_active", "hepatitis_b_core_antibody", "pml_history", "pml_risk"),
    ),
}


@pytest.mark.parametrize("named", IN_THE_BOX)
def test_as_hard_as_the_box(evidence, named):
    """What the label's box names is boxed (or barred) on each product."""
    products, topics = IN_THE_BOX[named]
    hard = evidence.cautions[evidence.cautions["severity"].isin(["boxed_warning",
                                                                 "contraindicated"])]  # fmt: skip
    for product_id in products:
        own = set(hard.loc[hard["product_id"].eq(product_id), "factor_id"])
        assert set(topics) <= own, product_id


def test_every_factor_of_a_patient_has_other_words(evidence):
    """A search by word finds a clot, DVT or TB; ids of one word each stand once in a cell."""
    words = evidence.factors.set_index("factor_id")["synonyms"]
    assert {"clot", "DVT"} <= set(words["thrombosis_history"].split(";"))
    assert "TB" in words["tuberculosis_active"].split(";")
    for cell in words.dropna():
        parts = cell.split(";")
        assert len(set(parts)) == len(parts)
        assert all(part == part.strip() != "" for part in parts)
