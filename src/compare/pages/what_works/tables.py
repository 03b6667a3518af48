"""Tables behind the pictures: the figures, what the trials were, and the league of a network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from compare.data.rows import known, records
from compare.pages.cells import therapy_cell
from compare.pages.markup import BREAK, Cell, html, read_in
from compare.pages.what_works import sentences
from compare.trials import benefits
from compare.trials.arms import KINDS
from compare.trials.network import Network, leave_one_out
from compare.trials.results import result
from compare.words import NOT_REPORTED, printed, short_name

EXPOSURES = {"naive": "no", "exposed": "all had had", "mixed": "some had had"}
REASONS = re.compile("; (?=prior_exposure|blinded|weeks)")
BLINDED = {"double": "double blind", "open": "open label", "unknown": "blinding not reported"}


def effect_cell(row: Mapping[str, Any]) -> Markup:
    """The effect as published, and the figure that is drawn."""
    drawn = sentences.figure(row, result(row))
    p = f", p {row['p_value']}" if known(row["p_value"]) else ""
    printed = f"as published: {row['effect_words']}{p}" if row["effect_words"] else ""
    return BREAK.join(part for part in (drawn, printed) if part)


def met_cell(row: Mapping[str, Any]) -> str:
    """Role of the endpoint and whether it was met."""
    said = f"{benefits.ROLES[row['endpoint_role']]}: {benefits.MET[row['met']]}"
    if row["endpoint_role"] == row["met"] == "unknown":
        said = "neither role nor result stated"
    return html('<strong class="stop">{}</strong>', said) if row["met"] == "no" else said


def exposure_cell(row: Mapping[str, Any]) -> str:
    """Earlier treatment, and with what; not reported, with the reason."""
    kind = row.get("trial_prior_exposure")
    if kind not in EXPOSURES:
        # The column says of which cells a reason is: "prior_exposure, blinded: not printed".
        reasons = REASONS.split(str(row.get("trial_unknown_reason")))
        of = (reason.partition(": ") for reason in reasons)
        why = next((text for columns, _, text in of if "prior_exposure" in columns), "")
        return f"{NOT_REPORTED}{f': {why}' if why else ''}"
    to = row["trial_exposure_to"] if known(row["trial_exposure_to"]) else "earlier treatment"
    return f"{EXPOSURES[kind]} {to}"


def week_cell(row: Mapping[str, Any]) -> str:
    """The week of a result."""
    return f"{row['timepoint_weeks']:g}" if known(row["timepoint_weeks"]) else NOT_REPORTED


def design_cell(row: Mapping[str, Any]) -> str:
    """Design of the trial, and who knew the treatment."""
    design, blinded = row.get("trial_design"), row.get("trial_blinded")
    parts = [str(design).replace("_", " ") if known(design) else "", BLINDED.get(str(blinded), "")]
    return ", ".join(filter(None, parts))


def rate_cell(row: Mapping[str, Any]) -> str:
    """What the comparator group had."""
    if not known(row["comparator_value"]):
        return NOT_REPORTED
    figure = f"{printed(row['comparator_value'])} {sentences.of_what(row)}".rstrip()
    return f"{figure} on {row['comparator']}"


FIGURES: dict[str, str | Cell] = {
    "Therapy": therapy_cell,
    "Trial": "trial_name",
    "Endpoint": lambda r: f"{r['endpoint']} ({r['favors']} favors the therapy)",
    "Week": week_cell,
    "Both groups": sentences.said,
    "Patients": lambda r: (
        " and ".join(f"{r[n]:,}" for n in ("n_treated", "n_comparator") if known(r[n]))
        or NOT_REPORTED
    ),
    "Against": lambda r: KINDS[r["comparator_kind"]],
    "Effect": effect_cell,
    "Endpoint met": met_cell,
    "Remarks": "notes",
    "Read in": read_in,
}
TRANSITIVITY: dict[str, str | Cell] = {
    "Trial": "trial_name",
    "Therapy": therapy_cell,
    "Population": lambda r: r.get("trial_population"),
    "Had had before": exposure_cell,
    "Background": lambda r: r.get("trial_background"),
    "Design": design_cell,
    "Week": week_cell,
    "Endpoint as defined": lambda r: r.get("trial_endpoint_definition"),
    "Comparator group": rate_cell,
}


def league(network: Network, names: Mapping[str, str], ratio: bool) -> list[dict[str, str]]:
    """Each pair both ways: a row is the treatment, a column what it stands against."""
    nodes = list(network.effects["treatment"])
    cells = {
        (row["treatment"], row["comparator"]): span(row["estimate"], row["low"], row["high"], ratio)
        for row in records(network.pairs)
    }
    return [
        {"row": names[one], **{names[o]: cells.get((one, o), "") for o in nodes}} for one in nodes
    ]


def without_each(network: Network, names: Mapping[str, str], ratio: bool) -> list[dict[str, str]]:
    """The estimates against the reference without each trial in turn; first those of all trials.

    A treatment that nothing connects any more without a trial says so.
    """
    everything = network.effects.assign(study="no trial left out")
    rows: dict[str, dict[str, str]] = {}
    for row in [*records(everything), *records(leave_one_out(network))]:
        if row["treatment"] == network.reference:
            continue
        said = "not connected"
        if known(row["estimate"]):
            said = span(row["estimate"], row["low"], row["high"], ratio)
        study = rows.setdefault(row["study"], {"row": short_name(row["study"])})
        study[names[row["treatment"]]] = said
    return list(rows.values())


def span(value: float, low: float, high: float, ratio: bool) -> str:
    """An estimate with its interval."""
    form = "g" if ratio else "+g"
    one, first, last = (printed(float(f"{x:.2g}"), form) for x in (value, low, high))
    return f"{one} ({first} to {last})"
