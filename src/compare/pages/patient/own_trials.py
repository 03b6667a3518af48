"""What an option's own trials showed in the condition: a few words for one cell of the picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped, known
from compare.trials import arms, benefits, results

DIFFERENTLY = "measured differently"
NOT_READ = "we have not read a trial of it here"
BETTER = {"higher": "higher is better", "lower": "lower is better"}
DESIGNS = {
    "randomized_withdrawal": "withdrawal trial",
    "single_arm": "no comparator",
    "open_label_extension": "no comparator",
    "crossover": "crossover trial",
}
NEGATIVE = re.compile(r"(?<![\w-])-(?=\d)")
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


def own_trials(evidence: Evidence, condition_id: str) -> Mapping[str, OwnTrials]:
    """By therapy, what its own trials showed in the condition.

    Rows are those with `stands`, and primary endpoints that were missed beside them. A therapy
    with other outcomes only says that it was measured differently and shows the first of them;
    one without outcomes is not a key.
    """
    rows = results.trial_rows(evidence, condition_id)
    found = {}
    for therapy_id, every in grouped(rows, "therapy_id").items():
        standing = results.standing(every)
        found[therapy_id] = (
            _together([*standing, *results.missed_beside(every)])
            if standing
            else _differently(every)
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


def _differently(rows: Sequence[Row]) -> OwnTrials:
    row = min(rows, key=best_first)
    told = Told(figure(row), "; ".join(filter(None, _marks(row))), row["missed_primary"])
    return OwnTrials(DIFFERENTLY, (told,), "", row["source_id"])


def _together(rows: Sequence[Row]) -> OwnTrials:
    """Trials in one cell: what they share is said once, at the end."""
    marks = [_marks(row) for row in rows]
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
    met = [{row["met"] for row in own} for own in trials]
    missed, part = met.count({"no"}), sum("no" in own and len(own) > 1 for own in met)
    told = ["1 trial" if len(met) == 1 else f"{len(met)} trials"]
    told += [f"{missed} missed"] if missed else []
    told += [f"{part} missed in part"] if part else []
    told += ["none missed"] if met.count({"yes"}) == len(met) else []
    return ", ".join(told)


def figure(row: Row) -> str:
    """Both arms as printed, or the printed effect, or the one arm there is."""
    unit = "" if not known(row["unit"]) else f" {row['unit']}".replace("_", " ")
    unit = "%" if row["unit"] in benefits.PERCENT else unit
    treated, other = row["treated_value"], row["comparator_value"]
    if known(treated) and known(other):
        tight = unit if unit == "%" else ""
        both = (benefits.amount(row, arm) for arm in ("treated", "comparator"))
        said = f"{tight} against ".join(both) + unit
    elif row["effect_words"]:
        said = row["effect_words"]
    else:
        value = treated if known(treated) else row["effect"]
        said = f"{value:g}{unit}" if known(value) else "no figure printed"
    return NEGATIVE.sub(arms.MINUS, said)


def _marks(row: Row) -> list[str]:
    """What stands beside a figure: missed, study, dose, comparator, endpoint, time, design."""
    kind = row["comparator_kind"]
    against = (
        "no comparator" if kind == "none" else f"against {AGAINST.get(kind, row['comparator'])}"
    )
    week = f"week {row['timepoint_weeks']:g}" if known(row["timepoint_weeks"]) else ""
    return [
        "missed its endpoint" if row["met"] == "no" else "",
        str(row["study"]) if known(row["study"]) else "",
        str(row["arm"]) if known(row["arm"]) else "",
        against,
        f"{row['endpoint']} ({BETTER[row['favors']]})",
        week,
        DESIGNS.get(row["design"], ""),
    ]
