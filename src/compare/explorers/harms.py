"""The page on harms and benefits: what goes wrong, what goes right, against which comparator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ipywidgets as w
import pandas as pd

from compare import benefits, cost, findings, harms
from compare.arms import COMPARISONS, risk_words
from compare.charts import harms as charts
from compare.charts.house import CLASSES
from compare.evidence import Evidence
from compare.explorers.base import WRAP, Explorer, condition_control, labelled
from compare.explorers.harm_tables import (
    CONTROLLED_COLUMNS,
    FOREST_COLUMNS,
    INFUSION_COLUMNS,
    OUTCOME_COLUMNS,
    PML_COLUMNS,
    RARE_COLUMNS,
    RATE_COLUMNS,
)
from compare.findings import harms as harm_findings
from compare.harms import ASCERTAINMENTS
from compare.markup import (
    NOT_REPORTED,
    Cell,
    download,
    file_name,
    short_name,
    sources_behind,
    table,
    text,
)
from compare.scenario import Scenario
from compare.schedule import known
from compare.tables import Row, records

MOST_REPORTED = "the most reported events"
MOST = 25
ORGAN_LIMIT = 40
KEY_EVENTS = [
    "any_adverse_event",
    "serious_adverse_event",
    "discontinuation_adverse_event",
    "death",
    "infection_any",
    "serious_infection",
    "infusion_reaction",
    "headache",
]


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

    rare: pd.DataFrame
    pml: pd.DataFrame
    infusions: pd.DataFrame
    rates: pd.DataFrame
    outcomes: pd.DataFrame
    controlled: pd.DataFrame
    every_row: pd.DataFrame
    benefit_finding: findings.Finding
    controlled_finding: findings.Finding


@dataclass(frozen=True)
class View:
    """What the page shows."""

    settings: Settings
    ascertainments: tuple[str, ...]
    events: pd.DataFrame
    map: pd.DataFrame
    forest: pd.DataFrame
    ivig: pd.DataFrame
    whole: Whole
    finding: findings.Finding
    event_finding: findings.Finding
    ivig_finding: findings.Finding


def opening(evidence: Evidence, condition_id: str = "gmg") -> Scenario:
    """The scenario with which the page opens."""
    return Scenario(condition_id, cost.opening_patient(evidence, condition_id))


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
    found = found[found["therapy_class"].isin(classes)]
    organs = sorted(found["system_organ"].unique())
    organ = options.get("system_organ", MOST_REPORTED)
    organ = organ if organ in organs else MOST_REPORTED
    events = event_choices(evidence, found)
    mapped = map_events(events, organ)
    wanted = str(options.get("event"))
    if wanted not in set(events["event_id"]):
        wanted = mapped[0] if mapped else (events["event_id"].iloc[0] if len(events) else "")
    settings = Settings(way, basis, comparison, wanted, organ, classes, borrow)

    detail = found
    if basis == "arms":
        detail = harms.series(evidence, condition_id, way, against, borrow, both_arms=True)
        detail = detail[detail["therapy_class"].isin(classes)]

    def filled(found: pd.DataFrame, event_ids: list[str]) -> pd.DataFrame:
        frame = harms.with_missing(evidence, condition_id, found, event_ids)
        frame = frame[frame["therapy_class"].isin(classes)].copy()
        names = {key: row["short_name"] for key, row in evidence.by_id("conditions").items()}
        frame["borrowed_from"] = frame["condition_id"].map(names)
        frame["_order"] = frame["event_id"].map({e: i for i, e in enumerate(event_ids)})
        frame = frame.sort_values("_order", kind="stable").drop(columns="_order")
        return frame.reset_index(drop=True)

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


@lru_cache(maxsize=32)
def whole(evidence: Evidence, condition_id: str, classes: tuple[str, ...]) -> Whole:
    """Tables and findings that no other setting changes. Shared: do not change them."""
    rows = harms.adverse_events(evidence, condition_id)
    shown = rows[rows["therapy_class"].isin(classes)]
    rare = shown[shown["rare_serious"].eq("yes") & shown["event_id"].ne("pml")]
    therapies = set(harms.condition_therapies(evidence, condition_id)["therapy_id"])
    pml = harms.every_row(evidence)
    pml = pml[pml["event_id"].eq("pml")]
    pml = pml[pml["therapy_id"].isin(therapies) & pml["therapy_class"].isin(classes)]
    outcomes = benefits.outcomes(evidence, condition_id)
    outcomes = outcomes[outcomes["therapy_class"].isin(classes)].reset_index(drop=True)
    controlled = controlled_rows(evidence, condition_id)
    name = evidence.label("conditions", condition_id)
    return Whole(
        rare=rare.sort_values(["event", "therapy", "ascertainment"], kind="stable"),
        pml=pml.sort_values(["therapy", "row_id"], kind="stable"),
        infusions=shown[shown["measure"].eq("pct_of_infusions")],
        rates=shown[shown["measure"].eq("per_100_patient_years")],
        outcomes=outcomes,
        controlled=controlled[controlled["therapy_class"].isin(classes)].reset_index(drop=True),
        every_row=rows,
        benefit_finding=harm_findings.benefit(outcomes, name),
        controlled_finding=harm_findings.controlled(controlled, name),
    )


@lru_cache(maxsize=128)
def controlled_rows(evidence: Evidence, condition_id: str) -> pd.DataFrame:
    """Per therapy: controlled harms and outcomes, and what is missing of each. Shared."""
    harm = harms.controlled_figures(evidence, condition_id)
    good = benefits.controlled_outcomes(evidence, condition_id)
    return harm.rename(columns={"missing": "missing_harms"}).assign(
        controlled_outcomes=good["controlled_outcomes"],
        missed_endpoints=good["missed_endpoints"],
        missing_outcomes=good["missing"],
    )


def event_choices(evidence: Evidence, found: pd.DataFrame) -> pd.DataFrame:
    """Events of a series: ids, name, organ, and how many therapies have a fitting figure."""
    fits = found["state"].isin(["reported", "bound"])
    counts = found.assign(fitting=fits).groupby("event_id")["fitting"]
    both = pd.DataFrame({"fitting": counts.sum(), "therapies": counts.size()}).reset_index()
    columns = ["event_id", "event", "system_organ", "rare_serious"]
    return evidence.events[columns].merge(both, on="event_id")


def map_events(events: pd.DataFrame, organ: str) -> list[str]:
    """Events of the map, most reported first, without the rare serious ones."""
    chosen = events[events["rare_serious"].ne("yes")]
    limit = MOST
    if organ != MOST_REPORTED:
        chosen, limit = chosen[chosen["system_organ"].eq(organ)], ORGAN_LIMIT
    key = chosen["event_id"].map({e: i for i, e in enumerate(KEY_EVENTS)}).fillna(len(KEY_EVENTS))
    chosen = chosen.assign(_key=key).sort_values(
        ["fitting", "therapies", "_key", "event"], ascending=[False, False, True, True]
    )
    return list(chosen["event_id"].head(limit))


@lru_cache(maxsize=128)
def ivig_rows(
    evidence: Evidence, condition_id: str, borrow: bool
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Per event: IVIG's all-cause figure and the others', in words; and IVIG's other figures.

    Columns: `event_id, event, ivig` and `others` (numbers of figures), `ivig_words`,
    `others_words`, `source_id`. Empty where IVIG is not among the condition's therapies.
    """
    therapies = harms.condition_therapies(evidence, condition_id)
    if "ivig" not in set(therapies["therapy_id"]):
        return pd.DataFrame(), {}
    found = harms.series(evidence, condition_id, "all_cause", None, borrow)
    found = found[found["state"].isin(["reported", "bound"])]
    own: dict[str, list[Row]] = {}
    rest: dict[str, list[Row]] = {}
    for row in records(found):
        (own if row["therapy_id"] == "ivig" else rest).setdefault(row["event_id"], []).append(row)
    wanted = [e for e in KEY_EVENTS if e in own or e in rest]
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

    rows = []
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
    every = harms.adverse_events(evidence, condition_id)
    else_ = every[every["therapy_id"].eq("ivig") & every["ascertainment"].ne("all_cause")]
    counts = else_["ascertainment"].value_counts()
    return pd.DataFrame(rows), {ASCERTAINMENTS[str(k)][0]: int(v) for k, v in counts.items()}


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
    for frame in (shown.map, shown.forest):
        for row in records(frame[frame["state"].isin(["reported", "bound"])]):
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


EMPTY = pd.DataFrame(columns=[*harms.COLUMNS, "state", "borrowed_from"])


class HarmsExplorer(Explorer):
    """Harms and benefits by condition, way of counting, comparator and event."""

    def __init__(self, evidence: Evidence, condition_id: str = "gmg", **more: Any) -> None:
        super().__init__(evidence, **more)
        checks = {
            key: w.Checkbox(
                value=True, description=name, indent=False,
                layout=w.Layout(width="auto", max_width="98%"),
            )
            for key, (name, *_) in CLASSES.items()
        }  # fmt: skip
        self.classes = checks
        self.controls = {
            "condition": condition_control(evidence, condition_id),
            "ascertainment": labelled(
                w.Dropdown(options=[("", "")], description="Harm counted as")
            ),
            "basis": labelled(
                w.Dropdown(
                    options=[(name, key) for key, name in charts.BASES.items()], description="Show"
                )
            ),
            "comparison": labelled(
                w.Dropdown(
                    options=[(name, key) for key, (name, _) in COMPARISONS.items()],
                    description="Against",
                )
            ),
            "system_organ": labelled(
                w.Dropdown(options=[MOST_REPORTED], description="Events in the map")
            ),
            "event": labelled(w.Dropdown(options=[("", "")], description="Event in detail")),
            "borrow": w.Checkbox(
                value=True,
                description="Borrow from other conditions where this one has no figure (marked)",
                indent=False,
                layout=w.Layout(width="auto", max_width="98%"),
            ),
            **{f"class_{key}": box for key, box in checks.items()},
        }
        first = ["condition", "ascertainment", "basis", "comparison", "system_organ"]
        self.start(
            [
                self.banner,
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
                self.panel("downloads"),
                self.panel("sources"),
            ],
        )

    def scenario(self) -> Scenario:
        """The state of the controls."""
        get = {name: control.value for name, control in self.controls.items()}
        names = ("ascertainment", "basis", "comparison", "system_organ", "event")
        options: dict[str, Any] = {name: get[name] for name in names if get[name]}
        options["borrow"] = get["borrow"]
        options["classes"] = [key for key in CLASSES if get[f"class_{key}"]]
        patient = cost.opening_patient(self.evidence, get["condition"])
        return Scenario(get["condition"], patient, options=options)

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
        set_, events = shown.settings, shown.events.sort_values(["system_organ", "event"])
        ways = [(ASCERTAINMENTS[way][0], way) for way in shown.ascertainments]
        choices = [
            (f"{row.system_organ}: {row.event} ({row.fitting} of {row.therapies} figures fit)",
             row.event_id)
            for row in events.itertuples()
        ]  # fmt: skip
        organs = [MOST_REPORTED, *sorted(shown.events["system_organ"].unique())]
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
        set_, panels, cited = computed.settings, self.panels, self.evidence.cited
        self.offer(computed)
        mapped, forest = cited(computed.map), cited(computed.forest)
        self.finding.value = text(computed.finding)
        panels["map"].draw(
            charts.map_traces(mapped, set_.basis),
            charts.map_layout(mapped, set_.basis),
        )
        panels["explained"].value = explained(computed)
        panels["forest_heading"].value = "<h2>One event in detail</h2>"
        panels["event_finding"].value = f"<p>{text(computed.event_finding)}</p>"
        panels["forest"].draw(
            charts.forest_traces(forest, set_.basis),
            charts.forest_layout(forest, set_.basis),
        )
        panels["forest_table"].value = table(
            forest, FOREST_COLUMNS, "The figures behind the plot", "No event to show."
        )
        panels["rare"].value = table(
            cited(computed.whole.rare), RARE_COLUMNS,
            "Rare serious harms in this condition, one by one, never summed",
            "No rare serious harm is counted in this condition's rows. "
            "That is not the same as none.",
        )  # fmt: skip
        panels["pml"].value = (
            table(
                cited(computed.whole.pml), PML_COLUMNS,
                "Progressive multifocal leukoencephalopathy, by antibody status and duration",
            ) if len(computed.whole.pml) else ""
        )  # fmt: skip
        self.show_ivig(computed)
        panels["benefits"].value = (
            f"<h2>What each trial showed</h2><p>{text(computed.whole.benefit_finding)}</p>"
            + table(
                cited(computed.whole.outcomes), OUTCOME_COLUMNS,
                "Trial outcomes, effects as published; never borrowed from another condition",
                "No outcome of a trial in this condition is in the tables.",
            )
        )  # fmt: skip
        panels["controlled"].value = (
            f"<h2>What is known against a comparator, and what is missing</h2>"
            f"<p>{text(computed.whole.controlled_finding)}</p>"
            + table(computed.whole.controlled, CONTROLLED_COLUMNS, "Controlled figures by therapy")
        )
        panels["infusions"].value = folded(
            cited(computed.whole.infusions), INFUSION_COLUMNS,
            "Counted by infusion (one patient has many: no interval, never beside percents of "
            "patients)",
        )  # fmt: skip
        panels["rates"].value = folded(
            cited(computed.whole.rates), RATE_COLUMNS,
            "Rates per 100 patient-years, as printed (never beside percents of patients)",
        )  # fmt: skip
        self.show_downloads(computed)

    def show_ivig(self, computed: View) -> None:
        """IVIG against the others, from any cause alone."""
        self.panels[
            "ivig"
        ].value = f"<h2>IVIG against the others</h2><p>{text(computed.ivig_finding)}</p>"
        if len(computed.ivig):
            self.panels["ivig"].value += table(
                computed.ivig,
                {"Event": "event", "IVIG": "ivig_words", "Other therapies": "others_words"},
                "Percent of patients with the event, from any cause",
            )

    def show_downloads(self, computed: View) -> None:
        """Downloads and sources."""
        condition_id, stamp = self.controls["condition"].value, self.evidence.stamp
        set_ = computed.settings
        shown = "_".join(("harms-map", set_.ascertainment, set_.basis))
        saved = {
            "Save all harms of this condition (CSV)": ("harms", computed.whole.every_row),
            "Save the map (CSV)": (shown, computed.map),
            "Save the outcomes (CSV)": ("outcomes", computed.whole.outcomes),
        }
        self.panels["downloads"].value = "".join(
            download(
                label, self.csv(name, frame), file_name(name, condition_id, stamp, ending="csv")
            )
            for label, (name, frame) in saved.items()
        )
        whole = computed.whole
        frames = (
            computed.map, computed.forest, whole.rare, whole.pml, whole.infusions,
            whole.rates, computed.ivig, whole.outcomes,
        )  # fmt: skip
        self.panels["sources"].value = sources_behind(self.evidence, *frames)


def folded(frame: pd.DataFrame, columns: Mapping[str, str | Cell], caption: str) -> str:
    """A long table behind its title and its number of rows, opened by a click or a key."""
    count = f"{len(frame)} row{'' if len(frame) == 1 else 's'}"
    return (
        f'<details class="tc-sources"><summary>{text(caption)}: {count}</summary>'
        f"{table(frame, columns, caption, 'No such figure in this condition.')}</details>"
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
    limits = pd.concat([shown.map["reporting_threshold"]]).dropna().unique()
    if len(limits):
        items.append(
            f"{len(limits)} different reporting thresholds stand behind this map (such as "
            f"“{text(limits[0])}”): an event below them is not printed."
        )
    return "<p>" + " ".join(items) + "</p>"
