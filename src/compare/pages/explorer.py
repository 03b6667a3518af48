"""What every explorer is made of: named controls, a guarded refresh, and one way to show things."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ipywidgets as w
import pandas as pd
from markupsafe import Markup

from compare.data.errors import DataError
from compare.data.evidence import Evidence
from compare.data.rows import Row
from compare.data.scenario import Scenario
from compare.pages.chart import SERVED, LiveFigure
from compare.pages.controls import FULL, Panel, Quiet, words
from compare.pages.files import File, Files
from compare.pages.first import first
from compare.pages.heartbeat import Heartbeat
from compare.pages.markup import csv_text, file_name, html, sources_behind
from compare.pages.strip import Strip
from compare.words import MINUS

CAUTION = (
    "For clinicians. It informs and does not advise. Not compared here: plasma exchange, "
    "corticosteroids, oral immunosuppressants, JAK and S1P inhibitors."
)
STYLE = Markup((Path(__file__).parent / "house.css").read_text(encoding="utf-8"))


class Explorer:
    """A page: the strip, and what subclasses add to `controls`, `start` with and declare.

    A page declares its `view` (evidence and scenario to what it shows), the `digest` of it, what
    `show` writes of it, what can be `saved` of it and the `cited` rows, whose sources it lists.
    Every change of a control goes through `refresh`, which on any error empties the page's figures
    and says why, so that no chart ever stands beside settings that it does not belong to.

    A page `below` another one shows what the other's strip says, and has none of its own.
    """

    _view: Callable[..., Any]
    _digest: Callable[[Any], str]

    def __init_subclass__(
        cls, view: Callable[..., Any] | None = None, digest: Callable[[Any], str] | None = None
    ) -> None:
        if view is not None and digest is not None:
            cls._view, cls._digest = staticmethod(view), staticmethod(digest)

    def __init__(
        self,
        evidence: Evidence,
        condition_id: str = "cidp",
        today: date | None = None,
        below: Explorer | None = None,
    ) -> None:
        self.below = below
        self.strip: Strip = below.strip if below else Strip(evidence, condition_id)
        self.controls: dict[str, w.Widget] = dict(self.strip.controls)
        self.status: Panel = words().add_class("tc-status")
        self.finding: Panel = words().add_class("tc-finding").add_class("tc-panel")
        self.panels: dict[str, w.Widget] = {}
        self.uploads: Sequence[w.Widget] = ()
        self.quiet = Quiet()
        self._made: dict[str, Any] = {}
        self.today = today or date.today()
        stamp = f"Data of {evidence.data_date}, version {evidence.version}."
        days = (self.today - evidence.data_date).days
        stamp += f" That is {days} days ago." if days > 0 else ""
        head = html("<style>{}</style>", STYLE)
        self.banner = words(head + html('<p class="tc-banner">{} {}</p>', stamp, CAUTION))

    def start(self, children: Sequence[w.Widget]) -> None:
        """Assemble the page, listen to every control, and show it for the first time.

        Above the page's own parts stands the strip, below them what can be saved and the sources,
        where the page has not put these elsewhere.
        """
        last = [] if "downloads" in self.panels else [self.downloads()]
        last += [] if "sources" in self.panels else [self.panel("sources")]
        head = [] if self.below else [*self.strip.shown, self.banner]
        children = [*head, *children, *last]
        wishes = [panel.wish for panel in self.panels.values() if isinstance(panel, Files)]
        heard = *self.controls.values(), *self.uploads, *wishes
        self.heartbeat = Heartbeat(heard, children)
        self.strip.history.controls = self.heartbeat.controls
        self.page = w.VBox([self.heartbeat, *children], layout=FULL).add_class("tc-page")
        for name, control in self.controls.items():
            if name not in self.strip.controls:
                control.observe(self.on_change, names="value")
        self.strip.listeners.append(self.on_change)
        self.refresh()

    @property
    def evidence(self) -> Evidence:
        """The evidence whose figures are shown, with the reader's own prices."""
        return self.strip.evidence

    def scenario(self) -> Scenario:
        """The state of the controls. Raises `ValueError` where it cannot be read."""
        return self.strip.scenario()

    def on_change(self, change: Mapping[str, Any]) -> None:
        """A control has changed: adapt the others to it, then show.

        Another patient takes no name over from the one before.
        """
        if self.quiet:
            return
        if change.get("another") and "name" in self.controls:
            with self.quiet:
                self.controls["name"].value = ""
        self.together(lambda: self.adapt(change))

    def together(self, act: Callable[[], None]) -> None:
        """Change several controls and show once, at the end."""
        with self.quiet:
            fine = self.guarded(act)
        if fine:
            self.refresh()

    def refresh(self) -> None:
        """Show the state of the controls; on an error, show nothing but the reason."""
        self.status.value = ""
        self.guarded(lambda: self.write(self.compute()))

    def write(self, computed: Any) -> None:
        """Write what was computed into the page, then what can be saved of it and its sources.

        A view that is `kept`, and so the very one of last time, stands there already.
        """
        self.offer(computed)
        if self.other("page", computed):
            self.show(computed)
            self.panels["downloads"].offer(self.saved(computed))
            self.panels["sources"].value = self.sources(computed)

    def other(self, name: str, of: Any) -> bool:
        """Whether a part of the page is to be made of another thing than it was made of last."""
        before, self._made[name] = self._made.get(name), of
        return before is not of

    def put(self, name: str, of: Any, made: Callable[[Any], Markup]) -> None:
        """Write a panel as `made` of something, unless it was made of that very thing."""
        if self.other(name, of):
            self.panels[name].value = made(of)

    def guarded(self, act: Callable[[], None]) -> bool:
        """Run, and whether it went well; on an error empty the page and say why in plain words."""
        try:
            act()
        except Exception as error:
            try:
                self.clear()
                self.status.value = html("<p>{}</p>", sentence(error))
            except Exception:
                # Not even that: without an answer the browser marks the page as not current.
                self.heartbeat.silent = True
            return False
        return True

    def clear(self) -> None:
        """Empty every figure, table and finding."""
        self._made.clear()
        self.finding.value = ""
        for panel in self.panels.values():
            if isinstance(panel, LiveFigure):
                panel.clear()
            elif isinstance(panel, Files):
                panel.offer()
            else:
                panel.value = ""

    def adapt(self, change: Mapping[str, Any]) -> None:
        """Set other controls after a change, such as the weight after a new condition."""

    def compute(self) -> Any:
        """Everything that the page shows, from the state of the controls."""
        return self._view(self.evidence, self.scenario())

    def digest(self) -> str:
        """The numbers behind the page as it stands, as text for a reviewer's comparison."""
        return self._digest(self.compute()).replace(MINUS, "-")

    def offer(self, computed: Any) -> None:
        """Give the page's own controls their choices; nothing where these do not change."""

    def show(self, computed: Any) -> None:
        """Write what was computed into the page's own parts."""
        raise NotImplementedError

    def saved(self, computed: Any) -> Iterable[File]:
        """What can be saved, each made by `file`."""
        raise NotImplementedError

    def cited(self, computed: Any) -> Iterable[pd.DataFrame | Sequence[Row]]:
        """Every set of rows shown; the page lists the sources that they name."""
        raise NotImplementedError

    def sources(self, computed: Any) -> Markup:
        """The list of sources."""
        return sources_behind(self.evidence, *self.cited(computed))

    @property
    def about(self) -> tuple[str, str]:
        """Condition and weight, as they stand in names of files."""
        scenario = self.scenario()
        return scenario.condition_id, f"{scenario.patient.weight_kg:g}kg"

    def file(
        self, label: str, content: Callable[[], str], *named: str, ending: str = "csv"
    ) -> File:
        """A file to save, named by these parts, the data's date and version."""
        return File(label, file_name(*named, self.evidence.stamp, ending=ending), content)

    def csv(
        self,
        label: str,
        rows: pd.DataFrame | Sequence[Row],
        columns: Sequence[str],
        *named: str,
    ) -> File:
        """`file` of these columns (empty: all) of rows, with titles and dates of its sources."""
        evidence = self.evidence
        return self.file(label, lambda: csv_text(rows, columns, evidence), *named)

    def downloads(self, name: str = "downloads") -> Files:
        """A place for links to what can be saved, emptied on errors."""
        self.panels[name] = files = Files(self.guarded)
        return files

    def panel(self, name: str) -> w.HTML:
        """A place for HTML text, emptied on errors."""
        self.panels[name] = words().add_class("tc-panel")
        return self.panels[name]

    def chart(self, name: str, wide: bool = False) -> LiveFigure:
        """A place for a chart, emptied on errors. The page's first one brings the library.

        A `wide` one is left out on a phone, where the page shows the same in another form.
        """
        first = not any(isinstance(panel, LiveFigure) for panel in self.panels.values())
        figure = LiveFigure(with_library=first)
        if wide:
            figure.add_class("tc-wide")
        self.panels[name] = figure
        return figure

    def _ipython_display_(self) -> None:
        from IPython.display import display  # noqa: PLC0415  (only where there is a notebook)

        shown = self.page._repr_mimebundle_()
        if SERVED in os.environ and not self.below:
            shown["text/html"] = html("<style>{}</style>{}", STYLE, first(self.page))
        display(shown, raw=True)  # type: ignore[no-untyped-call]


def sentence(error: Exception) -> str:
    """What to tell a clinician of an error."""
    if isinstance(error, DataError):
        return str(error)
    if isinstance(error, ValueError):
        return f"This cannot be shown: {error}."
    if isinstance(error, MemoryError):
        return (
            "There is too little memory to compute this, so nothing is shown. Close pages that you "
            "do not need, then change a setting or reload the page."
        )
    return (
        "Something went wrong, so nothing is shown. Change a setting to try again, or reload the "
        f"page. (For the maintainers: {type(error).__name__}: {error})"
    )
