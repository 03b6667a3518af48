"""What a table of costs says, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from compare.cost.prices import REBATE_SENTENCE
from compare.data.rows import Row
from compare.words import Finding, short_name, usd


def named(row: Row) -> str:
    """Therapy and product, and that the use is outside the label where it is."""
    outside = "" if row["label_status"] == "in label" else ", not in its label here"
    return f"{short_name(row['therapy'])}, {row['product']}{outside}"


def yearly(shown: Sequence[Row], condition: str, weight_kg: float) -> Finding:
    """The cheapest and the dearest therapy in year one, and where IVIG stands, at the low ends.

    `shown`: rows of `cost.cost_table`, as dictionaries, cheapest first.
    """
    if not shown:
        return Finding(f"No yearly regimen with a current price for {condition}.")
    low, high = shown[0], shown[-1]
    numbers = {"lowest_usd": low["usd_year_one_low"], "highest_usd": high["usd_year_one_low"]}
    sentence = (
        f"In {condition} at {weight_kg:g} kg, year one costs from {usd(low['usd_year_one_low'])} "
        f"({named(low)}) to {usd(high['usd_year_one_low'])} ({named(high)})."
    )
    if len(shown) == 1:
        sentence = (
            f"In {condition} at {weight_kg:g} kg, the one priced therapy, "
            f"{named(low)}, costs "
            f"{usd(low['usd_year_one_low'])} in year one."
        )
    ivig = [row for row in shown if row["therapy_class"] == "ivig"]
    if ivig and len(shown) > 1:
        own = ivig[0]["usd_year_one_low"]
        others = [row for row in shown if row["therapy_class"] != "ivig"]
        dearer = sum(row["usd_year_one_low"] > own for row in others)
        numbers |= {"ivig_usd": own, "dearer": dearer, "others": len(others)}
        more = "costs more" if dearer == 1 else "cost more"
        sentence += f" IVIG costs {usd(own)}; {dearer} of {len(others)} other therapies {more}."
    if any(row["price_kind"] == "before_rebates" for row in shown):
        sentence += f" {REBATE_SENTENCE}"
    return Finding(sentence, {name: float(value) for name, value in numbers.items()})


def switching(rows: Sequence[Row], therapy: str) -> Finding:
    """What the cheapest product of one regimen saves against the dearest, in a later year."""
    priced = sorted(
        (r for r in rows if r["usd_later_year_low"] > 0 and r["label_status"] == "in label"),
        key=lambda row: row["usd_later_year_low"],
    )
    if len(priced) < 2:
        return Finding(f"{therapy}: no second labeled product with a current price.")
    cheap, dear = priced[0], priced[-1]
    saving = float(dear["usd_later_year_low"] - cheap["usd_later_year_low"])
    return Finding(
        f"{therapy}: {cheap['product']} instead of {dear['product']} is {usd(saving)} less in a "
        "later year. A payment limit can lie below what a product can be bought for.",
        {"saving_usd": saving},
    )
