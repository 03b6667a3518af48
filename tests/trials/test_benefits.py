"""Benefits: effects as published, direction in words, missed endpoints, computed differences."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from compare.data.rows import known
from compare.trials import benefits


def every_row(evidence):
    """The outcomes of all conditions as a frame."""
    rows = [benefits.outcomes(evidence, key) for key in evidence.conditions["condition_id"]]
    return pd.DataFrame([row for own in rows for row in own], columns=benefits.COLUMNS)


def with_rows(evidence, *changes):
    """The evidence with made-up endpoints and outcomes in CIDP."""
    endpoints = pd.DataFrame(
        [
            ("responder", "Responder", "higher", "proportion", "percent"),
            ("relapse", "Relapse", "lower", "proportion", "percent"),
            ("time_to_relapse", "Time to relapse", "higher", "time", "weeks"),
            ("score", "Disability score", "lower", "mean_change", "points"),
        ],
        columns=["endpoint_id", "endpoint", "favors", "scale", "unit"],
    ).reindex(columns=evidence.endpoints.columns)
    template = {
        "row_id": "made", "therapy_id": "ivig", "condition_id": "cidp", "endpoint_id": "responder",
        "endpoint_as_printed": "Responders", "study": "S", "arm": "A", "design": "parallel_rct",
        "comparator": "placebo", "comparator_kind": "placebo", "timepoint_weeks": 24.0,
        "n_treated": 100, "n_comparator": 100, "treated_value": 60.0, "comparator_value": 40.0,
        "unit": "percent", "effect_measure": "none_printed", "effect": None, "ci_low": None,
        "ci_high": None, "ci_level": 95.0, "contrast": "not_applicable",
        "endpoint_role": "primary", "met": "yes", "primary": "yes",
        "source_id": evidence.sources["source_id"].iloc[0], "verification": "one_reading",
    }  # fmt: skip
    made = [template | {"row_id": f"made_{i}"} | change for i, change in enumerate(changes)]
    frame = pd.DataFrame(made).reindex(columns=evidence.outcomes.columns)
    frame = frame.astype(evidence.outcomes.dtypes.to_dict())
    endpoints = endpoints.astype(evidence.endpoints.dtypes.to_dict())
    return dataclasses.replace(evidence, outcomes=frame, endpoints=endpoints)


def one(evidence, **change):
    """The one outcome that a made-up row becomes."""
    found = pd.DataFrame(benefits.outcomes(with_rows(evidence, change), "cidp"))
    assert len(found) == 1
    return found.iloc[0]


def test_columns_and_errors(evidence):
    """Therapy first, every row of the condition once; an unknown condition is refused."""
    for condition_id in evidence.conditions["condition_id"]:
        found = pd.DataFrame(benefits.outcomes(evidence, condition_id), columns=benefits.COLUMNS)
        assert list(found.columns) == benefits.COLUMNS
        raw = evidence.outcomes
        assert set(found["row_id"]) == set(raw.loc[raw["condition_id"].eq(condition_id), "row_id"])
        assert len(found) == found["row_id"].nunique()
    with pytest.raises(ValueError, match="unknown condition"):
        benefits.outcomes(evidence, "nope")


def test_binary_difference_is_newcombes(evidence):
    """60% of 100 against 40% of 100: 20 points, with Newcombe's interval from 60 and 40."""
    row = one(evidence)
    low, high = confint_proportions_2indep(60, 100, 40, 100, method="newcomb", compare="diff")
    assert row["difference_pct"] == 20
    assert row["difference_low_pct"] == pytest.approx(100 * low, abs=1e-10)
    assert row["difference_high_pct"] == pytest.approx(100 * high, abs=1e-10)
    assert row["counts_rebuilt"]
    assert row["better_on"] == "therapy"


def test_a_printed_count_stands_before_the_count_of_a_rounded_percent(evidence):
    """UNIFI, biologics before: 24 of 166 and 7 of 161 as printed, not 14 and 4 percent of these."""
    rows = benefits.outcomes(evidence, "ulcerative_colitis")
    name = "o_stelara_ulcerative_colitis_uc_clinical_remission_exposed"
    (row,) = (row for row in rows if row["row_id"] == name)
    assert (row["events_treated"], row["events_comparator"]) == (24, 7)
    assert row["difference_pct"] == 10  # as printed
    low, high = confint_proportions_2indep(24, 166, 7, 161, method="newcomb", compare="diff")
    assert row["difference_low_pct"] == pytest.approx(100 * low)
    assert row["difference_high_pct"] == pytest.approx(100 * high)
    assert not row["counts_rebuilt"]


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "% (Kaplan-Meier)"},
        {"is_count": "no"},
        {"parallel": "no"},
        {"unit": "points", "endpoint_id": "score"},
        {"design": "crossover"},
        {"design": "single_arm", "comparator_kind": "none", "comparator_value": None},
        {"design": "observational"},
        {"n_comparator": None},
        {"treated_value": 3.0, "n_treated": 20},
    ],
)
def test_no_difference_is_computed_where_no_count_is_known(evidence, change):
    """Estimates, scores, crossovers, single arms and unknown sizes get no computed difference."""
    row = one(evidence, **change)
    assert np.isnan(row["difference_pct"])
    assert np.isnan(row["difference_low_pct"])


def effect(**change):
    """A printed effect as a row."""
    return {
        "effect_measure": "mean_difference", "effect": 5.0, "ci_low": 2.0, "ci_high": 8.0,
        "ci_level": 95.0, "contrast": "treated_minus_comparator", "comparator": "placebo",
    } | change  # fmt: skip


def test_direction_of_a_difference_is_words_only():
    """Comparator minus treated reads as the same difference from the other side."""
    assert benefits.effect_words(effect()) == (
        "5 higher than on placebo (95% CI 2 higher to 8 higher)"
    )
    assert benefits.effect_words(effect(contrast="comparator_minus_treated", ci_low=-1.0)) == (
        "5 lower than on placebo (95% CI 8 lower to 1 higher)"
    )
    assert benefits.effect_words(effect(effect_measure="risk_difference_points", ci_low=None)) == (
        "5 points higher than on placebo"
    )
    assert benefits.effect_words(effect(effect=0.0, ci_low=-1.0, ci_high=1.0)) == (
        "no difference from placebo (95% CI 1 lower to 1 higher)"
    )


def test_a_ratio_keeps_its_printed_direction():
    """A ratio is never inverted; which arm is over which is said."""
    ratio = effect(effect_measure="hazard_ratio", effect=0.39, ci_low=0.25, ci_high=0.61)
    assert benefits.effect_words(ratio | {"contrast": "treated_over_comparator"}) == (
        "hazard ratio 0.39 (95% CI 0.25 to 0.61), therapy over placebo"
    )
    assert benefits.effect_words(ratio | {"contrast": "comparator_over_treated"}) == (
        "hazard ratio 0.39 (95% CI 0.25 to 0.61), placebo over therapy"
    )
    assert benefits.effect_words(effect(effect_measure="none_printed")) == ""


@pytest.mark.parametrize(
    ("change", "side"),
    [
        ({"endpoint_id": "responder"}, "therapy"),
        ({"endpoint_id": "relapse"}, "comparator"),
        ({"treated_value": 40.0}, "neither"),
        ({"endpoint_id": "score", "effect_measure": "mean_difference", "effect": -3.0,
          "contrast": "treated_minus_comparator"}, "therapy"),
        ({"endpoint_id": "score", "effect_measure": "mean_difference", "effect": -3.0,
          "contrast": "comparator_minus_treated"}, "comparator"),
        ({"endpoint_id": "time_to_relapse", "effect_measure": "hazard_ratio", "effect": 0.4,
          "contrast": "treated_over_comparator"}, "therapy"),
        ({"endpoint_id": "relapse", "effect_measure": "hazard_ratio", "effect": 0.4,
          "contrast": "treated_over_comparator"}, "therapy"),
        ({"endpoint_id": "relapse", "effect_measure": "rate_ratio", "effect": 0.4,
          "contrast": "comparator_over_treated"}, "comparator"),
        ({"endpoint_id": "responder", "effect_measure": "hazard_ratio", "effect": 0.4,
          "contrast": "treated_over_comparator"}, ""),
        ({"comparator_kind": "none", "comparator_value": None}, ""),
        ({"endpoint_id": "relapse", "effect_measure": "relative_reduction_pct", "effect": 46.0,
          "contrast": "treated_over_comparator"}, "therapy"),
    ],
)  # fmt: skip
def test_which_side_is_favored(evidence, change, side):
    """The favored side follows the endpoint's direction and the contrast; unknown stays blank."""
    assert one(evidence, **change)["better_on"] == side


def test_missed_primary_endpoints(evidence):
    """Only a primary or co-primary endpoint that the source calls missed is marked."""
    changed = with_rows(
        evidence,
        {"met": "no"},
        {"met": "no", "endpoint_role": "co_primary"},
        {"met": "no", "endpoint_role": "secondary"},
        {"met": "unknown"},
    )
    found = benefits.outcomes(changed, "cidp")
    assert {row["row_id"]: row["missed_primary"] for row in found} == {
        "made_0": True,
        "made_1": True,
        "made_2": False,
        "made_3": False,
    }


def test_printed_effects_are_untouched(evidence):
    """Effect, limits and values of the real tables come through as printed."""
    found = every_row(evidence).set_index("row_id")
    raw = evidence.outcomes.set_index("row_id")
    for name in ("effect", "ci_low", "ci_high", "treated_value", "comparator_value", "contrast"):
        pd.testing.assert_series_equal(found[name], raw.loc[found.index, name])
    compared = found[found["difference_low_pct"].notna()]
    assert compared["scale"].eq("proportion").all()
    inside = compared["difference_pct"].between(
        compared["difference_low_pct"] - 1e-9, compared["difference_high_pct"] + 1e-9
    )
    assert inside.all()


def test_favored_side_agrees_with_the_two_values(evidence):
    """Where both values are printed, the side that the effect favors is the better value's."""
    found = every_row(evidence)
    both = found[
        found["treated_value"].notna()
        & found["comparator_value"].notna()
        & found["better_on"].ne("")
    ]
    lower = both["treated_value"] < both["comparator_value"]
    better = lower.eq(both["favors"].eq("lower")).map({True: "therapy", False: "comparator"})
    differ = both["treated_value"].ne(both["comparator_value"]) & both["better_on"].ne(better)
    assert both.loc[differ, "row_id"].tolist() == []


def test_no_hyphen_stands_for_a_minus(evidence):
    """What is below zero is said with a true minus sign, in every outcome of the tables."""
    every = [row for own in benefits.rows_by_condition(evidence).values() for row in own]
    below = [row for row in every if known(row["treated_value"]) and row["treated_value"] < 0]
    assert below
    for row in below:
        said = benefits.outcome_text(row | {"study": None})
        assert f": \u2212{-row['treated_value']:g}" in said
        assert re.search(r"(?<![\w-])-\d", said) is None
