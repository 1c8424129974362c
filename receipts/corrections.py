"""Corrections of receipts: void, refund, escrow and move. Each is new rows; nothing that was issued changes.

Each runs in one transaction that holds the day's lock, then the guarantor's row, in this order.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from batches.models import ReferenceBatch
from batches.services import SHARED_DAY_LOCK_SQL, BatchClosed, day_key, get_attached_batch, lock_day
from pops.accounts.models import Guarantor, User
from pops.accounts.selectors import service_lines
from receipts.balances import (
    find_applied_lines,
    find_tenders_left,
    get_on_the_way_cents,
    get_receipt_balance,
    is_disputed,
    live_refunds,
    own_postings,
)
from receipts.models import Disbursement, Posting, Receipt, ReceiptMove, ReceiptVoid, Transaction
from receipts.services import TransactionFacts, issue_receipt, post_to_lines


class CorrectionRefused(Exception):
    """This can't be done to this receipt; the text says why, to the person who tried."""


class RefundTooMuch(CorrectionRefused):
    """More than what is left of the receipt, or of the method it came by."""


def lock_guarantor(*, guarantor_id: int, date: dt.date) -> Guarantor:
    """The guarantor, held until the end of the transaction, after the shared lock of the date.

    Raises Guarantor.DoesNotExist.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH day AS MATERIALIZED (SELECT {SHARED_DAY_LOCK_SQL})
            SELECT g.id FROM day, accounts_guarantor g WHERE g.id = %(guarantor)s FOR NO KEY UPDATE OF g
            """,  # noqa: S608  a constant of ours
            {"guarantor": guarantor_id, "day": day_key(date)},
        )
    return Guarantor.objects.select_related("group").get(pk=guarantor_id)


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises CorrectionRefused when there is none."""
    if not reason.strip():
        raise CorrectionRefused("Say why. The reason is kept with the receipt.")
    return reason.strip()


# --- Void -----------------------------------------------------------------------------------------------------


def void_receipt(
    *, receipt_number: int, reason: str, today: dt.date, by: User, returned_by_processor: bool = False
) -> ReceiptVoid:
    """Void a receipt of the practice's today while its batch is open: it stays, marked, and no total counts it.

    Its postings are taken back. A payment by card online is voided once the processor returned the money.
    Raises NoAttachedBatch, BatchClosed, CorrectionRefused.
    """
    reason = require_reason(reason)
    receipt = Receipt.objects.get(pk=receipt_number)
    with transaction.atomic():
        lock_day(date=receipt.received_on)
        if not returned_by_processor:
            get_attached_batch(today=today, by=by)
        lock_guarantor(guarantor_id=receipt.guarantor_id, date=receipt.received_on)
        receipt = Receipt.objects.select_related("batch", "void").get(pk=receipt_number)
        check_voidable(receipt, today=today, returned_by_processor=returned_by_processor)
        void = ReceiptVoid.objects.create(receipt=receipt, reason=reason, voided_by=by)
        _take_back_all(receipt, by)
    return void


def check_voidable(receipt: Receipt, *, today: dt.date, returned_by_processor: bool = False) -> None:
    """Raises BatchClosed or CorrectionRefused when a receipt can't be voided."""
    if hasattr(receipt, "void"):
        raise CorrectionRefused("This receipt is voided already.")
    if receipt.kind == Receipt.Kind.UNDONE or not receipt.is_paid:
        raise CorrectionRefused("No money came in on this receipt, so there is nothing to void.")
    if receipt.received_on != today:
        raise CorrectionRefused("Only a receipt of today can be voided. Refund it instead.")
    if not receipt.batch.is_open:
        raise BatchClosed(receipt.batch)
    if receipt.channel == Receipt.Channel.ONLINE and not returned_by_processor:
        raise CorrectionRefused("This was paid online: the card processor has to return the money.")
    if live_refunds(receipt).exists() or receipt.disbursements.exists():
        raise CorrectionRefused("Some of this receipt was refunded or disbursed. Refund what is left of it instead.")


def _take_back_all(receipt: Receipt, by: User) -> None:
    """Undo the postings of a receipt. Those that a refund had taken back return as far as they are still owed.

    What a refund of it, voided since, took back and could not return is not applied any more.
    """
    rows = own_postings(receipt).values("line").annotate(cents=Sum("amount_cents"))
    net = {row["line"]: -row["cents"] for row in rows}
    if receipt.kind == Receipt.Kind.REFUND:
        owed = {line.pk: line.remaining_cents for line in service_lines(receipt.guarantor)}
        net = {line: min(cents, owed.get(line, 0)) for line, cents in net.items()}
    post_to_lines(
        receipt_number=receipt.pk,
        guarantor_id=receipt.guarantor_id,
        batch_id=receipt.batch_id,
        parts={line: cents for line, cents in net.items() if cents},
        by=by,
    )


# --- Refund ---------------------------------------------------------------------------------------------------


def refund_at_desk(
    *, receipt_number: int, amounts: Mapping[str, int], reason: str, today: dt.date, by: User, check_number: str = ""
) -> int:
    """Give money back by the methods it came by: cents by method. The number of the refund's own receipt.

    It goes into the batch that `by` works in. Raises NoAttachedBatch, RefundTooMuch, CorrectionRefused.
    """
    reason = require_reason(reason)
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        lock_guarantor(guarantor_id=guarantor_id, date=today)
        batch = get_attached_batch(today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        check_refundable_at_desk(receipt)
        left = find_tenders_left(receipt)
        for method, cents in amounts.items():
            if cents <= 0:
                raise CorrectionRefused("Enter an amount above $0.00.")
            if receipt.kind == Receipt.Kind.PAYMENT and cents > left.get(method, 0):
                raise RefundTooMuch("This is more than what is left of this method.")
        return issue_refund(
            receipt=receipt,
            tenders=[_give_back(receipt, method, cents, check_number) for method, cents in amounts.items()],
            batch_id=batch.pk,
            received_on=today,
            received_at=timezone.now(),
            reason=reason,
            by=by,
            channel=Receipt.Channel.OFFICE,
        )


def check_refundable_at_desk(receipt: Receipt) -> None:
    """Raises CorrectionRefused when a receipt can't be refunded at the desk."""
    if hasattr(receipt, "void"):
        raise CorrectionRefused("This receipt was voided: there is nothing left to refund.")
    if receipt.kind == Receipt.Kind.REFUND or not receipt.is_paid:
        raise CorrectionRefused("No money came in on this receipt, so there is nothing to refund.")
    if receipt.channel == Receipt.Channel.ONLINE and receipt.kind == Receipt.Kind.PAYMENT:
        raise CorrectionRefused("This was paid online: it is refunded to the card by the processor.")


def _give_back(receipt: Receipt, method: str, cents: int, check_number: str) -> TransactionFacts:
    origin = receipt.transactions.filter(method=method).first()
    return TransactionFacts(
        number="",
        method=method,
        amount_cents=-cents,
        requested_cents=-cents,
        card_brand=origin.card_brand if origin else "",
        card_last4=origin.card_last4 if origin else "",
        check_number=check_number if method == Transaction.Method.CHECK else "",
    )


def issue_refund(
    *,
    receipt: Receipt,
    tenders: list[TransactionFacts],
    batch_id: int,
    received_on: dt.date,
    received_at: dt.datetime,
    reason: str,
    by: User | None,
    channel: Receipt.Channel,
) -> int:
    """Issue the refund's own receipt. Escrow is given back first, then what was applied last.

    Call it with the guarantor's row held. Raises RefundTooMuch.
    """
    cents = -sum(tender.amount_cents for tender in tenders)
    balance = get_receipt_balance(receipt)
    if cents > balance.left_cents:
        raise RefundTooMuch("This is more than what is left of the receipt.")
    applied = find_applied_lines(receipt)  # before there is a refund
    number = issue_receipt(
        guarantor_id=receipt.guarantor_id,
        batch_id=batch_id,
        channel=channel,
        received_on=received_on,
        received_at=received_at,
        transactions=tenders,
        auto_post=False,
        kind=Receipt.Kind.REFUND,
        refund_of=receipt.pk,
        issued_by=by,
        reason=reason,
    )
    post_to_lines(
        receipt_number=number,
        guarantor_id=receipt.guarantor_id,
        batch_id=batch_id,
        parts={line: -part for line, part in _take(cents - balance.escrow_cents, applied).items()},
        by=by,
        is_new=True,
    )
    return number


def _take(cents: int, applied: Mapping[int, int]) -> dict[int, int]:
    """Cents from the lines, in their order, until there is enough."""
    parts: dict[int, int] = {}
    for line, part in applied.items():
        if cents <= 0:
            break
        parts[line] = min(part, cents)
        cents -= parts[line]
    return parts


# --- Escrow ---------------------------------------------------------------------------------------------------


def choose_lines(guarantor: Guarantor, cents: int, wanted: Mapping[int, int] | None) -> dict[int, int]:
    """The cents that go to each line: those wanted, or to the oldest balances first as far as they reach.

    Raises CorrectionRefused for a line that isn't the guarantor's, is in collections, or owes less.
    """
    owed = {line.pk: line.remaining_cents for line in service_lines(guarantor) if not line.encounter.in_collections}
    if wanted is None:
        return _take(cents, {line: part for line, part in owed.items() if part > 0})
    for line, part in wanted.items():
        if part <= 0 or part > owed.get(line, 0):
            raise CorrectionRefused("A service can't take more than what remains of it. Look at the balances again.")
    if sum(wanted.values()) > cents:
        raise CorrectionRefused("This is more than the money there is to apply.")
    return dict(wanted)


def post_escrow(*, receipt_number: int, parts: Mapping[int, int] | None, today: dt.date, by: User) -> int:
    """Apply escrow of a receipt to services: cents by line, or None for the oldest first. The cents applied.

    The postings go into the batch that `by` works in. Raises NoAttachedBatch, CorrectionRefused.
    """
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        guarantor = lock_guarantor(guarantor_id=guarantor_id, date=today)
        batch = get_attached_batch(today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        chosen = choose_lines(guarantor, _get_escrow(receipt), parts)
        if not chosen:
            raise CorrectionRefused("There is no service that this money could be applied to.")
        post_to_lines(receipt_number=receipt_number, guarantor_id=guarantor_id, batch_id=batch.pk, parts=chosen, by=by)
    return sum(chosen.values())


def disburse_escrow(*, receipt_number: int, cents: int, reason: str, today: dt.date, by: User) -> Disbursement:
    """Mark escrow of a receipt as money that doesn't belong here. Raises NoAttachedBatch, CorrectionRefused."""
    reason = require_reason(reason)
    guarantor_id = Receipt.objects.values_list("guarantor_id", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        lock_guarantor(guarantor_id=guarantor_id, date=today)
        batch = get_attached_batch(today=today, by=by)
        receipt = Receipt.objects.select_related("void").get(pk=receipt_number)
        if is_disputed(receipt):
            raise CorrectionRefused("The cardholder disputes this payment: the bank decides first.")
        if not 0 < cents <= _get_escrow(receipt) - get_on_the_way_cents(receipt):
            raise CorrectionRefused("This is more than the escrow of this receipt.")
        return Disbursement.objects.create(
            receipt=receipt, batch=batch, amount_cents=cents, reason=reason, disbursed_by=by
        )


def _get_escrow(receipt: Receipt) -> int:
    if receipt.kind == Receipt.Kind.REFUND:
        raise CorrectionRefused("This is a refund: it holds no escrow.")
    return get_receipt_balance(receipt).escrow_cents


# --- Move -----------------------------------------------------------------------------------------------------


def move_receipt(*, receipt_number: int, to_batch_id: int, reason: str, by: User) -> ReceiptMove:
    """Move a receipt to another open batch of its date, with its postings. Raises BatchClosed, CorrectionRefused.

    What was paid online stays in API Payments, and nothing else goes there: the desk never counts it.
    """
    reason = require_reason(reason)
    date = Receipt.objects.values_list("received_on", flat=True).get(pk=receipt_number)
    with transaction.atomic():
        lock_day(date=date)
        receipt = Receipt.objects.select_related("batch").get(pk=receipt_number)
        origin, target = receipt.batch, ReferenceBatch.objects.filter(pk=to_batch_id).first()
        if target is None or target.batch_date != date:
            raise CorrectionRefused("A receipt can only move to a batch of its own date.")
        if origin == target:
            raise CorrectionRefused("The receipt is in this batch already.")
        if origin.is_api or target.is_api:
            raise CorrectionRefused("Online payments stay in their API Payments batch, and others out of it.")
        for batch in (origin, target):
            if not batch.is_open:
                raise BatchClosed(batch)
        move = ReceiptMove.objects.create(
            receipt=receipt, from_batch=origin, to_batch=target, reason=reason, moved_by=by
        )
        Receipt.objects.filter(pk=receipt_number).update(batch=target)
        Posting.objects.filter(receipt=receipt_number, batch=origin).update(batch=target)
    return move
