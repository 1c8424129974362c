"""Appointments on the portal: seen by patient where the group shows them, asked for once, answered by the desk."""

import datetime as dt
import logging
import uuid

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.appointments.models import AppointmentRequest
from pops.core.accounts.merging import merge_guarantors, undo_merge
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, PatientFactory, UserFactory, link, login_of
from tests.factories.appointments import AppointmentFactory
from tests.factories.staff import DESK, MANAGER, member
from tests.moments import NOON
from tests.portal.reading import text_of

pytestmark = pytest.mark.django_db

SECRET = "My knee hurts"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def maria(practice):
    maria = GuarantorFactory()
    maria.group.appointments = maria.group.appointment_requests = True
    maria.group.save()
    return maria


@pytest.fixture
def leo(maria):
    return PatientFactory(guarantor=maria, name="Leo Alvarez")


@pytest.fixture
def client(maria, client_of):
    return client_of(maria)


def wish(leo, **more):
    return {"form_id": uuid.uuid4(), "patient": leo.pk, "wishes": "Any Tuesday", "reason": SECRET, **more}


@pytest.fixture
def asked(client, leo):
    client.post("/appointments/new/", wish(leo))
    return AppointmentRequest.objects.get()


def test_past_and_upcoming_ones_stand_by_patient(client, maria, leo):
    ana = PatientFactory(guarantor=maria, name="Ana Alvarez")
    AppointmentFactory(patient=leo, visit_type="Follow-up")
    AppointmentFactory(patient=leo, visit_type="Physical", starts_at=NOON - dt.timedelta(days=9), status="seen")
    AppointmentFactory(patient=ana, visit_type="Vaccine", status="canceled")
    AppointmentFactory(visit_type="A stranger's")

    page = client.get("/appointments/")
    text = text_of(page)

    groups = [(one.patient.name, len(one.upcoming), len(one.past)) for one in page.context["patients"]]
    assert groups == [("Ana Alvarez", 1, 0), ("Leo Alvarez", 1, 1)]
    for words in ("March 3, 2026, 2:30 PM", "Follow-up", "Physical", "Vaccine", "Canceled"):
        assert words in text
    assert "stranger" not in text


def test_a_retired_patients_are_not_shown(client, leo):
    AppointmentFactory(patient=leo, visit_type="Follow-up")
    leo.is_retired = True
    leo.save()

    assert "Follow-up" not in text_of(client.get("/appointments/"))


@pytest.mark.parametrize("address", ["/appointments/", "/appointments/new/"])
def test_without_the_option_there_is_no_page(client, maria, leo, address):
    assert client.get(address).status_code == 200
    assert "/appointments/" in client.get("/").content.decode()
    maria.group.appointments = False
    maria.group.save()

    assert client.get(address).status_code == 404
    assert client.post("/appointments/new/", wish(leo)).status_code == 404
    assert "/appointments/" not in client.get("/").content.decode()


def test_without_the_option_nothing_is_asked_for(client, maria, leo):
    maria.group.appointment_requests = False
    maria.group.save()

    assert "Ask for an appointment" not in text_of(client.get("/appointments/"))
    assert client.get("/appointments/new/").status_code == 404
    assert client.post("/appointments/new/", wish(leo)).status_code == 404
    assert not AppointmentRequest.objects.exists()


def test_a_wish_reaches_the_desk_and_its_answer_the_guarantor(client, asked, client_of):
    assert "Waiting for an answer" in text_of(client.get("/appointments/"))
    desk = client_of(member(DESK))
    assert "asks for an appointment" in desk.get("/admin/").content.decode()
    assert SECRET not in text_of(desk.get("/admin/appointments/appointmentrequest/")), "on its own page alone"
    assert SECRET in text_of(desk.get(f"/admin/appointments/appointmentrequest/{asked.pk}/change/"))

    page = f"/admin/desk/requests/{asked.pk}/"
    assert SECRET in text_of(desk.get(page))
    assert desk.post(page, {"decision": "answer", "note": "Booked for March 10."}).status_code == 302

    text = text_of(client.get("/appointments/"))
    assert "Booked for March 10." in text
    assert "Answered" in text
    assert "asks for an appointment" not in desk.get("/admin/").content.decode()


def test_a_wish_can_be_declined_with_a_note(client, asked, client_of):
    desk, page = client_of(member(DESK)), f"/admin/desk/requests/{asked.pk}/"
    assert desk.post(page, {"decision": "decline", "note": ""}).status_code == 422

    desk.post(page, {"decision": "decline", "note": "Please call us."})

    assert "Please call us." in text_of(client.get("/appointments/"))
    assert desk.post(page, {"decision": "answer", "note": "Twice"}).status_code == 422


def test_why_stands_in_no_mail_no_log_and_no_history(client, leo, client_of, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.handler.setLevel(logging.INFO)  # the database's own log at DEBUG is never on in production
    client.post("/appointments/new/", wish(leo))
    asked = AppointmentRequest.objects.get()
    client_of(member(DESK)).post(f"/admin/desk/requests/{asked.pk}/", {"decision": "answer", "note": "Booked"})
    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    (message,) = mail.outbox
    said = message.subject + message.body + message.alternatives[0].content
    for secret in (SECRET, "Leo", "Tuesday", "Booked", "appointment"):
        assert secret not in said.replace("/appointments/", "")
    records = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    assert not [line for line in records if SECRET in line or "Tuesday" in line]
    events = AppointmentRequest.pgh_event_model.objects.values()
    assert SECRET not in str(list(events))
    assert len(events) == 2


def test_a_form_that_is_sent_twice_asks_once(client, leo):
    form = wish(leo)
    answers = [client.post("/appointments/new/", form) for _ in range(2)]

    assert [answer.url for answer in answers] == ["/appointments/"] * 2
    assert AppointmentRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_once_asks_once(maria, leo, client_of):
    form, clients = wish(leo), [client_of(maria) for _ in range(4)]

    run_together([lambda one=one: one.post("/appointments/new/", form) for one in clients])

    assert AppointmentRequest.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, leo, maria):
    PatientFactory(guarantor=maria, name="Ana Alvarez")
    answer = client.post("/appointments/new/", {"form_id": uuid.uuid4(), "reason": SECRET})

    assert answer.status_code == 422
    assert "Choose for whom." in text_of(answer)
    assert "Enter days and times that suit you." in text_of(answer)
    assert SECRET in answer.content.decode()


def test_nobody_asks_for_a_strangers_patient(client, leo):
    answer = client.post("/appointments/new/", wish(PatientFactory()))

    assert answer.status_code == 422
    assert "Choose one of these patients." in text_of(answer)


def test_five_wait_at_most(client, leo):
    for _ in range(5):
        client.post("/appointments/new/", wish(leo))

    answer = client.post("/appointments/new/", wish(leo))

    assert answer.status_code == 422
    assert "5 requests of yours wait" in text_of(answer)
    assert "5 requests of yours wait" in text_of(client.get("/appointments/"))


@pytest.mark.parametrize("change", [{"is_confidential": True}, {"guarantor": "another"}])
def test_what_is_not_shown_does_not_count(client, maria, leo, change):
    for _ in range(5):
        client.post("/appointments/new/", wish(leo))
    for field, value in change.items():
        setattr(leo, field, GuarantorFactory(group=maria.group) if value == "another" else value)
    leo.save()

    assert "requests of yours wait" not in text_of(client.get("/appointments/"))
    assert client.post("/appointments/new/", wish(PatientFactory(guarantor=maria))).status_code == 302


def test_asking_is_limited_by_the_hour(client, leo):
    for _n in range(11):
        answer = client.post("/appointments/new/", wish(leo))
        if asked := AppointmentRequest.objects.filter(state="waiting").last():
            client.post(f"/appointments/requests/{asked.pk}/withdraw/")

    assert answer.status_code == 422
    assert "too often" in text_of(answer)


def test_a_wish_is_withdrawn_and_not_answered_then(client, asked, client_of):
    assert client.post(f"/appointments/requests/{asked.pk}/withdraw/").url == "/appointments/"

    assert "Any Tuesday" not in text_of(client.get("/appointments/"))
    page = f"/admin/desk/requests/{asked.pk}/"
    answer = client_of(member(DESK)).post(page, {"decision": "answer", "note": "Booked"})
    assert answer.status_code == 422
    assert "answered or withdrawn before" in text_of(answer)


def test_a_strangers_wish_is_not_there(asked, client_of, maria):
    stranger = GuarantorFactory(group=maria.group)

    assert client_of(stranger).post(f"/appointments/requests/{asked.pk}/withdraw/").status_code == 404
    asked.refresh_from_db()
    assert asked.is_waiting


def test_what_one_parent_wrote_the_other_never_reads(asked, leo, maria, client_of):
    """The patient comes to another guarantor; the wish stays with who wrote it, and shows to neither."""
    other = GuarantorFactory(group=maria.group)
    leo.guarantor = other
    leo.save()

    for guarantor in (other, maria):
        assert SECRET not in text_of(client_of(guarantor).get("/appointments/"))


def test_a_wish_goes_along_when_accounts_are_merged_and_comes_back(asked, maria):
    into = GuarantorFactory(group=maria.group)
    by = member(MANAGER)
    merge = merge_guarantors(merged_id=maria.pk, into_id=into.pk, reason="The same person", by=by)
    asked.refresh_from_db()
    assert asked.guarantor == into

    undo_merge(merge_id=merge.pk, reason="A mistake", now=NOON, by=by)
    asked.refresh_from_db()
    assert asked.guarantor == maria


def test_it_is_asked_for_the_account_in_hand(leo, maria, client_of):
    mother = GuarantorFactory(group=maria.group, login=False)
    link(mother, login_of(maria))
    client = client_of(maria)
    client.post("/accounts/switch/", {"account": mother.pk})

    assert client.post("/appointments/new/", wish(leo, account=mother.pk)).status_code == 422
    assert client.post("/appointments/new/", wish(leo, account=maria.pk)).status_code == 409
    assert not AppointmentRequest.objects.exists()


def test_who_may_not_answer_sees_no_page(asked, client_of):
    nobody = UserFactory(is_staff=True)

    assert client_of(nobody).get(f"/admin/desk/requests/{asked.pk}/").status_code == 403
    assert "asks for an appointment" not in client_of(nobody).get("/admin/").content.decode()


def test_the_database_keeps_what_was_asked(asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentRequest.objects.filter(pk=asked.pk).update(state="answered")
    for change in ({"reason": "Another"}, {"wishes": "Never"}):
        with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
            AppointmentRequest.objects.filter(pk=asked.pk).update(**change)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        asked.delete()
