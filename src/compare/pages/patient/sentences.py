"""What speaks against therapies in one patient, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from compare.authority.cautions import SEVERITIES
from compare.data.rows import Row
from compare.words import Finding, short_name

CAREFUL = (
    "A conditional caution counts only under the condition in its cell. “None found” is not “safe”."
)


def patient(rows: Sequence[Row], name: str) -> Finding:
    """Which therapies carry a contraindication or boxed warning on something this patient has.

    `rows` are those of `check_cautions`. A therapy counts where any of its products carries it.
    """
    products: dict[str, set[str]] = {}
    mine: dict[str, dict[str, list[Row]]] = {key: {} for key in SEVERITIES}
    for row in rows:
        products.setdefault(row["therapy_id"], set()).add(row["product_id"])
        if row["matches"]:
            mine[row["severity"]].setdefault(row["therapy_id"], []).append(row)
    numbers = {"therapies": len(products)}
    numbers |= {key: len(mine[key]) for key in ("contraindicated", "boxed_warning", "warning")}
    parts = [
        f"{SEVERITIES[severity].lower()}: {_told(mine[severity], products)}"
        for severity in ("contraindicated", "boxed_warning")
        if mine[severity]
    ]
    only = mine["warning"]
    if parts:
        text = f"{name}, on what this patient has, {'; '.join(parts)}."
    elif only:
        text = f"{name}: on what this patient has, our reading holds warnings only "
        text += f"({_told(only, products)})."
    else:
        text = f"{name}: our reading of the labels holds no caution on what this patient has."
    return Finding(f"{text} {CAREFUL}", {key: float(value) for key, value in numbers.items()})


def _told(found: dict[str, list[Row]], products: dict[str, set[str]]) -> str:
    """Therapies with the factors and the number of products."""
    told = []
    for therapy_id, own in found.items():
        of = len(products[therapy_id])
        count = len({row["product_id"] for row in own})
        factors = ", ".join(name[0].lower() + name[1:] if name[1:2].islower() else name
                            for name in dict.fromkeys(row["factor"] for row in own))  # fmt: skip
        said = "" if of == 1 else f", {count} of {of} products"
        told.append(f"{short_name(own[0]['therapy'])} ({factors}{said})")
    return "; ".join(told)
