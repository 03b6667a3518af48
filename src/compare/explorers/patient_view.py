"""Everything on the page of one patient for one scenario, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from compare import cautions, cost, effects, findings, indications, side_by_side
from compare.arms import MINUS
from compare.evidence import Evidence
from compare.findings import cautions as caution_findings
from compare.markup import NOT_REPORTED
from compare.patient import Patient
from compare.scenario import Scenario
from compare.schedule import known
from compare.tables import Row, records

BRAND_FACTORS = (
    "hyperprolinemia", "diabetes_glucose_meter", "corn_allergy", "iga_deficiency",
    "volume_overload_risk", "hypertension",
)  # fmt: skip
YEARLY = ["usd_year_one_low", "usd_year_one_high", "visits_year_one", "visits_year_one_high"]


@dataclass(frozen=True)
class View:
    """What the page shows."""

    scenario: Scenario
    options: pd.DataFrame
    cautions: pd.DataFrame
    told: pd.DataFrame
    costs: pd.DataFrame
    brands: pd.DataFrame
    good: str
    harm: str
    comparison: side_by_side.Comparison | None
    finding: findings.Finding


def opening(evidence: Evidence, condition_id: str = "cidp") -> Scenario:
    """The scenario with which the page opens: IVIG, where it is an option, and the best other."""
    first = cost.opening_patient(evidence, condition_id)
    patient = Patient(first.weight_kg, first.age_years, first.height_cm)
    ids = list(side_by_side.options_for(evidence, condition_id, patient)["therapy_id"])
    chosen = [key for key in ids if key == "ivig"] + [key for key in ids if key != "ivig"]
    return Scenario(condition_id, patient, options={"compare": chosen[:2]})


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page; a pure function of its arguments.

    `scenario.options` may hold `compare` (therapy ids, at most four) and `products` (therapy id to
    product id).
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    rows = side_by_side.cautions_for(evidence, patient, condition_id)
    chosen = cost.opening_plans(
        evidence, condition_id, scenario.price_basis, age_years=patient.age_years
    )
    costs = cost.cost_table(evidence, chosen.values(), patient)
    listed, good, harm = _options(evidence, scenario, rows, costs)
    ids = list(scenario.options.get("compare", []))
    comparison = side_by_side.compare_therapies(evidence, scenario, ids) if ids else None
    concerns = rows["matches"] | rows["applies"].eq("everyone")
    told = cautions.summary(rows[rows["therapy_id"].isin(ids) & concerns])
    told = told.sort_values("matches", ascending=False, kind="stable").reset_index(drop=True)
    name = evidence.label("conditions", condition_id)
    return View(
        scenario=scenario,
        options=listed,
        cautions=rows,
        told=told,
        costs=costs,
        # Nothing on a brand depends on weight and height: asked at one weight, and kept.
        brands=brands(evidence, side_by_side.weightless(patient), condition_id),
        good=good,
        harm=harm,
        comparison=comparison,
        finding=caution_findings.patient(rows, name),
    )


def _options(
    evidence: Evidence, scenario: Scenario, rows: pd.DataFrame, costs: pd.DataFrame
) -> tuple[pd.DataFrame, str, str]:
    """`indications.options` with cautions, cost, one benefit and one harm beside each therapy.

    Adds `against` and `boxed` (sentences), `usd_*`, `visits_*` and the two effects in words.
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    listed = side_by_side.options_for(evidence, condition_id, patient)
    mine: dict[str, list[Row]] = {}
    for row in records(cautions.summary(rows[rows["matches"]])):
        mine.setdefault(row["therapy_id"], []).append(row)
    against, boxed = [], []
    by_therapy = side_by_side.caution_rows(evidence, patient, condition_id)
    for therapy_id in listed["therapy_id"]:
        against.append(_against(mine.get(therapy_id, [])))
        boxes = dict.fromkeys(
            row["factor"]
            for row in by_therapy.get(therapy_id, [])
            if row["applies"] == "everyone" and row["severity"] == "boxed_warning"
        )
        boxed.append("; ".join(boxes) or "none in our reading")
    listed = listed.assign(against=against, boxed=boxed)
    for use, names in (
        (
            True,
            ["usd_year_one_low", "usd_year_one_high", "visits_year_one", "visits_year_one_high"],
        ),
        (False, ["usd_per_course", "usd_per_course_high"]),
    ):
        of_use = costs[costs["use"].eq("chronic").eq(use)].set_index("therapy_id")
        for name in names:
            listed[name] = listed["therapy_id"].map(of_use[name])
    listed["cost_reason"] = listed["therapy_id"].map(
        costs.drop_duplicates("therapy_id").set_index("therapy_id")["reason"]
    )
    told = _effects(evidence, condition_id)
    for group, (_, cells) in told.items():
        listed[group] = [effect_words(cells.get(key)) for key in listed["therapy_id"]]
        listed[f"{group}_source_id"] = [
            (cells.get(key) or {}).get("source_id") for key in listed["therapy_id"]
        ]
    return listed, told["benefit"][0], told["harm"][0]


def _against(rows: list[Row]) -> str:
    """Cautions on what the patient has, one a line: severity, factor, condition, products."""
    lines: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        lines.setdefault((row["severity"], row["factor"]), []).append(row)
    told = []
    order = list(cautions.SEVERITIES)
    for (severity, factor), group in sorted(lines.items(), key=lambda kv: order.index(kv[0][0])):
        count, of = sum(row["count"] for row in group), group[0]["of"]
        texts = list(dict.fromkeys(row["condition_text"] for row in group if row["condition_text"]))
        where = f", counts if: {' / '.join(texts)}" if texts else ""
        marked = sum(len(row["marked"].split(", ")) if row["marked"] else 0 for row in group)
        products = f" ({min(count, of)} of {of} products" + (
            f", {marked} inherited)" if marked else ")"
        )
        told.append(f"{severity}|{factor}{where}{products if of > 1 else ''}")
    return "\n".join(told)


@lru_cache(maxsize=32)
def _effects(evidence: Evidence, condition_id: str) -> dict[str, tuple[str, dict[str, Row]]]:
    """Heading and cells by therapy of one benefit and one harm: those that trade-offs open with.

    No patient matters for either.
    """
    offered = effects.criterion_rows(evidence, condition_id)
    wanted = effects.default_criteria(evidence, condition_id)
    patient = cost.opening_patient(evidence, condition_id)
    names = {
        group: next((c for c in wanted if c in offered and offered[c]["group"] == group), "")
        for group in ("benefit", "harm")
    }
    chosen = [name for name in names.values() if name]
    found: dict[str, dict[str, Row]] = {}
    for row in effects.effect_rows(evidence, condition_id, patient, criteria=chosen):
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


@lru_cache(maxsize=32)
def relevant_factors(evidence: Evidence, condition_id: str) -> frozenset[str]:
    """Factors on which a label of the condition's therapies speaks, or on which one depends."""
    therapies = set(indications.therapies_of(evidence, condition_id)["therapy_id"])
    rows = cautions.every_row(evidence)
    spoken = rows.loc[rows["therapy_id"].isin(therapies), "factor_id"]
    return frozenset(spoken) | frozenset(indications.needed_factors(evidence, condition_id))


@lru_cache(maxsize=16)
def brands(evidence: Evidence, patient: Patient, condition_id: str) -> pd.DataFrame:
    """One row per IVIG product: contents, label for the condition, and what depends on the brand.

    Columns: `product`, `excipients`, `labeled`, `depends` (cautions on contents that any label
    carries), `concerns` (those on what this patient has), `label_month`, `label_read`, `source_id`.
    Empty where IVIG is no option of the condition. Shared: do not change it.
    """
    columns = ["product", "excipients", "labeled", "depends", "concerns", "label_month",
               "label_read", "source_id"]  # fmt: skip
    depends: dict[str, list[Row]] = {}
    rows = side_by_side.caution_rows(evidence, patient, condition_id).get("ivig", [])
    for row in rows:
        if row["factor_id"] in BRAND_FACTORS and row["severity"] != "not_in_reading":
            depends.setdefault(row["product_id"], []).append(row)
    said = evidence.rows("indications", "condition_id", condition_id)
    labeled = {row["product_id"] for row in said if row["fda_label"] == "yes"}
    out = []
    for product in evidence.rows("products", "therapy_id", "ivig") if rows else ():
        own = depends.get(product["product_id"], [])
        out.append(
            {
                "product": product["product"],
                "excipients": product["excipients"],
                "labeled": product["product_id"] in labeled,
                "depends": "; ".join(map(_short, own)),
                "concerns": "; ".join(_short(row) for row in own if row["matches"]),
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
    for row in records(shown.options):
        lines.append(
            f"{row['therapy_id']} | {row['label_status']} | year one {row['usd_year_one_low']:.2f} "
            f"to {row['usd_year_one_high']:.2f} | per course {row['usd_per_course']:.2f} | "
            f"{row['benefit']} | {row['harm']}"
        )
    mine = shown.cautions[shown.cautions["matches"]]
    counts = mine.groupby(["therapy_id", "severity", "factor_id"], sort=False).size()
    for row in records(counts.rename("products").reset_index()):
        lines.append(" | ".join(str(value) for value in row.values()) + " products")
    if shown.comparison is not None:
        frame = side_by_side.frame(shown.comparison)
        lines += [
            f"{row['item']} | {row['therapy_id']} | {row['statement']}"
            for row in records(frame)
            if row["section"].startswith(("What in this", "What it costs", "Harm", "Good"))
        ]
    return "\n".join(lines).replace("nan to nan", NOT_REPORTED).replace(" nan", " not reported")
