"""Wrong arguments of the public functions: `ValueError` in plain words, at once."""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import compare
from compare.preferences import rank, swing_weights
from compare.trials import harms

ADULT = compare.Patient(weight_kg=70, age_years=54)
HUGE = 10**400
# What no argument of the library is: no number, word, table or patient that it knows.
ODD: list[Any] = [
    HUGE, -HUGE, 10**5000, math.nan, math.inf, -math.inf, -1, "70", "1,000", "", True, None, [],
    {}, ["cidp"], object(), 1j, b"x", np.array([1.0, 2.0]), np.float64("nan"), "x" * 100_000,
    pd.NA, pd.NaT, np.bool_(True), np.array(5), range(3), date(2026, 1, 1), Decimal(70), [[1]],
    {1: 2}, "CIDP", "cidp ", "\uff17\uff10", iter(["cidp"]), pd.Series(["cidp"]),
]  # fmt: skip
DEEP = "[" * 100_000 + "]" * 100_000


def effects(**changes: object) -> pd.DataFrame:
    """A small table of effects: two therapies, a cost and a harm, with a cell changed."""
    rows = [
        {"therapy_id": name, "criterion": what, "value": value, "low": value - 1, "high": value + 1}
        for name, what, value in [
            ("a", "cost", 100.0), ("a", "harm", 2.0), ("b", "cost", 300.0), ("b", "harm", 1.5),
        ]
    ]  # fmt: skip
    table = pd.DataFrame(rows).assign(favors="lower", distribution="normal", events=1.0, n=10.0)
    for name, value in changes.items():
        table[name] = table[name].astype(object)
        table.loc[0, name] = value
    return table


def refused(call: Callable[[], object]) -> str:
    """What the `ValueError` says, which takes less than a second of the processor, and is short."""
    begun = time.process_time()
    with pytest.raises(ValueError) as error:  # noqa: PT011  (what it says is returned)
        call()
    assert time.process_time() - begun < 1
    said = str(error.value)
    assert len(said) < 2500
    return said


def test_patient_takes_numbers_of_numpy() -> None:
    """numpy's 70, and 70.5 in 32 bits, are the same patient and the same JSON as Python's."""
    numpys = compare.Patient(np.int64(70), np.float32(54.5), np.uint8(170))  # type: ignore[arg-type]
    plain = compare.Patient(70, 54.5, 170)
    assert numpys == plain
    assert type(numpys.weight_kg) is int
    scenario = compare.Scenario("cidp", numpys)
    assert scenario.to_json() == compare.Scenario("cidp", plain).to_json()


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
@pytest.mark.parametrize("name", ["weight_kg", "age_years", "height_cm", "sex", "factors"])
def test_patient_refuses_what_is_none(name: str, odd: Any) -> None:
    """Each field names itself and what was expected; only a height and a sex may be None."""
    if odd is None and name in ("height_cm", "sex"):
        return
    if isinstance(odd, list | dict | pd.Series) and name == "factors":
        return
    told = {"weight_kg": 70, "age_years": 54} | {name: odd}
    said = refused(lambda: compare.Patient(**told))
    assert said.startswith(name)
    assert "expected" in said


def test_endless_factors_are_refused() -> None:
    """A counter without end is no set of ids, nor are a billion numbers."""
    for endless in (itertools.count(), range(10**9)):
        refused(lambda endless=endless: compare.Patient(70, 54, factors=endless))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_public_functions_refuse_what_is_none(evidence: compare.Evidence, odd: Any) -> None:
    """Condition, patient, basis, spacing, weight, jurisdiction, table: each with another's kind."""
    calls: list[Callable[[], object]] = [
        lambda: compare.annual_cost(odd, "cidp", ADULT),
        lambda: compare.annual_cost(evidence, odd, ADULT),
        lambda: compare.annual_cost(evidence, "cidp", odd),
        lambda: compare.annual_cost(evidence, "cidp", ADULT, dosing_weight=odd),
        lambda: compare.check_cautions(evidence, odd, "cidp"),
        lambda: compare.check_cautions(evidence, ADULT, odd),
        lambda: compare.adverse_events(evidence, odd),
        lambda: compare.options(evidence, odd),
        lambda: compare.options(evidence, "cidp", jurisdiction=odd),
        lambda: compare.effects_table(evidence, odd, ADULT),
        lambda: compare.effects_table(evidence, "cidp", odd),
        lambda: compare.effects_table(evidence, "cidp", ADULT, basis=odd),
        lambda: compare.cohort_cost(evidence, odd),
        lambda: compare.sources_of(odd, evidence),
        lambda: compare.weighted_value(odd),
        lambda: compare.weighted_value(effects(), missing=odd),
        lambda: compare.rank_acceptability(effects(), draws=odd),
        lambda: compare.Scenario(odd, ADULT, weights={"a": -1}),
        lambda: compare.Scenario("cidp", odd),
    ]
    if odd is not None:
        calls += [
            lambda: compare.annual_cost(evidence, "cidp", ADULT, price_basis=odd),
            lambda: compare.annual_cost(evidence, "cidp", ADULT, cycle_days=odd),
            lambda: compare.options(evidence, "cidp", odd),
            lambda: compare.effects_table(evidence, "cidp", ADULT, cycle_days=odd),
        ]
    for call in calls:
        refused(call)


@pytest.mark.parametrize(
    ("draws", "good"),
    [
        (10_000_001, False),
        (1e9, False),
        (2.5, False),
        (0, False),
        (np.int64(10), True),
        (10.0, True),
    ],
)
def test_draws_are_bounded(draws: Any, good: bool) -> None:
    """Ten million at most, whole; numpy's whole numbers count."""
    if good:
        assert rank(effects(), draws=draws).draws == 10
    else:
        assert "whole number from 1 to 10,000,000" in refused(lambda: rank(effects(), draws=draws))


@pytest.mark.parametrize(
    "cell",
    [{"value": 500.0}, {"value": "1,000"}, {"value": math.inf}, {"low": "x"}, {"n": math.inf},
     {"n": HUGE}, {"high": 1e300}],
    ids=lambda cell: next(iter(cell)),
)  # fmt: skip
def test_cells_that_are_none_are_refused(cell: dict[str, object]) -> None:
    """A value outside of its interval, text for a number, no end: named by column."""
    said = refused(lambda: compare.weighted_value(effects(**cell)))
    assert next(iter(cell)) in said


@pytest.mark.parametrize("weight", [HUGE, 1e308, math.inf, math.nan, "1", -1, None])
def test_weights_and_ranges_that_are_none_are_refused(weight: Any) -> None:
    """Two weights of 1e308 have no sum; the criterion is named. Numpy's numbers are numbers."""
    for call in (
        lambda: compare.weighted_value(effects(), {"cost": weight, "harm": weight}),
        lambda: compare.Scenario("cidp", ADULT, weights={"cost": weight}),
        lambda: compare.Scenario("cidp", ADULT, ranges={"cost": (0, weight)}),
        lambda: compare.weighted_value(effects(), None, {"cost": (0, weight)}),
        lambda: swing_weights({"cost": weight}),
    ):
        assert "cost" in refused(call)
    named = {"cost": np.int64(1), "harm": np.float32(3)}
    found = compare.weighted_value(effects(), named)
    assert found["cost"].tolist() == pytest.approx([0.25 * 201 / 202, 0.25 * 1 / 202])


@pytest.mark.parametrize("text", [
    DEEP, '{"format": 1, "patient": ' + DEEP + "}", "9" * 5000, "[1e999]", "NaN", "", "nul",
    b"\xff", None, 7,
])  # fmt: skip
def test_saved_scenarios_that_are_none_are_refused(text: Any) -> None:
    """Nested 100,000 deep, a number of 5,000 digits, no text at all: one sentence."""
    assert refused(lambda: compare.Scenario.from_json(text)).startswith("not a saved scenario")


def test_saved_scenarios_with_odd_fields_are_refused() -> None:
    """Each field of a saved scenario with a value of another kind."""
    good = json.loads(compare.Scenario("cidp", ADULT).to_json())
    for name, odd in itertools.product(set(good) - {"name", "format"}, (7.5, "x", True, [[1]])):
        if isinstance(odd, str) and name in ("condition_id", "price_basis"):
            continue
        if isinstance(odd, list) and name in ("criteria",):
            continue
        refused(
            lambda name=name, odd=odd: compare.Scenario.from_json(json.dumps({**good, name: odd}))
        )


@pytest.mark.parametrize("weight", [0, 0.9, 300.1, 1e308, HUGE, math.nan, "60", True, None])
def test_a_cohort_weighs_what_a_patient_can_weigh(evidence: compare.Evidence, weight: Any) -> None:
    """The bounds of `Patient`, 1 to 300 kg, and the row is named."""
    patients = pd.DataFrame({"patient_id": [1, 2], "weight_kg": [60, weight]})
    patients = patients.assign(condition_id="cidp", therapy_id="ivig")
    said = refused(lambda: compare.cohort_cost(evidence, patients))
    assert said.startswith("weight_kg of row 1 is ")


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans()))
def test_a_weight_is_taken_or_refused(value: Any) -> None:
    """Anything at all: a patient within 1 to 300 kg, or a `ValueError` that names the field."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and 1 <= value <= 300:
        assert compare.Patient(value, 54).weight_kg == value
    else:
        with pytest.raises(ValueError, match="weight_kg is "):
            compare.Patient(value, 54)


@given(st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda some: st.one_of(st.lists(some), st.dictionaries(st.text(), some)),
))  # fmt: skip
def test_any_json_is_a_scenario_or_refused(value: Any) -> None:
    """In place of the patient, the weights and the ranges of a saved scenario."""
    good = json.loads(compare.Scenario("cidp", ADULT).to_json())
    for name in ("patient", "weights", "ranges", "seed"):
        text = json.dumps({**good, name: value})
        try:
            made = compare.Scenario.from_json(text)
        except ValueError:
            continue
        assert compare.Scenario.from_json(made.to_json()) == made


TRIALS = pd.DataFrame(
    {"study": ["s", "s"], "treatment": ["a", "b"], "events": [1, 2], "n": [10, 10]}
)
NETWORK = "uc_remission"


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_trials_folders_and_dates_refuse_what_is_none(evidence: compare.Evidence, odd: Any) -> None:
    """Networks, tables of trials, counts, ranges, folders and days, each with another's kind."""
    calls: list[Callable[[], object]] = [
        lambda: compare.indirect(evidence, odd),
        lambda: compare.indirect(evidence, NETWORK, model=odd),
        lambda: compare.network_meta_analysis(odd, "odds_ratio"),
        lambda: compare.network_meta_analysis(TRIALS, odd),
        lambda: compare.network_meta_analysis(TRIALS, "odds_ratio", model=odd),
        lambda: harms.wilson(1, 10, odd),
        lambda: evidence.label(odd, "ivig"),
    ]
    ranges = {"cost": 1} if isinstance(odd, dict) else odd
    if odd is not None:
        calls += [
            lambda: compare.load(odd),
            lambda: compare.indirect(evidence, NETWORK, reference=odd),
            lambda: compare.network_meta_analysis(TRIALS, "odds_ratio", reference=odd),
            lambda: compare.network_meta_analysis(TRIALS, "odds_ratio", favors=odd),
            lambda: compare.rank_acceptability(effects(), ranges=ranges, draws=10),
            lambda: compare.sources_of(evidence.prices.head(1), odd),
        ]
    for call in calls:
        refused(call)


@pytest.mark.parametrize("odd", ["70", "\uff17", True, [True], 1j, HUGE, 1e300, b"1", {"a": 1},
                                 {1}, iter([1]), date(2026, 1, 1), object(), ["x"], [[1], [1, 2]]],
                         ids=lambda odd: type(odd).__name__)  # fmt: skip
def test_counts_of_patients_are_numbers(odd: Any) -> None:
    """Text, truth and amounts beyond all patients are no counts; what is missing stays missing."""
    for call in (
        lambda: harms.wilson(odd, 10),
        lambda: harms.wilson(1, odd),
        lambda: harms.risk_difference(1, odd, 1, 10),
    ):
        assert "expected numbers" in refused(call)
    for blank in (None, math.nan, pd.NA):
        assert np.isnan(harms.wilson([blank], 10)).all()


def test_names_of_factors_are_short_in_an_error(evidence: compare.Evidence) -> None:
    """The nearest ids, not all of them."""
    patient = compare.Patient(70, 54, factors={"renal_impairmnt"})
    assert "renal_impairment" in refused(lambda: compare.options(evidence, "cidp", patient))


@pytest.mark.parametrize("name", ["condition_id", "therapy_id", "product_id", "regimen_id"])
@pytest.mark.parametrize("odd", ["IVIG", "ivig ", "", 1, True, ["ivig"], {1}, np.array(5)],
                         ids=lambda odd: type(odd).__name__)  # fmt: skip
def test_ids_of_a_cohort_are_known(evidence: compare.Evidence, name: str, odd: Any) -> None:
    """An id that is nowhere is no patient without a cost; the row is named."""
    patients = pd.DataFrame({"patient_id": [1, 2], "weight_kg": [60, 70]}).assign(
        condition_id="cidp", therapy_id="ivig", product_id=None, regimen_id=None
    )
    assert compare.cohort_cost(evidence, patients)["usd_year_one"].notna().all()
    patients[name] = pd.Series([patients[name].iloc[0], odd], dtype=object)
    if name == "regimen_id" and isinstance(odd, str):
        found = compare.cohort_cost(evidence, patients)
        assert found["reason"].iloc[1].startswith("no yearly regimen")
        return
    said = refused(lambda: compare.cohort_cost(evidence, patients))
    assert said.startswith(f"{name} of row 1 is ")


@pytest.mark.parametrize("odd", [True, HUGE, 1j, object(), [1], np.array(5), pd.NA, "x"],
                         ids=lambda odd: type(odd).__name__)  # fmt: skip
def test_cells_of_trials_are_numbers(odd: Any) -> None:
    """The line and the column are named."""
    cells = pd.Series([odd, 2], dtype=object)
    said = refused(lambda: compare.network_meta_analysis(TRIALS.assign(events=cells), "odds_ratio"))
    assert "line 2, column events" in said


@pytest.mark.parametrize("name", ["therapy_id", "criterion"])
@pytest.mark.parametrize("blank", [None, math.nan, pd.NA, ""])
def test_rows_of_effects_have_names(name: str, blank: Any) -> None:
    """A row of nothing is refused by its line."""
    said = refused(lambda: compare.weighted_value(effects(**{name: blank})))
    assert f"line 2, column {name}" in said


def test_columns_that_stand_twice_are_refused(evidence: compare.Evidence) -> None:
    """Which of the two was meant, nobody knows; the sources of either are sources."""
    patients = pd.DataFrame({"patient_id": [1], "weight_kg": [60]}).assign(
        condition_id="cidp", therapy_id="ivig"
    )
    for call in (
        lambda: compare.weighted_value(pd.concat([effects(), effects()], axis=1)),
        lambda: compare.network_meta_analysis(pd.concat([TRIALS, TRIALS], axis=1), "odds_ratio"),
        lambda: compare.cohort_cost(evidence, pd.concat([patients, patients], axis=1)),
    ):
        assert "twice" in refused(call)
    frame = evidence.prices.head(3)
    once = list(compare.sources_of(frame, evidence)["source_id"])
    for other in (
        frame.convert_dtypes(),
        pd.concat([frame, frame], axis=1),
        frame.astype("category"),
    ):
        assert list(compare.sources_of(other, evidence)["source_id"]) == once
