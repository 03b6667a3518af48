"""The ten claims that an article for lay readers makes of IVIG, held against the tables.

Where the tables can answer (costs, harms, authority, days of a course) the verdict follows from
their numbers by the rules below; elsewhere from the directions of the published findings in
`claims`. Verdicts are words of evidence, per condition where a claim is about conditions. A claim
that is "not assessable" is neither right nor wrong: the figures to judge it are not there.
"""

from __future__ import annotations

import functools

import pandas as pd

from compare.claim_authority import (
    available,
    covered,
    over_days,
    prevention,
    steroids,
    used,
)
from compare.claim_figures import cheaper, fewer, pass_soon, rare
from compare.evidence import Evidence
from compare.schedule import known
from compare.verdicts import NOT_ASSESSABLE, PLACES, VERDICTS, Assessment

__all__ = ["CLAIMS", "VERDICTS", "Assessment", "assess", "assess_all", "publications"]

CLAIMS = (
    "cheaper",
    "covered",
    "fewer_side_effects",
    "common_side_effects_pass",
    "rare_serious_side_effects",
    "used_in_conditions",
    "given_over_days",
    "widely_available",
    "with_steroids",
    "prevention",
)
RULES = {
    "covered": covered,
    "fewer_side_effects": fewer,
    "common_side_effects_pass": pass_soon,
    "rare_serious_side_effects": rare,
    "used_in_conditions": used,
    "given_over_days": over_days,
    "widely_available": available,
    "with_steroids": steroids,
    "prevention": prevention,
}


def assess(evidence: Evidence, claim_id: str, weight_kg: float | None = None) -> Assessment:
    """One claim against the evidence; `weight_kg` None takes each condition's opening weight.

    Its frames are shared: do not change them. Raises `ValueError` for a claim that is not one of
    the ten.
    """
    if claim_id not in CLAIMS:
        raise ValueError(f"claim_id is {claim_id!r}; expected one of {list(CLAIMS)}")
    return _assess(evidence, claim_id, weight_kg if claim_id == "cheaper" else None)


@functools.lru_cache(maxsize=64)
def _assess(evidence: Evidence, claim_id: str, weight_kg: float | None) -> Assessment:
    published = publications(evidence, claim_id)
    name = str(published["claim"].iloc[0]) if len(published) else claim_id
    blank = Assessment(
        claim_id, name, NOT_ASSESSABLE, "published", pd.DataFrame(columns=PLACES), published
    )
    if claim_id == "cheaper":
        return cheaper(evidence, blank, weight_kg)
    return RULES[claim_id](evidence, blank)


def assess_all(evidence: Evidence, weight_kg: float | None = None) -> list[Assessment]:
    """All ten, in the article's order."""
    return [assess(evidence, claim_id, weight_kg) for claim_id in CLAIMS]


def publications(evidence: Evidence, claim_id: str) -> pd.DataFrame:
    """Published findings on a claim, as in `claims`, with condition, title, link and date."""
    rows = evidence.claims[evidence.claims["claim_id"].eq(claim_id)]
    found = rows.merge(
        evidence.sources[["source_id", "title", "publisher", "url", "published", "kind"]],
        on="source_id",
        how="left",
    )
    found["condition"] = [
        evidence.label("conditions", str(key)) if known(key) else ""
        for key in found["condition_id"]
    ]
    return found
