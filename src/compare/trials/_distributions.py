"""Tails of the normal, chi-squared and t distributions, for whole degrees of freedom.

With whole degrees of freedom the tails are finite sums of positive terms (Abramowitz and Stegun
26.4.4, 26.4.5, 26.7.3, 26.7.4), which keeps scipy out of the library.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Z_95 = NormalDist().inv_cdf(0.975)
STEPS = 8

_tail = np.vectorize(lambda z: math.erfc(abs(z) / math.sqrt(2)), otypes=[float])


def two_sided_p(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of a standard normal value at least as far from 0; NaN for NaN."""
    return np.asarray(_tail(z), dtype=float)


def chi2_p(q: float, df: int) -> float:
    """Probability of a chi-squared value above `q`; NaN without a degree of freedom.

    >>> round(chi2_p(3.841458820694124, 1), 12)
    0.05
    """
    if df < 1:
        return math.nan
    x = q / 2
    if x <= 0:
        return 1.0
    # Powers of x over gamma functions, each together with exp(-x): alone both run out of range.
    first = 0.5 if df % 2 else 0.0
    powers = (first + i for i in range(df // 2))
    terms = [math.exp(power * math.log(x) - math.lgamma(power + 1) - x) for power in powers]
    return math.fsum([math.erfc(math.sqrt(x)) if df % 2 else 0.0, *terms])


def t_95(df: int) -> float:
    """The t value within which 95 percent of the distribution lie, two-sided.

    >>> round(t_95(2), 6), round(t_95(30), 6)
    (4.302653, 2.042272)
    """
    log_top = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(math.pi * df) / 2
    # Newton's method from the left of a concave function: eight steps suffice for any df.
    t = Z_95
    for _ in range(STEPS):
        density = 2 * math.exp(log_top - (df + 1) / 2 * math.log1p(t * t / df))
        t += (0.95 - _within(t, df)) / density
    return t


def _within(t: float, df: int) -> float:
    """Probability of a t value between -t and t."""
    angle = math.atan(t / math.sqrt(df))
    cos2 = math.cos(angle) ** 2
    # Of each term the one before it, times cos2, times 1/2, 3/4 ... or 2/3, 4/5 ...
    odd = df % 2
    term = math.sin(angle) * (math.cos(angle) if odd else 1.0)
    total = term if df > 1 else 0.0
    for i in range(2 if odd else 1, df - 2, 2):
        term *= cos2 * i / (i + 1)
        total += term
    return (angle + total) * 2 / math.pi if odd else total
