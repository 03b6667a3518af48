"""What each option asks for before the first dose, with it, and of vaccination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from compare.authority import cautions, guidance
from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, known
from compare.pages.cells import therapy_cell
from compare.pages.markup import BREAK, html, noted

SHOWN = ("before", "during", "vaccination")


def first_dose(
    evidence: Evidence, condition_id: str, therapy_ids: Iterable[str], costs: Sequence[Row]
) -> Sequence[Row]:
    """One row per therapy: the `SHOWN` steps as texts, `product` whose label says so, `source_id`.

    The product is the one priced in `costs` (rows of `annual_cost`), else the therapy's first.
    """
    priced = {row["therapy_id"]: row["product_id"] for row in reversed(costs)}
    chosen = (
        (key, priced.get(key) or cautions.products_of(evidence, key)[0]) for key in therapy_ids
    )
    return _first_dose(evidence, condition_id, tuple(chosen))


@kept(16)
def _first_dose(
    evidence: Evidence, condition_id: str, chosen: tuple[tuple[str, str], ...]
) -> Sequence[Row]:
    out: list[Row] = []
    for key, product_id in chosen:
        therapy = evidence.by_id("therapies")[key]
        steps = guidance.steps(evidence, key, condition_id, product_id)
        found: Row = {step: tuple(row for row in steps if row["step"] == step) for step in SHOWN}
        sources = (row["source_id"] for step in SHOWN for row in found[step])
        out.append(
            {
                "therapy": therapy["therapy"],
                "therapy_class": therapy["therapy_class"],
                "product": evidence.label("products", product_id),
                **found,
                "source_id": ";".join(dict.fromkeys(filter(known, sources))),
            }
        )
    return out


def _step(row: Mapping[str, Any], step: str) -> Markup:
    told = []
    for one in row[step]:
        look = "" if known(one["source_id"]) else "faint"
        origin = f" [from {one['inherited_from']}]" if one["inherited_from"] else ""
        told.append(html('<span class="{}">{}{}</span>', look, one["text"], origin))
    return BREAK.join(told)


COLUMNS: Mapping[str, Any] = {
    "Option": lambda r: noted(therapy_cell(r), r["product"]),
    "Tests and preparation before": lambda r: _step(r, "before"),
    "With the dose": lambda r: _step(r, "during"),
    "Vaccination": lambda r: _step(r, "vaccination"),
}
