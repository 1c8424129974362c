"""What is confidential shows to nobody but staff with the right. Here it is said who sees what, and what instead.

A patient's mark covers all their visits and appointments, a visit's its services. It is asked of the rows as they are
marked now: what was copied, as postings copy names, is hidden by the row that it was copied from.
"""

import copy
import datetime as dt
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from pops.core.access.models import User
from pops.core.accounts.models import Appointment, Encounter, Patient, ServiceLine
from pops.core.practice.models import Facility, Provider

M = TypeVar("M", bound=Model)

RIGHT = "accounts.see_confidential"
# Stands in place of a patient, a provider, a facility, a service.
CONFIDENTIAL = "Confidential"


def hidden(visit: str = "") -> Q:
    """Of rows that reach a visit, or an appointment, by this lookup, those that are confidential."""
    return Q(**{f"{visit}is_confidential": True}) | Q(**{f"{visit}patient__is_confidential": True})


HIDDEN: dict[type[Model], Q] = {
    Patient: Q(is_confidential=True),
    Encounter: hidden(),
    Appointment: hidden(),
    ServiceLine: hidden("encounter__"),
}
# Whatever else is about a patient, such as a request for an appointment.
OF_A_PATIENT = Q(patient__is_confidential=True)


def sees_confidential(user: User | AnonymousUser) -> bool:
    """Whether a member of staff has the right. Guarantors never have it, whatever else they are."""
    return user.is_staff and user.has_perm(RIGHT)


def as_seen(user: User, *, sees: bool) -> User:
    """A login of the practice's own system, for whom all that asks here is answered so; never to be saved.

    A key may be for less than its account's role: what is confidential, it sees only where its scopes say so too.
    """
    reader = copy.copy(user)
    reader.is_staff = sees
    return reader


def without_hidden(rows: QuerySet[M]) -> QuerySet[M]:
    """The rows that a guarantor may see, of patients, visits, services, appointments or what else a patient has."""
    return rows.exclude(HIDDEN.get(rows.model, OF_A_PATIENT))


def shown_to(user: User | AnonymousUser, rows: QuerySet[M]) -> QuerySet[M]:
    """The rows that a member of staff may see: the others are not there, be it by list, search, filter or address."""
    return rows if sees_confidential(user) else without_hidden(rows)


def patient_names(user: User | AnonymousUser, patients: QuerySet[Patient]) -> list[str]:
    """The names of patients as a member of staff may see them, each at its place."""
    sees = sees_confidential(user)
    return [CONFIDENTIAL if patient.is_hidden and not sees else patient.name for patient in patients]


def was_marked_since(moment: dt.datetime) -> bool:
    """Whether a patient or visit that is confidential now was not yet so then: what was made then may name it."""
    return any(_marked_since(model, moment).exists() for model in (Patient, Encounter))


def _marked_since(model: type[Model], moment: dt.datetime) -> QuerySet[Model]:
    events = model.pgh_event_model._default_manager  # type: ignore[attr-defined]  # made by pghistory
    then = events.filter(pgh_obj_id=OuterRef("pk"), pgh_created_at__lt=moment).order_by("-pgh_id")
    marked = model._default_manager.filter(is_confidential=True)
    return marked.annotate(then=Subquery(then.values("is_confidential")[:1])).filter(then=False)


def mask_line(line: ServiceLine) -> ServiceLine:
    """A service as staff without the right see it where its money is: amounts and Service ID; never to be saved."""
    if not line.is_hidden:
        return line
    masked, visit = copy.copy(line), copy.copy(line.encounter)
    visit.patient = Patient(name=CONFIDENTIAL)
    visit.provider, visit.facility = Provider(name=CONFIDENTIAL), Facility(name=CONFIDENTIAL)
    masked.encounter, masked.description, masked.procedure_code = visit, CONFIDENTIAL, ""
    masked.service_date = masked.responsibility_date = None  # type: ignore[assignment]  # a day can tell which visit
    return masked


def mask_patient(patient: Patient) -> Patient:
    """A patient by number, with whose account they are on; never to be saved."""
    masked = copy.copy(patient)
    masked.name, masked.birth_date = CONFIDENTIAL, None
    return masked


def mask_visit(visit: Encounter) -> Encounter:
    """A visit by number, with whose account it is on; never to be saved."""
    masked = copy.copy(visit)
    masked.patient = Patient(guarantor=visit.patient.guarantor, name=CONFIDENTIAL)
    masked.provider, masked.facility = Provider(name=CONFIDENTIAL), Facility(name=CONFIDENTIAL)
    masked.billing_provider = masked.referring_provider = None
    masked.is_confidential = True
    return masked


def mask_appointment(appointment: Appointment) -> Appointment:
    """An appointment by number; never to be saved."""
    masked = Appointment(pk=appointment.pk, number=appointment.number, patient=Patient(name=CONFIDENTIAL))
    masked.status, masked.is_confidential = "", True
    return masked


def mask_lines(user: User | AnonymousUser, lines: list[ServiceLine]) -> list[ServiceLine]:
    """Services as a member of staff may see them, each at its place."""
    return lines if sees_confidential(user) else [mask_line(line) for line in lines]
