"""The guards over a network: each one stops a comparison that passes without it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from compare import network_meta_analysis
from compare.trials.guards import (
    Comparison,
    TrialFacts,
    _part_of_the_scales,
    _side,
    _within,
    compare_pairs,
    refusal,
    too_wide,
    unknown_tau,
    unlike_designs,
    unlike_exposure,
    unlike_loops,
    unlike_windows,
    weak_link,
)
from compare.trials.wording import sentence, summary

COUNTS = ("odds_ratio", "risk_ratio", "risk_difference")
NAMES = {name: name.upper() for name in "abcd"}


def names_of(pair):
    """Both therapies of a pair, as a sentence names them."""
    return f"{NAMES[pair.treatment]} and {NAMES[pair.comparator]}"


# Two trials of each therapy against placebo: `a` works far better than `b`; n is 200 an arm.
STAR = {
    "a1": {"a": 120, "placebo": 40},
    "a2": {"a": 124, "placebo": 42},
    "b1": {"b": 62, "placebo": 41},
    "b2": {"b": 60, "placebo": 40},
}


def networks(trials=STAR, n=200, measures=COUNTS, model="random"):
    table = pd.DataFrame(
        {"study": study, "treatment": arm, "events": events, "n": n}
        for study, arms in trials.items()
        for arm, events in arms.items()
    )
    return {
        measure: network_meta_analysis(table, measure, model, "placebo") for measure in measures
    }


def facts(trials=STAR, **changed):
    plain = TrialFacts("", weeks=8, design="parallel", prior_exposure="naive", smallest_arm=200)
    return [replace(plain, study=study, **changed) for study in trials]


def with_fact(study, **changed):
    return [replace(fact, **changed) if fact.study == study else fact for fact in facts()]


def judged(trials=STAR, ties=None, nets=None, **more):
    """The verdict on `a` and `b`."""
    (pair,) = compare_pairs(nets or networks(trials), ties or facts(trials), ["a", "b"], **more)
    return pair


def test_a_clear_pair_is_separated():
    """Without anything in the way `a` is separated from `b`, on three scales, from four trials."""
    (pair,) = compare_pairs(networks(), facts(), ["b", "a"])
    assert (pair.treatment, pair.comparator, pair.verdict) == ("a", "b", "separated")
    assert (pair.basis, pair.trials, pair.reason) == ("network", 4, "")
    assert pair.scales == ("odds ratio", "risk ratio", "risk difference")
    text = sentence(pair, NAMES, "odds of remission")
    # Odds ratios of about 6.1 and 1.7 against placebo: 3.5 against each other.
    assert text.startswith("A is separated from B: 3.5 times the odds of remission (95% ")
    assert text.endswith(
        "on odds ratio, risk ratio and risk difference alike, compared across trials (2 of A at "
        "week 8, 2 of B at week 8); certainty not graded."
    )
    told = summary([pair], NAMES)
    assert told == "Of 1 pair looked at, 1 is told apart, favoring the first: A from B."


def test_guards_without_an_objection_say_nothing():
    """Each guard alone, on the clear pair; and a fact without a zero cell unless it is said."""
    net, plain = networks()["odds_ratio"], facts()
    said = [
        unlike_windows(plain),
        unlike_designs(plain),
        unlike_exposure(plain),
        unlike_loops(net),
        weak_link(net.trials, plain, "a", "b"),
        unknown_tau(net, "a", "b", None),
        too_wide("odds_ratio", 1, 2),
    ]
    assert said == [""] * 7
    assert not TrialFacts("", 8, "parallel", "naive", 200).zero_cell


def test_the_favored_therapy_comes_first():
    """Where less is better, the therapy with fewer events is said to be separated."""
    pair = judged(favors="lower")
    assert (pair.treatment, pair.comparator, pair.verdict) == ("b", "a", "separated")
    assert pair.high < 1
    assert summary([pair], NAMES).endswith("1 is told apart, favoring the first: B from A.")


def test_all_three_scales_must_agree():
    """Placebo rates of 4 and 40 percent: the risk difference alone tells `a` from `b`."""
    trials = {
        "a1": {"a": 80, "placebo": 40},
        "a2": {"a": 84, "placebo": 42},
        "b1": {"b": 16, "placebo": 8},
        "b2": {"b": 18, "placebo": 9},
    }
    pair = judged(trials)
    assert pair.scales == ("risk difference",)
    assert pair.verdict == "not distinguished"
    assert pair.reason == "only the risk difference sets them apart"
    alone = judged(trials, nets=networks(trials, measures=("risk_difference",)))
    assert alone.verdict == "separated"
    assert "judged on this one scale" in sentence(alone, NAMES, "points of remission")


def test_scales_that_disagree_on_the_direction():
    """Both intervals exclude no effect, one above and one below: nobody is separated."""
    nets = networks(measures=("odds_ratio", "risk_difference"))
    difference = nets["risk_difference"]
    pairs = difference.pairs
    turned = pairs.assign(low=-pairs["high"], high=-pairs["low"])
    nets["risk_difference"] = replace(difference, pairs=turned)
    pair = judged(nets=nets)
    assert pair.verdict == "not distinguished"
    assert pair.reason == "the scales disagree on the direction"


def test_a_width_is_no_finding():
    """One event in 40 on placebo: above no effect, but known only within a factor of 50."""
    trials = {"a1": {"a": 32, "placebo": 1}, "b1": {"b": 16, "placebo": 16}}
    pair = judged(trials, nets=networks(trials, n=40), external_tau=0.01)
    assert pair.low > 1
    assert pair.high > 20 * pair.low
    assert pair.verdict == "not distinguished"
    assert pair.reason.startswith("the estimate is known only within a factor of ")
    assert "not distinguished: compatible with" in sentence(pair, NAMES, "odds of remission")
    assert too_wide("odds_ratio", 1, 20) == ""
    assert too_wide("odds_ratio", 2, 30) == ""
    assert too_wide("log_ratio", 0.1, 2.5).endswith("within a factor of 25")
    assert too_wide("odds_ratio", 1, 20.1).endswith("within a factor of 20")
    assert too_wide("odds_ratio", 2.31, 148.34).endswith("within a factor of 64")
    assert too_wide("mean_difference", 1, 50) == ""


def test_windows_within_a_factor_of_two():
    """Weeks 6 and 12 may stand together, 6 and 13 not; a week that nobody gives neither."""
    assert refusal(with_fact("a1", weeks=6) + with_fact("b1", weeks=12)) == ""
    text = refusal(with_fact("a1", weeks=6) + with_fact("b1", weeks=13))
    assert text == "a1 looked at week 6 and b1 at week 13, too far apart to be compared."
    assert refusal(with_fact("b2", weeks=None)) == "No source gives the week of assessment of b2."


def test_withdrawal_is_not_mixed_with_treat_through():
    """One withdrawal trial among others is refused, a network of them alone is not."""
    text = refusal(with_fact("b1", design="withdrawal"))
    assert text == (
        "Withdrawal trials, in which all had the drug first, are not mixed with others: b1."
    )
    assert refusal(facts(design="withdrawal")) == ""
    assert refusal(with_fact("b1", design="pooled")) == ""
    assert refusal(with_fact("b1", design="crossover")) == "Without parallel arms: b1."
    assert refusal(with_fact("b1", design="single_arm")) == "Without parallel arms: b1."


@pytest.mark.parametrize(
    ("exposures", "told"),
    [
        (["naive"] * 3 + ["mixed"],
         "prior treatment differs between the trials (none, given to some)"),
        (["mixed"] * 4, "patients with and without prior treatment are mixed"),
        (["unknown"] * 4, "prior treatment is not known"),
        (["unknown", "mixed"] * 2,
         "patients with and without prior treatment are mixed, or it is not known"),
        (["unknown"] + ["exposed"] * 3, "prior treatment is not known in some trials"),
        (["naive", "exposed"] * 2,
         "prior treatment differs between the trials (none, given to all)"),
        (["unknown", "mixed", "exposed", "naive"],
         "prior treatment differs between the trials (none, given to all, given to some, not "
         "known)"),
    ],
)  # fmt: skip
def test_mixed_or_unknown_exposure_separates_nobody(exposures, told):
    """The clear pair again, its trials not all of naive or all of exposed patients."""
    mixed = [
        replace(fact, prior_exposure=kind) for fact, kind in zip(facts(), exposures, strict=True)
    ]
    pair = judged(ties=mixed)
    assert pair.verdict == "not distinguished"
    text = sentence(pair, NAMES, "odds of remission")
    assert text.startswith("A and B are not distinguished: compatible with ")
    assert text.endswith(f"; {told}.")
    short = told.partition(" (")[0]
    assert summary([pair], NAMES) == f"{names_of(pair)} are not told apart: {told}."
    assert summary([pair, pair, replace(pair, held=False)], NAMES) == (
        f"Of 3 pairs looked at, none is told apart; 2 are left open: {short}."
    )
    assert judged(ties=facts(prior_exposure="exposed")).verdict == "separated"


def test_without_a_degree_of_freedom_nobody_is_separated():
    """One trial a comparison: not separated, unless it stands a tau from outside, which is said."""
    single = {study: STAR[study] for study in ("a1", "b1")}
    none, small, large = (judged(single, external_tau=tau) for tau in (None, 0.1, 1.0))
    assert none.verdict == large.verdict == "not distinguished"
    assert small.verdict == "separated"
    assert none.reason == "with one trial a comparison nothing tells how much trials differ"
    assert large.reason.endswith("and a tau of 1 from outside takes the separation away")


def test_the_model_is_never_swapped():
    """Pairs are judged on random effects alone, on the other scales too."""
    common = networks(model="common")
    for nets in (common, networks() | {"risk_ratio": common["risk_ratio"]}):
        with pytest.raises(ValueError, match="model is 'common'; pairs are judged by random"):
            judged(nets=nets)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"smallest_arm": 29}, "an arm of 29"),
        ({"smallest_arm": None}, "an arm of unknown size"),
        ({"zero_cell": True}, "a cell of zero"),
    ],
)
def test_a_weak_sole_link_is_refused(changed, why):
    """One small trial or one with a zero cell is all that ties `b`: not compared; 30 is enough."""
    single = {study: STAR[study] for study in ("a1", "a2", "b1")}
    few = [replace(fact, **changed) if fact.study == "b1" else fact for fact in facts(single)]
    pair = judged(single, few)
    assert pair.verdict == "not compared"
    expected = f"A and B are not compared: it rests on one trial with {why} (b1)."
    assert sentence(pair, NAMES, "odds of remission") == expected
    beside = [replace(fact, **changed) if fact.study == "b1" else fact for fact in facts()]
    assert judged(ties=beside).verdict == "separated"
    assert judged(single, facts(single, smallest_arm=30)).verdict == "separated"


LOOP = {
    **STAR,
    "ab": {"a": 60, "b": 60},
    "c1": {"c": 120, "placebo": 41},
    "c2": {"c": 122, "placebo": 40},
}


def test_a_loop_that_disagrees_leaves_direct_evidence():
    """`a` leads `b` across trials and ties with it face to face: the tie is what counts."""
    found = compare_pairs(networks(LOOP), facts(LOOP), ["a", "b", "c"])
    by = {(pair.treatment, pair.comparator): pair for pair in found}
    pair = by["a", "b"]
    assert (pair.verdict, pair.basis, pair.trials) == ("not distinguished", "direct", 1)
    assert pair.estimate == pytest.approx(1)
    # No trial compared `c` with `a` or `b`, so there is nothing to say of them.
    others = {pair.verdict for key, pair in by.items() if "c" in key}
    assert others == {"not compared"}
    reasons = {pair.reason for key, pair in by.items() if "c" in key}
    assert len(reasons) == 1
    assert reasons.pop().startswith("direct and indirect evidence disagree in this network (p = ")
    agreeing = {**LOOP, "ab": {"a": 120, "b": 62}}
    pair = compare_pairs(networks(agreeing), facts(agreeing), ["a", "b", "c"])[0]
    assert (pair.verdict, pair.basis) == ("separated", "network")


def test_direct_evidence_must_not_hang_on_a_weak_trial():
    """Where loops disagree, the direct trial alone ties the pair, and it must be large enough."""
    few = [replace(fact, smallest_arm=20) if fact.study == "ab" else fact for fact in facts(LOOP)]
    assert judged(LOOP, few).reason == "it rests on one trial with an arm of 20 (ab)"


def test_similar_needs_a_margin_declared_before():
    """Two alike, large trials: similar inside a margin of 2, not without one or inside 1.1."""
    alike = {"a1": {"a": 1000, "placebo": 500}, "a2": {"a": 1010, "placebo": 500}}
    alike |= {"b1": {"b": 1000, "placebo": 500}, "b2": {"b": 1005, "placebo": 500}}
    nets = networks(alike, n=2000)
    apart = "not distinguished"
    for margin, verdict in ((None, apart), (1.1, apart), (2.0, "similar")):
        assert judged(alike, nets=nets, margin=margin).verdict == verdict
    text = sentence(judged(alike, nets=nets, margin=2.0), NAMES, "odds of remission")
    assert text.startswith("A and B are similar, inside the margin declared before: ")
    mixed = facts(alike, prior_exposure="mixed")
    assert judged(alike, mixed, nets, margin=2.0).verdict == apart
    points = networks(alike, n=2000, measures=("risk_difference",))
    for margin, verdict in ((0.01, apart), (0.2, "similar")):
        assert judged(alike, nets=points, margin=margin).verdict == verdict


def test_the_width_is_said():
    """A wide interval reads as multiples of the odds; nobody is ranked."""
    trials = {"a1": {"a": 50, "placebo": 40}, "a2": {"a": 52, "placebo": 42}}
    trials |= {"b1": {"b": 50, "placebo": 41}, "b2": {"b": 52, "placebo": 40}}
    nets = networks(trials)
    pair = judged(trials, nets=nets)
    low, high = (f"{float(f'{end:.2g}'):g}" for end in (pair.low, pair.high))
    assert sentence(pair, NAMES, "odds of remission") == (
        f"{pair.treatment.upper()} and {pair.comparator.upper()} are not distinguished: "
        f"compatible with {low} to {high} times the odds of remission on {pair.treatment.upper()}."
    )
    assert summary([pair, pair], NAMES) == "Of 2 pairs looked at, none is told apart."
    assert summary([pair], NAMES) == f"{names_of(pair)} are not told apart."
    assert nets["odds_ratio"].effects["p_score"].isna().all()


def test_a_difference_of_means_in_words():
    """Points with their sign, not multiples."""
    rows = [
        (f"{name}{i}", name, "placebo", y, 0.1)
        for name, y in (("a", 2.0), ("b", 1.0))
        for i in "12"
    ]
    columns = ["study", "treatment", "comparator", "estimate", "se"]
    net = network_meta_analysis(pd.DataFrame(rows, columns=columns), "mean_difference")
    pair = judged(nets={"mean_difference": net})
    # 1 with a standard error of 0.1: 0.80 to 1.20.
    assert sentence(pair, NAMES, "points of the score") == (
        "A is separated from B: a difference of +1 points of the score (95% +0.8 to +1.2), judged "
        "on this one scale, compared across trials (2 of A at week 8, 2 of B at week 8); certainty "
        "not graded."
    )


def test_the_larger_estimate_stands_first():
    """`c` leads `b` although it comes later in the alphabet: an odds ratio above 1."""
    trials = {**STAR, "c1": LOOP["c1"], "c2": LOOP["c2"]}
    found = compare_pairs(networks(trials), facts(trials), ["a", "b", "c"])
    pairs = [(pair.treatment, pair.comparator) for pair in found]
    assert pairs[0] == ("a", "b")
    assert pairs[2] == ("c", "b")
    assert all(pair.estimate >= 1 for pair in found)
    told = summary([found[0], found[2]], NAMES)
    assert told == "Of 2 pairs looked at, 2 are told apart, favoring the first: A from B; C from B."
    told = summary([found[0], replace(found[0], comparator="d")], NAMES)
    assert told == "Of 2 pairs looked at, 2 are told apart, favoring the first: A from B, D."


@pytest.mark.parametrize(
    ("p_split", "p_between", "told"),
    [
        (0.05, 0.5, "p = 0.05"),
        (0.05, 0.02, "p = 0.02"),
        (0.5, 0.02, "p = 0.02"),
        (float("nan"), 0.09, "p = 0.09"),
        (0.05, float("nan"), "p = 0.05"),
        (0.11, 0.11, ""),
        (0.10, 0.10, ""),
        (float("nan"), float("nan"), ""),
    ],
)
def test_one_sign_of_disagreement_is_enough(p_split, p_between, told):
    """A pair that splits, or designs that differ; the smaller p value is the one that is said."""
    network = networks(LOOP)["odds_ratio"]
    pairs = network.pairs.assign(p_split=[p_split] + [float("nan")] * (len(network.pairs) - 1))
    changed = replace(
        network, pairs=pairs, heterogeneity={**network.heterogeneity, "p_between": p_between}
    )
    found = unlike_loops(changed)
    assert found.endswith(f"({told})") if told else found == ""


def test_a_tau_from_outside_widens_the_pair():
    """Through one trial each the variance grows by two tau2: the last tau that leaves it clear."""
    single = {study: STAR[study] for study in ("a1", "b1")}
    network = networks(single)["odds_ratio"]
    # 120/80 and 40/160; 62/138 and 41/159: log odds ratios 1.7918 and 0.5553.
    variance = 1 / 120 + 1 / 80 + 1 / 40 + 1 / 160 + 1 / 62 + 1 / 138 + 1 / 41 + 1 / 159
    last = (((1.7918 - 0.5553) / 1.96) ** 2 - variance) ** 0.5 / 2**0.5
    assert unknown_tau(network, "a", "b", last - 0.002) == ""
    assert unknown_tau(network, "a", "b", last + 0.002) != ""


def test_two_direct_trials_hold_a_pair_of_their_own():
    """Where only direct evidence counts, a second trial of the pair makes up for a weak one."""
    trials = {**LOOP, "ab2": {"a": 61, "b": 60}}
    few = [replace(fact, smallest_arm=20) if fact.study == "ab" else fact for fact in facts(trials)]
    pair = judged(trials, few)
    assert (pair.verdict, pair.basis, pair.trials) == ("not distinguished", "direct", 2)


def test_all_refusals_are_said():
    """Weeks and designs in one text, each trial by name."""
    odd = {"weeks": None, "design": "crossover"}
    assert refusal(with_fact("a1", **odd) + with_fact("b1", **odd)) == (
        "No source gives the week of assessment of a1, b1. Without parallel arms: a1, b1."
    )
    withdrawn = with_fact("a1", design="withdrawal") + with_fact("b1", design="withdrawal")
    assert refusal(withdrawn).endswith("are not mixed with others: a1, b1.")


@pytest.mark.parametrize(
    ("low", "high", "inside"),
    [(0.9, 1.2, True), (0.9, 1.6, False), (0.6, 1.2, False)],
)
def test_both_ends_lie_inside_the_margin(low, high, inside):
    """A margin of 1.5 holds from two thirds to 1.5; of 0.5 points from minus to plus a half."""
    assert _within(networks()["odds_ratio"], low, high, 1.5) == inside
    assert _within(networks()["risk_difference"], low - 1, high - 1, 0.35) == inside


PAIR = Comparison(
    *("a", "b", "separated", "network", "odds_ratio", 2.0, 1.2, 3.4),
    ("odds ratio", "risk ratio"),
    3,
    ((8, 12), (10,)),
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {},
            "A is separated from B: twice the odds (95% 1.2 to 3.4 times), on odds ratio and risk "
            "ratio alike, compared across trials (2 of A at weeks 8 to 12, 1 of B at week 10); "
            "certainty not graded.",
        ),
        (
            {"basis": "direct", "trials": 1, "weeks": ((8,), (8,))},
            "A is separated from B: twice the odds (95% 1.2 to 3.4 times), on odds ratio and risk "
            "ratio alike, compared directly (1 trial at week 8); certainty not graded.",
        ),
        (
            {"verdict": "similar", "estimate": 1.0, "low": 0.5, "high": 2.0},
            "A and B are similar, inside the margin declared before: half to twice the odds.",
        ),
        (
            {"verdict": "not distinguished", "low": 0.42, "high": 2.0},
            "A and B are not distinguished: compatible with 0.42 times to twice the odds on A.",
        ),
        (
            {"verdict": "not distinguished", "low": 0.9, "high": 2.5, "reason": "why not"},
            "A and B are not distinguished: compatible with 0.9 to 2.5 times the odds on A; why "
            "not.",
        ),
        (
            {"verdict": "not distinguished", "basis": "direct", "low": 1.0041, "high": 1.016},
            "A and B are not distinguished: compatible with 1.004 to 1.02 times the odds on A; "
            "compared directly (2 trials at weeks 8 to 12).",
        ),
        (
            {"verdict": "not distinguished", "low": 1.0, "high": 1.3},
            "A and B are not distinguished: compatible with 1 to 1.3 times the odds on A.",
        ),
    ],
)
def test_verdicts_in_words(changed, told):
    """Each verdict has its sentence; width and number of trials are said."""
    assert sentence(replace(PAIR, **changed), NAMES, "odds") == told


def test_two_of_three_scales_in_words():
    """The scales that set two therapies apart are named, joined as one would say them."""
    assert _part_of_the_scales({1, 0}, ("odds ratio", "risk ratio")) == (
        "only the odds ratio and the risk ratio set them apart"
    )


def test_on_the_margin_is_not_inside_it():
    """An end that lies on a margin of twice, or of half a point, is not within it."""
    ratio, difference = networks()["odds_ratio"], networks()["risk_difference"]
    assert _within(ratio, 0.51, 1.99, 2)
    assert not _within(ratio, 0.5, 1.99, 2)
    assert not _within(ratio, 0.51, 2.0, 2)
    assert _within(difference, -0.49, 0.49, 0.5)
    assert not _within(difference, -0.5, 0.49, 0.5)
    assert not _within(difference, -0.49, 0.5, 0.5)


def test_an_interval_that_touches_no_effect_is_on_neither_side():
    """1 as the end of a ratio's interval, or 0 of a difference's, sets nothing apart."""
    ratio, difference = networks()["odds_ratio"], networks()["risk_difference"]
    assert [_side(ratio, *ends) for ends in ((1, 2), (0.5, 1), (1.1, 2), (0.5, 0.9))] == [
        0, 0, 1, -1,
    ]  # fmt: skip
    assert [_side(difference, *ends) for ends in ((0, 1), (-1, 0), (0.1, 1))] == [0, 0, 1]


def test_pairs_that_are_not_compared_are_counted():
    """Beside those that are separated, and where none is."""
    lost = replace(PAIR, verdict="not compared", reason="why not")
    level = replace(PAIR, verdict="not distinguished")
    assert summary([lost], NAMES) == f"{names_of(lost)} are not compared: why not."
    assert summary([PAIR, lost], NAMES) == (
        "Of 2 pairs looked at, 1 is told apart, favoring the first: A from B. 1 is not compared."
    )
    assert summary([PAIR, PAIR, level], NAMES) == (
        "Of 3 pairs looked at, 2 are told apart, favoring the first: A from B, B."
    )
    held = replace(level, held=True, reason="a doubt (more of it)")
    assert summary([level, lost, lost, held], NAMES) == (
        "Of 4 pairs looked at, none is told apart; 2 are not compared; 1 is left open: a doubt."
    )


def test_when_the_trials_of_a_pair_looked():
    """Weeks of the treatment's trials stand first; a pair held back by a doubt alone is marked."""
    pair = judged(ties=with_fact("a2", weeks=12), favors="lower")
    assert (pair.treatment, pair.weeks, pair.held) == ("b", ((8, 8), (8, 12)), False)
    assert judged(ties=facts(prior_exposure="mixed")).held
    assert judged({**STAR, "c1": LOOP["c1"]}).trials == 4
