"""Prices in force, and what one container of a product costs on a price basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pandas as pd

from compare.cost.containers import MCG_PER
from compare.data.age import in_force
from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, grouped, known, records

BASES = {
    "asp_payment_limit": "Medicare payment limit (ASP)",
    "nadac": "pharmacy acquisition cost (NADAC)",
    "wac": "list price (WAC)",
    "part_d_average": "Medicare Part D average",
    "maximum_fair_price": "Medicare maximum fair price",
    "own": "own price",
}
SHORT = {
    "asp_payment_limit": "payment limit",
    "nadac": "NADAC",
    "wac": "list price",
    "part_d_average": "Part D average",
    "maximum_fair_price": "maximum fair price",
    "own": "own price",
}
# Prices of different kinds never share a ranking.
KINDS = {
    "own": "own price",
    "net": "net of rebates",
    "before_rebates": "before rebates",
    "negotiated": "negotiated by Medicare",
}
NEGOTIATED = "maximum_fair_price"
KIND_OF = {
    "asp_payment_limit": "net",
    "nadac": "before_rebates",
    "wac": "before_rebates",
    "part_d_average": "before_rebates",
    NEGOTIATED: "negotiated",
    "own": "own",
}
REBATE_SENTENCE = (
    "The Medicare payment limit is net of rebates; NADAC and Part D prices are before rebates. "
    "A comparison that mixes them favors drugs given in the clinic."
)


@dataclass(frozen=True)
class Tariff:
    """What a product costs for one route on one basis: containers by mass, or money per day.

    `strengths_mcg`, `usd_each`, `units_each` run in parallel over the containers that can be
    bought. `billing_mcg` is what one billing unit holds (None for devices). `unpriced_mcg` are
    devices of the product that have no price on this basis.
    """

    price_basis: str
    code: str
    source_id: str
    method_note: str | None
    strengths_mcg: tuple[int, ...] = ()
    usd_each: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    ml_each: tuple[float | None, ...] = ()
    single_dose: bool = True
    billing_mcg: float | None = None
    usd_per_billing_unit: float | None = None
    usd_per_day: float | None = None
    unpriced_mcg: tuple[int, ...] = ()

    @property
    def by_device(self) -> bool:
        """Whether whole pens or syringes are bought, each at its own price."""
        return bool(self.strengths_mcg) and self.billing_mcg is None


@kept(32)
def price_book(evidence: Evidence) -> PriceBook:
    """The price book of the evidence, made once: evidence never changes."""
    return PriceBook(evidence)


class PriceBook:
    """All price lines of the evidence, joined with the products they pay for."""

    def __init__(self, evidence: Evidence) -> None:
        lines = evidence.product_codes.merge(
            evidence.prices, on="code", suffixes=("_code", ""), how="inner"
        )
        lines["in_force"] = in_force(lines, pd.Timestamp(evidence.data_date))
        lines = lines.sort_values(
            ["effective_from", "code"], ascending=[False, True], kind="stable"
        )
        self._lines = grouped(records(lines), itemgetter("product_id", "route"))
        self._containers = grouped(
            records(evidence.presentations.sort_values("presentation_id")), "product_id"
        )

    def lines(self, product_id: str, route: str, price_basis: str) -> list[dict[str, Any]]:
        """Price lines of the product for this route and basis, newest first; `in_force` is said.

        Own prices stand by what they are of first: see `specificity`.
        """
        every = self._lines.get((product_id, route), [])
        found = [line for line in every if line["price_basis"] == price_basis]
        return sorted(found, key=specificity, reverse=True) if price_basis == "own" else found

    def bases(self, product_id: str, route: str) -> list[str]:
        """Bases with a price in force for this product and route."""
        lines = self._lines.get((product_id, route), [])
        return sorted({line["price_basis"] for line in lines if line["in_force"]})

    def last_known(self, product_id: str, route: str) -> str:
        """Why there is no price on any basis, with the last one that was in force."""
        every = self._lines.get((product_id, route), [])
        ended = [line for line in every if known(line["effective_to"])]
        if not ended:
            return f"no current price for {route} use"
        last = max(ended, key=lambda line: line["effective_to"])
        basis = SHORT[last["price_basis"]]
        return f"no current price for {route} use (last {last['effective_to']:%Y-%m-%d}, {basis})"

    def tariff(self, product_id: str, route: str, price_basis: str) -> Tariff | str:
        """What the product costs on this basis, or the reason why that is not known."""
        lines = self.lines(product_id, route, price_basis)
        current = [line for line in lines if line["in_force"]]
        if not current:
            return _no_price(lines, price_basis, route)
        first = current[0]
        common = {
            "price_basis": price_basis,
            "code": first["code"],
            "source_id": first["source_id"],
            "method_note": first["method_note"] if known(first["method_note"]) else None,
        }
        if first["billing_unit"] == "day":
            return Tariff(
                **common, usd_per_day=first["usd_per_billing_unit"] / first["billing_qty"]
            )
        if first["billing_unit"] == "device":
            return self._devices(product_id, route, current, common)
        return self._by_mass(product_id, route, current, common)

    def _by_mass(
        self, product_id: str, route: str, lines: list[dict[str, Any]], common: Mapping[str, Any]
    ) -> Tariff | str:
        line = lines[0]
        # A limit holds for the containers of its line; own prices for those left over, too.
        used = [one for one in lines if one["billing_unit"] in MCG_PER]
        used = used if line["price_basis"] == "own" else [line]
        line_of = {
            row["presentation_id"]: one
            for one in reversed(used)
            for row in self._containers.get(product_id, [])
            if route in row["route"].split(";")
            and (
                not known(one["presentation_id"])
                or row["presentation_id"] == one["presentation_id"]
            )
        }
        rows = [
            row for row in self._containers.get(product_id, []) if row["presentation_id"] in line_of
        ]
        single = [row for row in rows if row["single_dose"] != "no"]
        if not rows:
            return "vial sizes are not in our data"
        chosen = _one_per_strength(single or rows)
        billing_mcg = line["billing_qty"] * MCG_PER[line["billing_unit"]]
        strengths = tuple(chosen)
        return Tariff(
            **common,
            strengths_mcg=strengths,
            usd_each=tuple(_usd(s, line_of[chosen[s]["presentation_id"]]) for s in strengths),
            names=tuple(_container_name(chosen[s]) for s in strengths),
            ml_each=tuple(_volume(chosen[s]) for s in strengths),
            single_dose=bool(single),
            billing_mcg=billing_mcg,
            usd_per_billing_unit=line["usd_per_billing_unit"],
        )

    def _devices(
        self,
        product_id: str,
        route: str,
        lines: list[dict[str, Any]],
        common: Mapping[str, Any],
    ) -> Tariff | str:
        rows = {row["presentation_id"]: row for row in self._containers.get(product_id, [])}
        cheapest: dict[int, tuple[float, dict[str, Any]]] = {}
        for line in lines:
            row = rows.get(line["presentation_id"])
            if row is None or line["billing_unit"] != "device":
                continue
            strength = round(row["strength"] * MCG_PER[row["strength_unit"]])
            usd = line["usd_per_billing_unit"] / line["billing_qty"]
            if strength not in cheapest or usd < cheapest[strength][0]:
                cheapest[strength] = (usd, {**row, **line})
        if not cheapest:
            return "the price names no device whose strength is in our data"
        strengths = tuple(sorted(cheapest))
        others = {
            round(row["strength"] * MCG_PER[row["strength_unit"]])
            for row in rows.values()
            if route in row["route"].split(";") and row["form"] not in ("vial", "bottle")
        }
        bought = [cheapest[s][1] for s in strengths]
        methods = dict.fromkeys(row["method_note"] for row in bought if known(row["method_note"]))
        common = {
            **common,
            "code": ";".join(sorted({row["code"] for row in bought})),
            "method_note": "; ".join(methods) or None,
        }
        return Tariff(
            **common,
            unpriced_mcg=tuple(sorted(others - set(strengths))),
            strengths_mcg=strengths,
            usd_each=tuple(cheapest[s][0] for s in strengths),
            names=tuple(_container_name(row) for row in bought),
            ml_each=tuple(_volume(row) for row in bought),
        )


def _usd(strength_mcg: int, line: Mapping[str, Any]) -> float:
    billing_mcg = line["billing_qty"] * MCG_PER[line["billing_unit"]]
    return float(strength_mcg / billing_mcg * line["usd_per_billing_unit"])


def specificity(line: Mapping[str, Any]) -> int:
    """How closely an own price says what it is of: a presentation, a product and route, a code."""
    return 2 if known(line["presentation_id"]) else int(line["code_type"] == "line")


def _no_price(lines: list[dict[str, Any]], price_basis: str, route: str) -> str:
    basis = SHORT[price_basis]
    ended = [line["effective_to"] for line in lines if known(line["effective_to"])]
    if ended:
        return f"no current {basis} for {route} use (last {max(ended):%Y-%m-%d})"
    return f"no {basis} for {route} use"


def _one_per_strength(rows: Iterable[Row]) -> dict[int, Row]:
    by_strength: dict[int, Row] = {}
    for row in rows:
        by_strength.setdefault(round(row["strength"] * MCG_PER[row["strength_unit"]]), row)
    return dict(sorted(by_strength.items()))


def _container_name(row: Mapping[str, Any]) -> str:
    return f"{row['strength']:g} {row['strength_unit']} {row['form'].replace('_', ' ')}"


def _volume(row: Mapping[str, Any]) -> float | None:
    return float(row["volume_ml"]) if known(row["volume_ml"]) else None


def basis_text(price_basis: str) -> str:
    """Price bases in a few words."""
    return " and ".join(SHORT[basis] for basis in price_basis.split(" + ") if basis)
