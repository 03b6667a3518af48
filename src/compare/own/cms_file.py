"""Medicare's quarterly payment limits: the CSV as CMS publishes it, and what a new one changes.

The file has a preamble that names its quarter, a header row, empty columns at the end, doses as
text (`10 MG`), limits that may read `N/A`, notes with line breaks, and Windows-1252 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from compare.cost.containers import MCG_PER
from compare.data.age import in_force
from compare.data.cells import filled, not_text, rows_of, width_problem
from compare.data.checks import number_hint, raise_if
from compare.data.errors import Problem
from compare.data.evidence import Evidence, Loaded, resources_of
from compare.data.rows import records
from compare.own.cms_links import REPORT, Limits, Links, shown_limit, unlinked
from compare.own.kinds import CMS, other_sort
from compare.own.reading import File, appended, content_of, own_source, refusal, trimmed, typed

HEADER = {
    "hcpcscode": "code",
    "shortdescription": "description",
    "hcpcscodedosage": "dosage",
    "paymentlimit": "limit",
    "coinsurancepercentage": "coinsurance",
    "vaccineawp": "vaccine_pct",
    "vaccinelimit": "vaccine_limit",
    "bloodawp": "blood_pct",
    "bloodlimit": "blood_limit",
    "notes": "notes",
}
TITLES = {
    "code": "HCPCS Code",
    "description": "Short Description",
    "dosage": "HCPCS Code Dosage",
    "limit": "Payment Limit",
}
SHARE = "Co-insurance Percentage"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = rf"((?:{MONTHS})\s+[0-9]{{1,2}},\s*[0-9]{{4}})"
EFFECTIVE = re.compile(rf"effective\s+{DAY}\s+(?:through|to|-)\s+{DAY}", re.IGNORECASE)
DOSAGE = re.compile(r"([0-9][0-9.,]*)\s*(mg|gm|g|mcg|ug)", re.IGNORECASE)
UNITS = {"mg": "mg", "gm": "g", "g": "g", "mcg": "mcg", "ug": "mcg"}
NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
# A comma is read only as the thousands of a number that has its decimal point too.
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,9}")
# Another row inside of a cell: its quotation mark was never closed.
SWALLOWED = re.compile(r"[\r\n][A-Z0-9]{5},")
# A header line as a spreadsheet of another country saves it.
DIVIDED = re.compile(r'^"?HCPCS Code"?[;\t|]', re.IGNORECASE | re.MULTILINE)
# A limit of another kind stands beside the percentage from which it comes.
PAIRS = (
    ("Vaccine AWP%", "vaccine_pct", "vaccine_limit"),
    ("Blood AWP%", "blood_pct", "blood_limit"),
)
SPILLED = "was a comma in the limit taken for a new cell?"
YEARS_AHEAD = 3
HCPCS = re.compile(r"[A-Z0-9]{5}")
ORDER = ["unit changed", "replaced", "vanished", "no limit", "appeared", "not taken up", "updated"]
LARGE_CHANGE_PCT = 50.0


def with_asp_file(evidence: Evidence, file: File, name: str = "") -> Evidence:
    """Evidence with the payment limits of one of CMS's quarterly files.

    Codes that the tables know are updated; the last entry of `loaded` lists what was updated, what
    vanished, changed its unit, or appeared. A file newer than the data moves `data_date` to its
    first day, so that its limits are in force and those that it no longer lists are not. An older
    file goes into the price history and changes no cost of today. Raises `DataError` for anything
    that is not such a file; the evidence itself is never changed.
    """
    content, name = content_of(file, name or "CMS file")
    limits = read(content, name)
    last_year = evidence.data_date.year + YEARS_AHEAD
    if limits.first_day.year > last_year:
        expected = (
            f"this quarter is far ahead of the data ({evidence.data_date}); expected no year "
        )
        raise refusal(name, f"{expected}after {last_year}, found {limits.first_day.year}")
    codes = evidence.product_codes["code"]
    ours = sorted({code for code in codes if HCPCS.fullmatch(code) and not code.isdigit()})
    if not set(ours) & set(limits.rows):
        raise refusal(name, "none of the codes in our tables is in this file")
    return _updated(evidence, limits, ours, name)


def read(content: bytes, name: str) -> Limits:
    """The file's quarter and rows. Raises `DataError` with every problem."""
    if reason := other_sort(content, CMS):
        raise refusal(name, reason)
    if reason := not_text(content):
        more = "; CMS's ZIP holds the same table as CSV: take that" if "Excel" in reason else ""
        raise refusal(name, reason + more)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if DIVIDED.search(text):
        reason = "its cells are not divided by commas: take CMS's CSV as it is, not saved again"
        raise refusal(name, reason)
    found, ended, reason = rows_of(text.replace("\xa0", " "))
    if reason:
        raise refusal(name, reason, ended)
    for at, row in found:
        if any(map(SWALLOWED.search, row)):
            raise refusal(name, "a quotation mark that opens in this row is not closed", at)
    lines = [(line, [" ".join(cell.split()) for cell in row]) for line, row in found]
    problems: list[Problem] = []
    place = _header_place(lines)
    quarter = _quarter(lines[: len(lines) if place is None else place], name, problems)
    if place is None:
        expected = "no header row; expected " + ", ".join(TITLES.values())
        raise_if([*problems, Problem(name, None, None, None, expected)])
        raise AssertionError  # unreachable: raise_if has raised
    columns = _columns(lines[place], name, problems)
    if problems:
        raise_if(problems)
    rows = _rows(lines[place:], columns, name, problems)
    if not rows and not problems:
        problems.append(Problem(name, None, None, None, "there are no rows below the header"))
    raise_if(problems)
    return Limits(*quarter, rows)


def _header_place(lines: list[tuple[int, list[str]]]) -> int | None:
    for place, (_, row) in enumerate(lines):
        if row and _plain(row[0]) == "hcpcscode":
            return place
    return None


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _quarter(
    lines: list[tuple[int, list[str]]], name: str, problems: list[Problem]
) -> tuple[date, date]:
    wanted = "expected a line above the header such as 'Effective October 1, 2025 through "
    wanted += "December 31, 2025'"
    for line, row in lines:
        for cell in row:
            if match := EFFECTIVE.search(cell):
                try:
                    first, last = (
                        datetime.strptime(re.sub(r",\s*", ", ", day.title()), "%B %d, %Y").date()
                        for day in match.groups()
                    )
                except ValueError:
                    problems.append(Problem(name, line, None, cell[:80], wanted))
                    return date.min, date.max
                if not _is_quarter(first, last) or first.year < 2005:
                    expected = "expected the first and the last day of a quarter"
                    problems.append(Problem(name, line, None, cell[:80], expected))
                return first, last
    problems.append(Problem(name, None, None, None, wanted))
    return date.min, date.max


def _is_quarter(first: date, last: date) -> bool:
    after = last + timedelta(days=1)
    months = 12 * (after.year - first.year) + after.month - first.month
    return first.day == after.day == 1 and first.month % 3 == 1 and months == 3


def _columns(header: tuple[int, list[str]], name: str, problems: list[Problem]) -> dict[str, int]:
    line, cells = header
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = HEADER.get(_plain(cell))
        if column in found:
            problems.append(Problem(name, line, cell, None, "this column stands twice"))
        elif column:
            found[column] = place
    for column, title in TITLES.items():
        if column not in found:
            problems.append(Problem(name, line, title, None, "this column is missing"))
    return found


def _rows(
    lines: list[tuple[int, list[str]]],
    columns: Mapping[str, int],
    name: str,
    problems: list[Problem],
) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    most, wide = len(lines[0][1]), filled(lines[0][1])
    for line, cells in lines[1:]:
        if not any(cells):
            continue
        code = cells[0].upper()
        if filled(cells) == 1:
            # Words are a remark below the table; less is a row that was cut.
            if re.fullmatch("[A-Z0-9]{1,5}", code):
                expected = "nothing stands beside it; was the row cut short?"
                problems.append(Problem(name, line, TITLES["code"], cells[0], expected))
            continue
        if len(trimmed(cells, wide, most)) != wide:
            problems.append(Problem(name, line, None, cells[0], width_problem(wide, len(cells))))
            continue
        row: dict[str, Any] = {column: cells[place] for column, place in columns.items()}
        code = row["code"].upper()
        if not HCPCS.fullmatch(code):
            expected = "expected a code of five letters and digits"
            problems.append(Problem(name, line, TITLES["code"], row["code"], expected))
            continue
        limit = row["limit"].removeprefix("$").strip()
        row["usd"] = None
        if limit.upper() not in ("N/A", "NA", ""):
            row["usd"], expected = _amount(limit, "a payment limit in dollars, or N/A")
            if expected:
                problems.append(Problem(name, line, TITLES["limit"], row["limit"], expected))
        problems += _dosage(row, line, name)
        problems += _shares(row, line, name)
        if code in rows:
            expected = f"this code stands on line {rows[code]['line']} too"
            problems.append(Problem(name, line, TITLES["code"], code, expected))
        rows[code] = row | {"line": line}
    shares = [row["coinsurance_pct"] for row in rows.values() if row["coinsurance_pct"]]
    if shares and max(shares) <= 1:
        expected = "expected percentages such as 20, not shares such as 0.2"
        problems.append(Problem(name, None, SHARE, None, expected))
    return rows


def _dosage(row: dict[str, Any], line: int, name: str) -> list[Problem]:
    """The row's dosage goes into `quantity` and `unit`, None where it is no mass; or a problem."""
    row["quantity"], row["unit"], expected = None, None, ""
    if dosage := DOSAGE.fullmatch(row["dosage"]):
        row["quantity"], expected = _amount(dosage[1], "an amount and its unit")
        row["unit"] = UNITS[dosage[2].lower()]
    elif NUMBER.fullmatch(row["dosage"]):
        expected = "expected an amount and its unit; did cells move to the left?"
    return [Problem(name, line, TITLES["dosage"], row["dosage"], expected)] if expected else []


def _shares(row: dict[str, Any], line: int, name: str) -> list[Problem]:
    """The row's percentages: coinsurance goes into `coinsurance_pct`; what cannot be one."""
    share = row.get("coinsurance", "").removesuffix("%").strip()
    percent = row["coinsurance_pct"] = float(share) if NUMBER.fullmatch(share) else None
    told = share.upper() not in ("N/A", "NA", "")
    problems = [
        Problem(name, line, title, row[column], f"expected an amount beside it; {SPILLED}")
        for title, column, amount in PAIRS
        if row.get(column) and not row.get(amount)
    ]
    if told and (percent is None or percent > 100):
        expected = f"expected a percentage; {SPILLED}"
        problems.append(Problem(name, line, SHARE, row["coinsurance"], expected))
    return problems


def _amount(text: str, what: str) -> tuple[float | None, str]:
    """A number above 0; or None, and what was expected of the text."""
    plain = text.replace(",", "") if THOUSANDS.fullmatch(text) else text
    if NUMBER.fullmatch(plain):
        return (float(plain), "") if float(plain) > 0 else (None, f"expected {what}, more than 0")
    hint = number_hint(text) if "," in text else f"expected {what}"
    return None, hint


def _updated(evidence: Evidence, limits: Limits, ours: list[str], name: str) -> Evidence:
    resources = resources_of(evidence)
    first, last = pd.Timestamp(limits.first_day), pd.Timestamp(limits.last_day)
    today = pd.Timestamp(evidence.data_date)
    reference = today if last >= today else first - pd.Timedelta(days=1)
    prices = evidence.prices
    limit = prices["price_basis"].eq("asp_payment_limit")
    ordered = prices[limit & in_force(prices, reference)].sort_values(
        "effective_from", kind="stable"
    )
    before = {row["code"]: row for row in records(ordered)}
    title = f"Medicare Part B payment limits, effective {first:%Y-%m-%d} through {last:%Y-%m-%d}"
    source = own_source(evidence, f"cms_file_{first:%Y_%m}", f"{title} ({name})", publisher="CMS")
    source_id = str(source["source_id"])
    links = Links(evidence)
    new, report = [], []
    for code in ours:
        row, old = limits.rows.get(code), before.get(code)
        if row is not None and row["usd"] is not None and row["unit"] is not None:
            new.append(_price(code, row, limits, source_id))
        found = _change(links, code, row, old, limits)
        report += [found] if found else []
    report += unlinked(evidence, limits, {row["code"] for row in report})
    ended = limit & in_force(prices, first) & prices["effective_from"].ne(first)
    # The quarter's own file says all there is to say of the quarter.
    kept = prices[~(limit & prices["effective_from"].eq(first))].copy()
    kept.loc[ended.reindex(kept.index), "effective_to"] = first - pd.Timedelta(days=1)
    frame = pd.DataFrame(report, columns=REPORT)
    frame["line"] = frame["line"].astype("Int64")
    frame["_order"] = frame["change"].map(ORDER.index)
    frame = frame.sort_values(["_order", "code"], kind="stable").drop(columns="_order")
    text = _sentence(frame, limits, evidence, name) + _cut(frame, limits)
    return replace(
        evidence,
        prices=appended(kept, typed(new, resources["prices"])),
        sources=appended(evidence.sources, typed([source], resources["sources"])),
        data_date=max(evidence.data_date, limits.first_day),
        changed=tuple(dict.fromkeys([*evidence.changed, "prices", "sources"])),
        loaded=(
            *evidence.loaded,
            Loaded("asp_file", name, text, frame.reset_index(drop=True)),
        ),
    )


def _price(code: str, row: Mapping[str, Any], limits: Limits, source_id: str) -> dict[str, Any]:
    return {
        "code": code,
        "code_type": "HCPCS",
        "price_basis": "asp_payment_limit",
        "effective_from": limits.first_day,
        "effective_to": limits.last_day,
        "billing_qty": row["quantity"],
        "billing_unit": row["unit"],
        "usd_per_billing_unit": row["usd"],
        "coinsurance_pct": row["coinsurance_pct"],
        "method_note": row.get("notes") or None,
        "source_id": source_id,
        "locator": f"{code}, line {row['line']}",
        "verification": "one_reading",
    }


def _change(  # noqa: PLR0911  (one answer per kind of change)
    links: Links,
    code: str,
    row: Mapping[str, Any] | None,
    old: Mapping[str, Any] | None,
    limits: Limits,
) -> dict[str, Any] | None:
    """What the file says of one known code; None for a code that had lapsed and stays so."""
    found: dict[str, Any] = dict.fromkeys(REPORT)
    found |= {"code": code, "products": links.products(code), "remark": ""}
    found["limit_before"] = shown_limit(old, "usd_per_billing_unit", "billing_qty", "billing_unit")
    if row is None:
        if old is None:
            return None
        heirs = links.heirs(code, limits)
        if not heirs:
            return found | {"change": "vanished", "remark": "no current limit any more"}
        heir = limits.rows[heirs[0]]
        found["limit_after"] = f"{heirs[0]}: {shown_limit(heir, 'usd', 'quantity', 'unit')}"
        found["line"] = heir["line"]
        found["change_pct"] = _percent(old, heir)
        return found | {"change": "replaced", "remark": f"now paid under {', '.join(heirs)}"}
    found["line"] = row["line"]
    if row["usd"] is None:
        return found | {"change": "no limit", "remark": "the file prints no limit (N/A)"}
    if row["unit"] is None:
        said = f"the unit {row['dosage']!r} is not a mass, so the limit was not taken up"
        return found | {"change": "not taken up", "remark": said}
    found["limit_after"] = shown_limit(row, "usd", "quantity", "unit")
    if old is None:
        return found | {"change": "appeared", "remark": "no limit was known before"}
    found["change_pct"] = _percent(old, row)
    same = (
        old["billing_qty"] * MCG_PER[old["billing_unit"]] == row["quantity"] * MCG_PER[row["unit"]]
    )
    if abs(found["change_pct"]) > LARGE_CHANGE_PCT:
        found["remark"] = "a large change per mg: look at the file"
    return found | {"change": "updated" if same else "unit changed"}


def _percent(old: Mapping[str, Any] | None, row: Mapping[str, Any]) -> float | None:
    """Change per unit of mass, in percent."""
    if old is None or row["usd"] is None or row["unit"] is None:
        return None
    before = old["usd_per_billing_unit"] / (old["billing_qty"] * MCG_PER[old["billing_unit"]])
    after = row["usd"] / (row["quantity"] * MCG_PER[row["unit"]])
    return round(100 * (after / before - 1), 2) if before else None


def _sentence(report: pd.DataFrame, limits: Limits, evidence: Evidence, name: str) -> str:
    counts = report["change"].value_counts()
    said = [f"{counts[key]} {key}" for key in ORDER if counts.get(key)]
    text = (
        f"{name}: payment limits from {limits.first_day} to {limits.last_day}; {', '.join(said)}."
    )
    if limits.last_day < evidence.data_date:
        text += (
            f" This quarter ended before the data's date ({evidence.data_date}): it went into the "
            "price history, and no cost of today has changed."
        )
    if limits.first_day > evidence.data_date:
        text += f" The data's date moves from {evidence.data_date} to {limits.first_day}."
    gone = int(counts.get("vanished", 0))
    stayed = int(sum(counts.get(key, 0) for key in ("updated", "unit changed", "replaced")))
    if gone > stayed:
        text += " More codes vanished than stayed: is the file whole?"
    return text


def _cut(report: pd.DataFrame, limits: Limits) -> str:
    """A question where the file, which is in the order of its codes, ends before some of ours."""
    codes = list(limits.rows)
    beyond = report.loc[report["change"].eq("vanished") & report["code"].gt(codes[-1]), "code"]
    if codes != sorted(codes) or beyond.empty:
        return ""
    named = ", ".join(beyond[:3]) + (" and others" if len(beyond) > 3 else "")
    return f" The file ends with {codes[-1]}, before {named}: was it cut short?"
