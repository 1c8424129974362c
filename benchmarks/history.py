"""Receipt History and a stored PDF, beside bare Django views on the same server, with a million receipts there."""

import http.client
import multiprocessing
import time
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.data import fill
from benchmarks.webhook import server
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.logins.linking import create_guarantor_login
from receipts.documents.receipts import store_document
from receipts.history import PAGE

RECEIPTS = 1_000_000
GUARANTORS = 50_000
OF_ONE = 5_000
ROUNDS = 3
CLIENTS = 8
SECONDS = 5
ASKS = 400

# One in seven was unsuccessful. The first guarantor has OF_ONE of the receipts, the others share the rest.
FILL = """
INSERT INTO accounts_guarantor (account_number, group_id, name, email, phone)
SELECT 100000 + n, %(group)s, 'Guarantor ' || n, 'g' || n || '@example.com', ''
FROM generate_series(1, %(guarantors)s) n;
INSERT INTO accounts_patient (guarantor_id, name) SELECT id, 'Pat ' || id FROM accounts_guarantor;
INSERT INTO accounts_encounter (number, patient_id, provider_id, facility_id, in_collections)
SELECT id, id, %(provider)s, %(facility)s, false FROM accounts_patient;
INSERT INTO accounts_serviceline (encounter_id, line_number, service_date, description, procedure_code, billed_cents,
                                  adjusted_cents, insurance_pending_cents, insurance_paid_cents)
SELECT id, 1, '2026-01-02', 'Office visit', '99213', 1000000000, 0, 0, 0 FROM accounts_encounter;
INSERT INTO batches_referencebatch (description, user_id, batch_date, is_api, supplement, status, note, opened_at)
VALUES ('API Payments', %(user)s, '2026-03-02', true, 1, 'open', '', now());
INSERT INTO receipts_receipt (guarantor_id, batch_id, status, channel, amount_cents, received_on, received_at,
                              issued_at, guarantor_name, account_number)
SELECT g.id, (SELECT id FROM batches_referencebatch), CASE WHEN n %% 7 = 0 THEN 'unsuccessful' ELSE 'paid' END,
       'online',
       CASE WHEN n %% 7 = 0 THEN 0 ELSE 5000 + n %% 900 END, '2026-03-02',
       '2026-03-02 17:00+00'::timestamptz - (%(receipts)s - n) * interval '30 seconds', '2026-03-02 17:00+00',
       g.name, g.account_number
FROM generate_series(1, %(receipts)s) n
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS nth FROM accounts_guarantor) g
    ON g.nth = CASE WHEN n %% (%(receipts)s / %(of_one)s) = 0 THEN 0 ELSE 1 + n %% (%(guarantors)s - 1) END
ORDER BY n;
INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents, card_brand, card_last4,
                                  card_expiry, reason)
SELECT number, 'ch_filled_' || number, 'card', amount_cents, greatest(amount_cents, 5000), 'visa', '4242', '12/2030', ''
FROM receipts_receipt;
INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, posted_at, facility_name, provider_name,
                              patient_name, service_id, service_date, description, billed_cents, adjusted_cents,
                              insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents)
SELECT r.number, l.id, r.batch_id, r.amount_cents, r.issued_at, 'Lakeside Main Clinic', 'Priya Raman, MD', p.name,
       e.number || '-1', l.service_date, l.description, 1000000000, 0, 0, 0,
       sum(r.amount_cents) OVER line, 1000000000 - sum(r.amount_cents) OVER line
FROM receipts_receipt r JOIN accounts_patient p ON p.guarantor_id = r.guarantor_id
JOIN accounts_encounter e ON e.patient_id = p.id JOIN accounts_serviceline l ON l.encounter_id = e.id
WHERE r.amount_cents > 0 WINDOW line AS (PARTITION BY l.id ORDER BY r.number) ORDER BY r.number;
"""
TABLES = ("receipts_receipt", "receipts_transaction", "receipts_posting")


def prepare() -> tuple[Guarantor, User]:
    """A million receipts, in some minutes."""
    guarantor = fill(FILL, tables=TABLES, receipts=RECEIPTS, guarantors=GUARANTORS, of_one=OF_ONE)
    return guarantor, create_guarantor_login(guarantor=guarantor)


def session_cookie(user: User) -> str:
    """The cookie of a signed-in browser."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def load(port: int, path: str, cookie: dict[str, str]) -> float:
    """Answers of 200 per second, with some keep-alive clients asking without pause; anything else is an error."""
    context = multiprocessing.get_context("fork")
    counts = context.Queue()

    def ask() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        end, done = time.perf_counter() + SECONDS, 0
        while time.perf_counter() < end:
            link.request("GET", path, headers=cookie)
            answer = link.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            done += 1
        counts.put(done)

    clients = [context.Process(target=ask) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    total = sum(counts.get(timeout=SECONDS + 60) for _ in clients)
    for client in clients:
        client.join()
    return total / SECONDS


def best_of(port: int, paths: list[str], cookie: dict[str, str]) -> list[float]:
    """The best requests per second of some rounds for each, in turns, so that all see the same machine."""
    rounds = [[load(port, path, cookie) for path in paths] for _ in range(ROUNDS)]
    return [max(speeds) for speeds in zip(*rounds, strict=True)]


def first_byte(port: int, paths: dict[str, str], cookie: dict[str, str]) -> dict[str, float]:
    """Median milliseconds to the first byte of an answer, one client, the paths in turns."""
    took: dict[str, list[float]] = {name: [] for name in paths}
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(ASKS):
        for name, path in paths.items():
            begin = time.perf_counter()
            link.request("GET", path, headers=cookie)
            answer = link.getresponse()
            answer.read(1)
            took[name].append(time.perf_counter() - begin)
            answer.read()
            assert answer.status == 200, (path, answer.status)
    return {name: 1000 * sorted(times)[len(times) // 2] for name, times in took.items()}


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: 4 queries, 0.9 of the bare list, the last page 1.2x, the PDF's first byte 2x."""
    call_command("collectstatic", interactive=False, verbosity=0)
    begin = time.perf_counter()
    guarantor, user = prepare()
    filled = time.perf_counter() - begin
    numbers = list(guarantor.receipts.order_by("received_at").values_list("number", flat=True))
    paid = guarantor.receipts.filter(status="paid").first()
    assert paid
    store_document(receipt_number=paid.number)
    cookie = {"Cookie": session_cookie(user)}
    paths = {
        "first page": "/receipts/",
        "bare list": "/rows/",
        "last page": f"/receipts/?before={numbers[PAGE]}",
        "PDF": f"/receipts/{paid.number}/pdf/",
        "smallest page": "/smallest/",
    }
    queries = count_queries(user, "/receipts/")
    connection.close()
    with server() as port:
        ours, bare = best_of(port, [paths["first page"], paths["bare list"]], cookie)
        bytes_after = first_byte(port, paths, cookie)
    return [
        {"what": f"{RECEIPTS:,} receipts made, {len(numbers):,} of one guarantor", "seconds": round(filled)},
        {"what": "queries of the list, with the session's", "ratio": queries, "target": "<= 4"},
        {
            "what": f"list of {PAGE}, requests/s",
            "measured": round(ours),
            "beside": f"a bare view that renders {PAGE} rows",
            "its": round(bare),
            "ratio": round(ours / bare, 2),
            "target": ">= 0.9",
        },
        _times("last page of the 5,000, ms", bytes_after, "last page", "first page", "<= 1.2"),
        _times("stored PDF, first byte, ms", bytes_after, "PDF", "smallest page", "<= 2"),
    ]


def count_queries(user: User, path: str) -> int:
    """How many a page asks, with the session's."""
    client = Client()
    client.force_login(user)
    client.get(path, headers={"Host": settings.ALLOWED_HOSTS[0]})  # a new session is written down once
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, headers={"Host": settings.ALLOWED_HOSTS[0]}).status_code == 200
    return len(queries)


def _times(what: str, took: dict[str, float], name: str, beside: str, target: str) -> dict[str, object]:
    return {
        "what": what,
        "measured": round(took[name], 2),
        "beside": f"the {beside}",
        "its": round(took[beside], 2),
        "ratio": round(took[name] / took[beside], 2),
        "target": target,
    }
