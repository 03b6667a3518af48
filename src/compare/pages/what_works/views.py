"""What the page shows for one scenario: pure functions, no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compare.data.conditions import opening_patient
from compare.data.evidence import CLASS_ORDER, Evidence, kept
from compare.data.rows import Row, grouped, records
from compare.data.scenario import Scenario
from compare.pages.forest import Forest, Mark
from compare.pages.what_works import sentences, tables
from compare.trials._effects import COUNTS, RATIOS
from compare.trials.declared import Declared, declared, networks_of
from compare.trials.guards import SCALES, SEPARATED, Comparison, too_wide
from compare.trials.indirect import comparisons, indirect
from compare.trials.network import Network, network_meta_analysis
from compare.trials.results import (
    ACTIVE,
    DIFFERENCE,
    LEVEL,
    PER_100,
    RATIO,
    WORDS,
    block,
    head_to_head,
    missed_beside,
    result,
    standing,
    trial_rows,
)  # fmt: skip
from compare.words import Finding, short_name

MAIN = ""
OPTIONS = ("endpoint", "network", "reference", "rate", "also")


@dataclass(frozen=True)
class Across:
    """A declared network as the page shows it; `refused` says why nothing is computed."""

    network_id: str
    found: Declared
    network: Network
    judged: Sequence[Comparison]
    rate: float
    forest: Forest | None
    names: Mapping[str, str]
    ranks: Mapping[str, float]


@dataclass(frozen=True)
class View:
    """What the page shows."""

    endpoint_id: str
    endpoints: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    active: Sequence[Row]
    forests: Sequence[Forest]
    active_forests: Sequence[Forest]
    networks: Sequence[tuple[str, str]]
    across: Across | None
    no_network: str
    finding: Finding


def opening(evidence: Evidence, condition_id: str = "ulcerative_colitis") -> Scenario:
    """The scenario with which the page opens: each pivotal trial at its main endpoint."""
    return Scenario(condition_id, opening_patient(evidence, condition_id))


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page for one scenario; a pure function of its arguments.

    `scenario.options` may hold `endpoint` (an id), `network` (an id), `reference` (a node),
    `rate` (patients per 100 with the event on the reference, or events a year) and `also` (a
    key of `ALSO`). Shared: do not change it.
    """
    given = {name: scenario.options[name] for name in OPTIONS if name in scenario.options}
    return _view(evidence, scenario.condition_id, **given)


@kept(4)
def _view(evidence: Evidence, /, condition_id: str, **options: Any) -> View:
    """`view`, under all that it hangs on: nothing of the patient."""
    everything = trial_rows(evidence, condition_id)
    name = evidence.label("conditions", condition_id)
    main = str(evidence.by_id("conditions")[condition_id]["main_endpoint_id"])
    offered = {row["endpoint_id"]: row["endpoint"] for row in everything}
    endpoints = [(f"pivotal trials ({evidence.label('endpoints', main)} first)", MAIN)]
    endpoints += sorted((str(told), key) for key, told in offered.items())
    endpoint_id = str(options.get("endpoint", MAIN))
    endpoint_id = endpoint_id if endpoint_id in offered else MAIN
    stands = standing(everything)
    if endpoint_id == MAIN:
        rows, active = [r for r in stands if block(r) != ACTIVE], head_to_head(everything)
    else:
        chosen = [row for row in everything if row["endpoint_id"] == endpoint_id]
        rows = [row for row in chosen if block(row) != ACTIVE]
        active = [row for row in chosen if block(row) == ACTIVE]
    declared_here = networks_of(evidence, condition_id)
    drawn = [row for row in declared_here if not declared(evidence, row["network_id"]).refused]
    networks = [(str(row["network"]), str(row["network_id"])) for row in drawn]
    beside = missed_beside(everything)
    across = None
    refused = ""
    if drawn:
        ids = [key for _, key in networks]
        wanted = str(options.get("network", ""))
        network_id = wanted if wanted in ids else ids[0]
        across = shown_network(evidence, network_id, options)
        about = {
            row["network_id"]: evidence.label("endpoints", row["endpoint_id"]) for row in drawn
        }
        apart = [
            about[key]
            for key in ids
            if key != network_id
            and any(pair.verdict == SEPARATED for pair in judged_pairs(evidence, key))
        ]
        followed = sentences.across(
            about[network_id], len(across.found.facts), across.judged, across.names, apart
        )
    else:
        if declared_here:
            refused = declared(evidence, declared_here[0]["network_id"]).refused
        followed = [sentences.no_network(name, stands, refused)]
    return View(
        endpoint_id=endpoint_id,
        endpoints=endpoints,
        rows=rows,
        active=active,
        forests=forests(rows, main),
        active_forests=forests(active, main),
        networks=networks,
        across=across,
        no_network="" if drawn else followed[0],
        finding=sentences.answer(name, stands, beside, followed),
    )


def forests(rows: Sequence[Row], main: str) -> list[Forest]:
    """Rows on axes of their own: by kind of comparator, scale, unit and side; main endpoint first.

    Within an axis in the order of the tables: by class and name, never by size.
    """
    order = list(sentences.BLOCKS)

    def axis(row: Row) -> tuple[Any, ...]:
        found = result(row)
        # Patients per 100 share an axis; scores, ratios and rates only within one endpoint.
        of = "" if found.scale == PER_100 else row["endpoint_id"]
        return block(row), found.scale, found.unit, found.toward, of

    def first(item: tuple[tuple[Any, ...], list[Row]]) -> tuple[int, bool, int]:
        place, own = item
        return order.index(place[0]), all(r["endpoint_id"] != main for r in own), -len(own)

    drawn = []
    before = ""
    for (kind, scale, unit, toward, _), own in sorted(grouped(rows, axis).items(), key=first):
        names = list(dict.fromkeys(str(row["endpoint"]) for row in own))
        what = {
            PER_100: "difference in patients per 100",
            DIFFERENCE: f"difference in {'percentage points' if unit == 'percent' else unit}",
            RATIO: "ratio, therapy over comparator",
            LEVEL: unit,
            WORDS: "in words only",
        }[scale]
        said = names[0] if len(names) == 1 else f"{len(names)} endpoints"
        drawn.append(
            Forest(
                title="" if kind == before else sentences.BLOCKS[kind],
                axis=f"{said}: {what}",
                ratio=scale == RATIO,
                toward=toward if scale in (PER_100, DIFFERENCE, RATIO) else 0,
                null=scale != LEVEL,
                marks=tuple(_mark(row, len(names) > 1) for row in own),
            )
        )
        before = kind
    return drawn


def _mark(row: Row, endpoint: bool) -> Mark:
    found = result(row)
    return Mark(
        row_id=row["row_id"],
        therapy_class=row["therapy_class"],
        name=short_name(row["therapy"]),
        about=sentences.about(row, endpoint),
        said=sentences.said(row),
        small=sentences.figure(row, found),
        value=found.value,
        low=found.low,
        high=found.high,
        hollow=row["met"] == "no",
        chip=sentences.chip(row),
        drawn=found.scale != WORDS,
    )


@kept(32)
def judged_pairs(evidence: Evidence, network_id: str) -> tuple[Comparison, ...]:
    """`comparisons`, kept."""
    return comparisons(evidence, network_id)


def usual_rate(found: Declared, reference: str) -> float:
    """What a node had over all its arms: patients per 100, whole and from 1 to 99; or a rate."""
    usual = found.usual(reference)
    if found.row["measure"] in COUNTS:
        return min(max(round(usual), 1), 99)
    return float(f"{usual:.2g}")


def shown_network(evidence: Evidence, network_id: str, options: Mapping[str, Any]) -> Across:
    """A declared network against a reference, with patients per 100 at a stated rate."""
    found = declared(evidence, network_id)
    nodes = sorted(set(found.arms["treatment"]))
    reference = str(options.get("reference", ""))
    reference = reference if reference in nodes else str(found.row["reference"])
    network = indirect(evidence, network_id, reference=reference)
    rate = float(options.get("rate") or usual_rate(found, reference))
    therapies = evidence.by_id("therapies")
    names = {n: short_name(therapies[n]["therapy"]) if n in therapies else n for n in nodes}
    marks = []
    for row in records(network.effects):
        node = row["treatment"]
        if node == reference or node not in therapies:
            continue
        ends = (row["estimate"], row["low"], row["high"])
        wide = too_wide(network.measure, *ends[1:])
        marks.append(
            Mark(
                row_id=node,
                therapy_class=therapies[node]["therapy_class"],
                name=names[node],
                about="",
                said=f"no finding: {wide}" if wide else sentences.at_rate_words(found, rate, ends),
                small=f"{SCALES[network.measure]} {tables.span(*ends, network.measure in RATIOS)}",
                value=ends[0],
                low=ends[1],
                high=ends[2],
                wide_low=row["prediction_low"],
                wide_high=row["prediction_high"],
            )
        )
    forest = Forest(
        title="",
        axis=f"{found.row['in_words']!s}, against {names[reference]}"
        + sentences.where_rate(found, rate, names[reference]),
        ratio=network.measure in RATIOS,
        toward=-1 if found.row["favors"] == "lower" else 1,
        marks=tuple(sorted(marks, key=lambda m: (CLASS_ORDER.index(m.therapy_class), m.name))),
        against=names[reference],
    )
    ranks: dict[str, float] = {}
    if options.get("also") == "ranks":
        ranked = network_meta_analysis(
            found.table, network.measure, network.model, reference, str(found.row["favors"])
        )
        ranks = dict(zip(ranked.effects["treatment"], ranked.effects["p_score"], strict=True))
    judged = judged_pairs(evidence, network_id)
    return Across(network_id, found, network, judged, rate, forest, names, ranks)
