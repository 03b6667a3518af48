"""What the page says of trials, each against its own comparator, and of networks.

Two therapies are compared by the words of `trials.wording` alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from compare.data.rows import Row, known
from compare.trials._effects import COUNTS
from compare.trials.benefits import MEASURES, amount, unit_words
from compare.trials.declared import Declared
from compare.trials.guards import Comparison
from compare.trials.network import Network
from compare.trials.results import (
    ACTIVE,
    LEVEL,
    OTHER_DOSE,
    OWN,
    PER_100,
    RATIO,
    UNCONTROLLED,
    WITHDRAWAL,
    WORDS,
    Result,
    at_rate,
    block,
)  # fmt: skip
from compare.trials.wording import clause
from compare.words import MINUS, Finding, counted, fitting, listing, lower, printed, short_name

BLOCKS = {
    OWN: "Against placebo, alone or added to a background treatment",
    WITHDRAWAL: "Withdrawal and crossover trials: patients on placebo also had the drug",
    OTHER_DOSE: "Against another dose or form of the same drug",
    UNCONTROLLED: "One arm, or an outside control: nothing of its own to compare with",
    ACTIVE: "Against another active treatment, in one trial",
}
NO_NETWORK = "Not compared across trials"


def of_what(row: Row) -> str:
    """What stands behind a figure of an arm: `of 100`, `points`."""
    unit = unit_words(row)
    return "of 100" if unit == "percent" and row["scale"] == "proportion" else unit


def said(row: Row) -> str:
    """Both arms in words: `54 of 100 against 21 on placebo`."""
    treated, other = row["treated_value"], row["comparator_value"]
    unit = f" {of_what(row)}".rstrip()
    if not known(treated):
        return f"against {row['comparator']}" if known(row["comparator"]) else ""
    first = f"{amount(row, 'treated')}{unit}"
    if row["comparator_kind"] == "none":
        return f"{first}, no comparator"
    if not known(other):
        return f"{first}, against {row['comparator']}"
    return f"{first} against {amount(row, 'comparator')} on {row['comparator']}"


def figure(row: Row, found: Result) -> str:
    """The figure that is drawn, with its interval and what it is."""
    if found.scale in (WORDS, LEVEL):
        return str(row["effect_words"]) if found.scale == WORDS else _interval(found)
    if found.scale == RATIO:
        if row["effect_measure"] == "relative_reduction_pct":
            reduced = f"relative reduction {row['effect']:g}%"
            return f"{reduced}, ratio {found.value:.2g}{_interval(found)}"
        return f"{MEASURES[row['effect_measure']]} {found.value:.2g}{_interval(found)}"
    digits = 0 if found.scale == PER_100 else 1
    return f"{_signed(found.value, digits)}{_interval(found, digits)}"


def about(row: Row, endpoint: bool) -> str:
    """The trial, which patients and arm, and the week; the endpoint where rows differ in it."""
    parts = [short_name(row["trial_name"])]
    if endpoint:
        parts.append(str(row["endpoint"]))
    parts += [str(row[name]) for name in ("subgroup", "prior_exposure") if known(row[name])]
    if row["design"] in ("crossover", "pooled_rct"):
        parts.append("crossover" if row["design"] == "crossover" else "pooled by the source")
    if known(row["timepoint_weeks"]):
        parts.append(f"week {row['timepoint_weeks']:g}")
    return ", ".join(parts)


def chip(row: Row) -> str:
    """Said of an endpoint that was not met."""
    if row["met"] != "no":
        other = row["also_missed"]
        return f"missed another primary endpoint: {other}" if other else ""
    return "missed its primary endpoint" if row["missed_primary"] else "missed this endpoint"


def answer(
    name: str, rows: Sequence[Row], beside: Sequence[Row], followed: Sequence[str]
) -> Finding:
    """What stands, in whom where that is adults alone, what missed, and what follows across trials,
    in 40 words at most.

    `beside`: of `missed_beside`, endpoints that do not stand. `followed`: what follows, in full
    and shorter, of which the first stands that the words allow.
    """
    blocks = {block(row) for row in rows}
    missed = [row for row in rows if row["met"] == "no" or row["also_missed"]]
    therapies = {row["therapy_id"] for row in rows}
    numbers = {"trials": len(rows), "therapies": len(therapies), "missed": len(missed)}
    told = f"{name}: {counted(len(rows), 'pivotal trial')} of {counted(len(therapies), 'therapy')}"
    if rows and all(row["trial_adults_only"] == "yes" for row in rows):
        told += ", in adults"
    if blocks == {UNCONTROLLED}:
        told += ", all without a comparator"
    elif missed:
        names = ", ".join(dict.fromkeys(short_name(row["trial_name"]) for row in missed))
        listed = f" ({names})" if len(missed) <= 2 else ""
        told += f", {len(missed)} missed an endpoint{listed}"
    named = {row["trial_name"] for row in missed}
    others = list(
        dict.fromkeys(short_name(r["trial_name"]) for r in beside if r["trial_name"] not in named)
    )
    if others:
        which = others[0] if len(others) == 1 else f"{len(others)} trials"
        told += f"; another primary endpoint missed: {which}"
    elif not missed and blocks != {UNCONTROLLED}:
        told += ", no missed endpoint recorded"
    texts = [f"{told}. {words}" for words in followed]
    return Finding(fitting(texts), numbers)


def across(
    endpoint: str,
    trials: int,
    judged: Sequence[Comparison],
    names: Mapping[str, str],
    apart: Sequence[str],
) -> list[str]:
    """What follows from the network that is shown, in full and short.

    `apart`: endpoints of the condition's other networks in which two therapies are told apart.
    """
    head = f"{short_name(endpoint)} across {trials} trials: "
    others = [
        lower(short_name(other)) + (" in other patients" if other == endpoint else "")
        for other in apart
    ]
    tail = f" Some are, on {listing(dict.fromkeys(others))}: listed below." if apart else ""
    full, brief = (clause(judged, names, brief) for brief in (False, True))
    if not apart:
        return [f"{head}{full}", f"{head}{brief} Details stand below."]
    return [
        f"{head}{full}{tail}",
        f"{head}{brief}{tail}",
        f"{head}{brief} On other questions some are: see below.",
    ]


def no_network(name: str, rows: Sequence[Row], refused: str) -> str:
    """That no network is shown, and why: as the data say, else from designs and endpoints."""
    if refused:
        return f"{NO_NETWORK}. {refused} Each has its own comparator."
    therapies = {row["therapy_id"] for row in rows}
    kinds = {block(row) for row in rows}
    if len(therapies) < 2:
        only = lower(short_name(rows[0]["therapy"])) if rows else name
        return f"{NO_NETWORK}: {only} alone has trials here."
    if kinds == {UNCONTROLLED}:
        return f"{NO_NETWORK}: these had no comparator group that would connect them."
    if OWN in kinds and WITHDRAWAL in kinds:
        why = "withdrawal trials, in which all had the drug first, are not mixed with others"
    else:
        why = "the trials differ in endpoint or in background treatment"
    return f"{NO_NETWORK}: {why}; each has its own comparator."


def consistency(network: Network) -> str:
    """Whether trials agree, in one sentence: between trials of one pair, and around loops."""
    found = network.heterogeneity
    if not found["df"]:
        return "One trial a comparison: neither agreement nor loops can be tested."
    tau = math.sqrt(found["tau2"])
    told = f"Trials of one comparison: tau {tau:.2g}, I2 {100 * found['i2']:.0f} percent"
    split = network.pairs["p_split"].dropna()
    if split.empty:
        return f"{told}; no closed loop in which to set direct against indirect evidence."
    return f"{told}; direct against indirect evidence: smallest p {split.min():.2g}."


def has_rate(found: Declared) -> bool:
    """Whether a stated rate on the reference turns the network's estimates into patients."""
    return found.row["measure"] in (*COUNTS, "log_ratio") and not found.hazards


def where_rate(found: Declared, rate: float, reference: str) -> str:
    """At which rate on the reference the figures beside the estimates hold; empty without one."""
    if not has_rate(found) or math.isnan(rate):
        return ""
    if found.row["measure"] in COUNTS:
        return f"; patients per 100 where {rate:g} of 100 have it on {reference}"
    return f"; {_unit(found)} where it is {rate:g} on {reference}"


def at_rate_words(found: Declared, rate: float, ends: tuple[float, float, float]) -> str:
    """What an estimate with its ends means at a rate of the reference; empty without one."""
    if not has_rate(found) or math.isnan(rate):
        return ""
    measure = str(found.row["measure"])
    one, low, high = (at_rate(measure, end, rate) for end in ends)
    if measure in COUNTS:
        return f"{one:.0f} of 100 ({low:.0f} to {high:.0f})"
    return f"{printed(one, '.2g')} ({printed(low, '.2g')} to {printed(high, '.2g')}) {_unit(found)}"


def _unit(found: Declared) -> str:
    return found.unit.replace("_", " ")


def _signed(value: float, digits: int) -> str:
    shown = f"{abs(value):.{digits}f}".removesuffix(".0")
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{shown}"


def _interval(found: Result, digits: int | None = None) -> str:
    if not (known(found.low) and known(found.high)):
        return ""
    if digits is None:
        return f" ({printed(found.low, '.2g')} to {printed(found.high, '.2g')})"
    return f" ({_signed(found.low, digits)} to {_signed(found.high, digits)})"
