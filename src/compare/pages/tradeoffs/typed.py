"""Numbers and ranges as a reader types them."""

from __future__ import annotations

import re

from compare.words import MINUS

RANGE = re.compile(
    rf"^\s*\$?([-{MINUS}]?[\d,.]+)\s*(?:to|;)\s*\$?([-{MINUS}]?[\d,.]+)\s*$", re.IGNORECASE
)


def number_in(words: str) -> float:
    """A number as a reader types it. Raises `ValueError` in plain words."""
    try:
        return float(words.replace(",", "").replace("$", "").replace(MINUS, "-").strip())
    except ValueError:
        raise ValueError(f"{words!r} is not a number") from None


def range_in(words: str, name: str) -> tuple[float, float]:
    """A range as a reader types it or the page prints it. Raises `ValueError` naming the box."""
    match = RANGE.match(words)
    if match is None:
        raise ValueError(f"{name} is {words!r}; expected two numbers such as 0 to 12")
    return number_in(match[1]), number_in(match[2])
