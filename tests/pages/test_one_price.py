"""The form for one own price: what it offers, what it refuses, and what the price does at once."""

import math

import pytest

import compare
from compare import own
from compare.own import one_price, with_prices
from compare.pages.own_data.page import OwnDataExplorer


@pytest.fixture
def page(evidence: compare.Evidence) -> OwnDataExplorer:
    """A fresh page."""
    return OwnDataExplorer(evidence)


def use(page: OwnDataExplorer, product: str, price: str, unit: str = "") -> None:
    """Fill in the form and press the button."""
    page.form.product.value = product
    page.form.price.value = price
    if unit:
        page.form.unit.value = unit
    page.form.button.click()


@pytest.mark.parametrize(
    "text", ["", "free", "-3", "0", "40,5", "12,345", "1,234.50", "1e3", "nan", "9" * 400]
)
def test_what_is_no_price_gets_one_sentence(page: OwnDataExplorer, text: str) -> None:
    """It says what to write; nothing changes."""
    use(page, "gamunex_c", text)
    assert page.message.value.count("<p>") == 1
    assert "above 0 with a decimal point and no comma, such as 1040.50" in page.message.value
    assert page.evidence is page.project


def test_every_offered_unit_is_taken(evidence: compare.Evidence) -> None:
    """For each product that a regimen serves: a vial, bottle, pen, syringe or mass is priced."""
    wrong = []
    conditions = list(evidence.by_id("conditions"))
    products = {key for c in conditions for _, key in one_price.products_here(evidence, c)}
    content = b""
    for product_id in sorted(products):
        found = one_price.units(evidence, product_id)
        if not found:
            wrong.append(product_id)
        for row in found.values():
            content = one_price.added(content, {**row, "usd_per_billing_unit": 10})
    after = with_prices(evidence, content)
    priced = after.prices[after.prices["price_basis"].eq("own")]
    assert wrong == []
    assert len(priced) >= len(products)


def test_price_of_a_vial_is_the_price_per_mass_of_all_sizes(evidence: compare.Evidence) -> None:
    """Gamunex-C at $400 for 10 g is $40 a gram: CIDP, 70 kg, as by a file of that price."""
    row = one_price.units(evidence, "gamunex_c")["bottle of 10 g, IV"]
    content = one_price.added(b"", {**row, "usd_per_billing_unit": 400.0})
    patient = compare.Patient(70, 55)
    one, other = (
        compare.annual_cost(with_prices(evidence, file), "cidp", patient).set_index("product_id")
        for file in (
            content,
            b"product_id,route,billing_qty,billing_unit,usd_per_billing_unit\ngamunex_c,IV,1,g,40\n",
        )
    )
    assert one.loc["gamunex_c", "usd_year_one_low"] == other.loc["gamunex_c", "usd_year_one_low"]
    assert one.loc["gamunex_c", "price_kind"] == "own"


def test_one_price_is_used_at_once_and_another_stands_beside_it(page: OwnDataExplorer) -> None:
    """The standing rows before and after; a second price of the same replaces the first."""
    before = {row["therapy_id"]: row for row in page.compute().standing}
    assert not any(row["changed"] for row in before.values())
    use(page, "gamunex_c", "400", "bottle of 10 g, IV")
    assert page.message.value == ""
    ivig = page.compute().standing[0]
    assert (ivig["therapy_id"], ivig["changed"]) == ("ivig", True)
    assert (ivig["product_after"], ivig["price_kind_after"]) == ("Gamunex-C", "own")
    assert ivig["low_before"] == before["ivig"]["low_after"]
    assert "Gamunex-C, own price" in page.panels["standing"].value
    assert str(page.finding.value).startswith("IVIG in year one: $")
    use(page, "gamunex_c", "50", "g, IV")
    use(page, "vyvgart_hytrulo", "9000")
    state = page.strip.history.prices.value
    assert state.count("gamunex_c") == 1
    assert page.evidence.prices["price_basis"].eq("own").sum() == 2


def test_price_of_one_pen_says_which_other_is_missing(page: OwnDataExplorer) -> None:
    """Crohn's: a price of Humira's 40 mg pen alone gives no year, since 80 mg pens are not priced.

    A price far from the payment limit is used, and said to be so, until something else changes.
    """
    page.controls["condition"].value = "crohns"
    pen = next(n for n in one_price.units(page.project, "humira") if "of 40 mg" in n)
    use(page, "humira", "1000", pen)
    assert "No cost yet: no current price for a device of 80 mg" in page.message.value
    use(page, "inflectra", "0.001")
    assert page.message.value.count("<p>") == 1
    assert "<p>Under 0.001 times the payment limit" in page.message.value
    page.controls["weight"].value += 1
    assert page.message.value == ""


def test_standing_holds_what_came_and_what_went(evidence: compare.Evidence) -> None:
    """A price moves the therapy's row alone; the others are as they were, to the cent."""
    row = one_price.units(evidence, "hizentra")["g, SC"]
    after = with_prices(evidence, one_price.added(b"", {**row, "usd_per_billing_unit": 100}))
    found = own.standing(evidence, after, "cidp", compare.Patient(62, 55))
    assert [row["therapy_id"] for row in found if row["changed"]] == ["scig"]
    for row in found[1:]:
        assert row["low_before"] == row["low_after"] or math.isnan(row["low_before"])
