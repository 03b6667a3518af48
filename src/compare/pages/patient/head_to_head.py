"""Which trials compared two options of a condition with each other."""

from __future__ import annotations

from collections.abc import Mapping

from compare.data.evidence import Evidence
from compare.data.rows import known
from compare.trials import benefits
from compare.words import short_name


def compared(
    evidence: Evidence, condition_id: str, therapy_ids: tuple[str, ...]
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Trials by pair of therapies, the treated one first.

    A comparator is one of the therapies where its cell names the therapy or one of its products.
    """
    names = {
        key: [short_name(evidence.label("therapies", key)).casefold()]
        + [row["product"].casefold() for row in evidence.rows("products", "therapy_id", key)]
        for key in therapy_ids
    }
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in benefits.rows_by_condition(evidence).get(condition_id, ()):
        if row["comparator_kind"] != "active" or row["therapy_id"] not in names:
            continue
        said = str(row["comparator"]).casefold()
        for other, words in names.items():
            if other != row["therapy_id"] and any(word in said for word in words):
                study = str(row["study"]) if known(row["study"]) else "one trial"
                found.setdefault((row["therapy_id"], other), {})[study] = None
    return {pair: tuple(studies) for pair, studies in found.items()}
