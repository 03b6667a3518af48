"""The strip: what the reader has set stays, twins part, and the patient is carried whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import compare
from compare.data.conditions import opening_patient
from compare.data.patient import Patient
from compare.data.scenario import IN_ADDRESS, NUMBERS, Scenario, from_address, to_address
from compare.pages import every_explorer
from compare.pages.controls import HIDDEN
from compare.pages.cost.page import CostExplorer
from compare.pages.explorer import Explorer
from compare.pages.history.page import HistoryExplorer
from compare.pages.strip import Strip, about_conditions

BOUNDS = {"weight": (1, 300), "age": (0, 120), "height": (40, 250), "iv_dose": (0.5, 300),
          "iv_weeks": (1, 12), "ige": (1, 100_000)}  # fmt: skip
IDS = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=30)


@pytest.fixture
def strip(evidence: compare.Evidence) -> Strip:
    """A fresh strip that opens on CIDP."""
    return Strip(evidence, "cidp")


def told(strip: Strip) -> dict[str, Any]:
    """What the browser is told."""
    return dict(json.loads(strip.history.told.value))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A condition, a patient and a price basis, each part there or not."""
    numbers = {
        NUMBERS[name]: draw(ends if name in ("weight", "age") else st.none() | ends)
        for name, (low, high) in BOUNDS.items()
        for ends in [st.floats(low, high) | st.integers(int(low) or 1, high)]
    }
    patient = Patient(
        **numbers, sex=draw(st.sampled_from([None, "female", "male"])), factors=draw(st.sets(IDS))
    )
    return Scenario(draw(IDS), patient, price_basis=draw(st.none() | IDS))


@given(scenarios(), st.sets(st.sampled_from(IN_ADDRESS)))
def test_an_address_gives_the_same_patient_back(scenario: Scenario, usual: set[str]) -> None:
    """Every number to its last digit, the history, and what the reader has not set."""
    address = to_address(scenario, usual)
    assert from_address(address) == (scenario, usual)
    assert not set(address) & set(" #\"'<>")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "lacks the condition"),
        ("tc-main", "not an address of a patient"),
        ("condition=cidp&weight=62", "lacks the condition, the weight or the age"),
        ("condition=cidp&weight=heavy&age=5", "weight is 'heavy', which is no number"),
        ("condition=cidp&weight=nan&age=5", "its weight is nan; expected a number from 1 to 300"),
        ("condition=cidp&weight=1e999&age=5", "its weight is inf"),
        ("condition=cidp&weight=62&age=5&sex=cat", "sex is 'cat'"),
        ("condition=cidp&weight=62&weight=70&age=5", "not an address of a patient"),
        ("condition=cidp&weight=62&age=5&frailty=3", "'frailty', which this version does not know"),
        ("condition=cidp&weight=62&age=5&history=" + "a," * 3000, "not an address of a patient"),
        ("condition=%ff&weight=62&age=5", "not an address of a patient"),
    ],
)
def test_no_nonsense_is_read_from_an_address(address: str, said: str) -> None:
    """What is no patient is refused in one sentence."""
    with pytest.raises(ValueError, match=said) as refused:
        from_address(address)
    assert len(str(refused.value)) < 200


def test_a_condition_changes_only_what_was_not_set(evidence: compare.Evidence) -> None:
    """Weight set, age not: Kawasaki brings its child's age and leaves the weight and history."""
    page = CostExplorer(evidence)
    page.controls["weight"].value = 62
    page.controls["history"].value = ("migraine",)
    page.controls["condition"].value = "kawasaki"
    child = opening_patient(evidence, "kawasaki")
    patient = page.scenario().patient
    assert (patient.weight_kg, patient.age_years) == (62, child.age_years)
    assert (patient.height_cm, patient.factors) == (child.height_cm, {"migraine"})
    page.controls["age"].value = 4
    page.controls["condition"].value = "ra"
    assert page.scenario().patient.age_years == 4


def test_a_short_name_is_of_one_condition(evidence: compare.Evidence) -> None:
    """Who types SLE and presses Enter gets SLE: no other condition has that name or synonym."""
    words = {key: about[1:] for key, about in about_conditions(evidence).items()}
    for name, (short, *_) in words.items():
        others = [other for other, said in words.items() if short in said and other != name]
        assert others == [], short


def test_one_change_shows_once(evidence: compare.Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    """A condition that moves weight, age and height is computed once."""
    page = CostExplorer(evidence)
    shown: list[Any] = []
    monkeypatch.setattr(page, "show", shown.append)
    page.controls["condition"].value = "kawasaki"
    assert len(shown) == 1


def test_what_excludes_another_takes_it_off(evidence: compare.Evidence, strip: Strip) -> None:
    """AQP4 has one result: the one chosen last stays, and the reader is told what went."""
    history = strip.controls["history"]
    history.value = ("migraine", "aqp4_negative")
    history.value = ("migraine", "aqp4_negative", "aqp4_positive")
    assert history.value == ("migraine", "aqp4_positive")
    assert evidence.label("factors", "aqp4_negative") in told(strip)["said"]
    history.value = ("migraine", "aqp4_positive", "asthma")
    assert "Taken off" not in told(strip)["said"]
    history.value = ("achr_positive", "seronegative")
    assert history.value == ("seronegative",)


def test_what_follows_is_shown(strip: Strip) -> None:
    """Heart failure counts as heart disease, which is said; what the condition implies is not."""
    strip.controls["history"].value = ("heart_failure",)
    assert "Heart or lung disease" in told(strip)["said"]
    assert "implied by Heart failure" in told(strip)["said"]
    assert "Demyelinating" not in told(strip)["said"]


def test_what_labels_ask_for_is_offered(evidence: compare.Evidence, strip: Strip) -> None:
    """In myasthenia the antibodies, in CIDP nothing; earlier doses where a regimen needs them."""
    names = [entry["name"] for entry in strip.history.entries]
    assert told(strip)["asked"] == []
    strip.controls["condition"].value = "gmg"
    asked = [names[place] for place in told(strip)["asked"]]
    assert "AChR antibody positive" in asked
    assert HIDDEN in strip.controls["iv_dose"]._dom_classes
    strip.controls["condition"].value = "pi"
    assert HIDDEN not in strip.controls["iv_dose"]._dom_classes
    assert HIDDEN in strip.controls["ige"]._dom_classes
    for key, hidden in (
        ("asthma", False),
        ("chronic_spontaneous_urticaria", True),
        ("crswnp", False),
    ):
        strip.controls["condition"].value = key
        assert (HIDDEN in strip.controls["ige"]._dom_classes) is hidden, key
    assert HIDDEN in strip.controls["iv_dose"]._dom_classes


def test_every_history_can_be_searched_for(evidence: compare.Evidence, strip: Strip) -> None:
    """Each has its other words from the table; what everyone is told of is not offered."""
    entries = {entry["name"]: entry["words"] for entry in strip.history.entries}
    assert "clot" in entries["Past thrombosis"]
    assert len([name for name, words in entries.items() if "TB" in words]) == 3
    assert "PML" not in entries


@pytest.mark.parametrize("kind", every_explorer(), ids=lambda kind: kind.__name__)
def test_a_carried_patient_opens_on_every_page(
    kind: type[Explorer], evidence: compare.Evidence
) -> None:
    """The page is that patient's before the browser is told; what it carries on is the same."""
    page = kind(evidence)
    who = Patient(62, 70.5, 160, "female", frozenset({"thrombosis_history"}), 40, 4)
    address = to_address(Scenario("pi", who, price_basis="nadac"), ["height"])
    heard: list[Any] = []
    page.strip.listeners.append(lambda _: heard.append(told(page.strip)["to"]))
    page.strip.history.wish.value = f"7 {address}"
    assert page.status.value == ""
    assert heard == [0]
    assert page.scenario().condition_id == "pi"
    assert page.scenario().patient == who
    assert told(page.strip) | {"asked": [], "said": ""} == {
        "to": 7, "text": address, "set": True, "asked": [], "said": "", "prices": "",
    }  # fmt: skip
    page.strip.history.wish.value = "8 "
    assert told(page.strip)["set"] is False
    assert page.scenario().patient.factors == frozenset()
    assert page.digest() == kind(evidence).digest()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("condition=plague&weight=62&age=5", "its condition is not in our tables"),
        ("condition=cidp&weight=62&age=5&history=tail", "not in our tables"),
        ("condition=cidp&weight=62&age=5&history=pml_risk", "not in our tables"),
        ("condition=cidp&weight=62&age=5&history=aqp4_negative,aqp4_positive", "exclude one"),
        ("condition=cidp&weight=62&age=5&price=free", "its price is not one of ours"),
        ("<script>", "not an address"),
    ],
)
def test_a_bad_link_opens_the_usual_patient(strip: Strip, address: str, said: str) -> None:
    """Nothing of it is taken, and one sentence says why."""
    usual = strip.scenario()
    strip.controls["weight"].value = 150
    strip.history.wish.value = f"3 {address}"
    assert strip.scenario() == usual
    assert told(strip)["said"].startswith("This link was not opened: ")
    assert said in told(strip)["said"]
    assert (told(strip)["to"], told(strip)["set"]) == (3, False)


def test_a_page_below_another_follows_its_strip(evidence: compare.Evidence) -> None:
    """It shows the same condition and weight once it is opened, and nothing while it is not."""
    above = CostExplorer(evidence)
    below = HistoryExplorer(evidence, below=above)
    assert below.finding.value == ""
    below.controls["opened"].value = True
    above.controls["condition"].value = "gmg"
    above.controls["weight"].value = 120
    assert below.scenario() == above.strip.scenario()
    assert "gMG" in below.finding.value
    assert above.strip.history not in below.page.children
    below.controls["opened"].value = False
    assert (below.finding.value, below.panels["figures"].value) == ("", "")


PRICE = "product_id,route,billing_qty,billing_unit,usd_per_billing_unit\n"


@pytest.mark.parametrize("kind", every_explorer(), ids=lambda kind: kind.__name__)
def test_own_prices_come_with_the_tab(kind: type[Explorer], evidence: compare.Evidence) -> None:
    """Every page computes with them beside the patient, tells how many, and forgets them whole.

    The address never holds them, and what is carried is what was given.
    """
    page = kind(evidence)
    before = page.digest()
    page.strip.history.wish.value = f"7 \n{PRICE}gamunex_c,IV,500,mg,1\nprivigen,IV,500,mg,2\n"
    assert page.status.value == ""
    own = page.evidence.prices[page.evidence.prices["price_basis"].eq("own")]
    assert list(own["usd_per_billing_unit"]) == [1, 2]
    state = told(page.strip)
    assert (state["prices"], state["set"], state["said"]) == ("2", False, "")
    assert "gamunex" not in json.dumps(state)
    assert page.strip.history.prices.value.startswith(PRICE)
    page.controls["weight"].value = 90
    assert page.strip.history.prices.value
    page.strip.history.wish.value = "8 "
    assert page.evidence is evidence
    assert (told(page.strip)["prices"], page.strip.history.prices.value) == ("", "")
    assert page.digest() == before


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f"{PRICE}newbrand,IV,500,mg,1\n", "newbrand"),
        (f'{PRICE}gamunex_c,IV,500,mg,"40,5"\n', "write 40.5"),
        ("\x00", "not used on this page"),
        ("a\ud800,b\n1,2\n", "not used on this page"),
        ("<script>alert(1)</script>", "not used on this page"),
    ],
)
def test_own_prices_of_another_page_may_be_refused(strip: Strip, rows: str, said: str) -> None:
    """The page shows the patient without them and says why; the tab keeps them."""
    address = to_address(Scenario("pi", Patient(62, 70)))
    strip.history.wish.value = f"7 {address}\n{rows}"
    state = told(strip)
    assert state["said"].startswith("Your own prices are not used on this page: ")
    assert said in state["said"]
    assert (state["prices"], state["text"]) == ("not used here", address)
    assert strip.history.prices.value == rows.replace("\ud800", "?")
    assert strip.evidence is strip.base
