"""Which trials compared two options of a condition with each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from compare.data.evidence import Evidence, kept
from compare.data.rows import known
from compare.trials.arms import PARALLEL
from compare.words import short_name


@kept(8)
def compared(
    evidence: Evidence, condition_id: str, therapy_ids: tuple[str, ...], children: bool = False
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Trials by pair of therapies, the treated one first; with `children` not those in adults.

    A comparator is one of the therapies where its cell names the therapy or one of its products;
    two therapies that one randomized trial treated were compared as well. Shared: do not change.
    """
    names = {
        key: [short_name(evidence.label("therapies", key)).casefold()]
        + [row["product"].casefold() for row in evidence.rows("products", "therapy_id", key)]
        for key in therapy_ids
    }
    pairs: dict[str, dict[tuple[str, str], dict[str, None]]] = {
        "outcomes": {}, "adverse_events": {}, "trials": {},
    }  # fmt: skip
    treated: dict[str, dict[str, str]] = {}
    for table in ("outcomes", "adverse_events"):
        for row in evidence.rows(table, "condition_id", condition_id):
            one, trial = row["therapy_id"], row["trial_id"]
            about = evidence.rows("trials", "trial_id", trial) if known(trial) else ()
            grown = not about or about[0]["adults_only"] == "yes"
            if one not in names or row["design"] not in PARALLEL or (children and grown):
                continue
            study = str(row["study"]) if known(row["study"]) else "one trial"
            if about:
                treated.setdefault(trial, {})[one] = study
            if row["comparator_kind"] != "active":
                continue
            said = str(row["comparator"]).casefold()
            for other, words in names.items():
                if other != one and any(word in said for word in words):
                    pairs[table].setdefault((one, other), {})[study] = None
    for arms in treated.values():
        for one, other in combinations(arms, 2):
            pairs["trials"].setdefault((one, other), {})[arms[one]] = None
    found: dict[tuple[str, str], dict[str, None]] = {}
    for some in pairs.values():
        new = {pair: own for pair, own in some.items() if pair[::-1] not in found}
        found = new | found
    return {pair: tuple(studies) for pair, studies in found.items()}
