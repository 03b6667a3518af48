"""A hospital's own prices: a CSV to price lines on the basis `own`, all of it or nothing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from compare.cost.containers import MCG_PER
from compare.cost.prices import Tariff, price_book, specificity
from compare.data.checks import SHAPES, Resource, check_text, fields_of, raise_if
from compare.data.errors import Problem
from compare.data.evidence import Evidence, Loaded, resources_of
from compare.data.rows import grouped, known, records
from compare.own.kinds import PRICES, other_sort
from compare.own.reading import (
    File,
    appended,
    cells,
    content_of,
    own_source,
    refusal,
    typed,
    with_optional,
)

NEEDED = ("billing_qty", "billing_unit", "usd_per_billing_unit")
COLUMNS = (
    "code",
    "product_id",
    "route",
    "presentation_id",
    *NEEDED,
    "effective_from",
    "effective_to",
    "notes",
)
EXAMPLE = "Example row: replace it with your own"
TEMPLATE = (
    ",".join(COLUMNS)
    + f"\n,gamunex_c,IV,,500,mg,45.10,2026-10-01,,{EXAMPLE}"
    + f"\nJ1745,,,,10,mg,24.80,,,{EXAMPLE}\n"
)
FAR_FROM_LIMIT = 3.0
HINTS = 20
REPORT = ["product", "code", "route", "price", "basis_before", "price_before", "in_force", "remark"]
# A ten-digit NDC has one part that is short of a digit.
NDC_PARTS = {(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)}


def with_prices(evidence: Evidence, file: File, name: str = "") -> Evidence:
    """Evidence in which the file's prices stand on the basis `own`.

    A row names a `code` of the tables, or a `product_id` and a `route`, or a `presentation_id`; one
    price pays for `billing_qty` of `billing_unit`. `effective_from` blank means from the data's
    date. Earlier own prices of the same code are replaced. A price of a presentation is used before
    one of a product, and that before one of a code. Raises `DataError` that names every mistake;
    the evidence itself is never changed.
    """
    content, name = content_of(file, name or "own prices")
    if reason := other_sort(content, PRICES):
        raise refusal(name, reason)
    text, problems = cells(content, name)
    if text.columns.empty:
        raise_if(problems)
    lines, found = _lines(evidence, text, name)
    raise_if([*problems, *found])
    return _with_lines(evidence, lines, name)


def resource_of(evidence: Evidence) -> Resource:
    """Own prices as a described resource: columns as in `prices`, with limits of their own."""
    tables = resources_of(evidence)
    known_fields = {**fields_of(tables["product_codes"]), **fields_of(tables["prices"])}
    own: dict[str, Any] = {
        "billing_qty": {"required": True, "exclusiveMinimum": 0, "maximum": 1_000_000},
        "usd_per_billing_unit": {"required": True, "exclusiveMinimum": 0, "maximum": 10_000_000},
    }
    optional = {"code", "product_id", "route", "effective_from"}
    fields = []
    for column in COLUMNS:
        limits = own.get(column, known_fields[column].get("constraints", {}))
        if column in optional:
            limits = {key: value for key, value in limits.items() if key != "required"}
        fields.append({**known_fields[column], "constraints": limits})
    return {"name": "own_prices", "schema": {"fields": fields}}


def _lines(
    evidence: Evidence, text: pd.DataFrame, name: str
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Price lines, and everything wrong with the rows and their columns."""
    if not set(NEEDED) & set(text.columns):
        expected = (
            f"none of the needed columns is here; expected a column code, and {', '.join(NEEDED)}: "
            "fill in the template own_prices.csv"
        )
        return [], [Problem(name, 1, None, None, expected)]
    problems = []
    if "code" not in text and not {"product_id", "route"} <= set(text.columns):
        expected = "expected a column code, or the columns product_id and route"
        problems.append(Problem(name, 1, None, None, expected))
    resource = resource_of(evidence)
    text = with_optional(text, resource)
    given = text.copy()
    for column, change in (("billing_unit", "lower"), ("route", "upper")):
        if column in text:
            text[column] = getattr(text[column].str, change)()
    frame, found = check_text(text, resource, name)
    problems += found
    if frame.empty:
        return [], problems
    mistaken = {(problem.line, problem.column) for problem in problems}
    tables = _Tables(evidence)
    rows = [
        _Row(tables, int(line), name, shown, values)
        for line, shown, values in zip(text.index, records(given), records(frame), strict=True)
    ]
    for row in rows:
        if row.is_example():
            problems = [problem for problem in problems if problem.line != row.line]
        problems += [p for p in row.check() if (p.line, p.column) not in mistaken]
    problems += _same_day(rows, pd.Timestamp(evidence.data_date))
    return [row.line_of_price() for row in rows], problems


def _same_day(rows: Sequence[_Row], data_date: pd.Timestamp) -> list[Problem]:
    """Rows that price the same thing on the same day, whichever way they are dated."""
    spans: dict[Any, list[tuple[pd.Timestamp, pd.Timestamp, _Row]]] = {}
    for row in rows:
        begin, end = row.cells["effective_from"], row.cells["effective_to"]
        span = (begin or data_date, end or pd.Timestamp.max, row)
        spans.setdefault(row.pays_for(), []).append(span)
    problems = []
    for same in spans.values():
        last = None
        for begin, end, row in sorted(same, key=lambda span: (span[0], span[2].line)):
            if last is not None and begin <= last[0]:
                one, other = sorted((last[1], row), key=lambda row: row.line)
                expected = (
                    f"this price stands on line {one.line} too, and both are in force on one day; "
                    "end the earlier one by effective_to"
                )
                problems.append(Problem(row.name, other.line, "code", other.key(), expected))
            if last is None or end > last[0]:
                last = (end, row)
    return problems


class _Tables:
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


class _Row:
    """One row of the file: its checks, and the price line that it becomes."""

    def __init__(
        self,
        tables: _Tables,
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
            close = tables.near(code, {name.lower(): name for name in tables.links})
            found.append(self.problem("code", f"not in product_codes{close}"))
        box = values["presentation_id"]
        if box is not None and box not in tables.boxes:
            digits = "; was a price written with a decimal comma?" if box.isdigit() else ""
            close = digits or tables.near(box, {name: name for name in tables.boxes})
            found.append(self.problem("presentation_id", f"not in presentations{close}"))
        if product_id is None:
            if code is None and not found:
                found.append(self.problem("code", "expected a code, or a product_id and a route"))
            return found or self._check_route_of_code(links)
        product = tables.products.get(product_id)
        if product is None:
            names = {str(row["product"]).lower(): key for key, row in tables.products.items()}
            names |= {key: key for key in tables.products}
            close = tables.near(product_id, names)
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
            if billed and {_sort(one) for one in billed} != {_sort(unit)}:
                said = "mg" if "mass" in {_sort(one) for one in billed} else min(billed)
                return [self.problem("billing_unit", f"this code is billed per {said}")]
        elif unit == "day":
            route = self.cells["route"]
            boxes = self.tables.boxes_of.get(product_id, ())
            forms = {row["form"] for row in boxes if route in row["route"].split(";")}
            if route == "IV" or (forms and forms <= {"vial", "bottle"}):
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


def _sort(unit: str | None) -> str:
    return "mass" if unit in MCG_PER else str(unit)


def _type_of(code: str) -> str:
    return "NDC" if re.fullmatch(SHAPES["integer"], code) else "HCPCS" if len(code) == 5 else "line"


def _with_lines(evidence: Evidence, lines: list[dict[str, Any]], name: str) -> Evidence:
    resources = resources_of(evidence)
    source = own_source(evidence, "own_prices", f"Own prices: {name}")
    rows = [line | {"source_id": source["source_id"]} for line in lines]
    replaced = evidence.prices["price_basis"].eq("own") & evidence.prices["code"].isin(
        _codes_of_the_same(evidence, rows)
    )
    named = [row for row in rows if row["product_id"] is not None]
    links = typed([{**row, "notes": None} for row in named], resources["product_codes"])
    keys = ["product_id", "code", "route"]
    codes = appended(evidence.product_codes, links).drop_duplicates(keys, keep="last")
    after = replace(
        evidence,
        prices=appended(evidence.prices[~replaced], typed(rows, resources["prices"])),
        product_codes=codes.reset_index(drop=True),
        sources=appended(evidence.sources, typed([source], resources["sources"])),
        changed=tuple(dict.fromkeys([*evidence.changed, "prices", "product_codes", "sources"])),
    )
    report = _report(evidence, after, rows)
    said = (
        ("1 own price", "It is used first wherever it fits.")
        if len(rows) == 1
        else (f"{len(rows)} own prices", "They are used first wherever they fit.")
    )
    text = f"{said[0]} loaded from {name}. {said[1]}"
    return replace(after, loaded=(*evidence.loaded, Loaded("prices", name, text, report)))


def _codes_of_the_same(evidence: Evidence, rows: list[dict[str, Any]]) -> set[str]:
    """Codes of the rows, and those that stand for the same presentations alone."""
    codes = {row["code"] for row in rows}
    links = evidence.product_codes
    boxes = {row["presentation_id"] for row in rows} | {
        box
        for code, box in zip(links["code"], links["presentation_id"], strict=True)
        if code in codes
    }
    return codes | set(links.loc[links["presentation_id"].isin(filter(known, boxes)), "code"])


def _report(before: Evidence, after: Evidence, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """One row per own price and product that it pays for, beside the price used until now."""
    today = pd.Timestamp(after.data_date)
    book, own = price_book(before), price_book(after)
    links_of = grouped(records(after.product_codes), "code")
    limits: dict[tuple[str, str], Tariff | str] = {}
    found = []
    for row in rows:
        for link in links_of[row["code"]]:
            use = product_id, route = link["product_id"], link["route"]
            if use not in limits:
                limits[use] = book.tariff(product_id, route, "asp_payment_limit")
            old = limits[use]
            basis, price_before, remark = "", "", ""
            if not isinstance(old, str):
                basis = old.price_basis
                unit_usd, unit_mcg = old.usd_per_billing_unit, old.billing_mcg
                if unit_usd is not None and unit_mcg is not None:
                    price_before = f"${unit_usd:,.3f} per {unit_mcg / MCG_PER['mg']:g} mg"
                    remark = _far(row, unit_usd / unit_mcg)
            ended = known(row["effective_to"]) and row["effective_to"] < today
            found.append(
                {
                    "product": after.label("products", product_id),
                    "code": row["code"],
                    "route": route,
                    "price": f"${row['usd_per_billing_unit']:,.3f} per "
                    f"{row['billing_qty']:g} {row['billing_unit']}",
                    "basis_before": basis,
                    "price_before": price_before,
                    "in_force": "no: it has ended"
                    if ended
                    else _used(row["code"], own.lines(product_id, route, "own")),
                    "remark": remark,
                }
            )
    return pd.DataFrame(found, columns=REPORT)


def _used(code: str, rivals: list[dict[str, Any]]) -> str:
    """Whether a price is used beside the other own prices of its product and route."""
    line = next(one for one in rivals if one["code"] == code)
    closer = [one for one in rivals if one["in_force"] and specificity(one) > specificity(line)]
    for one in closer:
        if not known(one["presentation_id"]) or _sort(one["billing_unit"]) != _sort(
            line["billing_unit"]
        ):
            return f"no: {one['code']} is more specific and is used"
    if closer:
        boxes = ", ".join(sorted(one["presentation_id"] for one in closer))
        return f"yes, but for {boxes} the more specific price is used"
    return "yes"


def _far(row: Mapping[str, Any], limit_per_mcg: float) -> str:
    """A warning where an own price is so far from the payment limit that a unit may be wrong."""
    if row["billing_unit"] not in MCG_PER or not limit_per_mcg:
        return ""
    own = row["usd_per_billing_unit"] / (row["billing_qty"] * MCG_PER[row["billing_unit"]])
    ratio = own / limit_per_mcg
    if 1 / FAR_FROM_LIMIT <= ratio <= FAR_FROM_LIMIT:
        return ""
    return f"{ratio:.3g} times the payment limit per mg: check quantity and unit"
