"""Words for what evidence says of a claim, and the rules that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from compare.evidence import Evidence

SUPPORTED = "supported"
PARTLY = "partly"
NOT_SUPPORTED = "not supported"
CONTRADICTED = "contradicted"
NOT_ASSESSABLE = "not assessable"
VERDICTS = (SUPPORTED, PARTLY, NOT_SUPPORTED, CONTRADICTED, NOT_ASSESSABLE)

# Conditions that the article names.
NAMED = ("gbs", "crohns", "sle", "ra", "ms_relapsing", "gmg")
PLACES = ["place", "verdict", "tables_say", "source_id"]


@dataclass(frozen=True)
class Assessment:
    """One claim: its verdict, and what it rests on.

    `places` has one row per condition (or event): `place`, `verdict`, `tables_say`, `source_id`,
    and the numbers behind them. `published` are rows of `claims` with the source's title, link and
    date. `numbers` are those that the reason states. `rests_on` is "tables" or "published".
    """

    claim_id: str
    claim: str
    verdict: str
    rests_on: str
    places: pd.DataFrame
    published: pd.DataFrame
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def source_ids(self) -> list[str]:
        """Sources behind the assessment."""
        return [*self.places["source_id"].dropna(), *self.published["source_id"].dropna()]


def from_directions(directions: Iterable[str], comparative: bool = False) -> str:
    """Verdict of published findings by their directions; context alone decides nothing.

    Only supporting ones: supported. Only contradicting ones: contradicted. Some of each, or partial
    ones at least as many as contradicting ones: partly. Else: not supported. A `comparative` claim
    needs a comparison with the therapies it names: without a supporting finding it is not
    supported, however many findings against something else speak for it in part.
    """
    found = list(directions)
    good, some, bad = (found.count(key) for key in ("supports", "partly", "contradicts"))
    if not good + some + bad:
        return NOT_ASSESSABLE
    if bad and not good and not some:
        return CONTRADICTED
    if good:
        return PARTLY if some or bad else SUPPORTED
    if comparative:
        return NOT_SUPPORTED
    return PARTLY if some >= bad else NOT_SUPPORTED


def together(verdicts: Iterable[str]) -> str:
    """Verdict of a claim from those of its conditions; the ones not assessable are left out."""
    found = {verdict for verdict in verdicts if verdict != NOT_ASSESSABLE}
    if not found:
        return NOT_ASSESSABLE
    if len(found) == 1:
        return found.pop()
    return PARTLY if found & {SUPPORTED, PARTLY} else NOT_SUPPORTED


def with_places(
    blank: Assessment, rows: list[dict[str, Any]], columns: Iterable[str] = ()
) -> Assessment:
    names = list(dict.fromkeys([*PLACES, *columns, *(key for row in rows for key in row)]))
    return replace(blank, places=pd.DataFrame(rows, columns=names))


def in_order(evidence: Evidence, condition_ids: Iterable[str]) -> list[str]:
    wanted = set(condition_ids)
    return [key for key in evidence.conditions["condition_id"] if key in wanted]
