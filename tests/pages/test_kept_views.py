"""Pages that no weight changes: nothing is written anew, and nothing stale stays."""

import pytest

from compare.pages.chart import LiveFigure
from compare.pages.coverage import StartExplorer
from compare.pages.harms import HarmsExplorer
from compare.pages.harms.views import MOST_REPORTED
from compare.pages.what_works import WhatWorksExplorer

STEADY = [HarmsExplorer, StartExplorer, WhatWorksExplorer]


def stands(page):
    """Every panel's text, and what every chart draws."""
    return {n: p.spec if isinstance(p, LiveFigure) else p.value for n, p in page.panels.items()}


@pytest.mark.parametrize("kind", STEADY)
def test_another_weight_writes_nothing(evidence, kind, monkeypatch):
    """The page after another weight is the one before; after another condition it is another."""
    page = kind(evidence)
    page.controls["weight"].value = 61  # the page's own controls now say what it opened with
    wrote = []
    monkeypatch.setattr(page, "show", wrote.append)
    page.controls["weight"].value = 62
    assert not wrote
    page.controls["condition"].value = "ra"
    assert len(wrote) == 1


@pytest.mark.parametrize("kind", STEADY)
def test_emptied_page_is_written_again(evidence, kind, monkeypatch):
    """What an error has emptied stands there again with the next change, whole."""
    page = kind(evidence)
    page.controls["weight"].value = 61
    before = stands(page)
    with monkeypatch.context() as broken:
        broken.setattr(page, "compute", lambda: 1 / 0)
        page.controls["weight"].value = 62
    assert not page.finding.value
    page.controls["weight"].value = 63
    assert page.finding.value
    assert stands(page) == before


def test_choice_that_is_not_offered_goes_back_each_time(evidence):
    """A system organ without a figure in this way of counting: the control says what is shown."""
    page = HarmsExplorer(evidence, "chronic_spontaneous_urticaria")
    organ = page.controls["system_organ"]
    for _ in range(2):
        organ.value = "Not organ specific"
        assert organ.value == MOST_REPORTED
