"""The picture of money per year or per course, on every page that shows it.

A panel for each kind of price, one below the other on one axis of dollars: prices of different
kinds are never ranked against each other. In each, a bar for the product that stands for a
therapy, and marks for the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from compare.cost import later_note
from compare.cost.administration import UNKNOWN_FEE, UNKNOWN_PUSH, UNKNOWN_TIME
from compare.cost.money import PAID
from compare.cost.prices import KINDS, basis_text
from compare.data.evidence import Evidence
from compare.data.rows import Row, known
from compare.pages.cells import glyph
from compare.pages.forest import SHAPES, axis
from compare.pages.house import CLASSES, class_mark, read_lines, round_numbers, short
from compare.pages.markup import NOTHING, html
from compare.words import number_of, short_name, usd, usd_range

YEARLY, COURSE = PAID[True], PAID[False]
USUAL_OF = {YEARLY: "usd_year_one_usual", COURSE: "usd_per_course_usual"}
HEADS = {
    "own": "Own price",
    "net": "Net of rebates (Medicare payment limit)",
    "before_rebates": "Before rebates (NADAC, Part D average)",
    "negotiated": "Negotiated by Medicare (any dose)",
}
MIXED, OTHER_USE = "§", "†"
NOT_COUNTED = UNKNOWN_FEE, UNKNOWN_PUSH, UNKNOWN_TIME
# Beyond this percent of the axis, the name of a mark stands before it.
MIDDLE = 50
# Taller than the mark of a class.
NEGOTIATED = html('<path class="tall" d="M0-9 5 0 0 9-5 0Z"/>')


def change_note(row: Mapping[str, Any]) -> str:
    """That the product's label has changed since it was read; else empty."""
    month = row.get("label_change")
    return f"label changed ({month}), check" if known(month) and month else ""


def stands_note(row: Mapping[str, Any]) -> str:
    """Why this product stands for its therapy, where that takes a reason; else empty."""
    reason = row["stands_reason"]
    return reason if known(reason) else ""


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


def bar_name(row: Row, with_regimen: bool) -> Markup:
    """Therapy and product of a bar, with its signs."""
    more = f": {row['regimen']}" if with_regimen else ""
    more += f" {OTHER_USE}" if row["label_status"] != "in label" else ""
    more += f" {MIXED}" if row["mixed_kinds"] else ""
    name = short_name(row["therapy"])
    return html("{}&nbsp;<b>{}</b>, {}{}", glyph(row["therapy_class"]), name, row["product"], more)


def giving(row: Mapping[str, Any]) -> str:
    """What of year one pays for giving the drug; that a fee is not counted, where it is not known.

    A fee that is not known is 0 in the sum, which is not what giving the drug costs.
    """
    high = row["usd_administration_year_one_high"]
    said = usd_range(row["usd_administration_year_one"], high)
    if not any(why in row["reason"] for why in NOT_COUNTED):
        return said
    return f"{said}, not all counted" if high else "not counted"


def dollars(row: Mapping[str, Any], columns: tuple[str, str]) -> str:
    """From the low to the high end, and at the usual dose where that is not the low end."""
    low, usual = row[columns[0]], row[USUAL_OF[columns]]
    said = usd_range(low, row[columns[1]])
    return said if usd(usual) == usd(low) else f"{said} (usual dose {usd(usual)})"


class Picture:
    """One picture as HTML, and its key.

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
        apart: dict[tuple[str, str], list[Row]] = {}
        for mark in marks:
            if place_of(mark) not in places and mark["price_kind"] == "negotiated":
                apart.setdefault(place_of(mark)[:2], []).append(mark)
        # Each bar, the marks of its kind on its line, and those negotiated by Medicare.
        self.lines = [
            (
                row,
                [mark for mark in marks if place_of(mark) == place_of(row)],
                apart.pop(place_of(row)[:2], []),
            )
            for row in bars
        ]
        ends = [row[self.high] for row in bars]
        if columns == YEARLY:
            ends += [row["usd_later_year_low"] for row in bars]
        ends += [row[self.usual] for row in marks]
        self.end = max((end for end in ends if known(end)), default=0.0) * 1.04 or 1.0

    def share(self, usd: float) -> float:
        """Where dollars stand on the axis, in percent of its width."""
        return 100 * usd / self.end

    @property
    def rows(self) -> list[Row]:
        """Each bar, then the marks on its line."""
        return [one for row, beside, apart in self.lines for one in (row, *beside, *apart)]

    @property
    def html(self) -> Markup:
        """Panels, their axis, and who has no cost."""
        if not self.bars and not self.without:
            said = "No therapy with a price here. The table below says why."
            return html('<p class="tc-empty">{}</p>', said)
        shown = NOTHING
        if self.bars:
            ticks = round_numbers(0, self.end, 6)
            what = "in year one" if self.columns == YEARLY else "per course"
            shown = html(
                '<div class="tc-money" style="--tc-step:{:.2f}%">'
                '<div class="tc-axis-title" role="heading" aria-level="2">US dollars {}</div>'
                "{}{}</div>",
                self.share(ticks[1]), what, NOTHING.join(self._panels()),
                axis((self.share(tick), f"${short(tick)}") for tick in ticks),
            )  # fmt: skip
        if self.without:
            shown += html("<h2>No price in force, or no cost</h2>")
        for row in self.without:
            name = short_name(row["therapy"])
            shown += html('<div class="tc-none">{}: {}</div>', name, row["reason"])
        return shown

    def _panels(self) -> Iterator[Markup]:
        """The lines of each kind of price, under its heading."""
        counts = Counter((row["product_id"], row["price_kind"]) for row in self.bars)
        for kind, lines in groupby(self.lines, key=lambda line: str(line[0]["price_kind"])):
            rows = NOTHING.join(
                html(
                    "<li><div>{}</div><div>{}</div><div>{}{}</div></li>",
                    bar_name(row, counts[row["product_id"], kind] > 1),
                    dollars(row, self.columns), self._bar(row, beside, apart),
                    self._names(beside, apart),
                )
                for row, beside, apart in lines
            )  # fmt: skip
            yield html('<h3>{}</h3><ul class="tc-forest">{}</ul>', HEADS[kind], rows)

    def _bar(self, row: Row, beside: Sequence[Row], apart: Sequence[Row]) -> Markup:
        """To the low end and on to the high end; on it a span, ticks, and marks."""
        _, color, shape = CLASSES[row["therapy_class"]]
        kind, low = row["price_kind"], self.share(row[self.low])
        drawn = html('<b class="{}" style="width:{:.2f}%"></b>', kind, low)
        if row[self.high] > row[self.low]:
            more = self.share(row[self.high]) - low
            drawn += html('<b class="{} to" style="width:{:.2f}%"></b>', kind, more)
        if beside:
            ends = [self.share(one[self.usual]) for one in (row, *beside)]
            first, last = min(ends), max(ends)
            drawn += html(
                '<b class="span" style="left:{:.2f}%;width:{:.2f}%"></b>', first, last - first
            )
        drawn += NOTHING.join(map(self._tick, beside))
        for mark in apart:
            drawn += _mark(self.share(mark[self.usual]), NEGOTIATED, _said(mark, self.columns))
        if row[self.usual] != row[self.low]:
            drawn += self._tick(row)
        later = row["usd_later_year_low"]
        if self.columns == YEARLY and known(later):
            said = f"a later year: {usd(later)}{later_note(row)}"
            drawn += _mark(self.share(later), SHAPES[shape], said)
        return html(
            '<i class="tc-bar" style="color:{}" aria-hidden="true" title="{}">{}</i>',
            color, _said(row, self.columns), drawn,
        )  # fmt: skip

    def _tick(self, row: Row) -> Markup:
        """A product at its usual dose."""
        at, said = self.share(row[self.usual]), _said(row, self.columns)
        return html('<b class="set" style="left:{:.2f}%" title="{}"></b>', at, said)

    def _names(self, beside: Sequence[Row], apart: Sequence[Row]) -> Markup:
        """The names of marks below them, on the side where there is room."""
        one = named_mark(beside, self.usual)
        named = [(one, one["product"])] if one else []
        named += [(mark, f"{mark['product']}, negotiated") for mark in apart]
        lines = []
        for mark, name in named:
            at = self.share(mark[self.usual])
            place = html("margin-left:{:.2f}%", at)
            if at > MIDDLE:
                place = html("margin-right:{:.2f}%;text-align:right", 100 - at)
            said = f"{name} {usd(mark[self.usual])}"
            lines.append(html('<div style="{}"><small>{}</small></div>', place, said))
        return NOTHING.join(lines)

    @property
    def key(self) -> Markup:
        """What the signs in the picture mean, as HTML to stand above it; only what is there."""
        if not self.bars:
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
            "| other brand at the usual dose, reference or dearest named; — span": any(
                beside for _, beside, _ in self.lines
            ),
            "| on a pale bar: its usual dose": any(
                row[self.usual] != row[self.low] for row in self.bars
            ),
            "white mark: a later year": self.columns == YEARLY,
            "◊ negotiated price, for Medicare alone": any(
                mark["price_kind"] == "negotiated"
                for _, beside, apart in self.lines
                for mark in (*beside, *apart)
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


def _mark(at: float, shape: Markup, said: str) -> Markup:
    """A shape on a bar."""
    return html('<b class="at" style="left:{:.2f}%" title="{}"><svg>{}</svg></b>', at, said, shape)


def _said(row: Row, columns: tuple[str, str]) -> str:
    """What a bar or mark says when pointed at; all of it stands in the table too."""
    lines = [
        f"{row['therapy']}, {row['product']}",
        row["regimen"],
        dollars(row, columns),
        f"price: {basis_text(row['price_basis'])}",
    ]
    if columns == YEARLY:
        doses = number_of((row["doses_year_one"], row["doses_year_one_high"]), "dose")
        lines.append(f"of it giving the drug: {giving(row)}")
        lines.append(f"in year one: {doses}")
    status = "" if row["label_status"] == "in label" else row["label_status"]
    lines += filter(None, (status, change_note(row), stands_note(row)))
    return "\n".join([*lines, *read_lines(row)])
