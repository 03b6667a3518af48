"""Pages that depend on little: the explorer's page as it opens.

On the condition alone, on nothing, or (side effects) on what in the history singles out an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from compare import claims as assessed
from compare.data.evidence import Evidence
from compare.data.rows import known
from compare.data.scenario import Scenario
from compare.pages.claims import ClaimsExplorer
from compare.pages.coverage import StartExplorer
from compare.pages.harms import HarmsExplorer
from compare.pages.markup import NOTHING, behind, sources
from compare.pages.what_works import WhatWorksExplorer
from compare.site.states import patient
from compare.site.steps import Words, steps
from compare.site.still import still


def side_effects(
    evidence: Evidence, condition_id: str, weights: Sequence[int] = (), factors: Sequence[str] = ()
) -> dict[str, Any]:
    """Side effects, counted and compared as the page opens with a history.

    `first`: factors that single out an event of this condition, the one that counts first before
    the others; `steps`: the page at each place in that list, from 1, and at 0 for none of them.
    """
    del weights
    page, words = HarmsExplorer(evidence, condition_id), Words()
    shown, first = {0: still(page)}, []
    for key, row in evidence.by_id("factors").items():
        if key in factors and known(row["event_id"]):
            who = patient(evidence, condition_id, 70, 50, [key])
            page.strip.take(Scenario(condition_id, who))
            page.refresh()
            if (own := still(page)) != shown[0]:
                first.append(key)
                shown[len(first)] = own
    return {"first": first, "steps": steps(words, shown), "words": list(words.every)}


def what_works(
    evidence: Evidence, condition_id: str, weights: Sequence[int] = (), factors: Sequence[str] = ()
) -> dict[str, Any]:
    """What the trials showed, at the condition's opening endpoint and network."""
    del weights, factors
    return {"html": still(WhatWorksExplorer(evidence, condition_id))}


def evidence(
    evidence: Evidence, condition_id: str, weights: Sequence[int] = (), factors: Sequence[str] = ()
) -> dict[str, Any]:
    """What the tables hold, and the condition's therapies."""
    del weights, factors
    # How old the data are is said by the site's own script, on the day of reading.
    page = StartExplorer(evidence, condition_id, today=evidence.data_date)
    return {"html": still(page)}


def claims(
    evidence: Evidence, condition_id: str, weights: Sequence[int] = (), factors: Sequence[str] = ()
) -> dict[str, Any]:
    """All claims, and of each what it rests on."""
    del condition_id, weights, factors
    first = ClaimsExplorer(evidence)
    every = [ids for claim in first.compute().assessments for ids in claim.source_ids]
    parts = [still(first, [name for name in first.panels if name != "summary"])]
    for claim in assessed.CLAIMS:
        page = ClaimsExplorer(evidence, claim)
        page.finding.value = ""
        parts.append(behind(page.compute().chosen.claim, still(page, ["summary", "sources"])))
    parts.append(sources(evidence, every, "Sources of all verdicts"))
    return {"html": NOTHING.join(parts)}
