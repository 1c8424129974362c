"""Find-as-you-type among 100,000 guarantors and a million receipts: the time of the database, of the first answer."""

import time

from django.contrib.auth.models import Group
from django.db import connection

from batches.models import ReferenceBatch
from batches.working import open_desk_batch
from benchmarks.data import filling, make_guarantors
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Practice
from pops.web.backoffice.desk.finding import find_all
from tests.factories.staff import MANAGER

GUARANTORS, RECEIPTS, WANTED_MS, WANTED_QUERIES = 100_000, 1_000_000, 30, 12
FILL = """
WITH receipt AS (
    INSERT INTO receipts_receipt (guarantor_id, batch_id, status, channel, amount_cents, received_on, received_at,
                                  guarantor_name, account_number)
    SELECT g.id, %(batch)s, 'paid', 'office', 1000 + n %% 20000, %(day)s, now() - n * interval '1 minute', g.name,
           g.account_number
    FROM generate_series(1, %(count)s) n
    JOIN (SELECT *, row_number() OVER () - 1 AS nth FROM accounts_guarantor) g
        ON g.nth = n %% (SELECT count(*) FROM accounts_guarantor)
    RETURNING number, amount_cents
)
INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents,
                                  card_brand, card_last4, card_expiry, check_number, reason)
SELECT number, 'filled_' || number, CASE number %% 2 WHEN 0 THEN 'card' ELSE 'check' END, amount_cents, amount_cents,
       CASE number %% 2 WHEN 0 THEN 'visa' ELSE '' END,
       CASE number %% 2 WHEN 0 THEN lpad((number %% 10000)::text, 4, '0') ELSE '' END, '',
       CASE number %% 2 WHEN 0 THEN '' ELSE (number %% 5000)::text END, '' FROM receipt
"""


class Clock:
    """Adds up what the database takes."""

    def __init__(self) -> None:
        self.seconds, self.count = 0.0, 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - start
            self.count += 1


def benchmark() -> list[dict[str, object]]:
    """Rows of the report: for each way to find, the milliseconds of the first answer on a connection that is warm."""
    make_guarantors(GUARANTORS)
    user = User.objects.create_user("find@example.com", name="Dana", is_staff=True)
    user.groups.add(Group.objects.get(name=MANAGER))  # who counts blind finds nothing here by its amount
    _fill(user)
    somebody = Guarantor.objects.order_by("pk")[GUARANTORS // 2]
    first = somebody.name.split()[0]
    texts = {
        "two letters": first[:2], "a name": somebody.name, "an account": somebody.account_number,
        "a receipt": "900000", "a check": "1042", "last four": "4242", "an amount": "$42.42", "nobody": "zzyzx qq",
    }  # fmt: skip
    find_all(user, "warm up")
    return [_measure(user, name, text) for name, text in texts.items()]


def _fill(user: User) -> None:
    today = Practice.objects.get().business_date(user.created_at)
    batch: ReferenceBatch = open_desk_batch(description="Filled", today=today, by=user)
    with filling(("receipts_receipt", "receipts_transaction")) as cursor:
        cursor.execute(FILL, {"batch": batch.pk, "day": today, "count": RECEIPTS})


def _measure(user: User, name: str, text: str) -> dict[str, object]:
    clock = Clock()
    fresh = User.objects.get(pk=user.pk)  # knows none of its rights yet
    with connection.execute_wrapper(clock):
        groups = find_all(fresh, text)
    took = clock.seconds * 1000
    return {
        "what": f"find {name}",
        "db_ms": round(took, 1),
        "queries": clock.count,
        "found": sum(len(group["rows"]) for group in groups),
        "target": f"<= {WANTED_MS} ms in the database, <= {WANTED_QUERIES} queries",
    }
