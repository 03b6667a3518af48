"""One condition: is it known, of which therapies the tables speak, and with whom a page opens."""

from __future__ import annotations

from compare.data.arguments import shown
from compare.data.evidence import CLASS_ORDER, Evidence
from compare.data.patient import Patient
from compare.data.rows import LEADING, Row, known, split


def check_condition(evidence: Evidence, condition_id: str) -> None:
    """Raise `ValueError` with the known ids where the condition is not one of them."""
    if not isinstance(evidence, Evidence):
        raise ValueError(f"evidence is {shown(evidence)}; expected what compare.load() returns")
    known_ids = evidence.by_id("conditions")
    if not isinstance(condition_id, str) or condition_id not in known_ids:
        raise ValueError(
            f"unknown condition: condition_id is {shown(condition_id)}; "
            f"expected one of {list(known_ids)}"
        )


def within(evidence: Evidence, condition_id: str) -> str:
    """The condition's short name as it stands within a sentence: `psoriasis`, `Crohn's`."""
    row = evidence.by_id("conditions")[condition_id]
    return str(row["within_sentence"] if known(row["within_sentence"]) else row["short_name"])


def opening_patient(evidence: Evidence, condition_id: str) -> Patient:
    """The patient with which a page on this condition opens (a display setting, not evidence)."""
    check_condition(evidence, condition_id)
    row = evidence.by_id("conditions")[condition_id]
    factors = frozenset(split(row["implied_factors"]))
    return Patient(
        float(row["default_weight_kg"]),
        float(row["default_age_years"]),
        float(row["default_height_cm"]),
        factors=factors,
    )


def condition_therapies(evidence: Evidence, condition_id: str) -> list[Row]:
    """Therapies that the tables speak of for a condition, by class and name, and `labeled`.

    Labeled, recommended or an option there, or with harms or outcomes from a study in it.
    """
    said = evidence.rows("indications", "condition_id", condition_id)
    current = [row for row in said if row["retired"] != "yes"]
    spoken = ("labeled", "recommended", "option")
    wanted = {row["therapy_id"] for row in current if row["statement"] in spoken}
    for table in ("adverse_events", "outcomes"):
        wanted |= {row["therapy_id"] for row in evidence.rows(table, "condition_id", condition_id)}
    labeled = {row["therapy_id"] for row in current if row["fda_label"] == "yes"}
    found = [
        {**{name: row[name] for name in LEADING}, "labeled": key in labeled}
        for key, row in evidence.by_id("therapies").items()
        if key in wanted
    ]
    return sorted(found, key=lambda row: (CLASS_ORDER.index(row["therapy_class"]), row["therapy"]))


def article_conditions(evidence: Evidence) -> list[str]:
    """Conditions that the article names as uses of IVIG, in its order."""
    return _in_article(evidence, "conditions")


def article_events(evidence: Evidence) -> list[str]:
    """Events that the article names as common side effects of IVIG, in its order."""
    return _in_article(evidence, "events")


def _in_article(evidence: Evidence, table: str) -> list[str]:
    rows = evidence.by_id(table).items()
    named = {key: int(row["article_order"]) for key, row in rows if known(row["article_order"])}
    return sorted(named, key=named.__getitem__)
