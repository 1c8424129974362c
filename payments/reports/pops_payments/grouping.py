"""What POPS Payments can be totalled by."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat, TruncMonth

from payments.reports.declaration import Group
from payments.reports.models import Money
from payments.reports.pops_payments.filters import RECEIVED
from payments.reports.pops_payments.finding import POPS
from payments.reports.pops_payments.words import masked, masked_key, say_card, say_channel, say_method, say_type
from payments.reports.question import Question
from payments.reports.spans import Span
from pops.core.accounts.confidential import sees_confidential
from pops.core.methods import BRANDS
from pops.core.words import day

IS_RECEIVED, IS_APPLIED = Q(entry=Money.Entry.RECEIVED), Q(entry=Money.Entry.APPLIED)
OF_RECEIVED = ("transactions", "received", "refunded", "total", "voided", "not_processed")
OF_APPLIED = ("applied",)

ACCOUNT = Concat(F("guarantor__name"), Value(" ("), F("guarantor__account_number"), Value(")"))
NTH = Concat(Value(" (supplement "), Cast("batch__supplement", CharField()), Value(")"))
SUPPLEMENT = Case(When(batch__supplement__gt=1, then=NTH), default=Value(""))
BATCH_WORDS = Concat(
    Cast("batch__batch_date", CharField()), Value(" "), F("batch__description"), SUPPLEMENT, output_field=CharField()
)


def groups_for(question: Question | None) -> Sequence[Group]:
    """The groups, as whoever asks may see them. Without a question: what they are called."""
    sees = question is not None and sees_confidential(question.asking.user)
    span = question.get("span") if question else None
    dates = "received_on" if question and question.get("date") == RECEIVED else "post_date"
    return (
        Group("day", "Day", dates, say=day, asks=_asks_day),
        Group("month", "Month", TruncMonth(dates), say=_say_month, asks=lambda key: _asks_month(key, span)),
        Group("batch", "Reference batch", "batch_id", BATCH_WORDS, asks=lambda key: {"batch": str(key)}),
        Group("type", "Receipt type", "type", say=say_type, asks=lambda key: {"type": key}),
        Group("method", "Method", "method", say=say_method, asks=lambda key: {"method": key},
              measures=OF_RECEIVED, where=IS_RECEIVED),
        Group("card", "Card type", "card_brand", say=say_card, asks=_asks_card,
              measures=OF_RECEIVED, where=IS_RECEIVED),
        Group("channel", "Received", "channel", say=say_channel, asks=lambda key: {"channel": key}),
        Group("cashier", "Taken by", "issued_by_id", "issued_by__name", say=lambda name: name or "POPS",
              asks=lambda key: {"cashier": POPS if key is None else str(key)}),
        Group("guarantor", "Guarantor", "guarantor__account_number", ACCOUNT, asks=lambda key: {"guarantor": key}),
        _of_postings("facility", "Facility", "facility", sees=sees),
        _of_postings("provider", "Rendering provider", "provider", sees=sees),
        _of_postings("billing", "Billing provider", "billing_provider", sees=sees),
        _of_postings("referring", "Referring provider", "referring_provider", sees=sees),
        _of_postings("patient", "Patient", "patient", sees=sees, prefix="id"),
    )  # fmt: skip


def _of_postings(name: str, label: str, column: str, *, sees: bool, prefix: str = "") -> Group:
    return Group(
        name,
        label,
        masked_key(f"{column}_id", sees=sees),
        masked(f"{column}__name", sees=sees),
        say=lambda words: words or "Not known",
        asks=lambda key: {name: f"{prefix}{key}", "list": "applied"} if key else None,
        measures=OF_APPLIED,
        where=IS_APPLIED,
    )


def _asks_day(key: dt.date) -> Mapping[str, str | None]:
    return {"span": None, "from": f"{key}", "to": f"{key}"}


def _say_month(key: dt.date) -> str:
    return f"{key:%B %Y}"


def _asks_month(key: dt.date, span: Span | None) -> Mapping[str, str | None]:
    """The days of a month that are in the span."""
    last = key.replace(day=calendar.monthrange(key.year, key.month)[1])
    if span is not None:
        key, last = max(key, span.first), min(last, span.last)
    return {"span": None, "from": f"{key}", "to": f"{last}"}


def _asks_card(key: Any) -> Mapping[str, str | None] | None:
    return {"card": key} if key in BRANDS else None
