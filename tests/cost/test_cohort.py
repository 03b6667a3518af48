"""Costs of many patients at once, and what a switch changes for a budget."""

import math

import pandas as pd
import pytest

import compare
from compare import cost
from compare.data.evidence import Evidence
from compare.data.patient import Patient
from tests.cost.test_cost import row


def test_cohort_of_one_equals_annual_cost(evidence: Evidence) -> None:
    """The cohort and the single patient come out of one core."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2, 3],
            "condition_id": ["cidp", "cidp", "crohns"],
            "therapy_id": ["ivig", "ivig", "infliximab"],
            "weight_kg": [70.0, 55.5, 92.0],
            "product_id": ["privigen", "privigen", "avsola"],
        }
    )
    before = patients.copy()
    found = compare.cohort_cost(evidence, patients)
    pd.testing.assert_frame_equal(patients, before)
    for index, weight in enumerate(patients["weight_kg"]):
        one = row(
            evidence, patients["condition_id"][index], patients["product_id"][index],
            Patient(weight_kg=float(weight), age_years=54),
        )  # fmt: skip
        assert found["usd_year_one"][index] == pytest.approx(one["usd_year_one_low"])
        assert found["usd_later_year"][index] == pytest.approx(one["usd_later_year_low"])


def test_budget_effect_of_moving_a_share(evidence: Evidence) -> None:
    """Moving half of the patients moves half of the difference between the two therapies."""
    patients = pd.DataFrame(
        {
            "patient_id": range(2),
            "condition_id": "cidp",
            "therapy_id": "ivig",
            "weight_kg": [70.0, 80.0],
        }
    )
    effect = cost.budget_effect(evidence, patients, "scig", 0.5).iloc[0]
    ivig = compare.cohort_cost(evidence, patients)["usd_year_one"].sum()
    scig = compare.cohort_cost(evidence, patients.assign(therapy_id="scig"))["usd_year_one"].sum()
    assert effect["usd_change"] == pytest.approx(0.5 * (scig - ivig))
    assert effect["patients"] == 2


def test_bad_cohorts_are_refused(evidence: Evidence) -> None:
    """A cohort lacking a column or with a weight of 0 names what is wrong."""
    with pytest.raises(ValueError, match="lacks the columns"):
        compare.cohort_cost(evidence, pd.DataFrame({"patient_id": [1]}))
    table = pd.DataFrame(
        {"patient_id": [1], "condition_id": ["cidp"], "therapy_id": ["ivig"], "weight_kg": [0.0]}
    )
    with pytest.raises(ValueError, match="weight_kg of row 0"):
        compare.cohort_cost(evidence, table)


def test_cohort_row_without_a_yearly_regimen_says_so(evidence: Evidence) -> None:
    """A therapy, or a product, that has no yearly regimen here is blank with its reason."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2, 3],
            "condition_id": ["gbs", "cidp", "cidp"],
            "therapy_id": ["ivig", "ivig", "ivig"],
            "weight_kg": [70.0, 70.0, 70.0],
            "product_id": [None, "remicade", "gamunex_c"],
        }
    )
    found = compare.cohort_cost(evidence, patients)
    assert found["usd_year_one"].isna().tolist() == [True, True, False]
    assert found["reason"].tolist() == [
        "no yearly regimen of this therapy in this condition",
        "no yearly regimen of this therapy in this condition",
        "",
    ]


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_budget_share_is_from_0_to_1(evidence: Evidence, share: float) -> None:
    """A share outside 0 to 1 is refused before anything is computed."""
    with pytest.raises(ValueError, match="expected a number from 0 to 1"):
        cost.budget_effect(evidence, pd.DataFrame(), "scig", share)


def test_who_cannot_be_priced_is_counted_apart(evidence: Evidence) -> None:
    """One of two patients has no yearly regimen of the new therapy: counted, and left out."""
    patients = pd.DataFrame(
        {
            "patient_id": [1, 2],
            "condition_id": ["cidp", "mmn"],
            "therapy_id": ["ivig", "ivig"],
            "weight_kg": [70.0, 70.0],
        }
    )
    effect = cost.budget_effect(evidence, patients, "efgartigimod", 1.0).iloc[0]
    assert (effect["patients"], effect["patients_left_out"]) == (1, 1)
    one = compare.cohort_cost(evidence, patients.iloc[[0]])["usd_year_one"].iloc[0]
    assert effect["usd_now"] == pytest.approx(one)
    moved = patients.iloc[[0]].assign(therapy_id="efgartigimod")
    assert effect["usd_if_moved"] == pytest.approx(
        compare.cohort_cost(evidence, moved)["usd_year_one"].iloc[0]
    )
