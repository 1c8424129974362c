"""Receipt emails: delivered per second beside a bare loop of smtplib, and from commit to the mail server."""

import logging
import multiprocessing
import smtplib
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from django.db import connections

from benchmarks.data import make_guarantors, make_payments
from benchmarks.recording import NOON
from notifications import kinds
from notifications.channels.email import build_email
from notifications.models import Message
from payments.recording.payments import record_outcome
from tests.factories.payments import outcome_of
from tests.notifications.mail_server import free_port
from tests.notifications.processes import Processes, processes

MAILS = 1500
WARM_UP = 100
ROUNDS = 3
PAYMENTS_A_SECOND = 20
SECONDS = 15


class Sink:
    """A mail server in a process of its own; `accepted` is filled with when it accepted which Message-ID."""

    def __init__(self) -> None:
        self.port = free_port()
        context = multiprocessing.get_context("fork")
        self._news = context.Queue()
        self._process = context.Process(target=self._serve, daemon=True)
        self.accepted: dict[str, float] = {}

    def __enter__(self) -> "Sink":
        connections.close_all()
        self._process.start()
        assert self._news.get(timeout=20) == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()

    def take(self, count: int) -> list[float]:
        """The moments of the next so many mails."""
        moments = []
        for _ in range(count):
            message_id, moment = self._news.get(timeout=60)
            self.accepted[message_id] = moment
            moments.append(moment)
        return moments

    def _serve(self) -> None:
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        Controller(self, hostname="127.0.0.1", port=self.port).start()
        self._news.put("ready")
        time.sleep(3600)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        headers = BytesHeaderParser().parsebytes(envelope.original_content)
        self._news.put((headers["Message-ID"], time.time()))
        return "250 OK"


def pay(count: int) -> Iterator[int]:
    """Record payments, each as the iterator comes to it; the receipts' numbers."""
    for payment in make_payments(count):
        number = record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, at=NOON))
        assert number is not None
        yield number


@contextmanager
def workers(sink: Sink) -> Iterator[Processes]:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "celery.log"
        with processes(log, mail_port=sink.port, settings_module="pops.settings") as celery:
            yield celery


def rate_of(moments: list[float]) -> float:
    """Mails a second once it runs: the first ones wait for imports and templates."""
    return (len(moments) - WARM_UP) / (max(moments) - sorted(moments)[WARM_UP - 1])


def run_worker(sink: Sink) -> float:
    """Mails a second of one worker process that finds them waiting."""
    list(pay(MAILS))
    with workers(sink) as celery:
        celery.start()
        return rate_of(sink.take(MAILS))


def run_bare(sink: Sink) -> float:
    """Mails a second of smtplib over one connection, the same messages."""
    latest = list(Message.objects.order_by("-pk")[:MAILS])
    writes = kinds.prepare(latest)
    mails = [build_email(message, writes[message.pk]()).message() for message in latest]
    with smtplib.SMTP("127.0.0.1", sink.port) as line:
        for mail in mails:
            line.send_message(mail)
    return rate_of(sink.take(MAILS))


def measure_throughput(sink: Sink) -> dict[str, float]:
    """The best of some rounds for each arm, in turns, so that both see the same machine."""
    best = {"POPS": 0.0, "bare": 0.0}
    for _ in range(ROUNDS):
        best["POPS"] = max(best["POPS"], run_worker(sink))
        best["bare"] = max(best["bare"], run_bare(sink))
    return best


def measure_latency(sink: Sink) -> list[float]:
    """Seconds from a payment's commit to the server's acceptance of its mail, one a payment."""
    committed: dict[int, float] = {}
    count = PAYMENTS_A_SECOND * SECONDS
    with workers(sink) as celery:
        celery.start()
        celery.start(queue="documents")  # renders the receipts' PDFs meanwhile
        list(pay(1))
        sink.take(1)  # the worker is up
        begin = time.time()
        for n, number in enumerate(pay(count)):
            committed[number] = time.time()
            time.sleep(max(0.0, begin + (n + 1) / PAYMENTS_A_SECOND - time.time()))
        sink.take(count)
    rows = Message.objects.filter(about_id__in=committed).values_list("about_id", "message_id")
    return [sink.accepted[message_id] - committed[number or 0] for number, message_id in rows]


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: at least 0.5 of the bare loop; p95 under one second at 20 payments a second."""
    make_guarantors(MAILS)
    with Sink() as sink:
        best = measure_throughput(sink)
        waits = measure_latency(sink)
    return [
        {
            "what": "receipt emails, one worker process",
            "mails/s": round(best["POPS"]),
            "beside": "smtplib, one connection",
            "its mails/s": round(best["bare"]),
            "ratio": round(best["POPS"] / best["bare"], 2),
            "target": ">= 0.5",
        },
        {
            "what": f"commit to accepted, p95 at {PAYMENTS_A_SECOND} payments/s, seconds",
            "ratio": round(statistics.quantiles(waits, n=20)[18], 3),
            "target": "< 1",
        },
    ]
