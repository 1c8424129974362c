"""Credit card: on, guarantors pay by card; off, the server refuses it and the page says how to pay instead."""

import uuid

import pytest

from payments.attempts import ensure_intent, start_payment
from payments.models import Payment
from pops.core.practice.models import Group
from pops.core.refusals import Refused
from tests.factories.accounts import ServiceLineFactory
from tests.moments import NOON
from tests.payments.stripe_side import start


@pytest.fixture
def client(client_of, guarantor):
    ServiceLineFactory(guarantor=guarantor, billed_cents=12_500)
    return client_of(guarantor)


def switch_off():
    Group.objects.update(credit_card=False)


def send(client):
    form = {"payment_id": uuid.uuid4(), "choice": "current", "shown": "12500 0"}
    return client.post("/pay/", form)


def test_on_a_payment_is_started(client):
    assert send(client).status_code == 302
    assert Payment.objects.count() == 1


def test_off_none_is_started_and_the_page_says_how_to_pay(client):
    switch_off()

    page, sent = client.get("/pay/"), send(client)

    assert (page.status_code, sent.status_code) == (200, 403)
    for answer in (page, sent):
        assert "Paying by card is not offered here" in answer.content.decode()
        assert "(555) 010-2000" in answer.content.decode()
        assert 'name="choice"' not in answer.content.decode()
    assert "Nothing was charged." in sent.content.decode()
    assert Payment.objects.count() == 0


def test_off_the_service_refuses_too(guarantor):
    guarantor.group.credit_card = False

    with pytest.raises(Refused, match="not offered here"):
        start_payment(payment_id=uuid.uuid4(), guarantor=guarantor, amount_cents=5000, now=NOON)


def test_off_an_attempt_that_was_started_shows_no_card_form(client, guarantor, stripe_sandbox):
    payment = start(guarantor)
    ensure_intent(payment=payment, now=payment.started_at)
    assert "card-form" in client.get(f"/pay/{payment.pk}/").content.decode()

    switch_off()

    page = client.get(f"/pay/{payment.pk}/").content.decode()
    assert "card-form" not in page
    assert "Paying by card is not offered here" in page
    assert client.post(f"/pay/{payment.pk}/again/").status_code == 409
