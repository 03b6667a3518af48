"""What in this patient speaks against a therapy, and what applies to everybody on it.

Rows are our reading of a label. What that reading does not hold is "not in our reading", which
is not the same as safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from compare.authority.factors import (
    IMPLIED,
    concerns,
    excluded_by,
    implied_by,
    patient_factors,
    related,
)
from compare.authority.indications import needed_factors, therapies_of
from compare.data.conditions import check_condition
from compare.data.evidence import CLASS_ORDER, Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import LEADING, Row, frame, grouped, known, records, split
from compare.words import short_name

SEVERITIES = {
    "contraindicated": "Contraindicated",
    "boxed_warning": "Boxed warning",
    "warning": "Warning",
    "information": "Information",
    "ask": "Ask",
    "not_in_reading": "Not in our reading",
}
COLUMNS = [
    *LEADING,
    "product_id",
    "product",
    "factor_id",
    "factor",
    "factor_group",
    "severity",
    "applies",
    "matches",
    "why",
    "condition_text",
    "dose_above_mg_per_kg",
    "met_by_factor",
    "action",
    "inherited",
    "inherited_from",
    "label_month",
    "label_read",
    "verification",
    "source_id",
    "locator",
]
SUMMARY_KEYS = [
    *LEADING, "factor_id", "factor", "factor_group", "severity", "applies", "matches", "why",
    "condition_text",
]  # fmt: skip


def check_cautions(evidence: Evidence, patient: Patient, condition_id: str) -> pd.DataFrame:
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
    "not_in_reading", unless it does not concern the therapy (`factor_classes`).

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
    return frame(caution_rows(evidence, mine, condition_id), COLUMNS)


def caution_rows(
    evidence: Evidence, mine: Mapping[str, str], condition_id: str
) -> list[dict[str, Any]]:
    """The rows of `check_cautions` as dictionaries, for a patient with these `patient_factors`."""
    by_therapy = rows_by_therapy(evidence)
    rows = [
        {**row, "matches": row["factor_id"] in mine, "why": mine.get(row["factor_id"], "")}
        | _at_usual_dose(evidence, row, condition_id)
        for therapy_id in therapies_of(evidence, condition_id)
        for row in by_therapy.get(therapy_id, ())
    ]
    rows.extend(_asked(evidence, rows, mine))
    rows += _not_in_reading(evidence, rows, mine, condition_id)
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
    told = {"severity": "ask", "matches": True, "condition_text": "", "dose_above_mg_per_kg": None,
            "met_by_factor": None}  # fmt: skip
    found = {
        (row["therapy_id"], row["product_id"], row["factor_id"]): {
            **row,
            **told,
            "why": asked[row["factor_id"]],
            "action": "Ask whether the patient has it: the label speaks of it",
        }
        for row in rows
        if row["factor_id"] in asked
    }
    return list(found.values())


@kept(4)
def rows_by_therapy(evidence: Evidence) -> Mapping[str, list[Row]]:
    """Cautions of every product, own and inherited, without a patient, by therapy.

    Shared: do not change them. A label that was read in part keeps what was read, inherits what
    it lacks, and is never milder than the box of its class.
    """
    own = grouped(records(evidence.cautions), "product_id")
    products, factors = evidence.by_id("products"), evidence.by_id("factors")
    of_class = {
        key: [row for row in rows if factors[row["factor_id"]]["product_specific"] != "yes"]
        for key, rows in own.items()
    }
    found: dict[str, list[Row]] = {}
    for therapy_id, product_id in _pairs(evidence):
        product = products[product_id]
        elsewhere = f"{product['product']}, read for another route"
        rows = [
            {
                **row,
                "inherited": row["therapy_id"] != therapy_id,
                "inherited_from": "" if row["therapy_id"] == therapy_id else elsewhere,
                "label_month": _month(product),
            }
            for row in own.get(product_id, ())
        ]
        if not rows or product["label_read"] != "yes":
            name = short_name(evidence.label("therapies", therapy_id))
            inherited = _inherited(products, own, of_class, therapy_id, product_id, name)
            rows = [row for row in rows if not _boxed_in_class(row, inherited, product)]
            have = {_key(row) for row in rows}
            rows += [row for row in inherited if _key(row) not in have]
        place = _place(evidence, therapy_id, product)
        found.setdefault(therapy_id, []).extend(_told(evidence, row, place) for row in rows)
    return found


def _place(evidence: Evidence, therapy_id: str, product: Row) -> dict[str, Any]:
    """What every row of a product says of therapy and product."""
    therapy = evidence.by_id("therapies")[therapy_id]
    return {
        **{name: therapy[name] for name in LEADING},
        "product_id": product["product_id"],
        "product": product["product"],
        "label_read": product["label_read"] == "yes",
    }


def _told(evidence: Evidence, row: Row, place: Mapping[str, Any]) -> Row:
    """A row with the columns of `COLUMNS`, in their order."""
    factor = evidence.by_id("factors")[row["factor_id"]]
    condition = row["condition_text"] if known(row["condition_text"]) else ""
    whole = {**row, **factor, **place, "source_id": row["source_id"]}
    whole |= {"condition_text": condition, "matches": False, "why": ""}
    return {name: whole[name] for name in COLUMNS}


def products_of(evidence: Evidence, therapy_id: str) -> list[str]:
    """Products as which a therapy is bought: its own, and those labeled as it by another route."""
    return [product for therapy, product in _pairs(evidence) if therapy == therapy_id]


@kept(4)
def _pairs(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    home = [(str(r.therapy_id), str(r.product_id)) for r in evidence.products.itertuples()]
    labels = evidence.indications
    labels = labels[labels["authority"].eq("label") & labels["product_id"].notna()]
    also = [(str(r.therapy_id), str(r.product_id)) for r in labels.itertuples()]
    return tuple(dict.fromkeys([*home, *also]))


def _key(row: Row) -> tuple[str, str]:
    return row["factor_id"], row["applies"]


def _boxed_in_class(row: Row, inherited: Iterable[Row], product: Row) -> bool:
    """Whether a row of a label read in part is milder than the box that its class shares.

    The product's label has a box too; that our reading saw the matter only outside of it says
    nothing of the box.
    """
    order = list(SEVERITIES)
    return product["boxed_warning"] == "yes" and any(
        found["severity"] == "boxed_warning"
        and _key(found) == _key(row)
        and order.index(row["severity"]) > order.index("boxed_warning")
        for found in inherited
    )


Products = Mapping[str, Mapping[str, Any]]


def _month(product: Mapping[str, Any]) -> str:
    return str(product["label_revised"]) if known(product["label_revised"]) else ""


def _inherited(
    products: Products,
    own: Mapping[str, Sequence[Row]],
    of_class: Mapping[str, Sequence[Row]],
    therapy_id: str,
    product_id: str,
    name: str,
) -> list[dict[str, Any]]:
    """Rows of a product without rows of its own: its reference's, else those of its class.

    Of a class only what every label read carries; where one label was read, all of it. Neither
    holds what is specific to a product: `of_class` is `own` without it. A class row says so, with
    the month of the label quoted.
    """
    reference = products[product_id]["reference_product_id"]
    if known(reference) and reference in own:
        origin = products[reference]
        return _from(own[reference], f"its reference product {origin['product']}", origin)
    pool = [key for key in own if products[key]["therapy_id"] == therapy_id and key != product_id]
    read = [key for key in pool if products[key]["label_read"] == "yes"] or pool
    common = {key: of_class[key] for key in read}
    if len(read) == 1:
        origin = products[read[0]]
        said = f"{origin['product']}, the one {name} label read so far"
        return _from(common[read[0]], said, origin)
    return _of_class(products, common, product_id, name)


def _from(rows: Iterable[Row], said: str, origin: Row) -> list[dict[str, Any]]:
    """Rows of another product's label, saying so."""
    inherited = {"inherited": True, "inherited_from": said, "label_month": _month(origin)}
    return [{**row, **inherited} for row in rows]


def _of_class(
    products: Products, pool: Mapping[str, Sequence[Row]], product_id: str, therapy: str
) -> list[dict[str, Any]]:
    """What every label of the class carries, at its strictest.

    In a wording without numbers where there is one (rates and amounts belong to a brand), else in
    that of the newest label.
    """

    def month(row: Row) -> str:
        return _month(products[row["product_id"]])

    def order(row: Row) -> tuple[int, bool]:
        return list(SEVERITIES).index(row["severity"]), row["brand_numbers"] != "no"

    newest = sorted((row for rows in pool.values() for row in rows), key=month, reverse=True)
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(newest, key=order):
        alike.setdefault(_key(row), []).append(row)
    boxed = products[product_id]["boxed_warning"] == "yes"
    found = []
    for same in alike.values():
        if len({row["product_id"] for row in same}) < len(pool):
            continue
        row, origin = same[0], products[same[0]["product_id"]]
        others = {other["severity"] for other in same} - {row["severity"]}
        if not others:
            said = f"every {therapy} label read ({len(pool)}; worded as {origin['product']}'s)"
        else:
            other = ", ".join(SEVERITIES[severity].lower() for severity in sorted(others))
            said = f"every {therapy} label read ({len(pool)}; as {origin['product']}'s; "
            said += f"in others: {other})"
        if row["severity"] == "boxed_warning":
            said += (
                "; this product's label carries a boxed warning"
                if boxed
                else "; whether this product's own label has it was not read"
            )
        found += _from([row], said, origin)
    return found


def _not_in_reading(
    evidence: Evidence, rows: Sequence[Row], mine: Mapping[str, str], condition_id: str
) -> list[dict[str, Any]]:
    """A row for each factor of the patient on which a product says nothing in our reading.

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
    have = {(row["therapy_id"], row["product_id"], row["factor_id"]) for row in rows}
    places = {(row["therapy_id"], row["product_id"]): row for row in rows}
    out = []
    for (therapy_id, product_id), place in places.items():
        product = evidence.by_id("products")[product_id]
        month, read = _month(product), product["label_read"] == "yes"
        out += [
            {
                **{name: place[name] for name in (*LEADING, "product_id", "product")},
                **{name: factor[name] for name in ("factor_id", "factor", "factor_group")},
                "severity": "not_in_reading",
                "applies": "patient_conditional",
                "matches": True,
                "why": mine[factor["factor_id"]],
                "condition_text": "",
                "dose_above_mg_per_kg": None,
                "met_by_factor": None,
                "action": not_read(month, read),
                "inherited": False,
                "inherited_from": "",
                "label_month": month,
                "label_read": read,
                "verification": "",
                "source_id": product["source_id"],
                "locator": "",
            }
            for factor in wanted
            if not any((therapy_id, product_id, key) in have for key in wider[factor["factor_id"]])
            and concerns(evidence, factor["factor_id"], therapy_id)
        ]
    return out


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

    `rows` are those of `check_cautions`. Adds `products` (names), `marked` (those of them that
    inherit it) and `of` (products of the therapy), and joins `label_month`, `source_id` and
    `inherited_from`; everything else is the same in each group.
    """
    of: dict[str, set[str]] = {}
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        of.setdefault(row["therapy_id"], set()).add(row["product_id"])
        groups.setdefault((*(row[key] for key in SUMMARY_KEYS), _said(row)), []).append(row)

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
                "count": len({row["product_id"] for row in group}),
                "of": len(of[group[0]["therapy_id"]]),
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
