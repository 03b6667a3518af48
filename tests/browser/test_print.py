"""What the printed page comes to on paper."""

import re

import pytest
from playwright.sync_api import Browser

import compare
from compare.pages.patient import report
from tests.browser.conftest import TOKEN, WIDE

CASES = [
    ("cidp", ["ivig", "efgartigimod"], {"thrombosis_history"}),
    ("gmg", ["ivig", "eculizumab"], {"achr_positive"}),
    ("ra", ["infliximab", "tocilizumab"], {"heart_failure", "hepatitis_b_core_antibody"}),
    ("ms_relapsing", ["natalizumab", "alemtuzumab"], {"jc_virus_positive", "diabetes"}),
    ("crohns", ["infliximab", "adalimumab"], {"tuberculosis_latent_untreated"}),
]


@pytest.mark.parametrize(("condition_id", "ids", "factors"), CASES)
def test_two_therapies_print_on_three_pages(
    browser: Browser,
    evidence: compare.Evidence,
    condition_id: str,
    ids: list[str],
    factors: set[str],
) -> None:
    """On A4 and on Letter, as selectable text, without a request."""
    who = compare.Patient(62, 55, 170, "female", factors=frozenset(factors))
    content = report.html(evidence, compare.Scenario(condition_id, who), ids)
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(content)
    assert "Year one" in page.inner_text("body")
    for paper in ("A4", "Letter"):
        pdf = page.pdf(format=paper)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 3
        assert b"/Font" in pdf
    assert asked == []
    page.close()


@pytest.mark.parametrize(
    ("name", "sheets"),
    [("01_indications", 7), ("02_cost", 8), ("03_side_effects", 4), ("06_article_claims", 4)],
)
def test_a_page_is_whole_on_few_sheets(
    voila: str, browser: Browser, name: str, sheets: int
) -> None:
    """Its condition named, folded tables left to the page, no chart wider than the paper."""
    page = browser.new_page(viewport={"width": WIDE, "height": 900})
    page.goto(f"{voila}?token={TOKEN}")
    page.locator(f'a[href$="{name}.ipynb"]').click()
    page.wait_for_function("document.documentElement.classList.contains('tc-live')")
    charts = page.locator(".tc-chart .main-svg").first
    if name in ("02_cost", "03_side_effects"):
        charts.wait_for()
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= sheets
    page.emulate_media(media="print")
    assert page.locator(".tc-find input").first.is_visible()
    assert page.locator("details:not([open]) > .tc-scroll").count()
    page.set_viewport_size({"width": 700, "height": 900})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    wide = "all => Math.max(0, ...all.map(one => one.getBoundingClientRect().width))"
    assert page.locator(".tc-chart .main-svg").evaluate_all(wide) <= 700
    page.close()
