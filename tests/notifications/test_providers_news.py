"""Providers report by Anymail's webhooks: only with the secret, only forward, an out-of-office changes nothing."""

import base64
import importlib
import json

import pytest
from django.urls import clear_url_caches
from django.utils import timezone

import pops.urls
import pops.web.webhooks.urls
from notifications.delivery import claim_due, deliver_due
from notifications.models import Message
from receipts.notices import messages_of

pytestmark = pytest.mark.django_db

DOOR = "/webhooks/email/postmark/tracking/"


@pytest.fixture(autouse=True)
def door(settings):
    settings.EMAIL_WEBHOOK_SECRET = "pops:secret"
    settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": "pops:secret"}
    reload_doors()
    yield
    settings.EMAIL_WEBHOOK_SECRET = ""
    reload_doors()


def reload_doors():
    importlib.reload(pops.web.webhooks.urls)
    importlib.reload(pops.urls)
    clear_url_caches()


def tell(client, email=None, kind="Delivery", *, login="pops:secret", **more):
    moment = "2026-03-02T17:05:00Z"
    news = {"RecordType": kind, "MessageID": "pm-1", "DeliveredAt": moment, "BouncedAt": moment, **more}
    if email:
        news["Metadata"] = {"message": str(email.pk)}
    basic = base64.b64encode(login.encode()).decode()
    return client.post(
        DOOR, json.dumps(news), content_type="application/json", headers={"Authorization": f"Basic {basic}"}
    )


@pytest.fixture
def email(pay):
    email = messages_of(pay()).get()
    claim_due(Message.Lane.MAIL)
    Message.objects.update(state="sent", sent_at=timezone.now(), provider_id="pm-1")
    return email


def state_of(email):
    email.refresh_from_db()
    return email.state


@pytest.mark.parametrize(
    ("kind", "more", "state", "error"),
    [
        ("Delivery", {}, "delivered", ""),
        ("Bounce", {"Type": "HardBounce"}, "bounced", "The address does not take mail."),
        ("Bounce", {"Type": "BadEmailAddress"}, "failed", "The address is not valid."),
        ("SpamComplaint", {"Type": "SpamComplaint"}, "complained", ""),
        ("Bounce", {"Type": "AutoResponder"}, "sent", ""),
        ("Bounce", {"Type": "Transient"}, "sent", ""),
        ("Open", {}, "sent", ""),
        ("Click", {}, "sent", ""),
    ],
)
def test_news_moves_the_row_on(client, email, kind, more, state, error):
    assert tell(client, email, kind, **more).status_code == 200

    assert (state_of(email), email.error) == (state, error)
    if state != "sent":
        assert email.ended_at.isoformat() == "2026-03-02T17:05:00+00:00"


def test_the_row_is_found_by_the_providers_id_alone(client, email):
    tell(client)

    assert state_of(email) == "delivered"


def test_late_and_repeated_news_changes_nothing(client, email):
    tell(client, email, "Bounce", Type="HardBounce")
    tell(client, email, "Delivery")
    tell(client, email, "Bounce", Type="HardBounce")

    assert state_of(email) == "bounced"
    assert Message.objects.count() == 1, "a bounce sends nothing again"


def test_a_bounce_after_delivery_counts(client, email):
    tell(client, email, "Delivery")
    tell(client, email, "Bounce", Type="HardBounce")

    assert state_of(email) == "bounced"


def test_news_ends_the_wait_for_a_worker_that_died_before_it_could_note(client, pay, smtp, due_now):
    email = messages_of(pay()).get()
    claim_due(Message.Lane.MAIL)
    tell(client, email)
    due_now()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert state_of(email) == "delivered"
    assert email.provider_id == "pm-1"
    assert smtp.accepted == []


@pytest.mark.parametrize("login", ["", "pops:wrong", "secret"])
def test_without_the_secret_nothing_is_believed(client, email, login):
    assert tell(client, email, login=login).status_code == 400

    assert state_of(email) == "sent"


def test_without_a_secret_in_the_settings_there_is_no_door(client, email, settings):
    settings.EMAIL_WEBHOOK_SECRET = ""
    reload_doors()

    assert tell(client, email).status_code == 404


def test_news_about_a_mail_that_is_no_receipt_is_taken_and_forgotten(client, email):
    for more in ({"MessageID": "other"}, {"MessageID": "other", "Metadata": {"message": "nonsense"}}):
        assert tell(client, None, **more).status_code == 200

    assert state_of(email) == "sent"


@pytest.mark.parametrize(("kind", "state"), [("General", "sent"), ("MailboxFull", "bounced")])
def test_amazon_reports_a_vacation_responder_as_a_transient_general_bounce(client, email, kind, state, settings):
    settings.ANYMAIL = {**settings.ANYMAIL, "AMAZON_SES_CLIENT_PARAMS": {"region_name": "us-east-1"}}
    bounce = {
        "eventType": "Bounce",
        "mail": {"messageId": "pm-1", "destination": [email.to]},
        "bounce": {
            "bounceType": "Transient",
            "bounceSubType": kind,
            "bouncedRecipients": [{"emailAddress": email.to}],
        },
    }
    note = {"Type": "Notification", "MessageId": "sns-1", "Message": json.dumps(bounce)}
    answer = client.post(
        "/webhooks/email/amazon_ses/tracking/",
        json.dumps(note),
        content_type="application/json",
        headers={
            "Authorization": f"Basic {base64.b64encode(b'pops:secret').decode()}",
            "X-Amz-SNS-Message-Type": "Notification",
            "X-Amz-SNS-Message-Id": "sns-1",
        },
    )

    assert answer.status_code == 200
    assert state_of(email) == state
