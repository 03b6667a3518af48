"""One page over many weights, as its HTML at the first one and what changes from each to the next.

HTML is taken apart into numbers and what stands between them (`parts`), each kept once (`Words`).
A change is a splice: place, how many parts go, and those that come. Nothing is rounded or guessed:
`site.js` plays them and gives every page back letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

PARTS = re.compile(r"\d[\d,.]*|\D+")
Splice = list[int]
Steps = list[tuple[int, list[Splice]]]


class Words:
    """Each part once, by its number."""

    def __init__(self) -> None:
        self.every: dict[str, int] = {}

    def ids(self, html: str) -> list[int]:
        """The HTML as numbers of its parts."""
        return [self.every.setdefault(part, len(self.every)) for part in parts(html)]


def parts(html: str) -> list[str]:
    """The HTML, element by element, as numbers and what stands between them."""
    return [part for element in _elements(html) for part in PARTS.findall(element)]


def _elements(html: str) -> list[str]:
    return re.findall(r"<[^<]*|^[^<]+", html)


def splices(words: Words, before: str, after: str) -> list[Splice]:
    """What makes one page of another, the last place first, so that places stay true."""
    old, new = _elements(before), _elements(after)
    found: list[Splice] = []
    for old_at, old_to, new_at, new_to in _alike(old, new):
        at = sum(len(PARTS.findall(element)) for element in old[:old_at])
        if old_to - old_at != new_to - new_at:
            gone = sum(len(PARTS.findall(element)) for element in old[old_at:old_to])
            found.append([at, gone, *words.ids("".join(new[new_at:new_to]))])
            continue
        for one, other in zip(old[old_at:old_to], new[new_at:new_to], strict=True):
            mine, its = PARTS.findall(one), PARTS.findall(other)
            if len(mine) != len(its):
                found.append([at, len(mine), *words.ids(other)])
            elif one != other:
                found += _numbers(words, at, mine, its)
            at += len(mine)
    return found[::-1]


def _numbers(words: Words, at: int, old: Sequence[str], new: Sequence[str]) -> list[Splice]:
    """The parts of one element that differ."""
    return [
        [at + place, 1, *words.ids(its)]
        for place, (mine, its) in enumerate(zip(old, new, strict=True))
        if mine != its
    ]


def _alike(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[int, int, int, int]]:
    """Ranges of elements that belong together: as many on both sides, or replaced whole."""
    if len(old) == len(new):
        yield 0, len(old), 0, len(new)
        return
    first, second = ([PARTS.sub(_form, one) for one in elements] for elements in (old, new))
    for _, *places in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        yield places[0], places[1], places[2], places[3]


def _form(part: re.Match[str]) -> str:
    return "0" if part[0][0].isdigit() else part[0]


def steps(words: Words, pages: Mapping[int, str]) -> Steps:
    """The changes from weight to weight, those that change anything: `[weight, splices]`."""
    found: Steps = []
    before = ""
    for weight, page in pages.items():
        if page != before:
            first = [[0, 0, *words.ids(page)]]
            found.append((weight, splices(words, before, page) if before else first))
        before = page
    return found


def chains(
    words: Words, weights: Sequence[int], shown: Sequence[Sequence[Sequence[str]]]
) -> dict[str, Any]:
    """Of pages by weight, band of age and mask: `chains` of steps over the weights, each once,
    `which` of them by band and mask, and the `words`.
    """
    found: dict[tuple[str, ...], int] = {}
    which = [
        [found.setdefault(chain, len(found)) for chain in zip(*by_weight, strict=True)]
        for by_weight in zip(*shown, strict=True)
    ]
    made = [steps(words, dict(zip(weights, chain, strict=True))) for chain in found]
    return {"which": which, "chains": made, "words": list(words.every)}
