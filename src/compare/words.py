"""Numbers and names as text, one way everywhere; a finding is a sentence with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compare.data.rows import known

NOT_REPORTED = "not reported"
MINUS = "\u2212"
MOST_WORDS = 40  # of what a page says first


@dataclass(frozen=True)
class Finding:
    """A sentence and the numbers in it, by name, so that a test can recompute them."""

    text: str
    numbers: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


def short_name(name: Any) -> str:
    """A name without its explanation in brackets: `IVIG (intravenous immunoglobulin)` is IVIG."""
    return str(name).split(" (", maxsplit=1)[0]


def lower(name: str) -> str:
    """A name or sentence within a sentence: its first letter small, unless its first word has
    another capital: Rituximab is rituximab, IVIG and N-MOmentum stay.
    """
    first, *_ = name.split(maxsplit=1) or [""]
    return name if first[1:] != first[1:].lower() else name[:1].lower() + name[1:]


def joined(names: Iterable[str]) -> str:
    """As in a sentence: `age, sex and weight`; blank for none."""
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def listing(names: Iterable[Any]) -> str:
    """Names as in a sentence, each as `short_name`: `IVIG, SCIG and Efgartigimod`."""
    return joined(map(short_name, names))


def fitting(texts: Iterable[str]) -> str:
    """The first of these that has no more than `MOST_WORDS`; if none has, the last."""
    said = ""
    for said in texts:
        if len(said.split()) <= MOST_WORDS:
            break
    return said


def printed(value: float, form: str = "g") -> str:
    """A number in a format, with a true minus sign: `−5.1`."""  # noqa: RUF002
    return f"{value:{form}}".replace("-", MINUS)


def usd(value: Any) -> str:
    """Whole dollars: `$12,345`. Not reported where not known."""
    return f"${value:,.0f}" if known(value) else NOT_REPORTED


def usd_cents(value: Any) -> str:
    """Dollars and cents: `$12,345.60`. Not reported where not known."""
    return f"${value:,.2f}" if known(value) else NOT_REPORTED


def usd_range(low: Any, high: Any) -> str:
    """`$1,000 to $2,000`, the lower first, or one figure where both ends round to it."""
    return _span(low, high, usd)


def number(value: Any, digits: int = 0, unit: str = "") -> str:
    """A number with thousands separators and its unit; not reported where not known."""
    if not known(value):
        return NOT_REPORTED
    shown = f"{value:,.{digits}f}"
    if digits:
        shown = shown.rstrip("0").rstrip(".")
    return f"{shown} {unit}".rstrip()


def number_range(low: Any, high: Any, digits: int = 0) -> str:
    """`13 to 18`, the lower first, or one figure where both ends round to it."""
    return _span(low, high, lambda end: number(end, digits))


def _span(low: Any, high: Any, said: Callable[[Any], str]) -> str:
    low, high = sorted((low, high)) if known(low) and known(high) else (low, high)
    first, second = said(low), said(high)
    return first if first == second or not known(high) else f"{first} to {second}"


def number_of(ends: Iterable[Any], one: str) -> str:
    """`1 visit`, or `13 to 18 visits`; `2 therapies`; `5 days`; `hours not reported`."""
    low, high = ends
    shown = number_range(low, high)
    many = f"{one[:-1]}ies" if one.endswith("y") and one[-2] not in "aeiou" else f"{one}s"
    if not known(low):
        return f"{many} {NOT_REPORTED}"
    return f"{shown} {one if shown == '1' else many}"


def counted(count: int, one: str) -> str:
    """`1 pair`, `3 therapies`."""
    return number_of((count, count), one)
