"""Tables of the page on cost: per year, per course, and the arithmetic behind a bar."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.cost import later_note
from compare.cost.prices import KINDS, basis_text
from compare.data.rows import Row, known, records
from compare.pages.markup import BREAK, Cell, html, noted, read_in, table
from compare.pages.money import COURSE, YEARLY, change_note, dollars, giving, stands_note
from compare.words import number, number_of, short_name, usd, usd_cents, usd_range


def product_cell(row: Mapping[str, Any]) -> Markup:
    """Therapy, the product under it, and what to know of its label."""
    status = "" if row["label_status"] == "in label" else row["label_status"]
    parts = [row["product"], status, change_note(row), stands_note(row)]
    under = BREAK.join(part for part in parts if part)
    return noted(short_name(row["therapy"]), under)


def notes_cell(row: Mapping[str, Any]) -> str:
    """Kind and basis of the price, what to know of it, the reason, and the notes."""
    kind, basis = KINDS[row["price_kind"]], basis_text(row["price_basis"])
    mixed = "its first doses are priced at another kind of price" if row["mixed_kinds"] else ""
    said = (f"{kind} ({basis})", mixed, row["reason"], row["note"])
    return "; ".join(part for part in said if part)


YEARLY_COLUMNS: Mapping[str, str | Cell] = {
    "Therapy": product_cell,
    "Regimen": "regimen",
    "Year one": lambda r: dollars(r, YEARLY),
    "A later year": lambda r: (
        usd_range(r["usd_later_year_low"], r["usd_later_year_high"]) + later_note(r)
    ),
    "Of year one, giving it": giving,
    "In year one": lambda r: BREAK.join(
        [
            number_of((r["doses_year_one"], r["doses_year_one_high"]), "dose"),
            number_of((r["visits_year_one"], r["visits_year_one_high"]), "visit"),
            number_of((r["chair_hours_year_one"], r["chair_hours_year_one_high"]), "hour"),
        ]
    ),
    "Price and notes": notes_cell,
    "Read in": read_in,
}
COURSE_COLUMNS: Mapping[str, str | Cell] = {
    "Therapy": product_cell,
    "Regimen": "regimen",
    "Per course": lambda r: dollars(r, COURSE),
    "Price and notes": notes_cell,
    "Read in": read_in,
}
CHAIN_STEPS: Mapping[str, Any] = {
    "Weight": lambda r: number(r["weight_kg"], 1, "kg"),
    "Dose": lambda r: r["dose"],
    "That is": lambda r: number(r["dose_mg"], 2, "mg"),
    "Divided over": lambda r: number(
        r["visits_per_dose"], 0, "visits" if r["visits_per_dose"] > 1 else "visit"
    ),
    "Opened at each visit": lambda r: r["containers"] or "priced per day",
    "Billing units given + discarded": lambda r: (
        "per device"
        if math.isnan(r["units_given"])
        else f"{number(r['units_given'])} + {number(r['units_discarded'], 1)}"
    ),
    "Price": lambda r: (
        f"${r['usd_per_billing_unit']:,.3f} a unit, {r['code']}"
        if known(r["usd_per_billing_unit"])
        else f"per device or day, {r['code']}"
    ),
    "Price basis": lambda r: basis_text(r["price_basis"]),
    "Drug per dose": lambda r: usd_cents(r["usd_drug_per_dose"]),
    "Minutes at each visit": lambda r: (
        number(r["infusion_minutes"]) + (", computed from rates" if r["minutes_computed"] else "")
    ),
    "Giving one dose": lambda r: usd_cents(r["usd_administration_per_dose"]),
    "Doses in year one": lambda r: number(r["doses_year_one"]),
    "Year one": lambda r: usd_cents(r["usd_year_one"]),
    "Doses in a later year": lambda r: number(r["doses_later_year"], 2),
    "A later year": lambda r: usd_cents(r["usd_later_year"]),
    "Notes on the regimen": lambda r: r["regimen_note"] if known(r["regimen_note"]) else "none",
    "Read in": lambda r: r["locator"],
}


def chain_table(chain: pd.DataFrame) -> Markup:
    """The arithmetic from top to bottom, one column a phase."""
    rows = records(chain)
    heads = [f"{row['phase'].replace('_', ' ')} ({row['route']})" for row in rows]
    steps = pd.DataFrame(
        [[step, *(how(row) for row in rows)] for step, how in CHAIN_STEPS.items()],
        columns=["step", *map(str, range(len(rows)))],
    )
    columns = {"Step": "step"} | {head: str(i) for i, head in enumerate(heads)}
    return table(
        steps if rows else steps.iloc[:0],
        columns,
        "From weight to dollars, at the low end of dose, interval and visits",
        "No arithmetic to show without a price.",
    )


def swings(sensitivity: Sequence[Row]) -> Markup:
    """What moves a cost, one thing at a time, widest first: both ends beside a bar between them.

    Bars share one axis, from 0 to the highest end; the line in them is the cost as it is set.
    """
    top = max((row["usd_high"] for row in sensitivity), default=0.0)

    def bar(row: Row) -> Markup:
        low, high, base = (100 * row[f"usd_{name}"] / top for name in ("low", "high", "base"))
        return html(
            '<i class="tc-bar tc-swing" aria-hidden="true"><b style="margin-left:{:.1f}%;'
            'width:{:.1f}%"></b><b class="set" style="left:{:.1f}%"></b></i>',
            low, high - low, base,
        )  # fmt: skip

    columns: Mapping[str, str | Cell] = {
        "What changes": lambda r: r["factor"][:1].upper() + r["factor"][1:],
        "Lowest": lambda r: html("{} <small>{}</small>", usd(r["usd_low"]), r["low"]),
        "From lowest to highest": bar,
        "Highest": lambda r: html("{} <small>{}</small>", usd(r["usd_high"]), r["high"]),
    }
    caption = (
        "What moves this cost most, one thing at a time; all else at the low end of dose, interval "
        "and visits, which is the line"
    )
    return table(sensitivity, columns, caption, "Nothing to vary for this regimen.")
