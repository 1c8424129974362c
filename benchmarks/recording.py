"""Recording a payment: payments per second beside hand-written psycopg2 SQL that makes the same rows."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from psycopg2.extras import execute_values

from benchmarks import pooler
from benchmarks.data import make_guarantors, make_payments, make_receipts
from benchmarks.together import begin_as_a_server, run
from payments.gateway.intents import Outcome
from payments.recording.payments import record_outcome
from pops.core.locks import DAY_LOCKS
from tests.factories.payments import outcome_of

WIDTHS = (1, 8, 16)
PAYMENTS = 2400
ROUNDS = 3
FILLED = 100_000
NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 2)

News = tuple[uuid.UUID, Outcome]


@dataclass(frozen=True)
class Arm:
    """One way to record: prepares its connection, then records payments one by one."""

    name: str
    connect: Callable[[], Callable[[News], object]]


def connect_pops() -> Callable[[News], object]:
    begin_as_a_server()
    return lambda news: record_outcome(payment_id=news[0], outcome=news[1])


def connect_by_hand() -> Callable[[News], object]:
    database = settings.DATABASES["default"]
    handle = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    )
    return lambda news: record_by_hand(handle, *news)


def record_by_hand(handle: psycopg2.extensions.connection, payment_id: uuid.UUID, outcome: Outcome) -> None:
    """What one would write without Django: a statement a step, the same rows, the same locks."""
    facts = outcome.transactions[0]
    with handle, handle.cursor() as cursor:
        cursor.execute(
            "SELECT guarantor_id, state, amount_cents, pg_advisory_xact_lock_shared(%s, %s)"
            " FROM payments_payment WHERE id = %s FOR UPDATE",
            (DAY_LOCKS, dt.date.toordinal(DAY), str(payment_id)),
        )
        guarantor_id, _, amount, _ = cursor.fetchone()  # type: ignore[misc]  # it is there
        cursor.execute(
            "SELECT g.name, g.account_number, g.email, o.auto_post, o.email_receipts FROM accounts_guarantor g"
            " JOIN practice_group o ON o.id = g.group_id WHERE g.id = %s FOR NO KEY UPDATE OF g",
            (guarantor_id,),
        )
        name, account_number, email, _, _ = cursor.fetchone()  # type: ignore[misc]  # it is there
        cursor.execute(
            "SELECT id FROM batches_referencebatch WHERE batch_date = %s AND is_api AND status = 'open'", (DAY,)
        )
        (batch_id,) = cursor.fetchone()  # type: ignore[misc]  # it is there
        cursor.execute(
            "SELECT l.id, f.name, f.address, v.name, p.name, e.number || '-' || l.line_number, l.service_date,"
            " l.description, l.procedure_code, l.billed_cents, l.adjusted_cents, l.insurance_pending_cents,"
            " l.insurance_paid_cents, l.patient_share_cents,"
            " coalesce((SELECT sum(amount_cents) FROM receipts_posting WHERE line_id = l.id), 0)"
            " FROM accounts_serviceline l JOIN accounts_encounter e ON e.id = l.encounter_id"
            " JOIN accounts_patient p ON p.id = e.patient_id JOIN practice_facility f ON f.id = e.facility_id"
            " JOIN practice_provider v ON v.id = e.provider_id"
            " WHERE p.guarantor_id = %s AND NOT e.in_collections ORDER BY l.service_date, e.number, l.line_number",
            (guarantor_id,),
        )
        lines = cursor.fetchall()
        cursor.execute(
            "INSERT INTO receipts_receipt (guarantor_id, batch_id, status, channel, amount_cents, received_on,"
            " received_at, guarantor_name, account_number)"
            " VALUES (%s, %s, 'paid', 'online', %s, %s, %s, %s, %s) RETURNING number",
            (guarantor_id, batch_id, amount, DAY, outcome.occurred_at, name, account_number),
        )
        (number,) = cursor.fetchone()  # type: ignore[misc]  # it is there
        cursor.execute(
            "INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents, card_brand,"
            " card_last4, card_expiry, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '')",
            (number, facts.number, facts.method, amount, amount, facts.card_brand, facts.card_last4, facts.card_expiry),
        )
        postings, left = [], amount
        for line in lines:
            share, paid = line[13], int(line[14])
            take = min(left, share - paid)
            if take > 0:
                postings.append((number, batch_id, *line[:13], take, paid + take, share - paid - take))
                left -= take
        if postings:
            execute_values(
                cursor,
                "INSERT INTO receipts_posting (receipt_id, batch_id, line_id, facility_name, facility_address,"
                " provider_name, patient_name, service_id, service_date, description, procedure_code, billed_cents,"
                " adjusted_cents, insurance_pending_cents, insurance_paid_cents, amount_cents, patient_paid_cents,"
                " remaining_cents) VALUES %s",
                postings,
            )
        cursor.execute(
            'INSERT INTO notifications_message (kind, about_id, guarantor_id, "to", state, message_id)'
            " VALUES ('receipt', %s, %s, %s, 'queued', %s)",
            (number, guarantor_id, email, f"<{uuid.uuid4().hex}@example.com>"),
        )
        cursor.execute(
            "UPDATE payments_payment SET state = 'paid', receipt_id = %s, checked_at = now() WHERE id = %s",
            (number, str(payment_id)),
        )


ARMS = (Arm("POPS", connect_pops), Arm("by hand", connect_by_hand))


def make_jobs(width: int) -> list[list[News]]:
    """Fresh attempts, dealt to the workers; each guarantor pays once a round."""
    payments = make_payments(PAYMENTS)
    news = [(payment.pk, outcome_of(payment, at=NOON)) for payment in payments]
    return [news[start::width] for start in range(width)]


def measure(width: int) -> dict[str, float]:
    """The best of some rounds for each arm, in turns, so that both see the same machine."""
    best = {arm.name: 0.0 for arm in ARMS}
    for _ in range(ROUNDS):
        for arm in ARMS:
            best[arm.name] = max(best[arm.name], run(arm.connect, make_jobs(width)))
    return best


@contextmanager
def pooled() -> Iterator[None]:
    """Have both arms connect through a pooler that gives each transaction any of its connections."""
    database = settings.DATABASES["default"]
    direct = {name: str(database[name]) for name in ("HOST", "PORT", "USER", "PASSWORD")}
    with pooler.pooler(direct, connection.settings_dict["NAME"]) as port:
        database["PORT"] = connection.settings_dict["PORT"] = port
        try:
            yield
        finally:
            connections.close_all()
            database["PORT"] = connection.settings_dict["PORT"] = direct["PORT"]


def count_queries() -> int:
    (payment,) = make_payments(1)
    with CaptureQueriesContext(connection) as queries:
        record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, at=NOON))
    return len(queries)


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: at least 1.2 times the hand-written speed, at most 12 queries."""
    make_guarantors(PAYMENTS)
    run(connect_pops, make_jobs(1))  # opens the day's batch, warms the caches
    rows = [_row(f"record, {width} connections", measure(width)) for width in WIDTHS]
    if pooler.is_there():
        with pooled():
            rows += [_row(f"through PgBouncer, {width}", measure(width)) for width in WIDTHS]
    else:
        print("PgBouncer is not on this machine: nothing is measured through it. apt-get install pgbouncer")
    make_receipts(FILLED, day=DAY)
    rows += [_row(f"into a day of {FILLED:,}, {width}", measure(width)) for width in WIDTHS]
    rows.append({"what": "queries a payment, with BEGIN and COMMIT", "ratio": count_queries(), "target": "<= 12"})
    return rows


def _row(what: str, best: dict[str, float]) -> dict[str, object]:
    return {
        "what": what,
        "payments/s": round(best["POPS"]),
        "beside": "psycopg2 by hand",
        "its payments/s": round(best["by hand"]),
        "ratio": round(best["POPS"] / best["by hand"], 2),
        "target": ">= 1.2",
    }
