"""A practice with words that stand nowhere but in what is confidential, and money that went there in every way."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from batches.closing import close_batch
from batches.models import ReferenceBatch
from pops.core.access.models import User
from pops.core.accounts.models import Appointment, Encounter, Guarantor, Patient, ServiceLine
from receipts.corrections.escrow import post_escrow
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.take_back import take_back_postings
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from receipts.statements.entering import enter_statement, find_lines_for_statement
from tests.factories.accounts import EncounterFactory, GuarantorFactory, PatientFactory, ServiceLineFactory
from tests.factories.appointments import AppointmentRequestFactory
from tests.factories.desk import batch_of, clerk, count_out, take, tender, today
from tests.factories.practice import FacilityFactory, ProviderFactory

# Of the practice's own lists: staff choose among them, and see no patient beside them.
CATALOG = ["vashti", "thistledown", "wormwood"]
# Of a confidential patient, of a confidential visit, and of appointments.
WORDS = [
    "quillfeather", "1999-07-19", "july 19, 1999", "ferrous", "fq311", "881190",
    "xenotherapy", "zx817", "881234", "january 13, 2026", "2026-01-13", "gastromancy", "zx990", "nephelomancy",
]  # fmt: skip


@dataclass
class Practice:
    """Whom the tests look for, and what the money was."""

    guarantor: Guarantor
    quill: Patient
    visits: list[Encounter]
    appointments: list[Appointment]
    clerk: User
    batch: ReferenceBatch

    def mark(self, is_confidential: bool = True) -> None:
        """Mark what is confidential, or correct that."""
        Patient.objects.filter(pk=self.quill.pk).update(is_confidential=is_confidential)
        Encounter.objects.filter(pk__in=[visit.pk for visit in self.visits]).update(is_confidential=is_confidential)
        Appointment.objects.filter(number="A-2").update(is_confidential=is_confidential)


def line(visit: Encounter, description: str, code: str, on: dt.date, cents: int) -> ServiceLine:
    made: ServiceLine = ServiceLineFactory(
        encounter=visit, description=description, procedure_code=code, service_date=on, billed_cents=cents
    )
    return made


def make_practice(*, is_marked: bool, pay: Any) -> Practice:
    """Maria answers for Leo, who had a confidential visit, and for Quill, who is confidential whole."""
    maria = GuarantorFactory(group__appointments=True, group__appointment_requests=True)
    leo = PatientFactory(guarantor=maria)
    quill = PatientFactory(guarantor=maria, name="Ash Quillfeather", birth_date=dt.date(1999, 7, 19))
    vashti = ProviderFactory(name="Ottoline Vashti, MD")
    annex = FacilityFactory(name="Thistledown Annex", address="9 Wormwood Lane")
    hidden = EncounterFactory(patient=leo, provider=vashti, facility=annex, number=881234)
    gone = EncounterFactory(patient=leo, provider=vashti, facility=annex, number=881235, in_collections=True)
    own = EncounterFactory(patient=quill, number=881190)
    line(hidden, "Xenotherapy", "ZX817", dt.date(2026, 1, 13), 8000)
    line(own, "Ferrous quotient", "FQ311", dt.date(2026, 1, 13), 6000)
    line(gone, "Gastromancy", "ZX990", dt.date(2026, 1, 13), 4000)
    line(EncounterFactory(patient=leo), "Strep test, rapid", "87880", dt.date(2026, 1, 20), 9000)
    soon = timezone.now() + dt.timedelta(days=3)
    appointments = [
        Appointment.objects.create(number="A-1", patient=quill, starts_at=soon, visit_type="Nephelomancy"),
        Appointment.objects.create(
            number="A-2", patient=leo, starts_at=soon, visit_type="Nephelomancy", provider=vashti, facility=annex
        ),
    ]
    AppointmentRequestFactory(guarantor=maria, patient=quill, wishes="Nephelomancy, any day", reason="Nephelomancy")
    AppointmentRequestFactory(guarantor=maria, patient=leo, wishes="Mornings")
    dana = clerk()
    made = Practice(maria, quill, [hidden, gone], appointments, dana, batch_of(dana))
    if is_marked:
        made.mark()
    _move_money(made, pay)
    return made


def _move_money(made: Practice, pay: Any) -> None:
    maria, by = made.guarantor, made.clerk
    enter_statement(
        guarantor_id=maria.pk,
        statement_date=today(),
        line_ids=[row.pk for row in find_lines_for_statement(maria)],
    )
    first, second = (ServiceLine.objects.get(description=text) for text in ("Xenotherapy", "Ferrous quotient"))
    pay(maria, cents=1000)  # Auto-Post: to the oldest, which is hidden
    paid = take(by, tender(5000), guarantor=maria, parts={first.pk: 2000, second.pk: 1500})
    post_escrow(receipt_number=paid.pk, parts={first.pk: 500}, today=today(), by=by)
    take_back_postings(
        receipt_number=paid.pk, parts={second.pk: 300}, reason="Keyed to Quillfeather", today=today(), by=by
    )
    refund_at_desk(
        receipt_number=paid.pk, amounts={"cash": 2500}, reason="Paid twice", now=timezone.now(), today=today(), by=by
    )
    void_receipt(
        receipt_number=take(by, guarantor=maria, parts={first.pk: 700}).pk, reason="Keyed twice", today=today(), by=by
    )
    whole = take(by, tender(900), guarantor=maria, parts={second.pk: 900})
    refund_at_desk(
        receipt_number=whole.pk, amounts={"cash": 900}, reason="Paid twice", now=timezone.now(), today=today(), by=by
    )
    take(by, tender(3000), guarantor=maria, parts={_open_line(maria).pk: 1000, first.pk: 400})  # both, and credit


def _open_line(maria: Guarantor) -> ServiceLine:
    return ServiceLine.objects.get(encounter__patient__guarantor=maria, description="Strep test, rapid")


def close(made: Practice) -> None:
    """Close the desk's batch: its files are made by who is asked next."""
    count = count_out(made.batch, made.clerk, cash=5500)
    with transaction.atomic():
        close_batch(batch_id=made.batch.pk, now=timezone.now(), by=made.clerk, count_id=count.pk, note="Counted twice")


def numbers(made: Practice) -> list[int]:
    """The guarantor's receipts."""
    return list(Receipt.objects.filter(guarantor=made.guarantor).order_by("pk").values_list("pk", flat=True))
