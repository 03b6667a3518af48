"""The effects table with bars in its cells, ranking bars and acceptability stacks, as HTML."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

from compare.data.rows import grouped, known, records
from compare.effects.table import BASES
from compare.pages.house import CLASSES
from compare.pages.markup import table, text
from compare.pages.tradeoffs.cells import against, amount, cell_words
from compare.pages.tradeoffs.sentences import first_phrase, moves, of_100
from compare.pages.tradeoffs.views import Figures, View, break_evens
from compare.words import usd

BAR_PX = 120
RANK_COLORS = ("#08306b", "#2171b5", "#6baed6", "#bdd7ee", "#e4edf6")
SHARE_COLORS = (
    "#08519c",
    "#c26a00",
    "#4b7a3a",
    "#7a5195",
    "#8c8c8c",
    "#b5485d",
    "#2a8f8f",
    "#6b5b3e",
)


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
    return (
        f'<svg width="{BAR_PX + 4}" height="16" aria-hidden="true"><g transform="translate(2,0)">'
        f'<rect x="{start:.1f}" y="4" width="{max(stop - start, 1):.1f}" height="8" '
        f'fill="{fill}" stroke="{color}" opacity="0.75"/>'
        f'<line x1="{at(cell["low"]):.1f}" x2="{at(cell["high"]):.1f}" y1="8" y2="8" '
        f'stroke="#1b1f24" stroke-width="1.5"/>'
        f'<line x1="{at(0.0):.1f}" x2="{at(0.0):.1f}" y1="1" y2="15" stroke="#5b6470"/>'
        "</g></svg>"
    )


def grid(figures: Figures) -> str:
    """The effects table: therapies down, criteria across, figure and bar in each cell."""
    rows = [row for row in figures.rows if row["criterion"] in figures.criteria]
    cells = {(row["therapy_id"], row["criterion"]): row for row in rows}
    columns: dict[str, Any] = {
        "Therapy": lambda r: f"{text(r['therapy'])}<br><small>{text(class_name(r))}</small>"
    }
    for name, row in figures.criteria.items():
        own = [r for r in rows if r["criterion"] == name and known(r["low"])]
        span = (
            min((r["low"] for r in own), default=math.nan),
            max((r["high"] for r in own), default=math.nan),
        )

        def cell(r: Mapping[str, Any], name: str = name, span: tuple[float, float] = span) -> str:
            found = cells[r["therapy_id"], name]
            words = text(cell_words(found))
            if not found["reported"]:
                return f'<span class="tc-empty">not scored</span><br><small>{words}</small>'
            return f"{bar(found, span)}<br><small>{words}</small>"

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


def basis_note(basis: str) -> str:
    """What the figures are, as a sentence."""
    note = f"Harms and benefits: {BASES[basis]}."
    if basis == "treated":
        note += " Patients, background treatment and length of these trials differ."
    return f"<p>{text(note)}</p>"


def cards(figures: Figures) -> str:
    """Five cards with what there is to weigh."""
    made = [
        f"<section><h2>{text(h)}</h2><p>{text(words)}</p></section>" for h, words in figures.cards
    ]
    return f'<div class="tc-cards">{"".join(made)}</div>'


def segments(parts: list[tuple[float, str, str]], height_px: int = 20) -> str:
    """Colored stretches of one bar: (share of the whole width, color, text)."""
    made = []
    for share, color, words in parts:
        if share > 0:
            ink = "#1b1f24" if color in RANK_COLORS[2:] else "#ffffff"
            made.append(
                f'<span style="width:{100 * share:.2f}%;background:{color};color:{ink};'
                f'height:{height_px}px">{html.escape(words)}</span>'
            )
    return f'<span class="tc-stack">{"".join(made)}</span>'


def ranking(shown: View) -> str:
    """Weighted values as bars, in order, each bar made of the criteria's shares."""
    labels, names = shown.figures.labels, shown.figures.names
    criteria = [name for name in shown.value.columns if name in labels]
    colors = dict(zip(criteria, SHARE_COLORS * 4, strict=False))
    rows = shown.value.sort_values(["too_little", "value"], ascending=[True, False], kind="stable")

    def stack(r: Mapping[str, Any]) -> str:
        if r["too_little"]:
            share = f"{100 * r['missing_weight']:.0f}"
            return (
                f'<span class="tc-empty">too little reported ({share} of 100 of the weight)</span>'
            )
        known = [(r[name], colors[name], "") for name in criteria if r[name] == r[name]]
        gap = r["value"] - sum(share for share, _, _ in known)
        return segments([*known, (gap if gap > 1e-9 else 0.0, "#c9ced4", "")])

    key = "".join(
        f'<span><i style="background:{colors[name]}"></i>{text(labels[name])}, weight '
        f"{100 * shown.ranking.weights[name]:.0f}</span>"
        for name in criteria
        if shown.ranking is not None and shown.ranking.weights[name] > 0
    )
    key += '<span><i style="background:#c9ced4"></i>not scored: middle of what it can be</span>'
    return f'<div class="tc-key">{key}</div>' + table(
        rows,
        {
            "Therapy": lambda r: text(names[r["therapy_id"]]),
            "Value, 0 to 100, by your weights": stack,
            "Value": lambda r: "" if r["too_little"] else f"{100 * r['value']:.0f}",
            "With every figure at its worse or better end": lambda r: (
                f"{100 * r['value_low']:.0f} to {100 * r['value_high']:.0f}"
            ),
        },
        "Weighted values, highest first; parts from left to right as in the key",
    )


def acceptability(shown: View) -> str:
    """Shares of the ranks as stacked bars, most often first on top."""
    if shown.ranking is None:
        return ""
    found = shown.ranking.acceptability
    ranks = list(found.columns)
    count = len(ranks)
    rows = found.reset_index()
    if count:
        rows = rows.sort_values(ranks, ascending=False, kind="stable", na_position="last")

    def color(i: int) -> str:
        return RANK_COLORS[min(i, 3) if i < count - 1 or count < 5 else 4]

    def stack(r: Mapping[str, Any]) -> str:
        if not count or r[ranks[0]] != r[ranks[0]]:
            return '<span class="tc-empty">too little reported</span>'
        return segments(
            [
                (r[rank], color(i), of_100(r[rank]) if r[rank] >= 0.06 else "")
                for i, rank in enumerate(ranks)
            ]
        )

    names = {0: "first", 1: "second", 2: "third", 3: "fourth" if count <= 4 else "later"}
    key = "".join(
        f'<span><i style="background:{RANK_COLORS[i]}"></i>{word}</span>'
        for i, word in names.items()
        if i < count
    )
    if count >= 5:
        key += f'<span><i style="background:{RANK_COLORS[4]}"></i>last</span>'
    universe = "of 100 draws of figures and weights"
    return f'<div class="tc-key">{key}</div>' + table(
        rows,
        {
            "Therapy": lambda r: text(shown.figures.names[r["therapy_id"]]),
            f"Ranks, {universe}": stack,
            "In words": lambda r: first_phrase(r[ranks[0]]) if count else "",
        },
        "How often each therapy takes each rank (100,000 draws)",
    )


def sensitivity(shown: View) -> str:
    """Who leads as each weight goes from 0 to 100 and the others keep their proportions."""
    if shown.sensitivity.empty:
        return ""
    names, labels = shown.figures.names, shown.figures.labels
    parts = grouped(records(shown.sensitivity), "criterion")
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
            "Highest value, as the weight goes from 0 to 100": lambda r: text(
                r["words"] if r["moves"] else r["words"].split(" from ")[0] + " throughout"
            ),
        },
        "What would change the picture: one weight at a time, the others in proportion",
    )


def worth(shown: View) -> str:
    """What a step of each criterion is worth in money, and where each cost draws level."""
    parts = []
    if len(shown.worth):
        items = "".join(
            f"<li>{text(words[:1].upper() + words[1:])}</li>" for words in shown.worth["text"]
        )
        parts.append(f"<p><b>What your weights say</b></p><ul>{items}</ul>")
    rows = break_evens(shown)
    if len(rows):
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
    return "".join(parts)


def ranges(shown: View) -> str:
    """The range beside every weight: what 0 and 100 of value stand for."""
    rows = []
    for name, row in shown.figures.criteria.items():
        low, high = shown.ranges[name]
        worst, most = (high, low) if row["favors"] == "lower" else (low, high)
        unit = str(row["unit"])
        rows.append(
            {"label": row["label"], "worst": amount(worst, unit), "most": amount(most, unit)}
        )
    return table(
        rows,
        {"Criterion": "label", "No value at": "worst", "Full value at": "most"},
        "Ranges: a weight is worth the whole way from the one to the other",
        "Choose at least one criterion.",
    )
