"""What the charts and tables of harms and benefits say, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compare.data.rows import Row
from compare.trials.arms import KINDS, per_100, risk_words
from compare.trials.harms import RAW_ARMS
from compare.words import Finding, short_name


def overview(rows: Sequence[Row], condition: str, counted: str, basis: str) -> Finding:
    """A figure from this condition's own trials, of groups followed alike, or that none is there;
    then how much of the map is filled.

    The figure named is the first of the map whose interval lies clear of zero. None is singled out
    by its size: what leads by risk difference need not lead by a ratio.
    """
    if not rows:
        return Finding(f"{condition}: no event is reported in this way.")
    shown = _of_state(rows, "reported")
    missing = len(_of_state(rows, "missing"))
    other = len(rows) - len(shown) - missing
    numbers = {"cells": len(rows), "reported": len(shown), "missing": missing, "other": other}
    filled = (
        f"{len(shown)} of {len(rows)} cells hold "
        f"{'a treated risk' if basis == 'treated' else 'a difference'}, {other} hold another sort "
        f"of figure, and {missing} are not reported, which is not zero."
    )
    start = f"{condition}, harm counted as “{counted}”: "
    if basis == "treated":
        return Finding(f"{start}{filled} {RAW_ARMS}", _floats(numbers))
    own = [r for r in shown if r["directness"] == "direct" and r["same_follow_up"] != "no"]
    clear = [r for r in own if r["difference_low_pct"] > 0 or r["difference_high_pct"] < 0]
    numbers |= {"own": len(own), "clear": len(clear)}
    if clear:
        first = clear[0]
        numbers["first"] = first["difference_pct"]
        who, event = short_name(first["therapy"]), _list([first["event"]])
        start += f"{event} on {who}, {_difference(first)}. "
        many = f"first on the map of {len(clear)} differences" if len(clear) > 1 else ""
        start += f"It is the {many or 'only difference'} with an interval clear of zero, among "
        start += f"{len(own)} from this condition's own trials, each against its own comparator. "
    elif own:
        start += f"of {len(own)} differences from this condition's own trials, none has an "
        start += "interval clear of zero. "
    else:
        start += "no difference here is from a trial in this condition whose groups were followed "
        start += "alike. "
    return Finding(start + filled, _floats(numbers))


def event(rows: Sequence[Row], basis: str) -> Finding:
    """What each trial showed of one event, this condition's own first, and who reports nothing.

    Therapies stand in the order of the rows, never by the size of their figures.
    """
    if not rows:
        return Finding("No therapy to show.")
    name = str(rows[0]["event"])
    shown = _of_state(rows, "reported")
    shown.sort(key=lambda row: bool(row["directness"] != "direct"))
    missing = _of_state(rows, "missing")
    numbers = {"reported": len(shown), "missing": len(missing), "therapies": len(rows)}
    if not shown:
        text = f"{name}: no therapy has such a figure."
    else:
        text = f"{name}: {'; '.join(_of_therapy(row, basis) for row in shown)}."
        if basis == "difference" and len(shown) > 1:
            text += " Each is against its own trial's comparator; none compares two of these "
            text += "therapies."
    if missing:
        text += f" Not reported: {', '.join(short_name(row['therapy']) for row in missing)}."
    if basis != "difference":
        text += f" {RAW_ARMS}"
    return Finding(text, _floats(numbers))


def ivig(rows: Sequence[Row], other_counts: dict[str, int], condition: str) -> Finding:
    """What IVIG can be compared on, from any cause alone, and what is missing.

    `rows`: one per event with `ivig` and `others` (numbers of all-cause figures);
    `other_counts` the IVIG rows of the condition by another way of counting, in words.
    """
    if not rows:
        return Finding(f"IVIG is not among the therapies that the tables hold for {condition}.")
    both = [row for row in rows if row["ivig"] and row["others"]]
    own = [row for row in rows if row["ivig"]]
    lacking = [row["event"] for row in rows if not row["ivig"]]
    numbers = {"both": len(both), "ivig": len(own), "lacking": len(lacking)}
    text = (
        f"IVIG against the others in {condition}, from any cause alone: {len(both)} of "
        f"{len(rows)} events have a figure for IVIG and for another therapy."
    )
    if lacking:
        text += f" IVIG has none for {_list(lacking)}."
    if other_counts:
        told = ", ".join(f"{n} counted as “{way}”" for way, n in other_counts.items())
        text += f" Its other figures here ({told}) cannot stand beside all-cause figures."
    return Finding(f"{text} {RAW_ARMS}", _floats(numbers))


def benefit(rows: Sequence[Row], condition: str) -> Finding:
    """How many trial endpoints the tables hold, and which primary ones were missed."""
    if not rows:
        return Finding(f"No outcome of a trial in {condition} is in the tables.", {"outcomes": 0.0})
    main = [row for row in rows if row["endpoint_role"] in ("primary", "co_primary")]
    missed = [row for row in main if row["missed_primary"]]
    therapies = len({row["therapy_id"] for row in rows})
    numbers = {
        "outcomes": len(rows),
        "therapies": therapies,
        "primary": len(main),
        "missed": len(missed),
    }
    text = (
        f"{condition}: {len(rows)} outcomes of {therapies} therapies; "
        f"{len(main)} belong to a primary endpoint, of which {len(missed)} were missed"
    )
    names = [f"{short_name(r['therapy'])} ({r['study']}: {r['endpoint']})" for r in missed]
    text += f": {'; '.join(dict.fromkeys(names))}." if names else "."
    return Finding(text, _floats(numbers))


def controlled(rows: Sequence[Row], condition: str) -> Finding:
    """How many of the labeled therapies have figures against placebo, and which have none."""
    labeled = [row for row in rows if row["labeled"]]
    without = [row["therapy"] for row in labeled if not row["controlled_events"]]
    numbers = {"labeled": len(labeled), "without": len(without)}
    if not labeled:
        return Finding(f"No therapy is labeled for {condition} in our tables.", _floats(numbers))
    text = (
        f"{len(labeled) - len(without)} of {len(labeled)} therapies labeled for {condition} have "
        "harms counted against placebo or a background drug there."
    )
    if without:
        text += f" None for {_list(short_name(name) for name in without)}."
    return Finding(text, _floats(numbers))


def kinds(rows: Sequence[Row]) -> str:
    """The comparators of a series, in words."""
    found = dict.fromkeys(row["comparator_kind"] for row in _of_state(rows, "reported"))
    return "; ".join(KINDS[kind] for kind in found)


def _difference(row: Row) -> str:
    ends = row["difference_low_pct"], row["difference_high_pct"]
    return per_100(row["difference_pct"], *ends, str(row["comparator"]))


def _of_therapy(row: Row, basis: str) -> str:
    """A therapy's figure, and what sets it apart from this condition's own."""
    said = _difference(row) if basis == "difference" else risk_words(row)
    apart = [f"borrowed from {row['borrowed_from']}"] if row["directness"] == "indirect" else []
    if basis != "treated" and row["same_follow_up"] == "no":
        apart.append("its groups were not followed alike")
    return f"{short_name(row['therapy'])} {said}" + (f" ({'; '.join(apart)})" if apart else "")


def _of_state(rows: Sequence[Row], state: str) -> list[Row]:
    return [row for row in rows if row["state"] == state]


def _list(names: Iterable[object]) -> str:
    words = [str(name) for name in names]
    words = [word if word[:2].isupper() else word[0].lower() + word[1:] for word in words]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"


def _floats(numbers: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in numbers.items()}
