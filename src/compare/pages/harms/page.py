"""The page on harms and benefits: what goes wrong, what goes right, against which comparator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare.data.evidence import Evidence
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.pages.controls import WRAP, checkbox, labelled
from compare.pages.explorer import Explorer
from compare.pages.harms import chart as charts
from compare.pages.harms import sentences as harm_findings
from compare.pages.harms.tables import (
    CONTROLLED_COLUMNS,
    FOREST_COLUMNS,
    INFUSION_COLUMNS,
    OUTCOME_COLUMNS,
    PML_COLUMNS,
    RARE_COLUMNS,
    RATE_COLUMNS,
)
from compare.pages.harms.views import MAP_COLUMNS, MOST_REPORTED, View, digest, view
from compare.pages.house import CLASSES
from compare.pages.markup import Cell, cited_csv, html, table
from compare.trials import harms
from compare.trials.arms import COMPARISONS
from compare.trials.harms import ASCERTAINMENTS


class HarmsExplorer(Explorer, view=view, digest=digest):
    """Harms and benefits by condition, way of counting, comparator and event."""

    def __init__(self, evidence: Evidence, condition_id: str = "gmg", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        checks = {key: checkbox(name, value=True) for key, (name, *_) in CLASSES.items()}
        self.classes = checks
        self.controls |= {
            "ascertainment": labelled(w.Dropdown, "Harm counted as", options=[("", "")]),
            "basis": labelled(
                w.Dropdown, "Show", options=[(name, key) for key, name in charts.BASES.items()]
            ),
            "comparison": labelled(
                w.Dropdown,
                "Against",
                options=[(name, key) for key, (name, _) in COMPARISONS.items()],
            ),
            "system_organ": labelled(w.Dropdown, "Events in the map", options=[MOST_REPORTED]),
            "event": labelled(w.Dropdown, "Event in detail", options=[("", "")]),
            "borrow": checkbox(
                "Borrow from other conditions where this one has no figure (marked)", value=True
            ),
            **{f"class_{key}": box for key, box in checks.items()},
        }
        first = ["ascertainment", "basis", "comparison", "system_organ"]
        self.start(
            [
                w.HBox([self.controls[name] for name in first], layout=WRAP),
                w.HBox([*checks.values(), self.controls["borrow"]], layout=WRAP),
                self.panel("explained"),
                self.status,
                self.finding,
                self.chart("map"),
                self.panel("forest_heading"),
                self.controls["event"],
                self.panel("event_finding"),
                self.chart("forest"),
                self.panel("forest_table"),
                self.panel("rare"),
                self.panel("pml"),
                self.panel("ivig"),
                self.panel("benefits"),
                self.panel("controlled"),
                self.panel("infusions"),
                self.panel("rates"),
            ],
        )

    def scenario(self) -> Scenario:
        """The state of the controls."""
        get = {name: control.value for name, control in self.controls.items()}
        names = ("ascertainment", "basis", "comparison", "system_organ", "event")
        options: dict[str, Any] = {name: get[name] for name in names if get[name]}
        options["borrow"] = get["borrow"]
        options["classes"] = [key for key in CLASSES if get[f"class_{key}"]]
        return self.strip.scenario(options=options)

    def adapt(self, change: Mapping[str, Any]) -> None:
        """A new condition opens with its own way of counting and its own event."""
        if change["owner"] is self.controls["condition"]:
            for name in ("ascertainment", "event"):
                self.controls[name].options = [("", "")]
            self.controls["system_organ"].options = [MOST_REPORTED]

    def offer(self, shown: View) -> None:
        """Give the controls the choices that this condition has, and what was chosen of them."""
        set_ = shown.settings
        events = sorted(shown.events, key=lambda row: (row["system_organ"], row["event"]))
        ways = [(ASCERTAINMENTS[way][0], way) for way in shown.ascertainments]
        choices = [
            (f"{row['system_organ']}: {row['event']} "
             f"({row['fitting']} of {row['therapies']} figures fit)", row["event_id"])
            for row in events
        ]  # fmt: skip
        organs = [MOST_REPORTED, *sorted({row["system_organ"] for row in events})]
        with self.quiet():
            for name, offered, value in (
                ("ascertainment", ways or [("none here", "")], set_.ascertainment if ways else ""),
                ("event", choices or [("none here", "")], set_.event_id),
                ("system_organ", organs, set_.system_organ),
            ):
                self.controls[name].options, self.controls[name].value = offered, value
            self.controls["comparison"].disabled = set_.basis == "treated"

    def show(self, computed: View) -> None:
        set_, panels, whole = computed.settings, self.panels, computed.whole
        self.offer(computed)
        self.finding.value = computed.finding
        panels["map"].draw(
            charts.map_traces(computed.map, set_.basis),
            charts.map_layout(computed.map, set_.basis),
        )
        panels["explained"].value = explained(computed)
        panels["forest_heading"].value = html("<h2>One event in detail</h2>")
        panels["event_finding"].value = html("<p>{}</p>", computed.event_finding)
        panels["forest"].draw(
            charts.forest_traces(computed.forest, set_.basis),
            charts.forest_layout(computed.forest, set_.basis),
        )
        panels["forest_table"].value = table(
            computed.forest, FOREST_COLUMNS, "The figures behind the plot", "No event to show."
        )
        panels["rare"].value = table(
            whole.rare, RARE_COLUMNS,
            "Rare serious harms in this condition, one by one, never summed",
            "No rare serious harm is counted in this condition's rows. "
            "That is not the same as none.",
        )  # fmt: skip
        panels["pml"].value = (
            table(
                whole.pml, PML_COLUMNS,
                "Progressive multifocal leukoencephalopathy, by antibody status and duration",
            ) if whole.pml else ""
        )  # fmt: skip
        self.show_ivig(computed)
        panels["benefits"].value = (
            html("<h2>What each trial showed</h2><p>{}</p>", whole.benefit_finding)
            + table(
                whole.outcomes, OUTCOME_COLUMNS,
                "Trial outcomes, effects as published; never borrowed from another condition",
                "No outcome of a trial in this condition is in the tables.",
            )
        )  # fmt: skip
        panels["controlled"].value = html(
            "<h2>What is known against a comparator, and what is missing</h2><p>{}</p>",
            whole.controlled_finding,
        ) + table(whole.controlled, CONTROLLED_COLUMNS, "Controlled figures by therapy")
        panels["infusions"].value = folded(
            whole.infusions, INFUSION_COLUMNS,
            "Counted by infusion (one patient has many: no interval, never beside percents of "
            "patients)",
        )  # fmt: skip
        panels["rates"].value = folded(
            whole.rates, RATE_COLUMNS,
            "Rates per 100 patient-years, as printed (never beside percents of patients)",
        )  # fmt: skip

    def show_ivig(self, computed: View) -> None:
        """IVIG against the others, from any cause alone."""
        self.panels["ivig"].value = html(
            "<h2>IVIG against the others</h2><p>{}</p>", computed.ivig_finding
        )
        if computed.ivig:
            self.panels["ivig"].value += table(
                computed.ivig,
                {"Event": "event", "IVIG": "ivig_words", "Other therapies": "others_words"},
                "Percent of patients with the event, from any cause",
            )

    def saved(self, computed: View) -> Iterator[Markup]:
        condition_id, set_ = self.controls["condition"].value, computed.settings
        saved = computed.whole.files
        shown = "_".join(("harms-map", set_.ascertainment, set_.basis))
        drawn = cited_csv(computed.map, MAP_COLUMNS)
        yield self.file(
            "Save all harms of this condition (CSV)", saved["harms"], "harms", condition_id
        )
        yield self.file("Save the map (CSV)", drawn, shown, condition_id)
        yield self.file("Save the outcomes (CSV)", saved["outcomes"], "outcomes", condition_id)

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        whole = computed.whole
        return (
            computed.map, computed.forest, whole.rare, whole.pml, whole.infusions,
            whole.rates, computed.ivig, whole.outcomes,
        )  # fmt: skip


def folded(rows: list[Row], columns: Mapping[str, str | Cell], caption: str) -> Markup:
    """A long table behind its title and its number of rows, opened by a click or a key."""
    count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    return html(
        '<details class="tc-sources"><summary>{}: {}</summary>{}</details>',
        caption, count, table(rows, columns, caption, "No such figure in this condition."),
    )  # fmt: skip


def explained(shown: View) -> Markup:
    """What the way of counting and the comparators mean, in words."""
    set_ = shown.settings
    name, meaning = ASCERTAINMENTS[set_.ascertainment]
    items: list[str] = [html("<b>{}</b>: {}.", name.capitalize(), meaning)]
    if set_.basis == "treated":
        items.append(harms.RAW_ARMS)
    else:
        kinds = harm_findings.kinds(shown.map)
        items.append(
            f"Compared with {COMPARISONS[set_.comparison][0]}"
            + (f" (here: {kinds})." if kinds else ": no such figure here.")
        )
    items.append(
        "A cross means not reported, which is not zero; a ring, a figure that does not fit these "
        "settings (see its text); brackets and a dashed frame, a figure borrowed from "
        "another condition."
    )
    limits = list(dict.fromkeys(filter(known, (r["reporting_threshold"] for r in shown.map))))
    if limits:
        items.append(
            f"{len(limits)} different reporting thresholds stand behind this map (such as "
            f"“{limits[0]}”): an event below them is not printed."
        )
    return html("<p>{}</p>", Markup(" ").join(items))
