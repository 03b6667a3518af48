"""Pages: controls, an error guard, and the order on the page. Nothing is computed here."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.pages.explorer import Explorer


def every_explorer() -> list[type[Explorer]]:
    """The explorer of each page, for what is done with all of them; imports every page."""
    from compare.pages.explorer import Explorer  # noqa: PLC0415  (widgets only where they are used)

    found = []
    for folder in pkgutil.iter_modules(__path__):
        if folder.ispkg:
            inside = vars(importlib.import_module(f"{__name__}.{folder.name}"))
            found += [
                kind
                for kind in inside.values()
                if isinstance(kind, type) and issubclass(kind, Explorer)
            ]
    return found
