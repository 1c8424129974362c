"""What the webhook answers, and what it keeps."""

import json
import time

import pytest
from django.test import Client

from payments.models import ProcessorEvent
from tests.payments.stripe_side import events_about, post_event, start

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def event(stripe_sandbox):
    payment = start()
    stripe_sandbox.confirm(payment.intent_id)
    return events_about(stripe_sandbox, payment)[-1]


def test_a_signed_event_is_kept_and_answered_200(stripe_sandbox, event):
    answer = post_event(stripe_sandbox, event)

    assert answer.status_code == 200
    kept = ProcessorEvent.objects.get()
    assert (kept.event_id, kept.type, kept.state) == (event["id"], "payment_intent.succeeded", "received")
    assert kept.object_id == event["data"]["object"]["id"]


def test_an_event_is_kept_with_one_plain_statement(stripe_sandbox, event, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        post_event(stripe_sandbox, event)

    # A webhook is nobody: no context for kept history in front of it.
    assert queries[0]["sql"].strip().startswith("INSERT INTO payments_processorevent")


def test_a_copy_is_answered_200_and_kept_once(stripe_sandbox, event):
    assert [post_event(stripe_sandbox, event).status_code for _ in range(3)] == [200, 200, 200]

    assert ProcessorEvent.objects.count() == 1


@pytest.mark.parametrize(
    "signature",
    ["", "t=1,v1=00", "nonsense", "t=,v1=", "t={now},v1=" + "0" * 64],
)
def test_a_wrong_or_missing_signature_is_refused(stripe_sandbox, event, signature):
    answer = post_event(stripe_sandbox, event, signature=signature.replace("{now}", str(int(time.time()))))

    assert answer.status_code == 400
    assert not ProcessorEvent.objects.exists()


def test_a_signature_of_long_ago_is_refused(stripe_sandbox, event):
    body = json.dumps(event).encode()

    answer = post_event(stripe_sandbox, event, signature=stripe_sandbox.sign(body, int(time.time()) - 3600))

    assert answer.status_code == 400
    assert not ProcessorEvent.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"{}", b'{"object": "event"}'])
def test_a_signed_body_that_is_no_event_is_refused(stripe_sandbox, body):
    answer = Client().post(
        "/webhooks/stripe/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": stripe_sandbox.sign(body)},
    )

    assert answer.status_code == 400
    assert not ProcessorEvent.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": {}},
        {"id": "evt_\x00"},
        {"id": "e" * 300},
        {"type": None},
        {"type": "t" * 300},
        {"account": {}},
        {"created": 1e18},
        {"created": -1},
        {"created": float("inf")},
        {"data": {"object": {"id": {}}}},
        {"data": []},
    ],
)
def test_a_signed_event_with_odd_fields_is_refused(stripe_sandbox, event, change):
    assert post_event(stripe_sandbox, {**event, **change}).status_code == 400
    assert not ProcessorEvent.objects.exists()


def test_letters_that_no_signature_has_are_refused(stripe_sandbox, event):
    assert post_event(stripe_sandbox, event, signature=f"t={int(time.time())},v1=éé").status_code == 400


def test_only_post_is_answered():
    assert Client().get("/webhooks/stripe/").status_code == 405


def test_stripe_is_answered_before_all_that_pages_need_but_behind_https(stripe_sandbox, event, settings):
    answer = post_event(stripe_sandbox, event)

    assert not answer.cookies
    assert "Content-Security-Policy" not in answer
    settings.SECURE_SSL_REDIRECT = True
    assert post_event(stripe_sandbox, event).status_code == 301
