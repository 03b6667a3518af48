"""The page on the article's claims: what our tables and the published evidence say of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare import claims
from compare.data.arguments import one_of
from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped
from compare.pages.cells import DIRECTIONS, published_cell, source_cell
from compare.pages.claims import sentences as findings
from compare.pages.controls import labelled
from compare.pages.explorer import Explorer
from compare.pages.files import File
from compare.pages.markup import NOTHING, behind, csv_text, html, read_in, sources, table
from compare.words import Finding

VERDICT_MEANING = {
    "supported": "what we found speaks for it, and nothing against it",
    "partly": "true of some conditions or in some respects, not of all",
    "not supported": "what we found does not bear it out",
    "contradicted": "what we found speaks against it, and nothing for it",
    "not assessable": "the figures to judge it are not in our sources",
}
SIGNS = {
    "supported": ("●", "sure"),
    "partly": ("◐", "part"),
    "not supported": ("○", "doubt"),
    "contradicted": ("✕", "alarm"),
    "not assessable": ("?", "faint"),
}
BASIS = {"tables": "our tables", "published": "published findings"}


@dataclass(frozen=True)
class View:
    """What the page shows."""

    assessments: tuple[claims.Assessment, ...]
    chosen: claims.Assessment
    overview: Finding
    reason: Finding


def view(
    evidence: Evidence,
    claim_id: str = "cheaper",
    weight_kg: float | None = None,
    medicare: bool = False,
) -> View:
    """All ten claims, and one of them in detail; a pure function of its arguments."""
    found = claims.assess_all(evidence, weight_kg, medicare)
    one_of("claim_id", claim_id, claims.CLAIMS)
    chosen = next(one for one in found if one.claim_id == claim_id)
    return View(tuple(found), chosen, findings.overview(found), findings.reason(chosen))


def digest(shown: View) -> str:
    """Every verdict with its numbers, as text for a reviewer's comparison."""
    lines = [str(shown.overview)]
    for assessment in shown.assessments:
        finding = findings.reason(assessment)
        numbers = ", ".join(f"{key} {value:g}" for key, value in finding.numbers.items())
        lines.append(f"{assessment.claim_id} | {assessment.verdict} | {assessment.rests_on}")
        lines.append(f"  {numbers}")
        lines += [f"  {row['place']}: {row['verdict']}" for row in assessment.places]
    return "\n".join(lines)


def summary(assessments: tuple[claims.Assessment, ...]) -> list[Row]:
    """One row per claim: the claim, the verdict, what it rests on, and where it holds."""
    return [
        {
            "claim_id": a.claim_id,
            "claim": a.claim,
            "verdict": a.verdict,
            "rests_on": BASIS[a.rests_on],
            "in_short": in_short(a),
            "published": len(a.published),
        }
        for a in assessments
    ]


def in_short(assessment: claims.Assessment) -> str:
    """Verdicts by condition (or event), those that can be assessed."""
    by_verdict = grouped(assessment.places, "verdict")
    parts = [
        f"{verdict}: {', '.join(row['place'] for row in by_verdict[verdict])}"
        for verdict in claims.VERDICTS[:-1]
        if verdict in by_verdict
    ]
    return "; ".join(parts) or "no verdict by condition"


def verdict_cell(row: Row) -> Markup:
    """A verdict with its sign, in its color: neither is needed to read the other."""
    sign, style = SIGNS[row["verdict"]]
    return html('<b class="{}">{}&nbsp;{}</b>', style, sign, row["verdict"])


class ClaimsExplorer(Explorer, view=view, digest=digest):
    """Ten claims with a verdict each, and one of them with everything that it rests on."""

    def __init__(self, evidence: Evidence, claim_id: str = "cheaper", **more: Any) -> None:
        super().__init__(evidence, **more)
        names = evidence.claims.drop_duplicates("claim_id").set_index("claim_id")["claim"]
        self.controls |= {
            "claim": labelled(
                w.Dropdown,
                "Claim",
                options=[(str(names.get(key, key)), key) for key in claims.CLAIMS],
                value=claim_id,
            ),
        }
        self.start(
            [
                self.status,
                self.finding,
                self.panel("summary"),
                self.controls["claim"],
                self.panel("reason"),
                self.panel("places"),
                self.panel("published"),
                self.panel("change"),
            ]
        )

    def weight_kg(self) -> float | None:
        """The weight that the reader has set; else each condition is priced at its usual one."""
        return self.controls["weight"].value if "weight" in self.strip.own else None

    def compute(self) -> View:
        claim_id, medicare = (self.controls[name].value for name in ("claim", "payer"))
        return view(self.evidence, claim_id, self.weight_kg(), medicare)

    def show(self, computed: View) -> None:
        chosen = computed.chosen
        self.finding.value = computed.overview
        rows = summary(computed.assessments)
        places = self.evidence.cited(chosen.places)
        key = NOTHING.join(
            html("<span>{} {}</span>", verdict_cell({"verdict": word}), meaning)
            for word, meaning in VERDICT_MEANING.items()
        )
        self.panels["summary"].value = html('<p class="tc-key">{}</p>', key) + table(
            rows,
            {
                "Claim": "claim",
                "Verdict": verdict_cell,
                "Where": "in_short",
                "Rests on": "rests_on",
            },
            "The ten claims and what the evidence says of them",
        )
        self.panels["reason"].value = html(
            "<h2>{}</h2><p>{}. {}</p>",
            chosen.claim, verdict_cell({"verdict": chosen.verdict}), computed.reason,
        )  # fmt: skip
        self.panels["places"].value = table(
            places,
            {
                "Where": "place",
                "Verdict": verdict_cell,
                "What our tables say": "tables_say",
                "Read in": read_in,
            },
            "What our tables say",
            "Our tables have nothing to compute here.",
        )
        published = table(
            chosen.published,
            {
                "Finding": published_cell,
                "Speaks": lambda r: DIRECTIONS[r["direction"]],
                "Condition": "condition",
                "Source": source_cell,
            },
            "What published evidence says",
            "No published finding in our tables.",
        )
        name = f"Show what is published ({len(chosen.published)})"
        self.panels["published"].value = behind(name, published)
        self.panels["change"].value = html(
            "<h2>What would change this</h2><p>{}</p>", findings.WOULD_CHANGE[chosen.claim_id]
        )

    def saved(self, computed: View) -> Iterator[File]:
        chosen, rows = computed.chosen, summary(computed.assessments)
        columns = [*self.evidence.claims.columns, *claims.OF_SOURCE, "condition"]
        weight, claim = self.weight_kg(), ("claim", chosen.claim_id)
        at = f"{weight:g}kg" if weight else ""
        yield self.file("Save the verdicts (CSV)", lambda: csv_text(rows), "claims", at)
        yield self.csv("Save this claim's table (CSV)", chosen.places, chosen.columns, *claim, at)
        yield self.file(
            "Save its published findings (CSV)", lambda: csv_text(chosen.published, columns),
            *claim, "published",
        )  # fmt: skip

    def sources(self, computed: View) -> Markup:
        every = [ids for claim in computed.assessments for ids in claim.source_ids]
        return sources(
            self.evidence, computed.chosen.source_ids, "Sources of this claim"
        ) + sources(self.evidence, every, "Sources of all ten verdicts")
