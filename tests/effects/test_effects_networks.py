"""Effects by networks of trials: what may be scored, and what an odds ratio means in patients."""

from __future__ import annotations

import pytest

import compare
from compare.effects.networks import absolute, placebo_rate
from compare.trials.indirect import declared

WHO = compare.Patient(weight_kg=75, age_years=45)


def table_of(evidence: compare.Evidence, condition_id: str) -> compare.Evidence:
    """Scored cells by network, harms and benefits alone."""
    table = compare.effects_table(evidence, condition_id, WHO, basis="network")
    return table[table["criterion"].str.contains(":") & table["reported"]]


def test_an_odds_ratio_at_a_rate() -> None:
    """Odds of 10 percent doubled: 0.2222 to 1.2222 is 18.18 percent, 8.18 more in 100."""
    assert absolute(2, 0.1) == pytest.approx(100 * (0.2 / 0.9) / (1 + 0.2 / 0.9) - 10)
    assert absolute(1, 0.37) == pytest.approx(0)
    assert absolute(0.5, 0.5) == pytest.approx(100 / 3 - 50)


def test_only_networks_are_scored(evidence: compare.Evidence) -> None:
    """UC: benefits of networks alone, against placebo; harms and single trials are not scored."""
    found = table_of(evidence, "ulcerative_colitis")
    assert found["criterion"].str.startswith("benefit:").all()
    assert set(found["directness"]) == {"indirect"}
    assert found["study"].str.startswith("network of").all()
    network = compare.indirect(evidence, "uc_remission_naive")
    mine = found[found["criterion"].eq("benefit:uc_clinical_remission")].set_index("therapy_id")
    rate = placebo_rate(declared(evidence, "uc_remission_naive"))
    for row in network.effects.itertuples():
        if row.treatment in mine.index:
            assert mine.at[row.treatment, "value"] == pytest.approx(absolute(row.estimate, rate))
            assert mine.at[row.treatment, "low"] == pytest.approx(absolute(row.low, rate))


@pytest.mark.parametrize("condition_id", ["gmg", "ra", "sle", "nmosd", "cidp"])
def test_without_a_network_cost_and_burden_are_left(
    evidence: compare.Evidence, condition_id: str
) -> None:
    """Refused, or of patients with mixed or unknown earlier treatment: nothing is scored."""
    assert table_of(evidence, condition_id).empty
    table = compare.effects_table(evidence, condition_id, WHO, basis="network")
    assert table.loc[table["criterion"].eq("cost_year_one"), "reported"].any()
    trials = table[table["criterion"].str.contains(":")]
    assert trials["value"].isna().all()
    assert trials["reason"].ne("").all()
