"""The desk's batches: opened by a person, who works in one at a time."""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from batches.cash import write_movement
from batches.holding import lock_batch, why_not_change
from batches.models import BatchAttachment, DrawerMovement, LateAttachment, ReferenceBatch
from batches.period import why_not_write_on
from batches.selectors import find_desk_batches
from pops.core.access.models import User
from pops.core.locks import Held, hold, hold_clerk
from pops.core.practice.models import Facility
from pops.core.practice.selectors import get_practice
from pops.core.prepared import Prepared
from pops.core.refusals import Refused, refuse, require_reason

Status = ReferenceBatch.Status


class NoAttachedBatch(Refused):
    """The member of staff works in no open batch of the day."""

    def __init__(self) -> None:
        super().__init__(
            "no_attached_batch", "You work in no open batch of today. Open one, or attach one, and try again."
        )


class BatchNotAttachable(Refused):
    """The batch is not an open one of today that people work in."""

    def __init__(self) -> None:
        super().__init__("batch_not_attachable", "This is not an open batch of today. Nothing was changed.")


class DescriptionTaken(Refused):
    """An open batch of today is described so already: people could not tell them apart."""

    def __init__(self) -> None:
        super().__init__(
            "description_taken", "A batch of this description is open already. Attach it, or describe this one."
        )


def why_not_open(*, description: str, today: dt.date) -> Refused | None:
    """Why a desk batch of the practice's today can't be opened under a description."""
    if find_desk_batches(today).filter(description__iexact=description).exists():
        return DescriptionTaken()
    return why_not_write_on(today)


def open_desk_batch(
    *,
    description: str,
    today: dt.date,
    by: User,
    facility: Facility | None = None,
    reference_total_cents: int | None = None,
    note: str = "",
    float_cents: int | None = None,
) -> ReferenceBatch:
    """Open a batch of the practice's today and attach it to who opens it. Raises DescriptionTaken, PeriodLocked.

    `float_cents` lie in its drawer from the start.
    """
    with transaction.atomic():
        hold(days=[today])
        refuse(why_not_open(description=description, today=today))
        batch = ReferenceBatch.objects.create(
            description=description,
            user=by,
            batch_date=today,
            facility=facility,
            reference_total_cents=reference_total_cents,
            note=note,
        )
        if float_cents:
            write_movement(batch, kind=DrawerMovement.Kind.FLOAT, cents=float_cents, reason="", by=by)
        _attach(batch, by)
    return batch


def why_not_change_desk_batch(batch: ReferenceBatch) -> Refused | None:
    """Why a batch can't be described anew."""
    return BatchNotAttachable() if batch.is_api else why_not_change(batch)


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
        refuse(why_not_change_desk_batch(batch))
        batch.description, batch.facility = description, facility
        batch.reference_total_cents, batch.note = reference_total_cents, note
        batch.save(update_fields=["description", "facility", "reference_total_cents", "note"])
    return batch


def attach_batch(*, batch_id: int, today: dt.date, by: User) -> ReferenceBatch:
    """Work in an open desk batch of today from now on, and in no other. Raises BatchNotAttachable."""
    with transaction.atomic():
        hold(days=[today])
        batch = find_desk_batches(today).filter(pk=batch_id).first()
        if batch is None:
            raise BatchNotAttachable
        _attach(batch, by)
    return batch


def why_not_attach_earlier(batch: ReferenceBatch, *, today: dt.date) -> Refused | None:
    """Why nobody can work in a batch of an earlier day."""
    if batch.is_api:
        return Refused("api_payments", "Online payments come into it by themselves: nobody works in it.")
    if batch.batch_date >= today:
        return Refused("not_earlier", "It is no batch of an earlier day: attach it on My batch.")
    return why_not_change(batch) or why_not_write_on(batch.batch_date)


def attach_earlier_batch(*, batch_id: int, reason: str, today: dt.date, by: User) -> ReferenceBatch:
    """Work in an open batch of an earlier day: what `by` takes counts for that day. Raises BatchClosed, Refused.

    Voids and refunds are made in a batch of today, whatever day one works in.
    """
    reason = require_reason(reason)
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        refuse(why_not_attach_earlier(batch, today=today))
        _attach(batch, by, is_late=True)
        LateAttachment.objects.create(batch=batch, user=by, reason=reason)
    return batch


def get_working_date(user: User, *, today: dt.date) -> dt.date:
    """The day for which money counts that a member of staff takes: today, unless they work in an earlier batch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT batches_late_date(%s)", [user.pk])
        (late,) = cursor.fetchone()
    return late or today


def detach_batch(*, by: User) -> None:
    """Work in no batch any more."""
    BatchAttachment.objects.filter(user=by).delete()


def get_attached_batch(held: Held, *, today: dt.date, by: User) -> ReferenceBatch:
    """The open batch of today that a member of staff works in. Raises NoAttachedBatch.

    The day is held: the batch stays open until the end of the transaction.
    """
    held.need(day=today)
    batch = _find_attached(today, by)
    if batch is None:
        raise NoAttachedBatch
    return batch


def will_open_batch(*, today: dt.date, by: User) -> bool:
    """Whether a payment that a member of staff takes now opens the day's batch for them."""
    return _opens_batches(by) and _find_attached(today, by) is None


def get_batch_for_payment(held: Held, *, today: dt.date, by: User) -> ReferenceBatch:
    """As get_attached_batch(). Who works in none gets one with the first payment, where the practice has it so.

    Raises NoAttachedBatch, PeriodLocked.
    """
    held.need(day=today)
    if batch := _find_attached(today, by):
        return batch
    # Who works in an earlier day's batch gets none by itself: the day that is meant is not today.
    if not _opens_batches(by) or BatchAttachment.objects.filter(user=by, is_late=True).exists():
        raise NoAttachedBatch
    hold_clerk(by.pk)
    return _find_attached(today, by) or _open_own(today, by)


def _opens_batches(by: User) -> bool:
    return get_practice().opens_batches and by.has_perm("batches.open_batch")


@Prepared
def _attached(day: Any, user: Any) -> QuerySet[ReferenceBatch]:
    return find_desk_batches(day).filter(attachments__user=user)


def _find_attached(today: dt.date, by: User) -> ReferenceBatch | None:
    return _attached.find(day=today, user=by.pk)


def _open_own(today: dt.date, by: User) -> ReferenceBatch:
    """A batch under the clerk's name, or that of the system; the one that they opened so and left is theirs again."""
    where = "Taken elsewhere" if hasattr(by, "service_account") else "Front desk"
    description = f"{where}, {by}"[:190]
    left = find_desk_batches(today).filter(description__iexact=description, user=by).first()
    if left:
        _attach(left, by)
        return left
    if find_desk_batches(today).filter(description__iexact=description).exists():  # a namesake's
        description = f"{description} ({by.pk})"
    refuse(why_not_open(description=description, today=today))
    batch = ReferenceBatch.objects.create(description=description, user=by, batch_date=today)
    _attach(batch, by)
    return batch


def _attach(batch: ReferenceBatch, user: User, *, is_late: bool = False) -> None:
    BatchAttachment.objects.update_or_create(user=user, defaults={"batch": batch, "is_late": is_late})
