"""Harms: the risk in each arm with its interval, the difference, and which row stands for what.

Figures of different ascertainment, measure or comparator never meet in one series. Raw risks of
different trials also compare the patients and the length of those trials; the difference from a
trial's own comparator does so less.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from compare.data.arguments import one_of
from compare.data.conditions import check_condition, condition_therapies
from compare.data.evidence import Evidence, kept
from compare.data.rows import LEADING, Row, grouped, known, records
from compare.trials import arms
from compare.trials.arms import COMPARISONS, nnh_text, per_100
from compare.trials.intervals import risk_difference, wilson
from compare.words import counted

__all__ = [
    "adverse_events",
    "nnh_text",
    "per_100",
    "risk_difference",
    "series",
    "wilson",
]

OF_EVENT = ["event_id", "event", "system_organ", "kind", "rare_serious"]
COLUMNS = [
    *LEADING, "product_id", "condition_id", *OF_EVENT, "event_as_printed", "study", "arm", "design",
    "comparator", "comparator_kind", "measure", "ascertainment", "n_treated", "events_treated",
    "risk_pct", "risk_low_pct", "risk_high_pct", "n_comparator", "events_comparator",
    "risk_comparator_pct", "risk_comparator_low_pct", "risk_comparator_high_pct", "difference_pct",
    "difference_low_pct", "difference_high_pct", "nnh", "counts_rebuilt", "directness", "primary",
    "verification", "row_id", "source_id", "locator", "rate_per_100_patient_years",
    "rate_comparator_per_100_patient_years", "exposure_weeks", "same_follow_up",
    "reporting_threshold", "no_difference_because", "notes",
]  # fmt: skip

ASCERTAINMENTS = {
    "all_cause": (
        "any cause",
        "every event during the study, whether or not the drug was blamed for it",
    ),
    "label_listed": (
        "listed in the label",
        "the label lists the event as an adverse reaction and counts both groups alike, without "
        "saying whether anyone judged its cause",
    ),
    "adverse_reaction": ("judged related", "only events that someone judged to be due to the drug"),
    "within_72h": (
        "within 72 hours",
        "events during an infusion or within 72 hours of it (some labels add later events judged "
        "related)",
    ),
    "laboratory": ("laboratory", "a measured value beyond a stated limit"),
    "unknown": ("not stated", "the source does not say how events were counted"),
}
# Kinds of event whose key one is asked for of every therapy.
ASKED = {
    "any_event": "any adverse event",
    "serious_event": "serious adverse events",
    "discontinuation": "stopping because of harm",
    "serious_infection": "serious infections",
}
RATE = "per_100_patient_years"
RAW_ARMS = (
    "Raw risks of different trials also compare their patients, their background treatment and "
    "their length; read across therapies only with that in mind."
)


def adverse_events(evidence: Evidence, condition_id: str) -> pd.DataFrame:
    """One row per arm and event of a condition, with risks, intervals and difference in percent.

    Columns: `COLUMNS`. `risk_*` is the percent of patients (of infusions where `measure` says so,
    then without intervals), blank for rates, which stand in `rate_*`. A row with a
    `risk_high_pct` but no `risk_pct` is an upper bound, as printed. Intervals are Wilson's (one
    arm) and Newcombe's (difference), 95 percent. `counts_rebuilt`: a count was worked out from the
    printed percent. A difference stands only between parallel arms of patients.
    `no_difference_because` says why there is none. `nnh` is 100 / difference: negative where fewer
    are harmed on the therapy, infinite where the difference is 0. Every row is `direct`; rows
    borrowed from other conditions come from `with_missing` and `series`.

    Raises `ValueError` for an unknown condition.

    >>> import compare
    >>> table = compare.adverse_events(compare.load(), "cidp")
    >>> row = table[table["difference_pct"].notna()].iloc[0]
    >>> bool(abs(row["risk_pct"] - row["risk_comparator_pct"] - row["difference_pct"]) < 1e-9)
    True
    """
    check_condition(evidence, condition_id)
    rows = every_row(evidence)
    return rows[rows["condition_id"].eq(condition_id)].reset_index(drop=True)


@kept(1)
def every_row(evidence: Evidence) -> pd.DataFrame:
    """`adverse_events` of all conditions at once. Shared: do not change it."""
    raw = evidence.adverse_events
    people = raw["measure"].eq("pct_of_subjects")
    countable = people & raw["is_count"].ne("no")
    one_arm = countable & raw["design"].ne("crossover")
    out = raw.rename(columns={"treated_events": "_x1", "comparator_events": "_x2"})
    out = out.merge(evidence.therapies[LEADING], on="therapy_id", how="left")
    out = out.merge(evidence.events[OF_EVENT], on="event_id", how="left")
    rates = raw["measure"].eq(RATE).to_numpy()
    found = {}
    for arm, x, prefix in (("treated", "_x1", "risk"), ("comparator", "_x2", "risk_comparator")):
        n, upper = raw[f"n_{arm}"], raw[f"{arm}_pct_upper"].to_numpy(dtype=float)
        count, risk, rebuilt = arms.counts(out[x], raw[f"{arm}_pct"], n, countable)
        low, high = arms.intervals(count, n, one_arm)
        bound = np.isnan(risk) & ~np.isnan(upper) & ~rates
        found[arm] = count, rebuilt
        out[f"events_{arm}"] = pd.array(count, dtype="Float64").astype("Int64")
        out[f"{prefix}_pct"] = np.where(rates, np.nan, risk)
        out[f"{prefix}_low_pct"] = np.where(bound, 0.0, low)
        out[f"{prefix}_high_pct"] = np.where(bound, upper, high)
        rate = "rate_per_100" if arm == "treated" else "rate_comparator_per_100"
        printed = raw[f"{arm}_pct"].to_numpy(dtype=float)
        out[f"{rate}_patient_years"] = np.where(rates, printed, np.nan)
    parallel = people & arms.parallel(raw)
    out["difference_pct"] = (out["risk_pct"] - out["risk_comparator_pct"]).where(parallel)
    (x1, rebuilt_1), (x2, rebuilt_2) = found["treated"], found["comparator"]
    low, high = arms.differences(
        x1, raw["n_treated"], x2, raw["n_comparator"], parallel & countable
    )
    out["difference_low_pct"], out["difference_high_pct"] = low, high
    with np.errstate(divide="ignore"):
        out["nnh"] = 100 / out["difference_pct"]
    out["nnh"] = out["nnh"].abs().where(out["difference_pct"].eq(0), out["nnh"])
    out["counts_rebuilt"] = rebuilt_1 | rebuilt_2
    out["directness"] = "direct"
    out["no_difference_because"] = [_why(row) for row in records(out)]
    return out[COLUMNS]


def _why(row: dict[str, object]) -> str:  # noqa: PLR0911  (one answer per reason)
    """Why a row has no difference between its arms; blank where it has one."""
    if known(row["difference_pct"]):
        return ""
    if row["comparator_kind"] == "none":
        return "no comparator"
    if row["measure"] == "pct_of_infusions":
        return "counted by infusion, not by patient"
    if row["measure"] == RATE:
        return "a rate per 100 patient-years"
    if row["design"] == "crossover":
        return "a crossover: the same patients had both"
    if row["comparator_kind"] not in arms.COMPARED or row["design"] not in arms.PARALLEL:
        return "the two groups are not parallel arms of a trial"
    if row["parallel"] == "no":
        return "the two groups are not the randomized ones"
    return "one arm is not printed as a figure"


def series(
    evidence: Evidence,
    condition_id: str,
    ascertainment: str,
    comparison: str | None = None,
    borrow: bool = True,
) -> list[Row]:
    """One row per therapy and event that the condition's therapies have in this ascertainment: of
    `standing`, where it is `direct` or else `indirect`, from `condition_id`.

    With `comparison` (a key of `COMPARISONS`) a row whose comparator is of another sort has the
    state "other". `state` is by difference where there is a comparison, else by treated risk:
    "reported", "bound" (only an upper bound is printed) or "other" (reported, but not in a form
    that fits here). For "active", "other_dose" and "withdrawal" a row that is not primary may stand
    in: these are shown, never scored. Titles of sources stand in `source`. Raises `ValueError` for
    an unknown condition, way of counting or comparison.
    """
    check_condition(evidence, condition_id)
    one_of("ascertainment", ascertainment, ASCERTAINMENTS)
    if comparison is not None:
        one_of("comparison", comparison, COMPARISONS)
    instead = COMPARISONS[comparison][1] if comparison not in (None, "placebo") else ()
    return [
        {
            **row,
            "directness": "direct" if row["condition_id"] == condition_id else "indirect",
            "state": _state(row, comparison),
        }
        for row in standing(evidence, condition_id, borrow, (ascertainment,), instead).values()
    ]


def standing(
    evidence: Evidence,
    condition_id: str,
    borrow: bool = True,
    ways: Iterable[str] = ASCERTAINMENTS,
    instead: Sequence[str] = (),
) -> dict[tuple[str, str, str], Row]:
    """The row that stands for a harm, by therapy of the condition, event and way of counting.

    It is the condition's primary one, else, with `borrow`, the therapy's largest primary row
    elsewhere, percents of patients only; a rate of the condition's own is not passed over for a
    percent of another. A row with a comparator of the kinds `instead` comes before all of these,
    also one that is not primary.
    """
    therapies = {row["therapy_id"] for row in condition_therapies(evidence, condition_id)}

    def fits(row: Row) -> bool:
        ours = row["therapy_id"] in therapies and (borrow or row["condition_id"] == condition_id)
        return ours and (row["primary"] == "yes" or row["comparator_kind"] in instead)

    def later(row: Row) -> tuple[bool, bool, bool]:
        away = row["condition_id"] != condition_id
        return row["comparator_kind"] not in instead, away, row["primary"] != "yes"

    rates = {
        (row["therapy_id"], row["event_id"], row["ascertainment"]): row
        for row in rows_in(evidence, condition_id)
        if row["measure"] == RATE and row["primary"] == "yes"
    }
    chosen: dict[tuple[str, str, str], Row] = {}
    percents = (row for way in ways for row in _largest_first(evidence).get(way, ()))
    for row in sorted(filter(fits, percents), key=later):
        key = row["therapy_id"], row["event_id"], row["ascertainment"]
        away = row["condition_id"] != condition_id
        chosen.setdefault(key, rates.get(key, row) if away else row)
    return chosen


def _state(row: Row, comparison: str | None) -> str:
    """The state of a row in a series; see `series`."""
    present = known(row["difference_pct"] if comparison else row["risk_pct"])
    if comparison:
        matches = row["comparator_kind"] in COMPARISONS[comparison][1]
        return "reported" if present and matches else "other"
    return "reported" if present else "bound" if known(row["risk_high_pct"]) else "other"


def key_events(evidence: Evidence, *kinds: str) -> list[str]:
    """Ids of the events that stand for these kinds among the key harms, in the kinds' order."""
    events = evidence.by_id("events").items()
    return [
        key for kind in kinds for key, row in events if row["kind"] == kind and row["key"] == "yes"
    ]


@kept(1)
def cited_rows(evidence: Evidence) -> Sequence[Row]:
    """`every_row` as dictionaries, with titles of sources. Shared: do not change them."""
    return evidence.cited(every_row(evidence))


def rows_in(evidence: Evidence, condition_id: str) -> list[Row]:
    """`cited_rows` of one condition."""
    return [row for row in cited_rows(evidence) if row["condition_id"] == condition_id]


@kept(1)
def of_adults(evidence: Evidence) -> frozenset[str]:
    """Ids of the rows of trials in adults alone; a row of no named trial is none of them."""
    rows, trials = evidence.adverse_events, evidence.trials
    adults = trials.loc[trials["adults_only"].eq("yes"), "trial_id"]
    return frozenset(rows.loc[rows["trial_id"].isin(adults), "row_id"])


@kept(1)
def _largest_first(evidence: Evidence) -> Mapping[str, Sequence[Row]]:
    """Percents of patients by way of counting, of the most treated patients first."""

    def rank(row: Row) -> tuple[float, str]:
        return -row["n_treated"] if known(row["n_treated"]) else math.inf, row["row_id"]

    percents = [row for row in cited_rows(evidence) if row["measure"] == "pct_of_subjects"]
    return grouped(sorted(percents, key=rank), "ascertainment")


def with_missing(
    evidence: Evidence, condition_id: str, rows: Iterable[Row], event_ids: Iterable[str]
) -> list[Row]:
    """Rows of `series` for these events, with one of state "missing" where there is none.

    Event by event, and the condition's therapies within each.
    """
    therapies = condition_therapies(evidence, condition_id)
    events = evidence.by_id("events")
    found = {(row["therapy_id"], row["event_id"]): row for row in rows}
    absent = dict.fromkeys([*COLUMNS, "source"]) | {
        "counts_rebuilt": False, "directness": "missing", "state": "missing",
    }  # fmt: skip
    return [
        found.get((therapy["therapy_id"], key))
        or absent
        | {name: therapy[name] for name in LEADING}
        | {name: events[key][name] for name in OF_EVENT}
        for key in event_ids
        for therapy in therapies
    ]


def ascertainments_present(evidence: Evidence, condition_id: str) -> tuple[str, ...]:
    """Ways of counting with a percent of patients in the condition; the best covered one first.

    Best covered: most therapies with a difference from placebo or background, then most therapies.
    """
    rows = [row for row in rows_in(evidence, condition_id) if row["measure"] == "pct_of_subjects"]
    first, then = (
        {way: len({row["therapy_id"] for row in own}) for way, own in by_way.items()}
        for by_way in (grouped(some, "ascertainment") for some in (scored(rows), rows))
    )
    order = list(ASCERTAINMENTS)
    return tuple(sorted(then, key=lambda way: (-first.get(way, 0), -then[way], order.index(way))))


def scored(rows: Iterable[Row]) -> list[Row]:
    """Primary rows with a difference from placebo or a background drug and its interval."""
    kinds = COMPARISONS["placebo"][1]
    return [
        row
        for row in rows
        if row["primary"] == "yes"
        and row["comparator_kind"] in kinds
        and known(row["difference_low_pct"])
    ]


def controlled_figures(evidence: Evidence, condition_id: str) -> list[Row]:
    """Per therapy of the condition: its controlled harms by way of counting, and what is missing.

    Keys: ids, `labeled`, `controlled_events`, `figures` (a sentence), `missing` (a sentence).
    """
    rows = rows_in(evidence, condition_id)
    some = {row["therapy_id"] for row in rows}
    best: dict[str, dict[str, set[str]]] = {}
    for row in scored(rows):
        by_way = best.setdefault(row["therapy_id"], {})
        by_way.setdefault(row["ascertainment"], set()).add(row["event_id"])
    found: list[Row] = []
    for therapy in condition_therapies(evidence, condition_id):
        own = best.get(therapy["therapy_id"], {})
        ranked = [(way, own[way]) for way in ASCERTAINMENTS if way in own]
        ranked.sort(key=lambda item: -len(item[1]))
        figures = "; ".join(
            f"{counted(len(events), 'event')} counted as “{ASCERTAINMENTS[way][0]}”"
            for way, events in ranked
        )
        any_cause = own.get("all_cause", set())
        lacking = [
            name
            for kind, name in ASKED.items()
            if not any_cause.intersection(key_events(evidence, kind))
        ]
        if own:
            missing = "against placebo, from any cause: " + ", ".join(lacking or ["nothing"])
        elif therapy["therapy_id"] in some:
            missing = "every figure against placebo: only uncontrolled figures or other comparators"
        else:
            missing = "every figure: no study of harms in this condition in our tables"
        events = len(set().union(*own.values()))
        told = {"controlled_events": events, "figures": figures, "missing": missing}
        found.append({**therapy, **told})
    return found
