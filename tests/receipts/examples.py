"""Receipts of every kind, written as rows: with fixed numbers, names and dates, so that what they print is known."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from batches.models import API_PAYMENTS, ReferenceBatch
from pops.core.access.services import get_pops_user
from pops.core.accounts.models import Guarantor, ServiceLine
from receipts.models import Posting, Receipt, Transaction
from tests.factories.accounts import ServiceLineFactory
from tests.moments import NOON, TODAY


@dataclass(frozen=True)
class Applied:
    """A service line and how much of a receipt goes to it. Amounts in cents; pending counts as adjusted."""

    cents: int
    description: str = "Office visit, established patient"
    service_id: str = "67563-1"
    patient: str = "Leo Alvarez"
    provider: str = "Priya Raman, MD"
    facility: str = "Lakeside Main Clinic"
    address: str = "14 Harbor Street, Burlington, VT 05401"
    code: str = "99213"
    on: dt.date = dt.date(2026, 2, 1)
    billed: int = 14200
    adjusted: int = 3000
    pending: int = 0
    insurance: int = 6200
    paid_before: int = 0


def movement(cents: int, n: int = 1, **facts: Any) -> dict[str, Any]:
    return {
        "number": f"ch_3QK7xExample{n}",
        "method": "card",
        "amount_cents": cents,
        "requested_cents": cents,
        "card_brand": "visa",
        "card_last4": "4242",
        **facts,
    }


@transaction.atomic
def make_receipt(
    guarantor: Guarantor,
    *movements: dict[str, Any],
    number: int = 1042,
    applied: tuple[Applied, ...] = (),
    **facts: Any,
) -> Receipt:
    """A receipt over these movements, applied to these lines."""
    batch, _ = ReferenceBatch.objects.get_or_create(
        batch_date=TODAY, is_api=True, defaults={"description": API_PAYMENTS, "user": get_pops_user()}
    )
    receipt = Receipt.objects.create(
        **{
            "number": number,
            "guarantor": guarantor,
            "batch": batch,
            "status": "paid",
            "channel": "online",
            "amount_cents": sum(row["amount_cents"] for row in movements),
            "received_on": TODAY,
            "received_at": NOON,
            "guarantor_name": guarantor.name,
            "account_number": "48210",
            **facts,
        }
    )
    for row in movements:
        Transaction.objects.create(receipt=receipt, **row)
    firsts = {part.patient: part for part in reversed(applied)}
    lines = {patient: _line(guarantor, part) for patient, part in firsts.items()}  # one is enough to point at
    Posting.objects.bulk_create(_posting(receipt, part, lines[part.patient]) for part in applied)
    return Receipt.objects.get(number=number)


def _posting(receipt: Receipt, part: Applied, line: ServiceLine) -> Posting:
    share = part.billed - part.adjusted - part.pending - part.insurance
    return Posting(
        receipt=receipt,
        batch=receipt.batch,
        line=line,
        amount_cents=part.cents,
        posted_at=receipt.issued_at,
        facility_name=part.facility,
        facility_address=part.address,
        provider_name=part.provider,
        patient_name=part.patient,
        service_id=part.service_id,
        service_date=part.on,
        description=part.description,
        procedure_code=part.code,
        billed_cents=part.billed,
        adjusted_cents=part.adjusted,
        insurance_pending_cents=part.pending,
        insurance_paid_cents=part.insurance,
        patient_paid_cents=part.paid_before + part.cents,
        remaining_cents=share - part.paid_before - part.cents,
    )


def _line(guarantor: Guarantor, part: Applied) -> ServiceLine:
    return ServiceLineFactory(
        guarantor=guarantor,
        encounter__patient__name=part.patient,
        description=part.description,
        service_date=part.on,
        billed_cents=part.billed,
        adjusted_cents=part.adjusted,
        insurance_pending_cents=part.pending,
        insurance_paid_cents=part.insurance,
    )


# --- One of each ------------------------------------------------------------------------------------------------


def two_equal_lines(guarantor: Guarantor) -> Receipt:
    line = Applied(2500, description="Physical therapy, therapeutic exercise")
    return make_receipt(guarantor, movement(5000), applied=(line, line))


def three_transactions(guarantor: Guarantor) -> Receipt:
    return make_receipt(
        guarantor,
        movement(3000),
        movement(1500, 2, method="apple_pay", card_brand="amex", card_last4="8431"),
        movement(500, 3, number="1042-3", method="check", card_brand="", card_last4="", check_number="1023"),
        applied=(Applied(5000),),
    )


def escrow(guarantor: Guarantor) -> Receipt:
    return make_receipt(guarantor, movement(8000), applied=(Applied(5000),))


def all_escrow(guarantor: Guarantor) -> Receipt:
    return make_receipt(guarantor, movement(8000))


def several_patients_and_providers(guarantor: Guarantor) -> Receipt:
    north = "Lakeside North"
    return make_receipt(
        guarantor,
        movement(12000),
        applied=(
            Applied(5000, service_id="67563-1"),
            Applied(
                1000, "Strep test, rapid", "67563-2", code="87880", billed=3600, adjusted=600, pending=2000, insurance=0
            ),
            Applied(
                2000,
                "Annual physical",
                "67570-1",
                patient="Sofia Alvarez",
                facility=north,
                address="",
                code="",
                billed=23500,
            ),
            Applied(
                1000,
                "Lipid panel",
                "67570-2",
                patient="Sofia Alvarez",
                facility=north,
                address="",
                code="80061",
                paid_before=500,
            ),
            Applied(3000, "Telehealth visit", "67581-1", provider="Helen Sørensen, NP", on=dt.date(2025, 12, 31)),
        ),
    )


def refund(guarantor: Guarantor) -> Receipt:
    payment = make_receipt(guarantor, movement(8000), number=1041, applied=(Applied(5000),))
    return make_receipt(
        guarantor,
        movement(-4000, number="re_3QK7xExample"),
        kind="refund",
        refund_of=payment,
        applied=(Applied(-1000, paid_before=5000),),
    )


def unsuccessful(guarantor: Guarantor) -> Receipt:
    reason = "The card doesn't have enough funds for this payment."
    return make_receipt(
        guarantor, movement(0, requested_cents=5000, card_last4="9995", reason=reason), status="unsuccessful"
    )


def one_cent(guarantor: Guarantor) -> Receipt:
    return make_receipt(guarantor, movement(1), applied=(Applied(1),))


def very_large(guarantor: Guarantor) -> Receipt:
    line = Applied(999_999_999, "Inpatient stay", billed=999_999_999, adjusted=0, insurance=0)
    return make_receipt(guarantor, movement(999_999_999), applied=(line,))


EXAMPLES: dict[str, Callable[[Guarantor], Receipt]] = {
    make.__name__: make
    for make in (
        two_equal_lines,
        three_transactions,
        escrow,
        all_escrow,
        several_patients_and_providers,
        refund,
        unsuccessful,
        one_cent,
        very_large,
    )
}
