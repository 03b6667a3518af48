"""The effects table with bars in its cells, ranking bars and acceptability stacks, as HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from compare.data.rows import grouped, known, records
from compare.effects import BASES
from compare.pages.house import CLASSES
from compare.pages.markup import NOTHING, html, noted, table
from compare.pages.tradeoffs.sentences import (
    against,
    amount,
    cell_words,
    first_phrase,
    moves,
    not_scored,
    of_100,
)
from compare.pages.tradeoffs.views import Figures, View
from compare.pages.tradeoffs.worth import break_evens
from compare.words import usd

BAR_PX = 120
RANK_COLORS = ("#08306b", "#2171b5", "#6baed6", "#bdd7ee", "#e4edf6")
SHARE_COLORS = (
    "#08519c", "#c26a00", "#56b4e9", "#4b7a3a", "#7a5195", "#b5485d", "#2a8f8f", "#6b5b3e",
)  # fmt: skip
GAP_COLOR = "#c9ced4"


def bar(cell: Mapping[str, Any], span: tuple[float, float]) -> str:
    """A cell's figure as a bar from zero with its interval as a line, over one span a column."""
    low, high = min(span[0], 0.0), max(span[1], 0.0)
    width = (high - low) or 1.0

    def at(value: float) -> float:
        return BAR_PX * (min(max(value, low), high) - low) / width

    color = CLASSES[cell["therapy_class"]][1]
    start, stop = sorted([at(0.0), at(cell["value"])])
    hollow = cell["directness"] == "indirect"
    fill = "none" if hollow else color
    return html(
        '<svg class="tc-effect" width="{0}" height="16" aria-hidden="true">'
        '<g transform="translate(2,0)">'
        '<rect x="{1:.1f}" y="4" width="{2:.1f}" height="8" fill="{3}" stroke="{4}" '
        'opacity="0.75"/>'
        '<line x1="{5:.1f}" x2="{6:.1f}" y1="8" y2="8" stroke="currentColor" stroke-width="1.5"/>'
        '<line x1="{7:.1f}" x2="{7:.1f}" y1="1"y2="15" stroke="currentColor"/></g></svg>',
        BAR_PX + 4, start, max(stop - start, 1), fill, color,
        at(cell["low"]), at(cell["high"]), at(0.0),
    )  # fmt: skip


def grid(figures: Figures) -> Markup:
    """The effects table: therapies down, criteria across, figure and bar in each cell."""
    rows = [row for row in figures.rows if row["criterion"] in figures.criteria]
    cells = {(row["therapy_id"], row["criterion"]): row for row in rows}
    columns: dict[str, Any] = {"Therapy": lambda r: noted(r["therapy"], class_name(r))}
    for name, row in figures.criteria.items():
        own = [r for r in rows if r["criterion"] == name and known(r["low"])]
        span = (
            min((r["low"] for r in own), default=math.nan),
            max((r["high"] for r in own), default=math.nan),
        )

        def cell(r: Mapping[str, Any], name: str = name, ends: Any = span) -> Markup:
            found = cells[r["therapy_id"], name]
            words = cell_words(found)
            if not found["reported"]:
                return html('<span class="tc-empty">not scored</span><br><small>{}</small>', words)
            return html("{}<br><small>{}</small>", bar(found, ends), words)

        better = "less is better" if row["favors"] == "lower" else "more is better"
        unit = against(str(row["unit"]))
        columns[f"{row['label']} ({'; '.join(p for p in (unit, better) if p)})"] = cell
    therapies = {row["therapy_id"]: row for row in rows}
    return table(
        list(therapies.values()),
        columns,
        "Effects: figure and 95 percent interval (for cost and visits: what the label allows). "
        "A hollow bar is borrowed from another condition.",
        "Choose at least one criterion.",
    )


def class_name(row: Mapping[str, Any]) -> str:
    """Name of a row's class."""
    return CLASSES[row["therapy_class"]][0]


def basis_note(basis: str) -> Markup:
    """What the figures are, as a sentence."""
    note = f"Harms and benefits: {BASES[basis]}."
    if basis == "treated":
        note += " Patients, background treatment and length of these trials differ."
    return html("<p>{}</p>", note)


def cards(figures: Figures) -> Markup:
    """Five cards with what there is to weigh."""
    made = [html("<section><h2>{}</h2><p>{}</p></section>", h, words) for h, words in figures.cards]
    return html('<div class="tc-cards">{}</div>', NOTHING.join(made))


def segments(parts: list[tuple[float, str, str]]) -> Markup:
    """Colored stretches of one bar: (share of the whole width, color, text)."""
    made = []
    for share, color, words in parts:
        if share > 0:
            ink = "#1b1f24" if color in RANK_COLORS[2:] else "#ffffff"
            made.append(html(
                '<span style="width:{:.2f}%;background:{};color:{};height:20px">{}</span>',
                100 * share, color, ink, words,
            ))  # fmt: skip
    return html('<span class="tc-stack">{}</span>', NOTHING.join(made))


def with_gaps(shown: View) -> dict[str, Markup]:
    """Each therapy's name, with what it is not scored on below it."""
    assert shown.ranking is not None
    found = {}
    for row in records(shown.value):
        gaps = not_scored(row, shown.figures.labels, shown.ranking)
        found[row["therapy_id"]] = noted(shown.figures.names[row["therapy_id"]], gaps)
    return found


def entry(color: str, words: str) -> Markup:
    """One color of a key."""
    return html('<span><i style="background:{}"></i>{}</span>', color, words)


def ranking(shown: View) -> Markup:
    """Weighted values as bars, in order, each bar made of the criteria's shares."""
    labels, names = shown.figures.labels, with_gaps(shown)
    criteria = [name for name in shown.value.columns if name in labels]
    colors = dict(zip(criteria, SHARE_COLORS * 4, strict=False))
    rows = sorted(records(shown.value), key=lambda row: (row["too_little"], -row["value"]))
    weights = shown.ranking.weights if shown.ranking is not None else {}

    def stack(r: Mapping[str, Any]) -> Markup:
        if r["too_little"]:
            share = f"{100 * r['missing_weight']:.0f}"
            return html(
                '<span class="tc-empty">too little reported ({} of 100 of the weight)</span>', share
            )
        known = [(r[name], colors[name], "") for name in criteria if r[name] == r[name]]
        gap = r["value"] - sum(share for share, _, _ in known)
        return segments([*known, (gap if gap > 1e-9 else 0.0, GAP_COLOR, "")])

    key = NOTHING.join(
        entry(colors[name], f"{labels[name]}, weight {100 * weights[name]:.0f}")
        for name in criteria
        if weights.get(name, 0) > 0
    )
    key += entry(GAP_COLOR, "not scored: middle of what it can be")
    return html('<div class="tc-key">{}</div>', key) + table(
        rows,
        {
            "Therapy": lambda r: names[r["therapy_id"]],
            "Value, 0 to 100, by your weights": stack,
            "Value": lambda r: "" if r["too_little"] else f"{100 * r['value']:.0f}",
            "With every figure at its worse or better end": lambda r: (
                f"{100 * r['value_low']:.0f} to {100 * r['value_high']:.0f}"
            ),
        },
        "Weighted values, highest first; parts from left to right as in the key",
    )


def acceptability(shown: View) -> Markup:
    """Shares of the ranks as stacked bars, most often first on top."""
    if shown.ranking is None:
        return NOTHING
    found = shown.ranking.acceptability
    ranks = list(found.columns)
    count = len(ranks)
    # Those with too little reported have no shares, and stand last.
    rows = sorted(
        ({"therapy_id": key, **row} for key, row in zip(found.index, records(found), strict=True)),
        key=lambda row: [math.inf if row[one] != row[one] else -row[one] for one in ranks],
    )

    def color(i: int) -> str:
        return RANK_COLORS[min(i, 3) if i < count - 1 or count < 5 else 4]

    def stack(r: Mapping[str, Any]) -> Markup:
        if not count or r[ranks[0]] != r[ranks[0]]:
            return html('<span class="tc-empty">too little reported</span>')
        return segments(
            [
                (r[rank], color(i), of_100(r[rank]) if r[rank] >= 0.06 else "")
                for i, rank in enumerate(ranks)
            ]
        )

    places = {0: "first", 1: "second", 2: "third", 3: "fourth" if count <= 4 else "later"}
    key = NOTHING.join(entry(RANK_COLORS[i], word) for i, word in places.items() if i < count)
    if count >= 5:
        key += entry(RANK_COLORS[4], "last")
    names = with_gaps(shown)
    universe = "of 100 draws of figures and weights"
    return html('<div class="tc-key">{}</div>', key) + table(
        rows,
        {
            "Therapy": lambda r: names[r["therapy_id"]],
            f"Ranks, {universe}": stack,
            "In words": lambda r: first_phrase(r[ranks[0]]) if count else "",
        },
        "How often each therapy takes each rank (100,000 draws)",
    )


def sensitivity(shown: View) -> Markup:
    """Who leads as each weight goes from 0 to 100 and the others keep their proportions."""
    if not shown.sensitivity:
        return NOTHING
    names, labels = shown.figures.names, shown.figures.labels
    parts = grouped(shown.sensitivity, "criterion")
    made = [
        {
            "label": labels[criterion],
            "now": stretches[0]["weight_now"],
            "words": "; ".join(moves(row, names) for row in stretches),
            "moves": len(stretches) > 1,
        }
        for criterion, stretches in parts.items()
    ]
    return table(
        made,
        {
            "If the weight changes of": "label",
            "Weight now": lambda r: f"{100 * r['now']:.0f}",
            "Highest value, as the weight goes from 0 to 100": lambda r: (
                r["words"] if r["moves"] else r["words"].split(" from ")[0] + " throughout"
            ),
        },
        "What would change the picture: one weight at a time, the others in proportion",
    )


def worth(shown: View) -> Markup:
    """What a step of each criterion is worth in money, and where each cost draws level."""
    parts = []
    if shown.worth:
        items = NOTHING.join(
            html("<li>{}</li>", row["text"][:1].upper() + row["text"][1:]) for row in shown.worth
        )
        parts.append(html("<p><b>What your weights say</b></p><ul>{}</ul>", items))
    rows = break_evens(
        shown.ranking, shown.figures.drawn, shown.weights, shown.ranges, shown.shapes,
        shown.figures.names,
    )  # fmt: skip
    if rows:
        parts.append(
            table(
                rows,
                {
                    "Therapy": "therapy",
                    "Cost now": lambda r: usd(r["now"]),
                    "Draws level at": lambda r: (
                        usd(r["amount"]) if r["amount"] == r["amount"] else "no cost in the range"
                    ),
                    "With": "rival",
                },
                "At which cost each therapy has the same weighted value as the highest other one",
            )
        )
    return NOTHING.join(parts)


def ranges(shown: View) -> Markup:
    """The range beside every weight: what 0 and 100 of value stand for."""
    rows = []
    for name, row in shown.figures.criteria.items():
        low, high = shown.ranges[name]
        worst, most = (high, low) if row["favors"] == "lower" else (low, high)
        unit = str(row["unit"])
        rows.append(
            {"label": row["label"], "worst": amount(worst, unit), "most": amount(most, unit)}
        )
    said = html(
        "<p>A range says what no value and full value stand for; blank takes the widest interval "
        "shown. &ldquo;Worth half&rdquo; is the amount that is half as good as the whole way; "
        "blank is the middle.</p>"
    )
    return said + table(
        rows,
        {"Criterion": "label", "No value at": "worst", "Full value at": "most"},
        "Ranges: a weight is worth the whole way from the one to the other",
        "Choose at least one criterion.",
    )
