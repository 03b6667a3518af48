"""What a page can save: a file is written when its reader asks for it, and not before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from compare.pages.controls import layout, style
from compare.pages.markup import text
from compare.pages.modules import module

KINDS = {"csv": "text/csv", "json": "application/json", "html": "text/html"}


@dataclass(frozen=True)
class File:
    """A file by what its link says and by its name; `content` makes it."""

    label: str
    name: str
    content: Callable[[], str]

    @property
    def kind(self) -> str:
        """Its type, by the ending of its name."""
        return KINDS[self.name.rpartition(".")[2]]

    def written(self) -> str:
        """What is saved; in a page, plain text is escaped."""
        content = self.content()
        return text(content) if self.kind == "text/html" else content


class Files(anywidget.AnyWidget):
    """A link for each file that a page offers.

    Asked and answered through the values of widgets of ipywidgets: see `LiveFigure` for why.
    `guarded` runs what writes a file, and says in plain words where that fails.
    """

    _esm = module("find", "files")
    links = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)
    wish = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)
    given = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)

    def __init__(self, guarded: Callable[[Callable[[], None]], Any]) -> None:
        names = ("links", "wish", "given")
        parts = {name: w.Label(style=style(w.Label), layout=layout()) for name in names}
        parts["links"].value = "[]"
        super().__init__(**parts, layout=layout())
        self.offered: Sequence[File] = ()
        self.wish.observe(lambda change: guarded(lambda: self.give(change)), names="value")

    @property
    def value(self) -> str:
        """What the links say and the names of their files, as JSON; empty where none stands."""
        return str(self.links.value) if self.offered else ""

    def offer(self, files: Iterable[File] = ()) -> None:
        """Show these, and no others."""
        self.offered = list(files)
        self.links.value = json.dumps([[file.label, file.name] for file in self.offered])

    def give(self, change: Mapping[str, Any]) -> None:
        """Write the file whose place among those offered is asked for, for who has asked."""
        to, _, place = change["new"].rpartition(" ")
        if int(place) < len(self.offered):
            file = self.offered[int(place)]
            given = {"to": to, "name": file.name, "kind": file.kind, "content": file.written()}
            self.given.value = json.dumps(given)
