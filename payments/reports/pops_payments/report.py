"""The report itself: its sums, its groups, its columns."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.http import QueryDict

from batches.blind import find_hidden
from payments.reports.declaration import Field, Group, Measure, Report, Sort, Trend
from payments.reports.models import Applied, Money, Received
from payments.reports.pops_payments import narrowing
from payments.reports.pops_payments.filters import BATCH, DATES, FILTERS, LIST_APPLIED, POST, RECEIVED
from payments.reports.pops_payments.grouping import groups_for
from payments.reports.pops_payments.notes import notes_for
from payments.reports.pops_payments.unfolding import PAYMENT_FIELDS, applied_fields, unfold
from payments.reports.pops_payments.words import (
    CHANNEL_WORDS,
    METHOD_WORDS,
    TYPE_WORDS,
    say_channel,
    say_method,
    say_type,
)
from payments.reports.question import Question
from payments.reports.tables import Kind
from pops.core.access.models import User
from pops.core.accounts.confidential import sees_confidential
from pops.core.methods import BRANDS, brand_name

# Of what counts, one of the two is there.
TRANSACTIONS = Count("received_cents") + Count("refunded_cents")
TOTAL = Sum("counted_cents")

MEASURES = (
    Measure("transactions", "Transactions", Kind.NUMBER, TRANSACTIONS, asks={"list": None}),
    Measure("received", "Received", Kind.CENTS, Sum("received_cents"),
            asks={"type": "payment,came_back", "list": None}),
    Measure("refunded", "Refunded or returned", Kind.CENTS, Sum("refunded_cents"),
            asks={"type": "refund,returned", "list": None}),
    Measure("total", "Total", Kind.CENTS, TOTAL, asks={"list": None}),
    Measure("applied", "Applied", Kind.CENTS, Sum("applied_cents"), asks={"list": LIST_APPLIED}),
    Measure("disbursed", "Disbursed", Kind.CENTS, Sum("disbursed_cents"), asks={"disbursed": "only", "list": None}),
    Measure("escrow", "Added to escrow", Kind.CENTS, asks={"escrow": "only", "list": None},
            of=lambda sums: sums["total"] - sums["applied"] - sums["disbursed"]),
    Measure("voided", "Voided", Kind.CENTS, Sum("voided_cents"), asks={"type": "voided", "list": None}),
    Measure("not_processed", "Requested, not processed", Kind.CENTS, Sum("not_processed_cents"),
            asks={"type": "unsuccessful", "list": None}),
)  # fmt: skip
NUMBER = Field("receipt", "Receipt", "receipt_id", Kind.NUMBER)
TYPE = Field("type", "Type", "type", say=say_type, known=list(TYPE_WORDS))
RECEIPT_FIELDS = (
    Field("date", "Post date", "post_date", Kind.DATE),
    Field("batch", "Batch", "batch_id", Kind.NUMBER),
    Field("guarantor", "Guarantor", "guarantor_name"),
    Field("account", "Account", "account_number"),
    Field("channel", "Received", "channel", say=say_channel, known=list(CHANNEL_WORDS)),
    Field("method", "Method", "method", say=say_method, known=list(METHOD_WORDS)),
    Field("card", "Card type", "card_brand", say=brand_name, known=["", *BRANDS]),
    Field("ending", "Number", "ending"),
    Field("amount", "Amount", "counted_cents", Kind.CENTS),
    Field("not_counted", "Not counted", "not_counted_cents", Kind.CENTS),
)
SORTS = (
    Sort("date", "Post date", ["post_date"], descends=True),
    Sort("receipt", "Receipt", ["receipt_id"]),
    Sort("guarantor", "Guarantor", ["guarantor_name"]),
    Sort("amount", "Amount", ["amount"]),
)


def _seen_by(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of batches that this user needn't count blind any more."""
    hidden = find_hidden(user)
    return rows.exclude(batch_id__in=hidden) if hidden else rows


class PopsPayments(Report):
    """Money by the day, the batch and whatever else it has: received here and applied here, each on its own date."""

    slug, title, right = "pops-payments", "POPS Payments", "reports.view_pops_payments"
    lead = "What came in and went out, how, and what it was applied to."
    filters = FILTERS
    first = ("date", "span", "type", "facility", "provider", "method", "list", "payments")
    measures = MEASURES
    groups = groups_for(None)
    fields = (NUMBER, TYPE, *RECEIPT_FIELDS)
    sorts = SORTS
    unique = ("receipt_id", "row_id")
    together = "receipt_id"

    def ask(self, query: QueryDict | Mapping[str, str], *, user: User, today: dt.date) -> Question:
        """Its span is of post dates or of received dates; of batches there is none."""
        question = super().ask(query, user=user, today=today)
        values, wrong = dict(question.values), dict(question.wrong)
        dated = values.get("date", POST)
        if dated == BATCH:
            values["span"] = None
            wrong.pop("span", None)
            if not values.get("batch") and "batch" not in wrong:
                wrong["batch"] = "Say which reference batches: their numbers, with commas between."
        if values.get("payments") and question.sort == "amount":
            wrong["sort"] = "With the payments under each receipt the list can't be in the order of amounts."
        label = dict(DATES)[dated]
        filters = [replace(row, label=label) if row.name == "span" else row for row in question.filters]
        return replace(question, filters=filters, values=values, wrong=wrong)

    def rows(self, question: Question, user: User) -> QuerySet[Any]:
        return _seen_by(user, Money.objects.all())

    def narrow(self, rows: QuerySet[Any], question: Question, user: User) -> QuerySet[Any]:
        return narrowing.narrow(rows, question, sees=sees_confidential(user))

    def listed(self, question: Question, user: User) -> QuerySet[Any]:
        """Of one kind alone: rows of all kinds together can't be had in an order without sorting them all."""
        is_applied = question.get("list") == LIST_APPLIED
        rows = Applied.objects.all() if is_applied else Received.objects.all()
        listed = self.narrow(_seen_by(user, rows), question, user)
        return listed.annotate(amount=F("applied_cents" if is_applied else "counted_cents"))

    def measures_of(self, question: Question) -> Sequence[Measure]:
        """What was added to escrow is known of whole receipts alone."""
        in_part = narrowing.is_by_posting(question) or narrowing.is_by_transaction(question)
        is_whole = not in_part and set(Money.COUNTED) <= set(question.get("type") or Money.COUNTED)
        return [row for row in MEASURES if is_whole or row.name != "escrow"]

    def groups_of(self, question: Question) -> Sequence[Group]:
        return groups_for(question)

    def trends_of(self, question: Question) -> Sequence[Trend]:
        dates = "received_on" if question.get("date") == RECEIVED else "post_date"
        total = next(row for row in MEASURES if row.name == "total")
        return (
            Trend("time", "Total", total, dates, is_time=True),
            Trend("method", "Total by method", total, "method", say=say_method),
        )

    def fields_of(self, question: Question, user: User) -> Sequence[Field]:
        sees = sees_confidential(user)
        if question.get("list") == LIST_APPLIED:
            return applied_fields(sees=sees)
        fields = [NUMBER, TYPE, *RECEIPT_FIELDS]
        if question.get("escrow"):
            fields.append(Field("escrow", "In escrow now", narrowing.ESCROW_NOW, Kind.CENTS))
        return [*fields, *PAYMENT_FIELDS] if question.get("payments") else fields

    def unfolds(self, question: Question) -> bool:
        return bool(question.get("payments")) and question.get("list") != LIST_APPLIED

    def unfold(self, rows: Iterator[tuple[Any, ...]], question: Question, user: User) -> Iterator[tuple[Any, ...]]:
        if not self.unfolds(question):
            return rows
        return unfold(
            rows, _seen_by(user, Applied.objects.all()), question,
            sees=sees_confidential(user), width=len(self.fields_of(question, user)),
        )  # fmt: skip

    def notes(self, question: Question, user: User) -> list[str]:
        return notes_for(question, user)
