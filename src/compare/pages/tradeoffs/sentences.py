"""What trade-offs say, in sentences. None of them calls a therapy best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from compare.cost.prices import KINDS
from compare.data.rows import Row, grouped, known, records
from compare.effects.networks import PER_100
from compare.effects.table import BY_COURSE
from compare.preferences.draws import Ranking
from compare.trials.guards import Comparison
from compare.trials.wording import clause
from compare.words import MINUS, MOST_WORDS, Finding, fitting, joined, lower, number, usd, usd_range

FAVORITE = 0.5
NARROW_POINTS = 2.0
NARROW_SHARE_OF_COST = 0.1
LESS_OFTEN = 0.02


def amount(value: float, unit: str) -> str:
    """A figure in its unit, as it is printed in cells and sentences."""
    if unit.startswith("dollars"):
        return usd(value)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    signed = unit.startswith(PER_100) or unit.endswith("difference")
    sign = "+" if signed and round(value, digits) > 0 else ""
    return sign + number(value, digits).replace("-", MINUS)


def against(unit: str) -> str:
    """A unit as the title of an axis or column says it, with the comparator if there is one."""
    if unit == PER_100:
        return "more in 100 than on placebo or background"
    if unit.startswith(PER_100):
        return f"more in 100 than the {unit.removeprefix(f'{PER_100}, at ')}"
    if unit.endswith("difference"):
        return f"{unit} from placebo or background"
    return f"{unit} against placebo or background" if unit.endswith("ratio") else unit


def cell_words(cell: Mapping[str, Any]) -> str:
    """A cell as words: figure and interval, or why there is none."""
    if not cell["reported"]:
        return "; ".join(part for part in (cell["shown"], cell["reason"]) if part)
    unit = str(cell["unit"])
    ends = amount(cell["low"], unit), amount(cell["high"], unit)
    if unit.startswith("dollars"):
        text = usd_range(cell["low"], cell["high"])
        text += f", {KINDS[cell['price_kind']]}" if cell.get("price_kind") else ""
    elif ends[0] == ends[1]:
        text = ends[0]
    elif cell["distribution"] == "range":
        text = f"{ends[0]} to {ends[1]}"
    else:
        text = f"{amount(cell['value'], unit)} ({ends[0]} to {ends[1]})"
    if cell["directness"] == "indirect":
        text += f", borrowed from {cell['borrowed_from']}"
    return f"{text}, {cell['shown']}" if cell["shown"] else text


def of_100(share: float) -> str:
    """A share as a count of 100, never rounded to none or all.

    >>> [of_100(s) for s in (0.0, 0.001, 0.66, 0.999, 1.0)]
    ['0', 'fewer than 1', '66', 'more than 99', '100']
    """
    if 0 < share < 0.005:
        return "fewer than 1"
    if 0.995 < share < 1:
        return "more than 99"
    return f"{100 * share:.0f}"


def first_phrase(share: float) -> str:
    """How often a therapy is first, in words.

    >>> first_phrase(0.0), first_phrase(0.657), first_phrase(1.0)
    ('never first', 'first in 66 of 100', 'always first')
    """
    if share != share:  # noqa: PLR0124  (NaN: it takes no rank)
        return "too little reported"
    if share == 0:
        return "never first"
    if share == 1:
        return "always first"
    return f"first in {of_100(share)} of 100"


UNIVERSE = {
    "any": "weightings",
    "order": "weightings that fit your ranking",
    "swing": "draws of the figures at your weights",
    "exact": "draws of the figures at your weights",
}


def ranking(
    found: Ranking,
    how: str,
    names: Mapping[str, str],
    labels: Mapping[str, str],
    gaps: Mapping[str, list[str]],
) -> Finding:
    """Who is first how often, when that is lost, what that rests on, and who cannot be ranked.

    `how`: "any" (all weightings), "order", "swing" or "exact". `gaps`: criteria without a figure
    by therapy.
    """
    lost = joined([names[t] for t in found.too_little])
    tail = f" Too little is reported to rank {lost}." if lost else ""
    shares = first_shares(found)
    if not shares:
        return Finding(f"No therapy can be ranked by these criteria.{tail}")
    order = sorted(shares, key=lambda name: -shares[name])
    top, share = order[0], shares[order[0]]
    numbers = {"first_share": share}
    if len(order) == 1:
        return Finding(f"{names[top]} is the only therapy that can be ranked.{tail}", numbers)
    often = "all" if share == 1 else f"{of_100(share)} of 100"
    text = f"{names[top]} is first in {often} {UNIVERSE[how]}"
    clause = losing(found, top, share, how, labels)
    text += f"; {clause}." if clause else "."
    blind = [name for name in gaps[top] if found.weights.get(name, 0) > 0]
    if blind:
        weight = sum(found.weights[name] for name in blind)
        numbers["missing_weight"] = weight
        text += f" Not scored for it: {joined([lower(labels[name]) for name in blind])}"
        text += f" ({of_100(weight)} of 100 of the weight)."
    second, next_share = order[1], shares[order[1]]
    if next_share > 0:
        numbers["second_share"] = next_share
        text += f" {names[second]} is first in {of_100(next_share)}."
    never = [names[t] for t in order if shares[t] == 0]
    if never:
        verb = "is" if len(never) == 1 else "are"
        text += f" {joined(never)} {verb} never first."
    return Finding(text + tail, numbers)


def losing(found: Ranking, top: str, overall: float, how: str, labels: Mapping[str, str]) -> str:
    """The clause on where the first one loses; empty where there is no such place."""
    if found.first_when is None:
        return ""
    shares = found.first_when.to_numpy(dtype=float)[found.first_when.index.get_loc(top)]
    pairs = zip(map(str, found.first_when.columns), map(float, shares), strict=True)
    row = {name: value for name, value in pairs if not math.isnan(value)}
    if not row:
        return ""
    worst = min(row, key=lambda name: row[name])
    share = row[worst]
    if how == "any":
        another = found.first_when[worst].drop(top).max()
        if share < FAVORITE and another > share:
            return f"it loses with the most weight on {lower(labels[worst])}"
        return ""
    if share < overall - LESS_OFTEN:
        return f"it loses ground with more weight on {lower(labels[worst])}"
    return ""


def first_shares(found: Ranking) -> dict[str, float]:
    """Share of first ranks by therapy, without those that take no rank."""
    if not len(found.acceptability.columns):
        return {}
    column = found.acceptability["rank_1"]
    pairs = zip(map(str, column.index), column.tolist(), strict=True)
    return {name: share for name, share in pairs if not math.isnan(share)}


def not_scored(row: Mapping[str, Any], labels: Mapping[str, str], found: Ranking) -> str:
    """The weighed criteria on which a therapy has no figure, with their weight; empty for none.

    `row`: of `weighted_value`, blank where there is no figure.
    """
    gaps = [
        f"{lower(labels[name])} ({of_100(weight)} of 100 of the weight)"
        for name, weight in found.weights.items()
        if weight > 0 and not known(row[name])
    ]
    return f"not scored: {joined(gaps)}" if gaps else ""


def each_trial(
    chart: pd.DataFrame,
    told: Mapping[str, str],
    x_label: str,
    unit: str,
    y_label: str,
    of_trials: bool = True,
) -> Finding:
    """What each trial showed of the harm or good on the chart, and that none compared therapies;
    of cost and burden, which are not `of_trials`, the figures alone.

    `chart`: one row per therapy with `x` and `y`; `told`: therapy id to its name and figure in
    words. Therapies stand in the order of the chart, never by the size of their figures; where
    they take too many words they stand on the chart alone.
    """
    shown = [told[row["therapy_id"]] for row in records(chart) if known(row["x"])]
    gaps = int(chart[["x", "y"]].isna().any(axis=1).sum())
    numbers = {"shown": len(shown), "gaps": gaps}
    if not shown:
        return Finding("No therapy has a harm or good here that can be scored.", numbers)
    text = f"{x_label}, {unit}: {'; '.join(shown)}."
    tail = ""
    if of_trials and len(shown) > 1:
        tail = " None of these figures compares two of the therapies."
    if gaps:
        verb = "lacks" if gaps == 1 else "lack"
        tail += f" {gaps} of {len(chart)} {verb} it or a {lower(y_label)}."
    if len(f"{text}{tail}".split()) > MOST_WORDS:
        own = ", each against its own comparator" if of_trials else ""
        text = f"{x_label}: {len(shown)} of {len(chart)} therapies{own}."
    return Finding(text + tail, numbers)


def of_network(
    chart: pd.DataFrame, x_label: str, judged: Sequence[Comparison], names: Mapping[str, str]
) -> Finding:
    """What follows from the network whose estimates stand on the chart, and who is not in it."""
    gaps = int(chart["x"].isna().sum())
    verb = "has" if gaps == 1 else "have"
    rest = f" {gaps} of {len(chart)} therapies {verb} no such trials." if gaps else ""
    told = (clause(judged, names, brief) for brief in (False, True))
    text = fitting(f"{x_label}: {said}{rest}" for said in told)
    return Finding(text, {"pairs": len(judged), "gaps": gaps})


def not_weighed(why: str, weighed: list[str], names: Sequence[str] = ()) -> Finding:
    """That harms and benefits are left out of the weighing, why, and what is left to weigh.

    `names`: therapies of the condition; where there is one, nothing is weighed.
    """
    if len(names) == 1:
        return Finding(f"{names[0]} stands alone in our tables here: nothing to weigh it against.")
    left = f" Only {joined([lower(name) for name in weighed])} can be weighed." if weighed else ""
    text = f"Harms and benefits are not weighed: {lower(why)}."
    return Finding(fitting([text + left, text]))


def kinds_of_price(rows: Iterable[Row]) -> str:
    """That costs at several kinds of price stand side by side; empty where they do not."""
    found = {row["price_kind"] for row in rows if row["reported"]} - {""}
    if len(found) < 2:
        return ""
    named = joined([words for kind, words in KINDS.items() if kind in found])
    return (
        f"Prices are of several kinds ({named}): a comparison that mixes them favors drugs given "
        "in the clinic."
    )


def without_label(names: list[str]) -> Finding | None:
    """Which of those that are ranked have no label for this patient; None where all have."""
    return Finding(f"Without a label for this patient: {joined(names)}.") if names else None


def mixed(rows: Iterable[Row]) -> Finding | None:
    """`kinds_of_price` of what is weighed; None where there is one kind."""
    said = kinds_of_price(rows)
    return Finding(said) if said else None


def by_course(rows: Sequence[Row], names: Mapping[str, str]) -> Finding | None:
    """Which therapies are given by course, and how they are counted by the year; None for none."""
    unsaid = [row for row in rows if row["reason"] == BY_COURSE]
    counted = [row for row in rows if row["shown"].startswith("course every")]
    if counted:
        who = joined(dict.fromkeys(names[row["therapy_id"]] for row in counted))
        return Finding(
            f"{who}: counted as a {counted[0]['shown']}, as you said. Our sources give the course, "
            "and no such interval."
        )
    who = joined(dict.fromkeys(names[row["therapy_id"]] for row in unsaid))
    return Finding(f"{who}: given by course. Say how many months apart.") if who else None


def correlated(criteria: Mapping[str, Row], weights: Mapping[str, float]) -> Finding | None:
    """A hint where weighted harms, which tend to occur together, outnumber the good."""
    groups = [row["group"] for name, row in criteria.items() if weights.get(name, 0) > 0]
    harms, goods = groups.count("harm"), groups.count("benefit")
    if harms < 2 or harms <= goods:
        return None
    good = "1 good" if goods == 1 else f"{goods or 'no'} goods"
    return Finding(
        f"You weigh {harms} harms and {good}. Harms that occur together are counted several "
        "times this way.",
        {"harms": harms, "goods": goods},
    )


def narrow(
    criteria: Mapping[str, Row],
    ranges: Mapping[str, tuple[float, float]],
    weights: Mapping[str, float],
    sensitivity: Iterable[Row],
) -> list[Finding]:
    """Hints on criteria whose whole range is small, yet which decide who is first.

    Small: 2 points, or a tenth of the highest cost. Deciding: without its weight another is first.
    """
    hints = []
    moves_of = grouped(sensitivity, "criterion")
    for name, row in criteria.items():
        if not weights.get(name, 0) > 0 or name not in moves_of:
            continue
        low, high = ranges[name]
        width = high - low
        in_points = row["unit"].startswith(("per 100", "percent")) and width <= NARROW_POINTS
        in_money = row["group"] == "cost" and width <= NARROW_SHARE_OF_COST * abs(high)
        now = [move["first"] for move in moves_of[name] if move["holds_now"]]
        if (in_points or in_money) and now and moves_of[name][0]["first"] != now[0]:
            only = usd(width) if in_money else f"{number(width, 1)} in 100"
            said = f"{row['label']} decides who is first, but its whole range is only {only}."
            hints.append(Finding(said, {"width": width}))
    return hints


def moves(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """One stretch of a weight, in words."""
    return (
        f"{names[row['first']]} from {100 * row['weight_from']:.0f} to {100 * row['weight_to']:.0f}"
    )


def clipped(share: float) -> Finding | None:
    """How many drawn figures lie outside the ranges, where it is more than 1 of 100."""
    if share <= 0.01:
        return None
    return Finding(
        f"Of 100 drawn figures {of_100(share)} lie outside the ranges and count as their ends.",
        {"clipped": share},
    )
