"""Confidence intervals of proportions and of their difference, vectorized.

Wilson's score interval for one proportion (Wilson 1927) and Newcombe's hybrid score interval for
the difference of two independent proportions (Newcombe 1998, method 10). For parallel arms of
patients only: not for infusions (clustered), crossovers or rates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compare.data.arguments import number, numbers_of

Z_95 = 1.959963984540054
Floats = NDArray[np.float64]


def wilson(events: ArrayLike, n: ArrayLike, z: float = Z_95) -> tuple[Floats, Floats]:
    """Wilson interval of a proportion.

    Returns `(low, high)` as proportions. NaN in, NaN out. Raises `ValueError` where events are
    not from 0 to n or n is not positive.

    >>> low, high = wilson(5, 10)
    >>> round(float(low), 4), round(float(high), 4)
    (0.2366, 0.7634)
    """
    x, total = _checked(events, n)
    z = number("z", z, 0, 100)
    p = x / total
    center = p + z * z / (2 * total)
    half = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # With no event (or only events) the limit is exactly 0 (or 1); rounding would leave 1e-17.
    low = np.where(x == 0, 0.0, (center - half) / scale)
    high = np.where(x == total, 1.0, (center + half) / scale)
    return low, high


def risk_difference(
    events_treated: ArrayLike,
    n_treated: ArrayLike,
    events_comparator: ArrayLike,
    n_comparator: ArrayLike,
    z: float = Z_95,
) -> tuple[Floats, Floats, Floats]:
    """Risk in the treated minus risk in the comparator arm, with Newcombe's interval.

    Returns `(difference, low, high)` as proportions, from -1 to 1.

    >>> d, low, high = risk_difference(56, 70, 48, 80)
    >>> round(float(d), 4), round(float(low), 4), round(float(high), 4)
    (0.2, 0.0524, 0.3339)
    """
    x1, n1 = _checked(events_treated, n_treated)
    x2, n2 = _checked(events_comparator, n_comparator)
    p1, p2 = x1 / n1, x2 / n2
    low1, high1 = wilson(x1, n1, z)
    low2, high2 = wilson(x2, n2, z)
    difference = p1 - p2
    low = difference - np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    high = difference + np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return difference, low, high


def _checked(events: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    x, total = np.broadcast_arrays(numbers_of("events", events), numbers_of("n", n))
    with np.errstate(invalid="ignore"):
        if np.any(total <= 0):
            raise ValueError("n holds a number that is not positive; expected 1 or more")
        if np.any(x < 0) or np.any(x > total):
            raise ValueError("events holds a number outside 0 to n")
    return x, total
