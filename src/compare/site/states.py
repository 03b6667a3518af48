"""On what a page depends, as few states as there are: bands of age, and marks of the history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from compare.authority.indications import deciding_factors
from compare.cost.plan import Plan, negotiated_plans, plans
from compare.cost.standing import contraindicating, standing_plans
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.patient import ADULT_YEARS, Patient
from compare.data.rows import known

WEIGHTS = range(5, 161)


def patient(
    evidence: Evidence, condition_id: str, weight: float, age: float, history: Iterable[str] = ()
) -> Patient:
    """As the notebooks' strip makes one: the condition's usual height, sex not given."""
    height = opening_patient(evidence, condition_id).height_cm
    return Patient(weight, age, height, factors=frozenset(history))


def ages(evidence: Evidence, condition_id: str, *tables: str) -> list[float]:
    """The first age of each band within which no row of the tables changes, and none comes of age;
    the first is 0.

    Of `factors` those count that age alone gives: sex is not asked here.
    """
    found = {0.0, float(ADULT_YEARS)}
    for table in tables:
        if table == "factors":
            rows = evidence.by_id(table).values()
            found |= {row["assumed_age_from"] for row in rows if not known(row["only_sex"])}
        else:
            for row in evidence.rows(table, "condition_id", condition_id):
                found |= {row["age_years_from"], row["age_years_below"]}
    return sorted(float(age) for age in found if known(age))


def kilograms(evidence: Evidence, condition_id: str) -> list[float]:
    """The first weight of each band within which no label of the condition changes; the first is
    the lightest.
    """
    found = {row["weight_kg_from"] for row in evidence.rows("indications", "condition_id",
                                                            condition_id)}  # fmt: skip
    return sorted({float(WEIGHTS[0]), *(float(kg) for kg in found if known(kg))})


def priced(evidence: Evidence, condition_id: str) -> tuple[Sequence[Plan], Sequence[Plan]]:
    """Plans at the usual prices, and those at prices that Medicare negotiated."""
    return plans(evidence, condition_id), negotiated_plans(evidence, condition_id)


def standing_products(evidence: Evidence, condition_id: str, who: Patient) -> set[str]:
    """Products that stand for their therapies, at either kind of price."""
    return {
        plan.product_id
        for found in priced(evidence, condition_id)
        for plan in standing_plans(evidence, found, who).values()
    }


class Bars:
    """What the history can change of the products that stand for their therapies, or of what is
    said of them.

    `bits` gives each factor that bars a product its bit; factors that bar the same share one.
    """

    def __init__(self, evidence: Evidence, condition_id: str) -> None:
        by_factor: dict[str, set[str]] = {}
        for product in {p.product_id for found in priced(evidence, condition_id) for p in found}:
            for factor in contraindicating(evidence, product):
                by_factor.setdefault(factor, set()).add(product)
        seen: dict[frozenset[str], int] = {}
        self.bits = {
            factor: seen.setdefault(frozenset(products), 1 << len(seen))
            for factor, products in sorted(by_factor.items())
        }
        self.products = {bit: products for products, bit in seen.items()}
        self.masks = range(1 << len(seen))
        self.barred = [self._barred(mask) for mask in self.masks]

    def history(self, mask: int) -> list[str]:
        """One factor for each bit of a mask."""
        first = {bit: factor for factor, bit in reversed(self.bits.items())}
        return [factor for bit, factor in first.items() if bit & mask]

    def _barred(self, mask: int) -> frozenset[str]:
        """Products that are contraindicated, which stand only where there is no other."""
        return frozenset().union(*(own for bit, own in self.products.items() if bit & mask))

    def shown(
        self,
        standing: Callable[[list[str]], set[str]],
        draw: Callable[[list[str]], str],
    ) -> list[str]:
        """What `draw` makes of each mask's history, made once for masks with the same page.

        `standing`: the products that stand for their therapies with a history.
        """
        stood: list[set[str]] = []
        drawn: list[str] = []
        for mask in self.masks:
            less = self._same(mask, stood)
            history = self.history(mask)
            stood.append(standing(history) if less is None else stood[less])
            drawn.append(draw(history) if less is None else drawn[less])
        return drawn

    def _same(self, mask: int, standing: Sequence[Collection[str]]) -> int | None:
        """A smaller mask with the same page: what it bars less does not stand there anyway.

        `standing`: products that stand, of each smaller mask. None where there is no such mask.
        """
        mine = self.barred[mask]
        for less in range(mask):
            its = self.barred[less]
            if its <= mine and not (mine - its) & set(standing[less]):
                return less
        return None


def asked(evidence: Evidence, condition_id: str) -> dict[str, int]:
    """Factors on which labels here depend (serostatus, earlier treatment), each with its bit."""
    return {key: 1 << at for at, key in enumerate(deciding_factors(evidence, condition_id))}
