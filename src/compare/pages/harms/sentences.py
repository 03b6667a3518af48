"""What the charts and tables of harms and benefits say, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from compare.data.rows import Row
from compare.trials.arms import KINDS, per_100, percent, risk_words
from compare.trials.harms import RAW_ARMS
from compare.words import Finding, short_name


def overview(rows: Sequence[Row], condition: str, counted: str, basis: str) -> Finding:
    """How much of the map is filled, and its largest figure."""
    if not rows:
        return Finding(f"{condition}: no event is reported in this way.")
    shown = _of_state(rows, "reported")
    missing = len(_of_state(rows, "missing"))
    other = len(rows) - len(shown) - missing
    numbers = {"cells": len(rows), "reported": len(shown), "missing": missing, "other": other}
    what = (
        "a treated risk" if basis == "treated" else "a difference from the trial's own comparator"
    )
    text = (
        f"{condition}, harm counted as “{counted}”: {len(shown)} of {len(rows)} cells hold "
        f"{what}, "
        f"{other} hold another sort of figure, and {missing} are not reported, which is not zero."
    )
    if shown:
        column = "risk_pct" if basis == "treated" else "difference_pct"
        top = max(shown, key=lambda row: row[column])
        numbers["largest"] = top[column]
        who, event = short_name(top["therapy"]), str(top["event"]).lower()
        if basis == "treated":
            text += f" The highest risk is {percent(top[column])}% ({event} on {who})."
        elif top[column] > 0:
            ends = top["difference_low_pct"], top["difference_high_pct"]
            said = per_100(top[column], *ends, str(top["comparator"]))
            text += f" The largest excess is {event} on {who}: {said}."
    return Finding(text, _floats(numbers))


def event(rows: Sequence[Row], basis: str) -> Finding:
    """The highest and the lowest figure of one event, and who does not report it."""
    if not rows:
        return Finding("No therapy to show.")
    name = str(rows[0]["event"])
    column = "difference_pct" if basis == "difference" else "risk_pct"
    shown = sorted(_of_state(rows, "reported"), key=lambda row: row[column])
    missing = _of_state(rows, "missing")
    numbers = {"reported": len(shown), "missing": len(missing), "therapies": len(rows)}
    if not shown:
        text = f"{name}: no therapy has such a figure."
    else:
        low, high = shown[0], shown[-1]
        numbers |= {"lowest": low[column], "highest": high[column]}

        def said(row: Row) -> str:
            who = short_name(row["therapy"])
            if basis == "difference":
                ends = row["difference_low_pct"], row["difference_high_pct"]
                return f"{who} {per_100(row[column], *ends, str(row['comparator']))}"
            return f"{who} {risk_words(row)}"

        text = f"{name}: {said(high)}"
        text += f"; {said(low)}." if len(shown) > 1 else "."
        if len(shown) > 1:
            word = "difference" if basis == "difference" else "treated risk"
            text = text.replace(f"{name}: ", f"{name}, highest and lowest {word}: ", 1)
        if basis == "difference" and len(shown) > 1:
            text += " Each is against its own trial's comparator; the therapies were not compared "
            text += "with each other."
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


def _of_state(rows: Sequence[Row], state: str) -> list[Row]:
    return [row for row in rows if row["state"] == state]


def _list(names: Iterable[object]) -> str:
    words = [str(name) for name in names]
    words = [word if word[:2].isupper() else word[0].lower() + word[1:] for word in words]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"


def _floats(numbers: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in numbers.items()}
