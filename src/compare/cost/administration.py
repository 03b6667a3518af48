"""Minutes in the chair, and what giving a dose is paid (Medicare, national, non-facility)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compare.cost.containers import some, zero_for_nan
from compare.cost.schedule import Phase
from compare.data.evidence import Evidence
from compare.data.rows import known

Floats = NDArray[np.float64]
Why = dict[str, NDArray[np.bool_]]  # by a reason those for whom it holds, the first one first
START_MINUTES = 30.0
PUSH_MINUTES = 15
UNKNOWN_TIME = "infusion time is not in our reading, so no administration fee is counted"
UNKNOWN_FEE = "a fee for giving it is not in our data, so no administration fee is counted"
UNKNOWN_PUSH = "an infusion of up to 15 minutes is paid as a push, whose fee is not in our data"


class Fees:
    """Fees of the newest year in the evidence, by class of administration and role."""

    def __init__(self, evidence: Evidence) -> None:
        table = evidence.administration_fees
        newest = table[table["year"].eq(table["year"].max())]
        rows = zip(
            newest["administration_class"], newest["role"], newest["usd_nonfacility"], strict=True
        )
        self._usd = {(kind, role): float(usd) for kind, role, usd in rows}
        self.source_id = ";".join(dict.fromkeys(newest["source_id"]))

    def usd(self, kind: str, minutes: Floats) -> tuple[Floats, Why]:
        """Fee of one visit for each number of minutes, and whose is 0 as it is not known, and why.

        The first hour is paid as such; each further hour counts when over 30 minutes of it are
        used. Up to 15 minutes into a vein is a push.
        """
        if kind in ("injection", "injection_complex"):
            return _or_nothing(np.full(minutes.shape, self._fee("injection", kind)), {})
        further = np.ceil((minutes - 90) / 60)
        usd = self._fee(kind, "first_hour") + np.where(
            further > 0, further * self._fee(kind, "further_hour"), 0.0
        )
        unknown, push = np.isnan(minutes), minutes <= PUSH_MINUTES
        why = {UNKNOWN_TIME: unknown} if some(unknown) else {}
        if kind != "pump" and some(push):
            why[UNKNOWN_PUSH] = push
            usd = np.where(push, self._usd.get((kind, "push"), 0.0), usd)
        return _or_nothing(np.where(unknown, 0.0, usd), why)

    def _fee(self, kind: str, role: str) -> float:
        return self._usd.get((kind, role), np.nan)


def _or_nothing(usd: Floats, why: Why) -> tuple[Floats, Why]:
    """The fees with 0 for those that the table does not hold, and the reasons."""
    lost = np.isnan(usd)
    return np.where(lost, 0.0, usd), {UNKNOWN_FEE: lost} | why if some(lost) else why


def classes(phase: Phase) -> tuple[str, str]:
    """Classes of administration at the low and the high end; empty where nothing is paid."""
    kind = str(phase["administration_class"])
    if phase["given_by"] == "self" or kind == "none":
        return "", ""
    if kind == "either" and phase["route"] != "IV":
        low, high = "injection", "injection_complex"
    elif kind == "either":
        low, high = "therapeutic", "complex"
    else:
        low = high = kind
    return ("", high) if phase["given_by"] == "either" else (low, high)


def infusion_minutes(
    phase: Phase, dose_mg: Floats, weight_kg: Floats, mg_per_ml: float | None
) -> tuple[Floats, bool]:
    """Minutes of one administration, and whether they are computed from rates.

    Printed minutes win. Otherwise 30 minutes at the starting rate and the rest at the maximum,
    or step by step where the label raises the rate in steps. NaN where neither is known.
    """
    if known(phase["infusion_minutes"]):
        return np.full(dose_mg.shape, float(phase["infusion_minutes"])), False
    if not known(phase["rate_max"]):
        return np.full(dose_mg.shape, np.nan), False
    unit = phase["rate_unit"]
    if unit == "mL/h" and mg_per_ml is None:
        return np.full(dose_mg.shape, np.nan), False
    per_minute: Floats = {
        "mg/kg/min": weight_kg,
        "mg/h": np.full(dose_mg.shape, 1 / 60),
        "mL/h": np.full(dose_mg.shape, (mg_per_ml or np.nan) / 60),
    }[str(unit)]
    left, minutes = dose_mg.astype(float), np.zeros(dose_mg.shape)
    top = float(phase["rate_max"])
    rate = float(phase["rate_start"]) if known(phase["rate_start"]) else top
    step = float(phase["rate_step"]) if known(phase["rate_step"]) else top - rate
    spell = (
        float(phase["rate_step_minutes"]) if known(phase["rate_step_minutes"]) else START_MINUTES
    )
    while rate < top:
        spent = np.minimum(spell, left / (rate * per_minute))
        minutes = minutes + spent
        left = left - spent * rate * per_minute
        rate = min(top, rate + step)
    return minutes + left / (top * per_minute), True


def by_professional(phase: Phase, end: str) -> bool:
    """Whether the dose is given in a clinic; what either may give is at home at the low end."""
    return phase["given_by"] == "professional" or (phase["given_by"] == "either" and end == "high")


def chair_minutes(phase: Phase, minutes: Floats, end: str) -> Floats:
    """Wait after premedication, administration, and observation, where it is given in a clinic.

    NaN for an infusion whose minutes are not known. An injection takes no time of its own.
    """
    if not by_professional(phase, end):
        return np.zeros(minutes.shape)
    wait = sum(
        float(phase[name])
        for name in ("premedication_minutes", "observation_minutes")
        if known(phase[name])
    )
    if phase["route"] == "IV" or phase["administration_class"] == "pump":
        return minutes + wait
    return zero_for_nan(minutes) + wait
