"""A patient who is seen today, and whose copay is known from the last visit."""

import datetime as dt
from zoneinfo import ZoneInfo

from batches.closing import close_batch
from batches.counting import count_batch
from pops.core.access.models import User
from pops.core.accounts.models import Appointment, Encounter, Patient, ServiceLine
from pops.core.accounts.notes import write_note
from pops.core.methods import Method, Tender
from pops.core.practice.models import Facility, Provider
from pops.local.seed.data import TIME_ZONE
from receipts.copays import CopayFor
from receipts.issue import TransactionFacts
from receipts.models import Receipt
from receipts.taking import take_payment

SEEN, COPAY_CENTS, VISIT_TYPE = "Tola Adeyemi", 4000, "Well child"
NOTE = "Her father brings her. He asks for the receipt on paper."


def make_copay(*, now: dt.datetime, desk: User) -> None:
    """A copay some weeks ago, in a batch that is closed, and an appointment of today with the same provider."""
    patient, provider = Patient.objects.get(name=SEEN), Provider.objects.order_by("pk")[0]
    local = now.astimezone(ZoneInfo(TIME_ZONE))
    then = local - dt.timedelta(days=35)
    _make_visit(patient, provider, then.date())
    tender = TransactionFacts("", Method.CASH.value, COPAY_CENTS, COPAY_CENTS)
    number = take_payment(
        guarantor_id=patient.guarantor_id,
        tenders=[tender],
        channel=Receipt.Channel.OFFICE,
        parts=None,
        now=then,
        today=then.date(),
        by=desk,
        second_reason="The copay of today's visit",  # what the household paid since is there already
        copay=CopayFor(patient.pk, then.date(), "", provider.pk, VISIT_TYPE),
    )
    batch_id = Receipt.objects.get(pk=number).batch_id
    counted = {tender.value: COPAY_CENTS if tender == Tender.CASH else 0 for tender in Tender}
    count = count_batch(batch_id=batch_id, counted=counted, by=desk)
    close_batch(batch_id=batch_id, now=now, by=desk, count_id=count.pk)
    _book(patient, provider, local)
    write_note(guarantor_id=patient.guarantor_id, text=NOTE, by=desk)


def _make_visit(patient: Patient, provider: Provider, day: dt.date) -> None:
    visit = Encounter.objects.create(
        number=69_900, patient=patient, provider=provider, facility=Facility.objects.order_by("pk")[0]
    )
    ServiceLine.objects.create(
        encounter=visit,
        line_number=1,
        service_date=day,
        description="Preventive visit, 5 to 11 years",
        procedure_code="99393",
        billed_cents=17_500,
        insurance_paid_cents=17_500 - COPAY_CENTS,
    )


def _book(patient: Patient, provider: Provider, local: dt.datetime) -> None:
    Appointment.objects.create(
        number="A-4100",
        patient=patient,
        provider=provider,
        facility=Facility.objects.order_by("pk")[0],
        starts_at=local.replace(hour=10, minute=30, second=0, microsecond=0),
        minutes=30,
        visit_type=VISIT_TYPE,
    )
