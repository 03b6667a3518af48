"""Findings: one sentence for a chart, returned with the numbers that it states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """A sentence and the numbers in it, by name, so that a test can recompute them."""

    text: str
    numbers: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text
