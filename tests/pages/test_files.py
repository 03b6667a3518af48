"""What a page can save is written when it is asked for, for who has asked."""

import json

import pytest

from compare.data.evidence import Evidence
from compare.pages.cost.page import CostExplorer


@pytest.fixture
def page(evidence: Evidence) -> CostExplorer:
    """The page on cost as it opens."""
    return CostExplorer(evidence)


def test_link_gives_the_file_of_the_page_as_it_stands(page: CostExplorer) -> None:
    """Named and filled by the patient of now, not of when the page was opened."""
    page.controls["weight"].value = 62
    files = page.panels["downloads"]
    assert files.given.value == ""
    files.wish.value = "7-1 0"
    given = json.loads(files.given.value)
    assert (given["to"], given["kind"]) == ("7-1", "text/csv")
    assert given["name"].startswith("cost_cidp_62kg_")
    assert given["content"].startswith("therapy_id,")
    assert json.loads(files.value) == [["Save the whole table (CSV)", given["name"]]]


def test_failing_file_says_so_and_a_link_that_is_gone_gives_nothing(
    page: CostExplorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, and nothing that is only half written."""
    files = page.panels["downloads"]
    files.wish.value = "7-1 9"
    assert files.given.value == ""
    monkeypatch.setattr("compare.pages.explorer.csv_text", lambda *_: 1 / 0)
    files.wish.value = "7-2 0"
    assert files.given.value == ""
    assert "Something went wrong" in page.status.value
