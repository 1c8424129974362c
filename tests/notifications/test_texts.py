"""A text goes the way of a mail: claimed, sent once, noted, tried again; what it says and to whom is in no log."""

import logging

import pytest

from notifications.delivery import deliver_due
from notifications.kinds import Content
from notifications.models import Message
from notifications.services import post_content
from pops.local.stripe_sandbox.types import HttpReply
from pops.web.sign_in.notices import SIGN_IN
from receipts.notices import messages_of
from tests.concurrency import wait_until
from tests.notifications.mail_server import free_port

pytestmark = pytest.mark.django_db

URGENT, MAIL, TEXT = Message.Lane.URGENT, Message.Lane.MAIL, Message.Channel.TEXT
NUMBER = "+13125550142"
BODY = "123456 is your code."


def post_text(to=NUMBER):
    return post_content(kind=SIGN_IN, to=to, content=Content(subject="", text=BODY), channel=TEXT)


def deliver():
    deliver_due(lane=URGENT, channel=TEXT, seconds=5)


def test_a_text_is_sent_once_from_the_number_of_codes_and_forgotten(twilio, settings):
    text = post_text()

    deliver()
    deliver()

    (sent,) = twilio.store.newest(9)
    text.refresh_from_db()
    assert (sent.to, sent.body, sent.sender) == (NUMBER, BODY, settings.TWILIO_CODES_FROM)
    assert (text.state, text.attempts, text.provider_id, text.content) == ("sent", 1, sent.sid, None)


def test_what_became_of_it_twilio_tells_the_door_of_this_text(twilio, settings, live_server):
    settings.SITE_URL, settings.TWILIO_CODES_FROM = live_server.url, "MG0123456789"
    delivered, landline = post_text(), post_text("+15005550007")

    deliver()

    wait_until(lambda: not Message.objects.filter(state="sent").exists())
    assert {text.sender for text in twilio.store.newest(9)} == {"MG0123456789"}
    delivered.refresh_from_db()
    landline.refresh_from_db()
    assert (delivered.state, landline.state) == ("delivered", "bounced")


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("+15005550001", "This is not a number that takes texts."),
        ("+15005550002", "This number can't be reached by text."),
        ("+1", "This is not a number that takes texts."),
    ],
)
def test_a_number_that_takes_none_is_given_up_at_once_and_said_in_words_without_it(twilio, to, words):
    text = post_text(to)

    deliver()

    text.refresh_from_db()
    assert (text.state, text.error) == ("failed", words)


@pytest.mark.parametrize(
    ("status", "words"), [(503, "turned POPS away (HTTP 503)"), (429, "HTTP 429"), (0, "could not be reached")]
)
def test_a_passing_fault_is_tried_again_later(twilio, due_now, status, words):
    twilio.fault = lambda to: HttpReply(status, b"{}")
    text = post_text()
    deliver()
    text.refresh_from_db()
    assert text.state == "queued"
    assert words in text.error

    twilio.fault = lambda to: None
    due_now()
    deliver()

    text.refresh_from_db()
    assert (text.state, text.attempts, text.error) == ("sent", 2, "")


def test_without_an_account_at_twilio_a_text_waits(settings):
    settings.TEXTS_ARE_ON = False
    text = post_text()

    deliver()

    text.refresh_from_db()
    assert (text.state, text.error) == ("queued", "Texts are not set up: POPS has no account at Twilio.")


def test_a_mail_server_that_is_away_holds_up_no_text_and_the_other_way_round(pay, twilio, smtp, settings, due_now):
    mail, text = messages_of(pay()).get(), post_text()
    settings.EMAIL_PORT = free_port()
    deliver_due(lane=MAIL, seconds=5)
    deliver()
    mail.refresh_from_db()
    text.refresh_from_db()
    assert (mail.state, text.state) == ("queued", "sent")

    settings.EMAIL_PORT, settings.TWILIO_API_BASE = smtp.port, f"http://127.0.0.1:{free_port()}"
    second = post_text()
    due_now()
    deliver()
    deliver_due(lane=MAIL, seconds=5)

    mail.refresh_from_db()
    second.refresh_from_db()
    assert (mail.state, second.state) == ("sent", "queued")


def test_neither_number_nor_words_are_in_a_log(twilio, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("twilio").setLevel(logging.WARNING)  # as LOGGING has it
    for to in (NUMBER, "+15005550001"):
        post_text(to)

    deliver()

    assert caplog.records, "faults are told"
    for secret in (NUMBER[1:], "5005550001", BODY, "123456"):
        assert secret not in caplog.text
