"""A clinician's tasks on the patient's page and with own prices, each with its bounds.

Clicks are counted, and so is where the answer stands: a page that answers, but below the fold or
after ten presses, has not answered.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import TOKEN, WAIT_SECONDS, WIDE, at_rest, copied_link

FOLD = 900
KEYS = ("therapy-comparison", "therapy-comparison-prices")
WHERE = """() => {
  const box = (name) => document.querySelector(`.jp-OutputArea-output ${name}`)
    .getBoundingClientRect();
  const [answer, picture] = [".tc-finding", ".tc-picture"].map(box);
  const seen = Math.min(innerHeight, picture.bottom) - picture.top;
  return {answer: answer.bottom, seen: seen / picture.height,
          words: document.querySelector(".jp-OutputArea-output .tc-finding").innerText
            .trim().split(/\\s+/).length,
          wide: document.documentElement.scrollWidth};
}"""


@pytest.fixture
def visit(browser: Browser, voila: str) -> Iterator[Page]:
    """A first visit: the start page, at a laptop's size. Addresses asked are kept in `asked`."""
    context = browser.new_context(viewport={"width": WIDE, "height": FOLD})
    page = context.new_page()
    page.set_default_timeout(WAIT_SECONDS * 1000)
    page.goto(f"{voila}?token={TOKEN}")
    yield page
    context.close()


def opened(page: Page, address: str) -> Page:
    """A page with a patient in its address, once it answers for that patient."""
    page.goto(address)
    ready(page)
    return page


def ready(page: Page) -> None:
    """Wait for the live page, whose patient is the one carried."""
    page.locator(".jp-OutputArea-output .tc-page table.tc-table").first.wait_for(state="attached")
    page.locator(".jp-OutputArea-output .tc-field").first.wait_for(state="attached")
    page.wait_for_function("() => !document.documentElement?.classList.contains('tc-waiting')")


def answer(page: Page) -> str:
    """The sentence above the picture."""
    return page.locator(".jp-OutputArea-output .tc-finding").first.inner_text()


def typed(page: Page, label: str, value: str) -> None:
    """Type into a box and go on with Enter."""
    box = page.get_by_label(label, exact=True).first
    box.fill(value)
    box.press("Enter")


def sheets(pdf: bytes) -> int:
    """How many sheets a print has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_first_visit_to_the_question_in_two_clicks(visit: Page) -> None:
    """The door is the first and largest link; behind it the patient can be entered at once.

    What is no weight is never made one: the box keeps what it had, with a word.
    """
    door = visit.get_by_role("link").first
    assert door.inner_text().startswith("Your patient")
    door.click()
    ready(visit)
    weight = visit.get_by_label("Weight (kg)", exact=True).first
    weight.click()
    expect(weight).to_be_focused()
    usual = weight.input_value()
    for no_weight in ("62,5", "140lb", "1000", "0", ""):
        weight.press("ControlOrMeta+a")
        weight.press_sequentially(no_weight) if no_weight else weight.press("Delete")
        weight.press("Enter")
        expect(visit.get_by_role("alert").filter(has_text="from 1 to 300")).to_be_visible()
        expect(weight).to_have_value(usual)
    weight.press("ControlOrMeta+a")
    weight.press_sequentially("62.5kg")
    weight.press("Enter")
    expect(visit.get_by_role("alert").filter(has_text="from 1 to 300")).to_have_count(0)
    expect(weight).to_have_value("62.5")


def test_cidp_past_thrombosis_to_a_printed_comparison(visit: Page) -> None:
    """62 kg: options, caution, cost and harm on one screen; printed in six clicks at most."""
    visit.get_by_role("link").first.click()
    ready(visit)
    typed(visit, "Weight (kg)", "62")
    typed(visit, "History", "clot")
    expect(visit.locator(".tc-finding").first).to_contain_text("Past thrombosis: boxed warning on")
    picture = visit.locator(".tc-picture").first
    for words in ("Efgartigimod", "Boxed warning: Past thrombosis", "PATH", "Year one, US dollars"):
        expect(picture).to_contain_text(words, use_inner_text=True)
    at_rest(visit)
    where = visit.evaluate(WHERE)
    assert where["answer"] < FOLD / 2
    assert where["seen"] >= 0.9
    visit.get_by_label("Therapy 2", exact=True).first.select_option(label="Efgartigimod")
    expect(visit.locator(".tc-compare").first).to_contain_text("Vyvgart Hytrulo")
    with visit.expect_download() as event:
        visit.get_by_role("link", name="Save the page to print (HTML)").click()
    # One for the door, one for the therapy's list, one to save: the rest was typed.
    sheet = visit.context.new_page()
    sheet.set_content(Path(event.value.path()).read_text(encoding="utf-8"))
    assert sheets(sheet.pdf(prefer_css_page_size=True)) <= 3
    text = sheet.locator("body").inner_text()
    parts = ("Past thrombosis: boxed", "Its own trials", "Good, with its", "Harm, with its",
             "Sources", "Appendix: the lines of Python")  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        ("condition=cidp&weight=62&age=55&history=thrombosis_history", "Past thrombosis"),
        ("condition=ra&weight=85&age=60&history=heart_failure",
         "contraindicated above 5 mg/kg for infliximab"),
        ("condition=ulcerative_colitis&weight=70&age=40", "labeled for this patient"),
        ("condition=gmg&weight=70&age=50&history=achr_positive", "7 options are labeled"),
    ],
)  # fmt: skip
def test_answer_and_half_of_the_picture_are_above_the_fold(
    visit: Page, voila: str, patient: str, words: str
) -> None:
    """At most forty words; nothing scrolls sideways, on a phone too."""
    opened(visit, f"{voila}voila/render/00_start_here.ipynb#{patient}")
    expect(visit.locator(".tc-finding").first).to_contain_text(words)
    at_rest(visit)
    where = visit.evaluate(WHERE)
    assert where["words"] <= 40
    assert where["answer"] < FOLD / 2
    assert where["seen"] >= 0.5, where
    for width in (820, 390):
        visit.set_viewport_size({"width": width, "height": FOLD})
        at_rest(visit)
        assert visit.evaluate(WHERE)["wide"] <= width
    if "heart_failure" in patient:
        row = visit.locator(".tc-picture tbody tr", has_text="Infliximab").first
        expect(row).to_contain_text("Heart failure (contraindicated above 5 mg/kg)")
    assert sheets(visit.pdf(format="Letter")) <= 8


def test_one_own_price_is_seen_everywhere_and_forgotten(visit: Page, voila: str) -> None:
    """By the form, then on cost and on this page, through a reload; never in an address."""
    asked: list[str] = []
    visit.on("request", lambda request: asked.append(f"{request.url} {request.post_data}"))
    patient = "condition=cidp&weight=62&age=55"
    opened(visit, f"{voila}voila/render/07_your_own_data.ipynb#{patient}")
    badge = visit.locator(".tc-own").first
    expect(badge).to_be_hidden()
    visit.get_by_label("Product", exact=True).select_option(label="IVIG: Gamunex-C")
    visit.get_by_label("Per", exact=True).select_option(label="g, IV")
    typed(visit, "Your price ($)", "forty")
    visit.get_by_role("button", name="Use this price").click()
    expect(visit.get_by_text("is no price: write dollars above 0")).to_be_visible()
    typed(visit, "Your price ($)", "41.25")
    visit.get_by_role("button", name="Use this price").press("Enter")
    expect(visit.get_by_text("Gamunex-C, own price")).to_be_visible()
    expect(visit.locator(".tc-finding").first).to_contain_text("IVIG in year one: $")
    expect(badge).to_contain_text("own prices: 1")
    money = re.search(r"IVIG in year one: (\$[\d,]+)", answer(visit))
    assert money
    visit.get_by_role("link", name="Cost", exact=True).first.click()
    ready(visit)
    expect(badge).to_contain_text("own prices: 1")
    expect(visit.locator("table.tc-table", has_text="Cost per year").first).to_contain_text(
        money[1]
    )
    visit.get_by_role("link", name="Your patient", exact=True).first.click()
    ready(visit)
    row = visit.locator(".tc-picture tbody tr", has_text="IVIG").first
    expect(row).to_contain_text(f"{money[1]}")
    expect(row).to_contain_text("Gamunex-C, own price")
    visit.reload()
    ready(visit)
    expect(row).to_contain_text("Gamunex-C, own price")
    expect(visit.get_by_label("Weight (kg)", exact=True).first).to_have_value("62")
    visit.get_by_role("button", name="Forget own prices").click()
    expect(row).not_to_contain_text("own price")
    expect(badge).to_be_hidden()
    assert visit.evaluate("keys => keys.map(key => sessionStorage.getItem(key))", KEYS)[1] is None
    assert "weight=62" in visit.url
    assert not any("41.25" in one or "gamunex" in one.lower() for one in (*asked, visit.url))


def test_a_link_opens_elsewhere_and_a_reload_stays(
    visit: Page, voila: str, browser: Browser
) -> None:
    """Condition, weight and history reach a colleague's window; own prices do not.

    Back on an earlier page stands what was changed on a later one.
    """
    patient = "condition=gmg&weight=71&age=50&history=achr_positive"
    opened(visit, f"{voila}voila/render/00_start_here.ipynb#{patient}")
    expect(visit.locator(".tc-finding").first).to_contain_text("7 options are labeled for")
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = copied_link(visit)
    visit.reload()
    ready(visit)
    expect(visit.locator(".tc-finding").first).to_contain_text("7 options are labeled for")
    said = answer(visit)
    colleague = browser.new_context(viewport={"width": WIDE, "height": FOLD}).new_page()
    colleague.set_default_timeout(WAIT_SECONDS * 1000)
    colleague.goto(f"{voila}?token={TOKEN}")
    opened(colleague, link)
    expect(colleague.locator(".tc-finding").first).to_contain_text("7 options are labeled for")
    assert answer(colleague) == said
    expect(colleague.get_by_label("Weight (kg)", exact=True).first).to_have_value("71")
    colleague.context.close()
    visit.get_by_role("link", name="Cost", exact=True).click()
    visit.wait_for_url("**/02_cost.ipynb**")
    ready(visit)
    typed(visit, "Weight (kg)", "80")
    visit.wait_for_function("() => location.hash.includes('weight=80')")
    visit.go_back()
    visit.wait_for_url("**/00_start_here.ipynb**")
    ready(visit)
    expect(visit.get_by_label("Weight (kg)", exact=True).first).to_have_value("80")
