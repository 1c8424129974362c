"""The buttons above an object's page: what can be done with it, and with the reason what would be refused now."""

from typing import Any

from django import template
from django.urls import reverse

from notifications import kinds
from notifications.models import Message
from notifications.services import why_not_send_again
from payments.models import Payment, Refund
from payments.review import why_not_decide, why_not_decide_refund
from pops.appointments.asking import why_not_end as why_not_answer
from pops.appointments.models import AppointmentRequest
from pops.core.accounts.models import Encounter, Patient
from pops.core.accounts.retiring import why_not_retire_patient, why_not_retire_visit
from pops.core.refusals import Refused
from pops.logins.models import PhoneChange
from pops.logins.phones import why_not_settle_phone
from pops.sessions.keeping import why_not_end
from pops.sessions.models import PortalSession
from pops.web.backoffice.templatetags.desk import Action

register = template.Library()

# A right, what the button says, where it leads, and why it would be refused.
Tool = tuple[str, str, str, Refused | None]
NOTHING_NEW = Refused("retired", "The patient is retired: nothing new is entered.")


@register.inclusion_tag("backoffice/_tools.html", takes_context=True)
def tools(context: Any, thing: Any) -> dict[str, Any]:
    """What the role of who looks includes, of all that there is for a thing of this kind."""
    rows: list[Tool] = FOR[type(thing)](thing)
    has_perm = context["request"].user.has_perm
    actions = [Action(label, url, why_not=no.words if no else "") for right, label, url, no in rows if has_perm(right)]
    return {"actions": sorted(actions, key=lambda action: bool(action.why_not))}


def _patient(patient: Patient) -> list[Tool]:
    of_theirs, no = f"?patient={patient.pk}", NOTHING_NEW if patient.is_retired else None
    retire = reverse("backoffice:retire_patient", args=[patient.pk])
    return [
        ("accounts.add_encounter", "New visit", reverse("admin:accounts_encounter_add") + of_theirs, no),
        ("accounts.add_appointment", "New appointment", reverse("admin:accounts_appointment_add") + of_theirs, no),
        ("accounts.retire_guarantor", "Retire", retire, why_not_retire_patient(patient)),
    ]


def _visit(visit: Encounter) -> list[Tool]:
    page = reverse("backoffice:retire_visit", args=[visit.pk])
    return [("accounts.retire_guarantor", "Retire", page, why_not_retire_visit(visit))]


def _session(session: PortalSession) -> list[Tool]:
    page = reverse("backoffice:end_session", args=[session.pk])
    return [("portal_sessions.end_portalsession", "End this session", page, why_not_end(session))]


def _request(asked: AppointmentRequest) -> list[Tool]:
    answer = reverse("backoffice:answer_request", args=[asked.pk])
    new = f"{reverse('admin:accounts_appointment_add')}?patient={asked.patient_id}"
    return [
        ("appointments.answer_request", "Answer", answer, why_not_answer(asked)),
        ("accounts.add_appointment", "New appointment", new, NOTHING_NEW if asked.patient.is_retired else None),
    ]


def _phone(change: PhoneChange) -> list[Tool]:
    page = reverse("backoffice:settle_phone", args=[change.pk])
    return [("logins.settle_phonechange", "Decide", page, why_not_settle_phone(change))]


def _payment(payment: Payment) -> list[Tool]:
    page = reverse("backoffice:decide", args=[payment.pk])
    asked = payment.is_in_review or payment.reviewed_at
    return [("payments.decide_review", "Decide", page, why_not_decide(payment.state))] if asked else []


def _refund(refund: Refund) -> list[Tool]:
    page = reverse("backoffice:decide_refund", args=[refund.pk])
    asked = refund.is_in_review or refund.reviewed_at
    return [("payments.decide_review", "Decide", page, why_not_decide_refund(refund))] if asked else []


def _message(message: Message) -> list[Tool]:
    if not kinds.get_kind(message.kind).can_be_sent_again:
        return []
    page = reverse("admin:notifications_message_send_again", args=[message.pk])
    no = None if message.can_be_sent_again else why_not_send_again(message)
    return [("notifications.send_message_again", "Send again", page, no)]


FOR: dict[type, Any] = {
    Patient: _patient,
    Encounter: _visit,
    PortalSession: _session,
    AppointmentRequest: _request,
    PhoneChange: _phone,
    Payment: _payment,
    Refund: _refund,
    Message: _message,
}
