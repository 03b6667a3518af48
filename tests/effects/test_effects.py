"""The effects table: which figures are scored, which are only shown, and where gaps stay gaps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import compare
from compare import cost, effects, preferences
from compare.data.conditions import opening_patient
from compare.effects import cells as effect_cells
from compare.trials import harms
from compare.trials.intervals import risk_difference


def table_of(evidence: compare.Evidence, condition_id: str, **options: object) -> pd.DataFrame:
    """The effects table for the condition's opening patient."""
    patient = opening_patient(evidence, condition_id)
    return compare.effects_table(evidence, condition_id, patient, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["cidp", "gmg", "ra", "gbs", "ms_relapsing", "itp"])
def table(evidence: compare.Evidence, request: pytest.FixtureRequest) -> pd.DataFrame:
    """Tables of conditions with yearly regimens, courses, and few or many trials."""
    return table_of(evidence, request.param)


def test_every_condition_has_a_table(evidence: compare.Evidence) -> None:
    """No condition fails, by difference or by treated arms, and each cell stands once."""
    for condition_id in evidence.conditions["condition_id"]:
        for basis in effects.BASES:
            found = table_of(evidence, condition_id, basis=basis)
            assert list(found.columns) == effects.COLUMNS
            assert not found.duplicated(["therapy_id", "criterion"]).any()
            assert len(found) == found["therapy_id"].nunique() * found["criterion"].nunique()


def test_scored_cells_hold_their_interval_and_gaps_hold_a_reason(table: pd.DataFrame) -> None:
    """A reported cell has value, low, high and a distribution; any other one says why not."""
    scored = table[table["reported"]]
    assert scored[["value", "low", "high"]].notna().all(axis=None)
    assert (scored["low"] <= scored["value"]).all()
    assert (scored["value"] <= scored["high"]).all()
    assert scored["distribution"].ne("missing").all()
    assert scored["source_id"].notna().all()
    gaps = table[~table["reported"]]
    assert gaps["value"].isna().all()
    assert gaps["distribution"].eq("missing").all()
    assert gaps["reason"].ne("").all()


def test_scored_harms_are_primary_rows_against_placebo(
    evidence: compare.Evidence, table: pd.DataFrame
) -> None:
    """Scored harms are primary, against placebo or background, and counted in one way each."""
    scored = table[table["reported"] & table["group"].eq("harm")]
    rows = evidence.adverse_events.set_index("row_id").loc[scored["row_id"]]
    assert rows["primary"].eq("yes").all()
    assert rows["comparator_kind"].isin(["placebo", "background"]).all()
    assert rows["measure"].eq("pct_of_subjects").all()
    ways = scored["criterion"].str.split(":").str[2]
    assert (ways.to_numpy() == rows["ascertainment"].to_numpy()).all()


def test_differences_carry_newcombe_intervals_of_their_counts(table: pd.DataFrame) -> None:
    """low and high are those of the counts in the same row, in patients per 100."""
    rows = table[table["distribution"].eq("difference")]
    names = ["events", "n", "comparator_events", "comparator_n"]
    _, low, high = risk_difference(*(rows[name].to_numpy(dtype=float) for name in names))
    np.testing.assert_allclose(rows["low"], 100 * low, atol=1e-9)
    np.testing.assert_allclose(rows["high"], 100 * high, atol=1e-9)
    assert rows["unit"].eq("per 100").all()


def test_borrowed_harms_are_named_and_benefits_are_never_borrowed(table: pd.DataFrame) -> None:
    """Indirect cells name their condition; no benefit is indirect."""
    indirect = table[table["directness"].eq("indirect")]
    assert indirect["borrowed_from"].ne("").all()
    assert not indirect["group"].eq("benefit").any()
    assert table.loc[table["directness"].eq("direct"), "borrowed_from"].eq("").all()


def test_without_borrowing_nothing_is_indirect(evidence: compare.Evidence) -> None:
    """`borrow=False` keeps to the condition."""
    assert not table_of(evidence, "gmg", borrow=False)["directness"].eq("indirect").any()


def test_standing_rows_are_those_of_the_harms_page(evidence: compare.Evidence) -> None:
    """For each therapy, event and way of counting the same row as `harms.series` shows."""
    cells = pd.DataFrame(effect_cells.evidence_cells(evidence, "ra", "difference", True).values())
    cells = cells[cells["group"].eq("harm")]
    for way in harms.ASCERTAINMENTS:
        wanted = pd.DataFrame(harms.series(evidence, "ra", way), columns=["row_id", "directness"])
        found = cells[cells["ascertainment"].eq(way)]
        assert set(found["row_id"]) == set(wanted["row_id"])
        pairs = dict(zip(wanted["row_id"], wanted["directness"], strict=True))
        assert found["directness"].tolist() == [pairs[row_id] for row_id in found["row_id"]]


def test_cost_cells_are_those_of_the_cost_table(evidence: compare.Evidence) -> None:
    """Low and high of a cost are one product's year one; the value is their middle."""
    patient = opening_patient(evidence, "cidp")
    chosen = cost.opening_plans(evidence, "cidp", patient)
    rows = cost.cost_rows(evidence, chosen.values(), patient)
    costs = pd.DataFrame(rows).set_index("therapy_id")
    found = table_of(evidence, "cidp", criteria=["cost_year_one"]).set_index("therapy_id")
    for therapy_id in ("ivig", "scig"):
        low, high = found.loc[therapy_id, ["low", "high"]]
        assert low == costs.at[therapy_id, "usd_year_one_low"]
        assert high == costs.at[therapy_id, "usd_year_one_high"]
        assert found.at[therapy_id, "value"] == pytest.approx((low + high) / 2)


def test_cost_follows_the_patient_and_harm_does_not(evidence: compare.Evidence) -> None:
    """Twice the weight costs more IVIG; trials stay what they are."""
    light, heavy = (
        compare.effects_table(evidence, "cidp", compare.Patient(weight, 55.0, 170.0))
        for weight in (50, 100)
    )
    ivig = light["therapy_id"].eq("ivig") & light["criterion"].eq("cost_year_one")
    assert heavy.loc[ivig, "value"].iloc[0] > 1.5 * light.loc[ivig, "value"].iloc[0]
    trials = light["group"].isin(["harm", "benefit"])
    pd.testing.assert_frame_equal(light[trials], heavy[trials])


def test_a_course_has_no_yearly_cost(evidence: compare.Evidence) -> None:
    """IVIG in Guillain-Barre is money per course, never on the yearly axis."""
    offered = effects.criteria_for(evidence, "gbs")
    assert "cost_per_course" in set(offered["criterion"])
    assert "cost_year_one" not in set(offered["criterion"])


def test_treated_arms_are_offered_as_percents(evidence: compare.Evidence) -> None:
    """`basis="treated"` scores single arms too, as Betas in percent."""
    by_arm = table_of(evidence, "cidp", basis="treated")
    scored = by_arm[by_arm["reported"] & by_arm["group"].eq("harm")]
    assert scored["distribution"].eq("beta").all()
    assert scored["unit"].eq("percent").all()
    np.testing.assert_allclose(scored["value"], 100 * scored["events"] / scored["n"], atol=0.6)


def test_defaults_are_offered_and_hold_one_harm(evidence: compare.Evidence) -> None:
    """Default criteria: a cost first, at most one harm and one benefit, each of them offered."""
    for condition_id in evidence.conditions["condition_id"]:
        chosen = effects.default_criteria(evidence, condition_id)
        offered = effects.criteria_for(evidence, condition_id)
        assert set(chosen) <= set(offered["criterion"])
        assert chosen[0].startswith("cost")
        starts = [name.split(":")[0] for name in chosen]
        assert starts.count("harm") <= 1
        assert starts.count("benefit") <= 1


def test_the_harm_that_opens_is_the_one_that_the_condition_names(
    evidence: compare.Evidence,
) -> None:
    """Where two therapies have it, or the only one: never another that is better covered."""
    followed = 0
    for condition_id, row in evidence.by_id("conditions").items():
        chosen = effects.default_criteria(evidence, condition_id)
        offered = effects.criteria_for(evidence, condition_id)
        named = offered["criterion"].str.startswith(f"harm:{row['first_event_id']}:")
        enough = offered["scored"].ge(offered["therapies"].clip(upper=2))
        wanted = set(offered.loc[named & enough, "criterion"])
        harm = {name for name in chosen if name.startswith("harm:")}
        followed += bool(wanted)
        assert harm <= wanted or not wanted, condition_id
    assert followed > 8


def test_who_cannot_have_a_regimen_has_no_visits_counted(evidence: compare.Evidence) -> None:
    """A child of 8 and ravulizumab in adults' doses: not known, never none, which is at home."""
    child = compare.Patient(weight_kg=25, age_years=8)
    for condition_id in evidence.conditions["condition_id"]:
        offered = effects.criteria_for(evidence, condition_id)
        names = list(offered.loc[offered["group"].eq("burden"), "criterion"])
        found = compare.effects_table(evidence, condition_id, child, criteria=names)
        priced = compare.annual_cost(evidence, condition_id, child)
        fits = set(priced.loc[~priced["reason"].str.contains("is for ages"), "therapy_id"])
        assert set(found.loc[found["reported"], "therapy_id"]) <= fits, condition_id


def test_criteria_count_what_the_table_scores(evidence: compare.Evidence) -> None:
    """`scored` and `borrowed` of a criterion are the counts of the table's cells."""
    offered = effects.criteria_for(evidence, "ra")
    trial = offered[offered["group"].isin(["harm", "benefit"])].head(25)
    found = table_of(evidence, "ra", criteria=list(trial["criterion"]))
    for row in trial.to_dict("records"):
        cells = found[found["criterion"].eq(row["criterion"]) & found["reported"]]
        assert len(cells) == row["scored"]
        assert cells["directness"].eq("indirect").sum() == row["borrowed"]


def test_one_unit_and_direction_for_a_criterion(evidence: compare.Evidence) -> None:
    """Measures of one endpoint never mix: a hazard ratio is not weighed with a difference."""
    for condition_id in evidence.conditions["condition_id"]:
        found = table_of(evidence, condition_id)
        scored = found[found["reported"]]
        kinds = scored[["criterion", "unit", "favors"]].drop_duplicates()
        assert kinds["criterion"].is_unique


def outcome(**cells: object) -> dict[str, object]:
    """A row of outcomes with a printed effect."""
    usual: dict[str, object] = {
        "effect": 2.0, "ci_low": 1.0, "ci_high": 3.0, "ci_level": 95.0, "favors": "lower",
        "effect_measure": "mean_difference", "contrast": "treated_minus_comparator",
        "scale": "mean_change",
    }  # fmt: skip
    return usual | cells


def test_printed_effects_are_turned_to_treated_against_comparator() -> None:
    """Comparator minus treated 2 (1 to 3) is -2 (-3 to -1); a ratio over treated is inverted."""
    turned = effect_cells._printed_effect(outcome(contrast="comparator_minus_treated"))
    assert turned is not None
    assert (turned.value, turned.low, turned.high) == pytest.approx((-2, -3, -1), abs=1e-3)
    ratio = effect_cells._printed_effect(
        outcome(effect_measure="rate_ratio", contrast="comparator_over_treated", effect=2.0,
                ci_low=1.25, ci_high=4.0)
    )  # fmt: skip
    assert ratio is not None
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.5, 0.25, 0.8), abs=1e-3)


def test_intervals_of_another_level_are_widened_to_95_percent() -> None:
    """A 90 percent interval of 1 to 3 around 2 is 2 -/+ 1.96 / 1.645 = 0.808 to 3.192."""
    found = effect_cells._printed_effect(outcome(ci_level=90.0))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.8084, 3.1916), abs=1e-3)


def test_a_hazard_ratio_of_something_good_is_not_scored() -> None:
    """Where higher is better the table cannot tell whose hazard it is; a longer time it can."""
    good = outcome(effect_measure="hazard_ratio", contrast="treated_over_comparator",
                   effect=0.5, ci_low=0.3, ci_high=0.8, favors="higher")  # fmt: skip
    assert effect_cells._printed_effect(good) is None
    longer = effect_cells._printed_effect(good | {"scale": "time"})
    assert longer is not None
    assert longer.favors == "lower"


def test_thresholds_bound_only_what_a_label_lists_one_by_one(evidence: compare.Evidence) -> None:
    """A `below` stands only on symptoms that a label's own table leaves out, as a number."""
    for condition_id in ("gmg", "crohns", "ra"):
        offered = effects.criteria_for(evidence, condition_id).set_index("criterion")
        harm = offered[offered["group"].eq("harm") & offered["scored"].gt(0)].head(40)
        found = table_of(evidence, condition_id, criteria=list(harm.index))
        bounded = found[found["below"].notna()]
        assert (~bounded["reported"]).all()
        assert offered.loc[bounded["criterion"], "kind"].isin(effect_cells.LISTED_KINDS).all()


def test_the_table_is_taken_by_preferences_as_it_is(evidence: compare.Evidence) -> None:
    """Weighted values and acceptabilities work on the table of every condition."""
    for condition_id in evidence.conditions["condition_id"]:
        chosen = effects.default_criteria(evidence, condition_id)
        found = table_of(evidence, condition_id, criteria=chosen)
        value = compare.weighted_value(found)
        assert value["value"].between(0, 1).all()
        shares = compare.rank_acceptability(found, list(chosen), draws=200)
        lost = shares.attrs["too_little_reported"]
        np.testing.assert_allclose(shares.drop(index=lost).sum(axis=0), 1, atol=1e-9)


def test_drawn_differences_center_on_the_published_ones(evidence: compare.Evidence) -> None:
    """Draws of a difference average near its point estimate, in patients per 100."""
    chosen = ["harm:any_adverse_event:all_cause"]
    found = table_of(evidence, "ra", criteria=chosen)
    drawn = preferences.sample(found, 20_000)
    assert drawn.decision.scale.tolist() == [100.0]
    ranges = {chosen[0]: (-100.0, 100.0)}
    values = next(drawn.values(ranges, None, "range"))[0][0]
    means = 100 - 200 * values.mean(axis=1)
    scored = found["reported"].to_numpy()
    np.testing.assert_allclose(means[scored], found.loc[scored, "value"], atol=2.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"basis": "raw"}, "expected one of"),
        ({"criteria": ["harm:nothing:all_cause"]}, "unknown criterion"),
    ],
)
def test_wrong_arguments_are_refused(
    evidence: compare.Evidence, options: dict[str, object], message: str
) -> None:
    """A sentence says what is wrong."""
    with pytest.raises(ValueError, match=message):
        table_of(evidence, "cidp", **options)


def test_an_unknown_condition_is_refused(evidence: compare.Evidence) -> None:
    """The condition is checked before anything else."""
    with pytest.raises(ValueError, match="condition"):
        compare.effects_table(evidence, "gout", compare.Patient(70, 50))


@pytest.mark.parametrize(
    "cells",
    [
        {"contrast": "treated_minus_baseline_comparator"},
        {"ci_low": None},
        {"effect_measure": "odds_ratio", "contrast": "treated_over_comparator", "ci_low": 0.0},
        {
            "effect_measure": "hazard_ratio",
            "contrast": "treated_over_comparator",
            "favors": "higher",
        },
        {"effect_measure": "correlation"},
    ],
)
def test_effects_that_cannot_be_scored_are_not(cells: dict[str, object]) -> None:
    """Another contrast, no interval, a ratio of 0, a hazard of what is no time, another measure."""
    assert effect_cells._printed_effect(outcome(**cells)) is None


def test_a_lower_hazard_is_better_even_where_a_longer_time_is() -> None:
    """Time to relapse favors higher; its hazard ratio of 0.5 favors lower."""
    found = effect_cells._printed_effect(
        outcome(effect_measure="hazard_ratio", contrast="treated_over_comparator",
                favors="higher", scale="time", effect=0.5, ci_low=0.25, ci_high=1.0)
    )  # fmt: skip
    assert found is not None
    assert (found.favors, found.measure, found.distribution) == (
        "lower",
        "hazard_ratio",
        "lognormal",
    )


def test_what_is_shown_of_an_unscored_outcome() -> None:
    """The printed words first; else both arms with their unit; else the one that is known."""
    row = {
        "effect_words": "", "treated_value": 55.0, "comparator_value": 33.0, "unit": "pct",
        "comparator": "placebo",
    }  # fmt: skip
    assert effect_cells._shown_benefit(row) == "55 percent, 33 percent on placebo"
    assert effect_cells._shown_benefit(row | {"comparator_value": None}) == "55 percent"
    assert effect_cells._shown_benefit(row | {"treated_value": None}) == ""
    assert effect_cells._shown_benefit(row | {"effect_words": "HR 0.5"}) == "HR 0.5"


def test_a_condition_without_trials_offers_costs_only(evidence: compare.Evidence) -> None:
    """Without harms and outcomes there is still what a year costs, and nothing else is scored."""
    bare = dataclasses.replace(
        evidence, adverse_events=evidence.adverse_events.iloc[:0],
        outcomes=evidence.outcomes.iloc[:0],
    )  # fmt: skip
    offered = effects.criteria_for(bare, "cidp")
    assert set(offered["group"]) == {"cost", "burden"}
    assert offered["scored"].gt(0).all()
    assert set(table_of(bare, "cidp")["criterion"]) <= set(offered["criterion"])


def test_a_course_is_not_weighed_beside_visits_of_a_year(evidence: compare.Evidence) -> None:
    """ITP opens on cost per course: the one yearly regimen's visits would be of another span."""
    patient = compare.Patient(70, 45)
    named = effects.default_criteria(evidence, "itp", "network", True, patient)
    assert "cost_per_course" in named
    assert "visits_year_one" not in named
    assert "visits_year_one" in effects.default_criteria(evidence, "gmg", "network", True, patient)
