"""What labels ask for before the first dose, during it and afterwards; texts are our reading."""

from __future__ import annotations

from typing import Any

from compare.authority.cautions import not_read
from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped, known

STEPS = {
    "before": "Before the first dose",
    "during": "During the infusion or injection",
    "after": "Afterwards",
    "monitoring": "Monitoring",
    "vaccination": "Vaccination",
    "setting": "Where it can be given",
}


def steps(
    evidence: Evidence, therapy_id: str, condition_id: str, product_id: str | None = None
) -> list[dict[str, Any]]:
    """What to do before, during and after, one dictionary per text.

    Keys: `step` (of `STEPS`), `text`, `inherited_from`, `source_id`, `locator`. Rows of the
    product, of its reference, and of the therapy as a whole; a step for which these hold nothing is
    taken from the therapy's other products where the text has no numbers (rates belong to a
    brand), marked in `inherited_from`. What is nowhere has `source_id` None and says that it is
    not in our reading.
    """
    products = evidence.by_id("products")
    reference = products[product_id]["reference_product_id"] if product_id else None

    def tier(row: Row) -> int | None:
        """0: the product's own or the therapy's, 1: its reference's, 2: another product's."""
        if not known(row["product_id"]) or row["product_id"] == product_id:
            return 0
        if product_id and row["product_id"] == reference:
            return 1
        return None if product_id and row["brand_numbers"] != "no" else 2

    here = (
        row
        for row in evidence.rows("guidance", "therapy_id", therapy_id)
        if not known(row["condition_id"]) or row["condition_id"] == condition_id
    )
    by_step = grouped(here, lambda row: (row["step"], tier(row)))
    out: list[dict[str, Any]] = []
    for step in STEPS:
        level = next((level for level in range(3) if (step, level) in by_step), None)
        chosen, origin = by_step.get((step, level), []) if level is not None else [], ""
        if level == 1:
            origin = "its reference product"
        elif level == 2:
            first = chosen[0]["product_id"]
            chosen = [row for row in chosen if row["product_id"] == first]
            origin = f"{products[first]['product']}'s label"
        out += [
            {
                "step": step,
                "text": row["text"],
                "inherited_from": origin,
                "source_id": row["source_id"],
                "locator": row["locator"],
            }
            for row in chosen
        ]
        if not chosen:
            month = products[product_id]["label_revised"] if product_id else None
            read = not product_id or products[product_id]["label_read"] == "yes"
            said = not_read(str(month) if known(month) else "", read)
            silent = {"inherited_from": "", "source_id": None, "locator": ""}
            out.append({"step": step, "text": said, **silent})
    return out
