"""Declared networks as tables: which arms of which rows stand for which therapy.

A network is a table of the data package, with what was left out and why; nothing is pooled that no
row of `network_arms` names. Counts come from the rows or from the percents that determine them;
means, rates and hazards as the effect and the interval that a row prints.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import pandas as pd

from compare.data.arguments import shown
from compare.data.errors import Problem
from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, grouped, known, records
from compare.trials._effects import COUNTS, RATIOS
from compare.trials.benefits import rows_by_condition
from compare.trials.guards import TrialFacts, refusal
from compare.trials.results import difference, ratio

ARMS = "network_arms.csv"
FULL_CI = 95.0
HAZARDS = "hazard_ratio"
# Printed effects that a scale takes.
PRINTED = {
    "mean_difference": ("mean_difference",),
    "log_ratio": (HAZARDS, "rate_ratio", "relative_reduction_pct"),
}


@dataclass(frozen=True, eq=False)
class Declared:
    """A network as declared: its row of `networks`, its trials as tables, and facts by trial.

    `arms`: `study, treatment, n, events, figure`, one row a trial and arm; events are those of
    counts, the figure is a percent, or a mean or a rate as printed; NaN where none is. `table`:
    what the engine takes. `unit`: that of the endpoint. `hazards`: whether the ratios are of
    hazards, which no percent of an arm turns into patients.
    """

    row: Row
    arms: pd.DataFrame
    table: pd.DataFrame
    facts: tuple[TrialFacts, ...]
    unit: str
    hazards: bool = False

    @property
    def refused(self) -> str:
        """Why nothing is computed, as declared or as its trials say; empty where it is."""
        return str(self.row["refused"]) if known(self.row["refused"]) else refusal(self.facts)

    @property
    def measures(self) -> tuple[str, ...]:
        """The scales on which pairs are judged, the declared one first."""
        chosen = str(self.row["measure"])
        return (chosen, *(m for m in COUNTS if m != chosen)) if chosen in COUNTS else (chosen,)

    def figures(self, node: str) -> dict[str, float]:
        """What a node's arms had, by trial, lowest first; trials without a figure are left out."""
        own = self.arms[self.arms["treatment"].eq(node) & self.arms["figure"].notna()]
        found = dict(zip(own["study"], own["figure"].tolist(), strict=True))
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def usual(self, node: str) -> float:
        """What all patients of a node had together; NaN where no arm has a figure."""
        own = self.arms[self.arms["treatment"].eq(node) & self.arms["figure"].notna()]
        patients = own["n"].sum()
        return float((own["figure"] * own["n"]).sum() / patients) if patients else math.nan


def networks_of(evidence: Evidence, condition_id: str) -> list[Row]:
    """The rows of `networks` of a condition, of its main endpoint and of most arms first.

    Refused ones are included.
    """
    main = evidence.by_id("conditions")[condition_id]["main_endpoint_id"]

    def rank(row: Row) -> tuple[bool, int, str]:
        arms = evidence.rows("network_arms", "network_id", row["network_id"])
        return row["endpoint_id"] != main, -len(arms), str(row["network_id"])

    return sorted(evidence.rows("networks", "condition_id", condition_id), key=rank)


def check_network(evidence: Evidence, network_id: object) -> None:
    """Raise `ValueError` for what is no id of a declared network."""
    names = list(evidence.networks["network_id"])
    if not isinstance(network_id, str) or network_id not in names:
        raise ValueError(f"network_id is {shown(network_id)}; expected one of {', '.join(names)}")


@kept(64)
def declared(evidence: Evidence, network_id: str) -> Declared:
    """A declared network. Raises `ValueError` for one that is not. Shared: do not change it."""
    check_network(evidence, network_id)
    (network,) = evidence.rows("networks", "network_id", network_id)
    outcomes, trials = _outcomes(evidence, network["condition_id"]), evidence.by_id("trials")
    arms: list[Row] = []
    behind: dict[str, tuple[Row, Row]] = {}
    for arm in evidence.rows("network_arms", "network_id", network_id):
        outcome, side = outcomes[arm["row_id"]], arm["arm"]
        trial = trials[outcome["trial_id"]]
        n, value = outcome[f"n_{side}"], outcome[f"{side}_value"]
        events = arm["events"] if known(arm["events"]) else outcome[f"events_{side}"]
        figure = 100 * events / n if network["measure"] in COUNTS else value
        named = {"study": trial["trial"], "treatment": arm["node"], "side": side}
        arms.append({**named, "n": n, "events": events, "figure": figure, "outcome": outcome})
        behind.setdefault(str(trial["trial"]), (outcome, trial))
    frame = pd.DataFrame(arms, columns=["study", "treatment", "n", "events", "figure"])
    frame = frame.astype({"n": "float64", "events": "float64", "figure": "float64"})
    table = frame if network["measure"] in COUNTS else _contrasts(arms, str(network["measure"]))
    facts = tuple(_facts(study, *both, frame) for study, both in behind.items())
    unit = evidence.by_id("endpoints")[network["endpoint_id"]]["unit"]
    hazards = any(arm["outcome"]["effect_measure"] == HAZARDS for arm in arms)
    return Declared(
        network, frame, table, facts, str(unit) if known(unit) else "",
        hazards and network["measure"] not in COUNTS,
    )  # fmt: skip


def contrast(row: Row, measure: str) -> tuple[float, float] | None:
    """A row's printed effect, treated against comparator, and its standard error.

    On the scale of `mean_difference` or `log_ratio`. None where the row prints no such effect or
    no interval.
    """
    three = ratio(row) if measure in RATIOS else difference(row)
    if row["effect_measure"] not in PRINTED[measure] or three is None or not all(map(known, three)):
        return None
    if measure in RATIOS:
        if min(three) <= 0:
            return None
        three = (math.log(three[0]), math.log(three[1]), math.log(three[2]))
    level = float(row["ci_level"]) if known(row["ci_level"]) else FULL_CI
    width = NormalDist().inv_cdf(0.5 + level / 200)
    return three[0], (three[2] - three[1]) / (2 * width)


def unfit(evidence: Evidence) -> Iterator[Problem]:
    """What keeps rows of `network_arms` out of their networks, by line of that table."""
    networks, trials = evidence.by_id("networks"), evidence.by_id("trials")
    seen: dict[tuple[str, str, str], str] = {}
    hazards: dict[str, bool] = {}
    sides: dict[tuple[str, str], set[str]] = {}
    arms = records(evidence.network_arms)
    for arm in arms:
        sides.setdefault((arm["network_id"], arm["row_id"]), set()).add(arm["arm"])
    for line, arm in enumerate(arms, start=2):
        network = networks[arm["network_id"]]
        outcome = _outcomes(evidence, network["condition_id"]).get(arm["row_id"])
        trial = trials.get(outcome["trial_id"]) if outcome else None

        def problem(column: str, expected: str, line: int = line, arm: Row = arm) -> Problem:
            return Problem(ARMS, line, column, str(arm[column]), expected)

        if outcome is None:
            yield problem("row_id", f"expected an outcome in {network['condition_id']}")
            continue
        if trial is None:
            yield problem("row_id", "the outcome names no trial of trials.csv")
            continue
        yield from (problem(*told) for told in _unfit_row(network, arm, outcome))
        if network["measure"] not in COUNTS and len(sides[arm["network_id"], arm["row_id"]]) < 2:
            yield problem("arm", "an effect joins two arms; expected treated and comparator")
        of_hazards = outcome["effect_measure"] == HAZARDS
        mixed = hazards.setdefault(arm["network_id"], of_hazards) != of_hazards
        if mixed and network["measure"] not in COUNTS:
            yield problem("row_id", "hazard ratios and rate ratios do not stand in one network")
        key = (arm["network_id"], str(trial["trial"]), arm["node"])
        if key in seen:
            yield problem("node", f"{trial['trial']} has this node already, by {seen[key]}")
        seen[key] = arm["row_id"]


def _unfit_row(network: Row, arm: Row, outcome: Row) -> Iterator[tuple[str, str]]:
    """Columns of an arm that do not fit its network, each with what was expected."""
    side, week = arm["arm"], outcome["timepoint_weeks"]
    if known(network["refused"]):
        yield "network_id", "this network is declared as one that cannot be computed"
        return
    if outcome["endpoint_id"] != network["endpoint_id"]:
        yield "row_id", f"expected an outcome of {network['endpoint_id']}"
    if known(outcome["duplicate_of"]):
        yield "row_id", f"a second reading; expected {outcome['duplicate_of']}"
    first, last = network["weeks_from"], network["weeks_to"]
    if not known(first) or not known(last):
        yield "network_id", "expected a network that says which weeks it lets in"
    elif not known(week) or not first <= week <= last:
        yield "row_id", f"expected an outcome at weeks {first:g} to {last:g}"
    if side == "treated" and arm["node"] != outcome["therapy_id"]:
        yield "node", f"the treated arm of this row is {outcome['therapy_id']}"
    if side == "comparator" and arm["node"] == outcome["therapy_id"]:
        yield "node", "expected what the comparator arm was given"
    if not known(outcome[f"n_{side}"]):
        yield "row_id", f"expected the number of patients (n_{side})"
    elif network["measure"] in COUNTS:
        if not known(arm["events"]) and not known(outcome[f"events_{side}"]):
            yield "events", "expected a number; no percent of the row determines it"
    elif side == "treated" and contrast(outcome, network["measure"]) is None:
        kind = "ratio" if network["measure"] in RATIOS else "difference"
        yield "row_id", f"expected a row that prints a {kind} with its interval"


@kept(64)
def _outcomes(evidence: Evidence, condition_id: str) -> Mapping[str, Row]:
    """Rows of `benefits.outcomes` of a condition with what only the table has, by id. Shared."""
    raw = {row["row_id"]: row for row in evidence.rows("outcomes", "condition_id", condition_id)}
    rows = rows_by_condition(evidence).get(condition_id, ())
    return {row["row_id"]: {**raw[row["row_id"]], **row} for row in rows}


def _contrasts(arms: Sequence[Row], measure: str) -> pd.DataFrame:
    """One row an outcome: its treated node against its comparator's, with the standard error."""
    rows = []
    for both in grouped(({**arm, "row": arm["outcome"]["row_id"]} for arm in arms), "row").values():
        nodes = {arm["side"]: arm["treatment"] for arm in both}
        estimate, error = contrast(both[0]["outcome"], measure) or (math.nan, math.nan)
        names = both[0]["study"], nodes.get("treated"), nodes.get("comparator")
        rows.append((*names, estimate, error))
    return pd.DataFrame(rows, columns=["study", "treatment", "comparator", "estimate", "se"])


def _facts(study: str, outcome: Row, trial: Row, arms: pd.DataFrame) -> TrialFacts:
    own = arms[arms["study"].eq(study)]
    subgroup = outcome["prior_exposure"]
    return TrialFacts(
        study=study,
        weeks=number(outcome["timepoint_weeks"]),
        design=str(trial["design"]),
        prior_exposure=str(subgroup if known(subgroup) else trial["prior_exposure"]),
        smallest_arm=number(own["n"].min()),
        zero_cell=bool((own["events"].eq(0) | own["events"].eq(own["n"])).any()),
    )


def number(cell: Any) -> float | None:
    """A cell as a number; None where it is blank."""
    return float(cell) if known(cell) else None
