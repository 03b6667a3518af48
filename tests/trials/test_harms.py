"""Harms: which rows get intervals, how counts are rebuilt, what stands for what, and the words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

import compare
from compare.effects.cells import evidence_cells
from compare.trials import arms, harms

FIRST = ["therapy_id", "therapy", "therapy_class"]


@pytest.fixture(scope="module")
def rows(evidence):
    """Every row of harms."""
    return harms.every_row(evidence)


def with_rows(evidence, *changes):
    """The evidence with a few made-up rows of harms, each a copy of one template."""
    template = {
        "row_id": "made", "therapy_id": "ivig", "product_id": None, "condition_id": "cidp",
        "event_id": "headache", "event_as_printed": "Headache", "study": "S", "arm": "A",
        "design": "parallel_rct", "comparator": "placebo", "comparator_kind": "placebo",
        "measure": "pct_of_subjects", "ascertainment": "all_cause", "n_treated": 100,
        "n_comparator": 100, "treated_events": None, "comparator_events": None,
        "treated_pct": None, "comparator_pct": None, "treated_pct_upper": None,
        "comparator_pct_upper": None, "exposure_weeks": None, "same_follow_up": None,
        "reporting_threshold": None, "primary": "yes",
        "source_id": evidence.sources["source_id"].iloc[0], "locator": "1",
        "verification": "one_reading", "second_source_id": None, "disputes": None, "notes": None,
    }  # fmt: skip
    made = [template | {"row_id": f"made_{i}"} | change for i, change in enumerate(changes)]
    frame = pd.DataFrame(made).reindex(columns=evidence.adverse_events.columns)
    frame = frame.astype(evidence.adverse_events.dtypes.to_dict())
    return dataclasses.replace(evidence, adverse_events=frame)


def one(evidence, **change):
    """The one row of harms that a made-up row becomes."""
    found = harms.adverse_events(with_rows(evidence, change), "cidp")
    assert len(found) == 1
    return found.iloc[0]


def test_public_names():
    """The calls are where the documentation says."""
    assert compare.adverse_events is harms.adverse_events
    assert compare.harms.wilson(5, 10)[0] == pytest.approx(0.2366, abs=5e-5)
    assert compare.harms.risk_difference(56, 70, 48, 80)[0] == pytest.approx(0.2)


def test_columns_and_one_row_per_arm_and_event(evidence):
    """Every condition gives its rows once, with therapy first, for no other condition."""
    for condition_id in evidence.conditions["condition_id"]:
        found = compare.adverse_events(evidence, condition_id)
        assert list(found.columns[:3]) == FIRST
        assert list(found.columns) == harms.COLUMNS
        raw = evidence.adverse_events
        assert list(found["row_id"]) == list(
            raw.loc[raw["condition_id"].eq(condition_id), "row_id"]
        )
        assert found["directness"].eq("direct").all()


def headaches(evidence, borrow=True):
    """One row per therapy of CIDP for headache of whatever cause: direct, borrowed, or missing."""
    rows = harms.series(evidence, "cidp", "all_cause", None, borrow)
    return pd.DataFrame(harms.with_missing(evidence, "cidp", rows, ["headache"]))


def test_unknown_arguments_are_refused(evidence):
    """An unknown condition, way of counting or comparison is named in a ValueError."""
    with pytest.raises(ValueError, match="unknown condition"):
        harms.adverse_events(evidence, "nope")
    with pytest.raises(ValueError, match=r"ascertainment is .nope.; expected one of"):
        harms.series(evidence, "cidp", "nope", None)
    with pytest.raises(ValueError, match=r"comparison is .nope.; expected one of"):
        harms.series(evidence, "cidp", "all_cause", "nope")


def test_the_tables_are_not_changed(evidence):
    """Asking for harms leaves the evidence as it was."""
    before = evidence.adverse_events.copy(deep=True)
    mine = harms.adverse_events(evidence, "ra")
    mine["risk_pct"] = -1.0
    pd.testing.assert_frame_equal(before, evidence.adverse_events)
    assert harms.adverse_events(evidence, "ra")["risk_pct"].dropna().ge(0).all()


def test_printed_counts_by_hand(evidence):
    """56 of 70 against 48 of 80: 80%, 60%, 20 points (5.24 to 33.39), harm in 1 of 5."""
    row = one(
        evidence, n_treated=70, treated_events=56, treated_pct=80.0,
        n_comparator=80, comparator_events=48, comparator_pct=60.0,
    )  # fmt: skip
    assert row["risk_pct"] == pytest.approx(80)
    assert row["risk_comparator_pct"] == pytest.approx(60)
    assert row["difference_pct"] == pytest.approx(20)
    assert round(row["difference_low_pct"], 2) == 5.24
    assert round(row["difference_high_pct"], 2) == 33.39
    assert row["nnh"] == pytest.approx(5)
    assert not row["counts_rebuilt"]
    assert row["no_difference_because"] == ""


def test_counts_are_rebuilt_from_percents_that_give_them(evidence):
    """12% of 100 against 8% of 100 is 12 against 8, marked; the percents stay as printed."""
    row = one(evidence, treated_pct=12.0, comparator_pct=8.0)
    assert (row["events_treated"], row["events_comparator"]) == (12, 8)
    assert row["counts_rebuilt"]
    low, high = confint_proportions_2indep(12, 100, 8, 100, method="newcomb", compare="diff")
    assert row["difference_low_pct"] == pytest.approx(100 * low, abs=1e-10)
    assert row["difference_high_pct"] == pytest.approx(100 * high, abs=1e-10)


@pytest.mark.parametrize(
    ("pct", "n", "count"),
    [
        (12, 100, 12),
        (47.5, 61, 29),  # 29 / 61 = 47.54
        (3, 20, np.nan),  # 1 of 20 is 5%, 0 of 20 is 0%: no count prints as 3%
        (2, 67, np.nan),  # 1 of 67 is 1.49% (prints as 1), 2 of 67 is 2.99% (prints as 3)
        (0, 1565, np.nan),  # 0 to 7 of 1,565 all print as 0%
        (1, 2000, np.nan),  # 10 to 29 of 2,000 all print as 1%; Wilson would say 0.65 to 1.54
        (0, 50, 0),
        (100, 50, 50),
        (np.nan, 50, np.nan),
        (12, np.nan, np.nan),
    ],
)
def test_rebuilt_count(pct, n, count):
    """A count is rebuilt only where it prints as the percent and the percent is fine enough."""
    np.testing.assert_equal(arms.rebuilt_counts(pct, n), count)


@given(n=st.integers(1, 3000), data=st.data(), decimals=st.integers(0, 2))
def test_a_rebuilt_count_prints_as_its_percent(n, data, decimals):
    """A count rebuilt from the print of a true count reprints as it, half a digit off at most."""
    x = data.draw(st.integers(0, n))
    printed = round(100 * x / n, decimals)
    found = arms.rebuilt_counts(printed, n)
    if not np.isnan(found):
        half = arms.half_unit(printed)
        assert abs(100 * found / n - printed) <= half + 1e-9
        assert abs(found - x) <= n * 2 * half / 100 + 1


def test_no_count_from_estimates(evidence):
    """A percent that counts no patients (Kaplan-Meier, adjusted) has no count and no interval."""
    row = one(evidence, treated_pct=12.0, comparator_pct=8.0, is_count="no")
    assert pd.isna(row["events_treated"])
    assert np.isnan(row["risk_low_pct"])
    assert np.isnan(row["difference_low_pct"])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"measure": "pct_of_infusions"}, "by infusion"),
        ({"measure": "per_100_patient_years"}, "patient-years"),
        ({"design": "crossover"}, "crossover"),
        ({"design": "observational"}, "not parallel"),
        ({"comparator_kind": "none"}, "no comparator"),
        ({"comparator_kind": "external"}, "not parallel"),
        ({"comparator_kind": "unknown"}, "not parallel"),
        ({"parallel": "no"}, "not the randomized"),
        ({"comparator_pct": None}, "not printed"),
    ],
)
def test_newcombe_for_parallel_arms_of_patients_only(evidence, change, why):
    """Infusions, rates, crossovers, mixed groups and outside controls get no difference."""
    row = one(evidence, **({"treated_pct": 12.0, "comparator_pct": 8.0} | change))
    assert np.isnan(row["difference_pct"])
    assert np.isnan(row["difference_low_pct"])
    assert why in row["no_difference_because"]


def test_rates_never_stand_as_percents(evidence, rows):
    """A rate per 100 patient-years has a column of its own; no risk exceeds 100."""
    row = one(evidence, measure="per_100_patient_years", treated_pct=141.8, comparator_pct=90.0)
    assert np.isnan(row["risk_pct"])
    assert row["rate_per_100_patient_years"] == 141.8
    rates = rows["measure"].eq("per_100_patient_years")
    assert rows.loc[rates, "risk_pct"].isna().all()
    assert rows.loc[rates, "risk_high_pct"].isna().all()
    assert rows["rate_per_100_patient_years"].isna()[~rates].all()
    assert rows["risk_pct"].dropna().between(0, 100).all()


def test_an_upper_bound_is_no_point(evidence):
    """Printed as less than 1%: from 0 up to 1, no point estimate, no difference."""
    row = one(evidence, treated_pct_upper=1.0, comparator_pct=1.0, n_treated=500)
    assert np.isnan(row["risk_pct"])
    assert (row["risk_low_pct"], row["risk_high_pct"]) == (0, 1)
    assert np.isnan(row["difference_pct"])


def test_a_blank_is_not_zero(evidence):
    """Nothing printed gives nothing: no risk, no bound, no count."""
    row = one(evidence)
    assert row[["risk_pct", "risk_high_pct", "events_treated", "difference_pct"]].isna().all()


def test_count_and_percent_at_odds(evidence):
    """A count and a percent more than a point apart: the percent stands, without an interval."""
    row = one(evidence, treated_events=10, treated_pct=25.0, comparator_pct=8.0)
    assert row["risk_pct"] == 25
    assert pd.isna(row["events_treated"])
    assert np.isnan(row["risk_low_pct"])


def test_every_interval_recomputed(rows):
    """Each Wilson and Newcombe interval in the tables is statsmodels' on its own counts."""
    one_arm = rows[rows["risk_low_pct"].notna() & rows["risk_pct"].notna()]
    low, high = proportion_confint(
        one_arm["events_treated"].to_numpy(float), one_arm["n_treated"].to_numpy(float),
        method="wilson",
    )  # fmt: skip
    assert np.abs(one_arm["risk_low_pct"] - 100 * low).max() < 1e-8
    assert np.abs(one_arm["risk_high_pct"] - 100 * high).max() < 1e-8
    both = rows[rows["difference_low_pct"].notna()]
    assert len(both) > 500
    names = ["events_treated", "n_treated", "events_comparator", "n_comparator"]
    expected = [
        confint_proportions_2indep(*map(float, row), method="newcomb", compare="diff")
        for row in both[names].itertuples(index=False)
    ]
    found = both[["difference_low_pct", "difference_high_pct"]].to_numpy()
    assert np.abs(found - 100 * np.array(expected)).max() < 1e-8
    assert both["difference_pct"].between(
        both["difference_low_pct"] - 1e-9, both["difference_high_pct"] + 1e-9
    ).all()  # fmt: skip
    assert both["design"].isin(arms.PARALLEL).all()
    assert both["measure"].eq("pct_of_subjects").all()
    assert both["comparator_kind"].isin(arms.COMPARED).all()


def test_difference_is_that_of_the_two_risks_shown(rows):
    """A difference is the treated risk minus the comparator risk, and nnh its inverse."""
    shown = rows[rows["difference_pct"].notna()]
    assert np.allclose(shown["difference_pct"], shown["risk_pct"] - shown["risk_comparator_pct"])
    some = shown[shown["difference_pct"].ne(0)]
    assert np.allclose(some["nnh"], 100 / some["difference_pct"])
    assert np.isposinf(shown.loc[shown["difference_pct"].eq(0), "nnh"]).all()


def test_borrowing(evidence):
    """Direct first; else the largest primary row elsewhere, named; else missing."""
    changed = with_rows(
        evidence,
        {"therapy_id": "ivig", "condition_id": "cidp", "n_treated": 50, "treated_pct": 10.0},
        {"therapy_id": "ivig", "condition_id": "itp", "n_treated": 900, "treated_pct": 20.0},
        {"therapy_id": "efgartigimod", "condition_id": "gmg", "n_treated": 80, "treated_pct": 5.0},
        {
            "therapy_id": "efgartigimod",
            "condition_id": "itp",
            "n_treated": 120,
            "treated_pct": 10.0,
        },
        {"therapy_id": "efgartigimod", "condition_id": "cidp", "primary": "no", "treated_pct": 1.0},
    )
    found = headaches(changed).set_index("therapy_id")
    assert found.loc["ivig", ["directness", "condition_id", "risk_pct"]].tolist() == [
        "direct", "cidp", 10.0,
    ]  # fmt: skip
    assert found.loc["efgartigimod", ["directness", "condition_id", "risk_pct"]].tolist() == [
        "indirect", "itp", 10.0,
    ]  # fmt: skip
    assert found.loc["scig", ["directness", "state"]].tolist() == ["missing", "missing"]
    assert np.isnan(found.loc["scig", "risk_pct"])
    alone = headaches(changed, borrow=False)
    assert alone.set_index("therapy_id").loc["efgartigimod", "state"] == "missing"


def test_a_figure_by_infusion_or_as_a_rate_is_never_borrowed(evidence):
    """Percents of infusions and rates do not fill a gap in percents of patients."""
    changed = with_rows(
        evidence,
        {"measure": "pct_of_infusions", "treated_pct": 5.0},
        {"condition_id": "itp", "measure": "per_100_patient_years", "treated_pct": 5.0},
    )
    found = headaches(changed).set_index("therapy_id")
    assert found.loc["ivig", "state"] == "missing"


def test_a_rate_of_its_own_is_not_passed_over_for_a_borrowed_percent(evidence):
    """Cimzia in Crohn's: serious infections 3 against 1 per 100 patient-years, not RA's percent."""
    found = {row["therapy_id"]: row for row in harms.series(evidence, "crohns", "all_cause")
             if row["event_id"] == "serious_infection"}["certolizumab_pegol"]  # fmt: skip
    assert (found["condition_id"], found["directness"], found["state"]) == (
        "crohns", "direct", "other",
    )  # fmt: skip
    assert arms.risk_words(found) == "3 per 100 patient-years"
    assert arms.risk_words(found, "risk_comparator") == "1 per 100 patient-years"
    cells = evidence_cells(evidence, "crohns", "difference", True)
    cell = cells["certolizumab_pegol", "harm:serious_infection:all_cause"]
    assert (cell["reported"], cell["borrowed_from"]) == (False, "")
    assert cell["shown"] == "3 per 100 patient-years, 1 per 100 patient-years on placebo"


def test_other_comparators_are_shown_apart(evidence):
    """An active or withdrawal comparator is no difference from placebo, and has its own series."""
    changed = with_rows(
        evidence,
        {"comparator_kind": "active", "treated_pct": 12.0, "comparator_pct": 8.0},
        {"therapy_id": "scig", "design": "randomized_withdrawal", "comparator_kind": "withdrawal",
         "treated_pct": 12.0, "comparator_pct": 8.0},
    )  # fmt: skip

    def states(comparison):
        rows = harms.series(changed, "cidp", "all_cause", comparison)
        return {row["therapy_id"]: row["state"] for row in rows}

    assert states("placebo") == {"ivig": "other", "scig": "other"}
    assert states("active") == {"ivig": "reported", "scig": "other"}
    assert states("withdrawal") == {"ivig": "other", "scig": "reported"}


def test_one_row_per_therapy_and_event(evidence):
    """In every condition and way of counting a series holds a therapy and event once."""
    for condition_id in evidence.conditions["condition_id"]:
        for way in harms.ascertainments_present(evidence, condition_id):
            for comparison in (None, *arms.COMPARISONS):
                found = harms.series(evidence, condition_id, way, comparison)
                assert len({(row["therapy_id"], row["event_id"]) for row in found}) == len(found)
                assert {row["state"] for row in found} <= {"reported", "bound", "other"}


def test_per_100_words():
    """Differences read as patients per 100 with both ends in words."""
    assert harms.per_100(4, -1, 9, "placebo") == (
        "4 more in 100 than on placebo, between 1 fewer and 9 more"
    )
    assert harms.per_100(-3.2, -8.4, -0.3, "placebo") == (
        "3 fewer in 100 than on placebo, between 8 fewer and 0.3 fewer"
    )
    assert harms.per_100(0, -2, 2, "placebo") == (
        "as many in 100 as on placebo, between 2 fewer and 2 more"
    )
    assert (
        harms.per_100(5, np.nan, np.nan, "placebo") == "5 more in 100 than on placebo (no interval)"
    )
    assert harms.per_100(np.nan, np.nan, np.nan) == "no difference can be given"


def test_nnh_goes_through_infinity():
    """An interval over zero runs from harm through no difference to benefit."""
    assert harms.nnh_text(4, -1.111, 9) == (
        "harm in 1 of 25 (from harm in 1 of 11, through no difference, to benefit in 1 of 90)"
    )
    assert harms.nnh_text(4, 2, 10) == "harm in 1 of 25 (from harm in 1 of 10 to harm in 1 of 50)"
    assert harms.nnh_text(-4, -10, 1) == (
        "benefit in 1 of 25 (from benefit in 1 of 10, through no difference, to harm in 1 of 100)"
    )
    assert harms.nnh_text(0, -2, 2).startswith("no difference (from harm in 1 of 50")
    assert harms.nnh_text(9.3, np.nan, np.nan) == "harm in 1 of 11 (no interval)"
    assert harms.nnh_text(np.nan, np.nan, np.nan) == ""


def test_controlled_figures_names_every_labeled_therapy(evidence):
    """Each therapy labeled for a condition shows controlled figures or says what is missing."""
    rows = evidence.indications
    for condition_id in evidence.conditions["condition_id"]:
        rows_of = harms.controlled_figures(evidence, condition_id)
        found = pd.DataFrame(rows_of).set_index("therapy_id")
        here = rows[rows["condition_id"].eq(condition_id) & rows["retired"].ne("yes")]
        labeled = set(here.loc[here["fda_label"].eq("yes"), "therapy_id"])
        assert labeled == set(found.index[found["labeled"]])
        assert found["missing"].str.len().gt(0).all()
        assert (found["controlled_events"].gt(0) == found["figures"].str.len().gt(0)).all()


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ((4, -1, 9), "4 more in 100 than on placebo, between 1 fewer and 9 more"),
        ((-4.5, -9, 0), "4 fewer in 100 than on placebo, between 9 fewer and no difference"),
        ((0, -2, 2), "as many in 100 as on placebo, between 2 fewer and 2 more"),
        ((0.04, None, None), "under 0.1 more in 100 than on placebo (no interval)"),
        ((None, None, None), "no difference can be given"),
    ],
)
def test_a_difference_in_patients_of_100(points, words):
    """Direction in words, one decimal below 1, and that there is no interval."""
    assert arms.per_100(*points, "placebo") == words
