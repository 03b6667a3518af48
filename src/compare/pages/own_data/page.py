"""The page for the reader's own data: prices, CMS's next file, a therapy; before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from compare import cost, own
from compare.cost.money import PAID
from compare.cost.prices import KINDS as KIND_NAMES
from compare.cost.prices import basis_text
from compare.data.cells import MAX_BYTES
from compare.data.conditions import opening_patient, within
from compare.data.errors import DataError
from compare.data.evidence import Evidence, Loaded
from compare.data.rows import Row, known
from compare.data.scenario import Scenario
from compare.own import with_asp_file, with_prices, with_therapy
from compare.own.before_after import COLUMNS as COLUMNS_SAVED
from compare.own.one_price import added, rows_of
from compare.own.prices import COLUMNS as COLUMNS_OF_PRICES
from compare.pages.controls import WRAP, fold, heading, labelled, words
from compare.pages.explorer import Explorer, sentence
from compare.pages.files import File
from compare.pages.markup import NOTHING, behind, csv_text, html, noted, table, text
from compare.pages.own_data import sentences as findings
from compare.pages.own_data.form import PriceForm
from compare.pages.picker import FilePicker
from compare.pages.strip import IN_TAB
from compare.words import Finding, short_name, usd, usd_range

KINDS = {
    "therapy": "Tables of a therapy (CSV files)",
    "asp_file": "CMS payment-limit file (CSV)",
    "prices": "Own prices (CSV)",
}
Files = Mapping[str, Mapping[str, bytes]]
EXAMPLE = b"code,billing_qty,billing_unit,usd_per_billing_unit\nJ1561,500,mg,40\nJ9334,2,mg,30\n"
REPORT_COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "prices": {
        "Product": "product",
        "Code": "code",
        "Route": "route",
        "Your price": "price",
        "Payment limit": lambda r: text(r["price_before"]) or "none",
        "In force": "in_force",
        "Remark": "remark",
    },
    "asp_file": {
        "Change": "change",
        "Code": "code",
        "Products": "products",
        "Limit before": lambda r: text(r["limit_before"]) or "none",
        "Limit now": lambda r: text(r["limit_after"]) or "none",
        "Change per mg": lambda r: f"{r['change_pct']:+.1f}%" if known(r["change_pct"]) else "",
        "Remark": "remark",
    },
    "therapy": {"Table": "table", "Rows added": "rows"},
}


@dataclass(frozen=True)
class View:
    """What the page shows."""

    difference: list[Row]
    standing: list[Row]
    finding: Finding
    loaded: tuple[Loaded, ...]


def opening(evidence: Evidence, condition_id: str = "cidp") -> Scenario:
    """The scenario with which the page opens."""
    return Scenario(condition_id, opening_patient(evidence, condition_id))


def with_files(evidence: Evidence, files: Files) -> Evidence:
    """Evidence with CMS's file and the therapy, in the order of `compare.load`; prices come after.

    `files` holds, by kind, contents by name. Raises `DataError`; nothing is ever half loaded.
    """
    for name, content in files.get("asp_file", {}).items():
        evidence = with_asp_file(evidence, content, name)
    return with_therapy(evidence, files["therapy"]) if files.get("therapy") else evidence


def example(evidence: Evidence) -> Evidence:
    """Evidence with two made-up own prices, so that a reviewer's check has something to compare."""
    return with_prices(evidence, EXAMPLE, "example.csv")


def view(before: Evidence, after: Evidence, scenario: Scenario) -> View:
    """Costs before and after for one scenario; a pure function of its arguments."""
    costs = own.difference.rows(before, after, scenario.condition_id, scenario.patient)
    name = within(after, scenario.condition_id)
    of = scenario.condition_id, scenario.patient, scenario.medicare
    standing = own.standing(before, after, *of)
    finding = findings.changed(standing, costs, name, bool(after.loaded))
    return View(costs, standing, finding, after.loaded)


def digest(shown: View) -> str:
    """Every cost before and after, as text for a reviewer's comparison."""
    lines = [str(shown.finding), *(loaded.text for loaded in shown.loaded)]
    for row in shown.difference:
        name, _ = PAID[row["use"] == "chronic"]
        before, after = row[f"{name}_before"], row[f"{name}_after"]
        lines.append(
            f"{row['product_id']} | {row['regimen_id']} | {row['changed']} | "
            f"{before:.2f} to {after:.2f}"
        )
    return "\n".join(lines)


def lines_of_code(files: Files, scenario: Scenario) -> str:
    """The two lines of Python that give the same table."""
    given = {kind: list(files.get(kind, {})) for kind in ("asp_file", "prices")}
    parts = [f"{kind}={names[0]!r}" for kind, names in given.items() if names]
    if files.get("therapy"):
        parts.append('therapy="folder of the tables"')
    more = [
        f"evidence = own.with_{kind}(evidence, {name!r})\n"
        for kind, names in given.items()
        for name in names[1:]
    ]
    patient = scenario.patient
    who = f"compare.Patient({patient.weight_kg:g}, {patient.age_years:g})"
    return (
        f"evidence = compare.load({', '.join(parts) or 'prices=' + repr('ours.csv')})\n"
        f"{''.join(more)}"
        f"own.difference(compare.load(), evidence, {scenario.condition_id!r}, {who})"
    )


def money(row: Mapping[str, Any], when: str) -> str:
    """Year one, or a course, before or after."""
    chronic = row["use"] == "chronic"
    low, high = (row[f"{name}_{when}"] for name in PAID[chronic])
    if not known(low):
        return row[f"reason_{when}"] or "not there"
    return usd_range(low, high) + ("" if chronic else " per course")


def changed(row: Mapping[str, Any]) -> str:
    """In words, with dollars and percent where both figures are there."""
    told = ""
    if known(row["change_usd"]) and row["changed"] in ("higher", "lower"):
        sign = "+" if row["change_usd"] >= 0 else "-"
        told = f"{sign}{usd(abs(row['change_usd']))}, {row['change_pct']:+.1f}%"
    return noted(row["changed"], told)


def basis(row: Mapping[str, Any]) -> str:
    """Price basis after, and before where it was another."""
    after, before = row["price_basis_after"], row["price_basis_before"]
    moved = known(before) and before != after
    said = basis_text(after) if known(after) else ""
    return noted(said, f"before: {basis_text(before)}" if moved else "")


COLUMNS: Mapping[str, Any] = {
    "Therapy": lambda r: noted(short_name(r["therapy"]), r["product"]),
    "Regimen": "regimen",
    "Year one, before": lambda r: money(r, "before"),
    "Year one, after": lambda r: money(r, "after"),
    "Change": changed,
    "Price, after": basis,
}


def stands(row: Mapping[str, Any], when: str) -> Markup:
    """Dollars, product and kind of price of what stands for a therapy, before or after."""
    if not known(row[f"low_{when}"]):
        return text(row[f"reason_{when}"] or "not there")
    said = usd_range(row[f"low_{when}"], row[f"high_{when}"])
    said += "" if row["chronic"] else " per course"
    return noted(said, f"{row[f'product_{when}']}, {KIND_NAMES[row[f'price_kind_{when}']]}")


STANDING: Mapping[str, Any] = {
    "Therapy": lambda r: html("{}{}", short_name(r["therapy"]), " *" if r["changed"] else ""),
    "Before": lambda r: stands(r, "before"),
    "With your data": lambda r: stands(r, "after"),
}

TODAY_STANDING: Mapping[str, Any] = {"Therapy": STANDING["Therapy"], "Today": STANDING["Before"]}

TODAY: Mapping[str, Any] = {
    "Therapy": COLUMNS["Therapy"],
    "Regimen": "regimen",
    "Year one": lambda r: money(r, "after"),
    "Price": basis,
}


SCREEN = "tc-screen"  # what is of no use on paper


def problems(error: DataError) -> Markup:
    """Everything wrong with a file, one line each."""
    shown = error.problems[: error.shown]
    items = NOTHING.join(html("<li>{}</li>", problem) for problem in shown)
    more = len(error.problems) - len(shown)
    return html("<ul>{}</ul>", items) + (html("<p>and {} more</p>", more) if more > 0 else "")


def not_loaded(names: str, why: str) -> Markup:
    """What stands above everything wrong with a file, `why`."""
    return html("<p><b>{} was not loaded; nothing has changed.</b></p>{}", names, why)


class OwnDataExplorer(Explorer, view=view, digest=digest):
    """File pickers for own prices, CMS's file and a therapy, and what they change.

    `evidence` is that with everything loaded so far, to go on with in code, `project` that without.
    Own prices are the strip's, which carries them; files of the other kinds are this page's alone.
    """

    def __init__(self, evidence: Evidence, condition_id: str = "cidp", **more: Any) -> None:
        super().__init__(evidence, condition_id, **more)
        self.project = evidence
        self.files: dict[str, dict[str, bytes]] = {}
        shown = {
            kind: FilePicker(name, self.not_loaded, accept=".csv", multiple=kind == "therapy")
            for kind, name in KINDS.items()
        }
        self.pickers = {kind: picker.upload for kind, picker in shown.items()}
        for kind, picker in self.pickers.items():
            picker.observe(lambda change, kind=kind: self.on_file(kind, change), names="value")
        self.form = PriceForm(self.use_price, self.say)
        self.form.of(evidence, self.controls["condition"].value)
        form = self.form
        self.uploads = [*self.pickers.values(), form.product, form.price, form.unit]
        self.reset = labelled(w.Button, "Back to the project's data")
        self.reset.on_click(lambda _: self.forget())
        self.message = words().add_class("tc-status")
        chosen = [shown[kind] for kind in ("prices", "asp_file", "therapy")]
        first, rest = self.downloads("own_prices"), self.downloads("tables")
        to_fill_in = fold("Tables of a therapy to fill in", [first], [rest])
        self.start(
            [
                heading("One price"),
                self.form.row,
                self.message,
                self.status,
                self.finding,
                self.panel("standing"),
                heading("Many prices, or other data: a file").add_class(SCREEN),
                w.HBox([*chosen, self.reset], layout=WRAP),
                self.panel("loaded"),
                heading("Before and after"),
                self.panel("difference"),
                self.panel("code").add_class(SCREEN),
                self.downloads(),
                self.panel("to_fill_in").add_class(SCREEN),
                *(part.add_class(SCREEN) for part in to_fill_in),
            ]
        )

    def on_file(self, kind: str, change: Mapping[str, Any]) -> None:
        """A file was chosen: take it whole, or say what is wrong and change nothing."""
        if self.quiet or not change["new"]:
            return
        given = {str(item["name"]): bytes(item["content"]) for item in change["new"]}
        files = dict(self.files)
        try:
            if kind == "prices":
                ((name, prices),) = given.items()
                # An empty file says nothing; no file at all would forget the prices there are.
                self.strip.of(self.strip.base, prices or b"\n", name)
            else:
                files[kind] = given
                self.strip.rebase(with_files(self.project, files))
        except Exception as error:
            why = problems(error) if isinstance(error, DataError) else sentence(error)
            self.message.value = not_loaded(", ".join(given), why)
            self.show_chosen(kind, change["old"])
        else:
            self.files, self.message.value = files, ""
            self.refresh()

    def say(self, why: str) -> None:
        """One sentence on what was typed; nothing has changed."""
        self.message.value = html("<p>{}</p>", why)

    def use_price(self, row: Mapping[str, Any]) -> None:
        """One price was entered: use it beside those that there are."""
        strip = self.strip
        try:
            strip.of(strip.base, added(strip.prices, row))
        except DataError as error:
            self.say(f"This price is not used: {error.problems[0].expected}.")
            return
        self.message.value = self.price_note(row["product_id"])
        self.form.price.value = ""
        self.refresh()

    def price_note(self, product_id: str) -> Markup:
        """What to know of the price just entered: far from the limit, or no cost from it yet."""
        report = self.evidence.loaded[-1].report
        mine = report["product"].eq(self.evidence.label("products", product_id))
        told = [f"{remark}." for remark in dict.fromkeys(report.loc[mine, "remark"]) if remark]
        scenario = self.scenario()
        costs = cost.annual_cost(self.evidence, scenario.condition_id, scenario.patient)
        its = costs[costs["product_id"].eq(product_id)]
        if its["price_kind"].eq("").all():
            told += [f"No cost yet: {why}." for why in dict.fromkeys(its["reason"])]
        return NOTHING.join(html("<p>{}</p>", said[0].upper() + said[1:]) for said in told)

    def not_loaded(self, names: str, why: str) -> None:
        """The browser has not sent what was chosen."""
        self.message.value = not_loaded(names, html("<ul><li>{}</li></ul>", why))

    def show_chosen(self, kind: str, chosen: Any) -> None:
        """Let a picker count the files that are loaded, and not those that were refused."""
        with self.quiet:
            self.pickers[kind].value = chosen

    def forget(self) -> None:
        """Back to the project's own data."""
        self.files, self.message.value = {}, ""
        for kind in self.pickers:
            self.show_chosen(kind, ())
        self.strip.of(self.project, b"")
        self.refresh()

    def adapt(self, change: Mapping[str, Any]) -> None:
        """Another condition has other products; own prices may have been forgotten in the strip."""
        self.message.value = ""
        self.form.of(self.strip.base, self.controls["condition"].value)
        if not self.strip.prices:
            self.show_chosen("prices", ())

    def compute(self) -> View:
        return view(self.project, self.evidence, self.scenario())

    def show(self, computed: View) -> None:
        self.finding.value = computed.finding
        self.panels["loaded"].value = self.loaded_text(computed)
        columns, when = TODAY_STANDING, " today"
        if computed.loaded:
            columns, when = STANDING, " (* changed)"
        caption = f"This patient: what stands for each therapy{when}"
        self.panels["standing"].value = table(computed.standing, columns, caption, "No cost here.")
        self.panels["difference"].value = self.difference_text(computed)
        self.panels["code"].value = html(
            "<p>The same in two lines of Python (after <code>import compare</code> and "
            "<code>from compare import own</code>):</p>"
            '<pre class="tc-code">{}</pre>',
            lines_of_code(self.files | self.own_prices, self.scenario()),
        )
        self.panels["to_fill_in"].value = html(
            "<h2>Files to fill in</h2>"
            "<p>Own prices: <code>own_prices.csv</code>. Name a code, or a product and a route; "
            "one price pays for <code>billing_qty</code> of <code>billing_unit</code> (mg, g, mcg, "
            "device, day). A decimal point, dates as YYYY-MM-DD. The rows in it are examples.</p>"
            "<p>All files chosen together: {} million bytes at most.</p>"
            "<p>A therapy of your own: fill in the tables that you need and choose them together. "
            "A cost needs therapies, products, presentations, product_codes, prices, regimens and "
            "sources. Columns are explained in the data dictionary (<code>data/README.md</code>)."
            "</p>",
            MAX_BYTES // 1_000_000,
        )
        first, *rest = (
            File(name, name, partial(str, content))
            for name, content in own.templates(self.project).items()
        )
        self.panels["own_prices"].offer([first])
        self.panels["tables"].offer(rest)

    @property
    def own_prices(self) -> dict[str, dict[str, bytes]]:
        """The file of own prices as one of `files`, by the name under which it can be saved."""
        strip = self.strip
        name = "own_prices.csv" if strip.prices_name == IN_TAB else strip.prices_name
        return {"prices": {name: strip.prices}} if strip.prices else {}

    def saved(self, computed: View) -> Iterator[File]:
        costs, named = computed.difference, ("before-after", *self.about)
        yield self.csv("Save before and after (CSV)", costs, COLUMNS_SAVED, *named)
        if prices := self.strip.prices:
            yield File(
                "Save own prices (CSV)", "own_prices.csv",
                lambda: csv_text(rows_of(prices), COLUMNS_OF_PRICES),
            )  # fmt: skip

    def cited(self, computed: View) -> Iterable[Sequence[Row]]:
        return (computed.difference,)

    def difference_text(self, computed: View) -> Markup:
        """What changed; before anything is loaded, the costs of today."""
        costs = computed.difference
        if not computed.loaded:
            today = table(
                costs, TODAY, "Costs today, beside which yours will stand", "No cost here."
            )
            return html("<details><summary>Show the figures</summary>{}</details>", today)
        moved = [row for row in costs if row["changed"] != "same"]
        rest = len(costs) - len(moved)
        after = html("<p>{} costs are the same as before.</p>", rest) if rest and moved else ""
        changes = "Costs that your data change"
        return table(moved, COLUMNS, changes, "No cost differs from before.") + after

    def loaded_text(self, computed: View) -> Markup:
        """What each loaded file has changed."""
        parts = []
        for loaded in computed.loaded:
            parts.append(html("<p><b>Loaded.</b> {}</p>", loaded.text))
            shown = loaded.report
            if loaded.kind == "asp_file":
                shown = shown[shown["change"].ne("updated")]
            rest, columns = loaded.report.drop(shown.index), REPORT_COLUMNS[loaded.kind]
            caption = "What needs a look" if len(rest) else f"In {loaded.name}"
            fine = "Every code that we know was updated; nothing else needs a look."
            parts.append(table(shown, columns, caption, fine))
            if len(rest):
                updated = table(rest, columns, "Updated codes")
                parts.append(behind(f"{len(rest)} codes updated", updated))
        return NOTHING.join(parts)
