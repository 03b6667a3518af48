"""The one look of every chart, and the one way to write traces into a live figure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

Trace = dict[str, Any]

CLASSES = {
    "ivig": ("IVIG", "#0072B2", "circle"),
    "cytokine_inhibitor": ("Cytokine inhibitor", "#D55E00", "square"),
    "monoclonal_antibody": ("Monoclonal antibody", "#007A5A", "diamond"),
    "biologic": ("Other biologic", "#A0447B", "triangle-up"),
}
INK = "#1b1f24"
FAINT = "#5b6470"
GRID = "#e3e6ea"
FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif"
ROW_PX = 34
FRAME_PX = 130

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 14, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 10, "r": 20, "t": 50, "b": 60},
        "colorway": [color for _, color, _ in CLASSES.values()],
        "xaxis": {
            "gridcolor": GRID,
            "zerolinecolor": FAINT,
            "automargin": True,
            "ticks": "outside",
        },
        "yaxis": {"gridcolor": GRID, "zerolinecolor": FAINT, "automargin": True},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "title": None},
        "hoverlabel": {"align": "left", "font": {"size": 13}},
        "bargap": 0.35,
        # "Share chart" would upload the reader's chart to a third party.
        "modebar": {"remove": ["sendChartToCloud", "select2d", "lasso2d"]},
    }
)


def label(value: object) -> str:
    """Text for a chart. Plotly reads a few HTML tags, and takes `$1 to $2` for TeX, whose
    typesetting it would wait for, for ever without a network: both are escaped.
    """
    return html.escape(str(value)).replace("$", "&#36;")


def bar_layout(rows: int, x_title: str, **more: Any) -> dict[str, Any]:
    """Layout of a chart with one horizontal row per item, tall enough for every label."""
    return {
        "template": TEMPLATE,
        "height": FRAME_PX + ROW_PX * max(rows, 2),
        "xaxis": {"title": {"text": x_title}},
        "yaxis": {"autorange": "reversed"},
        "barmode": "overlay",
        "annotations": [],
        **more,
    }


def empty_layout(sentence: str) -> dict[str, Any]:
    """Layout of a figure that has nothing to show, with a sentence that says why or what to do."""
    return {
        "template": TEMPLATE,
        "height": 180,
        "annotations": [
            {
                "text": label(sentence),
                "xref": "paper",
                "yref": "paper",
                "x": 0.5,
                "y": 0.5,
                "showarrow": False,
                "font": {"size": 15, "color": FAINT},
            }
        ],
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    }


def blank(traces: Sequence[Trace]) -> list[Trace]:
    """The same traces without a point: what a figure shows when its numbers cannot be trusted."""
    arrays = ("x", "y", "z", "base", "text", "customdata")
    return [{**trace, **{name: [] for name in arrays if name in trace}} for trace in traces]


def write(widget: go.FigureWidget, traces: Sequence[Trace], layout: Mapping[str, Any]) -> None:
    """Write traces and layout into a live figure in one message; zoom is reset, traces are kept.

    The figure must have as many traces as it gets: trace lists are of fixed length per chart.
    """
    if len(widget.data) != len(traces):
        raise ValueError(f"the figure has {len(widget.data)} traces, {len(traces)} were given")
    with widget.batch_update():
        for shown, trace in zip(widget.data, traces, strict=True):
            shown.update({k: v for k, v in trace.items() if k != "type"}, overwrite=True)
        changes = {k: v for k, v in layout.items() if k != "template"}
        widget.layout.update(changes, overwrite=True)
    # A page that opens later (Voila, a reload) is drawn from the widget's stored state, which plotly
    # renews only where the figure is displayed by itself; here it stands inside a page.
    widget._repr_mimebundle_()
