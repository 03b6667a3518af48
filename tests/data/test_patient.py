"""The patient refuses nonsense in plain words."""

import pytest

from compare.data.patient import Patient


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"weight_kg": 0, "age_years": 40}, "weight_kg is 0; expected a number from 1 to 300"),
        ({"weight_kg": float("nan"), "age_years": 40}, "weight_kg is nan"),
        ({"weight_kg": "70", "age_years": 40}, "weight_kg is '70'"),
        ({"weight_kg": True, "age_years": 40}, "weight_kg is True"),
        ({"weight_kg": 70, "age_years": -1}, "age_years is -1"),
        ({"weight_kg": 70, "age_years": 40, "height_cm": 17}, "height_cm is 17"),
        ({"weight_kg": 70, "age_years": 40, "sex": "x"}, "sex is 'x'"),
        ({"weight_kg": 70, "age_years": 40, "factors": "pregnancy"}, "factors is not a set"),
        ({"weight_kg": 70, "age_years": 40, "factors": {1}}, "factors holds something"),
    ],
)
def test_nonsense_is_refused(columns: dict[str, object], message: str) -> None:
    """Each impossible value names the argument, the value and what was expected."""
    with pytest.raises(ValueError, match=message):
        Patient(**columns)  # type: ignore[arg-type]


def test_factors_are_frozen() -> None:
    """Any collection of ids becomes a frozen set."""
    assert Patient(70, 40, factors=["a", "b", "a"]).factors == frozenset({"a", "b"})  # type: ignore[arg-type]


def test_body_surface() -> None:
    """Mosteller: sqrt(70 x 170 / 3600) = 1.818 m2; None without a height."""
    assert Patient(70, 40, 170).body_surface_m2 == pytest.approx(1.8181, abs=1e-4)
    assert Patient(70, 40).body_surface_m2 is None


def test_adjusted_weight() -> None:
    """Male, 180 cm: ideal 50 + 2.3 x 10.866 = 74.99 kg; adjusted at 120 kg adds 40% of 45.01."""
    patient = Patient(120, 40, 180, "male")
    assert patient.ideal_weight_kg == pytest.approx(74.992, abs=1e-3)
    assert patient.adjusted_weight_kg == pytest.approx(74.992 + 0.4 * 45.008, abs=1e-3)


def test_adjusted_weight_of_a_light_patient_is_the_actual_weight() -> None:
    """Below the ideal weight nothing is added."""
    assert Patient(60, 40, 180, "male").adjusted_weight_kg == 60


def test_no_ideal_weight_for_children_or_short_adults() -> None:
    """Devine's formula is for adults of 152.4 cm and more."""
    assert Patient(30, 9, 160, "female").ideal_weight_kg is None
    assert Patient(50, 40, 150, "female").ideal_weight_kg is None


def test_ige_is_a_number_of_iu_per_ml() -> None:
    """250 IU/mL is taken; nothing, and what no serum holds, are refused."""
    assert Patient(70, 40, ige_iu_ml=250).ige_iu_ml == 250
    for wrong in (0, 1e6):
        with pytest.raises(ValueError, match="ige_iu_ml"):
            Patient(70, 40, ige_iu_ml=wrong)


@pytest.mark.parametrize(
    "wrong", [{"iv_dose_g": 0.0}, {"iv_dose_g": 1e4}, {"iv_interval_weeks": 0}]
)
def test_an_earlier_intravenous_dose_is_grams_and_weeks(wrong: dict[str, float]) -> None:
    """30 g every 4 weeks is taken; no grams, kilograms of grams and no weeks are refused."""
    assert Patient(70, 40, iv_dose_g=30, iv_interval_weeks=4).iv_dose_g == 30
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Patient(70, 40, **wrong)  # type: ignore[arg-type]
