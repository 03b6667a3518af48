"""What the map and the lists of authorities say, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.authority.indications import IN_LABEL, LABELED_IF, NOT_LABELED, speaks_for
from compare.data.rows import Row
from compare.pages.cells import if_ticked, or_fewer
from compare.words import Finding, fitting, listing, lower, short_name

NAMED = 3


def condition(
    rows: Sequence[Row],
    name: str,
    factors: Mapping[str, Row],
    label_name: str = "an FDA label",
) -> Finding:
    """How many therapies of a condition are labeled for this patient, or would be with what the
    strip offers to tick; and where authorities part. At most 40 words.

    `rows`: of `options`. `factors`: rows of `factors` by id, whose names stand in the strip.
    """
    if not rows:
        return Finding(f"Our sources name no therapy for {name}.", {"therapies": 0})
    labeled = [row for row in rows if row["label_status"] == IN_LABEL]
    asking = [row for row in rows if row["label_status"] in LABELED_IF.values()]
    outside = [row for row in rows if row["label_status"] in NOT_LABELED]
    parted = [row for row in rows if row["conflicting"]]
    backed = [row for row in outside if speaks_for(row) and row not in parted]
    warned = [row for row in rows if row["label_warning"]]
    numbers = {
        "therapies": len(rows), "labeled": len(labeled), "asking": len(asking),
        "backed": len(backed), "conflicting": len(parted), "warned": len(warned),
    }  # fmt: skip
    start = f"{name}: {_have(labeled, rows)} {label_name} for this patient."
    starts = [start]
    if told := if_ticked(asking, factors):
        (most, which), *others = told
        first = f"{start} {most} more if {which}"
        if not labeled:
            have = f"{most} of {len(rows)} therapies {_verb(most)}"
            first = f"{name}: {have} {label_name} if {which}"
        starts = or_fewer(first, others, " above")
    also = _outside(backed)
    if parted:
        also += f" Current guidelines disagree on {_names(parted)}."
    if warned:
        also += f" Labels warn against {_names(warned)}."
    return Finding(fitting(f"{start}{also}" for start in starts), numbers)


def _outside(backed: Sequence[Row]) -> str:
    """Whom a guideline speaks for outside the label, and whom without giving an age."""
    ageless = [row for row in backed if row["guideline_ageless"]]
    rest = [row for row in backed if row not in ageless]
    who = "a guideline or expert statement"
    said = [f"{who} speaks for {_names(rest)}"] if rest else []
    if ageless:
        said += [f"{'one' if rest else who} that gives no age speaks for {_names(ageless)}"]
    return f" Outside the label {', '.join(said)}." if said else ""


def article(rows: Sequence[Row]) -> Finding:
    """IVIG in the six conditions of the lay article; `rows`: of `ivig_in_article`."""
    labeled = sum(row["label_status"] == IN_LABEL for row in rows)
    agreed = [row for row in rows if speaks_for(row) and not row["conflicting"]]
    parted = [row for row in rows if row["conflicting"]]
    silent = [row for row in rows if not row["statement"]]
    against = [row for row in rows if row["statement"] and not speaks_for(row)]
    numbers = {
        "conditions": len(rows), "labeled": labeled, "agreed": len(agreed),
        "conflicting": len(parted), "silent": len(silent), "against": len(against),
    }  # fmt: skip
    text = f"IVIG has an FDA label for {labeled or 'none'} of these {len(rows)} conditions."
    for some, words in (
        (agreed, "Guidelines speak for it in"),
        (parted, "They disagree in"),
        (against, "The only statement is against it, or retired, in"),
        (silent, "Our tables hold none on"),
    ):
        if some:
            text += f" {words} {', '.join(row['within'] for row in some)}."
    return Finding(text, numbers)


def _have(some: Sequence[Row], rows: Sequence[Row]) -> str:
    """How many of the therapies have; the only one by its name."""
    if len(rows) == 1:
        return (
            f"{short_name(rows[0]['therapy'])}, alone in our tables, {'has' if some else 'lacks'}"
        )
    return f"{len(some) or 'none'} of {len(rows)} therapies {_verb(len(some))}"


def _verb(count: int) -> str:
    return "has" if count < 2 else "have"


def _names(rows: Sequence[Row]) -> str:
    if len(rows) > NAMED:
        return f"{len(rows)} of them"
    return listing(lower(row["therapy"]) for row in rows)
