"""Factors that count for a patient, and what one says of others: implies, asks for, excludes."""

from __future__ import annotations

from collections.abc import Iterable

from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import split

FERTILE_YEARS = (12, 50)
IMPLIED = "implied by"


def check_factors(evidence: Evidence, factors: Iterable[str]) -> None:
    """Raise `ValueError` where a factor is unknown, or where two exclude one another."""
    known_ids = list(evidence.factors["factor_id"])
    wrong = sorted(set(factors) - set(known_ids))
    if wrong:
        raise ValueError(f"unknown factors {wrong}; expected ids of evidence.factors: {known_ids}")
    both = sorted(set(factors) & excluded_by(evidence, factors))
    if both:
        raise ValueError(f"factors holds {both}, which exclude one another")


def patient_factors(evidence: Evidence, patient: Patient, condition_id: str) -> dict[str, str]:
    """Factors that count for the patient, each with why: given, derived, or implied by something.

    Derived are age (65 and over) and, for a female patient of 12 to 50 years, that she may become
    pregnant; the condition implies some, and so do factors (`factor_implies`). Raises `ValueError`
    for factors that are unknown or exclude one another, and for pregnancy or breastfeeding with
    male sex.
    """
    check_factors(evidence, patient.factors)
    odd = patient.factors & {"pregnancy", "breastfeeding"}
    if patient.sex == "male" and odd:
        raise ValueError(f"factors holds {sorted(odd)}, which does not go with sex 'male'")
    found = {}
    condition = evidence.by_id("conditions")[condition_id]
    for factor_id in split(condition["implied_factors"]):
        found[factor_id] = f"{IMPLIED} {condition['condition']}"
    if patient.age_years >= 65:
        found["age_over_65"] = f"age {patient.age_years:g}"
    low, high = FERTILE_YEARS
    if patient.sex == "female" and low <= patient.age_years <= high:
        found["pregnancy"] = f"female, {patient.age_years:g} years: may become pregnant"
    for factor_id in sorted(patient.factors):
        # A factor that the condition implies stays marked so, also where it is given as well.
        found.setdefault(factor_id, "in this patient")
        if factor_id in ("age_over_65", "pregnancy"):
            found[factor_id] = "in this patient"
    for factor_id, origin in implied_by(evidence, found).items():
        found[factor_id] = f"{IMPLIED} {evidence.label('factors', origin)}"
    return {key: found[key] for key in evidence.by_id("factors") if key in found}


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
