"""A scenario as one page to print, as CSV, and as the lines of Python that rebuild both."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from compare.authority.factors import patient_factors
from compare.data.evidence import Evidence
from compare.data.patient import ADULT_YEARS
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.pages import markup
from compare.pages.markup import NOTHING, csv_text, link
from compare.pages.patient import drawing, picture, sentences
from compare.pages.patient.head_to_head import compared
from compare.pages.patient.items import Item
from compare.pages.patient.said import said
from compare.pages.patient.side_by_side import (
    COLUMNS_SAVED,
    NOT_SAME_TRIAL,
    Comparison,
    compare_therapies,
    option_rows,
    rebates_note,
    statements,
)
from compare.pages.reproduce import Name, call, load_line, patient_call
from compare.words import listing, number

NOT_COMPARED = (
    "For clinicians. It informs and does not advise; nothing here is ranked. Not compared here: "
    "plasma exchange, corticosteroids, oral immunosuppressants, JAK and S1P inhibitors."
)
READING = (
    "Cautions, guidance and schedules are our reading of the labels named below, in our words; "
    "check the current label. Costs are payment limits or list prices, not what a patient pays."
)
PRINT_POINTS = tuple(size / 10 for size in range(86, 58, -2))
CHARACTER_EM = 0.46
SHEETS_MM = 3 * (279.4 - 18) - 200  # three sheets of Letter without margins, and rows not broken
STYLE = Markup("""
@page { size: auto; margin: 9mm 10mm; }
* { box-sizing: border-box; }
body { font: var(--print)/1.2 Arial, 'Liberation Sans', Helvetica, sans-serif;
  color: #111; margin: 0 auto; padding: 0; max-width: 200mm; }
h1 { font-size: 13pt; margin: 0 0 1mm; } p { margin: 0 0 1mm; }
.note { color: #333; }
table { border-collapse: collapse; width: 100%; margin: 1.2mm 0; table-layout: fixed; }
col.name { width: 25mm; }
th, td { border-bottom: 0.3pt solid #b9bfc7; padding: 0.45mm 1.4mm; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
thead th { border-bottom: 1pt solid #333; font-size: 1.15em; }
thead th small { font-weight: 400; font-size: 0.87em; }
th[scope=row] { font-weight: 600; }
tr.section th { background: #e9eef4; padding-top: 0.7mm; }
tr.section { break-after: avoid; }
tr { break-inside: avoid; }
td ul { margin: 0; padding: 0; list-style: none; }
td li + li { margin-top: 0.5mm; }
.strong { font-weight: 700; }
.stop { color: #8a0000; } .stop::before { content: "\\25A0\\00A0"; }
.boxed { color: #7a2300; } .boxed::before { content: "\\25A1\\00A0"; }
.warn { color: #5a4300; } .faint { color: #555; }
pre { font: 0.85em/1.2 'Liberation Mono', Consolas, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; background: #f4f6f8; padding: 1mm 1.5mm; margin: 0.6mm 0; }
ol.sources { margin: 0.4mm 0; padding: 0; columns: 2; column-gap: 6mm;
  font-size: 0.82em; line-height: 1.15; }
ol.sources li { margin-left: 6mm; break-inside: avoid; overflow-wrap: anywhere; }
h2 { break-after: avoid; font-size: 1.05em; margin: 1.4mm 0 0.3mm; }
.tc-key span { margin-right: 3mm; }
.tc-picture caption { text-align: left; font-weight: 600; }
.tc-picture th:nth-child(1) { width: 14%; } .tc-picture th:nth-child(2) { width: 13%; }
.tc-picture th:nth-child(3) { width: 19%; } .tc-picture th:nth-child(5) { width: 16%; }
.tc-picture th:nth-child(6) { width: 11%; } .tc-picture summary { list-style: none; }
.tc-bar { display: flex; height: 2mm; background: #eef0f3; print-color-adjust: exact; }
.tc-key .tc-bar { display: inline-flex; width: 6mm; margin-right: 1mm; }
.tc-bar b { box-sizing: border-box; border: 0 solid #0b5394; background: #0b5394; }
.tc-key .tc-bar b { width: 100%; }
.tc-bar b.before_rebates { border-width: 0.5mm; background: #fff; } .tc-bar b.to { opacity: 0.4; }
.tc-bar b.own { background: #9a5b00; border-color: #9a5b00; }
.tc-bar b.negotiated { background: repeating-linear-gradient(90deg, #0b5394 0 3px, #fff 3px 5px); }
.tc-tick { position: relative; background: none; border-bottom: 0.3pt solid #b9bfc7; }
.tc-bar.tc-tick b { position: absolute; left: 50%; width: 1.6mm; height: 1.6mm;
  border: 0.4mm solid #111; background: #fff; transform: rotate(45deg); }
.tc-struck th > span { text-decoration: line-through; }
@media screen { body { font-size: 15px; line-height: 1.4; padding: 16px; max-width: 1100px; }
  h1 { font-size: 24px; } col.name { width: 150px; } th, td { padding: 4px 8px; } }
@media print { a { color: inherit; text-decoration: none; } }
""")


def html(evidence: Evidence, scenario: Scenario, therapy_ids: Sequence[str]) -> Markup:
    """One self-contained HTML page: no script, no request, selectable text, made to be printed.

    Two therapies take at most three pages of A4 or Letter paper. It holds the scenario, the
    picture, the comparison (see `side_by_side.compare_therapies`, which also says what is refused),
    sources, data date, label months, and the lines that rebuild it.
    """
    return page(evidence, compare_therapies(evidence, scenario, therapy_ids))


def page(evidence: Evidence, comparison: Comparison) -> Markup:
    """`html` of a comparison that is already made."""
    scenario = comparison.scenario
    names = listing(name for name, _ in comparison.heads)
    condition = condition_name(evidence, scenario)
    notes = " ".join(filter(None, [READING, NOT_SAME_TRIAL, rebates_note(comparison)]))
    stamp = f"Data of {evidence.data_date}, version {evidence.version}. Labels: "
    stamp += "; ".join(comparison.labels) + "."
    answer = summary(evidence, comparison)
    return document(
        f"{names}: {condition}",
        print_points(evidence, comparison, answer),
        STYLE,
        markup.html("<p><b>Patient.</b> {}</p>", patient_words(evidence, scenario)),
        markup.html('<p class="note">{}</p>', NOT_COMPARED),
        answer,
        table(comparison),
        markup.html('<p class="note">{}</p><p class="note">{}</p>', notes, stamp),
        markup.html("<h2>Sources</h2>{}", source_list(evidence, comparison.source_ids)),
        markup.html(
            "<h2>Appendix: the lines of Python that rebuild this page</h2><pre>{}</pre>",
            lines(evidence, comparison),
        ),
    )


def document(title: str, points: float, style: Markup, *parts: Markup) -> Markup:
    """A page of its own, in print of this size, under its title."""
    return markup.html(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{}</title>'
        "<style>:root {{ --print: {}pt; }}{}</style></head><body><h1>{}</h1>{}</body></html>\n",
        title, points, style, title, NOTHING.join(parts),
    )  # fmt: skip


def summary(evidence: Evidence, comparison: Comparison) -> Markup:
    """What the page opens with: the answer on all options, and the picture of those compared."""
    scenario = comparison.scenario
    labels = said(evidence, scenario.patient, scenario.condition_id)
    every = option_rows(evidence, scenario.condition_id, scenario.patient)
    chosen = [every[key] for key in comparison.therapy_ids]
    child = scenario.patient.age_years < ADULT_YEARS
    pairs = compared(evidence, scenario.condition_id, tuple(every), child)
    told = sentences.answer(evidence, list(every.values()), labels.mine, pairs, child)
    name = evidence.label("conditions", scenario.condition_id)
    drawn = drawing.picture(picture.shown(evidence, scenario, chosen, labels.spoken), name)
    return markup.html("<p><b>{}</b></p>{}", told, drawn)


def print_points(evidence: Evidence, comparison: Comparison, answer: Markup) -> float:
    """Size of print, in points, at which the page is estimated to fill three sheets at most.

    `answer` is the `summary` that the page opens with.

    Lines are counted from the characters of each cell, at half the size of print per character;
    the sheet is that of Letter, the shorter of the two.
    """
    titles = [
        len(row["title"]) + len(row["publisher"] if known(row["publisher"]) else "") + 36
        for row in _found(evidence, comparison.source_ids)
    ]
    code = [len(line) for line in lines(evidence, comparison).splitlines()]
    told = [
        re.sub("<[^>]*>", "", answer), READING, NOT_COMPARED, NOT_SAME_TRIAL,
        rebates_note(comparison), *comparison.labels,
        patient_words(evidence, comparison.scenario),
    ]  # fmt: skip
    words = sum(map(len, told))
    fitting = (
        size
        for size in PRINT_POINTS
        if _height_mm(comparison, titles, code, words, size) <= SHEETS_MM
    )
    return next(fitting, PRINT_POINTS[-1])


def _height_mm(
    comparison: Comparison, titles: Sequence[int], code: Sequence[int], words: int, points: float
) -> float:
    size_mm = points * 0.3528
    width = (188 - 24) / len(comparison.heads) - 3

    def rows(length: float, width_mm: float, scale: float = 1.0) -> int:
        return max(1, math.ceil(length / (width_mm / (CHARACTER_EM * size_mm * scale))))

    count, sections = 0.0, {line.section for line in comparison.lines}
    for line in comparison.lines:
        cells = [sum(rows(len(item.text), width) for item in cell) for cell in line.cells]
        count += max(1, rows(len(line.label) * 1.1, 22), *cells)
    count += sum(rows(length, 85, 0.82) for length in titles) / 2 * 0.8
    count += sum(rows(length, 185) for length in code) + rows(words, 188) + 12
    gaps = len(comparison.lines) + len(sections)
    return 1.2 * size_mm * (count + len(sections)) + 1.1 * gaps


def condition_name(evidence: Evidence, scenario: Scenario) -> str:
    """The condition's name in full."""
    return str(evidence.by_id("conditions")[scenario.condition_id]["condition"])


def patient_words(evidence: Evidence, scenario: Scenario) -> str:
    """The patient in a sentence, with factors that the condition implies or age and sex give."""
    patient = scenario.patient
    parts = [f"{number(patient.weight_kg, 1, 'kg')}, {number(patient.age_years, 1, 'years')}"]
    if patient.height_cm is not None:
        parts.append(number(patient.height_cm, 0, "cm"))
    parts.append(patient.sex or "sex not given")
    told = []
    for factor_id, why in patient_factors(evidence, patient, scenario.condition_id).items():
        name = evidence.label("factors", factor_id)
        told.append(name if why == "in this patient" else f"{name} ({why})")
    name = f"“{scenario.name}”: " if scenario.name else ""
    return name + ", ".join(parts) + ". " + ("; ".join(told) or "Nothing else entered") + "."


def table(comparison: Comparison, css_class: str = "") -> Markup:
    """The comparison as an HTML table, everything escaped."""
    attribute = markup.html(' class="{}"', css_class) if css_class else ""
    caption = markup.html("<caption>Side by side</caption>") if css_class else ""
    columns = len(comparison.heads)
    head = NOTHING.join(
        markup.html('<th scope="col">{}<br><small>{}</small></th>', name, product)
        for name, product in comparison.heads
    )
    rows, section = [], ""
    for line in comparison.lines:
        if line.section != section:
            section = line.section
            rows.append(markup.html(
                '<tr class="section"><th colspan="{}" scope="colgroup">{}</th></tr>',
                columns + 1, section,
            ))  # fmt: skip
        cells = NOTHING.join(markup.html("<td>{}</td>", cell_html(cell)) for cell in line.cells)
        rows.append(markup.html('<tr><th scope="row">{}</th>{}</tr>', line.label, cells))
    cols = markup.html('<col class="name">') + markup.html("<col>") * columns
    return markup.html(
        "<table{}>{}<colgroup>{}</colgroup>"
        '<thead><tr><th scope="col">Compared</th>{}</tr></thead>'
        "<tbody>{}</tbody></table>",
        attribute, caption, cols, head, NOTHING.join(rows),
    )  # fmt: skip


def cell_html(cell: Sequence[Item]) -> Markup:
    """The statements of a cell; the mark is a class, and never the only sign of a severity."""
    said = [markup.html('<span class="{}">{}</span>', item.mark, item.text) for item in cell]
    if len(said) < 2:
        return NOTHING.join(said)
    items = NOTHING.join(markup.html("<li>{}</li>", one) for one in said)
    return markup.html("<ul>{}</ul>", items)


def _found(evidence: Evidence, source_ids: Sequence[str]) -> list[Row]:
    """Rows of the sources, in the table's order."""
    wanted = set(source_ids)
    return [row for key, row in evidence.by_id("sources").items() if key in wanted]


def source_list(evidence: Evidence, source_ids: Sequence[str]) -> Markup:
    """The sources as a list with links and dates, in the order of titles."""
    items = []
    for row in sorted(_found(evidence, source_ids), key=lambda row: row["title"]):
        details = [row["publisher"], row["published"]]
        if known(row["accessed"]):
            details.append(f"read {row['accessed']:%Y-%m-%d}")
        told = ", ".join(str(part) for part in details if known(part))
        items.append(markup.html("<li>{} ({})</li>", link(row["title"], row["url"]), told))
    return markup.html('<ol class="sources">{}</ol>', NOTHING.join(items))


def lines(evidence: Evidence, comparison: Comparison, module: str = "report") -> str:
    """The lines of Python that rebuild the page that this module makes."""
    scenario = comparison.scenario
    options: dict[str, Any] = {
        key: dict(value) if isinstance(value, Mapping) else value
        for key, value in sorted(scenario.options.items())
    }
    made = {
        "price_basis": scenario.price_basis,
        "name": scenario.name or None,
        "options": options or None,
    }
    told = [f"{key}={value!r}" for key, value in made.items() if value is not None]
    arguments = ", ".join([repr(scenario.condition_id), "patient", *told])
    asked = [Name("evidence"), Name("scenario"), list(comparison.therapy_ids)]
    return (
        f"import compare\nfrom compare.pages.patient import {module}\n\n{load_line(evidence)}\n"
        f"patient = {patient_call(scenario.patient)}\n"
        f"scenario = compare.Scenario({arguments})\n"
        f"page = {call(f'{module}.html', asked)}\n"
    )


def csv(evidence: Evidence, scenario: Scenario, therapy_ids: Sequence[str]) -> str:
    """The comparison as CSV, one row per statement with its source; formulas neutralized."""
    return comparison_csv(compare_therapies(evidence, scenario, therapy_ids))


def comparison_csv(comparison: Comparison) -> str:
    """`csv` of a comparison that is already made."""
    return csv_text(statements(comparison), COLUMNS_SAVED)


def name(scenario: Scenario, therapy_ids: Sequence[str]) -> list[str]:
    """What the names of its files are made of."""
    parts = ["compare", scenario.name, scenario.condition_id, *therapy_ids]
    return [*parts, f"{scenario.patient.weight_kg:g}kg"]
