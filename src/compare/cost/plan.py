"""The chain from a regimen to money: dose, visits, vials, billing units, limit, administration.

`Plan.money` is the one vectorized core that prices any number of patients; `cost` makes tables
of it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.cost import administration, schedule
from compare.cost.containers import some
from compare.cost.money import PAID, PLACES, SPANS, YEARLY, Money, span_of
from compare.cost.phases import ENDS, Floats, PricedPhase, whole_devices
from compare.cost.prices import BASES, KIND_OF, NEGOTIATED, SHORT, PriceBook, Tariff, price_book
from compare.cost.reasons import NO_BAND, NO_IGE_BAND, PART_B_NOTE, no_dose
from compare.cost.schedule import Phase
from compare.data.arguments import number, one_of
from compare.data.conditions import check_condition
from compare.data.evidence import Evidence, kept
from compare.data.patient import Patient
from compare.data.rows import LEADING, grouped, known

One = tuple[Mapping[str, float], str]
AROUND_KG = np.arange(-32, 32.5, 0.5)
PROFESSIONAL_FIRST = ("asp_payment_limit", "nadac")
SELF_FIRST = ("nadac", "asp_payment_limit")


@dataclass(frozen=True)
class Plan:
    """One regimen bought as one product on one price basis, ready to be priced for any weight."""

    therapy_id: str
    product_id: str
    regimen_id: str
    rows: tuple[PricedPhase, ...]
    fees: administration.Fees = field(repr=False)
    label_status: str = "in label"
    cycle_days: float | None = None
    ideal_weight: bool = False

    @property
    def first(self) -> Phase:
        """The regimen's first row: what holds for the whole regimen is read from it."""
        return self.rows[0].phase

    @property
    def chronic(self) -> bool:
        """Whether the regimen is costed per year (else per course)."""
        return bool(self.first["use"] == "chronic")

    @functools.cached_property
    def per(self) -> frozenset[str]:
        """What of a patient's size counts for more than for which bands fit: kg, m2, both, none."""
        return frozenset().union(*(row.per for row in self.rows))

    @property
    def ends(self) -> bool:
        """Whether a yearly regimen has a last dose."""
        return self.chronic and all(schedule.ends(row.phase) for row in self.rows)

    @property
    def year_two(self) -> Plan | None:
        """What a regimen that ends has due in its second year, as the first of a plan; or None."""
        due = [(row, schedule.second_year(row.phase)) for row in self.rows if self.ends]
        rows = tuple(replace(row, phase=phase) for row, phase in due if phase is not None)
        return replace(self, rows=rows) if rows else None

    @property
    def tariffs(self) -> list[Tariff]:
        """What pays for its phases, of those that have a price."""
        return [row.tariff for row in self.rows if isinstance(row.tariff, Tariff)]

    @property
    def price_basis(self) -> str:
        """Basis, or bases joined by ` + `, on which the plan is priced; empty where it is not."""
        return " + ".join(dict.fromkeys(one.price_basis for one in self.tariffs))

    @property
    def price_kind(self) -> str:
        """Kind of the price of the last phase that has one, which is maintenance; else empty.

        Earlier phases may be of another kind: see `mixed_kinds`.
        """
        return self._kinds[-1] if self._kinds else ""

    @property
    def mixed_kinds(self) -> bool:
        """Whether prices of more than one kind are added up."""
        return len(set(self._kinds)) > 1

    @property
    def _kinds(self) -> list[str]:
        return [KIND_OF[one.price_basis] for one in self.tariffs]

    @property
    def source_ids(self) -> str:
        """Sources of the schedule, of the prices, and of the fees where giving it is paid."""
        used = [str(row.phase["source_id"]) for row in self.rows]
        used += [one.source_id for one in self.tariffs]
        if any(any(administration.classes(row.phase)) for row in self.rows):
            used.append(self.fees.source_id)
        return ";".join(dict.fromkeys(used))

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of the prices: another basis, another device, the method of a limit."""
        found = [note for row in self.rows for note in row.notes]
        found += [f"{SHORT[o.price_basis]}: {o.method_note}" for o in self.tariffs if o.method_note]
        return tuple(dict.fromkeys(found))

    @functools.cached_property
    def usual(self) -> Plan:
        """The plan at the usual dose: as the source names it, else the middle of its range."""
        return replace(self, rows=tuple(row.usual() for row in self.rows))

    def at(self, weight_kg: float) -> Plan:
        """The plan with only the weight bands of this patient (with all where none fits)."""
        weight = np.array([weight_kg])
        rows = tuple(row for row in self.rows if row.fits(weight)[0])
        return replace(self, rows=rows) if rows and len(rows) < len(self.rows) else self

    def of(self, patient: Patient) -> Plan:
        """The plan with what labels dose by beside weight: the earlier intravenous dose, IgE."""
        plan, dose_g, weeks = self, patient.iv_dose_g, patient.iv_interval_weeks
        if dose_g is not None and weeks is not None:
            plan = replace(plan, rows=tuple(row.after_iv(dose_g / weeks) for row in plan.rows))
        return plan if patient.ige_iu_ml is None else plan.at_ige(patient.ige_iu_ml)

    def at_ige(self, ige_iu_ml: float) -> Plan:
        """The plan for one level of IgE."""
        return replace(self, rows=tuple(replace(row, ige_iu_ml=ige_iu_ml) for row in self.rows))

    def alternatives(self) -> tuple[Plan, ...]:
        """The plan at one IgE inside each of its bands where IgE is not known; else itself."""
        bands = {
            (row.phase["ige_iu_ml_min"], row.phase["ige_iu_ml_max"])
            for row in self.rows
            if row.by_ige and row.ige_iu_ml is None
        }
        ends = sorted(
            (low if known(low) else 0.0, high if known(high) else 1e5) for low, high in bands
        )
        return tuple(self.at_ige((low + high) / 2) for low, high in ends) or (self,)

    @functools.cached_property
    def _banded(self) -> bool:
        ends = ("weight_kg_min", "weight_kg_max")
        return any(known(row.phase[end]) for row in self.rows for end in ends)

    @functools.cached_property
    def _last(self) -> dict[tuple[Any, ...], tuple[Floats, Money, dict[int, One]]]:
        """Of the last patient alone: weights, what each costs, and the same in numbers by place."""
        return {}

    def one(self, weight_kg: float, surface_m2: float) -> One:
        """`money` of one patient: its columns as plain numbers, and the reason. Shared.

        Where weight alone counts, the weights around are priced as well: a page asks for one after
        the other, and a hundred take little longer. Where no size counts, all whom the same bands
        fit are one.
        """
        weights, around = np.array([weight_kg]), self.per == {"kg"}
        asked: tuple[Any, ...] = ()
        if self.per and not around:
            asked = weight_kg, surface_m2
        elif self._banded and not around:
            asked = tuple(bool(row.fits(weights)[0]) for row in self.rows)
        kept = self._last.get(asked)
        place = int(np.searchsorted(kept[0], weight_kg)) if kept and around else 0
        if kept is None or (around and weight_kg not in kept[0][place : place + 1]):
            if around:
                weights = weight_kg + AROUND_KG
                weights = weights[weights > 0]
            place = int(np.searchsorted(weights, weight_kg)) if around else 0
            money = self.money(weights, np.broadcast_to(surface_m2, weights.shape))
            self._last.clear()
            kept = self._last[asked] = weights, money, {}
        _, money, told = kept
        if place not in told:
            columns = {name: float(of[place]) for name, of in money.columns.items()}
            told[place] = columns, str(money.reason[place])
        return told[place]

    def money(self, weight_kg: Floats, surface_m2: Floats, ends: tuple[str, ...] = ENDS) -> Money:
        """The core: year one, a later year and the course, at both ends, for every weight.

        One phase without a price leaves the whole blank for the weights in its band: a part of
        a sum is never shown. `ends` of ("low",) leaves the columns of the high end out. Where IgE
        is not known, the ends are those over its bands; blank only where every band is.
        """
        if len(several := self.alternatives()) > 1:
            each = [plan.money(weight_kg, surface_m2, ends) for plan in several]
            return span_of(each, PAID[self.chronic][0])
        shape = weight_kg.shape
        sums = np.full((YEARLY + 1, len(ends), *shape), np.nan)
        own = sums[:YEARLY] if self.chronic else sums[YEARLY:]
        own[:] = 0
        reason = np.full(shape, "", dtype=object)
        blank = np.zeros(shape, dtype=bool)
        covered: dict[str, NDArray[np.bool_]] = {}
        for row in self.rows:
            fits = row.fits(weight_kg)
            name = str(row.phase["phase"])
            covered[name] = covered[name] | fits if name in covered else fits
            if isinstance(row.tariff, str):
                reason[fits] = row.tariff
                blank |= fits
            elif some(fits):
                self._add(own, reason, row, fits, weight_kg, surface_m2, ends)
        for fits in covered.values():
            if some(outside := ~fits):
                by_ige = any(row.by_ige for row in self.rows)
                reason[outside] = NO_IGE_BAND if by_ige else NO_BAND
                blank |= outside
        blank |= np.isnan(own[0, 0])
        if some(blank):
            own[..., blank] = np.nan
        columns = {name: sums[place] for name, place in PLACES.items() if place[1] < len(ends)}
        return Money(columns, reason)

    def _add(
        self,
        own: Floats,
        reason: NDArray[np.object_],
        row: PricedPhase,
        fits: NDArray[np.bool_],
        weight_kg: Floats,
        surface_m2: Floats,
        ends: Sequence[str],
    ) -> None:
        """Add one phase in one band to the plan's own sums; a dose that is not known leaves NaN."""
        phase, tariff = row.phase, row.tariff
        assert isinstance(tariff, Tariff)
        # Most bands hold every weight: then nothing needs to be picked out and put back.
        where = fits if some(~fits) else slice(None)
        weights, surfaces = weight_kg[where], surface_m2[where]
        for e, end in enumerate(ends):
            if end == "low" or not row.one_end:
                dosed, why = row.dosed(end, weights, surfaces, self.fees)
            for note, whose in why.items():
                reason[np.flatnonzero(fits)[whose & (reason[where] == "")]] = note
            if some(unknown := np.isnan(dosed.usd_drug)):
                reason[np.flatnonzero(fits)[unknown]] = no_dose(phase)
            each = dosed.usd_drug + dosed.usd_administration
            if not self.chronic:
                own[0, e][where] += (len(schedule.fixed_days(phase)) or 1) * each
                continue
            paid, chair = dosed.usd_administration, dosed.chair_minutes
            for s, (span, doses) in enumerate(self.doses(phase, end).items()):
                usd = doses * each
                if tariff.usd_per_day is not None:
                    others = [other.phase for other in self.rows]
                    usd = usd + schedule.days_covered(phase, span, others) * tariff.usd_per_day
                due = usd, doses * paid, doses, doses * visits(phase, end), doses * chair / 60
                for q, quantity in enumerate(due):
                    own[len(SPANS) * q + s, e][where] += quantity

    def doses(self, phase: Phase, end: str) -> dict[str, float]:
        """Doses of one phase in year one and in a later year."""
        return {
            "year_one": float(len(schedule.year_one_days(phase, end, self.cycle_days))),
            "later_year": schedule.later_year_doses(phase, end, self.cycle_days),
        }


def age_note(plan: Plan, age_years: float) -> str:
    """Why the regimen is not for this age; empty where it is."""
    low, high = plan.first["age_years_from"], plan.first["age_years_below"]
    if known(low) and age_years < low:
        return f"this regimen is for ages {low:g} and over"
    if known(high) and age_years >= high:
        return f"this regimen is for ages under {high:g}"
    return ""


def visits(phase: Phase, end: str) -> float:
    """The fewest or most visits that a dose may be divided over, whichever of them costs least.

    None where the patient gives it; `either` is none at the low end.
    """
    return float(phase[f"visits_per_dose_{end}"]) * administration.by_professional(phase, end)


def plans(
    evidence: Evidence,
    condition_id: str,
    price_basis: str | None = None,
    cycle_days: float | None = None,
) -> tuple[Plan, ...]:
    """Every regimen of the condition with every product that it serves, in the tables' order.

    `price_basis` None takes for each phase the reader's own price where there is one; else the
    payment limit where a professional gives it and NADAC where the patient does, and the other of
    the two where that has no price in force.
    Raises `ValueError` for an unknown condition or basis, and a cycle that is not 1 to 365 days.
    """
    check_condition(evidence, condition_id)
    if price_basis is not None:
        one_of("price_basis", price_basis, BASES)
    if cycle_days is not None:
        cycle_days = number("cycle_days", cycle_days, 1, 365, "days")
    return _plans(evidence, condition_id, price_basis, cycle_days)


def negotiated_plans(
    evidence: Evidence, condition_id: str, cycle_days: float | None = None
) -> tuple[Plan, ...]:
    """The plans that have a price negotiated by Medicare, at that price."""
    found = plans(evidence, condition_id, NEGOTIATED, cycle_days)
    return tuple(plan for plan in found if plan.price_basis)


@kept(64)
def _plans(
    evidence: Evidence, condition_id: str, price_basis: str | None, cycle_days: float | None
) -> tuple[Plan, ...]:
    book, fees = price_book(evidence), administration.Fees(evidence)
    products, therapies = evidence.by_id("products"), evidence.by_id("therapies")
    said = evidence.rows("indications", "condition_id", condition_id)
    labels = [row for row in said if row["fda_label"] == "yes"]
    regimens = grouped(evidence.rows("regimens", "condition_id", condition_id), "regimen_id")
    found = []
    for regimen_id, unordered in sorted(regimens.items()):
        phases = sorted(unordered, key=_phase_order)
        therapy_id = str(phases[0]["therapy_id"])
        for product_id in _products_of(phases, products):
            priced = _price(phases, product_id, book, price_basis)
            found.append(
                Plan(
                    therapy_id=therapy_id,
                    product_id=product_id,
                    regimen_id=regimen_id,
                    rows=tuple(priced),
                    fees=fees,
                    label_status=label_status(phases[0], product_id, labels, products),
                    cycle_days=cycle_days,
                    ideal_weight=therapies[therapy_id]["ideal_weight"] == "yes",
                )
            )
    return tuple(sorted(found, key=lambda plan: (plan.regimen_id, plan.product_id)))


PHASES = ("induction", "course", "maintenance", "cycle", "relapse")


def _phase_order(phase: Phase) -> tuple[int, int, float, float, float, str]:
    """Phases as they follow each other; bands by the IgE, weight and age at which they begin."""
    kind, _, number = str(phase["phase"]).partition("_")
    ige, weight, age = (
        float(phase[name]) if known(phase[name]) else 0.0
        for name in ("ige_iu_ml_min", "weight_kg_min", "age_years_from")
    )
    return PHASES.index(kind), int(number or 0), ige, weight, age, str(phase["band"])


def names_of(evidence: Evidence, plan: Plan) -> dict[str, Any]:
    """Ids and names of the plan's therapy, product and regimen, as tables begin with them."""
    therapy = evidence.by_id("therapies")[plan.therapy_id]
    return {
        **{name: therapy[name] for name in LEADING},
        "product_id": plan.product_id,
        "product": evidence.label("products", plan.product_id),
        "regimen_id": plan.regimen_id,
        "regimen": plan.first["regimen"],
    }


def repriced(plan: Plan, phases: Sequence[Phase], book: PriceBook) -> Plan:
    """The plan with the prices of another day's book; `phases` are its regimen's rows."""
    return replace(plan, rows=tuple(_price(phases, plan.product_id, book, None)))


def label_status(
    phase: Phase, product_id: str, labels: Sequence[Phase], products: Mapping[str, Phase]
) -> str:
    """Whether the product's own FDA label covers the condition at the regimen's ages.

    A regimen that no product's label states (a guideline's, a trial's) is never in label.
    """
    if not known(phase["product_id"]):
        return "not this product's labeled regimen"
    low, high = phase["age_years_from"], phase["age_years_below"]
    for row in labels:
        begins_later = (
            known(high) and known(row["age_years_from"]) and row["age_years_from"] >= high
        )
        ended_before = (
            known(low) and known(row["age_years_below"]) and row["age_years_below"] <= low
        )
        if row["product_id"] == product_id and not begins_later and not ended_before:
            return "in label"
    if products[product_id]["label_read"] == "no":
        return "label not read for this use"
    return "outside this product's label"


def _products_of(phases: Sequence[Phase], products: Mapping[str, Phase]) -> list[str]:
    """Products that the regimen serves and that have each of its routes."""
    own, routes = phases[0]["product_id"], {str(phase["route"]) for phase in phases}

    def served(product_id: str, row: Phase) -> bool:
        if known(own):
            return bool(own in (product_id, row["reference_product_id"]))
        return bool(row["therapy_id"] == phases[0]["therapy_id"])

    return [
        product_id
        for product_id, row in products.items()
        if served(product_id, row) and routes <= set(str(row["routes"]).split(";"))
    ]


def _price(
    phases: Sequence[Phase], product_id: str, book: PriceBook, price_basis: str | None
) -> list[PricedPhase]:
    priced = []
    for phase in phases:
        route = str(phase["route"])
        notes: list[str] = []
        if price_basis is not None:
            tariff = book.tariff(product_id, route, price_basis)
        elif "own" in book.bases(product_id, route):
            tariff = book.tariff(product_id, route, "own")
        else:
            order = SELF_FIRST if phase["given_by"] == "self" else PROFESSIONAL_FIRST
            tariff = book.tariff(product_id, route, order[0])
            other = book.tariff(product_id, route, order[1])
            if isinstance(tariff, str) and isinstance(other, Tariff):
                notes.append(f"{tariff}, so the {SHORT[order[1]]} is used")
                tariff = other
            elif not set(order) & set(book.bases(product_id, route)):
                tariff = book.last_known(product_id, route)
        bought = phase
        if isinstance(tariff, Tariff):
            if tariff.by_device:
                bought, tariff, note = whole_devices(phase, tariff)
                notes += note
            elif phase["given_by"] == "either" and tariff.price_basis == "asp_payment_limit":
                notes.append(PART_B_NOTE)
        priced.append(PricedPhase(bought, tariff, tuple(notes)))
    return priced
