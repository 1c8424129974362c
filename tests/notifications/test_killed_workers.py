"""Real workers on the real broker, killed in the middle of it, and servers that misbehave: mails and texts arrive."""

import random
import threading
import time
from collections import Counter

import pytest
from django.conf import settings

from notifications.kinds import Content
from notifications.models import Message
from notifications.services import post_content
from pops.local.stripe_sandbox.types import HttpReply
from pops.web.sign_in.notices import SIGN_IN
from receipts.notices import messages_of
from tests.concurrency import wait_until
from tests.factories.accounts import GuarantorFactory
from tests.factories.practice import GroupFactory
from tests.notifications import worker_settings
from tests.notifications.mail_server import ACCEPT, DROP, HANG
from tests.notifications.processes import all_sent, processes, sweep_until

pytestmark = [pytest.mark.usefixtures("practice"), pytest.mark.django_db(transaction=True)]

RECEIPTS = 48
TEXTS = 12
QUEUES = "mail,urgent"
KILLS = 3


def with_state(state):
    """Mails by their Message-ID, texts by their number: each has its own."""
    rows = Message.objects.filter(state=state).values_list("channel", "message_id", "to")
    return {message_id if channel == "email" else to for channel, message_id, to in rows}


def is_under_way():
    return Message.objects.filter(state="sending").exists()


@pytest.fixture
def text_service(twilio, settings, monkeypatch):
    """The workers' text service, which has bad days too: it is over its limit, or hangs up."""
    for name in ("API_BASE", "ACCOUNT_SID", "AUTH_TOKEN", "FROM", "CODES_FROM"):
        monkeypatch.setenv(f"TWILIO_{name}", getattr(settings, f"TWILIO_{name}"))
    chance = random.Random(7)
    twilio.fault = lambda to: chance.choices([None, HttpReply(429, b"{}"), HttpReply(0)], weights=[90, 5, 5])[0]
    return twilio


class Weather:
    """A mail server's bad days: answers by chance, the same each run."""

    def __init__(self):
        self.chance = random.Random(2)
        self.seen = Counter()

    def __call__(self, to):
        answer = self.chance.choices([ACCEPT, "451 4.3.2 Try later", DROP, HANG], weights=[90, 5, 4, 1])[0]
        self.seen[answer] += 1
        return answer


@pytest.mark.long
def test_each_of_60_receipts_and_texts_arrives_once_while_workers_are_killed(pay, mail_server, text_service, tmp_path):
    def count_arrived():
        return len(mail_server.accepted) + len(text_service.store.newest(2 * TEXTS))

    weather = mail_server.answer = Weather()
    mail_server.hang_seconds = 2 * worker_settings.EMAIL_TIMEOUT
    group = GroupFactory(email_receipts=True)
    guarantors = [GuarantorFactory(group=group) for _ in range(50)]
    window, interrupted = set(), 0

    with processes(tmp_path / "celery.log", mail_port=mail_server.port) as celery:
        # All of it waits before the first worker comes: none is idle when it is killed, however slow this machine is.
        for n in range(RECEIPTS):
            pay(guarantors[n % 50])
        for n in range(TEXTS):
            code = Content(subject="", text=f"{n:06} is your code.")
            post_content(kind=SIGN_IN, to=f"+1312555{n:04}", content=code, channel=Message.Channel.TEXT)
        celery.start("beat")
        celery.start(queue=QUEUES)
        celery.start(queue=QUEUES)
        for n in range(1, KILLS + 1):
            reached = n * (RECEIPTS + TEXTS) // (KILLS + 2)
            wait_until(lambda: count_arrived() >= reached and is_under_way())  # noqa: B023
            celery.kill(celery.running[1])
            # What it had claimed stays so for now; the server may still be reading the last of it.
            claimed = with_state("sending")
            window |= claimed
            interrupted += bool(claimed)
            celery.start(queue=QUEUES)
            if n == KILLS // 2:
                mail_server.stop()
                window |= {mail.message_id for mail in mail_server.accepted} - with_state("sent")
                time.sleep(1)
                mail_server.start()
        wait_until(all_sent)

    texts = text_service.store.newest(2 * TEXTS)
    arrived = Counter([mail.message_id for mail in mail_server.accepted] + [text.to for text in texts])
    twice = {message_id for message_id, times in arrived.items() if times > 1}
    assert set(arrived) == with_state("sent")
    assert len(arrived) == RECEIPTS + TEXTS
    assert twice <= window, "only what a worker was sending when it was killed, or when the server stopped"
    connections = settings.EMAIL_CONNECTIONS + settings.TEXT_CONNECTIONS
    assert len(twice) <= KILLS * 2 * connections, "at most one message a connection"
    assert interrupted, "workers were killed at work, not while they waited for some"
    assert all(weather.seen[answer] for answer in (ACCEPT, "451 4.3.2 Try later", DROP, HANG))


@pytest.mark.long
def test_the_window_a_worker_killed_before_it_could_note_sends_it_a_second_time(pay, mail_server, due_now, tmp_path):
    mail_server.before_answering = go_on = threading.Event()

    with processes(tmp_path / "celery.log", mail_port=mail_server.port) as celery:
        receipt = pay()
        worker = celery.start()
        sweep_until(lambda: mail_server.accepted, "sweep-messages")
        celery.kill(worker)
        go_on.set()
        assert messages_of(receipt).get().state == "sending"
        due_now()
        celery.start()
        sweep_until(all_sent, "sweep-messages")

    first, second = mail_server.accepted
    assert first.message_id == second.message_id == messages_of(receipt).get().message_id
    assert messages_of(receipt).get().attempts == 2
