"""Everything on the page of trade-offs for one scenario, as pure functions."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from compare import effects, preferences
from compare.authority import indications
from compare.cost.standing import contraindicating
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import Row, grouped, records
from compare.data.scenario import Scenario
from compare.pages import reproduce
from compare.pages.house import label, read_in
from compare.pages.tradeoffs import chart as charts
from compare.pages.tradeoffs import sentences as findings
from compare.pages.tradeoffs.sentences import against, amount, cell_words
from compare.pages.tradeoffs.worth import MONEY, worth
from compare.preferences.decision import Ranges, Weights, read
from compare.preferences.draws import Draws, Ranking
from compare.trials.indirect import comparisons
from compare.words import Finding, counted, joined, lower, short_name

HOW = {
    "": "nothing yet: show the figures only",
    "order": "the order of the rows, most important first",
    "swing": "swing points, 0 to 100",
    "exact": "exact weights, 0 to 100 (shared out)",
    "any": "no preference: every weighting alike",
}
OPENING_CONDITION = "gmg"
BARRED = "contraindicated in this patient"
NO_NETWORK = "no network of trials compares them"
BURDEN = ("visits_year_one", "chair_hours_year_one")
# A table of effects that can be kept under: rows of name and cell.
Cells = tuple[tuple[tuple[str, Any], ...], ...]


@dataclass(frozen=True, eq=False)
class Figures:
    """What does not depend on weights: the table, its criteria, and the chart."""

    table: pd.DataFrame
    criteria: Mapping[str, Row]
    offered: Mapping[str, Row]
    x: str
    y: str
    chart: pd.DataFrame
    finding: Finding
    names: dict[str, str]
    labels: dict[str, str]
    drawn: Draws | None
    cards: tuple[tuple[str, str], ...]
    rows: Sequence[Row]  # every cell on the page, those of chart and cards too


@dataclass(frozen=True, eq=False)
class View:
    """What the page shows. The parts on preferences are empty until the reader has spoken."""

    figures: Figures
    finding: Finding
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shapes: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    script: str = field(default="", repr=False)
    weights: Weights = None
    said: bool = False
    value: pd.DataFrame = field(default_factory=pd.DataFrame)
    ranking: Ranking | None = None
    sensitivity: Sequence[Row] = ()
    worth: Sequence[Row] = ()
    hints: tuple[Finding, ...] = ()


def opening(evidence: Evidence, condition_id: str = OPENING_CONDITION) -> Scenario:
    """The scenario with which the page opens: no preference said, so no ranking."""
    patient = opening_patient(evidence, condition_id)
    start = Scenario(condition_id, patient)
    criteria = effects.default_criteria(evidence, condition_id, start.basis, patient=patient)
    return replace(start, criteria=criteria)


def table_options(scenario: Scenario) -> dict[str, Any]:
    """Arguments of `effects_table` that the scenario sets apart from their defaults."""
    options = scenario.options
    found: dict[str, Any] = {}
    if scenario.basis != "difference":
        found["basis"] = scenario.basis
    if scenario.price_basis:
        found["price_basis"] = scenario.price_basis
    if scenario.medicare:
        found["medicare"] = True
    if options.get("borrow") is False:
        found["borrow"] = False
    if options.get("course_months"):
        found["course_months"] = float(options["course_months"])
    return found


def only_of(evidence: Evidence, scenario: Scenario) -> tuple[str, ...]:
    """The therapies of the condition that the reader has chosen to compare; empty for all."""
    chosen = scenario.options.get("therapies", ())
    return tuple(name for name in evidence.by_id("therapies") if name in chosen)


def axes(scenario: Scenario, offered: Mapping[str, Row]) -> tuple[str, str]:
    """The criteria on the chart's axes: the harm or good chosen, and the cost.

    Where no harm or good can be scored, the visits stand in its place.
    """
    y = str(scenario.options.get("y", ""))
    if y not in offered:
        y = next((name for name in (*scenario.criteria, *offered) if name in MONEY), "")
    x = str(scenario.options.get("x", ""))
    groups = ("harm", "benefit")
    trial = {n: r["scored"] for n, r in offered.items() if r["group"] in groups and r["scored"]}
    trial = trial or {name: 0 for name in BURDEN if name in offered}
    if x not in trial:
        mine = [name for name in scenario.criteria if name in trial] or list(trial)
        x = max(mine, key=lambda name: trial[name], default="")
    return x, y


@kept(4)
def _cells(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    shown: tuple[str, ...],
    options: tuple[tuple[str, Any], ...],
    only: tuple[str, ...],
) -> Cells:
    """The table of effects for these criteria: of `only` these therapies, or of all."""
    more = dict(options)
    every = effects.effects_table.rows(evidence, condition_id, patient, criteria=shown, **more)
    # One and the same not-a-number, since none equals another.
    return tuple(
        tuple(
            (name, math.nan if isinstance(cell, float) and math.isnan(cell) else cell)
            for name, cell in row.items()
        )
        for row in every
        if not only or row["therapy_id"] in only
    )


def _offered(
    evidence: Evidence, condition_id: str, patient: Patient, more: Mapping[str, Any]
) -> Mapping[str, Row]:
    """What can be weighed, by criterion."""
    basis, borrow = more.get("basis", "difference"), more.get("borrow", True)
    by_course = "course_months" in more
    return effects.criteria_for.rows(evidence, condition_id, basis, borrow, patient, by_course)


@kept(4)
def _figures(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    criteria: tuple[str, ...],
    axis: tuple[str, str],
    options: tuple[tuple[str, Any], ...],
    seed: int,
    cells: Cells,
) -> Figures:
    """The table and the chart, and draws that are made when first weighed.

    `patient` of any weight: all that hangs on it stands in `cells`.
    """
    more, (x, y) = dict(options), axis
    basis = more.get("basis", "difference")
    offered = _offered(evidence, condition_id, patient, more)
    rows = [dict(cell) for cell in cells]
    whole = pd.DataFrame(rows, columns=effects.COLUMNS)
    chosen = [row for row in rows if row["criterion"] in criteria]
    table = pd.DataFrame(chosen, columns=effects.COLUMNS)
    names = {row["therapy_id"]: short_name(row["therapy"]) for row in rows}
    labels = {name: str(row["label"]) for name, row in offered.items()}
    chart = chart_frame(evidence, rows, x, y, basis)
    decision = read(whole) if len(whole) else None
    said = {
        row["therapy_id"]: f"{names[row['therapy_id']]} {cell_words(row)}"
        for row in rows
        if row["criterion"] == x
    }
    unit = against(str(offered[x]["unit"])) if x else ""
    ends = labels.get(x, ""), unit, labels.get(y, "")
    of_trials = bool(x) and offered[x]["group"] in ("harm", "benefit")
    finding = findings.each_trial(chart, said, *ends, of_trials)
    if basis == "network":
        network_id = effects.network_id_of(evidence, condition_id, x, patient)
        if network_id:
            every_pair = comparisons(evidence, network_id)
            judged = [one for one in every_pair if {one.treatment, one.comparator} <= names.keys()]
            finding = findings.of_network(chart, labels[x], judged, names)
        else:
            why = effects.why_none(evidence, condition_id, patient)
            left = [labels[name] for name in (y, x) if name]
            finding = findings.not_weighed(why, left, list(names.values()))
    drawn = None
    if decision is not None and len(table):
        drawn = preferences.sample(decision.of(criteria), seed=seed)
    told = cards(evidence, condition_id, patient, rows, offered, y, basis)
    weighed = {name: row for name, row in offered.items() if name in criteria}
    return Figures(table, weighed, offered, x, y, chart, finding, names, labels, drawn, told, rows)


def cards(
    evidence: Evidence,
    condition_id: str,
    patient: Patient,
    rows: Sequence[Row],
    offered: Mapping[str, Row],
    money: str,
    basis: str,
) -> tuple[tuple[str, str], ...]:
    """What there is to weigh, before any weight: five headings, each with a sentence."""
    count = len({row["therapy_id"] for row in rows})
    cells = grouped((row for row in rows if row["reported"]), "criterion")

    def span(name: str, words: str) -> str:
        part = cells.get(name, [])
        if not part:
            return ""
        unit = str(part[0]["unit"])
        low = amount(min(row["low"] for row in part), unit)
        high = amount(max(row["high"] for row in part), unit)
        shown = low if low == high else f"{low} to {high}"
        kinds = findings.kinds_of_price(part)
        return f"{words}: {shown} ({len(part)} of {counted(count, 'therapy')}). {kinds}".strip()

    home = [row["therapy"] for row in cells.get("visits_year_one", []) if row["high"] == 0]
    often = span("visits_year_one", "Clinic visits in year one")
    often += " " + span("chair_hours_year_one", "Hours in the chair")
    if home:
        often += f" Given at home: {joined([short_name(name) for name in home])}."
    goods = [row for row in offered.values() if row["group"] == "benefit" and row["scored"]]
    harms = [row for row in offered.values() if row["group"] == "harm" and row["scored"]]
    factors = [evidence.label("factors", factor) for factor in sorted(patient.factors)]
    special = "In the history: " + (joined(factors) if factors else "nothing entered")
    why = lower(effects.why_none(evidence, condition_id, patient)) or NO_NETWORK
    return (
        ("Cost", span(money, str(offered[money]["label"]) if money in offered else "Cost")
         or "No therapy has a price here."),
        ("How often and where", often.strip() or "No yearly regimen here."),
        ("How soon and how well",
         coverage(goods, "outcome", "outcomes", basis, why, "What works (04)")),
        ("Side effects", coverage(harms, "harm, counted one way,", "harms, each counted one way,",
                                  basis, NO_NETWORK, "Side effects (03)")),
        ("Special considerations", f"{special}. What speaks against a therapy in this patient is "
         "no figure to weigh: see the page Your patient (00)."),
    )  # fmt: skip


def coverage(rows: list[Row], one: str, many: str, basis: str, why: str, page: str) -> str:
    """How many criteria of a sort can be scored, and which one most therapies have."""
    if not rows:
        told = f"Not weighed: {why}. Each trial's own: page {page}."
        return told if basis == "network" else "No figure against placebo that can be scored."
    top = max(rows, key=lambda row: row["scored"])
    text = f"{len(rows)} {one if len(rows) == 1 else many} can be scored. Best covered: "
    text += f"{lower(str(top['label']))}, in {top['scored']} of {top['therapies']} therapies"
    return f"{text} ({top['borrowed']} borrowed)." if top["borrowed"] else f"{text}."


def chart_frame(
    evidence: Evidence, table: Sequence[Row], x: str, y: str, basis: str
) -> pd.DataFrame:
    """`charts.COLUMNS`: one row per therapy with both figures, their ends, and hover text."""
    cells = {(row["therapy_id"], row["criterion"]): row for row in table}
    rows = []
    for row in {row["therapy_id"]: row for row in cells.values()}.values():
        found: dict[str, Any] = {name: row[name] for name in effects.COLUMNS[:3]}
        lines = [f"<b>{label(row['therapy'])}</b>"]
        for axis, criterion in (("x", x), ("y", y)):
            cell = cells.get((row["therapy_id"], criterion))
            if cell is None:
                found |= {axis: math.nan, f"{axis}_low": math.nan, f"{axis}_high": math.nan}
                continue
            found |= {axis: cell["value"], f"{axis}_low": cell["low"], f"{axis}_high": cell["high"]}
            lines.append(f"{label(cell['label'])}: {label(cell_words(cell))}")
            lines += read_in({"source": evidence.titles(cell["source_id"])})
            if axis == "x":
                found["apart"] = basis == "treated" or cell["directness"] == "indirect"
        found.setdefault("apart", False)
        rows.append({**found, "hover": "<br>".join(lines)})
    return pd.DataFrame(rows, columns=charts.COLUMNS)


def reader_weights(scenario: Scenario, criteria: tuple[str, ...]) -> tuple[bool, Weights]:
    """Whether the reader has said what matters, and the weights that this means.

    An order is that of the criteria; points of 0 everywhere say nothing.
    """
    how = str(scenario.options.get("how", ""))
    if how not in HOW:
        raise ValueError(f"unknown way of weighting {how!r}; expected one of {list(HOW)}")
    if not how or not criteria:
        return False, None
    if how == "any":
        return True, None
    if how == "order":
        return True, list(criteria)
    points = {name: scenario.weights.get(name, 0.0) for name in criteria}
    if not sum(points.values()) > 0:
        return False, None
    return True, preferences.swing_weights(points)


def value_shapes(
    halves: Mapping[str, float], ranges: Ranges, figures: Figures
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Piecewise values from the amounts that a reader calls worth half.

    Raises `ValueError` where such an amount is not inside its range.
    """
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for name, half in halves.items():
        if name not in ranges:
            continue
        low, high = ranges[name]
        if not low < half < high:
            raise ValueError(
                f"{figures.labels[name]}: {half:g} is called worth half; expected an amount "
                f"between {low:g} and {high:g}"
            )
        ends = (0.0, 1.0) if figures.criteria[name]["favors"] == "higher" else (1.0, 0.0)
        found[name] = ((low, ends[0]), (float(half), 0.5), (high, ends[1]))
    return found


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page for one scenario; a pure function of its arguments.

    `scenario.criteria` in their order of importance; `scenario.weights`: points by criterion;
    `scenario.options` may hold `how` (a key of `HOW`), `cross_trials` (True: figures of different
    trials are compared all the same, by `basis`; see `Scenario.basis`), `borrow`, `missing`, `x`
    and `y` (the criteria on the chart), `halves` (criterion to the amount that is worth half),
    `therapies` (only these are compared) and `course_months` (how often a course is repeated).
    """
    options, patient = scenario.options, scenario.patient
    more, only = table_options(scenario), only_of(evidence, scenario)
    offered = _offered(evidence, scenario.condition_id, patient, more)
    # What no network and no trial scores is not weighed, also where a saved scenario names it.
    kept = {name for name, row in offered.items() if row["scored"]}
    criteria = tuple(dict.fromkeys(name for name in scenario.criteria if name in kept))
    # In the table criteria stand in one fixed order, so that a new order of importance draws
    # nothing again.
    fixed = tuple(name for name in offered if name in criteria)
    condition_id, axis = scenario.condition_id, axes(scenario, offered)
    given = tuple(sorted(more.items()))
    shown = tuple(name for name in offered if name in {*fixed, *axis, *BURDEN})
    cells = _cells(evidence, condition_id, patient, shown, given, only)
    anyone = replace(patient, weight_kg=opening_patient(evidence, condition_id).weight_kg)
    figures = _figures(evidence, condition_id, anyone, fixed, axis, given, scenario.seed, cells)
    said, weights = reader_weights(scenario, criteria)
    missing = str(options.get("missing", "range"))
    if figures.drawn is None:
        return View(figures, Finding("Choose at least one criterion."))
    decision = figures.drawn.decision
    chosen = {name: ends for name, ends in scenario.ranges.items() if name in criteria}
    ranges = preferences.stated_ranges(decision, chosen)
    shapes = value_shapes(options.get("halves", {}), ranges, figures)
    script = reproduce.lines(
        scenario.condition_id, patient, fixed, more, weights, ranges, shapes, missing,
        seed=scenario.seed, said=said, only=only, load=reproduce.load_line(evidence),
    )  # fmt: skip
    if not said:
        silent = Finding("Say what matters to see how the therapies rank for it.")
        return View(figures, silent, ranges, shapes, script)
    value = preferences.weighted_value(decision, weights, ranges, shapes, missing)
    ranking = preferences.rank(figures.drawn, weights, ranges, shapes=shapes, missing=missing)
    sensitivity = records(
        preferences.weight_sensitivity(decision, weights, ranges, shapes, missing)
    )
    how = str(options["how"])
    gaps = {
        name: [decision.criteria[k] for k in decision.missing[t].nonzero()[0]]
        for t, name in enumerate(decision.therapies)
    }
    barred, outside = not_for(evidence, scenario, figures.names)
    named = figures.names | {key: f"{figures.names[key]} ({BARRED})" for key in barred}
    finding = findings.ranking(ranking, how, named, figures.labels, gaps)
    hints = [
        findings.without_label([figures.names[key] for key in outside]),
        findings.by_course(figures.rows, figures.names),
        findings.mixed(row for row in figures.rows if row["criterion"] in criteria),
        findings.correlated(figures.criteria, ranking.weights),
        *findings.narrow(figures.criteria, ranges, ranking.weights, sensitivity),
        findings.clipped(ranking.clipped),
    ]
    several = len(ranking.pairwise) > 1
    return View(
        figures, finding, ranges, shapes, script, weights, True, value, ranking, sensitivity,
        worth(decision, figures.criteria, weights, ranges, shapes) if several else (),
        tuple(hint for hint in hints if hint is not None),
    )  # fmt: skip


def not_for(
    evidence: Evidence, scenario: Scenario, therapy_ids: Collection[str]
) -> tuple[list[str], list[str]]:
    """Of these therapies those whose every product is contraindicated in the patient, and those
    with no label for this patient here.
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    barred = []
    for key in therapy_ids:
        products = evidence.rows("products", "therapy_id", key)
        against = (contraindicating(evidence, row["product_id"]) for row in products)
        if all(patient.factors & factors for factors in against):
            barred.append(key)
    rows = indications.options.rows(evidence, condition_id, patient)
    outside = [row["therapy_id"] for row in rows if row["label_status"] in indications.NOT_LABELED]
    return barred, [key for key in outside if key in therapy_ids]


def digest(shown: View) -> str:
    """The numbers behind the page, one line per cell, for a reviewer's comparison."""
    lines = [str(shown.figures.finding)]
    for row in records(shown.figures.table):
        figure = "not scored"
        if row["reported"]:
            figure = f"{row['value']:.4f} ({row['low']:.4f} to {row['high']:.4f}) {row['unit']}"
        where = f"borrowed from {row['borrowed_from']}" if row["borrowed_from"] else "direct"
        said = where if row["reported"] else row["reason"]
        lines.append(f"{row['therapy_id']} | {row['criterion']} | {figure} | {said}")
    for name, (low, high) in shown.ranges.items():
        lines.append(f"range | {name} | {low:.4f} to {high:.4f}")
    lines.append(str(shown.finding))
    if shown.ranking is not None:
        for row in records(shown.value):
            lines.append(f"{row['therapy_id']} | value {row['value']:.4f}")
        for therapy, shares in shown.ranking.acceptability.iterrows():
            ranks = " ".join(f"{share:.4f}" for share in shares)
            lines.append(f"{therapy} | ranks {ranks}")
    return "\n".join(lines)
