"""Opening Reference Batches and working in them, under the day's lock.

Recording money takes the lock of its date shared, closing takes it exclusively: payments never wait for each
other, a close waits for those in flight, and those after it see the batch closed. Both live to the end of
the transaction, and every statement after the lock sees what was committed before it was granted.
"""

import datetime as dt

from django.db import connection, transaction

from batches.models import API_PAYMENTS, BatchAttachment, ReferenceBatch
from batches.selectors import find_locked_through
from pops.core.access.models import User
from pops.core.access.services import get_pops_user
from pops.core.practice.models import Facility

# "POPS" in ASCII: the namespace of the day's advisory locks.
DAY_LOCKS = 0x504F5053
# For a statement that is made anyway: costs no round trip of its own. Takes `day` from day_key().
SHARED_DAY_LOCK_SQL = f"pg_advisory_xact_lock_shared({DAY_LOCKS}, %(day)s)"


class BatchClosed(Exception):
    """The batch is closed already."""


class PeriodLocked(Exception):
    """The date lies in a period that was locked at month-end; `first_open` is the first date after it."""

    def __init__(self, date: dt.date, locked_through: dt.date) -> None:
        super().__init__(f"The period is locked through {locked_through}.")
        self.date = date
        self.first_open = locked_through + dt.timedelta(days=1)


class NoAttachedBatch(Exception):
    """The member of staff works in no open batch of the day."""


class BatchNotAttachable(Exception):
    """The batch is not an open one of today that people work in."""


def day_key(date: dt.date) -> int:
    """The key of a date's advisory lock."""
    return date.toordinal()


def lock_day(*, date: dt.date) -> None:
    """Hold a date alone until the end of the transaction: waits for the payments in flight."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DAY_LOCKS, day_key(date)])


def share_day(*, date: dt.date) -> None:
    """Hold a date together with others who record money, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SHARED_DAY_LOCK_SQL}", {"day": day_key(date)})


# --- API Payments ---------------------------------------------------------------------------------------------


def open_api_batch(*, batch_date: dt.date) -> int:
    """The id of the open API Payments batch of a practice-local date; opens it, or a supplement.

    Call it with the day's lock held (shared), in the transaction that records the money. Raises PeriodLocked.
    """
    batch_id = _find_open_api_batch(batch_date)
    if batch_id is None:
        _insert_api_batch(batch_date)
        batch_id = _find_open_api_batch(batch_date)
    if batch_id is None:
        refuse_locked(batch_date)
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
    """Insert unless another payment was first: its uncommitted row makes us wait, then do nothing.

    Nothing is inserted into a locked period either: opening waits for a month-end lock in the making.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO batches_referencebatch
                (description, user_id, batch_date, is_api, supplement, status, note, opened_at)
            SELECT %(description)s, %(user)s, %(date)s, true, coalesce(max(supplement), 0) + 1, 'open', '', now()
            FROM batches_referencebatch WHERE batch_date = %(date)s AND is_api
            HAVING NOT EXISTS (SELECT FROM batches_periodlock WHERE locked_through >= %(date)s)
            ON CONFLICT DO NOTHING
            """,
            {"description": API_PAYMENTS, "user": get_pops_user().pk, "date": batch_date},
        )


def refuse_locked(date: dt.date) -> None:
    """Raises PeriodLocked when a practice-local date lies in a period that was locked at month-end."""
    locked_through = find_locked_through()
    if locked_through and date <= locked_through:
        raise PeriodLocked(date, locked_through)


# --- The desk -------------------------------------------------------------------------------------------------


def open_desk_batch(
    *,
    description: str,
    today: dt.date,
    by: User,
    facility: Facility | None = None,
    reference_total_cents: int | None = None,
    note: str = "",
) -> ReferenceBatch:
    """Open a batch of the practice's today and attach it to who opens it. Raises PeriodLocked."""
    with transaction.atomic():
        share_day(date=today)
        refuse_locked(today)
        batch = ReferenceBatch.objects.create(
            description=description,
            user=by,
            batch_date=today,
            facility=facility,
            reference_total_cents=reference_total_cents,
            note=note,
        )
        _attach(batch, by)
    return batch


def change_desk_batch(
    *,
    batch_id: int,
    description: str,
    facility: Facility | None,
    reference_total_cents: int | None,
    note: str,
) -> ReferenceBatch:
    """Change what a person may of an open batch. Raises BatchClosed, and BatchNotAttachable for API Payments."""
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        if batch.is_api:
            raise BatchNotAttachable(batch)
        batch.description, batch.facility = description, facility
        batch.reference_total_cents, batch.note = reference_total_cents, note
        batch.save(update_fields=["description", "facility", "reference_total_cents", "note"])
    return batch


def attach_batch(*, batch_id: int, today: dt.date, by: User) -> ReferenceBatch:
    """Work in an open desk batch of today from now on, and in no other. Raises BatchNotAttachable."""
    with transaction.atomic():
        share_day(date=today)
        batch = ReferenceBatch.objects.filter(pk=batch_id, is_api=False, status="open", batch_date=today).first()
        if batch is None:
            raise BatchNotAttachable(batch_id)
        _attach(batch, by)
    return batch


def detach_batch(*, by: User) -> None:
    """Work in no batch any more."""
    BatchAttachment.objects.filter(user=by).delete()


def get_attached_batch(*, today: dt.date, by: User) -> ReferenceBatch:
    """The open batch of today that a member of staff works in. Raises NoAttachedBatch.

    Call it with the day's lock held: it stays open until the end of the transaction.
    """
    batch = ReferenceBatch.objects.filter(attachments__user=by, status="open", batch_date=today, is_api=False).first()
    if batch is None:
        raise NoAttachedBatch(by)
    return batch


def _attach(batch: ReferenceBatch, user: User) -> None:
    BatchAttachment.objects.update_or_create(user=user, defaults={"batch": batch})


def lock_batch(*, batch_id: int) -> ReferenceBatch:
    """An open batch whose day is held alone until the end of the transaction. Raises BatchClosed."""
    lock_day(date=ReferenceBatch.objects.only("batch_date").get(pk=batch_id).batch_date)
    batch = ReferenceBatch.objects.select_for_update().get(pk=batch_id)
    if not batch.is_open:
        raise BatchClosed(batch)
    return batch
