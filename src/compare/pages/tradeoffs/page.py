"""The page on trade-offs: cost against harm or good, and what follows from what matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets as w
from traitlets import TraitError

from compare import effects
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.data.rows import Row, known, records
from compare.data.scenario import Scenario
from compare.pages.controls import (
    WRAP,
    checkbox,
    fold,
    heading,
    labelled,
    layout,
    offer,
    reset,
    reveal,
)
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.forest import key
from compare.pages.markup import NOTHING, csv_text, folded, html
from compare.pages.picker import FilePicker
from compare.pages.tradeoffs import chart as charts
from compare.pages.tradeoffs import tables
from compare.pages.tradeoffs.sentences import amount
from compare.pages.tradeoffs.typed import number_in, range_in
from compare.pages.tradeoffs.views import BURDEN, HOW, Figures, View, digest, opening, view
from compare.pages.tradeoffs.worth import MONEY
from compare.words import short_name

SLOTS = 8
GROUPS = {"cost": "Cost", "burden": "Burden", "benefit": "Good", "harm": "Harm"}
BASES = [
    ("difference from the trial's own placebo", "difference"),
    ("treated arms (cross-trial)", "treated"),
]
CROSS = (
    "Compare figures of different trials anyway: their patients, placebo rates and lengths differ, "
    "and no trial compared these therapies"
)
NOTES = {
    "network": "Good is what a network of trials estimates; what no network compares is left out.",
    "": "You asked to compare figures of different trials, which did not compare these therapies.",
}
GAPS = [("anything in its range", "range"), ("the worst of its range", "worst")]
BORROW = [("borrow from other conditions, marked", True), ("this condition only", False)]
POINTS = ("swing", "exact")
REFUSALS = (ValueError, TypeError, TraitError)  # of what does not fit the page's controls
# Another value of these changes which criteria there are, or how many therapies each has.
OFFERED_BY = ("cross", "basis", "borrow", "history", "months")


def unsay(slot: Mapping[str, w.Widget]) -> None:
    """Blank the range of a row's criterion, and what is worth half."""
    slot["range"].value = slot["half"].value = ""


class TradeOffExplorer(Explorer, view=view, digest=digest):
    """Condition, patient and what matters; then figures, weights and what follows from them."""

    def __init__(self, evidence: Evidence, condition_id: str | None = None, **more: Any) -> None:
        start = opening(evidence, condition_id) if condition_id else opening(evidence)
        super().__init__(evidence, start.condition_id, **more)
        self.seed = start.seed
        self._refused = ""
        saved = FilePicker("Open a saved scenario", self.not_opened, accept=".json")
        self.controls |= {
            "x": labelled(w.Dropdown, "Across", options=[("", "")]),
            "y": labelled(w.Dropdown, "Up", options=[("", "")]),
            "cross": checkbox(CROSS),
            "basis": labelled(w.Dropdown, "Harms and good as", options=BASES),
            "borrow": labelled(w.Dropdown, "Harms not studied here", options=BORROW),
            "how": labelled(
                w.Dropdown, "What matters, given by", options=[(v, k) for k, v in HOW.items()]
            ),
            "therapies": labelled(
                w.SelectMultiple, "Compare only (none chosen: all)", options=[], rows=6
            ),
            "months": labelled(
                w.BoundedFloatText,
                "Months between courses",
                tooltip="How often a course is repeated, to compare it by the year; 0: not said",
                value=0,
                min=0,
                max=60,
            ),
            "more": checkbox("Ranges, and what is worth half"),
            "missing": labelled(w.Dropdown, "A missing figure counts as", options=GAPS),
            "name": labelled(w.Text, "Name of this scenario", "380px"),
            "upload": saved.upload,
        }
        self.controls["therapies"].add_class("tc-many")
        self.controls["months"].add_class("tc-few")
        self.slots: list[dict[str, w.Widget]] = []
        self.rows = [self.slot(i) for i in range(SLOTS)]
        self.offer_criteria(start.condition_id, start.criteria)
        get = self.controls
        behind = [get[name] for name in ("therapies", "cross", "basis", "borrow")]
        self.start(
            [
                self.status,
                self.finding,
                *fold("More on trade-offs", [get[name] for name in ("x", "y", "months")], behind),
                self.panel("key"),
                self.chart("main"),
                heading("What matters to you"),
                w.HBox([get[name] for name in ("how", "missing", "more")], layout=WRAP),
                self.panel("how_to"),
                *self.rows,
                self.panel("said"),
                self.panel("ranking"),
                self.panel("acceptability"),
                self.panel("cards"),
                self.panel("grid"),
                heading("Keep it").add_class("tc-screen"),
                w.HBox([get["name"], saved], layout=WRAP),
                self.downloads(),
                self.panel("script"),
                self.panel("sources"),
            ]
        )

    def slot(self, i: int) -> w.HBox:
        """One row: a criterion, its points, its range, what is worth half, and a button up."""
        k = i + 1
        slot = {
            "criterion": labelled(w.Dropdown, f"Criterion {k}", "510px", options=[("none", "")]),
            "points": labelled(
                w.BoundedFloatText, f"Points {k}", "122px", value=0, min=0, max=100, step=5
            ),
            "range": labelled(w.Text, f"Range {k}", "235px", continuous_update=False),
            "half": labelled(
                w.Text, f"Worth half {k}", "165px", placeholder="middle", continuous_update=False
            ),
        }
        self.slots.append(slot)
        self.controls |= {f"{name}_{i}": control for name, control in slot.items()}
        up = labelled(w.Button, f"Move {k} up", "86px", disabled=i == 0)
        up.on_click(lambda _: self.together(lambda: self.swap(i)))
        close = layout(
            flex_flow="row wrap", align_items="flex-end", width="100%", grid_gap="4px 10px"
        )
        return w.HBox([*slot.values(), up], layout=close)

    def swap(self, i: int) -> None:
        """Exchange a row with the one above it."""
        above, below = self.slots[max(i - 1, 0)], self.slots[i]
        for name in below:
            above[name].value, below[name].value = below[name].value, above[name].value

    @property
    def scored_by(self) -> tuple[str, bool, Patient]:
        """Basis, borrowing and patient, by which criteria are offered: see `Scenario.basis`."""
        get = self.controls
        basis = get["basis"].value if get["cross"].value else "network"
        return basis, get["borrow"].value, self.strip.patient()

    def offer_therapies(self, condition_id: str) -> None:
        """The condition's therapies to choose from, and the interval where any is by course."""
        found = effects.therapies_of(self.evidence, condition_id)
        named = [(short_name(row["therapy"]), row["therapy_id"]) for row in found]
        if list(self.controls["therapies"].options) != named:
            self.controls["therapies"].options = named
        regimens = self.evidence.rows("regimens", "condition_id", condition_id)
        yearly = {row["therapy_id"] for row in regimens if row["use"] == "chronic"}
        courses = {row["therapy_id"] for row in regimens} - yearly
        named_so = ", ".join(name for name, key in named if key in courses)
        self.controls["months"].description = f"{named_so}: months between courses"
        reveal(self.controls["months"], bool(courses))

    def offer_criteria(self, condition_id: str, criteria: tuple[str, ...]) -> None:
        """Fill the choices for a condition, and the rows with these criteria."""
        self.offer_therapies(condition_id)
        offered = effects.criteria_for.rows(
            self.evidence, condition_id, *self.scored_by, bool(self.controls["months"].value)
        )
        named = [
            (f"{GROUPS[row['group']]}: {row['label']}, {row['scored']} of {row['therapies']}", name)
            for name, row in offered.items()
            if row["scored"]
        ]
        trial = [pair for pair in named if pair[1].startswith(("harm:", "benefit:"))]
        trial = trial or [pair for pair in named if pair[1] in BURDEN]
        money = [(words, key) for words, key in named if key in MONEY]
        for name, choices in (("x", trial), ("y", money)):
            first = "most therapies" if name == "x" else "by regimen"
            reset(self.controls[name], [(f"the best covered ({first})", ""), *choices])
        keys = [key for _, key in named]
        kept = [name for name in criteria if name in keys]
        for i, slot in enumerate(self.slots):
            offer(slot["criterion"], [("none", ""), *named], kept[i] if i < len(kept) else "")

    def offer_again(self, condition_id: str, other_units: bool) -> None:
        """Offer anew; each row keeps its own criterion, and what is said of it, where it can.

        What is no longer offered leaves its row empty: nothing said of one criterion may come to
        stand beside another. In other units, ranges no longer hold.
        """
        before = [slot["criterion"].value for slot in self.slots]
        self.offer_criteria(condition_id, ())
        for slot, name in zip(self.slots, before, strict=True):
            control = slot["criterion"]
            if name in [key for _, key in control.options]:
                control.value = name
            if control.value != name:
                slot["points"].value = 0
            if control.value != name or other_units:
                unsay(slot)

    def adapt(self, change: Mapping[str, Any]) -> None:
        """A new condition opens with its own criteria, and nothing said yet."""
        owner, get = change["owner"], self.controls
        if owner is get["upload"]:
            if change["new"]:
                content = bytes(change["new"][0]["content"]).decode("utf-8", "replace")
                owner.value = ()
                try:
                    self.apply(Scenario.from_json(content))
                except REFUSALS as error:
                    self._refused = f"This file was not opened: {error}."
        elif owner is get["condition"]:
            self.open_condition(change["new"])
            if self.strip.weighed:
                try:
                    self.weigh(self.strip.scenario(**self.strip.weighed))
                except REFUSALS as error:
                    self._refused = f"The weights of this link were not taken: {error}."
                    self.open_condition(change["new"])
        elif owner in [get[name] for name in OFFERED_BY]:
            self.offer_again(get["condition"].value, owner in (get["cross"], get["basis"]))
        else:
            for slot in self.slots:
                if owner is slot["criterion"]:
                    unsay(slot)

    def not_opened(self, names: str, why: str) -> None:
        """The browser has not sent what was chosen."""
        self.status.value = html("<p>{} was not opened: {}.</p>", names, why)

    def open_condition(self, condition_id: str) -> None:
        """The condition's own criteria; what mattered before no longer holds."""
        for name, blank in (("how", ""), ("cross", False), ("months", 0)):
            self.controls[name].value = blank
        chosen = effects.default_criteria(self.evidence, condition_id, *self.scored_by)
        for slot in self.slots:
            slot["points"].value = 0
            unsay(slot)
        self.offer_criteria(condition_id, chosen)

    def apply(self, scenario: Scenario) -> None:
        """Set every control to a saved scenario. Raises `ValueError` for what does not fit."""
        opening_patient(self.evidence, scenario.condition_id)
        self.fits(scenario)
        self.strip.take(scenario)
        self.strip.tell()
        self.open_condition(scenario.condition_id)
        self.weigh(scenario)

    def fits(self, scenario: Scenario) -> None:
        """Raise `ValueError` for weights that this page has no place for."""
        if scenario.options.get("how", "") not in HOW:
            raise ValueError("the saved scenario weighs in a way that this page does not know")
        if len(scenario.criteria) > SLOTS:
            raise ValueError(f"the saved scenario has more than {SLOTS} criteria")

    def weigh(self, scenario: Scenario) -> None:
        """Set the page's own controls to a scenario of the condition that is open."""
        self.fits(scenario)
        options = scenario.options
        self.seed = scenario.seed
        self.controls["cross"].value = scenario.basis != "network"
        self.controls["basis"].value = "treated" if scenario.basis == "treated" else "difference"
        for name, usual in (("borrow", True), ("missing", "range")):
            self.controls[name].value = options.get(name, usual)
        self.controls["months"].value = options.get("course_months", 0)
        chosen, of = options.get("therapies", ()), self.controls["therapies"]
        of.value = tuple(key for _, key in of.options if key in chosen)
        self.offer_criteria(scenario.condition_id, scenario.criteria)
        for name in ("x", "y"):
            choices = [key for _, key in self.controls[name].options]
            wanted = options.get(name, "")
            self.controls[name].value = wanted if wanted in choices else ""
        halves = options.get("halves", {})
        for slot in self.slots:
            name = slot["criterion"].value
            ends = scenario.ranges.get(name)
            slot["points"].value = scenario.weights.get(name, 0.0)
            slot["range"].value = f"{ends[0]!r} to {ends[1]!r}" if ends else ""
            slot["half"].value = repr(halves[name]) if name in halves else ""
        self.controls["how"].value = options.get("how", "")
        self.controls["name"].value = scenario.name

    def scenario(self) -> Scenario:
        """The state of the controls. Raises `ValueError` where a range cannot be read."""
        get = {name: control.value for name, control in self.controls.items()}
        criteria: list[str] = []
        weights: dict[str, float] = {}
        ranges: dict[str, tuple[float, float]] = {}
        halves: dict[str, float] = {}
        for i, slot in enumerate(self.slots, 1):
            name, points, ends, half = (control.value for control in slot.values())
            if not name or name in criteria:
                continue
            criteria.append(name)
            if points > 0:
                weights[name] = points
            if ends.strip():
                ranges[name] = range_in(ends, f"range {i}")
            if half.strip():
                halves[name] = number_in(half)
        usual = {"borrow": True, "missing": "range", "how": "", "x": "", "y": ""}
        options: dict[str, Any] = {k: get[k] for k, value in usual.items() if get[k] != value}
        if get["cross"]:
            options |= {"cross_trials": True, "basis": get["basis"]}
        if halves:
            options["halves"] = halves
        if get["therapies"]:
            options["therapies"] = sorted(get["therapies"])
        if get["months"]:
            options["course_months"] = get["months"]
        return self.strip.scenario(
            criteria=tuple(criteria), weights=weights, ranges=ranges, seed=self.seed,
            name=get["name"], options=options,
        )  # fmt: skip

    def carry(self, scenario: Scenario) -> None:
        """Let the address hold what was said here, as soon as it is more than how a page opens."""
        usual = effects.default_criteria(self.evidence, scenario.condition_id, *self.scored_by)
        weighed = scenario.weighed
        said = any(weighed[name] for name in ("weights", "ranges", "options"))
        weighed = weighed if said or scenario.criteria != usual else {}
        if weighed != self.strip.weighed:
            self.strip.weighed = weighed
            self.strip.tell()

    def show(self, computed: View) -> None:
        self.carry(self.scenario())
        if self._refused:
            self.status.value, self._refused = html("<p>{}</p>", self._refused), ""
        figures = computed.figures
        self.show_preferences(computed)
        if self.other("figures", figures):
            self.show_figures(figures)
        rebuilt = ", the values and the ranks" if computed.said else ""
        self.panels["script"].value = folded(
            html('<pre class="tc-code">{}</pre>', computed.script),
            name=f"Reproduce: these lines rebuild the table{rebuilt} digit by digit",
        )

    def show_preferences(self, computed: View) -> None:
        """Ranking and what follows from it; only the invitation until the reader has spoken."""
        self.rows_shown(computed)
        hints = NOTHING.join(html('<p class="tc-hint">{}</p>', hint) for hint in computed.hints)
        note = "" if not computed.said else html(
            '<p class="tc-empty">This orders therapies by what you said and by the figures above, '
            "with their gaps. {} It recommends none.</p>",
            NOTES["" if self.controls["cross"].value else "network"],
        )  # fmt: skip
        self.panels["said"].value = html(
            '<p class="tc-finding">{}</p>{}{}', computed.finding, hints, note
        )
        ranked = computed.ranking is not None
        self.panels["ranking"].value = tables.ranking(computed) if ranked else ""
        self.panels["acceptability"].value = folded(
            tables.acceptability(computed), tables.sensitivity(computed), tables.worth(computed),
            name="How sure is it, and what would change it",
        )  # fmt: skip

    def rows_shown(self, computed: View) -> None:
        """Show filled rows and one empty one; points only where points are asked for."""
        how, more = self.controls["how"].value, self.controls["more"].value
        last = max(
            (i for i, slot in enumerate(self.slots, 1) if slot["criterion"].value), default=0
        )
        for i, (row, slot) in enumerate(zip(self.rows, self.slots, strict=True)):
            name = slot["criterion"].value
            reveal(row, i <= last)
            reveal(slot["points"], bool(name) and how in POINTS)
            for control in (slot["range"], slot["half"]):
                reveal(control, bool(name and (more or control.value)))
            reveal(row.children[-1], bool(name) and i > 0)
            if name in computed.ranges:
                unit = str(computed.figures.criteria[name]["unit"])
                hint = " to ".join(amount(end, unit) for end in computed.ranges[name])
                slot["range"].placeholder = hint.replace("+", "")
        self.panels["how_to"].value = html(
            "<p>Choose what to weigh; at the end of each choice, how many therapies have a figure "
            "that can be scored (for cost and visits: a regimen).</p>{}",
            tables.ranges(computed) if more else "",
        )

    def show_figures(self, figures: Figures) -> None:
        """Cards, chart and effects table."""
        for name in ("basis", "borrow"):
            reveal(self.controls[name], self.controls["cross"].value)
        self.panels["cards"].value = tables.cards(figures)
        self.finding.value = figures.finding
        titles = charts.titles(figures.offered, figures.x, figures.y)
        made = charts.layout(figures.chart, *titles, charts.reference(figures.offered, figures.x))
        marks = records(figures.chart)
        self.panels["main"].draw(charts.traces(figures.chart), made)
        self.panels["key"].value = key(
            {row["therapy_class"] for row in marks if known(row["x"]) or known(row["y"])},
            "borrowed, or arms of different trials" if any(row["apart"] for row in marks) else "",
        )
        note = tables.basis_note(self.scored_by[0])
        self.panels["grid"].value = folded(note, tables.grid(figures))

    def saved(self, computed: View) -> Iterator[File]:
        scenario = self.scenario()
        about = scenario.name, *self.about, scenario.price_basis or ""
        yield self.file(
            "Save this scenario (JSON)", scenario.to_json, "scenario", *about, ending="json"
        )
        yield self.csv(
            "Save the effects table (CSV)", computed.figures.table, (), "effects", *about
        )
        if ranking := computed.ranking:
            ranks = ranking.acceptability
            yield self.file(
                "Save values and ranks (CSV)",
                lambda: csv_text(computed.value.join(ranks, "therapy_id")), "ranks", *about,
            )  # fmt: skip

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        return ([row for row in computed.figures.rows if row["reported"]],)
