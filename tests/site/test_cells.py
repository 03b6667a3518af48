"""Every cell of the site is the one that Python makes for the same patient."""

import random
from collections.abc import Iterable, Sequence

import pytest
from markupsafe import escape
from playwright.sync_api import Page

from compare import Evidence, Scenario
from compare.authority.factors import excluded_by
from compare.pages.patient import drawing, view
from compare.site import cost
from compare.site.states import patient
from compare.site.steps import Steps, Words, steps
from tests.site.conftest import Site

# Both go through the browser's own reading of HTML; the count is of texts that a reader can see.
SHOWN = """async ([state, expected]) => {
  await tc.show(state);
  const shown = document.getElementById("shown");
  const other = document.createElement("main");
  other.innerHTML = expected;
  for (const box of [shown, other]) box.querySelectorAll("details").forEach((one) => {
    one.open = false; });
  const first = [...other.innerHTML].findIndex((sign, at) => sign !== shown.innerHTML[at]);
  const near = (box) => box.innerHTML.slice(Math.max(0, first - 150), first + 150);
  return {
    same: shown.innerHTML === other.innerHTML, cells: shown.querySelectorAll("td, th").length,
    near: [near(shown), near(other)],
  };
}"""


def people(
    evidence: Evidence, site: Site, count: int, most: int
) -> Iterable[tuple[float, int, list[str]]]:
    """Weights, ages and histories by chance; nothing in a history excludes another."""
    for _ in range(count):
        history: list[str] = []
        for factor in random.sample(site.factors, random.randint(0, most)):
            if factor not in excluded_by(evidence, history):
                history.append(factor)
        yield random.choice(site.weights), random.randint(0, 95), history


def state(condition_id: str, weight: float, age: float, history: list[str]) -> dict[str, object]:
    return {"condition": condition_id, "weight": weight, "age": age, "history": history}


def scenario(
    evidence: Evidence, condition_id: str, weight: float, age: float, history: list[str]
) -> Scenario:
    return Scenario(condition_id, patient(evidence, condition_id, weight, age, history))


def compare_cost(page: Page, site: Site, evidence: Evidence, count: int) -> int:
    page.goto(site.address("cost.html"))
    cells = 0
    for condition_id in site.conditions:
        made = cost.CostPage(evidence, condition_id)
        for who in people(evidence, site, count, 4):
            expected = made.still(scenario(evidence, condition_id, *who))
            found = page.evaluate(SHOWN, [state(condition_id, *who), expected])
            assert found["same"], (condition_id, who, found["near"])
            cells += found["cells"]
    return cells


def compare_options(page: Page, site: Site, evidence: Evidence, count: int) -> int:
    page.goto(site.address("index.html"))
    cells = 0
    for condition_id in site.conditions:
        name = evidence.label("conditions", condition_id)
        for who in people(evidence, site, count, 3):
            made = view(evidence, scenario(evidence, condition_id, *who))
            finding = str(escape(made.finding))
            if len(who[2]) > 1:  # several: one answer for each, whose sentences are Python's own
                page.evaluate("(state) => tc.show(state)", state(condition_id, *who))
                finding = page.evaluate("document.querySelector('#shown').firstChild.innerHTML")
            expected = f'<div class="tc-finding tc-panel">{finding}</div>'
            expected += str(drawing.picture(made.picture, name))
            found = page.evaluate(SHOWN, [state(condition_id, *who), expected])
            assert found["same"], (condition_id, who, found["near"])
            cells += found["cells"]
    return cells


def test_cost_is_pythons_in_every_cell(page: Page, site: Site, evidence: Evidence) -> None:
    """Cost: words, picture and tables are equal, letter by letter, for patients by chance."""
    assert compare_cost(page, site, evidence, 1) > 50


def test_options_are_pythons_in_every_cell(page: Page, site: Site, evidence: Evidence) -> None:
    """Options: order, authority, cautions, trials, prices, visits are equal, letter by letter."""
    assert compare_options(page, site, evidence, 4) > 50


def played(every: Sequence[str], found: Steps, weight: float) -> str:
    """The page at a weight, as the site's own script makes it."""
    shown: list[str] = []
    for at, changes in found:
        if at > weight:
            break
        for place, gone, *come in changes:
            shown[place : place + gone] = [every[number] for number in come]
    return "".join(shown)


def test_steps_give_each_page_back() -> None:
    """Whatever changes from weight to weight, letters or elements, comes back as it was."""
    signs = ["<b>", "</b>", "1", "22", ",", "a", "<i x='3.5'>", "</i>", " "]
    pages = {w: "".join(random.choices(signs, k=random.randint(0, 30))) for w in range(40)}
    words = Words()
    found = steps(words, pages)
    every = list(words.every)
    assert [played(every, found, w) for w in pages] == list(pages.values())


@pytest.mark.soak
def test_fifty_patients_of_each_condition(
    page: Page, whole_site: Site, evidence: Evidence, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both pages, 50 patients of every condition."""
    cells = compare_cost(page, whole_site, evidence, 50)
    cells += compare_options(page, whole_site, evidence, 50)
    with capsys.disabled():
        print(f"\n{cells} of {cells} cells equal")
