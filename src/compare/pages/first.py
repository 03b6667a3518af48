"""A page as it opens, as plain HTML: what the app sends ahead of the page's own widgets.

Each widget stands as the one of ipywidgets would, with its classes, so that the live page takes its
place without a jump; its words, numbers and pictures are the widget's own. It goes as far as the
first picture or table below the answer. Nothing in it can be changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anywidget
import ipywidgets as w
from markupsafe import Markup

from compare.pages.chart import LiveFigure
from compare.pages.controls import HIDDEN
from compare.pages.markup import NOTHING, html
from compare.pages.search import Search
from compare.pages.still import picture
from compare.pages.strip import History

PICTURES = ("<table", "<svg", "tc-forest")


def first(page: w.VBox) -> Markup:
    """The page's HTML, down to its first picture. `data-charts` counts the charts of the page."""
    inside = []
    answered = False
    for child in page.children:
        inside.append(still(child))
        answered |= "tc-finding" in child._dom_classes
        if answered and (_chart(child) or any(sign in inside[-1] for sign in PICTURES)):
            break
    count = sum(isinstance(widget, LiveFigure) for widget in _below(page))
    classes = " ".join(("jupyter-widgets widget-box widget-vbox", *page._dom_classes))
    return html('<div class="{}" data-charts="{}">{}</div>', classes, count, NOTHING.join(inside))


def _below(widget: w.Widget) -> Iterator[w.Widget]:
    for child in getattr(widget, "children", ()):
        yield child
        yield from _below(child)


def _chart(widget: w.Widget) -> bool:
    return isinstance(widget, LiveFigure) and bool(picture(json.loads(widget.spec)))


def still(widget: w.Widget) -> Markup:  # noqa: PLR0911  (one answer per kind)
    """One widget and what it holds, without those that are hidden."""
    if HIDDEN in widget._dom_classes:
        return NOTHING
    if isinstance(widget, w.Box):
        kind = "widget-hbox" if isinstance(widget, w.HBox) else "widget-vbox"
        return _placed(widget, f"widget-box {kind}", *map(still, widget.children))
    if isinstance(widget, w.HTML):
        inside = html('<div class="widget-html-content">{}</div>', widget.value)
        return _placed(widget, "widget-html widget-inline-hbox", inside)
    if isinstance(widget, LiveFigure):
        drawn = picture(json.loads(widget.spec))
        place = html('<div data-drawing="{}">{}</div>', widget.drawing.model_id, drawn)
        return _placed(widget, "tc-chart", place)
    if isinstance(widget, History):
        return _history(widget)
    if isinstance(widget, Search):
        return _search(widget)
    if isinstance(widget, w.Checkbox):
        box = html(
            '<label class="widget-label-basic"><input type="checkbox" {} disabled>{}</label>',
            "checked" if widget.value else "", widget.description,
        )  # fmt: skip
        return _placed(widget, "widget-checkbox widget-inline-hbox", box)
    if isinstance(widget, (w.Button, w.ToggleButton, w.FileUpload)):
        return html(
            '<button class="jupyter-widgets jupyter-button widget-button" style="{}" disabled>{}'
            "</button>", _look(widget), widget.description,
        )  # fmt: skip
    return _named(widget) if hasattr(widget, "description") else NOTHING


def _named(widget: w.DOMWidget) -> Markup:
    """A list to choose from, or a box to type into, behind its name."""
    if isinstance(widget, w.Dropdown):
        kind = "widget-dropdown"
        # All of them, since the list is as wide as the longest.
        names = [
            html("<option {}>{}</option>", "selected" * (name == widget.label), name)
            for name in widget._options_labels
        ]
        box = html("<select disabled>{}</select>", NOTHING.join(names))
    else:
        kind = "widget-text"
        number = isinstance(widget.value, (int, float))
        said = f"{widget.value:g}" if number else widget.value
        sort = "number" if number else "text"
        box = html('<input type="{}" value="{}" disabled>', sort, said)
    name = html('<span class="widget-label" style="width: auto">{}</span>', widget.description)
    return _placed(widget, f"{kind} widget-inline-hbox", name, box)


def _search(widget: Search) -> Markup:
    """A searched list, as `search.js` draws it."""
    field = html(
        '<div class="tc-field"><label>{}</label><span class="tc-search"><input value="{}" disabled>'
        "</span></div>", widget.label, widget.choice.label,
    )  # fmt: skip
    return _placed(widget, "tc-find", field)


def _history(widget: History) -> Markup:
    """The search in the patient's history and the strip's buttons, as `strip.js` draws them."""
    told = json.loads(widget.told.value)
    asked = NOTHING.join(
        html('<label><input type="checkbox" disabled>{}</label>', widget.entries[place]["name"])
        for place in told.get("asked", ())
    )
    if asked:
        asked = html("<span>Labels here ask for:</span>{}", asked)
    buttons = NOTHING.join(
        html('<button class="tc-act" disabled>{}</button>', name)
        for name in ("More", "New patient", "Copy link")
    )
    return html(
        '<div class="tc-history"><div class="tc-field"><label>History</label>'
        '<span class="tc-row"><span class="tc-search">'
        '<input placeholder="type: clot, heart, TB" disabled></span><span class="tc-chips"></span>'
        '</span></div><span class="tc-acts">{}</span><div class="tc-asked">{}</div>'
        '<p class="tc-said">{}</p></div>', buttons, asked, told.get("said", ""),
    )  # fmt: skip


def _placed(widget: w.DOMWidget, kind: str, *inside: Markup) -> Markup:
    """What a widget holds, in its classes and its layout."""
    # Our own (anywidget's) do not have the class, nor the margin that goes with it.
    common = () if isinstance(widget, anywidget.AnyWidget) else ("jupyter-widgets",)
    classes = " ".join((*common, kind, *widget._dom_classes))
    held = NOTHING.join(inside)
    return html('<div class="{}" style="{}">{}</div>', classes, _look(widget), held)


def _look(widget: w.DOMWidget) -> str:
    """The layout of a widget as style."""
    layout: dict[str, Any] = widget.layout.get_state(
        [name for name in widget.layout.keys if not name.startswith("_")]
    )
    return "; ".join(
        f"{name.replace('_', '-')}: {value}" for name, value in layout.items() if value
    )
