"""The coverage part of `make coverage`: how many of the library's branches the tests took.

The total that coverage.py bounds by itself counts lines too, of which there are many more.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def judge(report: Path, least_pct: float) -> tuple[bool, str]:
    """Whether enough branches were taken, and a sentence with the files that miss the most."""
    measured = json.loads(report.read_text(encoding="utf-8"))
    taken, every = (measured["totals"][key] for key in ("covered_branches", "num_branches"))
    share = 100 * taken / every
    missing = {
        name: file["summary"]["missing_branches"] for name, file in measured["files"].items()
    }
    most = sorted(missing, key=lambda name: -missing[name])[:5]
    named = ", ".join(f"{name} {missing[name]}" for name in most if missing[name]) or "none"
    said = f"branches taken: {taken} of {every}, {share:.1f}% (at least {least_pct:g}%)"
    return share >= least_pct, f"{said}; most missed: {named}"


if __name__ == "__main__":
    good, sentence = judge(Path(sys.argv[1]), float(sys.argv[2]))
    print(sentence)
    sys.exit(not good)
