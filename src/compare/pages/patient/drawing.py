"""The picture of the patient's page as HTML: a table whose rows become cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from compare.authority.cautions import SEVERITIES
from compare.cost.prices import KINDS
from compare.pages.house import CLASSES, GLYPHS
from compare.pages.markup import text
from compare.pages.patient.own_trials import OwnTrials, Told
from compare.pages.patient.picture import ORDER, Price, Shown, price_words
from compare.words import usd

MARKS = {"contraindicated": "stop", "boxed_warning": "boxed", "warning": "warn"}
SAFE = "\u201cNone found\u201d is not \u201csafe\u201d."
OPEN_TRIALS = 2
HEADS = (
    "Option",
    "Authority for this patient",
    "Speaks against it",
    "Its own trials (not compared)",
    "Year one, US dollars",
    "Visits in year one",
)


def picture(shown: Sequence[Shown], name: str) -> str:
    """Key and table of all options; every value escaped. Bars share one axis, from 0."""
    if not shown:
        return '<p class="tc-empty">Our tables name no therapy for this condition.</p>'
    yearly = [price.high for row in shown for price in row.prices if price.chronic]
    end = max(yearly, default=0.0)
    head = "".join(f'<th scope="col">{text(one)}</th>' for one in HEADS)
    body = "".join(_row(row, end) for row in shown)
    return (
        f'{key(end)}<table class="tc-table tc-picture">'
        f"<caption>{text(name)}: options for this patient</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def key(end: float) -> str:
    """What order, marks and bars mean."""
    bars = (
        f'<span><i class="tc-bar"><b class="net"></b></i>{text(KINDS["net"])}</span> '
        f'<span><i class="tc-bar"><b class="before_rebates"></b></i>{text(KINDS["before_rebates"])}'
        "</span> "
        '<span><i class="tc-bar"><b class="net to"></b></i>range of doses and intervals</span> '
        f"<span>a full bar is {usd(end)}; prices of two kinds are not ranked</span>"
        if end
        else ""
    )
    return (
        '<p class="tc-key"><span><span class="stop">contraindicated</span></span> '
        '<span><span class="boxed">boxed warning</span></span> '
        f"<span><b>{SAFE}</b></span> <span>Order: {ORDER}; then by name.</span> {bars}</p>"
    )


def _row(row: Shown, end: float) -> str:
    cells = (_authority(row), _against(row), _trials(row.trials), _money(row, end),
             text(row.burden))  # fmt: skip
    struck = ' class="tc-struck"' if row.struck else ""
    body = "".join(
        f'<td data-head="{text(head)}">{cell}</td>'
        for head, cell in zip(HEADS[1:], cells, strict=True)
    )
    return f'<tr{struck}><th scope="row">{_name(row)}</th>{body}</tr>'


def _name(row: Shown) -> str:
    name, color, shape = CLASSES[row.therapy_class]
    mark = f'<span style="color:{color}" title="{text(name)}">{GLYPHS[shape]}</span>'
    said = f"{mark}&nbsp;<span>{text(row.therapy)}</span>"
    return said + (f'<br><small class="warn">{text(row.changed)}</small>' if row.changed else "")


def _authority(row: Shown) -> str:
    return "<br>".join(text(part) for part in (row.label, row.guideline) if part)


def _against(row: Shown) -> str:
    told = []
    for severity, what, condition in row.against:
        where = f"<br><small>counts if: {text(condition)}</small>" if condition else ""
        name = SEVERITIES[severity]
        mark = MARKS.get(severity)
        said = f'<strong class="{mark}">{name}</strong>' if mark else f"<span>{name}</span>"
        told.append(f"{said}: {text(what)}{where}")
    if not told:
        told = ['<span class="faint">none found in our reading</span>']
    if row.everyone:
        told.append(f'<small class="faint">boxed for everyone: {text(row.everyone)}</small>')
    return "<br>".join(told)


def _trials(trials: OwnTrials) -> str:
    lead = f"<strong>{text(trials.lead)}</strong><br>" if trials.trials and trials.lead else ""
    if not trials.trials:
        return f'<span class="faint">{text(trials.lead)}</span>'
    first, rest = trials.trials[:OPEN_TRIALS], trials.trials[OPEN_TRIALS:]
    said = lead + "<br>".join(map(_trial, first))
    said += f"<br><small>{text(trials.shared)}</small>" if trials.shared else ""
    if rest:
        said += f"<details><summary>{len(rest)} more</summary>{'<br>'.join(map(_trial, rest))}"
        said += "</details>"
    return said


def _trial(trial: Told) -> str:
    mark = ' class="warn"' if trial.missed else ""
    apart = f" <small{mark}>{text(trial.apart)}</small>" if trial.apart else ""
    return f"<b>{text(trial.figure)}</b>{apart}"


def _money(row: Shown, end: float) -> str:
    told = [_price(price, end) for price in row.prices]
    if row.no_price:
        told.append(f'<span class="faint">{text(row.no_price)}</span>')
    return "".join(f"<div>{one}</div>" for one in told)


def _price(price: Price, end: float) -> str:
    small = f"<small>{text(price.product)}, {text(KINDS[price.kind])}</small>"
    if not price.chronic:
        return f"{text(price_words(price))}<br>{small}"
    low, more = 100 * price.low / end, 100 * (price.high - price.low) / end
    return (
        f'<i class="tc-bar" aria-hidden="true"><b class="{text(price.kind)}" '
        f'style="width:{low:.1f}%"></b><b class="{text(price.kind)} to" '
        f'style="width:{more:.1f}%"></b></i>{text(price_words(price))}<br>{small}'
    )
