"""The page on cost: what a year costs at this patient's weight, and the arithmetic behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ipywidgets as w
import pandas as pd

from compare import cost
from compare import words as findings
from compare.cost import plan
from compare.cost.prices import NEGOTIATED
from compare.cost.standing import contraindicating
from compare.data.conditions import opening_patient, within
from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped, known, split
from compare.data.scenario import Scenario
from compare.pages import money
from compare.pages.controls import fold, heading, labelled, offer
from compare.pages.cost import sentences as cost_findings
from compare.pages.cost.tables import COURSE_COLUMNS, YEARLY_COLUMNS, chain_table, swings
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.house import CLASSES
from compare.pages.markup import NOTHING, folded, html, table

ONE = "one product per therapy"
EVERY = "every product"
KINDS_APART = "by kind of price: kinds are not compared; below each bar, the marks on its line"
AUTHORITIES = ("labeled", "recommended", "option")


@dataclass(frozen=True)
class View:
    """What the page shows, as rows of `annual_cost`; `rows`: of every plan.

    `yearly` and `courses` are bars, panel after panel; `marks` the other products on their lines.
    """

    rows: list[Row]
    yearly: list[Row]
    courses: list[Row]
    marks: list[Row]
    unpriced: list[Row]
    finding: findings.Finding


@dataclass(frozen=True)
class Behind:
    """What stands behind one bar: its plan, the arithmetic, what moves it, its other products."""

    evidence: Evidence
    scenario: Scenario
    chosen: plan.Plan | None
    same: list[Row]

    @property
    def chain(self) -> pd.DataFrame:
        """The arithmetic; empty where nothing is shown."""
        if self.chosen is None:
            return pd.DataFrame()
        weight = self.scenario.options.get("dosing_weight", "actual")
        return cost.chain(self.chosen, self.scenario.patient, dosing_weight=weight)

    @cached_property
    def sensitivity(self) -> list[Row]:
        """What moves the cost, one thing at a time."""
        if self.chosen is None:
            return []
        at = self.scenario
        return cost.sensitivity.rows(self.evidence, at.condition_id, self.chosen, at.patient)

    @property
    def switching(self) -> findings.Finding:
        """What the other products save or cost more."""
        return cost_findings.switching(self.same) if self.same else findings.Finding("")


def view(evidence: Evidence, scenario: Scenario) -> View:
    """The bars of the page for one scenario; a pure function of its arguments.

    `scenario.options` may hold `therapy_class`, `products` ("one product per therapy" or "every
    product"), `chosen` (regimen, product and kind of price joined by slashes), `cycle_days`,
    `dosing_weight` and `payer` ("medicare": negotiated prices stand in a panel of their own).
    """
    options = scenario.options
    patient, condition_id = scenario.patient, scenario.condition_id
    wanted, one_each = options.get("therapy_class"), options.get("products", ONE) == ONE
    rows, fixed = priced_rows(evidence, scenario)
    of = evidence, condition_id
    negotiated = [row for row in fixed if row["price_kind"]]
    every = [*rows, *negotiated] if scenario.medicare else rows
    shown = [row for row in every if wanted in (None, row["therapy_class"])]
    priced = [row for row in shown if row["price_kind"]]
    bars = [row for row in priced if row["stands_for_therapy"] or not one_each]
    with_price = {row["therapy_id"] for row in priced}
    unpriced = [
        row for row in shown if row["therapy_id"] not in with_price and row["stands_for_therapy"]
    ]
    why = cost.without_negotiated(fixed)
    with_bar = {row["therapy_id"]: row for row in bars if row["therapy_id"] in why}
    unpriced += [{**row, "reason": why[key]} for key, row in with_bar.items()]
    named = {row["product_id"] for row in bars}
    age = patient.age_years
    for_age = {one.regimen_id for one in plan.plans(*of) if not plan.age_note(one, age)}
    yearly = money.in_panels([row for row in bars if row["use"] == "chronic"])
    courses = money.in_panels([row for row in bars if row["use"] != "chronic"], money.COURSE)
    marks = [other for row in bars for other in cost.beside(every, row)] if one_each else []
    if not scenario.medicare:
        uses = {(row["therapy_id"], row["use"]) for row in bars}
        marks += [
            row
            for row in negotiated
            if row["stands_for_therapy"] and (row["therapy_id"], row["use"]) in uses
        ]
    return View(
        rows=every,
        yearly=yearly,
        courses=courses,
        marks=marks,
        unpriced=unpriced + without_regimen(evidence, condition_id, wanted),
        finding=cost_findings.headline(
            [row for row in yearly if row["stands_for_therapy"]],
            [row for row in courses if row["stands_for_therapy"]],
            within(evidence, condition_id),
            patient.weight_kg,
            [row["reason"] for row in rows if row["regimen_id"] in for_age] if for_age else None,
            asked_by(*of),
            {key for key in named if patient.factors & contraindicating(evidence, key)},
        ),
    )


def priced_rows(evidence: Evidence, scenario: Scenario) -> tuple[list[Row], list[Row]]:
    """Rows of `annual_cost` with what `products` says, and those at negotiated prices.

    The latter are none where the reader asks for one basis.
    """
    options, condition_id, basis = scenario.options, scenario.condition_id, scenario.price_basis
    cycle, weight = options.get("cycle_days"), options.get("dosing_weight", "actual")
    found = plan.plans(evidence, condition_id, basis, cycle)
    at_negotiated: Sequence[plan.Plan] = ()
    if basis is None:
        at_negotiated = plan.negotiated_plans(evidence, condition_id, cycle)
    rows, negotiated = (
        money.with_products(evidence, cost.cost_rows(evidence, some, scenario.patient, weight))
        for some in (found, at_negotiated)
    )
    return rows, negotiated


def asked_by(evidence: Evidence, condition_id: str) -> dict[str, str]:
    """What a product's label asks the patient to have in this condition, whatever it is used for
    there; by product, each in quotation marks. Whether this patient has it is not asked.
    """
    said = evidence.rows("indications", "condition_id", condition_id)
    labels = grouped((row for row in said if row["fda_label"] == "yes"), "product_id")
    found = {}
    for product_id, rows in labels.items():
        factors = dict.fromkeys(part for row in rows for part in split(row["requires_any"]))
        if all(known(row["requires_any"]) for row in rows):
            found[product_id] = " or ".join(f"“{evidence.label('factors', f)}”" for f in factors)
    return found


def key_of(row: Row) -> tuple[str, str]:
    """Regimen and product, which name a plan."""
    return row["regimen_id"], row["product_id"]


def choice_of(row: Row) -> str:
    """What names a bar in the list of bars."""
    return "/".join((*key_of(row), row["price_kind"]))


def behind(evidence: Evidence, scenario: Scenario, shown: View) -> Behind:
    """What stands behind the bar that the scenario has chosen, or behind the first one.

    Only what is shown: else the arithmetic would be of another plan than the control names.
    """
    bars = [*shown.yearly, *shown.courses]
    wanted = scenario.options.get("chosen")
    row = next((row for row in bars if choice_of(row) == wanted), bars[0] if bars else None)
    if row is None:
        return Behind(evidence, scenario, None, [])
    condition_id, options = scenario.condition_id, scenario.options
    basis = NEGOTIATED if row["price_kind"] == "negotiated" else scenario.price_basis
    found = plan.plans(evidence, condition_id, basis, options.get("cycle_days"))
    chosen = {(p.regimen_id, p.product_id): p for p in found}[key_of(row)]
    return Behind(evidence, scenario, chosen, [row, *cost.beside(shown.rows, row)])


def opening(evidence: Evidence, condition_id: str = "cidp") -> Scenario:
    """The scenario with which the page opens."""
    return Scenario(condition_id, opening_patient(evidence, condition_id))


def digest(shown: View) -> str:
    """The numbers behind the page, one line per bar, for a reviewer's comparison."""
    lines = [str(shown.finding)]
    for row in (*shown.yearly, *shown.courses):
        cells = [row["product_id"], row["regimen_id"], row["price_basis"]]
        if row["use"] == "chronic":
            usual = money.USUAL_OF[money.YEARLY]
            low, high = row["usd_year_one_low"], row["usd_year_one_high"]
            later = f"{row['usd_later_year_low']:.2f} to {row['usd_later_year_high']:.2f}"
            cells += [f"year one {low:.2f} to {high:.2f}", f"later {later}"]
            cells.append(f"doses {row['doses_year_one']:.0f}")
        else:
            usual = money.USUAL_OF[money.COURSE]
            low, high = row["usd_per_course"], row["usd_per_course_high"]
            cells.append(f"per course {low:.2f} to {high:.2f}")
        cells.append(row["price_kind"])
        beside = [mark for mark in shown.marks if money.place_of(mark) == money.place_of(row)]
        if beside:
            said = (f"{mark['product_id']} {mark[usual]:.2f}" for mark in beside)
            cells.append(f"usual dose {row[usual]:.2f}; beside it {', '.join(said)}")
        lines.append(" | ".join(cells))
    lines += [
        f"{row['product_id']} | negotiated | year one {row['usd_year_one_low']:.2f}"
        for row in shown.marks
        if row["price_kind"] == "negotiated"
    ]
    lines += [f"{row['therapy_id']} | {row['reason']}" for row in shown.unpriced]
    return "\n".join(lines)


def without_regimen(evidence: Evidence, condition_id: str, therapy_class: str | None) -> list[Row]:
    """Therapies with an authority for the condition, but no regimen in the tables."""
    said = evidence.rows("indications", "condition_id", condition_id)
    good = {row["therapy_id"] for row in said if row["statement"] in AUTHORITIES}
    good -= {row["therapy_id"] for row in evidence.rows("regimens", "condition_id", condition_id)}
    reason = "no regimen for this condition in our sources"
    return [
        {"therapy_id": key, "therapy": row["therapy"], "reason": reason}
        for key, row in evidence.by_id("therapies").items()
        if key in good and therapy_class in (None, row["therapy_class"])
    ]


class CostExplorer(Explorer, view=view, digest=digest):
    """Cost by condition, weight, class, price basis and product, with the chain behind a bar."""

    def __init__(self, evidence: Evidence, condition_id: str = "cidp", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        classes = [("all classes", "")] + [(name, key) for key, (name, *_) in CLASSES.items()]
        self.controls |= {
            "therapy_class": labelled(w.Dropdown, "Class", options=classes),
            "products": labelled(w.Dropdown, "Show", options=[ONE, EVERY]),
            "dosing_weight": labelled(
                w.Dropdown, "IVIG dosed by weight", options=list(cost.DOSING_WEIGHTS)
            ),
            "cycle_days": labelled(
                w.BoundedIntText,
                "Days from cycle to cycle (0: the range)",
                "330px",
                value=0,
                min=0,
                max=365,
            ),
            "chosen": labelled(w.Dropdown, "Arithmetic of", options=[("", "")]),
        }
        names = ("therapy_class", "dosing_weight", "cycle_days")
        behind_button = [self.controls[name] for name in names]
        self.start(
            [
                self.status,
                self.finding,
                *fold("More on cost", [self.controls["products"]], behind_button),
                self.panel("yearly"),
                self.panel("courses"),
                self.panel("table"),
                heading("The arithmetic behind one bar"),
                self.controls["chosen"],
                self.panel("switching"),
                self.panel("sensitivity"),
                self.panel("chain"),
            ],
        )

    def adapt(self, change: Mapping[str, Any]) -> None:
        """A new condition has arithmetic of its own."""
        if change["owner"] is self.controls["condition"]:
            self.controls["chosen"].options = [("", "")]

    def scenario(self) -> Scenario:
        """The state of the controls."""
        names = ("therapy_class", "products", "dosing_weight", "cycle_days", "chosen")
        get = {name: self.controls[name].value for name in names}
        options = {name: value for name, value in get.items() if value}
        return self.strip.scenario(options=options)

    def show(self, computed: View) -> None:
        self.finding.value = computed.finding
        yearly, courses, marks = (
            self.evidence.cited(rows)
            for rows in (computed.yearly, computed.courses, computed.marks)
        )
        # Therapies without a cost stand in the one picture that there is.
        alone = bool(courses) and not yearly
        years = money.Picture(yearly, marks, computed.unpriced)
        self.panels["yearly"].value = NOTHING if alone else years.key + years.html
        # Money per course is never on the yearly axis.
        each = money.Picture(courses, marks, computed.unpriced if alone else (), money.COURSE)
        self.panels["courses"].value = NOTHING if not courses else html(
            "<h2>Courses: money per course, not per year</h2>{}{}", each.key, each.html
        )  # fmt: skip
        self.panels["table"].value = folded(
            NOTHING if alone else table(
                years.rows, YEARLY_COLUMNS, f"Cost per year, {KINDS_APART}",
                "No yearly regimen with a current price.",
            ),
            NOTHING if not courses else table(
                each.rows, COURSE_COLUMNS, f"Cost per course, {KINDS_APART}"
            ),
            table(
                computed.unpriced,
                {"Therapy": "therapy", "Why no cost is shown": "reason"},
                "Therapies without a cost",
                "Every therapy with a regimen here has a current price.",
            ),
        )  # fmt: skip
        self.behind = behind(self.evidence, self.scenario(), computed)
        self.show_chosen(computed, self.behind)

    def saved(self, computed: View) -> Iterator[File]:
        yield self.csv(
            "Save the whole table (CSV)", computed.rows, cost.COLUMNS, "cost", *self.about
        )

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        # With the sentence on other products of the same regimen.
        return computed.yearly, computed.courses, computed.marks, self.behind.same

    def show_chosen(self, computed: View, found: Behind) -> None:
        """The arithmetic behind one bar, what moves it most, and its other products."""
        choices = [
            (f"{row['therapy']}, {row['product']}: {row['regimen']}", choice_of(row))
            for row in (*computed.yearly, *computed.courses)
        ]
        key = choice_of(found.same[0]) if found.same else ""
        with self.quiet:
            offer(self.controls["chosen"], choices or [("", "")], key)
        self.panels["sensitivity"].value = swings(found.sensitivity)
        self.panels["chain"].value = folded(chain_table(found.chain))
        self.panels["switching"].value = html("<p>{}</p>", found.switching)
