import datetime as dt
import uuid

import factory
from factory.django import DjangoModelFactory

from payments.gateway.answers import gather
from payments.gateway.intents import Intent, Outcome, Result
from payments.models import Part, Payment
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


def outcome_of_parts(payment: Payment, *, at: dt.datetime) -> Outcome:
    """What Stripe would say of a split attempt all of whose parts are paid."""
    parts = list(payment.parts.all())
    paid = [_paid(part, at) for part in parts]
    return gather(payment=payment, parts=parts, intents=paid, now=at).outcome


def _paid(part: Part, at: dt.datetime) -> Intent:
    number, charge, cents = f"pi_{part.pk.hex}", f"ch_{part.pk.hex}", part.amount_cents
    Part.objects.filter(pk=part.pk).update(intent_id=number)
    facts = TransactionFacts(charge, "card", cents, cents, card_brand="visa", card_last4="4242", card_expiry="12/2030")
    outcome = Outcome(Result.PAID, number, cents, "usd", at, [facts])
    return Intent(number, "", False, False, outcome, charge, 0, False, "", "")
