"""Stored cards of the sample practice: two that can be paid by, and one that has expired."""

import urllib.request
from urllib.parse import urlencode

from django.conf import settings

from payments.cards.keeping import get_words
from payments.gateway.cards import create_customer, get_card
from payments.gateway.client import client
from payments.models import CardConsent, Payment, StoredCard
from pops.core.accounts.models import Guarantor
from pops.local.seed.payments import is_sandbox

# Cards of the sandbox, and whether they have expired: what is kept last is the default.
CARDS = [("pm_card_mastercard", True), ("pm_card_amex", False), ("pm_card_visa", False)]
TIMEOUT = 5


def store_cards(name: str) -> None:
    """The cards that a guarantor kept as they paid. Only the sandbox has such cards."""
    if not is_sandbox():
        return
    guarantor = Guarantor.objects.get(name=name)
    paid = list(guarantor.payments.filter(state=Payment.State.PAID).order_by("started_at")[: len(CARDS)])
    customer = create_customer(guarantor_id=guarantor.pk, attempt_id=paid[0].pk)
    for payment, (method, has_expired) in zip(paid, CARDS, strict=False):
        _store(payment, customer, method, has_expired=has_expired)


def _store(payment: Payment, customer: str, method: str, *, has_expired: bool) -> None:
    stripe_client = client()
    stripe_client.v1.payment_methods.attach(method, {"customer": customer})
    attached = stripe_client.v1.payment_methods.list({"customer": customer, "limit": 1}).data[0].id
    if has_expired:
        _let_expire(attached)
    kept = get_card(attached)
    consent = CardConsent.objects.create(
        payment=payment,
        customer_id=customer,
        words=get_words(payment.guarantor),
        agreed_at=payment.started_at,
        from_address="192.0.2.10",
        from_browser="Mozilla/5.0",
    )
    StoredCard.objects.create(
        guarantor=payment.guarantor,
        consent=consent,
        stripe_id=kept.stripe_id,
        brand=kept.brand,
        last4=kept.last4,
        expires_on=kept.expires_on,
        kept_at=payment.started_at,
        preferred_at=payment.started_at,
    )


def _let_expire(card_id: str) -> None:
    """At the sandbox, which is asked again about a card by each of its events."""
    form = urlencode({"card": card_id, "what": "expire"}).encode()
    urllib.request.urlopen(f"{settings.STRIPE_API_BASE}/dashboard/card", form, TIMEOUT).close()  # noqa: S310  the demo's own
