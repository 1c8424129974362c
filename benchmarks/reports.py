"""Reports on a practice with a million receipts over three years: a month on screen, a year as CSV.

Beside them what one would write by hand for the same numbers, on the tables themselves, in the same run. Fewer receipts
by the environment: REPORT_RECEIPTS=100000.
"""

import datetime as dt
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from benchmarks.back_office import best
from benchmarks.data import filling, make_guarantors
from benchmarks.front_page import DAYS, DRAWERS, FILL, FILLED, sign_in
from payments.reports.models import Format
from payments.reports.registry import find_report
from payments.reports.runs.writing import write_file
from pops.core.access.models import User
from pops.core.practice.models import Practice
from tests.factories.practice import FacilityFactory, ProviderFactory

GUARANTORS, FACILITIES, PROVIDERS = 10_000, 5, 20
RECEIPTS = int(os.environ.get("REPORT_RECEIPTS", "1000000"))
ROUNDS = 3

# Whom the receipts are of. What keeps a cell from a spreadsheet depends on the letters that it begins with.
NAMES = """
UPDATE accounts_guarantor SET name = g.first[1 + id % 20] || ' ' || g.last[1 + id / 20 % 20] FROM (SELECT ARRAY[
    'James', 'Mary', 'Robert', 'Patricia', 'John', 'Jennifer', 'Michael', 'Linda', 'David', 'Elizabeth', 'William',
    'Barbara', 'Richard', 'Susan', 'Joseph', 'Jessica', 'Thomas', 'Karen', 'Christopher', 'José'
] AS first, ARRAY[
    'Smith', 'Johnson', 'Williams', 'Brown', 'Jones', 'Garcia', 'Miller', 'Davis', 'Rodriguez', 'Martínez', 'Hernandez',
    'Lopez', 'Gonzalez', 'Wilson', 'Anderson', 'Thomas', 'Taylor', 'Moore', 'Jackson', 'Lee'
] AS last) g
"""
# A transaction a receipt, by all methods; two postings each, to services of all facilities and providers.
REST = """
UPDATE accounts_encounter SET
    facility_id = (SELECT min(id) FROM practice_facility) + id % %(facilities)s,
    provider_id = (SELECT min(id) FROM practice_provider) + id % %(providers)s;
INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents, card_brand, card_last4,
                                  card_expiry, reason)
SELECT number, 'ch_filled_' || number, m.method, amount_cents, amount_cents, m.brand, m.last4, '', ''
FROM receipts_receipt r
JOIN (VALUES (0, 'card', 'visa', '4242'), (1, 'card', 'mastercard', '4444'), (2, 'apple_pay', 'visa', '1881'),
             (3, 'check', '', ''), (4, 'cash', '', '')) m (nth, method, brand, last4) ON m.nth = r.number % 5
ORDER BY number;
INSERT INTO receipts_posting (receipt_id, line_id, batch_id, amount_cents, posted_at, facility_name, provider_name,
                              patient_name, service_id, service_date, description, billed_cents, adjusted_cents,
                              insurance_pending_cents, insurance_paid_cents, patient_paid_cents, remaining_cents)
SELECT r.number, l.id, r.batch_id, 2000, r.received_at, 'Lakeside Main Clinic', 'Priya Raman, MD', p.name,
       e.number || '-' || l.line_number, l.service_date, l.description, l.billed_cents, 0, 0, 0, 2000, 0
FROM receipts_receipt r JOIN accounts_patient p ON p.guarantor_id = r.guarantor_id
JOIN accounts_encounter e ON e.patient_id = p.id
JOIN accounts_serviceline l ON l.encounter_id = e.id AND l.line_number < 3 ORDER BY r.number;
"""
# Each attempt has its session; two of three sessions pay nothing. They come by each way, half of them with MFA.
SESSIONS = """
INSERT INTO portal_sessions_portalsession (origin, authentication, group_id, guarantor_id, is_mirror, reason, key,
                                           started_at, ended_at, why_ended)
SELECT (ARRAY['email', 'text', 'qr', 'statement', 'direct'])[1 + p.receipt_id % 5],
       CASE WHEN p.receipt_id % 2 = 0 THEN 'mfa' ELSE 'quickpay' END, g.group_id, g.id, false, '',
       CASE nth WHEN 0 THEN p.id::text ELSE '' END, p.started_at + nth * interval '1 hour',
       p.started_at + nth * interval '1 hour' + interval '9 minutes', 'expired'
FROM payments_payment p JOIN accounts_guarantor g ON g.id = p.guarantor_id CROSS JOIN generate_series(0, 2) nth
ORDER BY p.started_at;
UPDATE payments_payment p SET session_id = s.id FROM portal_sessions_portalsession s WHERE s.key = p.id::text;
"""
MONEY = """
FROM receipts_receipt r JOIN batches_referencebatch b ON b.id = r.batch_id
JOIN receipts_transaction t ON t.receipt_id = r.number
LEFT JOIN receipts_receiptvoid v ON v.receipt_id = r.number
WHERE b.batch_date BETWEEN %(first)s AND %(last)s
"""
SUM = "sum(t.amount_cents) FILTER (WHERE v.id IS NULL)"
ROW = """
r.number, CASE WHEN v.id IS NOT NULL THEN 'voided' WHEN r.status = 'unsuccessful' THEN r.status ELSE r.kind END,
b.batch_date, r.batch_id, r.guarantor_name, r.account_number, r.channel, t.method, t.card_brand,
CASE WHEN t.card_last4 <> '' THEN 'ending in ' || t.card_last4 ELSE t.check_number END,
CASE WHEN v.id IS NULL THEN t.amount_cents / 100.0 ELSE 0 END,
CASE WHEN v.id IS NOT NULL THEN t.amount_cents / 100.0 WHEN r.status = 'unsuccessful' THEN t.requested_cents / 100.0 END
"""
IN_ORDER = "ORDER BY b.batch_date DESC, r.number DESC, t.id DESC"
# What the page of a month shows: totals, the bars by day and by method, the first rows.
PAGE = (
    f"SELECT count(*) FILTER (WHERE v.id IS NULL AND r.status = 'paid'),"
    f" sum(t.amount_cents) FILTER (WHERE v.id IS NULL AND r.kind <> 'refund'),"
    f" sum(t.amount_cents) FILTER (WHERE v.id IS NULL AND r.kind = 'refund'), {SUM},"
    f" sum(t.amount_cents) FILTER (WHERE v.id IS NOT NULL),"
    f" sum(t.requested_cents) FILTER (WHERE r.status = 'unsuccessful') {MONEY}",
    "SELECT sum(p.amount_cents) FROM receipts_posting p JOIN batches_referencebatch b ON b.id = p.batch_id"
    " WHERE b.batch_date BETWEEN %(first)s AND %(last)s",
    "SELECT sum(d.amount_cents) FROM receipts_disbursement d JOIN batches_referencebatch b ON b.id = d.batch_id"
    " WHERE b.batch_date BETWEEN %(first)s AND %(last)s",
    f"SELECT b.batch_date, {SUM} {MONEY} GROUP BY 1",
    f"SELECT t.method, {SUM} {MONEY} GROUP BY 1",
    f"SELECT {ROW} {MONEY} {IN_ORDER} LIMIT 51",
)
BY_FACILITY = """
SELECT f.name, sum(p.amount_cents) FROM receipts_posting p JOIN batches_referencebatch b ON b.id = p.batch_id
JOIN accounts_serviceline l ON l.id = p.line_id JOIN accounts_encounter e ON e.id = l.encounter_id
JOIN practice_facility f ON f.id = e.facility_id
WHERE b.batch_date BETWEEN %(first)s AND %(last)s GROUP BY f.id
"""
USED = """
FROM portal_sessions_portalsession s LEFT JOIN LATERAL (
    SELECT min(CASE p.state WHEN 'paid' THEN 1 WHEN 'processing' THEN 2 WHEN 'review' THEN 2 WHEN 'unsuccessful' THEN 3
               WHEN 'returned' THEN 3 ELSE 4 END) AS rank
    FROM payments_payment p WHERE p.session_id = s.id
) came_of ON true
"""
OF_MONTH = (
    "WHERE s.started_at >= %(first)s::timestamp AT TIME ZONE 'America/New_York'"
    " AND s.started_at < (%(last)s + 1)::timestamp AT TIME ZONE 'America/New_York' AND NOT s.is_mirror"
)
BARE = f"FROM portal_sessions_portalsession s {OF_MONTH}"
# What the page of a month of sessions shows: totals, bars by day, by origin and by outcome, the first rows.
USAGE_PAGE = (
    "SELECT count(*), count(DISTINCT s.guarantor_id),"
    f" {', '.join(f'count(*) FILTER (WHERE came_of.rank = {rank})' for rank in range(1, 5))} {USED} {OF_MONTH}",
    f"SELECT (s.started_at AT TIME ZONE 'America/New_York')::date, count(*) {BARE} GROUP BY 1",
    f"SELECT s.origin, count(*) {BARE} GROUP BY 1",
    f"SELECT came_of.rank, count(*) {USED} {OF_MONTH} GROUP BY 1",
    f"SELECT s.started_at, a.account_number, g.name, s.origin, s.authentication, came_of.rank, s.ended_at, s.id {USED}"
    " JOIN accounts_guarantor a ON a.id = s.guarantor_id JOIN practice_group g ON g.id = s.group_id"
    f" {OF_MONTH} ORDER BY s.started_at DESC, s.id DESC LIMIT 51",
)


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: a month under 1.5 times its SQL; a year's CSV at half of COPY, in flat memory."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["*"], False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    make_guarantors(GUARANTORS)
    FacilityFactory.create_batch(FACILITIES - 1)
    ProviderFactory.create_batch(PROVIDERS - 1)
    today = Practice.objects.get().business_date(timezone.now())
    _fill(today)
    month = {"first": (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)}
    month["last"] = today.replace(day=1) - dt.timedelta(days=1)
    year = {"first": today - dt.timedelta(days=365), "last": today - dt.timedelta(days=1)}
    return [*_pages(month), *_files(month, year)]


def _fill(today: dt.date) -> None:
    facts = {"user": User.objects.create_user("pops@localhost").pk, "today": today, "receipts": RECEIPTS}
    sizes = {"days": DAYS, "drawers": DRAWERS, "facilities": FACILITIES, "providers": PROVIDERS}
    with filling(FILLED) as cursor:
        cursor.execute(NAMES)
        cursor.execute(FILL, {**facts, **sizes})
        cursor.execute(REST.replace(" % ", " %% "), {**facts, **sizes})
        cursor.execute(SESSIONS)


def _run(statements: tuple[str, ...], span: dict[str, dt.date]) -> None:
    with connection.connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql, span)
            cursor.fetchall()


def _address(slug: str, span: dict[str, dt.date], **more: str) -> str:
    asked = {"from": span["first"], "to": span["last"], **more}
    return f"{reverse('backoffice:report', args=[slug])}?{urlencode(asked)}"


def _pages(month: dict[str, dt.date]) -> list[dict[str, object]]:
    client = sign_in("Billing manager")
    rows = []
    for what, slug, more, statements in (
        ("POPS Payments of a month", "pops-payments", {}, PAGE),
        ("POPS Payments of a month by facility", "pops-payments", {"by": "facility"}, (*PAGE, BY_FACILITY)),
        ("Session Usage of a month", "session-usage", {}, USAGE_PAGE),
    ):
        address = _address(slug, month, **more)
        assert client.get(address).status_code == 200
        _run(statements, month)
        page = best(lambda a=address: client.get(a))  # type: ignore[misc]
        by_hand = best(lambda s=statements: _run(s, month))  # type: ignore[misc]
        rows.append(
            {
                "what": f"{what}, {RECEIPTS:,} receipts: the page, ms",
                "measured": round(page, 1), "beside": "its SQL by hand", "its": round(by_hand, 1),
                "ratio": round(page / by_hand, 2), "target": "< 1.5",
            }
        )  # fmt: skip
    return rows


def _files(month: dict[str, dt.date], year: dict[str, dt.date]) -> list[dict[str, object]]:
    seconds, rows = zip(*(_timed(lambda: _copy(year)) for _ in range(ROUNDS)), strict=True)
    ours, lines, peaks = zip(*(_in_a_process(year) for _ in range(ROUNDS)), strict=True)
    assert set(lines) == {rows[0] + 1}, (lines, rows)
    of_a_month = _in_a_process(month)[2]
    return [
        {
            "what": f"a year's CSV, {rows[0]:,} rows, rows/s",
            "measured": round(rows[0] / min(ours)), "beside": "COPY of the same by hand",
            "its": round(rows[0] / min(seconds)), "ratio": round(min(seconds) / min(ours), 2), "target": ">= 0.5",
        },
        {
            "what": "its memory above that of a month's CSV, MB",
            "measured": round(min(peaks) - of_a_month, 1), "target": "flat",
        },
    ]  # fmt: skip


def _timed(job: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = job()
    return time.perf_counter() - began, answer


class Lines:
    """Takes a file and counts its lines."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, data: bytes) -> int:
        self.count += data.count(b"\n")
        return len(data)


def _copy(span: dict[str, dt.date]) -> int:
    lines = Lines()
    with connection.connection.cursor() as cursor:
        query = cursor.mogrify(f"SELECT {ROW} {MONEY} {IN_ORDER}", span).decode()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT CSV", lines)
    return lines.count


def _export(span: dict[str, dt.date]) -> int:
    report, user = find_report("pops-payments"), User.objects.get(email="billi@example.com")
    assert report is not None
    given = {"from": f"{span['first']}", "to": f"{span['last']}"}
    question = report.ask(given, user=user, today=span["last"])
    lines = Lines()
    write_file(report.table(question, user), Format.CSV, lines)  # type: ignore[arg-type]  # all that is asked of it
    return lines.count


def _in_a_process(span: dict[str, dt.date]) -> tuple[float, int, float]:
    """Seconds, lines and the most memory in MB of an export in a process of its own, as a worker makes it."""
    connection.close()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    worker = context.Process(target=_export_there, args=(span, connection.settings_dict["NAME"], answers))
    worker.start()
    seconds, lines, peak = answers.get(timeout=600)
    worker.join()
    connection.ensure_connection()
    return seconds, lines, peak


def _export_there(span: dict[str, dt.date], database: str, answers: Any) -> None:
    connection.settings_dict["NAME"] = database
    User.objects.exists()  # connected
    seconds, lines = _timed(lambda: _export(span))
    answers.put((seconds, lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
