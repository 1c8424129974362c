"""A copay waits for its visit's charge, and is applied by itself when that arrives, in the batch of that day."""

import datetime as dt
import functools
from collections.abc import Callable

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from batches.closing import close_batch
from batches.models import ReferenceBatch
from batches.opening import open_api_batch
from pops.core.imports.models import AccountImport
from pops.core.imports.runs import Wish, run_import
from pops.core.locks import hold
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from receipts.copays import CopayFor, apply_copay, find_usual_copays, find_waiting
from receipts.corrections.credit import find_free_credit
from receipts.corrections.take_back import take_back_postings
from receipts.documents.receipts import render_html, store_document
from receipts.itemized import for_itemizing, itemize, itemize_as_issued
from receipts.models import Copay, Receipt
from receipts.selectors import find_document
from receipts.taking import take_payment
from receipts.tasks import apply_copays
from tests.concurrency import run_together
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.appointments import AppointmentFactory
from tests.factories.desk import batch_of, clerk, close, count_out, tender, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def leo(practice):
    return PatientFactory(name="Leo Alvarez", birth_date=dt.date(2015, 5, 5))


@pytest.fixture
def ruth(practice):
    ruth = clerk("Ruth Boyd")
    batch_of(ruth)
    return ruth


def copay(by, patient, cents=4000, *, on=None, memo="", **more) -> Receipt:
    number = take_payment(
        guarantor_id=patient.guarantor_id,
        tenders=[tender(cents)],
        channel=Receipt.Channel.OFFICE,
        parts=None,
        now=timezone.now(),
        today=today(),
        by=by,
        second_reason="Another visit",
        copay=CopayFor(patient.pk, on or today(), memo, **more),
    )
    return Receipt.objects.get(pk=number)


def charge(patient, cents=10000, *, on=None, **more):
    visit = more.pop("encounter", None) or EncounterFactory(patient=patient)
    return ServiceLineFactory(encounter=visit, service_date=on or today(), billed_cents=cents, **more)


def test_it_waits_and_nothing_else_takes_it(ruth, leo):
    charge(leo, on=dt.date(2026, 1, 5))  # an older balance

    made = copay(ruth, leo, memo="Specialist")
    apply_copays()

    assert not made.postings.exists()
    assert (made.copay.patient, made.copay.visit_date, made.copay.memo) == (leo, today(), "Specialist")
    assert find_free_credit(leo.guarantor) == [], "nobody else's credit before its visit is charged"


def test_it_is_applied_when_the_charge_arrives_and_the_rest_with_the_next_line(ruth, leo, client_of):
    made = copay(ruth, leo)
    page = reverse("admin:receipts_receipt_change", args=[made.pk])
    close(made.batch, ruth, cash=4000)
    first = charge(leo, 2500)
    assert "waits for that visit's charge" in client_of(ruth).get(page).content.decode()

    apply_copays()
    told = client_of(ruth).get(page).content.decode()
    assert "waits for that visit's charge" not in told, "it is there"
    assert "What is left in escrow can be applied to other services." in told
    second = charge(leo, 9000, encounter=first.encounter)
    apply_copays()
    apply_copays()

    assert [(row.line, row.amount_cents) for row in made.postings.order_by("pk")] == [(first, 2500), (second, 1500)]
    assert {row.batch for row in made.postings.all()} == {ReferenceBatch.objects.get(is_api=True, batch_date=today())}
    made.batch.refresh_from_db()
    assert made.batch.closed_total_cents == 4000


def test_a_charge_that_is_there_takes_it_at_once(ruth, leo):
    line, older = charge(leo), charge(leo, on=dt.date(2026, 1, 5))

    made = copay(ruth, leo)

    assert made.postings.get().line == line
    assert made.postings.get().batch == made.batch
    assert older.postings.count() == 0


def test_a_charge_that_a_file_brings(ruth, leo, tmp_path):
    made, visit = copay(ruth, leo), EncounterFactory(patient=leo)
    path = tmp_path / "lines.csv"
    head = "encounter_number,line_number,service_date,description,billed"
    path.write_text(f"{head}\n{visit.number},1,{today()},Office visit,120.00\n")
    run = AccountImport.objects.create(name=path.name)

    run_import(run, path=path, wish=Wish(), now=timezone.now(), tell=lambda step, line: None)
    apply_copays()

    assert made.postings.get().amount_cents == 4000


@pytest.mark.parametrize("facts", [{"on": dt.date(2026, 1, 5)}, {"insurance_pending_cents": 10000}, {"is_other": True}])
def test_other_charges_leave_it_waiting(ruth, leo, facts):
    made = copay(ruth, leo)
    whose = PatientFactory(guarantor=leo.guarantor, name="Mia Alvarez") if facts.pop("is_other", None) else leo

    charge(whose, **facts)
    apply_copays()

    assert not made.postings.exists()


def test_the_patient_whom_the_practices_system_told_of_later_is_the_same_one(ruth, leo):
    made = copay(ruth, leo)
    told = PatientFactory(guarantor=leo.guarantor, name="LEO  ALVAREZ", birth_date=leo.birth_date, number="P-77")

    line = charge(told)
    apply_copays()

    assert made.postings.get().line == line


def test_what_staff_took_back_is_theirs_to_decide_about(ruth, leo):
    line = charge(leo)
    made = copay(ruth, leo)
    take_back_postings(receipt_number=made.pk, parts={line.pk: 4000}, reason="Wrong visit", today=today(), by=ruth)

    apply_copays()

    assert sum(row.amount_cents for row in made.postings.all()) == 0
    assert find_waiting(today=today(), limit=9) == []
    assert apply_copay(receipt_number=made.pk, today=today()) == 0


def test_a_patient_of_another_account_is_refused(ruth, leo):
    other = PatientFactory(guarantor=GuarantorFactory())
    with pytest.raises(Refused, match="not a patient of this account"):
        take_payment(
            guarantor_id=leo.guarantor_id,
            tenders=[tender(100)],
            channel=Receipt.Channel.OFFICE,
            parts=None,
            now=timezone.now(),
            today=today(),
            by=ruth,
            copay=CopayFor(other.pk, today()),
        )
    assert not Copay.objects.exists()


def test_the_usual_copay_is_the_last_one_at_that_provider_and_of_that_type(ruth, leo):
    visit = AppointmentFactory(patient=leo, visit_type="Specialist", provider=EncounterFactory().provider)
    patients = leo.guarantor.patients.all()
    copay(ruth, leo, 6000, on=dt.date(2026, 1, 5), provider_id=visit.provider_id, visit_type="Specialist")
    copay(ruth, leo, 2000, on=dt.date(2026, 2, 5))

    assert find_usual_copays(patients, [visit]) == {leo.pk: 6000}
    assert find_usual_copays(patients, []) == {leo.pk: 2000}


@pytest.mark.django_db(transaction=True)
def test_copays_applied_while_their_days_are_closed(practice):
    """By two workers, against the close of the desk's batch and of API Payments: once each, into no closed batch."""
    ruth = clerk("Ruth Boyd")
    batch = batch_of(ruth)
    patients = [PatientFactory(name=f"Patient {n}") for n in range(8)]
    made = [copay(ruth, patient) for patient in patients]
    with transaction.atomic():
        online = open_api_batch(hold(days=[today()]), batch_date=today())
    for patient in patients:
        charge(patient)
    count = count_out(batch, ruth, cash=8 * 4000)
    jobs: list[Callable[[], object]] = [
        functools.partial(apply_copay, receipt_number=receipt.pk, today=today()) for receipt in [*made, *made]
    ]
    jobs[5:5] = [functools.partial(close_batch, batch_id=online, now=timezone.now(), by=ruth, knows_day_goes_on=True)]
    jobs[9:9] = [functools.partial(close_batch, batch_id=batch.pk, now=timezone.now(), by=ruth, count_id=count.pk)]

    run_together(jobs, width=len(jobs))

    for receipt in made:
        assert receipt.postings.get().amount_cents == 4000
    api = ReferenceBatch.objects.filter(is_api=True)
    assert {receipt.postings.get().batch for receipt in made} <= set(api), "the database refuses it in a closed one"
    assert ReferenceBatch.objects.filter(pk__in=[batch.pk, online], status="closed").count() == 2


def test_the_receipt_says_what_for_unless_that_is_confidential(ruth, leo, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    receipt = copay(ruth, leo, on=dt.date(2026, 3, 2), memo="Strep test")
    words = "Copay of Leo Alvarez for the visit on March 2, 2026: Strep test"
    paper = reverse("backoffice:print", args=[receipt.pk])
    store_document(receipt_number=receipt.pk)

    def read():
        return for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()

    assert words in render_html(itemize_as_issued(read()), get_practice())
    assert words in client_of(ruth).get(paper).content.decode()
    assert find_document(itemize(read()))

    leo.is_confidential = True
    leo.save()

    assert "Leo" not in render_html(itemize_as_issued(read()), get_practice())
    assert "Strep" not in client_of(ruth).get(paper).content.decode()
    assert find_document(itemize(read())) is None, "the stored one names him"
    assert words in client_of(ruth).get(f"{paper}?confidential").content.decode(), "for the patient, by right"


def test_a_copay_of_a_confidential_visit_is_not_named(ruth, leo):
    receipt = copay(ruth, leo, memo="Strep test")
    charge(leo, encounter=EncounterFactory(patient=leo, is_confidential=True))
    assert itemize(for_itemizing(Receipt.objects.filter(pk=receipt.pk)).get()).copay_for == ""
