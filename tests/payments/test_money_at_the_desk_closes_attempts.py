"""Who pays at the desk has no card form left open. The clerk is told of one that can't be closed."""

import pytest
from django.urls import reverse

from payments.gateway.client import client as stripe_client
from payments.models import Payment
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory
from tests.factories.desk import batch_of
from tests.factories.staff import DESK, member
from tests.payments.stripe_side import start

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]

SLOW = "4000000077770008"
MONEY = {"channel": "office", "apply": "oldest", "cash": "100.00"}


@pytest.fixture
def desk(client_of, practice):
    dana = member(DESK)
    batch_of(dana)
    return client_of(dana)


def take(desk, guarantor, **more):
    answer = desk.post(reverse("backoffice:take", args=[guarantor.pk]), {**MONEY, **more}, follow=True)
    return answer.content.decode()


def state_of(attempt):
    attempt.refresh_from_db()
    return attempt.state


def test_an_open_card_form_is_closed_at_stripe(stripe_sandbox, desk, guarantor, client_of):
    attempt, others = start(guarantor, cents=10_000), start()

    page = desk.get(reverse("backoffice:take", args=[guarantor.pk])).content.decode()
    assert "A card form over $100.00 is open in the portal." in page
    page = take(desk, guarantor)

    assert "was issued" in page
    assert "could not be closed" not in page
    assert state_of(attempt) == Payment.State.ABANDONED
    assert stripe_client().v1.payment_intents.retrieve(attempt.intent_id).status == "canceled"
    assert state_of(others) == Payment.State.STARTED, "somebody else's"
    portal = client_of(guarantor).get(reverse("payments:pay", args=[attempt.pk])).content.decode()
    assert "you paid in another way meanwhile" in portal
    assert Receipt.objects.count() == 1


def test_one_that_a_bank_is_at_work_on_is_told(stripe_sandbox, desk, guarantor):
    attempt = start(guarantor, cents=10_000)
    stripe_sandbox.confirm(attempt.intent_id, card_number=SLOW)

    page = take(desk, guarantor)

    assert f"An online payment of $100.00 by {guarantor.name} is at the bank and can&#x27;t be stopped." in page
    assert state_of(attempt) == Payment.State.PROCESSING
    assert Receipt.objects.get().amount_cents == 10_000
    assert "is at the bank" in desk.get(reverse("backoffice:take", args=[guarantor.pk])).content.decode()


def test_one_that_was_paid_a_moment_ago_is_asked_about_before_money_is_taken(stripe_sandbox, desk, guarantor):
    attempt = start(guarantor, cents=10_000)
    stripe_sandbox.confirm(attempt.intent_id)

    page = take(desk, guarantor)

    assert "The portal took $100.00 from this guarantor" in page
    assert state_of(attempt) == Payment.State.PAID
    assert Receipt.objects.get().payment == attempt


def test_with_stripe_out_of_reach_money_is_taken_and_it_is_told(stripe_sandbox, desk, guarantor, settings):
    attempt = start(guarantor, cents=10_000)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    page = take(desk, guarantor)

    assert "could not be closed at Stripe" in page
    assert state_of(attempt) == Payment.State.STARTED
    assert Receipt.objects.get().amount_cents == 10_000


def test_a_check_for_a_family_closes_each_ones(stripe_sandbox, desk, guarantor):
    family = [guarantor, GuarantorFactory()]
    attempts = [start(payer) for payer in family]
    form = {"check_number": "555", "check_cents": "10.00", "channel": "mail", "apply": "escrow"}
    form |= {f"share_{payer.pk}": "5.00" for payer in family}
    page = reverse("backoffice:shared_check") + "?" + "&".join(f"g={payer.pk}" for payer in family)

    assert desk.post(page, form).status_code == 302

    assert {state_of(attempt) for attempt in attempts} == {Payment.State.ABANDONED}
