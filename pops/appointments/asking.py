"""Asking for an appointment, and answering."""

import datetime as dt
import uuid

import pghistory
from django.db import transaction

from notifications.services import post_message
from pops.appointments.models import AppointmentRequest
from pops.appointments.notices import REQUEST_ANSWERED
from pops.appointments.selectors import count_waiting
from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor, Patient
from pops.core.refusals import Refused, refuse
from pops.core.words import shown

State = AppointmentRequest.State
# Of an account. More is no way to be seen sooner.
MOST_WAITING = 5


def why_not_ask(guarantor: Guarantor) -> Refused | None:
    """Why a guarantor can't ask for an appointment here now."""
    if not (guarantor.group.appointments and guarantor.group.appointment_requests):
        return Refused("off", "Appointments can't be asked for here. Call us instead.")
    if count_waiting(guarantor) >= MOST_WAITING:
        return Refused("too_many", f"{MOST_WAITING} requests of yours wait for an answer. Withdraw one, or call us.")
    return why_not_use(guarantor)


def ask_for_appointment(
    *, form_id: uuid.UUID, guarantor_id: int, patient: Patient, wishes: str, reason: str, now: dt.datetime, by: User
) -> AppointmentRequest:
    """Put a wish before the desk, once, however often its form is sent. `patient` is one of the guarantor's.

    Raises Refused, and Guarantor.DoesNotExist.
    """
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        if copy := guarantor.appointment_requests.filter(form_id=form_id).first():
            return copy
        refuse(why_not_ask(guarantor))
        if patient.guarantor_id != guarantor.pk or AppointmentRequest.objects.filter(form_id=form_id).exists():
            raise Refused("not_yours", "This form is no longer right. Fill in a new one.")
        return AppointmentRequest.objects.create(
            form_id=form_id,
            guarantor=guarantor,
            patient=patient,
            wishes=shown(wishes),
            reason=shown(reason),
            asked_by=by,
            asked_at=now,
        )


def why_not_end(request: AppointmentRequest) -> Refused | None:
    """Why a request waits for no answer."""
    return None if request.is_waiting else Refused("over", "This request was answered or withdrawn before.")


def answer_request(*, request_id: int, is_declined: bool, note: str, now: dt.datetime, by: User) -> None:
    """Answer a guarantor, who is told by mail that there is an answer. Raises Refused."""
    with transaction.atomic(), pghistory.context(user=by.pk):
        request = _end(request_id, State.DECLINED if is_declined else State.ANSWERED, note=shown(note), now=now, by=by)
        guarantor = request.guarantor
        if guarantor.email and not guarantor.is_retired:
            post_message(kind=REQUEST_ANSWERED, to=guarantor.email, guarantor=guarantor, about_id=request.pk)


def withdraw_request(*, request_id: int, now: dt.datetime, by: User) -> None:
    """Take a wish back. Raises Refused when it was answered meanwhile."""
    with transaction.atomic(), pghistory.context(user=by.pk):
        _end(request_id, State.WITHDRAWN, now=now, by=by)


def _end(request_id: int, state: str, *, note: str = "", now: dt.datetime, by: User) -> AppointmentRequest:
    found = AppointmentRequest.objects.select_for_update(of=["self"]).select_related("guarantor")
    request = found.get(pk=request_id)
    refuse(why_not_end(request))
    request.state, request.note, request.ended_at, request.ended_by = state, note, now, by
    request.save(update_fields=["state", "note", "ended_at", "ended_by"])
    return request
