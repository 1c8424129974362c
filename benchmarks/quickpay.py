"""The QuickPay page and the start of a payment by it, beside bare Django views that do as much on the same server.

A guarantor starts ten payments in ten minutes at most: each start here is another guarantor's, in a session of theirs.
"""

import datetime as dt
import http.client
import multiprocessing
import secrets
import time
import uuid
from collections.abc import Sequence
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks.data import LINE_CENTS, make_guarantors
from benchmarks.history import CLIENTS, ROUNDS, best_of
from benchmarks.webhook import server
from payments.models import Payment
from pops.core.accounts.models import Guarantor
from pops.quickpay.models import Link
from pops.quickpay.services import hash_token
from pops.sessions.models import PortalSession
from pops.web.portal.quickpay.session import LINK
from pops.web.sign_in.entering import KEY

# Of each kind of start, in each round by each client.
STARTS = 60
PAGE, BARE_PAGE = "/quickpay/", "/amounts/"
TOKEN = secrets.token_hex(16)  # as long as Django makes them
FORM = {"choice": "other", "other_amount": "50.00", "shown": f"{3 * LINE_CENTS} 0"}


def make_sessions() -> list[str]:
    """The cookies of browsers that are in by a link, one a guarantor."""
    now = timezone.now()
    guarantors = list(Guarantor.objects.order_by("pk"))
    facts: dict[str, Any] = {"origin": "text", "made_at": now, "good_until": now + dt.timedelta(days=30)}
    links = Link.objects.bulk_create(
        Link(guarantor=one, group_id=one.group_id, token_hash=hash_token(str(one.pk)), **facts) for one in guarantors
    )
    keys = [secrets.token_hex(16) for _ in guarantors]
    facts = {"origin": "text", "authentication": "quickpay", "started_at": now}
    ours = PortalSession.objects.bulk_create(
        PortalSession(guarantor=one, group_id=one.group_id, key=key, **facts)
        for one, key in zip(guarantors, keys, strict=True)
    )
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    end = now + dt.timedelta(hours=1)
    Session.objects.bulk_create(
        Session(session_key=key, session_data=store.encode(_data(link, session)), expire_date=end)
        for key, link, session in zip(keys, links, ours, strict=True)
    )
    return [f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={TOKEN}" for key in keys]


def _data(link: Link, session: PortalSession) -> dict[str, Any]:
    """What a browser's session holds, used just now."""
    seconds = 60 * link.guarantor.group.session_minutes
    return {KEY: {"quickpay": session.pk}, LINK: link.pk, "quiet_seconds": seconds, "used_at": int(time.time())}


def start(port: int, path: str, cookies: Sequence[str]) -> float:
    """Payments started per second, by some keep-alive clients without pause; anything but a redirect is an error."""
    context = multiprocessing.get_context("fork")
    took = context.Queue()

    def ask(mine: Sequence[str]) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        bodies = [urlencode({**FORM, "payment_id": uuid.uuid4()}) for _ in mine]
        begin = time.perf_counter()
        for cookie, body in zip(mine, bodies, strict=True):
            headers = {"Cookie": cookie, "X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}
            link.request("POST", path, body, headers)
            answer = link.getresponse()
            answer.read()
            assert answer.status == 302, (path, answer.status)
        took.put(time.perf_counter() - begin)

    clients = [context.Process(target=ask, args=[cookies[n::CLIENTS]]) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    seconds = max(took.get(timeout=120) for _ in clients)
    for client in clients:
        client.join()
    return len(cookies) / seconds


def best_start(port: int, cookies: list[str]) -> list[float]:
    """The best of some rounds for ours and for the bare one, in turns, each with guarantors who never paid."""
    size, rounds = STARTS * CLIENTS, []
    shares = [cookies[n : n + size] for n in range(0, len(cookies), size)]
    for ours, bare in zip(shares[::2], shares[1::2], strict=True):
        rounds.append((start(port, PAGE, ours), start(port, BARE_PAGE, bare)))
    return [max(speeds) for speeds in zip(*rounds, strict=True)]


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Target: 0.7 of the bare views."""
    call_command("collectstatic", interactive=False, verbosity=0)
    make_guarantors(2 * ROUNDS * STARTS * CLIENTS)
    cookies = make_sessions()
    connection.close()
    with server() as port:
        page, bare_page = best_of(port, [PAGE, BARE_PAGE], {"Cookie": cookies[0]})
        started, bare_started = best_start(port, cookies)
    assert Payment.objects.count() == len(cookies)
    return [
        _row("QuickPay page", page, "a bare view that shows the same amounts in a form", bare_page),
        _row(
            "start of a payment",
            started,
            "a bare view that checks the limit and inserts the row",
            bare_started,
        ),
    ]


def _row(what: str, ours: float, beside: str, bare: float) -> dict[str, object]:
    return {
        "what": f"{what}, requests/s",
        "measured": round(ours),
        "beside": beside,
        "its": round(bare),
        "ratio": round(ours / bare, 2),
        "target": ">= 0.7",
    }
