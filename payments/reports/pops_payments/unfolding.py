"""Include payments: under each receipt, what was applied of it."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

from django.db.models import CharField, DateField, Value

from payments.reports.declaration import Field
from payments.reports.pops_payments import narrowing
from payments.reports.pops_payments.words import masked
from payments.reports.question import Question
from payments.reports.tables import Kind

# Receipts whose payments are asked for at once.
CHUNK = 500
Row = tuple[Any, ...]


def payment_columns(*, sees: bool) -> list[Field]:
    """What a payment to a service has, as whoever asks may see it."""
    return [
        Field("service", "Service", "service_id"),
        Field("service_date", "Service date", _service_date(sees=sees), Kind.DATE),
        Field("patient", "Patient", masked("patient_name", sees=sees)),
        Field("facility", "Facility", masked("facility_name", sees=sees)),
        Field("provider", "Provider", masked("provider_name", sees=sees)),
    ]


def _service_date(*, sees: bool) -> Any:
    # A day can tell which visit.
    return masked("service_date", sees=sees, instead=None)


NOTHING = Value(None, output_field=CharField())
# What a payment's row has of its receipt, before what is empty.
WHOSE = ("receipt", "type", "date", "batch", "guarantor", "account")
# In a receipt's own row they are empty.
PAYMENT_FIELDS = (
    Field("service", "Service", NOTHING),
    Field("service_date", "Service date", Value(None, output_field=DateField()), Kind.DATE),
    Field("patient", "Patient", NOTHING),
    Field("facility", "Facility", NOTHING),
    Field("provider", "Provider", NOTHING),
    Field("posted", "Applied on", Value(None, output_field=DateField()), Kind.DATE),
    Field("applied", "Applied", Value(None, output_field=CharField()), Kind.CENTS),
)


def unfold(rows: Iterator[Row], postings: Any, question: Question, *, sees: bool, width: int) -> Iterator[Row]:
    """Rows of receipts, each receipt's together, its number first; under them those of its payments."""
    receipts = ((number, list(parts)) for number, parts in groupby(rows, key=lambda row: row[0]))
    postings = postings.filter(narrowing.of_postings(question, sees=sees))
    values = [
        "receipt_id",
        "guarantor_name",
        "account_number",
        *(field.value for field in payment_columns(sees=sees)),
        "post_date",
        "applied_cents",
    ]
    while chunk := list(islice(receipts, CHUNK)):
        under = defaultdict(list)
        found = postings.filter(receipt_id__in=[number for number, _ in chunk])
        for number, name, account, *cells in found.order_by("receipt_id", "row_id").values_list(*values):
            between = [None] * (width - len(WHOSE) - len(cells))
            under[number].append((number, "Applied", None, None, name, account, *between, *cells))
        for number, parts in chunk:
            yield from parts
            yield from under[number]


def applied_fields(*, sees: bool) -> list[Field]:
    """The columns of a list of money applied."""
    return [
        Field("receipt", "Receipt", "receipt_id", Kind.NUMBER),
        Field("date", "Post date", "post_date", Kind.DATE),
        Field("received", "Received date", "received_on", Kind.DATE),
        Field("batch", "Batch", "batch_id", Kind.NUMBER),
        Field("guarantor", "Guarantor", "guarantor_name"),
        Field("account", "Account", "account_number"),
        *payment_columns(sees=sees),
        Field("billing", "Billing provider", masked("billing_provider__name", sees=sees)),
        Field("referring", "Referring provider", masked("referring_provider__name", sees=sees)),
        Field("amount", "Amount", "applied_cents", Kind.CENTS),
    ]
