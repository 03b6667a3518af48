"""A list that is searched by typing."""

from __future__ import annotations

from pathlib import Path

import anywidget
import ipywidgets as w
import traitlets

HERE = Path(__file__).parent
MATCHING = (HERE / "matching.js").read_text(encoding="utf-8")


class Search(anywidget.AnyWidget):
    """What is seen of `choice`, a dropdown: its choices by groups, or those that fit what is typed.

    `about`: by the name of a choice its group, then other words by which it is found.
    """

    _esm = MATCHING + (HERE / "search.js").read_text(encoding="utf-8")
    label = traitlets.Unicode().tag(sync=True)
    choice = traitlets.Instance(w.Dropdown).tag(sync=True, **w.widget_serialization)
    about: traitlets.Dict[str, list[str]] = traitlets.Dict().tag(sync=True)
