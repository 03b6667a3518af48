"""What labels say to one patient of every option: no weight changes it, so it is made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from compare.authority import cautions
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import Row, grouped
from compare.pages.patient import picture, side_by_side
from compare.pages.patient.side_by_side import Mine


@dataclass(frozen=True)
class Said:
    """Shared by all with the same factors: do not change it.

    `rows` are those of `check_cautions`, `mine` those of them on what the patient has. By therapy,
    `spoken` is what the picture shows, and `options` what the list of options does: `concerns`, the
    same in words as `against`, and `boxed`. `brands`: see there.
    """

    rows: Sequence[Row]
    mine: Sequence[Row]
    spoken: Mapping[str, picture.Spoken]
    options: Mapping[str, Row]
    brands: Sequence[Row]


def said(evidence: Evidence, patient: Patient, condition_id: str) -> Said:
    """What labels say to the patient."""
    return _said(evidence, side_by_side.factors_of(evidence, patient, condition_id), condition_id)


@kept(16)
def _said(evidence: Evidence, factors: Mine, condition_id: str) -> Said:
    rows = side_by_side.rows_for(evidence, factors, condition_id)
    mine = [row for row in rows if row["matches"]]
    boxes: dict[str, dict[str, None]] = {}
    for row in rows:
        if row["applies"] == "everyone" and row["severity"] == "boxed_warning":
            boxes.setdefault(row["therapy_id"], {})[row["factor"]] = None
    found = {key: concerns(own) for key, own in grouped(mine, "therapy_id").items()}
    options = {
        row["therapy_id"]: {
            "concerns": found.get(row["therapy_id"], []),
            "against": "; ".join(
                f"{cautions.SEVERITIES[one['severity']]}: {one['words']}"
                for one in found.get(row["therapy_id"], ())
            ),
            "boxed": "; ".join(boxes.get(row["therapy_id"], ())) or "none in our reading",
        }
        for row in evidence.by_id("therapies").values()
    }
    brands_ = brands(evidence, rows, condition_id)
    return Said(rows, mine, picture.spoken(rows), options, brands_)


def told(
    evidence: Evidence, patient: Patient, condition_id: str, therapy_ids: Sequence[str]
) -> Sequence[Row]:
    """Every caution on these therapies, summed up; what concerns this patient comes first."""
    factors = side_by_side.factors_of(evidence, patient, condition_id)
    return _told(evidence, factors, condition_id, tuple(therapy_ids))


@kept(16)
def _told(
    evidence: Evidence, factors: Mine, condition_id: str, therapy_ids: tuple[str, ...]
) -> Sequence[Row]:
    rows = side_by_side.rows_for(evidence, factors, condition_id)
    found = cautions.summary_rows(
        row
        for row in rows
        if row["therapy_id"] in therapy_ids and (row["matches"] or row["applies"] == "everyone")
    )
    return sorted(found, key=lambda row: not row["matches"])


def concerns(rows: Sequence[Row]) -> list[Row]:
    """Cautions on what the patient has: `severity`, and `words` of factor, condition, products."""
    lines = grouped(cautions.summary_rows(rows), itemgetter("severity", "factor"))
    found: list[Row] = []
    order = list(cautions.SEVERITIES)
    for (severity, factor), group in sorted(lines.items(), key=lambda kv: order.index(kv[0][0])):
        count, of = sum(row["count"] for row in group), group[0]["of"]
        texts = list(dict.fromkeys(row["condition_text"] for row in group if row["condition_text"]))
        where = f", counts if: {' / '.join(texts)}" if texts else ""
        marked = sum(row["inherited"] for row in group)
        products = f" ({min(count, of)} of {of} products" + (
            f", {marked} inherited)" if marked else ")"
        )
        one = " (inherited)" if marked else ""
        words = f"{factor}{where}{products if of > 1 else one}"
        found.append({"severity": severity, "words": words})
    return found


def brands(evidence: Evidence, every: Sequence[Row], condition_id: str) -> list[Row]:
    """One row per IVIG product: contents, label for the condition, and what depends on the brand.

    `every`: rows of `check_cautions`. Columns: `product`, `excipients`, `labeled`, `depends`
    (cautions on contents that any label carries), `concerns` (every caution on what this patient
    has, as `concerns` of the options), `elsewhere` (what stands on other brands, where no caution
    stands on this one), `label_month`, `label_read`, `source_id`. Empty where IVIG is no option of
    the condition.
    """
    rows = [row for row in every if row["therapy_id"] == "ivig"]
    factors = evidence.by_id("factors")
    depends = grouped(
        (
            row
            for row in rows
            if factors[row["factor_id"]]["brand_choice"] == "yes"
            and row["severity"] != "not_in_reading"
        ),
        "product_id",
    )
    mine = grouped((row for row in rows if row["matches"]), "product_id")
    stated = evidence.rows("indications", "condition_id", condition_id)
    labeled = {row["product_id"] for row in stated if row["fda_label"] == "yes"}
    return [
        {
            "product": product["product"],
            "excipients": product["excipients"],
            "labeled": product["product_id"] in labeled,
            "depends": "; ".join(map(_short, depends.get(product["product_id"], ()))),
            "concerns": concerns(mine.get(product["product_id"], ())),
            "elsewhere": side_by_side.elsewhere_words(rows, product["product_id"]),
            "label_month": product["label_revised"],
            "label_read": product["label_read"] == "yes",
            "source_id": product["source_id"],
        }
        for product in (evidence.rows("products", "therapy_id", "ivig") if rows else ())
    ]


def _short(row: Row) -> str:
    marked = ", inherited" if row["inherited"] else ""
    severity = cautions.SEVERITIES[row["severity"]].lower()
    return f"{row['condition_text'] or row['factor']} ({severity}{marked})"
