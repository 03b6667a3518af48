"""An explorer's page as plain HTML: its words, tables and pictures, without its controls."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

import ipywidgets as w
from markupsafe import Markup

from compare.pages.chart import LiveFigure
from compare.pages.explorer import Explorer
from compare.pages.markup import NOTHING, html
from compare.pages.still import picture


def still(page: Explorer, without: Collection[str] = ()) -> Markup:
    """What stands on the page, in its order; `without` these panels, and what can be saved."""
    left_out = {id(page.panels[name]) for name in (*without, "downloads")} | {id(page.banner)}
    return NOTHING.join(part for child in page.page.children for part in _parts(child, left_out))


def _parts(widget: w.Widget, left_out: Collection[int]) -> Iterator[Markup]:
    if id(widget) in left_out:
        return
    if isinstance(widget, w.HTML) and widget.value:
        yield html('<div class="{}">{}</div>', " ".join(widget._dom_classes), widget.value)
    elif isinstance(widget, LiveFigure):
        drawn = picture(json.loads(widget.spec))
        yield html('<div class="tc-chart">{}</div>', drawn) if drawn else NOTHING
    elif isinstance(widget, w.Box):
        for child in widget.children:
            yield from _parts(child, left_out)
