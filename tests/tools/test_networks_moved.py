"""`make review` names the trial that moved a network's estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

import compare
from tools import networks_moved

ACT_1 = "o_remicade_ulcerative_colitis_uc_clinical_remission"


@pytest.fixture
def with_percent(evidence: compare.Evidence) -> Callable[[float], compare.Evidence]:
    """The evidence with another percent in remission on infliximab in ACT 1."""

    def make(percent: float) -> compare.Evidence:
        outcomes = evidence.outcomes.copy()
        outcomes.loc[outcomes["row_id"].eq(ACT_1), "treated_value"] = percent
        return replace(evidence, outcomes=outcomes)

    return make


def test_the_trial_is_named(
    evidence: compare.Evidence, with_percent: Callable[[float], compare.Evidence]
) -> None:
    """47 of 121 become 61: both networks of the row move, by ACT 1 alone; others stay."""
    lines = list(networks_moved.moved(evidence, with_percent(50.0)))
    heads = [line for line in lines if " moved " in line]
    said = "infliximab 47 of 121, placebo 18 of 121 -> infliximab 61 of 121, placebo 18 of 121"
    assert heads == [
        f"  {name} moved by ACT 1 (label: Study UC I) ({said})"
        for name in ("uc_remission", "uc_remission_naive")
    ]
    assert any(line.startswith("    infliximab: ") and " -> " in line for line in lines)
    assert not any("adalimumab: none" in line for line in lines)


def test_nothing_moved(evidence: compare.Evidence) -> None:
    """The same tables move nothing."""
    assert list(networks_moved.moved(evidence, evidence)) == []


def test_trials_that_left_and_networks_that_are_new(evidence: compare.Evidence) -> None:
    """A trial without its arms has left, read the other way it joined; a network may be new."""
    arms, networks = evidence.network_arms, evidence.networks
    fewer = replace(
        evidence,
        network_arms=arms[arms["row_id"].ne(ACT_1)],
        networks=networks[networks["network_id"].ne("ra_acr50")],
    )
    there = "\n".join(networks_moved.moved(evidence, fewer))
    back = "\n".join(networks_moved.moved(fewer, evidence))
    assert "uc_remission moved by ACT 1 (label: Study UC I) (left)" in there
    assert "uc_remission moved by ACT 1 (label: Study UC I) (joined)" in back
    assert "  ra_acr50: removed" in there
    assert "  ra_acr50: new" in back


def test_an_engine_that_moved_is_not_blamed_on_a_trial(
    evidence: compare.Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other estimates of the same trials: the line says where to look."""
    made = iter([{"a": ("1.00", "0.50", "2.00")}, {"a": ("1.10", "0.50", "2.00")}] * 99)
    monkeypatch.setattr(networks_moved, "estimates", lambda *_: next(made))
    lines = list(networks_moved.moved(evidence, evidence))
    assert "no trial of it changed: look at the engine" in lines[0]
    assert lines[1] == "    a: 1.00 (0.50 to 2.00) -> 1.10 (0.50 to 2.00)"


def test_a_contrast_is_told_with_its_error() -> None:
    """Rows of rates or means say effect and standard error."""
    table = pd.DataFrame(
        [{"study": "one", "treatment": "a", "comparator": "b", "estimate": -0.5, "se": 0.1}]
    )
    assert networks_moved.arms(table) == {"one": ["a against b -0.500, 0.100"]}


def test_another_form_of_tables_is_one_line() -> None:
    """A commit that is not there, or whose tables cannot be read, is said in one line."""
    (line,) = networks_moved.since("0" * 40, ["networks.csv"])
    assert line.startswith("  not compared: ")
