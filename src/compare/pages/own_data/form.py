"""A form for one own price: product, dollars, and what they pay for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w

from compare.data.evidence import Evidence
from compare.own import one_price
from compare.pages.controls import WRAP, labelled, reset


class PriceForm:
    """Three boxes and a button, shown as `row`; `given` is called with a row of a file of prices.

    `refused` is called with the sentence on what cannot be read.
    """

    def __init__(
        self, given: Callable[[Mapping[str, Any]], None], refused: Callable[[str], None]
    ) -> None:
        self.evidence: Evidence | None = None
        self.product = labelled(w.Dropdown, "Product", options=[("", "")])
        self.price = labelled(w.Text, "Your price ($)", "200px", placeholder="1040.50")
        self.unit = labelled(w.Dropdown, "Per", options=[("", "")])
        self.button = labelled(w.Button, "Use this price", button_style="primary")
        self.row = w.HBox([self.product, self.price, self.unit, self.button], layout=WRAP)
        self._given, self._refused = given, refused
        self.product.observe(lambda _: self.offer_units(), names="value")
        self.button.on_click(lambda _: self.use())

    def of(self, evidence: Evidence, condition_id: str) -> None:
        """Offer the products of a condition; the present one stays where it can."""
        self.evidence = evidence
        reset(self.product, one_price.products_here(evidence, condition_id) or [("", "")])
        self.offer_units()

    def offer_units(self) -> None:
        """What a price of the product may pay for."""
        assert self.evidence is not None
        found = one_price.units(self.evidence, self.product.value) if self.product.value else {}
        if tuple(found) != tuple(self.unit.options):
            self.unit.options = list(found) or [""]

    def use(self) -> None:
        """Hand the price on, or say what is wrong with it."""
        assert self.evidence is not None
        try:
            usd = one_price.dollars(self.price.value)
        except ValueError as error:
            self._refused(f"{error}.")
            return
        row = one_price.units(self.evidence, self.product.value)[self.unit.value]
        self._given({**row, "usd_per_billing_unit": usd})
