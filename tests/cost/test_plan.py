"""From dose to money where it is not vials: prices per day, multiple-dose vials, devices."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import compare
from compare import cost
from compare.cost import phases, plan
from compare.cost.prices import Tariff, price_book
from compare.data.patient import Patient
from compare.own import with_prices

ADULT = Patient(weight_kg=70, age_years=54)


def shown(evidence: compare.Evidence, condition: str, product: str, **more: Any) -> pd.Series:
    """The product's default row for the condition."""
    table = compare.annual_cost(evidence, condition, ADULT, **more)
    rows = table[table["product_id"].eq(product) & table["is_default"]]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_price_per_day_is_paid_for_every_day(evidence: compare.Evidence) -> None:
    """$2,355 per 30 days of etanercept: 364 days of year one, 365.25 of a later one."""
    row = shown(evidence, "ra", "enbrel", price_basis="maximum_fair_price")
    assert row["usd_year_one_low"] == pytest.approx(364 * 2355 / 30)
    assert row["usd_later_year_low"] == pytest.approx(365.25 * 2355 / 30)
    assert row["usd_year_one_low"] == row["usd_year_one_high"]


def test_a_price_per_day_opens_no_container(evidence: compare.Evidence) -> None:
    """The arithmetic behind a price per day has no containers and no billing units."""
    found = next(
        p for p in plan.plans(evidence, "ra", "maximum_fair_price") if p.product_id == "enbrel"
    )
    line = cost.chain(found, ADULT).iloc[0]
    assert line["containers"] == ""
    assert math.isnan(line["units_given"])
    assert line["usd_drug_per_dose"] == 0


def test_a_price_per_day_begins_with_the_first_dose(evidence: compare.Evidence) -> None:
    """From day 56 on it is paid for 364 - 56 days of year one; a phase that ended pays none."""
    found = next(
        p for p in plan.plans(evidence, "ra", "maximum_fair_price") if p.product_id == "enbrel"
    )
    (only,) = found.rows
    weight, surface = np.array([70.0]), np.array([math.nan])

    def year_one(**changes: Any) -> float:
        row = phases.PricedPhase({**only.phase, **changes}, only.tariff)
        money = dataclasses.replace(found, rows=(row,)).money(weight, surface)
        return float(money.columns["usd_year_one_low"][0])

    assert year_one(first_day=56) == pytest.approx((364 - 56) * 2355 / 30)
    assert year_one(first_day=400) == 0


MULTIPLE = Tariff(
    "own", "x", "x", None, strengths_mcg=(25_000,), usd_each=(500.0,), names=("25 mg vial",),
    ml_each=(1.0,), single_dose=False, billing_mcg=5_000, usd_per_billing_unit=100.0,
)  # fmt: skip


def test_a_multiple_dose_vial_is_paid_by_the_unit() -> None:
    """52 mg from 25 mg multiple-dose vials in 5 mg units: 11 units, nothing discarded."""
    usd = phases.drug_usd(MULTIPLE, np.array([52.0, 50.0, math.nan]))
    assert usd[:2].tolist() == [1100.0, 1000.0]
    assert math.isnan(usd[2])
    opened = cost.opened(MULTIPLE, 52.0)
    assert (opened["units_given"], opened["units_discarded"]) == (11, 0)
    assert opened["containers"] == "3 x 25 mg vial"


def test_own_price_of_a_multiple_dose_vial(evidence: compare.Evidence) -> None:
    """Etanercept's vial may be used again: $100 for 5 mg is $1,000 for 50 mg, 52 times."""
    after = with_prices(
        evidence,
        b"product_id,route,billing_qty,billing_unit,usd_per_billing_unit,presentation_id\n"
        b"enbrel,SC,5,mg,100,enbrel_vial_25mg_1ml\n",
    )
    assert shown(after, "ra", "enbrel")["usd_year_one_low"] == pytest.approx(52 * 1000)


def test_devices_whose_strength_is_not_known_have_no_price(evidence: compare.Evidence) -> None:
    """A price per device that names none of the product's devices is a reason, not a price."""
    prices = evidence.prices
    device = prices["billing_unit"].eq("device")
    codes = evidence.product_codes
    code = codes.loc[codes["code"].isin(prices.loc[device, "code"]), "code"].iloc[0]
    use = codes[codes["code"].eq(code)].iloc[0]
    basis = prices.loc[prices["code"].eq(code), "price_basis"].iloc[-1]
    same = codes["product_id"].eq(use["product_id"])
    lost = dataclasses.replace(
        evidence, product_codes=codes.assign(presentation_id=codes["presentation_id"].mask(same))
    )
    known = price_book(evidence).tariff(use["product_id"], use["route"], basis)
    assert isinstance(known, Tariff)
    assert known.by_device
    assert (
        price_book(lost).tariff(use["product_id"], use["route"], basis)
        == "the price names no device whose strength is in our data"
    )


def test_no_container_no_price(evidence: compare.Evidence) -> None:
    """Where no vial size is in the data, the number of vials is not guessed."""
    boxes = evidence.presentations
    without = dataclasses.replace(
        evidence, presentations=boxes[boxes["product_id"].ne("gamunex_c")]
    )
    row = shown(without, "cidp", "gamunex_c")
    assert math.isnan(row["usd_year_one_low"])
    assert "vial sizes are not in our data" in row["reason"]


def test_strength_of_the_liquid_is_known_where_all_vials_share_it() -> None:
    """1 g in 10 mL and 5 g in 50 mL are both 100 mg/mL; 1 g in 20 mL beside them is unknown."""
    two = dataclasses.replace(MULTIPLE, strengths_mcg=(1_000_000, 5_000_000), ml_each=(10, 50))
    assert phases.mg_per_ml(two) == 100
    assert phases.mg_per_ml(dataclasses.replace(two, ml_each=(20, 50))) is None
    assert phases.mg_per_ml(dataclasses.replace(two, ml_each=(None, None))) is None


def test_one_patient_after_another_costs_what_all_at_once_do(evidence: compare.Evidence) -> None:
    """What a plan keeps of the last patient is not told of another, heavier or in another band."""
    sizes = [(20.0, 0.8), (74.0, 1.9), (74.0, 2.1)]
    weights, surfaces = (np.array(of) for of in zip(*sizes, strict=True))
    for condition_id in evidence.by_id("conditions"):
        for found in plan.plans(evidence, condition_id):
            together = found.money(weights, surfaces)
            for place, (weight, surface) in enumerate(sizes):
                alone = found.money(np.array([weight]), np.array([surface]))
                assert alone.reason[0] == together.reason[place]
                one = [values[0] for values in alone.columns.values()]
                same = [values[place] for values in together.columns.values()]
                assert np.array_equal(one, same, equal_nan=True)
