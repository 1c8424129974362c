"""What the admin's templates show of the desk: the actions that fit an object, and words about it."""

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
from batches.selectors import MethodTotal
from batches.working import why_not_change_desk_batch
from payments.models import Dispute
from payments.refunds import why_not_refund_online, why_not_void_online
from pops.core.access.models import User
from pops.core.money import format_cents
from pops.core.practice.selectors import get_practice
from pops.core.words import day
from pops.web.backoffice.once import SentOnce
from receipts.corrections.escrow import why_not_disburse, why_not_post_escrow
from receipts.corrections.move import why_not_move
from receipts.corrections.refund import why_not_refund_at_desk
from receipts.corrections.take_back import why_not_take_back
from receipts.corrections.void import why_not_void
from receipts.models import Receipt

register = template.Library()


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
