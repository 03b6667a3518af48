"""A slider with a name that screen readers say."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets


class Slider(anywidget.AnyWidget):
    """The browser's own slider; its value changes when it is released or moved by a key."""

    _esm = Path(__file__).parent / "slider.js"
    label = traitlets.Unicode().tag(sync=True)
    value = traitlets.CFloat().tag(sync=True)
    min = traitlets.CFloat().tag(sync=True)
    max = traitlets.CFloat().tag(sync=True)
    step = traitlets.CFloat().tag(sync=True)

    @traitlets.validate("value")
    def _inside(self, proposal: dict[str, float]) -> float:
        return float(min(max(proposal["value"], self.min), self.max))
