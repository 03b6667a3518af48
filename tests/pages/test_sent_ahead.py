"""What the app sends ahead of a page: the page's own words, and its charts' own values."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from compare.data.evidence import Evidence
from compare.pages.chart import SERVED
from compare.pages.claims import ClaimsExplorer
from compare.pages.cost import CostExplorer
from compare.pages.coverage import StartExplorer
from compare.pages.explorer import Explorer
from compare.pages.first import first
from compare.pages.harms import HarmsExplorer
from compare.pages.indications import IndicationsExplorer
from compare.pages.markup import html
from compare.pages.own_data import OwnDataExplorer
from compare.pages.patient import PatientExplorer
from compare.pages.still import picture
from compare.pages.tradeoffs import TradeOffExplorer
from compare.pages.what_works import WhatWorksExplorer
from tests.conftest import ROOT

PAGES = [
    PatientExplorer, IndicationsExplorer, CostExplorer, HarmsExplorer, WhatWorksExplorer,
    TradeOffExplorer, ClaimsExplorer, OwnDataExplorer, StartExplorer,
]  # fmt: skip


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: page.__name__)
def opened(request: pytest.FixtureRequest, evidence: Evidence) -> Explorer:
    """Each page as it opens."""
    explorer = request.param(evidence)
    assert isinstance(explorer, Explorer)
    return explorer


def test_the_answer_goes_ahead_as_the_page_says_it(opened: Explorer) -> None:
    """Finding, condition and weight are those of the page; nothing runs, is saved or is changed."""
    made = first(opened.page)
    assert opened.finding.value in made
    condition = opened.strip.controls["condition"]
    assert html('value="{}"', condition.label) in made
    assert f'value="{opened.strip.controls["weight"].value:g}"' in made
    assert "<script" not in made
    assert "download=" not in made
    controls = re.findall(r"<(?:input|select|button)\b[^>]*>", made)
    assert controls
    assert [control for control in controls if "disabled" not in control] == []


def test_its_picture_or_table_goes_ahead_too(opened: Explorer) -> None:
    """Below the answer there is what the page shows first, and it is not a chart that follows."""
    made = first(opened.page)
    below = made.split(opened.finding.value)[1]
    assert any(sign in below for sign in ("<table", "<svg", "tc-forest"))
    assert "The chart follows" not in made


def test_the_chart_library_is_asked_for_ahead_where_a_chart_stands(opened: Explorer) -> None:
    """The cell that shows the page has the tag `chart` if the page has a chart, else not."""
    shown = f".{type(opened).__name__}(evidence)"
    books = (nbformat.read(path, 4) for path in (ROOT / "notebooks").glob("*.ipynb"))
    cells = [cell for book in books for cell in book.cells if shown in cell.source]
    tagged = ["chart" in cell.metadata.get("tags", ()) for cell in cells]
    assert tagged == ['data-charts="0"' not in first(opened.page)]


def test_each_mark_lies_at_its_value(evidence: Evidence) -> None:
    """On the page on trade-offs, one mark per therapy with both figures, with its intervals."""
    spec = json.loads(TradeOffExplorer(evidence).panels["main"].spec)
    low, high = spec["layout"]["xaxis"]["range"]
    start, end = spec["layout"]["xaxis"]["domain"]
    values = [
        value
        for trace in spec["data"]
        if trace.get("xaxis", "x") == "x" and trace["marker"]["opacity"]
        for value in trace["x"]
    ]
    wanted = [100 * (start + (x - low) / (high - low) * (end - start)) for x in values]
    drawn = [float(x) for x in re.findall(r'<svg x="([\d.]+)%"', picture(spec))]
    assert wanted
    assert all(any(abs(x - at) < 0.02 for at in drawn) for x in wanted)


def test_a_chart_that_is_not_drawn_here_keeps_its_room() -> None:
    """A pie, and an axis of dates, are announced, as high as the chart will be."""
    for trace, axis in (
        ({"type": "pie", "values": [1]}, {}),
        ({"type": "scatter", "x": ["2026-01-01"], "y": [1]}, {"type": "date"}),
    ):
        layout = {"height": 321, "xaxis": axis, "yaxis": {}}
        made = picture({"data": [trace], "layout": layout})
        assert "The chart follows" in made
        assert "height: 321px" in made
    assert picture({"data": [], "layout": {}}) == ""


def test_it_goes_ahead_where_the_app_serves_it(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In JupyterLab a page is its widgets alone; in the app its HTML comes with them."""
    page, sent = StartExplorer(evidence), []
    monkeypatch.setattr("IPython.display.display", lambda shown, raw: sent.append(shown))
    for served in (False, True):
        if served:
            monkeypatch.setenv(SERVED, "1")
        page._ipython_display_()
    lab, app = sent
    assert "text/html" not in lab
    assert page.finding.value in app["text/html"]
    assert lab.keys() < app.keys()
