"""`docs/networks.md`: our networks beside published ones, from `docs/published_networks.csv`.

What others printed is typed there, each row with its source; our side is computed.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import compare
from compare.trials.declared import declared
from tools import ROOT, files

TYPED = ROOT / "docs" / "published_networks.csv"
MADE = ROOT / "docs" / "networks.md"
APART = 1.15
FAILURE = "failure_risk_ratio"
SCALES = {
    "odds_ratio": "odds ratio",
    "risk_ratio": "risk ratio",
    FAILURE: "risk ratio of not having it",
    "log_ratio": "rate ratio",
}
HEAD = """# Our networks beside published ones

Made from `published_networks.csv` by `python -m tools.published`; a test recomputes it. Published
estimates stand as the source prints them, ours are random-effects estimates of the declared
networks on the same scale. Ratio: ours over theirs. Other trials, other definitions of an endpoint
and other models are the usual reasons; where the ratio lies outside of 1/1.15 to 1.15, the reason
is given. Searched for and not found with numbers that could be read: Lasa 2022 (ulcerative
colitis), Cochrane's estimates for plaque psoriasis, McInnes 2022 and Ruyssen-Witrand 2020
(psoriatic arthritis), networks in ankylosing spondylitis by therapy, and, for relapsing MS, rate
ratios with intervals of OPERA I and II, ASCLEPIOS I and II, TEMSO, TOWER and TENERE.
"""


def typed() -> list[dict[str, str]]:
    """Rows of the published estimates."""
    with TYPED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ours(evidence: compare.Evidence, row: dict[str, str]) -> tuple[float, float, float]:
    """Our estimate of a published pair, with its interval, on the published scale."""
    found = declared(evidence, row["network_id"])
    table, measure = found.table, row["scale"]
    if measure == FAILURE:
        table, measure = table.assign(events=table["n"] - table["events"]), "risk_ratio"
    pairs = compare.network_meta_analysis(table, measure).pairs
    both = pairs["treatment"].eq(row["treatment"]) & pairs["comparator"].eq(row["comparator"])
    (ends,) = pairs.loc[both, ["estimate", "low", "high"]].to_numpy().tolist()
    return ends[0], ends[1], ends[2]


def apart(ratio: float) -> bool:
    """Whether ours and theirs differ by more than a reader may take for rounding."""
    return not 1 / APART <= ratio <= APART


def page(evidence: compare.Evidence) -> str:
    """The text of the page."""
    return "".join([HEAD, *_parts(evidence)])


def _parts(evidence: compare.Evidence) -> Iterator[str]:
    before: tuple[str, str] | None = None
    for row in typed():
        if (row["network_id"], row["scale"]) != before:
            before = row["network_id"], row["scale"]
            name, scale = evidence.label("networks", before[0]), SCALES[before[1]]
            yield f"\n## {name} ({scale})\n\n"
            yield "| Pair | Ours | Theirs | Ratio | Source | Why they differ |\n"
            yield "|---|---|---|---|---|---|\n"
        mine = ours(evidence, row)
        theirs = [float(row[name]) for name in ("published", "published_low", "published_high")]
        names = [evidence.label("therapies", row[name]) for name in ("treatment", "comparator")]
        yield (
            f"| {names[0]} against {names[1]} | {_three(mine)} | {_three(theirs)} "
            f"| {mine[0] / theirs[0]:.2f} | [{row['source']}]({row['address']}), {row['locator']} "
            f"| {row['why']} |\n"
        )


def _three(ends: tuple[float, ...] | list[float]) -> str:
    return f"{ends[0]:.2f} ({ends[1]:.2f} to {ends[2]:.2f})"


def main(path: Path = MADE) -> int:
    """Write the page."""
    files.write(path, page(compare.load()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
