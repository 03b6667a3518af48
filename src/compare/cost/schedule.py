"""When doses fall: days of year one, and the yearly rate afterwards.

Day 0 is the regimen's first dose. Year one is days 0 to 363 (52 weeks), so that weekly and
4-weekly drugs show no phantom dose; a later year is 365.25 days, and a month 30.4375 days. What
ends has no dose in a later year; what it has still due in the second one stands apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from compare.data.rows import known

LAST_DAY = 363
YEAR_DAYS = 365.25
MONTH_DAYS = 30.4375
NEAR_BOUNDARY_DAYS = 14

Phase = Mapping[str, Any]


def fixed_days(phase: Phase) -> list[float]:
    """The days that the phase names, such as 0, 14 and 42."""
    return [float(day) for day in str(phase["days"]).split(";")] if known(phase["days"]) else []


def interval_days(phase: Phase, end: str) -> float | None:
    """Days between doses of a repeating phase; the `low` end has the longest interval."""
    interval = phase["interval_high"] if end == "low" else phase["interval_low"]
    if not known(interval):
        return None
    return float(interval) * (MONTH_DAYS if phase["interval_unit"] == "month" else 1.0)


def cycle_spacing(phase: Phase, end: str, cycle_days: float | None = None) -> float:
    """Days from the start of one cycle to the next: the reader's, else the range in the data."""
    if cycle_days is not None:
        return cycle_days
    return float(phase["cycle_days_high"] if end == "low" else phase["cycle_days_low"])


def repeats_in_cycles(phase: Phase) -> bool:
    """Whether the phase is a cycle that is given again and again."""
    return str(phase["phase"]).startswith("cycle")


def year_one_days(phase: Phase, end: str, cycle_days: float | None = None) -> list[float]:
    """Dose days of one phase in year one, at the `low` (fewest doses) or `high` end."""
    return _days_until(phase, end, cycle_days, LAST_DAY)


def _days_until(phase: Phase, end: str, cycle_days: float | None, last_day: float) -> list[float]:
    days = fixed_days(phase)
    if repeats_in_cycles(phase):
        spacing = cycle_spacing(phase, end, cycle_days)
        starts = [k * spacing for k in range(math.floor(last_day / spacing) + 1)]
        days = [start + day for start in starts for day in days]
    elif (step := interval_days(phase, end)) is not None:
        first = float(phase["first_day"]) if known(phase["first_day"]) else 0.0
        count = math.floor((last_day - first) / step) + 1 if first <= last_day else 0
        if known(phase["doses"]):
            count = min(count, int(phase["doses"]))
        days = [first + k * step for k in range(count)]
    return [day for day in days if day <= last_day]


def ends(phase: Phase) -> bool:
    """Whether the phase has a last dose."""
    return not repeats_in_cycles(phase) and (
        interval_days(phase, "low") is None or known(phase["doses"])
    )


def later_year_doses(phase: Phase, end: str, cycle_days: float | None = None) -> float:
    """Doses in a later year; 0 for a phase that ends."""
    if repeats_in_cycles(phase):
        return len(fixed_days(phase)) * YEAR_DAYS / cycle_spacing(phase, end, cycle_days)
    if ends(phase):
        return 0.0
    step = interval_days(phase, end)
    assert step is not None
    return YEAR_DAYS / step


def second_year(phase: Phase) -> Phase | None:
    """What a phase that ends has due in the second year alone, as a phase of its own; or None."""
    due = _days_until(phase, "low", None, LAST_DAY + YEAR_DAYS)
    days = ";".join(f"{day - LAST_DAY - 1:g}" for day in due if day > LAST_DAY)
    return {**phase, "days": days, "interval_low": None, "interval_high": None} if days else None


def days_covered(phase: Phase, span: str, others: Iterable[Phase] = ()) -> float:
    """Days of year one or of a later year for which a price per day is paid.

    A phase is paid until the next of the others begins: no day is paid twice.
    """
    if span == "later_year":
        return 0.0 if ends(phase) else YEAR_DAYS
    days = year_one_days(phase, "low")
    if not days:
        return 0.0
    begin = [min(year_one_days(other, "low"), default=math.inf) for other in others]
    return min([LAST_DAY + 1, *(day for day in begin if day > min(days))]) - min(days)


def near_boundary(phase: Phase, end: str, cycle_days: float | None = None) -> list[float]:
    """Dose days within 14 days of the end of year one, on either side: one dose less or more."""
    days = _days_until(phase, end, cycle_days, LAST_DAY + NEAR_BOUNDARY_DAYS)
    return [day for day in days if day > LAST_DAY - NEAR_BOUNDARY_DAYS]
