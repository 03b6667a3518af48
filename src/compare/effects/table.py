"""The effects table: what each therapy costs this patient, and its sourced harms and good.

Rows marked primary only. The default value of a harm or benefit is the difference from the
trial's own placebo (or stated background) arm: raw arms of different trials also compare their
patients and their length. Figures without such a comparator, or counted another way, are shown
beside the table and never scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from compare import cost
from compare.cost.plan import Plan, age_note
from compare.cost.plan import visits as visits_of
from compare.data.arguments import one_of, shown
from compare.data.conditions import check_condition, condition_therapies
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import LEADING, Row, framed
from compare.effects import networks
from compare.effects.cells import (
    BASES,
    BLANK,
    COLUMNS,
    LISTED_KINDS,
    check_basis,
    evidence_cells,
    thresholds,
)

COST = {
    "cost_year_one": (
        "Cost in year one", "usd_year_one_low", "usd_year_one_high", "dollars a year",
    ),
    "cost_later_year": (
        "Cost in a later year", "usd_later_year_low", "usd_later_year_high", "dollars a year",
    ),
    "cost_per_course": (
        "Cost per course", "usd_per_course", "usd_per_course_high", "dollars a course",
    ),
    "visits_year_one": (
        "Clinic visits in year one", "visits_year_one", "visits_year_one_high", "visits a year",
    ),
    "chair_hours_year_one": (
        "Chair hours in year one", "chair_hours_year_one", "chair_hours_year_one_high",
        "hours a year",
    ),
}  # fmt: skip
OF_CRITERION = ("criterion", "label", "group", "unit", "favors", "ascertainment")
COUNTS = ("scored", "shown", "borrowed", "therapies")
# A cell that no source speaks of.
SILENT = BLANK | {
    "distribution": "missing", "directness": "missing", "reported": False,
    "reason": "not reported", "borrowed_from": "", "shown": "", "comparator": "", "study": "",
}  # fmt: skip
NOT_COUNTED = dict.fromkeys(("events", "n", "comparator_events", "comparator_n", "below"), np.nan)
BY_COURSE = "given by course: say how often it is repeated"
EVENT_KINDS = ("symptom", "infection", "any_event", "infusion_reaction")
CORE_KINDS = ("serious_infection", "serious_event", "discontinuation")


@framed(COLUMNS)
def effects_table(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    basis: str = "difference",
    criteria: Sequence[str] | None = None,
    price_basis: str | None = None,
    cycle_days: float | None = None,
    dosing_weight: str = "actual",
    borrow: bool = True,
    course_months: float | None = None,
    medicare: bool = False,
) -> list[Row]:
    """Effects of every therapy of a condition, one row per therapy and criterion.

    Columns: `COLUMNS`. `value`, `low`, `high` are in `unit`; a harm or benefit by difference is
    treated minus comparator in points (95 percent interval). A cost is one product; its low and
    high are the range of doses, intervals and visits, its value the middle of that range, its
    `price_kind` that of `annual_cost`.
    `distribution` and the counts say how a figure is drawn (see `decision.read`). `reported` is
    False where there is nothing to score: `reason` says why, `shown` what is known all the same,
    `below` what the figure lies under where a label's threshold tells. `directness`: direct,
    indirect (the therapy's largest primary row elsewhere, `borrowed_from` names the condition;
    harms only) or missing.

    `course_months`: a therapy that is given by course alone is compared by the year as well, its
    course repeated every so many months, which the reader says and `shown` repeats.
    `medicare`: the payer is Medicare; a price that it negotiated comes before one before rebates.

    `criteria` are ids of `criteria_for`; None takes cost, visits, chair hours, the main endpoint
    and the core harms. Raises `ValueError` for an unknown condition, basis or criterion.

    >>> import compare
    >>> patient = compare.Patient(weight_kg=70, age_years=54)
    >>> table = compare.effects_table(compare.load(), "cidp", patient, criteria=["cost_year_one"])
    >>> list(table.columns[:2]), set(table["unit"]), set(table["favors"])
    (['therapy_id', 'therapy'], {'dollars a year'}, {'lower'})
    """
    check_condition(evidence, condition_id)
    one_of("basis", basis, BASES)
    Patient.check(patient)
    one_of("dosing_weight", dosing_weight, cost.DOSING_WEIGHTS)
    if isinstance(criteria, str) or not isinstance(criteria, Sequence | None):
        raise ValueError(f"criteria is {shown(criteria)}; expected None or a list of ids")
    by_course = course_months is not None
    offered = criteria_for.rows(evidence, condition_id, basis, bool(borrow), patient, by_course)
    wanted = list(criteria) if criteria is not None else core_criteria(offered)
    for name in wanted:
        if name not in offered:
            raise ValueError(f"unknown criterion {name!r}; see criteria_for")
    therapies = therapies_of(evidence, condition_id)
    cells: dict[tuple[str, str], Row] = {}
    money = [name for name in wanted if name in COST]
    if money:
        given = price_basis, cycle_days, medicare
        plans = cost.opening_plans(evidence, condition_id, patient, *given)
        chosen = {**plans, **_repeated(plans, course_months)}
        costs = cost.cost_rows(evidence, chosen.values(), patient, dosing_weight)
        for cell in _cost_cells(therapies, costs, chosen, patient, money):
            by_year = cell["reported"] and cell["criterion"] != "cost_per_course"
            by_course = by_year and (cell["therapy_id"], True) not in plans
            shown_as = {"shown": f"course every {course_months:g} months"} if by_course else {}
            cells[cell["therapy_id"], cell["criterion"]] = {**cell, **shown_as}
    others = tuple(name for name in wanted if name not in COST)
    if others:
        asked = _asked(evidence, condition_id, basis, patient)
        cells |= _grid(evidence, condition_id, basis, borrow, asked, others)
    return [cells[therapy["therapy_id"], name] for therapy in therapies for name in wanted]


def _repeated(
    plans: Mapping[tuple[str, bool], Plan], course_months: float | None
) -> dict[tuple[str, bool], Plan]:
    """Plans by the year of therapies that have none but by course, at the reader's interval."""
    if course_months is None:
        return {}
    return {
        (therapy_id, True): cost.repeated(plan, course_months)
        for (therapy_id, yearly), plan in plans.items()
        if not yearly and (therapy_id, True) not in plans
    }


def therapies_of(evidence: Evidence, condition_id: str) -> list[Row]:
    """Therapies of the condition: those the tables speak of, and those with a regimen."""
    spoken = [row["therapy_id"] for row in condition_therapies(evidence, condition_id)]
    given = {row["therapy_id"] for row in evidence.rows("regimens", "condition_id", condition_id)}
    named = evidence.by_id("therapies")
    more = [key for key in named if key in given and key not in spoken]
    return [{name: named[key][name] for name in LEADING} for key in (*spoken, *more)]


def _cost_cells(
    therapies: Sequence[Row],
    costs: Sequence[Row],
    chosen: Mapping[tuple[str, bool], Plan],
    patient: Patient,
    wanted: Sequence[str],
) -> list[Row]:
    """Cells of money, visits and hours from the cost table of the chosen plans."""
    found = {(row["therapy_id"], row["use"] == "chronic"): row for row in costs}
    rows: list[Row] = []
    for therapy in therapies:
        for name in wanted:
            label, first, second, unit = COST[name]
            key = (therapy["therapy_id"], name != "cost_per_course")
            row = found.get(key)
            ends = [np.nan, np.nan] if row is None else sorted([row[first], row[second]])
            if row is not None and np.isnan(ends[0]) and group_of(name) == "burden":
                ends = _burden_without_price(chosen[key], patient, name)
            low, high = (float(end) for end in ends)
            reported = not np.isnan(low + high)
            spread = "range" if low < high else "fixed"
            rows.append(
                {
                    **therapy,
                    "criterion": name,
                    "label": label,
                    "group": group_of(name),
                    "value": (low + high) / 2,
                    "low": low,
                    "high": high,
                    "unit": unit,
                    "favors": "lower",
                    "distribution": spread if reported else "missing",
                    **NOT_COUNTED,
                    "directness": "direct" if reported else "missing",
                    "borrowed_from": "",
                    "reported": reported,
                    "reason": "" if reported else _no_cost(row, name, costs, therapy),
                    "shown": cost.later_note(row)[2:] if row and name == "cost_later_year" else "",
                    "ascertainment": "",
                    "comparator": "",
                    "study": "" if row is None else f"{row['product']}: {row['regimen']}",
                    "price_kind": row["price_kind"] if row and group_of(name) == "cost" else "",
                    "row_id": None,
                    "source_id": None if row is None else row["source_id"],
                }
            )
    return rows


def group_of(name: str) -> str:
    """Whether a criterion of `COST` is money or burden."""
    return "cost" if name.startswith("cost") else "burden"


def _burden_without_price(plan: Plan, patient: Patient, name: str) -> list[float]:
    """Visits (and hours, where they are none) of a plan that has no price.

    Not known where the plan is for other ages, or a phase has no dose for this weight: a plan that
    the patient cannot have is not one without visits.
    """
    visits = []
    weight = np.array([patient.weight_kg])
    for end in ("low", "high"):
        for one in plan.alternatives():
            fitting = [row for row in one.rows if row.fits(weight)[0]]
            phases, dosed = ({row.phase["phase"] for row in rows} for rows in (one.rows, fitting))
            if phases != dosed or age_note(plan, patient.age_years):
                return [np.nan, np.nan]
            visits.append(
                sum(
                    one.doses(row.phase, end)["year_one"] * visits_of(row.phase, end)
                    for row in fitting
                )
            )
    if name == "chair_hours_year_one" and max(visits) > 0:
        return [np.nan, np.nan]
    return [min(visits), max(visits)]


def _no_cost(
    row: Row | None,
    name: str,
    costs: Sequence[Row],
    therapy: Row,
) -> str:
    if row is not None:
        return str(row["reason"]) or "not known"
    if any(one["therapy_id"] == therapy["therapy_id"] for one in costs):
        by_course = name == "cost_per_course"
        return "given every year, not as a course" if by_course else BY_COURSE
    return "no regimen for this condition in our sources"


def _grid(
    evidence: Evidence,
    condition_id: str,
    basis: str,
    borrow: bool,
    factors: frozenset[str],
    wanted: tuple[str, ...],
) -> Mapping[tuple[str, str], Row]:
    """One cell per therapy and criterion; a cell that no source speaks of is missing."""
    offered = _offered(evidence, condition_id, basis, borrow, factors)
    cells = evidence_cells(evidence, condition_id, basis, borrow, factors)
    limits = thresholds(evidence, condition_id) if basis == "difference" else {}
    grid = {}
    for therapy in therapies_of(evidence, condition_id):
        for name in wanted:
            key, criterion = (therapy["therapy_id"], name), offered[name]
            cell = cells.get(key, SILENT)
            shared = {part: criterion[part] for part in OF_CRITERION}
            limit = limits.get((therapy["therapy_id"], criterion["ascertainment"]))
            if cell is SILENT and limit is not None and criterion["kind"] in LISTED_KINDS:
                reason = f"not listed; the label lists from {limit:g}"
                shared |= {"below": limit, "reason": reason}
            whole = {**cell, **therapy, **shared}
            grid[key] = {part: whole[part] for part in COLUMNS}
    return grid


@kept(32)
def _offered(
    evidence: Evidence,
    condition_id: str,
    basis: str,
    borrow: bool,
    factors: frozenset[str],
    by_course: bool = False,
) -> Mapping[str, Row]:
    check_basis(basis)
    regimens = evidence.rows("regimens", "condition_id", condition_id)
    yearly = {row["therapy_id"] for row in regimens if row["use"] == "chronic"}
    course = {row["therapy_id"] for row in regimens if row["use"] != "chronic"}
    yearly |= course if by_course else set()
    therapies = len(therapies_of(evidence, condition_id))
    offered: dict[str, dict[str, Any]] = {}
    for name, (label, _, _, unit) in COST.items():
        count = len(course if name == "cost_per_course" else yearly)
        if count:
            group = group_of(name)
            values = (name, label, group, unit, "lower", "", group, count, count, 0, therapies)
            offered[name] = dict(zip((*OF_CRITERION, "kind", *COUNTS), values, strict=True))
    trials: dict[str, dict[str, Any]] = {}
    cells = evidence_cells(evidence, condition_id, basis, borrow, factors)
    for (_, name), cell in cells.items():
        first = {part: cell[part] for part in (*OF_CRITERION, "kind", "key")}
        counts = dict.fromkeys(COUNTS, 0) | {"therapies": therapies}
        row = trials.setdefault(name, first | counts)
        row["scored"] += cell["reported"]
        row["shown"] += 1
        row["borrowed"] += cell["reported"] and cell["directness"] == "indirect"

    def rank(row: Row) -> tuple[int, int, str]:
        return ["benefit", "harm"].index(row["group"]), -row["scored"], row["label"]

    return offered | {row["criterion"]: row for row in sorted(trials.values(), key=rank)}


def _asked(
    evidence: Evidence, condition_id: str, basis: str, patient: Patient | None
) -> frozenset[str]:
    """What of the patient's history chooses a network; nothing where none is asked."""
    if basis != "network" or patient is None:
        return frozenset()
    return patient.factors & networks.asked_factors(evidence, condition_id)


def why_none(evidence: Evidence, condition_id: str, patient: Patient) -> str:
    """Why no benefit is scored by a network for this patient, in words; empty where one is."""
    asked = _asked(evidence, condition_id, "network", patient)
    return networks.why_none(evidence, condition_id, asked)


def network_id_of(
    evidence: Evidence, condition_id: str, criterion: str, patient: Patient
) -> str | None:
    """The network that scores a criterion for this patient; None where none does."""
    asked = _asked(evidence, condition_id, "network", patient)
    found = networks.chosen(evidence, condition_id, asked).get(criterion)
    return None if found is None else str(found.row["network_id"])


@framed([*OF_CRITERION, "kind", *COUNTS])
def criteria_for(
    evidence: Evidence,
    condition_id: str,
    basis: str = "difference",
    borrow: bool = True,
    patient: Patient | None = None,
    by_course: bool = False,
) -> Mapping[str, Row]:
    """What can be compared in a condition, best covered first within each group.

    One row per criterion: `criterion` (id), `label`, `group` (cost, burden, benefit, harm),
    `unit`, `favors`, `ascertainment`, `kind`, `scored` (therapies with a figure to score),
    `shown` (therapies with any figure), `borrowed` (scored ones from another condition),
    `therapies` (of the condition). Cost and burden count therapies with a regimen. `patient`: by
    networks alone, whose trials may be in patients with or without an earlier treatment.
    `by_course`: cost and burden of a year count what is given by course as well.

    The rows stand by their ids. Shared: do not change them.
    """
    check_condition(evidence, condition_id)
    asked = _asked(evidence, condition_id, basis, patient)
    return _offered(evidence, condition_id, basis, borrow, asked, by_course)


def core_criteria(offered: Mapping[str, Row]) -> list[str]:
    """Cost, visits, hours, benefits and core harms that at least one therapy can score."""
    core = (*CORE_KINDS, "any_event")
    return [
        name
        for name, row in offered.items()
        if row["group"] in ("cost", "burden")
        or (row["scored"] and (row["group"] == "benefit" or (row["key"] and row["kind"] in core)))
    ]


def default_criteria(
    evidence: Evidence,
    condition_id: str,
    basis: str = "difference",
    borrow: bool = True,
    patient: Patient | None = None,
) -> tuple[str, ...]:
    """The criteria with which a page opens: cost, one benefit, one harm, visits (not of courses).

    The benefit is the condition's main endpoint, else the best covered one. The harm is the event
    that the condition's row names first; where fewer than two therapies (or not the only one) have
    it against placebo, a serious infection, a serious event or stopping because of harm, counted
    the one way that most have; where fewer than two have any of these, the first one all the same,
    and where this condition's trials do not have that, the best covered listed event.
    """
    offered = criteria_for.rows(evidence, condition_id, basis, borrow, patient).values()

    def best(rows: list[Row]) -> list[str]:
        scored = [row for row in rows if row["scored"]]
        return [max(scored, key=lambda row: row["scored"])["criterion"]] if scored else []

    def group(name: str) -> list[Row]:
        return [row for row in offered if row["group"] == name]

    found = best([row for row in group("cost") if row["criterion"] != "cost_later_year"])
    condition = evidence.by_id("conditions")[condition_id]
    main, event_id = f"benefit:{condition['main_endpoint_id']}", condition["first_event_id"]
    goods = group("benefit")
    found += best([row for row in goods if row["criterion"] == main]) or best(goods)
    core = [
        row
        for row in group("harm")
        if row["key"] and row["kind"] in CORE_KINDS and row["scored"] >= 2
    ]
    first = [
        row
        for row in group("harm")
        if row["criterion"] == f"harm:{event_id}:{row['ascertainment']}"
    ]
    shared = [row for row in first if row["scored"] >= min(2, row["therapies"])]
    own = [row for row in first if row["scored"] > row["borrowed"]]
    events = [row for row in group("harm") if row["kind"] in EVENT_KINDS]
    found += best(shared) or best(core) or best(own) or best(events)
    if "cost_per_course" not in found:  # a course has no visits in a year to weigh beside it
        found += [row["criterion"] for row in offered if row["criterion"] == "visits_year_one"]
    return tuple(found)
