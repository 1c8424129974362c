"""The API: payments posted beside the desk's own service called directly, and a list beside a bare DRF view.

Directly is `take_payment`, which the desk calls for the same payment: what the API adds to it is HTTP, the key, its
scopes and rights, the limit, the idempotency key, reading the body and telling the receipt. Online recording does other
work: it has no batch of a person's, nor looks for the same check or a payment just now.
"""

import datetime as dt
import json
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import Group as Role
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from batches.working import open_desk_batch
from benchmarks.data import PAYMENT_CENTS, make_guarantors
from benchmarks.history import best_of
from benchmarks.together import begin_as_a_server, run
from benchmarks.webhook import server
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.selectors import get_practice
from pops.service_accounts.services import make_account, make_key
from receipts.issue import TransactionFacts
from receipts.models import Receipt
from receipts.taking import take_payment
from tests.factories.staff import MANAGER

WIDTHS = (1, 16)
PAYMENTS = 800
ROUNDS = 3
LIST = 100
# Each guarantor pays in each round: both ways say why.
AGAIN = "Measured again"
SCOPES = ("payments:write", "receipts:read", "batches:write")

Pay = Callable[[Guarantor], None]


def direct(by: User) -> Pay:
    """As the desk's form does once it is read."""
    begin_as_a_server()

    def pay(guarantor: Guarantor) -> None:
        now = timezone.now()
        take_payment(
            guarantor_id=guarantor.pk,
            tenders=[TransactionFacts("", "cash", PAYMENT_CENTS, PAYMENT_CENTS)],
            channel=Receipt.Channel.OFFICE,
            parts=None,
            now=now,
            today=get_practice().business_date(now),
            by=by,
            second_reason=AGAIN,
        )

    return pay


def by_api(port: int, key: str) -> Pay:
    """As the practice's own system does, over one connection."""
    post = connect(port, "POST /api/v1/payments", {**auth(key), "Content-Type": "application/json"})

    def pay(guarantor: Guarantor) -> None:
        body = {
            "account_number": guarantor.account_number,
            "channel": "office",
            "tenders": [{"method": "cash", "amount_cents": PAYMENT_CENTS}],
            "second_reason": AGAIN,
        }
        answer = post(json.dumps(body), str(uuid.uuid4()))
        assert answer.startswith(b"HTTP/1.1 201 "), answer

    return pay


def connect(port: int, what: str, headers: dict[str, str]) -> Callable[[str, str], bytes]:
    """A client that takes next to nothing of the machine: the practice's is another one, and this one has two cores."""
    named = {"Host": "127.0.0.1", **headers}
    head = f"{what} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in named.items())
    link = socket.create_connection(("127.0.0.1", port), timeout=60)

    def post(body: str, key: str) -> bytes:
        nonlocal link
        asked = f"{head}Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        while True:
            try:
                link.sendall(asked)
                return read_answer(link)
            except ConnectionError:  # it was idle for too long: sent again under its key
                link = socket.create_connection(("127.0.0.1", port), timeout=60)

    return post


def read_answer(link: socket.socket) -> bytes:
    """Head and body. Raises ConnectionError where the server has closed."""
    answer, whole = b"", None
    while whole is None or len(answer) < whole:
        part = link.recv(65536)
        if not part:
            raise ConnectionError
        answer += part
        head, gap, _ = answer.partition(b"\r\n\r\n")
        if gap:
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            whole = len(head) + len(gap) + int(length)
    return answer


def auth(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def measure(ways: dict[str, Callable[[], Pay]], guarantors: list[Guarantor], width: int) -> dict[str, float]:
    """The best of some rounds for each way, in turns, so that both see the same machine."""
    jobs = [guarantors[start::width] for start in range(width)]
    best = dict.fromkeys(ways, 0.0)
    for _ in range(ROUNDS):
        for name, connect in ways.items():
            best[name] = max(best[name], run(connect, jobs))
    return best


def make_system() -> tuple[User, str]:
    """A service account that works in a batch, and its key."""
    now, boss = timezone.now(), User.objects.create_superuser("boss@example.com", "secret")
    account = make_account(name="Billing", role=Role.objects.get(name=MANAGER), now=now, by=boss)
    key = make_key(account=account, scopes=SCOPES, good_for=dt.timedelta(days=1), now=now, by=boss)
    open_desk_batch(description="Mail", today=get_practice().business_date(now), by=account.user)
    return account.user, key.text


def rows(user: User, key: str, guarantors: list[Guarantor]) -> Iterator[dict[str, object]]:
    """What came out, row by row."""
    with server() as port:
        ways: dict[str, Callable[[], Pay]] = {"API": lambda: by_api(port, key), "direct": lambda: direct(user)}
        for width in WIDTHS:
            best = measure(ways, guarantors, width)
            what = f"payment by the API, {width} client{'s' if width > 1 else ''}, payments/s"
            yield _row(what, best["API"], "take_payment called directly", best["direct"], ">= 0.6")
        ours, bare = best_of(port, [f"/api/v1/receipts?limit={LIST}", f"/bare-receipts/?size={LIST}"], auth(key))
        yield _row(f"list of {LIST} receipts, requests/s", ours, "a bare DRF view of as many fields", bare, ">= 0.8")


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: 0.6 of the desk's service called directly, 0.8 of a bare DRF view."""
    call_command("collectstatic", interactive=False, verbosity=0)
    os.environ["API_CALLS_A_MINUTE"] = str(10**9)  # the limit counts, and stops nobody
    make_guarantors(PAYMENTS)
    user, key = make_system()
    guarantors = list(Guarantor.objects.order_by("pk"))
    connection.close()
    return list(rows(user, key, guarantors))


def _row(what: str, ours: float, beside: str, its: float, target: str) -> dict[str, Any]:
    measured = {"measured": round(ours), "beside": beside, "its": round(its), "ratio": round(ours / its, 2)}
    return {"what": what, **measured, "target": target}
