"""The page on cost: what a year costs at this patient's weight, and the arithmetic behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as w
import pandas as pd

from compare import cost
from compare import words as findings
from compare.cost import plan
from compare.cost.prices import basis_text
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.rows import Row, known, records
from compare.data.scenario import Scenario
from compare.pages import money
from compare.pages.controls import WRAP, labelled
from compare.pages.cost import chart as charts
from compare.pages.cost import sentences as cost_findings
from compare.pages.explorer import Explorer
from compare.pages.house import CLASSES
from compare.pages.markup import Cell, csv_text, download, file_name, read_in, sources, table, text
from compare.words import number, number_range, short_name, usd, usd_cents, usd_range

ONE = "one product per therapy"
EVERY = "every product"
AUTHORITIES = ("labeled", "recommended", "option")


@dataclass(frozen=True)
class View:
    """What the page shows, as rows of `annual_cost`, cheapest first; `rows`: of every plan."""

    rows: list[Row]
    yearly: list[Row]
    courses: list[Row]
    unpriced: list[Row]
    finding: findings.Finding


@dataclass(frozen=True)
class Behind:
    """What stands behind one bar: its plan, the arithmetic, what moves it, its other products."""

    chosen: plan.Plan | None
    chain: pd.DataFrame
    sensitivity: pd.DataFrame
    same: list[Row]
    switching: findings.Finding


def view(evidence: Evidence, scenario: Scenario) -> View:
    """The bars of the page for one scenario; a pure function of its arguments.

    `scenario.options` may hold `therapy_class`, `products` ("one product per therapy" or "every
    product"), `chosen` (regimen and product ids joined by a slash), `cycle_days` and
    `dosing_weight`.
    """
    options = scenario.options
    patient, condition_id = scenario.patient, scenario.condition_id
    given = scenario.price_basis, options.get("cycle_days")
    rows = cost.cost_rows(
        evidence,
        plan.plans(evidence, condition_id, *given),
        patient,
        options.get("dosing_weight", "actual"),
    )
    first = {key_of(row) for row in rows if row["stands_for_therapy"]}
    wanted = options.get("therapy_class")
    shown = [row for row in rows if wanted in (None, row["therapy_class"])]
    priced = [r for r in shown if known(r["usd_year_one_low"]) or known(r["usd_per_course"])]
    if options.get("products", ONE) == ONE:
        bars = [row for row in priced if key_of(row) in first]
    else:
        bars = [row for row in priced if "this regimen is for ages" not in row["reason"]]
    with_price = {row["therapy_id"] for row in priced}
    unpriced = [
        row for row in shown if row["therapy_id"] not in with_price and key_of(row) in first
    ]
    yearly = cheapest_first(bars, "usd_year_one_low", chronic=True)
    return View(
        rows=rows,
        yearly=yearly,
        courses=cheapest_first(bars, "usd_per_course", chronic=False),
        unpriced=unpriced + without_regimen(evidence, condition_id, wanted),
        finding=cost_findings.yearly(
            yearly, evidence.label("conditions", condition_id), patient.weight_kg
        ),
    )


def key_of(row: Row) -> tuple[str, str]:
    """Regimen and product, which name a plan."""
    return row["regimen_id"], row["product_id"]


def cheapest_first(rows: list[Row], name: str, chronic: bool) -> list[Row]:
    """The rows of one use in the order of a column; blanks last."""
    kept = [row for row in rows if (row["use"] == "chronic") == chronic]
    return sorted(kept, key=lambda row: (not known(row[name]), row[name]))


def behind(evidence: Evidence, scenario: Scenario, shown: View) -> Behind:
    """What stands behind the bar that the scenario has chosen, or behind the first one.

    Only what is shown: else the arithmetic would be of another plan than the control names.
    """
    bars = [key_of(row) for row in (*shown.yearly, *shown.courses)]
    wanted = scenario.options.get("chosen")
    place = next((key for key in bars if "/".join(key) == wanted), bars[0] if bars else None)
    if place is None:
        nothing = pd.DataFrame(columns=cost.SENSITIVITY)
        return Behind(None, pd.DataFrame(), nothing, [], findings.Finding(""))
    condition_id, options = scenario.condition_id, scenario.options
    found = plan.plans(evidence, condition_id, scenario.price_basis, options.get("cycle_days"))
    chosen = {(p.regimen_id, p.product_id): p for p in found}[place]
    weight = options.get("dosing_weight", "actual")
    same = [row for row in shown.rows if row["regimen_id"] == chosen.regimen_id]
    name = evidence.label("therapies", chosen.therapy_id)
    return Behind(
        chosen=chosen,
        chain=cost.chain(chosen, scenario.patient, dosing_weight=weight),
        sensitivity=cost.sensitivity(evidence, condition_id, chosen, scenario.patient),
        same=same,
        switching=cost_findings.switching(same, name),
    )


def opening(evidence: Evidence, condition_id: str = "cidp") -> Scenario:
    """The scenario with which the page opens."""
    return Scenario(condition_id, opening_patient(evidence, condition_id))


def digest(shown: View) -> str:
    """The numbers behind the page, one line per bar, for a reviewer's comparison."""
    lines = [str(shown.finding)]
    for row in shown.yearly:
        low, high = row["usd_year_one_low"], row["usd_year_one_high"]
        later = f"{row['usd_later_year_low']:.2f} to {row['usd_later_year_high']:.2f}"
        lines.append(
            f"{row['product_id']} | {row['regimen_id']} | {row['price_basis']} | year one "
            f"{low:.2f} to {high:.2f} | later {later} | doses {row['doses_year_one']:.0f}"
        )
    for row in shown.courses:
        low, high = row["usd_per_course"], row["usd_per_course_high"]
        lines.append(
            f"{row['product_id']} | {row['regimen_id']} | {row['price_basis']} | "
            f"per course {low:.2f} to {high:.2f}"
        )
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


def product_cell(row: Mapping[str, Any]) -> str:
    """Therapy, and the product under it."""
    return f"{text(short_name(row['therapy']))}<br><small>{text(row['product'])}</small>"


def counted(row: Mapping[str, Any], name: str, one: str) -> str:
    """`1 visit`, or `13 to 18 visits`."""
    shown = number_range(row[name], row[f"{name}_high"])
    return f"{shown} {one}" if shown == "1" else f"{shown} {one}s"


def notes_cell(row: Mapping[str, Any]) -> str:
    """The price basis; label status where it is not in label, the reason, and the notes."""
    status = "" if row["label_status"] == "in label" else row["label_status"]
    basis = basis_text(row["price_basis"])
    return text("; ".join(part for part in (basis, status, row["reason"], row["note"]) if part))


YEARLY_COLUMNS: Mapping[str, str | Cell] = {
    "Therapy": product_cell,
    "Regimen": "regimen",
    "Year one": lambda r: usd_range(r["usd_year_one_low"], r["usd_year_one_high"]),
    "A later year": lambda r: usd_range(r["usd_later_year_low"], r["usd_later_year_high"]),
    "Of year one, giving it": lambda r: usd_range(
        r["usd_administration_year_one"], r["usd_administration_year_one_high"]
    ),
    "In year one": lambda r: "<br>".join(
        [
            counted(r, "doses_year_one", "dose"),
            counted(r, "visits_year_one", "visit"),
            counted(r, "chair_hours_year_one", "hour"),
        ]
    ),
    "Price and notes": notes_cell,
    "Read in": read_in,
}
COURSE_COLUMNS: Mapping[str, str | Cell] = {
    "Therapy": product_cell,
    "Regimen": "regimen",
    "Per course": lambda r: usd_range(r["usd_per_course"], r["usd_per_course_high"]),
    "Price and notes": notes_cell,
    "Read in": read_in,
}
CHAIN_STEPS: Mapping[str, Any] = {
    "Weight": lambda r: number(r["weight_kg"], 1, "kg"),
    "Dose": lambda r: r["dose"],
    "That is": lambda r: number(r["dose_mg"], 2, "mg"),
    "Divided over": lambda r: number(
        r["visits_per_dose"], 0, "visits" if r["visits_per_dose"] > 1 else "visit"
    ),
    "Opened at each visit": lambda r: r["containers"] or "priced per day",
    "Billing units given + discarded": lambda r: (
        "per device"
        if math.isnan(r["units_given"])
        else f"{number(r['units_given'])} + {number(r['units_discarded'], 1)}"
    ),
    "Price": lambda r: (
        f"${r['usd_per_billing_unit']:,.3f} a unit, {r['code']}"
        if known(r["usd_per_billing_unit"])
        else f"per device or day, {r['code']}"
    ),
    "Price basis": lambda r: basis_text(r["price_basis"]),
    "Drug per dose": lambda r: usd_cents(r["usd_drug_per_dose"]),
    "Minutes at each visit": lambda r: (
        number(r["infusion_minutes"]) + (", computed from rates" if r["minutes_computed"] else "")
    ),
    "Giving one dose": lambda r: usd_cents(r["usd_administration_per_dose"]),
    "Doses in year one": lambda r: number(r["doses_year_one"]),
    "Year one": lambda r: usd_cents(r["usd_year_one"]),
    "Doses in a later year": lambda r: number(r["doses_later_year"], 2),
    "A later year": lambda r: usd_cents(r["usd_later_year"]),
    "Notes on the regimen": lambda r: r["regimen_note"] if known(r["regimen_note"]) else "none",
    "Read in": lambda r: r["locator"],
}


def chain_table(chain: pd.DataFrame) -> str:
    """The arithmetic from top to bottom, one column a phase."""
    rows = records(chain)
    heads = [f"{row['phase'].replace('_', ' ')} ({row['route']})" for row in rows]
    steps = pd.DataFrame(
        [[step, *(how(row) for row in rows)] for step, how in CHAIN_STEPS.items()],
        columns=["step", *map(str, range(len(rows)))],
    )
    columns = {"Step": "step"} | {head: str(i) for i, head in enumerate(heads)}
    return table(
        steps if rows else steps.iloc[:0],
        columns,
        "From weight to dollars, at the low end of dose, interval and visits",
        "No arithmetic to show without a price.",
    )


class CostExplorer(Explorer):
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
        names = ("therapy_class", "products", "dosing_weight", "cycle_days")
        self.start(
            [
                w.HBox([self.controls[name] for name in names], layout=WRAP),
                self.status,
                self.finding,
                self.chart("yearly"),
                self.panel("table"),
                self.panel("course_heading"),
                self.chart("courses"),
                self.panel("course_table"),
                self.panel("unpriced"),
                self.controls["chosen"],
                self.panel("chain"),
                self.chart("sensitivity"),
                self.panel("sensitivity_table"),
                self.panel("switching"),
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
        return self.strip.scenario(options={name: value for name, value in get.items() if value})

    def compute(self) -> View:
        return view(self.evidence, self.scenario())

    def digest(self) -> str:
        return digest(self.compute())

    def show(self, computed: View) -> None:
        self.finding.value = text(computed.finding)
        # The chart first: the browser draws it while the rest is computed.
        yearly = self.evidence.cited_rows(computed.yearly)
        self.panels["yearly"].draw(money.traces(yearly), money.layout(yearly))
        self.panels["table"].value = table(
            yearly, YEARLY_COLUMNS, "Cost per year, cheapest first",
            "No yearly regimen with a current price.",
        )  # fmt: skip
        self.show_courses(computed)
        self.panels["unpriced"].value = table(
            computed.unpriced,
            {"Therapy": "therapy", "Why no cost is shown": "reason"},
            "Therapies without a cost",
            "Every therapy with a regimen here has a current price.",
        )
        scenario = self.scenario()
        chosen = behind(self.evidence, scenario, computed)
        self.show_chosen(computed, chosen)
        name = file_name(
            "cost", scenario.condition_id, f"{scenario.patient.weight_kg:g}kg",
            self.evidence.stamp, ending="csv",
        )  # fmt: skip
        everything = self.evidence.cited(cost.cost_frame(computed.rows))
        self.panels["downloads"].value = download(
            "Save the whole table (CSV)", csv_text(everything), name
        )
        # With the sentence on other products of the same regimen.
        shown = (*computed.yearly, *computed.courses, *chosen.same)
        self.panels["sources"].value = sources(self.evidence, (row["source_id"] for row in shown))

    def show_courses(self, computed: View) -> None:
        """Courses have a panel of their own: money per course is never on the yearly axis."""
        heading, chart = self.panels["course_heading"], self.panels["courses"]
        if not computed.courses:
            heading.value = ""
            chart.clear()
            self.panels["course_table"].value = ""
            return
        heading.value = "<h2>Courses: money per course, not per year</h2>"
        courses = self.evidence.cited_rows(computed.courses)
        chart.draw(money.traces(courses, money.COURSE), money.layout(courses, money.COURSE))
        self.panels["course_table"].value = table(
            courses, COURSE_COLUMNS, "Cost per course, cheapest first"
        )

    def show_chosen(self, computed: View, found: Behind) -> None:
        """The arithmetic behind one bar, what moves it most, and its other products."""
        choices = [
            (f"{row['therapy']}, {row['product']}: {row['regimen']}", "/".join(key_of(row)))
            for row in (*computed.yearly, *computed.courses)
        ]
        chosen = found.chosen
        key = f"{chosen.regimen_id}/{chosen.product_id}" if chosen else ""
        control = self.controls["chosen"]
        busy, self._busy = self._busy, True
        control.options, control.value = (choices or [("", "")]), key
        self._busy = busy
        self.panels["chain"].value = chain_table(found.chain)
        self.panels["sensitivity"].draw(
            charts.sensitivity_traces(found.sensitivity),
            charts.sensitivity_layout(found.sensitivity),
        )
        self.panels["sensitivity_table"].value = table(
            found.sensitivity,
            {
                "What changes": "factor",
                "Lowest with": "low",
                "Cost": lambda r: usd(r["usd_low"]),
                "Highest with": "high",
                "Cost then": lambda r: usd(r["usd_high"]),
            },
            "What moves this cost most, one thing at a time",
            "Nothing to vary for this regimen.",
        )
        self.panels["switching"].value = f"<p>{text(found.switching)}</p>"
