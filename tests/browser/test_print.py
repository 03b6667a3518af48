"""What the printed page comes to on paper."""

import re

import pytest
from playwright.sync_api import Browser

import compare
from compare.pages.patient import monograph, report

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
    ("condition_id", "ids"),
    [
        ("ms_relapsing", ["natalizumab", "alemtuzumab"]),
        ("ulcerative_colitis", ["infliximab", "vedolizumab", "ustekinumab", "adalimumab"]),
    ],
)
def test_the_monograph_fits_the_sheet(
    browser: Browser, evidence: compare.Evidence, condition_id: str, ids: list[str]
) -> None:
    """No table is wider than A4 or Letter, heads are repeated on each sheet, nothing is asked."""
    counts = {monograph.PATIENTS: dict.fromkeys(ids, 10)}
    who = compare.Patient(62, 55, 170)
    content = monograph.html(evidence, compare.Scenario(condition_id, who, options=counts), ids)
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(media="print")
    page.set_content(content)
    for millimeters in (210, 215.9):
        width = int((millimeters - 22) / 25.4 * 96)
        page.set_viewport_size({"width": width, "height": 1000})
        wide = "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).length"
        assert page.locator("table, td, th, pre").evaluate_all(wide) == 0
    heads = "all => all.map(one => getComputedStyle(one).display)"
    assert set(page.locator("section thead").evaluate_all(heads)) == {"table-header-group"}
    for paper in ("A4", "Letter"):
        assert b"/Font" in page.pdf(format=paper)
    assert asked == []
    page.close()
