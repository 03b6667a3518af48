"""Which therapies are an option for a condition, on whose authority, and for whom.

A statement is quoted with its issuing body; nothing here weighs authorities against each other
beyond the order stated in `strongest`. A therapy that is absent was not found in our sources,
which is not a statement against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compare.authority.factors import check_factors, concerns, excluded_by
from compare.data.arguments import one_of
from compare.data.conditions import check_condition, condition_therapies, opening_patient
from compare.data.evidence import Evidence, kept
from compare.data.patient import ADULT_YEARS, Patient
from compare.data.rows import LEADING, Row, framed, grouped, known, split

IN_LABEL = "in label"
NEEDS_SEROSTATUS = "needs serostatus"
NEEDS_PHENOTYPE = "needs phenotype"
NEEDS_PRIOR = "needs prior therapy"
# The label would hold with something that the patient may have, by the group of that factor.
LABELED_IF = {
    "laboratory_or_serology": NEEDS_SEROSTATUS, "phenotype": NEEDS_PHENOTYPE, "": NEEDS_PRIOR,
}  # fmt: skip
OTHER_WEIGHTS, OTHER_AGES = "other weights", "other ages"
# The label is for others than this patient, or for no one.
OUTSIDE = "outside label"
NOT_LABELED = (OTHER_WEIGHTS, OTHER_AGES, OUTSIDE)
LABEL_STATUSES = (IN_LABEL, *LABELED_IF.values(), *NOT_LABELED)
STATEMENTS = {
    "recommended": "recommended",
    "option": "an option",
    "insufficient_evidence": "evidence insufficient",
    "not_recommended": "not recommended",
    "warned_against": "warned against",
}
FOR = ("recommended", "option")
AGAINST = ("warned_against", "not_recommended", "insufficient_evidence")
COLUMNS = [
    *LEADING, "label_status", "label_reason", "products", "label_month", "population",
    "restriction", "requires_any", "line", "label_warning", "labeled_elsewhere", "statement",
    "body", "year", "grade", "jurisdiction", "guideline_population", "guideline_restriction",
    "guideline_needs", "guideline_ageless", "retired", "conflicting", "statements_for",
    "statements_against", "source_id", "locator",
]  # fmt: skip
MARKS = ["condition_id", "condition", "label_mark", "guideline_mark"]


@framed(COLUMNS, year="Int64")
def options(
    evidence: Evidence,
    condition_id: str,
    patient: Patient | None = None,
    jurisdiction: str = "US",
) -> list[Row]:
    """One row per therapy that the tables speak of for a condition, best authority first.

    `label_status` is that of the label in `jurisdiction`, for this patient: "in label", "needs
    serostatus", "needs phenotype" or "needs prior therapy" (the patient has none of
    `requires_any`), "other weights", "other ages", "outside label"; `label_reason` says why,
    `products` which products' labels give that status, with `label_month` (revision that was read,
    one per product; labels of the US only) and their `population`, `restriction` and `line`.
    `label_warning` is what a label says against the use, `labeled_elsewhere` the other
    jurisdictions with a label. `statement`, `body`, `year`,
    `grade`, `jurisdiction` are the strongest guideline statement (see `strongest`), blank where
    our sources have none; `guideline_needs` is a requirement the patient does not meet;
    `guideline_ageless` says that it gives no age, for a child in a condition of adults; `retired`
    that its body has withdrawn it. `conflicting`: current guidelines say both for and against
    (insufficient evidence counts as against); `statements_for` and `statements_against` quote
    them. Without a patient, ages and weights are not checked.

    Raises `ValueError` for an unknown condition, jurisdiction or factor.

    >>> import compare
    >>> evidence = compare.load()
    >>> for factors in (set(), {"achr_positive"}):
    ...     patient = compare.Patient(weight_kg=70, age_years=54, factors=factors)
    ...     table = compare.options(evidence, "gmg", patient).set_index("therapy_id")
    ...     print(table.at["eculizumab", "label_status"])
    needs serostatus
    in label
    """
    check_condition(evidence, condition_id)
    found = sorted(evidence.indications["jurisdiction"].unique())
    one_of("jurisdiction", jurisdiction, found)
    if patient is not None:
        Patient.check(patient)
        check_factors(evidence, patient.factors)
    weight = [*FOR, *reversed(AGAINST), ""]

    def rank(row: Row) -> tuple[int, bool, int, str]:
        label = LABEL_STATUSES.index(row["label_status"])
        return label, row["retired"], weight.index(row["statement"]), row["therapy"]

    therapies = therapies_of(evidence, condition_id)
    return sorted(rows_of(evidence, condition_id, therapies, patient, jurisdiction), key=rank)


def rows_of(
    evidence: Evidence,
    condition_id: str,
    therapies: Iterable[str],
    patient: Patient | None,
    jurisdiction: str,
) -> list[dict[str, Any]]:
    """The rows of `options` for these therapies, in their order."""
    by_therapy = grouped(statements(evidence, condition_id, patient), "therapy_id")
    usual = opening_patient(evidence, condition_id)
    adults_alone = (
        patient is not None and patient.age_years < ADULT_YEARS and usual.age_years >= ADULT_YEARS
    )
    out = []
    for key in therapies:
        therapy = {name: evidence.by_id("therapies")[key][name] for name in LEADING}
        own = by_therapy.get(key, [])
        label = _label(evidence, own, patient, jurisdiction)
        guideline = _guideline(own, jurisdiction, adults_alone)
        used = [*label.pop("_sources"), *guideline.pop("_sources")]
        places = [*label.pop("_locators"), *guideline.pop("_locators")]
        joined = {
            "source_id": ";".join(dict.fromkeys(used)),
            "locator": "; ".join(dict.fromkeys(places)),
        }
        out.append({**therapy, **label, **guideline, **joined})
    return out


def statements(
    evidence: Evidence, condition_id: str, patient: Patient | None = None
) -> list[dict[str, Any]]:
    """Every label and guideline statement on a condition, as in the table, with four more keys.

    `fits_age` and `fits_weight` (True without a patient), `unmet` (names of the factors asked for,
    where the patient has none of them; "" where met), `ruled_out` (True where the patient's other
    factors exclude them all).
    """
    check_condition(evidence, condition_id)
    factors = patient.factors if patient is not None else frozenset()
    excluded = excluded_by(evidence, factors)
    found = []
    for row in evidence.rows("indications", "condition_id", condition_id):
        needed = split(row["requires_any"])
        met = not needed or bool(set(needed) & factors)
        names = [] if met else [f"“{evidence.label('factors', key)}”" for key in needed]
        found.append(
            {
                **row,
                "fits_age": patient is None or _fits_age(row, patient.age_years),
                "fits_weight": patient is None or not _above(row, patient.weight_kg),
                "unmet": " or ".join(names),
                "ruled_out": not met and set(needed) <= excluded,
            }
        )
    return found


def strongest(rows: Sequence[Row], jurisdiction: str = "US") -> Row | None:
    """The guideline statement that is shown first; None where there is none.

    Current before retired, for this patient's age and weight before others; then recommended
    before an option, and where nothing speaks for it, warned against before not recommended before
    evidence insufficient; then this jurisdiction before others; then the newest.
    """
    order = [*FOR, *AGAINST]

    def rank(row: Row) -> tuple[Any, ...]:
        year = float(row["year"]) if known(row["year"]) else 0.0
        return (
            row["retired"] == "yes",
            not fits(row),
            order.index(row["statement"]),
            row["jurisdiction"] != jurisdiction,
            -year,
        )

    return min(rows, key=rank, default=None)


def quote(row: Mapping[str, Any]) -> str:
    """A statement with its body, year, grade and population: what is shown of a guideline."""
    year = f" {int(row['year'])}" if known(row["year"]) else ""
    # Populations are words of many forms ("adults", "not at target on methotrexate").
    said = STATEMENTS.get(str(row["statement"]), str(row["statement"]))
    said += f": {row['population']}" if known(row["population"]) else ""
    details = [f"{row['body']}{year}", row["grade"], row["jurisdiction"]]
    told = ", ".join(str(part) for part in details if known(part))
    late = ", since retired" if row["retired"] == "yes" else ""
    return f"{said} ({told}{late})"


def quote_strongest(option: Mapping[str, Any]) -> str:
    """The guideline statement of an option as a sentence of its own, and what it asks for."""
    population, grade = option["guideline_population"] or None, option["grade"] or None
    late = "yes" if option["retired"] else "no"
    said = quote({**option, "population": population, "grade": grade, "retired": late})
    needs = f"; asks for: {option['guideline_needs']}" if option["guideline_needs"] else ""
    return f"{said[0].upper()}{said[1:]}{needs}"


def deciding_factors(evidence: Evidence, condition_id: str) -> list[str]:
    """Factors on which a label or guideline for the condition depends, then what rules them out."""
    found = _required(evidence, condition_id)
    ruling = excluded_by(evidence, found) - found.keys()
    return [*found, *(key for key in evidence.by_id("factors") if key in ruling)]


def needed_factors(evidence: Evidence, condition_id: str) -> list[str]:
    """Those of `deciding_factors` to ask for: what rules one out only where it concerns a therapy
    of the condition.
    """
    found, mine = _required(evidence, condition_id), therapies_of(evidence, condition_id)
    return [
        key
        for key in deciding_factors(evidence, condition_id)
        if key in found or any(concerns(evidence, key, therapy_id) for therapy_id in mine)
    ]


def _required(evidence: Evidence, condition_id: str) -> dict[str, None]:
    rows = evidence.rows("indications", "condition_id", condition_id)
    return dict.fromkeys(part for row in rows for part in split(row["requires_any"]))


def therapies_of(evidence: Evidence, condition_id: str) -> list[str]:
    """Therapies with an authority, a regimen, or a trial's figures in the condition: their ids."""
    wanted = {row["therapy_id"] for row in condition_therapies(evidence, condition_id)}
    for table in ("indications", "regimens"):
        wanted |= {row["therapy_id"] for row in evidence.rows(table, "condition_id", condition_id)}
    return [key for key in evidence.by_id("therapies") if key in wanted]


def speaks_for(option: Mapping[str, Any]) -> bool:
    """Whether a current guideline speaks for an option, and asks for nothing that is missing."""
    current = not option["retired"] and not option["guideline_needs"]
    return current and option["statement"] in FOR


def fits(row: Mapping[str, Any]) -> bool:
    """Whether one of `statements` is for the patient's age and weight."""
    return bool(row["fits_age"] and row["fits_weight"])


def _above(row: Mapping[str, Any], weight_kg: float) -> bool:
    """Whether a row is only for those who weigh more."""
    return known(row["weight_kg_from"]) and weight_kg < row["weight_kg_from"]


def _fits_age(row: Mapping[str, Any], age_years: float) -> bool:
    low, high = row["age_years_from"], row["age_years_below"]
    return not (known(low) and age_years < low) and not (known(high) and age_years >= high)


def _for_whom(row: Mapping[str, Any]) -> str | None:
    """The age or weight that a row is for, where the patient has another."""
    if row["fits_age"]:
        return None if row["fits_weight"] else f"{row['weight_kg_from']:g} kg and over"
    low, high = row["age_years_from"], row["age_years_below"]
    if not known(high):
        return f"ages {low:g} and over"
    return f"ages {low:g} to under {high:g}" if known(low) else f"ages under {high:g}"


def _joined(cells: Iterable[Any]) -> str:
    parts = (part for cell in cells if known(cell) for part in str(cell).split("; "))
    return "; ".join(dict.fromkeys(parts))


def _status(evidence: Evidence, row: Row) -> str:
    """What one label says for the patient."""
    if row["ruled_out"]:
        return OUTSIDE
    if not row["fits_age"]:
        return OTHER_AGES
    if not row["fits_weight"]:
        return OTHER_WEIGHTS
    if not row["unmet"]:
        return IN_LABEL
    factors = evidence.by_id("factors")
    kinds = {factors[key]["factor_group"] for key in split(row["requires_any"])}
    return next((status for kind, status in LABELED_IF.items() if kind in kinds), NEEDS_PRIOR)


def _label(
    evidence: Evidence, rows: Sequence[Row], patient: Patient | None, jurisdiction: str
) -> dict[str, Any]:
    """The label part of one therapy's row: the best status that any of its products gives."""
    of_label = [row for row in rows if row["authority"] == "label"]
    good = [row for row in of_label if row["statement"] == "labeled"]
    here = (row for row in good if row["jurisdiction"] == jurisdiction)
    by_status = grouped(here, lambda row: _status(evidence, row))
    status = next((name for name in LABEL_STATUSES if name in by_status), OUTSIDE)
    chosen = by_status.get(status, [])
    warned = [
        row
        for row in of_label
        if row["statement"] == "warned_against" and row["jurisdiction"] == jurisdiction
    ]

    elsewhere = [row for row in good if row["jurisdiction"] != jurisdiction]

    def joined(column: str) -> str:
        return _joined(row[column] for row in chosen)

    reason = ""
    if patient is not None and status in (OTHER_AGES, OTHER_WEIGHTS):
        theirs = f"is {patient.age_years:g}"
        if status == OTHER_WEIGHTS:
            theirs = f"weighs {patient.weight_kg:g} kg"
        reason = f"labeled for {joined('population')}; this patient {theirs}"
    elif status == OUTSIDE and chosen:
        reason = f"labeled only with: {joined('unmet')}, which this patient has not"
    elif status in LABELED_IF.values():
        reason = f"labeled with: {joined('unmet')}"
    elif status == OUTSIDE:
        reason = "no label for this condition in our reading"
    ids = list(dict.fromkeys(row["product_id"] for row in chosen if known(row["product_id"])))
    # The month is that of the label in the United States.
    products = evidence.by_id("products") if jurisdiction == "US" else {}
    months = [products[key]["label_revised"] for key in ids if key in products]
    asked = [key for row in chosen for key in split(row["requires_any"])]
    warnings = [
        ": ".join(str(row[key]) for key in ("population", "restriction") if known(row[key]))
        for row in warned
    ]
    return {
        "label_status": status,
        "label_reason": reason,
        "products": "; ".join(evidence.label("products", key) for key in ids),
        "label_month": "; ".join(month if known(month) else "" for month in months),
        "population": joined("population"),
        "restriction": joined("restriction"),
        "requires_any": ";".join(dict.fromkeys(asked)),
        "line": joined("line"),
        "label_warning": _joined(warnings),
        "labeled_elsewhere": ", ".join(sorted({row["jurisdiction"] for row in elsewhere})),
        "_sources": [row["source_id"] for row in [*chosen, *warned, *elsewhere]],
        "_locators": [str(row["locator"]) for row in chosen if known(row["locator"])][:1],
    }


def _guideline(rows: Sequence[Row], jurisdiction: str, adults_alone: bool) -> dict[str, Any]:
    """The guideline part of one therapy's row; `adults_alone`: a child has a disease of adults."""
    rows = [row for row in rows if row["authority"] == "guideline"]
    top = strongest(rows, jurisdiction)
    names = {
        "statement": "statement", "body": "body", "grade": "grade", "jurisdiction": "jurisdiction",
        "guideline_population": "population", "guideline_restriction": "restriction",
    }  # fmt: skip
    if top is None:
        return {
            **dict.fromkeys([*names, "guideline_needs"], ""),
            "year": None, "retired": False, "conflicting": False, "guideline_ageless": False,
            "statements_for": "", "statements_against": "", "_sources": [], "_locators": [],
        }  # fmt: skip
    current = [row for row in rows if row["retired"] != "yes" and fits(row)]
    ageless = not known(top["age_years_from"]) and not known(top["age_years_below"])
    pro, con = ([row for row in current if row["statement"] in kind] for kind in (FOR, AGAINST))
    return {
        **{name: str(top[of]) if known(top[of]) else "" for name, of in names.items()},
        "guideline_needs": _joined([top["unmet"] or None, _for_whom(top)]),
        "guideline_ageless": adults_alone and ageless,
        "year": top["year"] if known(top["year"]) else None,
        "retired": top["retired"] == "yes",
        "conflicting": bool(pro and con),
        "statements_for": "; ".join(quote(row) for row in pro),
        "statements_against": "; ".join(quote(row) for row in con),
        "_sources": [row["source_id"] for row in [top, *pro, *con]],
        "_locators": [f"{top['body']}: {top['locator']}"] if known(top["locator"]) else [],
    }


@kept(8)
def matrix(evidence: Evidence, jurisdiction: str = "US") -> list[dict[str, Any]]:
    """Every therapy with every condition that any row speaks of: two marks a cell, no patient.

    Keys of `options`, with `condition_id`, `condition` (short name), and `label_mark`
    ("labeled", "labeled, with a condition", "warned", "") and `guideline_mark` ("recommended",
    "option", "insufficient", "against", "conflicting", "retired", ""). Shared: do not change them.
    """
    return [
        {
            **marked(row),
            "condition_id": condition_id,
            "condition": condition["short_name"],
        }
        for condition_id, condition in evidence.by_id("conditions").items()
        for row in options.rows(evidence, condition_id, None, jurisdiction)
        if row["label_status"] != OUTSIDE or row["statement"] or row["label_warning"]
    ]


def marked(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `options` with its `label_mark` and `guideline_mark`; see `matrix`."""
    return {**row, "label_mark": _label_mark(row), "guideline_mark": _guideline_mark(row)}


def _label_mark(row: Mapping[str, Any]) -> str:
    if row["label_status"] == IN_LABEL:
        return "labeled"
    if row["label_status"] in LABELED_IF.values():
        return "labeled, with a condition"
    return "warned" if row["label_warning"] else ""


def _guideline_mark(row: Mapping[str, Any]) -> str:
    if not row["statement"]:
        return ""
    if row["retired"]:
        return "retired"
    if row["conflicting"]:
        return "conflicting"
    if row["statement"] in FOR:
        return str(row["statement"])
    return "insufficient" if row["statement"] == "insufficient_evidence" else "against"
