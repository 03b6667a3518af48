"""One own price as a person names it: a product, dollars, and what they pay for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from compare.cost.plan import plans
from compare.data.evidence import Evidence
from compare.data.rows import known, records
from compare.own.prices import COLUMNS
from compare.own.reading import cells
from compare.words import short_name

BY_MASS = ("vial", "bottle")
PRICE = re.compile(r"\$?\s*(\d+(?:\.\d+)?)")


def products_here(evidence: Evidence, condition_id: str) -> list[tuple[str, str]]:
    """(therapy and product, id) of each product that a regimen of the condition serves, by name."""
    found = {plan.product_id: plan.therapy_id for plan in plans(evidence, condition_id)}
    return sorted(
        (f"{short_name(evidence.label('therapies', of))}: {evidence.label('products', key)}", key)
        for key, of in found.items()
    )


def units(evidence: Evidence, product_id: str) -> dict[str, dict[str, Any]]:
    """What a price of the product may pay for, in words, with the cells of the file that say so.

    A price of one vial holds per mass, for all sizes of vial; one of a pen or syringe for it alone.
    """
    found: dict[str, dict[str, Any]] = {}
    boxes = [row for row in records(evidence.presentations) if row["product_id"] == product_id]
    for row in sorted(boxes, key=lambda row: (row["form"], row["strength"])):
        for route in row["route"].split(";"):
            said = f"{row['form'].replace('_', ' ')} of {row['strength']:g} {row['strength_unit']}"
            by_mass = {"billing_qty": row["strength"], "billing_unit": row["strength_unit"]}
            device = {
                "presentation_id": row["presentation_id"], "billing_qty": 1,
                "billing_unit": "device",
            }  # fmt: skip
            volume = f" in {row['volume_ml']:g} mL" if known(row["volume_ml"]) else ""
            each = by_mass if row["form"] in BY_MASS else device
            name = f"{said}, {route}"
            if name in found and each is device:
                name = f"{said}{volume}, {route}"
            found.setdefault(name, {"product_id": product_id, "route": route} | each)
    unit = "g" if any(row["strength_unit"] == "g" for row in boxes) else "mg"
    for route in str(evidence.by_id("products")[product_id]["routes"]).split(";"):
        found[f"{unit}, {route}"] = {
            "product_id": product_id, "route": route, "billing_qty": 1, "billing_unit": unit,
        }  # fmt: skip
    return found


def dollars(text: str) -> float:
    """The price that was typed, US dollars. Raises `ValueError` in one sentence for anything else.

    >>> dollars("$1040.50")
    1040.5
    """
    fits = PRICE.fullmatch(text.strip())
    if fits is None or not 0 < float(fits[1]) <= 10_000_000:
        given = f"“{text.strip()[:40]}” is no price" if text.strip() else "The price is missing"
        how = "write dollars above 0 with a decimal point and no comma, such as 1040.50"
        raise ValueError(f"{given}: {how}")
    return float(fits[1])


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of a file of own prices that `with_prices` has read, as text; blank cells None."""
    text = cells(content, "")[0].reindex(columns=COLUMNS) if content else None
    return [
        {name: cell if known(cell) else None for name, cell in row.items()}
        for row in (records(text) if text is not None else ())
    ]


def added(content: bytes, row: Mapping[str, Any]) -> bytes:
    """A file of own prices (or nothing) with one more row, in place of what priced the same."""
    kept = [one for one in rows_of(content) if not _same(one, row)]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([*kept, row])
    return out.getvalue().encode()


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rows price the same product and route, by mass or the same device."""
    box, new = (row.get("presentation_id") for row in (one, other))
    return all(
        str(one.get(name)).upper() == str(other[name]).upper() for name in ("product_id", "route")
    ) and (not known(box) or not known(new) or box == new)
