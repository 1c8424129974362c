"""Retiring what was entered by mistake. Nothing of an account is ever deleted: history hangs on it, and maybe money."""

import pghistory
from django.db import transaction

from pops.core.access.models import User
from pops.core.accounts.models import Encounter, Guarantor, Patient
from pops.core.refusals import Refused, refuse, require_reason


def why_not_retire_guarantor(guarantor: Guarantor) -> Refused | None:
    """Why an account can't be retired: somebody may look for the money on it."""
    if guarantor.is_retired:
        return _retired_before()
    if guarantor.receipts.exists() or guarantor.payments.exists():
        return Refused("has_money", "Money was paid on this account, so it stays. Merge it into the right one instead.")
    if guarantor.patients.filter(is_retired=False).exists():
        return Refused("has_patients", "Retire its patients first, or give them to the right guarantor.")
    return None


def why_not_retire_patient(patient: Patient) -> Refused | None:
    """Why a patient can't be retired."""
    if patient.is_retired:
        return _retired_before()
    if patient.encounters.filter(is_retired=False).exists():
        return Refused("has_visits", "Retire this patient's visits first, or give them to the right patient.")
    return None


def why_not_retire_visit(visit: Encounter) -> Refused | None:
    """Why a visit can't be retired."""
    return _retired_before() if visit.is_retired else None


def retire_guarantor(*, guarantor_id: int, reason: str, by: User) -> None:
    """Take an account that was entered by mistake out of every search. Raises Refused."""
    with transaction.atomic():
        guarantor = Guarantor.objects.select_for_update().get(pk=guarantor_id)
        refuse(why_not_retire_guarantor(guarantor))
        _retire(guarantor, reason=reason, by=by)


def retire_patient(*, patient_id: int, reason: str, by: User) -> None:
    """Have a patient who was entered by mistake get no visit any more. Raises Refused."""
    with transaction.atomic():
        patient = Patient.objects.select_for_update().get(pk=patient_id)
        refuse(why_not_retire_patient(patient))
        _retire(patient, reason=reason, by=by)


def retire_visit(*, encounter_id: int, reason: str, by: User) -> None:
    """Have nothing of a visit be owed any more. What was paid on it is the guarantor's credit. Raises Refused."""
    with transaction.atomic():
        visit = Encounter.objects.select_for_update().get(pk=encounter_id)
        refuse(why_not_retire_visit(visit))
        _retire(visit, reason=reason, by=by)


def _retired_before() -> Refused:
    return Refused("retired", "This was retired before.")


def _retire(row: Guarantor | Patient | Encounter, *, reason: str, by: User) -> None:
    reason = require_reason(reason)
    row.is_retired = True
    with pghistory.context(user=by.pk, reason=reason):
        row.save(update_fields=["is_retired"])
