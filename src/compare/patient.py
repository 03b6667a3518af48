"""The patient for whom therapies are compared."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Sex = Literal["female", "male"]


@dataclass(frozen=True)
class Patient:
    """One patient. Refuses what cannot be a person, in plain words (`ValueError`).

    `factors` are ids of `evidence.factors` (what stands in the history, serostatus, what was
    tried). They are checked against that table where they are used, not here. `iv_dose_g` and
    `iv_interval_weeks` are the earlier intravenous immunoglobulin, from which labels derive the
    dose under the skin: grams of one dose (not per kilogram) and the weeks between two.

    >>> patient = Patient(weight_kg=70, age_years=54, height_cm=170, factors={"achr_positive"})
    >>> round(patient.body_surface_m2, 2)
    1.82
    """

    weight_kg: float
    age_years: float
    height_cm: float | None = None
    sex: Sex | None = None
    factors: frozenset[str] = frozenset()
    iv_dose_g: float | None = None
    iv_interval_weeks: float | None = None

    def __post_init__(self) -> None:
        _within("weight_kg", self.weight_kg, 1, 300, "kilograms")
        _within("age_years", self.age_years, 0, 120, "years")
        if self.height_cm is not None:
            _within("height_cm", self.height_cm, 40, 250, "centimeters")
        if self.iv_dose_g is not None:
            _within("iv_dose_g", self.iv_dose_g, 0.5, 300, "grams")
        if self.iv_interval_weeks is not None:
            _within("iv_interval_weeks", self.iv_interval_weeks, 1, 12, "weeks")
        if self.sex not in (None, "female", "male"):
            raise ValueError(f"sex is {self.sex!r}; expected 'female', 'male' or None")
        if isinstance(self.factors, str) or not isinstance(self.factors, Iterable):
            raise ValueError("factors is not a set; expected ids such as {'renal_impairment'}")
        factors = frozenset(self.factors)
        if not all(isinstance(factor, str) for factor in factors):
            raise ValueError("factors holds something that is not text; expected factor ids")
        object.__setattr__(self, "factors", factors)

    @property
    def body_surface_m2(self) -> float | None:
        """Body surface by Mosteller (1987); None without a height."""
        if self.height_cm is None:
            return None
        return math.sqrt(self.weight_kg * self.height_cm / 3600)

    @property
    def ideal_weight_kg(self) -> float | None:
        """Ideal weight by Devine (1974), for adults of 152.4 cm and more; else None."""
        if self.height_cm is None or self.sex is None or self.age_years < 18:
            return None
        inches_over_60 = self.height_cm / 2.54 - 60
        if inches_over_60 < 0:
            return None
        return (50.0 if self.sex == "male" else 45.5) + 2.3 * inches_over_60

    @property
    def adjusted_weight_kg(self) -> float | None:
        """Ideal weight plus 40 percent of what is over it; None where ideal weight is not defined.

        It is the actual weight in a patient who is lighter than the ideal weight.
        """
        ideal = self.ideal_weight_kg
        if ideal is None:
            return None
        return min(self.weight_kg, ideal + 0.4 * max(0.0, self.weight_kg - ideal))


def _within(name: str, value: object, low: float, high: float, unit: str) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type, operator]
        raise ValueError(f"{name} is {value!r}; expected a number from {low} to {high} ({unit})")
