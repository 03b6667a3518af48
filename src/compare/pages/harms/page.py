"""The page on harms and benefits: what goes wrong, what goes right, against which comparator."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as w

from compare import words as findings
from compare.data.conditions import condition_therapies, opening_patient
from compare.data.evidence import Evidence, kept
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
from compare.pages.house import CLASSES
from compare.pages.markup import Cell, cited_csv, download, file_name, sources, table, text
from compare.trials import benefits, harms
from compare.trials.arms import COMPARISONS, risk_words
from compare.trials.harms import ASCERTAINMENTS
from compare.words import NOT_REPORTED, short_name

MOST_REPORTED = "the most reported events"
MOST = 25
ORGAN_LIMIT = 40
KEY_KINDS = (
    "any_event", "serious_event", "discontinuation", "death", "infection", "serious_infection",
    "infusion_reaction", "symptom",
)  # fmt: skip
MAP_COLUMNS = [*harms.COLUMNS, "state", "borrowed_from"]


@dataclass(frozen=True)
class Settings:
    """What is chosen, after defaults and after what this condition does not offer."""

    ascertainment: str
    basis: str
    comparison: str
    event_id: str
    system_organ: str
    classes: tuple[str, ...]
    borrow: bool


@dataclass(frozen=True)
class Whole:
    """What hangs on the condition and the classes shown alone."""

    rare: list[Row]
    pml: list[Row]
    infusions: list[Row]
    rates: list[Row]
    outcomes: list[Row]
    controlled: list[Row]
    files: Mapping[str, str]  # CSV of every harm and of every outcome shown
    benefit_finding: findings.Finding
    controlled_finding: findings.Finding


@dataclass(frozen=True)
class View:
    """What the page shows."""

    settings: Settings
    ascertainments: tuple[str, ...]
    events: list[Row]
    map: list[Row]
    forest: list[Row]
    ivig: list[Row]
    whole: Whole
    finding: findings.Finding
    event_finding: findings.Finding
    ivig_finding: findings.Finding


def opening(evidence: Evidence, condition_id: str = "gmg") -> Scenario:
    """The scenario with which the page opens."""
    return Scenario(condition_id, opening_patient(evidence, condition_id))


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page for one scenario; a pure function of its arguments.

    `scenario.options` may hold `ascertainment`, `basis` ("difference", "arms", "treated"),
    `comparison` (see `COMPARISONS`), `event` (an event id), `system_organ`, `classes` (a list) and
    `borrow`. What the condition does not offer falls back to its default.
    """
    condition_id, options = scenario.condition_id, scenario.options
    ways = harms.ascertainments_present(evidence, condition_id)
    way = options.get("ascertainment")
    way = str(way) if way in ways else (ways[0] if ways else "all_cause")
    basis = options.get("basis", "difference")
    comparison = options.get("comparison", "placebo")
    borrow = bool(options.get("borrow", True))
    against = None if basis == "treated" else comparison
    if basis not in charts.BASES:
        raise ValueError(f"unknown basis {basis!r}; one of {[*charts.BASES]}")
    classes = tuple(c for c in CLASSES if c in options.get("classes", CLASSES))
    found = harms.series(evidence, condition_id, way, against, borrow)
    found = of_classes(found, classes)
    organs = {row["system_organ"] for row in found}
    organ = options.get("system_organ", MOST_REPORTED)
    organ = organ if organ in organs else MOST_REPORTED
    events = event_choices(evidence, found)
    mapped = map_events(events, organ)
    wanted = str(options.get("event"))
    offered = [row["event_id"] for row in events]
    if wanted not in offered:
        wanted = next(iter([*mapped, *offered]), "")
    settings = Settings(way, basis, comparison, wanted, organ, classes, borrow)

    detail = found
    if basis == "arms":
        detail = harms.series(evidence, condition_id, way, against, borrow, both_arms=True)

    def filled(found: list[Row], event_ids: list[str]) -> list[Row]:
        rows = harms.with_missing(evidence, condition_id, found, event_ids)
        names = {key: row["short_name"] for key, row in evidence.by_id("conditions").items()}
        return [
            {**row, "borrowed_from": names.get(row["condition_id"])}
            for row in of_classes(rows, classes)
        ]

    heat = filled(found, mapped)
    forest = filled(detail, [wanted] if wanted else [])
    name = evidence.label("conditions", condition_id)
    compared, others = ivig_rows(evidence, condition_id, borrow)
    return View(
        settings=settings,
        ascertainments=tuple(ways),
        events=events,
        map=heat,
        forest=forest,
        ivig=compared,
        whole=whole(evidence, condition_id, classes),
        finding=harm_findings.overview(heat, name, ASCERTAINMENTS[way][0], basis),
        event_finding=harm_findings.event(forest, basis),
        ivig_finding=harm_findings.ivig(compared, others, name),
    )


def of_classes(rows: Iterable[Row], classes: tuple[str, ...]) -> list[Row]:
    """The rows of therapies of these classes."""
    return [row for row in rows if row["therapy_class"] in classes]


@kept(32)
def whole(evidence: Evidence, condition_id: str, classes: tuple[str, ...]) -> Whole:
    """Tables and findings that no other setting changes. Shared: do not change them."""
    here = harms.rows_in(evidence, condition_id)
    good = evidence.cited_rows(benefits.outcomes(evidence, condition_id))
    shown, outcomes = of_classes(here, classes), of_classes(good, classes)
    strata = {k for k, r in evidence.by_id("events").items() if r["by_strata"] == "yes"}
    rare = [r for r in shown if r["rare_serious"] == "yes" and r["event_id"] not in strata]
    therapies = {row["therapy_id"] for row in condition_therapies(evidence, condition_id)}
    pml = [
        row
        for row in of_classes(harms.cited_rows(evidence), classes)
        if row["event_id"] in strata and row["therapy_id"] in therapies
    ]
    controlled = controlled_rows(evidence, condition_id)
    name = evidence.label("conditions", condition_id)
    return Whole(
        rare=sorted(rare, key=lambda r: (r["event"], r["therapy"], r["ascertainment"])),
        pml=sorted(pml, key=lambda r: (r["therapy"], r["row_id"])),
        infusions=[row for row in shown if row["measure"] == "pct_of_infusions"],
        rates=[row for row in shown if row["measure"] == "per_100_patient_years"],
        outcomes=outcomes,
        controlled=of_classes(controlled, classes),
        files={
            "harms": cited_csv(here, harms.COLUMNS),
            "outcomes": cited_csv(outcomes, benefits.COLUMNS),
        },
        benefit_finding=harm_findings.benefit(outcomes, name),
        controlled_finding=harm_findings.controlled(controlled, name),
    )


def controlled_rows(evidence: Evidence, condition_id: str) -> list[Row]:
    """Per therapy: controlled harms and outcomes, and what is missing of each."""
    harm = harms.controlled_figures(evidence, condition_id)
    good = benefits.controlled_outcomes(evidence, condition_id)
    return [
        {**one, **other, "missing_harms": one["missing"], "missing_outcomes": other["missing"]}
        for one, other in zip(harm, good, strict=True)
    ]


def event_choices(evidence: Evidence, found: list[Row]) -> list[Row]:
    """Events of a series: ids, name, organ, and how many therapies have a fitting figure."""
    therapies = Counter(row["event_id"] for row in found)
    fitting = Counter(row["event_id"] for row in found if row["state"] in ("reported", "bound"))
    return [
        {**row, "fitting": fitting[event_id], "therapies": therapies[event_id]}
        for event_id, row in evidence.by_id("events").items()
        if event_id in therapies
    ]


def map_events(events: list[Row], organ: str) -> list[str]:
    """Events of the map, most reported first, without the rare serious ones."""
    chosen = [row for row in events if row["rare_serious"] != "yes"]
    limit = MOST
    if organ != MOST_REPORTED:
        chosen, limit = [row for row in chosen if row["system_organ"] == organ], ORGAN_LIMIT

    def rank(row: Row) -> tuple[int, int, int, str]:
        place = KEY_KINDS.index(row["kind"]) if row["key"] == "yes" else len(KEY_KINDS)
        return -row["fitting"], -row["therapies"], place, row["event"]

    return [row["event_id"] for row in sorted(chosen, key=rank)[:limit]]


def ivig_rows(
    evidence: Evidence, condition_id: str, borrow: bool
) -> tuple[list[Row], dict[str, int]]:
    """Per event: IVIG's all-cause figure and the others', in words; and IVIG's other figures.

    Keys: `event_id, event, ivig` and `others` (numbers of figures), `ivig_words`,
    `others_words`, `source_id`. Empty where IVIG is not among the condition's therapies.
    """
    therapies = condition_therapies(evidence, condition_id)
    if "ivig" not in {row["therapy_id"] for row in therapies}:
        return [], {}
    own: dict[str, list[Row]] = {}
    rest: dict[str, list[Row]] = {}
    for row in harms.series(evidence, condition_id, "all_cause", None, borrow):
        if row["state"] in ("reported", "bound"):
            side = own if row["therapy_id"] == "ivig" else rest
            side.setdefault(row["event_id"], []).append(row)
    wanted = [e for e in harms.key_events(evidence, *KEY_KINDS) if e in own or e in rest]
    wanted += sorted((own.keys() & rest.keys()) - set(wanted))

    def told(row: Mapping[str, Any], name: bool) -> str:
        first = f"{short_name(row['therapy'])} " if name else ""
        where = (
            ""
            if row["directness"] == "direct"
            else f", from {evidence.label('conditions', row['condition_id'])}"
        )
        kind = row["comparator_kind"]
        if kind == "none":
            beside = "no comparator"
        else:
            beside = f"{row['comparator']} {risk_words(row, 'risk_comparator')}"
        return f"{first}{risk_words(row)} ({beside}{where})"

    rows: list[Row] = []
    for event_id in wanted:
        mine, others = own.get(event_id, []), rest.get(event_id, [])
        rows.append(
            {
                "event_id": event_id,
                "event": evidence.label("events", event_id),
                "ivig": len(mine),
                "others": len(others),
                "ivig_words": "; ".join(told(r, False) for r in mine) or NOT_REPORTED,
                "others_words": "; ".join(told(r, True) for r in others) or NOT_REPORTED,
                "source_id": ";".join(row["source_id"] for row in [*mine, *others]),
            }
        )
    counts = Counter(
        row["ascertainment"]
        for row in evidence.rows("adverse_events", "condition_id", condition_id)
        if row["therapy_id"] == "ivig" and row["ascertainment"] != "all_cause"
    )
    return rows, {ASCERTAINMENTS[way][0]: count for way, count in counts.most_common()}


def digest(shown: View) -> str:
    """The numbers behind the page as text, for a reviewer's comparison."""
    set_ = shown.settings
    lines = [
        f"{set_.ascertainment} | {set_.basis} | {set_.comparison} | {set_.event_id}",
        str(shown.finding),
        str(shown.event_finding),
        str(shown.ivig_finding),
        str(shown.whole.benefit_finding),
        str(shown.whole.controlled_finding),
    ]
    for row in (*shown.map, *shown.forest):
        if row["state"] in ("reported", "bound"):
            lines.append(
                f"{row['event_id']} | {row['therapy_id']} | {row['directness']} | "
                f"treated {_three(row, 'risk')} | comparator {_three(row, 'risk_comparator')} | "
                f"difference {_three(row, 'difference')} | {row['row_id']}"
            )
    lines += [
        f"{name}: {len(getattr(shown.whole, name))} rows"
        for name in ("rare", "pml", "infusions", "rates", "outcomes")
    ]
    return "\n".join(lines)


def _three(row: Mapping[Any, Any], prefix: str) -> str:
    values = [row[f"{prefix}{end}_pct"] for end in ("", "_low", "_high")]
    return " ".join("-" if not known(v) else f"{v:.2f}" for v in values)


class HarmsExplorer(Explorer):
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

    def compute(self) -> View:
        return view(self.evidence, self.scenario())

    def digest(self) -> str:
        return digest(self.compute())

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
        busy, self._busy = self._busy, True
        try:
            for name, offered, value in (
                ("ascertainment", ways or [("none here", "")], set_.ascertainment if ways else ""),
                ("event", choices or [("none here", "")], set_.event_id),
                ("system_organ", organs, set_.system_organ),
            ):
                self.controls[name].options, self.controls[name].value = offered, value
            self.controls["comparison"].disabled = set_.basis == "treated"
        finally:
            self._busy = busy

    def show(self, computed: View) -> None:
        set_, panels, whole = computed.settings, self.panels, computed.whole
        self.offer(computed)
        self.finding.value = text(computed.finding)
        panels["map"].draw(
            charts.map_traces(computed.map, set_.basis),
            charts.map_layout(computed.map, set_.basis),
        )
        panels["explained"].value = explained(computed)
        panels["forest_heading"].value = "<h2>One event in detail</h2>"
        panels["event_finding"].value = f"<p>{text(computed.event_finding)}</p>"
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
            f"<h2>What each trial showed</h2><p>{text(whole.benefit_finding)}</p>"
            + table(
                whole.outcomes, OUTCOME_COLUMNS,
                "Trial outcomes, effects as published; never borrowed from another condition",
                "No outcome of a trial in this condition is in the tables.",
            )
        )  # fmt: skip
        panels["controlled"].value = (
            f"<h2>What is known against a comparator, and what is missing</h2>"
            f"<p>{text(whole.controlled_finding)}</p>"
            + table(whole.controlled, CONTROLLED_COLUMNS, "Controlled figures by therapy")
        )
        panels["infusions"].value = folded(
            whole.infusions, INFUSION_COLUMNS,
            "Counted by infusion (one patient has many: no interval, never beside percents of "
            "patients)",
        )  # fmt: skip
        panels["rates"].value = folded(
            whole.rates, RATE_COLUMNS,
            "Rates per 100 patient-years, as printed (never beside percents of patients)",
        )  # fmt: skip
        self.show_downloads(computed)

    def show_ivig(self, computed: View) -> None:
        """IVIG against the others, from any cause alone."""
        self.panels[
            "ivig"
        ].value = f"<h2>IVIG against the others</h2><p>{text(computed.ivig_finding)}</p>"
        if computed.ivig:
            self.panels["ivig"].value += table(
                computed.ivig,
                {"Event": "event", "IVIG": "ivig_words", "Other therapies": "others_words"},
                "Percent of patients with the event, from any cause",
            )

    def show_downloads(self, computed: View) -> None:
        """Downloads and sources."""
        condition_id, stamp = self.controls["condition"].value, self.evidence.stamp
        set_, whole = computed.settings, computed.whole
        shown = "_".join(("harms-map", set_.ascertainment, set_.basis))
        saved = {
            "Save all harms of this condition (CSV)": ("harms", whole.files["harms"]),
            "Save the map (CSV)": (shown, cited_csv(computed.map, MAP_COLUMNS)),
            "Save the outcomes (CSV)": ("outcomes", whole.files["outcomes"]),
        }
        self.panels["downloads"].value = "".join(
            download(label, content, file_name(name, condition_id, stamp, ending="csv"))
            for label, (name, content) in saved.items()
        )
        rows = itertools.chain(
            computed.map, computed.forest, whole.rare, whole.pml, whole.infusions,
            whole.rates, computed.ivig, whole.outcomes,
        )  # fmt: skip
        self.panels["sources"].value = sources(self.evidence, (row["source_id"] for row in rows))


def folded(rows: list[Row], columns: Mapping[str, str | Cell], caption: str) -> str:
    """A long table behind its title and its number of rows, opened by a click or a key."""
    count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    return (
        f'<details class="tc-sources"><summary>{text(caption)}: {count}</summary>'
        f"{table(rows, columns, caption, 'No such figure in this condition.')}</details>"
    )


def explained(shown: View) -> str:
    """What the way of counting and the comparators mean, in words."""
    set_ = shown.settings
    name, meaning = ASCERTAINMENTS[set_.ascertainment]
    items = [f"<b>{text(name.capitalize())}</b>: {text(meaning)}."]
    if set_.basis == "treated":
        items.append(text(harms.RAW_ARMS))
    else:
        kinds = harm_findings.kinds(shown.map)
        items.append(
            f"Compared with {text(COMPARISONS[set_.comparison][0])}"
            + (f" (here: {text(kinds)})." if kinds else ": no such figure here.")
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
            f"“{text(limits[0])}”): an event below them is not printed."
        )
    return "<p>" + " ".join(items) + "</p>"
