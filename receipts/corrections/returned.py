"""Returned: the bank took back money that was receipted. A receipt of its own, below zero, opens the services again."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from batches.working import get_attached_batch
from pops.core.access.models import User
from pops.core.access.services import get_pops_user
from pops.core.locks import Held, HoldsAnother, hold_each
from pops.core.methods import Method
from pops.core.refusals import Refused, refuse
from pops.core.transactions import joined
from receipts.balances import (
    find_applied_lines,
    find_overpaid_lines,
    get_receipt_balance,
    live_refunds,
    own_postings,
)
from receipts.corrections.common import Own, take_back_lines
from receipts.corrections.escrow import take_back_disbursed
from receipts.issue import TransactionFacts, issue_receipt, post_to_lines
from receipts.models import MoneyReturn, Receipt, Transaction
from receipts.owed import find_lines, lock_lines

Reason = MoneyReturn.Reason
# Of a transaction, unless it was entered by mistake and voided.
LIVE = MoneyReturn.objects.filter(transaction=OuterRef("pk"), receipt__void=None)


@dataclass(frozen=True)
class Notice:
    """What the bank says of money that it took back, and what staff note of it."""

    reason: MoneyReturn.Reason
    learned_on: dt.date
    note: str = ""


@dataclass(frozen=True)
class Booking:
    """Where a return is booked: the open batch of the day that is held, when, and by whom. None is POPS itself."""

    batch_id: int
    today: dt.date
    now: dt.datetime
    by: User | None
    channel: Receipt.Channel = Receipt.Channel.OFFICE


def find_returnable(receipt: Receipt) -> QuerySet[Transaction]:
    """What a bank can take back of a receipt: all that was no cash and was not returned yet."""
    came = receipt.transactions.filter(amount_cents__gt=0).exclude(method=Method.CASH)
    return came.filter(~Exists(LIVE))


def find_to_settle() -> QuerySet[MoneyReturn]:
    """What the desk entered as returned: somebody has to call. Lost disputes are entries of their own."""
    return MoneyReturn.objects.filter(receipt__void=None).exclude(receipt__channel=Receipt.Channel.ONLINE)


def why_not_return(receipt: Receipt) -> Refused | None:
    """Why the bank can't have taken the money of a receipt back, as far as the desk enters it."""
    if hasattr(receipt, "void"):
        return Refused("voided", "This receipt was voided: its money was not kept, so no bank took it back.")
    if receipt.kind != Receipt.Kind.PAYMENT or not receipt.is_paid:
        return Refused("no_money", "No money came in on this receipt, so no bank can take it back.")
    if receipt.is_online_payment:
        return Refused("paid_online", "This was paid online: POPS enters it by itself when a dispute is lost.")
    if live_refunds(receipt).filter(kind=Receipt.Kind.RETURNED).exists():
        return None if find_returnable(receipt).exists() else Refused("returned", "It is entered as returned already.")
    if not find_returnable(receipt).exists():
        return Refused("only_cash", "This was paid in cash: there is nothing that a bank could take back.")
    return None


def why_not_as_told(moved: Transaction, *, notice: Notice, today: dt.date) -> Refused | None:
    """Why a bank's notice can't be about this money."""
    receipt = moved.receipt
    if notice.reason not in Reason.of(moved.method):
        return Refused("reason_of_another", f"No bank says that of {moved.paid_with}. Choose another reason.")
    if not receipt.received_on <= notice.learned_on <= today:
        return Refused("learned_on", "Enter the day of the bank's notice: not before the receipt's, not after today.")
    if notice.reason == Reason.OTHER and not notice.note.strip():
        return Refused("reason_missing", "Say in the note why the bank took it back.")
    return None


def return_money(*, transaction_id: int, notice: Notice, now: dt.datetime, today: dt.date, by: User) -> list[int]:
    """Enter that the bank took back a check, or what came another way, whole. The numbers of the new receipts.

    One check that paid for several accounts is returned for all of them; that of the transaction asked for is the
    first. They go into the batch that `by` works in. Raises NoAttachedBatch, Refused, Transaction.DoesNotExist.
    """
    before = _find_parts(transaction_id)
    with joined():
        held = hold_each(days=[today], guarantors=[part.receipt.guarantor_id for part in before])
        batch = get_attached_batch(next(iter(held.values())), today=today, by=by)
        parts = _find_parts(transaction_id)
        refuse(_why_not_part(parts[0]) or why_not_as_told(parts[0], notice=notice, today=today))
        booking = Booking(batch.pk, today, now, by)
        if len(parts) > 1:
            lock_lines({line for part in parts for line in _find_touched(part.receipt, _find_last_line(part.receipt))})
        return [_return_whole(held, part, notice, booking) for part in parts]


def find_other_parts(moved: Transaction) -> list[Transaction]:
    """The parts of one check that it paid for other accounts, as far as they stand: they are returned with it."""
    if moved.shared_check is None:
        return []
    rows = Transaction.objects.filter(shared_check=moved.shared_check, receipt__void=None, amount_cents__gt=0)
    return list(rows.filter(~Exists(LIVE)).exclude(pk=moved.pk).select_related("receipt__guarantor").order_by("pk"))


def _find_parts(transaction_id: int) -> list[Transaction]:
    moved = Transaction.objects.select_related("receipt__guarantor", "receipt__void").get(pk=transaction_id)
    return [moved, *find_other_parts(moved)]


def _why_not_part(moved: Transaction) -> Refused | None:
    if refusal := why_not_return(moved.receipt):
        return refusal
    if not find_returnable(moved.receipt).filter(pk=moved.pk).exists():
        return Refused("returned", "No bank can take this back: it was cash, or it is entered as returned already.")
    return None


def _return_whole(held: dict[int, Held], part: Transaction, notice: Notice, booking: Booking) -> int:
    receipt = part.receipt
    if receipt.guarantor_id not in held:
        raise HoldsAnother(f"receipt {receipt.pk} is guarantor {receipt.guarantor_id}'s by now")
    cents, mine = part.amount_cents, held[receipt.guarantor_id]
    return issue_return(mine, receipt=receipt, moved=part, cents=cents, notice=notice, booking=booking)


def issue_return(
    held: Held,
    *,
    receipt: Receipt,
    moved: Transaction,
    cents: int,
    notice: Notice,
    booking: Booking,
    own: Own | None = None,
) -> int:
    """Issue the receipt of returned money, below zero, and open its services again. Raises Refused.

    What is still in escrow is taken first, then what is too much on services, then what was applied last. What was
    disbursed comes back for it. What had been refunded before, the guarantor has in hand and never paid: a service of
    theirs owes that more than was ever applied to it.
    """
    _bring_back_disbursed(held, receipt, cents, notice, booking)
    parts = _choose_lines(receipt, cents, own)
    number = issue_receipt(
        held,
        guarantor_id=receipt.guarantor_id,
        batch_id=booking.batch_id,
        channel=booking.channel,
        received_on=booking.today,
        received_at=booking.now,
        transactions=[_as_returned(moved, cents)],
        auto_post=False,
        kind=Receipt.Kind.RETURNED,
        refund_of=receipt.pk,
        issued_by=booking.by,
        reason=f"{moved.paid_with} came back. {notice.reason.label}",
    )
    post_to_lines(held, receipt_number=number, batch_id=booking.batch_id, parts=parts, by=booking.by, is_new=True)
    note = notice.note.strip()
    MoneyReturn.objects.create(
        receipt_id=number, transaction=moved, reason=notice.reason, learned_on=notice.learned_on, note=note
    )
    return number


def _as_returned(moved: Transaction, cents: int) -> TransactionFacts:
    return TransactionFacts(
        number="",
        method=moved.method,
        amount_cents=-cents,
        requested_cents=-cents,
        card_brand=moved.card_brand,
        card_last4=moved.card_last4,
        check_number=moved.check_number,
    )


def _bring_back_disbursed(held: Held, receipt: Receipt, cents: int, notice: Notice, booking: Booking) -> None:
    """What was flagged as not belonging here is gone too."""
    lacking = cents - get_receipt_balance(receipt).left_cents
    if lacking > 0:
        take_back_disbursed(
            held,
            receipt=receipt,
            cents=lacking,
            batch_id=booking.batch_id,
            reason=f"The bank took it back. {notice.reason.label}",
            by=booking.by or get_pops_user(),
        )


def _choose_lines(receipt: Receipt, cents: int, own: Own | None) -> dict[int, int]:
    """The cents taken back from each line, below zero. The lines are locked. Raises Refused."""
    last = _find_last_line(receipt)
    lock_lines(_find_touched(receipt, last))
    balance, applied = get_receipt_balance(receipt), find_applied_lines(receipt)
    overpaid = find_overpaid_lines(receipt)
    parts = take_back_lines(cents, escrow=balance.escrow_cents, applied=applied, overpaid=overpaid, own=own)
    beyond = cents - max(balance.left_cents, 0)
    if beyond <= 0:
        return parts
    if last is None:
        words = (
            f"Receipt {receipt.pk} was refunded, and the account of {receipt.guarantor} has no service to owe that. "
            "Enter a visit for it first, then the return."
        )
        raise Refused("no_service", words)
    return {**parts, last: parts.get(last, 0) - beyond}


def _find_touched(receipt: Receipt, last: int | None) -> set[int]:
    """The lines that its return may take from."""
    return {*find_applied_lines(receipt), *([last] if last else [])}


def _find_last_line(receipt: Receipt) -> int | None:
    """The guarantor's service that money of the receipt was applied to last; else their latest one that can be paid."""
    paid = own_postings(receipt).filter(line__owed__guarantor=receipt.guarantor_id).order_by("-pk")
    latest = find_lines(receipt.guarantor).order_by("owed__in_collections", "-service_date", "-pk")
    return paid.values_list("line", flat=True).first() or latest.values_list("pk", flat=True).first()
