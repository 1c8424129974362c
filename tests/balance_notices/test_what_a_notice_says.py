"""A notice as it leaves: asked again whether it is wanted, never at night; an amount, a link, nothing of health."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from notifications import kinds
from notifications.delivery import deliver_due
from notifications.models import Message
from notifications.stops import note_stop
from pops.balance_notices.links import find_addresses
from pops.balance_notices.models import BalanceNotice
from pops.balance_notices.queueing import queue_due_notices
from pops.quickpay.services import find_link
from tests.balance_notices.agreeing import NUMBER
from tests.factories.payments import PaymentFactory
from tests.moments import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio", "awake")]

LINK = re.compile(r"http\S+/q/([\w-]+)/")


def queue_one():
    queue_due_notices(now=NOON)
    return Message.objects.get(kind="balance_notice")


def deliver(message):
    deliver_due(lane=Message.Lane.MAIL, channel=Message.Channel(message.channel), seconds=5)
    message.refresh_from_db()
    return message


def test_a_text_says_how_much_and_where_to_pay(owes_by_text, twilio, practice):
    guarantor = owes_by_text(name="Maria Alvarez")

    assert deliver(queue_one()).state == "sent"

    (text,) = twilio.store.newest(9)
    token = LINK.search(text.body)[1]
    assert (text.to, text.sender) == (NUMBER, "+13125550100")
    assert text.body.startswith(f"{practice.name}: $100.00 is due on your account. Pay here: http")
    assert text.body.endswith("Reply STOP to end these texts.")
    link = find_link(token)
    assert (link.guarantor, link.origin, link.made_by) == (guarantor, "text", None)
    for private in ("Maria", "Alvarez", "Leo", "Raman", "Office visit", guarantor.account_number):
        assert private not in text.body
    notice = BalanceNotice.objects.get()
    assert token in find_addresses([notice], now=NOON)[notice.pk]
    notice.made_at += dt.timedelta(microseconds=1)  # another one, whose number came again after a backup was restored
    assert token not in find_addresses([notice], now=NOON)[notice.pk]


def test_a_mail_says_the_same_and_how_to_choose_another_way(owes, practice):
    owes(name="Maria Alvarez")

    assert deliver(queue_one()).state == "sent"

    (sent,) = mail.outbox
    html = sent.alternatives[0][0]
    assert sent.subject == f"Your balance at {practice.name}"
    for part in (sent.body, html):
        assert "$100.00 is due on your account." in part
        assert find_link(LINK.search(part)[1]).origin == "email"
        assert "/profile/notices/" in part.replace("%2F", "/")
        for private in ("Maria", "Leo", "Raman", "Office visit"):
            assert private not in part


def test_written_twice_it_is_the_same_and_has_one_link(owes_by_text):
    guarantor, message = owes_by_text(), queue_one()

    texts = [kinds.prepare([message])[message.pk]().text for _ in range(2)]

    assert texts[0] == texts[1]
    assert guarantor.quickpay_links.count() == 1


def test_without_quickpay_it_leads_to_sign_in(owes_by_text, group):
    owes_by_text()
    group.quickpay = False
    group.save()
    message = queue_one()

    text = kinds.prepare([message])[message.pk]().text

    assert "/sign-in/?next=%2Fpay%2F%3Fvia%3Dtext" in text


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        ("pays", "paid"),
        ("is paying", "paying"),
        ("stops", "stopped"),
        ("chooses paper", "chose_else"),
        ("moves", "moved"),
        ("is retired", "retired"),
    ],
)
def test_what_happened_since_it_was_queued_is_asked_when_it_leaves(owes_by_text, pay, twilio, happens, reason):
    guarantor = owes_by_text()
    message = queue_one()
    changes = {
        "chooses paper": {"notices_by": "paper"},
        "moves": {"phone": "(312) 555-0199"},
        "is retired": {"is_retired": True},
    }
    for name, value in changes.get(happens, {}).items():
        setattr(guarantor, name, value)
    guarantor.save()
    if happens == "pays":
        pay(guarantor, cents=10000)
    elif happens == "is paying":
        PaymentFactory(guarantor=guarantor)
    elif happens == "stops":
        note_stop(number=NUMBER, now=timezone.now())

    deliver(message)

    assert (message.state, message.reason) == ("not_wanted", reason)
    assert message.why
    assert twilio.store.newest(9) == []
    assert not guarantor.quickpay_links.exists()


def test_at_night_it_waits_for_the_morning_and_nothing_was_tried(owes_by_text, practice, twilio):
    owes_by_text()
    message = queue_one()
    practice.notices_from = practice.notices_until = dt.time(9)  # no hour is one
    practice.save()

    deliver(message)

    assert (message.state, message.attempts, message.error) == ("queued", 0, "")
    assert timezone.now() < message.due_at <= timezone.now() + dt.timedelta(days=1, hours=1)
    assert twilio.store.newest(9) == []
