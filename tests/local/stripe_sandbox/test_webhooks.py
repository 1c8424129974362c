"""Webhooks of the sandbox, received by a real HTTP server."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe

from pops.local.stripe_sandbox import StripeSandbox
from tests.concurrency import wait_until

SECRET = "whsec_test"


class Receiver:
    """Keeps what arrives; answers with `statuses` in turn, then with 200."""

    def __init__(self) -> None:
        self.events: list[stripe.Event] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET)
                receiver.events.append(event)
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhooks/stripe/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def types(self) -> set[str]:
        return {event.type for event in self.events}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def sandbox(receiver: Receiver) -> Iterator[StripeSandbox]:
    with StripeSandbox(webhook_url=receiver.url, webhook_secret=SECRET, webhook_retry=0.02) as sandbox:
        yield sandbox


def pay(sandbox: StripeSandbox, method: str = "pm_card_visa") -> stripe.PaymentIntent:
    client = stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url})
    return client.v1.payment_intents.create(
        {"amount": 5000, "currency": "usd", "confirm": True, "payment_method": method, "metadata": {"attempt": "3"}},
        {"idempotency_key": "attempt-3"},
    )


def test_signed_events_arrive(sandbox: StripeSandbox, receiver: Receiver):
    intent = pay(sandbox)

    assert sandbox.wait_for_webhooks()
    assert receiver.types() == {"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"}
    event = next(event for event in receiver.events if event.type == "payment_intent.succeeded")
    assert (event.data.object.id, event.data.object.metadata.attempt) == (intent.id, "3")
    assert event.request.idempotency_key == "attempt-3"
    assert isinstance(event.created, int)
    assert all(event["pending_webhooks"] == 0 for event in sandbox.events)


def test_a_refused_event_comes_again_until_it_is_taken(sandbox: StripeSandbox, receiver: Receiver):
    receiver.statuses = [500, 503, 400, 500]

    pay(sandbox)

    assert sandbox.wait_for_webhooks()
    assert len(receiver.events) == 3 + 4
    assert len({event.id for event in receiver.events}) == 3


def test_paused_webhooks_are_held(sandbox: StripeSandbox, receiver: Receiver):
    sandbox.pause_webhooks()
    pay(sandbox)
    time.sleep(0.1)
    assert receiver.events == []

    sandbox.resume_webhooks()

    assert sandbox.wait_for_webhooks()
    assert len(receiver.events) == 3


def test_lost_webhooks_stay_lost_unless_redelivered(sandbox: StripeSandbox, receiver: Receiver):
    sandbox.pause_webhooks(drop=True)
    pay(sandbox)
    sandbox.resume_webhooks()
    assert sandbox.wait_for_webhooks()
    assert receiver.events == []

    assert sandbox.redeliver(sandbox.events[0]["id"]) == 200
    assert sandbox.redeliver(sandbox.events[0]["id"]) == 200

    assert [event.id for event in receiver.events] == [sandbox.events[0]["id"]] * 2


def test_payloads_can_be_signed_by_hand(sandbox: StripeSandbox):
    payload = b'{"id": "evt_1", "object": "event"}'

    assert stripe.Webhook.construct_event(payload, sandbox.sign(payload), SECRET).id == "evt_1"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload, sandbox.sign(payload, timestamp=1_000_000), SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload + b" ", sandbox.sign(payload), SECRET)


def test_undelivered_events_and_waiting_jobs_survive_a_restart(receiver: Receiver, tmp_path: Path):
    with StripeSandbox(webhook_url="http://127.0.0.1:9/", data_dir=tmp_path, processing_delay=600) as before:
        client = stripe.StripeClient(before.secret_key, base_addresses={"api": before.url})
        intent = client.v1.payment_intents.create({"amount": 900, "currency": "usd"})
        before.confirm(intent.id, card_number="4000000077770008")
        made = {event["id"] for event in before.events}

    with StripeSandbox(
        webhook_url=receiver.url, webhook_secret=SECRET, data_dir=tmp_path, processing_delay=0.05
    ) as after:
        assert after.payment_intent(intent.id)["amount"] == 900
        wait_until(lambda: after.payment_intent(intent.id)["status"] == "succeeded")
        assert after.wait_for_webhooks()

    assert made < {event.id for event in receiver.events}
    assert "payment_intent.succeeded" in receiver.types()


def test_the_sandboxs_clock_dates_events_but_not_signatures(sandbox: StripeSandbox, receiver: Receiver):
    sandbox.now = lambda: 1_700_000_000.9

    intent = pay(sandbox)

    assert intent.created == 1_700_000_000
    assert sandbox.wait_for_webhooks()
    assert {event.created for event in receiver.events} == {1_700_000_000}
