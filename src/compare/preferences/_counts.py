"""Who takes which rank in how many draws, once values and weights are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compare.preferences.decision import Decision, Floats

Singles = NDArray[np.float32]
PAIRED_THERAPIES = 24


def weigh(
    values: Singles,
    kept: NDArray[np.intp],
    used: NDArray[np.intp],
    weights: Singles | None,
    central: Floats,
) -> Singles:
    """Weighted values (kept therapies, draws), one block at a time so that it stays in cache."""
    draws = values.shape[2]
    total = np.empty((len(kept), draws), dtype=np.float32)
    every = len(kept) == values.shape[1]
    step = 8192
    for start in range(0, draws, step):
        cut = slice(start, start + step)
        part = total[:, cut]
        for i, k in enumerate(used):
            value = values[k, :, cut] if every else values[k, kept, cut]
            weight = np.float32(central[k]) if weights is None else weights[i, cut]
            if i == 0:
                np.multiply(value, weight, out=part)
            else:
                part += value * weight
    return total


def surely_above(
    decision: Decision, kept: NDArray[np.intp], used: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Pairs in which the row is better than the column by fixed figures alone.

    It settles ties of their values, so that who is dominated, by however little, is never first.
    """
    fixed = np.equal(decision.distribution, "fixed")
    sign = np.where(decision.higher_is_better, 1.0, -1.0)
    exact = np.where(fixed, decision.numbers["value"] * sign, np.nan)[np.ix_(kept, used)]
    with np.errstate(invalid="ignore"):
        never_below = np.all(exact[:, None, :] >= exact[None, :, :], axis=2)
        once_above = np.any(exact[:, None, :] > exact[None, :, :], axis=2)
    above: NDArray[np.bool_] = np.logical_and(never_below, once_above)
    return above


def count_ranks(total: Singles, sure: NDArray[np.bool_]) -> tuple[Floats, Floats, Singles]:
    """Rank counts, pairwise wins, and who is first in each draw; ties are shared equally."""
    count = len(total)
    if count > PAIRED_THERAPIES:
        return _count_by_sorting(total, sure)
    below, wins = _beaten(total)
    # Without a tie the therapies that stand above each other add up to 0 + 1 + ... + (count - 1).
    tied = np.not_equal(below.sum(axis=0, dtype=np.uint16), count * (count - 1) // 2)
    if not tied.any():
        return _ranks(below), wins, np.equal(below, 0).astype(np.float32)
    part = total[:, tied]
    _, strictly = _beaten(part)
    more, beaten, split = _share_ties(part, sure)
    below[:, tied] = count  # no rank: shared among those that tie
    first = np.equal(below, 0).astype(np.float32)
    first[:, tied] = split
    return _ranks(below) + more, wins - strictly + beaten, first


def _beaten(total: Singles) -> tuple[NDArray[np.uint8], Floats]:
    """How many others are above each therapy in each draw, and how often each is above each."""
    count, draws = total.shape
    below, wins = np.zeros((count, draws), dtype=np.uint8), np.zeros((count, count))
    higher = np.empty(draws, dtype=bool)
    one = higher.view(np.uint8)
    for i in range(count):
        for j in range(count):
            if i != j:
                np.greater(total[j], total[i], out=higher)
                np.add(below[i], one, out=below[i])
                wins[j, i] = np.count_nonzero(higher)
    return below, wins


def _ranks(below: NDArray[np.uint8]) -> Floats:
    """In how many draws each therapy has so many others above it."""
    ranks = range(len(below))
    return np.array([[np.count_nonzero(row == rank_) for rank_ in ranks] for row in below], float)


def _count_by_sorting(total: Singles, sure: NDArray[np.bool_]) -> tuple[Floats, Floats, Singles]:
    """The same for many therapies, by sorting each draw."""
    count, draws = total.shape
    counts, wins = np.zeros((count, count)), np.zeros((count, count))
    first = np.zeros((count, draws), dtype=np.float32)
    step = 1000
    for start in range(0, draws, step):
        cut = slice(start, start + step)
        columns = np.ascontiguousarray(total[:, cut].T)
        order = np.argsort(-columns, axis=1, kind="stable")
        ranked = np.take_along_axis(columns, order, axis=1)
        tied = (ranked[:, 1:] == ranked[:, :-1]).any(axis=1)
        clean = order[~tied]
        for rank_ in range(count):
            counts[:, rank_] += np.bincount(clean[:, rank_], minlength=count)
        positions = np.flatnonzero(~tied) + start
        first[clean[:, 0], positions] = 1
        place = np.argsort(clean, axis=1).astype(np.int16)
        for i in range(count):
            wins[i] += np.count_nonzero(place[:, i : i + 1] < place, axis=0)
        if tied.any():
            at = np.flatnonzero(tied) + start
            more, beaten, first[:, at] = _share_ties(total[:, at], sure)
            counts += more
            wins += beaten
    return counts, wins, first


def _share_ties(total: Singles, sure: NDArray[np.bool_]) -> tuple[Floats, Floats, Singles]:
    """Counts of draws with ties: those who tie share the ranks that they take together."""
    count, draws = total.shape
    counts, wins = np.zeros((count, count)), np.zeros((count, count))
    first = np.zeros((count, draws), dtype=np.float32)
    step = max(1, 4_000_000 // (count * count))
    for start in range(0, draws, step):
        part = total[:, start : start + step]
        equal = part[:, None, :] == part[None, :, :]
        above = (part[:, None, :] > part[None, :, :]) | (equal & sure[:, :, None])
        equal &= ~(sure | sure.T)[:, :, None]
        better = above.sum(axis=0)
        alike = equal.sum(axis=0)
        for rank_ in range(count):
            takes = (better <= rank_) & (rank_ < better + alike)
            counts[:, rank_] += (takes / alike).sum(axis=1)
        wins += above.sum(axis=2) + 0.5 * equal.sum(axis=2) * (1 - np.eye(count))
        first[:, start : start + step] = np.where(better == 0, 1 / alike, 0)
    return counts, wins, first
