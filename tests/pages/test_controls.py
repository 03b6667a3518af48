"""What controls look like is shared between them, and nothing changes what is shared."""

import ipywidgets as w
import pytest

from compare.pages import controls, every_explorer
from tests.pages.test_widgets_under_fire import inside


def looks(widgets: list[w.Widget], part: str) -> dict[str, str]:
    """Layouts or styles of widgets: what each says, by its own id."""
    found = [getattr(widget, part) for widget in widgets if widget.has_trait(part)]
    return {look.model_id: str(sorted(look.get_state().items())) for look in found}


@pytest.mark.parametrize("page", every_explorer(), ids=lambda kind: kind.__name__)
def test_what_looks_alike_is_one(evidence, page):
    """No two layouts or styles of a page say the same; another condition changes none of them."""
    shown = page(evidence)
    widgets = list(inside(shown.page))
    for part in ("layout", "style"):
        before = looks(widgets, part)
        assert len(set(before.values())) == len(before) <= 16
        if "condition" in shown.controls:
            shown.controls["condition"].value = "ra"
            assert looks(widgets, part) == before


def test_hidden_controls_keep_their_place():
    """What is hidden and shown again looks as before."""
    box = controls.checkbox("Past stroke")
    before = box.get_state()
    controls.reveal(box, False)
    assert controls.HIDDEN in box._dom_classes
    controls.reveal(box, True)
    assert box.get_state() == before
