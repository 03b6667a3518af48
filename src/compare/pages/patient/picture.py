"""The picture of the patient's page: one row per option, in the order of authority, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from compare import cost
from compare.authority import cautions, indications
from compare.cost.money import PAID
from compare.cost.plan import Plan
from compare.cost.prices import KINDS
from compare.cost.standing import paid_plans, standing_plans
from compare.cost.timetable import GIVEN_BY
from compare.data.evidence import Evidence
from compare.data.patient import ADULT_YEARS
from compare.data.rows import Row, grouped, known, split
from compare.data.scenario import Scenario
from compare.pages.patient.own_trials import OwnTrials, own_trials
from compare.words import number_of, short_name, usd_range

ORDER = "label and guideline, label, label if a box is ticked, guideline, neither"
NEITHER = 4
ANY_DOSE = "negotiated by Medicare, any dose"
STRICT = ("contraindicated", "boxed_warning")
NO_REGIMEN = "we have no regimen for it here"


@dataclass(frozen=True)
class Price:
    """Year one, or a course, of the product that stands for one kind of price; US dollars.

    `outside`: the product's own label does not have this use, or was not read for it.
    """

    product: str
    kind: str
    low: float
    high: float
    chronic: bool
    source_id: str
    outside: bool = False


@dataclass(frozen=True)
class Spoken:
    """What labels say to a patient of one option.

    `against`: severity, what, and under which condition; `everyone`: boxed warnings for all;
    `struck`: each of its products is contraindicated, and the patient meets the condition.
    """

    against: tuple[tuple[str, str, str], ...] = ()
    everyone: str = ""
    struck: bool = False


@dataclass(frozen=True)
class Shown:
    """One option as the picture shows it.

    `prices` stand; `marks` are negotiated
    prices beside them, where the payer is not known to be Medicare. `no_price` says what has none.
    """

    therapy_id: str
    therapy: str
    therapy_class: str
    label: str
    guideline: str
    spoken: Spoken
    trials: OwnTrials
    prices: tuple[Price, ...]
    marks: tuple[Price, ...]
    no_price: str
    burden: str
    changed: str


def spoken(rows: Iterable[Row]) -> dict[str, Spoken]:
    """By therapy, from rows of `check_cautions`."""
    return {
        key: Spoken(tuple(against(own)), "; ".join(for_everyone(own)), barred(own))
        for key, own in grouped(rows, "therapy_id").items()
    }


def shown(
    evidence: Evidence, scenario: Scenario, options: Iterable[Row], labels: Mapping[str, Spoken]
) -> list[Shown]:
    """The options in the order of `ORDER`, then by name; those that are barred come last.

    `options` are rows of `indications.options`, `labels` what labels say to this patient of them.
    """
    condition_id, patient = scenario.condition_id, scenario.patient
    trials = own_trials(evidence, condition_id, patient.age_years < ADULT_YEARS)
    basis, medicare = scenario.price_basis, scenario.medicare
    found = paid_plans(evidence, condition_id, basis, None, medicare)
    fixed = () if basis else cost.negotiated_plans(evidence, condition_id)
    standing, marked = (standing_plans(evidence, some, patient) for some in (found, fixed))
    money, beside = (
        grouped(cost.cost_rows(evidence, some.values(), patient), "therapy_id")
        for some in (standing, marked)
    )
    unsummed = cost.without_negotiated(row for rows in beside.values() for row in rows)
    plans_of = grouped(standing.values(), lambda plan: plan.therapy_id)
    out = []
    for option in sorted(options, key=lambda row: (tier(row), row["therapy"].casefold())):
        key = option["therapy_id"]
        costs = money.get(key, [])
        out.append(
            Shown(
                therapy_id=key,
                therapy=short_name(option["therapy"]),
                therapy_class=option["therapy_class"],
                label=label_words(evidence, option),
                guideline=guideline_words(option),
                spoken=labels.get(key, Spoken()),
                trials=trials.get(key, OwnTrials()),
                prices=tuple(prices(costs)),
                marks=() if medicare else tuple(prices(beside.get(key, ()))),
                no_price=no_price(costs) or unsummed.get(key, ""),
                burden=burden(costs, plans_of.get(key, ())),
                changed="; ".join(changed(evidence, key)),
            )
        )
    return sorted(out, key=lambda one: one.spoken.struck)


def tier(option: Mapping[str, Any]) -> int:
    """Place in `ORDER`: by the label for this patient, and by whether a guideline is for it."""
    guideline = indications.speaks_for(option)
    if option["label_status"] == indications.IN_LABEL:
        return 0 if guideline else 1
    if option["label_status"] in indications.LABELED_IF.values():
        return 2
    return 3 if guideline else NEITHER


def label_words(evidence: Evidence, option: Mapping[str, Any]) -> str:
    """The label for this patient, in a few words, with the line of treatment that it asks for."""
    status = option["label_status"]
    if status == indications.IN_LABEL:
        return f"FDA, {option['line']}" if option["line"] else "FDA"
    if status in indications.LABELED_IF.values():
        names = [f"“{evidence.label('factors', key)}”" for key in split(option["requires_any"])]
        return f"FDA, if {' or '.join(names)}"
    if status in (indications.OTHER_AGES, indications.OTHER_WEIGHTS):
        return f"FDA, {status}: {option['population']}"
    return "warned against by a label" if option["label_warning"] else "outside label"


def guideline_words(option: Mapping[str, Any]) -> str:
    """The strongest guideline statement: body, year and grade, and what it says if not "for it"."""
    if not option["statement"]:
        return ""
    year = f" {int(option['year'])}" if known(option["year"]) else ""
    said = f"{option['body']}{year}"
    if option["statement"] != "recommended":
        said += f": {indications.STATEMENTS[option['statement']]}"
    marks = [option["grade"]]
    marks += ["retired" if option["retired"] else ""]
    marks += [f"asks for {option['guideline_needs']}" if option["guideline_needs"] else ""]
    marks += ["gives no age" if option["guideline_ageless"] else ""]
    marks += ["others disagree" if option["conflicting"] else ""]
    told = ", ".join(filter(None, marks))
    return f"{said} ({told})" if told else said


def against(rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """What speaks against one therapy in this patient: severity, factors, and how many products.

    The hardest first. A contraindication or box stands alone, with the condition under which it
    counts; what is milder is joined.
    """
    order, rows = list(cautions.SEVERITIES), list(rows)
    of = len({row["product_id"] for row in rows})
    limits = {row["factor"]: row["dose_above_mg_per_kg"] for row in rows if barred_above(row)}
    matched = cautions.summary_rows(row for row in rows if row["matches"])
    found = grouped(matched, itemgetter("severity", "factor"))
    told: list[tuple[str, str, str]] = []
    milder: dict[str, list[str]] = {}
    for (severity, factor), group in sorted(found.items(), key=lambda kv: order.index(kv[0][0])):
        if severity not in STRICT:
            above = limits.get(factor) if severity == "warning" else None
            milder.setdefault(severity, []).append(
                factor + (f" (contraindicated above {above:g} mg/kg)" if above else "")
            )
            continue
        count = sum(row["count"] for row in group)
        texts = dict.fromkeys(row["condition_text"] for row in group if row["condition_text"])
        products = f" ({min(count, of)} of {of} products)" if of > 1 else ""
        told.append((severity, factor + products, " / ".join(texts)))
    return told + [(severity, "; ".join(names), "") for severity, names in milder.items()]


def barred_above(row: Row) -> bool:
    """Whether a label bars doses above a limit that the condition's usual dose is not above."""
    return row["severity"] == "warning" and known(row["met_by_factor"])


def for_everyone(rows: Iterable[Row]) -> list[str]:
    """Boxed warnings that hold for everyone on the therapy."""
    every = (row for row in rows if row["applies"] == "everyone")
    return list(dict.fromkeys(row["factor"] for row in every if row["severity"] in STRICT))


def barred_products(rows: Iterable[Row]) -> set[str]:
    """Products with a contraindication that this patient meets by a factor alone."""
    return {
        row["product_id"]
        for row in rows
        if row["matches"] and row["severity"] == "contraindicated" and row["met_by_factor"] == "yes"
    }


def barred(rows: Sequence[Row]) -> bool:
    """Whether every product of a therapy is barred."""
    met = barred_products(rows)
    return bool(met) and met == {row["product_id"] for row in rows}


def prices(costs: Iterable[Row]) -> list[Price]:
    """Prices of the plans that stand: by the year first, then courses, in the order of kinds."""
    found = []
    for row in costs:
        chronic = row["use"] == "chronic"
        low, high = (row[name] for name in PAID[chronic])
        if known(low):
            low, high = sorted([low, high if known(high) else low])
            kind, outside = row["price_kind"], row["label_status"] != "in label"
            named = row["product"], kind, low, high, chronic, row["source_id"], outside
            found.append(Price(*named))
    return sorted(found, key=lambda price: (not price.chronic, list(KINDS).index(price.kind)))


def no_price(costs: Sequence[Row]) -> str:
    """Why a therapy has no price; blank where it has one."""
    if not costs:
        return NO_REGIMEN
    if any(row["price_kind"] for row in costs):
        return ""
    return f"no cost here: {costs[0]['product']}, {costs[0]['reason']}"


def burden(costs: Iterable[Row], plans_shown: Iterable[Plan]) -> str:
    """Clinic visits and chair hours of year one, as far as counted, else who gives it."""
    told = []
    for row in costs:
        if row["use"] != "chronic" or not known(row["visits_year_one"]):
            continue
        visits = row["visits_year_one"], row["visits_year_one_high"]
        hours = row["chair_hours_year_one"], row["chair_hours_year_one_high"]
        said = [number_of(visits, "visit") if any(visits) else "at home, no visits"]
        said += [number_of(hours, "chair hour")] if known(hours[1]) and any(hours) else []
        told.append(", ".join(said))
    told = told or [f"given {GIVEN_BY[plan.first['given_by']]}" for plan in plans_shown]
    return "; ".join(dict.fromkeys(told)) or "not counted"


def changed(evidence: Evidence, therapy_id: str) -> list[str]:
    """Products of the therapy of whose label a newer version is known that we have not read."""
    products = evidence.by_id("products")
    every = (products[key] for key in cautions.products_of(evidence, therapy_id))
    return [
        f"{row['product']}: label changed ({row['label_change']}), check"
        for row in every
        if known(row["label_change"])
    ]


def price_words(price: Price) -> str:
    """Dollars with what they are, without the kind of price."""
    said = usd_range(price.low, price.high)
    return said if price.chronic else f"a course: {said}"


def kind_words(price: Price) -> str:
    """The kind of price; one that Medicare negotiated knows no dose."""
    return ANY_DOSE if price.kind == "negotiated" else KINDS[price.kind]
