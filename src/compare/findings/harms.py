"""What the charts and tables of harms and benefits say, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from compare.arms import KINDS, per_100, percent, risk_words
from compare.findings import Finding
from compare.harms import RAW_ARMS
from compare.markup import short_name
from compare.tables import records


def overview(frame: pd.DataFrame, condition: str, counted: str, basis: str) -> Finding:
    """How much of the map is filled, and its largest figure."""
    if frame.empty:
        return Finding(f"{condition}: no event is reported in this way.")
    shown = frame[frame["state"].eq("reported")]
    missing = int(frame["state"].eq("missing").sum())
    other = int(len(frame) - len(shown) - missing)
    numbers = {"cells": len(frame), "reported": len(shown), "missing": missing, "other": other}
    what = (
        "a treated risk" if basis == "treated" else "a difference from the trial's own comparator"
    )
    text = (
        f"{condition}, harm counted as “{counted}”: {len(shown)} of {len(frame)} cells hold "
        f"{what}, "
        f"{other} hold another sort of figure, and {missing} are not reported, which is not zero."
    )
    if len(shown):
        column = "risk_pct" if basis == "treated" else "difference_pct"
        top = shown.iloc[int(shown[column].argmax())]
        numbers["largest"] = top[column]
        who, event = short_name(top["therapy"]), str(top["event"]).lower()
        if basis == "treated":
            text += f" The highest risk is {percent(top[column])}% ({event} on {who})."
        elif top[column] > 0:
            ends = top["difference_low_pct"], top["difference_high_pct"]
            said = per_100(top[column], *ends, str(top["comparator"]))
            text += f" The largest excess is {event} on {who}: {said}."
    return Finding(text, _floats(numbers))


def event(frame: pd.DataFrame, basis: str) -> Finding:
    """The highest and the lowest figure of one event, and who does not report it."""
    if frame.empty:
        return Finding("No therapy to show.")
    name = str(frame["event"].iloc[0])
    column = "difference_pct" if basis == "difference" else "risk_pct"
    shown = frame[frame["state"].eq("reported")].sort_values(column, kind="stable")
    missing = frame[frame["state"].eq("missing")]
    numbers = {"reported": len(shown), "missing": len(missing), "therapies": len(frame)}
    if shown.empty:
        text = f"{name}: no therapy has such a figure."
    else:
        low, high = shown.iloc[0], shown.iloc[-1]
        numbers |= {"lowest": low[column], "highest": high[column]}

        def said(row: pd.Series) -> str:
            who = short_name(row["therapy"])
            if basis == "difference":
                ends = row["difference_low_pct"], row["difference_high_pct"]
                return f"{who} {per_100(row[column], *ends, str(row['comparator']))}"
            return f"{who} {risk_words(records(row.to_frame().T)[0])}"

        text = f"{name}: {said(high)}"
        text += f"; {said(low)}." if len(shown) > 1 else "."
        if len(shown) > 1:
            word = "difference" if basis == "difference" else "treated risk"
            text = text.replace(f"{name}: ", f"{name}, highest and lowest {word}: ", 1)
        if basis == "difference" and len(shown) > 1:
            text += " Each is against its own trial's comparator; the therapies were not compared "
            text += "with each other."
    if len(missing):
        text += f" Not reported: {', '.join(short_name(n) for n in missing['therapy'])}."
    if basis != "difference":
        text += f" {RAW_ARMS}"
    return Finding(text, _floats(numbers))


def ivig(frame: pd.DataFrame, other_counts: dict[str, int], condition: str) -> Finding:
    """What IVIG can be compared on, from any cause alone, and what is missing.

    `frame` has rows per event with `ivig` and `others` (numbers of all-cause figures);
    `other_counts` the IVIG rows of the condition by another way of counting, in words.
    """
    if frame.empty:
        return Finding(f"IVIG is not among the therapies that the tables hold for {condition}.")
    both = frame[frame["ivig"].gt(0) & frame["others"].gt(0)]
    own = frame[frame["ivig"].gt(0)]
    lacking = frame[frame["ivig"].eq(0)]
    numbers = {"both": len(both), "ivig": len(own), "lacking": len(lacking)}
    text = (
        f"IVIG against the others in {condition}, from any cause alone: {len(both)} of "
        f"{len(frame)} events have a figure for IVIG and for another therapy."
    )
    if len(lacking):
        text += f" IVIG has none for {_list(lacking['event'])}."
    if other_counts:
        told = ", ".join(f"{n} counted as “{way}”" for way, n in other_counts.items())
        text += f" Its other figures here ({told}) cannot stand beside all-cause figures."
    return Finding(f"{text} {RAW_ARMS}", _floats(numbers))


def benefit(rows: pd.DataFrame, condition: str) -> Finding:
    """How many trial endpoints the tables hold, and which primary ones were missed."""
    if rows.empty:
        return Finding(f"No outcome of a trial in {condition} is in the tables.", {"outcomes": 0.0})
    main = rows[rows["endpoint_role"].isin(["primary", "co_primary"])]
    missed = main[main["missed_primary"]]
    numbers = {
        "outcomes": len(rows),
        "therapies": rows["therapy_id"].nunique(),
        "primary": len(main),
        "missed": len(missed),
    }
    text = (
        f"{condition}: {len(rows)} outcomes of {rows['therapy_id'].nunique()} therapies; "
        f"{len(main)} belong to a primary endpoint, of which {len(missed)} were missed"
    )
    names = [f"{short_name(r.therapy)} ({r.study}: {r.endpoint})" for r in missed.itertuples()]
    text += f": {'; '.join(dict.fromkeys(names))}." if names else "."
    return Finding(text, _floats(numbers))


def controlled(rows: pd.DataFrame, condition: str) -> Finding:
    """How many of the labeled therapies have figures against placebo, and which have none."""
    labeled = rows[rows["labeled"]]
    without = labeled[labeled["controlled_events"].eq(0)]
    numbers = {"labeled": len(labeled), "without": len(without)}
    if labeled.empty:
        return Finding(f"No therapy is labeled for {condition} in our tables.", _floats(numbers))
    text = (
        f"{len(labeled) - len(without)} of {len(labeled)} therapies labeled for {condition} have "
        "harms counted against placebo or a background drug there."
    )
    if len(without):
        text += f" None for {_list(short_name(name) for name in without['therapy'])}."
    return Finding(text, _floats(numbers))


def kinds(frame: pd.DataFrame) -> str:
    """The comparators of a series, in words."""
    shown = frame[frame["state"].eq("reported")]
    names = [KINDS[kind] for kind in dict.fromkeys(shown["comparator_kind"])]
    return "; ".join(names)


def _list(names: Iterable[object]) -> str:
    words = [str(name) for name in names]
    words = [word if word[:2].isupper() else word[0].lower() + word[1:] for word in words]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"


def _floats(numbers: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in numbers.items()}
