"""What the map and the lists of authorities say, in sentences."""

from __future__ import annotations

import pandas as pd

from compare.findings import Finding
from compare.indications import FOR, IN_LABEL, NEEDS_PRIOR, NEEDS_SEROSTATUS
from compare.markup import short_name


def condition(table: pd.DataFrame, name: str, label_name: str = "an FDA label") -> Finding:
    """How many therapies of a condition are labeled for this patient, and where authorities part.

    `table` is made of rows of `options`.
    """
    if table.empty:
        return Finding(f"Our sources name no therapy for {name}.", {"therapies": 0.0})
    status = table["label_status"]
    labeled = table[status.eq(IN_LABEL)]
    asking = table[status.isin([NEEDS_SEROSTATUS, NEEDS_PRIOR])]
    outside = table[~table.index.isin([*labeled.index, *asking.index])]
    backed = outside[outside["statement"].isin(FOR) & ~outside["retired"]]
    parted = table[table["conflicting"]]
    warned = table[table["label_warning"].ne("")]
    numbers = {
        "therapies": len(table), "labeled": len(labeled), "asking": len(asking),
        "backed": len(backed), "conflicting": len(parted), "warned": len(warned),
    }  # fmt: skip
    text = f"{name}: {len(labeled)} of {len(table)} therapies have {label_name} for this patient"
    if len(asking):
        text += f"; {len(asking)} more would with the serostatus or prior therapy that it asks for"
    text += "."
    if len(backed):
        text += " Outside the label a current guideline or expert statement speaks for "
        text += f"{_names(backed)}."
    if len(parted):
        text += f" Current guidelines disagree on {_names(parted)}."
    if len(warned):
        text += f" Labels warn against {_names(warned)}."
    return Finding(text, {key: float(value) for key, value in numbers.items()})


def article(table: pd.DataFrame) -> Finding:
    """IVIG in the six conditions of the lay article; `table` is `ivig_in_article`."""
    labeled = int(table["label_status"].eq(IN_LABEL).sum())
    current = table["statement"].isin(FOR) & ~table["retired"]
    agreed = table[current & ~table["conflicting"]]
    parted = table[table["conflicting"]]
    silent = table[table["statement"].eq("")]
    against = table[~current & table["statement"].ne("")]
    numbers = {
        "conditions": len(table), "labeled": labeled, "agreed": len(agreed),
        "conflicting": len(parted), "silent": len(silent), "against": len(against),
    }  # fmt: skip
    text = f"IVIG has an FDA label for {labeled or 'none'} of these {len(table)} conditions."
    for rows, words in (
        (agreed, "Current guidelines speak for it in"),
        (parted, "They disagree in"),
        (against, "The only statement is against it, or retired, in"),
        (silent, "Our tables hold no statement on"),
    ):
        if len(rows):
            text += f" {words} {', '.join(rows['condition'])}."
    return Finding(text, {key: float(value) for key, value in numbers.items()})


def _names(rows: pd.DataFrame) -> str:
    names = [short_name(name) for name in rows["therapy"]]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
