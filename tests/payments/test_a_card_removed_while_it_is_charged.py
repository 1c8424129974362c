"""A card is removed in one window while another one pays by it: paid with a receipt, or not charged, and gone."""

import functools

import pytest
from django.utils import timezone

from payments.cards.removing import remove_card
from payments.confirming import pay_by_stored_card
from payments.gateway.client import client
from payments.models import Payment, StoredCard
from payments.truth import bring_up_to_date
from pops.core.practice.models import Group
from pops.core.refusals import Refused
from receipts.models import Receipt
from tests.concurrency import run_together
from tests.moments import TODAY
from tests.payments.stripe_side import start, store_card

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("practice", "stripe_sandbox")]


def pay(payment_id, card_id):
    """As the door does it: charge, then ask Stripe. The words of a refusal."""
    now = timezone.now()
    payment, card = Payment.objects.get(pk=payment_id), StoredCard.objects.get(pk=card_id)
    address = "https://pops.example/"
    try:
        pay_by_stored_card(payment=payment, card=card, code_token="", return_url=address, today=TODAY, now=now)
    except Refused as refusal:
        return refusal.words
    return bring_up_to_date(payment_id=payment_id, now=now).state


def remove(guarantor, card_id):
    return remove_card(guarantor=guarantor, card_id=card_id, now=timezone.now()).words


def test_it_is_charged_or_not_and_gone_in_any_case(guarantor):
    Group.objects.update(store_payment_method=True, require_cvv=False)
    guarantor.group.refresh_from_db()
    cards = [store_card(guarantor, method=method) for method in ("pm_card_visa", "pm_card_amex", "pm_card_mastercard")]
    attempts = [(start(guarantor, cents=1000 + n).pk, cards[n % 3].pk) for n in range(6)]
    jobs = [functools.partial(pay, *attempt) for attempt in attempts for _ in range(2)]
    jobs[4:4] = [functools.partial(remove, guarantor, card.pk) for card in cards]

    answers = run_together(jobs, width=16)

    assert len(answers) == 15
    for payment_id, _ in attempts:
        intent = client().v1.payment_intents.retrieve(Payment.objects.get(pk=payment_id).intent_id)
        charges = [one for one in client().v1.charges.list({"payment_intent": intent.id}).data if one.paid]
        receipts = Receipt.objects.filter(payment=payment_id, status=Receipt.Status.PAID)
        assert len(charges) == receipts.count() <= 1
    for card in StoredCard.objects.all():
        assert card.removed_at
        assert client().v1.payment_methods.retrieve(card.stripe_id).customer is None
