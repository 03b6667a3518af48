"""What differs between two digests: in lines to print, and as HTML, before beside after.

The numbers of a digest are those of a page's opening state. What a page shows after a control was
moved is in neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from compare.pages.markup import NOTHING, Markup, html, text

NUMBER = re.compile(r"(?:(?<!\w)[-+−])?\$?\d[\d,]*(?:\.\d+)?")  # noqa: RUF001  (a minus sign)
AMOUNT = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
FIGURE = re.compile(f"({NUMBER.pattern})")
PART = re.compile(rf"{NUMBER.pattern}|\w+|\s+|.")
SHOWN = 5
ARROW = html(" → ")
Pair = tuple[str | None, str | None]

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{}</title>
<style>
body {{ max-width: 1180px; margin: 24px auto; padding: 0 16px; font: 15px/1.45 system-ui,
sans-serif; color: #1b1f24; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed; }}
td, th {{ padding: 4px 10px; text-align: left; vertical-align: top; overflow-wrap: anywhere;
border-top: 1px solid #d8dde3; }}
td, pre {{ white-space: pre-wrap; }}
.same {{ color: #59636e; }}
del, ins {{ text-decoration: none; font-weight: 600; border-radius: 2px; padding: 0 2px; }}
del {{ background: #ffd9d2; border-bottom: 2px solid #b3261e; }}
ins {{ background: #cdeed3; border-bottom: 2px solid #1a6b2d; }}
</style>
</head><body><h1>{}</h1>{}</body></html>
"""


def keyed(digest: str) -> dict[str, str]:
    """Lines by what they are about: their first two cells (the second one's amounts apart), or
    their place among the sentences.
    """
    lines: dict[str, str] = {}
    sentences = 0
    for line in digest.splitlines():
        cells = line.split(" | ")
        if len(cells) > 1:
            key = f"{cells[0]} | {AMOUNT.sub('#', cells[1])}"
        else:
            sentences += 1
            key = f"sentence {sentences}"
        while key in lines:
            key += " (again)"
        lines[key] = line
    return lines


def pairs(old: str, new: str) -> list[Pair]:
    """Each line as it was and as it is, None where it was not or is no more; new ones last."""
    before, after = keyed(old), keyed(new)
    return [(before.get(key), after.get(key)) for key in dict.fromkeys([*before, *after])]


def same_shape(old: str, new: str) -> bool:
    """Whether two lines differ in figures alone."""
    return NUMBER.sub("#", old) == NUMBER.sub("#", new)


def figures_moved(old: str, new: str) -> str:
    """The figures that differ between two lines of the same shape, as "from -> to"."""
    if not same_shape(old, new):
        return ""
    both = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return ", ".join(f"{a} -> {b}" for a, b in both if a != b)


def moved(old: str, new: str) -> list[str]:
    """What differs between a stored digest and a fresh one, in lines to print."""
    found = []
    for was, now in pairs(old, new):
        if was is None:
            found += [f"  new:  {now}"]
        elif now is None:
            found += [f"  gone: {was}"]
        elif was != now:
            found += [f"  was: {was}", f"  now: {now}"]
            figures = figures_moved(was, now)
            found += [f"       ({figures})"] if figures else []
    if not found and old != new:
        found = ["  the same lines in another order"]
    return found


# -- HTML ----------------------------------------------------------------------------------------


def steps(old: str, new: str) -> list[tuple[Markup, Markup]]:
    """Both lines in parts that answer each other, as HTML; parts that differ are marked: numbers
    whole, or words.
    """
    if same_shape(old, new):
        parts = list(zip(FIGURE.split(old), FIGURE.split(new), strict=True))
    else:
        a, b = PART.findall(old), PART.findall(new)
        found = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        parts = [("".join(a[i:j]), "".join(b[k:m])) for _, i, j, k, m in found]
    return [
        (text(x), text(y))
        if x == y
        else (
            html("<del>{}</del>", x) if x else NOTHING,
            html("<ins>{}</ins>", y) if y else NOTHING,
        )
        for x, y in parts
    ]


def marked(old: str, new: str) -> tuple[Markup, Markup]:
    """The line before and the line after, each with what the other has not marked."""
    both = steps(old, new)
    return NOTHING.join(was for was, _ in both), NOTHING.join(now for _, now in both)


def inline(old: str, new: str) -> Markup:
    """The line once, what was ahead of what is."""
    return NOTHING.join(
        x if x == y else ARROW.join(filter(None, (x, y))) for x, y in steps(old, new)
    )


def before_after(name: str, old: str, new: str, base: str) -> str:
    """A page: the whole digest, what moved in two columns and marked, the rest once and in gray."""
    rows = []
    for was, now in pairs(old, new):
        if was == now:
            rows.append(html('<tr class="same"><td colspan="2">{}</td></tr>', now))
        else:
            rows.append(html("<tr><td>{}</td><td>{}</td></tr>", *marked(was or "", now or "")))
    body = html(
        "<p>The digest of this page, the numbers that it opens with, at {} and now. What moved is "
        "<del>marked before</del> and <ins>marked after</ins>; gray lines are the same in both. "
        '<a href="{}.html">The whole page now</a> · <a href="index.html">All pages</a></p>'
        '<table><thead><tr><th scope="col">Before</th><th scope="col">After</th></tr></thead>'
        "<tbody>{}</tbody></table>",
        base, name, NOTHING.join(rows),
    )  # fmt: skip
    return html(PAGE, f"{name}: before and after", f"{name}: before and after", body)


def entry(name: str, old: str | None, new: str) -> Markup:
    """A page's row in the list: how many lines moved, and the first of them; old: None if new."""
    page = html('<a href="{}.html">{}</a>', name, name)
    if old is None:
        return html("<tr><td>{}</td><td>new</td></tr>", page)
    if old == new:
        return html('<tr class="same"><td>{}</td><td>as before</td></tr>', page)
    differ = [inline(was or "", now or "") for was, now in pairs(old, new) if was != now]
    first = [html("<li>{}</li>", line) for line in differ[:SHOWN]]
    if len(differ) > SHOWN:
        first.append(html("<li>and {} more</li>", len(differ) - SHOWN))
    lines = f"{len(differ)} line{'s' * (len(differ) > 1)} moved"
    return html(
        '<tr><td>{}</td><td><a href="{}_moved.html">{}</a><ul>{}</ul></td></tr>',
        page, name, lines if differ else "the same lines in another order", NOTHING.join(first),
    )  # fmt: skip


def index(base: str, entries: Iterable[Markup], chapters: Mapping[str, list[str]]) -> str:
    """The list of pages, and below it the report's chapters: heading -> lines."""
    told = (
        html("<h2>{}</h2><pre>{}</pre>", heading, "\n".join(lines))
        for heading, lines in chapters.items()
        if lines
    )
    body = html(
        "<p>What each page opens with now, beside {}. A link with lines that moved leads to both, "
        "side by side; the page's name to the whole page now.</p>"
        '<table><colgroup><col style="width: 11em"><col></colgroup><thead><tr>'
        '<th scope="col">Page</th><th scope="col">What moved</th></tr></thead>'
        "<tbody>{}</tbody></table>{}",
        base, NOTHING.join(entries), NOTHING.join(told),
    )  # fmt: skip
    return html(PAGE, "What moved", "What moved", body)
