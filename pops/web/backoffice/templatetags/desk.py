"""What the admin's templates show of the desk: the front page, and the actions that fit an object."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from batches.holding import why_not_change
from batches.models import ReferenceBatch
from batches.reconcile import Line, closed_lines
from batches.reopening import why_not_archive
from batches.selectors import (
    MethodTotal,
    find_attached_batch_with_total,
    find_open_api_batch_with_total,
    find_open_batches,
)
from batches.working import why_not_change_desk_batch
from payments.models import Dispute
from payments.refunds import why_not_refund_online, why_not_void_online
from payments.selectors import find_failed_refunds, find_in_review, find_refunds_in_review, find_stuck_events
from pops.appointments.selectors import find_waiting_requests
from pops.core.access.models import User
from pops.core.accounts.confidential import shown_to
from pops.core.money import format_cents
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.words import day
from pops.logins.phones import find_waiting_phones
from pops.web.backoffice.once import SentOnce
from receipts.corrections.escrow import why_not_disburse, why_not_post_escrow
from receipts.corrections.move import why_not_move
from receipts.corrections.refund import why_not_refund_at_desk
from receipts.corrections.take_back import why_not_take_back
from receipts.corrections.void import why_not_void
from receipts.models import Receipt

register = template.Library()
SEES_REVIEWS = ("payments.view_payment", "payments.view_refund", "payments.view_processorevent")


@dataclass(frozen=True)
class Action:
    """A button: the first of a page stands out; some are sent as a form because they act at once."""

    label: str
    url: str
    is_post: bool = False


@register.simple_tag
def sent_once() -> str:
    """The hidden field by which a button that is pressed twice acts once."""
    return str(SentOnce()["form_id"])


@register.simple_tag(takes_context=True)
def desk_front(context: Any) -> dict[str, Any]:
    """What the front page tells: my batch, today's API Payments and what waits for somebody."""
    user, practice = context["request"].user, Practice.objects.first()
    if practice is None:
        return {}
    now = timezone.now()
    today, sees_batches = practice.business_date(now), user.has_perm("batches.view_referencebatch")
    return {
        "today": today,
        "attached": find_attached_batch_with_total(user) if user.has_perm("batches.open_batch") else None,
        "online": find_open_api_batch_with_total(today, by=user) if sees_batches else None,
        "earlier": find_open_batches(before=today, by=user) if sees_batches else [],
        "asked": _asked_by(user),
        "reviews": _in_review() if user.has_perms(SEES_REVIEWS) else [],
        "failed_refunds": find_failed_refunds(now=now) if user.has_perm("payments.view_refund") else [],
    }


def _in_review() -> list[str]:
    """How much of what waits for a decision, in words."""
    rows = [
        (find_in_review().count(), "{} payment{} whose money differs from what was agreed"),
        (find_refunds_in_review().count(), "{} refund{} at Stripe that could not be recorded here"),
        (find_stuck_events().count(), "{} message{} from Stripe that could not be worked off"),
    ]
    return [words.format(count, "" if count == 1 else "s") for count, words in rows if count]


def _asked_by(user: User) -> list[tuple[str, str]]:
    """How much guarantors asked for on the portal waits for the desk, in words, and its list."""
    rows = [
        (
            "appointments.view_appointmentrequest",
            lambda: shown_to(user, find_waiting_requests()),
            "{} request{} for an appointment",
        ),
        ("logins.view_phonechange", find_waiting_phones, "{} phone number{} to be called"),
    ]
    counts = [(right, find().count(), words) for right, find, words in rows if user.has_perm(right)]
    return [
        (words.format(count, "" if count == 1 else "s"), f"admin:{right.replace('.view_', '_')}_changelist")
        for right, count, words in counts
        if count
    ]


def _allowed(context: Any, rows: list[tuple[str, str, bool, str, bool]], key: int) -> list[Action]:
    user = context["request"].user
    return [
        Action(label, reverse(f"backoffice:{name}", args=[key]), is_post)
        for right, label, fits, name, is_post in rows
        if fits and user.has_perm(right)
    ]


@register.simple_tag(takes_context=True)
def batch_actions(context: Any, batch: ReferenceBatch) -> list[Action]:
    """What this user can do with this batch now."""
    rows = [
        ("batches.reconcile_batch", "Reconcile and close", why_not_change(batch) is None, "count", False),
        ("batches.open_batch", "Change", why_not_change_desk_batch(batch) is None, "change_batch", False),
        ("batches.reopen_batch", "Reopen", why_not_archive(batch) is None, "reopen", False),
        ("batches.archive_batch", "Archive", why_not_archive(batch) is None, "archive", True),
    ]
    return _allowed(context, rows, batch.pk)


@register.simple_tag(takes_context=True)
def receipt_actions(context: Any, receipt: Receipt) -> list[Action]:
    """What this user can do with this receipt now."""
    today = get_practice().business_date(timezone.now())
    if receipt.is_online_payment:
        refund, void = why_not_refund_online(receipt), why_not_void_online(receipt, today=today)
    else:
        refund, void = why_not_refund_at_desk(receipt), why_not_void(receipt, today=today)
    rows = [
        ("receipts.view_receipt", "Print", receipt.is_paid, "print", False),
        ("receipts.post_escrow", "Apply escrow", why_not_post_escrow(receipt) is None, "post_escrow", False),
        ("receipts.take_back_posting", "Take back", why_not_take_back(receipt) is None, "take_back", False),
        ("receipts.refund_receipt", "Refund", refund is None, "refund", False),
        ("receipts.void_receipt", "Void", void is None, "void", False),
        ("receipts.disburse_escrow", "Disburse escrow", why_not_disburse(receipt) is None, "disburse", False),
        ("receipts.move_receipt", "Move", why_not_move(receipt) is None, "move", False),
    ]
    return _allowed(context, rows, receipt.pk)


register.simple_tag(closed_lines)


@register.filter
def over_short_total(lines: list[Line]) -> int:
    """Counted - expected, over all methods."""
    return sum(line.over_short_cents for line in lines)


@register.filter
def over_short(cents: int) -> str:
    """over, short, or even."""
    return "over" if cents > 0 else "short" if cents < 0 else "even"


@register.filter
def shown_as(row: MethodTotal, shown: str) -> str:
    """The part of the address of the list of receipts that shows what a row of a breakdown sums."""
    method, brand = "transactions__method__exact", "transactions__card_brand__exact"
    return urlencode({"shown": shown, method: row.method, brand: row.card_brand})


@register.filter
def taken_by(receipt: Receipt, user: User) -> str:
    """Who took how much how long ago, as `user` reads it: You took $50.00 from this guarantor 2 minutes ago."""
    at_desk = "You" if receipt.issued_by == user else str(receipt.issued_by)
    who = "The portal" if receipt.channel == Receipt.Channel.ONLINE else at_desk
    since = timesince(receipt.received_at)
    since = "less than a minute" if since.startswith("0") else since
    return f"{who} took {format_cents(receipt.amount_cents)} from this guarantor {since} ago"


@register.filter
def until_decided(dispute: Dispute) -> str:
    """What waits for the bank, and until when evidence is taken. Nothing once it is over."""
    if dispute.is_over:
        return ""
    evidence = f" Stripe takes evidence until {day(timezone.localtime(dispute.due_by))}." if dispute.due_by else ""
    return f"It can't be refunded until the bank has decided.{evidence}"
