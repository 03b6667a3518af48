"""A slider with a name that screen readers say."""

from __future__ import annotations

import anywidget
import ipywidgets as w
import traitlets

from compare.pages.modules import module


class Slider(anywidget.AnyWidget):
    """The browser's own slider: another view of a number box, whose range and value it takes.

    The box changes when the slider is released or moved by a key.
    """

    _esm = module("find", "slider")
    label = traitlets.Unicode().tag(sync=True)
    box = traitlets.Instance(w.BoundedFloatText).tag(sync=True, **w.widget_serialization)
