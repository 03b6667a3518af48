"""A live chart: the figure is one value, and the browser shows the newest one."""

from __future__ import annotations

import functools
import json
import os
import pkgutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets as w
import pandas as pd
import traitlets

from compare.pages.controls import layout, style
from compare.pages.house import Trace
from compare.pages.modules import module

if TYPE_CHECKING:
    import plotly.graph_objects as go


@functools.cache
def chart_library() -> bytes:
    """Plotly's JavaScript, 5 MB, read once however many pages are opened."""
    return pkgutil.get_data("plotly", "package_data/plotly.min.js") or b""


EMPTY = '{"data": [], "layout": {}}'
# Set by the app: it hands the chart library out as a file, and sends a page as it opens ahead.
SERVED = "COMPARE_SERVED"


class LiveFigure(anywidget.AnyWidget):
    """A plotly chart that is drawn anew, whole, each time it is given traces and a layout.

    The first figure of a page carries the chart library (`with_library`), the others wait for
    it; none does where it is served as a file. `label` names the chart for screen readers.

    What is drawn is the value of a widget of ipywidgets, `drawing`: anywidget drops every later
    message to a widget of its own whose module took more than 2 seconds to load, as on a slow
    machine, and the chart would go on showing what it opened with.
    """

    _esm = module("find", "chart")
    drawing = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)
    library = traitlets.Bytes(b"").tag(sync=True)
    label = traitlets.Unicode("chart; the same numbers stand in a table").tag(sync=True)

    def __init__(self, with_library: bool = False) -> None:
        super().__init__(
            drawing=w.Label(EMPTY, style=style(w.Label), layout=layout()),
            library=chart_library() if with_library and SERVED not in os.environ else b"",
            layout=layout(),
        )

    def draw(self, traces: Sequence[Trace], layout: Mapping[str, Any]) -> None:
        """Show these traces in this layout."""
        self.drawing.value = as_json({"data": traces, "layout": layout})

    def clear(self) -> None:
        """Show nothing."""
        self.drawing.value = EMPTY

    @property
    def spec(self) -> str:
        """Traces and layout as JSON."""
        return str(self.drawing.value)

    @property
    def drawn(self) -> go.Figure:
        """The figure as it is shown."""
        import plotly.graph_objects as go  # noqa: PLC0415  (16 MB, which no page needs)

        return go.Figure(json.loads(self.spec))


def as_json(spec: Mapping[str, Any]) -> str:
    """A chart's parts as JSON; numbers of numpy are plain ones, and what is not known is null."""

    def plain(value: Any) -> Any:
        return None if value is pd.NA else value.item()

    try:
        return json.dumps(spec, default=plain, allow_nan=False)
    except ValueError:
        whole = json.loads(json.dumps(spec, default=plain), parse_constant=lambda _: None)
        return json.dumps(whole)
