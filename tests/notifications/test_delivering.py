"""One mail a receipt: what is due is sent over one connection, faults wait or stop."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from notifications import delivery
from notifications.delivery import claim_due, deliver_due, note_fault, note_sent
from notifications.models import Message
from receipts import notices
from receipts.notices import messages_of, write
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory
from tests.factories.practice import GroupFactory
from tests.notifications.mail_server import ACCEPT, ACCEPT_AND_DROP, DROP, HANG, free_port

pytestmark = pytest.mark.django_db(transaction=True)


def only_email():
    return Message.objects.get()


def test_a_mail_is_sent_once_and_says_when(pay, guarantor, smtp):
    receipt = pay(guarantor)

    assert deliver_due(lane=Message.Lane.MAIL, seconds=5) is False
    assert deliver_due(lane=Message.Lane.MAIL, seconds=5) is False

    (mail,) = smtp.accepted
    email = messages_of(receipt).get()
    assert (mail.to, mail.message_id) == (guarantor.email, email.message_id)
    assert (email.state, email.attempts, email.error) == ("sent", 1, "")
    assert email.sent_at is not None


def test_some_mails_go_over_one_connection(pay, smtp):
    for _ in range(delivery.BATCH - 1):
        pay()

    deliver_due(lane=Message.Lane.MAIL, seconds=20)

    assert len({mail.to for mail in smtp.accepted}) == delivery.BATCH - 1
    assert smtp.connections == 1


def test_many_mails_go_over_a_few_connections_each_mail_once(pay, smtp, settings):
    for _ in range(3 * delivery.BATCH + 1):
        pay()

    assert deliver_due(lane=Message.Lane.MAIL, seconds=20) is False

    assert sorted(mail.to for mail in smtp.accepted) == sorted(Message.objects.values_list("to", flat=True))
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert smtp.connections <= settings.EMAIL_CONNECTIONS


def test_a_mail_server_that_allows_one_connection_gets_one(pay, smtp, settings):
    settings.EMAIL_CONNECTIONS = 1
    for _ in range(2 * delivery.BATCH):
        pay()

    assert deliver_due(lane=Message.Lane.MAIL, seconds=20) is False

    assert len(smtp.accepted) == 2 * delivery.BATCH
    assert smtp.connections == 1


def test_a_worker_whose_time_is_up_gives_back_what_it_did_not_try(pay, smtp):
    for _ in range(3):
        pay()

    assert deliver_due(lane=Message.Lane.MAIL, seconds=-1) is True

    assert len(smtp.accepted) == 1
    assert sorted(Message.objects.values_list("state", "attempts")) == [("queued", 0), ("queued", 0), ("sent", 1)]


def test_two_workers_at_once_send_one_mail(pay, smtp):
    pay()

    run_together([lambda: deliver_due(lane=Message.Lane.MAIL, seconds=5)] * 8)

    assert len(smtp.accepted) == 1
    assert only_email().attempts == 1


def test_a_claim_keeps_others_away_until_it_ends(pay, due_now):
    pay()
    first = claim_due(Message.Lane.MAIL)

    assert claim_due(Message.Lane.MAIL) is None
    due_now()
    second = claim_due(Message.Lane.MAIL)

    assert first.ids == second.ids
    note_fault(first.ids, first, "The first worker woke up again.")
    assert only_email().state == "sending", "the second worker's claim stands"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("451 4.7.1 Greylisted", "asked to try later: 451 4.7.1 Greylisted"),
        (DROP, "hung up before it accepted"),
        (HANG, "did not answer in time"),
    ],
)
def test_a_passing_fault_is_tried_again_later(pay, smtp, settings, due_now, answer, words):
    pay()
    settings.EMAIL_TIMEOUT = 1 if answer == HANG else 30
    smtp.answer = lambda to: answer
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    email = only_email()
    assert (email.state, email.attempts) == ("queued", 1)
    assert words in email.error
    assert email.due_at > timezone.now()
    assert deliver_due(lane=Message.Lane.MAIL, seconds=5) is False
    assert smtp.accepted == []

    smtp.answer = lambda to: ACCEPT
    settings.EMAIL_TIMEOUT = 30
    due_now()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert len(smtp.accepted) == 1
    assert (only_email().state, only_email().error) == ("sent", "")


def test_a_server_that_is_down_holds_everything_up_without_losing_anything(pay, smtp, due_now):
    for _ in range(3):
        pay()
    smtp.stop()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert set(Message.objects.values_list("state", "error")) == {("queued", "The mail server could not be reached.")}

    smtp.start()
    due_now()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert len(smtp.accepted) == 3


@pytest.mark.parametrize("where", ["rcpt", "answer"])
def test_a_refusal_stops_one_mail_and_lets_the_others_pass(pay, smtp, where):
    setattr(smtp, where, lambda to: "550 5.1.1 No such user" if to.startswith("gone") else ACCEPT)
    pay(GuarantorFactory(email="gone@example.com"))
    pay(GuarantorFactory(email="here@example.com"))

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    gone = Message.objects.get(to="gone@example.com")
    assert [mail.to for mail in smtp.accepted] == ["here@example.com"]
    assert (gone.state, gone.error) == ("failed", "The mail server refused it: 550 5.1.1 No such user")
    assert gone.ended_at is not None
    assert smtp.connections == 1


def test_pauses_grow_and_after_a_day_it_is_given_up(pay, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    pay()
    pauses = []
    while only_email().state == "queued":
        Message.objects.update(due_at=timezone.now())
        before = timezone.now()
        deliver_due(lane=Message.Lane.MAIL, seconds=5)
        due_at = only_email().due_at
        # It began to wait between these two moments, however long the machine took from one to the other.
        pauses.append(((due_at - timezone.now()).total_seconds(), (due_at - before).total_seconds()))
        if len(pauses) == 14:
            with_the_day_over()

    planned = [15, 30, 60, 120, 240, 480]
    assert all(least <= pause <= most for pause, (least, most) in zip(planned, pauses, strict=False))
    assert max(least for least, _ in pauses) <= 2 * 3600
    assert sum(least for least, _ in pauses[:13]) < 24 * 3600
    email = only_email()
    assert (email.state, email.error) == ("failed", "Given up after a day. The mail server could not be reached.")


def with_the_day_over():
    """Puts the row back by a day, past the trigger that guards it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notifications_message DISABLE TRIGGER USER")
        cursor.execute("UPDATE notifications_message SET queued_at = queued_at - interval '24 hours'")
        cursor.execute("ALTER TABLE notifications_message ENABLE TRIGGER USER")


def test_the_window_a_mail_accepted_but_not_noted_comes_twice_with_one_message_id(pay, smtp, due_now):
    pay()
    smtp.answer = lambda to: ACCEPT_AND_DROP
    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    smtp.answer = lambda to: ACCEPT
    due_now()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    first, second = smtp.accepted
    assert first.message_id == second.message_id
    assert only_email().state == "sent"


def test_the_switch_is_judged_when_the_payment_is_recorded(pay, smtp):
    group = GroupFactory(email_receipts=True)
    receipt = pay(GuarantorFactory(group=group))
    group.email_receipts = False
    group.save()

    deliver_due(lane=Message.Lane.MAIL, seconds=5)
    late = pay(GuarantorFactory(group=group))
    group.email_receipts = True
    group.save()
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert messages_of(receipt).get().state == "sent"
    assert (messages_of(late).get().state, messages_of(late).get().reason) == ("not_wanted", "switched_off")
    assert len(smtp.accepted) == 1


def test_a_mail_that_pops_cannot_write_waits_and_lets_the_others_pass(pay, smtp, monkeypatch):
    first, second = pay(), pay()

    def write_some(receipt, practice):
        if receipt.pk == first.pk:
            raise RuntimeError("no template")
        return write(receipt, practice)

    monkeypatch.setattr(notices, "write", write_some)
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    assert (messages_of(first).get().state, messages_of(first).get().error) == (
        "queued",
        "POPS could not write the message (RuntimeError).",
    )
    assert messages_of(second).get().state == "sent"


def test_news_that_is_faster_than_the_worker_stays(pay, due_now):
    receipt = pay()
    claim_due(Message.Lane.MAIL)
    Message.objects.update(state="delivered", sent_at=timezone.now(), ended_at=timezone.now())

    note_sent(messages_of(receipt).get().pk, provider_id="x")

    assert messages_of(receipt).get().state == "delivered"
    assert dt.timedelta(0) < timezone.now() - messages_of(receipt).get().ended_at
