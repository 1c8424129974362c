"""Payments that were taken elsewhere: entered by the API with their tenders, by the rules and refusals of the desk."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from batches.models import ReferenceBatch
from batches.working import attach_earlier_batch
from payments.models import Payment
from pops.core.accounts.models import Patient
from pops.core.practice.models import Practice
from pops.logins.trial import begin_trial
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.api import Caller, caller, new_key
from tests.factories.appointments import AppointmentFactory
from tests.factories.desk import batch_of, today
from tests.factories.staff import DESK, MANAGER
from tests.payments.stripe_side import start

pytestmark = pytest.mark.django_db
CASH = {"method": "cash", "amount_cents": 5000}
APPROVAL = {"approval_code": "needed"}
CARD = {"method": "card", "card_brand": "visa", "card_last4": "4242", "approval_code": "A1B2C3"}


@pytest.fixture
def api(practice):
    return caller("payments:write", role=DESK)


@pytest.fixture
def line():
    return ServiceLineFactory(billed_cents=3000)


def payment(guarantor, *tenders, **more):
    body = {"account_number": guarantor.account_number, "channel": "mail", "tenders": list(tenders) or [CASH]}
    return {**body, **more}


def wrong(answer) -> dict[str, str]:
    """The codes of what is wrong, by where it stands."""
    assert answer.status_code == 422, answer.content
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def test_each_tender_is_a_transaction_and_the_rest_is_escrow(api, line):
    guarantor = line.encounter.patient.guarantor
    check = {"method": "check", "amount_cents": 2500, "check_number": "1042"}
    cash = {"method": "cash", "amount_cents": 1000, "tendered_cents": 2000}
    body = payment(guarantor, cash, check, {**CARD, "amount_cents": 700}, {"method": "other", "amount_cents": 1})

    answer = api.post("/payments", body)

    told, receipt = answer.json(), Receipt.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/receipts/{receipt.pk}")
    assert (told["amount_cents"], told["applied_cents"], told["escrow_cents"]) == (4201, 3000, 1201)
    assert (told["change_cents"], receipt.cash_tendered.cents) == (1000, 2000)
    assert (receipt.issued_by, receipt.channel, receipt.received_on) == (api.account.user, "mail", today())
    rows = receipt.transactions.order_by("pk").values_list("method", "amount_cents", "check_number", "card_last4")
    several = [("cash", 1000, "", ""), ("check", 2500, "1042", ""), ("card", 700, "", "4242"), ("other", 1, "", "")]
    assert list(rows) == several


def test_the_money_goes_where_the_practices_system_says(api, line):
    other = ServiceLineFactory(billed_cents=4000, encounter__patient=line.encounter.patient)
    guarantor = line.encounter.patient.guarantor
    parts = [{"service_id": other.service_id, "amount_cents": 1500}]

    chosen = api.post("/payments", payment(guarantor, apply="chosen", postings=parts)).json()
    escrow = api.post("/payments", payment(guarantor, apply="escrow", second_reason="Another bill")).json()

    assert [(one["service_id"], one["amount_cents"]) for one in chosen["postings"]] == [(other.service_id, 1500)]
    assert (escrow["postings"], escrow["escrow_cents"], escrow["reason"]) == ([], 5000, "Another bill")


def test_a_copay_waits_for_its_visit(api, line):
    Patient.objects.filter(pk=line.encounter.patient_id).update(number="P-7")
    copay = {"patient_number": "P-7", "visit_date": today().isoformat(), "memo": "New patient"}

    told = api.post("/payments", payment(line.encounter.patient.guarantor, copay=copay)).json()

    kept = Receipt.objects.get(pk=told["number"]).copay
    assert (kept.patient_id, kept.visit_date, kept.memo) == (line.encounter.patient_id, today(), "New patient")
    assert told["escrow_cents"] == 5000


def test_a_copay_says_no_word_of_a_visit_that_is_booked_in_confidence(practice, line):
    patient, at_noon = line.encounter.patient, practice.day_end(today()) - dt.timedelta(hours=12)
    Patient.objects.filter(pk=patient.pk).update(number="P-7")
    booked = AppointmentFactory(patient=patient, starts_at=at_noon, visit_type="Gastromancy", is_confidential=True)
    copay = {"patient_number": "P-7", "visit_date": today().isoformat()}
    api = caller("payments:write", "confidential:read", role=MANAGER)
    narrow = Caller(new_key(api.account, "payments:write").text)

    told = narrow.post("/payments", payment(patient.guarantor, copay=copay)).json()
    seen = api.post("/payments", payment(patient.guarantor, copay=copay, second_reason="Another day")).json()

    kept = [Receipt.objects.get(pk=number).copay for number in (told["number"], seen["number"])]
    assert [(copay.visit_type, copay.provider_id) for copay in kept] == [
        ("", None),
        ("Gastromancy", booked.provider_id),
    ]


@pytest.mark.parametrize(
    ("tender", "where"),
    [
        ({"method": "check", "amount_cents": 1}, {"check_number": "needed"}),
        ({"method": "card", "amount_cents": 1, "card_last4": "4242"}, {"card_brand": "needed"} | APPROVAL),
        ({**CASH, "check_number": "1"}, {"check_number": "unfit"}),
        ({**CASH, "tendered_cents": 4999}, {"tendered_cents": "less"}),
        ({**CARD, "amount_cents": 1, "card_last4": "4242424242424242"}, {"card_last4": "invalid"}),
        ({"method": "apple_pay", "amount_cents": 1}, {"method": "invalid_choice"}),
        ({"method": "cash", "amount_cents": 0}, {"amount_cents": "min_value"}),
        ({"method": "cash", "amount_cents": 12.5}, {"amount_cents": "invalid"}),
        ({"method": "cash", "amount_cents": "5000"}, {"amount_cents": "invalid"}),
        ({**CASH, "card_number": "4242424242424242"}, {"card_number": "unknown"}),
    ],
)  # fmt: skip
def test_what_can_not_be_a_tender_is_said_field_by_field(api, line, tender, where):
    answer = api.post("/payments", payment(line.encounter.patient.guarantor, tender))

    assert wrong(answer) == {f"#/tenders/0/{name}": code for name, code in where.items()}
    assert not Receipt.objects.exists()


def test_what_can_not_be_a_payment_is_said(api, line):
    guarantor = line.encounter.patient.guarantor
    part = {"service_id": line.service_id, "amount_cents": 1}
    whole = {"method": "other", "amount_cents": 99_999_999}
    said = {
        "nobody": ({"account_number": "nobody"}, {"#/account_number": "no_guarantor"}),
        "too much": ({"tenders": [whole, CASH]}, {"#/tenders": "too_much"}),
        "parts": ({"postings": [part]}, {"#/postings": "not_chosen"}),
        "none": ({"apply": "chosen"}, {"#/postings": "not_chosen"}),
        "twice": ({"apply": "chosen", "postings": [part, part]}, {"#/postings": "twice"}),
        "no line": ({"apply": "chosen", "postings": [{**part, "service_id": "1-1"}]}, {"#/postings": "no_service"}),
        "online": ({"channel": "online"}, {"#/channel": "invalid_choice"}),
        "euros": ({"currency": "eur"}, {"#/currency": "invalid_choice"}),
        "card number": ({"memo": "Visa 4242-4242-4242-4242"}, {"#/memo": "card_number"}),
        "yesterday": ({"received_on": "2026-01-01"}, {"#/received_on": "unknown"}),
    }

    found = {name: wrong(api.post("/payments", {**payment(guarantor), **more})) for name, (more, _) in said.items()}

    assert found == {name: codes for name, (_, codes) in said.items()}
    assert not Receipt.objects.exists()


def test_the_desks_refusals_are_the_apis(api, line):
    guarantor, stranger = line.encounter.patient.guarantor, ServiceLineFactory(billed_cents=900)
    check = {"method": "check", "amount_cents": 100, "check_number": "1042"}
    api.post("/payments", payment(guarantor, check))
    too_much = [{"service_id": line.service_id, "amount_cents": 2901}]
    others = [{"service_id": stranger.service_id, "amount_cents": 1}]
    again = {"second_reason": "Another bill"}

    came = [
        api.post("/payments", payment(guarantor, **more)).json()
        for more in (
            {},
            {"tenders": [{**check, "check_number": "01042"}], **again},
            {"apply": "chosen", "postings": too_much, **again},
            {"apply": "chosen", "postings": others, **again},
        )
    ]

    assert [said["code"] for said in came] == ["taken_just_now", "check_taken", "line_owes_less", "line_owes_less"]
    assert not [said["detail"] for said in came if re.search(r"\b(page|form|tick)\b", said["detail"])]
    assert Receipt.objects.count() == 1


def test_the_trial_account_of_the_set_up_guide_is_nobodys(api, line, dana, client_of):
    Practice.objects.update(opened_at=None)
    trial = begin_trial(today=today(), by=dana)

    answer = api.post("/payments", payment(trial))

    assert (answer.status_code, answer.json()["code"]) == (409, "trial_account")
    shown = client_of(dana).get(reverse("backoffice:take", args=[trial.pk]), follow=True)
    assert "trial account of the set-up guide" in shown.content.decode()
    assert not Receipt.objects.exists()


def test_the_first_payment_of_an_account_opens_a_batch_that_is_named_after_it(api, guarantor, pay):
    online = pay().batch

    told = api.post("/payments", payment(guarantor)).json()

    batch = ReferenceBatch.objects.get(pk=told["batch"])
    assert batch != online
    assert (batch.is_api, batch.user, batch.description) == (
        False,
        api.account.user,
        f"Taken elsewhere, {api.account.user}",
    )
    assert api.post("/payments", payment(GuarantorFactory())).json()["batch"] == batch.pk


def test_where_batches_do_not_open_by_themselves_one_is_attached_first(api, guarantor):
    Practice.objects.update(opens_batches=False)
    refused = api.post("/payments", payment(guarantor))
    batch = batch_of(api.account.user, "Mail")

    taken = api.post("/payments", payment(guarantor))

    assert (refused.status_code, refused.json()["code"]) == (409, "no_attached_batch")
    assert taken.json()["batch"] == batch.pk


def test_in_a_batch_of_an_earlier_day_money_counts_for_that_day(api, guarantor, dana):
    yesterday = today() - dt.timedelta(days=1)
    late = ReferenceBatch.objects.create(description="Mail", user=dana, batch_date=yesterday)
    attach_earlier_batch(batch_id=late.pk, reason="A check was found", today=today(), by=api.account.user)

    assert api.post("/payments", payment(guarantor)).json()["received_on"] == yesterday.isoformat()


@pytest.mark.django_db(transaction=True)
def test_what_is_open_online_is_closed_so_that_it_is_not_paid_twice(api, guarantor, stripe_sandbox):
    attempt = start(guarantor)

    told = api.post("/payments", payment(guarantor)).json()

    assert told["open_online"] == [{"amount_cents": attempt.amount_cents, "is_processing": False}]
    assert Payment.objects.get().state == Payment.State.ABANDONED


def test_an_account_that_may_not_take_money_takes_none(practice, guarantor):
    reader = caller("receipts:read", "payments:write", role=DESK)
    role = reader.account.user.groups.get()
    role.permissions.remove(role.permissions.get(codename="take_payment"))

    answer = reader.post("/payments", payment(guarantor))

    assert (answer.status_code, answer.json()["code"]) == (403, "right_missing")
