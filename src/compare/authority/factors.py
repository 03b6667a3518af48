"""Factors that count for a patient, and what one says of others: implies, asks for, excludes."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from compare.data.arguments import shown
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import Row, known, split

IMPLIED = "implied by"


def check_factors(evidence: Evidence, factors: Iterable[str]) -> None:
    """Raise `ValueError` where a factor is unknown, or where two exclude one another."""
    known_ids = evidence.by_id("factors")
    wrong = sorted(set(factors) - known_ids.keys())
    if wrong:
        near = sorted(
            {name for one in wrong[:9] for name in get_close_matches(one[:80], known_ids, 2)}
        )
        close = f", such as {', '.join(near)}" if near else ""
        raise ValueError(f"unknown factors {shown(wrong)}; expected ids of evidence.factors{close}")
    both = sorted(set(factors) & excluded_by(evidence, factors))
    if both:
        raise ValueError(f"factors holds {both}, which exclude one another")


def patient_factors(evidence: Evidence, patient: Patient, condition_id: str) -> dict[str, str]:
    """Factors that count for the patient, each with why: given, derived, or implied by something.

    Derived is what a patient of that age (and sex) counts as without being asked: 65 and over, or
    who may become pregnant (`assumed_...` of `factors`); the condition implies some, and so do
    factors (`factor_implies`). Raises `ValueError` for factors that are unknown, exclude one
    another, or are not of the patient's sex (`only_sex`).
    """
    check_factors(evidence, patient.factors)
    rows = evidence.by_id("factors")
    odd = sorted(key for key in patient.factors if _of_other_sex(rows[key], patient))
    if odd:
        raise ValueError(f"factors holds {odd}, which does not go with sex {patient.sex!r}")
    found = {}
    condition = evidence.by_id("conditions")[condition_id]
    for factor_id in split(condition["implied_factors"]):
        found[factor_id] = f"{IMPLIED} {condition['condition']}"
    # A factor that the condition implies stays marked so, also where it is given as well.
    found = dict.fromkeys(sorted(patient.factors), "in this patient") | found
    for factor_id, row in rows.items():
        if factor_id not in found and (why := _assumed(row, patient)):
            found[factor_id] = why
    for factor_id, origin in implied_by(evidence, found).items():
        found[factor_id] = f"{IMPLIED} {evidence.label('factors', origin)}"
    return {key: found[key] for key in rows if key in found}


def _of_other_sex(factor: Row, patient: Patient) -> bool:
    """Whether only people of the other sex than the patient's can have a factor."""
    return known(factor["only_sex"]) and patient.sex not in (None, factor["only_sex"])


def _assumed(factor: Row, patient: Patient) -> str:
    """Why a factor counts for a patient by age (and sex) alone; empty where it does not."""
    low, high, sex = (factor[name] for name in ("assumed_age_from", "assumed_age_to", "only_sex"))
    if not known(low) or patient.age_years < low or (known(high) and patient.age_years > high):
        return ""
    if not known(sex):
        return f"age {patient.age_years:g}"
    if patient.sex != sex:
        return ""
    return f"{sex}, {patient.age_years:g} years: {factor['assumed_as']}"


def related(evidence: Evidence, factor_id: str, relation: str) -> list[str]:
    """Factors to which a row of `factor_implies` leads from this one, by its relation."""
    rows = evidence.rows("factor_implies", "factor_id", factor_id)
    return [row["implied_factor_id"] for row in rows if row["relation"] == relation]


def implied_by(evidence: Evidence, factors: Iterable[str]) -> dict[str, str]:
    """Factors that these imply, step by step, and of which one each follows; not these themselves.

    >>> import compare
    >>> sorted(implied_by(compare.load(), ["diabetes_medication"]))
    ['cardiovascular_risk_factors', 'diabetes']
    """
    given = list(factors)
    found: dict[str, str] = {}
    todo = list(given)
    while todo:
        factor_id = todo.pop(0)
        for other in related(evidence, factor_id, "implies"):
            if other not in given and other not in found:
                found[other] = factor_id
                todo.append(other)
    return found


def excluded_by(evidence: Evidence, factors: Iterable[str]) -> set[str]:
    """Factors that nobody can have beside these: a pair stands once and holds both ways."""
    found: set[str] = set()
    for factor_id in factors:
        found.update(related(evidence, factor_id, "excludes"))
        rows = evidence.rows("factor_implies", "implied_factor_id", factor_id)
        found.update(row["factor_id"] for row in rows if row["relation"] == "excludes")
    return found


def concerns(evidence: Evidence, factor_id: str, therapy_id: str) -> bool:
    """Whether a factor concerns a therapy: as `factor_classes` says of it, else of its class.

    True where the table says nothing: silence leaves nothing out.
    """
    rows = evidence.rows("factor_classes", "factor_id", factor_id)
    therapy_class = evidence.by_id("therapies")[therapy_id]["therapy_class"]
    told = [row for row in rows if row["therapy_id"] == therapy_id]
    told += [row for row in rows if row["therapy_class"] == therapy_class]
    return not told or told[0]["concerns"] == "yes"
