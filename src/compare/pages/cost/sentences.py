"""What a table of costs says, in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from compare.cost.prices import KINDS
from compare.cost.reasons import IGE_OPEN
from compare.data.rows import Row, known
from compare.words import MOST_WORDS, Finding, counted, short_name, usd

PRICES = {kind: f"at prices {words}" for kind, words in KINDS.items()} | {"own": "at own prices"}
AT_LIMIT = "A payment limit may lie below what it can be bought for."


def named(
    row: Row, asks: Mapping[str, str] = MappingProxyType({}), barred: Collection[str] = ()
) -> str:
    """Therapy and product; that IgE is not known, for whom its label is (by product), that the
    use is outside the label, or that the product is `barred`: contraindicated in this patient.
    """
    outside = "" if row["label_status"] == "in label" else ", not in its label here"
    open_ige = ", IgE not entered" if IGE_OPEN in row["note"] else ""
    asked = f", for {asks[row['product_id']]}" if row["product_id"] in asks else ""
    bar = ", contraindicated in this patient" if row["product_id"] in barred else ""
    return f"{short_name(row['therapy'])}, {row['product']}{open_ige}{asked}{outside}{bar}"


def headline(
    yearly: Sequence[Row],
    courses: Sequence[Row],
    condition: str,
    weight_kg: float,
    reasons: Sequence[str] | None = (),
    asks: Mapping[str, str] = MappingProxyType({}),
    barred: Collection[str] = (),
) -> Finding:
    """What the first panel of the picture spans, at the usual dose; at most 40 words.

    Rows that stand for their therapies, in the page's order. Never a word on two kinds of price
    together; where there is room, how many stand in other panels, and what IVIG costs by course.
    `reasons`: why regimens for the patient's age have no cost, None where no regimen is for it;
    `asks`: what labels ask for;
    `barred`: products that are contraindicated in the patient.
    """
    bars = yearly or courses
    if not bars and reasons is None:
        return Finding(
            f"In {condition} no regimen in our sources is for this patient's age: no cost is shown."
        )
    if not bars:
        several = [*dict.fromkeys(reasons or ())]
        several[2:] = ["more below"] if len(several) > 2 else []
        why = "; ".join(several) or "no current price"
        return Finding(f"In {condition} no regimen for this patient has a cost: {why}.")
    usual, what = (
        ("usd_year_one_usual", "year one") if yearly else ("usd_per_course_usual", "a course")
    )
    kind = bars[0]["price_kind"]
    panel = [row for row in bars if row["price_kind"] == kind]
    low, high = panel[0], panel[-1]
    ends = "usd_year_one_low" if yearly else "usd_per_course"
    what += " at the usual dose" if any(row[usual] != row[ends] for row in (low, high)) else ""
    numbers = {"lowest_usd": low[usual], "highest_usd": high[usual]}
    start = f"In {condition} at {weight_kg:g} kg, {PRICES[kind]},"
    if len(panel) == 1:
        parts = [f"{start} {what} costs {usd(low[usual])} ({named(low, asks, barred)})."]
    else:
        parts = [
            f"{start} {what} costs from {usd(low[usual])} ({named(low, asks, barred)}) to "
            f"{usd(high[usual])} ({named(high, asks, barred)})."
        ]
    ivig = [row for row in courses if row["therapy_class"] == "ivig"] if yearly else []
    if ivig:
        numbers["ivig_course_usd"] = ivig[0]["usd_per_course_usual"]
        outside = "" if ivig[0]["label_status"] == "in label" else " (not in its label here)"
        parts.append(f"IVIG by course{outside}: {usd(numbers['ivig_course_usd'])}.")
    here = {row["therapy_id"] for row in panel}
    others = [row for row in bars if row["therapy_id"] not in here]
    if others:
        kinds = {row["price_kind"] for row in others}
        elsewhere = {row["therapy_id"] for row in others}
        numbers["other_panels"] = len(elsewhere)
        where = PRICES[others[0]["price_kind"]] if len(kinds) == 1 else "at other kinds of price"
        parts.append(f"{counted(len(elsewhere), 'other therapy')} {where}: not compared.")
    said = ""
    for part in parts:
        longer = f"{said} {part}".strip()
        if not said or len(longer.split()) <= MOST_WORDS:
            said = longer
    return Finding(said, numbers)


def switching(rows: Sequence[Row]) -> Finding:
    """What the product that stands saves against the reference, else against the dearest.

    `rows`: one bar and the other products on its line: of one therapy, use and kind of price, at
    the usual dose. In-label products only.
    """
    therapy = short_name(rows[0]["therapy"]) if rows else ""
    yearly = bool(rows) and rows[0]["use"] == "chronic"
    usual, when = (
        ("usd_year_one_usual", "in year one") if yearly else ("usd_per_course_usual", "per course")
    )
    labeled = [row for row in rows if row["label_status"] == "in label"]
    if len(labeled) < 2:
        which = "second " if labeled else ""
        return Finding(f"{therapy}: no {which}labeled product with a current price of this kind.")
    stands = next((row for row in labeled if row["stands_for_therapy"]), labeled[0])
    others = [row for row in labeled if row is not stands]
    other = max(others, key=lambda row: (row["is_reference"], row[usual]))
    saving = float(other[usual] - stands[usual])
    numbers, kind = {"saving_usd": saving}, KINDS[stands["price_kind"]]
    when = f"{when} at the usual dose, {kind}"
    if saving < 0 or not other["is_reference"]:
        differs = "less" if saving < 0 else "more"
        return Finding(
            f"{therapy}: {other['product']} costs {usd(abs(saving))} {differs} than "
            f"{stands['product']} {when}.",
            numbers,
        )
    limit = stands["price_kind"] == "net" and known(stands["reference_product_id"])
    return Finding(
        f"{therapy}: {stands['product']} instead of {other['product']}: {usd(saving)} less {when}."
        f"{f' {AT_LIMIT}' if limit else ''}",
        numbers,
    )
