"""Network meta-analysis: what follows across trials that share comparators.

Frequentist, by generalized least squares, equal to the graph method of netmeta (Rücker 2012):
common and random effects with the generalized DerSimonian-Laird tau2 (Jackson 2013), multi-arm
trials counted once, Q split by design (Krahn 2013), indirect evidence by back-calculation (König
2013), P-scores (Rücker 2015). The engine alone: whether trials may be compared is not its matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from compare.data.arguments import shown
from compare.data.errors import clipped
from compare.trials._distributions import Z_95, chi2_p, t_95, two_sided_p
from compare.trials._effects import MEASURES, RATIOS, read
from compare.trials._gls import (
    Fit,
    Floats,
    Spread,
    Trial,
    differences,
    direct,
    fit,
    islands,
    spread,
)

MODELS = ("common", "random")
FAVORS = ("lower", "higher")
# A direct estimate that carries all but this share of the network's weight leaves nothing indirect.
ALL_DIRECT = 0.0005
EFFECTS = ["treatment", "estimate", "low", "high", "prediction_low", "prediction_high", "p_score"]
PAIRS = [
    *("treatment", "comparator", "estimate", "low", "high", "direct", "direct_low", "direct_high"),
    *("indirect", "indirect_low", "indirect_high", "p_split"),
]


@dataclass(frozen=True, eq=False)
class Network:
    """Estimates of a network of trials; ratios as ratios, intervals of 95 percent.

    `effects`: one row a treatment, against `reference` (its own row is that of no effect), with
    prediction intervals (random effects, at least two degrees of freedom of Q) and P-scores (where
    `favors` was said). `pairs`: each pair from both sides, so that a table of all against all is a
    pivot: network, direct, indirect estimate, and the p value of their disagreement; blank where
    there is none. `heterogeneity`: tau2 and I2 (a proportion), Cochran's Q and its split within
    and between designs; NaN without a degree of freedom. `dropped`: `study, reason`. `trials`:
    what the estimates were made of, on the scale of the analysis. A declared network may be
    `refused` (a sentence; then the frames are empty), and carries `flags` (a sentence each).
    """

    measure: str
    model: str
    reference: str
    effects: pd.DataFrame
    pairs: pd.DataFrame
    heterogeneity: dict[str, float]
    dropped: pd.DataFrame
    trials: tuple[Trial, ...]
    refused: str = ""
    flags: tuple[str, ...] = ()


def network_meta_analysis(
    table: pd.DataFrame,
    measure: str,
    model: str = "random",
    reference: str | None = None,
    favors: str | None = None,
) -> Network:
    """Compare all treatments of a table of trials with each other, in one model.

    `table`: one row an arm (`study, treatment, events, n`; or `mean, sd, n`; or `mean, se`), or
    one row a contrast (`study, treatment, comparator, estimate, se`: treatment minus comparator,
    logs for ratios, all pairs of a trial of several arms). `measure`: odds_ratio, risk_ratio,
    risk_difference, mean_difference, log_ratio (contrasts alone: log hazard or rate ratios).
    `reference` None: the treatment of most trials. `favors` (lower or higher) is needed for
    P-scores. A trial with a zero cell gets 0.5 in every arm (in the variance alone for the risk
    difference); a trial without any event, or with events in everybody, drops out and is named.
    Prediction intervals are t intervals with the degrees of freedom of Q, as in netmeta since 2025.

    Raises `DataError` for a table that cannot be used, `ValueError` for other arguments, each with
    all that is wrong.

    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "study": ["one", "one", "two", "two"],
    ...         "treatment": ["A", "B", "B", "C"],
    ...         "events": [30, 20, 25, 15],
    ...         "n": [100, 100, 90, 90],
    ...     }
    ... )
    >>> network = network_meta_analysis(table, "odds_ratio", reference="C")
    >>> round(float(network.effects.set_index("treatment").loc["A", "estimate"]), 2)
    3.3
    """
    wrong = [
        f"{name} is {shown(value)}; expected one of {', '.join(allowed)}"
        for name, value, allowed in (
            ("measure", measure, MEASURES),
            ("model", model, MODELS),
            ("favors", favors, FAVORS),
        )
        if not (isinstance(value, str) and value in allowed)
        and not (name == "favors" and value is None)
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    trials, dropped = read(table, measure)
    treatments = sorted({name for trial in trials for name in trial.treatments})
    if reference is not None and not (isinstance(reference, str) and reference in treatments):
        said = repr(clipped(reference, 500)) if isinstance(reference, str) else shown(reference)
        raise ValueError(f"reference is {said}; expected one of {', '.join(treatments)}")
    found = spread(trials, treatments)
    tau2 = used_tau2(found, model)
    estimates = fit(trials, treatments, tau2)
    center = reference or max(
        treatments, key=lambda name: sum(name in t.treatments for t in trials)
    )
    return Network(
        measure=measure,
        model=model,
        reference=center,
        effects=_effects(estimates, found, treatments, center, measure, model, favors),
        pairs=_pairs(estimates, direct(trials, treatments, tau2), treatments, measure),
        heterogeneity=_heterogeneity(found),
        dropped=pd.DataFrame(dropped, columns=["study", "reason"], dtype="str"),
        trials=tuple(trials),
    )


def used_tau2(found: Spread, model: str) -> float:
    """The tau2 of a fit: 0 for common effects, and where no degree of freedom can tell it."""
    return 0.0 if model == "common" or math.isnan(found.tau2) else found.tau2


def leave_one_out(network: Network) -> pd.DataFrame:
    """The network's effects against its reference without each of its trials.

    Columns: `study` (left out), `treatment, estimate, low, high, tau2`. Blank where the trials
    that are left do not connect a treatment with the reference.
    """
    names = list(network.effects["treatment"])
    parts = []
    for trial in network.trials:
        others = [other for other in network.trials if other is not trial]
        joined = next((group for group in islands(others) if network.reference in group), [])
        kept = [other for other in others if other.treatments[0] in joined]
        part = pd.DataFrame({"treatment": names})
        if kept:
            found = spread(kept, joined)
            fitted = fit(kept, joined, used_tau2(found, network.model))
            own = joined.index(network.reference)
            effects, errors = fitted.effects - fitted.effects[own], _errors(fitted)[:, own]
            frame = _columns(network.measure, "", effects, errors).assign(treatment=joined)
            part = part.merge(frame.assign(tau2=found.tau2), on="treatment", how="left")
        parts.append(part.assign(study=trial.study))
    columns = ["study", "treatment", "estimate", "low", "high", "tau2"]
    return pd.concat(parts, ignore_index=True).reindex(columns=columns)


def bucher(
    first: tuple[float, float, float], second: tuple[float, float, float], ratio: bool = True
) -> tuple[float, float, float]:
    """First against second from each one's estimate, low and high against the same comparator.

    Bucher's comparison (1997) of two estimates that share nothing but the comparator; 95 percent.

    >>> [round(x, 2) for x in bucher((1.36, 0.89, 2.08), (5.90, 2.78, 12.51))]
    [0.23, 0.1, 0.55]
    """
    (one, low, high), (other, low_other, high_other) = (
        (math.log(x) for x in three) if ratio else three for three in (first, second)
    )
    estimate, half = one - other, math.hypot((high - low) / 2, (high_other - low_other) / 2)
    ends = (estimate, estimate - half, estimate + half)
    return tuple(map(math.exp, ends)) if ratio else ends  # type: ignore[return-value]


def _errors(estimates: Fit) -> Floats:
    """Standard error of the difference of each two treatments; 0 of one from itself."""
    return np.sqrt(np.maximum(differences(estimates.covariance), 0.0))


def _columns(
    measure: str, name: str, estimates: Floats, errors: Floats, width: float = Z_95
) -> pd.DataFrame:
    """Estimates with their intervals on the measure's own scale, in columns of that name."""
    shown = np.exp if measure in RATIOS else np.asarray
    ends = (estimates, estimates - width * errors, estimates + width * errors)
    names = [name or "estimate", *(f"{name}_{end}" if name else end for end in ("low", "high"))]
    return pd.DataFrame({column: shown(end) for column, end in zip(names, ends, strict=True)})


def _effects(
    estimates: Fit,
    found: Spread,
    treatments: list[str],
    reference: str,
    measure: str,
    model: str,
    favors: str | None,
) -> pd.DataFrame:
    own = treatments.index(reference)
    errors = _errors(estimates)
    effects = estimates.effects - estimates.effects[own]
    out = _columns(measure, "", effects, errors[:, own])
    predicted = model == "random" and found.df >= 2
    wide = np.hypot(errors[:, own], math.sqrt(used_tau2(found, model)))
    wide[own] = 0.0
    width = t_95(found.df) if predicted else math.nan
    out = out.join(_columns(measure, "prediction", effects, wide, width).iloc[:, 1:])
    scores = np.full(len(treatments), math.nan)
    if favors:
        better = np.subtract.outer(effects, effects) * (1 if favors == "higher" else -1)
        z = better[~np.eye(len(effects), dtype=bool)] / errors[~np.eye(len(effects), dtype=bool)]
        ahead = np.where(z > 0, 1 - two_sided_p(z) / 2, two_sided_p(z) / 2)
        scores = ahead.reshape(len(effects), -1).mean(axis=1)
    return out.assign(treatment=treatments, p_score=scores)[EFFECTS]


def _pairs(
    estimates: Fit, alone: tuple[Floats, Floats], treatments: list[str], measure: str
) -> pd.DataFrame:
    """Each pair from both sides; indirect evidence is what is left of the network's estimate."""
    i, j = np.nonzero(~np.eye(len(treatments), dtype=bool))
    network = (estimates.effects[i] - estimates.effects[j], _errors(estimates)[i, j])
    own, own_error = alone[0][i, j], np.sqrt(alone[1][i, j])
    share = (network[1] / own_error) ** 2
    left = np.where(share > 1 - ALL_DIRECT, np.nan, 1 - share)
    other = (network[0] - share * own) / left
    other_error = network[1] / np.sqrt(left)
    unseen = np.isnan(own)
    other, other_error = (
        np.where(unseen, whole, part)
        for whole, part in zip(network, (other, other_error), strict=True)
    )
    p = two_sided_p((own - other) / np.hypot(own_error, other_error))
    names = np.array(treatments)
    out = pd.DataFrame({"treatment": names[i], "comparator": names[j]})
    for name, values in (
        ("", network),
        ("direct", (own, own_error)),
        ("indirect", (other, other_error)),
    ):
        out = out.join(_columns(measure, name, *values))
    return out.assign(p_split=p)[PAIRS]


def _heterogeneity(found: Spread) -> dict[str, float]:
    q_between, df_between = found.q - found.q_within, found.df - found.df_within
    if not df_between:
        q_between = 0.0
    return {
        "tau2": found.tau2,
        "i2": max(0.0, 1 - found.df / found.q) if found.df and found.q else math.nan,
        **{"q": found.q, "df": found.df, "p": chi2_p(found.q, found.df)},
        **{"q_within": found.q_within, "df_within": found.df_within},
        **{"q_between": q_between, "df_between": df_between},
        "p_between": chi2_p(q_between, df_between),
    }
