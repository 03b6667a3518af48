"""Everything on the page of one patient for one scenario, as pure functions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from compare import cost, effects
from compare import words as findings
from compare.authority import cautions, indications
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import Row, grouped, known
from compare.data.scenario import Scenario
from compare.pages.patient import picture, sentences, side_by_side
from compare.pages.patient.first_dose import first_dose
from compare.pages.patient.head_to_head import compared
from compare.trials.arms import MINUS
from compare.words import NOT_REPORTED

YEARLY = ("usd_year_one_low", "usd_year_one_high", "visits_year_one", "visits_year_one_high")
COURSE = ("usd_per_course", "usd_per_course_high")
EFFECTS = [f"{group}{tail}" for group in ("benefit", "harm")
           for tail in ("", "_source_id", "_source")]  # fmt: skip
OPTION_COLUMNS = [*indications.COLUMNS, "against", "boxed", *YEARLY, *COURSE, "cost_reason",
                  *EFFECTS]  # fmt: skip


@dataclass(frozen=True)
class View:
    """What the page shows: options, cautions and costs as rows."""

    scenario: Scenario
    options: list[Row]
    cautions: Sequence[Row]
    told: Sequence[Row]
    costs: list[Row]
    brands: pd.DataFrame
    good: str
    harm: str
    comparison: side_by_side.Comparison | None
    picture: list[picture.Shown]
    first_dose: list[Row]
    finding: findings.Finding


def opening(
    evidence: Evidence, condition_id: str = "cidp", patient: Patient | None = None
) -> Scenario:
    """The scenario with which the page opens, of the condition's own patient where none is given:
    IVIG, where it is an option, and the first other by authority.
    """
    if patient is None:
        first = opening_patient(evidence, condition_id)
        patient = Patient(first.weight_kg, first.age_years, first.height_cm)
    ids = list(side_by_side.option_rows(evidence, condition_id, patient))
    chosen = [key for key in ids if key == "ivig"] + [key for key in ids if key != "ivig"]
    return Scenario(condition_id, patient, options={"compare": chosen[:2]})


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page; a pure function of its arguments.

    `scenario.options` may hold `compare` (therapy ids, at most four), `products` (therapy id to
    product id) and `payer` ("medicare").
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    rows = side_by_side.caution_rows(evidence, patient, condition_id)
    given = scenario.price_basis, None, scenario.medicare
    chosen = cost.opening_plans(evidence, condition_id, patient, *given)
    costs = cost.cost_rows(evidence, chosen.values(), patient)
    listed, good, harm = _options(evidence, scenario, rows, costs)
    ids = list(scenario.options.get("compare", []))
    comparison = side_by_side.compare_therapies(evidence, scenario, ids) if ids else None
    concerns = (row for row in rows if row["matches"] or row["applies"] == "everyone")
    told = cautions.summary_rows(row for row in concerns if row["therapy_id"] in ids)
    options = list(side_by_side.option_rows(evidence, condition_id, patient).values())
    drawn = picture.shown(evidence, scenario, options, rows)
    pairs = compared(evidence, condition_id, tuple(row["therapy_id"] for row in options))
    return View(
        scenario=scenario,
        options=listed,
        cautions=rows,
        told=sorted(told, key=lambda row: not row["matches"]),
        costs=costs,
        brands=brands(evidence, patient, condition_id),
        good=good,
        harm=harm,
        comparison=comparison,
        picture=drawn,
        first_dose=first_dose(evidence, condition_id, [row.therapy_id for row in drawn], costs),
        finding=sentences.answer(evidence, options, [r for r in rows if r["matches"]], pairs),
    )


def _options(
    evidence: Evidence, scenario: Scenario, rows: Sequence[Row], costs: Sequence[Row]
) -> tuple[list[Row], str, str]:
    """`indications.options` with cautions, cost, one benefit and one harm beside each therapy.

    Adds `concerns` (see `_concerns`), the same in words as `against`, `boxed` (words), `usd_*`,
    `visits_*` and the two effects in words, with their sources; and says what the two effects
    are. Columns: `OPTION_COLUMNS`.
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    mine: dict[str, list[Row]] = {}
    for caution in cautions.summary_rows(row for row in rows if row["matches"]):
        mine.setdefault(caution["therapy_id"], []).append(caution)
    boxes: dict[str, dict[str, None]] = {}
    for row in rows:
        if row["applies"] == "everyone" and row["severity"] == "boxed_warning":
            boxes.setdefault(row["therapy_id"], {})[row["factor"]] = None
    money: dict[tuple[str, bool], Row] = {}
    reasons: dict[str, str] = {}
    for row in costs:
        money[row["therapy_id"], row["use"] == "chronic"] = row
        reasons.setdefault(row["therapy_id"], row["reason"])
    effects_of = _effects(evidence, condition_id)
    out: list[Row] = []
    for key, option in side_by_side.option_rows(evidence, condition_id, patient).items():
        concerns = _concerns(mine.get(key, []))
        found = {
            **option,
            "concerns": concerns,
            "against": "; ".join(
                f"{cautions.SEVERITIES[one['severity']]}: {one['words']}" for one in concerns
            ),
            "boxed": "; ".join(boxes.get(key, ())) or "none in our reading",
            "cost_reason": reasons.get(key),
        }
        for names, chronic in ((YEARLY, True), (COURSE, False)):
            priced = money.get((key, chronic), {})
            found |= {name: priced.get(name, math.nan) for name in names}
        for group, (_, cells) in effects_of.items():
            cell = cells.get(key)
            ids = cell["source_id"] if cell is not None else None
            found[group] = effect_words(cell)
            found |= {f"{group}_source_id": ids, f"{group}_source": evidence.titles(ids)}
        out.append(found)
    return out, effects_of["benefit"][0], effects_of["harm"][0]


def _concerns(rows: Sequence[Row]) -> list[Row]:
    """Cautions on what the patient has: `severity`, and `words` of factor, condition, products."""
    lines: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        lines.setdefault((row["severity"], row["factor"]), []).append(row)
    told: list[Row] = []
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
        told.append({"severity": severity, "words": words})
    return told


@kept(4)
def _effects(evidence: Evidence, condition_id: str) -> dict[str, tuple[str, dict[str, Row]]]:
    """Heading and cells by therapy of one benefit and one harm: those that trade-offs open with.

    No patient matters for either. Shared: do not change them.
    """
    offered = effects.criteria_for.rows(evidence, condition_id)
    wanted = effects.default_criteria(evidence, condition_id)
    patient = opening_patient(evidence, condition_id)
    names = {
        group: next((c for c in wanted if c in offered and offered[c]["group"] == group), "")
        for group in ("benefit", "harm")
    }
    chosen = [name for name in names.values() if name]
    found: dict[str, dict[str, Row]] = {}
    for row in effects.effects_table.rows(evidence, condition_id, patient, criteria=chosen):
        found.setdefault(row["criterion"], {})[row["therapy_id"]] = row
    heads = {
        name: f"{offered[name]['label']}, {offered[name]['unit']}, against its own comparator"
        for name in chosen
    }
    return {group: (heads.get(name, ""), found.get(name, {})) for group, name in names.items()}


def effect_words(row: Row | None) -> str:
    """A cell of the effects table in words; what is only shown, or missing, says why."""
    if row is None:
        return NOT_REPORTED
    if not row["reported"]:
        return "; ".join(part for part in (row["shown"], row["reason"]) if part)
    said = f"{row['value']:.3g}"
    if known(row["low"]) and row["low"] != row["high"]:
        said += f" ({row['low']:.3g} to {row['high']:.3g})"
    said = said.replace("-", MINUS)
    if row["directness"] == "indirect":
        said += f"; borrowed from {row['borrowed_from']}"
    return said


def brands(evidence: Evidence, patient: Patient, condition_id: str) -> pd.DataFrame:
    """One row per IVIG product: contents, label for the condition, and what depends on the brand.

    Columns: `product`, `excipients`, `labeled`, `depends` (cautions on contents that any label
    carries), `concerns` (every caution on what this patient has, as `concerns` of the options),
    `elsewhere` (what stands on other brands, where no caution stands on this one), `label_month`,
    `label_read`, `source_id`. Empty where IVIG is no option of the condition.
    """
    columns = ["product", "excipients", "labeled", "depends", "concerns", "elsewhere",
               "label_month", "label_read", "source_id"]  # fmt: skip
    every = side_by_side.caution_rows(evidence, patient, condition_id)
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
    said = evidence.rows("indications", "condition_id", condition_id)
    labeled = {row["product_id"] for row in said if row["fda_label"] == "yes"}
    out = []
    for product in evidence.rows("products", "therapy_id", "ivig") if rows else ():
        key = product["product_id"]
        out.append(
            {
                "product": product["product"],
                "excipients": product["excipients"],
                "labeled": key in labeled,
                "depends": "; ".join(map(_short, depends.get(key, ()))),
                "concerns": _concerns(cautions.summary_rows(mine.get(key, ()))),
                "elsewhere": side_by_side.elsewhere_words(rows, key),
                "label_month": product["label_revised"],
                "label_read": product["label_read"] == "yes",
                "source_id": product["source_id"],
            }
        )
    return pd.DataFrame(out, columns=columns)


def _short(row: Row) -> str:
    marked = ", inherited" if row["inherited"] else ""
    severity = cautions.SEVERITIES[row["severity"]].lower()
    return f"{row['condition_text'] or row['factor']} ({severity}{marked})"


def digest(shown: View) -> str:
    """The page as text, for a reviewer's comparison."""
    lines = [str(shown.finding)]
    for row in shown.options:
        lines.append(
            f"{row['therapy_id']} | {row['label_status']} | year one {row['usd_year_one_low']:.2f} "
            f"to {row['usd_year_one_high']:.2f} | per course {row['usd_per_course']:.2f} | "
            f"{row['benefit']} | {row['harm']}"
        )
    counts = Counter(
        (row["therapy_id"], row["severity"], row["factor_id"])
        for row in shown.cautions
        if row["matches"]
    )
    lines += [f"{' | '.join(key)} | {count} products" for key, count in counts.items()]
    if shown.comparison is not None:
        lines += [
            f"{row['item']} | {row['therapy_id']} | {row['statement']}"
            for row in side_by_side.statements(shown.comparison)
            if row["section"].startswith(("What in this", "What it costs", "Harm", "Good"))
        ]
    return "\n".join(lines).replace("nan to nan", NOT_REPORTED).replace(" nan", " not reported")
