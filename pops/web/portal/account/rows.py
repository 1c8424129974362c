"""Visits with their lines as HTML.

Put together here and not by a template, which would take as long as all the rest of the page. Every text passes through
`escape` on its way in.
"""

from collections.abc import Callable, Iterable

from django.utils.html import escape as escape_to_safe
from django.utils.safestring import SafeString, mark_safe

from pops.core.money import format_cents
from pops.core.words import day
from receipts.visits import Line, Visit

escape: Callable[[object], str] = escape_to_safe

VISIT = """<li id="visit-{number}">
  <details class="visit"{open}>
    <summary>
      <span class="visit-what"><strong>{day}</strong> <span class="sub"><bdi>{patient}</bdi></span>
        <span class="sub">{provider}, {facility}</span></span>
      <span class="visit-owed"><span class="amount amount-m">{owed}</span> <span class="sub">{verdict}</span></span>
    </summary>
    <table class="lines visit-lines">
      <caption class="visually-hidden">Services of visit {number}</caption>
      <thead><tr><th scope="col">Service</th>{heads}</tr></thead>
      <tbody>{lines}</tbody>{total}
    </table>
  </details>
</li>
"""
LABELS = ("Billed", "Adjusted", "Insurance pending", "Insurance paid", "Patient paid", "Remaining")
HEADS = "".join(f'<th scope="col" class="num">{label}</th>' for label in LABELS)
LINE = """<tr><td class="line-service"><strong>{description}</strong> <span class="sub">{day}</span>
  <span class="sub">Service ID {service_id}{code}</span></td>{amounts}</tr>
"""
AMOUNT = '<td class="num{zero}" data-label="{label}">{amount}</td>'
REMAINING = '<td class="num line-remaining" data-label="Remaining"><strong>{amount}</strong></td>'
TOTAL = """
      <tfoot><tr><th scope="row" colspan="6">Remaining of this visit</th>
        <td class="num"><strong>{amount}</strong></td></tr></tfoot>"""


def render_visits(visits: Iterable[Visit]) -> SafeString:
    """The list's items. Those with something open are open."""
    return mark_safe("".join(_visit(visit) for visit in visits))  # noqa: S308  escaped, piece by piece


def _visit(visit: Visit) -> str:
    owed = format_cents(visit.owed_cents)
    return VISIT.format(
        number=visit.number,
        open=" open" if visit.is_open else "",
        day=day(min(line.service_date for line in visit.lines)),
        patient=escape(visit.patient),
        provider=escape(visit.provider),
        facility=escape(visit.facility),
        owed=owed,
        verdict="in collections" if visit.in_collections else "left to pay",
        heads=HEADS,
        lines="".join(_line(visit.number, line) for line in visit.lines),
        total=TOTAL.format(amount=owed) if len(visit.lines) > 1 else "",
    )


def _line(visit: int, line: Line) -> str:
    return LINE.format(
        description=escape(line.description),
        day=day(line.service_date),
        service_id=f"{visit}-{line.number}",
        code=f", code {escape(line.procedure_code)}" if line.procedure_code else "",
        amounts=_amounts(line),
    )


def _amounts(line: Line) -> str:
    """What a phone leaves out is nothing, but for what was billed."""
    covered = (line.adjusted_cents, line.insurance_pending_cents, line.insurance_paid_cents, line.patient_paid_cents)
    cells = [
        AMOUNT.format(label=label, amount=format_cents(cents), zero="" if cents or label == LABELS[0] else " zero")
        for label, cents in zip(LABELS, (line.billed_cents, *covered), strict=False)
    ]
    return "".join(cells) + REMAINING.format(amount=format_cents(max(line.remaining_cents, 0)))
