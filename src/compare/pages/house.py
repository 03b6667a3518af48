"""The one look of every chart."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from compare.data.evidence import CITED_JOIN
from compare.data.rows import Row, known
from compare.pages.markup import html
from compare.words import short_name

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
PHONE = {"least_width": 300}  # what a chart that fits a phone says in its `meta`
HOVER_CHARS = 90
HOVER_SOURCES = 2

GLYPHS = {"circle": "●", "square": "■", "diamond": "◆", "triangle-up": "▲", "x": "✖"}
# On a slanted label a square lies as a diamond, and a diamond as a square.
SLANT = 45
SLANTED = GLYPHS | {"square": "◆", "diamond": "■"}

AXIS = {
    "gridcolor": GRID, "zerolinecolor": FAINT, "automargin": True, "title": {"font": {"size": 14}},
}  # fmt: skip
TEMPLATE = {
    "layout": {
        "font": {"family": FONT, "size": 14, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 10, "r": 20, "t": 50, "b": 60},
        "colorway": [color for _, color, _ in CLASSES.values()],
        "xaxis": AXIS | {"ticks": "outside"},
        "yaxis": AXIS,
        # Keys stand above charts: Plotly's own lies over the marks once the window is widened.
        "showlegend": False,
        "hoverlabel": {"align": "left", "font": {"size": 13}},
        "bargap": 0.35,
        # "Share chart" would upload the reader's chart to a third party.
        "modebar": {"remove": ["sendChartToCloud", "select2d", "lasso2d"]},
    }
}


def label(value: object) -> str:
    """Text for a chart. Plotly reads a few HTML tags, and takes `$1 to $2` for TeX, whose
    typesetting it would wait for, for ever without a network: both are escaped.
    """
    return str(escape(value)).replace("$", "&#36;")


def round_numbers(low: float, high: float, parts: int = 5) -> list[float]:
    """Round numbers from the lower end to the higher one, in at most so many steps."""
    low, high = sorted((low, high))
    rough = (high - low) / parts
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * k for k in (1, 2, 5, 10) if size * k >= rough)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def short(value: float) -> str:
    """A large number as on an axis: `20k`, `1.5M`."""
    power = int(math.log10(value) // 3) if value >= 1000 else 0
    return f"{value / 1000**power:g}{['', 'k', 'M', 'G'][power]}"


def class_mark(therapy_class: str, slanted: bool = False) -> Markup:
    """The mark of a class in its color; colors alone do not tell all classes apart."""
    _, color, shape = CLASSES[therapy_class]
    glyph = (SLANTED if slanted else GLYPHS)[shape]
    return html('<span style="color:{}">{}</span>', color, glyph)


def class_name(row: Row, slanted: bool = False) -> str:
    """The therapy's short name behind the mark of its class."""
    return f"{class_mark(row['therapy_class'], slanted)} {label(short_name(row['therapy']))}"


def read_in(row: Mapping[str, Any]) -> list[str]:
    """`read_lines` as a chart shows them."""
    return [f"<i>{label(line)}</i>" for line in read_lines(row)]


def read_lines(row: Mapping[str, Any]) -> list[str]:
    """Lines of a hover: title and date of what a row of `Evidence.cited` was read in, and where."""
    titles = str(row["source"]).split(CITED_JOIN) if known(row.get("source")) else []
    lines = titles[:HOVER_SOURCES]
    if len(titles) > HOVER_SOURCES:
        lines.append(f"and {len(titles) - HOVER_SOURCES} more, listed below")
    if known(row.get("locator")):
        lines.append(str(row["locator"]))
    short = (textwrap.shorten(line, HOVER_CHARS, placeholder=" ...") for line in lines)
    return [line for line in short if line]


def words_at(x: Any, y: Any, said: str, **more: Any) -> dict[str, Any]:
    """An annotation without an arrow; `said` is as it stands in a chart (see `label`)."""
    return {"text": said, "x": x, "y": y, "showarrow": False, "font": {"size": 13}, **more}


def empty_layout(sentence: str) -> dict[str, Any]:
    """Layout of a figure that has nothing to show, with a sentence that says why or what to do."""
    look = {"xref": "paper", "yref": "paper", "font": {"size": 15, "color": FAINT}}
    return {
        "template": TEMPLATE,
        "height": 180,
        "meta": PHONE,
        "annotations": [words_at(0.5, 0.5, label(sentence), **look)],
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    }
