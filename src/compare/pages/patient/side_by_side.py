"""Two to four therapies beside each other for one patient: what page and printed report show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compare import cost
from compare.authority import cautions, indications
from compare.authority.factors import patient_factors
from compare.claims import ivig
from compare.cost.plan import Plan
from compare.cost.prices import BASES, REBATE_SENTENCE
from compare.cost.standing import first_of_kinds, paid_plans, standing_plans
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.pages.patient import care
from compare.pages.patient.items import Column, Item, Line, is_therapy, one
from compare.pages.patient.picture import STRICT
from compare.words import short_name

MOST = 4
Mine = tuple[tuple[str, str], ...]
NOT_SAME_TRIAL = (
    "Each figure is from its own trial: the therapies were not compared with each other unless "
    "the row says so."
)


@dataclass(frozen=True)
class Comparison:
    """Therapies side by side. `heads` are therapy and product as shown above the columns.

    `columns`: what the lines were written from, for those who say more of it.
    """

    scenario: Scenario
    therapy_ids: tuple[str, ...]
    heads: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    labels: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)

    @property
    def source_ids(self) -> list[str]:
        """Every source behind a statement, once."""
        found = (item.source_id for line in self.lines for cell in line.cells for item in cell)
        return list(dict.fromkeys(part for ids in found for part in ids.split(";") if part))


def compare_therapies(
    evidence: Evidence, scenario: Scenario, therapy_ids: Sequence[str]
) -> Comparison:
    """The chosen therapies side by side for the scenario's condition and patient; pure.

    `scenario.options` may hold `products` (therapy id to product id), `cycle_days`,
    `dosing_weight` and `payer` ("medicare"); else each therapy is shown as the product that pages
    open with. Raises `ValueError` for a therapy or product that is not among those of the
    condition, and for none or more than four therapies.
    """
    ids = tuple(dict.fromkeys(therapy_ids))
    offered = indications.therapies_of(evidence, scenario.condition_id)
    wrong = [key for key in ids if key not in offered]
    if wrong:
        raise ValueError(f"therapies {wrong} are not among those of the condition: {offered}")
    if not 1 <= len(ids) <= MOST:
        raise ValueError(f"{len(ids)} therapies are chosen; expected 1 to {MOST}")
    columns = [_column(evidence, scenario, key) for key in ids]
    makers: list[Callable[..., list[Line]]] = [
        _authority, _cautions, _everyone, care.money_lines, care.giving_lines,
        care.good_lines, care.harms_lines, care.brand_lines,
    ]  # fmt: skip
    lines = [line for make in makers for line in make(evidence, scenario, columns)]
    heads = tuple(
        (short_name(c.therapy["therapy"]), evidence.label("products", c.product_id))
        for c in columns
    )
    labels = tuple(_labels(evidence, columns))
    return Comparison(scenario, ids, heads, tuple(lines), labels, tuple(columns))


def _column(evidence: Evidence, scenario: Scenario, therapy_id: str) -> Column:
    condition_id, patient = scenario.condition_id, scenario.patient
    therapy = evidence.by_id("therapies")[therapy_id]
    option = option_rows(evidence, condition_id, patient)[therapy_id]
    chosen = chosen_plans(evidence, scenario, therapy_id)
    wanted = dict(scenario.options.get("products", {})).get(therapy_id)
    offered = cautions.products_of(evidence, therapy_id)
    if wanted is not None and wanted not in offered:
        raise ValueError(f"product {wanted!r} is not one of {therapy_id}: {offered}")
    product_id = wanted or (chosen[0].product_id if chosen else offered[0])
    weight = scenario.options.get("dosing_weight", "actual")
    rows = caution_rows(evidence, patient, condition_id)
    every = [row for row in rows if row["therapy_id"] == therapy_id]
    return Column(
        therapy=therapy,
        option=option,
        product_id=product_id,
        plans=chosen,
        costs=tuple(cost.cost_rows(evidence, chosen, patient, weight)),
        cautions=[row for row in every if row["product_id"] == product_id],
        every=every,
    )


@kept(2)
def option_rows(evidence: Evidence, condition_id: str, patient: Patient) -> Mapping[str, Row]:
    """Rows of `indications.options` by therapy. Shared: do not change them."""
    rows = indications.options.rows(evidence, condition_id, patient)
    return {row["therapy_id"]: row for row in rows}


def caution_rows(evidence: Evidence, patient: Patient, condition_id: str) -> Sequence[Row]:
    """Rows of `check_cautions`, kept: patients with the same factors have the same. Shared: do not
    change them.
    """
    return rows_for(evidence, factors_of(evidence, patient, condition_id), condition_id)


@kept(2)
def factors_of(evidence: Evidence, patient: Patient, condition_id: str) -> Mine:
    """`patient_factors`, each with why."""
    return tuple(patient_factors(evidence, patient, condition_id).items())


@kept(16)
def rows_for(evidence: Evidence, factors: Mine, condition_id: str) -> Sequence[Row]:
    """`caution_rows` of those with these factors."""
    return cautions.caution_rows(evidence, dict(factors), condition_id)


def chosen_plans(evidence: Evidence, scenario: Scenario, therapy_id: str) -> tuple[Plan, ...]:
    """The yearly plan and the course that stand for a therapy, with the product asked for."""
    wanted = dict(scenario.options.get("products", {})).get(therapy_id)
    patient, options = scenario.patient, scenario.options
    given = scenario.price_basis, options.get("cycle_days"), scenario.medicare
    if wanted is None:
        chosen = cost.opening_plans(evidence, scenario.condition_id, patient, *given)
    else:
        found = paid_plans(evidence, scenario.condition_id, *given)
        own = [plan for plan in found if plan.product_id == wanted]
        chosen = first_of_kinds(standing_plans(evidence, own, patient))
    return tuple(plan for plan in chosen.values() if plan.therapy_id == therapy_id)


def _authority(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    section = "On whose authority"
    label, who, guide, other = [], [], [], []
    for column in columns:
        row = column.option
        source = row["source_id"]
        mark = "" if row["label_status"] == indications.IN_LABEL else "warn"
        said = row["label_status"].capitalize()
        reason = f": {row['label_reason']}" if row["label_reason"] else ""
        cell = [Item(f"{said}{reason}", mark, source)]
        if row["label_warning"]:
            cell.append(Item(f"A label warns, {row['label_warning']}", "warn", source))
        if row["labeled_elsewhere"] and not row["products"]:
            cell.append(Item(f"labeled elsewhere: {row['labeled_elsewhere']}"))
        own = _own_label(evidence, column)
        if own:
            cell.append(Item(own, "warn"))
        label.append(tuple(cell))
        who.append(one(_labeled_for(evidence, scenario, column)))
        guide.append(_guideline_cell(row))
        against = [Item(row["statements_against"], "warn", source)] if row["conflicting"] else []
        other.append(tuple(against) or one("none found that disagrees", "faint"))
    lines = [
        Line(section, "FDA label, for this patient", tuple(label)),
        Line(section, "Labeled for", tuple(who)),
        Line(section, "Strongest guideline statement", tuple(guide)),
    ]
    if any(column.option["conflicting"] for column in columns):
        lines.append(Line(section, "Guidelines that say otherwise", tuple(other)))
    condition = evidence.label("conditions", scenario.condition_id)
    by_state = ivig.ivig_by_state(evidence, scenario.condition_id)
    if by_state and any(is_therapy(column, "ivig") for column in columns):
        told = tuple(
            Item(f"{row['setting']}: {row['answer']}", "", row["source_id"]) for row in by_state
        )
        cells = tuple(told if is_therapy(column, "ivig") else () for column in columns)
        lines.append(Line(section, f"IVIG in {condition}: three answers", cells))
    return lines


def _labeled_for(evidence: Evidence, scenario: Scenario, column: Column) -> str:
    """Population and restriction of the label of the product shown, else of all products."""
    names = ("population", "restriction", "line")
    rows = [
        row
        for row in indications.statements(evidence, scenario.condition_id, scenario.patient)
        if row["product_id"] == column.product_id
        and row["fda_label"] == "yes"
        and row["therapy_id"] == column.therapy["therapy_id"]
    ]
    if rows:
        rows = [row for row in rows if row["fits_age"]] or rows
        cells = [row[name] for row in rows for name in names]
    else:
        cells = [column.option[name] or None for name in names]
    return "; ".join(dict.fromkeys(str(cell) for cell in cells if known(cell)))


def _own_label(evidence: Evidence, column: Column) -> str:
    """What to say where the product shown is not itself labeled for the condition."""
    status = [plan.label_status for plan in column.plans if plan.product_id == column.product_id]
    if column.option["label_status"] != indications.IN_LABEL or not status:
        return ""
    name = evidence.label("products", column.product_id)
    return "" if status[0] == "in label" else f"{name}: {status[0]}"


def _guideline_cell(row: Mapping[str, Any]) -> tuple[Item, ...]:
    if not row["statement"]:
        return one("none in our tables", "faint")
    said = indications.quote_strongest(row)
    if row["guideline_restriction"]:
        said += f"; restriction: {row['guideline_restriction']}"
    said += "; gives no age" if row["guideline_ageless"] else ""
    mark = "" if row["statement"] in indications.FOR and not row["retired"] else "warn"
    return one(said, mark, row["source_id"])


CLOSED = "nothing left open"
LEFT_OPEN = "only what is left open"
NONE_FOUND = "none found in our reading, which is not “safe”"
MARKS = {"contraindicated": "stop", "boxed_warning": "boxed", "warning": "warn"}


def caution_text(row: Mapping[str, Any]) -> str:
    """A caution in full: severity, factor, the condition under which it counts, what to do.

    The condition always stands beside the severity of a conditional caution.
    """
    severity = cautions.SEVERITIES[row["severity"]]
    if row["severity"] == "not_in_reading":
        return f"{row['factor']}: {row['action']}"
    where = f" Counts if: {row['condition_text']}." if row["condition_text"] else ""
    return f"{severity}. {row['factor']}.{where} {row['action']}."


def origin_text(row: Mapping[str, Any]) -> str:
    """Whose label a caution was read in, and when that label was revised."""
    month = f", {row['label_month']}" if row["label_month"] else ""
    if row["inherited"]:
        return f"inherited from {row['inherited_from']}{month}"
    if not row["label_read"]:
        return "own label read in part only"
    return f"own label{month}"


def caution_item(row: Row, why: str = "", others: str = "") -> Item:
    """A caution in full, and where it was read."""
    said = f"{caution_text(row)}{why} [{origin_text(row)}{others}]"
    return Item(said, MARKS.get(row["severity"], ""), row["source_id"])


def _cautions(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    section = "What in this patient speaks against it"
    told, silent = [], []
    for column in columns:
        rows = [row for row in column.cautions if row["matches"]]
        gaps = [row for row in rows if row["severity"] == "not_in_reading"]
        cell = []
        for row in rows:
            if row["severity"] == "not_in_reading":
                continue
            why = "" if row["why"] == "in this patient" else f" ({row['why']})"
            others = _other_products(column, row)
            cell.append(caution_item(row, why, others))
        if elsewhere := elsewhere_words(column.every, column.product_id):
            cell.append(Item(elsewhere, "warn"))
        told.append(tuple(cell) or one(LEFT_OPEN if gaps else NONE_FOUND, "faint"))
        names = "; ".join(row["factor"] for row in gaps)
        silent.append(one(f"{names}: {gaps[0]['action']}" if gaps else CLOSED, "faint"))
    lines = [Line(section, "For this patient", tuple(told))]
    if any(cell[0].text != CLOSED for cell in silent):
        lines.append(Line(section, "Left open", tuple(silent)))
    return lines


def elsewhere_words(rows: Sequence[Row], product_id: str) -> str:
    """What concerns the patient on a therapy's other products, where this one has no caution on it.

    `rows`: cautions of the therapy. Empty where this product has one, or no product has.
    """
    silent = ("warns_all", "not_in_reading")
    found = [row for row in rows if row["matches"] and row["severity"] not in silent]
    if any(row["product_id"] == product_id for row in found):
        return ""
    told = dict.fromkeys(
        f"{cautions.SEVERITIES[row['severity']].lower()} ({row['factor']})" for row in found
    )
    return (
        f"none read for this product; on others of the therapy: {'; '.join(told)}" if told else ""
    )


def _other_products(column: Column, row: Mapping[str, Any]) -> str:
    """On how many of the therapy's products the same caution stands at the same severity."""
    of = len({other["product_id"] for other in column.every})
    if of == 1:
        return ""
    same = [
        other
        for other in column.every
        if other["factor_id"] == row["factor_id"] and other["severity"] == row["severity"]
    ]
    count = len({other["product_id"] for other in same})
    marked = len({other["product_id"] for other in same if other["inherited"]})
    also = f", {marked} of them inherited" if marked else ""
    return f"; on {count} of {of} products{also}"


def _everyone(evidence: Evidence, scenario: Scenario, columns: list[Column]) -> list[Line]:
    section = "What applies to everyone on it"
    factors = evidence.by_id("factors").values()
    first = {row["factor_id"] for row in factors if row["before_start"] == "yes"}
    boxed, warned = [], []
    for column in columns:
        rows = [row for row in column.cautions if row["applies"] == "everyone"]
        strict = [row for row in rows if row["severity"] in STRICT]
        rest = [row for row in rows if row["severity"] not in STRICT]
        hard = [Item(f"{r['factor']}: {r['action']}", MARKS[r["severity"]], r["source_id"])
                for r in strict]  # fmt: skip
        items = [Item(f"{r['factor']}: {r['action']}", "", r["source_id"])
                 for r in rest if r["factor_id"] in first]  # fmt: skip
        others = [row for row in rest if row["factor_id"] not in first]
        if others:
            used = ";".join(dict.fromkeys(row["source_id"] for row in others))
            items.append(Item("; ".join(row["factor"] for row in others), "", used))
        boxed.append(tuple(hard) or one("none in our reading", "faint"))
        warned.append(tuple(items) or one("none in our reading", "faint"))
    return [
        Line(section, "Boxed warnings", tuple(boxed)),
        Line(section, "Other warnings", tuple(warned)),
    ]


def rebates_note(comparison: Comparison) -> str:
    """The sentence on rebates, where prices before and after rebates meet."""
    told = " ".join(
        item.text
        for line in comparison.lines
        if line.label == "Product and price"
        for cell in line.cells
        for item in cell
    )
    return REBATE_SENTENCE if BASES["nadac"] in told and BASES["asp_payment_limit"] in told else ""


def _labels(evidence: Evidence, columns: list[Column]) -> list[str]:
    """Which label was read for each product shown, and its month."""
    products = evidence.by_id("products")
    out = []
    for column in columns:
        product = products[column.product_id]
        month = product["label_revised"] if known(product["label_revised"]) else "month not known"
        read = "" if product["label_read"] == "yes" else ", not read in full"
        out.append(f"{product['product']}: label of {month}{read}")
        origins = dict.fromkeys(
            f"{row['inherited_from']} ({row['label_month'] or 'month not known'})"
            for row in column.cautions
            if row["inherited"]
        )
        if origins:
            out[-1] += f"; cautions inherited from {'; '.join(list(origins)[:1])}"
    return out


COLUMNS_SAVED = ["section", "item", "therapy_id", "therapy", "product", "statement", "mark",
                 "source_id"]  # fmt: skip


def statements(comparison: Comparison) -> list[Row]:
    """The rows of `frame` as dictionaries, for those who take them one by one."""
    return [
        {
            "section": line.section,
            "item": line.label,
            "therapy_id": therapy_id,
            "therapy": head[0],
            "product": head[1],
            "statement": item.text,
            "mark": item.mark,
            "source_id": item.source_id,
        }
        for line in comparison.lines
        for therapy_id, head, cell in zip(
            comparison.therapy_ids, comparison.heads, line.cells, strict=True
        )
        for item in cell
    ]
