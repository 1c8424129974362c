"""The demo's sample practice is one whose books are right."""

import pytest
from django.utils import timezone

from payments.cards.removing import bring_card_up_to_date
from payments.models import Payment, Refund, StoredCard
from pops.core.accounts.models import Guarantor, Patient, Statement
from pops.local.seed import seed_practice
from receipts.models import Receipt
from receipts.owed import find_surplus, get_balances
from tests.books import assert_books_balance

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("stripe_sandbox")
def test_its_books_are_right():
    assert seed_practice(now=timezone.now())

    assert_books_balance()
    # The practice's own system reads each of them by its number.
    assert not Patient.objects.filter(number="", guarantor__is_trial=False).exists()
    assert not Statement.objects.filter(number="", guarantor__is_trial=False).exists()
    refund = Refund.objects.get(receipt__guarantor__is_trial=False, state="succeeded")
    assert refund.refund_receipt.amount_cents == -4000
    assert Receipt.objects.filter(status="unsuccessful").exists()
    assert Receipt.objects.get(kind="returned").batch.is_open
    assert Payment.objects.filter(state="review").count() == 1
    assert find_surplus(refund.receipt.guarantor_id)
    # Each event about a card has Stripe asked: what has expired here has expired there.
    for card in StoredCard.objects.all():
        bring_card_up_to_date(card=card, now=timezone.now())
    assert StoredCard.objects.filter(expires_on__lt=timezone.localdate()).count() == 1


@pytest.mark.usefixtures("stripe_sandbox")
def test_a_practice_that_is_there_is_left_alone(practice):
    assert not seed_practice(now=timezone.now())

    assert not Receipt.objects.exists()


@pytest.mark.usefixtures("stripe_sandbox")
def test_the_sample_guarantor_can_choose_between_both_balances():
    seed_practice(now=timezone.now())

    balances = get_balances(Guarantor.objects.get(name="Maria Alvarez"))

    assert 50 <= balances.amount_due_cents < balances.current_cents
