"""Speed of preferences: against plain numpy, and of the page's redraws. Prints medians of 10.

Run alone on an idle machine: `python benchmarks/preferences.py`.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

import compare
from compare import acceptability, preferences
from compare.explorers.tradeoffs import TradeOffExplorer

THERAPIES, CRITERIA, DRAWS = 12, 6, 100_000


def table(therapies: int = THERAPIES, criteria: int = CRITERIA) -> pd.DataFrame:
    """A table of Betas."""
    rng = np.random.default_rng(0)
    n = rng.integers(50, 400, (therapies, criteria))
    events = rng.integers(0, n + 1)
    return pd.DataFrame(
        [
            {
                "therapy_id": f"t{t}",
                "criterion": f"c{c}",
                "value": events[t, c] / n[t, c],
                "favors": "lower" if c % 2 else "higher",
                "distribution": "beta",
                "events": events[t, c],
                "n": n[t, c],
            }
            for t in range(therapies)
            for c in range(criteria)
        ]
    )


def floor(counts: np.ndarray) -> None:
    """What plain numpy needs: the same random numbers, one product, one argsort."""
    rng = np.random.default_rng(1)
    drawn = np.empty((CRITERIA, THERAPIES, DRAWS))
    for c in range(CRITERIA):
        for t in range(THERAPIES):
            events, n = counts[t, c]
            drawn[c, t] = rng.beta(events + 1, n - events + 1, DRAWS)
    weights = np.full(CRITERIA, 1 / CRITERIA)
    total = np.tensordot(weights, drawn, axes=(0, 0))
    np.argsort(-total.T, axis=1)


def median_ms(act: Callable[[int], object], times: int = 10) -> float:
    """Median wall time of the call, in milliseconds."""
    taken = []
    for i in range(times):
        start = time.perf_counter()
        act(i)
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def smaa() -> None:
    """The ratio to the floor, a weight's change, and the memory of a million draws."""
    frame = table()
    counts = frame[["events", "n"]].to_numpy(dtype=float).reshape(THERAPIES, CRITERIA, 2)
    equal = {f"c{c}": 1 / CRITERIA for c in range(CRITERIA)}

    def ours(i: int) -> None:
        acceptability.unit_draws.cache_clear()
        preferences.rank_acceptability(frame, equal, seed=i)

    base, own = median_ms(lambda _: floor(counts)), median_ms(ours)
    print(f"numpy floor {base:.0f} ms, ours {own:.0f} ms, ratio {own / base:.2f} (at most 2)")
    drawn = preferences.sample(frame)
    order = list(equal)
    for how, weights in (("exact", equal), ("order", order), ("none", None)):
        preferences.rank(drawn, weights)
        taken = median_ms(lambda _, w=weights: preferences.rank(drawn, w))
        print(f"new weights, {how}: {taken:.1f} ms")
    tracemalloc.start()
    acceptability.unit_draws.cache_clear()
    preferences.rank_acceptability(frame, None, draws=1_000_000)
    print(f"a million draws: peak {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB")
    tracemalloc.stop()


def page() -> None:
    """Kernel time of a redraw of the page, everything on it included."""
    explorer = TradeOffExplorer(compare.load())
    conditions = list(explorer.evidence.conditions["condition_id"])[:10]
    for condition_id in [*conditions, "gmg"]:
        explorer.controls["condition"].value = condition_id

    def set_(name: str, value: object) -> None:
        explorer.controls[name].value = value

    explorer.controls["how"].value = "swing"
    explorer.controls["points_0"].value = 100
    print(f"weight: {median_ms(lambda i: set_('points_1', 5 + i)):.1f} ms (at most 15)")
    print(f"patient: {median_ms(lambda i: set_('weight', 60 + i)):.1f} ms (at most 60)")
    print(f"condition: {median_ms(lambda i: set_('condition', conditions[i])):.1f} ms (at most 60)")


if __name__ == "__main__":
    smaa()
    page()
