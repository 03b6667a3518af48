"""The site as files: one page for each question, and each condition's cells beside it as a script.

A page opened from a folder may not fetch, so cells come as scripts that hand themselves over.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

import compare
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.rows import known, split
from compare.pages.explorer import CAUTION, STYLE
from compare.pages.markup import NOTHING, html
from compare.pages.strip import conditions_of
from compare.site import cost, options, plain
from compare.site.states import WEIGHTS, asked

HERE = Path(__file__).parent
OPENING = "cidp"
AT = " Here for weights in whole kilograms, at the condition's usual height, sex not given."
NOTEBOOKS = "Only the notebooks, which need Python, have: "
Cells = Callable[[Evidence, str, Sequence[int], Sequence[str]], dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """A page: its name, the question it answers, what makes its cells, what it leaves out."""

    name: str
    short: str
    title: str
    cells: Cells
    left_out: str
    depends: str = "all"  # of the strip: all, history (and condition), condition, nothing

    @property
    def alone(self) -> bool:
        """Whether it is the same for every condition."""
        return self.depends == "nothing"

    @property
    def file(self) -> str:
        return "index.html" if self.name == "options" else f"{self.name}.html"


PAGES = (
    Page("options", "Options", "One patient: the options", options.states,
         "tests before the first dose, two to four therapies side by side, "
         "brands of IVIG, every caution in full."),
    Page("cost", "Cost", "What does a year cost?", cost.states,
         "the arithmetic behind each bar, other price bases, height and sex, own prices."),
    Page("side_effects", "Side effects", "What goes wrong, against what?", plain.side_effects,
         "other ways of counting, other comparators, every event.", depends="history"),
    Page("what_works", "What works", "What did the trials show?", plain.what_works,
         "other endpoints, networks against any reference, and trade-offs by your own weights.",
         depends="condition"),
    Page("claims", "Claims", "Is it true what an article says of IVIG?", plain.claims,
         "the claims priced at another weight.", depends="nothing"),
    Page("evidence", "The evidence", "What do the tables hold, how sure, how old?", plain.evidence,
         "every table for download, and your own data.", depends="condition"),
)  # fmt: skip


def write(
    evidence: Evidence,
    out: Path,
    weights: Sequence[int] = WEIGHTS,
    factors: Sequence[str] | None = None,
    conditions: Sequence[str] | None = None,
    processes: int | None = None,
) -> None:
    """Write the site into a folder, which is made; what it holds of an earlier site is replaced.

    `weights`: those that can be entered; `factors`: those that the history can hold; `conditions`:
    those whose cells are written (None: all). It takes minutes, on as many `processes` as given.
    """
    data = out / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    every = options.history_of(evidence)
    offered = [key for key in every if factors is None or key in factors]
    names = list(evidence.by_id("conditions") if conditions is None else conditions)
    work = [(page, name) for page in PAGES for name in (names[:1] if page.alone else names)]
    with ProcessPoolExecutor(processes) as several:
        made = several.map(partial(_made, evidence, weights, offered), work)
        for (page, name), cells in zip(work, made, strict=True):
            key = "all" if page.alone else name
            script = f"tc.take({json.dumps(page.name)}, {json.dumps(key)}, {cells});\n"
            (data / f"{page.name}-{key}.js").write_text(script, encoding="utf-8")
    (out / "site.js").write_text(_common(evidence, weights, offered), encoding="utf-8")
    (out / "site.css").write_text(
        f"{STYLE}\n{(HERE / 'site.css').read_text(encoding='utf-8')}", encoding="utf-8"
    )
    for page in PAGES:
        (out / page.file).write_text(shell(evidence, page), encoding="utf-8")


def size(folder: Path) -> str:
    """How many files, how large, and how large zipped; the largest page with its cells."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    zipped = sum(len(zlib.compress(path.read_bytes(), 9)) for path in files)
    largest = max(path.stat().st_size for path in files)
    whole = sum(path.stat().st_size for path in files)
    return (
        f"{len(files)} files, {whole / 1e6:.1f} MB, zipped {zipped / 1e6:.1f} MB; "
        f"the largest file {largest / 1e3:.0f} kB"
    )


def _made(evidence: Evidence, weights: Sequence[int], factors: Sequence[str],
          one: tuple[Page, str]) -> str:  # fmt: skip
    page, condition_id = one
    return _json(page.cells(evidence, condition_id, weights, factors))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _common(evidence: Evidence, weights: Sequence[int], factors: Sequence[str]) -> str:
    """The script, and what it knows of conditions and factors."""
    rows = evidence.by_id("factors")
    conditions = {}
    for name, key in conditions_of(evidence):
        usual = opening_patient(evidence, key)
        conditions[key] = {
            "name": name,
            "usual": {"weight": round(usual.weight_kg), "age": usual.age_years},
            "asked": [factor for factor in asked(evidence, key) if factor in factors],
        }
    known_ = {
        "weights": [min(weights), max(weights)],
        "conditions": conditions,
        "factors": {key: {"name": rows[key]["factor"]} for key in factors},
        "names": {key: row["factor"] for key, row in rows.items()},
        "relations": options.relations(evidence),
        "assumed": [
            [row["factor"], row["assumed_age_from"]]
            for row in rows.values()
            if known(row["assumed_age_from"]) and not known(row["only_sex"])
        ],
    }
    script = (HERE / "site.js").read_text(encoding="utf-8")
    # The browser's own list of suggestions finds synonyms in an option's label.
    found = "".join(
        html('<option value="{}" label="{}"></option>',
             rows[key]["factor"], "; ".join(split(rows[key]["synonyms"])))
        for key in factors
    )  # fmt: skip
    return f"{script}Object.assign(tc, {_json(known_)});\ntc.suggested = {_json(found)};\n"


def shell(evidence: Evidence, page: Page) -> str:
    """The page without its cells."""
    links = NOTHING.join(
        html('<a href="{}"{}>{}</a>', other.file,
             Markup(' aria-current="page"') if other is page else "", other.short)
        for other in PAGES
    )  # fmt: skip
    chosen = NOTHING.join(
        html('<option value="{}">{}</option>', key, name) for name, key in conditions_of(evidence)
    )
    stamp = f"Data of {evidence.data_date}, version {evidence.version} ({compare.__version__})."
    return html(
        FORM, page.title, page.name, "all" if page.alone else "", page.depends,
        OPENING, evidence.data_date,
        links, page.title, chosen, stamp, CAUTION,
        NOTEBOOKS + page.left_out + (AT if page.depends == "all" else ""),
    )  # fmt: skip


FORM = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="site.css">
<script src="site.js"></script></head>
<body class="tc-page" data-page="{}" data-alone="{}" data-depends="{}" data-opening="{}"
 data-date="{}">
<nav aria-label="Pages">{}</nav><h1>{}</h1>
<form onsubmit="return false">
<label>Condition<select id="condition">{}</select></label>
<label>Weight (kg)<input id="weight" type="number" step="1"></label>
<label>Weight, slider<input id="slider" type="range" step="1"></label>
<label>Age (years)<input id="age" type="number" min="0" max="120"></label>
<label>History<input id="search" list="factors" placeholder="type: clot, heart, TB"
 autocomplete="off"></label><datalist id="factors"></datalist>
<span id="chips"></span><button type="button" class="tc-act" id="new">New patient</button>
</form>
<div id="asked"></div><p id="said" role="status"></p>
<p class="tc-banner">{}<span id="days"></span> {}</p>
<p id="who"></p><p id="wrong" role="alert"></p>
<noscript><p>This page picks what it shows with the browser's own script, which is switched off
here. Nothing is fetched from anywhere.</p></noscript>
<main id="shown"></main>
<p id="foot">{}</p></body></html>
"""
