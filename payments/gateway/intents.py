"""All that is asked of Stripe, and what its answers mean to us. Nothing here touches the database."""

import datetime as dt
import enum
from dataclasses import dataclass
from functools import cache

import stripe
from django.conf import settings
from django.utils import timezone

from payments.gateway.reasons import plain_reason
from payments.models import Payment
from receipts.issue import TransactionFacts
from receipts.models import Transaction

TIMEOUT_SECONDS = 20


class Result(enum.Enum):
    """What became of an attempt at the processor."""

    OPEN = "nothing was paid yet"
    PROCESSING = "the bank has not answered yet"
    PAID = "paid"
    DECLINED = "declined"
    CANCELED = "canceled before anything was paid"


@dataclass(frozen=True)
class Outcome:
    """The processor's word on an attempt. `occurred_at` decides the business day; amounts are cents."""

    result: Result
    intent_id: str
    amount_cents: int
    currency: str
    occurred_at: dt.datetime
    transactions: list[TransactionFacts]


@cache
def client() -> stripe.StripeClient:
    """The one Stripe client of this process."""
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_BASE},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=2,
    )


def create_intent(payment: Payment) -> stripe.PaymentIntent:
    """The PaymentIntent of an attempt: asked for twice, Stripe answers with the same one."""
    return client().v1.payment_intents.create(
        {
            "amount": payment.amount_cents,
            "currency": payment.currency,
            "automatic_payment_methods": {"enabled": True},
            "metadata": {"pops_payment": str(payment.pk)},
        },
        {"idempotency_key": f"{payment.pk}-create"},
    )


def get_intent(intent_id: str) -> stripe.PaymentIntent:
    """The PaymentIntent as it is now, with its latest charge."""
    return client().v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})


def cancel_intent(payment: Payment) -> stripe.PaymentIntent:
    """Make sure an attempt can't be paid any more. The answer is a paid one if somebody was faster."""
    try:
        client().v1.payment_intents.cancel(str(payment.intent_id), {}, {"idempotency_key": f"{payment.pk}-cancel"})
    except stripe.InvalidRequestError as error:
        if error.code != "payment_intent_unexpected_state":
            raise
    return get_intent(str(payment.intent_id))


def read_outcome(intent: stripe.PaymentIntent) -> Outcome:
    """What a PaymentIntent (with latest_charge expanded) means."""
    result = _result(intent)
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    paid = result is Result.PAID
    return Outcome(
        result=result,
        intent_id=intent.id,
        amount_cents=intent.amount_received if paid else intent.amount,
        currency=intent.currency,
        occurred_at=dt.datetime.fromtimestamp(charge.created, dt.UTC) if charge else timezone.now(),
        transactions=[_transaction(intent, charge, paid=paid)] if result in (Result.PAID, Result.DECLINED) else [],
    )


def is_all_refunded(intent: stripe.PaymentIntent) -> bool:
    """Whether nothing is left of the money that came in."""
    charge = intent.latest_charge
    return isinstance(charge, stripe.Charge) and charge.amount_refunded >= intent.amount_received > 0


def _result(intent: stripe.PaymentIntent) -> Result:
    if intent.status == "succeeded":
        return Result.PAID
    if intent.status == "processing":
        return Result.PROCESSING
    if intent.status in ("requires_payment_method", "canceled") and intent.last_payment_error:
        return Result.DECLINED
    return Result.CANCELED if intent.status == "canceled" else Result.OPEN


def _transaction(intent: stripe.PaymentIntent, charge: stripe.Charge | None, *, paid: bool) -> TransactionFacts:
    # Stripe leaves out what doesn't apply: another kind of payment has no card, an error need not be a decline.
    error = intent.last_payment_error
    card = getattr(charge.payment_method_details, "card", None) if charge else None
    wallet = card.wallet.type if card and card.wallet else ""
    return TransactionFacts(
        number=charge.id if charge else intent.id,
        method=_method(is_card=card is not None or charge is None, wallet=wallet),
        amount_cents=intent.amount_received if paid else 0,
        requested_cents=intent.amount_received if paid else intent.amount,
        card_brand=(card.brand or "") if card else "",
        card_last4=(card.last4 or "") if card else "",
        card_expiry=f"{card.exp_month:02d}/{card.exp_year}" if card else "",
        reason=""
        if paid or error is None
        else plain_reason(getattr(error, "decline_code", None), getattr(error, "code", None)),
    )


def _method(*, is_card: bool, wallet: str) -> str:
    if not is_card:
        return Transaction.Method.OTHER
    wallets = {"apple_pay": Transaction.Method.APPLE_PAY, "google_pay": Transaction.Method.GOOGLE_PAY}
    return wallets.get(wallet, Transaction.Method.CARD)
