"""The page on cost for every weight, band of age, and history that changes a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from compare.data.evidence import Evidence
from compare.data.scenario import Scenario
from compare.pages.cost import CostExplorer, view
from compare.pages.cost.page import Behind, View
from compare.site.states import Bars, ages, patient, standing_products
from compare.site.steps import Words, chains
from compare.site.still import still

# The arithmetic of one bar at a time is chosen in the notebook.
IN_THE_NOTEBOOK = ("chain", "sensitivity", "switching")


class CostPage(CostExplorer):
    """The explorer for scenarios that no strip holds."""

    at: Scenario | None = None

    def show_chosen(self, computed: View, found: Behind) -> None:
        """Nothing: a bar is chosen in the notebook."""

    def scenario(self) -> Scenario:
        return self.at or super().scenario()

    def still(self, scenario: Scenario) -> str:
        """The page for a scenario of its condition, without what only the notebook offers."""
        self.at = scenario
        computed = view(self.evidence, scenario)
        self.show(computed)
        self.panels["sources"].value = self.sources(computed)
        return str(still(self, IN_THE_NOTEBOOK))


def states(
    evidence: Evidence, condition_id: str, weights: Sequence[int], factors: Sequence[str] = ()
) -> dict[str, Any]:
    """`ages` (first age of each band), `bits` by factor, `which` chain for age and mask, `chains`
    of steps over `weights`, and their `words`.
    """
    del factors
    words, bars = Words(), Bars(evidence, condition_id)
    page = CostPage(evidence, condition_id)
    bands = ages(evidence, condition_id, "regimens")
    # Weight by weight: what a plan costs at one does not depend on age or history.
    shown = [[_by_mask(page, bars, weight, age) for age in bands] for weight in weights]
    return {"ages": bands, "bits": bars.bits, **chains(words, weights, shown)}


def _by_mask(page: CostPage, bars: Bars, weight: float, age: float) -> list[str]:
    """The page for each mask of the history."""
    evidence, condition_id = page.evidence, page.strip.opening_id

    def at(history: list[str]) -> Scenario:
        return Scenario(condition_id, patient(evidence, condition_id, weight, age, history))

    return bars.shown(
        lambda history: standing_products(evidence, condition_id, at(history).patient),
        lambda history: page.still(at(history)),
    )
