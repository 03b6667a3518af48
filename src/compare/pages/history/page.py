"""Money's edges: how prices have moved, and who pays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare.cost import history, payers
from compare.data.conditions import opening_patient, within
from compare.data.evidence import Evidence
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.pages.cells import DIRECTIONS, published_cell, source_cell
from compare.pages.controls import FULL, labelled, reveal
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.history import chart as charts
from compare.pages.history import sentences as findings
from compare.pages.markup import NOTHING, folded, html, noted, read_in, table
from compare.words import Finding, number, short_name, usd, usd_cents

YEARLY = "in year one"
COURSE = "per course"


@dataclass(frozen=True)
class View:
    """What the page shows, as rows of `usd_per_gram`, `usd_by_quarter`, who pays and `claims`."""

    per_gram: Sequence[Row]
    yearly: Sequence[Row]
    courses: Sequence[Row]
    payers: Sequence[Row]
    access: Sequence[Row]
    gram_finding: Finding
    finding: Finding


def opening(evidence: Evidence, condition_id: str = "cidp") -> Scenario:
    """The scenario with which the page opens."""
    return Scenario(condition_id, opening_patient(evidence, condition_id))


def view(evidence: Evidence, scenario: Scenario) -> View:
    """Everything on the page for one scenario; a pure function of its arguments."""
    condition_id = scenario.condition_id
    named = evidence.by_id("therapies")
    regimens = evidence.rows("regimens", "condition_id", condition_id)
    with_ivig = any(named[row["therapy_id"]]["therapy_class"] == "ivig" for row in regimens)
    grams = history.usd_per_gram(evidence) if with_ivig else []
    money = history.quarter_rows(evidence, condition_id, scenario.patient)
    yearly = [row for row in money if row["use"] == "chronic"]
    courses = [row for row in money if row["use"] != "chronic"]
    books = evidence.by_id("sources")
    access = [
        {**{name: books[row["source_id"]][name] for name in ("title", "url", "published")}, **row}
        for row in payers.findings_on_access(evidence, condition_id)
    ]
    name = within(evidence, condition_id)
    shown, what = (yearly, YEARLY) if yearly or not courses else (courses, COURSE)
    return View(
        per_gram=grams,
        yearly=yearly,
        courses=courses,
        payers=payers.who_pays(evidence, condition_id),
        access=access,
        gram_finding=findings.per_gram(grams) if with_ivig else Finding(""),
        finding=findings.per_year(shown, name, what),
    )


def digest(shown: View) -> str:
    """The numbers behind the page, as text for a reviewer's comparison."""
    lines = [str(said) for said in (shown.gram_finding, shown.finding) if said.text]
    lines += [
        f"{row['code']} | {row['first']:.3f} to {row['last']:.3f} per gram"
        for row in history.changes(shown.per_gram, ["code", "products"], "usd_per_gram")
    ]
    for rows, what in ((shown.yearly, "year one"), (shown.courses, "course")):
        lines += [
            f"{row['therapy_id']} | {what} {row['first']:.2f} ({row['first_from']:%Y-%m}) to "
            f"{row['last']:.2f} ({row['last_from']:%Y-%m})"
            for row in history.changes(rows, ["therapy_id", "therapy"], "usd_low")
        ]
    for row in shown.payers:
        share = row["coinsurance_pct"]
        share = f"{share:g}%" if known(share) else "not printed"
        lines.append(
            f"{row['product_id']} {row['route']} {row['setting']} | {row['payer']} | "
            f"coinsurance {share}"
        )
    return "\n".join(lines)


def _coinsurance(row: Mapping[str, Any]) -> str:
    """As CMS prints it, with its note."""
    if not known(row["coinsurance_pct"]):
        return "not printed"
    said = number(row["coinsurance_pct"], 3, "%").replace(" %", "%")
    return noted(said, row["coinsurance_note"])


def _moved(rows: Sequence[Row], key: list[str], value: str, caption: str, how: Any) -> Markup:
    """First and last figure of each series, and the change."""
    return table(
        history.changes(rows, key, value),
        {
            "What": lambda r: short_name(r[key[-1]]),
            "First quarter": lambda r: f"{r['first_from']:%Y-%m}",
            "Then": lambda r: how(r["first"]),
            "Last quarter": lambda r: f"{r['last_from']:%Y-%m}",
            "Now": lambda r: how(r["last"]),
            "Change": lambda r: f"{r['change_pct']:+.1f}%",
        },
        caption,
        "No price of a second quarter in the data.",
    )


class HistoryExplorer(Explorer, view=view, digest=digest):
    """Price history since 2023 by condition and weight, and who pays under Medicare.

    Below another page it is shown, and reckoned, once its reader opens it.
    """

    def __init__(self, evidence: Evidence, condition_id: str = "cidp", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        self.controls["opened"] = labelled(
            w.ToggleButton, "How have prices moved, and who pays?", "fit-content",
            value=self.below is None,
        )  # fmt: skip
        self.start(
            [
                self.controls["opened"],
                self.status,
                self.finding,
                # A widget of our own cannot be hidden once it is shown, what holds it can.
                w.VBox([self.chart("yearly")], layout=FULL),
                self.panel("gram_finding"),
                w.VBox([self.chart("per_gram")], layout=FULL),
                self.panel("figures"),
            ]
        )

    def refresh(self) -> None:
        """Show the state of the controls where the reader has opened this part; else nothing."""
        opened = self.controls["opened"].value
        if opened:
            super().refresh()
        else:
            self.clear()
        for part in self.page.children:
            reveal(part, opened or part in (self.heartbeat, self.controls["opened"]))

    def show(self, computed: View) -> None:
        evidence = self.evidence
        grams = evidence.cited(computed.per_gram)
        self.panels["gram_finding"].value = NOTHING
        if grams:
            drawn = charts.gram_traces(grams)
            self.panels["gram_finding"].value = html(
                '<h2>IVIG per gram</h2><p class="tc-finding">{}</p><p class="tc-key">{}</p>',
                computed.gram_finding, charts.gram_key(drawn),
            )  # fmt: skip
            self.panels["per_gram"].draw(drawn, charts.gram_layout(grams))
        else:
            self.panels["per_gram"].clear()
        self.finding.value = computed.finding
        yearly = evidence.cited(computed.yearly or computed.courses)
        what = YEARLY if computed.yearly else COURSE
        self.panels["yearly"].draw(charts.year_traces(yearly), charts.year_layout(yearly, what))
        tables = []
        for rows, said in ((computed.yearly, YEARLY), (computed.courses, COURSE)):
            if rows:
                caption = (
                    f"Cost {said} at each quarter's price, today's regimen and fees; a gap is a "
                    "quarter whose price is not in our data"
                )
                tables.append(_moved(rows, ["therapy_id", "therapy"], "usd_low", caption, usd))
        if grams:
            tables.append(
                _moved(
                    grams, ["code", "products"], "usd_per_gram",
                    "Medicare payment limit per gram of IVIG, first and last quarter in the data",
                    usd_cents,
                )
            )  # fmt: skip
        who_pays = table(
            evidence.cited(computed.payers),
            {
                "Therapy": lambda r: noted(short_name(r["therapy"]), r["product"]),
                "Route": "route",
                "Setting": "setting",
                "Medicare pays under": lambda r: noted(html("<b>{}</b>", r["payer"]), r["why"]),
                "Coinsurance (Part B)": _coinsurance,
                "Yearly cap (Part D)": "part_d_cap",
                "Read in": read_in,
            },
            "Who pays (Medicare); inpatient: not modelled",
            "No regimen for this condition in our sources.",
        )
        access = table(
            computed.access,
            {
                "Finding": published_cell,
                "On the claim": lambda r: noted(r["claim"], DIRECTIONS[r["direction"]]),
                "Source": source_cell,
            },
            "Coverage, prior authorization and availability: what was published",
            "No published finding in our tables.",
        )
        self.panels["figures"].value = folded(
            *tables, who_pays, access, name="Show the figures, who pays, and access"
        )

    def saved(self, computed: View) -> Iterator[File]:
        both = [*computed.yearly, *computed.courses]
        named = "price-history", *self.about
        yield self.csv("Save the history (CSV)", both, history.YEAR_COLUMNS, *named)
        if grams := computed.per_gram:
            columns = history.GRAM_COLUMNS
            yield self.csv("Save dollars per gram (CSV)", grams, columns, "usd-per-gram")

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        return (
            computed.per_gram, computed.yearly, computed.courses, computed.payers, computed.access,
        )  # fmt: skip
