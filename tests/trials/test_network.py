"""The network engine: published networks, hand-worked ones, and what must not change a result."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from compare import network_meta_analysis
from compare.trials._distributions import chi2_p, t_95, two_sided_p
from compare.trials.network import bucher, leave_one_out

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "oracles" / "nma.json").read_text())["cases"]
}


# No calculation may lean on a division by zero that numpy only warns of.
pytestmark = pytest.mark.filterwarnings("error")


ARMS = ["study", "treatment", "events", "n"]


CONTRASTS = ["study", "treatment", "comparator", "estimate", "se"]


def arms(case_id: str) -> pd.DataFrame:
    """A published network, one row an arm."""
    columns = ("mean", "sd", "events", "n")
    return pd.DataFrame(
        {"study": trial["study"], "treatment": name}
        | {column: trial[column][i] for column in columns if column in trial}
        for trial in CASES[case_id]["inputs"]
        for i, name in enumerate(trial["arms"])
    )


def contrasts(case_id: str) -> pd.DataFrame:
    """A published network, one row a contrast."""
    return pd.DataFrame(CASES[case_id]["inputs"], columns=CONTRASTS)


def by_treatment(network: Any) -> pd.DataFrame:
    return network.effects.set_index("treatment")


def pair(network: Any, treatment: str, comparator: str) -> pd.Series:
    return network.pairs.set_index(["treatment", "comparator"]).loc[(treatment, comparator)]


def rounded(spread: dict[str, float], *keys: str) -> list[float]:
    """Q, degrees of freedom and p of `heterogeneity`, to the digits that are printed."""
    digits = {"q": 2, "d": 0, "p": 4}
    return [round(spread[key], digits[key[0]]) for key in keys]


def same(one: Any, other: Any, to: float = 1e-9) -> None:
    """Two networks say the same, whatever the order of their rows."""
    for name, key in (("effects", ["treatment"]), ("pairs", ["treatment", "comparator"])):
        left, right = (getattr(net, name).set_index(key).sort_index() for net in (one, other))
        pd.testing.assert_frame_equal(left, right, check_like=True, rtol=to, atol=to)
    assert one.heterogeneity == pytest.approx(other.heterogeneity, rel=to, abs=to, nan_ok=True)


# Published networks


def test_stowe_as_netmeta_printed_it():
    """Means with a three-arm trial: estimates, tau2, Q and its split, P-scores, node splits."""
    told = CASES["NMA-STOWE"]["expected"]
    network = network_meta_analysis(
        arms("NMA-STOWE"), "mean_difference", reference="Placebo", favors="lower"
    )
    effects = by_treatment(network)
    for name, values in told["md"].items():
        assert effects.loc[name, ["estimate", "low", "high"]].round(2).tolist() == values
    spread = network.heterogeneity
    assert round(spread["tau2"], 4) == told["tau2"]
    assert round(spread["i2"], 3) == told["I2"]
    assert rounded(spread, "q", "df", "p") == told["Q"]
    assert rounded(spread, "q_between", "df_between", "p_between") == told["Q_between"]
    assert rounded(spread, "q_within", "df_within") == told["Q_within"][:2]
    assert round(chi2_p(spread["q_within"], spread["df_within"]), 4) == told["Q_within"][2]
    assert effects["p_score"].round(4).to_dict() == told["p_score"]
    for names, values in told["split"].items():
        row = pair(network, *names.split(":"))
        found = [row["direct"], row["indirect"], row["direct"] - row["indirect"]]
        assert np.round(found, 2).tolist() == [values["direct"], values["indirect"], values["diff"]]
        assert round(row["p_split"], 4) == values["p"]
        width = [row[f"{side}high"] - row[f"{side}low"] for side in ("", "direct_")]
        assert round((width[0] / width[1]) ** 2, 2) == values["prop"]


def test_baker_as_netmeta_printed_it():
    """Counts with zero cells and trials of four arms; the trial with events alone is named."""
    told = CASES["NMA-BAKER"]["expected"]
    network = network_meta_analysis(
        arms("NMA-BAKER"), "odds_ratio", reference="Placebo", favors="lower"
    )
    effects = by_treatment(network)
    for name, values in told["odds_ratio"].items():
        assert effects.loc[name, ["estimate", "low", "high"]].round(2).tolist() == values
    assert effects["p_score"].round(4).to_dict() == told["p_score"]
    spread = network.heterogeneity
    assert [round(spread["tau2"], 4), round(spread["i2"], 3)] == [told["tau2"], told["I2"]]
    assert rounded(spread, "q", "df") == told["Q"]
    assert rounded(spread, "q_within", "df_within") == told["Q_within"]
    assert rounded(spread, "q_between", "df_between") == told["Q_between"]
    assert len(network.trials) == told["k"]
    reason = "an event in every patient of every arm"
    assert network.dropped.to_dict("records") == [{"study": "39", "reason": reason}]


def test_senn_designs_disagree():
    """Contrasts with a three-arm trial: Q, its split, and the p value between designs."""
    told = CASES["NMA-SENN"]["expected"]
    spread = network_meta_analysis(
        contrasts("NMA-SENN"), "mean_difference", model="common", reference="plac"
    ).heterogeneity
    assert rounded(spread, "q", "df") == told["Q"]
    assert rounded(spread, "q_within", "df_within") == told["Q_within"]
    assert rounded(spread, "q_between", "df_between", "p_between") == told["Q_between"]


@pytest.mark.parametrize("model", ["common", "random"])
def test_therapy_formats(model):
    """182 trials as contrasts: both models to 1e-4, prediction intervals to 1e-3."""
    told = CASES["NMA-THERAPYFORMATS"]["expected"]
    network = network_meta_analysis(
        contrasts("NMA-THERAPYFORMATS"), "mean_difference", model=model, reference="cau"
    )
    effects = by_treatment(network)
    for name, values in told[f"smd_{model}"].items():
        assert effects.loc[name, ["estimate", "low", "high"]].tolist() == pytest.approx(
            values, abs=1e-4
        )
    predicted = effects[["prediction_low", "prediction_high"]]
    if model == "common":
        assert predicted.isna().all(axis=None)
    else:
        for name, values in told["prediction"].items():
            assert predicted.loc[name].tolist() == pytest.approx(values, abs=1e-3)
    spread = network.heterogeneity
    assert spread["tau2"] == pytest.approx(told["tau2"], abs=1e-4)
    for part, keys in (("Q", "q df"), ("Q_within", "q_within df_within")):
        assert [spread[key] for key in keys.split()] == pytest.approx(told[part], abs=0.2)


def test_thrombolytics_near_the_exact_likelihood():
    """50 trials: log odds ratios within 0.05 of NICE's, their standard deviations within 0.01."""
    network = network_meta_analysis(
        arms("NMA-TSD4-THROMBOLYTICS"), "odds_ratio", model="common", reference="SK"
    )
    for names, (mean, sd) in CASES["NMA-TSD4-THROMBOLYTICS"]["expected"]["log_or_mean_sd"].items():
        row = pair(network, *names.split(" - "))
        assert math.log(row["estimate"]) == pytest.approx(mean, abs=0.05)
        assert math.log(row["high"] / row["low"]) / 3.92 == pytest.approx(sd, abs=0.01)


def test_parkinson_as_flat_priors_have_it():
    """Means of seven trials: NICE's differences and deviations to the digit, ends within 0.03."""
    told = CASES["NMA-TSD2-PARKINSON"]["expected"]
    table = arms("NMA-TSD2-PARKINSON")
    effects = by_treatment(network_meta_analysis(table, "mean_difference", "common", "1"))
    for name, (mean, sd) in told["md_mean_sd"].items():
        estimate, low, high = effects.loc[name, ["estimate", "low", "high"]]
        assert [estimate, (high - low) / 3.92] == pytest.approx([mean, sd], abs=0.011)
        assert [low, high] == pytest.approx(told["interval"][name], abs=0.03)


def test_crohns_star_gives_bucher():
    """Ten published indirect comparisons of a star, from the network and from `bucher` alike."""
    case = CASES["BUCHER-CD-NAIVE"]
    direct = {name: tuple(values) for name, values in case["inputs"]["vs_placebo"].items()}
    rows = [
        (name, name, "placebo", math.log(est), math.log(high / low) / (2 * stats.norm.ppf(0.975)))
        for name, (est, low, high) in direct.items()
    ]
    network = network_meta_analysis(pd.DataFrame(rows, columns=CONTRASTS), "odds_ratio")
    assert network.reference == "placebo"
    for names, told in case["expected"].items():
        one, other = names.split(" vs ")
        row = pair(network, one, other)
        allowed = [max(0.011, 0.0065 * value) for value in told]
        for found in (row[["estimate", "low", "high"]], bucher(direct[one], direct[other])):
            assert (np.abs(np.array(found) - told) <= allowed).all()
        assert np.isnan(row["direct"])
        assert row["indirect"] == row["estimate"]


# Worked by hand


def test_two_treatments_are_dersimonian_laird():
    """Three trials of two arms: inverse variance, Q, tau2 and I2 by the 1986 formulas."""
    y, se = np.array([-0.5, 0.1, -0.9]), np.array([0.2, 0.25, 0.3])
    # Weights 25, 16, 11.11; mean (-12.5 + 1.6 - 10) / 52.11 = -0.40085;
    # Q = 25 (0.0991)^2 + 16 (0.5009)^2 + 11.11 (0.4991)^2 = 0.2457 + 4.0136 + 2.7683 = 7.0277;
    # C = 52.11 - (625 + 256 + 123.46) / 52.11 = 32.835; tau2 = (7.0277 - 2) / 32.835 = 0.15312.
    table = pd.DataFrame(
        {"study": ["a", "b", "c"], "treatment": "T", "comparator": "P", "estimate": y, "se": se}
    )
    network = network_meta_analysis(table, "mean_difference", reference="P")
    spread = network.heterogeneity
    assert spread["q"] == pytest.approx(7.0277, abs=1e-4)
    assert spread["tau2"] == pytest.approx(0.15312, abs=1e-5)
    assert spread["i2"] == pytest.approx((7.0277 - 2) / 7.0277, abs=1e-5)
    assert [spread[key] for key in ("df", "df_within", "df_between")] == [2, 2, 0]
    assert (network.refused, network.flags) == ("", ())
    assert set(network.dropped.dtypes.astype(str)) == {"str"}
    assert (spread["q_within"], spread["q_between"]) == (spread["q"], 0.0)
    assert spread["p"] == pytest.approx(math.exp(-7.0277 / 2), abs=1e-5)  # exact for two degrees
    assert math.isnan(spread["p_between"])
    weight = 1 / (se**2 + spread["tau2"])
    mean, error = (weight * y).sum() / weight.sum(), weight.sum() ** -0.5
    row = by_treatment(network).loc["T"]
    assert row["estimate"] == pytest.approx(mean)
    assert row["low"] == pytest.approx(mean - 1.959964 * error)
    # t with two degrees of freedom: 4.302653.
    wide = 4.302653 * math.sqrt(error**2 + spread["tau2"])
    assert row["prediction_low"] == pytest.approx(mean - wide, abs=1e-6)
    assert row["prediction_high"] == pytest.approx(mean + wide, abs=1e-6)
    common = by_treatment(network_meta_analysis(table, "mean_difference", "common", "P"))
    assert common.loc["T", "estimate"] == pytest.approx(-20.9 / 52.1111)


def loop() -> pd.DataFrame:
    """Three trials in a triangle: A - B = 1, B - C = 1, but A - C = 3, each with variance 1."""
    rows = [("ab", "A", "B", 1.0, 1.0), ("bc", "B", "C", 1.0, 1.0), ("ac", "A", "C", 3.0, 1.0)]
    return pd.DataFrame(rows, columns=CONTRASTS)


def test_a_triangle_by_hand():
    """A - C: direct 3 (variance 1), indirect 2 (variance 2), network 2 2/3 (variance 2/3)."""
    network = network_meta_analysis(loop(), "mean_difference", "common", "C", favors="higher")
    row = pair(network, "A", "C")
    assert row["estimate"] == pytest.approx((3 * 1 + 2 * 0.5) / 1.5)
    assert row["high"] - row["low"] == pytest.approx(2 * 1.959964 * math.sqrt(2 / 3))
    assert (row["direct"], row["indirect"]) == pytest.approx((3, 2))
    assert row["direct_high"] - row["direct"] == pytest.approx(1.959964)
    assert row["indirect_high"] - row["indirect"] == pytest.approx(1.959964 * math.sqrt(2))
    # Each loop disagrees by 1 with variance 1 + 2: z = 1 / sqrt(3), Q = 1/3 with one degree.
    expected = 2 * stats.norm.sf(1 / math.sqrt(3))
    assert row["p_split"] == pytest.approx(expected)
    spread = network.heterogeneity
    assert (spread["q"], spread["q_between"]) == pytest.approx((1 / 3, 1 / 3))
    assert (spread["df_within"], spread["df_between"]) == (0, 1)
    assert spread["p_between"] == pytest.approx(expected)
    # A leads C by 8/3 and B by 4/3, each with variance 2/3.
    ahead = stats.norm.cdf(np.array([8 / 3, 4 / 3]) / math.sqrt(2 / 3))
    assert by_treatment(network).loc["A", "p_score"] == pytest.approx(ahead.mean())
    lower = network_meta_analysis(loop(), "mean_difference", "common", "C", favors="lower")
    assert by_treatment(lower).loc["A", "p_score"] == pytest.approx(1 - ahead.mean())


def test_prediction_needs_two_degrees():
    """With one degree of freedom there is a tau2 but no prediction interval."""
    network = network_meta_analysis(loop(), "mean_difference")
    assert network.heterogeneity["df"] == 1
    assert network.effects[["prediction_low", "prediction_high"]].isna().all(axis=None)
    assert network.effects["p_score"].isna().all()


def test_prediction_of_ratios():
    """Ratios are predicted as ratios, around the logarithm; the reference as itself."""
    network = network_meta_analysis(arms("NMA-BAKER"), "odds_ratio", reference="Placebo")
    effects, tau2 = by_treatment(network), network.heterogeneity["tau2"]
    row = effects.loc["Tiotropium"]
    error = math.log(row["high"] / row["low"]) / (2 * 1.959964)
    half = stats.t.ppf(0.975, 46) * math.sqrt(error**2 + tau2)
    assert math.log(row["prediction_high"] / row["estimate"]) == pytest.approx(half, rel=1e-6)
    assert math.log(row["estimate"] / row["prediction_low"]) == pytest.approx(half, rel=1e-6)
    own = effects.loc["Placebo", ["prediction_low", "prediction_high"]]
    assert own.tolist() == [1, 1]
    assert network.effects["p_score"].dtype == float


def test_a_star_cannot_tell_tau():
    """One trial a comparison: tau2, I2 and their p values are blank, the fit is that of no tau2."""
    rows = [("a", "A", "P", 1.0, 0.5), ("b", "B", "P", 0.4, 0.3)]
    network = network_meta_analysis(pd.DataFrame(rows, columns=CONTRASTS), "mean_difference")
    spread = network.heterogeneity
    assert spread["df"] == 0
    assert all(math.isnan(spread[key]) for key in ("tau2", "i2", "p", "p_between"))
    row = pair(network, "A", "B")
    assert row["estimate"] == pytest.approx(0.6)
    assert row["high"] == pytest.approx(0.6 + 1.959964 * math.hypot(0.5, 0.3))
    assert math.isnan(row["p_split"])
    direct = pair(network, "A", "P")
    assert (direct["direct"], direct["direct_high"]) == pytest.approx((1.0, 1 + 1.959964 * 0.5))
    assert np.isnan([direct["indirect"], direct["p_split"]]).all()


def test_bucher_by_hand():
    """Odds ratios 2 (1 to 4) and 4 (2 to 8): a ratio of a half, half widths of log 2 joined."""
    half = math.sqrt(2) * math.log(2)
    found = bucher((2, 1, 4), (4, 2, 8))
    assert found == pytest.approx(
        (0.5, math.exp(-math.log(2) - half), math.exp(half - math.log(2)))
    )
    found = bucher((1.0, 0.0, 2.0), (3.0, 2.25, 3.75), ratio=False)
    assert found == pytest.approx((-2.0, -3.25, -0.75))  # hypot(1, 0.75) is 1.25


# 30 of 100 against 15 of 90: logs of (30/70) / (15/75) and (30/100) / (15/90).
PLAIN = ((30, 100), (15, 90))
# 5 of 20 against 0 of 30: 0.5 in both arms, for the risk difference in the variance alone.
ZERO = ((5, 20), (0, 30))


@pytest.mark.parametrize(
    ("counts", "measure", "estimate", "variance"),
    [
        (PLAIN, "odds_ratio", math.log(30 / 70 * 75 / 15), 1 / 30 + 1 / 70 + 1 / 15 + 1 / 75),
        (PLAIN, "risk_ratio", math.log(1.8), 1 / 30 - 1 / 100 + 1 / 15 - 1 / 90),
        (PLAIN, "risk_difference", 0.3 - 1 / 6, 0.3 * 0.7 / 100 + 1 / 6 * 5 / 6 / 90),
        (ZERO, "odds_ratio", math.log(5.5 / 15.5 * 30.5 / 0.5),
         1 / 5.5 + 1 / 15.5 + 1 / 0.5 + 1 / 30.5),
        (ZERO, "risk_ratio", math.log(5.5 / 20.5 * 30.5 / 0.5),
         1 / 5.5 - 1 / 20.5 + 1 / 0.5 - 1 / 30.5),
        (ZERO, "risk_difference", 5 / 20, 5.5 * 15.5 / 21**3 + 0.5 * 30.5 / 31**3),
    ],
)  # fmt: skip
def test_counts_by_hand(counts, measure, estimate, variance):
    """One trial of two arms: the textbook's estimate and standard error of each measure."""
    rows = [("t", name, *count) for name, count in zip("AP", counts, strict=True)]
    table = pd.DataFrame(rows, columns=ARMS)
    row = by_treatment(network_meta_analysis(table, measure, reference="P")).loc["A"]
    shown = math.exp if "ratio" in measure else float
    assert row["estimate"] == pytest.approx(shown(estimate))
    assert row["high"] == pytest.approx(shown(estimate + 1.959964 * math.sqrt(variance)), rel=1e-6)


def test_means_with_their_errors_by_hand():
    """2 (error 0.3) against 1 (error 0.4): a difference of 1 with an error of 0.5."""
    columns = ["study", "treatment", "mean", "se"]
    table = pd.DataFrame([("t", "A", 2.0, 0.3), ("t", "P", 1.0, 0.4)], columns=columns)
    row = by_treatment(network_meta_analysis(table, "mean_difference", reference="P")).loc["A"]
    assert [row["estimate"], row["high"]] == pytest.approx([1, 1 + 1.959964 * 0.5])


def test_trials_keep_what_their_arms_had():
    """Patients and events stand beside the effects where the table has them, else None."""
    counts = pd.DataFrame([("t", "A", 5, 20), ("t", "P", 3, 30)], columns=ARMS)
    (trial,) = network_meta_analysis(counts, "odds_ratio").trials
    assert (trial.patients, trial.events) == ((20, 30), (5, 3))
    (trial, *_) = network_meta_analysis(arms("NMA-STOWE"), "mean_difference").trials
    assert (trial.patients, trial.events) == ((152, 76), None)
    assert network_meta_analysis(loop(), "mean_difference").trials[0].patients is None


def test_a_zero_cell_touches_its_own_trial_alone():
    """All arms of the trial with the zero cell get 0.5, the third one included; others none."""
    rows = [("z", "A", 5, 20), ("z", "B", 8, 20), ("z", "P", 0, 20)]
    other = [("o", "A", 9, 30), ("o", "P", 3, 30)]
    network = network_meta_analysis(pd.DataFrame(rows + other, columns=ARMS), "odds_ratio")
    zero, plain = (dict(zip(t.treatments, t.effects, strict=True)) for t in network.trials)
    assert zero["B"] == pytest.approx(math.log(8.5 / 12.5))
    assert plain["A"] == pytest.approx(math.log(9 / 21))


def test_full_arms():
    """Events in everybody of an arm count as a zero cell, and leave a variance in each measure."""
    rows = [("t", "A", 20, 20), ("t", "B", 12, 12), ("t", "P", 8, 20)]
    for measure in ("odds_ratio", "risk_ratio", "risk_difference"):
        network = network_meta_analysis(pd.DataFrame(rows, columns=ARMS), measure)
        row = pair(network, "A", "B")
        assert row["low"] < row["estimate"] < row["high"]
    network = network_meta_analysis(pd.DataFrame(rows[::2], columns=ARMS), "odds_ratio")
    expected = math.log(20.5 / 0.5 * 12.5 / 8.5)
    assert math.log(pair(network, "A", "P")["estimate"]) == pytest.approx(expected)


def test_leave_one_out_by_hand():
    """Without the direct trial the triangle leaves 2, without a side 3; B then hangs nowhere."""
    found = leave_one_out(network_meta_analysis(loop(), "mean_difference", "common", "C"))
    assert list(found.columns) == ["study", "treatment", "estimate", "low", "high", "tau2"]
    assert list(found.index) == list(range(9))
    by = found.set_index(["study", "treatment"])
    assert by.loc[("ac", "A"), "estimate"] == pytest.approx(2)
    assert by.loc[("ab", "A"), "estimate"] == pytest.approx(3)
    assert by.loc[("ac", "A"), "high"] == pytest.approx(2 + 1.959964 * math.sqrt(2))
    assert by["tau2"].isna().all()
    two = network_meta_analysis(loop().iloc[:2], "mean_difference", "common", "C")
    by = leave_one_out(two).set_index(["study", "treatment"])
    assert by.loc[("ab", "B"), "estimate"] == pytest.approx(1)
    assert np.isnan(by.loc[("ab", "A"), ["estimate", "low", "high"]].astype(float)).all()
    assert by.loc["bc"][["estimate", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("model", ["common", "random"])
@pytest.mark.parametrize(
    ("case_id", "measure"), [("NMA-STOWE", "mean_difference"), ("NMA-BAKER", "odds_ratio")]
)
def test_leave_one_out_is_the_network_without_the_trial(case_id, measure, model):
    """A left-out trial of networks with multi-arm trials, ratios too, is the rest refitted."""
    table = arms(case_id).astype({"study": str})
    found = leave_one_out(network_meta_analysis(table, measure, model, reference="Placebo"))
    for study in found["study"].unique()[[0, 11, -1]]:
        kept = table[table["study"].ne(study)]
        whole = network_meta_analysis(kept, measure, model, reference="Placebo")
        part = found[found["study"].eq(study)].reset_index(drop=True)
        columns = ["treatment", "estimate", "low", "high"]
        pd.testing.assert_frame_equal(part[columns], whole.effects[columns])
        assert part["tau2"].tolist() == pytest.approx([whole.heterogeneity["tau2"]] * len(part))


# What must not change a result


def random_network(seed: int, measure: str = "odds_ratio") -> pd.DataFrame:
    """A connected network of counts or means: up to 6 treatments, some trials of 3 or 4 arms."""
    random = np.random.default_rng(seed)
    names = list("ABCDEF")[: random.integers(3, 7)]
    groups = [[names[i], names[i + 1]] for i in range(len(names) - 1)]
    for _ in range(random.integers(1, 8)):
        size = random.integers(2, min(4, len(names)) + 1)
        groups.append(list(random.choice(names, size, replace=False)))
    frame = pd.DataFrame(
        {"study": f"s{i}", "treatment": name} for i, group in enumerate(groups) for name in group
    )
    n = random.integers(40, 200, len(frame))
    if measure == "mean_difference":
        return frame.assign(
            n=n, mean=random.normal(0, 1, len(n)), sd=random.uniform(0.5, 2, len(n))
        )
    return frame.assign(n=n, events=random.binomial(n, random.uniform(0.2, 0.6, len(n))))


def as_contrasts(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """All pairs of each trial, from the arms: difference, and root of the sum of variances."""
    rows = []
    for study, part in table.groupby("study"):
        cells = part.to_dict("records")
        for i, one in enumerate(cells):
            for other in cells[i + 1 :]:
                effects, variances = zip(*(arm(x, measure) for x in (one, other)), strict=True)
                difference, error = effects[0] - effects[1], math.sqrt(sum(variances))
                rows.append((study, one["treatment"], other["treatment"], difference, error))
    return pd.DataFrame(rows, columns=CONTRASTS)


def arm(row: dict[str, Any], measure: str) -> tuple[float, float]:
    if measure == "mean_difference":
        return row["mean"], row["sd"] ** 2 / row["n"]
    x, n = row["events"], row["n"]
    return math.log(x / (n - x)), 1 / x + 1 / (n - x)


SEEDS = st.integers(0, 10**6)


@settings(max_examples=30)
@given(seed=SEEDS, measure=st.sampled_from(["odds_ratio", "mean_difference"]))
def test_arms_and_their_contrasts_say_the_same(seed, measure):
    """A table of arms and the same trials as all their contrasts give one network."""
    table = random_network(seed, measure)
    by_arms = network_meta_analysis(table, measure, reference="A", favors="lower")
    pairs = as_contrasts(table, measure)
    same(by_arms, network_meta_analysis(pairs, measure, reference="A", favors="lower"), 1e-7)
    if measure == "mean_difference":
        errors = table.assign(se=table["sd"] / np.sqrt(table["n"])).drop(columns=["sd", "n"])
        same(by_arms, network_meta_analysis(errors, measure, reference="A", favors="lower"))


@settings(max_examples=30)
@given(seed=SEEDS)
def test_order_sides_and_names_do_not_matter(seed):
    """Rows shuffled, contrasts turned around, treatments renamed: the same, under other names."""
    random = np.random.default_rng(seed)
    pairs = as_contrasts(random_network(seed), "odds_ratio")
    first = network_meta_analysis(pairs, "odds_ratio", reference="A", favors="higher")
    turned = random.random(len(pairs)) < 0.5
    names = dict(zip("ABCDEF", random.permutation(list("uvwxyz")), strict=True))
    other = pairs.assign(
        treatment=pairs["treatment"].where(~turned, pairs["comparator"]).map(names),
        comparator=pairs["comparator"].where(~turned, pairs["treatment"]).map(names),
        estimate=pairs["estimate"] * np.where(turned, -1, 1),
    ).sample(frac=1, random_state=seed % 2**32)
    second = network_meta_analysis(other, "odds_ratio", reference=names["A"], favors="higher")
    back = {new: old for old, new in names.items()}
    for name in ("effects", "pairs"):
        frame = getattr(second, name)
        for column in {"treatment", "comparator"} & set(frame.columns):
            frame[column] = frame[column].map(back)
    same(first, second, 1e-8)


@settings(max_examples=20)
@given(seed=SEEDS)
def test_pairs_are_mirrored_and_coherent(seed):
    """A over B is one over B over A; effects are the pairs with the reference; ends turn around."""
    network = network_meta_analysis(random_network(seed), "odds_ratio", reference="B")
    pairs = network.pairs.set_index(["treatment", "comparator"])
    names = list(network.effects["treatment"])
    assert len(pairs) == len(names) * (len(names) - 1)
    assert list(network.pairs.columns) == [
        *("treatment", "comparator", "estimate", "low", "high"),
        *("direct", "direct_low", "direct_high", "indirect", "indirect_low", "indirect_high"),
        "p_split",
    ]
    for one, other in pairs.index:
        here, there = pairs.loc[(one, other)], pairs.loc[(other, one)]
        for kind in ("", "direct_", "indirect_"):
            low, high = here[f"{kind}low"], there[f"{kind}high"]
            assert low == pytest.approx(1 / high, nan_ok=True)
        assert here["p_split"] == pytest.approx(there["p_split"], nan_ok=True)
    for row in network.effects.itertuples():
        if row.treatment == "B":
            assert (row.estimate, row.low, row.high) == (1, 1, 1)
        else:
            told = pairs.loc[(row.treatment, "B"), ["estimate", "low", "high"]].tolist()
            assert told == pytest.approx([row.estimate, row.low, row.high])


def test_a_disconnected_direct_part_is_all_there_is():
    """Where the direct trials carry everything, nothing indirect is left to split."""
    network = network_meta_analysis(arms("NMA-STOWE"), "mean_difference")
    row = pair(network, "Dopamine Agonist", "Placebo")
    assert row["direct"] == pytest.approx(row["estimate"])
    assert np.isnan([row["indirect"], row["indirect_low"], row["p_split"]]).all()


def test_the_reference_is_the_treatment_of_most_trials():
    """Without a named reference: the treatment in most trials, of equals the first by name."""
    assert network_meta_analysis(arms("NMA-STOWE"), "mean_difference").reference == "Placebo"
    assert network_meta_analysis(loop(), "mean_difference").reference == "A"


# Tables and arguments that cannot be used


def test_tails_agree_with_scipy():
    """Normal, chi-squared and t tails to 1e-10 of scipy's, small and large degrees of freedom."""
    z = np.linspace(-9, 9, 181)
    assert two_sided_p(z) == pytest.approx(2 * stats.norm.sf(np.abs(z)), rel=1e-10)
    for df in (*range(1, 60), 99, 100, 177, 500):
        assert t_95(df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-10)
        for q in (1e-6, 0.3, 1.0, df / 2, df, 2.0 * df, 5.0 * df + 3):
            assert chi2_p(q, df) == pytest.approx(stats.chi2.sf(q, df), rel=1e-10)
    assert chi2_p(1000.0, 4) == pytest.approx(stats.chi2.sf(1000.0, 4), rel=1e-9)
    assert chi2_p(0.0, 3) == chi2_p(-1e-16, 3) == 1.0
    assert math.isnan(chi2_p(3.0, 0))
    assert np.isnan(two_sided_p(np.array([math.nan]))).all()


def test_thirty_trials_take_less_than_60_ms():
    """The largest network of the project's size, whole, at the best of five."""
    table = arms("NMA-BAKER")
    table = table[table["study"].le(30)]
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        network_meta_analysis(table, "odds_ratio", reference="Placebo", favors="lower")
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.06
