"""Opening and closing Reference Batches under the day's lock.

Recording money takes the lock of its date shared, closing takes it exclusively: payments never wait for each
other, a close waits for those in flight, and those after it see the batch closed. Both live to the end of
the transaction, and every statement after the lock sees what was committed before it was granted.
"""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from batches.models import API_PAYMENTS, ReferenceBatch
from batches.selectors import get_sum
from pops.accounts.models import User
from pops.accounts.services import get_pops_user

# "POPS" in ASCII: the namespace of the day's advisory locks.
DAY_LOCKS = 0x504F5053
# For a statement that is made anyway: costs no round trip of its own. Takes `day` from day_key().
SHARED_DAY_LOCK_SQL = f"pg_advisory_xact_lock_shared({DAY_LOCKS}, %(day)s)"


class BatchClosed(Exception):
    """The batch is closed already."""


def day_key(date: dt.date) -> int:
    """The key of a date's advisory lock."""
    return date.toordinal()


def lock_day(*, date: dt.date) -> None:
    """Hold a date alone until the end of the transaction: waits for the payments in flight."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DAY_LOCKS, day_key(date)])


def open_api_batch(*, batch_date: dt.date) -> int:
    """The id of the open API Payments batch of a practice-local date; opens it, or a supplement.

    Call it with the day's lock held (shared), in the transaction that records the money.
    """
    batch_id = _find_open_api_batch(batch_date)
    if batch_id is None:
        _insert_api_batch(batch_date)
        batch_id = _find_open_api_batch(batch_date)
    if batch_id is None:
        raise RuntimeError(f"The API Payments batch of {batch_date} could not be opened.")
    return batch_id


def _find_open_api_batch(batch_date: dt.date) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM batches_referencebatch WHERE batch_date = %s AND is_api AND status = 'open'",
            [batch_date],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _insert_api_batch(batch_date: dt.date) -> None:
    """Insert unless another payment was first: its uncommitted row makes us wait, then do nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO batches_referencebatch
                (description, user_id, batch_date, is_api, supplement, status, note, opened_at)
            SELECT %(description)s, %(user)s, %(date)s, true, coalesce(max(supplement), 0) + 1, 'open', '', now()
            FROM batches_referencebatch WHERE batch_date = %(date)s AND is_api
            ON CONFLICT DO NOTHING
            """,
            {"description": API_PAYMENTS, "user": get_pops_user().pk, "date": batch_date},
        )


def close_batch(*, batch_id: int, by: User) -> ReferenceBatch:
    """Close a batch with its totals, in cents. Raises BatchClosed when somebody was first."""
    with transaction.atomic():
        lock_day(date=ReferenceBatch.objects.only("batch_date").get(pk=batch_id).batch_date)
        batch = ReferenceBatch.objects.select_for_update().get(pk=batch_id)
        if not batch.is_open:
            raise BatchClosed(batch)
        batch.closed_total_cents, batch.closed_receipt_count = get_sum(batch)
        batch.status = ReferenceBatch.Status.CLOSED
        batch.closed_at = timezone.now()
        batch.closed_by = by
        batch.save(update_fields=["closed_total_cents", "closed_receipt_count", "status", "closed_at", "closed_by"])
    return batch
