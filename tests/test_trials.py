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
