"""The patient for whom therapies are compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from compare.data.arguments import ids_of, number, shown

Sex = Literal["female", "male"]
WEIGHT_KG = (1, 300)
ADULT_YEARS = 18
DEVINE_FROM_CM = 152.4


@dataclass(frozen=True)
class Patient:
    """One patient. Refuses what cannot be a person, in plain words (`ValueError`).

    `factors` are ids of `evidence.factors` (what stands in the history, serostatus, what was
    tried). They are checked against that table where they are used, not here. `iv_dose_g` and
    `iv_interval_weeks` are the earlier intravenous immunoglobulin, from which labels derive the
    dose under the skin: grams of one dose (not per kilogram) and the weeks between two.
    `ige_iu_ml` is total IgE in serum before treatment, from which omalizumab is dosed.

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
    ige_iu_ml: float | None = None

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "weight_kg", number("weight_kg", self.weight_kg, *WEIGHT_KG, "kilograms"))
        set_(self, "age_years", number("age_years", self.age_years, 0, 120, "years"))
        if self.height_cm is not None:
            set_(self, "height_cm", number("height_cm", self.height_cm, 40, 250, "centimeters"))
        if self.iv_dose_g is not None:
            set_(self, "iv_dose_g", number("iv_dose_g", self.iv_dose_g, 0.5, 300, "grams"))
        if self.iv_interval_weeks is not None:
            weeks = number("iv_interval_weeks", self.iv_interval_weeks, 1, 12, "weeks")
            set_(self, "iv_interval_weeks", weeks)
        if self.ige_iu_ml is not None:
            set_(self, "ige_iu_ml", number("ige_iu_ml", self.ige_iu_ml, 1, 100_000, "IU/mL"))
        if self.sex is not None and (
            not isinstance(self.sex, str) or self.sex not in ("female", "male")
        ):
            raise ValueError(f"sex is {shown(self.sex)}; expected 'female', 'male' or None")
        set_(self, "factors", frozenset(ids_of("factors", self.factors)))

    @staticmethod
    def check(patient: object) -> None:
        """Raise `ValueError` where the argument is no patient."""
        if not isinstance(patient, Patient):
            raise ValueError(f"patient is {shown(patient)}; expected a Patient")

    @property
    def body_surface_m2(self) -> float | None:
        """Body surface by Mosteller (1987); None without a height."""
        if self.height_cm is None:
            return None
        return math.sqrt(self.weight_kg * self.height_cm / 3600)

    @property
    def without_ideal_weight(self) -> str:
        """For whom Devine's formula does not hold, where it does not hold for this patient."""
        if self.age_years < ADULT_YEARS:
            return f"for a child (under {ADULT_YEARS} years)"
        if self.height_cm is not None and self.height_cm < DEVINE_FROM_CM:
            return f"for a height under {DEVINE_FROM_CM} cm"
        return ""

    @property
    def ideal_weight_kg(self) -> float | None:
        """Ideal weight by Devine (1974), for adults of 152.4 cm and more; else None.

        It can lie above the actual weight; nobody is dosed by it there (`cost.dosing_weight_kg`).
        """
        if self.height_cm is None or self.sex is None or self.without_ideal_weight:
            return None
        inches_over_60 = (self.height_cm - DEVINE_FROM_CM) / 2.54
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
