"""Networks of counts, rates and means from rows, and rows of a reader's own that join one."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import pytest

import compare
from compare.own import with_therapy
from compare.trials.declared import contrast, declared, unfit
from compare.trials.indirect import comparisons
from tools import ROOT

Rows = list[dict[str, Any]]
WHO = compare.Patient(weight_kg=75, age_years=45)
TRIAL = {
    "trial_id": "ours", "trial": "Our trial", "condition_id": "ulcerative_colitis",
    "population": "Adults", "prior_exposure": "naive", "exposure_to": "any biologic",
    "background": "as before", "design": "parallel", "blinded": "double", "weeks_from": 8,
    "weeks_to": 8, "endpoint_definition": "Mayo 2 or less", "source_id": "ours",
}  # fmt: skip
OUTCOME = {
    "row_id": "o_ours", "therapy_id": "infliximab", "condition_id": "ulcerative_colitis",
    "endpoint_id": "uc_clinical_remission", "endpoint_as_printed": "Remission",
    "study": "Our trial", "trial_id": "ours", "design": "parallel_rct", "comparator": "placebo",
    "comparator_kind": "placebo", "timepoint_weeks": 8, "n_treated": 200, "n_comparator": 200,
    "treated_value": 40, "comparator_value": 20, "unit": "pct", "is_count": "yes",
    "parallel": "yes", "effect_measure": "none_printed", "contrast": "not_applicable",
    "endpoint_role": "primary", "met": "yes", "primary": "no", "stands": "yes",
    "source_id": "ours", "verification": "one_reading",
}  # fmt: skip
SOURCE = {
    "source_id": "ours", "document_id": "ours", "kind": "reference_site", "title": "Our paper",
    "accessed": "2026-11-22",
}  # fmt: skip
NETWORK = {
    "network_id": "ours", "network": "Ours", "condition_id": "ms_relapsing",
    "endpoint_id": "annualized_relapse_rate", "measure": "log_ratio", "in_words": "relapse rate",
    "favors": "lower", "weeks_from": 90, "weeks_to": 110, "population": "Adults",
    "reference": "placebo", "left_out": "Nothing",
}  # fmt: skip


def joined(network_id: str, node: str = "infliximab", row_id: str = "o_ours") -> Rows:
    """Both arms of a row in a network."""
    arms = (("treated", node), ("comparator", "placebo"))
    return [
        {"network_id": network_id, "row_id": row_id, "arm": arm, "node": name} for arm, name in arms
    ]


def folder(**tables: Rows) -> dict[str, bytes]:
    """Files of a therapy folder; each row has the columns of the first."""
    files = {}
    for name, rows in tables.items():
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        files[f"{name}.csv"] = text.getvalue().encode()
    return files


def own(arms: Rows | None = None, trial: Any = (), outcome: Any = ()) -> dict[str, bytes]:
    """A folder with one trial, its outcome, and its arms in a network."""
    return folder(
        trials=[TRIAL | dict(trial)],
        outcomes=[OUTCOME | dict(outcome)],
        sources=[SOURCE],
        network_arms=joined("uc_remission_naive") if arms is None else arms,
    )


def rates(printed: list[dict[str, Any]], **changed: Any) -> dict[str, bytes]:
    """A folder with a network of rates (or of what `changed` says), one trial a printed effect."""
    therapies = ["natalizumab", "ocrelizumab", "natalizumab", "ocrelizumab"]
    ids = [f"o_{i}" for i in range(len(printed))]
    plain = {
        "condition_id": "ms_relapsing", "endpoint_id": "annualized_relapse_rate",
        "timepoint_weeks": 96, "treated_value": 0.2, "comparator_value": 0.5,
        "unit": "per_patient_year", "is_count": "", "effect_measure": "rate_ratio", "effect": "",
        "ci_low": "", "ci_high": "", "ci_level": 95, "contrast": "treated_over_comparator",
    }  # fmt: skip
    rows = [
        OUTCOME | plain | {"row_id": key, "trial_id": f"t{key}", "therapy_id": therapy} | told
        for key, therapy, told in zip(ids, therapies, printed, strict=False)
    ]
    trials = [TRIAL | {"trial_id": row["trial_id"], "trial": row["trial_id"]} for row in rows]
    arms = [arm for row in rows for arm in joined("ours", row["therapy_id"], row["row_id"])]
    return folder(networks=[NETWORK | changed], trials=trials, outcomes=rows, sources=[SOURCE],
                  network_arms=arms)  # fmt: skip


FOUR = [
    {"effect": 0.5, "ci_low": 0.4, "ci_high": 0.625},
    {"effect": 0.8, "ci_low": 0.64, "ci_high": 1.0},
    {"effect": 2.0, "ci_low": 1.6, "ci_high": 2.5, "contrast": "comparator_over_treated"},
    {"effect": 20.0, "ci_low": 0.0, "ci_high": 36.0, "effect_measure": "relative_reduction_pct"},
]


def test_declared_rows_fit_their_networks(evidence: compare.Evidence) -> None:
    """Condition, endpoint, week, arm, node and numbers of every declared arm; no trial twice."""
    assert list(unfit(evidence)) == []


def test_own_trial_joins_a_network(evidence: compare.Evidence) -> None:
    """80 of 200 against 40 of 200: the common odds ratio of three trials, weighted by hand."""
    after = with_therapy(evidence, own())
    assert len(declared(after, "uc_remission_naive").facts) == (
        len(declared(evidence, "uc_remission_naive").facts) + 1
    )
    network = compare.indirect(after, "uc_remission_naive", "common")
    # ACT 1 and 2 as in `test_uc_remission_by_hand` (1.291, weight 10.00; 2.140, 5.29); ours: log
    # of (80 * 160) / (120 * 40), 0.981, variance 1/80 + 1/120 + 1/40 + 1/160 = 0.0521, 19.2.
    log_odds = math.log(network.effects.set_index("treatment").at["infliximab", "estimate"])
    by_hand = (10.00 * 1.291 + 5.29 * 2.140 + 19.2 * 0.981) / (10.00 + 5.29 + 19.2)
    assert log_odds == pytest.approx(by_hand, abs=0.01)
    assert any("Our trial 20" in flag for flag in network.flags)


def test_the_example_in_the_docs_is_this_trial() -> None:
    """`docs/example_trial`, which CONTRIBUTING names, loads and holds the same rows."""
    paths = sorted((ROOT / "docs" / "example_trial").glob("*.csv"))
    rows = {name: content.decode().splitlines() for name, content in own().items()}
    assert {path.name: path.read_text(encoding="utf-8").splitlines() for path in paths} == rows
    after = compare.load(therapy=paths[0].parent)
    assert "Our trial" in {fact.study for fact in declared(after, "uc_remission_naive").facts}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (own(joined("uc_remission_naive", "adalimumab")),
         "network_arms.csv, line 2, column node: found 'adalimumab': the treated arm of this row "
         "is infliximab"),
        (own(outcome={"timepoint_weeks": 30}), "expected an outcome at weeks 6 to 12"),
        (own(joined("uc_response_naive")), "expected an outcome of uc_clinical_response"),
        (own(joined("ra_acr50")), "row_id: found 'o_ours': expected an outcome in ra"),
        (own(joined("gmg_mg_adl"), outcome={"condition_id": "gmg"}),
         "declared as one that cannot be computed"),
        (own(trial={"trial": "ACT 1 (label: Study UC I)"}),
         "ACT 1 (label: Study UC I) has this node already"),
        (own(outcome={"trial_id": ""}), "the outcome names no trial of trials.csv"),
        (own(outcome={"n_treated": ""}), "expected the number of patients (n_treated)"),
        (own(outcome={"is_count": "no"}), "no percent of the row determines it"),
        (own(joined("uc_remission_naive")[:1] * 2), "this key is in the tables already"),
        (own([{**arm, "node": "infliximab"} for arm in joined("uc_remission_naive")]),
         "line 3, column node: found 'infliximab': expected what the comparator arm was given"),
        (rates([{**told, "ci_low": ""} for told in FOUR]),
         "expected a row that prints a ratio with its interval"),
        (rates([*FOUR[:2], {**FOUR[0], "effect_measure": "hazard_ratio"}]),
         "hazard ratios and rate ratios do not stand in one network"),
        (rates(FOUR, weeks_from=""), "expected a network that says which weeks it lets in"),
        (rates(FOUR, measure="mean_difference"), "prints a difference with its interval"),
        (rates(FOUR, reference="nothing"), "these rows do not fit together"),
    ],
)  # fmt: skip
def test_own_rows_that_do_not_fit_are_refused(
    evidence: compare.Evidence, files: dict[str, bytes], told: str
) -> None:
    """Each by line and column of the reader's file, in words; nothing is half loaded."""
    with pytest.raises(compare.DataError) as error:
        with_therapy(evidence, files)
    assert told in str(error.value)


def test_rates_by_hand(evidence: compare.Evidence) -> None:
    """Four printed effects, two a therapy, each 0.5 or 0.8: 0.5 / 0.8 between the therapies."""
    after = with_therapy(evidence, rates(FOUR))
    found = declared(after, "ours")
    assert found.table["estimate"].tolist() == pytest.approx([math.log(0.5), math.log(0.8)] * 2)
    # Ends are the effect times and over 1.25, at 1.96 standard errors.
    assert found.table["se"].tolist() == pytest.approx([math.log(1.25) / 1.959964] * 4)
    network = compare.indirect(after, "ours")
    effects = network.effects.set_index("treatment")
    assert effects.at["natalizumab", "estimate"] == pytest.approx(0.5)
    assert effects.at["ocrelizumab", "estimate"] == pytest.approx(0.8)
    error = math.log(1.25) / math.sqrt(2)
    assert effects.at["natalizumab", "high"] == pytest.approx(0.5 * math.exp(error))
    assert network.flags[0] == (
        "Figures on placebo lie from 0.5 to 0.5 per patient year: to_0 0.5, to_1 0.5, to_2 0.5, "
        "to_3 0.5."
    )
    (pair,) = comparisons(after, "ours")
    assert (pair.treatment, pair.comparator, pair.verdict) == (
        "natalizumab", "ocrelizumab", "separated",
    )  # fmt: skip
    assert pair.scales == ("rate or hazard ratio",)
    assert (pair.estimate, pair.low) == pytest.approx((0.625, 0.625 * math.exp(-math.log(1.25))))


def test_rates_in_the_effects_table(evidence: compare.Evidence) -> None:
    """A rate ratio of 0.5 where placebo has 0.5 relapses a year is 0.25; a hazard ratio stays."""
    after = with_therapy(evidence, rates(FOUR))
    name = "benefit:annualized_relapse_rate"

    def cells(tables: compare.Evidence) -> Any:
        table = compare.effects_table(tables, "ms_relapsing", WHO, "network", [name])
        return table[table["reported"]].set_index("therapy_id")

    found = cells(after)
    assert found.at["natalizumab", "value"] == pytest.approx(0.25)
    assert set(found["unit"]) == {"per patient-year, at 0.5 on placebo"}
    assert set(found["distribution"]) == {"lognormal"}
    hazards = [{**told, "effect_measure": "hazard_ratio"} for told in FOUR[:3]]
    found = cells(with_therapy(evidence, rates(hazards)))
    assert found.at["natalizumab", "value"] == pytest.approx(0.5)
    assert set(found["unit"]) == {"hazard ratio"}


def test_means_by_hand(evidence: compare.Evidence) -> None:
    """Differences of -2 and, printed the other way round, 1: their signs are those of therapy
    minus comparator, and 90 percent intervals are wider at 95."""
    printed = [
        {"effect": -2, "ci_low": -3, "ci_high": -1, "effect_measure": "mean_difference",
         "contrast": "treated_minus_comparator", "ci_level": 90},
        {"effect": 1, "ci_low": 0, "ci_high": 2, "effect_measure": "mean_difference",
         "contrast": "comparator_minus_treated", "ci_level": 90},
    ]  # fmt: skip
    after = with_therapy(evidence, rates(printed, measure="mean_difference"))
    effects = compare.indirect(after, "ours").effects.set_index("treatment")
    assert effects.at["natalizumab", "estimate"] == pytest.approx(-2)
    assert effects.at["ocrelizumab", "estimate"] == pytest.approx(-1)
    assert effects.at["natalizumab", "high"] == pytest.approx(-2 + 1.959964 / 1.644854)
    (pair,) = comparisons(after, "ours")
    assert pair.verdict == "not distinguished"


def test_an_effect_needs_its_interval() -> None:
    """No interval, another kind of effect, or an end that no log has: nothing to pool."""
    row = {
        "effect": 0.5, "ci_low": 0.4, "ci_high": 0.6, "ci_level": None,
        "effect_measure": "rate_ratio", "contrast": "treated_over_comparator",
    }  # fmt: skip
    assert contrast(row, "log_ratio") is not None
    assert contrast({**row, "ci_low": None}, "log_ratio") is None
    assert contrast({**row, "ci_low": 0.0}, "log_ratio") is None
    assert contrast({**row, "effect_measure": "odds_ratio"}, "log_ratio") is None
    assert contrast(row, "mean_difference") is None
