"""Twilio's webhooks: only signed, only forward; STOP, START and HELP are done and answered."""

import pytest
from django.urls import reverse
from django.utils import timezone
from twilio.request_validator import RequestValidator

from notifications.delivery import claim_due, note_sent
from notifications.kinds import Content
from notifications.models import Message, TextStop
from notifications.services import post_content
from notifications.stops import find_stopped, is_blocked
from pops.web.sign_in.notices import SIGN_IN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]

NUMBER = "+13125550142"


def tell(client, settings, door, *, token="", **facts):
    signature = RequestValidator(token or settings.TWILIO_AUTH_TOKEN).compute_signature(settings.SITE_URL + door, facts)
    return client.post(door, facts, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def text(twilio):
    post_content(kind=SIGN_IN, to=NUMBER, content=Content(subject="", text="Your code"), channel=Message.Channel.TEXT)
    claim_due(Message.Lane.URGENT, Message.Channel.TEXT)
    return Message.objects.get()


def tell_state(client, settings, text, state, **more):
    return tell(client, settings, reverse("text_status", args=[text.pk]), MessageSid="SM1", MessageStatus=state, **more)


def answer(client, settings, body, **more):
    facts = {"From": NUMBER, "To": "+13125550100", "Body": body, **more}
    return tell(client, settings, reverse("text_incoming"), **facts)


def test_a_text_that_was_delivered_says_so_and_stays_so(client, settings, text):
    note_sent(text.pk, provider_id="SM1")

    for state in ("sent", "delivered", "sent", "delivered"):
        assert tell_state(client, settings, text, state).status_code == 204

    text.refresh_from_db()
    assert (text.state, text.error) == ("delivered", "")


def test_one_that_was_not_says_why_in_our_words(client, settings, text):
    note_sent(text.pk, provider_id="SM1")

    tell_state(client, settings, text, "undelivered", ErrorCode="30006", ErrorMessage=f"No texts for {NUMBER}")

    text.refresh_from_db()
    assert (text.state, text.error) == ("bounced", "This is a landline, or its carrier takes no texts.")


def test_news_of_a_text_whose_worker_died_before_it_noted_takes_it_out_of_the_queue(client, settings, text):
    tell_state(client, settings, text, "delivered")

    text.refresh_from_db()
    assert (text.state, text.provider_id, text.content) == ("delivered", "SM1", None)


def test_what_is_not_signed_by_twilio_changes_nothing(client, settings, text):
    assert tell_state(client, settings, text, "delivered").status_code == 204
    doors = {
        reverse("text_status", args=[text.pk]): {"MessageStatus": "failed"},
        reverse("text_incoming"): {"From": NUMBER, "Body": "STOP"},
    }

    for door, facts in doors.items():
        assert client.post(door, facts).status_code == 403
        assert tell(client, settings, door, token="a stranger's", **facts).status_code == 403
        settings.TWILIO_AUTH_TOKEN, token = "", settings.TWILIO_AUTH_TOKEN
        assert tell(client, settings, door, token=" ", **facts).status_code == 403
        settings.TWILIO_AUTH_TOKEN = token

    text.refresh_from_db()
    assert text.state == "delivered"
    assert not TextStop.objects.exists()


def test_stop_is_kept_by_number_and_answered_and_start_ends_it(client, settings, twilio, practice):
    before = timezone.now()

    said = [answer(client, settings, body).content.decode() for body in ("Stop", " STOP. ")]
    (stopped_at,) = find_stopped([NUMBER, "+13125550143"]).values()
    assert stopped_at > before
    assert practice.name in said[0]
    assert "no more notices by text" in said[0]

    answer(client, settings, "start")
    assert find_stopped([NUMBER]) == {}
    answer(client, settings, "UNSUBSCRIBE")
    assert find_stopped([NUMBER])
    assert TextStop.objects.count() == 2, "what was is kept"


def test_stop_to_the_sender_of_codes_says_that_codes_come_by_email(client, settings, twilio, practice):
    answer(client, settings, "STOP")
    said = answer(client, settings, "STOP", To=settings.TWILIO_CODES_FROM).content.decode()

    assert "Sign-in codes come by email instead." in said
    assert is_blocked(NUMBER, kind=SIGN_IN)
    answer(client, settings, "START", To=settings.TWILIO_CODES_FROM)
    answer(client, settings, "STOP")
    assert not is_blocked(NUMBER, kind=SIGN_IN)


def test_help_says_who_writes_and_whom_to_call(client, settings, twilio, practice):
    practice.name, practice.phone = "Lakeside & Sons", "(312) 555-0100"
    practice.save()

    said = answer(client, settings, "help?").content.decode() + answer(client, settings, "Help").content.decode()

    assert said.count("Lakeside &amp; Sons") == 1, "a question is no word of ours"
    assert "Call (312) 555-0100." in said


def test_where_twilio_answers_itself_and_to_all_else_nothing_is_said(client, settings, twilio):
    assert answer(client, settings, "STOP", OptOutType="STOP").content == b"<Response></Response>"
    assert answer(client, settings, "Thank you!").content == b"<Response></Response>"
    assert find_stopped([NUMBER])
    answer(client, settings, "Hola", OptOutType="START")  # words that the practice set there
    assert not find_stopped([NUMBER])
    assert answer(client, settings, "Alto", OptOutType="STOP").content == b"<Response></Response>"
    assert find_stopped([NUMBER])
