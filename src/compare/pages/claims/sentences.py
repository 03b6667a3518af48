"""What the tables and the published evidence say of a claim, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from compare.claims.verdicts import NOT_ASSESSABLE, SUPPORTED, VERDICTS, Assessment
from compare.data.rows import known
from compare.words import Finding, counted

# What would change each verdict: the figure that is missing today.
WOULD_CHANGE = {
    "cheaper": "A regimen of IVIG with a source for the conditions where it has none, or prices "
    "that your hospital pays. Costs per year and per course cannot be compared until the number of "
    "courses a year is known.",
    "covered": "Denial and approval rates of insurers, by condition; none was found. A new label, "
    "or a new policy of the patient's own insurer, changes it for that patient.",
    "fewer_side_effects": "A trial with IVIG and another of these therapies in two arms, or trials "
    "of both against placebo in the same condition that count harm in the same way.",
    "common_side_effects_pass": "A study that prints how many hours or days headache, fever, "
    "chills, nausea and fatigue lasted.",
    "rare_serious_side_effects": "Registries of tens of thousands of treated patients: a trial of "
    "a few hundred cannot show that a harm is rare. Risk factors, dose and rate change it for one "
    "patient.",
    "used_in_conditions": "A new label or guideline, or a controlled trial in Crohn's disease, "
    "rheumatoid arthritis or lupus.",
    "given_over_days": "The regimen chosen: it differs by condition, dose and product, and between "
    "the first course and maintenance.",
    "widely_available": "The present state of supply: FDA's list of shortages, and the pharmacy's "
    "own stock. Our newest sources on it are years old.",
    "with_steroids": "A trial of IVIG with and without corticosteroids in the condition in hand.",
    "prevention": "A controlled trial that gives IVIG to people at risk before disease begins.",
}


# What each claim is about, after "true in part".
TOPICS = {
    "cheaper": "lower cost",
    "covered": "insurers pay",
    "fewer_side_effects": "fewer side effects",
    "common_side_effects_pass": "side effects pass",
    "rare_serious_side_effects": "serious harms rare",
    "used_in_conditions": "use in these diseases",
    "given_over_days": "given over days",
    "widely_available": "easy supply",
    "with_steroids": "with steroids",
    "prevention": "prevention",
}
HOLDS = {
    SUPPORTED: "True of IVIG",
    "partly": "True of IVIG in part",
    "not supported": "Not borne out",
    "contradicted": "Contradicted",
    NOT_ASSESSABLE: "Cannot be judged",
}


def overview(assessments: Sequence[Assessment]) -> Finding:
    """What is true of IVIG, in part, or not, by what the claims are about; at most 40 words."""
    by_verdict = {verdict: [a for a in assessments if a.verdict == verdict] for verdict in VERDICTS}
    said = [
        f"{HOLDS[verdict]}: {', '.join(TOPICS[a.claim_id] for a in some)}."
        for verdict, some in by_verdict.items()
        if some
    ]
    start = [] if by_verdict[SUPPORTED] else ["No claim holds as it stands."]
    return Finding(
        " ".join([*start, *said]),
        {verdict.replace(" ", "_"): len(some) for verdict, some in by_verdict.items()},
    )


def reason(assessment: Assessment) -> Finding:
    """Why a claim got its verdict, with the numbers it rests on."""
    numbers = dict(assessment.numbers)
    for direction in ("supports", "partly", "contradicts", "context"):
        numbers[f"published_{direction}"] = assessment.directions.count(direction)
    said = _SAID[assessment.claim_id](assessment)
    published = (
        f"Of {len(assessment.published)} published findings "
        f"{_do(numbers['published_supports'], 'support')} it, "
        f"{_do(numbers['published_partly'], 'support')} it in part, "
        f"{_do(numbers['published_contradicts'], 'contradict')} it; "
        f"{_do(numbers['published_context'], 'give')} context."
    )
    rests_on = "tables" if assessment.rests_on == "tables" else "published findings"
    basis = f"The verdict follows from the {rests_on}."
    return Finding(" ".join(filter(None, [said, published, basis])), numbers)


def _do(count: float, verb: str) -> str:
    """`none supports`, `1 supports`, `3 support`."""
    return f"{count:.0f} {verb}" if count > 1 else f"{'1' if count else 'none'} {verb}s"


def _n(assessment: Assessment, name: str) -> int:
    return int(assessment.numbers[name])


def _places(assessment: Assessment, verdict: str) -> str:
    return ", ".join(row["place"] for row in assessment.places if row["verdict"] == verdict)


def _cheaper(a: Assessment) -> str:
    compared = [row["place"] for row in a.places if row["verdict"] != NOT_ASSESSABLE]
    if not compared:
        return "In no condition do our tables price both a year of IVIG and a year of another."
    return (
        "A year of IVIG and a year of another therapy are both priced in "
        f"{counted(len(compared), 'condition')} of {_n(a, 'conditions')} ({', '.join(compared)}): "
        "there IVIG costs less than "
        f"{_n(a, 'dearer') or 'none'} of the others and more than {_n(a, 'cheaper') or 'none'}; "
        f"its range overlaps with that of {_n(a, 'overlapping') or 'none'}."
    )


def _covered(a: Assessment) -> str:
    return (
        f"Of the {_n(a, 'named')} conditions that the article names, IVIG is labeled by the FDA in "
        f"{_n(a, 'named_labeled') or 'none'}. The policies we read pay for labeled "
        "uses and for some listed others, after they have been asked."
    )


def _fewer(a: Assessment) -> str:
    return (
        f"In {_n(a, 'conditions_compared') or 'none'} of {_n(a, 'conditions')} conditions is there "
        "a key harm of IVIG and of another therapy, each against placebo and counted alike. Key "
        f"harms of IVIG stand beside placebo in {_n(a, 'ivig_figures')} figures; none compares it "
        "with another of these therapies."
    )


def _pass(a: Assessment) -> str:
    seen = sum(known(row["high_pct"]) for row in a.places)
    return (
        f"Our tables count {seen} of the {len(a.places)} common reactions within 72 hours of an "
        "infusion, and hold no duration of any."
    )


def _rare(a: Assessment) -> str:
    return (
        f"Of {_n(a, 'events')} serious harms in trials of at most {_n(a, 'largest_n')} patients, "
        f"{_n(a, 'common')} occurred in more than 1 in 100 beyond chance"
        + (f" ({_places(a, 'contradicted').lower()})" if _n(a, "common") else "")
        + "; for the others such trials are too small to say."
    )


def _used(a: Assessment) -> str:
    parts = [f"{verdict} in {_places(a, verdict)}" for verdict in VERDICTS if verdict in a.verdicts]
    return (
        f"IVIG is labeled by the FDA in {_n(a, 'labeled') or 'none'} of the {_n(a, 'named')} "
        "conditions that the article names. By label and current guidelines the claim is "
        f"{'; '.join(parts)}."
    )


def _days(a: Assessment) -> str:
    return (
        f"Of {_n(a, 'conditions')} conditions with an IVIG regimen, one dose or course always "
        f"takes several days in {_n(a, 'supported')} ({_places(a, 'supported')}), always one "
        f"day in {_n(a, 'contradicted')} ({_places(a, 'contradicted')}), and either in "
        f"{_n(a, 'partly')} ({_places(a, 'partly')})."
    )


def _available(a: Assessment) -> str:
    return f"{_n(a, 'products')} IVIG products are marketed in the US. That says nothing of supply."


def _steroids(a: Assessment) -> str:
    return (
        f"Guidelines or reviews speak of IVIG and corticosteroids in {_n(a, 'conditions')} "
        f"conditions; the claim is supported in {_n(a, 'supported')} ({_places(a, 'supported')})."
    )


def _prevention(a: Assessment) -> str:
    del a
    return "No indication in our tables is to prevent an autoimmune disease in people at risk."


_SAID = {
    "cheaper": _cheaper,
    "covered": _covered,
    "fewer_side_effects": _fewer,
    "common_side_effects_pass": _pass,
    "rare_serious_side_effects": _rare,
    "used_in_conditions": _used,
    "given_over_days": _days,
    "widely_available": _available,
    "with_steroids": _steroids,
    "prevention": _prevention,
}
