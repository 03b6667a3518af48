"""SMAA against what plain numpy needs for the same draws, products and ranks."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
from measure import Row, median_ms, ratio

from compare import preferences
from compare.preferences import draws as acceptability

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


def smaa() -> list[Row]:
    """The ratio to the floor, a weight's change, and the memory of a million draws."""
    frame = table()
    counts = frame[["events", "n"]].to_numpy(dtype=float).reshape(THERAPIES, CRITERIA, 2)
    equal = {f"c{c}": 1 / CRITERIA for c in range(CRITERIA)}

    def ours(i: int) -> None:
        acceptability.unit_draws.cache_clear()
        preferences.rank_acceptability(frame, equal, seed=i)

    title = f"SMAA: {DRAWS:,} draws x {THERAPIES} x {CRITERIA}"
    rows = ratio(title, ours, lambda _: floor(counts), 2.0, "numpy alone")
    drawn = preferences.sample(frame)
    for how, weights in (("exact", equal), ("in an order", list(equal)), ("all", None)):
        taken = median_ms(lambda _, w=weights: preferences.rank(drawn, w))
        rows.append(Row(f"SMAA: new weights, {how}", taken, "ms"))
    acceptability.unit_draws.cache_clear()
    tracemalloc.start()
    preferences.rank_acceptability(frame, None, draws=1_000_000)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    acceptability.unit_draws.cache_clear()
    rows.append(Row("SMAA: a million draws, peak memory", peak, "MB", 1000))
    return rows
