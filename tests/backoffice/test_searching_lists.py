"""Each list finds people as the desk does: without accents, apostrophes and hyphens."""

import pytest
from django.db import connection
from django.urls import reverse

from payments.models import Dispute, Refund
from pops.core.accounts.models import Appointment
from pops.core.accounts.search import find_guarantor_ids, find_user_ids
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, login_of
from tests.factories.desk import batch_of, clerk
from tests.factories.payments import PaymentFactory
from tests.factories.practice import GroupFactory
from tests.factories.staff import ADMIN, member
from tests.moments import NOON

PEOPLE = {
    "jose garcia": "José García",
    "oconnell": "Siobhán O’Connell",
    "zoe muller": "Zoë Müller",
    "delacruz": "Juan de la Cruz",
}


def shows(client, list_of, typed, **filters):
    """The rows that a list finds."""
    page = client.get(reverse(f"admin:{list_of}_changelist"), {"q": typed, **filters})
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


@pytest.fixture
def admin(client_of, practice):
    return client_of(member(ADMIN, name="Pat Admin"))


@pytest.mark.parametrize(("typed", "name"), PEOPLE.items())
def test_lists_of_a_guarantors_things(admin, pay, typed, name):
    pay(GuarantorFactory(name="Marco Bell"))
    receipt = pay(GuarantorFactory(name=name))
    refund = Refund.objects.create(receipt=receipt, charge_id="ch_1", amount_cents=100, reason="Too much")
    dispute = Dispute.objects.create(stripe_id="dp_1", receipt=receipt, amount_cents=100, opened_at=NOON)

    assert shows(admin, "accounts_guarantor", typed) == [receipt.guarantor]
    assert shows(admin, "receipts_receipt", typed) == [receipt]
    assert shows(admin, "payments_payment", typed) == [receipt.payment]
    assert shows(admin, "payments_refund", typed) == [refund]
    assert shows(admin, "payments_dispute", typed) == [dispute]
    assert [message.about_id for message in shows(admin, "notifications_message", typed)] == [receipt.pk]


@pytest.mark.parametrize(("typed", "name"), PEOPLE.items())
def test_lists_of_staffs_things(admin, typed, name):
    batch_of(clerk("Ruth Adams"), "Mail")
    batch = batch_of(clerk(name))

    assert shows(admin, "batches_referencebatch", typed) == [batch]
    assert shows(admin, "access_user", typed) == [batch.user]


@pytest.mark.parametrize(("typed", "name"), PEOPLE.items())
def test_lists_of_a_patients_things(admin, typed, name):
    EncounterFactory(patient__guarantor__name="Marco Bell")
    visit = EncounterFactory(patient__guarantor__name=name)
    appointment = Appointment.objects.create(
        number="A-7", patient=visit.patient, provider=visit.provider, facility=visit.facility, starts_at=NOON
    )

    assert shows(admin, "accounts_patient", typed) == [visit.patient]
    assert shows(admin, "accounts_encounter", typed) == [visit]
    assert shows(admin, "accounts_appointment", typed) == shows(admin, "accounts_appointment", "A-7") == [appointment]


def test_a_visits_own_number_comes_before_an_account_of_that_number(admin):
    visit = EncounterFactory(number=48217)
    EncounterFactory(patient__guarantor__account_number="48217")
    other = EncounterFactory(patient__guarantor__account_number="48218")

    assert shows(admin, "accounts_encounter", "48217") == [visit]
    assert shows(admin, "accounts_encounter", "48218") == [other]
    assert len(shows(admin, "accounts_encounter", " ")) == 3


def test_a_retired_patient_is_offered_for_nothing_new(admin):
    patient = PatientFactory()
    retired = PatientFactory(guarantor=patient.guarantor, is_retired=True)
    offered = admin.get(reverse("admin:accounts_patient_changelist"), {"q": "alvarez", "_popup": "1"})

    assert list(offered.context["cl"].result_list) == [patient]
    assert shows(admin, "accounts_patient", "alvarez") == [patient, retired]


def test_what_else_was_found_is_found_still(admin, pay):
    receipt = pay(GuarantorFactory(account_number="77001", email="zoe@example.com"))
    PatientFactory(guarantor=receipt.guarantor, name="Łukasz Berg")
    PaymentFactory()

    assert shows(admin, "payments_payment", receipt.payment.intent_id) == [receipt.payment]
    assert shows(admin, "payments_payment", "lukasz") == shows(admin, "payments_payment", "77001") == [receipt.payment]
    assert shows(admin, "notifications_message", "zoe@") == [receipt.guarantor.messages.get()]
    assert shows(admin, "access_user", "zoe@example", who="guarantors") == [login_of(receipt.guarantor)]
    assert len(shows(admin, "payments_payment", "")) == 2


CROWD = """
INSERT INTO access_user (email, password, name, is_superuser, is_staff, is_active, created_at)
SELECT n || '@example.com', '', 'Person ' || md5(n::text), false, false, true, now() FROM generate_series(1, 5000) n;
INSERT INTO accounts_guarantor (account_number, group_id, name, email, phone)
SELECT 'C' || n, %s, 'Person ' || md5(n::text), '', '' FROM generate_series(1, 5000) n;
INSERT INTO accounts_patient (guarantor_id, name)
SELECT id, name FROM accounts_guarantor;
ANALYZE access_user, accounts_guarantor, accounts_patient;
"""


@pytest.mark.parametrize(
    ("find", "indexes"),
    [(find_guarantor_ids, ["guarantor_words", "patient_words"]), (find_user_ids, ["user_words"])],
)
def test_people_are_found_by_an_index(practice, find, indexes):
    plans = []

    def explained(execute, sql, params, many, context):
        execute(f"EXPLAIN {sql}", params, many, context)
        plans.append(str(context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute(CROWD, [GroupFactory().pk])
    with connection.execute_wrapper(explained):
        find("jose garcia", limit=50)

    assert all(f"Index Scan on {index}" in plans[0] for index in indexes), plans[0]
