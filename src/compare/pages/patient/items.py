"""What a comparison is made of: statements in cells, and what is known of one therapy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compare.cost.plan import Plan
from compare.data.rows import Row, known


@dataclass(frozen=True)
class Item:
    """One statement in a cell. `mark`: "" plain, "stop", "boxed", "warn", "faint"."""

    text: str
    mark: str = ""
    source_id: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the comparison: a heading, and for each therapy its statements."""

    section: str
    label: str
    cells: tuple[tuple[Item, ...], ...]


@dataclass(frozen=True)
class Column:
    """What is known of one therapy for this scenario, before it is put into words."""

    therapy: Mapping[str, Any]
    option: Mapping[str, Any]
    product_id: str
    plans: tuple[Plan, ...]
    costs: tuple[Mapping[str, Any], ...]
    cautions: list[Row]
    every: list[Row]

    def cost(self, chronic: bool) -> Row | None:
        """What a year costs, if it is given by the year (`chronic`), or else a course."""
        return next((row for row in self.costs if (row["use"] == "chronic") == chronic), None)


def one(text: str, mark: str = "", source_id: Any = "") -> tuple[Item, ...]:
    """A cell of one statement."""
    return (Item(text, mark, str(source_id) if known(source_id) else ""),)


def is_therapy(column: Column, therapy_id: str) -> bool:
    """Whether a column is that of the therapy."""
    return bool(column.therapy["therapy_id"] == therapy_id)
