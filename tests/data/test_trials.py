"""The table of trials: what stands behind rows of outcomes and harms."""

from __future__ import annotations

import pandas as pd
import pytest

import compare


@pytest.fixture(scope="module")
def rows(evidence: compare.Evidence) -> pd.DataFrame:
    """Outcomes and comparative harms with their trial's columns beside them, named `trial_...`."""
    harms = evidence.adverse_events
    both = pd.concat([evidence.outcomes, harms[harms["comparator_kind"].ne("none")]])
    told = evidence.trials.add_prefix("trial_").rename(columns={"trial_trial_id": "trial_id"})
    return both.merge(told, on="trial_id", how="left")


def test_every_row_names_its_trial(rows: pd.DataFrame) -> None:
    """Only what is no trial (an observational study) stands without one."""
    blank = rows.loc[rows["trial_id"].isna(), "design"]
    assert blank.isin(["observational", "postmarketing"]).all()


def test_trial_and_row_agree_on_condition(rows: pd.DataFrame) -> None:
    """A trial of one condition stands behind no row of another."""
    known = rows.dropna(subset=["trial_condition_id"])
    assert known["trial_condition_id"].eq(known["condition_id"]).all()


def test_withdrawal_trials_are_told_apart(rows: pd.DataFrame) -> None:
    """No row of a withdrawal design names a treat-through trial, nor the other way round."""
    single = rows[rows["trial_design"].isin(["parallel", "withdrawal", "single_arm"])]
    kinds = {"parallel_rct": "parallel", "randomized_withdrawal": "withdrawal"}
    told = single[single["design"].isin(kinds)]
    wrong = told["design"].map(kinds).ne(told["trial_design"])
    assert not wrong.any(), told.loc[wrong, ["row_id", "trial_id"]].to_dict("records")


def test_what_is_unknown_has_its_reason(evidence: compare.Evidence) -> None:
    """Each column that is unknown or blank is named in `unknown_reason`, and no other is."""
    for trial in evidence.trials.itertuples():
        unknown = {
            "prior_exposure": trial.prior_exposure == "unknown",
            "blinded": trial.blinded == "unknown",
            "weeks": pd.isna(trial.weeks_from) or pd.isna(trial.weeks_to),
        }
        reason = "" if pd.isna(trial.unknown_reason) else trial.unknown_reason
        for column, is_unknown in unknown.items():
            assert (column in reason) == is_unknown, (trial.trial_id, column)


def test_one_row_of_each_trial_and_arm_is_kept(evidence: compare.Evidence) -> None:
    """Without duplicates no trial gives two rows of one endpoint, arm, subgroup and time."""
    outcomes = evidence.outcomes.dropna(subset=["trial_id"])
    kept = outcomes[outcomes["duplicate_of"].isna()]
    key = ["trial_id", "endpoint_id", "arm", "subgroup", "timepoint_weeks"]
    twice = kept.loc[kept.duplicated(key, keep=False), "row_id"]
    assert twice.empty, list(twice)


def test_duplicates_name_a_row_of_the_same_trial(evidence: compare.Evidence) -> None:
    """A duplicate is never scored; the row it names is one of its trial that is kept."""
    outcomes = evidence.outcomes.set_index("row_id")
    for row_id, row in outcomes[outcomes["duplicate_of"].notna()].iterrows():
        other = outcomes.loc[row["duplicate_of"]]
        assert row["primary"] == "no", row_id
        assert pd.isna(other["duplicate_of"]), row_id
        assert other["trial_id"] == row["trial_id"], row_id
        assert other["endpoint_id"] == row["endpoint_id"], row_id


def test_a_trial_stands_once(evidence: compare.Evidence) -> None:
    """For each therapy and trial one row stands: no duplicate, no pool, the main endpoint."""
    outcomes = evidence.outcomes.merge(evidence.trials[["trial_id", "design"]], on="trial_id")
    standing = outcomes[outcomes["stands"].eq("yes")]
    assert not standing.duplicated(["therapy_id", "trial_id"]).any()
    assert standing["duplicate_of"].isna().all()
    assert standing["design_y"].ne("pooled").all()


def test_missed_trials_stand_beside_those_that_met(evidence: compare.Evidence) -> None:
    """Anifrolumab stands on all three SRI-4 results of its label, TULIP-1 (missed) included."""
    rows = evidence.outcomes[evidence.outcomes["stands"].eq("yes")]
    lupus = rows[rows["therapy_id"].eq("anifrolumab")].set_index("trial_id")
    arms = lupus[["treated_value", "comparator_value"]].to_dict("index")
    assert arms == {
        "muse": {"treated_value": 62.8, "comparator_value": 38.8},
        "tulip_1": {"treated_value": 49.0, "comparator_value": 43.0},
        "tulip_2": {"treated_value": 55.5, "comparator_value": 37.3},
    }
    assert lupus.loc["tulip_1", "met"] == "no"


def test_induction_stands_with_induction(evidence: compare.Evidence) -> None:
    """No result after week 12 stands for a therapy in ulcerative colitis."""
    rows = evidence.outcomes[evidence.outcomes["stands"].eq("yes")]
    colitis = rows[rows["condition_id"].eq("ulcerative_colitis")]
    assert colitis["timepoint_weeks"].between(6, 12).all()
    assert set(colitis["trial_id"]) >= {"act_1", "act_2", "ultra_1", "ultra_2", "pursuit_sc"}


def test_printed_counts_agree_with_percentages(evidence: compare.Evidence) -> None:
    """Patients with the event over patients are the printed percentage, up to its rounding.

    36 of 147 biologic-naive patients in UNIFI are 24.5 percent, printed as 24.
    """
    rows = evidence.outcomes[evidence.outcomes["unit"].eq("pct")]
    for arm in ("treated", "comparator"):
        told = rows.dropna(subset=[f"{arm}_events", f"n_{arm}"])
        share = 100 * told[f"{arm}_events"] / told[f"n_{arm}"]
        off = (share - told[f"{arm}_value"]).abs().gt(0.6)
        assert not off.any(), told.loc[off, "row_id"].tolist()


def test_subgroups_by_exposure_add_up(evidence: compare.Evidence) -> None:
    """Exposed and naive patients of a trial are never more than all who were analyzed."""
    rows = evidence.outcomes
    parts = rows[rows["prior_exposure"].notna()].dropna(subset=["n_treated", "n_comparator"])
    key = ["trial_id", "endpoint_id", "arm", "timepoint_weeks"]
    whole = rows[rows["subgroup"].isna() & rows["duplicate_of"].isna()].set_index(key)
    for name, group in parts.groupby(key):
        assert set(group["prior_exposure"]) == {"naive", "exposed"}, name
        total = whole.loc[[name]].iloc[0]
        assert group["n_treated"].sum() <= total["n_treated"], name
        assert group["n_comparator"].sum() <= total["n_comparator"], name


def test_trials_of_networks_say_what_they_were(evidence: compare.Evidence) -> None:
    """Who, earlier treatment with what, background, design and endpoint of every trial in a
    network: filled, or what was not printed and where it was looked for."""
    outcomes = evidence.outcomes[evidence.outcomes["row_id"].isin(evidence.network_arms["row_id"])]
    trials = evidence.trials[evidence.trials["trial_id"].isin(outcomes["trial_id"])]
    assert len(trials) >= 45
    for name in ("population", "exposure_to", "background", "design", "endpoint_definition"):
        cells = trials[name]
        assert cells.notna().all(), name
        assert not cells.str.fullmatch("unknown|none|not printed").any(), name
        lost = cells[cells.str.startswith("not printed")]
        assert lost.str.startswith("not printed in the ").all(), name


def test_adults_alone_is_what_the_population_says(evidence: compare.Evidence) -> None:
    """Marked where the words name adults and no younger patient, and nowhere else."""
    population = evidence.trials["population"].fillna("")
    adults = population.str.contains(r"\badults\b", case=False)
    younger = population.str.contains("adolesc|child|pediat", case=False)
    assert list(evidence.trials["adults_only"].eq("yes")) == list(adults & ~younger)
