"""The arithmetic behind one cost, phase by phase: from weight to dollars."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from compare.cost import administration
from compare.cost.containers import MCG_PER, SLACK_MCG, containers
from compare.cost.money import PAID
from compare.cost.phases import mg_per_ml, phase_words
from compare.cost.plan import Plan
from compare.cost.prices import Tariff
from compare.cost.table import dosing_weight_kg
from compare.data.patient import Patient


def chain(
    plan: Plan, patient: Patient, end: str = "low", dosing_weight: str = "actual"
) -> pd.DataFrame:
    """The arithmetic behind one plan, one row per phase: from weight to dollars a year.

    Columns carry their units; `usd_per_dose` times `doses_year_one` adds up to the plan's
    `usd_year_one_low` (or `_high`). Empty where a phase has no price.
    """
    weight = dosing_weight_kg(patient, plan, dosing_weight)
    size = weight, patient.body_surface_m2 or math.nan
    weights, surface = (np.array([one]) for one in size)
    rows = []
    for row in _at_end(plan.of(patient), end, *size).rows:
        if isinstance(row.tariff, str) or not row.fits(weights)[0]:
            continue
        phase, tariff = row.phase, row.tariff
        dosed, why = row.dosed(end, weights, surface, plan.fees)
        visits = int(dosed.visits[0])
        per_visit = dosed.dose_mg / visits
        minutes, computed = administration.infusion_minutes(
            phase, per_visit, weights, mg_per_ml(tariff)
        )
        doses = plan.doses(phase, end)
        usd = float(dosed.usd_drug[0] + dosed.usd_administration[0])
        rows.append(
            {
                "phase": phase_words(row),
                "route": phase["route"],
                "weight_kg": weight,
                "dose": f"{phase[f'dose_{end}']:g} {phase['dose_unit']} per {phase['dose_per']}",
                "dose_mg": float(dosed.dose_mg[0]),
                "visits_per_dose": visits,
                "dose_mg_per_visit": float(per_visit[0]),
                **opened(tariff, float(per_visit[0])),
                "usd_per_billing_unit": tariff.usd_per_billing_unit,
                "price_basis": tariff.price_basis,
                "code": tariff.code,
                "usd_drug_per_dose": float(dosed.usd_drug[0]),
                "infusion_minutes": float(minutes[0]),
                "minutes_computed": computed,
                "usd_administration_per_dose": float(dosed.usd_administration[0]),
                "usd_per_dose": usd,
                "doses_year_one": doses["year_one"],
                "usd_year_one": usd * doses["year_one"],
                "doses_later_year": doses["later_year"],
                "usd_later_year": usd * doses["later_year"],
                "note": "; ".join(why),
                "regimen_note": phase["notes"],
                "locator": phase["locator"],
                "source_id": f"{phase['source_id']};{tariff.source_id}",
            }
        )
    return pd.DataFrame(rows)


def _at_end(plan: Plan, end: str, weight_kg: float, surface_m2: float) -> Plan:
    """Of the bands of an IgE that is not known, the one that this end of the cost comes from."""
    low, high = PAID[plan.chronic]
    name = low if end == "low" else high

    def usd(one: Plan) -> float:
        return one.one(weight_kg, surface_m2)[0][name]

    several = plan.alternatives()
    priced = [one for one in several if not math.isnan(usd(one))] if len(several) > 1 else several
    return (min if end == "low" else max)(priced or several, key=usd)


def opened(tariff: Tariff, dose_mg: float) -> dict[str, Any]:
    """Containers opened for one visit, and billing units given and discarded.

    Billing units given are rounded up to a whole unit, as a claim counts them.
    """
    blank = {"containers": "", "units_given": math.nan, "units_discarded": math.nan}
    if tariff.usd_per_day is not None or math.isnan(dose_mg):
        return blank
    counts = containers(np.array([dose_mg * MCG_PER["mg"]]), tariff.strengths_mcg)[0]
    pairs = sorted(zip(tariff.strengths_mcg, counts, tariff.names, strict=True), reverse=True)
    text = " + ".join(f"{count} x {name}" for _, count, name in pairs if count)
    if tariff.billing_mcg is None:
        return blank | {"containers": text}
    given = math.ceil((dose_mg * MCG_PER["mg"] - SLACK_MCG) / tariff.billing_mcg)
    total = float(counts @ np.array(tariff.strengths_mcg)) / tariff.billing_mcg
    discarded = max(0.0, total - given) if tariff.single_dose else 0.0
    return {"containers": text, "units_given": given, "units_discarded": discarded}
