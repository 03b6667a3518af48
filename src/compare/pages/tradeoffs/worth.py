"""What the reader's weights say in money: a step of each criterion, and where costs draw level."""

from __future__ import annotations

from collections.abc import Mapping

from compare import preferences
from compare.data.rows import Row
from compare.effects.networks import PER_100
from compare.preferences.decision import Decision, Ranges, Shapes, Weights, central_weights
from compare.preferences.draws import Draws, Ranking
from compare.words import lower, usd

MONEY = ("cost_year_one", "cost_later_year", "cost_per_course")
STEPS = {"visits a year": "one visit a year", "hours a year": "one hour a year"}


def worth(
    decision: Decision,
    criteria: Mapping[str, Row],
    weights: Weights,
    ranges: Ranges,
    shapes: Shapes,
) -> list[Row]:
    """What one step of each criterion is worth in yearly (or course) dollars, by the weights.

    Keys `criterion, text, usd`. Empty without a weighted cost, or where its value bends.
    """
    central = dict(zip(decision.criteria, central_weights(decision, weights), strict=True))
    money = [name for name in MONEY if central.get(name, 0) > 0 and name not in shapes]
    rows: list[Row] = []
    for name, row in criteria.items():
        if not money or name == money[0] or not central[name] > 0 or name in shapes:
            continue
        dollars = preferences.equivalent_change(decision, weights, name, money[0], 1.0, ranges)
        unit = str(row["unit"])
        step = STEPS.get(unit, f"1 {unit}".strip())
        more = "one more" if unit.startswith(PER_100) else "one"
        text = f"{lower(row['label'])}, {step}"
        if unit.startswith((PER_100, "percent")):
            text = f"{more} in 100 with {lower(row['label'])}"
        span = "a course" if money[0] == "cost_per_course" else "a year"
        said = f"{text} is worth {usd(dollars)} {span} to you"
        rows.append({"criterion": name, "text": said, "usd": dollars})
    return rows


def break_evens(
    ranking: Ranking | None,
    drawn: Draws | None,
    weights: Weights,
    ranges: Ranges,
    shapes: Shapes,
    known_as: Mapping[str, str],
) -> list[Row]:
    """What each therapy's cost would have to be to draw level with the highest other value.

    Keys `therapy_id, therapy, rival, now, amount`. Empty until the reader has spoken.
    """
    if ranking is None or drawn is None:
        return []
    money = [name for name in MONEY if ranking.weights.get(name, 0) > 0]
    kept = [t for t in drawn.decision.therapies if t not in ranking.too_little]
    if not money or len(kept) < 2:
        return []
    found = preferences.break_evens(drawn.decision, weights, kept, money[0], ranges, shapes)
    return [
        {
            "therapy_id": one.therapy_id,
            "therapy": known_as[one.therapy_id],
            "rival": known_as[one.rival_id],
            "now": one.now,
            "amount": one.amount,
        }
        for one in found
    ]
