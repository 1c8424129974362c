"""What has to be known of an answer of POPS Payments: what its sums count, and what is left out of it."""

from django.db.models import Q

from batches.blind import hidden_batches
from payments.reports.pops_payments import narrowing
from payments.reports.pops_payments.filters import RECEIVED
from payments.reports.question import Question
from pops.core.access.models import User
from pops.core.accounts.confidential import sees_confidential

NAMED = 5
PARTLY = (
    "Received and refunded are of whole receipts, applied is of these services alone. Receipts of which nothing is"
    " applied yet are with them."
)
PARTLY_WITHOUT_ESCROW = "Received and refunded are of whole receipts, applied is of these services alone."
BY_METHOD = "Applied and disbursed are of the receipts that were paid so, be it in part."
CONFIDENTIAL = "What is confidential is listed by its Service ID alone, and found by no name."


def notes_for(question: Question, user: User) -> list[str]:
    """A sentence each."""
    notes = []
    if narrowing.is_by_posting(question):
        notes.append(PARTLY_WITHOUT_ESCROW if question.get("payments") else PARTLY)
    if narrowing.is_by_transaction(question):
        notes.append(BY_METHOD)
    if not sees_confidential(user):
        notes.append(CONFIDENTIAL)
    return notes + _left_out(question, user)


def _left_out(question: Question, user: User) -> list[str]:
    """The batches that are still to be counted blind, where they could be in the answer."""
    span, picked = question.get("span"), question.get("batch")
    reach = Q(batch_date__range=(span.first, span.last)) if span and question.get("date") != RECEIVED else Q()
    reach &= Q(pk__in=picked.only_keys) if picked and picked.only else Q()
    names = [str(batch) for batch in hidden_batches(user).filter(reach).order_by("batch_date", "pk")]
    if not names:
        return []
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [f"Left out until they are counted: {', '.join(names[:NAMED])}{more}."]
