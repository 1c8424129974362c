"""The kinds of entry that there are."""

import datetime as dt
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse
from django.utils import timezone

from batches.selectors import find_still_open
from notifications.selectors import find_bounced
from payments.books.runs import OVERDUE, find_alarming
from payments.models import Dispute
from payments.selectors import (
    find_disputes_lost,
    find_disputes_to_answer,
    find_disputes_won_late,
    find_failed_refunds,
    find_in_review,
    find_refunds_in_review,
    find_stuck_events,
)
from pops.appointments.selectors import find_waiting_requests
from pops.core.accounts.confidential import shown_to
from pops.core.methods import method_words
from pops.core.money import format_cents
from pops.core.words import day
from pops.logins.phones import find_waiting_phones
from pops.subscribers.selectors import find_failing
from pops.web.backoffice.inbox.declaration import Asking, Kind, Row
from receipts.corrections.returned import Reason, find_to_settle

# What must hold, of the first rule of a check that found something.
FIRST_PROMISE = Func(
    F("lines"),
    template="coalesce(jsonb_path_query_first(%(expressions)s, '$[*] ? (@.found > 0).promise') #>> '{}', '')",
    output_field=CharField(),
)
NO_RECEIPT = "No receipt could be issued for it, so no batch shows it. Compare it with what Stripe says it took."
DECIDED = "It goes from here by itself once somebody has decided about it. Open it to decide."


def _admin(name: str) -> Any:
    return lambda row: reverse(f"admin:{name}_change", args=[row.page])


def _desk(name: str) -> Any:
    return lambda row: reverse(f"backoffice:{name}", args=[row.page])


def _money(row: Row) -> str:
    return format_cents(row.cents or 0)


def _say_dispute(row: Row) -> str:
    reason, _, status = row.more.partition(" ")
    dispute = Dispute(reason=reason, status=status, due_by=row.due)
    return f"{row.who} disputes {_money(row)}: {dispute.words}"


def _say_lost(row: Row) -> str:
    lost = f"The dispute of {_money(row)} by {row.who} is lost: the bank gave the money to the cardholder."
    return lost if row.more else f"{lost} {NO_RECEIPT}"


def _say_won_late(row: Row) -> str:
    return f"The dispute of {_money(row)} by {row.who} was lost, and is won after all. Take the money as a new payment."


def _say_returned(row: Row) -> str:
    reason, method, check_number = row.more.split(" ", 2)
    what = method_words(method, "", "", check_number)
    return f"{what} of {row.who} came back: {Reason(reason).label}. Call, and take the money another way."


def _say_batch(row: Row) -> str:
    date, _, name = row.more.partition(" ")
    supplement = f", supplement {row.cents}" if (row.cents or 0) > 1 else ""
    return f"{name}{supplement} of {day(dt.date.fromisoformat(date))}, by {row.who}, is still open."


def _say_books(row: Row) -> str:
    if row.cents:
        return f"The books are not right: {row.cents:,} found by the last check. {row.more}."
    return f"The books were not checked since {day(timezone.localtime(row.since))}. Ask whoever runs POPS."


def _find_requests(asking: Asking) -> QuerySet[Any]:
    return shown_to(asking.user, find_waiting_requests())


KINDS = [
    Kind(
        name="dispute",
        label="Dispute",
        rights=("payments.view_dispute",),
        find=lambda asking: find_disputes_to_answer(),
        columns={
            "since": "opened_at",
            "due": "due_by",
            "cents": "amount_cents",
            "who": "receipt__guarantor_name",
            "more": Concat("reason", Value(" "), "status", output_field=CharField()),
        },
        say=_say_dispute,
        page=_admin("payments_dispute"),
    ),
    Kind(
        name="dispute_lost",
        label="Dispute lost",
        rights=("payments.view_dispute",),
        find=lambda asking: find_disputes_lost(),
        columns={
            "since": "opened_at",
            "cents": "amount_cents",
            "who": "receipt__guarantor_name",
            "more": Coalesce(Cast("returned_receipt_id", CharField()), Value("")),
        },
        say=_say_lost,
        page=_admin("payments_dispute"),
    ),
    Kind(
        name="dispute_won",
        label="Dispute won after all",
        rights=("payments.view_dispute", "accounts.view_guarantor"),
        find=lambda asking: find_disputes_won_late(),
        columns={
            "since": "opened_at",
            "cents": "amount_cents",
            "page": "receipt__guarantor_id",
            "who": "receipt__guarantor_name",
        },
        say=_say_won_late,
        page=_desk("account"),
    ),
    Kind(
        name="returned",
        label="Returned by the bank",
        rights=("receipts.view_receipt", "accounts.view_guarantor"),
        find=lambda asking: find_to_settle(),
        # No amount: the batch it stands in may have still to be counted blind.
        columns={
            "since": "receipt__issued_at",
            "page": "receipt__guarantor_id",
            "who": "receipt__guarantor_name",
            "more": Concat(
                "reason",
                Value(" "),
                "transaction__method",
                Value(" "),
                "transaction__check_number",
                output_field=CharField(),
            ),
        },
        say=_say_returned,
        page=_desk("account"),
    ),
    Kind(
        name="payment",
        label="Payment to decide",
        rights=("payments.view_payment",),
        find=lambda asking: find_in_review(),
        columns={
            "since": "started_at",
            "cents": "amount_cents",
            "who": "guarantor__name",
            "more": "review_reason",
        },
        say=lambda row: f"{_money(row)} of {row.who}: {row.more}",
        page=_admin("payments_payment"),
        settles=DECIDED,
    ),
    Kind(
        name="refund",
        label="Refund to decide",
        rights=("payments.view_refund",),
        find=lambda asking: find_refunds_in_review(),
        columns={
            "since": "requested_at",
            "cents": "amount_cents",
            "who": "receipt__guarantor_name",
            "more": "note",
        },
        say=lambda row: f"A refund of {_money(row)} to {row.who} was made at Stripe. {row.more}",
        page=_admin("payments_refund"),
        settles=DECIDED,
    ),
    Kind(
        name="refund_failed",
        label="Refund failed",
        rights=("payments.view_refund",),
        find=lambda asking: find_failed_refunds(now=asking.now),
        columns={
            "since": "checked_at",
            "cents": "amount_cents",
            "page": "with_us",
            "who": "receipt__guarantor_name",
            "more": "note",
        },
        say=lambda row: f"{_money(row)} for {row.who} came back: {row.more} Give it back another way.",
        page=_admin("receipts_receipt"),
    ),
    Kind(
        name="event",
        label="Message from Stripe",
        rights=("payments.view_processorevent",),
        find=lambda asking: find_stuck_events(),
        columns={"since": "received_at", "cents": "failures", "who": "type", "more": "note"},
        say=lambda row: f"{row.who} failed {row.cents} times: {row.more} It is tried again by itself.",
        page=_admin("payments_processorevent"),
        settles="It goes from here once it could be worked off. If it goes on failing, tell whoever runs POPS.",
    ),
    Kind(
        name="books",
        label="The books",
        rights=("payments.view_bookscheck",),
        find=lambda asking: find_alarming(late=asking.now - OVERDUE),
        columns={"since": "started_at", "cents": "found", "more": FIRST_PROMISE},
        say=_say_books,
        page=_admin("payments_bookscheck"),
        settles="It goes from here with the first check that finds all right.",
    ),
    Kind(
        name="batch",
        label="Open batch",
        rights=("batches.view_referencebatch",),
        find=lambda asking: find_still_open(until=asking.today - dt.timedelta(days=asking.practice.batch_open_days)),
        columns={
            "since": "opened_at",
            "cents": "supplement",
            "who": "user__name",
            "more": Concat(Cast("batch_date", CharField()), Value(" "), "description", output_field=CharField()),
        },
        say=_say_batch,
        page=_admin("batches_referencebatch"),
        settles="It goes from here once the batch is closed.",
    ),
    Kind(
        name="bounced",
        label="Address",
        rights=("notifications.view_message", "accounts.view_guarantor"),
        find=lambda asking: find_bounced(since=asking.now - dt.timedelta(days=90)),
        columns={"since": "ended_at", "page": "guarantor_id", "who": "guarantor__name", "more": "to"},
        say=lambda row: f"Mail to {row.who} at {row.more} does not arrive. Ask for another address.",
        page=_admin("accounts_guarantor"),
    ),
    Kind(
        name="webhook",
        label="Webhook",
        rights=("subscribers.manage_endpoint",),
        find=lambda asking: find_failing(since=asking.now - dt.timedelta(hours=1)),
        columns={"since": "failing_since", "who": "name"},
        say=lambda row: f"{row.who} takes no webhook. What waits for it is given up after three days.",
        page=_admin("subscribers_endpoint"),
        settles="It goes from here once it takes one, is switched off or removed.",
    ),
    Kind(
        name="request",
        label="Appointment",
        rights=("appointments.answer_request",),
        find=_find_requests,
        columns={"since": "asked_at", "who": "guarantor__name", "more": "wishes"},
        say=lambda row: f"{row.who} asks for an appointment: {row.more}",
        page=_desk("answer_request"),
        settles="It goes from here once it is answered or withdrawn.",
    ),
    Kind(
        name="phone",
        label="Phone number",
        rights=("logins.settle_phonechange",),
        find=lambda asking: find_waiting_phones(),
        columns={"since": "asked_at", "who": "guarantor__name", "more": "new_phone"},
        say=lambda row: (
            f"{row.who} gave a new phone number, {row.more}. Call it."
            if row.more
            else f"{row.who} asks to have the phone number on file taken away."
        ),
        page=_desk("settle_phone"),
        settles="It goes from here once the number is used or not.",
    ),
]
