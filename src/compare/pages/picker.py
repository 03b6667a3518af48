"""A button that opens files of the reader's, and refuses before sending what is too large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from compare.data.cells import MAX_BYTES, too_large
from compare.pages.controls import labelled, layout
from compare.pages.modules import module


class FilePicker(anywidget.AnyWidget):
    """What is seen of `upload`, a widget of ipywidgets that holds the files chosen last.

    All files chosen at once go to Python in one message. Where they have more than `most_bytes`,
    or cannot be read, none is sent, and `refused` is called with their names and the reason.
    """

    _esm = module("find", "picker")
    upload = traitlets.Instance(w.FileUpload).tag(sync=True, **w.widget_serialization)
    most_bytes = traitlets.Int(MAX_BYTES).tag(sync=True)

    def __init__(self, name: str, refused: Callable[[str, str], None], **more: Any) -> None:
        super().__init__(upload=labelled(w.FileUpload, name, **more), layout=layout())
        self._refused = refused
        self.upload.observe(self.on_error, names="error")

    def on_error(self, change: Mapping[str, Any]) -> None:
        """The browser did not send what was chosen: tell why."""
        if change["new"]:
            _, size, names = [*change["new"].split(" ", 2), "", ""][:3]
            reason = "it cannot be read"
            if size.isdecimal() and len(size) < 20:
                reason = f"what was chosen is {too_large(int(size))}"
            self._refused(names, reason)
