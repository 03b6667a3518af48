"""The page on cost: what its digest says is what it shows, per year and per course."""

from __future__ import annotations

import compare
from compare.data.conditions import opening_patient
from compare.data.scenario import Scenario
from compare.pages.cost import page as cost


def lines(evidence: compare.Evidence, condition_id: str, **changes: object) -> list[list[str]]:
    """The digest of a condition's opening scenario: its sentence, then cells by line."""
    scenario = cost.opening(evidence, condition_id)
    scenario = Scenario(scenario.condition_id, scenario.patient, **changes)  # type: ignore[arg-type]
    text = cost.digest(cost.view(evidence, scenario))
    return [line.split(" | ") for line in text.splitlines()]


def test_yearly_lines_carry_the_tables_figures(evidence: compare.Evidence) -> None:
    """Year one at both ends, a later year, and doses, to the cent, one line per bar."""
    patient = opening_patient(evidence, "cidp")
    table = compare.annual_cost(evidence, "cidp", patient)
    (sentence,), *rows = lines(evidence, "cidp")
    assert "at prices net of rebates, year one costs from" in sentence
    by_product = {row[0]: row for row in rows}
    own = table[table["product_id"].eq("gamunex_c") & table["is_default"]].iloc[0]
    assert by_product["gamunex_c"][:-1] == [
        "gamunex_c", own["regimen_id"], own["price_basis"],
        f"year one {own['usd_year_one_low']:.2f} to {own['usd_year_one_high']:.2f}",
        f"later {own['usd_later_year_low']:.2f} to {own['usd_later_year_high']:.2f}",
        f"doses {own['doses_year_one']:.0f}", "net",
    ]  # fmt: skip
    beside = table[table["product_id"].eq("panzyga") & table["is_default"]].iloc[0]
    assert f"panzyga {beside['usd_year_one_usual']:.2f}" in by_product["gamunex_c"][-1]


def test_courses_and_what_has_no_price_have_lines_of_their_own(
    evidence: compare.Evidence,
) -> None:
    """Guillain-Barre is money per course; a therapy without a price stands with its reason."""
    rows = lines(evidence, "gbs")[1:]
    assert any(row[3].startswith("per course ") for row in rows if len(row) > 3)
    assert not any("year one" in cell for row in rows for cell in row)
    nmosd = {row[0]: row for row in lines(evidence, "nmosd")}
    assert "no current" in nmosd["satralizumab"][1]


def test_another_condition_opens(evidence: compare.Evidence) -> None:
    """Courses after years: no error, and no figure of the condition before it."""
    page = cost.CostExplorer(evidence)
    page.controls["condition"].value = "gbs"
    assert page.status.value == ""
    assert page.digest() == cost.digest(cost.view(evidence, cost.opening(evidence, "gbs")))


def test_weight_moves_the_page(evidence: compare.Evidence) -> None:
    """Another weight gives other figures, and the sentence says which weight it is."""
    page = cost.CostExplorer(evidence)
    before = page.digest()
    page.controls["weight"].value = 130
    assert page.digest() != before
    assert "at 130 kg" in page.digest().splitlines()[0]


def test_page_says_where_actual_weight_counts_instead_of_ideal(
    evidence: compare.Evidence,
) -> None:
    """A woman of 45 kg and 175 cm, ideal weight 66.0 kg: the table has the remark."""
    page = cost.CostExplorer(evidence)
    for name, value in (("weight", 45), ("height", 175), ("sex", "female")):
        page.controls[name].value = value
    assert "dosed by actual weight" not in page.panels["table"].value
    page.controls["dosing_weight"].value = "ideal"
    assert page.status.value == ""
    assert "ideal weight, 66.0 kg, is above it" in page.panels["table"].value
