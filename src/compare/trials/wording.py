"""Comparisons across trials in words: nowhere else are two therapies compared in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.trials._effects import RATIOS
from compare.trials.guards import NOT_COMPARED, SEPARATED, SIMILAR, Comparison
from compare.words import counted, joined, lower, number_range, printed

CERTAINTY = "certainty not graded"


def sentence(comparison: Comparison, names: Mapping[str, str], outcome: str) -> str:
    """What may be said of a pair, in words: the one place where therapies of trials are compared.

    `outcome` completes "the": "odds of clinical remission"; for a difference of means its unit.

    >>> from compare.trials.guards import NOT_DISTINGUISHED
    >>> pair = Comparison(
    ...     "a", "b", NOT_DISTINGUISHED, "network", "odds_ratio", 1, 0.5, 2, (), 2, ((8,), (12,))
    ... )
    >>> sentence(pair, {"a": "Aa", "b": "Bb"}, "odds of remission")
    'Aa and Bb are not distinguished: compatible with half to twice the odds of remission on Aa.'
    """
    one, other = names[comparison.treatment], names[comparison.comparator]
    if comparison.verdict == NOT_COMPARED:
        return f"{one} and {other} are not compared: {comparison.reason}."
    ratio = comparison.measure in RATIOS
    estimate, low, high = (
        _times(value) if ratio else printed(value, "+.2g")
        for value in (comparison.estimate, comparison.low, comparison.high)
    )
    span = f"{low.removesuffix(' times') if high.endswith('times') else low} to {high}"
    size = f"{{}} the {outcome}" if ratio else f"a difference of {{}} {outcome}"
    if comparison.verdict == SEPARATED:
        scales = comparison.scales
        alike = f"on {joined(scales)} alike" if len(scales) > 1 else "judged on this one scale"
        return (
            f"{one} is separated from {other}: {size.format(estimate)} (95% {span}), "
            f"{alike}, {_basis(comparison, one, other)}; {CERTAINTY}."
        )
    width = size.format(span)
    if comparison.verdict == SIMILAR:
        return f"{one} and {other} are similar, inside the margin declared before: {width}."
    why = f"; {comparison.reason}" if comparison.reason else ""
    if comparison.basis == "direct":
        why += f"; {_basis(comparison, one, other)}"
    who = one if ratio else f"{one} against {other}"
    return f"{one} and {other} are not distinguished: compatible with {width} on {who}{why}."


def summary(
    comparisons: Sequence[Comparison], names: Mapping[str, str], brief: bool = False
) -> str:
    """How many pairs were looked at, and which the trials tell apart, in groups, without ranks.

    Of a pair that is told apart, the one that the estimate favors stands first. Where none is, how
    many pairs a doubt alone leaves open; always, how many are not compared. `brief`: the first
    clause alone.
    """
    apart: dict[str, list[str]] = {}
    for pair in comparisons:
        if pair.verdict == SEPARATED:
            apart.setdefault(names[pair.treatment], []).append(names[pair.comparator])
    if len(comparisons) == 1 and not apart:
        (pair,) = comparisons
        verdict = "compared" if pair.verdict == NOT_COMPARED else "told apart"
        why = f": {pair.reason}" if pair.reason and not brief else ""
        return f"{names[pair.treatment]} and {names[pair.comparator]} are not {verdict}{why}."
    looked = counted(len(comparisons), "pair")
    lost = sum(pair.verdict == NOT_COMPARED for pair in comparisons)
    if not apart:
        held = [pair.reason.partition(" (")[0] for pair in comparisons if pair.held]
        rest = f"; {_are(lost)} not compared" if lost else ""
        rest += f"; {_are(len(held))} left open: {held[0]}" if held else ""
        return f"Of {looked} looked at, none is told apart{'' if brief else rest}."
    told = "; ".join(f"{one} from {', '.join(others)}" for one, others in apart.items())
    rest = f" {_are(lost).capitalize()} not compared." if lost else ""
    count = sum(map(len, apart.values()))
    first = f"Of {looked} looked at, {_are(count)} told apart"
    return f"{first}." if brief else f"{first}, favoring the first: {told}.{rest}"


def clause(comparisons: Sequence[Comparison], names: Mapping[str, str], brief: bool = False) -> str:
    """`summary` after a colon, with small letters: the names of a single pair too."""
    small = {key: lower(name) for key, name in names.items()} if len(comparisons) == 1 else names
    return lower(summary(comparisons, small, brief))


def _basis(comparison: Comparison, one: str, other: str) -> str:
    """Directly or not, in how many trials of each, and when these looked."""
    first, second = comparison.weeks
    if comparison.basis == "direct":
        return f"compared directly ({counted(len(first), 'trial')} at {weeks_words(*first)})"
    each = ((one, first), (other, second))
    told = ", ".join(f"{len(weeks)} of {name} at {weeks_words(*weeks)}" for name, weeks in each)
    return f"compared across trials ({told})"


def weeks_words(*weeks: float) -> str:
    """`week 52`, or `weeks 6 to 12`: from the first to the last of them."""
    low, high = min(weeks), max(weeks)
    return f"week{'' if low == high else 's'} {number_range(low, high)}"


def _are(count: int) -> str:
    return f"{count} {'is' if count == 1 else 'are'}"


def _times(ratio: float) -> str:
    """A ratio as a reader says it, to two digits; to more where two would say no effect."""
    rounded = next(
        (shown for digits in (2, 3, 4) if (shown := float(f"{ratio:.{digits}g}")) != 1), 1.0
    )
    return {0.5: "half", 2.0: "twice"}.get(rounded, f"{rounded:g} times")
