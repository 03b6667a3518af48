"""The ten claims that an article for lay readers makes of IVIG, held against the tables.

Where the tables can answer (costs, harms, authority, days of a course) the verdict follows from
their numbers by the rules below; elsewhere from the directions of the published findings in
`claims`. Verdicts are words of evidence, per condition where a claim is about conditions. A claim
that is "not assessable" is neither right nor wrong: the figures to judge it are not there.
"""

from __future__ import annotations

from compare.claims.authority import available, covered, over_days, prevention, steroids, used
from compare.claims.figures import cheaper, fewer, pass_soon, rare
from compare.claims.verdicts import NOT_ASSESSABLE, Assessment
from compare.data.arguments import one_of
from compare.data.evidence import Evidence, kept
from compare.data.rows import Row, known

OF_SOURCE = ("title", "publisher", "url", "published", "kind")
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
CLAIMS = ("cheaper", *RULES)


def assess(
    evidence: Evidence, claim_id: str, weight_kg: float | None = None, medicare: bool = False
) -> Assessment:
    """One claim against the evidence; `weight_kg` None takes each condition's opening weight.

    Where the payer is `medicare`, prices that it negotiated count, as in `effects_table`. Its
    rows are shared: do not change them. Raises `ValueError` for a claim that is not one of the ten.
    """
    one_of("claim_id", claim_id, CLAIMS)
    given = (weight_kg, medicare) if claim_id == "cheaper" else (None, False)
    return _assess(evidence, claim_id, *given)


@kept(64)
def _assess(
    evidence: Evidence, claim_id: str, weight_kg: float | None, medicare: bool
) -> Assessment:
    published = publications(evidence, claim_id)
    name = str(published[0]["claim"]) if published else claim_id
    blank = Assessment(claim_id, name, NOT_ASSESSABLE, "published", [], published)
    if claim_id == "cheaper":
        return cheaper(evidence, blank, weight_kg, medicare)
    return RULES[claim_id](evidence, blank)


def assess_all(
    evidence: Evidence, weight_kg: float | None = None, medicare: bool = False
) -> list[Assessment]:
    """All ten, in the article's order."""
    return [assess(evidence, claim_id, weight_kg, medicare) for claim_id in CLAIMS]


def publications(evidence: Evidence, claim_id: str) -> list[Row]:
    """Published findings on a claim: rows of `claims` as dictionaries, with `condition` and with
    title, link and date (`OF_SOURCE`) of the source.
    """
    found: list[Row] = []
    for row in evidence.rows("claims", "claim_id", claim_id):
        source = evidence.by_id("sources").get(row["source_id"], {})
        key = row["condition_id"]
        condition = evidence.label("conditions", key) if known(key) else ""
        of_source = {name: source.get(name) for name in OF_SOURCE}
        found.append({**row, **of_source, "condition": condition})
    return found
