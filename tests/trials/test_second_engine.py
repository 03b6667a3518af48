"""The network engine against pimeta, a port of R's netmeta that shares no code with ours."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pimeta
import pytest

from compare import network_meta_analysis

NETWORKS = 12


def contrasts(seed: int) -> pd.DataFrame:
    """A random connected network, all pairs of its trials: up to 8 treatments, 2 to 5 arms."""
    random = np.random.default_rng(seed)
    names = [f"t{i}" for i in range(random.integers(3, 9))]
    groups = [names[i : i + 2] for i in range(len(names) - 1)]
    for _ in range(random.integers(3, 15)):
        size = random.integers(2, min(5, len(names)) + 1)
        groups.append(sorted(random.choice(names, size, replace=False)))
    return pd.DataFrame(pairs(random, groups))


def pairs(random: np.random.Generator, groups: list[list[str]]) -> Iterator[dict[str, object]]:
    for k, group in enumerate(groups):
        effects = {name: random.normal(int(name[1:]) / 5, 0.4) for name in group}
        variances = {name: random.uniform(0.02, 0.3) for name in group}
        for i, one in enumerate(group):
            for other in group[i + 1 :]:
                yield {
                    "study": f"s{k}",
                    "treatment": one,
                    "comparator": other,
                    "estimate": effects[one] - effects[other],
                    "se": math.sqrt(variances[one] + variances[other]),
                }


@pytest.mark.parametrize("model", ["common", "random"])
def test_random_networks_agree_with_a_second_engine(model):
    """12 networks: estimates, intervals, direct, indirect, tau2, Q and its split, P-scores."""
    for seed in range(NETWORKS):
        table = contrasts(seed)
        ours = network_meta_analysis(table, "mean_difference", model, favors="lower")
        columns = ("estimate", "se", "treatment", "comparator", "study")
        theirs = pimeta.netmeta(*(list(table[name]) for name in columns), sm="MD")
        found = ours.pairs.set_index(["treatment", "comparator"])
        for name, field in (
            ("estimate", "TE"),
            ("low", "lower"),
            ("high", "upper"),
            ("direct", "TE_direct"),
            ("direct_low", "lower_direct"),
            ("indirect", "TE_indirect"),
            ("indirect_high", "upper_indirect"),
        ):
            matrix = pd.DataFrame(getattr(theirs, f"{field}_{model}"), theirs.trts, theirs.trts)
            # Where all or nothing is direct, direct and indirect are blank or say nothing new.
            split = found[["direct", "indirect"]].notna().all(axis=1)
            shown = found.loc[split, name] if "direct" in name else found[name]
            expected = [matrix.loc[pair] for pair in shown.index]
            assert shown.tolist() == pytest.approx(expected, abs=1e-8)
        spread = ours.heterogeneity
        assert spread["tau2"] == pytest.approx(theirs.tau2, abs=1e-9)
        assert (spread["q"], spread["df"]) == pytest.approx((theirs.Q, theirs.df_Q))
        assert spread["q_within"] == pytest.approx(theirs.Q_heterogeneity, abs=1e-8)
        assert spread["p_between"] == pytest.approx(theirs.pval_Q_inconsistency, nan_ok=True)
        ranked = pimeta.netrank(theirs, small_values="desirable")
        scores = dict(zip(ranked.trts, getattr(ranked, f"pscore_{model}"), strict=True))
        assert ours.effects.set_index("treatment")["p_score"].to_dict() == pytest.approx(scores)
