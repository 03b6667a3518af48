"""The comparison as a monograph for a P&T committee, to print: what is known, and room to write.

It is the printed comparison in the order in which committees read, with what a hospital's own
number of patients costs a year. Columns stand in the reader's order; none is set above another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup

from compare.cost import later_note
from compare.data.arguments import whole
from compare.data.evidence import Evidence
from compare.data.rows import Row, grouped, known
from compare.data.scenario import Scenario
from compare.pages import markup
from compare.pages.markup import NOTHING
from compare.pages.patient import care, report
from compare.pages.patient.head_to_head import compared
from compare.pages.patient.items import Item, Line, one
from compare.pages.patient.own_trials import best_first
from compare.pages.patient.picture import STRICT
from compare.pages.patient.side_by_side import (
    NOT_SAME_TRIAL,
    Comparison,
    caution_item,
    compare_therapies,
    rebates_note,
)
from compare.trials import benefits, indirect, results, wording
from compare.trials.arms import DESIGNS
from compare.trials.benefits import outcome_text
from compare.trials.declared import declared, networks_of
from compare.words import listing, short_name, usd_range

PATIENTS = "patients_per_year"
CERTAIN, NOT_GRADED = "How certain it is", "not graded"
BLINDED = {"double": "double blind", "open": "open label"}
NO_ESTIMATE = "It has no estimate for this pair."
MET = 2  # outcomes shown of a trial of two of the therapies
MOST_PATIENTS = 1_000_000
SHORT = 6  # lines of a section that is not broken over two sheets
NOT_ENTERED = "patients per year not entered"
TITLES = {
    "authority": "1. Indications and authority",
    "efficacy": "2. Efficacy, and how certain it is",
    "harms": "3. Harms",
    "cautions": "4. Cautions",
    "giving": "5. Dosing and monitoring",
    "cost": "6. Cost",
    "place": "7. Place in therapy",
    "sources": "8. Sources",
}
# Which sections of the comparison, by how their names begin, stand in which of the monograph.
TAKEN = {
    "authority": ("On whose",),
    "efficacy": ("Good",),
    "harms": ("Harm",),
    "cautions": ("What in this patient", "What applies"),
    "giving": ("How it is given", "Brand"),
    "cost": ("What it costs",),
}
ABOUT = (
    "For a pharmacy and therapeutics committee. The columns stand in the order in which they were "
    "chosen; none is set above another."
)
GRADED = f"{wording.CERTAINTY.capitalize()}: nobody graded it for these tables."
COST_NOTE = (
    "Drug, with what is discarded of opened vials, plus its administration, in US dollars; low to "
    "high is the range of doses and visits that the regimen allows, not of prices or of weights. "
)
BUDGET_NOTE = (
    "Patients per year is the hospital's own number. Each is taken to weigh and to be dosed as the "
    "patient above: what all cost is what one costs, times their number. The rows are "
    "alternatives: they are not to be added up."
)
TO_WRITE = ("Proposed status on the formulary", "For whom, and after what", "Criteria for use",
            "What is to be watched, and when it is looked at again",
            "Decision, date, names")  # fmt: skip
STYLE = Markup("""
@page { margin: 12mm 11mm 14mm; @bottom-right { content: "page " counter(page); font-size: 8pt; } }
h3 { break-after: avoid; }
h2 { font-size: 1.3em; margin: 4mm 0 1mm; border-bottom: 1pt solid #333; }
section { break-inside: avoid; }
section.long { break-inside: auto; }
col.name { width: 34mm; }
section > ul { margin: 1mm 0; padding-left: 5mm; }
td.write { height: 21mm; }
pre { break-inside: avoid; }
table.tc-write th { width: 45mm; }
@media screen { td.write { height: 80px; } }
""")


def html(evidence: Evidence, scenario: Scenario, therapy_ids: Sequence[str]) -> Markup:
    """One self-contained HTML page to print on A4 or Letter, in eight sections (`TITLES`).

    `scenario.options` may hold what `side_by_side.compare_therapies` reads, and
    `patients_per_year` (therapy id to a whole number). Raises `ValueError` as that does, and for
    a number of patients that is none, or of a therapy that is not compared.
    """
    return page(evidence, compare_therapies(evidence, scenario, therapy_ids))


def page(evidence: Evidence, comparison: Comparison) -> Markup:
    """`html` of a comparison that is already made."""
    scenario = comparison.scenario
    told, met = sections(evidence, comparison), between(evidence, comparison)
    lines = (*(line for lines in told.values() for line in lines), Line("", "", (tuple(met),)))
    sources = replace(comparison, lines=lines).source_ids
    condition = report.condition_name(evidence, scenario)
    title = f"{listing(name for name, _ in comparison.heads)}: {condition}"
    stamp = f"Data of {evidence.data_date}, version {evidence.version}. Labels: "
    stamp += "; ".join(comparison.labels) + "."
    pairs = NOTHING.join(markup.html("<li>{}</li>", item.text) for item in met)
    notes: dict[str, Markup] = {
        "efficacy": markup.html(
            "<p>{}</p><h3>Compared with each other</h3><ul>{}</ul><p>{}</p>",
            NOT_SAME_TRIAL, pairs, GRADED,
        ),
        "harms": markup.html("<p>{} {}</p>", NOT_SAME_TRIAL, GRADED),
        "cost": markup.html("<p>{}{} {}</p>", COST_NOTE, BUDGET_NOTE, rebates_note(comparison)),
    }  # fmt: skip
    parts = [
        markup.html("<p>{}</p>", ABOUT),
        markup.html("<p><b>Patient.</b> {}</p>", report.patient_words(evidence, scenario)),
        markup.html('<p class="note">{} {}</p>', report.NOT_COMPARED, report.READING),
        report.summary(evidence, comparison),
    ]
    for key, own in told.items():
        shown = report.table(replace(comparison, lines=tuple(own)))
        long = len(own) > SHORT or key == "efficacy"
        parts.append(_section(key, shown + notes.get(key, NOTHING), long))
    parts += [
        _section("place", _place()),
        _section(
            "sources",
            report.source_list(evidence, sources)
            + markup.html('<p class="note">{}</p>', stamp)
            + markup.html("<h3>The lines of Python that rebuild this page</h3><pre>{}</pre>",
                          report.lines(evidence, comparison, "monograph")),
            long=True,
        ),
    ]  # fmt: skip
    return report.document(f"Monograph: {title}", 8.6, report.STYLE + STYLE, *parts)


def _section(key: str, shown: Markup, long: bool = False) -> Markup:
    css = "long" if long else "whole"
    return markup.html('<section class="{}"><h2>{}</h2>{}</section>', css, TITLES[key], shown)


def _place() -> Markup:
    rows = NOTHING.join(
        markup.html('<tr><th scope="row">{}</th><td class="write"></td></tr>', name)
        for name in TO_WRITE
    )
    said = "Left blank for the committee to write: nothing here says which therapy comes first."
    return markup.html('<p>{}</p><table class="tc-write"><tbody>{}</tbody></table>', said, rows)


def sections(evidence: Evidence, comparison: Comparison) -> dict[str, list[Line]]:
    """Lines of the comparison by the monograph's sections, with what committees ask besides."""
    found = {
        key: [line for line in comparison.lines if line.section.startswith(starts)]
        for key, starts in TAKEN.items()
    }
    more: dict[str, Callable[[], Iterator[Line]]] = {
        "efficacy": lambda: _designs(evidence, comparison),
        "cautions": lambda: _whom(comparison),
        "cost": lambda: budget_lines(comparison),
    }
    for key, lines in more.items():
        found[key] += lines()
    return found


def _designs(evidence: Evidence, comparison: Comparison) -> Iterator[Line]:
    """What the pivotal trials were, and that nobody graded the certainty of their figures."""
    rows = results.standing(results.trial_rows(evidence, comparison.scenario.condition_id))
    trials = grouped(rows, "therapy_id")
    cells = [
        tuple(Item(_design(row), "", row["source_id"]) for row in trials.get(key, ()))
        or one("no pivotal trial in this condition in our tables", "faint")
        for key in comparison.therapy_ids
    ]
    graded = [one(NOT_GRADED, "faint") for _ in comparison.therapy_ids]
    yield Line(CERTAIN, "Pivotal trials", tuple(cells))
    yield Line(CERTAIN, "Certainty", tuple(graded))


def _design(row: Row) -> str:
    """Design, patients and main result of a trial, in words."""
    blinded = BLINDED.get(str(row.get("trial_blinded")), "blinding not stated")
    parts = [DESIGNS[row["design"]], blinded]
    parts += [str(row["trial_population"])] if known(row.get("trial_population")) else []
    sizes = [f"{row[n]:,.0f}" for n in ("n_treated", "n_comparator") if known(row[n])]
    parts += [f"{' and '.join(sizes)} patients"] if sizes else []
    parts.append(f"{row['endpoint']}, {benefits.ROLES[row['endpoint_role']]}")
    return f"{row['trial_name']}: {'; '.join(parts)}: {benefits.MET[row['met']]}"


def between(evidence: Evidence, comparison: Comparison) -> list[Item]:
    """What may be said of the therapies against each other, a sentence each: trials, networks."""
    condition_id, ids = comparison.scenario.condition_id, comparison.therapy_ids
    names = {key: short_name(evidence.label("therapies", key)) for key in ids}
    rows = benefits.rows_by_condition(evidence).get(condition_id, ())
    said = []
    for (treated, other), studies in compared(evidence, condition_id, ids).items():
        own = [
            row
            for row in sorted(rows, key=best_first)
            if row["therapy_id"] == treated
            and row["comparator_kind"] == "active"
            and row["study"] in studies
        ]
        pair = f"{names[treated]} against {names[other]}, in one trial"
        said += [Item(f"{pair}: {outcome_text(row)}.", "", row["source_id"]) for row in own[:MET]]
    source_of = {row["row_id"]: row["source_id"] for row in rows}
    for network in networks_of(evidence, condition_id):
        key = str(network["network_id"])
        arms = [r for r in evidence.rows("network_arms", "network_id", key) if r["node"] in names]
        if len({row["node"] for row in arms}) < 2:
            continue
        behind = ";".join(dict.fromkeys(source_of[row["row_id"]] for row in arms))
        told = [
            wording.sentence(pair, names, str(network["in_words"]))
            for pair in indirect.comparisons(evidence, key)
            if {pair.treatment, pair.comparator} <= names.keys()
        ]
        told = told or [f"not computed. {declared(evidence, key).refused or NO_ESTIMATE}"]
        said.append(Item(f"{network['network']}: {' '.join(told)}", "", behind))
    return said or [Item("No trial and no network of our tables compares them.")]


def _whom(comparison: Comparison) -> Iterator[Line]:
    """Where a label contraindicates or boxes a therapy in other patients than this: a line each.

    The other columns of a line say what their labels have on the same.
    """
    strict = [
        row
        for column in comparison.columns
        for row in column.cautions
        if row["severity"] in STRICT and row["applies"] != "everyone" and not row["matches"]
    ]
    strict.sort(key=lambda row: STRICT.index(row["severity"]))
    for factor in dict.fromkeys(row["factor"] for row in strict):
        cells = [
            tuple(caution_item(row) for row in column.cautions if row["factor"] == factor)
            or one("none in our reading", "faint")
            for column in comparison.columns
        ]
        yield Line("In other patients: contraindicated or boxed", factor, tuple(cells))


def patients_per_year(comparison: Comparison) -> Mapping[str, int]:
    """The hospital's own number of patients by therapy; only those entered."""
    entered = dict(comparison.scenario.options.get(PATIENTS, {}))
    if wrong := [key for key in entered if key not in comparison.therapy_ids]:
        raise ValueError(f"{PATIENTS} names {wrong}; expected therapies that are compared")
    names = {
        key: name for key, (name, _) in zip(comparison.therapy_ids, comparison.heads, strict=True)
    }
    return {
        key: whole(f"patients per year on {names[key]}", count, 0, MOST_PATIENTS)
        for key, count in entered.items()
    }


def budget_lines(comparison: Comparison) -> Iterator[Line]:
    """The hospital's own patients, and what they cost: that of one, times their number.

    From low to high as the cost of one. A course is counted once a patient.
    """
    section = "The hospital's own patients, a year (US dollars)"
    counts = patients_per_year(comparison)
    told = (counts.get(key) for key in comparison.therapy_ids)
    yield Line(
        section,
        "Patients per year",
        tuple(one(NOT_ENTERED, "faint") if n is None else one(f"{n:,}") for n in told),
    )
    labels = {
        "Year one": "All in year one",
        "A later year": "All in a later year",
        "Per course": "One course each",
    }
    for label, (low, high, chronic) in care.SPANS.items():
        cells, some = [], False
        for key, column in zip(comparison.therapy_ids, comparison.columns, strict=True):
            row = column.cost(chronic)
            some |= row is not None
            if row is None:
                cells.append(one("not given in this way", "faint"))
            elif not known(row[low]):
                cells.append(one(f"not known: {row['reason']}", "faint", row["source_id"]))
            elif key not in counts:
                cells.append(one(NOT_ENTERED, "faint"))
            elif not row[high]:
                said = f"$0{later_note(row, ' a patient')}"
                cells.append(one(said, "warn", row["source_id"]))
            else:
                said = usd_range(row[low] * counts[key], row[high] * counts[key])
                cells.append(one(said, "strong", row["source_id"]))
        if some:
            yield Line(section, labels[label], tuple(cells))
