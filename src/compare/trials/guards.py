"""What may be said of two therapies that stand in one network, and what may not.

An estimate is only as good as the likeness of its trials. Each guard is a function of a network and
of facts about its trials; `compare_pairs` puts all of them to each pair; `wording` says it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from compare.trials._distributions import Z_95
from compare.trials._effects import RATIOS
from compare.trials._gls import Trial, differences, fit, islands
from compare.trials.network import Network
from compare.words import short_name

WINDOW_FACTOR = 2
SMALLEST_ARM = 30
LOOP_P = 0.10
# A ratio that is known only within this factor is a width, not a finding.
WIDEST = 20.0
SEPARATED, SIMILAR = "separated", "similar"
NOT_DISTINGUISHED, NOT_COMPARED = "not distinguished", "not compared"
# Whether a trial's patients had been treated before, as a sentence says it.
EXPOSURE = {
    "naive": "none", "exposed": "given to all", "mixed": "given to some", "unknown": "not known",
}  # fmt: skip
NETWORK = ("estimate", "low", "high")
DIRECT = ("direct", "direct_low", "direct_high")
SCALES = {
    "odds_ratio": "odds ratio",
    "risk_ratio": "risk ratio",
    "risk_difference": "risk difference",
    "mean_difference": "difference of means",
    "log_ratio": "rate or hazard ratio",
}


@dataclass(frozen=True)
class TrialFacts:
    """What a guard needs to know of a trial: None or "unknown" where no source says it.

    `design` is parallel, pooled, withdrawal, crossover or single_arm; `prior_exposure` naive,
    exposed, mixed or unknown; `zero_cell` an arm without events, or with events in everybody.
    """

    study: str
    weeks: float | None
    design: str
    prior_exposure: str
    smallest_arm: float | None
    zero_cell: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two therapies: what may be said of them, from which evidence, and what stood in the way.

    `estimate, low, high` are treatment against comparator on the chosen scale; the treatment is the
    one that the estimate favors. `scales`: those whose interval lies to one side of no effect.
    `trials`: how many of the trials hold one of the two; `weeks`: those of the treatment's trials
    and of the comparator's, when they looked. `held`: all scales set them apart, a doubt forbids.
    """

    treatment: str
    comparator: str
    verdict: str
    basis: str
    measure: str
    estimate: float
    low: float
    high: float
    scales: tuple[str, ...]
    trials: int
    weeks: tuple[tuple[float, ...], tuple[float, ...]]
    reason: str = ""
    held: bool = False


def refusal(facts: Sequence[TrialFacts]) -> str:
    """Why a network may not be computed at all, as a sentence; empty where it may."""
    return " ".join(filter(None, (unlike_windows(facts), unlike_designs(facts))))


def unlike_windows(facts: Sequence[TrialFacts]) -> str:
    """Refuses trials assessed at weeks that lie further apart than a factor of two."""
    unknown = [fact.study for fact in facts if fact.weeks is None]
    if unknown:
        return f"No source gives the week of assessment of {', '.join(unknown)}."
    weeks = sorted((fact.weeks, fact.study) for fact in facts if fact.weeks is not None)
    (first, early), (last, late) = weeks[0], weeks[-1]
    if last <= WINDOW_FACTOR * first:
        return ""
    told = f"{short_name(early)} looked at week {first:g} and {short_name(late)} at week {last:g}"
    return f"{told}, too far apart to be compared."


def unlike_designs(facts: Sequence[TrialFacts]) -> str:
    """Refuses trials without parallel arms, and withdrawal trials beside others."""
    odd = [fact.study for fact in facts if fact.design not in ("parallel", "pooled", "withdrawal")]
    if odd:
        return f"Without parallel arms: {', '.join(odd)}."
    withdrawn = [fact.study for fact in facts if fact.design == "withdrawal"]
    if not withdrawn or len(withdrawn) == len(facts):
        return ""
    return (
        "Withdrawal trials, in which all had the drug first, are not mixed with others: "
        f"{', '.join(withdrawn)}."
    )


def unlike_exposure(facts: Sequence[TrialFacts]) -> str:
    """Keeps a network of mixed or unknown prior treatment from separating anybody."""
    kinds = {fact.prior_exposure for fact in facts}
    if kinds <= {"naive"} or kinds <= {"exposed"}:
        return ""
    known = kinds - {"unknown"}
    if not known:
        return "prior treatment is not known"
    if known == {"mixed"}:
        also = ", or it is not known" if known < kinds else ""
        return f"patients with and without prior treatment are mixed{also}"
    if len(known) == 1:
        return "prior treatment is not known in some trials"
    told = ", ".join(words for kind, words in EXPOSURE.items() if kind in kinds)
    return f"prior treatment differs between the trials ({told})"


def unlike_loops(network: Network) -> str:
    """Leaves direct evidence alone where a loop of the network disagrees (p below 0.10)."""
    pairs = network.pairs[network.pairs["p_split"] < LOOP_P]
    between = network.heterogeneity["p_between"]
    if pairs.empty and not between < LOOP_P:
        return ""
    least = min([between, *pairs["p_split"]], key=lambda p: math.inf if math.isnan(p) else p)
    return f"direct and indirect evidence disagree in this network (p = {least:.2g})"


def weak_link(trials: Sequence[Trial], facts: Sequence[TrialFacts], one: str, other: str) -> str:
    """Refuses a pair that hangs on one trial with a zero cell or with an arm under 30."""
    for fact in facts:
        small = fact.smallest_arm is None or fact.smallest_arm < SMALLEST_ARM
        rest = [trial for trial in trials if trial.study != fact.study]
        if not (small or fact.zero_cell) or _joined(rest, one, other):
            continue
        size = "of unknown size" if fact.smallest_arm is None else f"of {fact.smallest_arm:g}"
        why = f"an arm {size}" if small else "a cell of zero"
        return f"it rests on one trial with {why} ({fact.study})"
    return ""


def unknown_tau(network: Network, one: str, other: str, external_tau: float | None) -> str:
    """Keeps a pair from being separated where no degree of freedom tells how trials differ.

    Unless its interval excludes no effect with a tau from outside, on the scale of the analysis.
    """
    if network.heterogeneity["df"]:
        return ""
    told = "with one trial a comparison nothing tells how much trials differ"
    if external_tau is None:
        return told
    names = list(network.effects["treatment"])
    wider = fit(network.trials, names, external_tau**2)
    i, j = names.index(one), names.index(other)
    error = math.sqrt(differences(wider.covariance)[i, j])
    if abs(wider.effects[i] - wider.effects[j]) > Z_95 * error:
        return ""
    return f"{told}, and a tau of {external_tau:g} from outside takes the separation away"


def too_wide(measure: str, low: float, high: float) -> str:
    """Keeps an estimate from being read as a finding that its trials hardly narrow down."""
    if measure not in RATIOS or not high > WIDEST * low:
        return ""
    return f"the estimate is known only within a factor of {float(f'{high / low:.2g}'):g}"


def compare_pairs(
    networks: Mapping[str, Network],
    facts: Sequence[TrialFacts],
    therapies: Sequence[str],
    margin: float | None = None,
    external_tau: float | None = None,
    favors: str = "higher",
) -> tuple[Comparison, ...]:
    """Every pair of therapies of a network that was not refused, judged by all guards.

    `networks`: random-effects networks of the same trials by measure, the chosen scale first; for
    counts risk ratio and risk difference follow. `therapies`: the nodes to compare, not placebo.
    `margin`: the ratio or difference within which two were declared similar before anyone looked.
    `favors`: whether more (higher) or less (lower) of the outcome is better.
    """
    swapped = [net.model for net in networks.values() if net.model != "random"]
    if swapped:
        raise ValueError(f"model is {swapped[0]!r}; pairs are judged by random effects alone")
    chosen = next(iter(networks.values()))
    loops = unlike_loops(chosen)
    columns = DIRECT if loops else NETWORK
    rows = {measure: _by_pair(network, columns) for measure, network in networks.items()}
    weeks = {fact.study: fact.weeks for fact in facts if fact.weeks is not None}
    found = []
    for pair in combinations(sorted(therapies), 2):
        above = rows[chosen.measure][pair][0] >= _null(chosen)
        one, other = pair if above == (favors == "higher") else pair[::-1]
        ends = {measure: of[one, other] for measure, of in rows.items()}
        sides = {measure: _side(networks[measure], *end[1:]) for measure, end in ends.items()}
        clear = tuple(SCALES[measure] for measure, side in sides.items() if side)
        estimate, low, high = ends[chosen.measure]
        trials = [t for t in chosen.trials if not loops or {one, other} <= set(t.treatments)]
        lost = loops if math.isnan(estimate) else weak_link(trials, facts, one, other)
        doubt = (
            unlike_exposure(facts)
            or unknown_tau(chosen, one, other, external_tau)
            or too_wide(chosen.measure, low, high)
        )
        own = [[weeks[t.study] for t in trials if name in t.treatments] for name in (one, other)]
        verdict, reason, held = NOT_DISTINGUISHED, "", False
        if lost:
            verdict, reason = NOT_COMPARED, lost
        elif len(set(sides.values())) > 1:
            reason = _part_of_the_scales(set(sides.values()), clear)
        elif clear and doubt:
            reason, held = doubt, True
        elif clear:
            verdict = SEPARATED
        elif margin is not None and not doubt and _within(chosen, low, high, margin):
            verdict = SIMILAR
        found.append(
            Comparison(
                treatment=one,
                comparator=other,
                verdict=verdict,
                basis="direct" if loops else "network",
                measure=chosen.measure,
                estimate=estimate,
                low=low,
                high=high,
                scales=clear,
                trials=sum(bool({one, other} & set(trial.treatments)) for trial in trials),
                weeks=(tuple(own[0]), tuple(own[1])),
                reason=reason,
                held=held,
            )
        )
    return tuple(found)


def _part_of_the_scales(sides: set[int], clear: tuple[str, ...]) -> str:
    if {1, -1} <= sides:
        return "the scales disagree on the direction"
    return f"only the {' and the '.join(clear)} {'sets' if len(clear) == 1 else 'set'} them apart"


def _joined(trials: Sequence[Trial], one: str, other: str) -> bool:
    return any({one, other} <= set(group) for group in islands(trials))


def _by_pair(network: Network, columns: Sequence[str]) -> dict[tuple[str, str], list[float]]:
    """Estimate, low and high by treatment and comparator."""
    ends = network.pairs[list(columns)].to_numpy(dtype=float).tolist()
    names = zip(network.pairs["treatment"], network.pairs["comparator"], strict=True)
    return dict(zip(names, ends, strict=True))


def _null(network: Network) -> float:
    return 1.0 if network.measure in RATIOS else 0.0


def _side(network: Network, low: float, high: float) -> int:
    """1 or -1 where the interval lies above or below no effect, else 0."""
    return int(low > _null(network)) - int(high < _null(network))


def _within(network: Network, low: float, high: float, margin: float) -> bool:
    if network.measure in RATIOS:
        return 1 / margin < low and high < margin
    return -margin < low and high < margin
