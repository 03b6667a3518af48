"""Claims on cost and harm: verdicts from the tables' figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from compare.claims.verdicts import (
    CONTRADICTED,
    NOT_ASSESSABLE,
    PARTLY,
    SUPPORTED,
    Assessment,
    from_directions,
    ids_of,
    in_order,
    of_comparisons,
    of_condition,
    together,
    with_places,
)
from compare.cost.prices import KINDS
from compare.cost.standing import opening_plans
from compare.cost.table import plan_cost
from compare.data.conditions import article_conditions, article_events, opening_patient
from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped, known
from compare.trials import harms
from compare.words import counted, joined, usd_range

KEY_KINDS = ("any_event", "serious_event", "discontinuation")
# Frequencies as drug regulators word them (CIOMS): common from 1 in 100, rare below 1 in 1,000.
COMMON_PCT, RARE_PCT = 1.0, 0.1


def cheaper(
    evidence: Evidence, blank: Assessment, weight_kg: float | None, medicare: bool
) -> Assessment:
    """It is cheaper: costs of year one, condition by condition."""
    with_ivig = [row["condition_id"] for row in evidence.rows("regimens", "therapy_id", "ivig")]
    rows = [
        _cost_row(evidence, condition_id, weight_kg, medicare)
        for condition_id in in_order(evidence, [*with_ivig, *article_conditions(evidence)])
    ]
    compared = [row for row in rows if row["verdict"] != NOT_ASSESSABLE]
    counts = ("dearer", "cheaper", "overlapping")
    totals = {name: sum(row[name] for row in compared) for name in counts}
    return _compared(with_places(blank, rows), totals)


def _compared(found: Assessment, numbers: Mapping[str, float]) -> Assessment:
    """The verdict of the conditions that can be compared; without one, of what was published."""
    first = {
        "conditions": len(found.places),
        "conditions_compared": sum(one != NOT_ASSESSABLE for one in found.verdicts),
    }
    verdict, rests_on = together(found.verdicts), "tables"
    if verdict == NOT_ASSESSABLE:
        verdict, rests_on = from_directions(found.directions, comparative=True), "published"
    return replace(found, verdict=verdict, rests_on=rests_on, numbers={**first, **numbers})


def _cost_row(
    evidence: Evidence, condition_id: str, weight_kg: float | None, medicare: bool
) -> dict[str, Any]:
    """IVIG's cost range in year one beside the range of each other therapy.

    Dearer: the other's range lies above IVIG's; cheaper: below; else they overlap. Money per course
    is not compared with money per year.
    """
    patient = opening_patient(evidence, condition_id)
    if weight_kg is not None:
        patient = replace(patient, weight_kg=weight_kg)
    chosen = opening_plans(evidence, condition_id, patient, medicare=medicare)
    costs: list[Row] = [
        {
            "therapy_id": plan.therapy_id,
            "price_kind": plan.price_kind,
            "source_id": plan.of(patient).at(patient.weight_kg).source_ids,
            **plan_cost(plan, patient)[0],
        }
        for plan in chosen.values()
    ]
    yearly = [one for one in costs if known(one["usd_year_one_low"])]
    ivig = [one for one in yearly if one["therapy_id"] == "ivig"]
    others = [one for one in yearly if one["therapy_id"] != "ivig"]
    course = [one for one in costs if one["therapy_id"] == "ivig" and known(one["usd_per_course"])]
    row: dict[str, Any] = {"others": len(others), "dearer": 0, "cheaper": 0, "overlapping": 0}
    used = [one["source_id"] for one in yearly]
    if others:
        row["others_low_usd"] = min(one["usd_year_one_low"] for one in others)
        row["others_high_usd"] = max(one["usd_year_one_high"] for one in others)
    if course:
        row["ivig_course_usd"] = course[0]["usd_per_course"]
        if not ivig:
            used.append(course[0]["source_id"])
    if ivig:
        low, high = (ivig[0][f"usd_year_one_{end}"] for end in ("low", "high"))
        row |= {"ivig_low_usd": low, "ivig_high_usd": high}
        row["dearer"] = sum(one["usd_year_one_low"] > high for one in others)
        row["cheaper"] = sum(one["usd_year_one_high"] < low for one in others)
        row["overlapping"] = len(others) - row["dearer"] - row["cheaper"]
    kinds = {one["price_kind"] for one in others}
    row["prices"] = joined(words for kind, words in KINDS.items() if kind in kinds)
    row["ivig_prices"] = "".join(KINDS[one["price_kind"]] for one in ivig or course)
    verdict = of_comparisons(len(others) if ivig else 0, row["dearer"], row["cheaper"])
    said, ids = _cost_says(row, evidence, condition_id), ";".join(dict.fromkeys(used))
    said += f" Patient of {patient.weight_kg:g} kg."
    return of_condition(evidence, condition_id, verdict, said, ids, **row)


def _cost_says(row: Mapping[str, Any], evidence: Evidence, condition_id: str) -> str:
    theirs = "no other therapy with a price per year"
    if row["others"]:
        theirs = counted(row["others"], "other therapy")
        theirs += f": {usd_range(row['others_low_usd'], row['others_high_usd'])} in year one"
        theirs += f" ({row['prices']})"
    if "ivig_low_usd" in row:
        own = f"IVIG: {usd_range(row['ivig_low_usd'], row['ivig_high_usd'])} in year one "
        own += f"({row['ivig_prices']})"
        counts = (
            f" Of these {row['dearer']} dearer, {row['cheaper']} cheaper, "
            f"{row['overlapping']} overlapping."
            if row["others"]
            else ""
        )
        return f"{own}. {theirs.capitalize()}.{counts}"
    if "ivig_course_usd" in row:
        own = f"IVIG is given by the course: {usd_range(row['ivig_course_usd'], None)} each"
        return f"{own} ({row['ivig_prices']}), which is not money per year. {theirs.capitalize()}."
    regimens = evidence.rows("regimens", "condition_id", condition_id)
    has = any(row["therapy_id"] == "ivig" for row in regimens)
    own = "IVIG has no current price here" if has else "No regimen of IVIG in our sources"
    return f"{own}. {theirs.capitalize()}."


def fewer(evidence: Evidence, blank: Assessment) -> Assessment:
    """Fewer side effects: differences from the trial's own comparator, counted in one way."""
    own_events = evidence.rows("adverse_events", "therapy_id", "ivig")
    with_ivig = [row["condition_id"] for row in own_events]
    rows = [
        _harm_row(evidence, condition_id)
        for condition_id in in_order(evidence, [*with_ivig, *article_conditions(evidence)])
    ]
    numbers = {
        "ivig_more_than_placebo": sum(row["ivig_more"] for row in rows),
        "ivig_figures": sum(row["ivig_figures"] for row in rows),
    }
    return _compared(with_places(blank, rows), numbers)


def _harm_row(evidence: Evidence, condition_id: str) -> dict[str, Any]:
    """Where IVIG and another therapy have the same event, counted alike, against placebo."""
    everything = harms.rows_in(evidence, condition_id)
    key = harms.key_events(evidence, *KEY_KINDS)
    everything = [row for row in everything if row["event_id"] in key]
    rows = harms.scored(everything)
    ivig = [row for row in rows if row["therapy_id"] == "ivig"]
    others = [row for row in rows if row["therapy_id"] != "ivig"]
    pairs = [
        (one, other)
        for one in ivig
        for other in others
        if all(one[name] == other[name] for name in ("event_id", "ascertainment"))
    ]
    low, high = "difference_low_pct", "difference_high_pct"
    fewer = sum(one[high] < other[low] for one, other in pairs)
    more = sum(one[low] > other[high] for one, other in pairs)
    beside = [
        row
        for row in everything
        if (row["therapy_id"], row["primary"], row["comparator_kind"]) == ("ivig", "yes", "placebo")
        and known(row["risk_pct"])
        and known(row["risk_comparator_pct"])
    ]
    own = _by_reason(beside)
    said = "No figure of IVIG against placebo for these events"
    if own:
        said = "IVIG against placebo: " + "; ".join(own)
    if others and not pairs:
        count = len({row["therapy_id"] for row in others})
        word = "therapy has" if count == 1 else "therapies have"
        said += f". {count} other {word} such a figure, none counted alike beside IVIG"
    if pairs:
        said += f". Of {len(pairs)} comparisons counted alike {fewer} favor IVIG, {more} the other"
    return of_condition(
        evidence,
        condition_id,
        of_comparisons(len(pairs), fewer, more),
        f"{said}.",
        ids_of([*ivig, *beside, *others]),
        pairs=len(pairs),
        ivig_figures=len(beside),
        ivig_more=sum(row[low] > 0 for row in ivig),
    )


def _by_reason(rows: Iterable[Row]) -> list[str]:
    """Figures of two arms, grouped by why no difference is drawn between them."""
    return [
        "; ".join(
            f"{str(row['event']).lower()} {row['risk_pct']:.1f}% against "
            f"{row['risk_comparator_pct']:.1f}%, {harms.ASCERTAINMENTS[row['ascertainment']][0]}"
            for row in alike
        )
        + (f" (no difference is drawn: {why})" if why else "")
        for why, alike in grouped(rows, "no_difference_because").items()
    ]


def pass_soon(evidence: Evidence, blank: Assessment) -> Assessment:
    """Common side effects pass: the tables count them, and hold no durations."""
    rows = []
    counted = [row for row in _of_ivig(evidence) if known(row["risk_pct"])]
    for event_id in article_events(evidence):
        own = [row for row in counted if row["event_id"] == event_id]
        soon = [row for row in own if row["ascertainment"] == "within_72h"]
        risks = [float(row["risk_pct"]) for row in soon]
        said = "no figure by patient in our tables"
        if soon:
            studies = {row["study"] for row in soon if known(row["study"])}
            said = (
                f"within 72 hours of an infusion in {min(risks):.0f}% to {max(risks):.0f}% of "
                f"patients over {len(studies)} studies; how long it lasted is not in our tables"
            )
        rows.append(
            {
                "event_id": event_id,
                "place": evidence.label("events", event_id),
                "verdict": NOT_ASSESSABLE,
                "tables_say": said,
                "low_pct": min(risks, default=None),
                "high_pct": max(risks, default=None),
                "source_id": ids_of(soon),
            }
        )
    found = with_places(blank, rows)
    return replace(found, verdict=from_directions(found.directions))


def _of_ivig(evidence: Evidence) -> list[Row]:
    """IVIG's figures by patient, of all conditions."""
    return [
        row
        for row in harms.cited_rows(evidence)
        if row["therapy_id"] == "ivig" and row["measure"] == "pct_of_subjects"
    ]


def rare(evidence: Evidence, blank: Assessment) -> Assessment:
    """Serious harms are rare: what trials of this size can show. A laboratory finding is none."""
    counted = [
        row
        for row in _of_ivig(evidence)
        if row["rare_serious"] == "yes"
        and row["ascertainment"] != "laboratory"
        and known(row["risk_low_pct"])
    ]
    rows = []
    for event, own in sorted(grouped(counted, "event").items()):
        worst = max(own, key=lambda row: (row["risk_low_pct"], row["n_treated"]))
        verdict = NOT_ASSESSABLE
        if worst["risk_low_pct"] > COMMON_PCT:
            verdict = CONTRADICTED
        elif max(row["risk_high_pct"] for row in own) < RARE_PCT:
            verdict = SUPPORTED
        condition = evidence.label("conditions", str(worst["condition_id"]))
        rows.append(
            {
                "place": event,
                "verdict": verdict,
                "tables_say": (
                    f"highest in {condition}: {worst['events_treated']} of {worst['n_treated']} "
                    f"patients, {worst['risk_pct']:.1f}% (95% interval "
                    f"{worst['risk_low_pct']:.1f} to {worst['risk_high_pct']:.1f}%); "
                    f"counted as: {harms.ASCERTAINMENTS[worst['ascertainment']][0]}; "
                    + (f"{len(own)} figures in all" if len(own) > 1 else "the only figure")
                ),
                "risk_pct": worst["risk_pct"],
                "low_pct": worst["risk_low_pct"],
                "high_pct": worst["risk_high_pct"],
                "n": worst["n_treated"],
                "source_id": ids_of(own),
            }
        )
    found = with_places(blank, rows, ["low_pct"])
    numbers = {
        "events": len(rows),
        "common": found.verdicts.count(CONTRADICTED),
        "largest_n": max((row["n_treated"] for row in counted), default=0),
    }
    published = from_directions(found.directions)
    # One event that is plainly not rare takes "supported" away; it does not make all common.
    verdict = PARTLY if numbers["common"] and published == SUPPORTED else published
    return replace(found, verdict=verdict, numbers=numbers)
