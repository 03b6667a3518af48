"""Two arms of a trial: counts behind a printed percent, intervals, and the words for a difference.

Shared by harms and benefits. Nothing here pools trials.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from compare.data.rows import Row, known
from compare.trials.intervals import risk_difference, wilson
from compare.words import MINUS, NOT_REPORTED

Floats = NDArray[np.float64]

PARALLEL = ("parallel_rct", "pooled_rct", "randomized_withdrawal")
COMPARED = ("placebo", "background", "active", "other_dose", "withdrawal")
COMPARISONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "placebo": ("placebo, alone or added to a background drug", ("placebo", "background")),
    "active": ("another active drug", ("active",)),
    "other_dose": ("another dose or form of the same drug", ("other_dose",)),
    "withdrawal": ("placebo after having had the drug (withdrawal)", ("withdrawal",)),
}
KINDS = {
    "placebo": "placebo",
    "background": "placebo or nothing added to a background drug",
    "active": "active drug",
    "other_dose": "another dose of the same drug",
    "withdrawal": "placebo after having had the drug (randomized withdrawal)",
    "external": "outside control",
    "none": "no comparator",
    "unknown": "comparator not described",
}
DESIGNS = {
    "parallel_rct": "randomized trial",
    "pooled_rct": "randomized trials, pooled by the source",
    "crossover": "crossover trial",
    "randomized_withdrawal": "randomized withdrawal trial",
    "single_arm": "one arm, no control",
    "open_label_extension": "open-label extension, no control",
    "observational": "observational study",
    "postmarketing": "estimate after approval",
    "unknown": "design not described",
}


def parallel(rows: pd.DataFrame) -> pd.Series:
    """Whether the two figures of a row are those of randomized groups that ran side by side."""
    named = rows["design"].isin(PARALLEL) & rows["comparator_kind"].isin(COMPARED)
    return named & rows["parallel"].ne("no")


def half_unit(pct: float) -> float:
    """Half of the last printed digit of a percent, in points: 0.5 for 12, 0.05 for 12.3.

    A trailing zero is lost on reading (12.0 counts as 12), which errs toward caution.
    """
    text = repr(float(pct))
    decimals = 0 if text.endswith((".0", "nan")) or "e" in text else len(text.split(".")[1])
    return 0.5 * 10.0**-decimals


def rebuilt_counts(pct: ArrayLike, n: ArrayLike) -> Floats:
    """Counts of patients behind printed percents of `n`; NaN where the percent does not say it.

    The nearest count must print as that percent, and the percent must be finer than the interval
    around it: 0 or 1 percent of 1,500 patients could be any of a dozen counts, which is too coarse
    to hang an interval on.
    """
    printed, total = np.broadcast_arrays(np.asarray(pct, dtype=float), np.asarray(n, dtype=float))
    half = np.reshape([half_unit(value) for value in printed.ravel()], printed.shape)
    count = np.floor(printed * total / 100 + 0.5)
    fits = (count <= total) & (np.abs(100 * count / total - printed) <= half + 1e-9)
    count = np.where(fits, count, np.nan)
    low, high = wilson(count, total)
    return np.where(half <= 50 * (high - low), count, np.nan)


def counts(
    events: pd.Series, pct: pd.Series, n: pd.Series, countable: pd.Series
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Events and percent per row of one arm, and whether the events were rebuilt from the percent.

    A printed count stands as it is (also without a group size) and gives the percent; where only
    the percent is printed it stays as printed. A count and a percent of one arm that differ by more
    than a point are not trusted: neither is then used as a count.
    """
    x = events.to_numpy(dtype=float, na_value=np.nan)
    p = pct.to_numpy(dtype=float, na_value=np.nan)
    total = n.to_numpy(dtype=float, na_value=np.nan)
    printed = ~np.isnan(x) & ~np.isnan(total) & (x <= total)
    share = np.where(printed, 100 * x / np.where(printed, total, 1.0), np.nan)
    at_odds = (printed & ~np.isnan(p) & (np.abs(share - p) > 1)) | (x > total)
    wanted = countable.to_numpy(dtype=bool) & np.isnan(x)
    again = rebuilt_counts(np.where(wanted, p, np.nan), total)
    rebuilt = ~np.isnan(again)
    found = np.where(rebuilt, again, np.where(at_odds, np.nan, x))
    risk = np.where(printed & ~at_odds, share, p)
    return found, risk, rebuilt


def intervals(events: Floats, n: pd.Series, allowed: pd.Series) -> tuple[Floats, Floats]:
    """Wilson interval in percent, where allowed and the count is known."""
    total = n.to_numpy(dtype=float, na_value=np.nan)
    ok = allowed.to_numpy(dtype=bool) & ~np.isnan(events) & ~np.isnan(total)
    low, high = wilson(np.where(ok, events, np.nan), np.where(ok, total, np.nan))
    return 100 * low, 100 * high


def differences(
    x1: Floats, n1: pd.Series, x2: Floats, n2: pd.Series, allowed: pd.Series
) -> tuple[Floats, Floats]:
    """Newcombe interval of treated minus comparator in points, where allowed and counts known."""
    first = n1.to_numpy(dtype=float, na_value=np.nan)
    second = n2.to_numpy(dtype=float, na_value=np.nan)
    ok = allowed.to_numpy(dtype=bool)
    for part in (x1, first, x2, second):
        ok = ok & ~np.isnan(part)
    x1, first, x2, second = (np.where(ok, part, np.nan) for part in (x1, first, x2, second))
    _, low, high = risk_difference(x1, first, x2, second)
    return 100 * low, 100 * high


def amount(points: float) -> str:
    """Points in plain digits: whole from 1 up, one decimal below."""
    size = abs(points)
    if size >= 1:
        return f"{size:,.0f}"
    return f"{size:.1f}".removesuffix(".0") if size >= 0.05 else "under 0.1"


def _more(points: float, more: str, fewer: str) -> str:
    if points == 0:
        return "no difference"
    return f"{amount(points)} {more if points > 0 else fewer}"


def per_100(difference: float, low: float, high: float, comparator: str = "the comparator") -> str:
    """A difference in points as patients per 100, in words.

    >>> per_100(4, -1, 9, "placebo")
    '4 more in 100 than on placebo, between 1 fewer and 9 more'
    """
    if not known(difference):
        return "no difference can be given"
    if difference == 0:
        first = f"as many in 100 as on {comparator}"
    else:
        word = "more" if difference > 0 else "fewer"
        first = f"{amount(difference)} {word} in 100 than on {comparator}"
    if not (known(low) and known(high)):
        return f"{first} (no interval)"
    return f"{first}, between {_more(low, 'more', 'fewer')} and {_more(high, 'more', 'fewer')}"


def one_in(points: float) -> str:
    """`1 of 25` for 4 points."""
    return f"1 of {max(100 / abs(points), 1):,.0f}"


def nnh_text(difference: float, low: float, high: float) -> str:
    """Number needed to harm with its interval, which runs through infinity where it spans zero.

    Arguments are in points, treated minus comparator: a positive difference is a harm.

    >>> nnh_text(4, -1.11, 9)
    'harm in 1 of 25 (from harm in 1 of 11, through no difference, to benefit in 1 of 90)'
    >>> nnh_text(4, 2, 10)
    'harm in 1 of 25 (from harm in 1 of 10 to harm in 1 of 50)'
    """
    if not known(difference):
        return ""

    def one(points: float) -> str:
        if points == 0:
            return "no difference"
        return f"{'harm' if points > 0 else 'benefit'} in {one_in(points)}"

    if not (known(low) and known(high)):
        return f"{one(difference)} (no interval)"
    first, last = (high, low) if difference >= 0 else (low, high)
    through = ", through no difference," if low < 0 < high else ""
    return f"{one(difference)} (from {one(first)}{through} to {one(last)})"


def percent(value: float) -> str:
    """A percent with one decimal below 10, and two below 0.1; never finer than 1 in 10,000."""
    if value >= 9.95:
        return f"{value:.0f}"
    if 0 < value < 0.1:
        return f"{value:.2f}" if value >= 0.01 else "<0.01"
    return f"{value:.1f}".removesuffix(".0")


def signed(value: float, brief: bool = False) -> str:
    """A difference in points with its sign, to one decimal; a smaller one in words.

    `brief`: as a cell of a map has room for.

    >>> signed(-0.005), signed(0.07), signed(12), signed(-0.005, brief=True)
    ('<0.1 fewer', '+0.1', '+12', '<0.1')
    """
    if abs(value) < 1e-9:
        return "0"
    if abs(value) < 0.05:
        return "<0.1" if brief else f"<0.1 {'more' if value > 0 else 'fewer'}"
    return f"{'+' if value > 0 else MINUS}{percent(max(abs(value), 0.1))}"


def in_thousands(pct: float, bound: bool = False) -> str:
    """A rare risk as patients in 1,000, or in 10,000; `bound`: at most that many.

    >>> in_thousands(0.2), in_thousands(0.01), in_thousands(0.006), in_thousands(0.1, bound=True)
    ('2 in 1,000', '1 in 10,000', 'fewer than 1 in 10,000', 'fewer than 1 in 1,000')
    """
    size, of = (pct * 10, "1,000") if pct >= 0.1 else (pct * 100, "10,000")
    if bound or size < 1:
        return f"fewer than {max(size, 1):g} in {of}"
    return f"{size:.1f}".removesuffix(".0") + f" in {of}"


def risk_words(row: Row, prefix: str = "risk") -> str:
    """A risk with its interval, or its upper bound, as text; a rate as one."""
    rate = row[f"{prefix.replace('risk', 'rate')}_per_100_patient_years"]
    if known(rate):
        return f"{rate:.10g} per 100 patient-years"
    risk, low, high = (row[f"{prefix}{end}_pct"] for end in ("", "_low", "_high"))
    if not known(risk):
        return f"up to {percent(high)}%" if known(high) else "not printed"
    if not known(low):
        return f"{percent(risk)}% (no interval)"
    return f"{percent(risk)}% ({percent(low)} to {percent(high)})"


def rare_words(row: Row) -> str:
    """A rare risk as patients in 1,000 or 10,000; where its patients were counted, of how many."""
    value, high = row["risk_pct"], row["risk_high_pct"]
    if not known(value):
        return in_thousands(high, bound=True) if known(high) else NOT_REPORTED
    if known(row["events_treated"]) and known(row["n_treated"]):
        return f"{row['events_treated']} of {row['n_treated']:,} patients"
    return in_thousands(value)


def difference_words(row: Row) -> str:
    """A difference with its interval as text."""
    value, low, high = (row[f"difference{end}_pct"] for end in ("", "_low", "_high"))
    if not known(low):
        return f"{signed(value)} (no interval)"
    return f"{signed(value)} ({signed(low)} to {signed(high)})"
