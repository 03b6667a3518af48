"""One trial's result on one scale: which of its printed and computed figures stands in a picture.

Nothing is pooled here, and nothing is compared across trials.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped, known
from compare.trials.benefits import DIFFERENCES, SUBTRACTED, outcomes, unit_words

NAN = float("nan")
PER_100, DIFFERENCE, RATIO, LEVEL, WORDS = "per_100", "difference", "ratio", "level", "words"
RATIOS = ("hazard_ratio", "rate_ratio", "risk_ratio", "odds_ratio", "ratio_of_means")
OWN, WITHDRAWAL, ACTIVE, OTHER_DOSE, UNCONTROLLED = (
    "own", "withdrawal", "active", "other_dose", "uncontrolled",
)  # fmt: skip
# What a row has in the table of outcomes and not in that of benefits.
RAW = ("trial_id", "subgroup", "prior_exposure", "stands", "duplicate_of")


@dataclass(frozen=True)
class Result:
    """A figure with its interval (NaN where none is known), as therapy against comparator.

    `scale`: per_100 (points of percent), difference (in `unit`), ratio (1: no effect), level (the
    therapy's own figure, without a comparator), words (no figure can be drawn). `toward`: 1 where
    larger values favor the therapy, -1 where smaller ones do.
    """

    scale: str
    value: float = NAN
    low: float = NAN
    high: float = NAN
    unit: str = ""
    toward: int = 1


def result(row: Row) -> Result:  # noqa: PLR0911  (one return a rule, in their order)
    """The figure that stands for a row of outcomes: a printed difference before a computed one,
    a difference before a ratio; without counts and without a printed interval, none is drawn.
    """
    measure, ends = row["effect_measure"], (row["ci_low"], row["ci_high"])
    toward = -1 if row["favors"] == "lower" else 1
    share = row["scale"] == "proportion" and row["unit"] in ("pct", None)
    unit = unit_words(row)
    arms = row["treated_value"], row["comparator_value"]
    if uncontrolled(row):
        own = ends if measure == "single_arm" else (None, None)  # else it is of an effect
        low, high = (row["treated_low_pct"], row["treated_high_pct"]) if share else own
        if not known(arms[0]):
            return Result(WORDS)
        return _as(LEVEL, (arms[0], low, high), "of 100" if share else unit, toward)
    if (subtracted := difference(row)) is not None:
        scale = PER_100 if measure == "risk_difference_points" else DIFFERENCE
        return _as(scale, subtracted, "" if scale == PER_100 else unit, toward)
    if known(row["difference_pct"]):
        ends = row["difference_low_pct"], row["difference_high_pct"]
        return _as(PER_100, (row["difference_pct"], *ends), "", toward)
    divided = ratio(row)
    if divided is not None and row["better_on"]:
        above = (divided[0] > 1) == (row["better_on"] == "therapy")
        return _as(RATIO, divided, "", 1 if above else -1)
    if known(arms[0]) and known(arms[1]):
        scale = PER_100 if share else DIFFERENCE
        return Result(scale, arms[0] - arms[1], NAN, NAN, "" if share else unit, toward)
    return Result(WORDS)


def block(row: Row) -> str:
    """Which trials a row stands beside: those with a placebo of their own, or added to a background
    drug; of withdrawal; against an active drug; against another dose; without a control.
    """
    kind = row["comparator_kind"]
    if uncontrolled(row):
        return UNCONTROLLED
    if kind in (WITHDRAWAL, ACTIVE, OTHER_DOSE):
        return str(kind)
    return WITHDRAWAL if row["design"] == "randomized_withdrawal" else OWN


def uncontrolled(row: Row) -> bool:
    """Whether the trial had no control group of its own."""
    return row["comparator_kind"] in ("none", "external", "unknown") or row["design"] in (
        "single_arm", "open_label_extension", "observational", "postmarketing",
    )  # fmt: skip


def trial_rows(evidence: Evidence, condition_id: str) -> tuple[Row, ...]:
    """Rows of `benefits.outcomes` of a condition, each with its trial's columns (`trial_...`), as
    which patients and readings it counts, with titles of sources. A second reading of a row is
    left out. `also_missed`: another primary endpoint that its trial missed in all patients.
    """
    raw = {row["row_id"]: row for row in evidence.rows("outcomes", "condition_id", condition_id)}
    found = []
    for row in evidence.cited(outcomes(evidence, condition_id)):
        more = {name: raw[row["row_id"]][name] for name in RAW}
        if known(more["duplicate_of"]):
            continue
        trials = evidence.rows("trials", "trial_id", more["trial_id"])
        about = {f"trial_{k.removeprefix('trial_')}": v for row in trials for k, v in row.items()}
        about["trial_name"] = trials[0]["trial"] if trials else row["study"]
        found.append({**row, **about, **more})
    every = missed(found)
    for row in found:
        other = every.get((row["therapy_id"], row["trial_id"]), row)
        apart = other["endpoint_id"] != row["endpoint_id"]
        row["also_missed"] = str(other["endpoint"]) if apart else ""
    return tuple(found)


def missed(rows: Iterable[Row]) -> dict[tuple[str, str], Row]:
    """By therapy and trial the primary endpoint that it missed in all patients, the last of any."""
    return {
        (row["therapy_id"], row["trial_id"]): row
        for row in rows
        if row["missed_primary"] and not known(row["subgroup"])
    }


def standing(rows: Sequence[Row]) -> list[Row]:
    """The pivotal trials of the main endpoint, those that missed it included."""
    return [row for row in rows if row["stands"] == "yes"]


def missed_beside(rows: Sequence[Row]) -> list[Row]:
    """Of `missed`, those of trials that do not stand with a miss."""
    told = {(row["therapy_id"], row["trial_id"]) for row in standing(rows) if row["met"] == "no"}
    return [row for key, row in missed(rows).items() if key not in told]


def head_to_head(rows: Sequence[Row]) -> list[Row]:
    """Rows against an active drug: those that stand, and one of each other trial, its primary
    endpoint in all its patients, the longest. Pools only where a therapy has no trial by itself.
    """

    def rank(row: Row) -> tuple[bool, bool, bool, float]:
        minor = row["endpoint_role"] not in ("primary", "co_primary")
        weeks = row["timepoint_weeks"] if known(row["timepoint_weeks"]) else 0.0
        return row["stands"] != "yes", known(row["subgroup"]), minor, -weeks

    active = [row for row in rows if block(row) == ACTIVE]
    single = {row["therapy_id"] for row in active if row["design"] != "pooled_rct"}
    trials = grouped(active, "trial_id").values()
    chosen = [min(own, key=rank)["row_id"] for own in trials]
    return [
        row
        for row in active
        if (row["row_id"] in chosen or row["stands"] == "yes")
        and not (row["design"] == "pooled_rct" and row["therapy_id"] in single)
    ]


def at_rate(measure: str, effect: float, rate_pct: float) -> float:
    """What a therapy's patients would have, where those on the reference have `rate_pct`.

    Per 100, cut at 0 and 100, on a scale of counts; a rate for a ratio of rates; a mean for a
    difference of means. `effect` is against the reference.

    >>> round(at_rate("odds_ratio", 3.0, 10.0))
    25
    """
    if measure == "log_ratio":
        return rate_pct * effect
    if measure == "mean_difference":
        return rate_pct + effect
    if measure == "risk_difference":
        return min(max(rate_pct + 100 * effect, 0.0), 100.0)
    if measure == "risk_ratio":
        return min(rate_pct * effect, 100.0)
    odds = effect * rate_pct / (100 - rate_pct)
    return 100 * odds / (1 + odds)


def difference(row: Row) -> tuple[float, float, float] | None:
    """A printed difference as therapy minus comparator, with its ends."""
    effect, low, high = map(_number, (row["effect"], row["ci_low"], row["ci_high"]))
    if row["effect_measure"] not in DIFFERENCES or not known(effect):
        return None
    if row["contrast"] not in SUBTRACTED:
        return None
    if row["contrast"] == "comparator_minus_treated":
        return -effect, -high, -low
    return effect, low, high


def ratio(row: Row) -> tuple[float, float, float] | None:
    """A printed ratio as therapy over comparator, with its ends."""
    effect, low, high = map(_number, (row["effect"], row["ci_low"], row["ci_high"]))
    if not known(effect):
        return None
    if row["effect_measure"] == "relative_reduction_pct":
        return 1 - effect / 100, 1 - high / 100, 1 - low / 100
    if row["effect_measure"] not in RATIOS or effect <= 0:
        return None
    if row["contrast"] == "comparator_over_treated":
        return 1 / effect, 1 / high, 1 / low
    return effect, low, high


def _as(scale: str, three: Sequence[float | None], unit: str, toward: int) -> Result:
    value, low, high = map(_number, three)
    return Result(scale, value, low, high, unit, toward)


def _number(cell: float | None) -> float:
    return NAN if cell is None else float(cell)
