"""What speaks against therapies in one patient, in a sentence."""

from __future__ import annotations

import pandas as pd

from compare.cautions import SEVERITIES
from compare.findings import Finding
from compare.markup import short_name

CAREFUL = (
    "A conditional caution counts only under the condition in its cell. “None found” is not “safe”."
)


def patient(rows: pd.DataFrame, name: str) -> Finding:
    """Which therapies carry a contraindication or boxed warning on something this patient has.

    `rows` are those of `check_cautions`. A therapy counts where any of its products carries it.
    """
    mine = rows[rows["matches"]]
    numbers = {"therapies": rows["therapy_id"].nunique()}
    parts = []
    for severity in ("contraindicated", "boxed_warning"):
        found = mine[mine["severity"].eq(severity)]
        numbers[severity] = found["therapy_id"].nunique()
        if len(found):
            parts.append(f"{SEVERITIES[severity].lower()}: {_told(found, rows)}")
    only = mine[mine["severity"].eq("warning")]
    numbers["warning"] = only["therapy_id"].nunique()
    if parts:
        text = f"{name}, on what this patient has, {'; '.join(parts)}."
    elif len(only):
        text = f"{name}: on what this patient has, our reading holds warnings only "
        text += f"({_told(only, rows)})."
    else:
        text = f"{name}: our reading of the labels holds no caution on what this patient has."
    return Finding(f"{text} {CAREFUL}", {key: float(value) for key, value in numbers.items()})


def _told(found: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Therapies with the factors and the number of products."""
    told = []
    for therapy_id, own in found.groupby("therapy_id", sort=False):
        of = rows.loc[rows["therapy_id"].eq(str(therapy_id)), "product_id"].nunique()
        count = own["product_id"].nunique()
        factors = ", ".join(name[0].lower() + name[1:] if name[1:2].islower() else name
                            for name in dict.fromkeys(own["factor"]))  # fmt: skip
        products = "" if of == 1 else f", {count} of {of} products"
        told.append(f"{short_name(own['therapy'].iloc[0])} ({factors}{products})")
    return "; ".join(told)
