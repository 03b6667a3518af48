"""The first page: what is in the data, how old it is, and the four classes at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ipywidgets as w
import pandas as pd

from compare import cost, plan
from compare.charts.house import CLASSES
from compare.evidence import Evidence
from compare.explorers.base import WRAP, Explorer, labelled, options_of
from compare.findings import Finding
from compare.markup import NOT_REPORTED, sources, table, text, usd_range

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

    classes: pd.DataFrame
    therapies: pd.DataFrame
    finding: Finding


def view(evidence: Evidence, condition_id: str) -> View:
    """Therapies of a condition by class, with label status and the opening cost; pure."""
    found = plan.plans(evidence, condition_id)
    chosen = cost.default_plans(evidence, found, condition_id)
    priced = cost.cost_table(
        evidence, chosen.values(), cost.opening_patient(evidence, condition_id)
    )
    rows = evidence.indications[evidence.indications["condition_id"].eq(condition_id)]
    labeled = set(rows.loc[rows["fda_label"].eq("yes"), "therapy_id"])
    spoken = set(rows["therapy_id"]) | set(priced["therapy_id"])
    therapies = evidence.therapies[evidence.therapies["therapy_id"].isin(spoken)].copy()
    order = list(CLASSES)
    therapies["_order"] = therapies["therapy_class"].map(order.index)
    therapies = therapies.sort_values(["_order", "therapy"], kind="stable").drop(columns="_order")
    therapies["fda_label"] = therapies["therapy_id"].isin(labeled).map({True: "yes", False: "no"})
    yearly = priced[priced["use"].eq("chronic")].set_index("therapy_id")
    course = priced[priced["use"].ne("chronic")].set_index("therapy_id")
    for name in ("usd_year_one_low", "usd_year_one_high"):
        therapies[name] = therapies["therapy_id"].map(yearly[name])
    for name in ("usd_per_course", "usd_per_course_high"):
        therapies[name] = therapies["therapy_id"].map(course[name])
    counts = evidence.therapies.groupby("therapy_class").size().reindex(order)
    classes = pd.DataFrame(
        {
            "therapy_class": order,
            "meaning": [CLASS_MEANING[key] for key in order],
            "therapies": counts.to_numpy(),
            "here": [int(therapies["therapy_class"].eq(key).sum()) for key in order],
            "names": [
                ", ".join(
                    evidence.therapies.loc[evidence.therapies["therapy_class"].eq(key), "therapy"]
                )
                for key in order
            ],
        }
    )
    name = evidence.label("conditions", condition_id)
    yes = int(therapies["fda_label"].eq("yes").sum())
    finding = Finding(
        f"For {name} the tables speak of {len(therapies)} therapies; "
        f"{yes} have an FDA label for it.",
        {"therapies": float(len(therapies)), "labeled": float(yes)},
    )
    return View(classes, therapies, finding)


def digest(shown: View) -> str:
    """The page as text, for a reviewer's comparison."""
    lines = [str(shown.finding)]
    for row in shown.therapies.itertuples():
        lines.append(
            f"{row.therapy_class} | {row.therapy_id} | FDA label {row.fda_label} | year one "
            f"{row.usd_year_one_low:.2f} to {row.usd_year_one_high:.2f} | per course "
            f"{row.usd_per_course:.2f}"
        )
    return "\n".join(lines).replace("nan to nan", NOT_REPORTED).replace("nan", NOT_REPORTED)


class StartExplorer(Explorer):
    """The data at a glance, and the therapies of one condition by class."""

    def __init__(self, evidence: Evidence, condition_id: str = "cidp", **more: Any) -> None:
        super().__init__(evidence, **more)
        self.controls = {
            "condition": labelled(
                w.Dropdown(
                    options=options_of(evidence.conditions, "condition_id", "condition"),
                    value=condition_id,
                    description="Condition",
                )
            )
        }
        self.start(
            [
                self.banner,
                self.panel("classes"),
                w.HBox(list(self.controls.values()), layout=WRAP),
                self.status,
                self.finding,
                self.panel("therapies"),
                self.panel("sources"),
            ]
        )

    def compute(self) -> View:
        return view(self.evidence, self.controls["condition"].value)

    def digest(self) -> str:
        return digest(self.compute())

    def show(self, computed: View) -> None:
        self.finding.value = text(computed.finding)
        self.panels["classes"].value = (
            table(
                computed.classes,
                {
                    "Class": lambda r: text(CLASSES[r["therapy_class"]][0]),
                    "What it is": "meaning",
                    "Therapies": "therapies",
                    "Which": "names",
                },
                "The four classes; a therapy belongs to exactly one, the first that fits",
            )
            + f"<p>{text(STRADDLE)}</p>"
        )
        self.panels["therapies"].value = table(
            computed.therapies,
            {
                "Therapy": "therapy",
                "Class": lambda r: text(CLASSES[r["therapy_class"]][0]),
                "Target": "target",
                "FDA label here": "fda_label",
                "Year one": lambda r: usd_range(r["usd_year_one_low"], r["usd_year_one_high"]),
                "Per course": lambda r: usd_range(r["usd_per_course"], r["usd_per_course_high"]),
            },
            "Therapies for this condition, at its opening weight",
        )
        self.panels["sources"].value = sources(self.evidence, computed.therapies["source_id"])
