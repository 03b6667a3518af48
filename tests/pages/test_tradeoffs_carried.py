"""What was said on trade-offs, taken elsewhere: in a file, in a link, as lines of Python."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

import compare
from compare.data.scenario import from_address
from compare.pages.tradeoffs import page as tradeoffs
from compare.pages.tradeoffs.page import TradeOffExplorer
from tests.pages.conftest import CROSSING


@pytest.fixture
def page(evidence: compare.Evidence) -> TradeOffExplorer:
    """A page as it opens."""
    return TradeOffExplorer(evidence)


@pytest.mark.parametrize(
    "changes",
    [
        {"options": {"how": "order"}},
        {"options": {"how": "any", "missing": "worst"}},
        {"options": {"how": "swing", "halves": {"cost_year_one": 250_000.0}},
         "weights": {"cost_year_one": 100.0, "visits_year_one": 35.0}},
        {"options": CROSSING | {"how": "order", "basis": "treated", "borrow": False}, "seed": 5},
    ],
)  # fmt: skip
def test_the_reproduce_box_rebuilds_the_view(
    make: Callable[..., tradeoffs.View], changes: dict[str, Any]
) -> None:
    """Running the lines gives the table, the values and the ranks on screen, digit by digit."""
    shown = make(**changes)
    assert shown.ranking is not None
    space: dict[str, Any] = {}
    exec(shown.script, space)
    pd.testing.assert_frame_equal(space["table"], shown.figures.table, check_exact=True)
    pd.testing.assert_frame_equal(space["value"], shown.value, check_exact=True)
    pd.testing.assert_frame_equal(space["shares"], shown.ranking.acceptability, check_exact=True)


def test_the_lines_are_few_and_say_nothing_of_weights_too_early(
    make: Callable[..., tradeoffs.View],
) -> None:
    """About ten statements; without preferences no ranking in them."""
    script = make(options={"how": "order"}).script
    statements = [line for line in script.splitlines() if re.match(r"\w+ = |import ", line)]
    assert len(statements) <= 10
    assert "rank_acceptability" not in make().script


def upload(content: bytes) -> tuple[dict[str, Any], ...]:
    """What a browser sends for one chosen file."""
    return (
        {
            "name": "scenario.json",
            "type": "application/json",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC),
        },
    )


def test_a_scenario_is_saved_and_opened_again(page: TradeOffExplorer) -> None:
    """A saved file brings back condition, patient, criteria, order, ranges, weights and name."""
    page.controls["condition"].value = "ra"
    page.controls["weight"].value = 81
    page.controls["name"].value = "Clinic <Tuesday>"
    page.controls["how"].value = "swing"
    page.controls["points_0"].value = 100
    page.controls["points_1"].value = 20
    page.controls["range_0"].value = "5000 to 120000"
    page.rows[1].children[-1].click()
    saved, digest = page.scenario().to_json(), page.digest()
    other = TradeOffExplorer(page.evidence)
    other.controls["upload"].value = upload(saved.encode())
    assert other.status.value == ""
    assert other.digest() == digest
    assert other.scenario().to_json() == saved
    assert "<Tuesday>" not in other.panels["downloads"].value


@pytest.mark.parametrize("content", [b"not json", b"{}", b'{"format": 1, "patient": {}}', b"\xff"])
def test_a_wrong_file_is_refused_in_words(page: TradeOffExplorer, content: bytes) -> None:
    """What is no saved scenario says so; a change afterwards shows the page again."""
    page.controls["upload"].value = upload(content)
    assert "This file was not opened" in page.status.value
    page.controls["weight"].value = 70
    assert page.status.value == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"options": {"how": "guess"}}, "weighs in a way that this page does not know"),
        ({"criteria": tuple(f"c{i}" for i in range(40))}, "has more than"),
    ],
)
def test_a_scenario_that_the_page_cannot_show_is_refused(
    page: TradeOffExplorer, changes: dict[str, Any], said: str
) -> None:
    """Refused as a whole: the page stays as it was, and a sentence says why."""
    before = page.scenario()
    wrong = dataclasses.replace(before, **changes)
    page.controls["upload"].value = upload(wrong.to_json().encode())
    assert said in page.status.value
    page.controls["weight"].value = before.patient.weight_kg + 1
    page.controls["weight"].value = before.patient.weight_kg
    assert page.scenario() == before


def test_a_view_refuses_a_way_of_weighting_it_does_not_know(
    make: Callable[..., tradeoffs.View],
) -> None:
    """The pure view names the ways that there are."""
    with pytest.raises(ValueError, match="unknown way of weighting 'guess'; expected one of"):
        make(options={"how": "guess"})


def test_a_price_basis_of_the_scenario_reaches_the_table(
    make: Callable[..., tradeoffs.View],
) -> None:
    """On NADAC alone no infusion has a price, so eculizumab costs nothing that is known."""
    usual, nadac = make(), make(price_basis="nadac")
    cells = [shown.figures.table.set_index(["therapy_id", "criterion"]) for shown in (usual, nadac)]
    key = ("eculizumab", "cost_year_one")
    assert cells[0].at[key, "reported"]
    assert not cells[1].at[key, "reported"]


def test_halves_outside_the_criteria_are_passed_over(make: Callable[..., tradeoffs.View]) -> None:
    """An amount worth half of a criterion that was taken out again bends nothing."""
    shown = make(options={"how": "order", "halves": {"gone": 5.0}})
    assert shown.shapes == {}
    assert shown.ranking is not None


def test_a_link_carries_what_was_said(page: TradeOffExplorer) -> None:
    """Weights, chosen therapies and interval open elsewhere as they were; another condition drops
    them, with a word; the address of a page as it opens has none."""

    def address(of: TradeOffExplorer) -> str:
        return str(json.loads(of.strip.history.told.value)["text"])

    assert "weighed" not in address(page)
    page.controls["therapies"].value = ("ivig", "efgartigimod", "ravulizumab")
    page.controls["months"].value = 4
    page.controls["how"].value = "swing"
    page.controls["points_0"].value = 60
    page.controls["points_1"].value = 40
    page.controls["weight"].value = 62
    other = TradeOffExplorer(page.evidence)
    other.strip.history.wish.value = f"1 {address(page)}"
    assert other.status.value == ""
    assert other.scenario() == page.scenario()
    assert other.digest() == page.digest()
    assert address(other).split("&usual")[0] == address(page).split("&usual")[0]
    other.controls["condition"].value = "ra"
    assert "weighed" not in address(other)
    assert "Taken off" in json.loads(other.strip.history.told.value)["said"]
    other.strip.history.wish.value = f"2 {address(page)}".replace("swing", "guess")
    assert "weights of this link were not taken" in other.status.value
    assert other.controls["how"].value == ""


@pytest.mark.parametrize("weighed", ["1", "[]", "{", '{"how":1}', '{"criteria":7}', "[" * 3000])
def test_an_address_with_other_weights_is_refused(weighed: str) -> None:
    """What is no weights, in one sentence."""
    text = urlencode({"condition": "gmg", "weight": 70, "age": 50, "weighed": weighed})
    with pytest.raises(ValueError, match=r"weights cannot be read|criteria is|no address|not an"):
        from_address(text)
