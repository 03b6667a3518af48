"""Hostile text in tables, file names and boxes: shown as text, never as markup, script or formula.

The evidence here has an attack in front of every free text and behind every address. Each page is
read with an HTML parser, each chart as the JSON that the browser gets, each download as its file.
"""

import ast
import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import ipywidgets as w
import pytest
from markupsafe import Markup

import compare
from compare import own
from compare.data.evidence import Evidence, resources_of
from compare.pages import markup
from compare.pages.chart import LiveFigure
from compare.pages.controls import Panel, words
from compare.pages.explorer import Explorer
from compare.pages.files import File, Files
from compare.pages.first import first
from compare.pages.own_data.page import OwnDataExplorer
from compare.pages.patient import report
from compare.pages.patient.page import PatientExplorer
from compare.pages.tradeoffs.page import TradeOffExplorer
from compare.pages.what_works.page import WhatWorksExplorer
from tests.mutations import written
from tests.own.test_incoming import PRICES, THERAPY, asp
from tests.pages.test_widgets_under_fire import PAGES, TODAY, inside, set_to

MARK = "window.hacked"
ATTACK = (
    f"""=1+1"'><img src=x onerror="{MARK}=1"><script>{MARK}=1</script>"""
    f"""<a href="javascript:{MARK}=1" onclick={MARK}=1>x</a><b onmouseover={MARK}=1>$1 $2</b> """
)
STARTS = ("=", "+", "-", "@", "\t=", "\r=", "\n=")
# Free text that is a list of ids or a number, and is taken apart.
LISTS = {"implied_factors", "routes", "days", "requires_any", "jurisdiction", "unit", "p_value"}
OWN_TAGS = {
    *("a", "b", "br", "caption", "code", "col", "colgroup", "details", "div", "h1", "h2", "h3"),
    *("h4", "em", "i", "li", "ol", "p", "pre", "small", "span", "strong", "style", "summary"),
    *(
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
        "tfoot",
        "hr",
        "section",
        "wbr",
    ),
    *("svg", "g", "rect", "line", "circle", "path", "text"),
}
PAGE_TAGS = OWN_TAGS | {"html", "head", "body", "meta", "title"}
CHART_TAGS = {"<b>", "</b>", "<br>", "<i>", "</i>", "<extra>", "</extra>"}
NUMBER = re.compile(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?")


def free_text(schema: dict[str, Any]) -> list[str]:
    """Columns that take any text: no key, no word of a list, no pattern."""
    keys = {key for link in schema.get("foreignKeys", ()) for key in link["fields"]}
    keys |= {*schema["primaryKey"], *LISTS}
    return [
        field["name"]
        for field in schema["fields"]
        if field["type"] == "string"
        and field["name"] not in keys
        and not {"enum", "pattern"} & set(field.get("constraints", {}))
    ]


def hostile(evidence: Evidence) -> Evidence:
    """The evidence with an attack in every free text, and no address that is one."""
    tables: dict[str, Any] = {}
    for name, resource in resources_of(evidence).items():
        frame = getattr(evidence, name).copy()
        for column in free_text(resource["schema"]):
            frame[column] = ATTACK + frame[column]
        if "url" in frame:
            frame["url"] = f"javascript:{MARK}=1//" + frame["url"]
        tables[name] = frame
    return replace(evidence, **tables)


@pytest.fixture(scope="module")
def attacked(evidence: Evidence) -> Evidence:
    """Evidence full of attacks."""
    return hostile(evidence)


class Reader(HTMLParser):
    """Reads HTML as a browser does, and notes everything that is not the project's own."""

    def __init__(self, tags: set[str] = OWN_TAGS) -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.wrong, self.told = tags, list[str](), ""
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Tags and attributes of our own only."""
        found = {name: value or "" for name, value in attrs}
        self.seen.add(tag)
        if tag not in self.tags:
            self.wrong.append(f"tag {tag}")
        self.wrong += [f"attribute {name}" for name in found if name.startswith("on")]
        self.wrong += [f"attribute {name}" for name in found if name in ("src", "srcdoc", "action")]
        href = found.get("href", "").strip().lower()
        if "href" in found and not href.startswith(("http://", "https://", "#")):
            self.wrong.append(f"address {href[:40]}")

    def handle_data(self, data: str) -> None:
        """What is shown as text."""
        self.told += data

    def handle_comment(self, data: str) -> None:
        """A comment can hide the rest of a page."""
        self.wrong.append(f"comment {data[:40]}")


def read(content: str, tags: set[str] = OWN_TAGS) -> Reader:
    """HTML as a browser takes it; fails on anything that is not our own."""
    reader = Reader(tags)
    reader.feed(str(content))
    reader.close()
    assert not reader.wrong, sorted(set(reader.wrong))[:5]
    return reader


def strings(value: Any) -> Iterator[str]:
    """Every text in a part of a figure, its template apart."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            # Where an axis has texts for its ticks, its values are keys that are never shown.
            if key != "template" and not (key == "tickvals" and "ticktext" in value):
                yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def shown_in(spec: dict[str, Any]) -> Iterator[str]:
    """Every text that a figure shows."""
    layout = spec["layout"]
    yield from strings(layout)
    for trace in spec["data"]:
        axes = {letter: f"{letter}axis{trace.get(f'{letter}axis', letter)[1:]}" for letter in "xy"}
        keys = {letter for letter, axis in axes.items() if "ticktext" in layout.get(axis, {})}
        yield from strings({name: one for name, one in trace.items() if name not in keys})


def read_chart(figure: LiveFigure) -> str:
    """Texts of a chart; fails on a tag that is not ours, and on dollar signs taken for TeX."""
    told = list(shown_in(json.loads(figure.spec)))
    for text in told:
        own = re.sub(r'<span style="color:#[0-9A-Fa-f]{6}">(.)</span>', r"\1", text)
        assert set(re.findall(r"<[^>]*>?", own)) <= CHART_TAGS, text
        assert text.count("$") < 2, text
    return html.unescape(" ".join(told))


def read_csv(content: str) -> None:
    """No cell that a spreadsheet takes for a formula."""
    for row in csv.reader(io.StringIO(content, newline="")):
        for cell in row:
            assert not cell.startswith(markup.FORMULA_STARTS) or NUMBER.fullmatch(cell), cell


def read_file(kind: str, name: str, content: str) -> str:
    """A file that can be saved; what stands in it as text, where it is a page."""
    assert re.fullmatch(r"[A-Za-z0-9._-]+", name), name
    assert kind in ("text/csv", "text/html", "application/json"), kind
    if kind == "text/csv":
        read_csv(content)
    if kind != "text/html":
        return ""
    return read(re.sub("^<!doctype html>", "", content), PAGE_TAGS).told


def read_page(page: Explorer) -> str:
    """Everything that an explorer shows or offers for download; what stands there as text."""
    told = ""
    for widget in inside(page.page):
        assert not getattr(widget, "description_allow_html", False)
        if isinstance(widget, LiveFigure):
            told += read_chart(widget)
        elif isinstance(widget, w.HTML):
            told += read(widget.value).told
        elif isinstance(widget, Files):
            for file in widget.offered:
                told += read_file(file.kind, file.name, file.written())
    read(first(page.page), OWN_TAGS | {"select", "option", "input", "button", "label"})
    assert "Something went wrong" not in page.status.value
    return told


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_attacks_in_the_tables_are_shown_as_text(
    evidence: Evidence, attacked: Evidence, kind: type[Explorer]
) -> None:
    """In every panel, chart and download of every page, at two conditions."""
    page = kind(attacked, today=TODAY)
    told = read_page(page)
    assert MARK in told, "the attack did not reach the page, so nothing was tested"
    if "condition" in page.controls:
        set_to(page, {"condition": "itp"})
        read_page(page)


def own_therapy(evidence: Evidence) -> dict[str, bytes]:
    """A reader's tables with an attack in every free-text cell, blank in the example or not."""
    resources, files = resources_of(evidence), {}
    for name, content in THERAPY.items():
        head, *rows = csv.reader(io.StringIO(content))
        texts = free_text(resources[name.removesuffix(".csv")]["schema"])
        wanted = [*head, *(column for column in texts if column == "notes" and column not in head)]
        filled = [dict(zip(head, row, strict=True)) for row in rows]
        cells = [
            [ATTACK + row.get(c, "") if c in texts else row[c] for c in wanted] for row in filled
        ]
        files[name] = written([wanted, *cells])
    return files


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_attacks_in_a_therapy_of_ones_own_are_shown_as_text(
    evidence: Evidence, kind: type[Explorer]
) -> None:
    """On every page, in what it saves, and in the printout of two options."""
    ours = own.with_therapy(evidence, own_therapy(evidence))
    page = kind(ours, today=TODAY)
    if "condition" in page.controls:
        set_to(page, {"condition": "cidp"})
    if kind is PatientExplorer:
        page.controls["compare_0"].value = "newmab"
        assert MARK in report.html(ours, page.scenario(), ["ivig", "newmab"])
    told = read_page(page)
    assert MARK in told or kind is WhatWorksExplorer, "its example has no outcome"


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.__name__)
def test_html_reaches_the_browser_through_panels_alone(
    evidence: Evidence, kind: type[Explorer]
) -> None:
    """No page has another widget that shows HTML, and each panel holds what is marked as safe."""
    for widget in inside(kind(evidence, today=TODAY).page):
        if isinstance(widget, w.HTML):
            assert type(widget) is Panel
            assert type(widget.value) is Markup


def test_a_panel_escapes_plain_text() -> None:
    """However it comes in: at the start, later, added, or from the browser."""
    panel = words("<b>1</b>")
    assert panel.value == "&lt;b&gt;1&lt;/b&gt;"
    panel.value = "<i>"
    assert panel.get_state()["value"] == "&lt;i&gt;"
    panel.value = markup.html("<p>{}</p>", "<i>")
    panel.value += "<u>"
    assert panel.value == "<p>&lt;i&gt;</p>&lt;u&gt;"
    panel.set_state({"value": "<script>"})
    assert panel.value == "&lt;script&gt;"


def test_plain_text_in_a_table_or_a_saved_page_is_escaped() -> None:
    """A cell that forgets to escape does no harm, and an f-string of HTML is plain again."""
    cell = markup.html("<b>{}</b>", "<i>")
    made = markup.table([{"a": "<u>", "b": 1}], {"A": "a", "B": lambda r: f"{cell}"}, "<s>", "")
    assert not read(made).seen & {"u", "i", "b", "s"}
    assert File("<s>", "page.html", lambda: "<script>").written() == "&lt;script&gt;"


def test_html_is_written_as_a_literal() -> None:
    """`html` and `Markup` take a literal: HTML made of data could not be told from an attack."""
    folder = Path(markup.__file__).parent
    made = 0
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "func", None)
            name = getattr(name, "id", getattr(name, "attr", ""))
            if isinstance(node, ast.Call) and name in ("html", "Markup") and node.args:
                made += 1
                style = path.name == "explorer.py" and "house.css" in ast.unparse(node)
                literal = isinstance(node.args[0], ast.Constant)
                assert literal or style or path.name == "markup.py", (path.name, node.lineno)
    assert made > 100


def upload(name: str, content: bytes) -> tuple[dict[str, Any], ...]:
    """A file as the browser hands it over."""
    return (
        {
            "name": name,
            "type": "text/csv",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime(2026, 11, 24),
        },
    )


def rows_with_notes(note: str) -> bytes:
    """Own prices with a note in each row."""
    rows = [line.split(",") for line in PRICES.strip().split("\n")]
    return written([[*rows[0], "notes"], *([*row, note] for row in rows[1:])])


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("prices", rows_with_notes(ATTACK)),
        ("prices", PRICES.replace("J1561", "<img src=x onerror=1>").encode()),
        ("prices", f"{ATTACK},b\n1,2\n".encode()),
        ("asp_file", asp().replace(b"Gamunex-c/gammaked", b"=1+1<script>1</script>")),
        ("asp_file", ATTACK.encode()),
        ("therapy", ATTACK.encode()),
    ],
)  # fmt: skip
def test_attacks_in_own_files_are_shown_as_text(
    evidence: Evidence, kind: str, content: bytes
) -> None:
    """In names, cells and messages about a file, whether it is loaded or refused."""
    page = OwnDataExplorer(evidence, today=TODAY)
    page.pickers[kind].value = upload(f"{ATTACK}.csv", content)
    assert MARK in read_page(page)


@pytest.mark.parametrize("kind", [PatientExplorer, TradeOffExplorer])
def test_attacks_typed_into_boxes_are_shown_as_text(
    evidence: Evidence, kind: type[Explorer]
) -> None:
    """In every box that takes free text."""
    page = kind(evidence, today=TODAY)
    for control in page.controls.values():
        if isinstance(control, w.Text):
            control.value = ATTACK
            read_page(page)
            if page.status.value:
                control.value = ""


def test_attack_in_a_saved_scenario_is_shown_as_text(evidence: Evidence) -> None:
    """A scenario file that is none, and one with an attack for its name."""
    page = TradeOffExplorer(evidence, today=TODAY)
    for content in (ATTACK, json.dumps({"format": ATTACK})):
        page.controls["upload"].value = upload(f"{ATTACK}.json", content.encode())
        read_page(page)
    scenario = replace(page.scenario(), name=ATTACK)
    page.controls["upload"].value = upload("saved.json", scenario.to_json().encode())
    read_page(page)


@pytest.mark.parametrize("start", STARTS)
def test_no_formula_survives_in_csv(attacked: Evidence, start: str) -> None:
    """Whatever a formula may begin with, in cells and in headings."""
    frame = attacked.therapies.head(3).rename(columns={"therapy": f"{start}1+1"})
    frame["target"] = f"{start}HYPERLINK(1)"
    frame["number"] = -1.5
    written_csv = markup.csv_text(frame)
    read_csv(written_csv)
    assert "-1.5" in written_csv


def test_templates_hold_no_formula(evidence: Evidence) -> None:
    """Files to fill in are files to download."""
    for content in own.templates(evidence).values():
        read_csv(content)


def test_file_names_are_plain() -> None:
    """A scenario's name cannot lead a download out of its folder."""
    name = markup.file_name("../../etc/<b>", ATTACK, ending="csv")
    assert re.fullmatch(r"[a-z0-9._-]+\.csv", name)
    assert ".." not in name


def test_only_web_addresses_become_links(attacked: Evidence) -> None:
    """A source whose address is a script is listed by its title alone."""
    listed = markup.sources(attacked, attacked.sources["source_id"].head(5))
    assert "a" not in read(listed).seen
    assert compare.sources_of(attacked.therapies.head(1), attacked).shape[0] == 1
