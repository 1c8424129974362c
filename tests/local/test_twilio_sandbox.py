"""The sandbox of texts is held to Twilio's own package: what it sends is taken, what it signs is valid."""

import pytest
from django.test import Client
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client as Twilio

from notifications.stops import find_stopped
from pops.core.practice.models import Practice
from pops.local import texts
from pops.local.twilio_sandbox import TwilioSandbox
from tests.concurrency import wait_until

PATIENT, OURS = "+13125550142", "+13125550100"


def client_of(sandbox: TwilioSandbox, token: str = "") -> Twilio:
    client = Twilio(sandbox.account_sid, token or sandbox.auth_token)
    client.api.base_url = sandbox.url
    return client


def test_twilios_own_client_reads_what_it_answers(twilio: TwilioSandbox) -> None:
    text = client_of(twilio).messages.create(to=PATIENT, from_=OURS, body="Hello")

    assert (text.to, text.from_, text.body, text.status) == (PATIENT, OURS, "Hello", "queued")
    assert text.sid == twilio.store.newest(1)[0].sid


@pytest.mark.parametrize(("to", "code"), [("+15005550009", 21614), ("312", 21211)])
def test_it_refuses_as_twilio_does(twilio: TwilioSandbox, to: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client_of(twilio).messages.create(to=to, from_=OURS, body="Hello")
    with pytest.raises(TwilioRestException) as stranger:
        client_of(twilio, "a stranger's").messages.create(to=PATIENT, from_=OURS, body="Hello")

    assert (refused.value.code, stranger.value.status) == (code, 401)


@pytest.mark.django_db(transaction=True)
def test_an_answer_from_the_demos_page_reaches_the_product_and_stops_its_sender_alone(
    twilio: TwilioSandbox,
    live_server: object,
    settings: object,
    practice: Practice,
    client: Client,
    monkeypatch: object,
) -> None:
    settings.SITE_URL = live_server.url  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = "pops.local.urls"  # type: ignore[attr-defined]
    monkeypatch.setenv("POPS_TEXT_DIR", str(twilio.store.folder))  # type: ignore[attr-defined]
    twilio.incoming_url = f"{settings.SITE_URL}/webhooks/texts/incoming/"  # type: ignore[attr-defined]
    client_of(twilio).messages.create(to=PATIENT, from_=OURS, body="https://pay.example.com/q/1")
    page = client.get("/demo/texts/").content.decode()
    assert '<a href="https://pay.example.com/q/1"' in page

    answer = client.post("/demo/texts/answer/", {"from": PATIENT, "to": OURS, "body": "STOP"})

    assert answer.status_code == 302
    wait_until(lambda: find_stopped([PATIENT]))
    assert f"{PATIENT} answered" in client.get("/demo/texts/").content.decode()
    with pytest.raises(TwilioRestException) as stopped:
        client_of(twilio).messages.create(to=PATIENT, from_=OURS, body="Hello")
    assert stopped.value.code == 21610
    client_of(twilio).messages.create(to=PATIENT, from_="+13125550101", body="123456 is your code")

    texts.answer(sender=PATIENT, to=OURS, body="HELP")
    wait_until(lambda: len(texts.list_texts()) == 4)
    assert client.post("/demo/texts/answer/", {"from": PATIENT, "to": OURS, "body": "else"}).status_code == 404
