"""What is said where there is no dose, and beside some prices."""

from __future__ import annotations

from compare.cost.schedule import Phase
from compare.data.rows import known

NO_DOSE = "the label states no fixed dose"
NO_IV_DOSE = (
    "dosed from the earlier intravenous immunoglobulin: enter its grams and the weeks between doses"
)
NO_BAND = "no dose is stated for this weight"
NO_IGE_BAND = "no dose is stated for this weight and IgE"
IGE_OPEN = "no IgE entered: from the least to the most of the doses in the label's table"
PART_B_NOTE = "priced at a Part B code, also where the patient gives it"
NO_HEIGHT = "dosed by body surface: enter the height"


def no_dose(phase: Phase) -> str:
    """What is missing where a phase has no dose."""
    if known(phase["no_dose_reason"]):
        return str(phase["no_dose_reason"])
    if known(phase["previous_iv_dose_factor"]):
        return NO_IV_DOSE
    return NO_HEIGHT if str(phase["dose_unit"]).endswith("m2") else NO_DOSE
