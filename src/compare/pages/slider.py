"""A slider with a name that screen readers say."""

from __future__ import annotations

from pathlib import Path

import anywidget
import ipywidgets as w
import traitlets


class Slider(anywidget.AnyWidget):
    """The browser's own slider: another view of a number box, whose range and value it takes.

    The box changes when the slider is released or moved by a key.
    """

    _esm = Path(__file__).parent / "slider.js"
    label = traitlets.Unicode().tag(sync=True)
    box = traitlets.Instance(w.BoundedFloatText).tag(sync=True, **w.widget_serialization)
