"""A live chart: the figure is one value, and the browser shows the newest one."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import plotly.graph_objects as go
import traitlets
from plotly.offline import get_plotlyjs
from plotly.utils import PlotlyJSONEncoder

from compare.charts.house import Trace


@functools.cache
def chart_library() -> str:
    """Plotly's JavaScript, 5 MB, read once however many pages are opened."""
    return str(get_plotlyjs())


EMPTY = '{"data": [], "layout": {}}'


class LiveFigure(anywidget.AnyWidget):
    """A plotly chart that is drawn anew, whole, each time it is given traces and a layout.

    The first figure of a page carries the chart library (`with_library`), the others wait for
    it. `serial` counts the drawings; `label` names the chart for screen readers.
    """

    _esm = Path(__file__).parent / "live.js"
    spec = traitlets.Unicode(EMPTY).tag(sync=True)
    library = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("chart; the same numbers stand in a table").tag(sync=True)
    serial = traitlets.Int(0).tag(sync=True)

    def __init__(self, with_library: bool = False) -> None:
        super().__init__(library=chart_library() if with_library else "")

    def draw(self, traces: Sequence[Trace], layout: Mapping[str, Any]) -> None:
        """Show these traces in this layout."""
        self._show(json.dumps({"data": traces, "layout": layout}, cls=PlotlyJSONEncoder))

    def clear(self) -> None:
        """Show nothing."""
        self._show(EMPTY)

    def _show(self, spec: str) -> None:
        with self.hold_sync():
            self.serial += 1
            self.spec = spec

    @property
    def drawn(self) -> go.Figure:
        """The figure as it is shown."""
        return go.Figure(json.loads(self.spec))
