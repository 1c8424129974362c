"""What the admin's templates show of the desk: the actions that fit an object, and words about it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from batches.breakdown import MethodTotal
from batches.cash import why_not_move_cash
from batches.drawer import closed_drawer
from batches.holding import why_not_change
from batches.models import ReferenceBatch
from batches.reconcile import Line, closed_lines
from batches.reopening import why_not_archive, why_not_reopen
from batches.working import why_not_attach_earlier, why_not_change_desk_batch
from payments.models import Dispute
from payments.refunds import why_not_refund_online, why_not_void_online
from pops.core.access.models import User
from pops.core.money import format_cents
from pops.core.practice.selectors import practice_of
from pops.core.refusals import Refused
from pops.core.words import day
from pops.web.backoffice.once import SentOnce
from pops.web.sign_in.passwords import why_not_send
from pops.web.sign_in.resetting import why_not_reset
from receipts.corrections.escrow import why_not_disburse, why_not_post_escrow
from receipts.corrections.move import why_not_move
from receipts.corrections.refund import why_not_refund_at_desk
from receipts.corrections.returned import why_not_return
from receipts.corrections.take_back import why_not_take_back
from receipts.corrections.void import why_not_void
from receipts.models import Receipt

register = template.Library()
# Why a void is refused, where its page says what to do instead.
WAYS_OUT = ("batch_closed", "not_of_today", "partly_gone", "returned")


@dataclass(frozen=True)
class Action:
    """A button: the first of a page stands out; some are sent as a form because they act at once.

    One that would be refused now is none: it stands there with the reason.
    """

    label: str
    url: str
    is_post: bool = False
    why_not: str = ""
    has_way_out: bool = False  # its page says what to do instead


@register.simple_tag
def sent_once() -> str:
    """The hidden field by which a button that is pressed twice acts once."""
    return str(SentOnce()["form_id"])


def _action(label: str, url: str, is_post: bool, refusal: Refused | None) -> Action:
    if refusal is None:
        return Action(label, url, is_post)
    return Action(label, url, is_post, refusal.words, has_way_out=label == "Void" and refusal.code in WAYS_OUT)


def _allowed(context: Any, rows: list[tuple[str, str, Refused | None, str, bool]], key: int) -> list[Action]:
    """What the role of who looks includes: what can be done now first, then what would be refused."""
    user = context["request"].user
    actions = [
        _action(label, reverse(f"backoffice:{name}", args=[key]), is_post, refusal)
        for right, label, refusal, name, is_post in rows
        if user.has_perm(right)
    ]
    return sorted(actions, key=lambda action: bool(action.why_not))


@register.simple_tag(takes_context=True)
def batch_actions(context: Any, batch: ReferenceBatch) -> list[Action]:
    """What this user can do with this batch now, and what not."""
    today = practice_of(context["request"]).business_date(timezone.now())
    late = why_not_attach_earlier(batch, today=today)
    earlier = [("batches.attach_earlier", "Work in it", late, "attach_earlier", False)]
    rows = [
        ("batches.reconcile_batch", "Reconcile and close", why_not_change(batch), "count", False),
        ("batches.move_cash", "Cash in the drawer", why_not_move_cash(batch), "move_cash", False),
        ("batches.open_batch", "Change", why_not_change_desk_batch(batch), "change_batch", False),
        *(earlier if batch.batch_date < today and not batch.is_api else []),
        ("batches.reopen_batch", "Reopen", why_not_reopen(batch), "reopen", False),
        ("batches.archive_batch", "Archive", why_not_archive(batch), "archive", False),
    ]
    return _allowed(context, rows, batch.pk)


@register.simple_tag(takes_context=True)
def receipt_actions(context: Any, receipt: Receipt) -> list[Action]:
    """What this user can do with this receipt now, and what not."""
    today = practice_of(context["request"]).business_date(timezone.now())
    is_online = receipt.is_online_payment
    refund = why_not_refund_online(receipt) if is_online else why_not_refund_at_desk(receipt)
    void = why_not_void_online(receipt, today=today) if is_online else why_not_void(receipt, today=today)
    rows = [
        ("receipts.view_receipt", "Print", why_not_print(receipt), "print", False),
        ("receipts.post_escrow", "Apply escrow", why_not_post_escrow(receipt), "post_escrow", False),
        ("receipts.take_back_posting", "Take back", why_not_take_back(receipt), "take_back", False),
        ("receipts.refund_receipt", "Refund", refund, "refund", False),
        ("receipts.return_money", "Returned by the bank", why_not_return(receipt), "return_money", False),
        ("receipts.void_online" if is_online else "receipts.void_receipt", "Void", void, "void", False),
        ("receipts.disburse_escrow", "Disburse escrow", why_not_disburse(receipt), "disburse", False),
        ("receipts.move_receipt", "Move", why_not_move(receipt), "move", False),
    ]
    return _allowed(context, rows, receipt.pk)


@register.simple_tag(takes_context=True)
def staff_actions(context: Any, member: User) -> list[Action]:
    """What this user can do about the sign-in of a member of staff, and what not."""
    right, by = "access.reset_sign_in", context["request"].user
    rows = [
        (right, "Mail a link for a password", why_not_send(member), "mail_password_link", True),
        (right, "Reset sign-in", why_not_reset(member, by=by), "reset_sign_in", False),
    ]
    return _allowed(context, rows, member.pk)


def why_not_print(receipt: Receipt) -> Refused | None:
    """Why there is nothing to hand out."""
    return None if receipt.is_paid else Refused("not_paid", "Nothing was paid on it: there is nothing to hand out.")


@register.filter
def refused(actions: list[Action]) -> list[Action]:
    """Those that would be refused now."""
    return [action for action in actions if action.why_not]


register.simple_tag(closed_lines)
register.simple_tag(closed_drawer)


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
    """What waits for the bank, and until when evidence is taken. Nothing once the bank has decided."""
    if dispute.is_decided:
        return ""
    evidence = f" Stripe takes evidence until {day(timezone.localtime(dispute.due_by))}." if dispute.due_by else ""
    return f"It can't be refunded until the bank has decided.{evidence}"
