"""Which cautions stand for a product: those of its own label, and those that it inherits.

No patient here. A label that was not read has what every label of its class, or its reference
product's, was found to say; it never counts as silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compare.data.evidence import Evidence, kept
from compare.data.rows import LEADING, Row, grouped, known, records
from compare.words import short_name

SEVERITIES = {
    "contraindicated": "Contraindicated",
    "boxed_warning": "Boxed warning",
    "warning": "Warning",
    "warns_all": "Everyone is warned",
    "information": "Information",
    "ask": "Ask",
    "not_in_reading": "Not in our reading",
}
COLUMNS = [
    *LEADING, "product_id", "product", "factor_id", "factor", "factor_group", "severity", "applies",
    "matches", "why", "condition_text", "dose_above_mg_per_kg", "met_by_factor", "action",
    "inherited", "inherited_from", "label_month", "label_read", "verification", "source_id",
    "locator",
]  # fmt: skip


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
                "label_month": month_of(product),
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


def month_of(product: Mapping[str, Any]) -> str:
    """The month of the revision that was read (YYYY-MM); empty where it is not known."""
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
        return _from(of_class[reference], f"its reference product {origin['product']}", origin)
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
    inherited = {"inherited": True, "inherited_from": said, "label_month": month_of(origin)}
    return [{**row, **inherited} for row in rows]


def _of_class(
    products: Products, pool: Mapping[str, Sequence[Row]], product_id: str, therapy: str
) -> list[dict[str, Any]]:
    """What every label of the class carries, at its strictest.

    In a wording without numbers where there is one (rates and amounts belong to a brand), else in
    that of the newest label.
    """

    def month(row: Row) -> str:
        return month_of(products[row["product_id"]])

    def order(row: Row) -> tuple[int, bool]:
        return list(SEVERITIES).index(row["severity"]), row["brand_numbers"] != "no"

    newest = sorted((row for rows in pool.values() for row in rows), key=month, reverse=True)
    boxed = products[product_id]["boxed_warning"] == "yes"
    found = []
    for same in grouped(sorted(newest, key=order), _key).values():
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
