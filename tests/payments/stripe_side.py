"""Stripe's side of a test: attempts with a PaymentIntent, and signed events posted as Stripe posts them."""

import datetime as dt
import json
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from payments.attempts import ask_stripe, ensure_intent, start_payment
from payments.cards.keeping import Agreed
from payments.confirming import check_confirmation
from payments.gateway.client import client
from payments.models import Payment, StoredCard
from payments.tasks import work_off_events
from payments.truth import bring_up_to_date
from pops.core.accounts.models import Guarantor, ServiceLine
from pops.core.practice.models import Group
from pops.local.stripe_sandbox import StripeSandbox
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.payments import PaymentFactory
from tests.factories.practice import ProviderFactory

# A test card: the charge succeeds and is disputed.
DISPUTED = "4000000000000259"


def start(guarantor: Guarantor | None = None, *, cents: int = 5000) -> Payment:
    """An attempt that waits for the card, with its PaymentIntent at Stripe."""
    payment: Payment = PaymentFactory(guarantor=guarantor or GuarantorFactory(), amount_cents=cents, intent_id=None)
    ensure_intent(payment=payment, now=timezone.now())
    return payment


AGREED = Agreed(words="I agree that this card is kept.", from_address="192.0.2.7", from_browser="Firefox")


def token_of(method: str = "pm_card_visa", **more: Any) -> str:
    """What a payer's browser makes of the card form, by Stripe's helper for tests."""
    asked: Any = {"payment_method": method, "return_url": "https://pops.example/", **more}
    return client().v1.test_helpers.confirmation_tokens.create(asked).id


def store_card(guarantor: Guarantor, *, method: str = "pm_card_visa", cents: int = 5000) -> StoredCard:
    """A card that a guarantor kept as they paid with it."""
    guarantor.group.store_payment_method = True  # here alone: of what a group offers a test says more
    payment, token = start(guarantor, cents=cents), token_of(method, setup_future_usage="on_session")
    check_confirmation(payment=payment, token_id=token, agreed=AGREED, now=timezone.now())
    client().v1.payment_intents.confirm(str(payment.intent_id), {"confirmation_token": token})
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    return StoredCard.objects.get(consent__payment=payment)


def owe_two(guarantor: Guarantor, first: int = 4000, second: int = 6000) -> list[ServiceLine]:
    """What a guarantor of a group that splits by provider owes: the older service to Ahn, the younger one to Bose."""
    Group.objects.filter(pk=guarantor.group_id).update(split_payments=Group.SplitPayments.PROVIDER)
    guarantor.group.refresh_from_db()
    return [
        ServiceLineFactory(
            guarantor=guarantor,
            encounter__provider=ProviderFactory(name=name),
            billed_cents=cents,
            service_date=dt.date(2026, 2, day),
        )
        for day, (name, cents) in enumerate([("Mina Ahn, MD", first), ("Ravi Bose, MD", second)], 1)
    ]


def start_split(guarantor: Guarantor, *, cents: int = 10_000) -> Payment:
    """A split attempt that waits for the card, its parts at Stripe."""
    payment = start_payment(payment_id=uuid.uuid4(), guarantor=guarantor, amount_cents=cents, now=timezone.now())
    ask_stripe(payment=payment, now=timezone.now())
    return payment


def intents_of(payment: Payment) -> list[str]:
    """The PaymentIntents of a split attempt, in their order."""
    return [str(part.intent_id) for part in payment.parts.all()]


def events_about(sandbox: StripeSandbox, payment: Payment) -> list[dict[str, Any]]:
    """Stripe's events about an attempt's PaymentIntent, oldest first."""
    return [event for event in sandbox.events if event["data"]["object"]["id"] == payment.intent_id]


def post_event(sandbox: StripeSandbox, event: dict[str, Any], *, signature: str | None = None) -> HttpResponse:
    """Deliver an event, signed now unless told otherwise."""
    body = json.dumps(event).encode()
    return Client().post(
        "/webhooks/stripe/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": sandbox.sign(body) if signature is None else signature},
    )


def refund_at_stripe(receipt: Receipt, cents: int = 5000) -> Any:
    """A refund made in Stripe's Dashboard: nobody asked for it here."""
    return client().v1.refunds.create({"charge": str(receipt.transactions.get().number), "amount": cents})


def deliver_all(sandbox: StripeSandbox) -> None:
    """Post all of Stripe's events, and work them off."""
    for event in sandbox.events:
        post_event(sandbox, event)
    work_off_events()


def bring(payment: Payment, **more: Any) -> Payment:
    """Ask Stripe what became of it, now unless told otherwise."""
    return bring_up_to_date(payment_id=payment.pk, now=more.pop("now", timezone.now()), **more)


def parts_of(payment: Payment) -> list[tuple[int, list[int]]]:
    return list(payment.parts.values_list("amount_cents", "pays_for"))
