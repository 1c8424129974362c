"""Payments that were taken elsewhere: by mail, in the office, on a terminal."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from payments.models import Payment
from payments.selectors import Payer, find_open_attempts
from payments.truth import close_attempts
from pops.core.accounts.confidential import without_hidden
from pops.core.accounts.models import Appointment, Guarantor, Patient
from pops.service_accounts.scopes import Scope
from pops.web.api.idempotency import once
from pops.web.api.schema import operation
from pops.web.api.v1.payments_shapes import PaymentShape, TakenShape, count_change, count_tendered, make_facts
from pops.web.api.v1.receipts_examples import RECEIPT
from pops.web.api.v1.receipts_shapes import tell_receipt
from pops.web.api.views import ApiView
from receipts.copays import CopayFor, find_visits
from receipts.models import Receipt
from receipts.rows import get_row
from receipts.taking import take_payment

DAY = dt.timedelta(days=1)
PAYMENT = {
    "account_number": "48210",
    "channel": "mail",
    "tenders": [{"method": "check", "amount_cents": 7500, "check_number": "1042"}],
    "apply": "oldest",
}
TAKEN = {**RECEIPT, "change_cents": 0, "open_online": []}


class Payments(ApiView):
    """Money that was taken elsewhere."""

    scopes = {"POST": Scope.PAYMENTS_WRITE}
    rights = {"POST": "receipts.take_payment"}

    @operation(
        "take_payment",
        "Enter a payment taken elsewhere",
        asks=PaymentShape,
        asked=PAYMENT,
        gives=TakenShape,
        example=TAKEN,
        status=201,
    )
    @once
    def post(self, request: Request) -> Response:
        """Into the batch in which the account works; it is opened by itself where the practice has it so.

        Amounts are applied as `apply` says, the rest is escrow. Whatever the guarantor has open online is closed.
        """
        asked = self.read(PaymentShape)
        attempts = self._find_open(asked["payer"])
        number = self._take(asked, asked["payer"])
        told = tell_receipt(get_row(number, by=self.user))
        told["change_cents"] = count_change(asked["tenders"])
        told["open_online"] = [
            {"amount_cents": one.amount_cents, "is_processing": one.is_processing} for one in attempts
        ]
        return Response(told, status=201, headers={"Location": reverse("api:receipt", args=[number])})

    def _find_open(self, payer: Payer) -> list[Payment]:
        """What is open online, which is closed after the commit: Stripe is asked once the money is here."""
        if not payer.is_paying:
            return []
        guarantor = Guarantor.objects.get(pk=payer.guarantor_id)
        transaction.on_commit(lambda: close_attempts(guarantor=guarantor, now=self.now), robust=True)
        return list(find_open_attempts(guarantor))

    def _take(self, asked: dict[str, Any], payer: Payer) -> int:
        return take_payment(
            guarantor_id=payer.guarantor_id,
            tenders=make_facts(asked["tenders"]),
            channel=Receipt.Channel(asked["channel"]),
            parts=asked["parts"],
            copay=self._make_copay(**asked["copay"]) if "copay" in asked else None,
            memo=asked["memo"],
            wants_email=asked["email_receipt"],
            second_reason=asked["second_reason"],
            knows_check=asked["knows_check"],
            tendered_cents=count_tendered(asked["tenders"]),
            now=self.now,
            today=payer.counts_on,
            by=self.user,
        )

    def _make_copay(self, patient: Patient, visit_date: dt.date, memo: str) -> CopayFor:
        """With the provider and the type of the visit that is booked for that day."""
        start, end = (self.practice.day_end(day) for day in (visit_date - DAY, visit_date))
        visits = find_visits(Patient.objects.filter(pk=patient.pk), start=start, end=end)
        shown = visits if self.sees_confidential else without_hidden(visits)
        visit = shown.first() or Appointment()
        return CopayFor(patient.pk, visit_date, memo, visit.provider_id, visit.visit_type)
