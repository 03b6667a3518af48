"""One phase of a regimen, priced: the dose of a weight, its visits, containers and fees."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compare.cost import administration
from compare.cost.containers import MCG_PER, SLACK_MCG, containers, containers_usd
from compare.cost.prices import Tariff
from compare.cost.schedule import Phase
from compare.data.rows import known

Floats = NDArray[np.float64]
ENDS = ("low", "high")


@dataclass(frozen=True)
class Dosed:
    """Money and minutes of one dose (all its visits), one value per patient."""

    visits: Floats
    dose_mg: Floats
    usd_drug: Floats
    usd_administration: Floats
    chair_minutes: Floats


@dataclass(frozen=True)
class PricedPhase:
    """One phase in one band of weight and IgE, with the tariff that pays for it.

    `ige_iu_ml` is the patient's; None, where it is not known, fits every band.
    """

    phase: Phase
    tariff: Tariff | str
    notes: tuple[str, ...] = ()
    ige_iu_ml: float | None = None

    @property
    def one_end(self) -> bool:
        """Whether a dose costs and takes the same at the low and at the high end."""
        phase = self.phase
        low, high = administration.classes(phase)
        if low != high or phase["given_by"] == "either":
            return False
        ends = [
            (phase[f"{name}_low"], phase[f"{name}_high"]) for name in ("dose", "visits_per_dose")
        ]
        return all(low == high or not (known(low) or known(high)) for low, high in ends)

    def usual(self) -> PricedPhase:
        """The phase at its usual dose: `dose_typical`, else the middle of the range."""
        phase = self.phase
        low, high, usual = phase["dose_low"], phase["dose_high"], phase["dose_typical"]
        if not known(usual):
            if not known(low) or low == high:
                return self
            usual = (low + high) / 2
        return replace(self, phase={**phase, "dose_low": usual, "dose_high": usual})

    def after_iv(self, grams_a_week: float) -> PricedPhase:
        """The phase with the dose that its label derives from the earlier intravenous one."""
        if not known(factor := self.phase["previous_iv_dose_factor"]):
            return self
        weekly = grams_a_week * float(factor)
        dose = {"dose_low": weekly, "dose_high": weekly, "dose_unit": "g"}
        return replace(self, phase={**self.phase, **dose})

    @property
    def per(self) -> set[str]:
        """Whether dose or rate is one for each kilogram (kg) or square meter (m2)."""
        units = [self.phase[name] for name in ("dose_unit", "max_dose_unit", "rate_unit")]
        parts = {part for unit in units if known(unit) for part in str(unit).split("/")}
        return parts & {"kg", "m2"}

    @property
    def by_ige(self) -> bool:
        """Whether the band holds for some IgE alone."""
        return known(self.phase["ige_iu_ml_min"]) or known(self.phase["ige_iu_ml_max"])

    def fits(self, weight_kg: Floats) -> NDArray[np.bool_]:
        """Which weights belong to the band; at its edge exactly one band matches."""
        ige = self.ige_iu_ml
        if ige is not None and self.by_ige and not self._within("ige_iu_ml", np.array(ige)):
            return np.zeros(weight_kg.shape, dtype=bool)
        return self._within("weight_kg", weight_kg)

    def _within(self, axis: str, values: Floats) -> NDArray[np.bool_]:
        bounds = self.phase[f"{axis.partition('_')[0]}_bounds"]
        bounds = bounds if known(bounds) else "[)"
        fits = np.ones(values.shape, dtype=bool)
        if known(low := self.phase[f"{axis}_min"]):
            fits &= values >= low if bounds[0] == "[" else values > low
        if known(high := self.phase[f"{axis}_max"]):
            fits &= values <= high if bounds[1] == "]" else values < high
        return fits

    def dose_mg(self, end: str, weight_kg: Floats, surface_m2: Floats) -> Floats:
        """One dose in mg, capped as the label says; NaN where it is not known."""
        amount, unit = self.phase[f"dose_{end}"], self.phase["dose_unit"]
        if not known(amount):
            return np.full(weight_kg.shape, np.nan)
        dose = _in_mg(float(amount), unit, weight_kg, surface_m2)
        if known(self.phase["max_dose"]):
            cap = _in_mg(
                float(self.phase["max_dose"]), self.phase["max_dose_unit"], weight_kg, surface_m2
            )
            dose = np.minimum(dose, cap)
        return dose

    def dosed(
        self, end: str, weight_kg: Floats, surface_m2: Floats, fees: administration.Fees
    ) -> tuple[Dosed, administration.Why]:
        """One dose, divided by visits first and only then rounded up to whole containers.

        Where the label lets one choose the number of visits, the low end takes the cheapest and
        the high end the dearest; minutes are the fewest and the most of any number. Returns the
        dose, and whose fee is not known and why.
        """
        assert isinstance(self.tariff, Tariff)
        phase, dose = self.phase, self.dose_mg(end, weight_kg, surface_m2)
        fewest, most = int(phase["visits_per_dose_low"]), int(phase["visits_per_dose_high"])
        visits = np.arange(fewest, most + 1.0)[:, None]  # what follows has one row for each number
        per_visit = dose / visits
        strength = mg_per_ml(self.tariff) if phase["rate_unit"] == "mL/h" else None
        minutes, _ = administration.infusion_minutes(phase, per_visit, weight_kg, strength)
        kind = administration.classes(phase)[ENDS.index(end)]
        fee, why = fees.usd(kind, minutes) if kind else (np.zeros(per_visit.shape), {})
        usd_drug, usd_fee = visits * drug_usd(self.tariff, per_visit), visits * fee
        chair = visits * administration.chair_minutes(phase, minutes, end)
        usd = usd_drug + usd_fee
        chosen = usd.argmin(axis=0) if end == "low" else usd.argmax(axis=0)
        of_chosen = chosen, np.arange(dose.size)
        dosed = Dosed(
            visits=visits[chosen, 0],
            dose_mg=dose,
            usd_drug=usd_drug[of_chosen],
            usd_administration=usd_fee[of_chosen],
            chair_minutes=(np.minimum if end == "low" else np.maximum).reduce(chair),
        )
        return dosed, {note: np.logical_or.reduce(whose) for note, whose in why.items()}


def _in_mg(amount: float, unit: str, weight_kg: Floats, surface_m2: Floats) -> Floats:
    mass, _, per = str(unit).partition("/")
    factor = {"": np.ones(weight_kg.shape), "kg": weight_kg, "m2": surface_m2}[per]
    dose: Floats = amount * MCG_PER[mass] / MCG_PER["mg"] * factor
    return dose


def phase_words(row: PricedPhase) -> str:
    """A phase as it is named, with the IgE for which it holds."""
    name, phase = str(row.phase["phase"]).replace("_", " "), row.phase
    if not row.by_ige:
        return name
    bounds = phase["ige_bounds"] if known(phase["ige_bounds"]) else "[)"
    low, high = phase["ige_iu_ml_min"], phase["ige_iu_ml_max"]
    ends = [f"{'from' if bounds[0] == '[' else 'over'} {low:g}"] if known(low) else []
    ends += [f"{'to' if bounds[1] == ']' else 'under'} {high:g}"] if known(high) else []
    return f"{name}, IgE {' '.join(ends)} IU/mL"


def whole_devices(phase: Phase, tariff: Tariff) -> tuple[Phase, Tariff | str, list[str]]:
    """A device is bought for its own dose: a dose that no priced devices add up to has no price.

    Where only one end of a dose range can be bought, the plan is priced at that end, and says so.
    """
    unit, visits = phase["dose_unit"], int(phase["visits_per_dose_low"])
    if unit not in MCG_PER:
        return phase, tariff, []
    each = {end: float(phase[f"dose_{end}"]) / visits for end in ENDS}
    fits = {end: _adds_up(tariff, dose * MCG_PER[unit]) for end, dose in each.items()}
    if all(fits.values()):
        return phase, tariff, []
    if not any(fits.values()):
        return phase, f"no current price for a device of {each['low']:g} {unit}", []
    kept, lost = ("high", "low") if fits["high"] else ("low", "high")
    amount = phase[f"dose_{kept}"]
    note = f"no current price for {each[lost]:g} {unit}; shown for {each[kept]:g} {unit}"
    return {**phase, "dose_low": amount, "dose_high": amount}, tariff, [note]


def _adds_up(tariff: Tariff, dose_mcg: float) -> bool:
    """Whether the fewest devices for the dose, of all that are made, each have a price."""
    made = tuple(sorted({*tariff.strengths_mcg, *tariff.unpriced_mcg}))
    counts = containers(np.array([dose_mcg]), made)[0]
    exact = abs(float(counts @ np.array(made)) - dose_mcg) < 1
    used = {strength for strength, count in zip(made, counts, strict=True) if count}
    return exact and used <= set(tariff.strengths_mcg)


def mg_per_ml(tariff: Tariff) -> float | None:
    """Strength of the liquid in the containers, where every container has the same one."""
    pairs = zip(tariff.strengths_mcg, tariff.ml_each, strict=True)
    found = {round(mcg / 1000 / ml, 3) for mcg, ml in pairs if ml}
    return found.pop() if len(found) == 1 else None


def drug_usd(tariff: Tariff, dose_mg: Floats) -> Floats:
    """Price of the containers opened for each dose; NaN where the dose is not known."""
    if tariff.usd_per_day is not None:
        return np.zeros(dose_mg.shape)
    dose_mcg = dose_mg * MCG_PER["mg"]
    if tariff.single_dose:
        usd = containers_usd(dose_mcg, tariff.strengths_mcg, tariff.usd_each)
    else:
        assert tariff.billing_mcg is not None
        assert tariff.usd_per_billing_unit is not None
        units = np.ceil((dose_mcg - SLACK_MCG) / tariff.billing_mcg)
        usd = units * tariff.usd_per_billing_unit
    return np.where(np.isnan(dose_mg), np.nan, usd)
