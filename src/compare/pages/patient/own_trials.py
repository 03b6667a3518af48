"""What an option's own trials showed in the condition: a few words for one cell of the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, grouped, known
from compare.trials import benefits, results
from compare.words import counted, printed

DIFFERENTLY = "measured differently"
NOT_READ = "we have not read a trial of it here"
HARMS_ONLY = "of its trials here we read harms alone, no outcome"
BETTER = {"higher": "higher is better", "lower": "lower is better"}
DESIGNS = {
    "randomized_withdrawal": "withdrawal trial",
    "single_arm": "no comparator",
    "open_label_extension": "no comparator",
    "crossover": "crossover trial",
}
EXTERNAL = "no comparator of its own"
MISSED, OPEN = "missed its endpoint", "no significant difference"
AGAINST = {"other_dose": "another dose of it", "unknown": "a comparator not described"}


@dataclass(frozen=True)
class Told:
    """One trial: its figures, what sets it apart from the others, whether it missed."""

    figure: str
    apart: str
    missed: bool


@dataclass(frozen=True)
class OwnTrials:
    """The trials that stand for a therapy, misses included.

    `lead` counts them, or says why there is none; `shared` is what all have in common.
    """

    lead: str = NOT_READ
    trials: tuple[Told, ...] = ()
    shared: str = ""
    source_id: str = ""

    def __str__(self) -> str:
        told = [f"{t.figure}{f' ({t.apart})' if t.apart else ''}" for t in self.trials]
        return ": ".join(filter(None, [self.lead, "; ".join(filter(None, [*told, self.shared]))]))


@kept(16)
def own_trials(
    evidence: Evidence, condition_id: str, child: bool = False
) -> Mapping[str, OwnTrials]:
    """By therapy, what its own trials showed in the condition; of a child, which were in adults.

    Rows are those with `stands`, and primary endpoints that were missed beside them. A therapy
    with other outcomes only says that it was measured differently and shows the first of them;
    one of which harms alone were read says so; one without either is not a key.
    """
    rows = results.trial_rows(evidence, condition_id)
    harms = evidence.rows("adverse_events", "condition_id", condition_id)
    found = {row["therapy_id"]: OwnTrials(HARMS_ONLY) for row in harms}
    for therapy_id, every in grouped(rows, "therapy_id").items():
        standing = results.standing(every)
        found[therapy_id] = (
            _together([*standing, *results.missed_beside(every)], child)
            if standing
            else _differently(every, child)
        )
    return found


def best_first(row: Row) -> tuple[bool, ...]:
    """Order of outcomes where there is no room for all: missed and primary ones first."""
    return (
        not row["missed_primary"],
        row["comparator_kind"] == "none",
        row["endpoint_role"] not in ("primary", "co_primary"),
        row["primary"] != "yes",
    )


def _differently(rows: Sequence[Row], child: bool) -> OwnTrials:
    row = min(rows, key=best_first)
    told = Told(figure(row), "; ".join(filter(None, _marks(row, child))), row["missed_primary"])
    return OwnTrials(DIFFERENTLY, (told,), "", row["source_id"])


def _together(rows: Sequence[Row], child: bool) -> OwnTrials:
    """Trials in one cell: what they share is said once, at the end."""
    marks = [_marks(row, child) for row in rows]
    shared = [said[0] if len(set(said)) == 1 else "" for said in zip(*marks, strict=True)]
    told = tuple(
        Told(
            figure(row),
            "; ".join(one for one, every in zip(own, shared, strict=True) if one and not every),
            row["met"] == "no",
        )
        for row, own in zip(rows, marks, strict=True)
    )
    lead = _lead(rows) if len(rows) > 1 else ""
    ids = ";".join(dict.fromkeys(row["source_id"] for row in rows))
    return OwnTrials(lead, told, "; ".join(filter(None, shared)), ids)


def _lead(rows: Sequence[Row]) -> str:
    """How many trials, and how many missed, also where another endpoint was met."""
    trials = grouped(rows, "trial_id").values()
    ends = [
        {MISSED if row["missed_primary"] else _missed(row) or row["met"] for row in own}
        for own in trials
    ]
    part = sum(MISSED in own and len(own) > 1 for own in ends)
    told = [counted(len(ends), "trial")]
    told += [f"{missed} missed"] if (missed := ends.count({MISSED})) else []
    told += [f"{part} missed in part"] if part else []
    told += [f"{open_} without a significant difference"] if (open_ := ends.count({OPEN})) else []
    told += ["none missed"] if ends.count({"yes"}) == len(ends) else []
    return ", ".join(told)


def _missed(row: Row) -> str:
    """Whether a trial missed, or its source gives no role to an endpoint without a difference.

    Where the printed interval leaves out no effect, the miss is of another, planned analysis.
    """
    if row["met"] != "no":
        return ""
    if not row["missed_primary"]:
        return OPEN
    found = results.result(row)
    none = 1 if found.scale == results.RATIO else 0
    apart = found.low > none or found.high < none  # false for an end that is not known
    return f"{MISSED} by the planned analysis" if apart else MISSED


def figure(row: Row) -> str:
    """Both arms as printed, or the printed effect, or the one arm there is."""
    unit = "" if not known(row["unit"]) else f" {row['unit']}".replace("_", " ")
    unit = "%" if row["unit"] in benefits.PERCENT else unit
    treated, other = row["treated_value"], row["comparator_value"]
    if known(treated) and known(other):
        tight = unit if unit == "%" else ""
        both = (benefits.amount(row, arm) for arm in ("treated", "comparator"))
        return f"{tight} against ".join(both) + unit
    if row["effect_words"]:
        return str(row["effect_words"])
    value = treated if known(treated) else row["effect"]
    return f"{printed(value)}{unit}" if known(value) else "no figure printed"


def in_adults(row: Row, child: bool) -> str:
    """Says to a child that a trial was in adults alone, as far as its row of `trials` does."""
    return "in adults" if child and row.get("trial_adults_only") == "yes" else ""


def _marks(row: Row, child: bool) -> list[str]:
    """What stands beside a figure: missed, study, dose, comparator, endpoint, time, design."""
    kind = row["comparator_kind"]
    against = (
        "no comparator" if kind == "none" else f"against {AGAINST.get(kind, row['comparator'])}"
    )
    week = f"week {row['timepoint_weeks']:g}" if known(row["timepoint_weeks"]) else ""
    return [
        _missed(row),
        str(row["study"]) if known(row["study"]) else "",
        str(row["arm"]) if known(row["arm"]) else "",
        against,
        f"{row['endpoint']} ({BETTER[row['favors']]})",
        week,
        EXTERNAL if kind == "external" else DESIGNS.get(row["design"], ""),
        in_adults(row, child),
    ]
