"""The page on what works: trials against their own comparators, head to head, and networks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as w

from compare.data.conditions import opening_patient
from compare.data.evidence import CLASS_ORDER, Evidence, kept
from compare.data.rows import Row, grouped, records
from compare.data.scenario import Scenario
from compare.pages.controls import WRAP, labelled, reveal
from compare.pages.explorer import Explorer
from compare.pages.markup import cited_csv, download, file_name, sources, table, text
from compare.pages.what_works import chart as charts
from compare.pages.what_works import sentences, tables
from compare.pages.what_works.chart import Forest, Mark
from compare.trials import benefits
from compare.trials._effects import RATIOS
from compare.trials.guards import SCALES, SEPARATED, Comparison
from compare.trials.indirect import Declared, comparisons, declared, indirect
from compare.trials.network import Network, network_meta_analysis
from compare.trials.results import (
    ACTIVE,
    DIFFERENCE,
    LEVEL,
    PER_100,
    RATIO,
    WORDS,
    at_rate,
    block,
    head_to_head,
    result,
    standing,
    trial_rows,
)  # fmt: skip
from compare.trials.wording import CERTAINTY, sentence, summary
from compare.words import Finding, number_range, short_name

ALSO = {"": "nothing more", "league": "all against all", "ranks": "ranks (P-scores)"}
MAIN = ""


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
    `rate` (patients per 100 with the event on the reference) and `also` (see `ALSO`).
    """
    condition_id, options = scenario.condition_id, scenario.options
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
    declared_here = evidence.rows("networks", "condition_id", condition_id)
    drawn = [row for row in declared_here if not declared(evidence, row["network_id"]).refused]
    networks = [(str(row["network"]), str(row["network_id"])) for row in drawn]
    across = None
    refused = ""
    if drawn:
        ids = [key for _, key in networks]
        wanted = str(options.get("network", ""))
        network_id = wanted if wanted in ids else ids[0]
        across = shown_network(evidence, network_id, options)
        followed = summary(across.judged, across.names)
        if len(followed.split()) > 20:
            followed = f"{followed.split(':')[0]}; which, stands below."
        followed = f"Across {len(across.found.facts)} trials: {followed[0].lower()}{followed[1:]}"
        apart = sum(
            any(pair.verdict == SEPARATED for pair in judged_pairs(evidence, key))
            for _, key in networks
        )
        if apart:
            followed += f" {apart} of {len(networks)} networks separate some: listed below."
    else:
        if declared_here:
            refused = declared(evidence, declared_here[0]["network_id"]).refused
        followed = sentences.no_network(name, stands, refused)
    return View(
        endpoint_id=endpoint_id,
        endpoints=endpoints,
        rows=rows,
        active=active,
        forests=forests(rows, main),
        active_forests=forests(active, main),
        networks=networks,
        across=across,
        no_network="" if drawn else followed,
        finding=sentences.answer(name, stands, followed),
    )


def forests(rows: Sequence[Row], main: str) -> list[Forest]:
    """Rows on axes of their own: by kind of comparator, scale, unit and side; main endpoint first.

    Within an axis in the order of the tables: by class and name, never by size.
    """
    panels: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found = result(row)
        # Patients per 100 share an axis; scores, ratios and rates only within one endpoint.
        of = "" if found.scale == PER_100 else row["endpoint_id"]
        axis = block(row), found.scale, found.unit, found.toward, of
        panels.setdefault(axis, []).append(row)
    order = list(sentences.BLOCKS)

    def first(item: tuple[tuple[Any, ...], list[Row]]) -> tuple[int, bool, int]:
        place, own = item
        return order.index(place[0]), all(r["endpoint_id"] != main for r in own), -len(own)

    drawn = []
    before = ""
    for (kind, scale, unit, toward, _), own in sorted(panels.items(), key=first):
        names = list(dict.fromkeys(str(row["endpoint"]) for row in own))
        what = {
            PER_100: "difference in patients per 100",
            DIFFERENCE: f"difference in {unit}",
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


def usual_rate(found: Declared, reference: str) -> int:
    """Patients per 100 with the event on a node, over all its arms, rounded; from 1 to 99."""
    own = found.arms[found.arms["treatment"].eq(reference)]
    return min(max(round(100 * float(own["events"].sum() / own["n"].sum())), 1), 99)


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
        at = [at_rate(network.measure, value, rate) for value in ends]
        marks.append(
            Mark(
                row_id=node,
                therapy_class=therapies[node]["therapy_class"],
                name=names[node],
                about="",
                said=f"{at[0]:.0f} of 100 ({at[1]:.0f} to {at[2]:.0f})",
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
        axis=f"{found.row['in_words']!s}, against {names[reference]}; patients per 100 where "
        f"{rate:g} of 100 have it on {names[reference]}",
        ratio=network.measure in RATIOS,
        toward=-1 if found.row["favors"] == "lower" else 1,
        marks=tuple(sorted(marks, key=lambda m: (CLASS_ORDER.index(m.therapy_class), m.name))),
        against=names[reference],
    )
    ranks: dict[str, float] = {}
    if options.get("also") == "ranks":
        ranked = network_meta_analysis(
            found.arms, network.measure, network.model, reference, str(found.row["favors"])
        )
        ranks = dict(zip(ranked.effects["treatment"], ranked.effects["p_score"], strict=True))
    judged = judged_pairs(evidence, network_id)
    return Across(network_id, found, network, judged, rate, forest, names, ranks)


def digest(shown: View) -> str:
    """What the page draws and says, as text, for a reviewer's comparison."""
    lines = [str(shown.finding)]
    for forest in (*shown.forests, *shown.active_forests):
        lines.append(f"{forest.title} | {forest.axis}")
        for mark in forest.marks:
            state = mark.chip or "not missed"
            lines.append(f"  {mark.row_id} | {_three(mark)} | {mark.said} | {state}")
    if shown.across and shown.across.forest:
        lines.append(f"{shown.across.network_id} | {shown.across.forest.axis}")
        lines += [f"  {m.row_id} | {_three(m)} | {m.said}" for m in shown.across.forest.marks]
        lines.append(summary(shown.across.judged, shown.across.names))
        lines.append(sentences.consistency(shown.across.network))
    return "\n".join(lines)


def _three(mark: Mark) -> str:
    values = (mark.value, mark.low, mark.high)
    return " ".join("-" if math.isnan(value) else f"{value:.2f}" for value in values)


class WhatWorksExplorer(Explorer):
    """Trials by condition and endpoint; the networks that the data declare for it."""

    def __init__(
        self, evidence: Evidence, condition_id: str = "ulcerative_colitis", **more: Any
    ) -> None:
        super().__init__(evidence, condition_id, **more)
        empty = [("", "")]
        self.controls |= {
            "endpoint": labelled(w.Dropdown, "Endpoint", options=empty),
            "network": labelled(w.Dropdown, "Network", options=empty),
            "reference": labelled(w.Dropdown, "Against", options=empty),
            "rate": labelled(
                w.BoundedFloatText, "Per 100 on that, 0: as in its trials", "310px",
                value=0, min=0, max=99,
            ),
            "also": labelled(
                w.Dropdown, "Also show", options=[(name, key) for key, name in ALSO.items()]
            ),
        }  # fmt: skip
        later = [self.controls[name] for name in ("network", "reference", "rate", "also")]
        self.start(
            [
                self.status,
                self.finding,
                self.controls["endpoint"],
                self.panel("trials"),
                self.panel("figures"),
                self.panel("active"),
                self.panel("across_heading"),
                w.HBox(later, layout=WRAP),
                self.panel("across"),
            ]
        )

    def adapt(self, change: Mapping[str, Any]) -> None:
        """Another condition or network has another rate; another condition its own choices."""
        if change["owner"] in [self.controls[n] for n in ("condition", "network", "reference")]:
            self.controls["rate"].value = 0
        if change["owner"] is self.controls["condition"]:
            for name in ("endpoint", "network", "reference"):
                self.controls[name].options = [("", "")]
        if change["owner"] is self.controls["network"]:
            self.controls["reference"].options = [("", "")]

    def scenario(self) -> Scenario:
        """The state of the controls."""
        names = ("endpoint", "network", "reference", "rate", "also")
        options = {name: self.controls[name].value for name in names if self.controls[name].value}
        return self.strip.scenario(options=options)

    def compute(self) -> View:
        return view(self.evidence, self.scenario())

    def digest(self) -> str:
        return digest(self.compute())

    def offer(self, shown: View) -> None:
        """Give the controls the choices that this condition has, and what was chosen of them."""
        busy, self._busy = self._busy, True
        try:
            offered: dict[str, tuple[Sequence[tuple[str, str]], str]] = {
                "endpoint": (shown.endpoints, shown.endpoint_id)
            }
            if shown.across:
                names = sorted((name, node) for node, name in shown.across.names.items())
                offered["network"] = (shown.networks, shown.across.network_id)
                offered["reference"] = (names, shown.across.network.reference)
            for name, (options, value) in offered.items():
                control = self.controls[name]
                if list(control.options) != list(options):
                    control.options = options
                control.value = value
            for name in ("network", "reference", "rate", "also"):
                reveal(self.controls[name], shown.across is not None)
        finally:
            self._busy = busy

    def show(self, computed: View) -> None:
        self.offer(computed)
        panels = self.panels
        self.finding.value = text(computed.finding)
        panels["trials"].value = trials_html(computed)
        panels["figures"].value = figures_html(computed)
        panels["active"].value = active_html(computed)
        panels["across_heading"].value = "<h2>What follows across trials</h2>"
        panels["across"].value = (
            networks_html(self.evidence, computed)
            + across_html(self.evidence, computed.across, self.controls["also"].value)
            if computed.across
            else f"<p>{text(computed.no_network)}</p>"
        )
        condition_id, stamp = self.controls["condition"].value, self.evidence.stamp
        rows = [*computed.rows, *computed.active]
        panels["downloads"].value = download(
            "Save the trials (CSV)",
            cited_csv(rows, [*benefits.COLUMNS, "trial_id", "stands"]),
            file_name("trials", condition_id, computed.endpoint_id, stamp, ending="csv"),
        )
        panels["sources"].value = sources(self.evidence, tables.cited(rows))


def trials_html(shown: View) -> str:
    """The picture: each trial against its own comparator, under its key."""
    if not shown.rows:
        return "<p>No trial here has a comparator other than an active treatment: see below.</p>"
    classes = [row["therapy_class"] for row in shown.rows]
    missed = any(row["met"] == "no" for row in shown.rows)
    head = "<h2>Each therapy against its own comparator</h2>"
    return head + charts.key(classes, missed) + "".join(map(charts.forest_html, shown.forests))


def figures_html(shown: View) -> str:
    """The tables behind the picture, folded."""
    rows = [*shown.rows, *shown.active]
    return (
        '<details class="tc-sources"><summary>Show the figures</summary>'
        + table(rows, tables.FIGURES, "Figures of each trial, as printed and as drawn")
        + '</details><details class="tc-sources"><summary>Are the trials alike? Population, '
        "earlier treatment, background, weeks, definition, comparator group</summary>"
        + table(rows, tables.TRANSITIVITY, "What the trials were")
        + "</details>"
    )


def active_html(shown: View) -> str:
    """Trials against another active treatment, each in its own words."""
    if not shown.active:
        return ""
    words = "".join(
        f"<li><b>{text(short_name(row['therapy']))}</b> against {text(row['comparator'])}, "
        f"{text(short_name(row['trial_name']))}: {text(benefits.outcome_text(row))}.</li>"
        for row in shown.active
    )
    return (
        "<h2>Compared in one trial</h2>"
        + "".join(map(charts.forest_html, shown.active_forests))
        + f'<details class="tc-sources"><summary>In their own words</summary><ul>{words}</ul>'
        "</details>"
    )


def networks_html(evidence: Evidence, shown: View) -> str:
    """Each network of the condition with what it separates, in a sentence."""
    names = {key: short_name(row["therapy"]) for key, row in evidence.by_id("therapies").items()}
    told = "".join(
        f"<li><b>{text(name)}.</b> {text(summary(judged_pairs(evidence, key), names))}</li>"
        for name, key in shown.networks
    )
    return f"<ul>{told}</ul>"


def across_html(evidence: Evidence, shown: Across, also: str) -> str:
    """The six parts of a summary of findings of a network."""
    row, network = shown.found.row, shown.network
    therapies = evidence.by_id("therapies")
    arms = shown.found.arms
    patients = {n: float(arms[arms["treatment"].eq(n)]["n"].sum()) for n in shown.names}
    edges: dict[tuple[str, str], int] = {}
    for own in grouped(records(arms), "study").values():
        nodes = sorted({arm["treatment"] for arm in own})
        for i, one in enumerate(nodes):
            for other in nodes[i + 1 :]:
                edges[one, other] = edges.get((one, other), 0) + 1
    classes = {n: therapies[n]["therapy_class"] for n in shown.names if n in therapies}
    weeks = f"weeks {number_range(row['weeks_from'], row['weeks_to'])}"
    outcome = str(row["in_words"])
    parts = {
        "Question": f"<p>{text(row['population'])}; {text(outcome)}, {text(weeks)}; against "
        f"{text(shown.names[network.reference])}.</p>",
        "Network": charts.drawing(patients, edges, shown.names, classes, str(row["reference"]))
        + f"<p>{len(shown.found.facts)} trials, {sum(patients.values()):,.0f} patients; numbers at "
        f"lines are trials, at nodes patients. {text(sentences.consistency(network))}</p>"
        f'<p class="faint">Left out: {text(row["left_out"])}</p>',
        "Relative and absolute effects": (
            charts.key(list(classes.values()), False, predicted=True)
            + charts.forest_html(shown.forest)
            if shown.forest
            else ""
        ),
        "Certainty": f"<p>{text(CERTAINTY.capitalize())}.</p>",
        "Ranking": (
            table(
                [{"name": shown.names[n], "p": f"{score:.2f}"} for n, score in shown.ranks.items()],
                {"Treatment": "name", "P-score": "p"},
                "P-scores: a summary of the estimates alone, blind to certainty",
            )
            if shown.ranks
            else "<p>Not asked for.</p>"
        ),
        "Interpretation": f"<p>{text(summary(shown.judged, shown.names))}</p><ul>"
        + "".join(f"<li>{text(flag)}</li>" for flag in network.flags)
        + '</ul><details class="tc-sources"><summary>Each pair in words</summary><ul>'
        + "".join(f"<li>{text(sentence(p, shown.names, outcome))}</li>" for p in shown.judged)
        + "</ul></details>",
    }
    if also == "league":
        rows = tables.league(network, shown.names, network.measure in RATIOS)
        columns = {"": "row"} | {n: n for n in shown.names.values()}
        parts["Interpretation"] += table(
            rows, columns, f"All against all: {outcome}, row against column"
        )
    return "".join(f"<h3>{title}</h3>{body}" for title, body in parts.items())
