"""What every page does: it opens on its pure view, and on an error it is empty and says why."""

import importlib

import pytest

import compare
from compare.pages import every_explorer
from compare.pages.chart import LiveFigure
from compare.pages.explorer import Explorer
from compare.pages.own_data import OwnDataExplorer
from compare.words import MINUS

every_page = pytest.mark.parametrize("kind", every_explorer(), ids=lambda kind: kind.__name__)


@every_page
def test_a_page_opens_on_its_pure_view(evidence: compare.Evidence, kind: type[Explorer]) -> None:
    """What it shows as it opens is the digest of the notebook: that of the opening scenario."""
    page = kind(evidence)
    assert page.status.value == ""
    module = importlib.import_module(kind.__module__.rpartition(".")[0])
    if hasattr(module, "opening") and kind is not OwnDataExplorer:
        view = module.view(evidence, module.opening(evidence))
        assert page.digest() == module.digest(view).replace(MINUS, "-")


@every_page
def test_a_failing_callback_blanks_the_page(
    evidence: compare.Evidence, kind: type[Explorer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error empties every panel, chart, file and finding; why is said without a traceback."""
    page = kind(evidence)
    monkeypatch.setattr(page, "compute", lambda: 1 / 0)
    page.controls["weight"].value = 61
    assert "Something went wrong, so nothing is shown" in page.status.value
    assert "Traceback" not in page.status.value
    assert page.finding.value == ""
    for name, panel in page.panels.items():
        shown = panel.drawn.data if isinstance(panel, LiveFigure) else panel.value
        assert not shown, name
