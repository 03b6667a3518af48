"""Claims on use, coverage and supply: verdicts from labels, guidelines, regimens, findings."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compare.claims.verdicts import (
    CONTRADICTED,
    NOT_ASSESSABLE,
    NOT_SUPPORTED,
    PARTLY,
    SUPPORTED,
    Assessment,
    from_directions,
    ids_of,
    in_order,
    of_condition,
    together,
    with_places,
)
from compare.cost.schedule import fixed_days
from compare.data.conditions import article_conditions
from compare.data.evidence import Evidence
from compare.data.rows import known
from compare.words import counted, number_of


def covered(evidence: Evidence, blank: Assessment) -> Assessment:
    """Insurers cover it: no table says what they pay; the label is what policies ask for."""
    rows = []
    said_of = evidence.rows("indications", "therapy_id", "ivig")
    labels = [row for row in said_of if row["fda_label"] == "yes"]
    named = article_conditions(evidence)
    for condition_id in in_order(evidence, [*named, *(row["condition_id"] for row in labels)]):
        own = [row for row in labels if row["condition_id"] == condition_id]
        spoken = [row for row in blank.published if row["condition_id"] == condition_id]
        if own:
            products = {row["product_id"] for row in own if known(row["product_id"])}
            said = (
                f"FDA label on {counted(len(products), 'IVIG product')}: what the policies we read "
                "ask for, with prior authorization"
            )
            verdict = PARTLY
        else:
            said = "No IVIG product has an FDA label for it"
            verdict = from_directions(row["direction"] for row in spoken)
        ids = ids_of([*own, *spoken])
        rows.append(of_condition(evidence, condition_id, verdict, said, ids, labeled=bool(own)))
    found = with_places(blank, rows)
    both = sum(row["labeled"] for row in rows if row["condition_id"] in named)
    numbers = {"named": len(named), "named_labeled": both}
    return replace(found, verdict=from_directions(found.directions), numbers=numbers)


def used(evidence: Evidence, blank: Assessment) -> Assessment:
    """It is used in these conditions: label and current guidelines."""
    rows = [_authority_row(evidence, key) for key in article_conditions(evidence)]
    found = with_places(blank, rows)
    labeled = sum(row["labeled"] for row in rows)
    numbers = {"named": len(rows), "labeled": labeled, **found.counts}
    verdict = together(found.verdicts)
    return replace(found, verdict=verdict, rests_on="tables", numbers=numbers)


def _authority_row(evidence: Evidence, condition_id: str) -> dict[str, Any]:
    """Supported: labeled, or recommended by current guidelines and nothing against it. Partly:
    current statements both for and against, or an option only. Contradicted: current statements
    against it only. Not supported: no current statement in our tables.
    """
    here = evidence.rows("indications", "condition_id", condition_id)
    rows = [row for row in here if row["therapy_id"] == "ivig"]
    current = [row for row in rows if row["retired"] != "yes"]
    labeled = any(row["fda_label"] == "yes" for row in current)
    said = {row["statement"] for row in current}
    against = said & {"not_recommended", "warned_against", "insufficient_evidence"}
    verdict = NOT_SUPPORTED
    if labeled or ("recommended" in said and not against):
        verdict = SUPPORTED
    elif said & {"recommended", "option"}:
        verdict = PARTLY
    elif against & {"not_recommended", "warned_against"}:
        verdict = CONTRADICTED
    lines = [_quoted(row) for row in current if row["fda_label"] != "yes"]
    text = "FDA label. " if labeled else "No FDA label. "
    text += "; ".join(lines) if lines else "No current guideline statement in our tables"
    if older := [_quoted(row) for row in rows if row["retired"] == "yes"]:
        text += f". Retired, not counted: {'; '.join(older)}"
    counts = {"labeled": labeled, "statements": len(current)}
    return of_condition(evidence, condition_id, verdict, f"{text}.", ids_of(rows), **counts)


def _quoted(row: Mapping[str, Any]) -> str:
    """A guideline statement in a line: body, year, statement, population."""
    year = f" {row['year']}" if known(row["year"]) else ""
    population = f" ({row['population']})" if known(row["population"]) else ""
    return f"{row['body']}{year}: {str(row['statement']).replace('_', ' ')}{population}"


def over_days(evidence: Evidence, blank: Assessment) -> Assessment:
    """It is given over several days: days of each dose or course."""
    table = evidence.rows("regimens", "therapy_id", "ivig")
    rows = []
    for condition_id in in_order(evidence, (phase["condition_id"] for phase in table)):
        own = [phase for phase in table if phase["condition_id"] == condition_id]
        spans = [days_of(phase) for phase in own]
        low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        verdict = SUPPORTED if low >= 2 else CONTRADICTED if high == 1 else PARTLY
        regimens = counted(len({phase["regimen_id"] for phase in own}), "regimen")
        said = f"{number_of((low, high), 'day')} for one dose or course, over {regimens}"
        days = {"days_low": low, "days_high": high}
        rows.append(of_condition(evidence, condition_id, verdict, said, ids_of(own), **days))
    found = with_places(blank, rows, ["days_low", "days_high"])
    numbers = {"conditions": len(rows), **found.counts}
    verdict = together(found.verdicts)
    return replace(found, verdict=verdict, rests_on="tables", numbers=numbers)


def days_of(phase: Mapping[str, Any]) -> tuple[int, int]:
    """Fewest and most days over which one dose, or one course of doses on days in a row, is given.

    A dose divided over visits takes as many days as visits; a course whose phase names days such
    as 0, 1, 2, 3 and 4 takes those.
    """
    low, high = int(phase["visits_per_dose_low"]), int(phase["visits_per_dose_high"])
    days = sorted(fixed_days(phase))
    row = 1
    for first, second in itertools.pairwise(days):
        if second - first != 1:
            break
        row += 1
    return low * row, high * row


def available(evidence: Evidence, blank: Assessment) -> Assessment:
    """It can be had: what is on the market, and what was published on shortages."""
    products = evidence.rows("products", "therapy_id", "ivig")
    sold = [row for row in products if row["status"] == "marketed"]
    row = {
        "place": "US market",
        "verdict": NOT_ASSESSABLE,
        "tables_say": f"{len(sold)} IVIG products are marketed; whether they are in stock is not "
        "in our tables",
        "source_id": ids_of(sold),
    }
    found = with_places(blank, [row])
    verdict = from_directions(found.directions)
    return replace(found, verdict=verdict, numbers={"products": len(sold)})


def steroids(evidence: Evidence, blank: Assessment) -> Assessment:
    """It is given with steroids: what indications say, then what was published."""
    named = _mentions(evidence, "with_corticosteroid")
    conditions = [*named, *(row["condition_id"] for row in blank.published)]
    rows = []
    for condition_id in in_order(evidence, conditions):
        spoken = [row for row in blank.published if row["condition_id"] == condition_id]
        said, used = named.get(condition_id, ("No indication in our tables speaks of both", ""))
        verdict = from_directions(row["direction"] for row in spoken)
        ids = ";".join(filter(None, [used, *(row["source_id"] for row in spoken)])) or None
        rows.append(of_condition(evidence, condition_id, verdict, said, ids))
    found = with_places(blank, rows)
    numbers = {"conditions": len(rows), "supported": found.verdicts.count(SUPPORTED)}
    return replace(found, verdict=together(found.verdicts), numbers=numbers)


def prevention(evidence: Evidence, blank: Assessment) -> Assessment:
    """It is given as prevention: what indications say, then what was published."""
    apart = "(this prevents a relapse or a complication, not the disease)"
    rows = [
        of_condition(evidence, condition_id, NOT_ASSESSABLE, f"{said} {apart}", used)
        for condition_id, (said, used) in _mentions(evidence, "preventive").items()
    ]
    if not rows:
        said = "No indication of IVIG in our tables is to prevent an autoimmune disease"
        rows = [{"place": "All conditions", "verdict": NOT_ASSESSABLE, "tables_say": said}]
    found = with_places(blank, rows)
    return replace(found, verdict=from_directions(found.directions))


def _mentions(evidence: Evidence, column: str) -> dict[str, tuple[str, str]]:
    """Current IVIG indications with a yes in the column, by condition: words and sources."""
    found: dict[str, tuple[str, str]] = {}
    for row in evidence.rows("indications", "therapy_id", "ivig"):
        if row["retired"] == "yes" or row[column] != "yes":
            continue
        parts = [row[name] for name in ("population", "restriction", "line") if known(row[name])]
        said = f"{row['body']}: {'; '.join(parts)}"
        before, used = found.get(row["condition_id"], ("", ""))
        found[row["condition_id"]] = (
            f"{before}; {said}" if before else said,
            ";".join(filter(None, [used, row["source_id"]])),
        )
    return found
