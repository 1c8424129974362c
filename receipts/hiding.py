"""What is confidential, where money tells of it: for guarantors one explained sum, for staff without the right masked.

A posting copied its names when it was made. Whether they are shown is asked of the service's visit and patient as they
are marked now.
"""

import copy

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.accounts.confidential import CONFIDENTIAL, hidden, sees_confidential
from pops.core.accounts.models import ServiceLine
from receipts.models import Copay, Posting

# SQL: postings as their guarantor sees them. Of a hidden one no word is there, nor whose it is.
SHOWN_POSTINGS = """(
    SELECT p.id, p.receipt_id, p.posted_at, p.amount_cents, mark.is_hidden, own.*
    FROM receipts_posting p
    JOIN accounts_serviceline l ON l.id = p.line_id
    JOIN accounts_encounter e ON e.id = l.encounter_id
    JOIN accounts_patient a ON a.id = e.patient_id
    CROSS JOIN LATERAL (SELECT e.is_confidential OR a.is_confidential AS is_hidden) mark
    LEFT JOIN LATERAL (
        SELECT e.patient_id, p.patient_name, p.provider_name, p.facility_name, p.service_date, p.description
    ) own ON NOT mark.is_hidden
)"""


def with_marks(postings: QuerySet[Posting]) -> QuerySet[Posting]:
    """Postings, each with what says whether it is hidden."""
    return postings.select_related("line__encounter__patient")


def find_hidden_postings(batch: ReferenceBatch) -> list[int]:
    """Ids of the postings in a batch that are hidden now, in order."""
    return list(
        Posting.objects.filter(hidden("line__encounter__"), batch=batch).order_by("pk").values_list("pk", flat=True)
    )


def is_copay_hidden(copay: Copay) -> bool:
    """Whether no word is said of what a copay is for: the patient, or a visit of theirs on that day, is hidden."""
    lines = ServiceLine.objects.filter(encounter__patient=copay.patient_id, service_date=copay.visit_date)
    return copay.patient.is_hidden or lines.filter(hidden("encounter__")).exists()


def mask_posting(posting: Posting) -> Posting:
    """A posting as staff without the right see it: the amount and the Service ID; never to be saved."""
    if not posting.is_hidden:
        return posting
    masked = copy.copy(posting)
    masked.patient_name = masked.provider_name = masked.facility_name = masked.description = CONFIDENTIAL
    masked.facility_address = masked.procedure_code = masked.reason = ""
    masked.service_date = None  # type: ignore[assignment]  # a day can tell which visit
    return masked


def find_postings(user: User | AnonymousUser, postings: QuerySet[Posting]) -> list[Posting]:
    """Postings as a member of staff may see them, each at its place."""
    rows = with_marks(postings)
    return list(rows) if sees_confidential(user) else [mask_posting(row) for row in rows]
