"""Charts at their edges: nothing to show, one thing to show, and labels in a crowd."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest

from compare.data.rows import records
from compare.pages.chart import as_json
from compare.pages.coverage import sentences as coverage_findings
from compare.pages.coverage import tables as coverage
from compare.pages.history import chart as history_charts
from compare.pages.history import sentences as history_findings
from compare.pages.tradeoffs import chart as tradeoff_charts

MARKS = pd.DataFrame(columns=tradeoff_charts.COLUMNS)


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        (history_charts.gram_layout([]), "No price history of IVIG in the data."),
        (history_charts.year_layout([], "in year one"), "No therapy here has a price"),
        (tradeoff_charts.layout(MARKS, "x", "y", 0.0), "No therapy to show here."),
    ],
)
def test_an_empty_chart_says_why(layout: dict[str, object], said: str) -> None:
    """No frame, no axes of nothing: one sentence in the middle."""
    (note,) = layout["annotations"]  # type: ignore[misc]
    assert said in note["text"]


def test_what_is_not_known_is_null_in_a_chart() -> None:
    """JSON has no NaN, on which the browser would draw nothing; numpy's numbers are plain."""
    made = as_json({"x": [np.float64(0.5), np.int64(3), math.nan, pd.NA, None], "y": math.inf})
    assert json.loads(made) == {"x": [0.5, 3, None, None, None], "y": None}
    assert "NaN" not in made
    assert "Infinity" not in made


def test_findings_of_nothing_say_so() -> None:
    """A sentence without a number, so that no figure of an earlier view stays."""
    for finding, said in (
        (history_findings.per_gram([]), "no price history"),
        (history_findings.per_year([], "CIDP", "in year one"), "In CIDP no therapy has"),
        (coverage_findings.map_of(pd.DataFrame()), "hold no therapies"),
    ):
        assert said in finding.text
        assert not finding.numbers


def test_one_therapy_has_no_largest_and_smallest_change() -> None:
    """From 100 to 90 dollars: 10 percent less, said once."""
    frame = pd.DataFrame(
        {
            "therapy_id": "ivig", "therapy": "IVIG (intravenous)", "usd_low": [100.0, 90.0],
            "product": "Privigen", "price_basis": "asp_payment_limit",
            "effective_from": pd.to_datetime(["2025-01-01", "2026-01-01"]),
        }
    )  # fmt: skip
    finding = history_findings.per_year(records(frame), "CIDP", "in year one")
    assert finding.text == (
        "In CIDP, cost in year one, net of rebates, changed by \N{MINUS SIGN}10.0 percent "
        "(IVIG, Privigen, since 2025-01)."
    )
    assert finding.numbers == {
        "therapies": 1.0, "lowest_pct": pytest.approx(-10), "highest_pct": pytest.approx(-10),
    }  # fmt: skip


def test_crowded_labels_keep_order_middle_and_distance() -> None:
    """Three at one place stand at -1, 0 and 1; forty stay in order about their middle."""
    assert history_charts.spread([0.0, 0.0, 0.0], 1.0) == pytest.approx([-1, 0, 1], abs=1e-4)
    many = history_charts.spread([0.0] * 40, 1.0)
    assert many == sorted(many)
    assert sum(many) == pytest.approx(0, abs=1e-6)
    assert min(b - a for a, b in itertools.pairwise(many)) > 0.5


def test_the_line_of_no_difference_stands_inside_the_chart() -> None:
    """A hazard ratio of 0.5: the line at 1 is drawn; without any figure there is none."""
    blank = dict.fromkeys(("x_low", "x_high", "y_low", "y_high"), math.nan)
    mark = blank | {"therapy_id": "a", "therapy": "A", "therapy_class": "ivig", "apart": False}
    one = pd.DataFrame([mark | {"x": 0.5, "y": 100.0, "hover": ""}])
    layout = tradeoff_charts.layout(one, "ratio", "dollars", 1.0)
    (line,) = [shape for shape in layout["shapes"] if shape["type"] == "line"]
    assert (line["x0"], line["x1"]) == (1.0, 1.0)
    low, high = layout["xaxis"]["range"]
    assert low < 0.5
    assert high > 1.0
    none = pd.DataFrame([mark | {"x": math.nan, "y": math.nan, "hover": ""}])
    shapes = tradeoff_charts.layout(none, "difference", "dollars", 0.0)["shapes"]
    assert [shape["type"] for shape in shapes] == ["rect"]


def test_coverage_without_verified_rows_is_no_share() -> None:
    """Where no row is behind a map, nothing was read twice: 0 percent, not an error."""
    row = dict.fromkeys(coverage.FACTS, "none") | {f"{f}_have": 0 for f in coverage.FACTS}
    row |= {"rows": 0, "read_twice_pct": math.nan, "two_sources_pct": math.nan}
    finding = coverage_findings.map_of(pd.DataFrame([row]))
    assert finding.numbers["whole"] == 0
    assert finding.numbers["read_twice_pct"] == 0
    assert finding.numbers["two_sources_pct"] == 0
