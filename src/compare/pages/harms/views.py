"""What the page on harms and benefits shows for one scenario: pure functions, no widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compare import words as findings
from compare.authority.factors import excluded_by
from compare.data.arguments import one_of
from compare.data.conditions import condition_therapies, opening_patient, within
from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, grouped, known, split
from compare.data.scenario import Scenario
from compare.pages.harms import chart as charts
from compare.pages.harms import sentences as harm_findings
from compare.pages.house import CLASSES
from compare.trials import harms
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
# Kinds whose key event is looked at first where the condition names none.
FIRST_KINDS = ("serious_infection", "serious_event", "any_event")
FORM = ("ascertainment", "basis", "comparison")
WAYS = list(ASCERTAINMENTS)
MAP_COLUMNS = [*harms.COLUMNS, "state", "borrowed_from"]


@dataclass(frozen=True)
class Settings:
    """What is chosen, after defaults and after what this condition does not offer."""

    ascertainment: str
    basis: str
    comparison: str
    event_id: str
    reason: str  # why it opens with this event; blank for another
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
    controlled: list[Row]
    controlled_finding: findings.Finding

    def of_strata(self, event_id: str) -> list[Row]:
        """Figures of an event by antibody status and duration; none of most events."""
        return [row for row in self.pml if row["event_id"] == event_id]


@dataclass(frozen=True)
class View:
    """What the page shows. `silent`: names of therapies without any figure on the map."""

    settings: Settings
    ascertainments: tuple[str, ...]
    events: list[Row]
    map: list[Row]
    silent: tuple[str, ...]
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

    `scenario.options` may hold `event` (an event id), `ascertainment`, `basis` ("difference",
    "treated"), `comparison` (see `COMPARISONS`), `system_organ`, `classes` (a list) and `borrow`.
    What is not given, or not offered by the condition, follows from the event: see `first_event`
    and `form_of`. Shared: do not change it.
    """
    condition_id, options = scenario.condition_id, scenario.options
    borrow = bool(options.get("borrow", True))
    classes = tuple(c for c in CLASSES if c in options.get("classes", CLASSES))
    one_of("basis", options.get("basis", "difference"), charts.BASES)
    opens = first_event(evidence, scenario, countable(evidence, condition_id, classes, borrow))
    not_of = frozenset[str]().union(*patients_with(evidence).values())
    not_of &= excluded_by(evidence, scenario.patient.factors)
    event_id, organ = str(options.get("event")), options.get("system_organ", MOST_REPORTED)
    given = {name: str(options[name]) for name in FORM if options.get(name)}
    return _view(evidence, condition_id, opens, not_of, classes, borrow, event_id, organ, **given)


@kept(4)
def _view(
    evidence: Evidence,
    /,
    condition_id: str,
    opens: tuple[str, str],
    not_of: frozenset[str],
    classes: tuple[str, ...],
    borrow: bool,
    wanted: str,
    organ: str,
    **given: str,
) -> View:
    """`view`, under all that it hangs on: of the patient, the event with which it `opens`, and
    factors that he cannot have, of whose patients no estimate is his.
    """
    offered = countable(evidence, condition_id, classes, borrow)
    names = evidence.by_id("events")
    wanted = wanted if wanted in offered else opens[0]
    reason = opens[1] if wanted == opens[0] else ""
    way, basis, comparison = form_of(offered.get(wanted, ()), condition_id, given)
    ways = sorted({way, *harms.ascertainments_present(evidence, condition_id)}, key=WAYS.index)

    found = harms.series(
        evidence, condition_id, way, None if basis == "treated" else comparison, borrow
    )
    found = of_classes(found, classes)
    organs = {row["system_organ"] for row in found}
    organ = organ if organ in organs else MOST_REPORTED
    settings = Settings(way, basis, comparison, wanted, reason, organ, classes, borrow)

    def filled(event_ids: list[str]) -> list[Row]:
        rows = harms.with_missing(evidence, condition_id, found, event_ids)
        short = {key: within(evidence, key) for key in evidence.by_id("conditions")}
        return [
            {**row, "borrowed_from": short.get(row["condition_id"])}
            for row in of_classes(rows, classes)
        ]

    otherwise = counted_otherwise(offered.get(wanted, ()), condition_id)
    forest = [
        {**row, **otherwise.get(row["therapy_id"], {})} if row["state"] == "missing" else row
        for row in filled([wanted] if wanted else [])
    ]
    everything = filled(map_events(event_choices(evidence, found), organ))
    there = {row["therapy_id"] for row in everything if row["state"] != "missing"}
    name = within(evidence, condition_id)
    compared, others = ivig_rows(evidence, condition_id, borrow)
    tables = whole(evidence, condition_id, classes)
    strata = estimates(evidence, tables.of_strata(wanted), condition_id, not_of)
    adults = harms.of_adults(evidence)
    return View(
        settings=settings,
        ascertainments=tuple(ways),
        events=[names[key] for key in offered],
        map=[row for row in everything if row["therapy_id"] in there],
        silent=tuple(sorted({r["therapy"] for r in everything if r["therapy_id"] not in there})),
        forest=forest,
        ivig=compared,
        whole=tables,
        finding=harm_findings.answer(forest, name, basis, comparison, strata, adults),
        event_finding=harm_findings.event(forest, basis, comparison, strata),
        ivig_finding=harm_findings.ivig(compared, others, name),
    )


@kept(1)
def patients_with(evidence: Evidence) -> Mapping[str, frozenset[str]]:
    """Factors that all patients of a figure have, by the ids of figures of such patients alone."""
    rows = evidence.adverse_events.dropna(subset="patients_with")
    cells = zip(rows["row_id"], rows["patients_with"], strict=True)
    return {row_id: frozenset(split(cell)) for row_id, cell in cells}


def estimates(
    evidence: Evidence, strata: Iterable[Row], condition_id: str, not_of: frozenset[str]
) -> list[Row]:
    """Of figures by antibody status and duration those estimated after approval, the condition's
    own or else those of others, with `borrowed_from`; without those of patients with a factor
    that this one is `not_of`.
    """
    whose = patients_with(evidence)
    rows = [
        row
        for row in strata
        if row["design"] == "postmarketing" and not_of.isdisjoint(whose.get(row["row_id"], ()))
    ]
    own: list[Row] = [
        {**row, "borrowed_from": None} for row in rows if row["condition_id"] == condition_id
    ]
    return own or [{**row, "borrowed_from": within(evidence, row["condition_id"])} for row in rows]


@kept(32)
def countable(
    evidence: Evidence, condition_id: str, classes: tuple[str, ...], borrow: bool
) -> dict[str, list[Row]]:
    """Percents of patients by event id, in the tables' order of events: the condition's own, and
    with `borrow` the primary ones of its therapies elsewhere. Shared: do not change them.
    """
    therapies = {row["therapy_id"] for row in condition_therapies(evidence, condition_id)}
    rows = [
        row
        for row in of_classes(harms.cited_rows(evidence), classes)
        if row["measure"] == "pct_of_subjects"
        and row["therapy_id"] in therapies
        and (row["condition_id"] == condition_id or (borrow and row["primary"] == "yes"))
    ]
    found = grouped(rows, "event_id")
    return {key: list(found[key]) for key in evidence.by_id("events") if key in found}


def first_event(
    evidence: Evidence, scenario: Scenario, offered: Mapping[str, list[Row]]
) -> tuple[str, str]:
    """The event with which the page opens, and why: what the patient's history singles out, else
    what the condition's row names; where no figure is there, the next.
    """
    condition = evidence.by_id("conditions")[scenario.condition_id]
    wanted = [
        (row["event_id"], f"“{row['factor']}” is in the history.")
        for key, row in evidence.by_id("factors").items()
        if key in scenario.patient.factors
    ]
    wanted.append((condition["first_event_id"], condition["first_event_reason"]))
    wanted += [(key, "") for key in (*harms.key_events(evidence, *FIRST_KINDS), *offered)]
    return next((pair for pair in wanted if pair[0] in offered), ("", ""))


def counted_otherwise(rows: Sequence[Row], condition_id: str) -> dict[str, Row]:
    """By therapy, the condition's own row of an event; where it has several, the primary one."""
    own = [row for row in rows if row["condition_id"] == condition_id]
    own.sort(key=lambda row: row["primary"] == "yes")
    return {row["therapy_id"]: {**row, "state": "other", "borrowed_from": None} for row in own}


def form_of(
    rows: Sequence[Row], condition_id: str, given: Mapping[str, str]
) -> tuple[str, str, str]:
    """Way of counting, basis and comparison in which an event has the most therapies; what is
    `given` stays.

    First this condition's own figures, then borrowed ones; of each first differences from placebo
    or from an active drug, then from another dose or after withdrawal, then risks alone.
    """

    def fitting(row: Row) -> Iterator[tuple[str, str, str]]:
        way = row["ascertainment"]
        primary = row["primary"] == "yes"
        for name, (_, kinds) in COMPARISONS.items():
            fits = row["comparator_kind"] in kinds and (primary or name != "placebo")
            if fits and known(row["difference_pct"]):
                yield way, "difference", name
        if primary and (known(row["risk_pct"]) or known(row["risk_high_pct"])):
            yield way, "treated", given.get("comparison", "placebo")

    seen: dict[tuple[bool, tuple[str, str, str]], set[str]] = {}
    for row in rows:
        borrowed = row["condition_id"] != condition_id
        for form in fitting(row):
            if all(given.get(name, value) == value for name, value in zip(FORM, form, strict=True)):
                seen.setdefault((borrowed, form), set()).add(row["therapy_id"])

    def rank(item: tuple[bool, tuple[str, str, str]]) -> tuple[Any, ...]:
        borrowed, (way, basis, comparison) = item
        late = 2 if basis == "treated" else comparison not in ("placebo", "active")
        order = list(COMPARISONS).index(comparison)
        return borrowed, late, -len(seen[item]), order, WAYS.index(way)

    if seen:
        return min(seen, key=rank)[1]
    return (
        given.get("ascertainment", WAYS[0]), given.get("basis", "difference"),
        given.get("comparison", "placebo"),
    )  # fmt: skip


def of_classes(rows: Iterable[Row], classes: tuple[str, ...]) -> list[Row]:
    """The rows of therapies of these classes."""
    return [row for row in rows if row["therapy_class"] in classes]


@kept(32)
def whole(evidence: Evidence, condition_id: str, classes: tuple[str, ...]) -> Whole:
    """Tables and findings that no other setting changes. Shared: do not change them."""
    here = harms.rows_in(evidence, condition_id)
    shown = of_classes(here, classes)
    strata = {k for k, r in evidence.by_id("events").items() if r["by_strata"] == "yes"}
    rare = [r for r in shown if r["rare_serious"] == "yes" and r["event_id"] not in strata]
    therapies = {row["therapy_id"] for row in condition_therapies(evidence, condition_id)}
    pml = [
        row
        for row in of_classes(harms.cited_rows(evidence), classes)
        if row["event_id"] in strata and row["therapy_id"] in therapies
    ]
    controlled = harms.controlled_figures(evidence, condition_id)
    name = within(evidence, condition_id)
    return Whole(
        rare=sorted(rare, key=lambda r: (r["event"], r["therapy"], r["ascertainment"])),
        pml=sorted(pml, key=lambda r: (r["therapy"], r["row_id"])),
        infusions=[row for row in shown if row["measure"] == "pct_of_infusions"],
        rates=[row for row in shown if row["measure"] == harms.RATE],
        controlled=of_classes(controlled, classes),
        controlled_finding=harm_findings.controlled(controlled, name),
    )


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
    chosen = [row for row in events if row["rare_serious"] != "yes" and row["fitting"]]
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
    found = harms.series(evidence, condition_id, "all_cause", None, borrow)
    shown = [row for row in found if row["state"] in ("reported", "bound")]
    own = grouped((row for row in shown if row["therapy_id"] == "ivig"), "event_id")
    rest = grouped((row for row in shown if row["therapy_id"] != "ivig"), "event_id")
    wanted = [e for e in harms.key_events(evidence, *KEY_KINDS) if e in own or e in rest]
    wanted += sorted((own.keys() & rest.keys()) - set(wanted))

    def told(row: Row) -> str:
        beside = "no comparator"
        if row["comparator_kind"] != "none":
            beside = f"{row['comparator']} {risk_words(row, 'risk_comparator')}"
        if row["directness"] != "direct":
            beside += f", from {evidence.label('conditions', row['condition_id'])}"
        return f"{risk_words(row)} ({beside})"

    rows: list[Row] = []
    for event_id in wanted:
        mine, others = own.get(event_id, []), rest.get(event_id, [])
        theirs = "; ".join(f"{short_name(row['therapy'])} {told(row)}" for row in others)
        rows.append(
            {
                "event_id": event_id,
                "event": evidence.label("events", event_id),
                "ivig": len(mine),
                "others": len(others),
                "ivig_words": "; ".join(map(told, mine)) or NOT_REPORTED,
                "others_words": theirs or NOT_REPORTED,
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
    said = shown.finding, shown.event_finding, shown.ivig_finding, shown.whole.controlled_finding
    lines = [
        f"{set_.ascertainment} | {set_.basis} | {set_.comparison} | {set_.event_id}",
        *map(str, said),
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
        for name in ("rare", "pml", "infusions", "rates")
    ]
    return "\n".join(lines)


def _three(row: Mapping[Any, Any], prefix: str) -> str:
    values = [row[f"{prefix}{end}_pct"] for end in ("", "_low", "_high")]
    return " ".join("-" if not known(v) else f"{v:.2f}" for v in values)
