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
from pops.balance_notices.asked import why_not_send_any
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Encounter, Guarantor, Patient
from pops.core.accounts.retiring import why_not_retire_guarantor, why_not_retire_patient, why_not_retire_visit
from pops.core.refusals import Refused
from pops.logins.models import PhoneChange
from pops.logins.phones import why_not_settle_phone
from pops.quickpay.services import why_not_make_link
from pops.service_accounts.models import ServiceAccount
from pops.service_accounts.services import why_not_hold, why_not_make_key
from pops.sessions.keeping import why_not_end
from pops.sessions.models import PortalSession
from pops.subscribers.endpoints import RIGHT
from pops.subscribers.endpoints import why_not_use as why_not_use_endpoint
from pops.subscribers.models import Delivery, Endpoint
from pops.subscribers.sending import why_not_resend, why_not_test
from pops.web.backoffice.templatetags.desk import Action
from receipts.statements.entering import why_not_enter_statement

register = template.Library()

# A right, what the button says, where it leads, and why it would be refused.
Tool = tuple[str, str, str, Refused | None]
NOTHING_NEW = Refused("retired", "The patient is retired: nothing new is entered.")


@register.inclusion_tag("backoffice/_tools.html", takes_context=True)
def tools(context: Any, thing: Any) -> dict[str, Any]:
    """What the role of who looks includes, of all that there is for a thing of this kind."""
    rows: list[Tool] = FOR[type(thing)](thing)
    user = context["request"].user
    beyond = NOT_FOR[type(thing)](thing, by=user) if type(thing) in NOT_FOR else None
    offered = [(label, url, beyond or no) for right, label, url, no in rows if user.has_perm(right)]
    actions = [Action(label, url, why_not=no.words if no else "") for label, url, no in offered]
    return {"actions": sorted(actions, key=lambda action: bool(action.why_not))}


def _guarantor(guarantor: Guarantor) -> list[Tool]:
    no = why_not_use(guarantor)
    acts = [
        ("receipts.take_payment", "Take a payment", "take", no),
        ("quickpay.add_link", "Generate QR code", "generate_code", no or why_not_make_link(guarantor)),
        ("balance_notices.send_balancenotice", "Send a balance notice", "send_notice", why_not_send_any(guarantor)),
        ("accounts.add_statement", "New statement", "enter_statement", no or why_not_enter_statement(guarantor)),
        ("logins.change_access", "Change email address", "change_email", no),
        ("logins.change_access", "Let a person open it", "link_person", no),
        ("accounts.merge_guarantor", "Merge", "merge", no),
        ("accounts.retire_guarantor", "Retire", "retire_guarantor", why_not_retire_guarantor(guarantor)),
    ]
    key = [guarantor.pk]
    pages = [(right, label, reverse(f"backoffice:{name}", args=key), why) for right, label, name, why in acts]
    return [*_lists(guarantor), *pages, ("accounts.add_patient", "New patient", _new_patient(guarantor), no)]


def _lists(guarantor: Guarantor) -> list[Tool]:
    """What there is of a guarantor, to be looked at."""
    lists = [
        ("receipts.view_receipt", "Receipts", "receipts_receipt", "guarantor__id__exact"),
        ("accounts.view_encounter", "Visits", "accounts_encounter", "patient__guarantor__id__exact"),
        ("portal_sessions.view_portalsession", "Sessions", "portal_sessions_portalsession", "guarantor__id__exact"),
    ]
    story = reverse("backoffice:account", args=[guarantor.pk])
    return [
        ("accounts.view_guarantor", "What became of it", story, None),
        *(
            (right, label, f"{reverse(f'admin:{name}_changelist')}?{key}={guarantor.pk}", None)
            for right, label, name, key in lists
        ),
    ]


def _new_patient(guarantor: Guarantor) -> str:
    return f"{reverse('admin:accounts_patient_add')}?guarantor={guarantor.pk}"


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


def _service_account(account: ServiceAccount) -> list[Tool]:
    right = "service_accounts.change_serviceaccount"
    new_key = reverse("backoffice:make_key", args=[account.pk])
    return [
        (right, "New key", new_key, why_not_make_key(account)),
        (right, "Change", reverse("backoffice:change_service_account", args=[account.pk]), None),
    ]


def _endpoint(endpoint: Endpoint) -> list[Tool]:
    no = why_not_use_endpoint(endpoint)
    switch = ("Switch off", "switch_endpoint_off") if endpoint.is_on else ("Switch on", "switch_endpoint_on")
    acts = [
        ("Send a test", "test_endpoint", why_not_test(endpoint)),
        ("Change", "change_endpoint", no),
        ("New secret", "rotate_secret", no),
        (*switch, no),
        ("Remove", "remove_endpoint", no),
    ]
    return [(RIGHT, label, reverse(f"backoffice:{name}", args=[endpoint.pk]), why) for label, name, why in acts]


def _delivery(delivery: Delivery) -> list[Tool]:
    page = reverse("backoffice:deliver_again", args=[delivery.pk])
    return [(RIGHT, "Send again", page, why_not_resend(delivery))]


FOR: dict[type, Any] = {
    ServiceAccount: _service_account,
    Guarantor: _guarantor,
    Patient: _patient,
    Encounter: _visit,
    PortalSession: _session,
    AppointmentRequest: _request,
    PhoneChange: _phone,
    Payment: _payment,
    Refund: _refund,
    Message: _message,
    Endpoint: _endpoint,
    Delivery: _delivery,
}
# What not everybody with the right may change.
NOT_FOR: dict[type, Any] = {ServiceAccount: why_not_hold}
