"""A therapy, a condition and a factor that nobody wrote Python for, added by rows of CSV alone."""

import csv
import inspect
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import ipywidgets as w
import pytest

import compare
from compare.pages import every_explorer
from compare.pages.chart import LiveFigure
from compare.pages.explorer import Explorer
from compare.pages.patient.page import PatientExplorer
from tests.conftest import ROOT

TODAY = date(2026, 11, 24)
THERAPY, CONDITION, FACTOR = "Newmab", "Newfever", "Past newpox"
OURS = {"source_id": "ours", "verification": "one_reading"}
HERE = {"therapy_id": "newmab", "condition_id": "newfever"}
REGIMEN = {
    "phase": "maintenance", "band": "all", "condition_id": "newfever", "dose_unit": "mg/kg",
    "dose_per": "administration", "first_day": 0, "interval_low": 28, "interval_high": 28,
    "interval_unit": "day", "visits_per_dose_low": 1, "visits_per_dose_high": 1, "use": "chronic",
    "given_by": "professional", "administration_class": "injection", "is_default": "yes", **OURS,
}  # fmt: skip
PRICE = {
    "code": "J7777", "code_type": "HCPCS", "price_basis": "asp_payment_limit", "billing_qty": 10,
    "billing_unit": "mg", "usd_per_billing_unit": 5, **OURS,
}  # fmt: skip
TRIAL = {
    **HERE, "study": "NEW-1", "trial_id": "new_1", "design": "parallel_rct",
    "comparator": "placebo", "comparator_kind": "placebo", "n_treated": 80, "n_comparator": 80,
    "is_count": "yes", "parallel": "yes", "same_follow_up": "yes", "primary": "yes", **OURS,
}  # fmt: skip
ROWS: Mapping[str, list[dict[str, object]]] = {
    "sources": [
        {"source_id": "ours", "document_id": "ours", "kind": "label", "title": "Our paper",
         "accessed": "2026-11-22"},
    ],
    "therapies": [
        {"therapy_id": "newmab", "therapy": THERAPY, "therapy_class": "monoclonal_antibody",
         "target": "CD0", "blocks_cytokine": "no", "molecule": "antibody", "source_id": "ours"},
    ],
    "conditions": [
        {"condition_id": "newfever", "condition": "Newcomer's fever", "short_name": CONDITION,
         "specialty": "Neurology", "main_endpoint_id": "newfever_gone", "default_age_years": 50,
         "default_weight_kg": 70, "default_height_cm": 170, "implied_factors": "newpox_history"},
    ],
    "products": [
        {"product_id": "newbrand", "therapy_id": "newmab", "product": "Newbrand",
         "generic_name": "newmab", "status": "marketed", "routes": "SC", "boxed_warning": "yes",
         "rems": "no", "label_read": "yes", "label_revised": "2026-10",
         "interchangeable": "not_applicable", "stands": "yes", "source_id": "ours"},
    ],
    "presentations": [
        {"presentation_id": "newbrand_vial", "product_id": "newbrand", "form": "vial",
         "route": "SC", "strength": 400, "strength_unit": "mg", "single_dose": "yes",
         "source_id": "ours"},
    ],
    "product_codes": [
        {"product_id": "newbrand", "code": "J7777", "route": "SC", "source_id": "ours"},
    ],
    "prices": [
        {**PRICE, "effective_from": "2026-07-01", "effective_to": "2026-09-30"},
        {**PRICE, "effective_from": "2026-10-01", "usd_per_billing_unit": 6},
    ],
    "regimens": [
        {**REGIMEN, "regimen_id": "newmab_newfever", "regimen": "10 mg/kg every 4 weeks",
         "therapy_id": "newmab", "product_id": "newbrand", "route": "SC", "dose_low": 10,
         "dose_high": 10},
        {**REGIMEN, "regimen_id": "ivig_newfever", "regimen": "400 mg/kg every 4 weeks",
         "therapy_id": "ivig", "route": "IV", "dose_low": 400, "dose_high": 400,
         "administration_class": "therapeutic"},
    ],
    "indications": [
        {**HERE, "row_id": "newmab_newfever_1", "product_id": "newbrand", "authority": "label",
         "jurisdiction": "US", "fda_label": "yes", "statement": "labeled", "body": "FDA",
         "age_years_from": 18, "retired": "no", "source_id": "ours"},
    ],
    "events": [
        {"event_id": "newrash", "event": "Newrash", "system_organ": "Skin", "kind": "symptom",
         "rare_serious": "no"},
    ],
    "endpoints": [
        {"endpoint_id": "newfever_gone", "endpoint": "Fever gone", "favors": "higher",
         "scale": "proportion", "unit": "pct"},
    ],
    "trials": [
        {"trial_id": "new_1", "trial": "NEW-1", "condition_id": "newfever", "population": "Adults",
         "prior_exposure": "naive", "exposure_to": "biologics", "background": "none",
         "design": "parallel", "blinded": "double", "weeks_from": 24, "weeks_to": 24,
         "endpoint_definition": "No fever", "source_id": "ours"},
    ],
    "adverse_events": [
        {**TRIAL, "row_id": "newmab_newrash", "event_id": "newrash", "event_as_printed": "Newrash",
         "measure": "pct_of_subjects", "ascertainment": "all_cause", "treated_events": 8,
         "comparator_events": 4},
    ],
    "outcomes": [
        {**{name: cell for name, cell in TRIAL.items() if name != "same_follow_up"},
         "row_id": "newmab_gone", "endpoint_id": "newfever_gone", "endpoint_as_printed": "No fever",
         "timepoint_weeks": 24, "treated_events": 40, "comparator_events": 20, "unit": "pct",
         "effect_measure": "none_printed", "contrast": "not_applicable", "met": "yes",
         "endpoint_role": "primary", "stands": "yes"},
    ],
    "factors": [
        {"factor_id": "newpox_history", "factor": FACTOR, "factor_group": "history",
         "product_specific": "no", "brand_choice": "no", "before_start": "no",
         "gloss": "Newpox at any time before."},
    ],
    "cautions": [
        {"product_id": "newbrand", "therapy_id": "newmab", "factor_id": "newpox_history",
         "severity": "boxed_warning", "applies": "patient_conditional",
         "condition_text": "Newpox within five years", "action": "Wait for five years", **OURS},
    ],
    "guidance": [
        {**HERE, "row_id": "newmab_before", "step": "before", "text": "Ask for newpox.",
         "source_id": "ours"},
    ],
    "claims": [
        {"row_id": "claim_cheaper_new", "claim_id": "cheaper", "claim": "It costs less.",
         "finding": "Newmab cost less than IVIG.", "direction": "contradicts",
         "condition_id": "newfever", "therapy_id": "ivig", "source_id": "ours"},
    ],
}  # fmt: skip


def append(folder: Path, table: str, rows: list[dict[str, object]]) -> None:
    """Write rows at the end of a table; what a row does not name stays blank."""
    path = folder / f"{table}.csv"
    header = next(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerows(rows)


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> compare.Evidence:
    """The project's tables with the rows of a newcomer at their ends, descriptor unchanged."""
    folder = tmp_path_factory.mktemp("newcomer") / "data"
    shutil.copytree(ROOT / "data", folder)
    for table, rows in ROWS.items():
        append(folder, table, rows)
    return compare.load(folder)


def opened(kind: type[Explorer], evidence: compare.Evidence) -> Explorer:
    """The page on the newcomer's condition, where it has one to choose."""
    chosen = "condition_id" in inspect.signature(kind).parameters
    return kind(evidence, today=TODAY, **({"condition_id": "newfever"} if chosen else {}))


def said(widget: w.Widget) -> Iterator[str]:
    """What a widget and all it holds say in text and in charts."""
    if isinstance(widget, LiveFigure):
        yield widget.spec
    elif isinstance(widget, w.HTML):
        yield widget.value
    for child in getattr(widget, "children", ()):
        yield from said(child)


@pytest.mark.parametrize("kind", every_explorer(), ids=lambda kind: kind.__name__)
def test_every_page_speaks_of_the_newcomer(
    kind: type[Explorer], newcomer: compare.Evidence
) -> None:
    """Each page opens on the new condition without an error and names the new therapy."""
    page = opened(kind, newcomer)
    assert page.status.value == ""
    assert THERAPY in " ".join(said(page.page))


def test_the_new_factor_speaks_against_the_new_therapy(newcomer: compare.Evidence) -> None:
    """Who has the new condition has the factor: the page of a patient brings the label's words."""
    text = " ".join(said(PatientExplorer(newcomer, "newfever", today=TODAY).page))
    assert FACTOR in text
    assert "Wait for five years" in text


def test_the_new_cost_is_worked_by_hand(newcomer: compare.Evidence) -> None:
    """70 kg at 10 mg/kg is 700 mg: 2 vials of 400 mg, 80 units of 10 mg at 6 dollars, 13 times."""
    patient = compare.Patient(weight_kg=70, age_years=50)
    row = compare.annual_cost(newcomer, "newfever", patient).set_index("therapy_id").loc["newmab"]
    drug = row["usd_year_one_low"] - row["usd_administration_year_one"]
    assert drug == pytest.approx(80 * 6 * 13)
