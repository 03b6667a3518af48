"""Dose days of year one, and doses of a later year."""

from typing import Any

import pytest

import compare
from compare.cost import schedule

BLANK: dict[str, Any] = dict.fromkeys(
    [
        "days", "first_day", "interval_low", "interval_high", "interval_unit", "doses",
        "cycle_days_low", "cycle_days_high",
    ]
)  # fmt: skip


def phase(name: str = "maintenance", **columns: Any) -> dict[str, Any]:
    """A phase with the given columns; the rest is blank."""
    return BLANK | {"phase": name} | columns


def every(days: float, first: float = 0) -> dict[str, Any]:
    """A repeating phase."""
    return phase(first_day=first, interval_low=days, interval_high=days, interval_unit="day")


def test_four_weekly_has_thirteen_doses() -> None:
    """Days 0, 28 ... 336 are 13 doses: a 365-day year would show a phantom fourteenth."""
    assert len(schedule.year_one_days(every(28), "low")) == 13


def test_weekly_has_52_doses() -> None:
    """Days 0, 7 ... 357 are 52 doses."""
    assert len(schedule.year_one_days(every(7), "low")) == 52


def test_eight_weekly_after_induction() -> None:
    """From day 98 every 56 days: 98, 154, 210, 266, 322 are 5; 378 is in year two."""
    assert schedule.year_one_days(every(56, 98), "low") == [98, 154, 210, 266, 322]


def test_six_months_from_day_0() -> None:
    """Every 6 months from month 6: day 182.625 counts, day 365.25 is in year two."""
    months = phase(first_day=182.625, interval_low=6, interval_high=6, interval_unit="month")
    assert schedule.year_one_days(months, "low") == [182.625]
    assert schedule.later_year_doses(months, "low") == pytest.approx(2.0)


def test_cycles_of_four_every_50_days() -> None:
    """Starts 0, 50 ... 350; the eighth cycle has days 350 and 357 in year one: 7 x 4 + 2 = 30."""
    cycle = phase("cycle", days="0;7;14;21", cycle_days_low=49, cycle_days_high=91)
    assert len(schedule.year_one_days(cycle, "low", 50)) == 30
    assert schedule.later_year_doses(cycle, "low", 50) == pytest.approx(4 * 365.25 / 50)


def test_cycles_without_a_choice_are_a_range() -> None:
    """91 days apart: 4 cycles of 4 in year one; 49 days apart: 8 starts, the last with 3 days."""
    cycle = phase("cycle", days="0;7;14;21", cycle_days_low=49, cycle_days_high=91)
    assert len(schedule.year_one_days(cycle, "low")) == 16
    # 0, 49 ... 343; 343 + 21 = 364 falls out: 8 x 4 - 1
    assert len(schedule.year_one_days(cycle, "high")) == 31


def test_a_phase_that_ends_has_no_later_year() -> None:
    """Fixed days, or a stated number of doses, give nothing in a later year."""
    assert schedule.later_year_doses(phase("induction", days="0;14;42"), "low") == 0
    assert schedule.later_year_doses(every(7) | {"doses": 4}, "low") == 0
    assert len(schedule.year_one_days(every(7) | {"doses": 4}, "low")) == 4


def test_what_ends_may_have_doses_in_its_second_year() -> None:
    """Three days from day 365 are of year two; day 363 is of year one, day 729 of year three."""

    def due(found: dict[str, Any]) -> object:
        year = schedule.second_year(found)
        return None if year is None else year["days"]

    assert due(phase("course_2", days="365;366;367")) == "1;2;3"
    assert due(phase("course_2", days="363;364;728;729")) == "0;364"
    # Every 28 days from day 0, 15 doses: 13 until day 336, then days 364 and 392.
    assert due(every(28) | {"doses": 15}) == "0;28"
    assert due(phase("course", days="0;1")) is None


def test_low_end_has_the_longer_interval() -> None:
    """Every 3 to 4 weeks: the low end doses every 4 weeks, the high end every 3."""
    both = phase(first_day=0, interval_low=21, interval_high=28, interval_unit="day")
    assert len(schedule.year_one_days(both, "low")) == 13
    assert len(schedule.year_one_days(both, "high")) == 18


@pytest.mark.parametrize("days", [1, 7, 14, 21, 28, 56])
def test_unloaded_regimen_differs_little_between_years(days: int) -> None:
    """An unloaded regimen has nearly the same doses in year one and later.

    Weekly-based ones differ by under 0.3 dose when their interval divides 52 weeks; else the
    difference is that of a whole dose and the day count, under one dose.
    """
    year_one = len(schedule.year_one_days(every(days), "low"))
    later = schedule.later_year_doses(every(days), "low")
    if 364 % days == 0 and days >= 7:
        assert abs(later - year_one) < 0.3
    else:
        assert abs(later - year_one) < 1.3


def test_doses_near_the_boundary_are_flagged() -> None:
    """Weekly doses on days 350 to 377 are within 14 days of day 363, on either side."""
    assert schedule.near_boundary(every(7), "low") == [350, 357, 364, 371]
    assert schedule.near_boundary(every(28), "low") == [364]


def test_a_price_per_day_pays_no_day_twice(evidence: compare.Evidence) -> None:
    """With a loading phase too, a year at a price per day is 364 days at most.

    Stelara and Enbrel in psoriasis, negotiated: 364 x $4,695 / 30 and 364 x $2,355 / 30.
    """
    found = compare.annual_cost(
        evidence, "plaque_psoriasis", compare.Patient(85, 45), "maximum_fair_price"
    )
    found = found.set_index(["product_id", "regimen_id"])["usd_year_one_low"]
    assert found["stelara", "ustekinumab_pso"] == pytest.approx(364 * 4695 / 30)
    assert found["enbrel", "etanercept_pso"] == pytest.approx(364 * 2355 / 30)
