"""The chart on trade-offs: every therapy once, names apart, nothing of the data run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from compare.pages.tradeoffs import chart as charts
from compare.pages.tradeoffs import page as tradeoffs
from compare.pages.tradeoffs import tables
from tests.pages.conftest import CROSSING


def test_the_chart_shows_every_therapy_once_and_cuts_no_interval(
    make: Callable[..., tradeoffs.View],
) -> None:
    """Main field, rails and corner together hold every therapy; axes hold every end."""
    for condition_id in ("gmg", "ra", "sle", "cidp"):
        frame = make(condition_id).figures.chart
        traces = charts.traces(frame)
        assert all(len(trace["x"]) for trace in traces)
        assert sum(len(trace["x"]) for trace in traces) == len(frame)
        layout = charts.layout(frame, "x", "y", 0.0)
        for axis, name in (("xaxis", "x"), ("yaxis", "y")):
            low, high = layout[axis]["range"]
            assert not (frame[f"{name}_low"] < low).any()
            assert not (frame[f"{name}_high"] > high).any()


def test_borrowed_and_cross_trial_marks_are_hollow(make: Callable[..., tradeoffs.View]) -> None:
    """A filled mark is a difference from a trial of this condition, and nothing else is."""
    harm = "harm:discontinuation_adverse_event:all_cause"
    frame = make("gmg", options=CROSSING | {"x": harm}).figures.chart
    assert frame["apart"].any()
    main = [one for one in charts.traces(frame) if (one["xaxis"], one["yaxis"]) == ("x", "y")]
    assert main
    for trace in main:
        for symbol, hover in zip(trace["marker"]["symbol"], trace["customdata"], strict=True):
            assert symbol.endswith("-open") == ("borrowed from" in hover)
    treated = make("gmg", options=CROSSING | {"x": harm, "basis": "treated"}).figures.chart
    assert treated.loc[treated["x"].notna(), "apart"].all()


def test_text_of_the_data_is_escaped(make: Callable[..., tradeoffs.View]) -> None:
    """A name with markup in it stands as text in the tables and in the chart."""
    shown = make("ra", options={"how": "order"})
    evil = "<img src=x onerror=alert(1)>"
    evils = {"therapy": evil, "label": evil}
    figures = dataclasses.replace(
        shown.figures,
        rows=[{**row, **evils} for row in shown.figures.rows],
        criteria={name: {**row, **evils} for name, row in shown.figures.criteria.items()},
        chart=shown.figures.chart.assign(therapy=evil),
        names=dict.fromkeys(shown.figures.names, evil),
        labels=dict.fromkeys(shown.figures.labels, evil),
    )
    changed = dataclasses.replace(shown, figures=figures)
    made = [tables.grid(figures), tables.ranking(changed), tables.acceptability(changed),
            tables.sensitivity(changed), tables.worth(changed)]  # fmt: skip
    notes = charts.layout(figures.chart, "x", "y", 0.0)["annotations"]
    for html in [*made, *(note["text"] for note in notes)]:
        assert "<img" not in html


def test_names_stand_off_each_other_and_off_intervals() -> None:
    """Three marks in one place: names a line apart, around it; one on its interval: above it."""
    here = [(0.1, 100.0)] * 3
    assert sorted(charts.levels(here, [])) == pytest.approx([80, 100, 120], abs=4)
    assert charts.levels([(0.1, 50.0)], [(0.0, 0.3, 50.0, 50.0)]) == [50.0 + charts.LIFT_PX]


def test_where_all_stand_at_nothing_the_axis_counts_whole_ones() -> None:
    """No therapy with a visit: from 0 to 5 visits, not to a tenth of one."""
    row = dict.fromkeys(("x", "x_low", "x_high"), 0.0)
    assert charts._room([row, row], "x", 0.0) == [-0.25, 5.0]
