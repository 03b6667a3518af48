"""A hospital's own prices: a CSV to price lines on the basis `own`, all of it or nothing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from compare.cost.containers import MCG_PER
from compare.cost.prices import price_book
from compare.data.checks import SHAPES, cast, raise_if
from compare.data.errors import Problem
from compare.data.evidence import Evidence, Loaded, resources_of
from compare.data.rows import known, records
from compare.own.reading import File, appended, cells, content_of, own_source, typed

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
UNITS = ("mg", "g", "mcg", "device", "day")
ROUTES = ("IV", "SC", "IM")
MAX_USD = 10_000_000
MAX_QTY = 1_000_000
EXAMPLE = "Example row: replace it with your own"
TEMPLATE = (
    ",".join(COLUMNS)
    + f"\n,gamunex_c,IV,,500,mg,45.10,2026-10-01,,{EXAMPLE}"
    + f"\nJ1745,,,,10,mg,24.80,,,{EXAMPLE}\n"
)
FAR_FROM_LIMIT = 3.0
REPORT = ["product", "code", "route", "price", "basis_before", "price_before", "in_force", "remark"]


def with_prices(evidence: Evidence, file: File, name: str = "") -> Evidence:
    """Evidence in which the file's prices stand on the basis `own`.

    A row names a `code` of the tables, or a `product_id` and a `route`; one price pays for
    `billing_qty` of `billing_unit`. `effective_from` blank means from the data's date. Earlier own
    prices of the same code are replaced. Raises `DataError` that names every mistake; the evidence
    itself is never changed.
    """
    content, name = content_of(file, name or "own prices")
    text, problems = cells(content, name)
    if text.columns.empty:
        raise_if(problems)
    lines, found = _lines(evidence, text, name)
    raise_if([*problems, *found])
    return _with_lines(evidence, lines, name)


def _lines(
    evidence: Evidence, text: pd.DataFrame, name: str
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Price lines, and everything wrong with the rows and their columns."""
    problems = [
        Problem(name, 1, column, None, "this column is missing")
        for column in NEEDED
        if column not in text
    ]
    if "code" not in text and not {"product_id", "route"} <= set(text.columns):
        expected = "expected a column code, or the columns product_id and route"
        problems.append(Problem(name, 1, None, None, expected))
    for column in text.columns:
        if column not in COLUMNS:
            allowed = ", ".join(COLUMNS)
            expected = f"no such column; the columns are {allowed}"
            problems.append(Problem(name, 1, str(column) or "(no name)", None, expected))
    text = text.reindex(columns=list(COLUMNS)).astype("str")
    columns = {}
    for column, kind in (
        ("billing_qty", "number"),
        ("usd_per_billing_unit", "number"),
        ("effective_from", "date"),
        ("effective_to", "date"),
    ):
        columns[column], wrong = cast(text[column], kind)
        problems += [
            Problem(name, line, column, value, number_hint(value) if kind == "number" else DATE)
            for line, value in wrong.items()
        ]
    mistaken = {(problem.line, problem.column) for problem in problems}
    lines: list[dict[str, Any]] = []
    seen: dict[tuple[str, str], int] = {}
    for line, row in zip(text.index, records(text), strict=True):
        cells_of_row = {key: (value if known(value) else None) for key, value in row.items()}
        values = {key: column.loc[line] for key, column in columns.items()}
        price = _Row(evidence, int(line), name, cells_of_row, values)
        problems += [
            p
            for p in price.check()
            if (p.line, p.column) not in mistaken and (1, p.column) not in mistaken
        ]
        key = (price.key(), str(values["effective_from"]))
        if key in seen:
            expected = f"this price stands on line {seen[key]} too"
            problems.append(Problem(name, int(line), "code", str(key[0]), expected))
        seen[key] = int(line)
        lines.append(price.line_of_price())
    return lines, problems


DATE = "expected a date as YYYY-MM-DD"


def number_hint(value: str) -> str:
    """What to say of text that is not a number."""
    if re.fullmatch(r"[+-]?\d+,\d+", value):
        return f"expected a decimal point: write {value.replace(',', '.')}"
    if re.search(r"[$€\s]|,\d{3}", value):
        return "expected a plain number such as 1234.5: no currency sign, space or thousands comma"
    return "expected a number with a decimal point"


class _Row:
    """One row of the file: its checks, and the price line that it becomes."""

    def __init__(
        self,
        evidence: Evidence,
        line: int,
        name: str,
        text: Mapping[str, str | None],
        values: Mapping[str, Any],
    ) -> None:
        self.evidence, self.line, self.name = evidence, line, name
        self.text, self.values, self._typed = dict(text), values, dict(text)
        for column, change in (("billing_unit", str.lower), ("route", str.upper)):
            value = self.text[column]
            self.text[column] = change(value) if value else None
        self.text["code"] = self._code(self.text["code"])

    def _code(self, code: str | None) -> str | None:
        """The code as the tables write it; spreadsheets drop the leading zeros of an NDC."""
        codes = set(self.evidence.product_codes["code"])
        if code is None or code in codes:
            return code
        for other in (code.upper(), code.replace("-", "").zfill(11)):
            if other in codes:
                return other
        return code

    def key(self) -> str:
        """Code of the price line."""
        if self.text["product_id"] is None:
            return self.text["code"] or ""
        parts = [self.text["product_id"], self.text["route"], self.text["presentation_id"]]
        return "own_" + "_".join(part.lower() for part in parts if part)

    def problem(self, column: str, expected: str) -> Problem:
        value = self._typed.get(column)
        return Problem(self.name, self.line, column, value or "(blank)", expected)

    def check(self) -> list[Problem]:
        """Everything wrong with the row."""
        if self.text["notes"] and self.text["notes"].startswith(EXAMPLE[:11]):
            return [self.problem("notes", "this is the template's example; replace or remove it")]
        found = [*self._check_what(), *self._check_price(), *self._check_dates()]
        if self.text["notes"] and self.text["notes"].isdigit():
            expected = "a number alone is no remark: was a price written with a decimal comma?"
            found.append(self.problem("notes", expected))
        return found

    def _check_what(self) -> list[Problem]:
        text, codes = self.text, self.evidence.product_codes
        product_id, code, route = text["product_id"], text["code"], text["route"]
        if product_id is None:
            if code is None:
                return [self.problem("code", "expected a code, or a product_id and a route")]
            if code not in set(codes["code"]):
                return [self.problem("code", f"not in product_codes{near(code, codes['code'])}")]
            return []
        found = []
        products = self.evidence.products.set_index("product_id")
        if product_id not in products.index:
            ids = dict(zip(products["product"].str.lower(), products.index, strict=True))
            close = near(product_id.lower(), pd.Series([*products.index, *ids]), ids)
            found.append(self.problem("product_id", f"not in products{close}"))
        elif code is not None and code not in set(
            codes.loc[codes["product_id"].eq(product_id), "code"]
        ):
            found.append(self.problem("code", f"not a code of {product_id}"))
        if route not in ROUTES:
            found.append(self.problem("route", "expected one of: " + ", ".join(ROUTES)))
        elif not found and route not in str(products.at[product_id, "routes"]).split(";"):
            found.append(self.problem("route", f"{product_id} is not given by this route"))
        boxes = self.evidence.presentations
        own = set(boxes.loc[boxes["product_id"].eq(product_id), "presentation_id"])
        if text["presentation_id"] is not None and text["presentation_id"] not in own:
            one_of = ", ".join(sorted(own)) or "none is in the tables"
            found.append(self.problem("presentation_id", f"expected one of: {one_of}"))
        return found

    def _check_price(self) -> list[Problem]:
        text, found = self.text, []
        unit = text["billing_unit"]
        if unit not in UNITS:
            hint = "; a price per mL cannot be read: give mg, or device" if unit == "ml" else ""
            found.append(
                self.problem("billing_unit", "expected one of: " + ", ".join(UNITS) + hint)
            )
        if unit == "device" and not self._names_device():
            expected = "a price per device must name which: give presentation_id"
            found.append(self.problem("presentation_id", expected))
        limits = {"billing_qty": MAX_QTY, "usd_per_billing_unit": MAX_USD}
        for column, most in limits.items():
            value = self.values[column]
            if text[column] is None:
                found.append(self.problem(column, "expected a number"))
            elif not (known(value) and 0 < value <= most):
                expected = f"expected more than 0 and at most {most:,}"
                found.append(self.problem(column, expected))
        return found

    def _names_device(self) -> bool:
        if self.text["product_id"] is not None:
            return self.text["presentation_id"] is not None
        codes = self.evidence.product_codes
        own = codes.loc[codes["code"].eq(self.text["code"] or ""), "presentation_id"]
        return bool(len(own)) and bool(own.notna().all())

    def _check_dates(self) -> list[Problem]:
        begin, end, found = self.values["effective_from"], self.values["effective_to"], []
        data_date = pd.Timestamp(self.evidence.data_date)
        if known(begin) and begin > data_date:
            expected = (
                f"this price begins after the data's date ({data_date:%Y-%m-%d}) and would not be "
                "used; leave the cell blank, or load the newer CMS file first"
            )
            found.append(self.problem("effective_from", expected))
        if known(end) and end < (begin if known(begin) else data_date):
            found.append(self.problem("effective_to", "expected a day on or after effective_from"))
        return found

    def line_of_price(self) -> dict[str, Any]:
        """The row of `prices`, with what `product_codes` needs."""
        begin = self.values["effective_from"]
        code = self.key()
        return {
            **self.text,
            **self.values,
            "effective_from": begin if known(begin) else pd.Timestamp(self.evidence.data_date),
            "code": code,
            "code_type": "line" if self.text["product_id"] else _type_of(code),
            "price_basis": "own",
            "verification": "one_reading",
            "locator": f"line {self.line}",
        }


def _type_of(code: str) -> str:
    return "NDC" if re.fullmatch(SHAPES["integer"], code) else "HCPCS" if len(code) == 5 else "line"


def near(value: str, names: pd.Series, ids: Mapping[str, str] | None = None) -> str:
    """Ids close to what was typed, as a hint; `ids` turns names into ids."""
    close = difflib.get_close_matches(value, [str(name) for name in names], n=2)
    found = dict.fromkeys((ids or {}).get(name, name) for name in close)
    return f"; did you mean {' or '.join(found)}?" if found else ""


def _with_lines(evidence: Evidence, lines: list[dict[str, Any]], name: str) -> Evidence:
    resources = resources_of(evidence)
    source = own_source(evidence, "own_prices", f"Own prices: {name}")
    rows = [line | {"source_id": source["source_id"]} for line in lines]
    replaced = evidence.prices["price_basis"].eq("own") & evidence.prices["code"].isin(
        {row["code"] for row in rows}
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


def _report(before: Evidence, after: Evidence, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """One row per own price and product that it pays for, beside the price used until now."""
    today = pd.Timestamp(after.data_date)
    book = price_book(before)
    found = []
    for row in rows:
        links = after.product_codes[after.product_codes["code"].eq(row["code"])]
        for link in records(links):
            product_id, route = link["product_id"], link["route"]
            old = book.tariff(product_id, route, "asp_payment_limit")
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
                    "in_force": "no: it has ended" if ended else "yes",
                    "remark": remark,
                }
            )
    return pd.DataFrame(found, columns=REPORT)


def _far(row: Mapping[str, Any], limit_per_mcg: float) -> str:
    """A warning where an own price is so far from the payment limit that a unit may be wrong."""
    if row["billing_unit"] not in MCG_PER or not limit_per_mcg:
        return ""
    own = row["usd_per_billing_unit"] / (row["billing_qty"] * MCG_PER[row["billing_unit"]])
    ratio = own / limit_per_mcg
    if 1 / FAR_FROM_LIMIT <= ratio <= FAR_FROM_LIMIT:
        return ""
    return f"{ratio:.3g} times the payment limit per mg: check quantity and unit"
