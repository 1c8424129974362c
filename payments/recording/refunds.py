"""What became of a refund at the processor, asked for here or made in Stripe's dashboard. Each is recorded once."""

import datetime as dt
import logging
from dataclasses import dataclass, replace

from django.db import IntegrityError, connection, transaction

from batches.opening import open_api_batch
from batches.period import on_or_after
from payments.gateway.refunds import NOT_TAKEN, RefundFacts
from payments.models import Refund
from payments.recording.own import find_own
from payments.recording.payments import why_refused
from pops.core.access.models import User
from pops.core.locks import Held, hold
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import take_back_disbursed
from receipts.corrections.refund import RefundTooMuch, issue_refund
from receipts.corrections.void import write_void
from receipts.issue import TransactionFacts, issue_receipt
from receipts.models import Receipt, Transaction

logger = logging.getLogger(__name__)

State = Refund.State
AT_STRIPE = "Refunded in Stripe's dashboard."
TOO_MUCH = "Stripe refunded more than what is left of the receipt here."


@dataclass(frozen=True)
class Decision:
    """A person's word on a refund in review: it is recorded, whatever had to give way for it."""

    reason: str
    by: User


def record_refund(*, payment: Receipt, facts: RefundFacts, now: dt.datetime) -> None:
    """Record what became of a refund of a payment, once.

    Stripe did it: what a rule of ours doesn't let be recorded is kept in review, with the reason.
    """
    try:
        _record_on_an_open_day(payment, facts, now)
    except RefundTooMuch:
        _keep_for_review(payment, facts, now, TOO_MUCH)
    except (Refused, IntegrityError) as error:
        _keep_for_review(payment, facts, now, why_refused(error))


def record_decided_refund(*, payment: Receipt, facts: RefundFacts, now: dt.datetime, decision: Decision) -> None:
    """Record a refund that is in review as it is at Stripe now. Raises Refused, and then it stays in review."""
    try:
        _record_on_an_open_day(payment, facts, now, decision)
    except IntegrityError as error:
        raise Refused("cannot_be_recorded", why_refused(error)) from error


def _record_on_an_open_day(
    payment: Receipt, facts: RefundFacts, now: dt.datetime, decision: Decision | None = None
) -> None:
    """Its receipt goes into API Payments of its own day, as the processor pays out by it.

    What the bank gave back comes in today. Of a locked period it is the first open day.
    """
    payment.refresh_from_db(fields=["guarantor"])  # its account may have been merged into another one
    moment = now if facts.state == State.FAILED else facts.occurred_at
    date = get_practice().business_date(moment)
    facts = replace(facts, occurred_at=moment)
    on_or_after(date, lambda open_day: _record(payment, facts, open_day, now, decision))


@transaction.atomic
def _keep_for_review(payment: Receipt, facts: RefundFacts, now: dt.datetime, why: str) -> None:
    hold(guarantor=payment.guarantor_id)
    logger.error("Refund %s needs review: %s", facts.stripe_id, why)
    refund = _find_or_adopt(payment, facts)
    refund.stripe_id, refund.checked_at = facts.stripe_id, now
    refund.state, refund.note = State.REVIEW, why
    refund.save()


@transaction.atomic
def _record(payment: Receipt, facts: RefundFacts, date: dt.date, now: dt.datetime, decision: Decision | None) -> None:
    """Record it in one transaction; the database judges all of it before its end."""
    voids = facts.refund_id is not None and Refund.objects.filter(pk=facts.refund_id, voids=True).exists()
    # A void is not recorded beside payments of its day.
    held = hold(days=[date], alone=[payment.received_on] if voids else [], guarantor=payment.guarantor_id)
    payment.refresh_from_db(fields=["guarantor"])
    held.need(guarantor=payment.guarantor_id)  # or the account was merged just now: the news is told again
    refund = _find_or_adopt(payment, facts)
    if decision and not refund.is_in_review:
        raise Refused("not_in_review", "Somebody has decided about this refund already.")
    if _is_settled(refund, facts) and not decision:
        return
    refund.stripe_id, refund.checked_at = facts.stripe_id, now
    if facts.state == State.FAILED:
        _take_in_again(held, refund, facts, date)
    elif not _is_recorded(refund):
        _give_back(held, refund, facts, date, decision)
    if not (refund.state == State.SUCCEEDED and facts.state == State.PENDING):
        refund.state = facts.state
    if decision:
        refund.reviewed_by, refund.reviewed_at, refund.review_note = decision.by, now, decision.reason
    refund.save()
    connection.check_constraints()


def _find_or_adopt(payment: Receipt, facts: RefundFacts) -> Refund:
    """Our row of a refund; made now for one that was made at Stripe. The guarantor's row is held: no race."""
    rows = Refund.objects.select_for_update(of=["self"]).select_related("receipt__batch", "receipt__guarantor__group")
    found = rows.filter(stripe_id=facts.stripe_id).first()
    if found is None and facts.refund_id:
        found = rows.filter(pk=facts.refund_id, receipt=payment).first()
    return found or Refund.objects.create(
        receipt=payment,
        charge_id=facts.charge_id,
        amount_cents=facts.amount_cents,
        reason=AT_STRIPE,
        stripe_id=facts.stripe_id,
    )


def _is_settled(refund: Refund, facts: RefundFacts) -> bool:
    """Whether news changes nothing: it is over, or a person decides. What failed at Stripe needs no decision."""
    in_review = refund.state == State.REVIEW and facts.state != State.FAILED
    return in_review or refund.state in (State.FAILED, State.SETTLED)


def _is_recorded(refund: Refund) -> bool:
    return refund.refund_receipt_id is not None or (refund.voids and hasattr(refund.receipt, "void"))


def _give_back(held: Held, refund: Refund, facts: RefundFacts, date: dt.date, decision: Decision | None) -> None:
    """Void the payment, or issue the refund's receipt: also when its batch was closed on the way, or a person decided.

    It is of the payment, or of what came back of an earlier refund. What was disbursed is taken back for a decided one.
    Raises RefundTooMuch.
    """
    asked = None if decision else refund.requested_by
    if refund.voids and asked and _try_void(held, refund, date, asked):
        return
    batch_id, source = open_api_batch(held, batch_date=date), _find_source(refund.receipt, facts.amount_cents)
    if decision:
        lacking = max(facts.amount_cents - get_receipt_balance(source).left_cents, 0)
        why, by = decision.reason, decision.by
        take_back_disbursed(held, receipt=source, cents=lacking, batch_id=batch_id, reason=why, by=by)
    own = find_own(receipt_number=refund.receipt_id, charge_id=refund.charge_id, but=refund.pk)
    refund.refund_receipt_id = issue_refund(
        held,
        receipt=source,
        tenders=[_movement(facts, number=facts.stripe_id, cents=-facts.amount_cents)],
        batch_id=batch_id,
        received_on=date,
        received_at=facts.occurred_at,
        reason=refund.reason,
        by=refund.requested_by,
        channel=Receipt.Channel.ONLINE,
        own=own if source == refund.receipt else None,
    )


def _find_source(payment: Receipt, cents: int) -> Receipt:
    """The receipt that holds the money that was given back: the payment, or one of a refund of it that came back."""
    came_back = Receipt.objects.filter(made_by_return__receipt=payment).order_by("pk")
    holders = (row for row in [payment, *came_back] if get_receipt_balance(row).left_cents >= cents)
    return next(holders, payment)


def _try_void(held: Held, refund: Refund, date: dt.date, by: User) -> bool:
    try:
        with transaction.atomic():
            write_void(
                held,
                receipt_number=refund.receipt_id,
                reason=refund.reason,
                today=date,
                by=by,
                returned_by_processor=True,
            )
    except Refused:
        return False
    return True


def _take_in_again(held: Held, refund: Refund, facts: RefundFacts, date: dt.date) -> None:
    """The bank gave the money back after the receipt: another receipt brings it in again."""
    refund.note = facts.failure or NOT_TAKEN
    if not _is_recorded(refund):
        return
    refund.came_back_receipt_id = issue_receipt(
        held,
        guarantor_id=refund.receipt.guarantor_id,
        batch_id=open_api_batch(held, batch_date=date),
        channel=Receipt.Channel.ONLINE,
        received_on=date,
        received_at=facts.occurred_at,
        transactions=[_movement(facts, number=f"{facts.stripe_id}-failed", cents=facts.amount_cents)],
        auto_post=refund.receipt.guarantor.group.auto_post,
        kind=Receipt.Kind.CAME_BACK,
        refund_of=refund.refund_receipt_id or refund.receipt_id,
        reason=f"{refund.note} The money is here again."[:300],
    )


def _movement(facts: RefundFacts, *, number: str, cents: int) -> TransactionFacts:
    """Money of the card that was charged, back to it or back from it."""
    charge = Transaction.objects.get(number=facts.charge_id)
    return TransactionFacts(
        number=number,
        method=charge.method,
        amount_cents=cents,
        requested_cents=cents,
        card_brand=charge.card_brand,
        card_last4=charge.card_last4,
        card_expiry=charge.card_expiry,
    )
