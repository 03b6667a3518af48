"""The picture of money per year or per course, on every page that shows it.

A panel for each kind of price, one below the other on one axis of dollars: prices of different
kinds are never ranked against each other. In each, a bar for the product that stands for a
therapy, and marks for the others. Heights are pixels, and names stand above their bars, so that
the picture is as narrow as a phone.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from compare.cost import later_note
from compare.cost.prices import KINDS, basis_text
from compare.data.evidence import Evidence
from compare.data.rows import Row, known
from compare.pages.house import (
    CLASSES,
    FAINT,
    INK,
    PHONE,
    TEMPLATE,
    Trace,
    class_mark,
    empty_layout,
    label,
    read_in,
)
from compare.pages.markup import NOTHING, html
from compare.words import number_range, short_name, usd, usd_range

YEARLY = ("usd_year_one_low", "usd_year_one_high")
COURSE = ("usd_per_course", "usd_per_course_high")
USUAL_OF = {YEARLY: "usd_year_one_usual", COURSE: "usd_per_course_usual"}
HEADS = {
    "own": "Own price",
    "net": "Net of rebates (Medicare payment limit)",
    "before_rebates": "Before rebates (NADAC, Part D average)",
    "negotiated": "Negotiated by Medicare (any dose)",
}
MIXED, OTHER_USE = "§", "†"
HEAD_PX, LINE_PX, BAR_PX, GAP_PX, AXIS_PX = 34, 17, 14, 10, 54
LETTERS = 52
# Nearer than this share of the axis to its end, the name of a mark stands before it.
NEAR_END = 0.5


def change_note(row: Mapping[str, Any]) -> str:
    """That the product's label has changed since it was read; else empty."""
    month = row.get("label_change")
    return f"label changed ({month}), check" if known(month) and month else ""


def with_products(evidence: Evidence, rows: Sequence[Row]) -> list[Row]:
    """The rows with what `products` says: `label_change`, `stands_reason`, the reference, and
    `is_reference`, whether other products name it as theirs.
    """
    products = evidence.by_id("products")
    names = ("label_change", "stands_reason", "reference_product_id")
    named = {row["reference_product_id"] for row in products.values()}
    return [
        {
            **row,
            **{name: products[row["product_id"]][name] for name in names},
            "is_reference": row["product_id"] in named,
        }
        for row in rows
    ]


def in_panels(rows: Sequence[Row], columns: tuple[str, str] = YEARLY) -> list[Row]:
    """The rows panel after panel; in each, cheapest at the usual dose first."""
    order, usual = list(KINDS), USUAL_OF[columns]
    return sorted(rows, key=lambda row: (order.index(row["price_kind"]), row[usual]))


def place_of(row: Row) -> tuple[str, str, str]:
    """Therapy, use and kind of price: the bar on whose line a mark stands."""
    return row["therapy_id"], row["use"], row["price_kind"]


def named_mark(marks: Sequence[Row], usual: str) -> Row | None:
    """The mark that is named in the picture: the reference product, else the dearest."""
    return max(marks, key=lambda row: (row["is_reference"], row[usual]), default=None)


def bar_name(row: Row, columns: tuple[str, str], with_regimen: bool) -> str:
    """Therapy, product and dollars of a bar, with its signs, in lines of a chart."""
    low, high = columns
    name = f"{short_name(row['therapy'])}, {row['product']}"
    name += f": {row['regimen']}" if with_regimen else ""
    name += f" {OTHER_USE}" if row["label_status"] != "in label" else ""
    name += f" {MIXED}" if row["mixed_kinds"] else ""
    name += f"  {usd_range(row[low], row[high])}"
    usual = row[USUAL_OF[columns]]
    if usd(usual) != usd(row[low]):
        name += f" (usual dose {usd(usual)})"
    lines = textwrap.wrap(name, LETTERS)
    return f"{class_mark(row['therapy_class'])} {'<br>'.join(map(label, lines))}"


class Picture:
    """Traces and layout of one picture.

    `bars`: rows of `annual_cost`, in the order of `in_panels`, cited, `with_products`; `marks`: of
    other products, each on the line of its `place_of`; of kind "negotiated", on the therapy's
    first line where that kind has no panel. `without`: therapies that have no cost, with `reason`.
    """

    def __init__(
        self,
        bars: Sequence[Row],
        marks: Sequence[Row] = (),
        without: Sequence[Row] = (),
        columns: tuple[str, str] = YEARLY,
    ) -> None:
        self.bars, self.without, self.columns = list(bars), list(without), columns
        self.low, self.high = columns
        self.usual = USUAL_OF[columns]
        places = {place_of(row) for row in bars}
        self.at: dict[tuple[str, str, str], list[Row]] = {}
        self.negotiated: dict[tuple[str, str], list[Row]] = {}
        for row in marks:
            if place_of(row) in places:
                self.at.setdefault(place_of(row), []).append(row)
            elif row["price_kind"] == "negotiated":
                self.negotiated.setdefault((row["therapy_id"], row["use"]), []).append(row)
        ends = [row[self.high] for row in bars]
        if columns == YEARLY:
            ends += [row["usd_later_year_low"] for row in bars]
        ends += [row[self.usual] for row in marks]
        self.end = max((end for end in ends if known(end)), default=0.0) * 1.04
        self.notes: list[dict[str, Any]] = []
        self.lines: list[tuple[float, Row]] = []
        self.spans: list[tuple[float, list[Row]]] = []
        self.points: list[tuple[float, Row]] = []
        self.height = self._place()

    def _place(self) -> float:
        """Give every line its height, write its names, and return the height of all."""
        y, before = 0.0, None
        products = Counter((row["product_id"], row["price_kind"]) for row in self.bars)
        seen: set[tuple[str, str]] = set()
        for row in self.bars:
            if row["price_kind"] != before:
                before = row["price_kind"]
                y = self._head(HEADS[before], y)
            several = products[row["product_id"], row["price_kind"]] > 1
            y = self._write(bar_name(row, self.columns, several), y)
            middle = y + BAR_PX / 2
            y += BAR_PX
            self.lines.append((middle, row))
            marks = self.at.get(place_of(row), [])
            if marks:
                self.spans.append((middle, [row, *marks]))
                self.points += [(middle, mark) for mark in marks]
                one = named_mark(marks, self.usual)
                assert one is not None
                y = self._name(one, f"{one['product']} {usd(one[self.usual])}", y)
            use = row["therapy_id"], row["use"]
            for mark in self.negotiated.get(use, []) if use not in seen else []:
                self.points.append((middle, mark))
                said = f"{mark['product']}, negotiated {usd(mark[self.usual])}"
                y = self._name(mark, said, y)
            seen.add(use)
            y += GAP_PX
        if self.without:
            y = self._head("No price in force, or no cost", y)
            for row in self.without:
                lines = textwrap.wrap(f"{short_name(row['therapy'])}: {row['reason']}", LETTERS)
                y = self._write("<br>".join(map(label, lines)), y, FAINT)
        return y

    def _write(self, words: str, y: float, color: str = INK) -> float:
        """Lines at the left edge; returns where they end."""
        self.notes.append(
            {"text": words, "x": 0, "xref": "paper", "xanchor": "left", "y": y, "yanchor": "top",
             "align": "left", "showarrow": False, "borderpad": 0,
             "font": {"size": 13, "color": color}}
        )  # fmt: skip
        return y + LINE_PX * (words.count("<br>") + 1) + 2

    def _head(self, words: str, y: float) -> float:
        """The heading of a panel."""
        self._write(f"<b>{label(words)}</b>", y + 10)
        return y + HEAD_PX

    def _name(self, mark: Row, words: str, y: float) -> float:
        """The name of a mark below it, on the side where there is room."""
        x = mark[self.usual]
        before = x > self.end * NEAR_END
        self.notes.append(
            {"text": label(words), "x": x, "xanchor": "right" if before else "left", "y": y,
             "yanchor": "top", "showarrow": False, "borderpad": 0,
             "font": {"size": 12, "color": INK}}
        )  # fmt: skip
        return y + LINE_PX

    @property
    def own(self) -> list[tuple[float, Row]]:
        """Height and row of the bars whose usual dose is not their low end."""
        return [(height, row) for height, row in self.lines if row[self.usual] != row[self.low]]

    @property
    def traces(self) -> list[Trace]:
        """Bars to the low end and on to the high end, spans, marks, later years: five traces."""
        if not self.lines:
            return []
        rows, heights = [row for _, row in self.lines], [y for y, _ in self.lines]
        colors = [CLASSES[row["therapy_class"]][1] for row in rows]
        bar = {
            "type": "bar",
            "orientation": "h",
            "y": heights,
            "width": BAR_PX,
            "customdata": [_hover(row, self.columns) for row in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
            "showlegend": False,
        }
        hollow = [row["price_kind"] == "before_rebates" for row in rows]
        fill = [
            "rgba(255,255,255,0)" if empty else color
            for empty, color in zip(hollow, colors, strict=True)
        ]
        low = [row[self.low] for row in rows]
        drawn: list[Trace] = [
            {**bar, "name": "low", "x": low,
             "marker": {"color": fill, "line": {"color": colors, "width": 2}}},
            {**bar, "name": "high", "base": low,
             "x": [row[self.high] - row[self.low] for row in rows],
             "marker": {"color": colors, "opacity": 0.35, "line": {"color": colors, "width": 1}}},
        ]  # fmt: skip
        x: list[float | None] = []
        y: list[float | None] = []
        for height, several in self.spans:
            found = [row[self.usual] for row in several]
            x += [min(found), max(found), None]
            y += [height, height, None]
        drawn.append(
            {"type": "scatter", "mode": "lines", "name": "span", "x": x, "y": y,
             "line": {"color": INK, "width": 1}, "hoverinfo": "skip", "showlegend": False}
        )  # fmt: skip
        points = [*self.points, *self.own]
        diamond = [mark["price_kind"] == "negotiated" for _, mark in self.points]
        diamond += [False] * len(self.own)
        drawn.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "mark",
                "x": [row[self.usual] for _, row in points],
                "y": [height for height, _ in points],
                "marker": {
                    "symbol": ["diamond-tall-open" if one else "line-ns-open" for one in diamond],
                    "size": [12 if one else 11 for one in diamond],
                    "color": INK,
                    "line": {"color": INK, "width": 2},
                },
                "customdata": [_hover(row, self.columns) for _, row in points],
                "hovertemplate": "%{customdata}<extra></extra>",
                "showlegend": False,
            }
        )
        later = self.lines if self.columns == YEARLY else []
        drawn.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "later",
                "x": [row["usd_later_year_low"] for _, row in later],
                "y": [height for height, _ in later],
                "marker": {
                    "symbol": [CLASSES[row["therapy_class"]][2] for _, row in later],
                    "size": 8,
                    "color": "white",
                    "line": {"color": INK, "width": 1.5},
                },
                "customdata": [
                    label(usd(row["usd_later_year_low"]) + later_note(row)) for _, row in later
                ],
                "hovertemplate": "a later year: %{customdata}<extra></extra>",
                "showlegend": False,
            }
        )
        return drawn

    @property
    def layout(self) -> dict[str, Any]:
        """Every text of the picture, and the axis of dollars that its panels share."""
        if not self.lines and not self.without:
            return empty_layout("No therapy with a price here. The table below says why.")
        what = "US dollars in year one" if self.columns == YEARLY else "US dollars per course"
        axis = AXIS_PX if self.lines else 0
        return {
            "template": TEMPLATE,
            "meta": PHONE,
            "height": self.height + axis,
            "margin": {"l": 8, "r": 16, "t": 0, "b": axis},
            "barmode": "overlay",
            "annotations": self.notes,
            "xaxis": {
                "title": {"text": what, "standoff": 6, "font": {"size": 13}},
                "tickprefix": "$",
                "tickformat": "~s",
                "nticks": 6,
                # Known beforehand, they spare half of the time of a drawing.
                "tickangle": 0,
                "automargin": False,
                "range": [0, self.end or 1],
                "visible": bool(self.lines),
            },
            "yaxis": {
                "range": [self.height, 0],
                "visible": False,
                "fixedrange": True,
                "automargin": False,
            },
        }

    @property
    def key(self) -> Markup:
        """What the signs in the picture mean, as HTML to stand above it; only what is there."""
        if not self.lines:
            return NOTHING
        classes = dict.fromkeys(row["therapy_class"] for row in self.bars)
        shown = [html("{} {}", class_mark(kind), CLASSES[kind][0]) for kind in classes]
        where = "year one" if self.columns == YEARLY else "a course"
        said = f"bar: {where}"
        if all(row["stands_for_therapy"] for row in self.bars):
            said += ", the product that stands for the therapy"
        if any(row[self.high] > row[self.low] for row in self.bars):
            said += "; pale: to the high end of doses and visits"
        signs = {
            "hollow: price before rebates": any(
                row["price_kind"] == "before_rebates" for row in self.bars
            ),
            "| other brand at the usual dose, reference or dearest named; — span": self.spans,
            "| on a pale bar: its usual dose": self.own,
            "white mark: a later year": self.columns == YEARLY,
            "◊ negotiated price, for Medicare alone": any(
                mark["price_kind"] == "negotiated" for _, mark in self.points
            ),
            f"{MIXED} first doses at another kind of price": any(
                row["mixed_kinds"] for row in self.bars
            ),
            f"{OTHER_USE} not in its label here": any(
                row["label_status"] != "in label" for row in self.bars
            ),
            "a limit may lie below what a biosimilar can be bought for": any(
                map(_biosimilar, self.bars)
            ),
        }
        words = [said, *(sign for sign, there in signs.items() if there)]
        spans = NOTHING.join(html("<span>{}</span>", part) for part in (*shown, *words))
        return html('<p class="tc-key">{}</p>', spans)


def _biosimilar(row: Row) -> bool:
    """Whether a product with a reference stands at a payment limit."""
    return row["price_kind"] == "net" and known(row["reference_product_id"])


def _hover(row: Row, columns: tuple[str, str]) -> str:
    low, high = columns
    lines = [
        f"<b>{label(row['therapy'])}</b>, {label(row['product'])}",
        label(row["regimen"]),
        label(usd_range(row[low], row[high])),
        f"price: {basis_text(row['price_basis'])}",
    ]
    if columns == YEARLY:
        doses = number_range(row["doses_year_one"], row["doses_year_one_high"])
        lines.append(f"of it giving the drug: {label(usd(row['usd_administration_year_one']))}")
        lines.append(f"doses in year one: {doses}")
    status = "" if row["label_status"] == "in label" else row["label_status"]
    reason = row["stands_reason"] if known(row["stands_reason"]) else ""
    for said in (status, change_note(row), reason):
        lines += map(label, textwrap.wrap(said, 70))
    return "<br>".join([*lines, *read_in(row)])
