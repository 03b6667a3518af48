"""The answer for one patient: at most forty words, the state first, what is open after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.authority import indications
from compare.authority.cautions import SEVERITIES
from compare.data.evidence import Evidence
from compare.data.rows import Row
from compare.pages.cells import if_ticked, or_fewer
from compare.pages.patient.picture import STRICT, barred_above
from compare.words import Finding, counted, fitting, joined, lower, short_name

FEW = 3
# Without a condition that nobody entered; where there is one, that comes after a boxed warning.
HARD = ("contraindicated", "boxed warning", "contraindicated under a condition")
GIVEN = "in this patient"
Pairs = Mapping[tuple[str, str], tuple[str, ...]]


def answer(
    evidence: Evidence, options: Sequence[Row], rows: Sequence[Row], pairs: Pairs, child: bool
) -> Finding:
    """How many options are labeled, what speaks against which and how hard, what was compared.

    `options` are rows of `indications.options`, `rows` those of `check_cautions` on what the
    patient has, `pairs` those of `head_to_head.compared` (of a `child`, in children). As much is
    told as forty words hold. What labels warn against here is told as that alone.
    """
    labeled, numbers = _labeled(evidence, options)
    warned = {row["therapy_id"] for row in options if row["label_warning"]}
    against = _against([row for row in rows if row["therapy_id"] not in warned], bool(warned))
    trials = _trials(evidence, options, pairs, child)
    numbers |= {key: len({row["therapy_id"] for row in rows if row["severity"] == key})
                for key in ("contraindicated", "boxed_warning", "warning")}  # fmt: skip
    # Sooner without the trials than without the name of what is contraindicated.
    tries = [
        [first, guides, said, compared]
        for poorer in (False, True)
        for ends in (trials, [""])
        for said, poor in against
        for guides in _guidelines(options)
        for first in labeled
        for compared in ends
        if poor == poorer
    ]
    words = [" ".join(filter(None, parts)) for parts in tries]
    return Finding(fitting([*words, labeled[-1]]), numbers)


def _labeled(evidence: Evidence, options: Sequence[Row]) -> tuple[list[str], dict[str, int]]:
    """How many are labeled for this patient, and what would make them more, in full and short."""
    count = sum(row["label_status"] == indications.IN_LABEL for row in options)
    numbers = {"options": len(options), "labeled": count}
    said = f"{counted(count, 'option') if count else 'No option'} {_are(count)} labeled"
    said += " for this patient"
    told = if_ticked(options, evidence.by_id("factors"))
    if not told:
        return [f"{said}."], numbers
    (most, which), *others = told
    first = f"{said}, {most} more" if count else f"{counted(most, 'option')} {_are(most)} labeled"
    return or_fewer(f"{first} if {which}", others), numbers | {"labeled_if": count + most}


def _guidelines(options: Sequence[Row]) -> list[str]:
    """What guidelines say of options whose label is not for this patient, as sentences, and what
    labels warn against; then the latter alone.

    Where guidelines disagree that is said; so it is of one that gives no age, where a child has a
    disease of adults.
    """
    outside = [row for row in options if indications.speaks_for(row)
               and row["label_status"] in indications.NOT_LABELED]  # fmt: skip
    parted = [row for row in outside if row["conflicting"]]
    ageless = [row for row in outside if row["guideline_ageless"] and row not in parted]
    rest = [row for row in outside if row not in parted and row not in ageless]
    told = []
    for some, words in (
        (rest, "A guideline supports"),
        (ageless, "A guideline that gives no age supports"),
        (parted, "Guidelines disagree on"),
    ):
        if some:
            its = "its label" if len(some) == 1 else "their labels"
            told.append(f"{words} {_names(some)} outside {its}.")
    warned = [row for row in options if row["label_warning"]]
    last = [f"Labels warn against {_names(warned)} here."] if warned else []
    return list(dict.fromkeys([" ".join([*told, *last]), " ".join(last)]))


def _against(rows: Sequence[Row], warned: bool) -> list[tuple[str, bool]]:
    """What speaks against which, from all that is told to a count, each with whether it is poor:
    it leaves out the name of what is contraindicated, or of what the matter is. The hardest first,
    and what the reader gave before what follows from it. `warned`: labels warn against others.
    """
    if not rows:
        other = " other" if warned else ""
        return [(f"Nothing entered speaks against any{other}, as far as we read.", False)]
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    seen: set[tuple[str, str]] = set()
    for severity in SEVERITIES:
        here = [row for row in rows if row["severity"] == severity]
        here = [row for row in here if (row["factor"], row["therapy_id"]) not in seen]
        for row in here:
            key = row["factor"], severity, _kind(row)
            found.setdefault(key, {})[row["therapy_id"]] = _plain(row["therapy"])
        seen.update((row["factor"], row["therapy_id"]) for row in here)
    hardest = [*STRICT, "warning", "warns_all", "not_in_reading"]
    if not any(key[1] in hardest for key in found):
        hardest = list(SEVERITIES)
    given = {row["factor"] for row in rows if row["why"] == GIVEN}

    def rank(key: tuple[str, str, str]) -> tuple[int, bool, str, int]:
        factor, severity, kind = key
        place = HARD.index(kind) if kind in HARD else len(HARD) + hardest.index(severity)
        return place, factor not in given, kind, -len(found[key])

    items = sorted((key for key in found if key[1] in hardest), key=rank)

    def told(keys: Sequence[tuple[str, str, str]], named: Sequence[str]) -> str:
        by_factor: dict[str, list[str]] = {}
        for key in keys:
            factor, severity, kind = key
            who = found[key].values()
            named_here = severity in named or (named and kind.startswith("contraindicated"))
            on = joined(who) if named_here and len(who) <= FEW else counted(len(who), "option")
            where = {"contraindicated": "for", "not": "for", "ask": "before"}.get(
                kind.split()[0], "on"
            )
            by_factor.setdefault(factor, []).append(f"{kind} {where} {on}")
        return " ".join(f"{factor}: {', '.join(what)}." for factor, what in by_factor.items())

    open_ = any(row["severity"] == "not_in_reading" for row in rows)
    # What labels only inform of is told where nothing is harder; else that there is more.
    rest = {key[0] for key in found if key[1] != "ask"} - {key[0] for key in items}
    tail = (" Look it up." if open_ else "") + (" The rest is marked." if rest else "")
    naming: tuple[Sequence[str], ...] = (list(SEVERITIES), STRICT, ())
    barred = {key for key in items if key[2] == HARD[0] and len(found[key]) <= FEW}
    hard = [key for key in items if key[1] != "not_in_reading"]
    several = [(items, tail)]
    several += [(hard[:n], " The rest is marked.") for n in range(len(hard), 0, -1)]
    few = f"Something concerns {counted(len({row['therapy_id'] for row in rows}), 'option')}."
    return [
        *((told(keys, named) + end, not barred <= {*keys} or bool(barred and not named))
          for keys, end in several for named in naming),
        (f"{few} The rest is marked.", True),
    ]  # fmt: skip


def _kind(row: Row) -> str:
    """The severity in words; a contraindication under a condition says so."""
    if barred_above(row):
        return f"contraindicated above {row['dose_above_mg_per_kg']:g} mg/kg"
    only = row["severity"] == "contraindicated" and row["met_by_factor"] == "no"
    return SEVERITIES[row["severity"]].lower() + (" under a condition" if only else "")


def _trials(evidence: Evidence, options: Sequence[Row], pairs: Pairs, child: bool) -> list[str]:
    """Which of them a trial compared, in full and short; nothing of a single one.

    A pair with one that is labeled for other ages alone was not compared in patients like this one.
    """
    if len(options) < 2:
        return [""]
    if not pairs:
        return [f"No trial we read compared them{' in children' if child else ''}."]
    others = {
        row["therapy_id"]
        for row in options
        if row["label_status"] in (indications.OTHER_AGES, indications.OTHER_WEIGHTS)
    }
    pairs = {pair: trials for pair, trials in pairs.items() if not others & {*pair}}
    if not pairs:
        return [""]
    told = [
        " and ".join(_plain(evidence.label("therapies", key)) for key in pair)
        for pair in dict.fromkeys(tuple(sorted(pair)) for pair in pairs)
    ]
    short = f"Trials compared {counted(len(told), 'pair')} of them."
    return [f"Trials compared {', '.join(told)}; no others.", short]


def _names(options: Sequence[Row]) -> str:
    many = len(options) > FEW
    return (
        counted(len(options), "option") if many else joined(_plain(r["therapy"]) for r in options)
    )


def _are(number: int) -> str:
    return "is" if number < 2 else "are"


def _plain(therapy: str) -> str:
    return lower(short_name(therapy))
