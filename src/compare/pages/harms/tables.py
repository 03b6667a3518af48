"""Columns and cells of the tables on the page of harms and benefits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from compare.data.rows import Row, grouped, known
from compare.pages.markup import BREAK, NOTHING, Cell, html, read_in, table, text
from compare.trials import arms
from compare.trials.arms import per_100, percent, rare_words, risk_words, signed
from compare.trials.harms import ASCERTAINMENTS, RATE, nnh_text
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
    if row["measure"] == RATE:
        return risk_words(row, prefix)
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


def reported(cell: Cell) -> Cell:
    """The cell, or the word for a figure that is missing."""
    return lambda row: NOT_REPORTED if row["state"] == "missing" else cell(row)


FOREST_COLUMNS: dict[str, str | Cell] = {
    "Therapy": lambda r: short_name(r["therapy"]),
    "From": reported(
        lambda r: "this condition" if r["directness"] == "direct" else r["borrowed_from"]
    ),
    "Counted as": reported(lambda r: ASCERTAINMENTS[r["ascertainment"]][0]),
    "Treated": reported(lambda r: risk_cell(r, "treated")),
    "Comparator": reported(lambda r: risk_cell(r, "comparator")),
    "Which": reported(lambda r: r["comparator"]),
    "Difference": reported(difference_cell),
    "Number needed to harm": lambda r: nnh_text(
        r["difference_pct"], r["difference_low_pct"], r["difference_high_pct"]
    ),
    "Remarks": reported(remarks),
    "Read in": reported(where_read),
}
THERAPY: dict[str, str | Cell] = {"Therapy": lambda r: short_name(r["therapy"])}
EVENT: dict[str, str | Cell] = {"Event": "event"}
READ: dict[str, str | Cell] = {"Remarks": remarks, "Read in": where_read}
COUNTED: dict[str, str | Cell] = {
    "Counted as": lambda r: ASCERTAINMENTS[r["ascertainment"]][0], **READ,
}  # fmt: skip
RARE_COLUMNS: dict[str, str | Cell] = {
    **EVENT, **THERAPY,
    "Treated": lambda r: risk_cell(r, "treated"),
    "Comparator": lambda r: risk_cell(r, "comparator"),
    "Which": "comparator",
    **COUNTED,
}  # fmt: skip
PML_COLUMNS: dict[str, str | Cell] = {
    **THERAPY,
    "Antibody status, earlier treatment and duration": "arm",
    "Risk": rare_words,
    "Source of the figure": "study",
    **READ,
}
INFUSION_COLUMNS: dict[str, str | Cell] = {
    **THERAPY, **EVENT,
    "Of infusions, treated": lambda r: risk_cell(r, "treated"),
    "Of infusions, comparator": lambda r: risk_cell(r, "comparator"),
    **COUNTED,
}  # fmt: skip
RATE_COLUMNS: dict[str, str | Cell] = {
    **THERAPY, **EVENT,
    "Treated, per 100 patient-years": lambda r: number(r["rate_per_100_patient_years"], 2),
    "Comparator, per 100 patient-years": lambda r: (
        "no comparator"
        if r["comparator_kind"] == "none"
        else number(r["rate_comparator_per_100_patient_years"], 2)
    ),
    "Which": "comparator",
    **COUNTED,
}  # fmt: skip
CONTROLLED_COLUMNS: dict[str, str | Cell] = {
    **THERAPY,
    "Labeled here": lambda r: "yes" if r["labeled"] else "no",
    "Harms against placebo or background": lambda r: text(r["figures"]) or "none",
    "Missing": "missing",
}


def map_list(rows: Sequence[Row], basis: str) -> Markup:
    """The map as a list for a phone: each event with its figures, and who has none of this form."""
    if not rows:
        return NOTHING
    column = "risk_pct" if basis == "treated" else "difference_pct"
    say = percent if basis == "treated" else signed

    def cell(row: Row) -> str:
        if row["state"] == "bound":
            return f"≤{percent(row['risk_high_pct'])}"
        said = say(row[column])
        return f"[{said}]" if row["directness"] == "indirect" else said

    def of(event: Row, *states: str) -> list[Row]:
        return [row for row in event["rows"] if row["state"] in states]

    def names(state: str) -> Cell:
        return lambda event: ", ".join(short_name(row["therapy"]) for row in of(event, state))

    listed: list[Row] = [{"event": name, "rows": of} for name, of in grouped(rows, "event").items()]
    shown = table(
        listed,
        {
            "Event": "event",
            "Per 100": lambda event: ", ".join(
                f"{short_name(row['therapy'])}\N{NO-BREAK SPACE}{cell(row)}"
                for row in of(event, "reported", "bound")
            ),
            "In another form": names("other"),
            "Not reported": names("missing"),
        },
        "Each event, therapy by therapy",
    )
    return html(
        '<details class="tc-long tc-narrow" open><summary>Every event ({})</summary>{}</details>',
        len(listed), shown,
    )  # fmt: skip
