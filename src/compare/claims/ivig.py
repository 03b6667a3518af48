"""IVIG where the lay article speaks of it: six conditions, and its three answers in myasthenia."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from compare.authority.indications import COLUMNS, MARKS, frame_of, quote, rows_of
from compare.data.conditions import article_conditions
from compare.data.evidence import Evidence
from compare.data.rows import LEADING, records
from compare.trials import benefits


def ivig_in_myasthenia(evidence: Evidence) -> pd.DataFrame:
    """IVIG's three answers in myasthenia, never one: exacerbation, stable disease, maintenance.

    One row per answer: `setting`, `answer` (current statements and trials, quoted), `source_id`.
    """
    rows = evidence.indications
    rows = rows[rows["condition_id"].eq("gmg") & rows["therapy_id"].eq("ivig")]
    rows = rows[rows["authority"].eq("guideline") & rows["retired"].ne("yes")]
    acute, stable = (rows[rows["disease_state"].eq(one)] for one in ("exacerbation", "stable"))
    trials = benefits.outcomes(evidence, "gmg")
    trials = trials[trials["therapy_id"].eq("ivig")]
    missed = trials[trials["missed_primary"]]
    placebo = trials["comparator_kind"].eq("placebo")
    worsening = trials[placebo & ~trials["study"].isin(missed["study"])]

    def told(frame: pd.DataFrame) -> list[str]:
        return [
            f"{row['study']}: {row['endpoint']}, {row['effect_words'] or values(row)}"
            for row in records(frame)
        ]

    def values(row: Mapping[str, Any]) -> str:
        return (
            f"{row['treated_value']:g} against {row['comparator_value']:g} on {row['comparator']}"
        )

    answers = [
        ("Exacerbation or crisis", acute, worsening, ""),
        ("Stable disease", stable, trials.iloc[:0], ""),
        ("Maintenance", rows.iloc[:0], missed, "missed its primary endpoint: "),
    ]
    out = []
    for setting, quoted, shown, first in answers:
        parts = [quote(row) for row in records(quoted)] + [first + line for line in told(shown)]
        out.append(
            {
                "setting": setting,
                "answer": "; ".join(parts) or "nothing in our tables",
                "source_id": ";".join(dict.fromkeys([*quoted["source_id"], *shown["source_id"]])),
            }
        )
    return pd.DataFrame(out)


def ivig_in_article(evidence: Evidence, jurisdiction: str = "US") -> pd.DataFrame:
    """IVIG in the six conditions that a lay article names: columns of `options`, and `condition`.

    Where our tables have no row, the cells are blank and the label status is "outside label".
    """
    found = evidence.rows("therapies", "therapy_id", "ivig")
    ivig = [{name: row[name] for name in LEADING} for row in found]
    rows = [
        {**row, "condition_id": key, "condition": evidence.label("conditions", key)}
        for key in article_conditions(evidence)
        for row in rows_of(evidence, key, ivig, None, jurisdiction)
    ]
    return frame_of(rows, [*COLUMNS, *MARKS[:2]])
