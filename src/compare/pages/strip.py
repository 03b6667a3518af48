"""The strip that every page begins with: patient and own prices, the same from page to page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from compare.authority.factors import excluded_by, patient_factors
from compare.authority.indications import needed_factors
from compare.cost.prices import BASES
from compare.data.cells import decoded
from compare.data.conditions import opening_patient
from compare.data.errors import DataError
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import Row, known, split
from compare.data.scenario import IN_ADDRESS, MEDICARE, Scenario, from_address, to_address
from compare.own import with_prices
from compare.pages.controls import (
    WRAP,
    Quiet,
    checkbox,
    labelled,
    layout,
    number_with_slider,
    reset,
    reveal,
    style,
)
from compare.pages.modules import module
from compare.pages.search import Search

QUICK_KG = (60, 80, 100)
DEFAULT_BASIS = "by who gives it"
# What everyone is told of is in nobody's history; nor is what age alone gives.
NOT_ASKED = {"universal"}
# What is asked for only where a regimen of the condition has this column.
NEEDED_BY = {("iv_dose", "iv_weeks"): "previous_iv_dose_factor", ("ige",): "ige_iu_ml_max"}
# A tab's storage holds five million characters.
MOST_CARRIED = 1_000_000
IN_TAB = "this tab"
Listener = Callable[[Mapping[str, Any]], None]


class History(anywidget.AnyWidget):
    """Search, chips and ticks over `history`, and the patient in address and tab of the browser.

    What the browser carries comes as the value of `wish` (a number, a space, an address, and below
    it own prices as CSV); `told` answers with that number and the present address. An empty address
    is a new patient. `prices` are those that the tab is to keep: nothing else ever holds them.
    Nothing is handed on before changes of the page's `controls` are in the address.
    """

    _esm = module("find", "unheard", "matching", "strip")
    history = traitlets.Instance(w.SelectMultiple).tag(sync=True, **w.widget_serialization)
    wish = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)
    told = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)
    prices = traitlets.Instance(w.Label).tag(sync=True, **w.widget_serialization)
    controls = traitlets.List(traitlets.Instance(w.Widget)).tag(sync=True, **w.widget_serialization)
    entries: traitlets.List[Any] = traitlets.List().tag(sync=True)


class Strip:
    """Condition and patient: controls by name, `shown`, and who listens to a change.

    `own` names what the reader has set: another condition changes the rest alone. `evidence` is
    `base` with the reader's own `prices`, the content of a file. `weighed` holds what was said on
    trade-offs (`Scenario.weighed`), carried along by every page.
    """

    def __init__(self, evidence: Evidence, condition_id: str) -> None:
        self.base = self.evidence = evidence
        self.prices, self.prices_name, self.refused = b"", IN_TAB, ""
        self.opening_id = condition_id
        self.own: set[str] = set()
        self.said = ""
        self.weighed: dict[str, Any] = {}
        self.listeners: list[Listener] = []
        self.quiet = Quiet()
        self._heard, self._address = 0, ""
        start = opening_patient(evidence, condition_id)
        weight, pair = number_with_slider("Weight (kg)", start.weight_kg, 1, 300, 0.5)
        self.factors = {
            key: row
            for key, row in evidence.by_id("factors").items()
            if row["factor_group"] not in NOT_ASKED
            and (known(row["only_sex"]) or not known(row["assumed_age_from"]))
        }
        named = [(row["factor"], key) for key, row in self.factors.items()]
        prices = [(f"payment limit or NADAC, {DEFAULT_BASIS}", "")]
        prices += [(name, key) for key, name in BASES.items()]
        self.controls: dict[str, w.Widget] = {
            "condition": labelled(
                w.Dropdown, "Condition", options=conditions_of(evidence), value=condition_id
            ),
            "weight": weight,
            "age": number("Age (years)", start.age_years, 120),
            "history": labelled(w.SelectMultiple, "History", options=named),
            "height": number("Height (cm), 0: not known", start.height_cm or 0, 250),
            "sex": labelled(
                w.Dropdown,
                "Sex",
                options=[("not given", ""), ("female", "female"), ("male", "male")],
            ),
            "price": labelled(w.Dropdown, "Price", options=prices),
            "payer": checkbox(
                "The payer is Medicare", tooltip="Prices that Medicare negotiated count"
            ),
            "iv_dose": number("Earlier IV dose (g), 0: none", 0, 300),
            "iv_weeks": number("Weeks between IV doses", 0, 12),
            "ige": number("IgE (IU/mL), 0: not known", 0, 100_000),
        }
        self.history = History(
            history=self.controls["history"],
            wish=w.Label(style=style(w.Label), layout=layout()),
            told=w.Label("{}", style=style(w.Label), layout=layout()),
            prices=w.Label(style=style(w.Label), layout=layout()),
            entries=[searched(row) for row in self.factors.values()],
            layout=layout(),
        )
        self.history.wish.observe(self.on_wish, names="value")
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self.on_change(name, change), names="value")
        quick = [labelled(w.Button, f"{kg} kg", "64px") for kg in QUICK_KG]
        for kg, button in zip(QUICK_KG, quick, strict=True):
            button.on_click(lambda _, kg=kg: setattr(weight, "value", kg))
        self.search = Search(
            label="Condition",
            choice=self.controls["condition"],
            about=about_conditions(evidence),
            layout=layout(),
        )
        first = [self.search, self.controls["weight"], self.controls["age"]]
        rest = ("height", "sex", "price", "payer", "iv_dose", "iv_weeks", "ige")
        row = w.HBox([*first, self.history], layout=layout())
        row.add_class("tc-strip")
        more = w.HBox(
            [pair.children[1], *quick, *(self.controls[name] for name in rest)], layout=WRAP
        )
        more.add_class("tc-more")
        reveal(more, False)
        self.shown: list[w.Widget] = [row, more]
        self.offer()
        self.tell()

    def patient(self) -> Patient:
        """The patient as set. Raises `ValueError` for what cannot be a person."""
        get = {name: control.value for name, control in self.controls.items()}
        return Patient(
            weight_kg=get["weight"],
            age_years=get["age"],
            height_cm=get["height"] or None,
            sex=get["sex"] or None,
            factors=frozenset(get["history"]),
            iv_dose_g=get["iv_dose"] or None,
            iv_interval_weeks=get["iv_weeks"] or None,
            ige_iu_ml=get["ige"] or None,
        )

    def scenario(self, **more: Any) -> Scenario:
        """Condition, patient, price basis and payer, and what a page adds of its own."""
        get = {name: control.value for name, control in self.controls.items()}
        if get["payer"]:
            more["options"] = {**more.get("options", {}), "payer": MEDICARE}
        return Scenario(get["condition"], self.patient(), price_basis=get["price"] or None, **more)

    def on_change(self, name: str, change: Mapping[str, Any]) -> None:
        """The reader has set one: adapt what is not his own, tell those who listen."""
        if self.quiet:
            return
        self.own.add(name)
        self.said = ""
        with self.quiet:
            if name == "condition":
                self.weighed = {}
                self.to_condition()
            elif name == "history":
                self.part_twins(change["old"], change["new"])
            self.offer()
        self.tell()  # at once: the browser carries it while the page computes
        self.publish(change)

    def publish(self, change: Mapping[str, Any]) -> None:
        """Show what follows from a change."""
        for listener in self.listeners:
            listener(change)

    def to_condition(self) -> None:
        """What the reader has not set, as the condition opens."""
        start = opening_patient(self.evidence, self.controls["condition"].value)
        usual = {"weight": start.weight_kg, "age": start.age_years, "height": start.height_cm or 0}
        for name, value in usual.items():
            if name not in self.own:
                self.controls[name].value = value

    def part_twins(self, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        """Of two that exclude one another the one chosen last stays, and it is said which goes."""
        kept: list[str] = [key for key in after if key in before]
        gone: list[str] = []
        for key in (key for key in after if key not in before):
            excluded = excluded_by(self.evidence, [key])
            gone += [other for other in kept if other in excluded]
            kept = [other for other in kept if other not in excluded] + [key]
        if gone:
            self.controls["history"].value = tuple(kept)
            names = " and ".join(f"“{self.factors[key]['factor']}”" for key in gone)
            self.said = f"Taken off, since both cannot be: {names}."

    def of(self, base: Evidence, prices: bytes, name: str = IN_TAB) -> None:
        """Of other evidence and own prices: its conditions; the present one stays where it can.

        Raises `DataError` where the prices cannot be used; nothing is then changed.
        """
        self.evidence = with_prices(base, prices, name) if prices else base
        prices = decoded(prices)[0].encode()
        self.base, self.prices, self.prices_name, self.refused = base, prices, name, ""
        control, options = self.controls["condition"], conditions_of(base)
        if options != list(control.options):
            self.search.about = about_conditions(base)
            with self.quiet:
                reset(control, options)
                self.to_condition()
                self.offer()
        self.tell()

    def rebase(self, base: Evidence) -> None:
        """Of other evidence with the same own prices; where they never fitted, still without.

        Raises `DataError` where they fitted, and no longer would; nothing is then changed.
        """
        kept, name, refused = self.prices, self.prices_name, self.refused
        try:
            self.of(base, kept, name)
        except DataError as error:
            if not refused:
                raise
            self._without(base, kept, error)

    def carry(self, text: str) -> None:
        """Take own prices that the tab keeps; where they cannot be used here, say so, keep them."""
        prices = text.encode(errors="replace")
        if prices == self.prices:
            return
        try:
            self.of(self.base, prices)
        except DataError as error:
            self._without(self.base, prices, error)

    def _without(self, base: Evidence, prices: bytes, error: DataError) -> None:
        self.of(base, b"")
        self.prices = prices
        self.refused = f"Your own prices are not used on this page: {error.problems[0]}."
        self.tell()

    def offer(self) -> None:
        """Earlier immunoglobulin and IgE are asked for where a regimen needs them."""
        rows = self.evidence.rows("regimens", "condition_id", self.controls["condition"].value)
        for names, column in NEEDED_BY.items():
            needed = any(known(row[column]) for row in rows)
            for name in names:
                reveal(self.controls[name], needed or bool(self.controls[name].value))

    def on_wish(self, change: Mapping[str, Any]) -> None:
        """The browser carries a patient: take it whole, or open as the page does and say why."""
        number, _, carried = change["new"].partition(" ")
        address, _, prices = carried.partition("\n")
        self.carry(prices)
        self._heard = int(number)
        another = address != (self._address if self.own or self.weighed else "")
        self.said = ""
        with self.quiet:
            self.own.clear()
            self.weighed = {}
            try:
                scenario, usual = self.read(address) if address else (None, frozenset())
            except ValueError as error:
                scenario, usual = None, frozenset()
                self.said = f"This link was not opened: {error}. Enter the patient anew."
            if scenario is None:
                self.clear()
            else:
                self.take(scenario)
                self.own = set(IN_ADDRESS) - usual
                if scenario.criteria:
                    self.weighed = scenario.weighed
        condition = self.controls["condition"]
        change = {"owner": condition, "new": condition.value, "name": "value"}
        self.publish(change | {"another": another})
        self.tell()

    def read(self, address: str) -> tuple[Scenario, frozenset[str]]:
        """Scenario and what is not the reader's own. Raises `ValueError` in one sentence."""
        scenario, usual = from_address(address)
        if scenario.condition_id not in [key for _, key in self.controls["condition"].options]:
            raise ValueError("its condition is not in our tables")
        factors = scenario.patient.factors
        if not factors <= self.factors.keys():
            raise ValueError("its history holds something that is not in our tables")
        if factors & excluded_by(self.evidence, factors):
            raise ValueError("its history holds two things that exclude one another")
        if (scenario.price_basis or "") not in {"", *BASES}:
            raise ValueError("its price is not one of ours")
        return scenario, usual - {"condition"}

    def take(self, scenario: Scenario) -> None:
        """Set every control to a scenario, without telling anybody; all of it is the reader's."""
        patient = scenario.patient
        values = {
            "condition": scenario.condition_id,
            "weight": patient.weight_kg,
            "age": patient.age_years,
            "height": patient.height_cm or 0,
            "sex": patient.sex or "",
            "price": scenario.price_basis or "",
            "payer": scenario.medicare,
            "history": tuple(key for key in self.factors if key in patient.factors),
            "iv_dose": patient.iv_dose_g or 0,
            "iv_weeks": patient.iv_interval_weeks or 0,
            "ige": patient.ige_iu_ml or 0,
        }
        with self.quiet:
            for name, value in values.items():
                self.controls[name].value = value
            self.own |= values.keys()
            self.offer()

    def clear(self) -> None:
        """As the page opens, nothing being the reader's own."""
        start = opening_patient(self.evidence, self.opening_id)
        nobody = Patient(start.weight_kg, start.age_years, start.height_cm)
        self.take(Scenario(self.opening_id, nobody))
        self.own.clear()

    def tell(self) -> None:
        """Tell the browser which patient to carry, and what to draw beside the history."""
        try:
            usual = [name for name in IN_ADDRESS if name not in self.own]
            self._address = to_address(self.scenario(**self.weighed), usual)
        except ValueError:
            pass  # the page says what is wrong; what was carried before stays
        places = list(self.factors)
        condition_id = self.controls["condition"].value
        asked = [places.index(key) for key in needed_factors(self.evidence, condition_id)]
        prices = self.prices.decode()
        self.history.prices.value = prices if len(prices) <= MOST_CARRIED else ""
        own = own_prices(self.evidence)
        said = [self.refused, self.said or self.implied()]
        if len(prices) > MOST_CARRIED:
            said.insert(0, "So many own prices are used on this page only.")
        state = {
            "to": self._heard,
            "text": self._address,
            "set": bool(self.own or self.weighed),
            "asked": asked,
            "said": " ".join(filter(None, said)),
            "prices": str(own) if own else "not used here" if self.refused else "",
        }
        self.history.told.value = json.dumps(state)

    def implied(self) -> str:
        """What counts as well, because of what was chosen, of age or sex; with the reason."""
        condition_id = self.controls["condition"].value
        always = split(self.evidence.by_id("conditions")[condition_id]["implied_factors"])
        try:
            found = patient_factors(self.evidence, self.patient(), condition_id)
        except ValueError:
            return ""
        given = {*self.controls["history"].value, *always}
        told = [
            f"{self.evidence.label('factors', key)} ({why})"
            for key, why in found.items()
            if key not in given
        ]
        return f"Counts as well: {'; '.join(told)}." if told else ""


@kept(1)
def own_prices(evidence: Evidence) -> int:
    """How many prices are the reader's own."""
    return int(evidence.prices["price_basis"].eq("own").sum())


def number(name: str, value: float, high: float) -> w.BoundedFloatText:
    """A box for a number from 0."""
    return labelled(w.BoundedFloatText, name, value=value, min=0, max=high)


def searched(row: Row) -> dict[str, Any]:
    """What the browser searches and shows of a factor."""
    return {"name": row["factor"], "words": split(row["synonyms"]), "gloss": row["gloss"]}


def about_conditions(evidence: Evidence) -> dict[str, list[str]]:
    """By a condition's name its specialty, short name and synonyms."""
    return {
        row["condition"]: [row["specialty"], row["short_name"], *split(row["synonyms"])]
        for row in evidence.by_id("conditions").values()
    }


def conditions_of(evidence: Evidence) -> list[tuple[str, str]]:
    """(name, id) of each condition, by name."""
    named = [(row["condition"], key) for key, row in evidence.by_id("conditions").items()]
    return sorted(named, key=lambda pair: pair[0].lower())
