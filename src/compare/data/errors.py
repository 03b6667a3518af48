"""Errors that a reader of the notebooks may see, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CLIP = 80


def clipped(name: str, most: int = CLIP) -> str:
    """A name or value as messages show it: no longer than `most` characters."""
    return name if len(name) <= most else name[: most - 3] + "..."


def seen(name: str) -> str:
    """A name with what nobody would see of it: signs without a shape, or no sign at all."""
    return name if name.strip() and name.isprintable() else repr(name)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a table: where it is, what is there, what was expected."""

    table: str
    line: int | None
    column: str | None
    value: str | None
    expected: str

    def __str__(self) -> str:
        place = clipped(self.table)
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f", column {clipped(seen(self.column))}"
        found = "" if self.value is None else f": found {clipped(self.value)!r}"
        return f"{place}{found}: {self.expected}"


class DataError(ValueError):
    """Tables that cannot be used. `problems` lists everything that was found, not the first."""

    __module__ = "compare"
    shown = 40

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"- {problem}" for problem in self.problems[: self.shown]]
        more = len(self.problems) - self.shown
        if more > 0:
            lines.append(f"- and {more} more")
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n".join([f"{head} in the data; nothing was loaded:", *lines]))
