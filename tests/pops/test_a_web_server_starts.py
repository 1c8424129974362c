"""A web server of the image takes connections when it can answer them: the proxy asks whatever takes them."""

import gc
import json
import os
import re
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path
from threading import Semaphore
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import ThreadWorker

from pops.gunicorn import StayingWorker, post_worker_init
from pops.local.datadir import ROOT

COMMAND = json.loads(re.search(r"^CMD (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1])
LOADED = """
import sys, threading
import pops.wsgi
from django.db import connection
print("pops.web.portal.home" in sys.modules, threading.active_count(), connection.connection)
"""


def test_it_listens_once_the_application_is_loaded():
    bare = {"PATH": os.environ["PATH"]}  # with nothing set, nothing can be loaded
    gunicorn = Path(sys.executable).with_name(COMMAND[0])

    run = subprocess.run([gunicorn, *COMMAND[1:-1], "127.0.0.1:0"], cwd=ROOT, env=bare, capture_output=True, text=True)

    assert run.returncode != 0
    assert "SECRET_KEY" in run.stderr
    assert "Listening" not in run.stderr


def test_its_views_are_loaded_and_nothing_that_a_fork_would_lose():
    run = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["True", "1", "None"]


def test_a_worker_collects_nothing_of_what_it_loaded():
    before = gc.get_freeze_count()
    config = Config()
    config.set("post_worker_init", post_worker_init)

    config.post_worker_init(None)

    assert gc.get_freeze_count() > before


@pytest.mark.parametrize(
    ("sent", "free", "others", "alive", "answered"),
    [
        (3, 1, 0, True, 3),  # as many as come at once
        (1, 1, 0, True, 1),  # no more come
        (3, 0, 0, True, 1),  # all other threads stay with somebody
        (3, 1, 1, True, 1),  # somebody else waits for a thread
        (3, 1, 0, False, 1),  # it is told to stop
    ],
)
def test_a_thread_stays_with_its_client_while_nobody_waits(monkeypatch, sent, free, others, alive, answered):
    ours, theirs = socket.socketpair()
    theirs.sendall(b"?" * sent)
    asked = []
    monkeypatch.setattr(ThreadWorker, "handle", lambda worker, conn: bool(asked.append(conn.sock.recv(1)) or True))
    worker = StayingWorker.__new__(StayingWorker)
    worker.alive, worker.may_stay, worker.waiting = alive, Semaphore(free), deque([None] * (others + 1))
    with ours, theirs:
        assert worker.handle(SimpleNamespace(sock=ours)) is True  # and is given back, as gunicorn does
    assert len(asked) == answered
    assert worker.may_stay.acquire(blocking=False) == bool(free)
