"""The page on what works: trials against their own comparators, head to head, and networks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped, records
from compare.data.scenario import Scenario
from compare.pages import forest as charts
from compare.pages.controls import WRAP, labelled, offer, reveal
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.forest import Mark
from compare.pages.markup import NOTHING, behind, html, table
from compare.pages.what_works import sentences, tables
from compare.pages.what_works.views import OPTIONS, Across, View, judged_pairs, view
from compare.trials import benefits
from compare.trials._effects import COUNTS, RATIOS
from compare.trials.wording import sentence, summary, weeks_words
from compare.words import short_name

ALSO = {
    "": "nothing more", "league": "all against all", "without": "without each trial in turn",
    "ranks": "ranks (P-scores)",
}  # fmt: skip
RATES = {
    True: "Per 100 on that, 0: as in its trials",
    False: "Rate on that, 0: as in its trials",
}


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


class WhatWorksExplorer(Explorer, view=view, digest=digest):
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
                w.BoundedFloatText, RATES[True], "310px", value=0, min=0, max=99
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
        options = {name: self.controls[name].value for name in OPTIONS if self.controls[name].value}
        return self.strip.scenario(options=options)

    def offer(self, shown: View) -> None:
        """Give the controls the choices that this condition has, and what was chosen of them."""
        with self.quiet:
            offer(self.controls["endpoint"], shown.endpoints, shown.endpoint_id)
            for name in ("network", "reference", "rate", "also"):
                reveal(self.controls[name], shown.across is not None)
            if shown.across:
                names = sorted((name, node) for node, name in shown.across.names.items())
                offer(self.controls["network"], shown.networks, shown.across.network_id)
                offer(self.controls["reference"], names, shown.across.network.reference)
                found = shown.across.found
                self.controls["rate"].description = RATES[found.row["measure"] in COUNTS]
                reveal(self.controls["rate"], sentences.has_rate(found))

    def show(self, computed: View) -> None:
        panels = self.panels
        self.finding.value = computed.finding
        panels["trials"].value = trials_html(computed)
        panels["figures"].value = figures_html(computed)
        panels["active"].value = active_html(computed)
        panels["across_heading"].value = html("<h2>What follows across trials</h2>")
        panels["across"].value = (
            networks_html(self.evidence, computed)
            + across_html(self.evidence, computed.across, self.controls["also"].value)
            if computed.across
            else html("<p>{}</p>", computed.no_network)
        )

    def saved(self, computed: View) -> Iterator[File]:
        rows = [*computed.rows, *computed.active]
        columns = [*benefits.COLUMNS, "trial_id", "stands"]
        named = "trials", self.controls["condition"].value, computed.endpoint_id
        yield self.csv("Save the trials (CSV)", rows, columns, *named)

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        return computed.rows, computed.active


def trials_html(shown: View) -> Markup:
    """The picture: each trial against its own comparator, under its key."""
    if not shown.rows:
        return html(
            "<p>No trial here has a comparator other than an active treatment: see below.</p>"
        )
    classes = [row["therapy_class"] for row in shown.rows]
    missed = "missed its endpoint" if any(row["met"] == "no" for row in shown.rows) else ""
    head = html("<h2>Each therapy against its own comparator</h2>")
    return head + charts.key(classes, missed) + NOTHING.join(map(charts.forest_html, shown.forests))


def figures_html(shown: View) -> Markup:
    """The tables behind the picture, folded."""
    rows = [*shown.rows, *shown.active]
    figures = table(rows, tables.FIGURES, "Figures of each trial, as printed and as drawn")
    return behind(f"Show the figures ({len(rows)})", figures) + behind(
        "Are the trials alike? Population, earlier treatment, background, weeks, definition, "
        "comparator group",
        table(rows, tables.TRANSITIVITY, "What the trials were"),
    )


def active_html(shown: View) -> Markup:
    """Trials against another active treatment, each in its own words."""
    if not shown.active:
        return NOTHING
    words = NOTHING.join(
        html("<li><b>{}</b> against {}, {}: {}.</li>", short_name(row["therapy"]),
             row["comparator"], short_name(row["trial_name"]), benefits.outcome_text(row))
        for row in shown.active
    )  # fmt: skip
    return html(
        "<h2>Compared in one trial</h2>{}{}",
        NOTHING.join(map(charts.forest_html, shown.active_forests)),
        behind("In their own words", html("<ul>{}</ul>", words)),
    )


def networks_html(evidence: Evidence, shown: View) -> Markup:
    """Each network of the condition with what it separates, in a sentence."""
    names = {key: short_name(row["therapy"]) for key, row in evidence.by_id("therapies").items()}
    told = NOTHING.join(
        html("<li><b>{}.</b> {}</li>", name, summary(judged_pairs(evidence, key), names))
        for name, key in shown.networks
    )
    return html("<ul>{}</ul>", told)


def across_html(evidence: Evidence, shown: Across, also: str) -> Markup:
    """A summary of findings of a network, in parts; those that say nothing are left out."""
    row, network = shown.found.row, shown.network
    therapies = evidence.by_id("therapies")
    arms = shown.found.arms
    patients = {n: float(arms[arms["treatment"].eq(n)]["n"].sum()) for n in shown.names}
    edges = Counter(
        pair
        for own in grouped(records(arms), "study").values()
        for pair in combinations(sorted({arm["treatment"] for arm in own}), 2)
    )
    classes = {n: therapies[n]["therapy_class"] for n in shown.names if n in therapies}
    weeks = weeks_words(row["weeks_from"], row["weeks_to"])
    outcome = str(row["in_words"])
    reference, trials = shown.names[network.reference], len(shown.found.facts)
    center = str(row["reference"])
    drawn = charts.drawing(patients, edges, shown.names, classes, center)
    flags = NOTHING.join(html("<li>{}</li>", flag) for flag in network.flags)
    pairs = NOTHING.join(
        html("<li>{}</li>", sentence(p, shown.names, outcome)) for p in shown.judged
    )
    parts = {
        "Question": html(
            "<p>{}; {}, {}; against {}.</p>", row["population"], outcome, weeks, reference
        ),
        "Network": html(
            "{}<p>In the middle {}, {:,.0f}. Numbers at lines are trials ({}), at nodes patients "
            '({:,.0f}). {}</p><p class="faint">Left out: {}</p>',
            drawn, shown.names[center], patients[center], trials, sum(patients.values()),
            sentences.consistency(network), row["left_out"],
        ),
        "Relative and absolute effects": (
            charts.key(classes.values(), predicted=True)
            + charts.forest_html(shown.forest)
            if shown.forest
            else NOTHING
        ),
        "Ranking": (
            table(
                [{"name": shown.names[n], "p": f"{score:.2f}"} for n, score in shown.ranks.items()],
                {"Treatment": "name", "P-score": "p"},
                "P-scores: a summary of the estimates alone, blind to certainty",
            )
            if shown.ranks
            else NOTHING
        ),
        "Interpretation": html(
            "<p>{}</p><ul>{}</ul>{}", summary(shown.judged, shown.names), flags,
            behind("Each pair in words", html("<ul>{}</ul>", pairs)),
        ),
    }  # fmt: skip
    if also == "league":
        rows = tables.league(network, shown.names, network.measure in RATIOS)
        columns = {"": "row"} | {n: n for n in shown.names.values()}
        parts["Interpretation"] += table(
            rows, columns, f"All against all: {outcome}, row against column"
        )
    if also == "without":
        rows = tables.without_each(network, shown.names, network.measure in RATIOS)
        columns = {"Without": "row"} | {n: n for n in shown.names.values() if n != reference}
        parts["Interpretation"] += table(
            rows, columns, f"Without each trial in turn: {outcome}, against {reference}"
        )
    return NOTHING.join(html("<h3>{}</h3>{}", title, body) for title, body in parts.items() if body)
