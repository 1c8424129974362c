"""Balance notices: 10,000 queued beside the bare INSERT ... SELECT, and texts sent beside a loop of Twilio's client."""

import datetime as dt
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from benchmarks.data import make_guarantors
from benchmarks.email import WARM_UP, rate_of
from notifications import kinds
from notifications.models import Message
from pops.balance_notices.models import BalanceNotice, TextConsent
from pops.balance_notices.queueing import queue_due_notices
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, ServiceLine, Statement
from pops.core.practice.models import Group, Practice
from pops.local.stripe_sandbox.server import Server
from pops.local.stripe_sandbox.types import HttpReply, HttpRequest
from tests.notifications.processes import processes

GUARANTORS = 10_000
TEXTS = 1_500
ROUNDS = 3
ACCOUNT, TOKEN, SENDER = "ACbenchmark", "token", "+13125550100"
# What a notice cannot do without: its two rows, of guarantors that were chosen before.
BARE = """
WITH noted AS (
    INSERT INTO balance_notices_balancenotice (guarantor_id, statement_id, days, channel)
    SELECT guarantor_id, id, 3, 'text' FROM accounts_statement RETURNING id, guarantor_id
)
INSERT INTO notifications_message (kind, about_id, guarantor_id, channel, "to", state, message_id)
SELECT 'balance_notice', noted.id, noted.guarantor_id, 'text', consent.number, 'queued',
       '<' || gen_random_uuid() || '@example.com>'
FROM noted JOIN balance_notices_textconsent consent USING (guarantor_id)
"""


class Sink:
    """A text service in a process of its own that takes all; says when it took each."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        self._news = context.Queue()
        self._process = context.Process(target=self._serve, daemon=True)
        self.url = ""

    def __enter__(self) -> "Sink":
        connections.close_all()
        self._process.start()
        self.url = self._news.get(timeout=20)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()

    def take(self, count: int) -> list[float]:
        """The moments of the next so many texts."""
        return [self._news.get(timeout=120) for _ in range(count)]

    def _serve(self) -> None:
        server = Server(0, self._answer)
        server.start()
        self._news.put(f"http://127.0.0.1:{server.server_address[1]}")
        time.sleep(3600)

    def _answer(self, request: HttpRequest) -> HttpReply:
        self._news.put(time.time())
        return HttpReply(201, b'{"sid": "SM1", "status": "queued", "to": "", "from": ""}')


def make_owing(count: int, *, day: dt.date) -> None:
    """Guarantors who owe on a statement of three days ago, and agreed to texts."""
    make_guarantors(count)
    Practice.objects.update(notices_from=dt.time.min, notices_until=dt.time.max)
    Group.objects.update(notice_days="3", text_notices=True)
    now = timezone.now()
    Guarantor.objects.update(phone="(312) 555-0142", phone_confirmed_at=now, notices_by="text", notices_chosen_at=now)
    user = User.objects.create_user("staff@example.com", name="Staff")
    facts: dict[str, Any] = {"words": "", "place": "profile", "given_at": now, "taken_by": user}
    consents, statements = [], []
    for n, pk in enumerate(Guarantor.objects.values_list("pk", flat=True)):
        number = f"+1312555{n % 10_000:04}"
        consents.append(TextConsent(guarantor_id=pk, phone="(312) 555-0142", number=number, **facts))
        statements.append(Statement(guarantor_id=pk, statement_date=day - dt.timedelta(days=3), balance_cents=1))
    TextConsent.objects.bulk_create(consents, batch_size=1000)
    Statement.objects.bulk_create(statements, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_serviceline line SET statement_id = s.id FROM accounts_statement s, accounts_patient p,"
            " accounts_encounter e WHERE line.encounter_id = e.id AND e.patient_id = p.id"
            " AND s.guarantor_id = p.guarantor_id"
        )
        cursor.execute("ANALYZE")
    assert ServiceLine.objects.filter(statement=None).count() == 0


@contextmanager
def undone() -> Iterator[None]:
    """What is queued inside is taken back: the next round begins as this one did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def time_queueing(now: dt.datetime) -> tuple[float, float]:
    """Seconds of ours and of the bare statement: the best of some rounds each, in turns."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        with undone():
            begin = time.perf_counter()
            assert queue_due_notices(now=now) == GUARANTORS
            ours.append(time.perf_counter() - begin)
        with undone(), connection.cursor() as cursor:
            begin = time.perf_counter()
            cursor.execute(BARE)
            assert cursor.rowcount == GUARANTORS
            bare.append(time.perf_counter() - begin)
    return min(ours), min(bare)


def run_worker(sink: Sink, folder: str) -> float:
    """Texts a second of one worker process that finds them waiting."""
    os.environ |= {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": SENDER,
        "TWILIO_API_BASE": sink.url,
    }
    with processes(Path(folder) / "celery.log", mail_port=9, settings_module="pops.settings") as celery:
        celery.start()
        celery.start("beat")
        return rate_of(sink.take(TEXTS))


def run_bare(sink: Sink) -> float:
    """Texts a second of a loop over Twilio's own client, one connection, the same texts written before."""
    latest = list(Message.objects.order_by("-pk")[:TEXTS])
    writes = kinds.prepare(latest)
    texts = [(message.to, writes[message.pk]().text) for message in latest]
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=10))
    client.api.base_url = sink.url
    for to, body in texts:
        client.messages.create(to=to, from_=SENDER, body=body, status_callback=f"{settings.SITE_URL}/webhooks/texts/")
    return rate_of(sink.take(TEXTS))


def measure_sending() -> dict[str, float]:
    """The best of some rounds for each arm, in turns."""
    best = {"POPS": 0.0, "bare": 0.0}
    with Sink() as sink, tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            _queue_again()
            best["POPS"] = max(best["POPS"], run_worker(sink, folder))
            best["bare"] = max(best["bare"], run_bare(sink))
    return best


def _queue_again() -> None:
    """The rows of one more round, each with its notice."""
    last = BalanceNotice.objects.count()
    days = last // TEXTS + 10
    statements = Statement.objects.order_by("pk")[:TEXTS]
    notices = BalanceNotice.objects.bulk_create(
        BalanceNotice(guarantor_id=one.guarantor_id, statement=one, days=days, channel="text") for one in statements
    )
    Message.objects.bulk_create(
        Message(
            kind="balance_notice",
            about_id=notice.pk,
            guarantor_id=notice.guarantor_id,
            channel="text",
            to="+13125550142",
            state="queued",
            message_id=f"<{notice.pk}@example.com>",
        )
        for notice in notices
    )


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: under 2 times the bare INSERT ... SELECT; at least 0.5 of the bare loop."""
    assert WARM_UP < TEXTS
    settings.TEXTS_ARE_ON = True
    now = timezone.now()
    practice_day = now.date()
    make_owing(GUARANTORS, day=practice_day)
    ours, bare = time_queueing(now)
    best = measure_sending()
    return [
        {
            "what": f"{GUARANTORS:,} notices found and queued, seconds",
            "POPS": round(ours, 2),
            "beside": "the bare INSERT ... SELECT",
            "its": round(bare, 2),
            "ratio": round(ours / bare, 2),
            "target": "< 2",
        },
        {
            "what": "notices by text, one worker process",
            "POPS": round(best["POPS"]),
            "beside": "a loop of Twilio's client",
            "its": round(best["bare"]),
            "ratio": round(best["POPS"] / best["bare"], 2),
            "target": ">= 0.5",
        },
    ]
