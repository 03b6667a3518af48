"""The page of one patient: its picture by weight and age, and what the history changes in it.

What one thing in the history says of a therapy stands by itself: a line of its cell. A history of
several is the lines of all, in the picture's own order; what one thing implies, asks for or
excludes of another goes with it.
"""

from __future__ import annotations

import html as plain
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from compare.authority import cautions
from compare.authority.factors import excluded_by, implied_by
from compare.data.evidence import Evidence, kept
from compare.data.patient import ADULT_YEARS
from compare.data.rows import Row, grouped
from compare.data.scenario import Scenario
from compare.pages.markup import text
from compare.pages.patient import drawing, picture, sentences, side_by_side
from compare.pages.patient.head_to_head import compared
from compare.pages.strip import Strip
from compare.site.states import Bars, ages, asked, kilograms, patient, standing_products
from compare.site.steps import Words, chains

CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.:]) ")
ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
AUTHORITY, AGAINST = 1, 2


def cells(shown: Iterable[picture.Shown]) -> list[list[str]]:
    """The cells of each row of the picture, as HTML."""
    return [CELL.findall(row) for row in ROW.findall(drawing.picture(list(shown), ""))[1:]]


def states(
    evidence: Evidence, condition_id: str, weights: Sequence[int], factors: Sequence[str]
) -> dict[str, Any]:
    """Everything that the page picks from, for a history of these factors.

    `ages`, `bits`, `which`, `chains` and `words` as those of the page on cost, of the picture
    without history; `asked`: factors on which labels depend, by bit; `kilograms`: first weight of
    each band in which no label changes; `bands`: for each band of age and of weight the keys of its
    parts (`_Band.told`) in `parts`, where those alike are one.
    """
    words, bars = Words(), Bars(evidence, condition_id)
    parts: dict[str, int] = {}
    first = ages(evidence, condition_id, "regimens", "indications", "factors")
    from_kg = kilograms(evidence, condition_id)
    by_age = [[_Band(evidence, condition_id, age, kg) for kg in from_kg] for age in first]
    # Weight by weight: what a plan costs at one does not depend on age or history.
    shown = [
        [own[bisect_right(from_kg, weight) - 1].pictures(bars, weight) for own in by_age]
        for weight in weights
    ]

    def told(band: _Band) -> dict[str, int]:
        found = {name: json.dumps(part) for name, part in band.told(factors, words).items()}
        return {name: parts.setdefault(part, len(parts)) for name, part in found.items()}

    bands = [[told(band) for band in own] for own in by_age]
    return {
        "ages": first,
        "kilograms": from_kg,
        "bits": bars.bits,
        **chains(words, weights, shown),
        "asked": asked(evidence, condition_id),
        "bands": bands,
        "parts": list(map(json.loads, parts)),
    }


class _Band:
    """One condition at one band of age and of weight, which begin with these."""

    def __init__(self, evidence: Evidence, condition_id: str, age: float, kg: float) -> None:
        self.evidence, self.condition_id, self.age, self.kg = evidence, condition_id, age, kg
        self.name = evidence.label("conditions", condition_id)
        self.rows = self.cautions_of([])
        self.options = self.options_of([])
        self.before = self.shown([], rows=self.rows)

    def scenario(self, history: Iterable[str], weight: float | None = None) -> Scenario:
        who = patient(self.evidence, self.condition_id, weight or self.kg, self.age, history)
        return Scenario(self.condition_id, who)

    def cautions_of(self, history: Iterable[str]) -> Sequence[Row]:
        bands = ages(self.evidence, self.condition_id, "factors")
        first = max(age for age in bands if age <= self.age)
        return _cautions(self.evidence, self.condition_id, first, frozenset(history))

    def options_of(self, history: Iterable[str]) -> list[Row]:
        who = self.scenario(history).patient
        rows = side_by_side.option_rows(self.evidence, self.condition_id, who)
        return list(rows.values())

    def shown(
        self, history: Iterable[str], weight: float | None = None, rows: Sequence[Row] = ()
    ) -> list[picture.Shown]:
        """The picture with the products that stand for this history, and no other word of it."""
        at = self.scenario(history, weight)
        return picture.shown(self.evidence, at, self.options, picture.spoken(rows))

    def pictures(self, bars: Bars, weight: float) -> list[str]:
        """The picture for each mask of what bars products; cautions are filled in later."""

        def standing(history: list[str]) -> set[str]:
            who = self.scenario(history, weight).patient
            return standing_products(self.evidence, self.condition_id, who)

        return bars.shown(
            standing,
            lambda history: str(drawing.picture(self.shown(history, weight), self.name)),
        )

    def told(self, factors: Sequence[str], words: Words) -> dict[str, Any]:
        """What history changes.

        `rows`: therapies in the order of the picture without history; `order`, by mask of what
        labels ask for: therapies with their authority; `answers`, by that mask and factor, as
        numbers of sentences; `marks`: the `lines` of cells and the products barred, by factor; what
        stands in a cell beside them.
        """
        needed = asked(self.evidence, self.condition_id)
        masks = {
            sum(needed[key] for key in some): some
            for count in range(len(needed) + 1)
            for some in combinations(needed, count)
            if not set(some) & excluded_by(self.evidence, some)
        }
        found: dict[str, list[Any]] = {}
        lines: dict[str, dict[str, list[int]]] = {}
        barred: dict[str, dict[str, list[str]]] = {}
        for key in ("", *factors):
            told, bar = self.of_factor(key)
            before = lines.get("", {})
            lines[key] = {
                therapy: [found.setdefault(json.dumps(line), [len(found), line])[0] for line in own]
                for therapy, own in told.items()
            }
            barred[key] = bar
            if key:
                lines[key] = {
                    therapy: fresh
                    for therapy, own in lines[key].items()
                    if (fresh := [at for at in own if at not in before.get(therapy, ())])
                }
        none = cells([replace(row, spoken=picture.Spoken()) for row in self.before[:1]])
        return {
            "rows": [row.therapy_id for row in self.shown([])],
            "order": {mask: self.order(some) for mask, some in masks.items()},
            "answers": {
                mask: {
                    key: [words.every.setdefault(part, len(words.every))
                          for part in SENTENCE.split(said)]
                    for key, said in self.answers(some, factors).items()
                }
                for mask, some in masks.items()
            },
            "marks": {
                "every": [line for _, line in found.values()],
                "lines": {key: own for key, own in lines.items() if own},
                "bars": {key: own for key, own in barred.items() if own},
            },
            "of": {key: len({row["product_id"] for row in rows})
                   for key, rows in grouped(self.rows, "therapy_id").items()},
            "none": none[0][AGAINST] if none else "",
            "everyone": {row.therapy_id: _after(row) for row in self.before},
        }  # fmt: skip

    def order(self, history: Iterable[str]) -> list[list[str]]:
        """Therapies in the picture's order, each with its authority; none is struck."""
        at, options = self.scenario(history), self.options_of(history)
        shown = picture.shown(self.evidence, at, options, {})
        return [
            [row.therapy_id, own[AUTHORITY]] for row, own in zip(shown, cells(shown), strict=True)
        ]

    def answers(self, history: Sequence[str], single: Iterable[str]) -> dict[str, str]:
        """The answer for this history, and with each other thing in it; without those that say
        the same.
        """
        found = {"": self.answer(history)}
        closed = excluded_by(self.evidence, history)
        for key in single:
            if key not in history and key not in closed:
                said = self.answer([*history, key])
                found |= {key: said} if said != found[""] else {}
        return found

    def answer(self, history: Iterable[str]) -> str:
        options = self.options_of(history)
        rows = [row for row in self.cautions_of(history) if row["matches"]]
        child = self.age < ADULT_YEARS
        ids = tuple(row["therapy_id"] for row in options)
        pairs = compared(self.evidence, self.condition_id, ids, child)
        return str(text(sentences.answer(self.evidence, options, rows, pairs, child)))

    def of_factor(self, key: str) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """By therapy, the lines on one thing in the history, and the products that it bars.

        A line: place of its severity, of its first product and of its factor, by which lines are
        sorted; its HTML; the factor; whether others of its severity follow it on the same line.
        """
        rows = self.cautions_of([key] if key else [])
        here = {row.therapy_id: row for row in self.before}
        lines: dict[str, Any] = {}
        barred: dict[str, list[str]] = {}
        for therapy, own in grouped(rows, "therapy_id").items():
            if therapy not in here:
                continue
            found = [line for factor in dict.fromkeys(r["factor_id"] for r in own if r["matches"])
                     for line in self.lines(here[therapy], own, factor)]  # fmt: skip
            if found:
                lines[therapy] = found
            if bar := picture.barred_products(own):
                barred[therapy] = sorted(bar)
        return lines, barred

    def lines(self, row: picture.Shown, own: Sequence[Row], factor: str) -> list[Any]:
        """The lines of the picture's cell that are on one factor."""
        severities, products = list(cautions.SEVERITIES), list(self.evidence.by_id("products"))
        only = [one if one["factor_id"] == factor else {**one, "matches": False} for one in own]
        found = []
        for line in picture.against(only):
            severity, what, _ = line
            at = min(products.index(one["product_id"]) for one in only
                     if one["matches"] and one["severity"] == severity)  # fmt: skip
            joined = severity not in picture.STRICT
            words = [line if not joined else (severity, "", "")]
            shown = cells([replace(row, spoken=picture.Spoken(tuple(words)))])[0][AGAINST]
            place = [
                severities.index(severity),
                at,
                list(self.evidence.by_id("factors")).index(factor),
            ]
            found.append([*place, shown, plain.escape(what) if joined else "", factor, severity])
        return found


@kept(4096)
def _cautions(
    evidence: Evidence, condition_id: str, age: float, history: frozenset[str]
) -> Sequence[Row]:
    """Cautions depend on neither weight nor the ages of labels."""
    who = patient(evidence, condition_id, 70, age, history)
    return side_by_side.caution_rows(evidence, who, condition_id)


def _after(row: picture.Shown) -> str:
    """What stands behind the lines of a cell: boxed warnings for everyone."""
    none, both = (
        cells([replace(row, spoken=picture.Spoken(everyone=said))])[0][AGAINST]
        for said in ("", row.spoken.everyone)
    )
    return both.removeprefix(none)


def relations(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """By factor: what it implies (ids), and what nobody has beside it."""
    return {
        key: {"implies": list(implied_by(evidence, [key])),
              "excludes": sorted(excluded_by(evidence, [key]))}
        for key in evidence.by_id("factors")
    }  # fmt: skip


def history_of(evidence: Evidence) -> list[str]:
    """Factors that can be chosen, as in the notebooks' strip."""
    return list(Strip(evidence, next(iter(evidence.by_id("conditions")))).factors)
