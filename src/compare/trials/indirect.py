"""What follows from a declared network: estimates, what stands beside them, pairs judged."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from compare.data.arguments import one_of, shown
from compare.data.evidence import Evidence
from compare.trials._effects import COUNTS
from compare.trials.declared import Declared, check_network, declared, number
from compare.trials.guards import Comparison, compare_pairs, too_wide, unlike_exposure, unlike_loops
from compare.trials.network import EFFECTS, MODELS, PAIRS, Network, network_meta_analysis
from compare.trials.wording import CERTAINTY
from compare.words import printed

NO_EFFECTS = ("tau2", "i2", "q", "df", "p", "q_within", "df_within", "q_between", "df_between")


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
    check_network(evidence, network_id)
    one_of("model", model, MODELS)
    if reference is not None and not isinstance(reference, str):
        raise ValueError(f"reference is {shown(reference)}; expected a treatment")
    found = declared(evidence, network_id)
    measure = str(found.row["measure"])
    center = str(found.row["reference"]) if reference is None else reference
    if refused := found.refused:
        nothing = pd.DataFrame(columns=["study", "reason"], dtype="str")
        empty = dict.fromkeys((*NO_EFFECTS, "p_between"), float("nan"))
        frames = (pd.DataFrame(columns=EFFECTS), pd.DataFrame(columns=PAIRS))
        return Network(measure, model, center, *frames, empty, nothing, (), refused)
    network = network_meta_analysis(found.table, measure, model, center)
    return replace(network, flags=tuple(_flags(found, network)))


def comparisons(evidence: Evidence, network_id: str) -> tuple[Comparison, ...]:
    """Each pair of therapies of a declared network, judged; none where it is refused.

    By random effects, on the declared scale first and on all scales that the outcome has.
    """
    found = declared(evidence, network_id)
    if found.refused:
        return ()
    center, chosen = str(found.row["reference"]), str(found.row["measure"])
    networks = {
        measure: network_meta_analysis(found.table, measure, reference=center)
        for measure in found.measures
    }
    nodes = networks[chosen].effects["treatment"]
    therapies = [node for node in nodes if node in evidence.by_id("therapies")]
    margin, tau = (number(found.row[name]) for name in ("margin", "external_tau"))
    return compare_pairs(networks, found.facts, therapies, margin, tau, str(found.row["favors"]))


def _flags(found: Declared, network: Network) -> list[str]:
    """What stands beside the estimates, a sentence each."""
    flags = _reference_figures(found)
    exposure, loops = unlike_exposure(found.facts), unlike_loops(network)
    if exposure:
        flags.append(f"No two are told apart: {exposure}.")
    if loops:
        flags.append(f"Only direct evidence counts: {loops}.")
    df = network.heterogeneity["df"]
    if not df:
        flags.append("How much trials differ cannot be told: one trial a comparison.")
    elif df < 2:
        flags.append("How much trials differ is hardly known; too few for prediction intervals.")
    ends = network.effects[["treatment", "low", "high"]].to_numpy().tolist()
    flags += [
        f"No finding on {name} against {network.reference}: {width}."
        for name, low, high in ends
        if (width := too_wide(network.measure, low, high))
    ]
    flags += [f"Left out: {row.study}, {row.reason}." for row in network.dropped.itertuples()]
    return [*flags, f"{CERTAINTY[0].upper()}{CERTAINTY[1:]}."]


def _reference_figures(found: Declared) -> list[str]:
    """What the reference's patients had, by trial: the sentence, or none without figures."""
    figures = found.figures(str(found.row["reference"]))
    if not figures or found.hazards:
        return []
    counts = found.row["measure"] in COUNTS
    said = {name: printed(value, ".0f" if counts else ".2g") for name, value in figures.items()}
    what, unit = ("Rates", "percent") if counts else ("Figures", found.unit.replace("_", " "))
    lowest, *_, highest = [*said.values(), *said.values()]
    told = ", ".join(f"{name} {value}" for name, value in said.items())
    return [f"{what} on {found.row['reference']} lie from {lowest} to {highest} {unit}: {told}."]
