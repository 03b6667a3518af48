"""The page on indications: which therapies, on whose authority, for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare import words as findings
from compare.authority import indications
from compare.authority.indications import IN_LABEL, STATEMENTS
from compare.claims import ivig
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import LEADING, Row, known
from compare.data.scenario import Scenario
from compare.pages.cells import NONE, class_marks, guideline_cell, label_cell, therapy_cell
from compare.pages.controls import checkbox, fold, labelled
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.house import CLASSES
from compare.pages.indications import chart as charts
from compare.pages.indications import sentences as indication_findings
from compare.pages.markup import NOTHING, behind, html, read_in, table, text
from compare.trials import benefits
from compare.trials.benefits import outcome_text

PLACES = {
    "US": "United States (FDA)", "EU": "European Union", "GB": "United Kingdom",
    "CA": "Canada", "AU": "Australia", "MY": "Malaysia", "INT": "international",
}  # fmt: skip
STATEMENT_COLUMNS = ("fits_age", "unmet", "ruled_out", "therapy", "therapy_class", "label_month")
FEW_READ = (
    "Outside the United States only some labels were read: a therapy without a mark may well be "
    "labeled there."
)


@dataclass(frozen=True)
class Overview:
    """The map of all conditions, without a patient: its rows, as it is drawn, and its file."""

    map: list[Row]
    drawn: Markup


@dataclass(frozen=True)
class View:
    """What the page shows."""

    overview: Overview
    options: Sequence[Row]
    statements: Sequence[Row]
    article: Sequence[Row]
    by_state: Sequence[Row]
    finding: findings.Finding
    article_finding: findings.Finding


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page for one scenario; a pure function of its arguments.

    `scenario.options` may hold `jurisdiction` and `classes` (those shown on the map and lists).
    """
    place = scenario.options.get("jurisdiction", "US")
    shown = tuple(c for c in CLASSES if c in scenario.options.get("classes", CLASSES))
    condition_id, patient = scenario.condition_id, scenario.patient
    listed = [
        row
        for row in indications.options.rows(evidence, condition_id, patient, place)
        if row["therapy_class"] in shown
    ]
    said = statements(evidence, condition_id, patient, [row["therapy_id"] for row in listed])
    name = evidence.label("conditions", condition_id)
    label_name = "an FDA label" if place == "US" else f"a label ({PLACES.get(place, place)})"
    article = _article(evidence, place)
    return View(
        overview=_overview(evidence, place, shown),
        options=evidence.cited(listed),
        statements=evidence.cited(said),
        article=article,
        by_state=ivig.ivig_by_state(evidence, condition_id),
        finding=indication_findings.condition(listed, name, evidence.by_id("factors"), label_name),
        article_finding=indication_findings.article(article),
    )


def statements(
    evidence: Evidence, condition_id: str, patient: Patient | None, therapies: list[str]
) -> list[Row]:
    """Rows of `indications.statements` on these therapies, in their order: labels first, what is
    retired last, then the newest first. Besides their columns, `STATEMENT_COLUMNS`.
    """
    named, products = evidence.by_id("therapies"), evidence.by_id("products")
    found: list[Row] = []
    for row in indications.statements(evidence, condition_id, patient):
        if row["therapy_id"] in therapies:
            therapy = {name: named[row["therapy_id"]][name] for name in LEADING}
            label = products.get(row["product_id"], {}) if row["fda_label"] == "yes" else {}
            found.append({**row, **therapy, "label_month": label.get("label_revised")})

    def rank(row: Row) -> tuple[int, bool, bool, int]:
        place, year = therapies.index(row["therapy_id"]), row["year"]
        late = row["retired"] == "yes"
        return place, row["authority"] != "label", late, -year if known(year) else 0

    return sorted(found, key=rank)


# None depends on the condition or the patient of the page. Shared: not to be changed.
@kept(16)
def _overview(evidence: Evidence, place: str, classes: tuple[str, ...]) -> Overview:
    everything = indications.matrix(evidence, place)
    rows = evidence.cited(row for row in everything if row["therapy_class"] in classes)
    specialties = {key: row["specialty"] for key, row in evidence.by_id("conditions").items()}
    return Overview(rows, charts.map_html(rows, specialties))


def _article(evidence: Evidence, place: str) -> Sequence[Row]:
    """The rows of `ivig_in_article` with controlled trials of IVIG there, in words: `trials`."""
    found = []
    for row in ivig.ivig_in_article(evidence, place):
        trials = [
            trial
            for trial in benefits.outcomes(evidence, row["condition_id"])
            if trial["therapy_id"] == row["therapy_id"] and trial["comparator_kind"] != "none"
        ]
        first = sorted(trials, key=lambda trial: not trial["missed_primary"])[:3]
        told = "; ".join(outcome_text(trial) for trial in first) or NONE
        used = ";".join(trial["source_id"] for trial in first)
        found.append({**row, "trials": told, "trial_source_id": used})
    return found


def opening(evidence: Evidence, condition_id: str = "gmg") -> Scenario:
    """The scenario with which the page opens: the condition's patient, nothing in the history."""
    first = opening_patient(evidence, condition_id)
    patient = Patient(first.weight_kg, first.age_years, first.height_cm)
    options = {"jurisdiction": "US", "classes": list(CLASSES)}
    return Scenario(condition_id, patient, options=options)


def digest(shown: View) -> str:
    """The page as text, for a reviewer's comparison."""
    lines = [str(shown.finding), str(shown.article_finding)]
    for row in shown.options:
        lines.append(
            f"{row['therapy_id']} | {row['label_status']} | {row['requires_any']} | "
            f"{row['statement'] or '-'} {row['body']} | "
            f"{'conflicting' if row['conflicting'] else 'not conflicting'} | "
            f"{'retired' if row['retired'] else 'current'}"
        )
    for row in shown.article:
        lines.append(
            f"IVIG in {row['condition_id']} | {row['label_status']} | {row['statement'] or '-'}"
        )
    for name in ("label_mark", "guideline_mark"):
        counts = Counter(row[name] or "none" for row in shown.overview.map)
        lines.append(f"{name}: " + ", ".join(f"{mark} {n}" for mark, n in sorted(counts.items())))
    return "\n".join(lines)


def products_cell(row: Mapping[str, Any]) -> Markup:
    """Products whose label gives the status, each with the month of the label read."""
    told = zip_longest(row["products"].split("; "), row["label_month"].split("; "), fillvalue="")
    return Markup(", ").join(
        text(name) + (html(' <span style="white-space:nowrap">({})</span>', month) if month else "")
        for name, month in told
    )


def status_cell(row: Mapping[str, Any]) -> Markup:
    """The label status for this patient, behind its mark where it has one."""
    marked = indications.marked(row)
    sign = html("{}&nbsp;", charts.mark(marked, "label_mark")) if marked["label_mark"] else NOTHING
    return sign + label_cell(row, dated=False)


def guidelines_cell(row: Mapping[str, Any]) -> str:
    """The strongest statement behind its mark; what guidelines that disagree say is folded."""
    if not row["statement"]:
        return guideline_cell(row)
    sign = charts.mark(indications.marked(row), "guideline_mark")
    if not row["conflicting"]:
        return html("{} {}", sign, guideline_cell(row))
    return html(
        "<details><summary>{} Guidelines disagree</summary>{}</details>", sign, guideline_cell(row)
    )


def statement_cell(row: Mapping[str, Any]) -> str:
    """What one authority says; a retired statement says so."""
    words = "FDA label" if row["fda_label"] == "yes" else STATEMENTS.get(row["statement"], "label")
    if row["authority"] == "label" and row["fda_label"] != "yes":
        warned = row["statement"] == "warned_against"
        words = "label warns against it" if warned else "label outside the US"
    return text(words) + (html(" <strong>(retired)</strong>") if row["retired"] == "yes" else "")


def body_cell(row: Mapping[str, Any]) -> str:
    """Issuing body, year, grade, place, month of the label."""
    year = str(int(row["year"])) if known(row["year"]) else None
    read = f"label read: {row['label_month']}" if known(row["label_month"]) else None
    place = PLACES.get(row["jurisdiction"], row["jurisdiction"])
    parts = [row["body"], year, row["grade"], place, read]
    return ", ".join(str(part) for part in parts if known(part))


class IndicationsExplorer(Explorer, view=view, digest=digest):
    """Therapies by conditions; one condition in detail, for a patient's age and serostatus."""

    def __init__(self, evidence: Evidence, condition_id: str = "gmg", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        rows = evidence.indications
        self.classes = {key: checkbox(name, value=True) for key, (name, *_) in CLASSES.items()}
        labels = rows[rows["authority"].eq("label") & rows["statement"].eq("labeled")]
        places = [key for key in PLACES if key in set(labels["jurisdiction"])]
        self.controls |= {
            "jurisdiction": labelled(
                w.Dropdown, "Labels of", options=[(PLACES[key], key) for key in places]
            ),
            **{f"class_{key}": box for key, box in self.classes.items()},
        }
        self.start(
            [
                self.status,
                self.finding,
                *fold("More settings", [self.controls["jurisdiction"]], [*self.classes.values()]),
                self.panel("options"),
                self.panel("by_state"),
                self.panel("statements"),
                self.panel("map"),
                self.panel("article"),
            ]
        )

    def scenario(self) -> Scenario:
        """The state of the controls."""
        options = {
            "jurisdiction": self.controls["jurisdiction"].value,
            "classes": [key for key, box in self.classes.items() if box.value],
        }
        return self.strip.scenario(options=options)

    def show(self, computed: View) -> None:
        condition_id = self.controls["condition"].value
        name = self.evidence.label("conditions", condition_id)
        self.finding.value = computed.finding
        panels = self.panels
        classes = class_marks({row["therapy_class"] for row in computed.options})
        panels["options"].value = html('<p class="tc-key">{}</p>', NOTHING.join(classes)) + table(
            computed.options,
            {
                "Therapy": therapy_cell,
                "Label, for this patient": status_cell,
                "Labeled for": lambda r: "; ".join(
                    r[k] for k in ("population", "restriction", "line") if r[k]
                ),
                "Products labeled (label read)": products_cell,
                "Guidelines": guidelines_cell,
            },
            f"{name}: therapies and their authority, best label status first",
            "No therapy of these classes is in our tables for this condition.",
        )
        abroad = self.controls["jurisdiction"].value != "US"
        panels["map"].value = html(
            "<h2>All conditions, without a patient</h2>{}{}<p>In each cell the left mark is the "
            "label, the right mark the guidelines. An empty cell means that our sources say "
            "nothing, which is not a statement against it.</p>{}{}",
            html("<p><b>{}</b></p>", FEW_READ) if abroad else "",
            charts.key(), charts.chosen(condition_id), computed.overview.drawn,
        )  # fmt: skip
        panels["by_state"].value = (
            table(
                computed.by_state,
                {f"IVIG in {name}": "setting", "What is said and was shown": "answer"},
                f"IVIG in {name} has three answers, not one",
            )
            if computed.by_state
            else ""
        )
        self.show_article(computed)
        panels["statements"].value = behind(
            f"Show every statement ({len(computed.statements)})", self.statements(computed)
        )

    def statements(self, computed: View) -> Markup:
        """Labels and guidelines as read."""
        return table(
            computed.statements,
            {
                "Therapy": therapy_cell,
                "Says": statement_cell,
                "For whom": "population",
                "Restriction": "restriction",
                "Line": "line",
                "Who says so": body_cell,
                "Read in": read_in,
                "Remarks": "notes",
            },
            "Labels and guidelines as read, in our words",
            "No statement in our tables.",
        )

    def show_article(self, computed: View) -> None:
        """IVIG in the six conditions of a lay article."""
        shown = computed.article
        figures = table(
            shown,
            {
                "Condition": "condition",
                "Label": lambda r: (
                    "In label" if r["label_status"] == IN_LABEL else r["label_reason"]
                ),
                "Guidelines": guideline_cell,
                "Trials with a comparator": "trials",
            },
            "Guillain-Barré, Crohn's, lupus, rheumatoid arthritis, MS, myasthenia",
        )
        self.panels["article"].value = html(
            "<h2>IVIG in the conditions that a lay article names</h2><p>{}</p>{}",
            computed.article_finding,
            behind(f"Show the figures ({len(shown)})", figures),
        )

    def saved(self, computed: View) -> Iterator[File]:
        condition_id = self.controls["condition"].value
        patient = f"{condition_id}_{self.controls['age'].value:g}y"
        options, statements = computed.options, computed.statements
        columns = [*self.evidence.indications.columns, *STATEMENT_COLUMNS]
        yield self.csv("Save the options (CSV)", options, indications.COLUMNS, "options", patient)
        yield self.csv(
            "Save every statement (CSV)", statements, columns, "statements", condition_id
        )
        overview, columns = computed.overview.map, [*indications.COLUMNS, *indications.MARKS]
        yield self.csv("Save the map (CSV)", overview, columns, "indications", "all-conditions")

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        return (
            computed.overview.map, computed.options, computed.statements, computed.article,
            computed.by_state,
        )  # fmt: skip
