"""Controls by their names, and the layouts and styles that they share.

To a browser every layout and every style is a widget of its own, to be sent and built: by default
two thirds of all. Those that are alike are therefore one, and never changed: `reveal` hides a
control without touching its layout.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import ipywidgets as w
import traitlets
from markupsafe import Markup

from compare.pages.markup import html, text
from compare.pages.slider import Slider


@functools.cache
def shared(kind: type[w.Widget], **traits: Any) -> w.Widget:
    """The one widget of a kind with these traits: a layout or a style, not to be changed."""
    return kind(**traits)


def layout(**traits: str) -> w.Layout:
    """The layout that has these traits."""
    return shared(w.Layout, **traits)


def style(kind: type[w.Widget]) -> w.Widget:
    """The style of all widgets of a kind; where they have a name, it is shown whole."""
    look = kind.style.klass
    whole = {"description_width": "initial"} if "description_width" in look.class_traits() else {}
    return shared(look, **whole)


WRAP = layout(flex_flow="row wrap", align_items="flex-end", width="100%", grid_gap="4px 18px")
FULL = layout(width="100%")
HIDDEN = "tc-hidden"


class Quiet:
    """True inside `with`: controls are then changed by the page itself, not by its reader."""

    def __init__(self) -> None:
        self._depth = 0

    def __bool__(self) -> bool:
        return self._depth > 0

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1


def labelled(kind: type[w.Widget], name: str, width: str = "auto", **traits: Any) -> w.Widget:
    """A control with its whole name shown, as wide as it needs to be or as is said."""
    own = layout(width=width, max_width="98%")
    return kind(description=name, style=style(kind), layout=own, **traits)


def checkbox(name: str, value: bool = False, tooltip: str | None = None) -> w.Checkbox:
    """A check box beside its name."""
    return labelled(w.Checkbox, name, value=value, indent=False, tooltip=tooltip)


def number_with_slider(
    name: str, value: float, low: float, high: float, step: float
) -> tuple[w.BoundedFloatText, w.HBox]:
    """A named number box (the control) beside a slider that follows it, and their row."""
    box = labelled(w.BoundedFloatText, name, "200px", value=value, min=low, max=high, step=step)
    slider = Slider(label=f"{name}, slider", box=box, layout=layout())
    return box, w.HBox([box, slider], layout=layout(align_items="center"))


class Shown(traitlets.TraitType[Markup, Any]):
    """HTML that a browser shows: plain text put here is escaped."""

    default_value = Markup()

    def validate(self, obj: Any, value: Any) -> Markup:
        return text(value)


class Panel(w.HTML):  # type: ignore[misc]
    """The one place where HTML goes to the browser."""

    value = Shown().tag(sync=True)


def words(shown: Any = "") -> Panel:
    """A place for HTML; plain text in it is escaped."""
    return Panel(value=shown, style=style(w.HTML), layout=layout())


def heading(title: str) -> Panel:
    """A heading between panels."""
    return words(html("<h2>{}</h2>", title))


def reveal(widget: w.DOMWidget, visible: bool) -> None:
    """Show or hide a widget; says nothing to the browser where it is so already."""
    if visible:
        widget.remove_class(HIDDEN)
    else:
        widget.add_class(HIDDEN)


def fold(name: str, first: Sequence[w.Widget], more: Sequence[w.Widget]) -> list[w.Widget]:
    """A row of controls that ends with a button, and a row that the button shows and hides."""
    button = labelled(w.ToggleButton, name, tooltip="Show or hide more settings")
    box = w.HBox(more, layout=WRAP)
    reveal(box, False)
    button.observe(lambda change: reveal(box, change["new"]), names="value")
    return [w.HBox([*first, button], layout=WRAP), box]


def offer(control: w.Dropdown, choices: Sequence[Any], value: Any) -> None:
    """Choices for a dropdown, and what is chosen; says nothing to the browser where it is so."""
    if list(control.options) != list(choices):
        control.options = choices
    control.value = value


def reset(control: w.Dropdown, choices: Sequence[tuple[str, str]]) -> None:
    """New choices for a dropdown, keeping its value where it is still offered."""
    keys = [key for _, key in choices]
    offer(control, choices, control.value if control.value in keys else keys[0])
