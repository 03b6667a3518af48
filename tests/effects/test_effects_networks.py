"""Effects by networks of trials: what may be scored, and what an odds ratio means in patients."""

from __future__ import annotations

import pytest

import compare
from compare.data.scenario import Scenario
from compare.effects import networks
from compare.trials.arms import MINUS
from compare.trials.declared import declared
from compare.trials.results import at_rate

WHO = compare.Patient(weight_kg=75, age_years=45)


def table_of(evidence: compare.Evidence, condition_id: str) -> compare.Evidence:
    """Scored cells by network, harms and benefits alone."""
    table = compare.effects_table(evidence, condition_id, WHO, basis="network")
    return table[table["criterion"].str.contains(":") & table["reported"]]


def test_an_estimate_at_what_placebo_had() -> None:
    """Odds of 10 percent doubled: 0.2 / 0.9 to 1.2222, which is 18.18 in 100."""
    assert at_rate("odds_ratio", 2, 10) == pytest.approx(100 * (0.2 / 0.9) / (1 + 0.2 / 0.9))
    assert at_rate("odds_ratio", 1, 37) == pytest.approx(37)
    assert at_rate("log_ratio", 0.5, 1.8) == pytest.approx(0.9)
    assert at_rate("mean_difference", -2, 9) == pytest.approx(7)


def test_only_networks_are_scored(evidence: compare.Evidence) -> None:
    """UC: benefits of networks alone, against placebo; harms and single trials are not scored."""
    found = table_of(evidence, "ulcerative_colitis")
    assert found["criterion"].str.startswith("benefit:").all()
    assert set(found["directness"]) == {"direct"}
    assert found["study"].str.startswith("network of").all()
    network = compare.indirect(evidence, "uc_remission_naive")
    mine = found[found["criterion"].eq("benefit:uc_clinical_remission")].set_index("therapy_id")
    rate = declared(evidence, "uc_remission_naive").usual("placebo")
    for row in network.effects.itertuples():
        if row.treatment in mine.index:
            at = at_rate("odds_ratio", row.estimate, rate) - rate
            assert mine.at[row.treatment, "value"] == pytest.approx(at)
            at = at_rate("odds_ratio", row.low, rate) - rate
            assert mine.at[row.treatment, "low"] == pytest.approx(at)


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


def test_earlier_treatment_chooses_the_network(evidence: compare.Evidence) -> None:
    """A patient whom a TNF inhibitor had failed is not scored by trials in naive patients."""
    failed = compare.Patient(
        weight_kg=75, age_years=45, factors={"prior_tnf_inhibitor", "migraine"}
    )
    table = compare.effects_table(evidence, "ulcerative_colitis", failed, basis="network")
    scored = table[table["criterion"].str.contains(":") & table["reported"]]
    assert scored["label"].str.contains("who had had a biologic").all()
    assert "infliximab" not in set(scored["therapy_id"])
    naive = table_of(evidence, "ulcerative_colitis")
    assert naive["label"].str.contains("biologic-naive adults").all()
    assert "infliximab" in set(naive["therapy_id"])


def test_what_is_not_scored_is_shown(evidence: compare.Evidence) -> None:
    """A harm keeps the words of its own trial beside the reason why it is not scored."""
    criteria = ["harm:serious_infection:all_cause"]
    own = compare.effects_table(evidence, "ra", WHO, criteria=criteria).set_index("therapy_id")
    net = compare.effects_table(evidence, "ra", WHO, "network", criteria).set_index("therapy_id")
    scored = own[own["reported"]]
    assert len(scored) > 0
    for therapy_id, cell in scored.iterrows():
        assert not net.at[therapy_id, "reported"]
        assert net.at[therapy_id, "shown"].startswith(f"{cell['value']:.3g}".replace("-", MINUS))
        assert net.at[therapy_id, "shown"].endswith(f"against {cell['comparator']}, one trial")
        assert net.at[therapy_id, "reason"].startswith("no network of trials")


def test_a_scenario_is_scored_by_networks_until_its_reader_opts_in() -> None:
    """A basis that was saved before does not cross trials; the reader's own words do."""
    assert Scenario("ra", WHO).basis == "network"
    assert Scenario("ra", WHO, options={"basis": "treated"}).basis == "network"
    assert Scenario("ra", WHO, options={"cross_trials": "yes"}).basis == "network"
    assert Scenario("ra", WHO, options={"cross_trials": True}).basis == "difference"
    both = {"cross_trials": True, "basis": "treated"}
    assert Scenario("ra", WHO, options=both).basis == "treated"


def test_a_difference_of_means_stays_on_its_own_scale(evidence: compare.Evidence) -> None:
    """MG-ADL: 2 points are 2 points, whatever placebo did; a scored outcome needs no excuse."""
    convert, kind, unit, measure = networks.absolute(declared(evidence, "gmg_mg_adl"))
    assert (convert(-2.0), kind, measure) == (-2.0, "normal", "mean_difference")
    assert unit.endswith("difference")
    assert networks.why_none(evidence, "ulcerative_colitis") == ""
