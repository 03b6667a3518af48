"""Which containers cover a dose: whole ones, least waste, then fewest.

Amounts are whole micrograms here, so that no rounding can open one vial too many.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MCG_PER = {"g": 1_000_000, "mg": 1_000, "mcg": 1}
# A dose is a float product such as 0.4 g/kg x 70 kg; this much of a microgram is rounding.
SLACK_MCG = 1e-3


class Cover(NamedTuple):
    """Containers for doses of 0, 1, 2 ... units: `counts[k]` of each strength covers k units."""

    unit_mcg: int
    counts: NDArray[np.int64]


@functools.lru_cache(maxsize=512)
def cover(strengths_mcg: tuple[int, ...], size: int) -> Cover:
    """Containers of the given strengths for every dose up to at least `size` micrograms.

    An unbounded change-making table: for each dose the smallest total that reaches it, and for
    that total the fewest containers (the larger strength first among equals).
    """
    unit = math.gcd(*strengths_mcg)
    steps = [strength // unit for strength in strengths_mcg]
    needed = -(-size // unit)
    reach = needed + max(steps)
    fewest = [0] + [math.inf] * reach
    last = [-1] * (reach + 1)
    order = sorted(range(len(steps)), key=lambda i: -steps[i])
    for total in range(1, reach + 1):
        for i in order:
            if steps[i] <= total and fewest[total - steps[i]] + 1 < fewest[total]:
                fewest[total] = fewest[total - steps[i]] + 1
                last[total] = i
    exact = np.zeros((reach + 1, len(steps)), dtype=np.int64)
    for total in range(1, reach + 1):
        if last[total] >= 0:
            exact[total] = exact[total - steps[last[total]]]
            exact[total, last[total]] += 1
    counts = np.zeros((needed + 1, len(steps)), dtype=np.int64)
    nearest = reach
    for total in range(reach, -1, -1):
        if fewest[total] < math.inf:
            nearest = total
        if total <= needed:
            counts[total] = exact[nearest]
    return Cover(unit, counts)


def some(which: NDArray[np.bool_]) -> bool:
    """Whether any is. (`any` takes eight times as long on a single value.)"""
    return bool(np.count_nonzero(which))


def zero_for_nan(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values, 0 where NaN. (`nan_to_num` takes five times as long on a single value.)"""
    return np.where(np.isnan(values), 0.0, values)


@functools.lru_cache(maxsize=512)
def price_list(
    strengths_mcg: tuple[int, ...], usd_each: tuple[float, ...], size: int
) -> NDArray[np.float64]:
    """Dollars of the containers for 0, 1, 2 ... units, each added up in the same order."""
    each = cover(strengths_mcg, size).counts * np.array(usd_each)
    usd: NDArray[np.float64] = each.sum(axis=1)
    return usd


def containers(dose_mcg: NDArray[np.float64], strengths_mcg: tuple[int, ...]) -> NDArray[np.int64]:
    """How many of each strength each dose takes; shape (doses, strengths).

    NaN doses take none. The caller blanks them.
    """
    units, size = _units(dose_mcg, strengths_mcg)
    return cover(strengths_mcg, size).counts[units]


def containers_usd(
    dose_mcg: NDArray[np.float64], strengths_mcg: tuple[int, ...], usd_each: tuple[float, ...]
) -> NDArray[np.float64]:
    """Dollars of the containers that each dose takes; 0 of NaN doses."""
    units, size = _units(dose_mcg, strengths_mcg)
    return price_list(strengths_mcg, usd_each, size)[units]


def _units(
    dose_mcg: NDArray[np.float64], strengths_mcg: tuple[int, ...]
) -> tuple[NDArray[np.int64], int]:
    """Each dose in units of its table, and the size of that table."""
    dose = zero_for_nan(dose_mcg)
    top = float(np.maximum.reduce(dose, axis=None, initial=0.0))
    # Tables are made in doubling sizes, so that a slider does not make one per weight.
    size = 1 << max(0, math.ceil(top)).bit_length()
    unit = cover(strengths_mcg, size).unit_mcg
    return np.maximum(np.ceil((dose - SLACK_MCG) / unit), 0).astype(np.int64), size
