"""Every cell of the site is the one that Python makes for the same patient."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from markupsafe import Markup, escape
from playwright.sync_api import Page

from compare import Evidence, Scenario
from compare.authority.factors import excluded_by
from compare.pages.cost import CostExplorer
from compare.pages.coverage import StartExplorer
from compare.pages.explorer import Explorer
from compare.pages.harms import HarmsExplorer
from compare.pages.markup import html
from compare.pages.patient import drawing, view
from compare.pages.patient.views import View
from compare.pages.what_works import WhatWorksExplorer
from compare.site import plain
from compare.site.cost import IN_THE_NOTEBOOK
from compare.site.states import asked, patient
from compare.site.steps import Steps, Words, steps
from compare.site.still import still
from compare.site.write import PAGES
from tests.site.conftest import Site

# Both go through the browser's own reading of HTML; where every cell is equal, what stands between
# them is compared letter by letter.
SHOWN = """async ([state, expected]) => {
  await tc.show(state);
  const shown = document.getElementById("shown");
  const other = document.createElement("main");
  other.innerHTML = expected;
  for (const box of [shown, other]) box.querySelectorAll("details").forEach((one) => {
    one.open = false; });
  const cells = (box) => [...box.querySelectorAll("td, th")].map((one) => one.innerHTML);
  const its = cells(other), mine = cells(shown);
  const wrong = its.map((cell, at) => [cell, mine[at]]).filter(([one, two]) => one !== two);
  if (mine.length > its.length) wrong.push(["no more cells", mine[its.length]]);
  const [one, two] = [other.innerHTML, shown.innerHTML];
  if (!wrong.length && one !== two) {
    const first = [...one].findIndex((sign, at) => sign !== two[at]);
    wrong.push([one, two].map((whole) => whole.slice(Math.max(0, first - 150), first + 150)));
  }
  return { cells: its.length, wrong };
}"""

Who = tuple[float, int, list[str]]
Made = Callable[[Who], str]


@dataclass
class Count:
    """Cells compared, and what is wrong: the page, the patient, Python's cell and the site's."""

    cells: int = 0
    wrong: list[tuple[object, ...]] = field(default_factory=list)


def people(evidence: Evidence, site: Site, count: int, most: int = 4) -> Iterable[Who]:
    """Weights, ages and histories by chance; nothing in a history excludes another."""
    for _ in range(count):
        history: list[str] = []
        for factor in random.sample(site.factors, random.randint(0, most)):
            if factor not in excluded_by(evidence, history):
                history.append(factor)
        yield random.choice(site.weights), random.randint(0, 95), history


def options(evidence: Evidence, condition_id: str) -> Made:
    """The patient's page; for a history of several, the answer to each thing in it by itself."""
    name, needed = evidence.label("conditions", condition_id), asked(evidence, condition_id)

    def shown(weight: float, age: int, history: Iterable[str]) -> View:
        who = patient(evidence, condition_id, weight, age, history)
        return view(evidence, Scenario(condition_id, who))

    def at(who: Who) -> str:
        *size, history = who
        made = shown(*size, history)
        finding = escape(made.finding)
        if len(rest := [factor for factor in history if factor not in needed]) > 1:
            told = {one: [f for f in history if f in needed or f == one] for one in rest}
            finding = Markup("<br>").join(
                html("<b>{}, taken alone:</b> {}",
                     evidence.label("factors", one), shown(*size, given).finding)
                for one, given in told.items()
            )  # fmt: skip
        picture = drawing.picture(made.picture, name)
        return html('<div class="tc-finding tc-panel">{}</div>{}', finding, picture)

    return at


def notebook(kind: type[Explorer], without: Sequence[str] = ()) -> Callable[[Evidence, str], Made]:
    """A page of the notebooks, on which the patient is entered."""

    def made(evidence: Evidence, condition_id: str) -> Made:
        page = kind(evidence, condition_id, today=evidence.data_date)

        def at(who: Who) -> str:
            page.strip.take(Scenario(condition_id, patient(evidence, condition_id, *who)))
            page.refresh()
            return still(page, without)

        return at

    return made


def claims(evidence: Evidence, condition_id: str) -> Made:
    """All claims, which depend on nothing that is entered."""
    whole = plain.claims(evidence, condition_id)["html"]
    return lambda who: whole


MADE = {
    "options": options,
    "cost": notebook(CostExplorer, IN_THE_NOTEBOOK),
    "side_effects": notebook(HarmsExplorer),
    "what_works": notebook(WhatWorksExplorer),
    "claims": claims,
    "evidence": notebook(StartExplorer),
}
BY_HISTORY = ("options", "side_effects")


def compare(page: Page, site: Site, evidence: Evidence, name: str, count: int) -> Count:
    """One page for so many patients of each condition (of the first where all are alike)."""
    (it,) = (one for one in PAGES if one.name == name)
    page.goto(site.address(it.file))
    found = Count()
    for condition_id in site.conditions[: 1 if it.alone else None]:
        made = MADE[name](evidence, condition_id)
        for who in people(evidence, site, count):
            weight, age, history = who
            state = {"condition": condition_id, "weight": weight, "age": age, "history": history}
            seen = page.evaluate(SHOWN, [state, made(who)])
            found.cells += seen["cells"]
            found.wrong += [(name, state, *cells) for cells in seen["wrong"]]
    return found


@pytest.mark.parametrize("name", MADE)
def test_every_cell_is_pythons(page: Page, site: Site, evidence: Evidence, name: str) -> None:
    """Words, pictures and tables are equal, letter by letter, for patients by chance."""
    found = compare(page, site, evidence, name, 4 if name in BY_HISTORY else 1)
    assert found.wrong == []
    assert found.cells > 50


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
@pytest.mark.parametrize("name", MADE)
def test_fifty_patients_of_each_condition(
    page: Page, whole_site: Site, evidence: Evidence, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each page, 50 patients of every condition."""
    found = compare(page, whole_site, evidence, name, 50)
    with capsys.disabled():
        print(f"\n{name}: {found.cells} cells compared, {len(found.wrong)} wrong")
    assert found.wrong[:3] == []
