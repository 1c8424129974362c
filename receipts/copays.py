"""Copays: taken for a patient's visit, waiting in escrow, applied by themselves when that visit's charge arrives."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import QuerySet

from batches.opening import open_api_batch
from pops.core.access.models import User
from pops.core.access.services import get_pops_user
from pops.core.accounts.confidential import sees_confidential
from pops.core.accounts.models import Appointment, Guarantor, Patient
from pops.core.locks import hold
from pops.core.refusals import Refused, refuse
from pops.core.work import Nudger
from receipts.corrections.common import get_guarantor_id, take_in_order
from receipts.corrections.escrow import apply_escrow, get_free_escrow_cents
from receipts.models import Copay, Receipt

APPLY_COPAYS = "receipts.tasks.apply_copays"
nudger = Nudger(APPLY_COPAYS, queue="documents")

# A visit that is charged later than this is nobody's copay any more without a person looking at it.
WAITS_FOR = dt.timedelta(days=400)
CHARGED = (Path(__file__).parent / "copays.sql").read_text()
CHARGED_NOW = CHARGED.format(guarantor="%(guarantor)s", patient="%(patient)s", visit_date="%(visit_date)s")
# Copays with money in escrow whose visit's charge is there. What staff took back of one is theirs to decide about.
WAITING = f"""
SELECT r.number FROM receipts_copay c JOIN receipts_receipt r ON r.number = c.receipt_id
WHERE c.visit_date > %(since)s
  AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = r.number)
  AND NOT EXISTS (SELECT FROM receipts_posting p WHERE p.receipt_id = r.number AND p.amount_cents < 0)
  AND r.amount_cents > (SELECT coalesce(sum(p.amount_cents), 0) FROM receipts_posting p WHERE p.receipt_id = r.number)
                     + (SELECT coalesce(sum(d.amount_cents), 0) FROM receipts_disbursement d
                        WHERE d.receipt_id = r.number)
                     - (SELECT coalesce(sum(b.amount_cents), 0) FROM receipts_receipt b
                        WHERE b.refund_of_id = r.number AND b.kind IN ('refund', 'returned')
                          AND NOT EXISTS (SELECT FROM receipts_receiptvoid v WHERE v.receipt_id = b.number))
  AND EXISTS ({CHARGED.format(guarantor="r.guarantor_id", patient="c.patient_id", visit_date="c.visit_date")})
ORDER BY r.number LIMIT %(limit)s
"""  # noqa: S608  constants of ours


@dataclass(frozen=True)
class CopayFor:
    """The visit that a copay is for; by provider and type of visit its amount is remembered."""

    patient_id: int
    visit_date: dt.date
    memo: str = ""
    provider_id: int | None = None
    visit_type: str = ""


def find_visits(patients: QuerySet[Patient], *, start: dt.datetime, end: dt.datetime) -> QuerySet[Appointment]:
    """The appointments of patients from a moment until another, the first ones first; not those that are off."""
    there = (Appointment.Status.BOOKED, Appointment.Status.SEEN)
    rows = Appointment.objects.filter(patient__in=patients, starts_at__gte=start, starts_at__lt=end, status__in=there)
    return rows.select_related("patient", "provider").order_by("starts_at", "pk")


def find_usual_copays(patients: QuerySet[Patient], visits: list[Appointment]) -> dict[int, int]:
    """The usual copay of each patient in cents, by id: the last one at the visit's provider and of its type.

    Where there was none like it, the last one at all. A voided one was none.
    """
    visit_of = {visit.patient_id: visit for visit in reversed(visits)}
    copays = Copay.objects.filter(patient__in=patients, receipt__void=None).select_related("receipt")
    usual: dict[int, int] = {}
    alike: set[int] = set()
    for copay in copays.order_by("patient_id", "-receipt_id"):
        is_alike = _is_alike(copay, visit_of.get(copay.patient_id))
        if copay.patient_id not in usual or (is_alike and copay.patient_id not in alike):
            usual[copay.patient_id] = copay.receipt.amount_cents
        if is_alike:
            alike.add(copay.patient_id)
    return usual


def _is_alike(copay: Copay, visit: Appointment | None) -> bool:
    return visit is not None and (copay.provider_id, copay.visit_type) == (visit.provider_id, visit.visit_type)


def why_not_copay(guarantor: Guarantor, copay: CopayFor) -> Refused | None:
    """Why money of a guarantor can't be the copay for a visit."""
    if guarantor.patients.filter(pk=copay.patient_id, is_retired=False).exists():
        return None
    return Refused("not_their_patient", "This is not a patient of this account any more. Choose the patient again.")


def choose_for_copay(guarantor: Guarantor, copay: CopayFor, *, cents: int) -> dict[int, int]:
    """What of a copay its visit can take, in cents by line; nothing before its charge arrives. Raises Refused."""
    refuse(why_not_copay(guarantor, copay))
    return take_in_order(cents, _find_charged(guarantor.pk, copay.patient_id, copay.visit_date))


def note_copay(*, receipt_number: int, copay: CopayFor) -> Copay:
    """Bind a new receipt to the visit that it is the copay for."""
    return Copay.objects.create(
        receipt_id=receipt_number,
        patient_id=copay.patient_id,
        visit_date=copay.visit_date,
        memo=copay.memo.strip(),
        provider_id=copay.provider_id,
        visit_type=copay.visit_type,
    )


def find_shown_copay(receipt: Receipt, *, user: User | AnonymousUser) -> Copay | None:
    """What a receipt is the copay for, as far as a member of staff may see it: of a hidden patient no word is there."""
    copay = Copay.objects.filter(receipt=receipt).select_related("patient", "provider").first()
    return copay if copay and (sees_confidential(user) or not copay.patient.is_hidden) else None


def nudge_on_commit() -> None:
    """Have a worker apply the copays whose charge came with this transaction, once it is committed."""
    transaction.on_commit(nudger.nudge, robust=True)  # the sweep finds them anyway


def find_waiting(*, today: dt.date, limit: int) -> list[int]:
    """Numbers of the receipts whose copay waits, and whose visit's charge has arrived, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"since": today - WAITS_FOR, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def apply_copay(*, receipt_number: int, today: dt.date) -> int:
    """Apply a copay to its visit's charge, as far as both reach. The cents applied; 0 when there is nothing to do.

    The posting belongs to the API Payments batch of today, whatever day the copay was taken. Raises Refused.
    """
    with transaction.atomic():
        held = hold(days=[today], guarantor=get_guarantor_id(receipt_number))
        receipt = Receipt.objects.select_related("void", "guarantor", "copay").get(pk=receipt_number)
        held.need(guarantor=receipt.guarantor_id)
        if receipt.postings.filter(amount_cents__lt=0).exists():
            return 0
        cents, copay = get_free_escrow_cents(receipt), receipt.copay
        parts = take_in_order(cents, _find_charged(receipt.guarantor_id, copay.patient_id, copay.visit_date))
        if not parts:
            return 0
        batch_id = open_api_batch(held, batch_date=today)
        return apply_escrow(held, receipt=receipt, cents=cents, parts=parts, batch_id=batch_id, by=get_pops_user())


def _find_charged(guarantor_id: int, patient_id: int, visit_date: dt.date) -> dict[int, int]:
    """What is left to pay on the services of a visit, in cents by line."""
    with connection.cursor() as cursor:
        cursor.execute(CHARGED_NOW, {"guarantor": guarantor_id, "patient": patient_id, "visit_date": visit_date})
        return dict(cursor.fetchall())
