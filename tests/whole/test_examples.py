"""The examples in docstrings run, and everything that `compare` offers has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pandas as pd
import pytest

import compare

MODULES = sorted(info.name for info in pkgutil.walk_packages(compare.__path__, "compare."))
FINDER = doctest.DocTestFinder(exclude_empty=True)


def test_every_example_runs(evidence: compare.Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each `>>>` in the library prints what stands below it; the tables are read once for all."""
    monkeypatch.setattr(compare, "load", lambda: evidence)
    failed, run = [], 0
    for name in MODULES:
        found = doctest.testmod(importlib.import_module(name))
        run += found.attempted
        failed += [name] * found.failed
    assert failed == []
    assert run > 50


@pytest.mark.parametrize("name", sorted(set(compare.__all__) - {"DataError", "Evidence", "harms"}))
def test_what_is_offered_has_an_example(name: str) -> None:
    """A reader who asks `help(compare.options)` sees a call and what comes of it."""
    offered = getattr(compare, name)
    assert any(case.examples for case in FINDER.find(offered, name, module=False))


def test_a_face_is_its_rows_as_a_frame(evidence: compare.Evidence) -> None:
    """What a reader gets as a frame is what the library goes on with as rows; help says so."""
    table, rows = compare.options(evidence, "cidp"), compare.options.rows(evidence, "cidp")
    assert list(table["therapy_id"]) == [row["therapy_id"] for row in rows]
    assert inspect.signature(compare.options).return_annotation is pd.DataFrame
