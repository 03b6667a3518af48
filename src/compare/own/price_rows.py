"""One row of a file of own prices: held against the tables, and the price line that it becomes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from compare.cost.containers import MCG_PER
from compare.data.checks import SHAPES
from compare.data.errors import Problem
from compare.data.evidence import Evidence
from compare.data.rows import grouped, known, records

EXAMPLE = "Example row: replace it with your own"
HINTS = 20
# A ten-digit NDC has one part that is short of a digit.
NDC_PARTS = {(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)}


class Tables:
    """What rows are held against, looked up once for all of them."""

    def __init__(self, evidence: Evidence) -> None:
        self.data_date = pd.Timestamp(evidence.data_date)
        self.links = grouped(records(evidence.product_codes), "code")
        self.products = evidence.by_id("products")
        self.boxes = {row["presentation_id"]: row for row in records(evidence.presentations)}
        self.boxes_of = grouped(list(self.boxes.values()), "product_id")
        own = evidence.prices["price_basis"].eq("own")
        billed = evidence.prices[~own]
        self.units: dict[str, set[str]] = {}
        for code, unit in zip(billed["code"], billed["billing_unit"], strict=True):
            self.units.setdefault(code, set()).add(unit)
        # What may be typed, small, and the id that it means.
        self.like_code = {code.lower(): code for code in self.links}
        self.like_box = {key: key for key in self.boxes}
        self.like_product = {str(r["product"]).lower(): key for key, r in self.products.items()}
        self.like_product |= {key: key for key in self.products}
        self._hints = HINTS

    def near(self, value: str, names: Mapping[str, str]) -> str:
        """Ids close to what was typed, as a hint, for the first that are not known."""
        if not self._hints:
            return ""
        self._hints -= 1
        close = difflib.get_close_matches(value[:80].lower(), list(names), n=2)
        found = dict.fromkeys(names[name] for name in close)
        return f"; did you mean {' or '.join(found)}?" if found else ""


def padded(code: str) -> str:
    """An NDC in eleven digits: a hyphenated one is padded in its short part.

    Spreadsheets drop the leading zeros of digits without hyphens; those are put back.
    """
    parts = code.split("-")
    if all(part.isascii() and part.isdigit() for part in parts):
        if tuple(map(len, parts)) in NDC_PARTS:
            labeler, product, package = parts
            return labeler.zfill(5) + product.zfill(4) + package.zfill(2)
        if len(parts) == 1:
            return code.zfill(11)
    return code


def by_vial(boxes: Sequence[Mapping[str, Any]], route: str | None) -> bool:
    """Whether a product of these presentations is bought by the vial for a route."""
    forms = {row["form"] for row in boxes if route in row["route"].split(";")}
    return route == "IV" or (bool(forms) and forms <= {"vial", "bottle"})


class PriceRow:
    """One row of the file: its checks, and the price line that it becomes."""

    def __init__(
        self,
        tables: Tables,
        line: int,
        name: str,
        given: Mapping[str, Any],
        typed_cells: Mapping[str, Any],
    ) -> None:
        self.tables, self.line, self.name, self._given = tables, line, name, given
        self.cells = {key: value if known(value) else None for key, value in typed_cells.items()}
        code = self.cells["code"]
        if code is not None and code not in tables.links:
            other = next((c for c in (code.upper(), padded(code)) if c in tables.links), code)
            self.cells["code"] = other
        self._fill_in()

    def _fill_in(self) -> None:
        """A presentation says which product it is of, and its route where it has one."""
        box = self.tables.boxes.get(self.cells["presentation_id"] or "")
        if box is None or self.cells["product_id"] is not None:
            return
        self.cells["product_id"] = box["product_id"]
        if self.cells["route"] is None and ";" not in box["route"]:
            self.cells["route"] = box["route"]

    def is_example(self) -> bool:
        """Whether the template's remark still stands in the row."""
        return str(self.cells["notes"] or "").startswith(EXAMPLE[:11])

    def key(self) -> str:
        """Code of the price line."""
        if self.cells["product_id"] is None:
            return self.cells["code"] or ""
        parts = [self.cells[name] for name in ("product_id", "route", "presentation_id")]
        return "own_" + "_".join(part.lower() for part in parts if part)

    def pays_for(self) -> Any:
        """What the price is of: one presentation, where its code is of no other; else the code."""
        links = self.tables.links.get(self.cells["code"], ())
        if self.cells["product_id"] is None and len(links) == 1:
            link = links[0]
            if known(link["presentation_id"]):
                return link["presentation_id"], link["route"]
        if self.cells["presentation_id"] is not None:
            return self.cells["presentation_id"], self.cells["route"]
        return self.key()

    def problem(self, column: str, expected: str) -> Problem:
        value = self._given.get(column)
        return Problem(
            self.name, self.line, column, str(value) if known(value) else "(blank)", expected
        )

    def check(self) -> list[Problem]:
        """Everything wrong with the row beyond what its columns say."""
        if self.is_example():
            return [self.problem("notes", "this is the template's example; replace or remove it")]
        found = [*self._check_what(), *self._check_dates()]
        # Where it is not known what is priced, nothing can be said of the unit.
        found += self._check_unit() if not found else []
        notes = self.cells["notes"]
        if notes and re.fullmatch(SHAPES["number"], notes):
            expected = "a number alone is no remark: was a price written with a decimal comma?"
            found.append(self.problem("notes", expected))
        return found

    def _check_what(self) -> list[Problem]:
        tables, values = self.tables, self.cells
        product_id, code, route = values["product_id"], values["code"], values["route"]
        links = tables.links.get(code, ())
        found = []
        if code is not None and not links:
            close = tables.near(code, tables.like_code)
            found.append(self.problem("code", f"not in product_codes{close}"))
        box = values["presentation_id"]
        if box is not None and box not in tables.boxes:
            digits = "; was a price written with a decimal comma?" if box.isdigit() else ""
            close = digits or tables.near(box, tables.like_box)
            found.append(self.problem("presentation_id", f"not in presentations{close}"))
        if product_id is None:
            if code is None and not found:
                found.append(self.problem("code", "expected a code, or a product_id and a route"))
            return found or self._check_route_of_code(links)
        product = tables.products.get(product_id)
        if product is None:
            close = tables.near(product_id, tables.like_product)
            return [*found, self.problem("product_id", f"not in products{close}")]
        if links and product_id not in {link["product_id"] for link in links}:
            found.append(self.problem("code", f"not a code of {product_id}"))
        if route is None:
            found.append(self.problem("route", "expected one of: " + ", ".join(_routes(product))))
        elif route not in _routes(product):
            found.append(self.problem("route", f"{product_id} is not given by this route"))
        if box in tables.boxes:
            found += self._check_box(tables.boxes[box])
        return found

    def _check_route_of_code(self, links: Sequence[Mapping[str, Any]]) -> list[Problem]:
        """A route beside a code alone: right, or too little to tell which use is priced."""
        route, routes = self.cells["route"], {link["route"] for link in links}
        if route is None or routes == {route}:
            return []
        if route not in routes:
            return [self.problem("route", f"this code is not used for {route}")]
        expected = "this code is used by other routes too; name the product_id to price one of them"
        return [self.problem("route", expected)]

    def _check_box(self, box: Mapping[str, Any]) -> list[Problem]:
        if box["product_id"] != self.cells["product_id"]:
            own = self.tables.boxes_of.get(self.cells["product_id"] or "", ())
            one_of = ", ".join(sorted(row["presentation_id"] for row in own))
            expected = f"expected one of: {one_of or 'none is in the tables'}"
            return [self.problem("presentation_id", expected)]
        route = self.cells["route"]
        if route is not None and route not in box["route"].split(";"):
            return [self.problem("route", "this presentation is not given by this route")]
        return []

    def _check_unit(self) -> list[Problem]:
        """Whether what is priced is billed in such a unit."""
        unit, code, product_id = (
            self.cells[name] for name in ("billing_unit", "code", "product_id")
        )
        if unit == "device" and not self._names_device():
            expected = "a price per device must name which: give presentation_id"
            return [self.problem("presentation_id", expected)]
        if product_id is None:
            billed = self.tables.units.get(code or "", set())
            if billed and {sort_of(one) for one in billed} != {sort_of(unit)}:
                said = "mg" if "mass" in {sort_of(one) for one in billed} else min(billed)
                return [self.problem("billing_unit", f"this code is billed per {said}")]
        elif unit == "day":
            route = self.cells["route"]
            if by_vial(self.tables.boxes_of.get(product_id, ()), route):
                expected = (
                    f"{product_id} is bought by the vial for {route} use: give a price per mg"
                )
                return [self.problem("billing_unit", expected)]
        return []

    def _names_device(self) -> bool:
        if self.cells["product_id"] is not None:
            return self.cells["presentation_id"] is not None
        links = self.tables.links.get(self.cells["code"] or "", ())
        return all(known(link["presentation_id"]) for link in links)

    def _check_dates(self) -> list[Problem]:
        begin, end, found = self.cells["effective_from"], self.cells["effective_to"], []
        data_date = self.tables.data_date
        if begin is not None and begin > data_date:
            expected = (
                f"this price begins after the data's date ({data_date:%Y-%m-%d}) and would not be "
                "used; leave the cell blank, or load the newer CMS file first"
            )
            found.append(self.problem("effective_from", expected))
        if end is not None and end < (begin or data_date):
            found.append(self.problem("effective_to", "expected a day on or after effective_from"))
        return found

    def line_of_price(self) -> dict[str, Any]:
        """The row of `prices`, with what `product_codes` needs."""
        code = self.key()
        return {
            **self.cells,
            "effective_from": self.cells["effective_from"] or self.tables.data_date,
            "code": code,
            "code_type": "line" if self.cells["product_id"] else _type_of(code),
            "price_basis": "own",
            "verification": "one_reading",
            "locator": f"line {self.line}",
        }


def _routes(product: Mapping[str, Any]) -> list[str]:
    return str(product["routes"]).split(";")


def sort_of(unit: str | None) -> str:
    """What a unit of billing measures: `mass`, or the unit itself (ml, device, day)."""
    return "mass" if unit in MCG_PER else str(unit)


def _type_of(code: str) -> str:
    return "NDC" if re.fullmatch(SHAPES["integer"], code) else "HCPCS" if len(code) == 5 else "line"
