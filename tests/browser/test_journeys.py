"""One journey per notebook, each in JupyterLab and as a page of the app.

A new notebook is one short function here: open it, set a control by keyboard, see chart and table
change. What holds for every page (no request to another host, no error in the console, no overlap
and nothing cut off at 1280 and 820 pixels) is checked by `open_page` itself.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import compare
from compare.pages.modules import module
from compare.pages.strip import Strip
from tests.browser.conftest import (
    BOXES,
    LIVE,
    NARROW,
    TALL,
    WIDE,
    at_rest,
    choose,
    copied_link,
    inaccessible,
)
from tools import PAGES

Opener = Callable[[str], Any]


def test_the_evidence_lists_the_therapies_of_a_condition(open_page: Opener) -> None:
    """Choosing another condition changes the table."""
    shown = open_page("08_the_evidence")
    assert "Infliximab" not in shown.table("Therapies for this condition")
    shown.choose("Condition", "Crohn's disease")
    shown.until(
        lambda: "Infliximab" in shown.table("Therapies for this condition"),
        "the table did not follow the condition",
    )


def test_cost_follows_the_weight(open_page: Opener) -> None:
    """A weight entered by keyboard changes sentence, picture, table; in JupyterLab, which is sent
    the chart library with prices since 2023, these too.
    """
    shown = open_page("02_cost")
    shown.until(lambda: "$" in shown.picture(), "the picture is empty")
    picture, table = shown.picture(), shown.table("Cost per year")
    shown.enter("Weight (kg)", 100)
    shown.until(lambda: "100 kg" in shown.finding(), "the sentence did not follow the weight")
    shown.until(lambda: shown.table("Cost per year") != table, "the table did not change")
    shown.until(lambda: shown.picture() != picture, "the picture did not change")
    if shown.place == "voila":
        return
    shown.page.get_by_role("button", name="How have prices moved").click()
    shown.until(lambda: "$" in shown.chart(), "prices since 2023 are not drawn")
    chart = shown.chart()
    shown.enter("Weight (kg)", 50)
    shown.until(lambda: shown.chart() != chart, "prices since 2023 did not follow the weight")


def test_harms_follow_the_condition_and_the_event(open_page: Opener) -> None:
    """Another condition redraws map and sentence; the table behind the plot follows the event."""
    shown = open_page("03_side_effects")
    shown.until(lambda: "gMG" in shown.finding(), "the page did not open")
    chart = shown.chart()
    shown.choose("Condition", "Rheumatoid arthritis")
    shown.until(lambda: "RA" in shown.finding(), "the sentence did not follow the condition")
    shown.until(lambda: shown.chart() != chart, "the map did not change")
    shown.until(
        lambda: "Tocilizumab" in shown.table("The figures behind the plot"),
        "the table did not follow the condition",
    )


def test_what_works_shows_trials_and_networks(open_page: Opener) -> None:
    """Each trial against its own comparator; a network read against another therapy; a refusal."""
    shown = open_page("04_what_works")
    shown.until(lambda: "across 11 trials" in shown.finding(), "the page did not open")
    text = shown.page.locator(".tc-page")
    expect(text).to_contain_text("39 of 100 against 15 on placebo")
    shown.choose("Against", "Infliximab")
    expect(text).to_contain_text("favors Infliximab")
    shown.choose("Condition", "Generalized myasthenia gravis")
    shown.until(lambda: "Not compared across trials" in shown.finding(), "the refusal is not said")


def test_nothing_is_ranked_until_the_reader_speaks(open_page: Opener) -> None:
    """Saying what matters brings a ranking; before that there is none."""
    shown = open_page("05_trade_offs")
    shown.until(lambda: "Harms and benefits are not weighed" in shown.finding(), "not opened")
    expect(shown.page.locator(".tc-page")).to_contain_text("Say what matters")
    shown.choose("What matters, given by", "the order of the rows, most important first")
    expect(shown.page.locator(".tc-page")).to_contain_text("of 100 weightings")
    chart = shown.chart()
    shown.choose("Condition", "Ulcerative colitis")
    shown.until(lambda: shown.chart() != chart, "the chart did not follow the condition")
    shown.until(lambda: "21 pairs looked at" in shown.finding(), "the network is not said")
    shown.page.get_by_role("button", name="More on trade-offs").click()
    shown.page.get_by_label("Compare figures of different trials anyway").first.check()
    shown.until(
        lambda: "None of these figures compares" in shown.finding(), "single trials did not follow"
    )


def test_serostatus_decides_the_list_of_labels(open_page: Opener) -> None:
    """Ticking an antibody by keyboard puts therapies in label; labels of the EU change the map."""
    shown = open_page("01_indications")
    caption = "therapies and their authority"
    shown.until(lambda: "Needs serostatus" in shown.table(caption), "the list is empty")
    drawn = shown.page.locator(".tc-maps")
    before = drawn.inner_html()
    shown.control("AChR antibody positive").focus()
    shown.page.keyboard.press("Space")
    shown.until(lambda: "Needs serostatus" not in shown.table(caption), "the list stayed")
    shown.choose("Condition", "Systemic lupus erythematosus")
    shown.until(lambda: "CADTH" in shown.table(caption), "both guidelines are not shown")
    shown.choose("Labels of", "European Union")
    shown.until(lambda: drawn.inner_html() != before, "the map did not change")


def test_one_patient_to_a_printed_page(open_page: Opener) -> None:
    """62 kg, CIDP, past thrombosis, from the start page to three sheets in under two minutes."""
    begin = time.monotonic()
    shown = open_page("00_start_here")
    shown.enter("Weight (kg)", 62)
    shown.enter("History", "clot")
    shown.choose("Therapy 2", "Efgartigimod")
    shown.until(lambda: "Vyvgart Hytrulo" in shown.table("Side by side"), "nothing side by side")
    boxed = "Past thrombosis: boxed warning on IVIG and SCIG"
    shown.until(lambda: boxed in shown.finding(), "the sentence did not follow")
    with shown.page.expect_download() as event:
        shown.page.get_by_role("link", name="Save the page to print (HTML)").click()
    saved = Path(event.value.path())
    sheet = shown.page.context.new_page()
    sheet.set_content(saved.read_text(encoding="utf-8"))
    printed = sheet.pdf(prefer_css_page_size=True)
    assert time.monotonic() - begin < 120
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 3
    assert b"/ToUnicode" in printed, "the text cannot be selected"
    text = sheet.locator("body").inner_text()
    evidence = compare.load()
    for words in (
        "Boxed warning. Past thrombosis. Counts if",
        "62 kg, 55 years",
        f"Data of {evidence.data_date}, version {evidence.version}",
        "Labels: ",
        "Sources",
        "evidence = compare.load()",
        "thrombosis_history",
    ):
        assert words in text
    assert re.search(r"Labels: .*\b20\d\d-\d\d\b", text), "no month of a label"
    name = event.value.suggested_filename
    for part in ("cidp", "ivig", "efgartigimod", "62kg", str(evidence.data_date), evidence.version):
        assert part in name
    sheet.close()
    # What the reader has opened stays open when its figures change, once the page is complete.
    figures = shown.page.locator("details.tc-long", has_text="Show the figures").first
    for weight_kg in (95, 96, 97):
        if figures.get_attribute("open") is None:
            figures.locator("summary").first.click()
        before = shown.table("each option in full")
        shown.enter("Weight (kg)", weight_kg)
        shown.until(lambda b=before: shown.table("each option in full") != b, "the figures stayed")
    assert figures.get_attribute("open") is not None


def test_article_claim_shows_its_evidence(open_page: Opener) -> None:
    """Choosing a claim changes verdict, tables and what would change it."""
    shown = open_page("06_article_claims")
    before = shown.table("What published evidence says")
    shown.choose("Claim", "IVIG is infused over several days.")
    shown.until(
        lambda: "5 days for one dose or course" in shown.table("What our tables say"),
        "the table did not follow the claim",
    )
    shown.until(
        lambda: shown.table("What published evidence says") != before,
        "the published findings did not follow the claim",
    )


def test_own_prices_change_the_costs(open_page: Opener, tmp_path: Path) -> None:
    """A bad file is refused with its line, a good one changes the table, which can be saved."""
    shown = open_page("07_your_own_data")
    link = shown.page.get_by_text("Save before and after (CSV)")
    head = "code,billing_qty,billing_unit,usd_per_billing_unit\n"
    for name, row in (("bad.csv", 'J1561,500,mg,"40,5"\n'), ("good.csv", "J1561,500,mg,40\n")):
        (tmp_path / name).write_text(head + row)
        with shown.page.expect_file_chooser() as chooser:
            shown.page.get_by_role("button", name="Own prices (CSV)").press("Enter")
        chooser.value.set_files(tmp_path / name)
        if name == "bad.csv":
            expect(shown.page.locator(".tc-status").first).to_contain_text("write 40.5")
    shown.until(lambda: "costs changed" in shown.finding(), "the sentence did not change")
    shown.until(lambda: "Gamunex-C" in shown.table("Costs that your data change"), "no table")
    with shown.page.expect_download() as saved:
        link.press("Enter")
    assert "gamunex_c_cidp" in Path(saved.value.path()).read_text(encoding="utf-8")


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "label", "option"),
    [
        ("01_indications", "", ""),
        ("02_cost", "", ""),
        ("02_cost", "Show", "every product"),
        ("03_side_effects", "", ""),
        ("05_trade_offs", "What matters, given by", "the order of the rows, most important first"),
        ("00_start_here", "", ""),
    ],
)
def test_soak_every_condition_fits(
    browser: Browser, voila: str, name: str, label: str, option: str
) -> None:
    """Whatever the condition: no overlap and nothing cut off at either width."""
    context = browser.new_context(viewport={"width": WIDE, "height": TALL})
    context.request.get(f"{voila}?token=journey")
    page = context.new_page()
    page.goto(f"{voila}voila/render/{name}.ipynb")
    page.wait_for_function(LIVE, timeout=120_000)
    condition = page.get_by_label("Condition", exact=True).first
    faults = []
    for choice in compare.load().conditions["condition"]:
        choose(condition, choice)
        at_rest(page)
        if label and page.get_by_label(label, exact=True).first.input_value() != option:
            page.get_by_label(label, exact=True).first.select_option(label=option)
            at_rest(page)
        for width in (NARROW, WIDE):
            page.set_viewport_size({"width": width, "height": TALL})
            at_rest(page)
            faults += [f"{choice}, {width}: {fault}" for fault in page.evaluate(BOXES)]
    assert faults == []
    context.close()


CROWDED = """
<div class="tc-page" style="width: 400px; position: relative; font: 14px sans-serif">
  <label style="position: absolute; top: 0">Weight (kg)</label>
  <input style="position: absolute; top: 5px; left: 20px">
  <p style="position: absolute; top: 60px; left: 390px; width: 90px">Leaves</p>
  <p style="position: absolute; top: 90px; font-size: 9px">Tiny</p>
  <label style="position: absolute; top: 120px; width: 30px; overflow: hidden; white-space: nowrap">
    A label that is cut</label>
  <div class="js-plotly-plot" style="position: absolute; top: 200px; left: 10px; width: 300px">
    <svg class="main-svg" width="300" height="100" style="overflow: visible">
      <text x="10" y="80" transform="rotate(-45 10 80)">Slanted one</text>
      <text x="40" y="80" transform="rotate(-45 40 80)">Slanted two</text>
      <text x="150" y="50">Eculizumab</text><text x="160" y="54">Ravulizumab</text>
      <text x="280" y="90">Outside</text>
    </svg>
  </div>
</div>
"""


def test_what_lies_wrong_is_found(browser: Browser) -> None:
    """Each fault by name, and nothing else: slanted texts side by side do not overlap."""
    page = browser.new_page()
    page.set_content(CROWDED)
    found = sorted(page.evaluate(BOXES))
    kinds = [fault.split(":")[0].rstrip("0123456789 px").removesuffix(" by") for fault in found]
    assert kinds == [
        "cut",
        "leaves its chart",
        "leaves the page",
        "overlap",
        "overlap",
        "too small",
    ]
    text = " ".join(found)
    for name in ("A label", "Outside", "Leaves", "Weight", "Eculizumab", "Tiny"):
        assert name in text
    page.close()


def test_start_page_has_a_card_for_each_question(
    browser: Browser, voila: str, tmp_path: Path
) -> None:
    """The app opens on its questions, for those who have the token, who can run no code."""
    page = browser.new_context().new_page()
    page.goto(voila)
    assert "/login" in page.url
    page.goto(f"{voila}?token=journey")
    cards = page.locator("main a[href$='.ipynb']")
    assert cards.count() == len(PAGES)
    assert inaccessible(page, "body") == []
    cards.filter(has_text="What does it cost?").click(no_wait_after=True)
    page.get_by_text("Reading the tables and drawing the first chart").wait_for()
    page.get_by_label("Weight (kg)", exact=True).first.wait_for(timeout=120_000)
    text = page.locator("body").inner_text()
    assert "Reviewer's check" not in text
    assert "Run All Cells" not in text
    run_code(page, tmp_path / "written")
    assert not (tmp_path / "written").exists()
    page.context.close()


def run_code(page: Page, path: Path) -> None:
    """What a visitor could try: send code to the page's own kernel, which would write a file."""
    page.evaluate(
        """([code]) => new Promise((resolve, reject) => {
             const kernel = JSON.parse(
               document.getElementById('jupyter-config-data').textContent).kernelId;
             const socket = new WebSocket(
               location.origin.replace('http', 'ws') + `/api/kernels/${kernel}/channels`);
             const header = {msg_id: 'a', msg_type: 'execute_request', session: 's',
                             username: '', version: '5.3', date: ''};
             socket.onerror = reject;
             socket.onopen = () => {
               socket.send(JSON.stringify({header, parent_header: {}, metadata: {}, buffers: [],
                 channel: 'shell', content: {code, silent: false, store_history: false,
                 user_expressions: {}, allow_stdin: false, stop_on_error: false}}));
               setTimeout(resolve, 500);
             };
           })""",
        [f"open({str(path)!r}, 'w').write('x')"],
    )


CLOSED = [
    "api/contents", "api/contents/00_start_here.ipynb", "api/kernels", "api/sessions",
    "api/terminals", "files/00_start_here.ipynb", "voila/files/00_start_here.ipynb",
    "voila/files/%2e%2e/serve.py", "voila/files/..%2f..%2fpyproject.toml",
    "voila/static/%2e%2e/%2e%2e/app.py", "static/..%2f..%2fserverapp.py",
    "voila/render/%2e%2e/%2e%2e/README.md", "lab", "tree",
]  # fmt: skip
ACTIONS = [
    ("POST", "api/kernels"), ("POST", "api/sessions"), ("POST", "api/terminals"),
    ("POST", "api/contents"), ("PUT", "api/contents/new.ipynb"), ("POST", "api/shutdown"),
]  # fmt: skip


@pytest.mark.parametrize("token", ["", "?token=journey"])
def test_app_hands_out_pages_only(browser: Browser, voila: str, token: str) -> None:
    """A visitor, with the token or without, reads no file, starts no kernel and writes nothing."""
    context = browser.new_context()
    context.request.get(voila + token)
    for path in CLOSED:
        answer = context.request.get(voila + path, max_redirects=0)
        # Whoever has no token is asked for it, wherever he goes.
        asked = not token and answer.status == 302 and "/login" in answer.headers["location"]
        assert asked or answer.status in (403, 404), path
    for method, path in ACTIONS:
        answer = context.request.fetch(voila + path, method=method, data="{}", max_redirects=0)
        asked = not token and answer.status == 302
        assert asked or answer.status in (403, 404, 405), path
    if not token:
        page = context.request.get(f"{voila}voila/render/00_start_here.ipynb", max_redirects=0)
        assert page.status == 302
    context.close()


def state_of(page: Page) -> tuple[str, str, list[str]]:
    """Condition, weight and chips of the strip of a page that has applied what it carries."""
    page.get_by_label("Condition", exact=True).first.wait_for()
    page.wait_for_function("() => !document.documentElement?.classList.contains('tc-waiting')")
    page.locator(".tc-page table.tc-table").first.wait_for(state="attached")
    return (
        page.get_by_label("Condition", exact=True).first.input_value(),
        page.get_by_label("Weight (kg)", exact=True).input_value(),
        [chip[:-1] for chip in page.locator(".tc-chip").all_text_contents()],
    )


def test_one_patient_is_carried(browser: Browser, voila: str, voila_log: Path) -> None:
    """By a link, through a reload and by a copied link in another browser; no log knows of it."""
    wanted = ("Kawasaki disease", "62", ["Past thrombosis"])
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{voila}?token=journey")
    page.goto(f"{voila}voila/render/02_cost.ipynb")
    page.get_by_label("Weight (kg)", exact=True).fill("62")
    page.get_by_label("Weight (kg)", exact=True).press("Enter")
    page.get_by_label("History", exact=True).fill("clot")
    page.get_by_label("History", exact=True).press("Enter")
    choose(page.get_by_label("Condition", exact=True).first, wanted[0])
    page.wait_for_function("() => location.hash.includes('condition=kawasaki')")
    assert state_of(page) == wanted
    page.get_by_role("link", name="Indications", exact=True).click()
    page.wait_for_url("**/01_indications.ipynb**")
    assert state_of(page) == wanted
    page.reload()
    assert state_of(page) == wanted
    # What was typed last is carried too, though the field is only left by the press of the link.
    page.get_by_label("Weight (kg)", exact=True).fill("64")
    page.get_by_role("link", name="Cost", exact=True).click()
    page.wait_for_url("**/02_cost.ipynb**")
    assert state_of(page)[1] == "64"
    page.get_by_label("Weight (kg)", exact=True).fill("62")
    page.mouse.click(640, 100)
    page.keyboard.press("End")
    page.wait_for_function("() => scrollY > 500")
    page.get_by_label("Weight (kg)", exact=True).fill("65")
    copied = copied_link(page)
    wanted = (wanted[0], "65", wanted[2])
    other = browser.new_context()
    colleague = other.new_page()
    colleague.goto(f"{voila}?token=journey")
    colleague.goto(copied)
    assert state_of(colleague) == wanted
    colleague.get_by_role("button", name="New patient").click()
    colleague.wait_for_function("() => location.hash === '' && sessionStorage.length === 0")
    assert state_of(colleague)[2] == []
    context.close()
    other.close()
    log = voila_log.read_text(errors="replace")
    assert "thrombosis" not in log
    assert "kawasaki" not in log


def test_one_patient_is_carried_in_jupyterlab(browser: Browser, lab: str) -> None:
    """To another notebook in the same window, by its storage; the address stays JupyterLab's."""
    context = browser.new_context(viewport={"width": WIDE, "height": TALL})
    page = context.new_page()
    for name in ("06_article_claims", "08_the_evidence"):
        page.goto(f"{lab}lab/tree/{name}.ipynb?token=journey&reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.get_by_text("(ipykernel) | Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.locator(".tc-page table.tc-table").first.wait_for(state="attached")
        if name == "06_article_claims":
            page.get_by_label("History", exact=True).fill("clot")
            page.get_by_label("History", exact=True).press("Enter")
            page.wait_for_function("() => sessionStorage.getItem('therapy-comparison')")
    expect(page.locator(".tc-chip")).to_contain_text("Past thrombosis")
    assert "thrombosis" not in page.url
    context.close()


@pytest.mark.parametrize(
    ("typed", "first", "count"),
    [("clot", "Past thrombosis", 1), ("TB", "Active tuberculosis", 3),
     ("Heart f", "Heart failure", 1), ("eart", None, 0), ("  ", None, 0),
     ("MI", "Past thrombosis", 1), ("clots", "Past thrombosis", 1),
     ("trombosis", "Past thrombosis", 1),
     ("hep b", "Hepatitis B surface antigen positive (active or carrier)", 2),
     ("crhon", "Inflammatory bowel disease", 1), ("falure heart", "Heart failure", 1)],
)  # fmt: skip
def test_history_is_found_by_any_of_its_names(
    browser: Browser, evidence: compare.Evidence, typed: str, first: str | None, count: int
) -> None:
    """A word that begins so, in name or synonyms, whatever the case; the best first.

    Where none does, the beginnings of several words in any order, then one slip in each.
    """
    page = browser.new_page()
    entries = Strip(evidence, "cidp").history.entries
    found = page.evaluate(
        """async ([code, entries, typed]) => {
             const url = "data:text/javascript;charset=utf-8," + encodeURIComponent(code);
             const { search } = await import(url);
             return search(entries, typed).map(({ place }) => entries[place].name);
           }""",
        [module("matching"), entries, typed],
    )
    assert found[:1] == ([first] if first else [])
    assert len(found) >= count
    page.close()
