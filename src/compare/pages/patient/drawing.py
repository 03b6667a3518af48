"""The picture of the patient's page as HTML: a table whose rows become cards on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from compare.authority.cautions import SEVERITIES
from compare.cost.prices import KINDS
from compare.pages.cells import glyph
from compare.pages.markup import BREAK, NOTHING, html
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


def picture(shown: Sequence[Shown], name: str) -> Markup:
    """Key and table of all options; every value escaped. Bars share one axis, from 0."""
    if not shown:
        return html('<p class="tc-empty">Our tables name no therapy for this condition.</p>')
    yearly = [price.high for row in shown for price in row.prices if price.chronic]
    end = max(yearly, default=0.0)
    head = NOTHING.join(html('<th scope="col">{}</th>', one) for one in HEADS)
    body = NOTHING.join(_row(row, end) for row in shown)
    return html(
        '{}<table class="tc-table tc-picture">'
        "<caption>{}: options for this patient</caption>"
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        key(end), name, head, body,
    )  # fmt: skip


def key(end: float) -> Markup:
    """What order, marks and bars mean."""
    bars = "" if not end else html(
        '<span><i class="tc-bar"><b class="net"></b></i>{}</span> '
        '<span><i class="tc-bar"><b class="before_rebates"></b></i>{}</span> '
        '<span><i class="tc-bar"><b class="net to"></b></i>range of doses and intervals</span> '
        "<span>a full bar is {}; prices of two kinds are not ranked</span>",
        KINDS["net"], KINDS["before_rebates"], usd(end),
    )  # fmt: skip
    return html(
        '<p class="tc-key"><span><span class="stop">contraindicated</span></span> '
        '<span><span class="boxed">boxed warning</span></span> '
        "<span><b>{}</b></span> <span>Order: {}; then by name.</span> {}</p>",
        SAFE, ORDER, bars,
    )  # fmt: skip


def _row(row: Shown, end: float) -> Markup:
    cells = (_authority(row), _against(row), _trials(row.trials), _money(row, end),
             row.burden)  # fmt: skip
    struck = html(' class="tc-struck"') if row.struck else ""
    body = NOTHING.join(
        html('<td data-head="{}">{}</td>', head, cell)
        for head, cell in zip(HEADS[1:], cells, strict=True)
    )
    return html('<tr{}><th scope="row">{}</th>{}</tr>', struck, _name(row), body)


def _name(row: Shown) -> Markup:
    said = html("{}&nbsp;<span>{}</span>", glyph(row.therapy_class), row.therapy)
    return said + (html('<br><small class="warn">{}</small>', row.changed) if row.changed else "")


def _authority(row: Shown) -> Markup:
    return BREAK.join(part for part in (row.label, row.guideline) if part)


def _against(row: Shown) -> Markup:
    told = []
    for severity, what, condition in row.against:
        where = html("<br><small>counts if: {}</small>", condition) if condition else ""
        name = SEVERITIES[severity]
        mark = MARKS.get(severity)
        said = html("<span>{}</span>", name)
        if mark:
            said = html('<strong class="{}">{}</strong>', mark, name)
        told.append(html("{}: {}{}", said, what, where))
    if not told:
        told = [html('<span class="faint">none found in our reading</span>')]
    if row.everyone:
        told.append(html('<small class="faint">boxed for everyone: {}</small>', row.everyone))
    return BREAK.join(told)


def _trials(trials: OwnTrials) -> Markup:
    lead = html("<strong>{}</strong><br>", trials.lead) if trials.trials and trials.lead else ""
    if not trials.trials:
        return html('<span class="faint">{}</span>', trials.lead)
    first, rest = trials.trials[:OPEN_TRIALS], trials.trials[OPEN_TRIALS:]
    said = lead + BREAK.join(map(_trial, first))
    said += html("<br><small>{}</small>", trials.shared) if trials.shared else ""
    if rest:
        more = BREAK.join(map(_trial, rest))
        said += html("<details><summary>{} more</summary>{}</details>", len(rest), more)
    return said


def _trial(trial: Told) -> Markup:
    mark = html(' class="warn"') if trial.missed else ""
    apart = html(" <small{}>{}</small>", mark, trial.apart) if trial.apart else ""
    return html("<b>{}</b>{}", trial.figure, apart)


def _money(row: Shown, end: float) -> Markup:
    told = [_price(price, end) for price in row.prices]
    if row.no_price:
        told.append(html('<span class="faint">{}</span>', row.no_price))
    return NOTHING.join(html("<div>{}</div>", one) for one in told)


def _price(price: Price, end: float) -> Markup:
    small = html("<small>{}, {}</small>", price.product, KINDS[price.kind])
    if not price.chronic:
        return html("{}<br>{}", price_words(price), small)
    low, more = 100 * price.low / end, 100 * (price.high - price.low) / end
    return html(
        '<i class="tc-bar" aria-hidden="true"><b class="{0}" style="width:{1:.1f}%"></b>'
        '<b class="{0} to" style="width:{2:.1f}%"></b></i>{3}<br>{4}',
        price.kind, low, more, price_words(price), small,
    )  # fmt: skip
