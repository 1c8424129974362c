"""The webhook endpoint: requests per second beside a bare Django view, same server, same middleware, same run."""

import http.client
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from django.conf import settings
from django.db import connection

from payments.models import ProcessorEvent

CLIENTS = 8
SECONDS = 6
ROUNDS = 3
BARE, WEBHOOK = "/bare/", "/webhooks/stripe/"
SECRET = settings.STRIPE_WEBHOOK_SECRET

Request = tuple[str, str, bytes, dict[str, str]]


def request_to(path: str) -> Request:
    """A new signed event each time: nothing is a copy, each one is stored and queued. The bare view gets the same."""
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": int(time.time()),
        "data": {"object": {"id": f"pi_{uuid.uuid4().hex}", "object": "payment_intent", "metadata": {}}},
    }
    body = json.dumps(event)
    now = int(time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{now}.{body}", SECRET)
    headers = {"Stripe-Signature": f"t={now},v1={signature}", "Content-Type": "application/json"}
    return "POST", path, body.encode(), headers


@contextmanager
def server() -> Iterator[int]:
    """gunicorn as the image starts it, on the benchmark's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "pops.wsgi",
            "--config",
            "python:pops.gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--access-logfile",
            "/dev/null",
            "--log-level",
            "error",
        ],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"},
        start_new_session=True,
    )
    try:
        _wait(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            if _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), request_to(BARE)) == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("gunicorn did not start")


def _ask(link: http.client.HTTPConnection, request: Request) -> int:
    method, path, body, headers = request
    link.request(method, path, body or None, headers)
    answer = link.getresponse()
    answer.read()
    return answer.status


def load(port: int, path: str) -> float:
    """Answers of 200 per second, with some keep-alive clients asking without pause; anything else is an error."""
    context = multiprocessing.get_context("fork")
    counts = context.Queue()

    def ask() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        end, done = time.perf_counter() + SECONDS, 0
        while time.perf_counter() < end:
            status = _ask(link, request_to(path))
            assert status == 200, status
            done += 1
        counts.put(done)

    clients = [context.Process(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    total = sum(counts.get(timeout=SECONDS + 60) for _ in clients)
    for client in clients:
        client.join()
    return total / SECONDS


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Target: at least half of the bare view."""
    connection.close()
    bare = webhook = 0.0
    with server() as port:
        for _ in range(ROUNDS):
            bare = max(bare, load(port, BARE))
            webhook = max(webhook, load(port, WEBHOOK))
    return [
        {
            "what": f"webhook, {CLIENTS} clients, {ProcessorEvent.objects.count():,} events stored",
            "requests/s": round(webhook),
            "beside": "a bare view",
            "its requests/s": round(bare),
            "ratio": round(webhook / bare, 2),
            "target": ">= 0.5",
        }
    ]
