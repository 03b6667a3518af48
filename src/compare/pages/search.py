"""A list that is searched by typing."""

from __future__ import annotations

import anywidget
import ipywidgets as w
import traitlets

from compare.pages.modules import module


class Search(anywidget.AnyWidget):
    """What is seen of `choice`, a dropdown: its choices by groups, or those that fit what is typed.

    `about`: by the name of a choice its group, a short name for a box in which the name would be
    cut, then other words by which it is found.
    """

    _esm = module("find", "matching", "search")
    label = traitlets.Unicode().tag(sync=True)
    choice = traitlets.Instance(w.Dropdown).tag(sync=True, **w.widget_serialization)
    about: traitlets.Dict[str, list[str]] = traitlets.Dict().tag(sync=True)
