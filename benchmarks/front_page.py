"""The front page of the back office on a practice with a million receipts: what it asks, and for how long.

Beside it, whether any of its questions reads a table that grows from its beginning to its end.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.back_office import ROUNDS, best, watch
from benchmarks.data import filling, make_guarantors
from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.web.sign_in.second_factor import SESSION_KEY

GUARANTORS, RECEIPTS, DAYS, DRAWERS = 10_000, 1_000_000, 3 * 365, 3
# Tables of which none may be read whole.
GROWING = (
    "receipts_receipt", "receipts_transaction", "receipts_posting", "receipts_receiptvoid", "batches_referencebatch",
    "payments_payment", "payments_refund",
)  # fmt: skip
FILLED = (*GROWING, "receipts_unapplied", "payments_bookscheck")

# API Payments and some drawers a day; all closed but those of the last two days. One receipt in two hundred is voided,
# one in a hundred keeps something that nothing has become of.
FILL = """
INSERT INTO batches_referencebatch (description, user_id, batch_date, is_api, supplement, status, note, opened_at,
                                    closed_at, closed_by_id, closed_total_cents, closed_receipt_count)
SELECT CASE nth WHEN 0 THEN 'API Payments' ELSE 'Front desk ' || nth END, %(user)s, day, nth = 0, 1,
       CASE WHEN is_open THEN 'open' ELSE 'closed' END, '', day + interval '8 hours',
       CASE WHEN NOT is_open THEN day + interval '30 hours' END, CASE WHEN NOT is_open THEN %(user)s END,
       CASE WHEN NOT is_open THEN 1000000 END, CASE WHEN NOT is_open THEN 228 END
FROM generate_series(0, %(days)s - 1) ago
CROSS JOIN LATERAL (SELECT %(today)s::date - ago AS day, ago < 2 AS is_open) d
CROSS JOIN generate_series(0, %(drawers)s) nth;

INSERT INTO receipts_receipt (guarantor_id, batch_id, status, channel, amount_cents, received_on, received_at,
                              guarantor_name, account_number)
SELECT g.id, b.id, 'paid', CASE WHEN b.is_api THEN 'online' WHEN n %% 5 = 0 THEN 'mail' ELSE 'office' END, 5000,
       b.batch_date, b.opened_at + n * interval '1 minute', g.name, g.account_number
FROM batches_referencebatch b
CROSS JOIN generate_series(1, %(receipts)s / ((%(drawers)s + 1) * %(days)s) + 1) n
JOIN (SELECT *, row_number() OVER () - 1 AS place FROM accounts_guarantor) g
    ON g.place = (b.id * 31 + n * 17) %% (SELECT count(*) FROM accounts_guarantor)
ORDER BY b.batch_date;

INSERT INTO receipts_receiptvoid (receipt_id, reason, voided_at, voided_by_id)
SELECT number, 'Mistake', received_at + interval '5 minutes', %(user)s FROM receipts_receipt WHERE number %% 200 = 0;

INSERT INTO receipts_unapplied (receipt_id, received_on, cents)
SELECT number, received_on, 1500 FROM receipts_receipt WHERE number %% 100 = 1;

INSERT INTO payments_payment (id, guarantor_id, amount_cents, currency, state, intent_id, receipt_id, review_reason,
                              started_at)
SELECT gen_random_uuid(), guarantor_id, 5000, 'usd', 'paid', 'pi_' || number, number, '', received_at
FROM receipts_receipt WHERE channel = 'online';

INSERT INTO payments_refund (id, receipt_id, charge_id, amount_cents, voids, reason, state, note, requested_at)
SELECT gen_random_uuid(), number, 'ch_' || number, 500, false, 'Paid too much', 'succeeded', '', received_at
FROM receipts_receipt WHERE channel = 'online' AND number %% 50 = 0;

INSERT INTO payments_bookscheck (started_at, ended_at, found, lines, files) VALUES (now(), now(), 0, '[]', '{}');
"""


def benchmark() -> list[dict[str, object]]:
    """Rows of the report. Targets: at most 12 queries and 50 ms of database time, and no table read whole."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["*"], False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    make_guarantors(GUARANTORS)
    _fill()
    return [_measure(role) for role in ("Front desk", "Billing manager", "Administrator")]


def _fill() -> None:
    practice = Practice.objects.get()
    facts = {"user": User.objects.create_user("pops@localhost").pk, "today": practice.business_date(timezone.now())}
    sizes = {"days": DAYS, "drawers": DRAWERS, "receipts": RECEIPTS}
    with filling(FILLED) as cursor:
        cursor.execute(FILL, {**facts, **sizes})


def _measure(role: str) -> dict[str, object]:
    client = sign_in(role)
    assert client.get("/admin/").status_code == 200
    statements, _ = watch(client, "/admin/")
    return {
        "what": f"front page of a {role}, {RECEIPTS:,} receipts",
        "queries": len(statements),
        "database ms": round(min(watch(client, "/admin/")[1] for _ in range(ROUNDS)), 1),
        "page ms": round(best(lambda: client.get("/admin/")), 1),
        "read whole": ", ".join(sorted(read_whole(client, "/admin/"))) or "none",
        "target": "<= 12 queries, <= 50 ms, none",
    }


def sign_in(role: str) -> Client:
    """A browser of a new member of staff with this role."""
    user = User.objects.create_user(f"{role[:5].lower()}@example.com", is_staff=True, name=role)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    session = client.session
    session[SESSION_KEY] = "benchmark"
    session.save()
    return client


def read_whole(client: Client, address: str) -> set[str]:
    """Which of the growing tables a question of a page reads from end to end, by the plans of the questions."""
    found: set[str] = set()

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("SELECT") and not many:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                found.update(_scanned(cursor.fetchone()[0][0]["Plan"]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        client.get(address)
    return found


def _scanned(plan: dict[str, Any]) -> set[str]:
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in GROWING else set()
    return own.union(*map(_scanned, plan.get("Plans", [])))
