"""Reading appointments: what the practice's own system told us, and what was asked for."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import QuerySet

from pops.appointments.models import AppointmentRequest
from pops.core.accounts.confidential import without_hidden
from pops.core.accounts.models import Appointment, Guarantor, Patient

# Of a patient; who needs older ones asks the practice.
PAST_SHOWN = 20
ANSWERS_SHOWN = 5
State = AppointmentRequest.State
STILL_COMING = (Appointment.Status.BOOKED, Appointment.Status.CANCELED)


@dataclass
class PatientsAppointments:
    """The appointments of one patient: the next first, the latest past one first."""

    patient: Patient
    upcoming: list[Appointment] = field(default_factory=list)
    past: list[Appointment] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Tells the patient's headings apart on a page."""
        return str(self.patient.pk)

    @property
    def latest(self) -> list[Appointment]:
        """As many past ones as a page shows."""
        return self.past[:PAST_SHOWN]

    @property
    def has_more(self) -> bool:
        """Whether there are older ones than those."""
        return len(self.past) > PAST_SHOWN


def find_patients(guarantor: Guarantor) -> QuerySet[Patient]:
    """For whom a guarantor sees and asks for appointments."""
    return without_hidden(guarantor.patients.filter(is_retired=False)).order_by("name", "pk")


def find_appointments(guarantor: Guarantor, *, now: dt.datetime) -> list[PatientsAppointments]:
    """All appointments of a guarantor's patients, by patient: two queries."""
    groups = {patient.pk: PatientsAppointments(patient) for patient in find_patients(guarantor)}
    rows = without_hidden(Appointment.objects.filter(patient__in=groups)).select_related("provider", "facility")
    for appointment in rows.order_by("starts_at", "pk"):
        group = groups[appointment.patient_id]
        is_coming = appointment.starts_at >= now and appointment.status in STILL_COMING
        (group.upcoming if is_coming else group.past).append(appointment)
    for group in groups.values():
        group.past.reverse()
    return list(groups.values())


def find_requests(guarantor: Guarantor) -> list[AppointmentRequest]:
    """What a guarantor asked for: what waits, then the latest answers. Of patients who are theirs still."""
    rows = _shown_requests(guarantor).select_related("patient")
    waiting = rows.filter(state=State.WAITING).order_by("asked_at")
    answered = rows.filter(state__in=(State.ANSWERED, State.DECLINED)).order_by("-ended_at")
    return [*waiting, *answered[:ANSWERS_SHOWN]]


def count_waiting(guarantor: Guarantor) -> int:
    """How many of the requests that a guarantor is shown wait for an answer."""
    return _shown_requests(guarantor).filter(state=State.WAITING).count()


def find_waiting_requests() -> QuerySet[AppointmentRequest]:
    """What waits for the desk's answer, oldest first."""
    waiting = AppointmentRequest.objects.filter(state=State.WAITING)
    return waiting.select_related("guarantor", "patient").order_by("asked_at", "pk")


def _shown_requests(guarantor: Guarantor) -> QuerySet[AppointmentRequest]:
    return without_hidden(guarantor.appointment_requests.filter(patient__guarantor=guarantor))
