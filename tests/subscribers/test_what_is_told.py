"""Programs that subscribed are told of what they chose, from then on, signed as the convention says it."""

import json
from operator import itemgetter

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from notifications.models import Message
from payments.recording.payments import record_outcome
from pops.core.refusals import Refused
from pops.subscribers.endpoints import (
    change_endpoint,
    end_endpoint,
    make_endpoint,
    rotate_secret,
    switch_endpoint,
)
from pops.subscribers.models import Delivery, Event
from tests.factories.payments import PaymentFactory, outcome_of
from tests.factories.staff import MANAGER, member
from tests.moments import NOON

HERE = "http://127.0.0.1:9/in"


def test_each_event_is_told_once_with_ids_and_cents(pay, endpoint, receiver, tell, guarantor):
    receipt = pay(guarantor)

    tell()
    tell()

    told = [json.loads(got.body) for got in receiver.got]
    assert [one["id"] for one in told] == receiver.ids
    of_batch, of_receipt = sorted(told, key=itemgetter("type"))  # two things: between them nothing says an order
    assert (of_batch["type"], of_receipt["type"]) == ("batch.opened", "receipt.created")
    assert (of_receipt["data"]["receipt"], of_receipt["data"]["amount_cents"]) == (receipt.pk, 5000)
    assert not any(guarantor.name in got.body.decode() for got in receiver.got)
    assert {message.state for message in Message.objects.filter(lane="hooks")} == {"sent"}
    assert Delivery.objects.last().answers.get().status == 200


def test_it_is_told_of_what_it_chose_and_of_what_comes_after(pay, receiver, admin, tell):
    pay()
    tell()  # nobody is there yet
    endpoint, _ = make_endpoint(name="Ledger", url=receiver.url, events=["receipt.created"], by=admin)
    receipt = pay()

    tell()
    end_endpoint(endpoint_id=endpoint.pk, now=timezone.now(), by=admin)
    pay()
    tell()

    assert [json.loads(got.body)["data"]["receipt"] for got in receiver.got] == [receipt.pk]


def test_both_secrets_sign_while_one_follows_the_other(pay, receiver, admin, tell):
    endpoint, first = make_endpoint(name="Ledger", url=receiver.url, events=["receipt.created"], by=admin)
    second = rotate_secret(endpoint_id=endpoint.pk, now=timezone.now(), by=admin)
    pay()

    tell()

    (got,) = receiver.got
    for secret in (first, second):
        Webhook(secret).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(got.body.replace(b"5000", b"9000"), got.headers)


def test_a_payment_to_be_decided_is_told_signed(guarantor, receiver, admin, tell):
    _, secret = make_endpoint(name="Ledger", url=receiver.url, events=["payment.review"], by=admin)
    payment = PaymentFactory(guarantor=guarantor, amount_cents=5000)
    record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, at=NOON, amount_cents=4999))

    tell()

    (got,) = receiver.got
    told = Webhook(secret).verify(got.body, got.headers)
    assert (told["type"], told["data"]) == (
        "payment.review",
        {
            "payment": str(payment.pk),
            "amount_cents": 5000,
            "currency": "usd",
            "account_number": guarantor.account_number,
        },
    )


def test_a_secret_that_was_rotated_twice_signs_no_more(pay, receiver, admin, tell):
    endpoint, stolen = make_endpoint(name="Ledger", url=receiver.url, events=["receipt.created"], by=admin)
    for _ in range(2):
        rotate_secret(endpoint_id=endpoint.pk, now=timezone.now(), by=admin)
    pay()

    tell()

    with pytest.raises(WebhookVerificationError):
        Webhook(stolen).verify(receiver.got[0].body, receiver.got[0].headers)


def test_one_that_is_off_misses_what_happens_meanwhile(pay, endpoint, receiver, admin, tell):
    pay()
    tell()
    switch_endpoint(endpoint_id=endpoint.pk, on=False, reason="It is moved", by=admin)
    pay()
    tell()
    switch_endpoint(endpoint_id=endpoint.pk, on=True, by=admin)
    receipt = pay()

    tell()

    assert [json.loads(got.body)["data"].get("receipt") for got in receiver.got][2:] == [receipt.pk]


def test_what_waits_goes_to_the_address_as_it_is_then(pay, endpoint, receiver, admin, tell):
    pay()
    receiver.answer = lambda got: 503
    tell()
    moved = receiver.url.replace("/in", "/moved")
    change_endpoint(endpoint_id=endpoint.pk, name="Ledger", url=moved, events=endpoint.events, by=admin)
    Message.objects.update(due_at=timezone.now())
    receiver.answer = lambda got: 200

    tell()

    assert {got.path.partition("?")[0] for got in receiver.got[2:]} == {"/moved"}


def test_what_an_endpoint_can_not_be(receiver, admin):
    def refusal(by=admin, **facts):
        with pytest.raises(Refused) as refused:
            make_endpoint(**{"name": "Ledger", "url": receiver.url, "events": ["receipt.created"], **facts}, by=by)
        return refused.value.code

    assert refusal(events=[]) == "events_missing"
    assert refusal(events=["patient.sneezed"]) == "event_unknown"
    assert refusal(url="ftp://example.com/") == "url_wrong"
    assert refusal(by=member(MANAGER)) == "no_right"
    assert "receipt.created" in Event.values
