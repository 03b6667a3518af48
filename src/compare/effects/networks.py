"""Benefits as a network of trials gives them: absolute differences at one stated placebo rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from compare.data.evidence import Evidence
from compare.data.rows import LEADING, Row, known, records
from compare.trials.guards import unlike_exposure
from compare.trials.indirect import Declared, declared, indirect, networks_of

NO_NETWORK = "no network of trials is declared for it; each trial has its own comparator"
NOT_IN_IT = "no trial of it is in this network"


def asked_factors(evidence: Evidence, condition_id: str) -> frozenset[str]:
    """The factors of a patient that choose among a condition's networks."""
    rows = networks_of(evidence, condition_id)
    return frozenset(row["factor_id"] for row in rows if known(row["factor_id"]))


def network_cells(
    evidence: Evidence, condition_id: str, factors: frozenset[str] = frozenset()
) -> Iterator[dict[str, Any]]:
    """A cell for each therapy of each declared network that may set therapies side by side.

    Of an endpoint's networks the one of most arms counts whose trials are alike in what their
    patients had been treated with: one of mixed or unknown treatment separates nobody. Where a
    network names a factor, patients with it are compared by trials in exposed patients, and those
    without it by trials in naive ones. `value`,
    `low` and `high` are in 100 patients, therapy minus placebo: the odds ratio and its
    random-effects interval at the placebo rate of all its trials together, which `unit` states.
    """
    seen: set[str] = set()
    for row in networks_of(evidence, condition_id):
        if row["endpoint_id"] in seen or row["measure"] != "odds_ratio":
            continue
        found = declared(evidence, row["network_id"])
        exposed = {fact.prior_exposure for fact in found.facts} == {"exposed"}
        other = known(row["factor_id"]) and exposed != (row["factor_id"] in factors)
        if other or found.refused or unlike_exposure(found.facts):
            continue
        seen.add(row["endpoint_id"])
        yield from _cells(evidence, found)


def placebo_rate(found: Declared) -> float:
    """Share of the reference's patients with the event, all trials together."""
    own = found.arms[found.arms["treatment"].eq(found.row["reference"])]
    return float(own["events"].sum() / own["n"].sum())


def absolute(odds_ratio: float, rate: float) -> float:
    """Difference in 100 patients that an odds ratio means at a rate of the reference.

    >>> round(absolute(2, 0.1), 2)
    8.18
    """
    odds = odds_ratio * rate / (1 - rate)
    return 100 * (odds / (1 + odds) - rate)


def _cells(evidence: Evidence, found: Declared) -> Iterator[dict[str, Any]]:
    row, rate = found.row, placebo_rate(found)
    therapies = evidence.by_id("therapies")
    network = indirect(evidence, row["network_id"])
    used = [arm["row_id"] for arm in evidence.rows("network_arms", "network_id", row["network_id"])]
    sources = _sources(evidence, row["condition_id"], set(used))
    for effect in records(network.effects):
        if effect["treatment"] not in therapies:
            continue
        value, low, high = (absolute(effect[end], rate) for end in ("estimate", "low", "high"))
        yield {
            **{name: therapies[effect["treatment"]][name] for name in LEADING},
            "criterion": f"benefit:{row['endpoint_id']}",
            "label": row["network"],
            "group": "benefit",
            "unit": f"per 100, at {100 * rate:.0f} on {row['reference']}",
            "favors": row["favors"],
            "value": value,
            "low": low,
            "high": high,
            "distribution": "normal",
            "directness": "indirect",
            "borrowed_from": "",
            "reported": True,
            "reason": "",
            "shown": "",
            "ascertainment": "",
            "comparator": row["reference"],
            "study": f"network of {len(found.facts)} trials",
            "row_id": None,
            "source_id": sources,
            "kind": "benefit",
            "measure": "points",
            **dict.fromkeys(("events", "n", "comparator_events", "comparator_n", "below"), np.nan),
        }


def _sources(evidence: Evidence, condition_id: str, used: set[str]) -> str:
    rows: list[Row] = [
        row
        for row in evidence.rows("outcomes", "condition_id", condition_id)
        if row["row_id"] in used
    ]
    return ";".join(dict.fromkeys(row["source_id"] for row in rows))
