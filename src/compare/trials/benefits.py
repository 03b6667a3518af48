"""Benefits: what each trial measured, the effect as published, and the endpoints it missed.

A published effect is never recomputed: only its direction is put into words. Benefit is never
borrowed from another condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from compare.data.conditions import check_condition
from compare.data.evidence import CLASS_ORDER, Evidence, kept
from compare.data.rows import LEADING, Row, grouped, known, records
from compare.trials import arms
from compare.words import printed

COLUMNS = [
    *LEADING, "product_id", "condition_id", "endpoint_id", "endpoint", "endpoint_as_printed",
    "favors", "scale", "study", "arm", "design", "comparator", "comparator_kind", "timepoint_weeks",
    "n_treated", "treated_value", "n_comparator", "comparator_value", "unit", "events_treated",
    "events_comparator", "treated_low_pct", "treated_high_pct", "comparator_low_pct",
    "comparator_high_pct", "difference_pct", "difference_low_pct", "difference_high_pct",
    "counts_rebuilt", "effect_measure", "effect", "ci_low", "ci_high", "ci_level", "p_value",
    "contrast", "effect_words", "better_on", "endpoint_role", "met", "missed_primary", "directness",
    "primary", "stands", "verification", "row_id", "source_id", "locator", "notes",
]  # fmt: skip
MEASURES = {
    "risk_difference_points": "difference in points",
    "mean_difference": "difference of means",
    "rate_difference": "difference of rates",
    "hazard_ratio": "hazard ratio",
    "rate_ratio": "rate ratio",
    "risk_ratio": "risk ratio",
    "odds_ratio": "odds ratio",
    "ratio_of_means": "ratio of means",
    "relative_reduction_pct": "relative reduction",
}
PERCENT = ("pct", "%", "percent")
DIFFERENCES = ("risk_difference_points", "mean_difference", "rate_difference")
SUBTRACTED = ("treated_minus_comparator", "comparator_minus_treated")
DIVIDED = ("treated_over_comparator", "comparator_over_treated")
MET = {"yes": "met", "no": "MISSED", "not_tested": "not tested", "unknown": "not stated"}
ROLES = {
    "primary": "primary endpoint",
    "co_primary": "co-primary endpoint",
    "secondary": "secondary endpoint",
    "exploratory": "exploratory endpoint",
    "unknown": "role not stated",
}


def outcomes(evidence: Evidence, condition_id: str) -> Sequence[Row]:
    """One row per arm and endpoint of a condition, primary endpoints first within a therapy.

    Keys: `COLUMNS`. Values, effect and interval as printed, in `unit`. `effect_words` puts the
    printed effect in words as treated against comparator. `difference_*` (points, Newcombe 95
    percent) stands for percents of patients in parallel arms whose counts are known or determined
    by the percent; never for Kaplan-Meier, adjusted or approximate percents. It is crude: where a
    difference is printed (often adjusted), that one is the trial's result. `better_on` is
    "therapy", "comparator" or "neither" by the point estimate, blank where that cannot be told.
    `missed_primary`: a primary or co-primary endpoint that the trial missed, as the source says.
    `directness` is always "direct".

    Shared: do not change them. Raises `ValueError` for an unknown condition.
    """
    check_condition(evidence, condition_id)
    return rows_by_condition(evidence).get(condition_id, ())


@kept(8)
def rows_by_condition(evidence: Evidence) -> Mapping[str, Sequence[Row]]:
    """Rows of `outcomes` of all conditions at once, by condition."""
    raw = evidence.outcomes
    out = raw.merge(evidence.therapies[LEADING], on="therapy_id", how="left")
    endpoints = evidence.endpoints[["endpoint_id", "endpoint", "favors", "scale"]]
    out = out.merge(endpoints, on="endpoint_id", how="left")
    percents = out["scale"].eq("proportion") & raw["unit"].isin(PERCENT)
    plain = percents & raw["is_count"].ne("no")
    found = {}
    for arm in ("treated", "comparator"):
        n, value = raw[f"n_{arm}"], raw[f"{arm}_value"].where(plain)
        count, pct, rebuilt = arms.counts(raw[f"{arm}_events"].where(plain), value, n, plain)
        low, high = arms.intervals(count, n, plain & raw["design"].ne("crossover"))
        found[arm] = count, pct, rebuilt
        out[f"events_{arm}"] = pd.array(count, dtype="Float64").astype("Int64")
        out[f"{arm}_low_pct"], out[f"{arm}_high_pct"] = low, high
    parallel = plain & arms.parallel(raw)
    (x1, pct1, first), (x2, pct2, second) = found["treated"], found["comparator"]
    low, high = arms.differences(x1, raw["n_treated"], x2, raw["n_comparator"], parallel)
    out["difference_low_pct"], out["difference_high_pct"] = low, high
    printed = (raw["treated_value"] - raw["comparator_value"]).fillna(pd.Series(pct1 - pct2))
    out["difference_pct"] = printed.where(out["difference_low_pct"].notna())
    out["counts_rebuilt"] = first | second
    rows = records(out)
    out["effect_words"] = pd.Series([effect_words(row) for row in rows], out.index, dtype="str")
    out["better_on"] = pd.Series([better_on(row) for row in rows], out.index, dtype="str")
    main = out["endpoint_role"].isin(["primary", "co_primary"])
    out["missed_primary"] = main & out["met"].eq("no")
    out["directness"] = "direct"
    keys = pd.DataFrame(
        {
            "class": out["therapy_class"].map(CLASS_ORDER.index),
            "therapy": out["therapy"],
            "primary": out["primary"].ne("yes"),
            "role": out["endpoint_role"].map(list(ROLES).index),
            "row": out["row_id"],
        }
    )
    by = keys.sort_values(list(keys.columns), kind="stable").index
    return grouped(records(out.loc[by, COLUMNS]), "condition_id")


def effect_words(row: Mapping[str, Any]) -> str:
    """The printed effect as words, treated against comparator; its size is never changed.

    A difference printed as comparator minus treated is the same difference read from the other
    side: "lower" becomes "higher". A ratio keeps its printed direction, which is named.
    """
    measure, effect = row["effect_measure"], row["effect"]
    if measure not in MEASURES or not known(effect):
        return ""
    comparator = str(row["comparator"]) if known(row["comparator"]) else "the comparator"
    level = row["ci_level"] if known(row["ci_level"]) else None
    interval = known(row["ci_low"]) and known(row["ci_high"])
    ci = f"{level:g}% CI" if level is not None else "interval"
    name = MEASURES[measure]
    if measure in DIFFERENCES and row["contrast"] in SUBTRACTED:
        sign = 1 if row["contrast"] == "treated_minus_comparator" else -1

        def side(value: float, unit: str = "") -> str:
            if value == 0:
                return "no difference"
            return f"{abs(value):g}{unit} {'higher' if sign * value > 0 else 'lower'}"

        ends = (row["ci_low"], row["ci_high"]) if sign > 0 else (row["ci_high"], row["ci_low"])
        unit = " points" if measure == "risk_difference_points" else ""
        first = f"{side(effect, unit)} than on {comparator}".replace(
            "no difference than on", "no difference from"
        )
        return f"{first} ({ci} {side(ends[0])} to {side(ends[1])})" if interval else first
    span = f" ({ci} {printed(row['ci_low'])} to {printed(row['ci_high'])})" if interval else ""
    percent = "%" if measure == "relative_reduction_pct" else ""
    which = {
        "treated_over_comparator": f", therapy over {comparator}",
        "comparator_over_treated": f", {comparator} over therapy",
        "treated_minus_comparator": f", therapy minus {comparator}",
        "comparator_minus_treated": f", {comparator} minus therapy",
    }.get(row["contrast"], f", against {comparator}")
    if measure == "relative_reduction_pct":
        which = f" against {comparator}"
    return f"{name} {printed(effect)}{percent}{span}{which}"


def better_on(row: Mapping[str, Any]) -> str:
    """Which side the point estimate favors: therapy, comparator, neither, or blank."""
    lower_is_good = row["favors"] == "lower"
    effect, measure, contrast = row["effect"], row["effect_measure"], row["contrast"]
    gain: float | None = None
    if known(effect) and measure in DIFFERENCES and contrast in SUBTRACTED:
        gain = effect if contrast == "treated_minus_comparator" else -effect
    elif known(effect) and measure == "relative_reduction_pct":
        gain = -effect  # printed as the size of a reduction on the therapy
    elif known(effect) and effect > 0 and contrast in DIVIDED:
        gain = float(np.log(effect)) * (1 if contrast == "treated_over_comparator" else -1)
        if measure == "hazard_ratio" and row["scale"] == "time":
            gain = -gain  # a lower hazard is a longer time
        elif measure == "hazard_ratio" and not lower_is_good:
            gain = None  # the hazard may be that of the bad event: not told by the table
    elif (
        known(row["treated_value"])
        and known(row["comparator_value"])
        and row["comparator_kind"] != "none"
    ):
        gain = row["treated_value"] - row["comparator_value"]
    if gain is None:
        return ""
    if gain == 0:
        return "neither"
    return "therapy" if (gain < 0) == lower_is_good else "comparator"


def unit_words(row: Row) -> str:
    """The unit of a row's figures as a reader says it; empty without one."""
    unit = str(row["unit"]).replace("_", " ") if known(row["unit"]) else ""
    return "percent" if unit in PERCENT else unit


def amount(row: Row, arm: str) -> str:
    """What a group ("treated", "comparator") had; a number of patients with the group's size."""
    said = printed(row[f"{arm}_value"])
    if row["unit"] == "patients" and known(n := row[f"n_{arm}"]):
        return f"{said} of {n:,}"
    return said


def outcome_text(row: Row) -> str:
    """An outcome in a sentence: endpoint, time, both arms, the published effect, whether met."""
    week = f", week {row['timepoint_weeks']:g}" if known(row["timepoint_weeks"]) else ""
    said = f"{row['endpoint']}{week}"
    unit = unit_words(row)
    unit = "%" if unit == "percent" else f" {unit}".rstrip()
    if known(row["treated_value"]):
        said += f": {amount(row, 'treated')}{unit}"
        if known(row["comparator_value"]):
            sign = unit if unit == "%" else ""
            said += f" against {amount(row, 'comparator')}{sign} on {row['comparator']}"
        elif row["comparator_kind"] == "none":
            said += ", no comparator"
    parts = [said, row["effect_words"]]
    if row["endpoint_role"] in ("primary", "co_primary"):
        role = ROLES[row["endpoint_role"]]
        missed = row["missed_primary"]
        parts.append(f"{role} MISSED" if missed else f"{role}: {MET[row['met']]}")
    if row["comparator_kind"] not in ("placebo", "none"):
        parts.append(arms.KINDS[row["comparator_kind"]])
    if known(row["study"]):
        parts.append(str(row["study"]))
    return "; ".join(part for part in parts if part)
