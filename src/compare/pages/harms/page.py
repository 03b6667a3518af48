"""The page on side effects: one event against each trial's comparator, then the map of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare.data.evidence import Evidence
from compare.data.rows import Row, known, split
from compare.data.scenario import Scenario
from compare.pages import forest
from compare.pages.controls import checkbox, fold, labelled, layout, offer
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.harms import chart as charts
from compare.pages.harms.tables import (
    CONTROLLED_COLUMNS,
    FOREST_COLUMNS,
    INFUSION_COLUMNS,
    PML_COLUMNS,
    RARE_COLUMNS,
    RATE_COLUMNS,
    map_list,
)
from compare.pages.harms.views import FORM, MAP_COLUMNS, MOST_REPORTED, View, digest, view
from compare.pages.house import CLASSES
from compare.pages.markup import NOTHING, Cell, behind, csv_text, html, table
from compare.pages.search import Search
from compare.trials import harms
from compare.trials.arms import COMPARISONS
from compare.trials.harms import ASCERTAINMENTS
from compare.words import listing

HOLLOW = {
    "difference": "borrowed from another condition, or groups not followed alike",
    "treated": "the treated group alone",
}


class HarmsExplorer(Explorer, view=view, digest=digest):
    """Harms by event, way of counting and comparator, for the therapies of a condition."""

    def __init__(self, evidence: Evidence, condition_id: str = "gmg", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        self.set_: set[str] = set()  # what the reader has chosen of what follows from the event
        checks = {key: checkbox(name, value=True) for key, (name, *_) in CLASSES.items()}
        self.controls |= {
            "event": labelled(w.Dropdown, "Event", options=[("", "")]),
            "ascertainment": labelled(w.Dropdown, "Counted as", options=[("", "")]),
            "basis": labelled(
                w.Dropdown, "Show", options=[(name, key) for key, name in charts.BASES.items()]
            ),
            "comparison": labelled(
                w.Dropdown,
                "Against",
                options=[(name, key) for key, (name, _) in COMPARISONS.items()],
            ),
            "system_organ": labelled(w.Dropdown, "Events in the map", options=[MOST_REPORTED]),
            "borrow": checkbox(
                "Borrow from other conditions where this one has no figure (marked)", value=True
            ),
            **{f"class_{key}": box for key, box in checks.items()},
        }
        event = Search(
            label="Event",
            choice=self.controls["event"],
            about=about_events(evidence),
            layout=layout(),
        )
        first = [event, self.controls["ascertainment"], self.controls["comparison"]]
        rest = [self.controls[name] for name in ("basis", "system_organ", "borrow")]
        self.start(
            [
                self.status,
                self.finding,
                *fold("More settings", first, [*rest, *checks.values()]),
                self.panel("forest"),
                self.panel("figures"),
                self.panel("map_heading"),
                self.chart("map", wide=True),
                self.panel("map_list"),
                self.panel("tables"),
            ],
        )

    def scenario(self) -> Scenario:
        """The state of the controls; what follows from the event only where the reader set it."""
        get = {name: control.value for name, control in self.controls.items()}
        options: dict[str, Any] = {name: get[name] for name in self.set_ if get[name]}
        options["system_organ"] = get["system_organ"]
        options["borrow"] = get["borrow"]
        options["classes"] = [key for key in CLASSES if get[f"class_{key}"]]
        return self.strip.scenario(options=options)

    def adapt(self, change: Mapping[str, Any]) -> None:
        """Another condition or history opens on its own event; another event in its own form."""
        named = {id(self.controls[name]): name for name in ("condition", "history", "event", *FORM)}
        name = named.get(id(change["owner"]), "")
        if name in ("condition", "history"):
            self.set_.clear()
        elif name == "event":
            self.set_ = {"event"}
        elif name:
            self.set_.add(name)

    def offer(self, shown: View) -> None:
        """Give the controls the choices that this condition has, and what was chosen of them."""
        set_ = shown.settings
        ways = [(ASCERTAINMENTS[way][0], way) for way in shown.ascertainments]
        events = sorted(((row["event"], row["event_id"]) for row in shown.events), key=str)
        organs = [MOST_REPORTED, *sorted({row["system_organ"] for row in shown.events})]
        with self.quiet:
            offer(self.controls["ascertainment"], ways, set_.ascertainment)
            offer(self.controls["event"], events or [("none here", "")], set_.event_id)
            offer(self.controls["system_organ"], organs, set_.system_organ)
            self.controls["basis"].value = set_.basis
            self.controls["comparison"].value = set_.comparison
            self.controls["comparison"].disabled = set_.basis == "treated"

    def show(self, computed: View) -> None:
        set_, panels, whole = computed.settings, self.panels, computed.whole
        self.finding.value = computed.finding
        panels["forest"].value = forest_html(computed)
        panels["figures"].value = behind(
            f"Show the figures ({len(computed.forest)})",
            html("<p>{}</p>", computed.event_finding),
            table(computed.forest, FOREST_COLUMNS, "The figures behind the plot", "No event."),
        )
        panels["map_heading"].value = map_heading(computed)
        panels["map"].draw(
            charts.map_traces(computed.map, set_.basis), charts.map_layout(computed.map)
        )
        panels["map_list"].value = map_list(computed.map, set_.basis)
        panels["tables"].value = Markup().join(
            folded(rows, columns, caption, said)
            for rows, columns, caption, said in (
                (whole.rare, RARE_COLUMNS, "Rare serious harms, one by one, never summed",
                 "That none is counted in this condition's rows is not the same as none."),
                (whole.pml, PML_COLUMNS, PML, ""),
                (computed.ivig, IVIG_COLUMNS,
                 "IVIG and the others, percent of patients, from any cause",
                 computed.ivig_finding if computed.ivig else ""),
                (whole.controlled, CONTROLLED_COLUMNS,
                 "What is known against a comparator, and what is missing",
                 whole.controlled_finding if whole.controlled else ""),
                (whole.infusions, INFUSION_COLUMNS,
                 "Counted by infusion (one patient has many: no interval, never beside percents "
                 "of patients)", ""),
                (whole.rates, RATE_COLUMNS,
                 "Rates per 100 patient-years, as printed (never beside percents of patients)", ""),
            )
        )  # fmt: skip

    def saved(self, computed: View) -> Iterator[File]:
        evidence, set_ = self.evidence, computed.settings
        condition_id = self.controls["condition"].value
        shown = "_".join(("harms-map", set_.ascertainment, set_.basis))
        yield self.file(
            "Save all harms of this condition (CSV)",
            lambda: csv_text(harms.rows_in(evidence, condition_id), harms.COLUMNS, evidence),
            "harms", condition_id,
        )  # fmt: skip
        yield self.csv("Save the map (CSV)", computed.map, MAP_COLUMNS, shown, condition_id)

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        whole = computed.whole
        return (
            computed.map, computed.forest, whole.rare, whole.pml, whole.infusions,
            whole.rates, computed.ivig,
        )  # fmt: skip


PML = "Progressive multifocal leukoencephalopathy, by antibody status and duration"
IVIG_COLUMNS: dict[str, str | Cell] = {
    "Event": "event", "IVIG": "ivig_words", "Other therapies": "others_words",
}  # fmt: skip


def about_events(evidence: Evidence) -> dict[str, list[str]]:
    """By an event's name its organ system, that name, and the words by which it is found: those
    that sources print for it, and those for what in a history singles it out.
    """
    found = {
        key: [row["event"], row["system_organ"], row["event"]]
        for key, row in evidence.by_id("events").items()
    }
    for row in evidence.by_id("factors").values():
        if known(row["event_id"]):
            found[row["event_id"]] += split(row["synonyms"])
    for row in harms.cited_rows(evidence):
        found[row["event_id"]].append(str(row["event_as_printed"]))
    return {name: [*dict.fromkeys(words)] for name, *words in found.values()}


def folded(
    rows: list[Row], columns: Mapping[str, str | Cell], caption: str, said: object
) -> Markup:
    """A long table behind its title and its number of rows, opened by a click or a key; nothing
    where there is neither a row nor a word to say.
    """
    if not rows and not said:
        return NOTHING
    shown = table(rows, columns, caption, "No such figure in this condition.")
    return behind(f"{caption} ({len(rows)})", html("<p>{}</p>", said), shown)


def forest_html(shown: View) -> Markup:
    """The picture of one event under its key, and who reports nothing."""
    set_ = shown.settings
    drawn = charts.forest_of(shown.forest, set_.basis, set_.ascertainment)
    missing = [row["therapy"] for row in shown.forest if row["state"] == "missing"]
    strata = shown.whole.of_strata(set_.event_id)
    if strata and not any(mark.drawn for mark in drawn.marks):
        silent = sorted({*missing} - {row["therapy"] for row in strata})
        return table(strata, PML_COLUMNS, PML) + not_reported(silent)
    after = not_reported(missing)
    if not drawn.marks:
        return html("<p>No therapy here has a figure of this event in this form.</p>{}", after)
    hollow = HOLLOW[set_.basis] if any(mark.hollow and mark.drawn for mark in drawn.marks) else ""
    return (
        forest.key({mark.therapy_class for mark in drawn.marks}, hollow)
        + forest.forest_html(drawn)
        + html('{}<p class="tc-banner">{}</p>', after, explained(shown))
    )


def not_reported(names: list[str]) -> Markup:
    """Who reports nothing; empty where nobody is silent."""
    if not names:
        return NOTHING
    return html("<p>Not reported, which is not zero: {}.</p>", listing(names))


def explained(shown: View) -> str:
    """Why the page opens so, what the way of counting means, and from which level it prints."""
    set_ = shown.settings
    name, meaning = ASCERTAINMENTS[set_.ascertainment]
    items = [set_.reason, f"{name.capitalize()}: {meaning}."]
    items += [harms.RAW_ARMS] if set_.basis == "treated" else []
    limits = (row["reporting_threshold"] for row in shown.forest)
    if limit := next(filter(known, limits), None):
        items.append(f"Some sources print an event only from a level on (“{limit}”).")
    return " ".join(filter(None, items))


def map_heading(shown: View) -> Markup:
    """Title and key of the map, above it."""
    silent = f" Without a figure of this kind: {listing(shown.silent)}." if shown.silent else ""
    what = html(
        'More <span class="tc-wide">(orange)</span> or fewer <span class="tc-wide">(blue)</span> '
        "patients with the event per 100 than on the comparator"
    )
    if shown.settings.basis == "treated":
        what = html("Patients with the event, per 100 treated")
    return html(
        '<h2>All events, {}</h2><p class="tc-key"><span>{}</span><span class="tc-wide">&times; '
        'not reported, which is not zero</span><span class="tc-wide">○ a figure in another '
        "form</span><span>[in brackets] borrowed from another condition</span>{}</p>",
        ASCERTAINMENTS[shown.settings.ascertainment][0], what, silent,
    )  # fmt: skip
