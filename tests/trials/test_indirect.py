"""Declared networks: the table holds together, and what follows from it is guarded."""

from __future__ import annotations

import pandas as pd
import pytest

import compare
from compare.trials.declared import declared
from compare.trials.indirect import comparisons
from compare.trials.wording import sentence, summary


@pytest.fixture(scope="module")
def arms(evidence: compare.Evidence) -> pd.DataFrame:
    """Arms of all networks with their network, outcome and trial beside them."""
    found = evidence.network_arms.merge(evidence.networks, on="network_id")
    found = found.merge(evidence.outcomes, on="row_id", suffixes=("", "_row"))
    return found.merge(evidence.trials, on="trial_id", suffixes=("", "_trial"))


def computed(evidence: compare.Evidence) -> list[str]:
    names = evidence.networks["network_id"]
    return [name for name in names if not declared(evidence, name).refused]


def test_comparators_are_placebo_or_background(arms: pd.DataFrame) -> None:
    """The untreated arm of a network against placebo had placebo or the background alone."""
    other = arms[arms["node"].eq("placebo")]
    assert other["arm"].eq("comparator").all()
    assert other["comparator_kind"].isin(["placebo", "background"]).all()


def test_a_network_has_arms_or_a_reason(evidence: compare.Evidence) -> None:
    """Declared refusals have no arms, all others have; each says what it left out."""
    with_arms = set(evidence.network_arms["network_id"])
    refused = evidence.networks["refused"].notna()
    assert set(evidence.networks.loc[~refused, "network_id"]) == with_arms
    assert len(computed(evidence)) >= 5


def test_printed_counts_agree_with_their_percents(arms: pd.DataFrame) -> None:
    """A count beside an adjusted percent lies within two points of it."""
    printed = arms[arms["events"].notna()]
    assert len(printed) > 0
    for row in printed.to_dict("records"):
        crude = 100 * row["events"] / row[f"n_{row['arm']}"]
        assert abs(crude - row[f"{row['arm']}_value"]) < 2


def test_every_declared_network_is_computed_on_all_scales(evidence: compare.Evidence) -> None:
    """Each arm has its figure, each therapy an estimate, each pair a verdict; nobody is ranked."""
    for network_id in computed(evidence):
        network = compare.indirect(evidence, network_id)
        assert declared(evidence, network_id).arms["figure"].notna().all()
        assert network.model == "random"
        assert network.effects["estimate"].notna().all()
        assert network.effects["p_score"].isna().all()
        n = len(network.effects) - 1
        assert len(comparisons(evidence, network_id)) == n * (n - 1) / 2
        assert network.flags[-1] == "Certainty not graded."


def test_uc_remission_by_hand(evidence: compare.Evidence) -> None:
    """ACT 1 and ACT 2: 47/121 against 18/121, 41/121 against 7/123; common odds ratio 4.87."""
    # 39 and 15 percent of 121, 34 of 121 and 6 of 123. Log odds ratios 1.291 (variance 0.1000)
    # and 2.140 (0.1892): weights 10.00 and 5.29, mean 1.585, odds ratio 4.88.
    network = compare.indirect(evidence, "uc_remission", model="common")
    odds = network.effects.set_index("treatment")["estimate"]
    assert odds["infliximab"] == pytest.approx(4.88, abs=0.02)
    assert odds["placebo"] == 1
    other = compare.indirect(evidence, "uc_remission", reference="infliximab")
    random = compare.indirect(evidence, "uc_remission").effects.set_index("treatment")
    found = other.effects.set_index("treatment").loc["placebo", "estimate"]
    assert found == pytest.approx(1 / random.loc["infliximab", "estimate"])


def test_uc_remission_separates_nobody(evidence: compare.Evidence) -> None:
    """Risk differences alone would put infliximab above all seven; the guards say what holds."""
    found = comparisons(evidence, "uc_remission")
    ahead = [pair for pair in found if pair.treatment == "infliximab"]
    assert len(ahead) == 7
    assert all("risk difference" in pair.scales for pair in ahead)
    assert sum("odds ratio" in pair.scales for pair in ahead) == 2
    assert sum("risk ratio" in pair.scales for pair in ahead) == 1
    names = {row["therapy_id"]: row["therapy"] for row in evidence.by_id("therapies").values()}
    held = "2 are left open: prior treatment differs between the trials"
    assert summary(found, names) == f"Of 28 pairs looked at, none is told apart; {held}."
    by = {(pair.treatment, pair.comparator): sentence(pair, names, "odds") for pair in found}
    assert by["infliximab", "mirikizumab"].endswith(
        "prior treatment differs between the trials (none, given to some)."
    )
    assert by["infliximab", "vedolizumab"].endswith("only the risk difference sets them apart.")
    flags = compare.indirect(evidence, "uc_remission").flags
    assert flags[0].startswith("Rates on placebo lie from 5 to 15 percent: GEMINI 1")
    assert any(flag.startswith("No two are told apart: prior treatment") for flag in flags)


@pytest.mark.parametrize(
    ("network_id", "told"),
    [
        ("sjia_acr70", "looked at week 4 .* at week 12"),
        ("nmosd_relapse", "looked at week 28 .* at week 96"),
        ("gmg_mg_adl", "too far apart to be compared"),
        ("lupus_nephritis_response", "week 76 .* week 104"),
        ("ms_relapse_rate", "PRISMS .1998."),
    ],
)
def test_refused_networks_say_why(evidence: compare.Evidence, network_id: str, told: str) -> None:
    """Refused, with a sentence and without a single estimate."""
    network = compare.indirect(evidence, network_id)
    assert pd.Series([network.refused]).str.contains(told).all()
    assert network.effects.empty
    assert network.pairs.empty
    assert list(network.effects.columns)[:2] == ["treatment", "estimate"]
    assert comparisons(evidence, network_id) == ()


def test_naive_and_exposed_stand_apart(evidence: compare.Evidence) -> None:
    """Networks of one kind of patients hold no others, and these alone separate therapies."""
    for network_id in computed(evidence):
        kinds = {fact.prior_exposure for fact in declared(evidence, network_id).facts}
        for kind in ("naive", "exposed"):
            if network_id.endswith(kind):
                assert kinds == {kind}
        if any(pair.verdict == "separated" for pair in comparisons(evidence, network_id)):
            assert kinds in ({"naive"}, {"exposed"})


def test_uc_response_in_naive_patients(evidence: compare.Evidence) -> None:
    """Infliximab against adalimumab: two trials and one, through placebo, on all three scales."""
    (pair,) = (
        pair
        for pair in comparisons(evidence, "uc_response_naive")
        if {pair.treatment, pair.comparator} == {"infliximab", "adalimumab"}
    )
    assert (pair.treatment, pair.verdict, pair.trials) == ("infliximab", "separated", 3)
    assert len(pair.scales) == 3


def test_etanercept_in_ra_is_a_width(evidence: compare.Evidence) -> None:
    """Odds ratio 19 from 1 response among 30 on placebo: said beside the estimate, never scored."""
    network = compare.indirect(evidence, "ra_acr50")
    row = network.effects.set_index("treatment").loc["etanercept"]
    assert row["high"] > 60 * row["low"]
    said = "No finding on etanercept against placebo: the estimate is known only within a factor of"
    assert sum(flag.startswith(said) for flag in network.flags) == 1
    mine = [
        p for p in comparisons(evidence, "ra_acr50") if "etanercept" in (p.treatment, p.comparator)
    ]
    assert {pair.verdict for pair in mine} == {"not distinguished"}


def test_only_declared_networks(evidence: compare.Evidence) -> None:
    """An unknown network, and a reference that is not in it, name what there is."""
    with pytest.raises(ValueError, match="network_id is 'uc'; expected one of uc_remission"):
        compare.indirect(evidence, "uc")
    with pytest.raises(ValueError, match="reference is 'ivig'; expected one of adalimumab"):
        compare.indirect(evidence, "uc_remission", reference="ivig")
    with pytest.raises(ValueError, match="model is 'fixed'"):
        compare.indirect(evidence, "uc_remission", model="fixed")
