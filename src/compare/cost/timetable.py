"""A regimen as it is given: doses, days, visits and hours, in numbers and in words.

Minutes are printed, or computed from printed rates and then said to be so.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from compare.cost import administration, schedule
from compare.cost.phases import PricedPhase, mg_per_ml, phase_words
from compare.cost.plan import Plan
from compare.cost.prices import Tariff
from compare.data.patient import Patient
from compare.data.rows import known
from compare.words import joined

GIVEN_BY = {
    "professional": "by a professional",
    "self": "by the patient or a caregiver",
    "either": "by a professional or the patient",
}


NO_FIXED = "no fixed dose stated"


def timetable(plan: Plan, patient: Patient) -> list[dict[str, Any]]:
    """One dictionary per phase of a regimen that fits the patient's weight and IgE.

    Doses in mg for this patient (`dose_mg_low`, `dose_mg_high`); `minutes_low` and `minutes_high`
    of one visit at the most and the fewest visits, NaN where our reading has neither minutes nor
    rates.
    """
    rows = []
    weight = np.array([patient.weight_kg])
    surface = np.array([patient.body_surface_m2 or math.nan])
    for row in plan.of(patient).rows:
        if not row.fits(weight)[0]:
            continue
        phase = row.phase
        low, high = (float(row.dose_mg(end, weight, surface)[0]) for end in ("low", "high"))
        fewest, most = int(phase["visits_per_dose_low"]), int(phase["visits_per_dose_high"])
        first, computed = _minutes(row, low / most, weight)
        last, _ = _minutes(row, high / fewest, weight)
        rows.append(
            {
                "phase": phase_words(row),
                "dose": dose_words(phase),
                "dose_mg_low": low,
                "dose_mg_high": high,
                "when": when_words(phase, plan.cycle_days),
                "visits_per_dose": str(fewest) if fewest == most else f"{fewest} to {most}",
                "minutes_low": first,
                "minutes_high": last,
                "minutes_computed": computed,
                "premedication": said if known(said := phase["premedication"]) else "",
                "premedication_minutes": phase["premedication_minutes"],
                "observation_minutes": phase["observation_minutes"],
                "route": phase["route"],
                "given_by": GIVEN_BY[phase["given_by"]],
                "source_id": phase["source_id"],
                "locator": phase["locator"],
            }
        )
    return rows


def dose_words(phase: schedule.Phase) -> str:
    """A dose as the source states it: `1 to 2 g/kg per course`."""
    low, high, unit = phase["dose_low"], phase["dose_high"], phase["dose_unit"]
    if known(factor := phase["previous_iv_dose_factor"]):
        return f"{factor:.2f} times the earlier intravenous dose, divided by its weeks, each week"
    if not known(low):
        return str(phase["no_dose_reason"]) if known(phase["no_dose_reason"]) else NO_FIXED
    span = f"{low:g} {unit}" if low == high or not known(high) else f"{low:g} to {high:g} {unit}"
    per = {"administration": "", "course": " in all", "week": " a week", "month": " a month"}
    cap = ""
    if known(phase["max_dose"]):
        cap = f" (at most {phase['max_dose']:g} {phase['max_dose_unit']})"
    return span + per[phase["dose_per"]] + cap


def when_words(phase: schedule.Phase, cycle_days: float | None = None) -> str:
    """When the doses of a phase fall: `days 0, 14 and 42`, `every 3 weeks from day 21`."""
    days = [f"{day:.0f}" for day in schedule.fixed_days(phase)]
    fixed = f"day{'s' if len(days) > 1 else ''} {joined(days)}" if days else ""
    if schedule.repeats_in_cycles(phase):
        ends = sorted({schedule.cycle_spacing(phase, end, cycle_days) for end in ("low", "high")})
        spacing = " to ".join(f"{end:.0f}" for end in ends)
        return f"{fixed} of a cycle; cycles start {spacing} days apart"
    if not known(phase["interval_low"]):
        return fixed
    every = _every(phase)
    count = f", {int(phase['doses'])} doses" if known(phase["doses"]) else ""
    first = phase["first_day"]
    start = f" from day {first:.0f}" if known(first) and first > 0 else ""
    return "; ".join(filter(None, [fixed, f"{every}{start}{count}"]))


def _every(phase: schedule.Phase) -> str:
    low, high = float(phase["interval_low"]), phase["interval_high"]
    high = float(high) if known(high) else low
    unit = str(phase["interval_unit"])
    if unit == "day" and low % 7 == 0 and high % 7 == 0:
        low, high, unit = low / 7, high / 7, "week"
    if low == high:
        return f"every {unit}" if low == 1 else f"every {low:g} {unit}s"
    return f"every {low:g} to {high:g} {unit}s"


def _minutes(row: PricedPhase, dose_mg: float, weight: Any) -> tuple[float, bool]:
    strength = mg_per_ml(row.tariff) if isinstance(row.tariff, Tariff) else None
    minutes, computed = administration.infusion_minutes(
        row.phase, np.array([dose_mg]), weight, strength
    )
    return float(minutes[0]), computed


def visit_words(row: dict[str, Any]) -> str:
    """One phase in a sentence: dose, when, visits, minutes, premedication, observation."""
    parts = [f"{row['phase']}: {row['dose']}"]
    low, high = row["dose_mg_low"], row["dose_mg_high"]
    if known(low) and "/" in str(row["dose"]):
        scale, unit = (1000, "g") if low >= 2000 else (1, "mg")
        ends = dict.fromkeys(f"{end / scale:,.4g}" for end in (low, high) if known(end))
        parts[0] += f" = {' to '.join(ends)} {unit} here"
    if row["when"]:
        parts.append(row["when"])
    if row["visits_per_dose"] != "1":
        parts.append(f"each divided over {row['visits_per_dose']} days")
    if known(row["minutes_low"]) and row["route"] == "IV":
        minutes = sorted({round(row["minutes_low"]), round(row["minutes_high"])})
        parts.append(
            f"{' to '.join(str(end) for end in minutes)} minutes a visit"
            + (" (computed from the label's rates)" if row["minutes_computed"] else "")
        )
    elif row["route"] == "IV":
        parts.append("infusion time not in our reading")
    else:
        parts.append({"SC": "under the skin", "IM": "into a muscle"}[str(row["route"])])
    if row["premedication"]:
        parts.append(f"premedication: {row['premedication']}")
    if known(row["observation_minutes"]):
        parts.append(f"then {row['observation_minutes']:g} minutes of observation")
    return "; ".join(parts)
