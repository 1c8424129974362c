"""Cards that Stripe keeps for a guarantor: customers, saved cards, and paying by one."""

import calendar
import datetime as dt
import uuid
from dataclasses import dataclass

import stripe

from payments.gateway.client import Rejected, asking

# Charged when its owner is there and presses Pay: never behind their back.
USAGE = "on_session"


@dataclass(frozen=True)
class CardFacts:
    """A card as Stripe has it. `is_kept`: a customer has it; without one it can't be charged any more."""

    stripe_id: str
    brand: str
    last4: str
    expires_on: dt.date
    is_kept: bool


def create_customer(*, guarantor_id: int, attempt_id: uuid.UUID) -> str:
    """A customer to keep a guarantor's cards, its id: Stripe learns an id of ours, no name and no address."""
    with asking() as stripe_client:
        customer = stripe_client.v1.customers.create(
            {"metadata": {"pops_guarantor": str(guarantor_id)}}, {"idempotency_key": f"{attempt_id}-customer"}
        )
    return customer.id


def keep_card_of(intent_id: str, *, customer_id: str) -> None:
    """Have Stripe keep the card that will pay a PaymentIntent. Raises Rejected, OutOfReach."""
    with asking() as stripe_client:
        stripe_client.v1.payment_intents.update(intent_id, {"customer": customer_id, "setup_future_usage": USAGE})


def keep_no_card_of(intent_id: str) -> None:
    """Have Stripe keep no card after all. Raises Rejected, OutOfReach."""
    with asking() as stripe_client:
        stripe_client.v1.payment_intents.update(intent_id, {"setup_future_usage": ""})


def pay_by_card(
    *,
    payment_id: uuid.UUID,
    intent_id: str,
    card_id: str,
    customer_id: str,
    asks_code: bool,
    code_token: str,
    return_url: str,
) -> None:
    """Pay a PaymentIntent by a saved card, asked for twice once. Raises Rejected, also for a decline, and OutOfReach.

    With `asks_code` Stripe takes no payment without its security code typed anew.
    """
    with asking() as stripe_client:
        stripe_client.v1.payment_intents.update(
            intent_id,
            {
                "customer": customer_id,
                "setup_future_usage": "",
                "payment_method_options": {"card": {"require_cvc_recollection": asks_code}},
            },
        )
        asked: stripe.params.PaymentIntentConfirmParams = {"payment_method": card_id, "return_url": return_url}
        if code_token:
            asked["payment_method_options"] = {"card": {"cvc_token": code_token}}
        stripe_client.v1.payment_intents.confirm(intent_id, asked, {"idempotency_key": f"{payment_id}-card-{card_id}"})


def get_card(card_id: str) -> CardFacts:
    """A saved card as it is now. Raises Rejected when Stripe knows none, OutOfReach."""
    with asking() as stripe_client:
        return _read_card(stripe_client.v1.payment_methods.retrieve(card_id))


def detach_card(card_id: str) -> None:
    """Have Stripe forget a card, unless it has. Raises OutOfReach, and Rejected when it still is there."""
    try:
        with asking() as stripe_client:
            stripe_client.v1.payment_methods.detach(card_id)
    except Rejected as refusal:
        if not refusal.is_unknown and get_card(card_id).is_kept:
            raise


def _read_card(method: stripe.PaymentMethod) -> CardFacts:
    card = method.card
    if card is None:
        raise Rejected("no_card", "Stripe keeps something there that is no card.")
    _, last_day = calendar.monthrange(card.exp_year, card.exp_month)
    return CardFacts(
        stripe_id=method.id,
        brand=card.brand,
        last4=card.last4,
        expires_on=dt.date(card.exp_year, card.exp_month, last_day),
        is_kept=method.customer is not None,
    )
