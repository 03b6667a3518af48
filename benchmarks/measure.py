"""How things are timed here: medians, and ratios to a floor timed in turn with what it bounds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BUILD = Path(__file__).resolve().parents[1] / "build"
TIMES = 11
Act = Callable[[int], object]


@dataclass(frozen=True)
class Row:
    """One measurement: a value with its unit, and the most it may be (None: no bound)."""

    name: str
    value: float
    unit: str
    most: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return self.most is None or self.value <= self.most

    def __str__(self) -> str:
        bound = "" if self.most is None else f"at most {self.most:g}"
        verdict = "" if self.most is None else "ok" if self.kept else "MISSED"
        digits = {"times": 2, "": 3}.get(self.unit, 1)
        value = f"{self.value:,.{digits}f} {self.unit}"
        return f"{self.name:48} {value:>15}  {bound:12} {verdict:7} {self.note}".rstrip()


def once_ms(act: Act, i: int) -> float:
    """Wall time of one call, in milliseconds."""
    begin = time.perf_counter()
    act(i)
    return 1000 * (time.perf_counter() - begin)


def median_ms(act: Act, times: int = TIMES) -> float:
    """Median of so many calls `act(1) ... act(times)`, after `act(0)`, which does not count."""
    act(0)
    return statistics.median(once_ms(act, i) for i in range(1, times + 1))


def against(own: Act, floor: Act, times: int = TIMES) -> tuple[float, float]:
    """Medians of both in milliseconds, timed in turn, so that a busy machine slows both alike."""
    own(0)
    floor(0)
    pairs = [(once_ms(own, i), once_ms(floor, i)) for i in range(1, times + 1)]
    mine, least = zip(*pairs, strict=True)
    return statistics.median(mine), statistics.median(least)


def ratio(
    name: str, own: Act, floor: Act, most: float, floor_name: str, times: int = TIMES
) -> list[Row]:
    """Both medians and their ratio, with its bound."""
    mine, least = against(own, floor, times)
    return [
        Row(name, mine, "ms"),
        Row(f"  {floor_name}", least, "ms"),
        Row("  ratio", mine / least, "times", most),
    ]


def process(code: str) -> Act:
    """A run of `code` in a Python of its own, with modules compiled as installed ones are."""
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BUILD / "pycache")}
    command = [sys.executable, "-c", code]
    return lambda _: subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, env=os.environ | compiled
    )
