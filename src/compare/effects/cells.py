"""Cells of the effects table that come from trials: harms and benefits, scored or only shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from statistics import NormalDist
from typing import Any, NamedTuple

from compare.data.arguments import one_of
from compare.data.evidence import Evidence, kept
from compare.data.rows import LEADING, Row, grouped, known
from compare.effects.networks import NO_NETWORK, NOT_IN_IT, PER_100, UNITS, network_cells
from compare.trials import arms, benefits, harms
from compare.trials.results import difference, ratio
from compare.words import printed

COLUMNS = [
    *LEADING, "criterion", "label", "group", "value", "low", "high", "unit", "favors",
    "distribution",
    "events", "n", "comparator_events", "comparator_n", "below", "directness", "borrowed_from",
    "reported", "reason", "shown", "ascertainment", "comparator", "study", "price_kind",
    "row_id", "source_id",
]  # fmt: skip
BLANK = dict.fromkeys(COLUMNS, math.nan) | {"key": False, "price_kind": ""}
BASES = {
    "difference": "difference from each trial's own placebo or background arm",
    "treated": "treated arms alone (a cross-trial view)",
    "network": "what networks of trials allow, at one placebo rate; all else is not scored",
}
OF_NETWORK = ("label", "unit", "favors", "measure")
COUNTED = {
    "events": "events_treated", "n": "n_treated", "comparator_events": "events_comparator",
    "comparator_n": "n_comparator",
}  # fmt: skip
SCORED = {"reported": True, "reason": "", "shown": ""}
# What a cell that may not be scored does not carry.
NO_FIGURES = dict.fromkeys(
    ("value", "low", "high", "events", "n", "comparator_events", "comparator_n", "below"), math.nan
)
PLACEBO = ("placebo", "background")
# Sorts of event that a label's list of reactions names one by one, so that its threshold holds.
LISTED_KINDS = ("symptom",)


class Benefit(NamedTuple):
    """One published effect as a distribution, treated against comparator."""

    measure: str
    favors: str
    distribution: str
    value: float
    low: float
    high: float


AS_PRINTED = (
    "mean_difference", "rate_difference", "hazard_ratio", "rate_ratio", "risk_ratio", "odds_ratio",
)  # fmt: skip
MEASURES = {
    "points": PER_100,
    **{name: benefits.MEASURES[name] for name in AS_PRINTED},
    "percent": "percent",
}


@kept(8)
def evidence_cells(
    evidence: Evidence,
    condition_id: str,
    basis: str,
    borrow: bool,
    factors: frozenset[str] = frozenset(),
) -> Mapping[tuple[str, str], Row]:
    """Every harm and benefit cell that a source speaks of, by therapy and criterion.

    Which row stands for a harm is said in `harms.standing`; a rate is shown, not scored. `factors`:
    those of the patient that choose a network (`asked_factors`). Besides `COLUMNS` each has `kind`
    and `measure`. Shared: do not change them.
    """
    check_basis(basis)
    if basis == "network":
        alone = evidence_cells(evidence, condition_id, "difference", borrow)
        return _in_networks(alone, network_cells(evidence, condition_id, factors))
    events, conditions = evidence.by_id("events"), evidence.by_id("conditions")
    cells = []
    for row in harms.standing(evidence, condition_id, borrow).values():
        where: dict[str, Any] = {"directness": "direct", "borrowed_from": ""}
        if row["condition_id"] != condition_id:
            name = conditions[row["condition_id"]]["condition"]
            where = {"directness": "indirect", "borrowed_from": name}
        where["key"] = events[row["event_id"]]["key"] == "yes"
        cells.append({**_harm_cell(row, basis), **where})
    cells += _benefit_cells(evidence, condition_id, basis)
    return {(cell["therapy_id"], cell["criterion"]): {**BLANK, **cell} for cell in cells}


def _in_networks(
    chosen: Mapping[tuple[str, str], Row], joined: Iterable[Row]
) -> dict[tuple[str, str], Row]:
    """The cells of networks; every other one says what its own trial showed, and is not scored."""
    found: dict[tuple[str, str], Row] = {
        (cell["therapy_id"], cell["criterion"]): {**BLANK, **cell} for cell in joined
    }
    named = {name: cell for (_, name), cell in found.items()}
    for key, cell in chosen.items():
        if key not in found:
            like = named.get(key[1])
            shared = {name: like[name] for name in OF_NETWORK} if like else {}
            shown = _of_its_trial(cell) if cell["reported"] else cell["shown"]
            alone = _missing(NOT_IN_IT if like else NO_NETWORK, shown)
            found[key] = {**cell, **alone, **NO_FIGURES, **shared}
    return found


def _of_its_trial(cell: Row) -> str:
    """A scored cell in words, as the figure of one trial against its own comparator."""
    ends = (printed(cell[name], ".3g") for name in ("value", "low", "high"))
    value, low, high = ends
    return f"{value} ({low} to {high}) {cell['unit']} against {cell['comparator']}, one trial"


def check_basis(basis: str) -> None:
    """Raise `ValueError` where the basis is none of `BASES`."""
    one_of("basis", basis, BASES)


def _harm_cell(row: Row, basis: str) -> dict[str, Any]:
    """One harm of one therapy, scored where it has the comparator or the counts for it."""
    way = harms.ASCERTAINMENTS[row["ascertainment"]][0]
    cell = {
        **{name: row[name] for name in LEADING},
        "criterion": f"harm:{row['event_id']}:{row['ascertainment']}",
        "label": f"{row['event']} ({way})",
        "group": "harm",
        "favors": "lower",
        "unit": PER_100 if basis == "difference" else "percent",
        "ascertainment": row["ascertainment"],
        "comparator": row["comparator"] if known(row["comparator"]) else "",
        "kind": row["kind"],
        "measure": "points" if basis == "difference" else "percent",
        **{name: row[name] for name in ("study", "row_id", "source_id")},
    }
    prefix = "difference" if basis == "difference" else "risk"
    distribution = "difference" if basis == "difference" else "beta"
    counts = _counts(row, distribution)
    right_arm = basis == "treated" or row["comparator_kind"] in PLACEBO
    scored = right_arm and known(row[f"{prefix}_pct"]) and known(row[f"{prefix}_low_pct"])
    if scored and all(known(value) for value in counts.values()):
        ends = (row[f"{prefix}{end}_pct"] for end in ("", "_low", "_high"))
        return cell | _scored(counts, distribution, *ends)
    bound = basis == "treated" and not known(row["risk_pct"]) and known(row["risk_high_pct"])
    reason = "only an upper bound is printed" if bound else _unscored(row, right_arm)
    below = {"below": row["risk_high_pct"] if bound else math.nan}
    return cell | _missing(reason, _shown(row)) | below


def _scored(
    counts: Mapping[str, Any], distribution: str, value: float, low: float, high: float
) -> dict[str, Any]:
    """What a scored cell has: how its figure is drawn, and from which counts."""
    found = {"value": value, "low": low, "high": high, "distribution": distribution}
    return {**found, **{name: float(count) for name, count in counts.items()}, **SCORED}


def _missing(reason: str, shown: str) -> dict[str, Any]:
    """What a cell has that is not scored: why, and what is known all the same."""
    return {"distribution": "missing", "reported": False, "reason": reason, "shown": shown}


def _counts(row: Row, distribution: str) -> dict[str, Any]:
    """The counts of a row from which a distribution is drawn; those of other ones are none."""
    most = {"beta": 2, "difference": 4}.get(distribution, 0)
    return {name: row[of] for name, of in islice(COUNTED.items(), most)}


def _unscored(row: Row, right_arm: bool) -> str:
    """Why a harm that is reported is not scored."""
    if row["no_difference_because"]:
        return str(row["no_difference_because"])
    if not right_arm:
        return f"compared with {arms.KINDS[row['comparator_kind']]}"
    return "the counts behind the percents are not known, so there is no interval"


def _shown(row: Row) -> str:
    """A harm that is not scored, as the source gives it."""
    if row["measure"] == harms.RATE:
        text = arms.risk_words(row)
        if known(row["rate_comparator_per_100_patient_years"]):
            text += f", {arms.risk_words(row, 'risk_comparator')} on {row['comparator']}"
        return text
    if not known(row["risk_pct"]):
        return "" if not known(row["risk_high_pct"]) else f"under {row['risk_high_pct']:g}%"
    text = f"{row['risk_pct']:.3g}% of patients"
    if known(row["risk_comparator_pct"]):
        text += f", {row['risk_comparator_pct']:.3g}% on {row['comparator']}"
    return text


def _benefit_cells(evidence: Evidence, condition_id: str, basis: str) -> list[dict[str, Any]]:
    """Benefits of the condition (never borrowed), one measure per endpoint.

    Where trials print different measures of one endpoint, the one that most therapies have is
    scored; the others are shown.
    """
    rows = benefits.outcomes(evidence, condition_id)
    groups = grouped((row for row in rows if row["primary"] == "yes"), "endpoint_id")
    endpoints, cells = evidence.by_id("endpoints"), []
    for endpoint_id, group in groups.items():
        found = [(row, _benefit(row, basis)) for row in group]
        counted = [effect.measure for _, effect in found if effect is not None]
        order = list(MEASURES)
        measure = min(set(counted), key=lambda m: (-counted.count(m), order.index(m)), default=None)
        for row, effect in found:
            same = effect is not None and effect.measure == measure
            unit = MEASURES[measure] if measure else ""
            if measure in ("mean_difference", "rate_difference"):
                printed = row["unit"] if known(row["unit"]) else endpoints[endpoint_id]["unit"]
                printed = UNITS.get(str(printed), printed) if known(printed) else ""
                unit = f"{printed} difference".strip()
            favors = next((e.favors for _, e in found if e and e.measure == measure), row["favors"])
            cell = {
                **{name: row[name] for name in LEADING},
                "criterion": f"benefit:{endpoint_id}",
                "label": row["endpoint"],
                "group": "benefit",
                "unit": unit,
                "favors": favors,
                "directness": "direct",
                "borrowed_from": "",
                "ascertainment": "",
                "comparator": row["comparator"] if known(row["comparator"]) else "",
                "kind": "benefit",
                "measure": measure or "",
                **{name: row[name] for name in ("study", "row_id", "source_id")},
            }
            if same and effect is not None:
                counts = _counts(row, effect.distribution)
                cells.append(cell | _scored(counts, *effect[2:]))
            else:
                reason = _unscored_benefit(row, effect, measure)
                cells.append(cell | _missing(reason, _shown_benefit(row)))
    return cells


def _benefit(row: Row, basis: str) -> Benefit | None:
    """A trial's effect against placebo as a distribution; None where there is none to score."""
    if basis == "treated":
        if not known(row["treated_low_pct"]) or not known(row["events_treated"]):
            return None
        ends = row["treated_value"], row["treated_low_pct"], row["treated_high_pct"]
        return Benefit("percent", row["favors"], "beta", *(float(end) for end in ends))
    if row["comparator_kind"] not in PLACEBO or row["design"] == "randomized_withdrawal":
        return None
    printed = _printed_effect(row)
    if printed is not None:
        return printed
    if known(row["difference_low_pct"]):
        ends = row["difference_pct"], row["difference_low_pct"], row["difference_high_pct"]
        return Benefit("points", row["favors"], "difference", *(float(end) for end in ends))
    return None


def _printed_effect(row: Row) -> Benefit | None:
    """The effect with the interval that the source prints, at 95 percent."""
    if not all(known(row[name]) for name in ("effect", "ci_low", "ci_high")):
        return None
    level = float(row["ci_level"]) if known(row["ci_level"]) else 95.0
    widen = 1.96 / NormalDist().inv_cdf(0.5 + min(level, 99.99) / 200)
    measure = str(row["effect_measure"])
    if printed := difference(row):
        value, low, high = printed
        low, high = value - widen * (value - low), value + widen * (high - value)
        name = "points" if measure == "risk_difference_points" else measure
        return Benefit(name, row["favors"], "normal", value, low, high)
    divided = measure in MEASURES and row["contrast"] in benefits.DIVIDED
    if divided and min(row["effect"], row["ci_low"]) > 0 and (printed := ratio(row)):
        value, low, high = printed
        low, high = value * (low / value) ** widen, value * (high / value) ** widen
        favors = row["favors"]
        if measure == "hazard_ratio":
            # A lower hazard is a longer time; for other "higher is better" the table cannot tell.
            if favors == "higher" and row["scale"] != "time":
                return None
            favors = "lower"
        return Benefit(measure, favors, "lognormal", value, low, high)
    return None


def _unscored_benefit(row: Row, effect: Benefit | None, measure: str | None) -> str:
    if effect is not None and measure:
        return f"printed as {MEASURES[effect.measure]}, the others as {MEASURES[measure]}"
    if row["comparator_kind"] not in PLACEBO or row["design"] == "randomized_withdrawal":
        return f"compared with {arms.KINDS[row['comparator_kind']]}"
    return "no interval is printed, and the counts are not known"


def _shown_benefit(row: Row) -> str:
    if row["effect_words"]:
        return str(row["effect_words"])
    if not known(row["treated_value"]):
        return ""
    unit = f" {UNITS.get(row['unit'], row['unit'])}" if known(row["unit"]) else ""
    text = f"{printed(row['treated_value'])}{unit}"
    if known(row["comparator_value"]):
        text += f", {printed(row['comparator_value'])}{unit} on {row['comparator']}"
    return text


def thresholds(evidence: Evidence, condition_id: str) -> Mapping[tuple[str, str], float]:
    """Points under which a reaction that a label's table does not list must lie.

    By therapy and ascertainment, from lists of this condition against placebo that hold five
    events or more; the highest where there are several. A reaction can also be left out because
    placebo had as many, which is below the threshold too.
    """
    listed: Counter[tuple[str, str, float]] = Counter()
    for row in evidence.rows("adverse_events", "condition_id", condition_id):
        if (
            row["measure"] == "pct_of_subjects"
            and row["primary"] == "yes"
            and row["comparator_kind"] in PLACEBO
            and known(row["listed_from_pct"])
        ):
            listed[row["therapy_id"], row["ascertainment"], row["listed_from_pct"]] += 1
    found: dict[tuple[str, str], float] = {}
    for (therapy_id, way, points), count in listed.items():
        if count >= 5:
            found[therapy_id, way] = max(found.get((therapy_id, way), 0.0), points)
    return found
