"""One online payment or refund of the past, through the services that record those of today."""

import datetime as dt
import uuid
from dataclasses import replace

import stripe
from django.conf import settings

from payments.gateway.client import client
from payments.gateway.intents import Outcome, Result, create_intent
from payments.gateway.refunds import RefundFacts, create_refund
from payments.models import Payment, Refund
from payments.recording.payments import record_outcome
from payments.recording.refunds import record_refund
from pops.core.accounts.models import Guarantor
from receipts.issue import TransactionFacts
from receipts.models import Receipt

DECLINED = "The card doesn't have enough funds for this payment."


def record_payment(
    guarantor: Guarantor,
    cents: int,
    moment: dt.datetime,
    card: tuple[str, str],
    *,
    declined: bool,
    agreed: int | None = None,
) -> int | None:
    """Record an online payment; the number of its receipt. Another amount than was agreed to needs review."""
    payment = Payment.objects.create(guarantor=guarantor, amount_cents=cents)
    intent, charge = _charge(payment, "declined" if declined else card[0])
    Payment.objects.filter(pk=payment.pk).update(started_at=moment, intent_id=intent, amount_cents=agreed or cents)
    facts = TransactionFacts(
        number=charge,
        method="card",
        amount_cents=0 if declined else cents,
        requested_cents=cents,
        card_brand=card[0],
        card_last4=card[1],
        card_expiry="11/2029",
        reason=DECLINED if declined else "",
    )
    return record_outcome(
        payment_id=payment.pk,
        outcome=Outcome(
            result=Result.DECLINED if declined else Result.PAID,
            intent_id=intent,
            amount_cents=cents,
            currency="usd",
            occurred_at=moment,
            transactions=[facts],
        ),
    )


def record_refund_of(receipt: Receipt, cents: int, moment: dt.datetime, *, reason: str) -> None:
    """Give part of an online payment back, as Stripe would tell of it."""
    charge = str(receipt.transactions.get().number)
    refund = Refund.objects.create(
        receipt=receipt, charge_id=charge, amount_cents=cents, reason=reason, requested_at=moment
    )
    facts = RefundFacts(
        stripe_id=f"re_{uuid.uuid4().hex[:24]}",
        charge_id=charge,
        intent_id="",
        amount_cents=cents,
        state=Refund.State.SUCCEEDED,
        occurred_at=moment,
        refund_id=refund.pk,
        returns=None,
        failure="",
    )
    if is_sandbox():
        made = create_refund(refund_id=refund.pk, charge_id=charge, amount_cents=cents)
        facts = replace(made, occurred_at=moment)
    record_refund(payment=receipt, facts=facts, now=moment)


def is_sandbox() -> bool:
    """Whether no real card is charged, whatever the keys are."""
    return bool(settings.STRIPE_API_BASE != stripe.DEFAULT_API_BASE)


def _charge(payment: Payment, brand: str) -> tuple[str, str]:
    """The ids of the PaymentIntent and the charge. The sandbox knows both, so that the money can be refunded there.

    With Stripe itself nothing is charged for a sample: the ids only look like its own.
    """
    if not is_sandbox() or brand == "declined":
        return f"pi_{uuid.uuid4().hex[:24]}", f"ch_{uuid.uuid4().hex[:24]}"
    made = create_intent(
        payment_id=payment.pk, amount_cents=payment.amount_cents, currency=payment.currency, now=payment.started_at
    )
    intent = client().v1.payment_intents.confirm(made.id, {"payment_method": f"pm_card_{brand}"})
    return intent.id, str(intent.latest_charge)
