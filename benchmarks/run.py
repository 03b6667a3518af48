"""`make bench`: medians, and ratios to a floor timed in the same run; writes build/bench.json.

    python benchmarks/run.py                  everything: a quarter of an hour
    python benchmarks/run.py --only pages     one part alone: see `parts`
    python benchmarks/run.py --long           also ten million patients

Run alone on an idle machine. A bound that is missed is said, and is no error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict

import kernel
from measure import BUILD, Row

import browser
import notebooks
import preferences

Part = Callable[[], list[Row]]


def parts(options: argparse.Namespace) -> dict[str, Part]:
    """What is measured, by name."""
    found: dict[str, Part] = {
        "start": kernel.start,
        "pages": kernel.pages,
        "smaa": preferences.smaa,
        "cohort": lambda: kernel.cohort(options.long),
        "growth": kernel.growth,
        "browser": browser.pages,
        "notebooks": notebooks.run,
    }
    return {name: found[name] for name in options.only or found}


def main() -> None:
    """Print the table and write build/bench.json."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--long", action="store_true", help="also ten million patients")
    parser.add_argument("--only", action="append", help="a part: start, pages, smaa, ...")
    options = parser.parse_args()
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    print(f"Python {machine['python']}, {machine['cores']} cores, load {os.getloadavg()[0]:.1f}")
    rows: list[Row] = []
    BUILD.mkdir(exist_ok=True)
    for part in parts(options).values():
        for row in part():
            print(row, flush=True)
            rows.append(row)
        # After each part, so that one that fails does not take the others with it.
        found = {**machine, "load": os.getloadavg()[0], "rows": [asdict(row) for row in rows]}
        (BUILD / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    missed = [row.name.strip() for row in rows if not row.kept]
    print(f"{len(missed)} of {sum(row.most is not None for row in rows)} bounds missed")


if __name__ == "__main__":
    main()
