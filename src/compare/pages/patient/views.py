"""Everything on the page of one patient for one scenario, as pure functions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from compare import cost, effects
from compare import words as findings
from compare.authority import indications
from compare.cost.money import PAID
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence, kept
from compare.data.patient import ADULT_YEARS, Patient
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.pages.patient import picture, said, sentences, side_by_side
from compare.pages.patient.first_dose import first_dose
from compare.pages.patient.head_to_head import compared
from compare.words import NOT_REPORTED, printed

YEARLY, COURSE = (*PAID[True], "visits_year_one", "visits_year_one_high"), PAID[False]
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
    brands: Sequence[Row]
    good: str
    harm: str
    comparison: side_by_side.Comparison | None
    picture: list[picture.Shown]
    first_dose: Sequence[Row]
    finding: findings.Finding


def opening(
    evidence: Evidence, condition_id: str = "cidp", patient: Patient | None = None
) -> Scenario:
    """The scenario with which the page opens, of the condition's own patient where none is given:
    IVIG, where its label or a guideline is for it, then the first others by authority.
    """
    if patient is None:
        first = opening_patient(evidence, condition_id)
        patient = Patient(first.weight_kg, first.age_years, first.height_cm)
    rows = side_by_side.option_rows(evidence, condition_id, patient)
    chosen = sorted(
        rows, key=lambda key: key != "ivig" or picture.tier(rows[key]) == picture.NEITHER
    )
    return Scenario(condition_id, patient, options={"compare": chosen[:2]})


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page; a pure function of its arguments.

    `scenario.options` may hold `compare` (therapy ids, at most four), `products` (therapy id to
    product id) and `payer` ("medicare").
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    labels = said.said(evidence, patient, condition_id)
    given = scenario.price_basis, None, scenario.medicare
    chosen = cost.opening_plans(evidence, condition_id, patient, *given)
    costs = cost.cost_rows(evidence, chosen.values(), patient)
    listed, good, harm = _options(evidence, scenario, labels, costs)
    ids = list(scenario.options.get("compare", []))
    comparison = side_by_side.compare_therapies(evidence, scenario, ids) if ids else None
    options = list(side_by_side.option_rows(evidence, condition_id, patient).values())
    drawn = picture.shown(evidence, scenario, options, labels.spoken)
    child = patient.age_years < ADULT_YEARS
    pairs = compared(evidence, condition_id, tuple(row["therapy_id"] for row in options), child)
    return View(
        scenario=scenario,
        options=listed,
        cautions=labels.rows,
        told=said.told(evidence, patient, condition_id, ids),
        costs=costs,
        brands=labels.brands,
        good=good,
        harm=harm,
        comparison=comparison,
        picture=drawn,
        first_dose=first_dose(evidence, condition_id, [row.therapy_id for row in drawn], costs),
        finding=sentences.answer(evidence, options, labels.mine, pairs, child),
    )


def _options(
    evidence: Evidence, scenario: Scenario, labels: said.Said, costs: Sequence[Row]
) -> tuple[list[Row], str, str]:
    """`indications.options` with cautions, cost, one benefit and one harm beside each therapy.

    Adds `concerns`, `against` and `boxed` (see `said.Said`), `usd_*`,
    `visits_*` and the two effects in words, with their sources; and says what the two effects
    are. Columns: `OPTION_COLUMNS`.
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    money: dict[tuple[str, bool], Row] = {}
    reasons: dict[str, str] = {}
    for row in costs:
        money[row["therapy_id"], row["use"] == "chronic"] = row
        reasons.setdefault(row["therapy_id"], row["reason"])
    effects_of = _effects(evidence, condition_id)
    out: list[Row] = []
    for key, option in side_by_side.option_rows(evidence, condition_id, patient).items():
        found = {
            **option,
            **labels.options[key],
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
    told = printed(row["value"], ".3g")
    if known(row["low"]) and row["low"] != row["high"]:
        told += f" ({printed(row['low'], '.3g')} to {printed(row['high'], '.3g')})"
    if row["directness"] == "indirect":
        told += f"; borrowed from {row['borrowed_from']}"
    return told


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
