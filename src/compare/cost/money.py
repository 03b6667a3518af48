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


AROUND_KG = np.arange(-32, 32.5, 0.5)
Prices = Callable[..., Money]


def once(price: Prices) -> Prices:
    """Keep on a plan what it costs the last patient: a page asks several times at each change.

    Where weight alone counts, the weights around are priced with it: a hundred take little longer
    than one. Where no size counts, those whom the same bands fit are one patient.
    """

    @functools.wraps(price)
    def found(
        plan: Any, weight_kg: Floats, surface_m2: Floats, ends: Sequence[str] = ENDS
    ) -> Money:
        if weight_kg.size != 1:
            return price(plan, weight_kg, surface_m2, ends)
        asked: list[Any] = [*ends]
        if not (around := plan.per == {"kg"}):
            of = (weight_kg, surface_m2) if plan.per else (row.fits(weight_kg) for row in plan.rows)
            asked += [part.tobytes() for part in of]
        last, weights, money = vars(plan).get("_last", ((), weight_kg, None))
        place = int(np.searchsorted(weights, weight_kg[0])) if around else 0
        if last != asked or (around and weight_kg[0] not in weights[place : place + 1]):
            weights = weight_kg + AROUND_KG if around else weight_kg
            weights = weights[weights > 0]
            place = int(np.searchsorted(weights, weight_kg[0]))
            money = price(plan, weights, np.broadcast_to(surface_m2, weights.shape), ends)
            vars(plan)["_last"] = asked, weights, money
        own = slice(place, place + 1)
        return Money({name: of[own] for name, of in money.columns.items()}, money.reason[own])

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
