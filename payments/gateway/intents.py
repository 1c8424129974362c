"""PaymentIntents: made, asked about, canceled; and what Stripe's answers mean to us."""

import datetime as dt
import enum
import uuid
from dataclasses import dataclass

import stripe

from payments.gateway.client import Rejected, asking
from payments.gateway.reasons import plain_reason
from pops.core.methods import Method
from receipts.issue import TransactionFacts

# Stripe's limits for US dollars.
MIN_CENTS = 50
MAX_CENTS = 99_999_999
# What is over in minutes: the bank's question, on the page or on its own. Everything else may take days.
QUICK = ("use_stripe_sdk", "redirect_to_url")
# Stripe's wallets of a card, and its kinds of payment, that have a name here.
NAMED = {"apple_pay": Method.APPLE_PAY, "google_pay": Method.GOOGLE_PAY, "link": Method.LINK, "card": Method.CARD}


class Result(enum.Enum):
    """What became of an attempt at the processor."""

    OPEN = "nothing was paid yet"
    PROCESSING = "the bank has not answered yet"
    PAID = "paid"
    DECLINED = "declined"
    CANCELED = "canceled before anything was paid"


@dataclass(frozen=True)
class Outcome:
    """The processor's word on an attempt. `occurred_at` decides the business day; amounts are cents.

    Of a split one it is of all `parts` together, each with its own word, and no PaymentIntent is that of all.
    """

    result: Result
    intent_id: str
    amount_cents: int
    currency: str
    occurred_at: dt.datetime
    transactions: list[TransactionFacts]
    parts: tuple["Outcome", ...] = ()


@dataclass(frozen=True)
class Intent:
    """A PaymentIntent as Stripe has it now, with its latest charge. Amounts are cents."""

    id: str
    client_secret: str
    is_canceled: bool
    needs_action: bool  # the bank's own check was begun and not finished
    outcome: Outcome
    charge_id: str
    refunded_cents: int
    is_disputed: bool
    bank_url: str  # where the bank asks, when a person is to go there
    kept_card: str  # the card that Stripe keeps from now on, as the guarantor asked

    @property
    def is_paid(self) -> bool:
        return self.outcome.result is Result.PAID

    @property
    def is_all_refunded(self) -> bool:
        """Whether nothing is left of the money that came in."""
        return self.is_paid and self.refunded_cents >= self.outcome.amount_cents > 0


def create_intent(
    *, payment_id: uuid.UUID, amount_cents: int, currency: str, now: dt.datetime, part_id: uuid.UUID | None = None
) -> Intent:
    """The PaymentIntent of an attempt, or of a part of it: asked for twice within a day, Stripe answers with the same.

    It takes cards, with the wallets that hold them, whatever else is on in Stripe's Dashboard.
    """
    with asking() as stripe_client:
        intent = stripe_client.v1.payment_intents.create(
            {
                "amount": amount_cents,
                "currency": currency,
                "allowed_payment_method_types": ["card"],
                "metadata": {"pops_payment": str(payment_id)},
            },
            {"idempotency_key": f"{part_id or payment_id}-create"},
        )
    return read_intent(intent, now=now)


def get_intent(intent_id: str, *, now: dt.datetime) -> Intent:
    """The PaymentIntent as it is now. Raises Rejected when Stripe knows none, OutOfReach."""
    with asking() as stripe_client:
        intent = stripe_client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
    return read_intent(intent, now=now)


def cancel_intent(*, intent_id: str, now: dt.datetime) -> Intent:
    """Make sure an intent can't be paid any more. The answer is a paid one if somebody was faster."""
    try:
        with asking() as stripe_client:
            stripe_client.v1.payment_intents.cancel(intent_id, {}, {"idempotency_key": f"{intent_id}-cancel"})
    except Rejected as refusal:
        if refusal.code != "payment_intent_unexpected_state":
            raise
    return get_intent(intent_id, now=now)


def find_intent_of_charge(charge_id: str) -> str:
    """The id of the PaymentIntent that a charge belongs to; empty when it belongs to none."""
    with asking() as stripe_client:
        return id_of(stripe_client.v1.charges.retrieve(charge_id).payment_intent)


def read_intent(intent: stripe.PaymentIntent, *, now: dt.datetime) -> Intent:
    """What a PaymentIntent (with latest_charge expanded) means. Without a charge it happened now."""
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    return Intent(
        id=intent.id,
        client_secret=intent.client_secret or "",
        is_canceled=intent.status == "canceled",
        needs_action=intent.status == "requires_action",
        outcome=_outcome(intent, charge, now),
        charge_id=charge.id if charge else "",
        refunded_cents=charge.amount_refunded if charge else 0,
        is_disputed=bool(charge and charge.disputed),
        bank_url=_bank_url(intent),
        kept_card=_kept_card(intent),
    )


def _bank_url(intent: stripe.PaymentIntent) -> str:
    redirect = getattr(intent.next_action, "redirect_to_url", None) if intent.status == "requires_action" else None
    return (redirect.url or "") if redirect else ""


def _kept_card(intent: stripe.PaymentIntent) -> str:
    is_kept = intent.status == "succeeded" and getattr(intent, "setup_future_usage", None)
    return id_of(intent.payment_method) if is_kept else ""


def id_of(object_or_id: object) -> str:
    """The id of what Stripe names by its id or sends whole; empty for nothing."""
    return str(getattr(object_or_id, "id", None) or object_or_id or "")


def _outcome(intent: stripe.PaymentIntent, charge: stripe.Charge | None, now: dt.datetime) -> Outcome:
    result = _result(intent)
    paid = result is Result.PAID
    return Outcome(
        result=result,
        intent_id=intent.id,
        amount_cents=intent.amount_received if paid else intent.amount,
        currency=intent.currency,
        occurred_at=dt.datetime.fromtimestamp(charge.created, dt.UTC) if charge else now,
        transactions=[_transaction(intent, charge, paid=paid)] if result in (Result.PAID, Result.DECLINED) else [],
    )


def _result(intent: stripe.PaymentIntent) -> Result:
    if intent.status == "succeeded":
        return Result.PAID
    if intent.status == "processing" or _takes_days(intent):
        return Result.PROCESSING
    if intent.status in ("requires_payment_method", "canceled") and intent.last_payment_error:
        return Result.DECLINED
    return Result.CANCELED if intent.status == "canceled" else Result.OPEN


def _takes_days(intent: stripe.PaymentIntent) -> bool:
    """Whether it waits for what a person or a bank does elsewhere, such as the small amounts that prove an account."""
    action = intent.next_action if intent.status == "requires_action" else None
    return action is not None and action.type not in QUICK


def _transaction(intent: stripe.PaymentIntent, charge: stripe.Charge | None, *, paid: bool) -> TransactionFacts:
    # Stripe leaves out what doesn't apply: another kind of payment has no card, an error need not be a decline.
    error = intent.last_payment_error
    card = getattr(charge.payment_method_details, "card", None) if charge else None
    method = _method(charge, error)
    return TransactionFacts(
        number=charge.id if charge else intent.id,
        method=method,
        amount_cents=intent.amount_received if paid else 0,
        requested_cents=intent.amount_received if paid else intent.amount,
        card_brand=(card.brand or "") if card else "",
        card_last4=(card.last4 or "") if card else "",
        card_expiry=f"{card.exp_month:02d}/{card.exp_year}" if card else "",
        reason=""
        if paid or error is None
        else plain_reason(
            getattr(error, "decline_code", None),
            getattr(error, "code", None),
            is_card=method not in (Method.LINK, Method.OTHER),
        ),
    )


def _method(charge: stripe.Charge | None, error: stripe.PaymentIntent.LastPaymentError | None) -> Method:
    """How it was paid or tried: a card's wallet, else the kind that Stripe names; a card when it names none."""
    return method_of(charge.payment_method_details if charge else getattr(error, "payment_method", None))


def method_of(source: object) -> Method:
    """What Stripe's details of a payment method are called here."""
    kind = getattr(source, "type", None) or "card"
    wallet = getattr(getattr(source, "card", None), "wallet", None)
    return NAMED.get(kind if wallet is None else wallet.type, Method.CARD if kind == "card" else Method.OTHER)
