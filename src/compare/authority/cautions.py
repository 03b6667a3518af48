"""What in this patient speaks against a therapy, and what applies to everybody on it.

Rows are our reading of a label. What that reading does not hold is "not in our reading", which
is not the same as safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compare.authority.factors import (
    IMPLIED,
    concerns,
    excluded_by,
    implied_by,
    patient_factors,
    related,
)
from compare.authority.indications import needed_factors, therapies_of
from compare.authority.labels import COLUMNS, SEVERITIES, month_of, products_of, rows_by_therapy
from compare.data.conditions import check_condition
from compare.data.evidence import CLASS_ORDER, Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import LEADING, Row, framed, grouped, known, split

__all__ = [
    "COLUMNS",
    "SEVERITIES",
    "caution_rows",
    "check_cautions",
    "not_read",
    "products_of",
    "rows_by_therapy",
    "summary_rows",
]

SUMMARY_KEYS = [
    *LEADING, "factor_id", "factor", "factor_group", "severity", "applies", "matches", "why",
    "condition_text",
]  # fmt: skip
# What is said of a factor that the patient has or may have, not of a row of a label.
UNCONDITIONAL = {
    "matches": True, "condition_text": "", "dose_above_mg_per_kg": None, "met_by_factor": None,
}  # fmt: skip


@framed(COLUMNS)
def check_cautions(evidence: Evidence, patient: Patient, condition_id: str) -> list[Row]:
    """Cautions on every product of the condition's therapies, one row each. Columns: `COLUMNS`.

    `severity` is a key of `SEVERITIES`; `applies` is "everyone" (on the product) or
    "patient_conditional", which counts only under `condition_text`. `matches`: the patient has
    the factor, and `why` (given, implied by the condition or another factor, derived from age or
    sex); whether `condition_text` is met remains to be judged. A severity that counts only above
    `dose_above_mg_per_kg` is a warning where the usual dose in the condition is not above it.
    `met_by_factor`: of a contraindication, whether the factor alone meets its condition.
    `inherited`: the row is not from our reading of this product's own label but `inherited_from`
    another, whose month is `label_month`; `label_read`: the product's own label was read in full.
    The severity "ask" is none: a factor that may go with one the patient has, and on which the
    label speaks. A factor of the patient on which a product has no row has the severity
    "warns_all" where its label tells everyone of the same harm (`factor_implies`), with that row's
    words, else "not_in_reading", unless it does not concern the therapy (`factor_classes`).

    Raises `ValueError` for an unknown condition or factor, and for factors that exclude one
    another.

    >>> import compare
    >>> patient = compare.Patient(62, 55, factors={"thrombosis_history"})
    >>> found = compare.check_cautions(compare.load(), patient, "cidp")
    >>> own = found[found["therapy_id"].eq("ivig") & found["factor_id"].eq("thrombosis_history")]
    >>> sorted(set(own["severity"]))
    ['boxed_warning']
    """
    check_condition(evidence, condition_id)
    Patient.check(patient)
    mine = patient_factors(evidence, patient, condition_id)
    return caution_rows(evidence, mine, condition_id)


def caution_rows(evidence: Evidence, mine: Mapping[str, str], condition_id: str) -> list[Row]:
    """The rows of `check_cautions` for a patient with these `patient_factors`."""
    by_therapy = rows_by_therapy(evidence)
    rows = [
        {**row, "matches": row["factor_id"] in mine, "why": mine.get(row["factor_id"], "")}
        | _at_usual_dose(evidence, row, condition_id)
        for therapy_id in therapies_of(evidence, condition_id)
        for row in by_therapy.get(therapy_id, ())
    ]
    rows.extend(_asked(evidence, rows, mine))
    rows += _not_singled_out(evidence, rows, mine, condition_id)
    factors, products = list(evidence.by_id("factors")), list(evidence.by_id("products"))
    class_at, severity_at, factor_at, product_at = (
        {key: i for i, key in enumerate(keys)}
        for keys in (CLASS_ORDER, SEVERITIES, factors, products)
    )
    return sorted(
        rows,
        key=lambda row: (
            class_at[row["therapy_class"]],
            row["therapy"],
            product_at[row["product_id"]],
            severity_at[row["severity"]],
            factor_at[row["factor_id"]],
        ),
    )


def _at_usual_dose(evidence: Evidence, row: Row, condition_id: str) -> dict[str, str]:
    """The severity of a row that counts above a dose only, where the usual dose is not above it.

    Usual is what the default regimens of therapy and condition give at most; where none is known,
    the row keeps its severity.
    """
    limit = row["dose_above_mg_per_kg"]
    if not known(limit):
        return {}
    doses = [
        phase["dose_typical"]
        if known(phase["dose_typical"])
        else (phase["dose_low"] + phase["dose_high"]) / 2
        for phase in evidence.rows("regimens", "condition_id", condition_id)
        if phase["therapy_id"] == row["therapy_id"]
        and phase["is_default"] == "yes"
        and phase["dose_unit"] == "mg/kg"
    ]
    return {"severity": "warning"} if doses and max(doses) <= limit else {}


def _asked(
    evidence: Evidence, rows: Sequence[Row], mine: Mapping[str, str]
) -> list[dict[str, Any]]:
    """A row for each factor that may go with what the patient has, where the label speaks of it."""
    closed = {*mine, *excluded_by(evidence, mine)}
    asked = {
        other: f"may go with: {evidence.label('factors', key)}"
        for key, why in mine.items()
        if not why.startswith(IMPLIED)
        for other in related(evidence, key, "ask")
        if other not in closed
    }
    found = {
        (row["therapy_id"], row["product_id"], row["factor_id"]): {
            **row,
            **UNCONDITIONAL,
            "severity": "ask",
            "why": asked[row["factor_id"]],
            "action": "Ask whether the patient has it: the label speaks of it",
        }
        for row in rows
        if row["factor_id"] in asked
    }
    return list(found.values())


def _not_singled_out(
    evidence: Evidence, rows: Sequence[Row], mine: Mapping[str, str], condition_id: str
) -> list[dict[str, Any]]:
    """A row for each factor of the patient on which a product's label singles nobody out.

    Where it tells everyone of the same harm, that row stands; else it is not in our reading.
    Left out are what is implied only, factors of which the label speaks in what they imply (heart
    failure as heart disease), those that do not concern the therapy, and those on which only
    labels' indications depend (such as serostatus).
    """
    factors, asked = evidence.by_id("factors"), _only_asked(evidence, condition_id)
    wanted = [
        factors[key]
        for key, why in mine.items()
        if key not in asked
        and not why.startswith(IMPLIED)
        and factors[key]["factor_group"] != "universal"
    ]
    wider = {key: {key, *implied_by(evidence, [key])} for key in mine}
    have = {(row["therapy_id"], row["product_id"], row["factor_id"]): row for row in rows}
    places = {(row["therapy_id"], row["product_id"]): row for row in rows}
    same = {
        key: [other for one in sorted(also) for other in related(evidence, one, "everyone")]
        for key, also in wider.items()
    }
    out = []
    for place, own in places.items():
        therapy_id, product_id = place
        product = evidence.by_id("products")[product_id]
        month, read = month_of(product), product["label_read"] == "yes"
        silent = {
            **{name: own[name] for name in (*LEADING, "product_id", "product")},
            "severity": "not_in_reading",
            "action": not_read(month, read),
            "inherited": False,
            "inherited_from": "",
            "label_month": month,
            "label_read": read,
            "verification": "",
            "source_id": product["source_id"],
            "locator": "",
        }
        for factor in wanted:
            key = factor["factor_id"]
            if any((*place, one) in have for one in wider[key]):
                continue
            if not concerns(evidence, key, therapy_id):
                continue
            told = next((have[*place, one] for one in same[key] if (*place, one) in have), None)
            out.append(
                {
                    **({**told, "severity": "warns_all"} if told else silent),
                    **{name: factor[name] for name in ("factor_id", "factor", "factor_group")},
                    "applies": "patient_conditional",
                    **UNCONDITIONAL,
                    "why": mine[key],
                }
            )
    return out


@kept(64)
def _only_asked(evidence: Evidence, condition_id: str) -> frozenset[str]:
    """Factors on which indications depend, those of this condition in full, and no caution."""
    asked = {key for cell in evidence.indications["requires_any"] for key in split(cell)}
    asked |= set(needed_factors(evidence, condition_id))
    return frozenset(asked - set(evidence.cautions["factor_id"]))


def not_read(label_month: str, read: bool = True) -> str:
    """What stands where our reading of a label holds nothing: never "safe"."""
    if not read:
        month = f" ({label_month})" if label_month else ""
        return f"not in our reading: this label{month} was not read in full; look it up"
    return f"not in our reading of the label ({label_month or 'month not known'}): look it up"


def summary_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """One row per therapy, factor, severity and wording, with the products that carry it.

    `rows` are those of `check_cautions`. Adds `products` (names) and their `count`, `marked` (those
    of them that inherit it) and `inherited` (how many), `of` (products of the therapy), and joins
    `label_month`, `source_id` and `inherited_from`; everything else is the same in each group.
    """
    rows = list(rows)
    by_therapy = grouped(rows, "therapy_id").items()
    of = {key: len({row["product_id"] for row in own}) for key, own in by_therapy}
    groups = grouped(rows, lambda row: (*(row[key] for key in SUMMARY_KEYS), _said(row)))

    def joined(group: list[Row], column: str, between: str) -> str:
        return between.join(dict.fromkeys(row[column] for row in group if known(row[column])
                                          and row[column]))  # fmt: skip

    out = []
    for (*values, said), group in groups.items():
        months = sorted({row["label_month"] for row in group if row["label_month"]})
        out.append(
            {
                **dict(zip(SUMMARY_KEYS, values, strict=True)),
                "action": said,
                "products": ", ".join(row["product"] for row in group),
                "marked": ", ".join(row["product"] for row in group if row["inherited"]),
                "inherited": sum(row["inherited"] for row in group),
                "count": len({row["product_id"] for row in group}),
                "of": of[group[0]["therapy_id"]],
                "inherited_from": joined(group, "inherited_from", "; "),
                "label_month": " to ".join(dict.fromkeys([months[0], months[-1]]))
                if months
                else "",
                "source_id": joined(group, "source_id", ";"),
                "locator": joined(group, "locator", "; "),
            }
        )
    return out


def _said(row: Mapping[str, Any]) -> str:
    """The action; where a label says nothing, without its month, so that products can be joined."""
    if row["severity"] == "not_in_reading":
        return "not in our reading of the label: look it up"
    return str(row["action"])
