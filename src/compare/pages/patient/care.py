"""Lines of a comparison on care: cost, schedule and guidance, benefit, harm, brand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compare.authority import guidance
from compare.cost import later_note, timetable
from compare.cost.prices import BASES
from compare.data.evidence import Evidence, kept
from compare.data.patient import ADULT_YEARS
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.pages.patient.items import Column, Item, Line, is_therapy, one
from compare.pages.patient.own_trials import best_first, in_adults
from compare.trials import arms, harms, results
from compare.trials.benefits import outcome_text
from compare.words import number_of, usd_range

KEY_KINDS = (
    "any_event", "serious_event", "discontinuation", "serious_infection", "infection",
    "infusion_reaction", "symptom", "death",
)  # fmt: skip
WAYS = ("all_cause", "label_listed", "adverse_reaction", "within_72h")
SHOWN_OUTCOMES = 4
HARM = "Harm, with its comparator"
# Columns of a cost, low and high, and whether it is one of a year.
SPANS = {
    "Year one": ("usd_year_one_low", "usd_year_one_high", True),
    "A later year": ("usd_later_year_low", "usd_later_year_high", True),
    "Per course": ("usd_per_course", "usd_per_course_high", False),
}


def money_lines(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    """Lines of cost in US dollars: year one, a later year, a course, and whose price it is."""
    section = "What it costs (US dollars)"
    lines = [
        Line(section, label, tuple(_cost_cell(column, *span) for column in columns))
        for label, span in SPANS.items()
        if label == "Year one" or any(column.cost(span[-1]) for column in columns)
    ]
    priced = tuple(tuple(map(_priced, column.costs)) for column in columns)
    return [*lines, Line(section, "Product and price", priced)]


def _cost_cell(column: Column, low: str, high: str, chronic: bool) -> tuple[Item, ...]:
    row = column.cost(chronic)
    if not column.costs:
        return one("no regimen for this condition in our sources", "faint")
    if row is None:
        return one("given as a course" if chronic else "given by the year", "faint")
    if not known(row[low]):
        return one(f"not known: {row['reason']}", "faint", row["source_id"])
    after = later_note(row) if "later" in low else ""
    return one(usd_range(row[low], row[high]) + after, "strong", row["source_id"])


def _priced(row: Row) -> Item:
    """Product, whose price it is, what is to be said of it, and its label where not for this."""
    bases = " and ".join(BASES[basis] for basis in row["price_basis"].split(" + ") if basis)
    outside = "" if row["label_status"] == "in label" else row["label_status"]
    parts = [row["product"], bases, row["reason"], row["note"], outside]
    return Item("; ".join(filter(None, parts)))


def giving_lines(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    """Lines of how each is given: when, by whom, how often and how long."""
    section = "How it is given"
    schedule, burden = [], []
    for column in columns:
        items, counted = [], []
        for plan, row in zip(column.plans, column.costs, strict=True):
            for phase in timetable.timetable(plan, scenario.patient):
                said = timetable.visit_words(phase)
                items.append(Item(said[0].upper() + said[1:], "", phase["source_id"]))
            items.append(Item(f"Given {timetable.GIVEN_BY[plan.first['given_by']]}."))
            if row["use"] == "chronic" and known(row["visits_year_one"]):
                visits = row["visits_year_one"], row["visits_year_one_high"]
                hours = row["chair_hours_year_one"], row["chair_hours_year_one_high"]
                said = number_of(visits, "clinic visit")
                said += f", {number_of(hours, 'chair hour')}" if any(visits) else ""
                counted.append(Item(said))
        schedule.append(tuple(items) or one("no regimen in our sources", "faint"))
        burden.append(tuple(counted) or one("not counted", "faint"))
    told = [
        guidance.steps(
            evidence, column.therapy["therapy_id"], scenario.condition_id, column.product_id
        )
        for column in columns
    ]
    return [
        Line(section, "Schedule", tuple(schedule)),
        Line(section, "In year one", tuple(burden)),
        *(
            Line(section, heading, tuple(tuple(_step(r) for r in rows if r["step"] == step)
                                         for rows in told))
            for step, heading in guidance.STEPS.items()
        ),
    ]  # fmt: skip


def _step(row: Mapping[str, Any]) -> Item:
    origin = f" [from {row['inherited_from']}]" if row["inherited_from"] else ""
    read = known(row["source_id"])
    return Item(row["text"] + origin, "" if read else "faint", row["source_id"] if read else "")


def harms_lines(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    """Key harms with their comparator; one way of counting in a row, never two."""
    ids = tuple(column.therapy["therapy_id"] for column in columns)
    return list(_harm_lines(evidence, scenario.condition_id, ids))


@kept(32)
def _harm_lines(evidence: Evidence, condition_id: str, ids: tuple[str, ...]) -> tuple[Line, ...]:
    section, key = HARM, harms.key_events(evidence, *KEY_KINDS)
    found: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for way in WAYS:
        for row in harms.series(evidence, condition_id, way):
            told = row["state"] in ("reported", "bound") or row["measure"] == harms.RATE
            if row["event_id"] in key and told and row["therapy_id"] in ids:
                found.setdefault((row["event_id"], way), {})[row["therapy_id"]] = row
    lines = []
    for event_id in key:
        ways = [way for way in WAYS if (event_id, way) in found]
        ways.sort(key=lambda way, event_id=event_id: -len(found[event_id, way]))  # type: ignore[misc]
        covered: set[str] = set()
        for way in ways:
            told = found[event_id, way]
            if set(told) <= covered:
                continue
            covered |= set(told)
            cells = tuple(
                _harm_cell(evidence, told[key])
                if key in told
                else one("not reported in this way", "faint")
                for key in ids
            )
            name = evidence.label("events", event_id)
            lines.append(Line(section, f"{name}: {harms.ASCERTAINMENTS[way][0]}", cells))
    if not lines:
        cells = tuple(one("no figure in our tables", "faint") for _ in ids)
        lines = [Line(section, "Key harms", cells)]
    return tuple(lines)


def _harm_cell(evidence: Evidence, row: Mapping[str, Any]) -> tuple[Item, ...]:
    said = arms.risk_words(row)
    if row["comparator_kind"] == "none":
        said += ", no comparator"
    else:
        beside = arms.risk_words(row, "risk_comparator")
        said += f" against {beside} on {row['comparator']}"
    if known(row["difference_pct"]):
        ends = row["difference_low_pct"], row["difference_high_pct"]
        said += f": {arms.per_100(row['difference_pct'], *ends, str(row['comparator']))}"
    parts = [said, str(row["study"]) if known(row["study"]) else ""]
    if row["directness"] == "indirect":
        parts.append(f"borrowed from {evidence.label('conditions', row['condition_id'])}")
    text = "; ".join(part for part in parts if part)
    return one(text, "", row["source_id"])


def good_lines(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    """Outcomes as published with their dose, primary endpoints and missed ones first.

    Each is told once, and of a child, which were in adults.
    """
    rows = _outcomes(evidence, scenario.condition_id)
    child = scenario.patient.age_years < ADULT_YEARS
    cells = []
    for column in columns:
        own = [row for row in rows if is_therapy(column, row["therapy_id"])]
        cells.append(
            tuple(
                Item(
                    "; ".join(
                        str(part)
                        for part in (outcome_text(row), row["arm"], in_adults(row, child))
                        if known(part) and part
                    ),
                    "warn" if row["missed_primary"] else "",
                    row["source_id"],
                )
                for row in sorted(own, key=best_first)[:SHOWN_OUTCOMES]
            )
            or one("no outcome of a trial in this condition in our tables", "faint")
        )
    return [Line("Good, with its comparator", "Trials in this condition", tuple(cells))]


@kept(16)
def _outcomes(evidence: Evidence, condition_id: str) -> Sequence[Row]:
    return results.trial_rows(evidence, condition_id)


def brand_lines(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    """What is in the immunoglobulin shown: brands are not interchangeable."""
    products = evidence.by_id("products")
    cells: list[tuple[Item, ...]] = []
    for column in columns:
        product = products[column.product_id]
        text = product["excipients"] if known(product["excipients"]) else ""
        cells.append(one(str(text), "", product["source_id"]) if text else ())
    if not any(cells):
        return []
    return [Line("Brand", "Sugar, amino acid, sodium, IgA", tuple(cells))]
