"""The page on one patient: options, what speaks against each, and two to four side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare.authority import cautions
from compare.data.evidence import Evidence
from compare.data.rows import Row
from compare.data.scenario import Scenario
from compare.pages.controls import WRAP, checkbox, labelled, offer, reveal
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.markup import NOTHING, folded, html, table
from compare.pages.patient import drawing, first_dose, monograph, report, side_by_side
from compare.pages.patient.side_by_side import MOST, NOT_SAME_TRIAL, Comparison, rebates_note
from compare.pages.patient.tables import BRAND_COLUMNS, CAUTION_COLUMNS, option_columns
from compare.pages.patient.views import OPTION_COLUMNS, View, digest, opening, view
from compare.words import short_name

PATIENTS = "Your patients per year"
LONGEST = 20  # digits


def count_of(said: str) -> Any:
    """The whole number that a reader has written, or his words, which `monograph` refuses."""
    plain = said.replace(",", "")
    return int(plain) if plain.isdecimal() and len(plain) < LONGEST else said


class PatientExplorer(Explorer, view=view, digest=digest):
    """One patient: options with authority, cautions and cost; two to four side by side."""

    def __init__(self, evidence: Evidence, condition_id: str = "cidp", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        self.controls |= {
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
            "monograph": checkbox(
                "Monograph for a P&T committee",
                tooltip="A longer page to print, with what your own patients cost in a year",
            ),
            **{
                f"patients_{i}": labelled(w.Text, PATIENTS, "330px", continuous_update=False)
                for i in range(MOST)
            },
        }
        self.choose(opening(evidence, condition_id))
        names = [*(f"compare_{i}" for i in range(MOST)), "ivig_product"]
        choose = w.HBox([self.controls[name] for name in names], layout=WRAP)
        asked = [f"patients_{i}" for i in range(MOST)]
        named = w.HBox([self.controls[n] for n in ("name", "monograph", *asked)], layout=WRAP)
        for row in (choose, named):
            row.add_class("tc-choose")
        self.start(
            [
                self.status,
                self.finding,
                self.panel("options"),
                self.panel("first_dose"),
                self.panel("figures"),
                self.panel("heading"),
                choose,
                self.panel("side_by_side").add_class("tc-below"),
                named,
                self.panel("no_monograph").add_class("tc-status"),
                self.downloads(),
                self.panel("brands"),
                self.panel("cautions"),
                self.panel("lines"),
                self.panel("sources"),
            ]
        )

    def choose(self, scenario: Scenario) -> None:
        """Offer the condition's therapies for comparison, and take those of the scenario."""
        listed = side_by_side.option_rows(self.evidence, scenario.condition_id, scenario.patient)
        named = sorted((short_name(row["therapy"]), key) for key, row in listed.items())
        choices = [("none", ""), *named]
        chosen = list(scenario.options.get("compare", []))
        for i in range(MOST):
            offer(self.controls[f"compare_{i}"], choices, chosen[i] if i < len(chosen) else "")
            self.ask_patients(i)
        has_ivig = "ivig" in listed
        brands = cautions.products_of(self.evidence, "ivig") if has_ivig else []
        names = [(self.evidence.label("products", key), key) for key in brands]
        offer(self.controls["ivig_product"], [("the one priced lowest", ""), *names], "")
        reveal(self.controls["ivig_product"], has_ivig)

    def adapt(self, change: Mapping[str, Any]) -> None:
        """A new condition has therapies of its own, and a new therapy patients of its own."""
        if change["owner"] is self.controls["condition"]:
            self.choose(opening(self.evidence, change["new"], self.strip.patient()))
        for i in range(MOST):
            if change["owner"] is self.controls[f"compare_{i}"]:
                self.ask_patients(i)
        if change["owner"] is self.controls["monograph"]:
            for i in range(MOST):
                self.ask_patients(i, self.controls[f"patients_{i}"].value)

    def ask_patients(self, i: int, entered: str = "") -> None:
        """Ask for the hospital's own number of patients on the therapy chosen, for a monograph."""
        therapy_id, asked = self.controls[f"compare_{i}"].value, self.controls[f"patients_{i}"]
        asked.value = entered
        asked.description = PATIENTS
        if therapy_id:
            asked.description += f": {short_name(self.evidence.label('therapies', therapy_id))}"
        reveal(asked, bool(therapy_id) and self.controls["monograph"].value)

    def scenario(self) -> Scenario:
        """The state of the controls."""
        get = {name: control.value for name, control in self.controls.items()}
        chosen = [get[f"compare_{i}"] for i in range(MOST) if get[f"compare_{i}"]]
        options: dict[str, Any] = {"compare": list(dict.fromkeys(chosen))}
        if get["ivig_product"]:
            options["products"] = {"ivig": get["ivig_product"]}
        if get["monograph"]:
            entered = ((get[f"compare_{i}"], get[f"patients_{i}"].strip()) for i in range(MOST))
            counts = {key: count_of(said) for key, said in entered if key and said}
            options |= {monograph.PATIENTS: counts} if counts else {}
        return self.strip.scenario(name=get["name"], options=options)

    def show(self, computed: View) -> None:
        panels = self.panels
        name = self.evidence.label("conditions", computed.scenario.condition_id)
        self.finding.value = computed.finding
        panels["options"].value = drawing.picture(computed.picture, name)
        figures = table(
            computed.options,
            option_columns(computed),
            f"{name}: each option in full, best label status first",
        )
        panels["figures"].value = folded(figures)
        panels["heading"].value = html("<h2>Compare two to four</h2>")
        self.show_comparison(computed)
        self.put("first_dose", computed.first_dose, lambda rows: before_table(rows, name))
        self.put("brands", computed.brands, brands_table)
        self.put("cautions", computed.told, cautions_table)

    def show_comparison(self, computed: View) -> None:
        """The comparison, and the lines that rebuild it."""
        panels, comparison = self.panels, computed.comparison
        if comparison is None:
            panels["side_by_side"].value = html('<p class="tc-empty">Choose a therapy above.</p>')
            panels["lines"].value = ""
            return
        note = " ".join(filter(None, [NOT_SAME_TRIAL, rebates_note(comparison)]))
        panels["side_by_side"].value = html(
            '<div class="tc-scroll" tabindex="0" role="region" aria-label="Side by side">{}'
            "</div><p>{}</p><p>{}.</p>",
            report.table(comparison, "tc-table tc-compare"), note, "; ".join(comparison.labels),
        )  # fmt: skip
        code = html('<pre class="tc-code">{}</pre>', report.lines(self.evidence, comparison))
        panels["lines"].value = folded(
            code, name="The lines of Python that rebuild the printed page"
        )

    def saved(self, computed: View) -> Iterator[File]:
        evidence, about = self.evidence, self.about
        if comparison := computed.comparison:
            name = report.name(computed.scenario, comparison.therapy_ids)
            yield self.file(
                "Save the page to print (HTML)", lambda: report.page(evidence, comparison),
                *name, ending="html",
            )  # fmt: skip
            if long := self.monograph(comparison):
                named = "monograph", *name[1:]
                yield self.file("Save the monograph (HTML)", lambda: long, *named, ending="html")
            yield self.file(
                "Save the comparison (CSV)", lambda: report.comparison_csv(comparison), *name
            )
        options, said = computed.options, computed.cautions
        yield self.csv("Save the options (CSV)", options, OPTION_COLUMNS, "options", *about)
        yield self.csv("Save every caution (CSV)", said, cautions.COLUMNS, "cautions", *about)

    def monograph(self, comparison: Comparison) -> str:
        """The monograph where it is asked for; else empty. Beside the numbers entered for it it is
        said which of them keeps it from being written: the rest of the page stays.
        """
        self.panels["no_monograph"].value = NOTHING
        if not self.controls["monograph"].value:
            return ""
        try:
            return monograph.page(self.evidence, comparison)
        except ValueError as error:
            said = f"No monograph: {error}. All else on this page stands."
            self.panels["no_monograph"].value = html("<p>{}</p>", said)
            return ""

    def cited(self, computed: View) -> Iterable[Any]:
        compared = computed.comparison.source_ids if computed.comparison else ()
        return (
            computed.brands, computed.told, computed.costs, computed.options,
            computed.first_dose,
            [{"source_id": key} for key in compared],
        )  # fmt: skip


def before_table(rows: Sequence[Row], condition: str) -> Markup:
    """What each option asks for before and with the first dose."""
    caption = f"{condition}: before and with the first dose, as the labels ask"
    shown = table(rows, first_dose.COLUMNS, caption)
    return folded(shown, name="Before the first dose: tests, premedication, vaccination")


def brands_table(rows: Sequence[Row]) -> Markup:
    """The brands of IVIG; nothing where it is no option."""
    caption = "They are not interchangeable. A change of brand starts again at the slow rate"
    shown = table(rows, BRAND_COLUMNS, caption) if rows else NOTHING
    return folded(shown, name="Brands of IVIG: what is in them")


def cautions_table(rows: Sequence[Row]) -> Markup:
    """Every caution on the therapies that are compared."""
    caption = "What concerns this patient first, then what applies to everyone"
    shown = table(rows, CAUTION_COLUMNS, caption, "Choose a therapy above.")
    return folded(shown, name="Every caution on the chosen therapies")
