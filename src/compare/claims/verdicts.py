"""Words for what evidence says of a claim, and the rules that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from compare.data.evidence import Evidence
from compare.data.rows import Row, known

SUPPORTED = "supported"
PARTLY = "partly"
NOT_SUPPORTED = "not supported"
CONTRADICTED = "contradicted"
NOT_ASSESSABLE = "not assessable"
VERDICTS = (SUPPORTED, PARTLY, NOT_SUPPORTED, CONTRADICTED, NOT_ASSESSABLE)

PLACES = ("place", "verdict", "tables_say", "source_id")


@dataclass(frozen=True)
class Assessment:
    """One claim: its verdict, and what it rests on.

    `places` has one row per condition (or event): `place`, `verdict`, `tables_say`, `source_id`,
    and the numbers behind them, under the names in `columns` and in their order. `published` are
    rows of `claims` with the source's title, link and date. `numbers` are those that the reason
    states. `rests_on` is "tables" or "published".
    """

    claim_id: str
    claim: str
    verdict: str
    rests_on: str
    places: Sequence[Row]
    published: Sequence[Row]
    numbers: Mapping[str, float] = field(default_factory=dict)
    columns: tuple[str, ...] = PLACES

    @property
    def source_ids(self) -> list[str]:
        """Sources behind the assessment."""
        every = [row["source_id"] for rows in (self.places, self.published) for row in rows]
        return [cell for cell in every if known(cell)]

    @property
    def verdicts(self) -> list[str]:
        """Verdicts of its places."""
        return [row["verdict"] for row in self.places]

    @property
    def counts(self) -> dict[str, int]:
        """How many places have each verdict."""
        return {one.replace(" ", "_"): self.verdicts.count(one) for one in VERDICTS}

    @property
    def directions(self) -> list[str]:
        """Directions of its published findings."""
        return [row["direction"] for row in self.published]


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


def of_comparisons(count: int, good: int, bad: int) -> str:
    """Verdict of a comparative claim from how many comparisons bear it out, and how many the
    opposite.
    """
    if not count:
        return NOT_ASSESSABLE
    if good == count:
        return SUPPORTED
    if bad == count:
        return CONTRADICTED
    return PARTLY if good else NOT_SUPPORTED


def together(verdicts: Iterable[str]) -> str:
    """Verdict of a claim from those of its conditions; the ones not assessable are left out."""
    found = {verdict for verdict in verdicts if verdict != NOT_ASSESSABLE}
    if not found:
        return NOT_ASSESSABLE
    if len(found) == 1:
        return found.pop()
    return PARTLY if found & {SUPPORTED, PARTLY} else NOT_SUPPORTED


def of_condition(
    evidence: Evidence,
    condition_id: str,
    verdict: str,
    said: str,
    source_id: str | None,
    **numbers: Any,
) -> dict[str, Any]:
    """A row of `places` for a condition, with the numbers behind what the tables say."""
    name = evidence.label("conditions", condition_id)
    first = {"condition_id": condition_id, "place": name, "verdict": verdict, "tables_say": said}
    return {**first, **numbers, "source_id": source_id}


def with_places(blank: Assessment, rows: Sequence[Row], columns: Iterable[str] = ()) -> Assessment:
    """The assessment with these rows by place; a cell that a row does not have is None."""
    names = tuple(dict.fromkeys([*PLACES, *columns, *(key for row in rows for key in row)]))
    places = [{name: row.get(name) for name in names} for row in rows]
    places.sort(key=lambda row: str(row["place"]))
    return replace(blank, places=places, columns=names)


def ids_of(rows: Iterable[Row]) -> str | None:
    """Sources of the rows, each once, as a cell of ids; None without rows."""
    return ";".join(dict.fromkeys(row["source_id"] for row in rows)) or None


def in_order(evidence: Evidence, condition_ids: Iterable[str]) -> list[str]:
    """The conditions, each once, by their names."""
    return sorted(set(condition_ids), key=lambda key: evidence.label("conditions", key))
