"""Rules of the tables that a column alone cannot say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from compare.data.errors import Problem

MISSING_SHOWN = "(blank)"
READ_TABLES = ("adverse_events", "outcomes", "regimens", "prices", "cautions")


def check_rules(frame: pd.DataFrame, kind: str, table: str | None = None) -> list[Problem]:
    """Rules that a column alone cannot say, for a table of this kind."""
    table = table or kind
    problems = []
    for rule_table, column, expected, broken in RULES:
        if rule_table == kind:
            lines = frame.index[broken(frame).fillna(False).to_numpy(dtype=bool)]
            problems += [
                Problem(table, int(line), column, cell_shown(frame.at[line, column]), expected)
                for line in lines
            ]
    return problems


def cell_shown(value: Any) -> str:
    """A cell as a problem quotes it."""
    return MISSING_SHOWN if pd.isna(value) else str(value)


def _over_100(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].gt(100) & f["measure"].ne("per_100_patient_years")


def _more_than(column: str, total: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].gt(f[total])


def _without(column: str, needed: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].notna() & f[needed].isna()


RULES: Sequence[tuple[str, str, str, Callable[[pd.DataFrame], pd.Series]]] = (
    *(
        ("adverse_events", column, "a percentage cannot be over 100", _over_100(column))
        for column in ("treated_pct", "comparator_pct")
    ),
    *(
        ("adverse_events", column, f"expected no more than {total}", _more_than(column, total))
        for column, total in (
            ("treated_events", "n_treated"),
            ("comparator_events", "n_comparator"),
        )
    ),
    *(
        (
            table,
            "disputes",
            "a disputed row, and no other, must name the row that says otherwise",
            lambda f: f["verification"].eq("disputed") ^ f["disputes"].notna(),
        )
        for table in ("adverse_events", "outcomes")
    ),
    *(
        (
            table,
            "second_source_id",
            "a row that was read again, and no other, must name its second source",
            lambda f: f["verification"].ne("one_reading") ^ f["second_source_id"].notna(),
        )
        for table in READ_TABLES
    ),
    (
        "prices",
        "effective_to",
        "expected a day on or after effective_from",
        lambda f: f["effective_to"] < f["effective_from"],
    ),
    (
        "regimens",
        "dose_high",
        "expected dose_low or more",
        lambda f: f["dose_high"] < f["dose_low"],
    ),
    (
        "regimens",
        "interval_high",
        "expected interval_low or more",
        lambda f: f["interval_high"] < f["interval_low"],
    ),
    ("regimens", "dose_unit", "a dose needs its unit", _without("dose_low", "dose_unit")),
    ("regimens", "dose_high", "expected the higher dose too", _without("dose_low", "dose_high")),
    ("regimens", "dose_low", "expected the lower dose too", _without("dose_high", "dose_low")),
    ("regimens", "max_dose_unit", "a cap needs its unit", _without("max_dose", "max_dose_unit")),
    ("regimens", "rate_unit", "a rate needs its unit", _without("rate_max", "rate_unit")),
    (
        "regimens",
        "interval_high",
        "expected the longest interval too",
        _without("interval_low", "interval_high"),
    ),
    (
        "regimens",
        "interval_low",
        "expected the shortest interval too",
        _without("interval_high", "interval_low"),
    ),
    (
        "regimens",
        "interval_unit",
        "an interval needs its unit",
        _without("interval_low", "interval_unit"),
    ),
    (
        "regimens",
        "interval_low",
        "expected days, or an interval, so that doses can be counted",
        lambda f: f["interval_low"].isna() & f["days"].isna(),
    ),
    (
        "regimens",
        "cycle_days_low",
        "a cycle needs its days, and the shortest and longest spacing of cycles",
        lambda f: (
            f["phase"].str.startswith("cycle")
            & f[["days", "cycle_days_low", "cycle_days_high"]].isna().any(axis=1)
        ),
    ),
    (
        "regimens",
        "cycle_days_high",
        "expected cycle_days_low or more",
        lambda f: f["cycle_days_high"] < f["cycle_days_low"],
    ),
    (
        "regimens",
        "administration_class",
        "what a professional gives needs its class of administration",
        lambda f: f["given_by"].ne("self") & f["administration_class"].eq("none"),
    ),
    (
        "regimens",
        "weight_kg_max",
        "expected weight_kg_min or more",
        lambda f: f["weight_kg_max"] < f["weight_kg_min"],
    ),
    (
        "regimens",
        "visits_per_dose_high",
        "expected visits_per_dose_low or more",
        lambda f: f["visits_per_dose_high"] < f["visits_per_dose_low"],
    ),
    (
        "regimens",
        "days",
        "expected days separated by semicolons, such as 0;14;42",
        lambda f: f["days"].notna() & ~f["days"].fillna("").str.fullmatch(r"[0-9]+(;[0-9]+)*"),
    ),
    (
        "products",
        "stands_reason",
        "a product that does not stand for its therapy, and no other, must say why",
        lambda f: f["stands"].eq("no") ^ f["stands_reason"].notna(),
    ),
    (
        "cautions",
        "condition_text",
        "a caution for some patients must say for whom",
        lambda f: f["applies"].eq("patient_conditional") & f["condition_text"].isna(),
    ),
)
