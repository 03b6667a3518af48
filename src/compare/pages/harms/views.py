"""What the page on harms and benefits shows for one scenario: pure functions, no widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compare import words as findings
from compare.data.conditions import condition_therapies, opening_patient
from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.pages.harms import chart as charts
from compare.pages.harms import sentences as harm_findings
from compare.pages.house import CLASSES
from compare.pages.markup import cited_csv
from compare.trials import benefits, harms
from compare.trials.arms import risk_words
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
