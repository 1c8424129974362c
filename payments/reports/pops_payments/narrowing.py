"""What the filters of POPS Payments select: movements of money, each by what it has and by its receipt.

A facility, a provider or a patient is of a posting, a method of a transaction. A movement of another kind is selected
with the receipt that has such a one: money received with the whole receipt.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from batches.models import ReferenceBatch
from payments.reports.filters.picks import Picked
from payments.reports.models import Applied, Money
from payments.reports.pops_payments.filters import (
    BATCH,
    OF_POSTINGS,
    OF_TRANSACTIONS,
    ONLY,
    RECEIVED,
)
from payments.reports.question import Question
from payments.reports.spans import Span
from receipts.models import Disbursement, Posting, Transaction, Unapplied

Rows = QuerySet[Any]
# Longer spans are a good part of all there is.
MOST_DAYS_BY_BATCH = 100
IS_APPLIED = Q(entry=Money.Entry.APPLIED)
IS_RECEIVED = Q(entry=Money.Entry.RECEIVED)


def is_by_posting(question: Question) -> bool:
    """Whether it is narrowed by what postings alone have."""
    return any(question.get(name) for name in OF_POSTINGS)


def is_by_transaction(question: Question) -> bool:
    """Whether it is narrowed by what transactions alone have."""
    return any(question.get(name) for name in OF_TRANSACTIONS)


def narrow(rows: Rows, question: Question, *, sees: bool) -> Rows:
    """The rows that a question selects. Who doesn't see what is confidential selects none of it by its words."""
    rows = _by_date(rows, question)
    if types := question.get("type"):
        rows = rows.filter(type__in=types)
    if channels := question.get("channel"):
        rows = rows.filter(channel__in=channels)
    rows = _by_picks(rows, question)
    if is_by_transaction(question):
        rows = _by_transaction(rows, question)
    if is_by_posting(question):
        rows = _by_posting(rows, question, sees=sees)
    return _by_state(rows, question)


def _by_date(rows: Rows, question: Question) -> Rows:
    span = question.get("span")
    if question.get("date") != BATCH:
        column = "received_on" if question.get("date") == RECEIVED else "post_date"
        rows = rows.filter(**{f"{column}__range": (span.first, span.last)})
        if column == "post_date" and span.days <= MOST_DAYS_BY_BATCH:
            rows = rows.filter(batch_id__in=_batches_of(span))
    return _pick(rows, "batch_id", question.get("batch"))


def _batches_of(span: Span) -> list[int]:
    """The batches of a span, which its post dates are the dates of: so few that what is in them is found by an index.

    From dates alone the planner can't tell how few, and reads the tables whole.
    """
    return list(ReferenceBatch.objects.filter(batch_date__range=(span.first, span.last)).values_list("pk", flat=True))


def _by_picks(rows: Rows, question: Question) -> Rows:
    rows = _pick(rows, "guarantor_id", question.get("guarantor"))
    return _pick(rows, "issued_by_id", question.get("cashier"))


def _pick(rows: Rows, column: str, picked: Picked | None) -> Rows:
    if picked is None:
        return rows
    if picked.only:
        rows = rows.filter(_any(column, picked.only_keys))
    return rows.exclude(_any(column, picked.never_keys)) if picked.never else rows


def _any(column: str, keys: list[Any]) -> Q:
    found = Q(**{f"{column}__in": [key for key in keys if key is not None]})
    return found | Q(**{f"{column}__isnull": True}) if None in keys else found


def _by_transaction(rows: Rows, question: Question) -> Rows:
    asked = {f"{column}__in": value for name, column in OF_TRANSACTIONS.items() if (value := question.get(name))}
    has_such = Exists(Transaction.objects.filter(receipt=OuterRef("receipt_id"), **asked))
    return rows.filter(Q(IS_RECEIVED, **asked) | Q(~IS_RECEIVED, has_such))


def of_postings(question: Question, *, sees: bool) -> Q:
    """Which postings are selected by what they have."""
    found = Q()
    for name, column in OF_POSTINGS.items():
        picked = question.get(name) or Picked()
        if picked.only:
            found &= Q(**{f"{column}__in": picked.only_keys})
            # What is asked by a word would tell it.
            found &= Q() if sees else Q(is_hidden=False)
        if picked.never:
            left_out = ~Q(**{f"{column}__in": picked.never_keys})
            found &= left_out if sees else left_out | Q(is_hidden=True)
    return found


def _by_posting(rows: Rows, question: Question, *, sees: bool) -> Rows:
    such = of_postings(question, sees=sees)
    of_receipt = Q(Exists(Applied.objects.filter(such, receipt=OuterRef("receipt_id"))))
    if not question.get("payments"):
        # Escrow may still become theirs.
        of_receipt |= ~Q(Exists(Posting.objects.filter(receipt=OuterRef("receipt_id"))))
    return rows.filter(Q(IS_APPLIED, such) | Q(~IS_APPLIED, of_receipt))


def _by_state(rows: Rows, question: Question) -> Rows:
    disbursed = Exists(Disbursement.objects.filter(receipt=OuterRef("receipt_id")))
    if (asked := question.get("disbursed")) is not None:
        rows = rows.filter(disbursed if asked == ONLY else ~disbursed)
    if (asked := question.get("escrow")) is not None:
        left = Exists(Unapplied.objects.filter(receipt=OuterRef("receipt_id")))
        rows = rows.filter(left if asked == ONLY else ~left)
    return rows


# What of a row's receipt is in escrow now, as its own page says it.
ESCROW_NOW = Coalesce(Subquery(Unapplied.objects.filter(receipt=OuterRef("receipt_id")).values("cents")), 0)
