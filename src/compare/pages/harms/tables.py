"""Columns and cells of the tables on the page of harms and benefits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.data.rows import known
from compare.pages.markup import BREAK, Cell, html, read_in, text
from compare.trials import arms, benefits
from compare.trials.arms import difference_words, per_100, risk_words
from compare.trials.harms import ASCERTAINMENTS, nnh_text
from compare.words import NOT_REPORTED, number, short_name

VERIFIED = {
    "one_reading": "read once",
    "read_twice": "read twice",
    "two_sources": "two sources agree",
    "disputed": "disputed: another source says otherwise",
}


def counts_cell(row: Mapping[str, Any], arm: str) -> str:
    """Events of patients, as text; "about" where the count was worked out from a percent."""
    events, n = row[f"events_{arm}"], row[f"n_{arm}"]
    if pd.isna(n):
        return "group size not printed"
    if pd.isna(events):
        return f"of {n:,}"
    return f"{'about ' if row['counts_rebuilt'] else ''}{events:,} of {n:,}"


def risk_cell(row: Mapping[str, Any], arm: str) -> str:
    """A risk, its interval and its counts."""
    prefix = "risk" if arm == "treated" else "risk_comparator"
    if arm == "comparator" and row["comparator_kind"] == "none":
        return "no comparator"
    if pd.isna(row[f"n_{arm}"]) and pd.notna(row[f"events_{arm}"]):
        return f"{row[f'events_{arm}']:,} affected, group size not printed"
    return f"{risk_words(row, prefix)}, {counts_cell(row, arm)}"


def difference_cell(row: Mapping[str, Any]) -> str:
    """The difference in words, or why there is none."""
    if not known(row["difference_pct"]):
        return html("<i>none: {}</i>", row["no_difference_because"])
    ends = row["difference_low_pct"], row["difference_high_pct"]
    return per_100(row["difference_pct"], *ends, str(row["comparator"]))


def remarks(row: Mapping[str, Any]) -> str:
    """The source's own words for the event, design, verification, threshold and notes of a row."""
    parts = [arms.DESIGNS[row["design"]], arms.KINDS[row["comparator_kind"]]]
    if str(row["event_as_printed"]).casefold() != row["event"].casefold():
        parts.insert(0, f"printed as “{row['event_as_printed']}”")
    if known(row["exposure_weeks"]):
        parts.append(f"{row['exposure_weeks']:g} weeks")
    if pd.notna(row["reporting_threshold"]):
        parts.append(f"the source prints events of {row['reporting_threshold']}")
    parts.append(VERIFIED[row["verification"]])
    if pd.notna(row["notes"]):
        parts.append(str(row["notes"]))
    return "; ".join(parts)


def where_read(row: Mapping[str, Any]) -> Markup:
    """Study; title, date and place of the source."""
    return BREAK.join(filter(None, [text(row["study"]), read_in(row)]))


def state_cell(row: Mapping[str, Any], cell: Callable[[Mapping[str, Any]], str]) -> str:
    """`cell(row)`, or the word for a figure that is missing."""
    return NOT_REPORTED if row["state"] == "missing" else cell(row)


FOREST_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: short_name(r["therapy"]),
    "From": lambda r: state_cell(
        r, lambda r: "this condition" if r["directness"] == "direct" else r["borrowed_from"]
    ),
    "Treated": lambda r: state_cell(r, lambda r: risk_cell(r, "treated")),
    "Comparator": lambda r: state_cell(r, lambda r: risk_cell(r, "comparator")),
    "Which": lambda r: state_cell(r, lambda r: r["comparator"]),
    "Difference": lambda r: state_cell(r, difference_cell),
    "Number needed to harm": lambda r: nnh_text(
        r["difference_pct"], r["difference_low_pct"], r["difference_high_pct"]
    ),
    "Remarks": lambda r: state_cell(r, remarks),
    "Read in": lambda r: state_cell(r, where_read),
}
RARE_COLUMNS: dict[str, str | Cell] = {
    "Event": "event",
    "Therapy": lambda r: short_name(r["therapy"]),
    "Treated": lambda r: (
        f"{number(r['rate_per_100_patient_years'], 2)} per 100 patient-years"
        if r["measure"] == "per_100_patient_years"
        else risk_cell(r, "treated")
    ),
    "Comparator": lambda r: (
        f"{number(r['rate_comparator_per_100_patient_years'], 2)} per 100 patient-years"
        if r["measure"] == "per_100_patient_years"
        else risk_cell(r, "comparator")
    ),
    "Which": "comparator",
    "Counted as": lambda r: ASCERTAINMENTS[r["ascertainment"]][0],
    "Remarks": remarks,
    "Read in": where_read,
}


def per_1000(row: Mapping[str, Any]) -> str:
    """A rare risk as patients in 1,000 (or 10,000)."""
    value, high = row["risk_pct"], row["risk_high_pct"]
    if not known(value):
        return f"fewer than {high * 10:g} in 1,000" if known(high) else NOT_REPORTED
    if not pd.isna(row["events_treated"]):
        return f"{row['events_treated']} of {row['n_treated']:,} patients"
    return f"{value * 10:g} in 1,000" if value >= 0.1 else f"{value * 100:g} in 10,000"


PML_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: short_name(r["therapy"]),
    "Antibody status, earlier treatment and duration": "arm",
    "Risk": per_1000,
    "Source of the figure": "study",
    "Remarks": remarks,
    "Read in": where_read,
}
INFUSION_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: short_name(r["therapy"]),
    "Event": "event",
    "Of infusions, treated": lambda r: risk_cell(r, "treated"),
    "Of infusions, comparator": lambda r: risk_cell(r, "comparator"),
    "Counted as": lambda r: ASCERTAINMENTS[r["ascertainment"]][0],
    "Remarks": remarks,
    "Read in": where_read,
}
RATE_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: short_name(r["therapy"]),
    "Event": "event",
    "Treated, per 100 patient-years": lambda r: number(r["rate_per_100_patient_years"], 2),
    "Comparator, per 100 patient-years": lambda r: (
        "no comparator"
        if r["comparator_kind"] == "none"
        else number(r["rate_comparator_per_100_patient_years"], 2)
    ),
    "Which": "comparator",
    "Counted as": lambda r: ASCERTAINMENTS[r["ascertainment"]][0],
    "Remarks": remarks,
    "Read in": where_read,
}


def values_cell(row: Mapping[str, Any], arm: str) -> str:
    """One arm's value, unit and size, as printed."""
    if arm == "comparator" and row["comparator_kind"] == "none":
        return "no comparator"
    value, n = row[f"{arm}_value"], row[f"n_{arm}"]
    unit = "" if pd.isna(row["unit"]) else f" {row['unit']}".replace("_", " ")
    unit = "%" if unit == " pct" else unit
    said = NOT_REPORTED if not known(value) else f"{value:g}{unit}"
    return said + ("" if pd.isna(n) else f", of {n:,}")


def effect_cell(row: Mapping[str, Any]) -> str:
    """The published effect; where no difference is printed, the one computed here, named so."""
    parts = []
    if row["effect_words"]:
        p = f", p {row['p_value']}" if pd.notna(row["p_value"]) else ""
        parts.append(f"as published: {row['effect_words']}{p}")
    if known(row["difference_pct"]) and row["effect_measure"] != "risk_difference_points":
        # A printed difference is often adjusted; the crude one beside it would only confuse.
        parts.append(f"computed, in points: {difference_words(row)}")
    if row["better_on"]:
        parts.append(
            {"neither": "no difference"}.get(row["better_on"], f"favors the {row['better_on']}")
        )
    return "; ".join(parts) or "no effect printed"


def met_cell(row: Mapping[str, Any]) -> str:
    """Role of the endpoint and whether it was met; a missed primary endpoint stands out."""
    role = benefits.ROLES[row["endpoint_role"]]
    if row["missed_primary"]:
        return html('<strong style="color:#8a1c00">{} MISSED</strong>', role)
    return f"{role}: {benefits.MET[row['met']].lower()}"


OUTCOME_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: short_name(r["therapy"]),
    "Endpoint": lambda r: (
        f"{r['endpoint']} ({r['favors']} is better)"
        + ("" if pd.isna(r["timepoint_weeks"]) else f", week {r['timepoint_weeks']:g}")
    ),
    "Treated": lambda r: values_cell(r, "treated"),
    "Comparator": lambda r: values_cell(r, "comparator"),
    "Which": "comparator",
    "Effect": effect_cell,
    "Primary endpoint": met_cell,
    "Trial": lambda r: "; ".join(
        str(part)
        for part in (r["study"], arms.DESIGNS[r["design"]], arms.KINDS[r["comparator_kind"]])
        if pd.notna(part)
    ),
    "Remarks": "notes",
    "Read in": read_in,
}
CONTROLLED_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: short_name(r["therapy"]),
    "Labeled here": lambda r: "yes" if r["labeled"] else "no",
    "Harms against placebo or background": lambda r: text(r["figures"]) or "none",
    "Missing": "missing_harms",
    "Controlled outcomes": lambda r: number(r["controlled_outcomes"]),
    "Missing outcomes": "missing_outcomes",
    "Primary endpoints missed": lambda r: text(r["missed_endpoints"]) or "none in our tables",
}
