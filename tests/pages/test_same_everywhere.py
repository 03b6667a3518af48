"""A quantity that stands on two pages is the same on both: all conditions, six patients."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

import compare
from compare import effects
from compare.cost import negotiated_plans
from compare.data.conditions import opening_patient
from compare.data.rows import Row, known, records
from compare.data.scenario import Scenario
from compare.pages import claims, cost, coverage, harms, indications, patient, tradeoffs
from compare.pages.cost import page as cost_page
from compare.pages.indications import page as indications_page
from compare.pages.patient import views as patient_views
from compare.pages.tradeoffs import views as tradeoff_views

PATIENTS = (
    None,  # the condition's own
    compare.Patient(62, 55, 170, factors=frozenset({"thrombosis_history"})),
    compare.Patient(85, 64, 176, "male", factors=frozenset({"heart_failure"})),
    compare.Patient(48, 31, 160, "female", factors=frozenset({"achr_positive", "migraine"})),
    compare.Patient(24, 8, 128),
    None,  # the condition's own, the payer being Medicare, where it negotiated a price
)
ENDS = {
    "cost_year_one": ("usd_year_one_low", "usd_year_one_high"),
    "cost_per_course": ("usd_per_course", "usd_per_course_high"),
    "visits_year_one": ("visits_year_one", "visits_year_one_high"),
}


@dataclass(frozen=True)
class Pages:
    """What the pages show of one condition and patient, each computed once."""

    name: str
    scenario: Scenario
    own: patient_views.View
    costs: cost_page.View
    weighed: tradeoff_views.View
    authority: indications_page.View


@pytest.fixture(scope="module")
def every(evidence: compare.Evidence) -> list[Pages]:
    """All conditions, five patients, and one whose payer is Medicare."""

    def made() -> Iterator[Pages]:
        for condition_id in evidence.conditions["condition_id"]:
            negotiated = [{"payer": "medicare"}] if negotiated_plans(evidence, condition_id) else []
            payers = [{}] * (len(PATIENTS) - 1) + negotiated
            for i, (who, payer) in enumerate(zip(PATIENTS, payers, strict=False)):
                person = who or opening_patient(evidence, condition_id)
                one = Scenario(condition_id, person, options=payer)
                yield Pages(
                    f"{condition_id}, patient {i + 1}",
                    one,
                    patient.view(evidence, one),
                    cost.view(evidence, one),
                    tradeoffs.view(evidence, one),
                    indications.view(evidence, one),
                )

    return list(made())


def opened(every: list[Pages], medicare: bool = False) -> list[Pages]:
    """Of each condition's own patient."""
    return [one for one in every if one.name.endswith("patient 6" if medicare else "patient 1")]


def same(one: float, other: float) -> bool:
    """Equal to the cent, or both not known."""
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, abs_tol=0.005)


def test_prices_of_the_patients_page_are_the_bars_of_the_page_on_cost(every: list[Pages]) -> None:
    """Product, kind of price, both ends, by year and by course: every bar of an option."""
    compared = 0
    for shown in every:
        ids = {option.therapy_id for option in shown.own.picture}
        bars = {
            (row["therapy_id"], row["product"], row["price_kind"], row["use"] == "chronic"): row
            for row in (*shown.costs.yearly, *shown.costs.courses)
            if row["therapy_id"] in ids
        }
        there = {
            (option.therapy_id, price.product, price.kind, price.chronic): (price.low, price.high)
            for option in shown.own.picture
            for price in option.prices
        }
        assert there.keys() <= bars.keys(), shown.name
        assert {key[0] for key in there} == {key[0] for key in bars}, shown.name
        for key, ends in there.items():
            names = ENDS["cost_year_one" if key[3] else "cost_per_course"]
            for name, value in zip(names, ends, strict=True):
                assert same(bars[key][name], value), (shown.name, key)
                compared += 1
    assert compared > 500


def test_costs_and_visits_are_weighed_as_they_are_shown(every: list[Pages]) -> None:
    """05 weighs what 00 shows: year one, course and visits of each option, at both ends."""
    compared = 0
    for shown in every:
        options = {row["therapy_id"]: row for row in shown.own.options}
        for cell in shown.weighed.figures.rows:
            option = options.get(cell["therapy_id"])
            if option is None or cell["criterion"] not in ENDS or not cell["reported"]:
                continue
            low, high = sorted(option[name] for name in ENDS[cell["criterion"]])
            if math.isnan(low) and cell["criterion"] == "visits_year_one":
                continue  # 05 counts the visits of a regimen without a price
            assert same(cell["low"], low), (shown.name, cell["therapy_id"], cell["criterion"])
            assert same(cell["high"], high), (shown.name, cell["therapy_id"], cell["criterion"])
            compared += 1
    assert compared > 400


def test_label_status_is_one(every: list[Pages]) -> None:
    """01 and 00 list the same options with the same standing in the label."""
    for shown in every:
        there = {row["therapy_id"]: row["label_status"] for row in shown.authority.options}
        own = {row["therapy_id"]: row["label_status"] for row in shown.own.options}
        assert own == there, shown.name


def test_cautions_of_picture_and_tables_agree(every: list[Pages]) -> None:
    """On 00: an option has a caution in the picture exactly where a row on this patient has one."""
    marked = 0
    for shown in every:
        rows = {row["therapy_id"] for row in shown.own.cautions if row["matches"]}
        told = {row["therapy_id"] for row in shown.own.options if row["against"]}
        drawn = {option.therapy_id for option in shown.own.picture if option.spoken.against}
        ids = {option.therapy_id for option in shown.own.picture}
        assert told == rows & ids, shown.name
        assert drawn == told, shown.name
        marked += len(drawn)
    assert marked > 50


@pytest.mark.parametrize("medicare", [False, True])
def test_the_claim_on_cost_rests_on_the_bars(
    evidence: compare.Evidence, every: list[Pages], medicare: bool
) -> None:
    """06, cheaper: IVIG and the others' ends are what 02 and 00 show, whoever the payer is."""
    found = claims.view(evidence, "cheaper", medicare=medicare)
    places = {row["condition_id"]: row for row in found.chosen.places}
    compared = 0
    for shown in opened(every, medicare):
        place = places.get(shown.scenario.condition_id)
        if place is None:
            continue
        year = [row for row in shown.costs.yearly if row["therapy_id"] == "ivig"]
        course = [row for row in shown.costs.courses if row["therapy_id"] == "ivig"]
        others = [row for row in shown.own.costs if row["therapy_id"] != "ivig"]
        for rows, mine, theirs in (
            (year, "ivig_low_usd", "usd_year_one_low"),
            (year, "ivig_high_usd", "usd_year_one_high"),
            (course, "ivig_course_usd", "usd_per_course"),
            (others, "others_low_usd", "usd_year_one_low"),
            (others, "others_high_usd", "usd_year_one_high"),
        ):
            if known(place.get(mine)):
                assert any(same(row[theirs], place[mine]) for row in rows), (shown.name, mine)
                compared += 1
    assert compared > (1 if medicare else 20)


@pytest.mark.parametrize("medicare", [False, True])
def test_the_evidence_shows_the_costs_of_the_patients_page(
    evidence: compare.Evidence, every: list[Pages], medicare: bool
) -> None:
    """08: year one and course of each therapy are those of 00, whoever the payer is."""
    compared = 0
    for shown in opened(every, medicare):
        condition_id = shown.scenario.condition_id
        there = coverage.view(evidence, condition_id, medicare).therapies
        listed = there.set_index("therapy_id")
        for row in shown.own.costs:
            names = ENDS["cost_year_one" if row["use"] == "chronic" else "cost_per_course"]
            for name in names:
                assert same(listed.loc[row["therapy_id"], name], row[name]), shown.name
                compared += 1
    assert compared > 50


def test_negotiated_prices_stand_for_medicare_on_every_page(
    evidence: compare.Evidence, every: list[Pages]
) -> None:
    """RA: Enbrel's year, 364 days x $2,355 / 30, is what 00, 02, 05 and 08 open with."""
    negotiated = pytest.approx(364 * 2355 / 30)
    (shown,) = (one for one in opened(every, medicare=True) if one.scenario.condition_id == "ra")

    def etanercept(rows: Iterable[Row], name: str) -> list[float]:
        return [row[name] for row in rows if row["therapy_id"] == "etanercept"]

    name = "usd_year_one_low"
    assert etanercept(shown.own.costs, name) == [negotiated]
    assert etanercept(shown.own.options, name) == [negotiated]
    assert negotiated in etanercept(shown.costs.yearly, name)
    weighed = (row for row in shown.weighed.figures.rows if row["criterion"] == "cost_year_one")
    assert etanercept(weighed, "value") == [negotiated]
    there = coverage.view(evidence, "ra", medicare=True).therapies
    assert etanercept(records(there), name) == [negotiated]


def test_harms_are_the_same_differences(evidence: compare.Evidence, every: list[Pages]) -> None:
    """00, 03 and 05: the harm that pages open with, by therapy, with its interval."""
    compared = 0
    for shown in opened(every):
        condition_id, person = shown.scenario.condition_id, shown.scenario.patient
        wanted = effects.default_criteria(evidence, condition_id)
        harm = next((name for name in wanted if name.startswith("harm:")), None)
        if harm is None:
            continue
        _, event_id, way = harm.split(":")
        options = {"event": event_id, "ascertainment": way, "comparison": "placebo"}
        found = harms.view(evidence, Scenario(condition_id, person, options=options))
        if (found.settings.event_id, found.settings.ascertainment) != (event_id, way):
            continue  # 03 does not offer what is borrowed from another condition alone
        there = {row["therapy_id"]: row for row in found.forest}
        crossing = Scenario(condition_id, person, criteria=(harm,), options={"cross_trials": True})
        said = {row["therapy_id"]: row["harm"] for row in shown.own.options}
        for cell in tradeoffs.view(evidence, crossing).figures.rows:
            if cell["criterion"] != harm or not cell["reported"]:
                continue
            therapy_id = cell["therapy_id"]
            if therapy_id in said:
                assert said[therapy_id] == patient_views.effect_words(cell), shown.name
            for end, mine in (("", "value"), ("_low", "low"), ("_high", "high")):
                row = there[therapy_id]
                assert same(row[f"difference{end}_pct"], cell[mine]), (shown.name, therapy_id)
                compared += 1
    assert compared > 50
