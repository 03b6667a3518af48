"""Benefits as a network of trials gives them: absolute differences at one stated placebo rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from compare.data.evidence import Evidence, kept
from compare.data.rows import LEADING, Row, known, records
from compare.trials._effects import COUNTS
from compare.trials.declared import Declared, declared, networks_of
from compare.trials.guards import too_wide, unlike_exposure
from compare.trials.indirect import indirect
from compare.trials.results import at_rate
from compare.trials.wording import weeks_words
from compare.words import short_name

PER_100 = "per 100"
UNITS = {"pct": "percent", "per_patient_year": "per patient-year", "%": "percent"}
# A network of mixed or unknown earlier treatment separates nobody, so it scores nobody.
NO_NETWORK = "no network of trials is declared for it; each trial has its own comparator"
# Whom the trials of a network had enrolled, as its label says it.
PATIENTS = {"naive": "biologic-naive {}", "exposed": "{} who had had a biologic"}
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
    without it by trials in naive ones. `value`, `low` and `high` are what the network's estimate
    and its random-effects interval mean at what all its placebo patients had, which `unit` states:
    a difference in 100 patients, or a rate; of hazards the ratio itself, of means the difference.
    """
    for found in chosen(evidence, condition_id, factors).values():
        yield from _cells(evidence, found)


@kept(32)
def chosen(
    evidence: Evidence, condition_id: str, factors: frozenset[str] = frozenset()
) -> Mapping[str, Declared]:
    """By criterion the network that scores it (see `network_cells`). Shared: do not change it."""
    found: dict[str, Declared] = {}
    for row in networks_of(evidence, condition_id):
        network = declared(evidence, row["network_id"])
        exposed = {fact.prior_exposure for fact in network.facts} == {"exposed"}
        other = known(row["factor_id"]) and exposed != (row["factor_id"] in factors)
        if not (other or network.refused or unlike_exposure(network.facts)):
            found.setdefault(f"benefit:{row['endpoint_id']}", network)
    return found


def why_none(evidence: Evidence, condition_id: str, factors: frozenset[str] = frozenset()) -> str:
    """Why no benefit of a condition is scored by a network, in words; empty where one is."""
    if chosen(evidence, condition_id, factors):
        return ""
    rows = networks_of(evidence, condition_id)
    if not rows:
        return "no trials here are connected across therapies"
    found = declared(evidence, rows[0]["network_id"])
    return found.refused.rstrip(".") or unlike_exposure(found.facts)


def absolute(found: Declared) -> tuple[Callable[[float], float], str, str, str]:
    """What an estimate of a network means in patients; how it is drawn, its unit, its measure."""
    measure, center = str(found.row["measure"]), str(found.row["reference"])
    usual, unit = found.usual(center), UNITS.get(found.unit, found.unit)
    if measure in COUNTS:
        told = f"{PER_100}, at {usual:.0f} on {center}"
        return lambda effect: at_rate(measure, effect, usual) - usual, "normal", told, "points"
    if measure == "mean_difference":
        return float, "normal", f"{unit} difference".strip(), "mean_difference"
    if found.hazards or math.isnan(usual):
        name = "hazard_ratio" if found.hazards else "rate_ratio"
        return float, "lognormal", name.replace("_", " "), name
    told = f"{unit}, at {usual:.2g} on {center}"
    return lambda effect: usual * effect, "lognormal", told, "rate_ratio"


def _cells(evidence: Evidence, found: Declared) -> Iterator[dict[str, Any]]:
    row, therapies = found.row, evidence.by_id("therapies")
    weeks = float(row["weeks_from"]), float(row["weeks_to"])
    convert, distribution, unit, measure = absolute(found)
    network = indirect(evidence, row["network_id"])
    used = {arm["row_id"] for arm in evidence.rows("network_arms", "network_id", row["network_id"])}
    behind: Sequence[Row] = evidence.rows("outcomes", "condition_id", row["condition_id"])
    endpoint = short_name(evidence.label("endpoints", row["endpoint_id"]))
    exposure = found.facts[0].prior_exposure
    behind = [one for one in behind if one["row_id"] in used]
    trials = [evidence.rows("trials", "trial_id", one["trial_id"]) for one in behind]
    grown = all(some and some[0]["adults_only"] == "yes" for some in trials)
    who = PATIENTS[exposure].format("adults" if grown else "patients")
    told = f"trials in {who}, {weeks_words(*weeks)}"
    sources = dict.fromkeys(one["source_id"] for one in behind)
    for effect in records(network.effects):
        if effect["treatment"] not in therapies:
            continue
        value, low, high = (convert(effect[end]) for end in ("estimate", "low", "high"))
        wide = too_wide(network.measure, effect["low"], effect["high"])
        if wide:
            value = low = high = math.nan
        yield {
            **{name: therapies[effect["treatment"]][name] for name in LEADING},
            "criterion": f"benefit:{row['endpoint_id']}",
            "label": f"{endpoint} ({told})",
            "group": "benefit",
            "unit": unit,
            "favors": row["favors"],
            "value": value,
            "low": low,
            "high": high,
            "distribution": "missing" if wide else distribution,
            "directness": "direct",
            "borrowed_from": "",
            "reported": not wide,
            "reason": wide,
            "shown": "",
            "ascertainment": "",
            "comparator": row["reference"],
            "study": f"network of {len(found.facts)} trials",
            "source_id": ";".join(sources),
            "kind": "benefit",
            "measure": measure,
        }
