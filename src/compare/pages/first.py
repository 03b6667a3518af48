"""A page as it opens, as plain HTML: what the app sends ahead of the page's own widgets.

Each widget stands as the one of ipywidgets would, with its classes, so that the live page takes its
place without a jump; its words, numbers and pictures are the widget's own. It goes as far as the
first picture or table below the answer. Nothing in it can be changed.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import Any

import anywidget
import ipywidgets as w

from compare.pages.chart import LiveFigure
from compare.pages.controls import HIDDEN
from compare.pages.search import Search
from compare.pages.still import picture
from compare.pages.strip import History

PICTURES = ("<table", "<svg", "tc-forest")


def first(page: w.VBox) -> str:
    """The page's HTML, down to its first picture. `data-charts` counts the charts of the page."""
    inside = []
    answered = False
    for child in page.children:
        made = "".join(still(child))
        inside.append(made)
        answered |= "tc-finding" in child._dom_classes
        if answered and (_chart(child) or any(sign in made for sign in PICTURES)):
            break
    count = sum(isinstance(widget, LiveFigure) for widget in _below(page))
    classes = " ".join(("jupyter-widgets widget-box widget-vbox", *page._dom_classes))
    return f'<div class="{classes}" data-charts="{count}">{"".join(inside)}</div>'


def _below(widget: w.Widget) -> Iterator[w.Widget]:
    for child in getattr(widget, "children", ()):
        yield child
        yield from _below(child)


def _chart(widget: w.Widget) -> bool:
    return isinstance(widget, LiveFigure) and bool(picture(json.loads(widget.spec)))


def still(widget: w.Widget) -> Iterator[str]:
    """One widget and what it holds, without those that are hidden."""
    if HIDDEN in widget._dom_classes:
        return
    if isinstance(widget, w.Box):
        kind = "widget-hbox" if isinstance(widget, w.HBox) else "widget-vbox"
        yield _open(widget, f"widget-box {kind}")
        for child in widget.children:
            yield from still(child)
        yield "</div>"
    elif isinstance(widget, w.HTML):
        yield _open(widget, "widget-html widget-inline-hbox")
        yield f'<div class="widget-html-content">{widget.value}</div></div>'
    elif isinstance(widget, LiveFigure):
        yield _open(widget, "tc-chart")
        yield f'<div data-drawing="{widget.drawing.model_id}">'
        yield picture(json.loads(widget.spec))
        yield "</div></div>"
    elif isinstance(widget, History):
        yield _history(widget)
    elif isinstance(widget, Search):
        yield _search(widget)
    elif isinstance(widget, w.Checkbox):
        yield _open(widget, "widget-checkbox widget-inline-hbox")
        yield f'<label class="widget-label-basic"><input type="checkbox" {_on(widget.value)} '
        yield f"disabled>{_text(widget.description)}</label></div>"
    elif isinstance(widget, (w.Button, w.ToggleButton, w.FileUpload)):
        words = _text(widget.description)
        if isinstance(widget, w.FileUpload):
            words = f'<i class="fa fa-upload"></i>{words} ({len(widget.value)})'
        yield f'<button class="jupyter-widgets jupyter-button widget-button" {_look(widget)} '
        yield f"disabled>{words}</button>"
    elif hasattr(widget, "description"):
        yield _named(widget)


def _named(widget: w.Widget) -> str:
    """A list to choose from, or a box to type into, behind its name."""
    if isinstance(widget, w.Dropdown):
        kind = "widget-dropdown"
        # All of them, since the list is as wide as the longest.
        names = (
            f"<option {'selected' * (name == widget.label)}>{_text(name)}</option>"
            for name in widget._options_labels
        )
        box = f"<select disabled>{''.join(names)}</select>"
    else:
        kind = "widget-text"
        number = isinstance(widget.value, (int, float))
        said = f"{widget.value:g}" if number else _text(widget.value)
        box = f'<input type="{"number" if number else "text"}" value="{said}" disabled>'
    name = f'<span class="widget-label" style="width: auto">{_text(widget.description)}</span>'
    return f"{_open(widget, f'{kind} widget-inline-hbox')}{name}{box}</div>"


def _search(widget: Search) -> str:
    """A searched list, as `search.js` draws it."""
    return (
        f'{_open(widget, "tc-find")}<div class="tc-field"><label>{_text(widget.label)}</label>'
        f'<span class="tc-search"><input value="{_text(widget.choice.label)}" disabled></span>'
        "</div></div>"
    )


def _history(widget: History) -> str:
    """The search in the patient's history and the strip's buttons, as `strip.js` draws them."""
    told = json.loads(widget.told.value)
    names = [_text(widget.entries[place]["name"]) for place in told.get("asked", ())]
    asked = "".join(f'<label><input type="checkbox" disabled>{name}</label>' for name in names)
    if asked:
        asked = f"<span>Labels here ask for:</span>{asked}"
    buttons = "".join(
        f'<button class="tc-act" disabled>{name}</button>'
        for name in ("More", "New patient", "Copy link")
    )
    return (
        '<div class="tc-history"><div class="tc-field"><label>History</label>'
        '<span class="tc-row"><span class="tc-search">'
        '<input placeholder="type: clot, heart, TB" disabled></span><span class="tc-chips"></span>'
        f'</span></div><span class="tc-acts">{buttons}</span><div class="tc-asked">{asked}</div>'
        f'<p class="tc-said">{_text(told.get("said", ""))}</p></div>'
    )


def _on(value: bool) -> str:
    return "checked" if value else ""


def _text(words: object) -> str:
    return html.escape(str(words))


def _open(widget: w.DOMWidget, kind: str) -> str:
    """The opening tag of a widget, with its classes and its layout."""
    # Our own (anywidget's) do not have the class, nor the margin that goes with it.
    common = () if isinstance(widget, anywidget.AnyWidget) else ("jupyter-widgets",)
    classes = " ".join((*common, kind, *widget._dom_classes))
    return f'<div class="{classes}" {_look(widget)}>'


def _look(widget: w.DOMWidget) -> str:
    """The layout of a widget as style."""
    layout: dict[str, Any] = widget.layout.get_state(
        [name for name in widget.layout.keys if not name.startswith("_")]
    )
    rules = (f"{name.replace('_', '-')}: {value}" for name, value in layout.items() if value)
    return f'style="{_text("; ".join(rules))}"'
