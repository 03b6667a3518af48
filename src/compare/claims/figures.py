"""Claims on cost and harm: verdicts from the tables' figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from compare.claims.verdicts import (
    CONTRADICTED,
    NOT_ASSESSABLE,
    NOT_SUPPORTED,
    PARTLY,
    SUPPORTED,
    Assessment,
    from_directions,
    in_order,
    together,
    with_places,
)
from compare.cost.standing import opening_plans
from compare.cost.table import cost_rows
from compare.data.conditions import article_conditions, opening_patient
from compare.data.evidence import Evidence
from compare.data.rows import known, records
from compare.trials import harms

KEY_EVENTS = ("any_adverse_event", "serious_adverse_event", "discontinuation_adverse_event")
COMMON_EVENTS = ("headache", "fever", "chills", "nausea", "fatigue")
# Frequencies as drug regulators word them (CIOMS): common from 1 in 100, rare below 1 in 1,000.
COMMON_PCT, RARE_PCT = 1.0, 0.1
# Cheaper: costs of year one, condition by condition.


def cheaper(evidence: Evidence, blank: Assessment, weight_kg: float | None) -> Assessment:
    with_ivig = [row["condition_id"] for row in evidence.rows("regimens", "therapy_id", "ivig")]
    rows = [
        _cost_row(evidence, condition_id, weight_kg)
        for condition_id in in_order(evidence, [*with_ivig, *article_conditions(evidence)])
    ]
    compared = [row for row in rows if row["verdict"] != NOT_ASSESSABLE]
    counts = ("dearer", "cheaper", "overlapping")
    totals = {name: float(sum(row[name] for row in compared)) for name in counts}
    return _compared(with_places(blank, rows), totals)


def _compared(found: Assessment, numbers: Mapping[str, float]) -> Assessment:
    """The verdict of the conditions that can be compared; without one, of what was published."""
    first = {
        "conditions": float(len(found.places)),
        "conditions_compared": float(sum(one != NOT_ASSESSABLE for one in found.verdicts)),
    }
    verdict, rests_on = together(found.verdicts), "tables"
    if verdict == NOT_ASSESSABLE:
        verdict, rests_on = from_directions(found.directions, comparative=True), "published"
    return replace(found, verdict=verdict, rests_on=rests_on, numbers={**first, **numbers})


def _cost_row(evidence: Evidence, condition_id: str, weight_kg: float | None) -> dict[str, Any]:
    """IVIG's cost range in year one beside the range of each other therapy.

    Dearer: the other's range lies above IVIG's; cheaper: below; else they overlap. Money per course
    is not compared with money per year.
    """
    patient = opening_patient(evidence, condition_id)
    if weight_kg is not None:
        patient = replace(patient, weight_kg=weight_kg)
    chosen = opening_plans(evidence, condition_id, patient)
    costs = cost_rows(evidence, chosen.values(), patient)
    yearly = [one for one in costs if known(one["usd_year_one_low"])]
    ivig = [one for one in yearly if one["therapy_id"] == "ivig"]
    others = [one for one in yearly if one["therapy_id"] != "ivig"]
    course = [one for one in costs if one["therapy_id"] == "ivig" and known(one["usd_per_course"])]
    row: dict[str, Any] = {
        "condition_id": condition_id,
        "place": evidence.label("conditions", condition_id),
        "others": len(others),
        "dearer": 0,
        "cheaper": 0,
        "overlapping": 0,
        "verdict": NOT_ASSESSABLE,
    }
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
    if ivig and others:
        if row["dearer"] == len(others):
            row["verdict"] = SUPPORTED
        elif row["cheaper"] == len(others):
            row["verdict"] = CONTRADICTED
        elif row["dearer"] or row["cheaper"]:
            row["verdict"] = PARTLY if row["dearer"] else NOT_SUPPORTED
        else:
            row["verdict"] = NOT_SUPPORTED
    row["tables_say"] = _cost_says(row, evidence, condition_id)
    row["source_id"] = ";".join(dict.fromkeys(used))
    return row


def _cost_says(row: Mapping[str, Any], evidence: Evidence, condition_id: str) -> str:
    from compare.words import usd_range  # noqa: PLC0415  (only words)

    others = f"{row['others']} other " + ("therapy" if row["others"] == 1 else "therapies")
    theirs = (
        f"{others}: {usd_range(row['others_low_usd'], row['others_high_usd'])} in year one"
        if row["others"]
        else "no other therapy with a price per year"
    )
    if "ivig_low_usd" in row:
        own = f"IVIG: {usd_range(row['ivig_low_usd'], row['ivig_high_usd'])} in year one"
        counts = (
            f" Of these {row['dearer']} dearer, {row['cheaper']} cheaper, "
            f"{row['overlapping']} overlapping."
            if row["others"]
            else ""
        )
        return f"{own}. {theirs.capitalize()}.{counts}"
    if "ivig_course_usd" in row:
        own = f"IVIG is given by the course: {usd_range(row['ivig_course_usd'], None)} each"
        return f"{own}, which is not money per year. {theirs.capitalize()}."
    regimens = evidence.rows("regimens", "condition_id", condition_id)
    has = any(row["therapy_id"] == "ivig" for row in regimens)
    own = "IVIG has no current price here" if has else "No regimen of IVIG in our sources"
    return f"{own}. {theirs.capitalize()}."


# Fewer side effects: differences from the trial's own comparator, in one way of counting.


def fewer(evidence: Evidence, blank: Assessment) -> Assessment:
    own_events = evidence.adverse_events
    with_ivig = own_events.loc[own_events["therapy_id"].eq("ivig"), "condition_id"]
    rows = [
        _harm_row(evidence, condition_id)
        for condition_id in in_order(evidence, [*with_ivig, *article_conditions(evidence)])
    ]
    numbers = {
        "ivig_more_than_placebo": float(sum(row["ivig_more"] for row in rows)),
        "ivig_figures": float(sum(row["ivig_figures"] for row in rows)),
    }
    return _compared(with_places(blank, rows), numbers)


def _harm_row(evidence: Evidence, condition_id: str) -> dict[str, Any]:
    """Where IVIG and another therapy have the same event, counted alike, against placebo."""
    everything = harms.adverse_events(evidence, condition_id)
    everything = everything[everything["event_id"].isin(KEY_EVENTS)]
    rows = harms.scored(everything)
    ivig, others = rows[rows["therapy_id"].eq("ivig")], rows[rows["therapy_id"].ne("ivig")]
    pairs = ivig.merge(others, on=["event_id", "ascertainment"], suffixes=("", "_other"))
    fewer = int(pairs["difference_high_pct"].lt(pairs["difference_low_pct_other"]).sum())
    more = int(pairs["difference_low_pct"].gt(pairs["difference_high_pct_other"]).sum())
    verdict = NOT_ASSESSABLE
    if len(pairs):
        verdict = (
            SUPPORTED
            if fewer == len(pairs)
            else CONTRADICTED
            if more == len(pairs)
            else PARTLY
            if fewer
            else NOT_SUPPORTED
        )
    beside = everything["therapy_id"].eq("ivig") & everything["primary"].eq("yes")
    beside &= everything["comparator_kind"].eq("placebo") & everything["risk_pct"].notna()
    beside &= everything["risk_comparator_pct"].notna()
    own = _by_reason(everything[beside])
    used = [i for f in (ivig, everything[beside], others) for i in f["source_id"]]
    said = "No figure of IVIG against placebo for these events"
    if own:
        said = "IVIG against placebo: " + "; ".join(own)
    if len(others) and not len(pairs):
        count = others["therapy_id"].nunique()
        word = "therapy has" if count == 1 else "therapies have"
        said += f". {count} other {word} such a figure, none counted alike beside IVIG"
    if len(pairs):
        said += f". Of {len(pairs)} comparisons counted alike {fewer} favor IVIG, {more} the other"
    return {
        "condition_id": condition_id,
        "place": evidence.label("conditions", condition_id),
        "verdict": verdict,
        "tables_say": said + ".",
        "pairs": len(pairs),
        "ivig_figures": int(beside.sum()),
        "ivig_more": int(ivig["difference_low_pct"].gt(0).sum()),
        "source_id": ";".join(dict.fromkeys(used)) or None,
    }


def _by_reason(rows: pd.DataFrame) -> list[str]:
    """Figures of two arms, grouped by why no difference is drawn between them."""
    said: dict[str, list[str]] = {}
    for row in records(rows):
        figure = (
            f"{str(row['event']).lower()} {row['risk_pct']:.1f}% against "
            f"{row['risk_comparator_pct']:.1f}%, {harms.ASCERTAINMENTS[row['ascertainment']][0]}"
        )
        said.setdefault(row["no_difference_because"], []).append(figure)
    return [
        "; ".join(figures) + (f" (no difference is drawn: {why})" if why else "")
        for why, figures in said.items()
    ]


# Common side effects pass: the tables count them, and hold no durations.


def pass_soon(evidence: Evidence, blank: Assessment) -> Assessment:
    rows = []
    table = harms.every_row(evidence)
    table = table[table["therapy_id"].eq("ivig") & table["measure"].eq("pct_of_subjects")]
    for event_id in COMMON_EVENTS:
        own = table[table["event_id"].eq(event_id) & table["risk_pct"].notna()]
        soon = own[own["ascertainment"].eq("within_72h")]
        said = "no figure by patient in our tables"
        if len(soon):
            low, high = soon["risk_pct"].min(), soon["risk_pct"].max()
            said = (
                f"within 72 hours of an infusion in {low:.0f}% to {high:.0f}% of patients over "
                f"{soon['study'].nunique()} studies; how long it lasted is not in our tables"
            )
        rows.append(
            {
                "event_id": event_id,
                "place": evidence.label("events", event_id),
                "verdict": NOT_ASSESSABLE,
                "tables_say": said,
                "low_pct": float(soon["risk_pct"].min()) if len(soon) else None,
                "high_pct": float(soon["risk_pct"].max()) if len(soon) else None,
                "source_id": ";".join(dict.fromkeys(soon["source_id"])) or None,
            }
        )
    found = with_places(blank, rows)
    return replace(found, verdict=from_directions(found.directions))


# Rare serious harms: what trials of this size can show.


def rare(evidence: Evidence, blank: Assessment) -> Assessment:
    table = harms.every_row(evidence)
    good = table["therapy_id"].eq("ivig") & table["rare_serious"].eq("yes")
    good &= table["measure"].eq("pct_of_subjects") & table["risk_low_pct"].notna()
    table = table[good]
    rows = []
    for event, own in table.groupby("event", sort=True):
        worst = records(own.sort_values(["risk_low_pct", "n_treated"], ascending=False))[0]
        verdict = NOT_ASSESSABLE
        if worst["risk_low_pct"] > COMMON_PCT:
            verdict = CONTRADICTED
        elif own["risk_high_pct"].max() < RARE_PCT:
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
                "source_id": ";".join(dict.fromkeys(own["source_id"])),
            }
        )
    found = with_places(blank, rows, ["low_pct"])
    numbers = {
        "events": float(len(rows)),
        "common": float(found.verdicts.count(CONTRADICTED)),
        "largest_n": float(table["n_treated"].max()) if len(table) else 0.0,
    }
    published = from_directions(found.directions)
    # One event that is plainly not rare takes "supported" away; it does not make all common.
    verdict = PARTLY if numbers["common"] and published == SUPPORTED else published
    return replace(found, verdict=verdict, numbers=numbers)
