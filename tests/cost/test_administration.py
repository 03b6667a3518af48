"""Minutes and fees of giving a dose, worked by hand with the fees of 2026.

96365 67.14, 96366 21.38 (therapeutic); 96413 133.27, 96415 28.39 (complex); 96372 15.36;
96401 71.81.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compare.cost.administration import (
    UNKNOWN_FEE,
    UNKNOWN_PUSH,
    UNKNOWN_TIME,
    Fees,
    Why,
    classes,
    infusion_minutes,
)
from compare.data.evidence import Evidence


def phase(**changes: Any) -> dict[str, Any]:
    """An infusion given by a professional, of which nothing about time is known."""
    blank = dict.fromkeys(
        ("infusion_minutes", "rate_start", "rate_max", "rate_step", "rate_step_minutes")
    )
    return blank | {
        "administration_class": "therapeutic", "given_by": "professional", "route": "IV",
        "rate_unit": None,
    } | changes  # fmt: skip


@pytest.fixture(scope="module")
def fees(evidence: Evidence) -> Fees:
    """Fees of the project's own tables."""
    return Fees(evidence)


def said(why: Why) -> dict[str, list[bool]]:
    """By each reason, for whom it holds."""
    return {reason: whose.tolist() for reason, whose in why.items()}


@pytest.mark.parametrize(
    ("minutes", "usd"),
    # A further hour counts from 31 minutes of it: 90 are one hour, 91 are two, 150 and 151 alike.
    [(16, 67.14), (60, 67.14), (90, 67.14), (91, 88.52), (150, 88.52), (151, 109.90)],
)
def test_further_hours(fees: Fees, minutes: float, usd: float) -> None:
    """The first hour, and each further hour of which over 30 minutes are used."""
    found, why = fees.usd("therapeutic", np.array([minutes], dtype=float))
    assert found[0] == pytest.approx(usd)
    assert not why


def test_injections_are_paid_by_kind(fees: Fees) -> None:
    """An injection is 15.36, a complex one 71.81, whatever the minutes."""
    minutes = np.array([5.0, math.nan])
    for kind, usd in (("injection", 15.36), ("injection_complex", 71.81)):
        found, why = fees.usd(kind, minutes)
        assert found.tolist() == [usd, usd]
        assert not why


def test_a_fee_that_is_not_in_the_table_is_nothing_and_says_so(evidence: Evidence) -> None:
    """Without the further hour of 96366 an hour is paid and two are not; injections likewise."""
    lacks = evidence.administration_fees["role"].isin(["further_hour", "injection_complex"])
    fees = Fees(replace(evidence, administration_fees=evidence.administration_fees[~lacks]))
    found, why = fees.usd("therapeutic", np.array([60.0, 120.0]))
    assert found.tolist() == [67.14, 0.0]
    assert said(why) == {UNKNOWN_FEE: [False, True]}
    found, why = fees.usd("injection_complex", np.array([5.0]))
    assert (found.tolist(), said(why)) == ([0.0], {UNKNOWN_FEE: [True]})


def test_unknown_minutes_are_paid_nothing_and_say_so(fees: Fees) -> None:
    """A fee that is not known is 0 with its reason, never a guess."""
    found, why = fees.usd("complex", np.array([math.nan, 60.0]))
    assert found.tolist() == [0.0, 133.27]
    assert said(why) == {UNKNOWN_TIME: [True, False]}


def test_a_push_has_no_fee_in_the_tables_and_a_pump_is_none(fees: Fees) -> None:
    """Up to 15 minutes into a vein is a push: no fee, said so; a short pump is a pump still."""
    found, why = fees.usd("therapeutic", np.array([15.0, 16.0]))
    assert found.tolist() == [0.0, 67.14]
    assert said(why) == {UNKNOWN_PUSH: [True, False]}
    pump, why = fees.usd("pump", np.array([15.0]))
    assert pump[0] > 0
    assert not why


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({}, "therapeutic", "therapeutic"),
        ({"administration_class": "either"}, "therapeutic", "complex"),
        ({"administration_class": "either", "route": "SC"}, "injection", "injection_complex"),
        ({"administration_class": "injection", "given_by": "either"}, "", "injection"),
        ({"given_by": "self"}, "", ""),
        ({"administration_class": "none"}, "", ""),
    ],
)
def test_class_at_both_ends(changes: dict[str, str], low: str, high: str) -> None:
    """What a label leaves open gives a cheaper and a dearer class; self-given gives none."""
    assert classes(phase(**changes)) == (low, high)


def test_printed_minutes_win_over_rates() -> None:
    """A label that prints the minutes is not computed."""
    found, computed = infusion_minutes(
        phase(infusion_minutes=45, rate_max=8.0, rate_unit="mg/kg/min"),
        np.array([70_000.0]), np.array([70.0]), None,
    )  # fmt: skip
    assert found[0] == 45
    assert not computed


def test_volume_rate_needs_the_strength() -> None:
    """1,000 mg at 100 mL/h of 10 mg/mL is an hour; of a strength that is not known, unknown."""
    by_volume = phase(rate_max=100.0, rate_unit="mL/h")
    dose, weight = np.array([1000.0]), np.array([70.0])
    known, computed = infusion_minutes(by_volume, dose, weight, 10.0)
    assert known[0] == pytest.approx(60)
    assert computed
    unknown, computed = infusion_minutes(by_volume, dose, weight, None)
    assert math.isnan(unknown[0])
    assert not computed


def test_no_rate_no_minutes() -> None:
    """Where a source states neither minutes nor a rate, there are none."""
    found, computed = infusion_minutes(phase(), np.array([1.0]), np.array([70.0]), 10.0)
    assert math.isnan(found[0])
    assert not computed


def test_rate_rises_in_steps() -> None:
    """50 mg/h for 30 min, then 50 more every 30 min to 400: 1,000 mg take 255 minutes."""
    # 25 + 50 + 75 + 100 + 125 + 150 + 175 = 700 mg in 7 x 30 = 210 min; 300 mg at 400/h: 45 min.
    steps = phase(
        rate_start=50.0, rate_step=50.0, rate_step_minutes=30.0, rate_max=400.0, rate_unit="mg/h"
    )
    found, computed = infusion_minutes(steps, np.array([1000.0]), np.array([70.0]), None)
    assert found[0] == pytest.approx(255)
    assert computed
