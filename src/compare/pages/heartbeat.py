"""Whether a page still hears from its Python: if not, it says so and marks what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from compare.pages.chart import LiveFigure
from compare.pages.controls import Panel, layout, style
from compare.pages.files import Files
from compare.pages.modules import module
from compare.pages.search import Search
from compare.pages.strip import History


class Heartbeat(anywidget.AnyWidget):
    """The first thing on a page: empty while Python answers, else a sentence on what to do.

    The browser asks each second through `line`, which is told back who asked and which question;
    when the connection has been lost, it also asks for the whole page anew. `controls` are those
    whose changes must have been heard before the page counts as current again; `panels` change
    their content part by part.
    """

    _esm = module("find", "unheard", "keep", "heartbeat")
    line = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)
    controls = traitlets.List(traitlets.Instance(w.Widget)).tag(sync=True, **w.widget_serialization)
    panels = traitlets.List(traitlets.Instance(Panel)).tag(sync=True, **w.widget_serialization)

    def __init__(self, controls: Sequence[w.Widget], shown: Sequence[w.Widget]) -> None:
        super().__init__(
            line=w.Label(style=style(w.Label), layout=layout()),
            controls=list(controls),
            panels=[one for part in shown for one in sendable(part) if isinstance(one, Panel)],
            layout=layout(),
        )
        self._shown = shown
        self.silent = False
        self.line.on_msg(self.answer)

    def answer(self, _: w.Widget, asked: dict[str, Any], __: Sequence[memoryview]) -> None:
        """Answer a question of the browser's, after sending the whole page where it asks for it.

        `silent` where the page could not be shown as it should be: then nobody answers.
        """
        if self.silent:
            return
        if asked["whole"]:
            for widget in self._shown:
                for one in sendable(widget):
                    one.send_state()
        self.line.value = f"{asked['window']} {asked['number']}"


def sendable(widget: w.Widget) -> Iterator[w.Widget]:
    """The widgets of ipywidgets that hold what a widget shows, with all it holds.

    Not files of the reader's: they came from the browser. Nor widgets of our own, whose views
    follow one of ipywidgets.
    """
    if isinstance(widget, LiveFigure):
        yield widget.drawing
    elif isinstance(widget, Files):
        yield widget.links
    elif not isinstance(widget, (anywidget.AnyWidget, w.FileUpload)):
        yield widget
    if isinstance(widget, Search):
        yield widget.choice
    if isinstance(widget, History):
        yield widget.history
        yield widget.told
    for child in getattr(widget, "children", ()):
        yield from sendable(child)
