"""A hospital's own prices: a CSV to price lines on the basis `own`, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from compare.cost.containers import MCG_PER
from compare.cost.prices import Tariff, price_book, specificity
from compare.data.checks import Resource, check_text, fields_of, raise_if
from compare.data.errors import Problem
from compare.data.evidence import Evidence, Loaded, resources_of
from compare.data.rows import grouped, known, records
from compare.own.kinds import PRICES, other_sort
from compare.own.price_rows import EXAMPLE, PriceRow, Tables, sort_of
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
    "code", "product_id", "route", "presentation_id", *NEEDED, "effective_from", "effective_to",
    "notes",
)  # fmt: skip
TEMPLATE = (
    ",".join(COLUMNS)
    + f"\n,gamunex_c,IV,,500,mg,45.10,2026-10-01,,{EXAMPLE}"
    + f"\nJ1745,,,,10,mg,24.80,,,{EXAMPLE}\n"
)
FAR_FROM_LIMIT = 3.0
# A file with more problems in its cells is not looked at row by row as well.
MANY = 1000
REPORT = ["product", "code", "route", "price", "basis_before", "price_before", "in_force", "remark"]


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
    if not set(NEEDED) & set(text.columns):
        expected = (
            f"none of the needed columns is here; expected a column code, and {', '.join(NEEDED)} "
            "in the first line: fill in the template own_prices.csv"
        )
        raise refusal(name, expected, 1)
    lines, found = _lines(evidence, text, name)
    raise_if([*problems, *found])
    return _with_lines(evidence, lines, name)


def resource_of(evidence: Evidence) -> Resource:
    """Own prices as a described resource: columns as in `prices`, with limits of their own."""
    tables = resources_of(evidence)
    known_fields = {**fields_of(tables["product_codes"]), **fields_of(tables["prices"])}
    optional = {"code", "product_id", "route", "effective_from"}
    fields = []
    for column in COLUMNS:
        limits = known_fields[column].get("constraints", {})
        if column in optional:
            limits = {key: value for key, value in limits.items() if key != "required"}
        fields.append({**known_fields[column], "constraints": limits})
    return {"name": "own_prices", "schema": {"fields": fields}}


def _lines(
    evidence: Evidence, text: pd.DataFrame, name: str
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Price lines, and everything wrong with the rows and their columns."""
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
    if frame.empty or len(problems) > MANY:
        return [], problems
    mistaken = {(problem.line, problem.column) for problem in problems}
    tables = Tables(evidence)
    rows = [
        PriceRow(tables, int(line), name, shown, values)
        for line, shown, values in zip(text.index, records(given), records(frame), strict=True)
    ]
    for row in rows:
        if row.is_example():
            problems = [problem for problem in problems if problem.line != row.line]
        problems += [p for p in row.check() if (p.line, p.column) not in mistaken]
    problems += _same_day(rows, pd.Timestamp(evidence.data_date))
    return [row.line_of_price() for row in rows], problems


def _same_day(rows: Sequence[PriceRow], data_date: pd.Timestamp) -> list[Problem]:
    """Rows that price the same thing on the same day, whichever way they are dated."""

    def span(row: PriceRow) -> tuple[pd.Timestamp, pd.Timestamp, PriceRow]:
        begin, end = row.cells["effective_from"], row.cells["effective_to"]
        return begin or data_date, end or pd.Timestamp.max, row

    problems = []
    for same in grouped(rows, PriceRow.pays_for).values():
        last = None
        for begin, end, row in sorted(map(span, same), key=lambda span: (span[0], span[2].line)):
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
    text = f"{len(rows)} own prices loaded from {name}. They are used first wherever they fit."
    if len(rows) == 1:
        text = f"1 own price loaded from {name}. It is used first wherever it fits."
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
                    price_before = _in_unit_of(row, unit_usd, unit_mcg)
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


def _in_unit_of(row: Mapping[str, Any], unit_usd: float, unit_mcg: float) -> str:
    """A payment limit for the amount that an own price pays for; per device in the limit's unit."""
    if row["billing_unit"] not in MCG_PER:
        return f"${unit_usd:,.3f} per {unit_mcg / MCG_PER['mg']:g} mg"
    mcg = row["billing_qty"] * MCG_PER[row["billing_unit"]]
    return f"${unit_usd * mcg / unit_mcg:,.3f} per {row['billing_qty']:g} {row['billing_unit']}"


def _used(code: str, rivals: list[dict[str, Any]]) -> str:
    """Whether a price is used beside the other own prices of its product and route."""
    line = next(one for one in rivals if one["code"] == code)
    closer = [one for one in rivals if one["in_force"] and specificity(one) > specificity(line)]
    for one in closer:
        if not known(one["presentation_id"]) or sort_of(one["billing_unit"]) != sort_of(
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
    times = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}" if ratio >= 0.001 else "under 0.001"
    return f"{times} times the payment limit per mg: check quantity and unit"
