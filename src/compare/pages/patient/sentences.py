"""The answer for one patient: at most forty words, the state first, what is open after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from compare.authority import indications
from compare.authority.cautions import SEVERITIES
from compare.data.evidence import Evidence
from compare.data.rows import Row, split
from compare.pages.patient.picture import STRICT, barred_above
from compare.words import Finding, lower, short_name

MOST_WORDS = 40
FEW = 3
Pairs = Mapping[tuple[str, str], tuple[str, ...]]


def answer(
    evidence: Evidence, options: Sequence[Row], rows: Sequence[Row], pairs: Pairs
) -> Finding:
    """How many options are labeled, what speaks against which and how hard, what was compared.

    `options` are rows of `indications.options`, `rows` those of `check_cautions` on what the
    patient has, `pairs` those of `head_to_head.compared`. As much is told as forty words hold.
    """
    labeled, numbers = _labeled(evidence, options)
    also = _guidelines(options)
    against = _against(rows)
    trials = _trials(evidence, options, pairs)
    numbers |= {key: float(len({row["therapy_id"] for row in rows if row["severity"] == key}))
                for key in ("contraindicated", "boxed_warning", "warning")}  # fmt: skip
    tries = [
        [labeled, guides, said, compared]
        for said in against
        for guides in ([also, ""] if also else [""])
        for compared in trials
    ]
    words = (" ".join(filter(None, parts)) for parts in tries)
    text = next((said for said in words if len(said.split()) <= MOST_WORDS), labeled)
    return Finding(text, numbers)


def _labeled(evidence: Evidence, options: Sequence[Row]) -> tuple[str, dict[str, float]]:
    """How many are labeled for this patient, and what would make them more."""
    count = sum(row["label_status"] == indications.IN_LABEL for row in options)
    more: dict[str, int] = {}
    for row in options:
        if row["label_status"] in indications.LABELED_IF.values():
            for key in split(row["requires_any"]):
                more[key] = more.get(key, 0) + 1
    numbers = {"options": float(len(options)), "labeled": float(count)}
    numbers |= {f"labeled_if_{key}": float(count + number) for key, number in more.items()}
    said = f"{_count(count) if count else 'No option'} {_are(count)} labeled for this patient"
    if not more:
        return f"{said}.", numbers
    key = max(more, key=lambda key: more[key])
    most, tick = more[key], f"if “{evidence.label('factors', key)}”: tick it."
    first = f"{said}, {most} more" if count else f"{_count(most)} {_are(most)} labeled"
    return f"{first} {tick}", numbers


def _guidelines(options: Sequence[Row]) -> str:
    """What guidelines say of options whose label is not for this patient, as sentences.

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
    return " ".join(told)


def _against(rows: Sequence[Row]) -> list[str]:
    """What speaks against which, from all that is told to a count."""
    if not rows:
        return ["Nothing entered speaks against any, as far as we read."]
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    seen: set[tuple[str, str]] = set()
    for severity in SEVERITIES:
        here = [row for row in rows if row["severity"] == severity]
        here = [row for row in here if (row["factor"], row["therapy_id"]) not in seen]
        for row in here:
            key = row["factor"], severity, _kind(row)
            found.setdefault(key, {})[row["therapy_id"]] = _plain(row["therapy"])
        seen.update((row["factor"], row["therapy_id"]) for row in here)
    hardest = [*STRICT, "warning", "not_in_reading"]
    if not any(key[1] in hardest for key in found):
        hardest = list(SEVERITIES)
    items = sorted((key for key in found if key[1] in hardest),
                   key=lambda key: (hardest.index(key[1]), key[2], -len(found[key])))  # fmt: skip

    def told(keys: Sequence[tuple[str, str, str]], names: bool) -> str:
        by_factor: dict[str, list[str]] = {}
        for key in keys:
            factor, _, kind = key
            who = found[key].values()
            on = _joined(who) if names and len(who) <= FEW else _count(len(who))
            where = "for" if kind.startswith(("contraindicated", "not in")) else "on"
            by_factor.setdefault(factor, []).append(f"{kind} {where} {on}")
        return " ".join(f"{factor}: {', '.join(what)}." for factor, what in by_factor.items())

    open_ = any(row["severity"] == "not_in_reading" for row in rows)
    # What labels only inform of is told where nothing is harder; else that there is more.
    rest = {key[0] for key in found if key[1] != "ask"} - {key[0] for key in items}
    tail = (" Look it up." if open_ else "") + (" The rest is marked." if rest else "")
    whole = [told(items, names) + tail for names in (True, False)]
    hard = [key for key in items if key[1] != "not_in_reading"]
    part = [told(hard[:n], names) for n in range(len(hard), 0, -1) for names in (True, False)]
    few = f"Something concerns {_count(len({row['therapy_id'] for row in rows}))}."
    return [*whole, *(f"{said} The rest is marked." for said in [*part, few])]


def _kind(row: Row) -> str:
    """The severity in words; a contraindication under a condition says so."""
    if barred_above(row):
        return f"contraindicated above {row['dose_above_mg_per_kg']:g} mg/kg"
    only = row["severity"] == "contraindicated" and row["met_by_factor"] == "no"
    return SEVERITIES[row["severity"]].lower() + (" under a condition" if only else "")


def _trials(evidence: Evidence, options: Sequence[Row], pairs: Pairs) -> list[str]:
    """Which of them a trial compared, in full and short; nothing of a single one.

    A pair with one that is labeled for other ages alone was not compared in patients like this one.
    """
    if len(options) < 2:
        return [""]
    if not pairs:
        return ["No trial we read compared them."]
    others = {
        row["therapy_id"]
        for row in options
        if row["label_status"] in (indications.OTHER_AGES, indications.OTHER_WEIGHTS)
    }
    pairs = {pair: trials for pair, trials in pairs.items() if not others & {*pair}}
    if not pairs:
        return [""]
    told = [
        f"{' and '.join(_plain(evidence.label('therapies', key)) for key in pair)}"
        for pair in dict.fromkeys(tuple(sorted(pair)) for pair in pairs)
    ]
    short = f"Trials compared {len(told)} pair{'s' * (len(told) > 1)} of them."
    return [f"Trials compared {', '.join(told)}; no others.", short]


def _names(options: Sequence[Row]) -> str:
    many = len(options) > FEW
    return _count(len(options)) if many else _joined(_plain(row["therapy"]) for row in options)


def _are(number: int) -> str:
    return "is" if number < 2 else "are"


def _count(number: int) -> str:
    return f"{number} option{'' if number == 1 else 's'}"


def _plain(therapy: str) -> str:
    return lower(short_name(therapy))


def _joined(names: Iterable[str]) -> str:
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
