"""The page on one patient: options, what speaks against each, and two to four side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from compare.authority import cautions
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import records, split
from compare.data.scenario import Scenario
from compare.pages.controls import (
    FULL,
    WRAP,
    age_control,
    checkbox,
    condition_control,
    height_control,
    labelled,
    number_with_slider,
    reveal,
    sex_control,
    words,
)
from compare.pages.explorer import Explorer
from compare.pages.markup import download, file_name, sources, table, text
from compare.pages.patient import drawing, report, side_by_side
from compare.pages.patient.side_by_side import MOST, NOT_SAME_TRIAL, rebates_note
from compare.pages.patient.tables import BRAND_COLUMNS, CAUTION_COLUMNS, option_columns
from compare.pages.patient.views import (
    OPTION_COLUMNS,
    View,
    digest,
    opening,
    relevant_factors,
    view,
)
from compare.words import short_name

GROUPS = {
    "history": "History",
    "infection": "Infections",
    "laboratory_or_serology": "Blood tests and serostatus",
    "treatment_history": "What was tried",
    "comedication": "Given at the same time, or planned",
    "demography": "Pregnancy and breastfeeding",
}
DERIVED = {"age_over_65"}


class PatientExplorer(Explorer):
    """One patient: options with authority, cautions and cost; two to four side by side."""

    def __init__(self, evidence: Evidence, condition_id: str = "cidp", **more: Any) -> None:
        super().__init__(evidence, **more)
        start = opening(evidence, condition_id)
        self.weight, weight_row = number_with_slider(
            "Weight (kg)", start.patient.weight_kg, 1, 300, 0.5
        )
        offered = evidence.factors[evidence.factors["factor_group"].isin(GROUPS)]
        self.factors = {
            str(row["factor_id"]): checkbox(str(row["factor"]), tooltip=row["gloss"])
            for row in records(offered)
            if row["factor_id"] not in DERIVED
        }
        self.controls = {
            "condition": condition_control(evidence, condition_id),
            "weight": self.weight,
            "age": age_control(start.patient.age_years),
            "height": height_control(start.patient.height_cm),
            "sex": sex_control(),
            "every_factor": checkbox(
                "Offer every factor, also those on which no label here speaks"
            ),
            **{
                f"compare_{i}": labelled(w.Dropdown, f"Therapy {i + 1}", options=[("none", "")])
                for i in range(MOST)
            },
            "ivig_product": labelled(
                w.Dropdown, "Brand of IVIG", "420px", options=[("the one priced lowest", "")]
            ),
            "name": labelled(
                w.Text, "Title of the printout (optional)", "480px", continuous_update=False
            ),
            **{f"factor_{key}": box for key, box in self.factors.items()},
        }
        self.groups = [self.group(key, heading) for key, heading in GROUPS.items()]
        self.offer(condition_id)
        self.choose(start)
        body = ("condition", "age", "sex", "height")
        self.start(
            [
                self.banner,
                w.HBox([self.controls["condition"], weight_row], layout=WRAP),
                w.HBox([self.controls[name] for name in body[1:]], layout=WRAP),
                *self.groups,
                self.controls["every_factor"],
                self.status,
                self.panel("who"),
                self.finding,
                self.panel("options"),
                self.panel("heading"),
                w.HBox([self.controls[f"compare_{i}"] for i in range(MOST)], layout=WRAP),
                self.controls["ivig_product"],
                self.panel("side_by_side"),
                w.HBox([self.controls["name"]], layout=WRAP),
                self.panel("downloads"),
                self.panel("brands"),
                self.panel("cautions"),
                self.panel("lines"),
                self.panel("sources"),
            ]
        )

    def group(self, key: str, heading: str) -> w.VBox:
        """Check boxes of one group of factors under their heading."""
        rows = self.evidence.factors
        ids = rows.loc[rows["factor_group"].eq(key), "factor_id"]
        boxes = [self.factors[str(i)] for i in ids if str(i) in self.factors]
        title = words(f"<b>{text(heading)}</b>")
        box = w.VBox([title, w.HBox(boxes, layout=WRAP)], layout=FULL)
        box.add_class("tc-group")
        return box

    def offer(self, condition_id: str) -> None:
        """Show the check boxes on which a label of the condition's therapies speaks, or all."""
        wanted = relevant_factors(self.evidence, condition_id)
        implied = split(self.evidence.by_id("conditions")[condition_id]["implied_factors"])
        every = self.controls["every_factor"].value
        offered = {
            box
            for key, box in self.factors.items()
            if box.value or ((every or key in wanted) and key not in implied)
        }
        for box in self.factors.values():
            reveal(box, box in offered)
        for group in self.groups:
            reveal(group, not offered.isdisjoint(group.children[1].children))

    def choose(self, scenario: Scenario) -> None:
        """Offer the condition's therapies for comparison, and take those of the scenario."""
        listed = side_by_side.option_rows(self.evidence, scenario.condition_id, scenario.patient)
        choices = [("none", "")] + [
            (short_name(row["therapy"]), key) for key, row in listed.items()
        ]
        chosen = list(scenario.options.get("compare", []))
        for i in range(MOST):
            control = self.controls[f"compare_{i}"]
            control.options = choices
            control.value = chosen[i] if i < len(chosen) else ""
        has_ivig = "ivig" in listed
        brands = cautions.products_of(self.evidence, "ivig") if has_ivig else []
        names = [(self.evidence.label("products", key), key) for key in brands]
        control = self.controls["ivig_product"]
        control.options = [("the one priced lowest", ""), *names]
        reveal(control, has_ivig)

    def adapt(self, change: Mapping[str, Any]) -> None:
        """A new condition opens with its own patient and therapies; the history stays."""
        if change["owner"] is self.controls["condition"]:
            start = opening(self.evidence, change["new"])
            self.weight.value = start.patient.weight_kg
            self.controls["age"].value = start.patient.age_years
            self.controls["height"].value = start.patient.height_cm or 0
            self.choose(start)
        self.offer(self.controls["condition"].value)

    def scenario(self) -> Scenario:
        """The state of the controls."""
        get = {name: control.value for name, control in self.controls.items()}
        patient = Patient(
            weight_kg=get["weight"],
            age_years=get["age"],
            height_cm=get["height"] or None,
            sex=get["sex"] or None,
            factors=frozenset(key for key, box in self.factors.items() if box.value),
        )
        chosen = [get[f"compare_{i}"] for i in range(MOST) if get[f"compare_{i}"]]
        options: dict[str, Any] = {"compare": list(dict.fromkeys(chosen))}
        if get["ivig_product"]:
            options["products"] = {"ivig": get["ivig_product"]}
        return Scenario(get["condition"], patient, name=get["name"], options=options)

    def compute(self) -> View:
        return view(self.evidence, self.scenario())

    def digest(self) -> str:
        return digest(self.compute())

    def show(self, computed: View) -> None:
        panels, scenario = self.panels, self.scenario()
        name = self.evidence.label("conditions", scenario.condition_id)
        who = report.patient_words(self.evidence, scenario)
        panels["who"].value = f"<p><b>This patient:</b> {text(who)}</p>"
        self.finding.value = text(computed.finding)
        figures = table(
            computed.options,
            option_columns(computed),
            f"{name}: each option in full, best label status first",
        )
        panels["options"].value = (
            drawing.picture(computed.picture, name)
            + f"<details><summary>Show the figures</summary>{figures}</details>"
        )
        panels[
            "heading"
        ].value = "<h2>Side by side</h2><p>Choose two to four: what stands here is printed.</p>"
        self.show_comparison(computed)
        panels["brands"].value = (
            table(
                computed.brands,
                BRAND_COLUMNS,
                "Brands of IVIG: what is in them; they are not interchangeable",
            )
            + "<p>A change of brand starts again at the slow rate.</p>"
            if len(computed.brands)
            else ""
        )
        panels["cautions"].value = "<h2>Every caution on the chosen therapies</h2>" + table(
            computed.told,
            CAUTION_COLUMNS,
            "What concerns this patient first, then what applies to everyone",
            "Choose a therapy above.",
        )

    def show_comparison(self, computed: View) -> None:
        """The comparison, what can be saved of it, and its sources."""
        panels, evidence, scenario = self.panels, self.evidence, computed.scenario
        stamp = evidence.stamp
        about = (scenario.condition_id, f"{scenario.patient.weight_kg:g}kg", stamp)
        saved = {
            "Save the options (CSV)": ("options", computed.options, OPTION_COLUMNS),
            "Save every caution (CSV)": ("cautions", computed.cautions, cautions.COLUMNS),
        }
        links = [
            download(words, self.csv(kind, rows, columns), file_name(kind, *about, ending="csv"))
            for words, (kind, rows, columns) in saved.items()
        ]
        behind = list(computed.brands["source_id"])
        behind += [row["source_id"] for row in (*computed.told, *computed.costs)]
        names = ("source_id", "benefit_source_id", "harm_source_id")
        behind += [row[name] for row in computed.options for name in names]
        if computed.comparison is None:
            panels["side_by_side"].value = '<p class="tc-empty">Choose a therapy above.</p>'
            panels["lines"].value = ""
        else:
            comparison = computed.comparison
            note = " ".join(filter(None, [NOT_SAME_TRIAL, rebates_note(comparison)]))
            panels["side_by_side"].value = (
                '<div class="tc-scroll" tabindex="0" role="region" aria-label="Side by side">'
                + report.table(comparison, "tc-table tc-compare")
                + f"</div><p>{text(note)}</p><p>{text('; '.join(comparison.labels))}.</p>"
            )
            ids = comparison.therapy_ids
            links = [
                download(
                    "Save the page to print (HTML)", report.page(evidence, comparison),
                    report.name(evidence, scenario, ids, "html"), "text/html",
                ),
                download(
                    "Save the comparison (CSV)", report.comparison_csv(comparison),
                    report.name(evidence, scenario, ids, "csv"),
                ),
                *links,
            ]  # fmt: skip
            panels["lines"].value = (
                "<details><summary>The lines of Python that rebuild the printed page</summary>"
                f'<pre class="tc-code">{text(report.lines(comparison))}</pre></details>'
            )
            behind += comparison.source_ids
        panels["downloads"].value = "".join(links)
        panels["sources"].value = sources(evidence, behind)
