"""Columns of money and counts, for any number of patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.cost.phases import Floats


@dataclass(frozen=True)
class Money:
    """Columns of money and counts, one value per patient; NaN where `reason` says why."""

    columns: dict[str, Floats]
    reason: NDArray[np.object_]


SPANS = ("year_one", "later_year")
QUANTITIES = ("usd", "usd_administration", "doses", "visits", "chair_hours")
YEARLY = len(QUANTITIES) * len(SPANS)
# Where a column stands: row (a quantity in a span, below them the course's dollars) and end.
PLACES = {
    f"{name}_{span}{tail}": (len(SPANS) * q + s, e)
    for q, name in enumerate(QUANTITIES)
    for s, span in enumerate(SPANS)
    for e, tail in enumerate(("_low", "_high") if name == "usd" else ("", "_high"))
} | {"usd_per_course": (YEARLY, 0), "usd_per_course_high": (YEARLY, 1)}
MONEY_COLUMNS = [*PLACES]
# Of a plan by the year (True) or by the course (False): the columns of its dollars, low and high.
PAID = {
    True: ("usd_year_one_low", "usd_year_one_high"),
    False: ("usd_per_course", "usd_per_course_high"),
}


def span_of(each: Sequence[Money], paid: str) -> Money:
    """From the least to the most of several, with the reason of one that is not blank."""
    columns = {
        name: (np.fmax if name.endswith("_high") else np.fmin).reduce(
            [m.columns[name] for m in each]
        )
        for name in each[0].columns
    }
    reason = each[0].reason.copy()
    for one in each:
        priced = ~np.isnan(one.columns[paid])
        reason[priced] = one.reason[priced]
    return Money(columns, reason)
