"""Columns of money and counts, for any number of patients."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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


Prices = Callable[..., Money]


def once(price: Prices) -> Prices:
    """Keep on a plan what it costs the last patient: a page asks several times at each change."""

    @functools.wraps(price)
    def found(
        plan: Any, weight_kg: Floats, surface_m2: Floats, ends: Sequence[str] = ENDS
    ) -> Money:
        if weight_kg.size != 1:
            return price(plan, weight_kg, surface_m2, ends)
        asked = weight_kg.tobytes(), surface_m2.tobytes(), *ends
        last, money = vars(plan).get("_last", ((), None))
        if last != asked:
            money = price(plan, weight_kg, surface_m2, ends)
            vars(plan)["_last"] = asked, money
        return money  # type: ignore[no-any-return]

    return found


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
