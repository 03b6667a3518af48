"""Declared networks: which arms of which rows stand for which therapy, and what follows.

A network is a table of the data package, with what was left out and why; nothing is pooled that no
row of `network_arms` names. Events are those of the rows, from counts or from the percents that
determine them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from compare.data.evidence import Evidence
from compare.data.rows import Row, known
from compare.trials._effects import COUNTS
from compare.trials.benefits import rows_by_condition
from compare.trials.guards import (
    Comparison,
    TrialFacts,
    compare_pairs,
    refusal,
    unlike_exposure,
    unlike_loops,
)
from compare.trials.network import EFFECTS, PAIRS, Network, network_meta_analysis
from compare.trials.wording import CERTAINTY

NO_EFFECTS = ("tau2", "i2", "q", "df", "p", "q_within", "df_within", "q_between", "df_between")


@dataclass(frozen=True, eq=False)
class Declared:
    """A network as declared: its row of `networks`, its arms as a table, and facts by trial."""

    row: Row
    arms: pd.DataFrame
    facts: tuple[TrialFacts, ...]

    @property
    def refused(self) -> str:
        """Why nothing is computed, as declared or as its trials say; empty where it is."""
        return str(self.row["refused"]) if known(self.row["refused"]) else refusal(self.facts)


def indirect(
    evidence: Evidence, network_id: str, model: str = "random", reference: str | None = None
) -> Network:
    """Estimates of a declared network on its own scale, without ranks.

    `reference` None: the declared one. `refused` says in a sentence why a network may not be
    computed; the frames are then empty. `flags`: what a reader must know beside the estimates,
    a sentence each. Whether two therapies are separated says `comparisons`, not an interval here.

    Raises `ValueError` for an unknown network, model or reference.

    >>> import compare
    >>> network = compare.indirect(compare.load(), "uc_remission")
    >>> network.reference, network.refused
    ('placebo', '')
    """
    found = declared(evidence, network_id)
    measure, center = str(found.row["measure"]), reference or str(found.row["reference"])
    if refused := found.refused:
        nothing = pd.DataFrame(columns=["study", "reason"], dtype="str")
        empty = dict.fromkeys((*NO_EFFECTS, "p_between"), float("nan"))
        frames = (pd.DataFrame(columns=EFFECTS), pd.DataFrame(columns=PAIRS))
        return Network(measure, model, center, *frames, empty, nothing, (), refused)
    network = network_meta_analysis(found.arms, measure, model, center)
    return replace(network, flags=tuple(_flags(found, network)))


def comparisons(evidence: Evidence, network_id: str) -> tuple[Comparison, ...]:
    """Each pair of therapies of a declared network, judged; none where it is refused.

    By random effects, on the declared scale first and on all scales that the outcome has.
    """
    found = declared(evidence, network_id)
    if found.refused:
        return ()
    center, chosen = str(found.row["reference"]), str(found.row["measure"])
    measures = (chosen, *(measure for measure in COUNTS if measure != chosen))
    networks = {
        measure: network_meta_analysis(found.arms, measure, reference=center)
        for measure in measures
    }
    nodes = networks[chosen].effects["treatment"]
    therapies = [node for node in nodes if node in evidence.by_id("therapies")]
    margin, tau = (_number(found.row[name]) for name in ("margin", "external_tau"))
    return compare_pairs(networks, found.facts, therapies, margin, tau)


def networks_of(evidence: Evidence, condition_id: str) -> list[Row]:
    """The rows of `networks` of a condition, of its main endpoint and of most arms first.

    Refused ones are included.
    """
    main = evidence.by_id("conditions")[condition_id]["main_endpoint_id"]

    def rank(row: Row) -> tuple[bool, int, str]:
        arms = evidence.rows("network_arms", "network_id", row["network_id"])
        return row["endpoint_id"] != main, -len(arms), str(row["network_id"])

    return sorted(evidence.rows("networks", "condition_id", condition_id), key=rank)


def declared(evidence: Evidence, network_id: str) -> Declared:
    """A declared network with its arms (`study, treatment, events, n`), one row a trial and arm."""
    rows = evidence.rows("networks", "network_id", network_id)
    if not rows:
        names = ", ".join(evidence.networks["network_id"])
        raise ValueError(f"network_id is {network_id!r}; expected one of {names}")
    condition_id = rows[0]["condition_id"]
    outcomes = {row["row_id"]: row for row in rows_by_condition(evidence)[condition_id]}
    raw = {row["row_id"]: row for row in evidence.rows("outcomes", "condition_id", condition_id)}
    arms = []
    behind: dict[str, tuple[Row, Row]] = {}
    for arm in evidence.rows("network_arms", "network_id", network_id):
        row, outcome, side = raw[arm["row_id"]], outcomes[arm["row_id"]], arm["arm"]
        (trial,) = evidence.rows("trials", "trial_id", row["trial_id"])
        events = arm["events"] if known(arm["events"]) else outcome[f"events_{side}"]
        arms.append((trial["trial"], arm["node"], events, outcome[f"n_{side}"]))
        behind.setdefault(str(trial["trial"]), (row, trial))
    table = pd.DataFrame(arms, columns=["study", "treatment", "events", "n"])
    facts = (_facts(study, *both, table) for study, both in behind.items())
    return Declared(rows[0], table, tuple(facts))


def _facts(study: str, outcome: Row, trial: Row, arms: pd.DataFrame) -> TrialFacts:
    own = arms[arms["study"].eq(study)]
    subgroup = outcome["prior_exposure"]
    return TrialFacts(
        study=study,
        weeks=_number(outcome["timepoint_weeks"]),
        design=str(trial["design"]),
        prior_exposure=str(subgroup if known(subgroup) else trial["prior_exposure"]),
        smallest_arm=float(own["n"].min()),
        zero_cell=bool((own["events"].eq(0) | own["events"].eq(own["n"])).any()),
    )


def _flags(found: Declared, network: Network) -> list[str]:
    """What stands beside the estimates, a sentence each."""
    rates = _reference_rates(found)
    told = ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items())
    flags = [
        f"Rates on {found.row['reference']} lie from {min(rates.values()):.0f} to "
        f"{max(rates.values()):.0f} percent: {told}."
    ]
    exposure, loops = unlike_exposure(found.facts), unlike_loops(network)
    if exposure:
        flags.append(f"Nobody is separated: {exposure}.")
    if loops:
        flags.append(f"Only direct evidence counts: {loops}.")
    df = network.heterogeneity["df"]
    if not df:
        flags.append("How much trials differ cannot be told: one trial a comparison.")
    elif df < 2:
        flags.append("Too few trials for prediction intervals.")
    flags += [f"Left out: {row.study}, {row.reason}." for row in network.dropped.itertuples()]
    return [*flags, f"{CERTAINTY[0].upper()}{CERTAINTY[1:]}."]


def _reference_rates(found: Declared) -> Mapping[str, float]:
    """Percent of the reference's patients with the event, by trial, lowest first."""
    own = found.arms[found.arms["treatment"].eq(found.row["reference"])]
    rates = dict(zip(own["study"], 100 * own["events"] / own["n"], strict=True))
    return dict(sorted(rates.items(), key=lambda item: item[1]))


def _number(cell: Any) -> float | None:
    return float(cell) if known(cell) else None
