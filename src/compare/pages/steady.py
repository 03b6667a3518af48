"""A page that most changes of the patient leave as it is."""

from __future__ import annotations

from typing import Any

from compare.pages.explorer import Explorer


class Steady(Explorer):
    """A page whose view is kept under what it hangs on, so that another weight finds it again.

    What it shows is of its view alone: where that is the very one of last time, only the controls
    are given what it `offer`s and has chosen.
    """

    _written: Any = None

    def offer(self, shown: Any) -> None:
        """Give the page's own controls their choices; nothing where it has none."""

    def write(self, computed: Any) -> None:
        self.offer(computed)
        if computed is not self._written:
            super().write(computed)
            self._written = computed

    def clear(self) -> None:
        self._written = None
        super().clear()
