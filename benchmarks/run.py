"""`make bench`: medians in milliseconds, and ratios to a floor measured in the same run.

start     import and load as a process, against one that imports pandas and reads the same files
update    what the kernel does for one change of a control on the page of costs
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import compare
from compare.evidence import data_folder
from compare.explorers.cost import CostExplorer

BUILD = Path(__file__).resolve().parents[1] / "build"
REPEATS = 15


def median_ms(act: Callable[[int], object]) -> float:
    """Median time of `act(i)`, after one run that does not count."""
    act(0)
    times = []
    for i in range(1, REPEATS + 1):
        begin = time.perf_counter()
        act(i)
        times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


def process(code: str) -> Callable[[int], object]:
    """A run of `code` in a Python of its own."""
    return lambda _: subprocess.run([sys.executable, "-c", code], check=True)


def start() -> dict[str, float]:
    """Import and load, and its floor."""
    folder = str(data_folder())
    floor = (
        "import pandas, pathlib\n"
        f"for p in pathlib.Path({folder!r}).glob('*.csv'):\n"
        "    pandas.read_csv(p, dtype='str', keep_default_na=False)"
    )
    own = median_ms(process("import compare; compare.load()"))
    least = median_ms(process(floor))
    return {"start_ms": own, "start_floor_ms": least, "start_ratio": own / least}


def update() -> dict[str, float]:
    """A new weight, and a new condition."""
    page = CostExplorer(compare.load())
    conditions = ["cidp", "crohns", "ra", "gmg"]

    def weigh(i: int) -> None:
        page.controls["weight"].value = 60 + i

    def change(i: int) -> None:
        page.controls["condition"].value = conditions[i % len(conditions)]

    return {"cost_weight_ms": median_ms(weigh), "cost_condition_ms": median_ms(change)}


def main() -> None:
    """Print the table and write build/bench.json."""
    found = start() | update()
    for name, value in found.items():
        print(f"{name:20} {value:10.2f}")
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
