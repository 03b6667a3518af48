"""Claims on use, coverage and supply: verdicts from labels, guidelines, regimens, findings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compare.evidence import Evidence
from compare.schedule import fixed_days, known
from compare.tables import records
from compare.verdicts import (
    CONTRADICTED,
    NAMED,
    NOT_ASSESSABLE,
    NOT_SUPPORTED,
    PARTLY,
    SUPPORTED,
    VERDICTS,
    Assessment,
    from_directions,
    in_order,
    together,
    with_places,
)

STEROIDS = re.compile(r"\bwith (?:cortico)?steroid|\bwith (?:methyl)?predn", re.IGNORECASE)
PREVENTS = re.compile(r"prevent|prophyla", re.IGNORECASE)
# Covered: no table says what insurers pay; the label is what their policies ask for.


def covered(evidence: Evidence, blank: Assessment) -> Assessment:
    rows = []
    labels = evidence.indications
    labels = labels[labels["therapy_id"].eq("ivig") & labels["fda_label"].eq("yes")]
    wanted = [*dict.fromkeys([*NAMED, *labels["condition_id"]])]
    for condition_id in in_order(evidence, wanted):
        own = labels[labels["condition_id"].eq(condition_id)]
        spoken = blank.published[blank.published["condition_id"].eq(condition_id)]
        if len(own):
            products = own["product_id"].nunique()
            said = (
                f"FDA label on {products} IVIG "
                + ("product" if products == 1 else "products")
                + ": what the policies we read ask for, with prior authorization"
            )
            verdict = PARTLY
        else:
            said = "No IVIG product has an FDA label for it"
            verdict = from_directions(spoken["direction"])
        rows.append(
            {
                "condition_id": condition_id,
                "place": evidence.label("conditions", condition_id),
                "verdict": verdict,
                "tables_say": said,
                "labeled": bool(len(own)),
                "source_id": ";".join(dict.fromkeys([*own["source_id"], *spoken["source_id"]]))
                or None,
            }
        )
    found = with_places(blank, rows)
    numbers = {
        "named": float(len(NAMED)),
        "named_labeled": float(
            found.places[found.places["condition_id"].isin(NAMED)]["labeled"].sum()
        ),
    }
    return replace(found, verdict=from_directions(found.published["direction"]), numbers=numbers)


# Used in conditions: label and current guidelines.


def used(evidence: Evidence, blank: Assessment) -> Assessment:
    rows = [_authority_row(evidence, condition_id) for condition_id in NAMED]
    found = with_places(blank, rows)
    counts = found.places["verdict"].value_counts()
    numbers = {
        "named": float(len(NAMED)),
        "labeled": float(found.places["labeled"].sum()),
        **{verdict.replace(" ", "_"): float(counts.get(verdict, 0)) for verdict in VERDICTS},
    }
    verdict = together(found.places["verdict"])
    return replace(found, verdict=verdict, rests_on="tables", numbers=numbers)


def _authority_row(evidence: Evidence, condition_id: str) -> dict[str, Any]:
    """Supported: labeled, or recommended by current guidelines and nothing against it. Partly:
    current statements both for and against, or an option only. Contradicted: current statements
    against it only. Not supported: no current statement in our tables.
    """
    rows = evidence.indications
    rows = rows[rows["therapy_id"].eq("ivig") & rows["condition_id"].eq(condition_id)]
    current, retired = rows[rows["retired"].ne("yes")], rows[rows["retired"].eq("yes")]
    labeled = bool(current["fda_label"].eq("yes").any())
    said = set(current["statement"])
    against = said & {"not_recommended", "warned_against", "insufficient_evidence"}
    verdict = NOT_SUPPORTED
    if labeled or ("recommended" in said and not against):
        verdict = SUPPORTED
    elif said & {"recommended", "option"}:
        verdict = PARTLY
    elif against & {"not_recommended", "warned_against"}:
        verdict = CONTRADICTED
    lines = [_quoted(row) for row in records(current) if row["fda_label"] != "yes"]
    text = "FDA label. " if labeled else "No FDA label. "
    text += "; ".join(lines) if lines else "No current guideline statement in our tables"
    if len(retired):
        older = [_quoted(row) for row in records(retired)]
        text += f". Retired, not counted: {'; '.join(older)}"
    return {
        "condition_id": condition_id,
        "place": evidence.label("conditions", condition_id),
        "verdict": verdict,
        "tables_say": text + ".",
        "labeled": labeled,
        "statements": len(current),
        "source_id": ";".join(dict.fromkeys(rows["source_id"])) or None,
    }


def _quoted(row: Mapping[str, Any]) -> str:
    """A guideline statement in a line: body, year, statement, population."""
    year = f" {row['year']}" if known(row["year"]) else ""
    population = f" ({row['population']})" if known(row["population"]) else ""
    return f"{row['body']}{year}: {str(row['statement']).replace('_', ' ')}{population}"


# Given over several days: days of each dose or course.


def over_days(evidence: Evidence, blank: Assessment) -> Assessment:
    table = evidence.regimens[evidence.regimens["therapy_id"].eq("ivig")]
    rows = []
    for condition_id in in_order(evidence, table["condition_id"]):
        own = records(table[table["condition_id"].eq(condition_id)])
        spans = [days_of(phase) for phase in own]
        low, high = min(span[0] for span in spans), max(span[1] for span in spans)
        verdict = SUPPORTED if low >= 2 else CONTRADICTED if high == 1 else PARTLY
        regimens = len({phase["regimen_id"] for phase in own})
        word = "regimen" if regimens == 1 else "regimens"
        days = "1 day" if high == 1 else f"{low} days" if low == high else f"{low} to {high} days"
        rows.append(
            {
                "condition_id": condition_id,
                "place": evidence.label("conditions", condition_id),
                "verdict": verdict,
                "tables_say": f"{days} for one dose or course, over {regimens} {word}",
                "days_low": low,
                "days_high": high,
                "source_id": ";".join(dict.fromkeys(phase["source_id"] for phase in own)),
            }
        )
    found = with_places(blank, rows, ["days_low", "days_high"])
    counts = found.places["verdict"].value_counts()
    numbers = {
        "conditions": float(len(rows)),
        **{verdict.replace(" ", "_"): float(counts.get(verdict, 0)) for verdict in VERDICTS},
    }
    verdict = together(found.places["verdict"])
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


# Availability: what is on the market, and what was published on shortages.


def available(evidence: Evidence, blank: Assessment) -> Assessment:
    products = evidence.products[evidence.products["therapy_id"].eq("ivig")]
    sold = products[products["status"].eq("marketed")]
    row = {
        "place": "US market",
        "verdict": NOT_ASSESSABLE,
        "tables_say": f"{len(sold)} IVIG products are marketed; whether they are in stock is not "
        "in our tables",
        "source_id": ";".join(dict.fromkeys(sold["source_id"])) or None,
    }
    found = with_places(blank, [row])
    return replace(
        found,
        verdict=from_directions(found.published["direction"]),
        numbers={"products": float(len(sold))},
    )


# With steroids, and as prevention: what indications say, then what was published.


def steroids(evidence: Evidence, blank: Assessment) -> Assessment:
    named = _mentions(evidence, STEROIDS)
    conditions = [*named, *blank.published["condition_id"].dropna()]
    rows = []
    for condition_id in in_order(evidence, conditions):
        spoken = blank.published[blank.published["condition_id"].eq(condition_id)]
        said, used = named.get(condition_id, ("No indication in our tables speaks of both", ""))
        rows.append(
            {
                "condition_id": condition_id,
                "place": evidence.label("conditions", condition_id),
                "verdict": from_directions(spoken["direction"]),
                "tables_say": said,
                "source_id": ";".join(filter(None, [used, *spoken["source_id"]])) or None,
            }
        )
    found = with_places(blank, rows)
    counts = found.places["verdict"].value_counts()
    numbers = {
        "conditions": float(len(rows)),
        "supported": float(counts.get(SUPPORTED, 0)),
    }
    return replace(found, verdict=together(found.places["verdict"]), numbers=numbers)


def prevention(evidence: Evidence, blank: Assessment) -> Assessment:
    rows = [
        {
            "condition_id": condition_id,
            "place": evidence.label("conditions", condition_id),
            "verdict": NOT_ASSESSABLE,
            "tables_say": f"{said} (this prevents a relapse or a complication, not the disease)",
            "source_id": used,
        }
        for condition_id, (said, used) in _mentions(evidence, PREVENTS).items()
    ]
    if not rows:
        said = "No indication of IVIG in our tables is to prevent an autoimmune disease"
        rows = [{"place": "All conditions", "verdict": NOT_ASSESSABLE, "tables_say": said}]
    found = with_places(blank, rows)
    return replace(found, verdict=from_directions(found.published["direction"]))


def _mentions(evidence: Evidence, pattern: re.Pattern[str]) -> dict[str, tuple[str, str]]:
    """Current IVIG indications whose wording fits, by condition: the words, and their sources."""
    rows = evidence.indications
    rows = rows[rows["therapy_id"].eq("ivig") & rows["retired"].ne("yes")]
    found: dict[str, tuple[str, str]] = {}
    for row in records(rows):
        parts = [row[name] for name in ("population", "restriction", "line") if known(row[name])]
        words = [str(part) for part in parts if pattern.search(str(part))]
        if not words:
            continue
        said = f"{row['body']}: {'; '.join(words)}"
        before, used = found.get(row["condition_id"], ("", ""))
        found[row["condition_id"]] = (
            f"{before}; {said}" if before else said,
            ";".join(filter(None, [used, row["source_id"]])),
        )
    return found
