"""Every figure on every page leads to its source: in frames, hovers, tables, files and panels."""

import csv
import dataclasses
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest

import compare
from compare import claims as claim_rules
from compare.authority.indications import matrix
from compare.claims.verdicts import NOT_ASSESSABLE
from compare.data.evidence import source_columns
from compare.data.rows import records, split
from compare.pages import harms, house, markup
from compare.pages import money as bars
from compare.pages.claims import page as claims
from compare.pages.cost import page as cost
from compare.pages.coverage import page as start
from compare.pages.coverage import tables as coverage
from compare.pages.explorer import Explorer
from compare.pages.harms import chart as harm_charts
from compare.pages.history import chart as history_charts
from compare.pages.history import page as history
from compare.pages.indications import chart as indication_charts
from compare.pages.indications import page as indications
from compare.pages.own_data import page as own_data
from compare.pages.patient import page as patient
from compare.pages.tradeoffs import page as tradeoffs

CONDITIONS = ("gmg", "kawasaki")
PAGES = {
    "cost": cost,
    "harms": harms,
    "history": history,
    "indications": indications,
    "patient": patient,
    "tradeoffs": tradeoffs,
}
# Settings other than those with which pages open.
OPTIONS: Mapping[str, list[dict[str, object]]] = {
    "cost": [{"products": cost.EVERY}],
    "harms": [{"event": "headache"}, {"basis": "treated", "borrow": False}],
    "indications": [{"jurisdiction": "EU"}],
    "patient": [{"compare": []}],
    "tradeoffs": [{"basis": "treated"}],
}
# Frames that count or arrange what other frames of the same view hold with its sources, or
# (unpriced) say what our sources do not hold.
DERIVED = {
    "classes", "coverage", "sensitivity", "events", "controlled", "criteria", "offered", "chart",
    "value", "worth", "unpriced", "picture",
}  # fmt: skip


def frames(found: object, path: str = "") -> Iterator[tuple[str, pd.DataFrame]]:
    """Every frame of a view, with its place in it."""
    if isinstance(found, pd.DataFrame):
        yield path, found
    elif isinstance(found, list):
        yield path, pd.DataFrame(found)
    elif dataclasses.is_dataclass(found):
        for part in dataclasses.fields(found):
            yield from frames(getattr(found, part.name), f"{path}.{part.name}")


def known_source(step: Mapping[str, Any]) -> bool:
    """Whether a step before or with a dose was read; else it says that it was not."""
    return not step["text"].startswith("not in our reading")


def reported(frame: pd.DataFrame) -> pd.Series:  # noqa: PLR0911  (one answer per kind)
    """Rows that state something; the others say that it is not reported."""
    if "state" in frame:
        return frame["state"].ne("missing")
    if "reported" in frame:
        return frame["reported"].astype(bool)
    if "label_status" in frame and "statement" in frame:
        said = frame["label_status"].ne("outside label") | frame["statement"].ne("")
        return said | frame["label_warning"].ne("") | frame["labeled_elsewhere"].ne("")
    if "usd_per_course" in frame:
        return frame[["usd_year_one_low", "usd_per_course"]].notna().any(axis=1)
    if "vaccination" in frame:
        steps = frame[["before", "during", "vaccination"]]
        return steps.map(lambda said: any(map(known_source, said))).any(axis=1)
    if "tables_say" in frame:
        return frame["verdict"].ne(NOT_ASSESSABLE) & ~frame["tables_say"].str.startswith("No FDA")
    return pd.Series(True, index=frame.index)


def check(evidence: compare.Evidence, view: object, what: str) -> None:
    """Each row that reports something names sources, all of which are in the table of sources."""
    known = set(evidence.sources["source_id"])
    for path, frame in frames(view):
        if frame.empty:
            continue
        columns = [*source_columns(frame)]
        assert columns or path.split(".")[-1] in DERIVED, f"{what}{path} has no column of sources"
        if not columns:
            continue
        named = frame[columns].apply(lambda column: column.map(split))
        first = "source_id" if "source_id" in columns else columns[0]
        blank = reported(frame) & named[first].map(len).eq(0)
        assert not blank.any(), f"{what}{path}:\n{frame[blank].T}"
        used = {part for name in columns for cell in named[name] for part in cell}
        assert used <= known, f"{what}{path}: {used - known}"


def views(evidence: compare.Evidence, condition_id: str, page: str) -> Iterator[object]:
    """A page's view of a condition at its opening and at other settings."""
    module = PAGES[page]
    opening = module.opening(evidence, condition_id)
    for options in ({}, *OPTIONS.get(page, [])):
        changed = {**opening.options, **options}
        yield module.view(evidence, dataclasses.replace(opening, options=changed))


@pytest.mark.parametrize("page", PAGES)
def test_what_is_reported_names_its_source(evidence: compare.Evidence, page: str) -> None:
    """Every frame behind a chart or a finding, at the opening and at other settings."""
    for condition_id in CONDITIONS:
        for view in views(evidence, condition_id, page):
            check(evidence, view, f"{page}, {condition_id}")


@pytest.mark.soak
@pytest.mark.parametrize("page", PAGES)
def test_what_is_reported_names_its_source_everywhere(
    evidence: compare.Evidence, page: str
) -> None:
    """The same in every condition."""
    for condition_id in evidence.conditions["condition_id"]:
        for view in views(evidence, condition_id, page):
            check(evidence, view, f"{page}, {condition_id}")


def test_pages_without_a_patient_name_their_sources(evidence: compare.Evidence) -> None:
    """The first page, the claims, and the reader's own data."""
    for condition_id in CONDITIONS:
        check(evidence, start.view(evidence, condition_id), f"start, {condition_id}")
    for claim_id in claim_rules.CLAIMS:
        assessment = claim_rules.assess(evidence, claim_id)
        check(evidence, assessment, claim_id)
    after = own_data.example(evidence)
    check(after, own_data.view(evidence, after, own_data.opening(evidence)), "own data")


# Sources of a frame, and those that a page lists


@pytest.mark.parametrize("page", PAGES)
def test_sources_of_a_frame_are_exactly_its_own(evidence: compare.Evidence, page: str) -> None:
    """`sources_of` returns each id that a frame names once, and nothing else."""
    opening = PAGES[page].opening(evidence, "gmg")
    for _, frame in frames(PAGES[page].view(evidence, opening)):
        cells = [cell for name in source_columns(frame) for cell in frame[name].map(split)]
        named = {part for cell in cells for part in cell}
        found = compare.sources_of(frame, evidence)
        assert set(found["source_id"]) == named
        assert found["source_id"].is_unique


def listed(panel: str) -> set[str]:
    """Ids of the sources that a panel lists."""
    return set(re.findall(r'<li data-source="([^"]+)"', panel))


def named(evidence: compare.Evidence, *shown: pd.DataFrame) -> set[str]:
    """Ids of the sources that frames name."""
    return {key for frame in shown for key in compare.sources_of(frame, evidence)["source_id"]}


BEHIND: Mapping[str, list[str]] = {
    "cost": ["yearly", "courses", "marks"],
    "harms": ["map", "forest", "rare", "pml", "infusions", "rates", "ivig"],
    "history": ["per_gram", "yearly", "courses", "payers", "access"],
    "indications": ["map", "options", "statements", "article", "by_state"],
    "start": ["therapies"],
    "own_data": ["difference"],
}
EXPLORERS = {
    "cost": cost.CostExplorer,
    "harms": harms.HarmsExplorer,
    "history": history.HistoryExplorer,
    "indications": indications.IndicationsExplorer,
    "start": start.StartExplorer,
    "own_data": own_data.OwnDataExplorer,
}


@pytest.mark.parametrize("page", EXPLORERS)
def test_page_lists_exactly_the_sources_of_its_view(evidence: compare.Evidence, page: str) -> None:
    """The panel's ids are those of the frames behind the page; each has a link."""
    explorer = EXPLORERS[page](evidence)
    for condition_id in (explorer.controls["condition"].value, "itp"):
        explorer.controls["condition"].value = condition_id
        view, panel = explorer.compute(), explorer.panels["sources"].value
        parts = {path.split(".")[-1]: frame for path, frame in frames(view)}
        behind = [parts[name] for name in BEHIND[page]]
        if page == "cost":
            chosen = cost.behind(evidence, explorer.scenario(), view)
            behind.append(pd.DataFrame(chosen.same))
        assert listed(panel) == named(evidence, *behind)
        assert panel.count("<li") == panel.count('<a href="http') == len(listed(panel)) > 0
        assert f"Sources ({len(listed(panel))})" in panel


def test_trade_offs_list_the_sources_of_what_is_scored(evidence: compare.Evidence) -> None:
    """Every source of a reported cell is in the panel, and none that no cell names."""
    explorer = tradeoffs.TradeOffExplorer(evidence)
    figures = explorer.compute().figures
    shown = listed(explorer.panels["sources"].value)
    reported = pd.DataFrame([row for row in figures.rows if row["reported"]])
    assert shown == named(evidence, reported)
    assert named(evidence, figures.table[figures.table["reported"]]) <= shown
    chart = reported[reported["criterion"].isin([figures.x, figures.y])]
    assert named(evidence, chart) <= shown
    title = evidence.cited(chart)[0]["source"].split(" | ")[0]
    assert house.label(title)[:60] in explorer.panels["main"].spec


def test_one_patient_lists_all_that_stands_on_the_page(evidence: compare.Evidence) -> None:
    """Options, the comparison, cautions, costs and brands."""
    explorer = patient.PatientExplorer(evidence)
    view = explorer.compute()
    assert view.comparison is not None
    shown = map(pd.DataFrame, (view.options, view.told, view.costs, view.brands))
    wanted = named(evidence, *shown)
    assert wanted | set(view.comparison.source_ids) == listed(explorer.panels["sources"].value)
    assert {"benefit_source_id", "harm_source_id"} <= set(view.options[0])


def test_fees_for_giving_a_drug_have_their_source(evidence: compare.Evidence) -> None:
    """A cost with a fee names the fee schedule; one of a drug that the patient gives does not."""
    table = compare.annual_cost(evidence, "cidp", compare.Patient(70, 55))
    fees = set(evidence.administration_fees["source_id"])
    paid = table["usd_administration_year_one_high"].gt(0)
    has = table["source_id"].map(split).map(lambda ids: bool(fees & set(ids)))
    assert paid.any()
    assert has[paid].all()
    assert not has[table["therapy_id"].eq("scig") & table["usd_year_one_low"].notna()].all()


def test_claims_list_their_own_sources_and_those_of_all(evidence: compare.Evidence) -> None:
    """First the chosen claim's, then those of the ten verdicts in the table above."""
    explorer = claims.ClaimsExplorer(evidence)
    own, every = explorer.panels["sources"].value.split("</details>")[:2]
    ten = explorer.compute().assessments
    assert listed(own) == {part for ids in ten[0].source_ids for part in split(ids)}
    assert listed(every) == {part for one in ten for ids in one.source_ids for part in split(ids)}
    assert listed(own) < listed(every)


# Title, date and place


@pytest.fixture
def dated(evidence: compare.Evidence) -> pd.Series:
    """A source with a date of publication."""
    return evidence.sources[evidence.sources["published"].notna()].iloc[0]


def test_cited_puts_title_and_date_beside_each_id(
    evidence: compare.Evidence, dated: pd.Series
) -> None:
    """Published date, else the day of reading; unknown ids as they are; blanks stay blank."""
    undated = evidence.sources[evidence.sources["published"].isna()].iloc[0]
    first, second = dated["source_id"], undated["source_id"]
    ids = [first, f"{first};{second};{first}", None]
    frame = pd.DataFrame({"source_id": ids, "second_source_id": ["gone", "", second]})
    kept = frame.copy()
    found = evidence.cited(frame)
    listed = list(csv.DictReader(markup.csv_text(frame, cited=evidence).splitlines()))
    title = f"{dated['title']} ({dated['published']})"
    other = f"{undated['title']} (accessed {undated['accessed']:%Y-%m-%d})"
    assert [*listed[0]] == ["source_id", "source", "second_source_id", "second_source"]
    for rows in (found, listed):
        assert [row["source"] for row in rows] == [title, f"{title} | {other}", ""]
        assert [row["second_source"] for row in rows] == ["gone", "", other]
    pd.testing.assert_frame_equal(frame, kept)


def test_hover_is_short_and_escaped() -> None:
    """Two titles at most, long ones cut, the place last; a frame without titles adds nothing."""
    row = {"source": " | ".join(["<b>A</b> costs $1", *"BCDE"]), "locator": "x" * 20 + " y" * 200}
    lines = house.read_in(row)
    assert lines[0] == "<i>&lt;b&gt;A&lt;/b&gt; costs &#36;1</i>"
    assert lines[2] == "<i>and 3 more, listed below</i>"
    assert max(map(len, lines)) < house.HOVER_CHARS + 40
    assert len(lines) == 4
    assert house.read_in({"source": None}) == house.read_in({}) == []


def said(traces: list[house.Trace]) -> str:
    """All that marks say when pointed at."""
    return str([trace.get("customdata") for trace in traces])


def test_every_chart_says_where_a_figure_was_read(evidence: compare.Evidence) -> None:
    """Title and date of the first row's first source stand in the chart's hovers."""
    map_, money = pd.DataFrame(matrix(evidence)), cost.view(evidence, cost.opening(evidence))
    harm = harms.view(evidence, harms.opening(evidence))
    past = history.view(evidence, history.opening(evidence))
    map_of = pd.DataFrame(harm.map)
    there = dict.fromkeys(map_["condition_id"], "")
    drawn = [
        (
            pd.DataFrame(money.yearly),
            lambda frame: [{"customdata": bars.Picture(records(frame)).html}],
        ),
        (
            pd.DataFrame(money.marks),
            lambda frame: [{"customdata": bars.Picture(records(frame)).html}],
        ),
        (map_of, lambda frame: harm_charts.map_traces(records(frame), "difference")),
        (pd.DataFrame(past.yearly), lambda frame: history_charts.year_traces(records(frame))),
        (pd.DataFrame(past.per_gram), lambda frame: history_charts.gram_traces(records(frame))),
        (map_, lambda frame: [{"customdata": indication_charts.map_html(records(frame), there)}]),
    ]
    for frame, draw in drawn:
        cited = pd.DataFrame(evidence.cited(frame))
        title = next(filter(None, cited["source"])).split(" | ")[0]
        assert house.label(title)[:60] in said(draw(cited))


def files(page: Explorer) -> list[pd.DataFrame]:
    """The CSV files that a page offers."""
    offered = [file for file in page.panels["downloads"].offered if file.kind == "text/csv"]
    return [pd.read_csv(io.StringIO(file.written())) for file in offered]


@pytest.mark.parametrize("page", ["cost", "history", "indications", "own_data"])
def test_saved_files_carry_title_and_date(evidence: compare.Evidence, page: str) -> None:
    """Each saved table has a column of titles and dates beside that of ids."""
    saved = files(EXPLORERS[page](evidence))
    assert saved
    for table in saved:
        for name in source_columns(table):
            titles = table[name.replace("source_id", "source")]
            assert titles.notna().equals(table[name].notna())
            assert titles.dropna().str.contains(r"\((?:accessed )?\d{4}").all()


def test_a_cell_of_a_table_names_title_date_and_place(
    evidence: compare.Evidence, dated: pd.Series
) -> None:
    """What stands in a column "Read in"."""
    frame = pd.DataFrame({"source_id": [dated["source_id"]], "locator": ["section <5>"]})
    cell = markup.read_in(evidence.cited(frame)[0])
    assert f"({dated['published']})<br>section &lt;5&gt;" in cell
    assert markup.read_in({}) == ""


def test_label_month_stands_beside_each_indication(evidence: compare.Evidence) -> None:
    """In the list of options and in every statement of a label of the United States."""
    products = evidence.products.set_index("product_id")
    view = indications.view(evidence, indications.opening(evidence, "gmg"))
    row = pd.DataFrame(view.options).set_index("therapy_id").loc["rozanolixizumab"]
    assert row["label_month"] == products.at["rystiggo", "label_revised"]
    said = pd.DataFrame(view.statements)
    labels = said[said["fda_label"].eq("yes")]
    assert list(labels["label_month"]) == [
        products.at[key, "label_revised"] for key in labels["product_id"]
    ]
    assert said.loc[said["fda_label"].ne("yes"), "label_month"].isna().all()
    page = indications.IndicationsExplorer(evidence)
    cell = f'Rystiggo <span style="white-space:nowrap">({row["label_month"]})'
    assert cell in page.panels["options"].value
    assert f"label read: {row['label_month']}" in page.panels["statements"].value


def test_caution_carries_its_label_month(evidence: compare.Evidence) -> None:
    """Every caution on a product whose label was read names the month of that label."""
    rows = compare.check_cautions(evidence, compare.Patient(70, 55), "cidp")
    read = rows[rows["severity"].ne("not_in_reading") & rows["inherited_from"].eq("")]
    months = evidence.products.set_index("product_id")["label_revised"]
    has = read["product_id"].map(months).notna()
    assert (read.loc[has, "label_month"] == read.loc[has, "product_id"].map(months)).all()


# Second readings


TABLES = coverage.READ_TABLES


@pytest.mark.parametrize("table", TABLES)
def test_a_second_reading_names_its_source(evidence: compare.Evidence, table: str) -> None:
    """Read again, and only then: a second source that is in its table, and what it covered."""
    frame = getattr(evidence, table)
    assert frame["verification"].notna().all()
    again = frame["verification"].isin(coverage.AGAIN)
    assert frame.loc[~again, "second_source_id"].isna().all()
    assert frame.loc[again, "second_source_id"].isin(evidence.sources["source_id"]).all()
    assert frame["second_reading_of"].notna().equals(again)


@pytest.mark.parametrize("table", TABLES)
def test_only_what_can_name_its_twin_is_disputed(evidence: compare.Evidence, table: str) -> None:
    """Disputed rows, and they alone, fill `disputes`; the twin is of the same therapy and use."""
    frame = getattr(evidence, table)
    disputed = frame["verification"].eq("disputed")
    if "disputes" not in frame:
        assert not disputed.any()
        return
    assert frame["disputes"].notna().equals(disputed)
    rows = frame.set_index("row_id")
    for row_id, twin in rows["disputes"].dropna().items():
        assert twin != row_id
        for name in ("therapy_id", "condition_id"):
            assert rows.at[twin, name] == rows.at[row_id, name], row_id
        assert rows.at[twin, "source_id"] != rows.at[row_id, "source_id"], row_id
