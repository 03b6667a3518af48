"""Generalized least squares on a network of trials: the linear algebra, nothing else.

A trial of k arms says k - 1 things: how far each arm lies from the first one, with their
covariance. Weighting the arms by the inverse of that covariance gives the trial's Laplacian, and
the sum of the Laplacians gives the network (Rücker 2012). Adding tau2 to the variance of every
difference of two arms, and so tau2 / 2 to every covariance of two differences, gives random
effects with multi-arm trials counted once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.data.rows import grouped

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trial:
    """What one trial says of its treatments, on the scale of the analysis (logs for ratios).

    `effects` holds a number an arm, of which only differences mean anything; `covariance` is that
    of the other arms' differences from the first; `patients` and `events` are what the arms had,
    None where the table does not say.
    """

    study: str
    treatments: tuple[str, ...]
    effects: Floats
    covariance: Floats
    patients: tuple[float, ...] | None = None
    events: tuple[float, ...] | None = None

    def laplacian(self, tau2: float) -> Floats:
        """Weights of the arms, k by k: each row sums to 0."""
        k = len(self.treatments)
        contrasts = np.hstack([-np.ones((k - 1, 1)), np.eye(k - 1)])
        shared = tau2 / 2 * (np.eye(k - 1) + 1)
        return np.asarray(contrasts.T @ np.linalg.inv(self.covariance + shared) @ contrasts)

    def variances(self) -> Floats:
        """Variance of the difference of each two arms, k by k."""
        arms = np.zeros((len(self.treatments), len(self.treatments)))
        arms[1:, 1:] = self.covariance
        return differences(arms)


@dataclass(frozen=True, eq=False)
class Fit:
    """Estimates of a network: `effects` a treatment, `covariance` up to a constant, `q`."""

    effects: Floats
    covariance: Floats
    q: float


@dataclass(frozen=True)
class Spread:
    """Cochran's Q of a network, its split, and tau2 by the method of moments (NaN without df)."""

    tau2: float
    q: float
    df: int
    q_within: float
    df_within: int


def differences(covariance: Floats) -> Floats:
    """Variance of the difference of each two, from their covariance."""
    own = np.diag(covariance)
    return np.asarray(own[:, None] + own[None, :] - 2 * covariance)


def fit(trials: Sequence[Trial], treatments: Sequence[str], tau2: float = 0.0) -> Fit:
    """Estimates of the treatments from trials that connect all of them."""
    places = _places(trials, treatments)
    weights = [trial.laplacian(tau2) for trial in trials]
    n = len(treatments)
    total, right = np.zeros((n, n)), np.zeros(n)
    for trial, at, weight in zip(trials, places, weights, strict=True):
        total[np.ix_(at, at)] += weight
        right[at] += weight @ trial.effects
    # A constant in every cell makes the sum invertible and cancels in every difference.
    covariance = np.linalg.inv(total + np.trace(total) / n**2)
    effects = covariance @ right
    q = 0.0
    for trial, at, weight in zip(trials, places, weights, strict=True):
        residual = trial.effects - effects[at]
        q += float(residual @ weight @ residual)
    return Fit(effects, covariance, q)


def spread(trials: Sequence[Trial], treatments: Sequence[str]) -> Spread:
    """Heterogeneity of a connected network: DerSimonian and Laird, generalized (Jackson 2013).

    Q within designs is what trials of one set of treatments disagree about among themselves
    (Krahn 2013); the rest of Q lies between designs.
    """
    common = fit(trials, treatments)
    df = _contrasts(trials) - (len(treatments) - 1)
    trace, squares = 0.0, np.zeros((len(treatments), len(treatments)))
    for trial, at in zip(trials, _places(trials, treatments), strict=True):
        weight = trial.laplacian(0.0)
        trace += float(np.trace(weight))
        squares[np.ix_(at, at)] += weight @ weight
    expected = (trace - float(np.sum(common.covariance * squares))) / 2
    tau2 = max(0.0, (common.q - df) / expected) if df else np.nan
    designs = grouped(trials, lambda trial: frozenset(trial.treatments))
    alike = [(same, sorted(names)) for names, same in designs.items()]
    q_within = sum(fit(same, names).q for same, names in alike if len(same) > 1)
    df_within = sum(_contrasts(same) - (len(names) - 1) for same, names in alike)
    return Spread(tau2, common.q, df, q_within, df_within)


def direct(
    trials: Sequence[Trial], treatments: Sequence[str], tau2: float
) -> tuple[Floats, Floats]:
    """Each pair from the trials that compared it, alone: estimates and variances, NaN without any.

    A trial of more than two arms counts with each of its pairs, as in netmeta.
    """
    n = len(treatments)
    weights, weighted = np.zeros((n, n)), np.zeros((n, n))
    for trial, at in zip(trials, _places(trials, treatments), strict=True):
        variances = trial.variances() + tau2
        np.fill_diagonal(variances, np.inf)
        weights[np.ix_(at, at)] += 1 / variances
        weighted[np.ix_(at, at)] += np.subtract.outer(trial.effects, trial.effects) / variances
    with np.errstate(divide="ignore", invalid="ignore"):
        return weighted / weights, np.where(weights > 0, 1 / weights, np.nan)


def islands(trials: Iterable[Trial]) -> list[list[str]]:
    """Treatments by the groups that trials connect, names sorted; one group if all is connected."""
    groups: list[set[str]] = []
    for trial in trials:
        joined = set(trial.treatments)
        apart = []
        for group in groups:
            if group & joined:
                joined |= group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return sorted(sorted(group) for group in groups)


def _contrasts(trials: Iterable[Trial]) -> int:
    return sum(len(trial.treatments) - 1 for trial in trials)


def _places(trials: Iterable[Trial], treatments: Sequence[str]) -> list[list[int]]:
    place = {name: i for i, name in enumerate(treatments)}
    return [[place[name] for name in trial.treatments] for trial in trials]
