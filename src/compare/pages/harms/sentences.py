"""What the charts and tables of harms and benefits say, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from compare.data.rows import Row, known
from compare.trials.arms import difference_words, per_100, rare_words, risk_words
from compare.trials.harms import RAW_ARMS
from compare.words import MINUS, Finding, fitting, joined, lower, short_name

NAMED = 3
FEW = 5
AGAINST = {
    "placebo": "placebo", "active": "the other drug", "other_dose": "the other dose",
    "withdrawal": "placebo after withdrawal",
}  # fmt: skip


def answer(
    rows: Sequence[Row],
    condition: str,
    basis: str,
    comparison: str,
    strata: Sequence[Row] = (),
    adults: Collection[str] = (),
) -> Finding:
    """What this condition's own trials showed of one event, in 40 words; nothing is ranked.

    `rows`: of the forest, one a therapy. Borrowed figures are counted, never named. `strata`:
    estimates of the event by antibody status and duration, which no single one stands for.
    `adults`: ids of the rows that are of adults alone.
    """
    if not rows:
        return Finding(f"No event is reported in {condition} with these settings.")
    shown = _of_state(rows, "reported")
    own = [row for row in shown if row["directness"] == "direct" and row["same_follow_up"] != "no"]
    more = [row for row in own if row["difference_low_pct"] > 0]
    fewer = [row for row in own if row["difference_high_pct"] < 0]
    bare = [row for row in own if not known(row["difference_low_pct"])]
    unsure = [row for row in own if row not in more and row not in fewer and row not in bare]
    apart = [row for row in shown if row not in own]
    elsewhere = [row for row in apart if row["directness"] != "direct"]
    numbers = {
        "therapies": len(rows), "own": len(own), "more": len(more), "fewer": len(fewer),
        "borrowed": len(elsewhere), "unlike": len(apart) - len(elsewhere),
    }  # fmt: skip
    grown = _all_in(own, adults)
    start = f"{rows[0]['event']} in {condition}{', in adults' if grown else ''}: "
    if strata and not own:
        told = _strata(strata)
    elif not own:
        told = ["no figure of this kind from its own trials"]
    elif basis == "treated":
        told = [f"{said}, in the treated group alone" for said in _each(own, risk_words)]
        told.append(f"counted for {len(own)} therapies, in the treated group alone")
    else:
        parts = (
            ("more patients on", more), ("fewer on", fewer), ("no clear difference on", unsure),
            ("no confidence interval for", bare),
        )  # fmt: skip
        groups = [f"{words} {_some(some)}" for words, some in parts if some]
        against = f"against {AGAINST[comparison]}, "
        signs = f"{against}more (+) or fewer ({MINUS}) in 100: "
        brief = [f"{signs}{each}" for each in _each(own, difference_words, FEW)]
        # With the weeks, which differ between trials, before without them.
        told = [said for pair in zip(_each(own, _difference), brief, strict=False) for said in pair]
        told = [*(told or brief), f"{against}{', '.join(groups)}"]
    missing = len(rows) - len(shown) if shown else 0
    also = " more" if own else ""
    whose = ", in adults" if _all_in(elsewhere, adults) and not grown else ""
    others = [_others(numbers["borrowed"], numbers["unlike"], missing, also, whose)]
    short = (("borrowed", numbers["borrowed"]), ("not followed alike", numbers["unlike"]),
             ("without such a figure", missing))  # fmt: skip
    if left := [f"{count} {words}" for words, count in short if count]:
        others.append(f" Besides: {', '.join(left)}.")
    texts = [f"{start}{said}.{rest}" for said in told for rest in others]
    return Finding(fitting(texts), numbers)


def _all_in(rows: Sequence[Row], ids: Collection[str]) -> bool:
    """Whether there are rows, and these ids hold them all."""
    return bool(rows) and all(row["row_id"] in ids for row in rows)


def _others(borrowed: int, unlike: int, missing: int, also: str, whose: str) -> str:
    """How many therapies have a figure of another sort, or none, as sentences."""
    said = ""
    if borrowed:
        where = "other conditions" if borrowed > 1 else "another condition"
        said += f" {borrowed}{also} borrowed from {where}{whose}."
    if unlike:
        said += f" {unlike}{also} in groups not followed alike."
    if missing:
        said += f" No such figure for {missing} other{'s' if missing > 1 else ''}."
    return said


def _each(own: Sequence[Row], figure: Callable[[Row], str], most: int = NAMED) -> list[str]:
    """Each therapy's figure, with the weeks it was counted over and without; none of many."""
    if len(own) > most:
        return []
    weeks = [
        f" over {row['exposure_weeks']:.0f} weeks" if known(row["exposure_weeks"]) else ""
        for row in own
    ]
    plain = [f"{_name(row)} {figure(row)}" for row in own]
    timed = [f"{said}{when}" for said, when in zip(plain, weeks, strict=True)]
    return ["; ".join(timed), "; ".join(plain)]


def _name(row: Row) -> str:
    return lower(short_name(row["therapy"]))


def _strata(rows: Sequence[Row]) -> list[str]:
    """From which estimate to which a risk goes, each with the patients whose it is, from all that
    is told to a hint; what all of them are is told once.
    """
    who = f"on {_list(dict.fromkeys(short_name(row['therapy']) for row in rows))}"
    hint = f"{who} the risk goes by antibody status, earlier treatment and duration: below"
    low, *_, high = sorted(rows, key=lambda row: row["risk_high_pct"] if not known(row["risk_pct"])
                           else row["risk_pct"]) * 2  # fmt: skip
    whose = f" in {rows[0]['borrowed_from']}" if rows[0]["borrowed_from"] else ""
    if low is high:
        return [f"{who} {rare_words(low)} ({low['arm']}), estimated{whose}", hint]
    parts = [str(row["arm"]).split(", ") for row in rows]
    alike = [part for part in parts[0] if all(part in other for other in parts)]
    ends = [
        f"{rare_words(row)} ({', '.join(p for p in str(row['arm']).split(', ') if p not in alike)})"
        for row in (low, high)
    ]
    span = f"{', '.join([who, *alike])}{',' if alike else ''} from {' to '.join(ends)}"
    span += f", estimated after approval{whose}"
    return [f"{span}; all groups below", span, hint]


def _some(rows: Sequence[Row]) -> str:
    """Therapies by name where they are few, else their number."""
    if len(rows) > NAMED:
        return f"{len(rows)} therapies"
    return _list(short_name(row["therapy"]) for row in rows)


def event(rows: Sequence[Row], basis: str, comparison: str, strata: Sequence[Row] = ()) -> Finding:
    """What each trial showed of one event, this condition's own first, and who reports nothing.
    `strata`: as for `answer`.

    Therapies stand in the order of the rows, never by the size of their figures.
    """
    if not rows:
        return Finding("No therapy to show.")
    name = str(rows[0]["event"])
    shown = _of_state(rows, "reported")
    shown.sort(key=lambda row: bool(row["directness"] != "direct"))
    missing = _of_state(rows, "missing")
    numbers = {"reported": len(shown), "missing": len(missing), "therapies": len(rows)}
    if not shown and strata:
        text = f"{name}: {_strata(strata)[0]}."
    elif not shown:
        text = f"{name}: no therapy has such a figure."
    else:
        text = f"{name}: {'; '.join(_of_therapy(row, basis) for row in shown)}."
        if basis == "difference" and len(shown) > 1:
            text += " Each is against its own trial's comparator"
            # An active drug may be one of these therapies.
            text += "." if comparison == "active" else "; none compares two of these therapies."
    if missing:
        text += f" Not reported: {', '.join(short_name(row['therapy']) for row in missing)}."
    if basis != "difference":
        text += f" {RAW_ARMS}"
    return Finding(text, numbers)


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
    return Finding(f"{text} {RAW_ARMS}", numbers)


def controlled(rows: Sequence[Row], condition: str) -> Finding:
    """How many of the labeled therapies have figures against placebo, and which have none."""
    labeled = [row for row in rows if row["labeled"]]
    without = [row["therapy"] for row in labeled if not row["controlled_events"]]
    numbers = {"labeled": len(labeled), "without": len(without)}
    if not labeled:
        return Finding(f"No therapy is labeled for {condition} in our tables.", numbers)
    count, counted = len(labeled) - len(without), "counted against placebo or a background drug"
    text = (
        f"{count} of {len(labeled)} therapies labeled for {condition} "
        f"{'has' if count < 2 else 'have'} harms {counted} there."
    )
    if not count:
        text = f"No harm {counted} is reported in {condition} of a therapy labeled for it."
    elif len(labeled) == 1:
        name = short_name(labeled[0]["therapy"])
        text = f"{name}, alone labeled for {condition}, has harms {counted} there."
    if count and without:
        text += f" Not reported so for {_list(short_name(name) for name in without)}."
    return Finding(text, numbers)


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
    return joined(lower(str(name)) for name in names)
