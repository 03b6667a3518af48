"""The answers by which a page in the browser knows that its Python is there."""

from typing import Any

import ipywidgets as w
import pytest

import compare
from compare.pages import every_explorer
from compare.pages.chart import LiveFigure
from compare.pages.cost import CostExplorer
from compare.pages.explorer import Explorer
from compare.pages.files import Files
from compare.pages.heartbeat import Heartbeat
from compare.pages.own_data import OwnDataExplorer


@pytest.mark.parametrize("kind", every_explorer())
def test_page_is_sent_anew_only_where_asked(
    kind: type[Explorer], evidence: compare.Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain question is answered alone; one for the whole page after every control and panel."""
    page = kind(evidence)
    heartbeat = page.page.children[0]
    assert isinstance(heartbeat, Heartbeat)
    sent: list[Any] = []
    monkeypatch.setattr(w.Widget, "send_state", lambda self, key=None: sent.append(self))
    heartbeat.answer(heartbeat.line, {"window": 4, "number": 1, "whole": False}, [])
    assert heartbeat.line.value == "4 1"
    assert all(one is heartbeat.line for one in sent)
    sent.clear()
    heartbeat.answer(heartbeat.line, {"window": 4, "number": 2, "whole": True}, [])
    assert heartbeat.line.value == "4 2"
    panels = [
        p.drawing if isinstance(p, LiveFigure) else p.links if isinstance(p, Files) else p
        for p in page.panels.values()
    ]
    controls = [c for c in page.controls.values() if not isinstance(c, w.FileUpload)]
    names = {one.model_id for one in sent}
    missing = {one.model_id for one in [page.finding, *panels, *controls]} - names
    assert not missing
    assert not [one for one in sent if isinstance(one, (w.FileUpload, LiveFigure))]


def test_page_that_could_not_be_emptied_does_not_answer(
    evidence: compare.Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No memory to compute, nor to say so: nobody answers, so the browser marks what it shows."""
    page = CostExplorer(evidence)

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(page, "compute", full)
    page.controls["weight"].value = 71
    assert "too little memory" in page.status.value
    assert page.finding.value == ""
    ask = {"window": 1, "number": 1, "whole": False}
    page.heartbeat.answer(page.heartbeat.line, ask, [])
    assert page.heartbeat.line.value == "1 1"
    monkeypatch.setattr(page, "clear", full)
    page.controls["weight"].value = 72
    page.heartbeat.answer(page.heartbeat.line, ask | {"number": 2}, [])
    assert page.heartbeat.line.value == "1 1"


def test_uploads_must_be_heard_too(evidence: compare.Evidence) -> None:
    """A file that was lost on its way leaves the page marked, as a control does."""
    page = OwnDataExplorer(evidence)
    assert set(page.pickers.values()) <= set(page.heartbeat.controls)
