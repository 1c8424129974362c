"""What a closed batch still goes through: reopened with a reason, or archived."""

import datetime as dt

import pghistory
from django.db import IntegrityError, transaction

from batches.closing import CLOSED_FIELDS
from batches.holding import lock_batch
from batches.models import BatchReopening, Deposit, ReferenceBatch
from batches.period import why_not_write_on
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse, require_reason

Status = ReferenceBatch.Status
FILES_MISSING = "files_missing"


def why_not_archive(batch: ReferenceBatch) -> Refused | None:
    """Why a batch can't be filed away."""
    if batch.status != Status.CLOSED:
        return Refused("batch_not_closed", f"This batch is {batch.get_status_display().lower()}.")
    return why_not_write_on(batch.batch_date)


def why_not_reopen(batch: ReferenceBatch) -> Refused | None:
    """Why a batch can't be opened again. The files of its close are made of the batch as it was closed."""
    if refusal := why_not_archive(batch):
        return refusal
    if (
        batch.is_api
        and ReferenceBatch.objects.filter(batch_date=batch.batch_date, is_api=True, status=Status.OPEN).exists()
    ):
        return _supplement_is_open()
    files_of_deposit = Deposit.objects.filter(parts__batch=batch, documents=None)
    if batch.closes.filter(documents=None).exists() or files_of_deposit.exists():
        return Refused(FILES_MISSING, "The files of its close are still being made. Try again in a minute.")
    return None


def reopen_batch(*, batch_id: int, reason: str, by: User) -> ReferenceBatch:
    """Open a closed batch again. Raises PeriodLocked, Refused.

    While a supplement of an API Payments batch is open, the batch itself stays closed: there is one open API batch a
    date.
    """
    reason = require_reason(reason)
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        refuse(why_not_reopen(batch))
        BatchReopening.objects.create(batch=batch, reason=reason, reopened_by=by)
        batch.status = Status.OPEN
        batch.closed_at = batch.closed_by = batch.closed_total_cents = batch.closed_receipt_count = None
        _save(batch, *CLOSED_FIELDS, reason=reason, by=by)
    return batch


def archive_batch(*, batch_id: int, now: dt.datetime, by: User) -> ReferenceBatch:
    """File a closed batch away. Raises PeriodLocked, Refused."""
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        refuse(why_not_archive(batch))
        batch.status, batch.archived_at, batch.archived_by = Status.ARCHIVED, now, by
        _save(batch, "status", "archived_at", "archived_by", reason="Archived", by=by)
    return batch


def _save(batch: ReferenceBatch, *fields: str, reason: str, by: User) -> None:
    """Save with the reason for its history. Raises PeriodLocked when a month-end lock was faster."""
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
            batch.save(update_fields=fields)
    except IntegrityError:
        refuse(why_not_write_on(batch.batch_date))
        raise


def _supplement_is_open() -> Refused:
    return Refused("supplement_is_open", "Close its supplement first: one API Payments batch of a date is open.")
