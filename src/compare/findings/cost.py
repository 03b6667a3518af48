"""What a table of costs says, in a sentence."""

from __future__ import annotations

import pandas as pd

from compare.cost import before_rebates
from compare.findings import Finding
from compare.markup import short_name, usd
from compare.prices import REBATE_SENTENCE


def named(row: pd.Series) -> str:
    """Therapy and product, and that the use is outside the label where it is."""
    outside = "" if row["label_status"] == "in label" else ", not in its label here"
    return f"{short_name(row['therapy'])}, {row['product']}{outside}"


def yearly(shown: pd.DataFrame, condition: str, weight_kg: float) -> Finding:
    """The cheapest and the dearest therapy in year one, and where IVIG stands, at the low ends."""
    if shown.empty:
        return Finding(f"No yearly regimen with a current price for {condition}.")
    ranked = shown.sort_values("usd_year_one_low", kind="stable")
    low, high = ranked.iloc[0], ranked.iloc[-1]
    numbers = {"lowest_usd": low["usd_year_one_low"], "highest_usd": high["usd_year_one_low"]}
    sentence = (
        f"In {condition} at {weight_kg:g} kg, year one costs from {usd(low['usd_year_one_low'])} "
        f"({named(low)}) to {usd(high['usd_year_one_low'])} ({named(high)})."
    )
    if len(ranked) == 1:
        sentence = (
            f"In {condition} at {weight_kg:g} kg, the one priced therapy, "
            f"{named(low)}, costs "
            f"{usd(low['usd_year_one_low'])} in year one."
        )
    ivig = ranked[ranked["therapy_class"].eq("ivig")]
    if len(ivig) and len(ranked) > 1:
        own = ivig["usd_year_one_low"].iloc[0]
        others = ranked[ranked["therapy_class"].ne("ivig")]
        dearer = int(others["usd_year_one_low"].gt(own).sum())
        numbers |= {"ivig_usd": own, "dearer": dearer, "others": len(others)}
        sentence += f" IVIG costs {usd(own)}; {dearer} of {len(others)} other therapies cost more."
    if ranked["price_basis"].map(before_rebates).any():
        sentence += f" {REBATE_SENTENCE}"
    return Finding(sentence, {name: float(value) for name, value in numbers.items()})


def switching(rows: pd.DataFrame, therapy: str) -> Finding:
    """What the cheapest product of one regimen saves against the dearest, in a later year."""
    priced = rows[
        rows["usd_later_year_low"].gt(0) & rows["label_status"].eq("in label")
    ].sort_values("usd_later_year_low")
    if len(priced) < 2:
        return Finding(f"{therapy}: no second labeled product with a current price.")
    cheap, dear = priced.iloc[0], priced.iloc[-1]
    saving = float(dear["usd_later_year_low"] - cheap["usd_later_year_low"])
    return Finding(
        f"{therapy}: {cheap['product']} instead of {dear['product']} is {usd(saving)} less in a "
        "later year. A payment limit can lie below what a product can be bought for.",
        {"saving_usd": saving},
    )
