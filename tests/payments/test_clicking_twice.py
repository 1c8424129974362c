"""Double click, reload, back button: one attempt, one charge."""

import functools
import uuid

import pytest

from payments.attempts import ATTEMPTS_ALLOWED
from payments.gateway.client import client
from payments.models import Payment
from receipts.models import Receipt
from tests.concurrency import run_together
from tests.factories.accounts import ServiceLineFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def form(guarantor):
    ServiceLineFactory(guarantor=guarantor)
    return {"payment_id": str(uuid.uuid4()), "choice": "other", "other_amount": "50.00", "shown": "10000 0"}


def test_eight_clicks_at_once_start_one_attempt(stripe_sandbox, guarantor, form, client_of):
    clicks = [functools.partial(client_of(guarantor).post, "/pay/", form, follow=True) for _ in range(8)]

    pages = run_together(clicks, width=8)

    assert {page.status_code for page in pages} == {200}
    assert Payment.objects.count() == 1
    assert len(client().v1.payment_intents.list().data) == 1


def test_reloading_after_paying_shows_the_receipt_and_charges_nothing(stripe_sandbox, guarantor, form, client_of):
    client = client_of(guarantor)
    client.post("/pay/", form, follow=True)
    payment = Payment.objects.get()
    stripe_sandbox.confirm(payment.intent_id)
    client.get(f"/pay/{payment.pk}/return/")

    again = client.post("/pay/", form, follow=True)

    receipt = Receipt.objects.get()
    assert again.redirect_chain[-1][0] == f"/receipts/{receipt.number}/"
    assert Payment.objects.count() == 1


def test_going_back_and_choosing_another_amount_is_another_attempt(stripe_sandbox, guarantor, form, client_of):
    client = client_of(guarantor)
    client.post("/pay/", form)
    client.post("/pay/", {**form, "other_amount": "60.00"})

    assert sorted(Payment.objects.values_list("amount_cents", flat=True)) == [5000, 6000]


def test_a_declined_card_can_be_followed_by_another(stripe_sandbox, guarantor, form, client_of):
    client = client_of(guarantor)
    client.post("/pay/", form, follow=True)
    declined = Payment.objects.get()
    stripe_sandbox.confirm(declined.intent_id, card_number="4000000000009995")
    page = client.get(f"/pay/{declined.pk}/return/", follow=True).content.decode()
    assert "enough funds" in page
    assert "not charged" in page

    client.post("/pay/", {**form, "payment_id": uuid.uuid4()}, follow=True)
    second = Payment.objects.exclude(pk=declined.pk).get()
    stripe_sandbox.confirm(second.intent_id)
    client.get(f"/pay/{second.pk}/return/")

    assert list(Receipt.objects.order_by("number").values_list("status", flat=True)) == ["unsuccessful", "paid"]


def test_too_many_attempts_are_stopped_for_a_while(guarantor, form, client_of):
    client = client_of(guarantor)
    for _ in range(ATTEMPTS_ALLOWED):
        assert client.post("/pay/", {**form, "payment_id": uuid.uuid4()}).status_code == 302

    stopped = client.post("/pay/", {**form, "payment_id": uuid.uuid4()})

    assert stopped.status_code == 429
    assert Payment.objects.count() == ATTEMPTS_ALLOWED


def test_paying_in_one_window_closes_the_attempt_in_the_other(stripe_sandbox, guarantor, form, client_of):
    client = client_of(guarantor)
    for _ in range(2):
        client.post("/pay/", {**form, "payment_id": uuid.uuid4()}, follow=True)
    first, second = Payment.objects.all()
    stripe_sandbox.confirm(first.intent_id)

    client.get(f"/pay/{first.pk}/return/")

    second.refresh_from_db()
    assert second.state == "abandoned"
    assert stripe_sandbox.payment_intent(second.intent_id)["status"] == "canceled"
    assert "Your card was not charged" in client.get(f"/pay/{second.pk}/").content.decode()
