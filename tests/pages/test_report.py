"""The printed page and its CSV: self-contained, escaped, sourced, rebuilt by its own lines."""

from __future__ import annotations

import dataclasses
import io
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

import compare
from compare.cost.prices import REBATE_SENTENCE
from compare.pages.markup import FORMULA_STARTS, file_name
from compare.pages.patient import care, report, side_by_side
from compare.trials.benefits import outcome_text

PAIRS = [
    ("cidp", ["ivig", "efgartigimod"], {"thrombosis_history"}),
    ("gmg", ["ivig", "eculizumab"], {"achr_positive"}),
    ("ra", ["infliximab", "tocilizumab"], {"heart_failure", "tuberculosis_latent_untreated"}),
    ("ms_relapsing", ["natalizumab", "alemtuzumab"], {"jc_virus_positive"}),
]


class Page(HTMLParser):
    """Collects tags, attributes and text; complains of what does not close."""

    void = ("meta", "br", "wbr", "col", "link", "img", "input")

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def scenario(condition_id="cidp", factors=("thrombosis_history",), **more):
    """A 62 kg patient."""
    who = compare.Patient(62, 55, 170, factors=set(factors))
    return compare.Scenario(condition_id, who, **more)


@pytest.fixture(scope="module")
def cidp(evidence):
    """The page on IVIG and efgartigimod for a 62 kg CIDP patient with a past clot."""
    return report.html(evidence, scenario(), ["ivig", "efgartigimod"])


@pytest.mark.parametrize(("condition_id", "ids", "factors"), PAIRS)
def test_page_stands_alone(evidence, condition_id, ids, factors):
    """Well-formed, no script, no frame, nothing loaded from anywhere."""
    page = Page(report.html(evidence, scenario(condition_id, factors), ids))
    assert page.open == []
    assert not {"script", "iframe", "img", "link", "object"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("src", "href"):
            assert tag == "a"
            assert value.startswith(("http://", "https://"))


def test_page_says_what_it_must(evidence, cidp):
    """Box, condition, cost, data date, label months, sources, scenario and what is not compared."""
    text = Page(cidp).text
    for words in (
        "62 kg, 55 years, 170 cm",
        "Past thrombosis",
        "Boxed warning. Past thrombosis. Counts if: Past venous or arterial thrombosis.",
        "Year one",
        f"Data of {evidence.data_date}, version {evidence.version}",
        "Vyvgart Hytrulo: label of 2025-10",
        "plasma exchange, corticosteroids",
        "were not compared with each other",
        "Sources",
        "borrowed from",
    ):
        assert words in text, words


def test_page_opens_with_answer_and_picture_benefit_before_harm(evidence, cidp):
    """The answer, the picture of those compared and the key to its marks; then good, then harm."""
    text = Page(cidp).text
    parts = ("3 options are labeled for this patient.", "contraindicated", "54% against 21%",
             "On whose authority", "Good, with its comparator", care.HARM, "Sources",
             "Appendix: the lines of Python that rebuild")  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    picture = cidp[cidp.index("tc-table tc-picture") :]
    assert "Efgartigimod" in picture
    assert "SCIG" not in picture[: picture.index("</table>")]


def test_cost_on_the_page_is_annual_cost(evidence, cidp):
    """The dollars printed are those of the library's own call, rounded."""
    who = scenario().patient
    found = compare.annual_cost(evidence, "cidp", who)
    row = found[found["product_id"].eq("vyvgart_hytrulo") & found["is_default"]].iloc[0]
    assert row["usd_year_one_low"] == row["usd_year_one_high"]
    assert f"${row['usd_year_one_low']:,.0f}" in Page(cidp).text


@pytest.mark.parametrize(("condition_id", "ids", "factors"), PAIRS)
def test_its_own_lines_rebuild_the_page(evidence, condition_id, ids, factors):
    """The lines of Python on the page, run as they stand, give the same page."""
    state = scenario(condition_id, factors, name="clinic's own", options={"products": {}})
    comparison = side_by_side.compare_therapies(evidence, state, ids)
    code = report.lines(evidence, comparison)
    names: dict[str, object] = {}
    exec(compile(code, "page", "exec"), names)
    assert names["page"] == report.html(evidence, state, ids)


def test_every_source_on_the_page_is_known(evidence):
    """Each statement's sources are rows of the table of sources, and are listed."""
    comparison = side_by_side.compare_therapies(evidence, scenario(), ["ivig", "efgartigimod"])
    known = set(evidence.sources["source_id"])
    assert comparison.source_ids
    assert set(comparison.source_ids) <= known
    page = Page(report.page(evidence, comparison))
    assert page.tags.count("li") >= len(comparison.source_ids)


def test_text_is_escaped(evidence):
    """A hostile title and a hostile product name stay text."""
    products = evidence.products.copy()
    products.loc[products["product_id"].eq("gamunex_c"), "product"] = "<script>alert(1)</script>"
    hostile = dataclasses.replace(evidence, products=products)
    state = scenario(name="<img src=x onerror=alert(1)>")
    page = report.html(hostile, state, ["ivig", "efgartigimod"])
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_csv_reads_back_and_holds_no_formula(evidence):
    """One row per statement with its source; cells that a spreadsheet would run are neutral."""
    content = report.csv(evidence, scenario(), ["ivig", "efgartigimod"])
    frame = pd.read_csv(io.StringIO(content), keep_default_na=False)
    assert list(frame.columns) == [
        "section", "item", "therapy_id", "therapy", "product", "statement", "mark", "source_id",
    ]  # fmt: skip
    assert set(frame["therapy_id"]) == {"ivig", "efgartigimod"}
    for name in frame.columns:
        assert not frame[name].astype(str).str.startswith(FORMULA_STARTS).any()
    boxed = frame[frame["item"].eq("For this patient") & frame["therapy_id"].eq("ivig")]
    assert boxed["statement"].str.startswith("Boxed warning. Past thrombosis").any()


def test_csv_neutralizes_formulas(evidence):
    """A statement that begins with an equals sign is written with an apostrophe before it."""
    products = evidence.products.copy()
    products.loc[products["product_id"].eq("gamunex_c"), "excipients"] = "=cmd|' /C calc'!A0"
    hostile = dataclasses.replace(evidence, products=products)
    content = report.csv(hostile, scenario(), ["ivig", "efgartigimod"])
    assert "'=cmd" in content
    assert not re.search(r'(^|[,"])=cmd', content, re.MULTILINE)


def test_file_names_carry_data_version_and_scenario(evidence):
    """Condition, therapies, weight, data date and version; plain letters only."""
    parts = report.name(scenario(name="../x y"), ["ivig", "scig"])
    name = file_name(*parts, evidence.stamp, ending="html")
    assert name.endswith(".html")
    for part in ("cidp", "ivig", "scig", "62kg", str(evidence.data_date), evidence.version):
        assert part in name
    assert re.fullmatch(r"[a-z0-9._-]+", name)
    assert ".." not in name


def test_conditional_cautions_stand_with_their_condition(evidence):
    """No statement with a severity on something of the patient lacks "Counts if"."""
    for condition_id, ids, factors in PAIRS:
        made = side_by_side.compare_therapies(evidence, scenario(condition_id, factors), ids)
        frame = pd.DataFrame(side_by_side.statements(made))
        mine = frame[frame["item"].eq("For this patient") & frame["mark"].isin(["stop", "boxed"])]
        assert len(mine) or condition_id == "gmg"
        assert mine["statement"].str.contains("Counts if: ").all()
        assert mine["statement"].str.contains(r"\[(?:own label|inherited from)").all()


def test_one_way_of_counting_in_a_row(evidence):
    """A row of harms names its way of counting, and every figure in it was counted so."""
    for condition_id, ids, factors in PAIRS:
        comparison = side_by_side.compare_therapies(evidence, scenario(condition_id, factors), ids)
        lines = [line for line in comparison.lines if line.section == care.HARM]
        assert lines
        ways = {compare.harms.ASCERTAINMENTS[way][0] for way in care.WAYS}
        assert {line.label.rsplit(": ", 1)[1] for line in lines} <= ways
        assert len({line.label for line in lines}) == len(lines)


def test_figures_without_comparator_say_so(evidence):
    """Each figure of harm names its comparator, or that there is none."""
    comparison = side_by_side.compare_therapies(evidence, scenario(), ["ivig", "efgartigimod"])
    for line in comparison.lines:
        if line.section == care.HARM:
            for item in (item for cell in line.cells for item in cell if item.mark != "faint"):
                assert "no comparator" in item.text or " against " in item.text


def test_missed_endpoints_are_shown_first(evidence):
    """IVIG in myasthenia: the maintenance trial that missed stands first, in words and mark."""
    comparison = side_by_side.compare_therapies(evidence, scenario("gmg", ()), ["ivig"])
    line = next(line for line in comparison.lines if line.label == "Trials in this condition")
    assert "MISSED" in line.cells[0][0].text
    assert line.cells[0][0].mark == "warn"
    told = next(line for line in comparison.lines if line.label.startswith("IVIG in gMG"))
    assert len(told.cells[0]) == 3


def test_brand_can_be_chosen(evidence):
    """Privigen instead of the cheapest brand: its proline, its cautions, its price."""
    state = scenario("cidp", ("hyperprolinemia",), options={"products": {"ivig": "privigen"}})
    page = Page(report.html(evidence, state, ["ivig", "scig"])).text
    assert "Privigen: label of" in page
    assert "L-proline" in page
    assert "Contraindicated. Hyperprolinemia. Counts if: Hyperprolinemia." in page


def test_rebates_are_named_where_prices_mix(evidence):
    """A clinic drug beside a pharmacy drug carries the sentence on rebates."""
    mixed = side_by_side.compare_therapies(
        evidence, scenario("crohns", ()), ["infliximab", "adalimumab"]
    )
    assert side_by_side.rebates_note(mixed) == REBATE_SENTENCE
    same = side_by_side.compare_therapies(evidence, scenario(), ["ivig", "efgartigimod"])
    assert side_by_side.rebates_note(same) == ""


def test_wrong_choices_are_refused(evidence):
    """A therapy of another condition, no therapy, five therapies, a foreign brand."""
    with pytest.raises(ValueError, match="not among those of the condition"):
        report.html(evidence, scenario(), ["ocrelizumab"])
    with pytest.raises(ValueError, match="expected 1 to 4"):
        report.html(evidence, scenario(), [])
    five = list(compare.options(evidence, "ra")["therapy_id"])[:5]
    with pytest.raises(ValueError, match="expected 1 to 4"):
        report.html(evidence, scenario("ra"), five)
    with pytest.raises(ValueError, match="is not one of ivig"):
        report.html(evidence, scenario(options={"products": {"ivig": "remicade"}}), ["ivig"])


def test_print_shrinks_only_as_far_as_it_must(evidence):
    """More to say gives smaller print, within its bounds."""
    few = side_by_side.compare_therapies(evidence, scenario("mmn", ()), ["ivig"])
    factors = set(evidence.factors["factor_id"].head(40))
    many = side_by_side.compare_therapies(evidence, scenario("cidp", factors), ["ivig", "scig"])
    sizes = [
        report.print_points(evidence, comparison, report.summary(evidence, comparison))
        for comparison in (few, many)
    ]
    assert sizes[0] > sizes[1]
    assert all(size in report.PRINT_POINTS for size in sizes)


def outcome(**changes):
    """A row of outcomes as the comparison reads it."""
    usual = {
        "endpoint": "Responders", "timepoint_weeks": 24.0, "unit": "pct", "treated_value": 54.0,
        "comparator_value": 21.0, "comparator": "placebo", "comparator_kind": "placebo",
        "effect_words": "", "endpoint_role": "secondary", "missed_primary": False, "met": "yes",
        "study": "ICE",
    }  # fmt: skip
    return usual | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Responders, week 24: 54% against 21% on placebo; ICE"),
        ({"timepoint_weeks": float("nan"), "study": None},
         "Responders: 54% against 21% on placebo"),
        ({"unit": "points", "comparator_value": None, "comparator_kind": "none"},
         "Responders, week 24: 54 points, no comparator; ICE"),
        ({"comparator_value": None}, "Responders, week 24: 54%; ICE"),
        ({"treated_value": None, "effect_words": "HR 0.5"}, "Responders, week 24; HR 0.5; ICE"),
        ({"endpoint_role": "primary", "missed_primary": True},
         "Responders, week 24: 54% against 21% on placebo; primary endpoint MISSED; ICE"),
    ],
)  # fmt: skip
def test_an_outcome_in_a_sentence(changes, said):
    """Both arms where both are printed; a missed primary endpoint is said in capitals."""
    assert outcome_text(outcome(**changes)) == said


def test_two_doses_of_a_trial_are_told_apart(evidence):
    """PATH's two arms differ in dose alone: each outcome beside another ends with its own."""
    comparison = side_by_side.compare_therapies(evidence, scenario(), ["ivig", "scig"])
    (line,) = [line for line in comparison.lines if line.label == "Trials in this condition"]
    told = [item.text for item in line.cells[1] if "; PATH;" in item.text]
    assert [text.rpartition("; ")[2] for text in told] == ["Hizentra 0.2 g/kg", "Hizentra 0.4 g/kg"]


def test_a_caution_that_is_not_in_our_reading_has_no_severity():
    """It tells to look it up; a read one carries severity, and under which condition it counts."""
    row = {
        "severity": "not_in_reading", "factor": "Past thrombosis", "condition_text": "",
        "action": "not in our reading of the label",
    }  # fmt: skip
    assert side_by_side.caution_text(row) == "Past thrombosis: not in our reading of the label"
    read = row | {"severity": "boxed_warning", "condition_text": "a past clot", "action": "Weigh"}
    assert (
        side_by_side.caution_text(read)
        == "Boxed warning. Past thrombosis. Counts if: a past clot. Weigh."
    )
    assert (
        side_by_side.caution_text(read | {"condition_text": ""})
        == "Boxed warning. Past thrombosis. Weigh."
    )


def test_without_figures_the_comparison_says_so(evidence):
    """No harm in the tables is one line of gaps, never an empty section."""
    bare = dataclasses.replace(evidence, adverse_events=evidence.adverse_events.iloc[:0])
    comparison = side_by_side.compare_therapies(bare, scenario(), ["ivig", "scig"])
    (line,) = [line for line in comparison.lines if line.section == care.HARM]
    assert line.label == "Key harms"
    assert {item.text for cell in line.cells for item in cell} == {"no figure in our tables"}


def test_patient_in_words(evidence):
    """What was entered and what was not: a missing height is left out, a missing sex is said."""
    short = compare.Scenario("itp", compare.Patient(62, 55))
    assert report.patient_words(evidence, short) == (
        "62 kg, 55 years, sex not given. Nothing else entered."
    )
    told = compare.Scenario("cidp", compare.Patient(62, 55, 170, "female"), name="Mrs. A")
    assert report.patient_words(evidence, told).startswith(
        "“Mrs. A”: 62 kg, 55 years, 170 cm, female."
    )
