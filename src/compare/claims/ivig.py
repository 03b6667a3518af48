"""IVIG where the lay article speaks of it: six conditions, and its answers by state of disease."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compare.authority.indications import quote, rows_of
from compare.data.conditions import article_conditions, within
from compare.data.evidence import Evidence
from compare.data.rows import Row
from compare.trials import benefits
from compare.words import printed


def ivig_by_state(evidence: Evidence, condition_id: str) -> list[Row]:
    """IVIG's three answers where it matters in which state the disease is, never one.

    One row per answer: `setting` (exacerbation, stable disease, maintenance), `answer` (current
    statements and trials, quoted), `source_id`. Empty where no current statement names a state.
    """
    said = [
        row
        for row in evidence.rows("indications", "condition_id", condition_id)
        if row["therapy_id"] == "ivig" and row["authority"] == "guideline"
    ]
    current = [row for row in said if row["retired"] != "yes"]
    acute, stable = (
        [row for row in current if row["disease_state"] == state]
        for state in ("exacerbation", "stable")
    )
    if not (acute or stable):
        return []
    trials = benefits.outcomes(evidence, condition_id)
    trials = [row for row in trials if row["therapy_id"] == "ivig"]
    missed = [row for row in trials if row["missed_primary"]]
    lost = {row["study"] for row in missed}
    worsening = [
        row for row in trials if row["comparator_kind"] == "placebo" and row["study"] not in lost
    ]

    def told(rows: Iterable[Row]) -> list[str]:
        return [
            f"{row['study']}: {row['endpoint']}, {row['effect_words'] or values(row)}"
            for row in rows
        ]

    def values(row: Mapping[str, Any]) -> str:
        treated, other = printed(row["treated_value"]), printed(row["comparator_value"])
        return f"{treated} against {other} on {row['comparator']}"

    answers: list[tuple[str, list[Row], list[Row], str]] = [
        ("Exacerbation or crisis", acute, worsening, ""),
        ("Stable disease", stable, [], ""),
        ("Maintenance", [], missed, "missed its primary endpoint: "),
    ]
    return [
        {
            "setting": setting,
            "answer": "; ".join(
                [quote(row) for row in quoted] + [first + one for one in told(shown)]
            )
            or "nothing in our tables",
            "source_id": ";".join(dict.fromkeys(row["source_id"] for row in [*quoted, *shown])),
        }
        for setting, quoted, shown, first in answers
    ]


def ivig_in_article(evidence: Evidence, jurisdiction: str = "US") -> list[Row]:
    """IVIG in the six conditions that a lay article names: rows of `options`, and `condition`
    (`within` a sentence).

    Where our tables have no row, the cells are blank and the label status is "outside label".
    """
    return [
        {
            **row,
            "condition_id": key,
            "condition": evidence.label("conditions", key),
            "within": within(evidence, key),
        }
        for key in article_conditions(evidence)
        for row in rows_of(evidence, key, ["ivig"], None, jurisdiction)
    ]
