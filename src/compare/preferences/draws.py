"""Stochastic multicriteria acceptability analysis (SMAA; Lahdelma and Salminen 2001).

How often each therapy takes each rank, when figures are drawn from what the evidence allows and
weights from what the reader has said. Cells are drawn independently of each other.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from compare.data.arguments import MAX_SEED, whole
from compare.preferences._counts import Singles, count_ranks, surely_above, weigh
from compare.preferences.decision import (
    Decision,
    Ranges,
    Shapes,
    ValueFunction,
    Weights,
    bounds,
    central_weights,
    read,
    too_little,
    value_functions,
)

DRAWS = 100_000
MOST_DRAWS = 10_000_000
SEED = 1
CHUNK_CELLS = 8_000_000
KEPT_CELLS = 24_000_000
WEIGHT_STREAM = 0x5EED


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of every cell, made once and weighed as often as weights change.

    A seed gives the same digits twice. Every cell has a stream of its own, named by therapy and
    criterion: the order of rows, and what happens to other cells, change nothing. Up to 24
    million cells are kept; larger samples are drawn again, chunk by chunk, each time.
    """

    decision: Decision
    draws: int = DRAWS
    seed: int = SEED
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def chunk_draws(self) -> int:
        """Draws per chunk: memory stays the same however many are asked for."""
        cells = len(self.decision.therapies) * len(self.decision.criteria)
        return int(np.clip(CHUNK_CELLS // cells, 500, DRAWS))

    def chunk_sizes(self) -> list[int]:
        """Draws in each chunk."""
        size = self.chunk_draws
        return [min(size, self.draws - start) for start in range(0, self.draws, size)]

    def values(
        self, ranges: Ranges | None, shapes: Shapes | None, missing: str
    ) -> Iterator[tuple[Singles, float]]:
        """Chunks of values (criteria, therapies, draws) and how many figures were clipped."""
        functions = value_functions(self.decision, ranges, shapes)
        key = (tuple((*f.x, *f.v) for f in functions), missing)
        if self._kept.get("key") == key:
            yield from self._kept["chunks"]
            return
        cells = len(self.decision.therapies) * len(self.decision.criteria)
        keep: list[tuple[Singles, float]] | None = None
        if cells * self.draws <= KEPT_CELLS:
            keep = []
        for chunk, size in enumerate(self.chunk_sizes()):
            valued = self._valued(functions, missing, chunk, size)
            if keep is not None:
                keep.append(valued)
            yield valued
        if keep is not None:
            self._kept.update(key=key, chunks=keep)

    def _valued(
        self, functions: Sequence[ValueFunction], missing: str, chunk: int, size: int
    ) -> tuple[Singles, float]:
        decision = self.decision
        shape = (len(decision.criteria), len(decision.therapies), size)
        values = np.empty(shape, dtype=np.float32)
        lowest, highest = bounds(decision, functions, missing)
        clipped = 0
        for k, (criterion, function) in enumerate(zip(decision.criteria, functions, strict=True)):
            for t, therapy in enumerate(decision.therapies):
                out = values[k, t]
                kind = str(decision.distribution[t, k])
                if kind == "missing":
                    if lowest[t, k] == highest[t, k]:
                        out[:] = lowest[t, k]
                        continue
                    z = unit_draws("range", (), self._stream(therapy, criterion, chunk), size)
                    if function.linear:
                        np.multiply(z, np.float32(highest[t, k] - lowest[t, k]), out=out)
                        out += np.float32(lowest[t, k])
                    else:
                        ceiling = decision.numbers["below"][t, k]
                        top = float(np.fmin(ceiling, function.x[-1]))
                        out[:] = function(function.x[0] + z * (top - function.x[0]))
                    continue
                offset, factor, drawn = self._cell(t, k, kind, chunk, size)
                clipped += self._value(function, offset, factor, drawn, out)
        return values, float(clipped)

    def _value(
        self,
        function: ValueFunction,
        offset: float,
        factor: float,
        z: Singles | None,
        out: Singles,
    ) -> int:
        """Value offset + factor * z into `out`; returns how many lay outside the range."""
        x0, x1 = float(function.x[0]), float(function.x[-1])
        if z is None:
            out[:] = function(np.array([offset]))[0]
            return out.size if not x0 <= offset <= x1 else 0
        if not function.linear:
            amount = offset + factor * z.astype(np.float64)
            out[:] = function(amount)
            return int(np.count_nonzero((amount < x0) | (amount > x1)))
        start, end = (x0, x1) if function.v[0] == 0 else (x1, x0)
        np.multiply(z, np.float32(factor / (end - start)), out=out)
        out += np.float32((offset - start) / (end - start))
        outside = 0
        if out.min() < 0 or out.max() > 1:
            outside = int(np.count_nonzero(out < 0) + np.count_nonzero(out > 1))
            np.clip(out, 0, 1, out=out)
        return outside

    def _cell(
        self, t: int, k: int, kind: str, chunk: int, size: int
    ) -> tuple[float, float, Singles | None]:
        """A cell's amounts as offset + factor * draws of its unit distribution."""
        number = {name: float(cells[t, k]) for name, cells in self.decision.numbers.items()}
        therapy, criterion = self.decision.therapies[t], self.decision.criteria[k]
        stream = self._stream(therapy, criterion, chunk)
        if kind == "fixed" or (kind in ("range", "normal") and number["low"] == number["high"]):
            return number["value"] if kind != "range" else number["low"], 0.0, None
        if kind == "range":
            z = unit_draws("range", (), stream, size)
            return number["low"], number["high"] - number["low"], z
        if kind == "normal":
            z = unit_draws("normal", (), stream, size)
            return number["value"], (number["high"] - number["low"]) / 3.92, z
        if kind == "lognormal":
            sd = (np.log(number["high"]) - np.log(number["low"])) / 3.92
            z = unit_draws("lognormal", (float(sd),), stream, size)
            return 0.0, number["value"], z
        names = ("events", "n", "comparator_events", "comparator_n")
        counts = tuple(number[name] for name in names[: 2 if kind == "beta" else 4])
        return 0.0, float(self.decision.scale[k]), unit_draws(kind, counts, stream, size)

    def _stream(self, therapy: str, criterion: str, chunk: int) -> tuple[int, ...]:
        return (self.seed, chunk, zlib.crc32(therapy.encode()), zlib.crc32(criterion.encode()))

    def weights(self, weights: Weights, chunk: int, size: int) -> tuple[Singles, Singles] | None:
        """Weights (criteria, draws) of a chunk, and where each of them is heavy.

        Heavy: the heaviest of all, or, under an order, above its own median draw. None where the
        reader gave exact weights.
        """
        if isinstance(weights, Mapping):
            return None
        named = list(self.decision.criteria) if weights is None else list(weights)
        key = ("weights", chunk, len(named), weights is None)
        kept = self._kept.get(key)
        if kept is None:
            rng = np.random.default_rng((self.seed, chunk, WEIGHT_STREAM))
            simplex = rng.standard_exponential((len(named), size), dtype=np.float32)
            simplex /= simplex.sum(axis=0)
            if weights is not None:
                simplex = np.sort(simplex, axis=0)[::-1].copy()
            kept = simplex, _heavy(simplex, weights is None)
            if self.draws <= DRAWS:
                self._kept[key] = kept
        rows = [self.decision.column(name) for name in named]
        if rows == list(range(len(self.decision.criteria))):
            return kept
        found = np.zeros((2, len(self.decision.criteria), size), dtype=np.float32)
        found[0, rows], found[1, rows] = kept
        return found[0], found[1]


@functools.lru_cache(maxsize=160)
def unit_draws(
    kind: str, parameters: tuple[float, ...], stream: tuple[int, ...], size: int
) -> Singles:
    """Draws of one cell in units of its own: a proportion, a z score, or 0 to 1.

    Kept for the cells used last, so that a change of weight or patient draws only what changed.
    """
    rng = np.random.default_rng(stream)
    if kind == "beta":
        events, n = parameters
        drawn = rng.beta(events + 1, n - events + 1, size)
    elif kind == "difference":
        events, n, comparator_events, comparator_n = parameters
        drawn = rng.beta(events + 1, n - events + 1, size)
        drawn -= rng.beta(comparator_events + 1, comparator_n - comparator_events + 1, size)
    elif kind == "normal":
        drawn = rng.standard_normal(size)
    elif kind == "lognormal":
        drawn = np.exp(rng.standard_normal(size) * parameters[0])
    else:
        drawn = rng.random(size)
    single = drawn.astype(np.float32)
    single.setflags(write=False)
    return single


def sample(table: pd.DataFrame | Decision, draws: int = DRAWS, seed: int = SEED) -> Draws:
    """Draws of the table's cells, to be given to `rank_acceptability` in the table's place."""
    draws = whole("draws", draws, 1, MOST_DRAWS)
    return Draws(read(table), draws, whole("seed", seed, 0, MAX_SEED))


@dataclass(frozen=True, eq=False)
class Ranking:
    """What the draws say.

    `acceptability`: therapies by rank_1 ... rank_k, shares of all draws; blank rows for
    `too_little` (more than a third of the weight on cells without a figure), which take no rank.
    `pairwise`: share of draws in which the row's therapy is above the column's.
    `central_weights`: mean weights where a therapy is first (None with exact weights).
    `first_when`: share of first ranks where a criterion weighs most (all weightings), or weighs
    more than in the median weighting (an order). `weights`: the middle of all weightings.
    `clipped`: share of drawn figures outside their range.
    """

    acceptability: pd.DataFrame
    pairwise: pd.DataFrame
    central_weights: pd.DataFrame | None
    first_when: pd.DataFrame | None
    weights: dict[str, float]
    too_little: tuple[str, ...]
    clipped: float
    draws: int


def rank_acceptability(
    table: pd.DataFrame | Decision | Draws,
    weights: Weights = None,
    ranges: Ranges | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    shapes: Shapes | None = None,
    missing: str = "range",
) -> pd.DataFrame:
    """Share of draws in which each therapy takes each rank.

    Indexed by `therapy_id`, columns `rank_1 ... rank_k` that sum to 1 down and across. `weights`:
    None (all weightings alike), a list of criteria (order of importance, most important first;
    all weightings that fit it) or a dict (exact). `ranges` and `shapes` as in `weighted_value`.
    A missing cell is drawn over its whole range, below its reporting threshold where one is
    known; `missing="worst"` sets it to its worst. A therapy with more than a third of the weight
    on missing cells has blanks and takes no rank ("too little reported"; `attrs` names it).

    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     [("a", "cost", 100.0), ("a", "harm", 2.0), ("b", "cost", 300.0), ("b", "harm", 1.0)],
    ...     columns=["therapy_id", "criterion", "value"],
    ... ).assign(favors="lower", distribution="fixed")
    >>> rank_acceptability(table, ["cost", "harm"])["rank_1"].to_dict()
    {'a': 1.0, 'b': 0.0}
    """
    return rank(table, weights, ranges, draws, seed, shapes, missing).acceptability


def rank(
    table: pd.DataFrame | Decision | Draws,
    weights: Weights = None,
    ranges: Ranges | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    shapes: Shapes | None = None,
    missing: str = "range",
) -> Ranking:
    """`rank_acceptability` with everything else that the same draws tell."""
    drawn = table if isinstance(table, Draws) else sample(table, draws, seed)
    decision = drawn.decision
    central = central_weights(decision, weights)
    flags = too_little(decision, central)
    kept = np.flatnonzero(~flags)
    used = np.flatnonzero(central > 0)
    count = len(kept)
    counts, wins = np.zeros((count, count)), np.zeros((count, count))
    sums = np.zeros((count, len(used)))
    halves, inside = np.zeros((count, len(used))), np.zeros(len(used))
    clipped = 0.0
    sure = surely_above(decision, kept, used)
    sizes = drawn.chunk_sizes()
    for chunk, (values, outside) in enumerate(drawn.values(ranges, shapes, missing)):
        clipped += outside
        if not count:
            continue
        random = drawn.weights(weights, chunk, sizes[chunk])
        drawn_weights = None if random is None else random[0][used]
        total = weigh(values, kept, used, drawn_weights, central)
        added, beaten, first = count_ranks(total, sure)
        counts += added
        wins += beaten
        if random is not None and drawn_weights is not None:
            heavy = random[1][used]
            sums += first @ drawn_weights.T
            halves += first @ heavy.T
            inside += heavy.sum(axis=1)
    names = [decision.therapies[t] for t in kept]
    index = pd.Index(decision.therapies, name="therapy_id")
    ranks = pd.DataFrame(
        counts / drawn.draws,
        index=pd.Index(names, name="therapy_id"),
        columns=[f"rank_{r}" for r in range(1, count + 1)],
    ).reindex(index)
    lost = tuple(np.array(decision.therapies)[flags])
    ranks.attrs["too_little_reported"] = list(map(str, lost))
    criteria = [decision.criteria[k] for k in used]
    inexact = not isinstance(weights, Mapping) and count > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        centers = sums / counts[:, :1] if inexact else None
        shares = halves / inside if inexact else None
    return Ranking(
        acceptability=ranks,
        pairwise=pd.DataFrame(wins / drawn.draws, index=names, columns=names),
        central_weights=None if centers is None else pd.DataFrame(centers, names, criteria),
        first_when=None if shares is None else pd.DataFrame(shares, names, criteria),
        weights=dict(zip(decision.criteria, map(float, central), strict=True)),
        too_little=tuple(map(str, lost)),
        clipped=clipped / drawn.draws / max(1, int((~decision.missing).sum())),
        draws=drawn.draws,
    )


def confidence_factors(
    drawn: Draws,
    ranking: Ranking,
    ranges: Ranges | None = None,
    shapes: Shapes | None = None,
    missing: str = "range",
) -> pd.Series[float]:
    """Share of draws of the figures in which a therapy is first at its own central weights."""
    if ranking.central_weights is None:
        return ranking.acceptability.get("rank_1", pd.Series(dtype=float))
    found = {}
    names = [str(name) for name in ranking.central_weights.columns]
    centers = ranking.central_weights.to_numpy(dtype=float)
    for therapy, weights in zip(ranking.central_weights.index, centers, strict=True):
        found[therapy] = np.nan
        if not np.isnan(weights).any():
            exact = dict(zip(names, map(float, weights), strict=True))
            only = rank(drawn, exact, ranges, shapes=shapes, missing=missing)
            found[therapy] = only.acceptability["rank_1"].to_dict()[therapy]
    return pd.Series(found, name="confidence_factor", dtype=float)


def _heavy(weights: Singles, all_weightings: bool) -> Singles:
    """Where each criterion weighs most of all, or more than in its own median draw."""
    if all_weightings:
        heavy = np.equal(weights, weights.max(axis=0))
    else:
        heavy = np.greater(weights, np.median(weights, axis=1, keepdims=True))
    found: Singles = heavy.astype(np.float32)
    return found
