"""The page for reviewers: what the tables hold, how sure and how old it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from compare import cost
from compare.authority import indications
from compare.cost.money import PAID
from compare.cost.prices import KINDS
from compare.data.conditions import opening_patient, within
from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, grouped, known, records
from compare.pages.coverage import chart as coverage_charts
from compare.pages.coverage import sentences as coverage_findings
from compare.pages.coverage import tables as coverage
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.house import CLASSES
from compare.pages.markup import NOTHING, behind, csv_text, html, table
from compare.words import NOT_REPORTED, Finding, counted, number, short_name, usd_range

CLASS_MEANING = {
    "ivig": "pooled human IgG given into a vein",
    "cytokine_inhibitor": "blocks a cytokine or a cytokine's receptor, whatever the molecule is",
    "monoclonal_antibody": "a whole antibody against anything else",
    "biologic": (
        "every other biologic: fusion proteins, Fc fragments, peptibodies, interferons, "
        "immunoglobulin under the skin"
    ),
}
STRADDLE = (
    "FcRn blockers straddle two classes: rozanolixizumab and nipocalimab are whole antibodies, "
    "efgartigimod is an Fc fragment."
)


@dataclass(frozen=True)
class View:
    """What the page shows."""

    classes: Sequence[Row]
    therapies: pd.DataFrame
    finding: Finding
    coverage: pd.DataFrame
    coverage_finding: Finding
    weight_kg: float


@kept(4)
def view(evidence: Evidence, condition_id: str, medicare: bool = False) -> View:
    """Therapies of a condition by class, with label status and the opening cost; pure. Shared."""
    patient = opening_patient(evidence, condition_id)
    chosen = cost.opening_plans(evidence, condition_id, patient, medicare=medicare)
    priced = pd.DataFrame(cost.cost_rows(evidence, chosen.values(), patient), columns=cost.COLUMNS)
    rows = evidence.indications[evidence.indications["condition_id"].eq(condition_id)]
    labels = rows[rows["fda_label"].eq("yes")]
    labeled = set(labels["therapy_id"])
    spoken = indications.therapies_of(evidence, condition_id)
    therapies = evidence.therapies[evidence.therapies["therapy_id"].isin(spoken)].copy()
    order = list(CLASSES)
    therapies["_order"] = therapies["therapy_class"].map(order.index)
    therapies = therapies.sort_values(["_order", "therapy"], kind="stable").drop(columns="_order")
    therapies["fda_label"] = therapies["therapy_id"].isin(labeled).map({True: "yes", False: "no"})
    yearly = priced[priced["use"].eq("chronic")].set_index("therapy_id")
    course = priced[priced["use"].ne("chronic")].set_index("therapy_id")
    for of, names, kind in (
        (yearly, PAID[True], "price_kind"),
        (course, PAID[False], "course_kind"),
    ):
        for name in names:
            therapies[name] = therapies["therapy_id"].map(of[name])
        therapies[kind] = therapies["therapy_id"].map(of["price_kind"])
    read = pd.concat([f[["therapy_id", "source_id"]] for f in (therapies, labels, priced)])
    behind = read.groupby("therapy_id")["source_id"].agg(";".join)
    therapies["source_id"] = therapies["therapy_id"].map(behind)
    every = grouped(evidence.by_id("therapies").values(), "therapy_class")
    classes = [
        {
            "therapy_class": key,
            "meaning": CLASS_MEANING[key],
            "therapies": len(every.get(key, ())),
            "here": int(therapies["therapy_class"].eq(key).sum()),
            "names": ", ".join(row["therapy"] for row in every.get(key, ())),
        }
        for key in order
    ]
    name = within(evidence, condition_id)
    yes = int(therapies["fda_label"].eq("yes").sum())
    finding = Finding(
        f"For {name} the tables speak of {counted(len(therapies), 'therapy')}; "
        f"{yes or 'none'} {'has' if yes < 2 else 'have'} an FDA label for it.",
        {"therapies": len(therapies), "labeled": yes},
    )
    covered = _covered(evidence)
    told = coverage_findings.map_of(covered)
    return View(classes, therapies, finding, covered, told, patient.weight_kg)


@kept(2)
def _covered(evidence: Evidence) -> pd.DataFrame:
    """The coverage map, made once: it is the same for every condition."""
    return coverage.coverage(evidence)


def cost_cell(row: Mapping[str, Any]) -> str:
    """Money per year, money per course, or both; not reported where neither is known."""
    parts = []
    if known(row["usd_year_one_low"]):
        said = usd_range(row["usd_year_one_low"], row["usd_year_one_high"])
        parts.append(f"{said} ({KINDS[row['price_kind']]})")
    if known(row["usd_per_course"]):
        course = usd_range(row["usd_per_course"], row["usd_per_course_high"])
        parts.append(f"{course} a course ({KINDS[row['course_kind']]})")
    return "; ".join(parts) or NOT_REPORTED


def digest(shown: View) -> str:
    """The page as text, for a reviewer's comparison."""
    lines = [str(shown.finding)]
    for row in shown.therapies.itertuples():
        lines.append(
            f"{row.therapy_class} | {row.therapy_id} | FDA label {row.fda_label} | year one "
            f"{row.usd_year_one_low:.2f} to {row.usd_year_one_high:.2f} | per course "
            f"{row.usd_per_course:.2f}"
        )
    lines.append(str(shown.coverage_finding))
    for fact_row in records(shown.coverage):
        cells = [coverage_charts.cell(fact_row, fact) for fact in coverage.FACTS]
        lines.append(f"{fact_row['therapy_id']} | {' | '.join(cells)}")
    return "\n".join(lines).replace("nan to nan", NOT_REPORTED).replace("nan", NOT_REPORTED)


class StartExplorer(Explorer, view=view, digest=digest):
    """The data at a glance, and the therapies of one condition by class."""

    def __init__(self, evidence: Evidence, condition_id: str = "cidp", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        self.start(
            [
                self.status,
                self.finding,
                self.panel("coverage_key"),
                self.panel("coverage"),
                self.panel("coverage_table"),
                self.panel("age"),
                self.panel("therapies"),
                self.panel("classes"),
            ]
        )

    def compute(self) -> View:
        return view(self.evidence, *(self.controls[name].value for name in ("condition", "payer")))

    def show(self, computed: View) -> None:
        self.finding.value = computed.coverage_finding
        self.panels["classes"].value = behind(
            "The four classes",
            html("<p>{}</p>", STRADDLE),
            table(
                computed.classes,
                {
                    "Class": lambda r: CLASSES[r["therapy_class"]][0],
                    "What it is": "meaning",
                    "Therapies": "therapies",
                    "Which": "names",
                },
                "The four classes; a therapy belongs to exactly one, the first that fits",
            ),
        )
        self.panels["therapies"].value = behind(
            "The therapies of this condition",
            html("<p>{}</p>", computed.finding),
            table(
                computed.therapies,
                {
                    "Therapy": "therapy",
                    "Class": lambda r: CLASSES[r["therapy_class"]][0],
                    "Target": "target",
                    "FDA label here": "fda_label",
                    "Year one, or a course": cost_cell,
                },
                f"Therapies for this condition, at {computed.weight_kg:g} kg, the weight with "
                "which it opens, whoever the patient is",
            ),
        )
        self.show_coverage(computed)

    def show_coverage(self, computed: View) -> None:
        """What is in the tables for each therapy, how often it was read, and how old it is."""
        frame = computed.coverage
        self.panels["coverage_key"].value = html(
            '<p class="tc-key"><span class="tc-wide">In each cell: how much is there of what there '
            'should be (full, 4/7, none)</span><span class="tc-wide">last column: percent of rows '
            "read twice, and in two documents</span></p>"
        )
        self.put("coverage", frame, coverage_charts.whole)
        counts = {
            title: lambda r, fact=fact: f"{r[f'{fact}_have']} of {r[f'{fact}_of']}"
            for fact, (title, _) in coverage.FACTS.items()
        }
        meanings = NOTHING.join(
            html("<li><b>{}</b>: {}</li>", title, meaning)
            for title, meaning in coverage.FACTS.values()
        )
        shown = table(
            frame,
            {
                "Therapy": lambda r: short_name(r["therapy"]),
                **counts,
                "Rows": "rows",
                "Read twice or more": lambda r: number(r["read_twice_pct"], 0, "%"),
                "In two documents": lambda r: number(r["two_sources_pct"], 0, "%"),
            },
            "Coverage in numbers: how many of how many",
        )
        self.panels["coverage_table"].value = html(
            "{}<details><summary>The map in numbers, and what is counted</summary><ul>{}"
            "</ul>{}</details>",
            coverage_charts.small(frame), meanings, shown,
        )  # fmt: skip
        self.panels["age"].value = age_text(self.evidence.age(self.today))

    def saved(self, computed: View) -> Iterator[File]:
        yield self.file("Save the map (CSV)", lambda: csv_text(computed.coverage), "coverage")

    def cited(self, computed: View) -> Iterable[pd.DataFrame]:
        return (computed.therapies,)


def age_text(sentences: list[str]) -> Markup:
    """What is old, as a list; long enumerations are folded."""
    if not sentences:
        return html("<h2>How old it is</h2><p>No price, label or product calls for a look.</p>")
    items = []
    for sentence in sentences:
        head, colon, names = sentence.partition(": ")
        items.append(
            html("<li><details><summary>{}</summary>{}</details></li>", head, names)
            if colon and len(names) > 200
            else html("<li>{}</li>", sentence)
        )
    return html("<h2>How old it is</h2><ul>{}</ul>", NOTHING.join(items))
