"""Pictures in HTML and SVG, as wide as the page: forests of trials, and a drawing of a network.

No text stands in a margin of its own, so that a row fits a phone: there its words stand above its
line, on a wide page beside it. The numbers are text; the lines are hidden from screen readers.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from compare.pages.cells import class_marks, glyph
from compare.pages.house import CLASSES, FAINT, round_numbers
from compare.pages.markup import NOTHING, html
from compare.words import printed

SHAPES = {
    "circle": html('<circle r="6"/>'),
    "square": html('<rect x="-5.5" y="-5.5" width="11" height="11"/>'),
    "diamond": html('<path d="M0-7 7 0 0 7-7 0Z"/>'),
    "triangle-up": html('<path d="M0-7 7 5.5-7 5.5Z"/>'),
}
LOG_TICKS: tuple[float, ...] = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)
MOST_TICKS = 6
WIDTH, HEIGHT, LEAST, MOST = 460, 330, 5.0, 20.0
LEANS = 0.42  # how far from the middle line, of half the width, names lean
LETTER = 8.4  # a letter's width at most, on a phone
BESIDE = {"start": (0, 1), "middle": (0.5, 0.5), "end": (1, 0)}  # shares of a name left and right


@dataclass(frozen=True)
class Mark:
    """One row of a forest: who, in which words, and where; NaN ends where none is known.

    `hollow`: set apart, as the key says. `wide_*`: a prediction interval. `drawn` False: in words
    only.
    """

    row_id: str
    therapy_class: str
    name: str
    about: str
    said: str
    small: str
    value: float
    low: float
    high: float
    hollow: bool = False
    chip: str = ""
    wide_low: float = math.nan
    wide_high: float = math.nan
    drawn: bool = True


@dataclass(frozen=True)
class Forest:
    """Rows on one axis. `toward` 1: larger values favor the therapy, -1: smaller ones do and the
    axis is turned, so that the right side always favors it; 0: no side is favored.
    """

    title: str
    axis: str
    ratio: bool
    toward: int
    marks: Sequence[Mark] = field(default_factory=tuple)
    null: bool = True
    against: str = "the comparator"


def ends(forest: Forest) -> tuple[float, float]:
    """Least and largest of all that is drawn, on the scale of the axis, no effect included."""
    values = [
        value
        for mark in forest.marks
        if mark.drawn
        for value in (mark.value, mark.low, mark.high, mark.wide_low, mark.wide_high)
        if not math.isnan(value) and (value > 0 or not forest.ratio)
    ]
    values.append(1.0 if forest.ratio else 0.0)
    low, high = (math.log(v) if forest.ratio else v for v in (min(values), max(values)))
    high += low == high and not forest.ratio  # nothing but zeros: an axis all the same
    room = max(0.05 * (high - low), 0.01)
    return low - room, high + room


def place(forest: Forest, value: float) -> float:
    """Where a value stands, in percent of the width; the right side favors the therapy."""
    low, high = ends(forest)
    at = (math.log(value) if forest.ratio else value) if value > 0 or not forest.ratio else low
    share = 100 * (at - low) / (high - low)
    return 100 - share if forest.toward < 0 else share


def ticks(forest: Forest) -> list[float]:
    """Round values on the axis, at most six."""
    low, high = ends(forest)
    if forest.ratio:
        found = [tick for tick in LOG_TICKS if low <= math.log(tick) <= high]
        step = math.ceil(len(found) / MOST_TICKS)
        middle = found.index(1.0)
        return [tick for i, tick in enumerate(found) if (i - middle) % step == 0]
    return round_numbers(low, high, MOST_TICKS - 1)


def axis(ticks: Iterable[tuple[float, str]]) -> Markup:
    """Words at places in percent of a width, but for ends where half of a word would stick out."""
    said = NOTHING.join(
        html('<span style="left:{:.2f}%">{}</span>', at, words)
        for at, words in ticks
        if at == 0 or 3 <= at <= 97
    )
    return html('<div class="tc-axis" aria-hidden="true">{}</div>', said)


def forest_html(forest: Forest) -> Markup:
    """A forest as a list of rows under its title, with the axis below."""
    head = html('<div class="tc-axis-title">{}</div>', forest.axis) if forest.axis else ""
    drawn = any(mark.drawn for mark in forest.marks)
    if forest.toward and drawn:
        head += html(
            '<div class="tc-sides"><span>◀ favors {}</span><span>favors the therapy ▶</span></div>',
            forest.against,
        )
    rows = NOTHING.join(_row(forest, mark) for mark in forest.marks)
    places = ((place(forest, tick), _tick(forest, tick)) for tick in ticks(forest))
    scale = axis(places) if drawn else ""
    title = html("<h3>{}</h3>", forest.title) if forest.title else ""
    return html('{}{}<ul class="tc-forest">{}</ul>{}', title, head, rows, scale)


def _tick(forest: Forest, value: float) -> str:
    """A round value; a difference with its sign, since the axis may be turned."""
    signed = forest.null and not forest.ratio and value
    return printed(value, "+g" if signed else "g")


def _row(forest: Forest, mark: Mark) -> Markup:
    _, color, shape = CLASSES[mark.therapy_class]
    chip = html(' <strong class="stop">{}</strong>', mark.chip) if mark.chip else ""
    small = html("<small>{}</small>", mark.small) if mark.small else ""
    return html(
        '<li data-row="{}"><div>{} <b>{}</b>{} <small>{}</small></div>{}<div>{} {}</div></li>',
        mark.row_id, glyph(mark.therapy_class), mark.name, chip, mark.about,
        _line(forest, mark, color, shape), mark.said, small,
    )  # fmt: skip


def _line(forest: Forest, mark: Mark, color: str, shape: str) -> Markup:
    if not mark.drawn:
        return html('<div class="tc-none">no figure that can be drawn</div>')
    x = place(forest, mark.value)
    lines = ""
    if forest.null:
        zero = place(forest, 1.0 if forest.ratio else 0.0)
        lines += html(
            '<line x1="{:.2f}%" x2="{:.2f}%" y1="0" y2="24" stroke="{}"/>', zero, zero, FAINT
        )
    for low, high, width in (
        (mark.wide_low, mark.wide_high, 1),
        (mark.low, mark.high, 3),
    ):
        first = x if math.isnan(low) else place(forest, low)
        last = x if math.isnan(high) else place(forest, high)
        if first != last:
            lines += html(
                '<line x1="{:.2f}%" x2="{:.2f}%" y1="12" y2="12" stroke="{}" stroke-width="{}"/>',
                first, last, color, width,
            )  # fmt: skip
    fill = "white" if mark.hollow else color
    return html(
        '<svg width="100%" height="24" aria-hidden="true">{}<svg x="{:.2f}%" y="12" '
        'overflow="visible"><g fill="{}" stroke="{}" stroke-width="2">{}</g>'
        "</svg></svg>",
        lines, x, fill, color, SHAPES[shape],
    )  # fmt: skip


def key(classes: Collection[str], hollow: str = "", predicted: bool = False) -> Markup:
    """The key above a picture: its classes, and what a hollow mark and a line mean."""
    items = class_marks(classes)
    if hollow:
        items.append(html("<span>◇ hollow: {}</span>", hollow))
    items.append(html("<span>line: interval, where the source allows one</span>"))
    if predicted:
        items.append(html("<span>thin line: where a further trial would lie</span>"))
    return html('<p class="tc-key">{}</p>', NOTHING.join(items))


def drawing(
    patients: Mapping[str, float],
    edges: Mapping[tuple[str, str], int],
    names: Mapping[str, str],
    classes: Mapping[str, str],
    reference: str,
) -> Markup:
    """A network: nodes by patients, edges by trials; in the middle of its star the reference, whose
    name would lie on the edges: it stands in the caption.
    """
    others = [node for node in patients if node != reference]
    places = {reference: (WIDTH / 2, HEIGHT / 2)}
    for i, node in enumerate(others):
        angle = 2 * math.pi * i / len(others) - math.pi / 2
        places[node] = (
            WIDTH / 2 + (WIDTH / 2 - 75) * math.cos(angle),
            HEIGHT / 2 + (HEIGHT / 2 - 45) * math.sin(angle),
        )
    lines = dots = ""
    for (one, other), count in edges.items():
        (x1, y1), (x2, y2) = places[one], places[other]
        # Out of the crowd in the middle.
        out = 0.65 if one == reference else 0.35 if other == reference else 0.5
        lines += html(
            '<line x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}" stroke="{}" '
            'stroke-width="{:g}"/><text x="{:.0f}" y="{:.0f}">{}</text>',
            x1, y1, x2, y2, FAINT, 1.5 * count,
            x1 + out * (x2 - x1), y1 + out * (y2 - y1) + 5, count,
        )  # fmt: skip
    largest = max(patients.values())
    for node, people in patients.items():
        x, y = places[node]
        size = max(LEAST, MOST * math.sqrt(people / largest))
        color = CLASSES[classes[node]][1] if node in classes else FAINT
        dots += html('<circle cx="{:.0f}" cy="{:.0f}" r="{:.1f}" fill="{}"/>', x, y, size, color)
        if node == reference:
            continue
        below = y + size + 15 if y >= HEIGHT / 2 else y - size - 6
        # Near the top and the bottom names would lie on each other: each leans to its own side.
        aside = (x - WIDTH / 2) / (WIDTH / 2)
        anchor = "middle" if not 0.02 < abs(aside) < LEANS else "start" if aside > 0 else "end"
        told = f"{names[node]}, {people:,.0f}"
        # The whole of it inside the picture.
        left, right = (side * len(told) * LETTER for side in BESIDE[anchor])
        x = min(max(x, left), WIDTH - right)
        dots += html(
            '<text x="{:.0f}" y="{:.0f}" style="text-anchor:{}">{}</text>', x, below, anchor, told
        )
    said = ", ".join(f"{names[node]} {count:,.0f}" for node, count in patients.items())
    return html(
        '<svg class="tc-network" viewBox="0 0 {} {}" role="img" '
        'aria-label="Network of {} treatments by patients: {}">{}{}</svg>',
        WIDTH, HEIGHT, len(patients), said, lines, dots,
    )  # fmt: skip
