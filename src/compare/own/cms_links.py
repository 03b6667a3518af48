"""Codes of CMS's file and what they pay for: products, heirs of a code, codes not in the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from compare.data.evidence import Evidence
from compare.data.rows import grouped, known, records

REPORT = [
    "change", "code", "products", "limit_before", "limit_after", "change_pct", "remark", "line",
]  # fmt: skip
USE = itemgetter("product_id", "route")
MOLECULE_ENDINGS = ("mab", "cept", "imod", "kinra", "stim")
# Codes for a use that no therapy here has, whatever molecule they name: inpatients with COVID-19.
OTHER_USE = frozenset({"Q0249"})


@dataclass(frozen=True)
class Limits:
    """One quarter's file: from when to when, and its rows by code."""

    first_day: date
    last_day: date
    rows: Mapping[str, Mapping[str, Any]]


def shown_limit(row: Mapping[str, Any] | None, usd: str, quantity: str, unit: str) -> str:
    """A limit in words; empty where there is none."""
    if row is None or not known(row[usd]) or row[unit] is None:
        return ""
    return f"${row[usd]:,.3f} per {row[quantity]:g} {row[unit]}"


class Links:
    """Which products a code pays for, and which other codes pay for the same."""

    def __init__(self, evidence: Evidence) -> None:
        links = records(evidence.product_codes[["product_id", "code", "route"]])
        self._evidence, self._by_code = evidence, grouped(links, "code")
        self._by_use = grouped(links, USE)

    def products(self, code: str) -> str:
        """Names of the products."""
        paid = dict.fromkeys(link["product_id"] for link in self._by_code[code])
        return ", ".join(self._evidence.label("products", key) for key in paid)

    def heirs(self, code: str, limits: Limits) -> list[str]:
        """Other codes of the same product and route that the file prices."""
        alike = (other for link in self._by_code[code] for other in self._by_use[USE(link)])
        same = {other["code"] for other in alike} - {code}
        return sorted(other for other in same if limits.rows.get(other, {}).get("usd"))


def unlinked(evidence: Evidence, limits: Limits, listed: set[str]) -> list[dict[str, Any]]:
    """Codes that the tables do not know, whose description names one of their molecules.

    They are listed only: whether such a code pays for a product of ours (or for another
    biosimilar) is for a person to say.
    """
    ours = set(evidence.product_codes["code"]) | listed
    molecules: set[str] = set()
    for name in evidence.products["generic_name"]:
        words = re.findall(r"[a-z]{7,}", str(name).lower())
        molecules |= {word for word in words if word.endswith(MOLECULE_ENDINGS)}
    found: list[dict[str, Any]] = []
    for code, row in limits.rows.items():
        named = molecules & set(re.findall(r"[a-z]{7,}", row["description"].lower()))
        if code in ours or not named or code in OTHER_USE or row.get("vaccine_limit"):
            continue
        found.append(
            dict.fromkeys(REPORT)
            | {
                "change": "not taken up",
                "code": code,
                "products": "",
                "limit_before": "",
                "limit_after": shown_limit(row, "usd", "quantity", "unit"),
                "remark": f"not in our tables; the file calls it {row['description']!r}. To use "
                "it, add a row to product_codes",
                "line": row["line"],
            }
        )
    return found
