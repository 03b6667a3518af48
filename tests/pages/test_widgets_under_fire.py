"""Random changes of controls: no error, nothing left over from an earlier state, no growing memory.

After the last move the page is compared, panel by panel, with a fresh explorer that was set to the
same state. The normal run makes 12 moves on each page (about a hundred), `soak` 1,000.
"""

import gc
import random
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import Any

import ipywidgets as w
import pytest

import compare
from compare.pages import every_explorer
from compare.pages.chart import LiveFigure
from compare.pages.controls import HIDDEN
from compare.pages.cost.page import CostExplorer
from compare.pages.explorer import Explorer

MOVES, SOAK_MOVES, SEED = 12, 1000, 7
TODAY = date(2026, 11, 24)
UNEXPECTED = "Something went wrong"
WORDS = ("", "ward 7", "0 to 50", "5-40", "-3", "50 to 0", "abc", "1e9 to 2e9", "$1 to $2", "<b>&")


PAGES = every_explorer()


def inside(widget: w.Widget) -> Iterator[w.Widget]:
    """The widget and all it holds."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from inside(child)


def hidden(control: w.Widget) -> bool:
    """Whether a reader cannot reach the control."""
    return HIDDEN in control._dom_classes or bool(getattr(control, "disabled", False))


def move(page: Explorer, dice: random.Random) -> str:
    """Change one control as a reader could; what was done, in words."""
    buttons = [one for one in inside(page.page) if isinstance(one, w.Button)]
    if buttons and dice.random() < 0.05:
        button = dice.choice(buttons)
        button.click()
        return f"click {button.description}"
    reach = [name for name, control in page.controls.items() if not hidden(control)]
    name = dice.choice([n for n in reach if not isinstance(page.controls[n], w.FileUpload)])
    control = page.controls[name]
    if isinstance(control, (w.Dropdown, w.Select, w.ToggleButtons, w.RadioButtons)):
        value: Any = dice.choice(list(control.options))
        value = value[1] if isinstance(value, tuple) else value
    elif isinstance(control, w.SelectMultiple):
        values = [o[1] if isinstance(o, tuple) else o for o in control.options]
        value = tuple(v for v in values if dice.random() < 0.4)
    elif isinstance(control, (w.Checkbox, w.ToggleButton)):
        value = not control.value
    elif isinstance(control, (w.BoundedIntText, w.IntSlider)):
        value = dice.choice([control.min, control.max, dice.randint(control.min, control.max)])
    elif isinstance(control, (w.BoundedFloatText, w.FloatSlider)):
        middle = round(dice.uniform(control.min, control.max), 1)
        value = dice.choice([control.min, control.max, middle, middle])
    elif isinstance(control, (w.Text, w.Textarea)):
        value = dice.choice(WORDS)
    else:
        raise AssertionError(f"no move is known for a {type(control).__name__}")
    control.value = value
    return f"{name} = {value!r}"


def take_back(page: Explorer) -> str:
    """Empty the boxes of free text, as a reader does who is told that one is wrong."""
    for control in page.controls.values():
        if isinstance(control, w.Text):
            control.value = ""
    return "texts emptied"


def state(page: Explorer) -> dict[str, Any]:
    """What the controls are set to."""
    return {
        name: control.value
        for name, control in page.controls.items()
        if not isinstance(control, w.FileUpload)
    }


def set_to(page: Explorer, wanted: dict[str, Any]) -> None:
    """Set the controls; several times over, since some offer their choices only after others."""
    for _ in range(4):
        for name, value in wanted.items():
            control = page.controls[name]
            options = [o[1] if isinstance(o, tuple) else o for o in getattr(control, "options", ())]
            several = isinstance(control, w.SelectMultiple)
            fits = not options or several or value in options
            if control.value != value and fits:
                control.value = value


def shown(page: Explorer) -> dict[str, str]:
    """What stands in every panel."""
    panels = {
        name: panel.spec if isinstance(panel, LiveFigure) else panel.value
        for name, panel in page.panels.items()
    }
    return {**panels, "finding": page.finding.value, "status": page.status.value}


def fire(kind: type[Explorer], evidence: compare.Evidence, moves: int, seed: int = SEED) -> None:
    """So many random moves; then the page is compared with a fresh one."""
    dice = random.Random(f"{seed} {kind.__name__}")
    page = kind(evidence, today=TODAY)
    done: list[str] = []
    for number in range(moves):
        done.append(move(page, dice))
        if page.status.value and dice.random() < 0.8:
            done.append(take_back(page))
        story = f"{done[-6:]}: {page.status.value}"
        assert UNEXPECTED not in page.status.value, story
        if page.status.value:
            left = {name for name, panel in shown(page).items() if panel.strip()} - {"status"}
            empty = {name for name, panel in page.panels.items() if is_empty(panel)}
            assert left <= empty, f"{story}; left over: {left - empty}"
        if number % 100 == 99 or number == moves - 1:
            take_back(page)
            fresh = kind(evidence, today=TODAY)
            set_to(fresh, state(page))
            assert fresh.status.value == page.status.value, story
            if not page.status.value:
                assert state(fresh) == state(page), story
                assert shown(fresh) == shown(page), story
                assert fresh.digest() == page.digest(), story


def is_empty(panel: w.Widget) -> bool:
    """Whether a panel shows nothing."""
    if isinstance(panel, LiveFigure):
        return not panel.drawn.data
    return not panel.value


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_random_moves_leave_the_page_of_their_state(
    evidence: compare.Evidence, kind: type[Explorer]
) -> None:
    """No error, and the page is the one that a fresh explorer shows for the same settings."""
    fire(kind, evidence, MOVES)


@pytest.mark.soak
@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_soak_random_moves(evidence: compare.Evidence, kind: type[Explorer]) -> None:
    """1,000 moves a page, compared after every hundred."""
    fire(kind, evidence, SOAK_MOVES, seed=1)


def test_arithmetic_is_of_the_plan_that_the_control_names(evidence: compare.Evidence) -> None:
    """A plan that a new age takes off the page takes its arithmetic with it."""
    page = CostExplorer(evidence, "crohns", today=TODAY)
    page.controls["products"].value = "every product"
    page.controls["chosen"].value = page.controls["chosen"].options[-1][1]
    page.controls["age"].value = 3
    fresh = CostExplorer(evidence, "crohns", today=TODAY)
    set_to(fresh, state(page))
    assert shown(fresh) == shown(page)


def growth_bytes(kind: type[Explorer], evidence: compare.Evidence, moves: int) -> int:
    """Memory that a repetition of the very same moves adds, once caches are full."""
    page = kind(evidence, today=TODAY)
    opening = state(page)
    sizes = []
    tracemalloc.start()
    try:
        for _ in range(3):
            set_to(page, opening)
            dice = random.Random(SEED)
            for _ in range(moves):
                move(page, dice)
            set_to(page, opening)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    return sizes[2] - sizes[1]


@pytest.mark.soak
@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_soak_memory_does_not_grow(evidence: compare.Evidence, kind: type[Explorer]) -> None:
    """The same moves once more take no more memory."""
    assert growth_bytes(kind, evidence, 40) < 300_000
