"""Rows to measure on, made fast."""

import datetime as dt
import itertools
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from batches.models import ReferenceBatch
from payments.models import Payment
from pops.core.access.models import User
from pops.core.accounts.models import Encounter, Guarantor, Patient, ServiceLine
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory

# Enough that many rounds of payments find something to post to.
LINE_CENTS = 1_000_000
PAYMENT_CENTS = 5_000


def make_guarantors(count: int) -> None:
    """Guarantors with a patient, a visit and three open lines each."""
    PracticeFactory()
    group, facility, provider = GroupFactory(), FacilityFactory(), ProviderFactory()
    guarantors = Guarantor.objects.bulk_create(
        Guarantor(account_number=str(n), group=group, name=f"Guarantor {n}", email=f"g{n}@example.com")
        for n in range(count)
    )
    patients = Patient.objects.bulk_create(
        Patient(guarantor=guarantor, name="Pat O'Connell-Nguyễn") for guarantor in guarantors
    )
    encounters = Encounter.objects.bulk_create(
        Encounter(number=n, patient=patient, provider=provider, facility=facility)
        for n, patient in enumerate(patients, 1)  # 0 is the trial account's
    )
    ServiceLine.objects.bulk_create(
        ServiceLine(
            encounter=encounter,
            line_number=line,
            service_date=dt.date(2026, 1, line),
            description="Office visit",
            billed_cents=LINE_CENTS,
        )
        for encounter, line in itertools.product(encounters, (1, 2, 3))
    )


def make_payments(count: int) -> list[Payment]:
    """Fresh attempts, one a guarantor, committed as the browser's start would."""
    guarantors = Guarantor.objects.order_by("pk").values_list("pk", flat=True)[:count]
    payments = [Payment(guarantor_id=pk, amount_cents=PAYMENT_CENTS) for pk in guarantors]
    for payment in payments:
        payment.intent_id = f"pi_{payment.pk.hex}"
    return Payment.objects.bulk_create(payments)


def make_receipts(count: int, *, day: dt.date) -> None:
    """Fill the day's open batch with paid receipts."""
    batch = ReferenceBatch.objects.get(batch_date=day, status="open")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH receipt AS (
                INSERT INTO receipts_receipt (guarantor_id, batch_id, status, channel, amount_cents, received_on,
                                              received_at, guarantor_name, account_number)
                SELECT g.id, %(batch)s, 'paid', 'online', 5000, %(day)s, now(), g.name, g.account_number
                FROM generate_series(1, %(count)s) n
                JOIN (SELECT *, row_number() OVER () - 1 AS nth, count(*) OVER () AS of FROM accounts_guarantor) g
                    ON g.nth = n %% g.of
                RETURNING number
            )
            INSERT INTO receipts_transaction (receipt_id, number, method, amount_cents, requested_cents,
                                              card_brand, card_last4, card_expiry, reason)
            SELECT number, 'ch_filled_' || number, 'card', 5000, 5000, 'visa', '4242', '12/2030', '' FROM receipt
            """,
            {"batch": batch.pk, "day": day, "count": count},
        )
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def filling(tables: Collection[str]) -> Iterator[Any]:
    """A cursor to fill tables by, without their triggers, which judge row by row; then as autovacuum leaves them."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        cursor.execute("VACUUM ANALYZE")


def fill(sql: str, *, tables: tuple[str, ...], **sizes: int) -> Guarantor:
    """A practice filled by one piece of SQL, and its first guarantor."""
    PracticeFactory()
    keys = {"group": GroupFactory().pk, "provider": ProviderFactory().pk, "facility": FacilityFactory().pk}
    keys |= {"user": User.objects.create_user("pops@localhost").pk, **sizes}
    with filling(tables) as cursor:
        cursor.execute(sql, keys)
    guarantor: Guarantor = Guarantor.objects.order_by("pk")[0]
    return guarantor
