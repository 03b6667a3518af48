"""What every explorer is made of: named controls, a guarded refresh, and one way to show things."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import ipywidgets as w
import pandas as pd

from compare.errors import DataError
from compare.evidence import Evidence
from compare.explorers.live import LiveFigure
from compare.explorers.slider import Slider
from compare.markup import cited_csv, csv_text
from compare.tables import Row

CAUTION = (
    "For clinicians. It informs and does not advise. Not compared here: plasma exchange, "
    "corticosteroids, oral immunosuppressants, JAK and S1P inhibitors."
)
STYLE = (Path(__file__).parents[1] / "house.css").read_text(encoding="utf-8")
WRAP = w.Layout(flex_flow="row wrap", align_items="flex-end", width="100%", grid_gap="4px 18px")


def labelled(control: w.Widget, width: str = "auto") -> w.Widget:
    """The control with its whole label shown, as wide as it needs to be."""
    control.style.description_width = "initial"
    control.layout.width = width
    control.layout.max_width = "98%"
    return control


def number_with_slider(
    name: str, value: float, low: float, high: float, step: float
) -> tuple[w.BoundedFloatText, w.HBox]:
    """A labelled number box (the control) beside a slider that follows it, and their row."""
    box = labelled(
        w.BoundedFloatText(value=value, min=low, max=high, step=step, description=name), "200px"
    )
    slider = Slider(label=f"{name}, slider", box=box)
    return box, w.HBox([box, slider], layout=w.Layout(align_items="center"))


class Explorer:
    """A page with controls. Subclasses fill `controls` and `body`, and write `compute`.

    `compute()` returns what `show()` writes into the page. Every change of a control goes
    through `refresh`, which on any error empties the page's figures and says why, so that no
    chart ever stands beside settings that it does not belong to.
    """

    def __init__(self, evidence: Evidence, today: date | None = None) -> None:
        self.evidence = evidence
        self.controls: dict[str, w.Widget] = {}
        self.status = w.HTML()
        self.status.add_class("tc-status")
        self.finding = w.HTML()
        self.finding.add_class("tc-finding")
        self.panels: dict[str, w.Widget] = {}
        self._busy = False
        self._saved: dict[str, tuple[pd.DataFrame | Sequence[Row], str]] = {}
        self.today = today or date.today()
        stamp = f"Data of {evidence.data_date}, version {evidence.version}."
        days = (self.today - evidence.data_date).days
        stamp += f" That is {days} days ago." if days > 0 else ""
        self.banner = w.HTML(
            f"<style>{STYLE}</style>"
            f'<p class="tc-banner">{html.escape(stamp)} {html.escape(CAUTION)}</p>'
        )

    def start(self, children: Sequence[w.Widget]) -> None:
        """Assemble the page, listen to every control, and show it for the first time."""
        self.page = w.VBox(list(children), layout=w.Layout(width="100%"))
        self.page.add_class("tc-page")
        for control in self.controls.values():
            control.observe(self.on_change, names="value")
        self.refresh()

    def on_change(self, change: Mapping[str, Any]) -> None:
        """A control has changed: adapt the others to it, then show."""
        if not self._busy:
            self.together(lambda: self.adapt(change))

    def together(self, act: Callable[[], None]) -> None:
        """Change several controls and show once, at the end."""
        self._busy = True
        fine = self.guarded(act)
        self._busy = False
        if fine:
            self.refresh()

    def refresh(self) -> None:
        """Show the state of the controls; on an error, show nothing but the reason."""
        if self._busy:
            return
        self.status.value = ""
        self.guarded(lambda: self.show(self.compute()))

    def guarded(self, act: Callable[[], None]) -> bool:
        """Run, and whether it went well; on an error empty the page and say why in plain words."""
        try:
            act()
        except Exception as error:
            self.clear()
            self.status.value = f"<p>{html.escape(sentence(error))}</p>"
            return False
        return True

    def clear(self) -> None:
        """Empty every figure, table and finding."""
        self.finding.value = ""
        for panel in self.panels.values():
            if isinstance(panel, LiveFigure):
                panel.clear()
            else:
                panel.value = ""

    def adapt(self, change: Mapping[str, Any]) -> None:
        """Set other controls after a change, such as the weight after a new condition."""

    def compute(self) -> Any:
        """Everything that the page shows, from the state of the controls."""
        raise NotImplementedError

    def show(self, computed: Any) -> None:
        """Write what was computed into the page."""
        raise NotImplementedError

    def digest(self) -> str:
        """The numbers behind the page as it stands, as text for a reviewer's comparison."""
        raise NotImplementedError

    def panel(self, name: str) -> w.HTML:
        """A place for HTML text, emptied on errors."""
        self.panels[name] = w.HTML()
        return self.panels[name]

    def chart(self, name: str) -> LiveFigure:
        """A place for a chart, emptied on errors. The page's first one brings the library."""
        first = not any(isinstance(panel, LiveFigure) for panel in self.panels.values())
        figure = LiveFigure(with_library=first)
        self.panels[name] = figure
        return figure

    def csv(
        self, name: str, shown: pd.DataFrame | Sequence[Row], columns: Sequence[str] = ()
    ) -> str:
        """A frame, or these columns of rows, with titles and dates of its sources as CSV text.

        Written anew only where it is not the very one of last time.
        """
        if name not in self._saved or self._saved[name][0] is not shown:
            evidence = self.evidence
            if isinstance(shown, pd.DataFrame):
                content = csv_text(evidence.cited(shown))
            else:
                content = cited_csv(evidence.cited_rows(shown), columns)
            self._saved[name] = shown, content
        return self._saved[name][1]

    def _ipython_display_(self) -> None:
        from IPython.display import display  # noqa: PLC0415  (only where there is a notebook)

        display(self.page)  # type: ignore[no-untyped-call]


def sentence(error: Exception) -> str:
    """What to tell a clinician of an error."""
    if isinstance(error, DataError):
        return str(error)
    if isinstance(error, ValueError):
        return f"This cannot be shown: {error}."
    return (
        "Something went wrong, so nothing is shown. Change a setting to try again, or reload the "
        f"page. (For the maintainers: {type(error).__name__}: {error})"
    )


def condition_control(evidence: Evidence, condition_id: str, name: str = "Condition") -> w.Dropdown:
    """The list of conditions, by name."""
    return labelled(
        w.Dropdown(
            options=options_of(evidence.conditions, "condition_id", "condition"),
            value=condition_id,
            description=name,
        )
    )


def age_control(age_years: float) -> w.BoundedFloatText:
    """The patient's age."""
    box = w.BoundedFloatText(value=age_years, min=0, max=120, description="Age (years)")
    return labelled(box, "170px")


def height_control(height_cm: float | None) -> w.BoundedFloatText:
    """The patient's height; 0 where it is not known."""
    box = w.BoundedFloatText(
        value=height_cm or 0, min=0, max=250, description="Height (cm), 0: not known"
    )
    return labelled(box, "270px")


def sex_control() -> w.Dropdown:
    """The patient's sex, which only ideal weight and some cautions need."""
    choices = [("not given", ""), ("female", "female"), ("male", "male")]
    return labelled(w.Dropdown(options=choices, description="Sex"))


def options_of(frame: Any, id_column: str, name_column: str) -> list[tuple[str, str]]:
    """Choices of a dropdown, (name, id), by name."""
    pairs = zip(frame[name_column], frame[id_column], strict=True)
    return sorted(pairs, key=lambda pair: pair[0].lower())
