"""Voids and refunds, by the services of the desk: what was paid online goes back by the card processor."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from payments.given_back import make_refund_row, read_given_back
from payments.models import Refund
from payments.refunds import request_refund, void_online
from pops.core.refusals import refuse
from pops.service_accounts.scopes import Scope
from pops.web.api.idempotency import get_attempt_id, once
from pops.web.api.permissions import need_right
from pops.web.api.schema import operation
from pops.web.api.v1.corrections_shapes import GivenBackListShape, GivenBackShape, ReasonShape, RefundShape
from pops.web.api.v1.receipts_examples import RECEIPT
from pops.web.api.v1.receipts_shapes import ReceiptShape, tell_receipt
from pops.web.api.views import ApiView
from pops.web.problems import say_problem
from receipts.corrections.refund import refund_at_desk, why_not_refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from receipts.rows import get_row

ANOTHER_WAY = "receipts.refund_another_way"
REASON = {"reason": "Keyed twice."}
REFUND = {"reason": "Overpaid.", "amounts": [{"method": "check", "amount_cents": 1500}], "check_number": "2210"}
GIVEN_BACK = {
    "id": None,
    "receipt": 100235,
    "currency": "usd",
    "amount_cents": 1500,
    "state": "succeeded",
    "transaction": "",
    "voids": False,
    "reason": "Overpaid.",
    "note": "",
    "requested_at": "2026-11-30T18:20:00Z",
    "requested_by": "Billing (API)",
}
ON_ITS_WAY = {
    **GIVEN_BACK,
    "id": "8c1d43a0-6a43-4c0c-9f5d-7b1f7b6e0d11",
    "receipt": None,
    "state": "pending",
    "transaction": "ch_3PqLkz2eZvKYlo2C",
}


class Correction(ApiView):
    """Something that is done to a receipt."""

    @cached_property
    def receipt(self) -> Receipt:
        """Raises Http404."""
        return get_object_or_404(Receipt, pk=self.kwargs["number"])

    @property
    def is_online(self) -> bool:
        """Whether its money goes back by the card processor."""
        return self.receipt.is_online_payment


class Void(Correction):
    """Voiding a receipt of today."""

    scopes = {"POST": Scope.PAYMENTS_WRITE}
    rights = {"POST": "receipts.void_receipt"}

    @operation(
        "void_receipt",
        "Void a receipt of today",
        asks=ReasonShape,
        asked=REASON,
        gives=ReceiptShape,
        example={**RECEIPT, "status": "voided"},
        also={202: GivenBackShape},
    )
    @once(asks_stripe=lambda view: view.is_online)
    def post(self, request: Request, number: int) -> HttpResponse:
        """It stays, marked. What was paid online goes back to the card first: 202 until that is done.

        That needs the right `receipts.void_online`.
        """
        reason = self.read(ReasonShape)["reason"]
        if self.is_online:
            need_right("receipts.void_online", user=self.user)
            made = void_online(receipt_number=number, reason=reason, now=self.now, today=self.today, by=self.user)
            return _tell_asked(made, status=202)
        void_receipt(receipt_number=number, reason=reason, today=self.today, by=self.user)
        return Response(tell_receipt(get_row(number, by=self.user)))


class Refunds(Correction):
    """What was given back of a receipt, and giving back more."""

    scopes = {"GET": Scope.RECEIPTS_READ, "POST": Scope.REFUNDS_WRITE}
    rights = {"GET": "receipts.view_receipt", "POST": "receipts.refund_receipt"}

    @operation(
        "list_refunds",
        "List the refunds of a receipt",
        gives=GivenBackListShape,
        example={"items": [ON_ITS_WAY, GIVEN_BACK]},
    )
    def get(self, request: Request, number: int) -> Response:
        """Also what the card processor was asked for and has not done yet."""
        rows = read_given_back(receipt_number=self.receipt.pk, by=self.user)
        return Response({"items": GivenBackShape(rows, many=True).data})

    @operation(
        "refund_receipt",
        "Refund a receipt",
        asks=RefundShape,
        asked=REFUND,
        gives=GivenBackShape,
        example=GIVEN_BACK,
        status=201,
        also={202: GivenBackShape},
    )
    @once(asks_stripe=lambda view: view.is_online)
    def post(self, request: Request, number: int) -> HttpResponse:
        """By hand it is done at once, by the receipt in `receipt`. To a card it goes by the processor: see `state`."""
        if not self.is_online:  # first: of what can't be refunded nobody need say how
            refuse(why_not_refund_at_desk(self.receipt))
        asked = self.read(RefundShape)
        return self._to_card(asked) if self.is_online else self._by_hand(asked)

    def _to_card(self, asked: dict[str, Any]) -> HttpResponse:
        made = request_refund(
            refund_id=get_attempt_id(self),
            receipt_number=self.receipt.pk,
            cents=asked.get("amount_cents"),
            charge_id=asked.get("transaction", ""),
            reason=asked["reason"],
            now=self.now,
            today=self.today,
            by=self.user,
        )
        return _tell_asked(made, status=202 if made.is_in_flight or made.is_in_review else 201)

    def _by_hand(self, asked: dict[str, Any]) -> Response:
        if asked["another_way"]:
            need_right(ANOTHER_WAY, user=self.user)
        made = refund_at_desk(
            receipt_number=self.receipt.pk,
            amounts=asked["amounts"],
            reason=asked["reason"],
            check_number=asked["check_number"],
            another_way=asked["another_way"],
            now=self.now,
            today=self.today,
            by=self.user,
        )
        rows = read_given_back(receipt_number=self.receipt.pk, by=self.user)
        return _tell(next(row for row in rows if row["receipt"] == made), self.receipt.pk, status=201)


def _tell_asked(made: Refund, *, status: int) -> HttpResponse:
    """What the card processor was asked for. That it refused is an answer too: who asks again does so by a new key."""
    if made.has_failed:
        return say_problem(409, "refund_failed", f"The card processor refused: {made.note} Nothing was refunded.")
    return _tell(make_refund_row(made), made.receipt_id, status=status)


def _tell(row: dict[str, Any], number: int, *, status: int) -> Response:
    """A refund. Where it can be read again: among those of its receipt."""
    return Response(
        GivenBackShape(row).data, status=status, headers={"Location": reverse("api:refunds", args=[number])}
    )
