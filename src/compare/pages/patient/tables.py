"""Columns and cells of the tables on the page of one patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from compare.authority.cautions import SEVERITIES
from compare.data.rows import known
from compare.pages.cells import guideline_cell, label_cell, therapy_cell
from compare.pages.markup import BREAK, Cell, html, noted, text
from compare.pages.patient.side_by_side import MARKS, NONE_FOUND
from compare.pages.patient.views import View
from compare.words import NOT_REPORTED, number_of, usd_range


def severity_words(severity: str) -> Markup:
    """A severity in words, behind its mark."""
    mark = MARKS.get(severity, "faint")
    return html('<strong class="{}">{}</strong>', mark, SEVERITIES[severity])


def against_cell(row: Mapping[str, Any]) -> str:
    """Cautions on what the patient has; a conditional one always with its condition.

    A brand without any says what stands on the others, so that it never reads as if none did.
    """
    said = [
        html("{}: {}", severity_words(one["severity"]), one["words"])
        for one in row["concerns"]
        if one["severity"] != "not_in_reading"
    ]
    if row.get("elsewhere"):
        said.append(row["elsewhere"])
    silent = [one["words"] for one in row["concerns"] if one["severity"] == "not_in_reading"]
    if silent:
        said.append(html('<span class="faint">Not in our reading of the label, look it up: '
"{}</span>", '; '.join(silent)))  # fmt: skip
    return BREAK.join(said) or NONE_FOUND


def authority_cell(row: Mapping[str, Any]) -> Markup:
    """Label for this patient, then guidelines."""
    return html("{}<br><small>Guidelines: {}</small>", label_cell(row), guideline_cell(row))


def cost_cell(row: Mapping[str, Any]) -> str:
    """Cost and clinic visits of year one, or cost of a course, or why there is none."""
    parts = []
    if known(row["usd_year_one_low"]):
        parts.append(f"year one {usd_range(row['usd_year_one_low'], row['usd_year_one_high'])}")
        if known(row["visits_year_one"]):
            visits = row["visits_year_one"], row["visits_year_one_high"]
            parts.append(html("<small>{}</small>", number_of(visits, "clinic visit")))
    if known(row["usd_per_course"]):
        parts.append(f"a course {usd_range(row['usd_per_course'], row['usd_per_course_high'])}")
    if not parts:
        reason = row["cost_reason"] if known(row["cost_reason"]) else "no regimen in our sources"
        return reason or NOT_REPORTED
    return BREAK.join(parts)


def option_columns(shown: View) -> dict[str, str | Cell]:
    """Columns of the list of options; the two effects are named in their headings."""
    columns: dict[str, str | Cell] = {
        "Therapy": therapy_cell,
        "Authority, for this patient": authority_cell,
        "Speaks against it in this patient": against_cell,
        "Boxed warning for everyone": "boxed",
        "Cost": cost_cell,
    }
    if shown.good:
        columns[f"Good: {shown.good}"] = "benefit"
    if shown.harm:
        columns[f"Harm: {shown.harm}"] = "harm"
    return columns


def _products(row: Mapping[str, Any]) -> str:
    if row["of"] == 1:
        return str(row["products"])
    which = "all" if row["count"] == row["of"] else row["products"]
    marked = html("<br><small>inherited: {}</small>", row["marked"]) if row["marked"] else ""
    return html("{} ({} of {}){}", which, row["count"], row["of"], marked)


def _origin(row: Mapping[str, Any]) -> str:
    parts = [row["label_month"] or "month not known", row["locator"], row["inherited_from"]]
    return "; ".join(part for part in parts if part)


CAUTION_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: str(r["therapy"]).split(" (")[0],
    "Severity": lambda r: severity_words(r["severity"]),
    "On": lambda r: noted(r["factor"], r["why"]),
    "Counts if": lambda r: (
        "for everyone" if r["applies"] == "everyone" else text(r["condition_text"]) or "look it up"
    ),
    "What to do": "action",
    "Products": _products,
    "Label read, section": _origin,
}
BRAND_COLUMNS: dict[str, str | Cell] = {
    "Brand": "product",
    "Contents that matter": lambda r: text(r["excipients"]) or "not in our reading: look it up",
    "FDA label here": lambda r: "yes" if r["labeled"] else "no",
    "Concerns this patient": against_cell,
    "Depends on the brand": "depends",
    "Label": lambda r: (
        (r["label_month"] if known(r["label_month"]) else "month not known")
        + ("" if r["label_read"] else ", not read in full")
    ),
}
