"""The picture of the patient's page as HTML: a table whose rows become cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from compare.authority.cautions import SEVERITIES
from compare.cost.prices import KINDS
from compare.pages.cells import glyph
from compare.pages.markup import BREAK, NOTHING, html, text
from compare.pages.patient.own_trials import OwnTrials, Told
from compare.pages.patient.picture import ANY_DOSE, ORDER, Price, Shown, kind_words, price_words
from compare.pages.patient.side_by_side import MARKS
from compare.words import usd

SAFE = "\u201cNone found\u201d is not \u201csafe\u201d."
# Of each option; all are one click away, and the words above them count what missed.
OPEN_TRIALS, OPEN_IF_MANY, MANY = 2, 1, 5
HEADS = (
    "Option",
    "Authority",
    "Speaks against it",
    "Its own trials (not compared)",
    "Year one, US dollars",
    "Visits, year one",
)


def picture(shown: Sequence[Shown], name: str) -> Markup:
    """Key and table of all options; every value escaped. Bars share one axis, from 0."""
    if not shown:
        return html('<p class="tc-empty">Our tables name no therapy for this condition.</p>')
    every = [price for row in shown for price in (*row.prices, *row.marks)]
    yearly = [price.high for price in every if price.chronic]
    end = max(yearly, default=0.0)
    head = NOTHING.join(html('<th scope="col">{}</th>', one) for one in HEADS)
    few = OPEN_TRIALS if len(shown) < MANY else OPEN_IF_MANY
    body = NOTHING.join(_row(row, end, few) for row in shown)
    return html(
        '{}<table class="tc-table tc-picture">'
        "<caption>{}. Order: {}; then by name</caption>"
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        key(end, shown), name, ORDER, head, body,
    )  # fmt: skip


def key(end: float, shown: Sequence[Shown]) -> Markup:
    """What order, marks and bars mean; of the bars and ticks, what is there."""
    standing = [price for row in shown for price in row.prices if price.chronic]
    kinds = {price.kind: kind_words(price) for price in standing}
    looks = [(kind, kinds[kind]) for kind in KINDS if kind in kinds]
    if any(price.high > price.low for price in standing):
        looks.append(("net to", "range of doses and intervals"))
    bars = NOTHING.join(
        html('<span><i class="tc-bar"><b class="{}"></b></i>{}</span> ', look, said)
        for look, said in looks
    )
    if any(row.marks for row in shown):
        bars += html('<span><i class="tc-bar tc-tick"><b></b></i>{}</span> ', ANY_DOSE)
    if end:
        bars += html("<span>a full bar is {}; kinds of price are not ranked</span>", usd(end))
    return html(
        '<p class="tc-key"><span><span class="stop">contraindicated</span></span> '
        '<span><span class="boxed">boxed warning</span></span> '
        "<span><b>{}</b></span> {}</p>",
        SAFE, bars,
    )  # fmt: skip


def _row(row: Shown, end: float, few: int) -> Markup:
    cells = (_authority(row), _against(row), _trials(row.trials, few), _money(row, end),
             row.burden)  # fmt: skip
    struck = html(' class="tc-struck"') if row.spoken.struck else ""
    body = NOTHING.join(
        html('<td data-head="{}">{}</td>', head, cell)
        for head, cell in zip(HEADS[1:], cells, strict=True)
    )
    return html('<tr{}><th scope="row">{}</th>{}</tr>', struck, _name(row), body)


def _name(row: Shown) -> Markup:
    said = html("{}&nbsp;<span>{}</span>", glyph(row.therapy_class), row.therapy)
    return said + (html('<br><small class="warn">{}</small>', row.changed) if row.changed else "")


def _authority(row: Shown) -> Markup:
    # Three bodies in one name, ACR/SAA/SPARTAN, are too wide for the column of a phone or a sheet.
    parts = (text(part) for part in (row.label, row.guideline) if part)
    return BREAK.join(Markup("/<wbr>").join(map(Markup, part.split("/"))) for part in parts)


def _against(row: Shown) -> Markup:
    told = []
    for severity, what, condition in row.spoken.against:
        where = html("<br><small>counts if: {}</small>", condition) if condition else ""
        name = SEVERITIES[severity]
        mark = MARKS.get(severity)
        said = html("<span>{}</span>", name)
        if mark:
            said = html('<strong class="{}">{}</strong>', mark, name)
        told.append(html("{}: {}{}", said, what, where))
    if not told:
        told = [html('<span class="faint">none found in our reading</span>')]
    if row.spoken.everyone:
        told.append(
            html('<small class="faint">boxed for everyone: {}</small>', row.spoken.everyone)
        )
    return BREAK.join(told)


def _trials(trials: OwnTrials, few: int) -> Markup:
    if not trials.trials:
        return html('<span class="faint">{}</span>', trials.lead)
    lead = html("<strong>{}</strong>", trials.lead) if trials.lead else NOTHING
    first, rest = trials.trials[:few], trials.trials[few:]
    if rest:
        more = BREAK.join(map(_trial, rest))
        name = html("{}; {} more", lead, len(rest))
        lead = html("<details><summary>{}</summary>{}</details>", name, more)
    elif lead:
        lead += BREAK
    said = BREAK.join(map(_trial, first))
    if trials.shared:
        said += html("{}<small>{}</small>", BREAK if len(first) > 1 else "; ", trials.shared)
    return lead + said


def _trial(trial: Told) -> Markup:
    mark = html(' class="warn"') if trial.missed else ""
    apart = html(" <small{}>{}</small>", mark, trial.apart) if trial.apart else ""
    return html("<b>{}</b>{}", trial.figure, apart)


def _money(row: Shown, end: float) -> Markup:
    told = [_price(price, end) for price in row.prices]
    told += [_mark(price, end) for price in row.marks]
    if row.no_price:
        told.append(html('<span class="faint">{}</span>', row.no_price))
    return NOTHING.join(html("<div>{}</div>", one) for one in told)


def _price(price: Price, end: float) -> Markup:
    outside = ", not in its label here" if price.outside else ""
    small = html("<small>{}, {}{}</small>", price.product, kind_words(price), outside)
    if not price.chronic:
        return html("{}<br>{}", price_words(price), small)
    low, more = 100 * price.low / end, 100 * (price.high - price.low) / end
    return html(
        '<i class="tc-bar" aria-hidden="true"><b class="{0}" style="width:{1:.1f}%"></b>'
        '<b class="{0} to" style="width:{2:.1f}%"></b></i>{3}<br>{4}',
        price.kind, low, more, price_words(price), small,
    )  # fmt: skip


def _mark(price: Price, end: float) -> Markup:
    """A negotiated price: a tick on the axis of the bars, never a bar."""
    small = html("<small>{}, {}</small>", price.product, kind_words(price))
    return html(
        '<i class="tc-bar tc-tick" aria-hidden="true"><b style="left:{:.1f}%"></b></i>{} {}',
        100 * price.high / end if end else 0, price_words(price), small,
    )  # fmt: skip
