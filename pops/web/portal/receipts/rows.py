"""The rows of Receipt History as HTML.

Put together here and not by a template, which would take as long as all the rest of the page that is asked for most.
Every text passes through `escape` on its way in.
"""

from collections.abc import Callable, Iterable, Iterator

from django.utils.html import escape as escape_to_safe
from django.utils.safestring import SafeString, mark_safe

from receipts.history import Row, Visit
from receipts.wording import OTHER_SERVICES

escape: Callable[[object], str] = escape_to_safe

ROW = """<li id="receipt-{number}">
  <a class="receipt-row" href="{number}/{query}">
    <span class="receipt-when"><strong>{day}</strong><span class="sub">Receipt {number}</span>{subs}</span>
    <span class="receipt-what"><span class="tag tag-{tone}">{verdict}</span> <{tag} class="amount amount-m">{amount}</{tag}></span>
  </a>
  <details class="receipt-more">
    <summary><span class="visually-hidden">Details of receipt {number}</span></summary>
    <div class="receipt-facts">
      {facts}
      <details class="receipt-transactions">
        <summary>{count} transaction{plural}</summary>
        <dl class="sums">{transactions}</dl>
      </details>
      <a class="receipt-open" href="{number}/{query}">Itemized Receipt<span class="visually-hidden"> {number}</span></a>
    </div>
  </details>
</li>
"""  # noqa: E501  one line a line of the page
VISIT = """<dl>
        <div><dt>Patient</dt><dd>{}</dd></div>
        <div><dt>Provider</dt><dd>{}</dd></div>
        <div><dt>Location</dt><dd>{}</dd></div>
        <div><dt>Service</dt><dd>{}</dd></div>
      </dl>"""
SUM = '<div><dt>{}</dt><dd class="amount">{}</dd></div>'
TRANSACTION = '<div><dt class="reference">{}</dt><dd class="amount">{}</dd></div>'


def render_rows(rows: Iterable[Row], query: str) -> SafeString:
    """The list's items. `query` leads back to this place in the list."""
    safe_query = escape(query)
    return mark_safe("".join(_row(row, safe_query) for row in rows))  # noqa: S308  escaped, piece by piece


def _row(row: Row, query: str) -> str:
    subs = [*row.methods, row.note] if row.note else row.methods
    return ROW.format(
        number=row.number,
        query=query,
        day=row.day,
        subs="".join(f' <span class="sub">{escape(text)}</span>' for text in subs),
        tone=row.tone,
        verdict=row.verdict,
        tag="s" if row.is_struck else "span",
        amount=row.amount,
        facts="\n      ".join(_facts(row, query)),
        count=len(row.transactions),
        plural="" if len(row.transactions) == 1 else "s",
        transactions="".join(TRANSACTION.format(escape(name), amount) for name, amount in row.transactions),
    )


def _facts(row: Row, query: str) -> list[str]:
    """Where the money went, and what became of it."""
    facts = [_visit(visit) for visit in row.visits]
    if row.more_visits:
        facts.append(f"<p>and {row.more_visits} more, in the itemized receipt.</p>")
    if row.others:
        facts.append(f'<dl class="sums">{SUM.format(OTHER_SERVICES, row.others)}</dl>')
    if row.is_struck:
        facts.append("<p>It was voided and is not a proof of payment.</p>")
    if row.escrow:
        facts.append(f'<dl class="sums">{SUM.format(row.unapplied, row.escrow)}</dl>')
    if row.reason:
        facts.append(f"<p>{escape(row.reason)} Nothing was charged.</p>")
    return [*facts, *_relatives(row, query)]


def _relatives(row: Row, query: str) -> Iterator[str]:
    """The receipt that this one refunds, and those that refund it."""
    if row.refund_of:
        link = f'<a href="{row.refund_of}/{query}">receipt {row.refund_of}</a>'
        yield f"<p>{row.verdict}: see {link}.</p>"
    if row.refunds:
        sums = [SUM.format(f'<a href="{n}/{query}">Receipt {n}</a>', amount) for n, amount in row.refunds]
        yield f'<dl class="sums">{"".join(sums)}{SUM.format("Net", row.net)}</dl>'


def _visit(visit: Visit) -> str:
    return VISIT.format(escape(visit.patient), escape(visit.provider), escape(visit.location), escape(visit.services))
