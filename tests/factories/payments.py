import datetime as dt
import uuid

import factory
from factory.django import DjangoModelFactory

from payments.gateway.intents import Outcome, Result
from payments.models import Payment
from receipts.issue import TransactionFacts
from tests.factories.accounts import GuarantorFactory


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = Payment

    id = factory.LazyFunction(uuid.uuid4)
    guarantor = factory.SubFactory(GuarantorFactory)
    amount_cents = 5000
    intent_id = factory.LazyAttribute(lambda payment: f"pi_{payment.id.hex}")


def outcome_of(
    payment: Payment,
    result: Result = Result.PAID,
    *,
    at: dt.datetime,
    amount_cents: int | None = None,
    currency: str = "usd",
) -> Outcome:
    """What Stripe would say of an attempt: the same charge each time it is asked."""
    amount = payment.amount_cents if amount_cents is None else amount_cents
    paid = result is Result.PAID
    transaction = TransactionFacts(
        number=f"ch_{payment.id.hex}",
        method="card",
        amount_cents=amount if paid else 0,
        requested_cents=amount,
        card_brand="visa",
        card_last4="4242" if paid else "0002",
        card_expiry="12/2030",
        reason="" if paid else "Your bank declined the card. Your bank can tell you why.",
    )
    return Outcome(
        result=result,
        intent_id=payment.intent_id,
        amount_cents=amount,
        currency=currency,
        occurred_at=at,
        transactions=[transaction] if result in (Result.PAID, Result.DECLINED) else [],
    )
