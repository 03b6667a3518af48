"""Columns of money and counts, for any number of patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.cost.phases import ENDS, Floats


@dataclass(frozen=True)
class Money:
    """Columns of money and counts, one value per patient; NaN where `reason` says why."""

    columns: dict[str, Floats]
    reason: NDArray[np.object_]


SPANS = ("year_one", "later_year")
MONEY_COLUMNS = [
    *(f"usd_{span}_{end}" for span in SPANS for end in ENDS),
    *(
        f"{name}_{span}{tail}"
        for name in ("usd_administration", "doses", "visits", "chair_hours")
        for span in SPANS
        for tail in ("", "_high")
    ),
    "usd_per_course",
    "usd_per_course_high",
]


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
