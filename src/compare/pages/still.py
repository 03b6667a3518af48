"""A chart as a picture of HTML and SVG, from its own traces and layout, before it is drawn.

What is drawn is what our charts are made of: marks, lines with intervals, and maps of cells,
on linear axes and on axes of names. All places are percentages, so that it fits any width. Of other
charts, and of what these have beside marks and names (hovers, buttons), it shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from typing import Any

from markupsafe import Markup

from compare.pages.house import FONT, GRID, INK, Trace, round_numbers, short
from compare.pages.markup import NOTHING, html, tagged

Json = Mapping[str, Any]
DRAWN = {"scatter", "heatmap"}
CHAR_PX, TICKS = 7.0, 6
MARGIN = {"l": 10, "r": 20, "t": 50, "b": 60}
CLEAR = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Axis:
    """Where values lie: `low` at the left or bottom end of `domain` (shares of the plot)."""

    low: float
    high: float
    domain: tuple[float, float]
    names: tuple[str, ...]
    spec: Json

    def share(self, value: Any) -> float:
        """Place of a value or name as a share of the plot."""
        at = self.names.index(value) if isinstance(value, str) else float(value)
        start, end = self.domain
        return start + (at - self.low) / (self.high - self.low) * (end - start)

    def ticks(self) -> list[tuple[float, str]]:
        """Place and words of each tick."""
        if not self.spec.get("visible", True) or self.spec.get("showticklabels") is False:
            return []
        values = (
            self.spec.get("tickvals") or self.names or round_numbers(self.low, self.high, TICKS)
        )
        said = self.spec.get("ticktext") or [self._said(value) for value in values]
        return [(self.share(value), words) for value, words in zip(values, said, strict=False)]

    def _said(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        sign, size = ("\N{MINUS SIGN}" if value < 0 else ""), abs(value)
        said = short(size) if self.spec.get("tickformat") == "~s" else f"{size:g}"
        prefix, suffix = self.spec.get("tickprefix", ""), self.spec.get("ticksuffix", "")
        return f"{sign}{prefix}{said}{suffix}"


def picture(spec: Json) -> Markup:
    """The chart as HTML, as high as the chart; blank inside where it cannot be drawn so."""
    traces, layout = spec["data"], spec["layout"]
    height = layout.get("height", 0)
    if not (traces or layout.get("annotations")):
        return NOTHING
    try:
        inside = _inside(traces, layout)
    except _NotDrawnError:
        inside = html('<p class="tc-empty">The chart follows.</p>')
    least = layout.get("meta", {}).get("least_width", 720)
    look = f"height: {height:g}px; min-width: {least:g}px; font-family: {FONT}"
    return html('<div class="tc-still" aria-hidden="true" style="{}">{}</div>', look, inside)


class _NotDrawnError(Exception):
    """This chart has something that is not drawn here."""


def _inside(traces: Sequence[Trace], layout: Json) -> Markup:
    """Axes and marks, in a plot with the chart's own margins."""
    kinds = {trace.get("type", "scatter") for trace in traces}
    named = (key for key in layout if re.fullmatch(r"[xy]axis\d*", key))
    axes = {key[0] + key[5:]: _axis(key, traces, layout) for key in named}
    if not kinds <= DRAWN or not {"x", "y"} <= axes.keys():
        raise _NotDrawnError
    margin = MARGIN | layout.get("margin", {})
    ticks = {name: axis.ticks() for name, axis in axes.items()}
    # Plotly widens a margin for the names of an axis; so does this, by the count of letters.
    title = any(axis.spec.get("title") for name, axis in axes.items() if name[0] == "y")
    longest = max((_length(words) for _, words in ticks["y"]), default=0)
    if longest or title:
        margin["l"] = max(margin["l"], longest * CHAR_PX + 12 + 24 * title)
    shapes = layout.get("shapes", ())
    drawn = [_shape(shape, axes) for shape in shapes if shape.get("layer") == "below"]
    drawn += [mark for trace in traces for mark in _marks(trace, axes)]
    drawn += [_shape(shape, axes) for shape in shapes if shape.get("layer") != "below"]
    words = [_note(note, axes) for note in layout.get("annotations", ())]
    words += [_tick(axes[name], name, *tick) for name, found in ticks.items() for tick in found]
    words += [_title(axis, name) for name, axis in axes.items()]
    lines = [_grid(axes[name], name, at) for name, found in ticks.items() for at, _ in found]
    edges = "; ".join(
        f"{side}: {margin[side[0]]:g}px" for side in ("left", "right", "top", "bottom")
    )
    return html(
        '<div style="position: absolute; {}"><svg width="100%" height="100%" '
        'style="position: absolute; overflow: visible">{}</svg>{}</div>{}',
        edges, NOTHING.join([*lines, *drawn]), NOTHING.join(words), _head(layout),
    )  # fmt: skip


def _axis(key: str, traces: Sequence[Trace], layout: Json) -> Axis:
    """An axis of the layout, with its names and ends."""
    spec, name = layout[key], key[0] + key[5:]
    own = [trace for trace in traces if trace.get(f"{key[0]}axis", key[0]) == name]
    seen = [value for trace in own for value in trace.get(key[0]) or () if value is not None]
    names = tuple(spec.get("categoryarray") or spec.get("tickvals") or ())
    if not (names and isinstance(names[0], str)):
        names = tuple(dict.fromkeys(value for value in seen if isinstance(value, str)))
    if spec.get("type") in ("log", "date") or (names and spec.get("type") == "linear"):
        raise _NotDrawnError
    if "range" in spec:
        low, high = spec["range"]
    elif names:
        low, high = -0.5, len(names) - 0.5
    else:
        low, high = min([0.0, *seen]), max([1.0, *seen])
    if spec.get("autorange") == "reversed":
        low, high = high, low
    start, end = spec.get("domain", (0, 1))
    return Axis(low, high, (start, end), names, spec)


def _at(axes: Mapping[str, Axis], ref: str, value: Any) -> float:
    """Percent from the left or the top, of a value of an axis or of the paper."""
    share = float(value) if "paper" in ref else axes[ref].share(value)
    return 100 * (share if ref[0] == "x" else 1 - share)


def _rect(x: Sequence[float], y: Sequence[float], look: Markup) -> Markup:
    left, right = sorted(x)
    top, bottom = sorted(y)
    return html(
        '<rect x="{:.2f}%" y="{:.2f}%" width="{:.2f}%" height="{:.2f}%" {}/>',
        left, top, right - left, bottom - top, look,
    )  # fmt: skip


def _line(
    x: Sequence[float], y: Sequence[float], color: str, width: float = 1, more: Markup = NOTHING
) -> Markup:
    return html(
        '<line x1="{:.2f}%" x2="{:.2f}%" y1="{:.2f}%" y2="{:.2f}%" stroke="{}" '
        'stroke-width="{:g}"{}/>', *x, *y, color, width, more,
    )  # fmt: skip


def _shape(shape: Json, axes: Mapping[str, Axis]) -> Markup:
    """A line or box of the layout."""
    ends = [
        [_at(axes, _ref(shape, side), shape[f"{side}{end}"]) for end in (0, 1)] for side in "xy"
    ]
    line = shape.get("line", {})
    color, width = line.get("color", INK), line.get("width", 1)
    solid = line.get("dash", "solid") == "solid"
    dash = NOTHING if solid else html(' stroke-dasharray="3 3"')
    if shape["type"] == "line":
        return _line(ends[0], ends[1], color, width, dash)
    fill = shape.get("fillcolor", CLEAR)
    look = html('fill="{}" stroke="{}" stroke-width="{:g}"{}', fill, color, width, dash)
    return _rect(ends[0], ends[1], look)


def _ref(part: Json, side: str) -> str:
    """The axis of a shape or note, or the paper in this direction."""
    ref = part.get(f"{side}ref", side)
    return f"{side} paper" if ref == "paper" else str(ref)


def _marks(trace: Trace, axes: Mapping[str, Axis]) -> Iterator[Markup]:
    """What one trace draws."""
    kind = trace.get("type", "scatter")
    x, y = axes[trace.get("xaxis", "x")], axes[trace.get("yaxis", "y")]
    if kind == "heatmap":
        yield from _cells(trace, x, y)
        return
    marker, mode = trace.get("marker", {}), trace.get("mode", "markers")
    points = list(zip(trace.get("x") or (), trace.get("y") or (), strict=False))
    looks = [_each(marker.get(name), len(points)) for name in ("color", "symbol", "size")]
    edge = marker.get("line", {})
    edges = _each(edge.get("color"), len(points))
    before = None
    for i, (value, row) in enumerate(points):
        if value is None or row is None:
            before = None
            continue
        color = looks[0][i] or INK
        left, top = 100 * x.share(value), 100 * (1 - y.share(row))
        for side, axis, low, high in _intervals(trace, i, x, y):
            span = [100 * axis.share(end) for end in (low, high)]
            tone = trace[f"error_{side}"].get("color", color)
            yield (
                _line(span, (top, top), tone, 1.5)
                if side == "x"
                else _line((left, left), [100 - end for end in span], tone, 1.5)
            )
        if "lines" in mode and before is not None:
            line = trace.get("line", {})
            yield _line(
                (before[0], left), (before[1], top), line.get("color", INK), line.get("width", 2)
            )
        if "markers" in mode and marker.get("opacity", 1):
            yield _mark(left, top, looks[1][i] or "circle", looks[2][i] or 8, color, edges[i])
        before = left, top


def _intervals(trace: Trace, i: int, x: Axis, y: Axis) -> Iterator[tuple[str, Axis, float, float]]:
    """The intervals of one mark: direction, axis, low and high."""
    for side, axis in (("x", x), ("y", y)):
        error = trace.get(f"error_{side}") or {}
        if error.get("array") and not isinstance(trace[side][i], str):
            more, less = error["array"][i] or 0, (error.get("arrayminus") or error["array"])[i] or 0
            yield side, axis, trace[side][i] - less, trace[side][i] + more


def _each(value: Any, count: int) -> list[Any]:
    """One of a value for each mark."""
    return value if isinstance(value, list) else list(islice(cycle([value]), count))


PATHS = {
    "circle": "M-1,0A1,1 0 1,1 1,0A1,1 0 1,1-1,0Z", "square": "M-1-1H1V1H-1Z",
    "diamond": "M0-1.3L1.3,0L0,1.3L-1.3,0Z", "triangle-up": "M0-1.2L1.1,.8H-1.1Z",
    "triangle-down": "M0,1.2L1.1-.8H-1.1Z", "hourglass": "M-1-1H1L-1,1H1Z",
    "x": "M-1-1L1,1M-1,1L1-1", "x-thin": "M-1-1L1,1M-1,1L1-1", "line-ns": "M0-1V1",
    "line-ew": "M-1,0H1", "cross": "M-1,0H1M0-1V1", "cross-thin": "M-1,0H1M0-1V1",
}  # fmt: skip


def _symbol(symbol: str, size: float, color: str, edge: str | None) -> Markup:
    """The outline of a mark around a point; open ones are filled with the ground."""
    name = symbol.removesuffix("-dot").removesuffix("-open")
    if name not in PATHS:
        raise _NotDrawnError
    fill = "white" if "-open" in symbol else color
    return html(
        '<path d="{}" transform="scale({:g})" fill="{}" stroke="{}" stroke-width="1.5" '
        'vector-effect="non-scaling-stroke"/>', PATHS[name], size / 2, fill, edge or color,
    )  # fmt: skip


def _mark(
    left: float, top: float, symbol: str, size: float, color: str, edge: str | None
) -> Markup:
    return html(
        '<svg x="{:.2f}%" y="{:.2f}%" overflow="visible">{}</svg>',
        left, top, _symbol(symbol, size, color, edge),
    )  # fmt: skip


def _cells(trace: Trace, x: Axis, y: Axis) -> Iterator[Markup]:
    """The cells of a map, with their words."""
    low, high = trace.get("zmin"), trace.get("zmax")
    if low is None or high is None:
        raise _NotDrawnError
    wide, high_ = (50 / abs(axis.high - axis.low) for axis in (x, y))
    for j, (row, name) in enumerate(zip(trace["z"], trace["y"], strict=True)):
        for i, (value, column) in enumerate(zip(row, trace["x"], strict=True)):
            left, top = 100 * x.share(column), 100 * (1 - y.share(name))
            if value is not None:
                color = _between(trace["colorscale"], (value - low) / (high - low))
                ends = (left - wide, left + wide), (top - high_, top + high_)
                yield _rect(*ends, html('fill="{}" stroke="white" stroke-width="2"', color))
            if said := trace["text"][j][i]:
                yield html(
                    '<text x="{:.2f}%" y="{:.2f}%" dy=".35em" text-anchor="middle" '
                    'font-size="13" fill="{}">{}</text>', left, top, INK, tagged(str(said)),
                )  # fmt: skip


def _between(scale: Sequence[tuple[float, str]], share: float) -> str:
    """The color at a share of a scale."""
    share = min(max(share, 0), 1)
    for (start, one), (end, other) in pairwise(scale):
        if share <= end:
            part = (share - start) / (end - start)
            mixed = (
                round(int(one[k : k + 2], 16) * (1 - part) + int(other[k : k + 2], 16) * part)
                for k in (1, 3, 5)
            )
            return "#" + "".join(f"{tone:02x}" for tone in mixed)
    raise _NotDrawnError


def _length(words: str) -> int:
    """Letters of the longest line of a text of a chart, without its tags."""
    return max(len(tagged(line).striptags()) for line in words.split("<br>"))


def _words(said: str, place: str, size: float = 14, color: str = INK) -> Markup:
    """Text of a chart at a place."""
    look = f"position: absolute; white-space: pre; line-height: 1.3; font-size: {size:g}px"
    return html('<span style="{}; color: {}; {}">{}</span>', look, color, place, tagged(said))


def _tick(axis: Axis, name: str, at: float, said: str) -> Markup:
    """The words of a tick, outside the plot."""
    if name[0] == "y":
        place = f"right: calc(100% + 6px); top: {100 * (1 - at):.2f}%"
        return _words(said, f"{place}; transform: translateY(-50%)")
    edge, turn = "top: calc(100% + 6px)", "translateX(-50%)"
    if axis.spec.get("side") == "top":
        edge = "bottom: calc(100% + 4px)"
        turn = "rotate(-45deg); transform-origin: 0 100%" if axis.spec.get("tickangle") else turn
    return _words(said, f"left: {100 * at:.2f}%; {edge}; transform: {turn}")


def _grid(axis: Axis, name: str, at: float) -> Markup:
    if axis.spec.get("showgrid") is False:
        return NOTHING
    place = 100 * at
    if name[0] == "x":
        return _line((place, place), (0, 100), GRID)
    return _line((0, 100), (100 - place, 100 - place), GRID)


def _title(axis: Axis, name: str) -> Markup:
    """The title of an axis, below it or turned beside it."""
    said = axis.spec.get("title", {}).get("text") if axis.spec.get("visible", True) else None
    if not said:
        return NOTHING
    middle = 50 * sum(axis.domain)
    across = (
        f"left: {middle:.2f}%; top: calc(100% + 26px); transform: translateX(-50%); "
        "text-align: center"
    )
    up = (
        f"right: 100%; top: {100 - middle:.2f}%; margin-right: 66px; writing-mode: vertical-rl; "
        "transform: rotate(180deg) translateY(50%)"
    )
    return _words(said, across if name[0] == "x" else up)


def _note(note: Json, axes: Mapping[str, Axis]) -> Markup:
    """A note of the layout at its place."""
    left, top = (_at(axes, _ref(note, side), note[side]) for side in "xy")
    if note.get("showarrow", True):
        left_px, top_px = note.get("ax", 0), note.get("ay", 0)
    else:
        left_px, top_px = note.get("xshift", 0), -note.get("yshift", 0)
    across = {"left": 0, "right": -100}.get(note.get("xanchor", ""), -50)
    down = {"top": 0, "bottom": -100}.get(note.get("yanchor", ""), -50)
    font = note.get("font", {})
    return _words(
        note.get("text", ""),
        f"left: calc({left:.2f}% + {left_px:g}px); top: calc({top:.2f}% + {top_px:g}px); "
        f"transform: translate({across}%, {down}%); text-align: {note.get('align', 'center')}",
        font.get("size", 14),
        font.get("color", INK),
    )


def _head(layout: Json) -> Markup:
    """The title of the chart."""
    title = layout.get("title", {})
    if not title.get("text"):
        return NOTHING
    return _words(title["text"], "left: 10px; top: 6px", title.get("font", {}).get("size", 16))
