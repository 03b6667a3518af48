"""Comparisons across trials in words: nowhere else are two therapies compared in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.trials._effects import RATIOS
from compare.trials.guards import NOT_COMPARED, SEPARATED, SIMILAR, Comparison

CERTAINTY = "certainty not graded"


def sentence(comparison: Comparison, names: Mapping[str, str], outcome: str) -> str:
    """What may be said of a pair, in words: the one place where therapies of trials are compared.

    `outcome` completes "the": "odds of clinical remission"; for a difference of means its unit.

    >>> from compare.trials.guards import NOT_DISTINGUISHED
    >>> pair = Comparison("a", "b", NOT_DISTINGUISHED, "network", "odds_ratio", 1, 0.5, 2, (), 5)
    >>> sentence(pair, {"a": "Aa", "b": "Bb"}, "odds of remission")
    'Aa and Bb are not distinguished: compatible with half to twice the odds of remission.'
    """
    one, other = names[comparison.treatment], names[comparison.comparator]
    if comparison.verdict == NOT_COMPARED:
        return f"{one} and {other} are not compared: {comparison.reason}."
    ratio = comparison.measure in RATIOS
    estimate, low, high = (
        _times(value) if ratio else f"{value:+.2g}"
        for value in (comparison.estimate, comparison.low, comparison.high)
    )
    span = f"{low.removesuffix(' times') if high.endswith('times') else low} to {high}"
    size = f"{{}} the {outcome}" if ratio else f"{{}} {outcome}"
    if comparison.verdict == SEPARATED:
        scales = " and ".join([", ".join(comparison.scales[:-1]), comparison.scales[-1]])
        alike = f"on {scales} alike" if len(comparison.scales) > 1 else "judged on this one scale"
        trials = "1 trial" if comparison.trials == 1 else f"{comparison.trials} trials"
        basis = "compared directly" if comparison.basis == "direct" else "compared across trials"
        return (
            f"{one} is separated from {other}: {size.format(estimate)} (95% {span}), "
            f"{alike}, {basis} ({trials}); {CERTAINTY}."
        )
    width = size.format(span)
    if comparison.verdict == SIMILAR:
        return f"{one} and {other} are similar, inside the margin declared before: {width}."
    why = f"; {comparison.reason}" if comparison.reason else ""
    return f"{one} and {other} are not distinguished: compatible with {width}{why}."


def summary(comparisons: Sequence[Comparison], names: Mapping[str, str]) -> str:
    """How many pairs were looked at, and who is separated from whom, in groups, without ranks."""
    apart: dict[str, list[str]] = {}
    for pair in comparisons:
        if pair.verdict == SEPARATED:
            apart.setdefault(names[pair.treatment], []).append(names[pair.comparator])
    looked = "1 pair" if len(comparisons) == 1 else f"{len(comparisons)} pairs"
    if not apart:
        return f"Of {looked} looked at, none is separated."
    told = "; ".join(f"{one} from {', '.join(others)}" for one, others in apart.items())
    count = sum(map(len, apart.values()))
    return f"Of {looked} looked at, {count} {'is' if count == 1 else 'are'} separated: {told}."


def _times(ratio: float) -> str:
    """A ratio as a reader says it, to two digits."""
    rounded = float(f"{ratio:.2g}")
    return {0.5: "half", 2.0: "twice"}.get(rounded, f"{rounded:g} times")
