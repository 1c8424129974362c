"""Void, refund and move: what corrects a receipt."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from batches.selectors import find_desk_batches
from payments.models import Payment
from payments.models import Refund as ProcessorRefund
from payments.refunds import (
    find_charges,
    find_left_by_charge,
    request_refund,
    void_online,
    why_not_refund_online,
    why_not_void_online,
)
from payments.splitting import name_parts
from pops.core.accounts.confidential import sees_confidential
from pops.core.money import format_cents, plain_dollars
from pops.core.refusals import Refused
from pops.web.backoffice.desk.action import DeskAction, DeskRequest, receipt_page
from pops.web.backoffice.desk.forms import (
    DeskRefundForm,
    MoveForm,
    OnlineRefundForm,
    ReasonForm,
)
from receipts.balances import find_tenders_left, get_receipt_balance
from receipts.corrections.move import move_receipt, why_not_move
from receipts.corrections.refund import BY_HAND, refund_at_desk, why_not_refund_at_desk
from receipts.corrections.void import void_receipt, why_not_void
from receipts.models import Receipt

# What a void asks of the person who voids a receipt of a kind.
WHAT_TO_DO = {
    Receipt.Kind.PAYMENT: "Give the money back yourself.",
    Receipt.Kind.REFUND: "Take the money back yourself.",
    Receipt.Kind.CAME_BACK: "",
    Receipt.Kind.RETURNED: "What was paid by that money counts as paid again, as far as it is still owed.",
}


class ReceiptAction(DeskAction):
    """Something that is done to a receipt."""

    target_name = "receipt"

    def find_target(self) -> Receipt:
        rows = Receipt.objects.select_related("void", "batch", "guarantor__group")
        return get_object_or_404(rows, pk=self.kwargs["number"])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**{"title": self.title.format(self.target.pk), **context})


def tell(request: HttpRequest, refund: ProcessorRefund) -> str:
    """What became of a refund at Stripe: a success to be said, or a message of its own."""
    amount, state = format_cents(refund.amount_cents), ProcessorRefund.State
    if refund.state == state.FAILED:
        messages.error(request, f"Stripe refused to refund {amount}: {refund.note} Nothing was refunded.")
    elif refund.state == state.REQUESTED:
        messages.warning(request, f"Stripe can't be reached just now. The refund of {amount} is tried again by itself.")
    elif refund.state == state.REVIEW:
        messages.error(request, f"The refund of {amount} needs review: {refund.note}")
    else:
        paid = refund.receipt.transactions.filter(number=refund.charge_id).first()
        return f"{amount} go back to {paid.paid_with if paid else 'the card'}."
    return ""


def void(request: DeskRequest, number: int) -> HttpResponseBase:
    """Void a receipt of today: money that was paid online is returned to the card first."""
    return _by_channel(request, number, VoidOnline, VoidAtDesk)


def refund(request: DeskRequest, number: int) -> HttpResponseBase:
    """Give money back: to the card through Stripe, or at the desk by the methods it came by."""
    return _by_channel(request, number, RefundOnline, RefundAtDesk)


def _by_channel(
    request: DeskRequest, number: int, online: type[ReceiptAction], desk: type[ReceiptAction]
) -> HttpResponseBase:
    receipt = Receipt.objects.filter(pk=number).first()
    return (online if receipt and receipt.is_online_payment else desk).as_view()(request, number=number)


for view in (void, refund):
    view.keeps_form = True  # type: ignore[attr-defined]


class VoidAtDesk(ReceiptAction):
    """Void a receipt whose money a person gives back."""

    rights = ("receipts.void_receipt",)
    title = "Void receipt {}"
    form_class = ReasonForm
    button = "Void the receipt"
    danger = True
    needs_batch = True

    @property
    def lead(self) -> str:  # type: ignore[override]
        stays = "The receipt stays, marked as voided; its money counts in no total."
        return f"{stays} {WHAT_TO_DO[self.target.kind]}".strip()

    def ways_out(self, refusal: Refused) -> list[tuple[str, str, str]]:
        """After the close of its day: open the batch again, or give the money back by a receipt of its own."""
        refund = ("receipts.refund_receipt", "Refund the receipt", reverse("backoffice:refund", args=[self.target.pk]))
        refunds = [refund] if self.why_not_refund() is None else []
        reopen = reverse("backoffice:reopen", args=[self.target.batch_id])
        return {
            "batch_closed": [("batches.reopen_batch", "Reopen the batch", reopen), *refunds],
            "not_of_today": refunds,
            "partly_gone": refunds,
            "returned": refunds,
        }.get(refusal.code, [])

    def why_not_refund(self) -> Refused | None:
        """Why the other way is closed, too."""
        return why_not_refund_at_desk(self.target)

    def why_not(self) -> Refused | None:
        return why_not_void(self.target, today=self.today)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        number, reason = self.target.pk, form.cleaned_data["reason"]
        void_receipt(receipt_number=number, reason=reason, today=self.today, by=self.request.user)
        return receipt_page(number), f"Receipt {number} is voided."


class VoidOnline(VoidAtDesk):
    """Void a receipt of today by sending all of its money back to the card."""

    rights = ("receipts.void_online",)
    lead = "All of the money goes back to the card. The receipt stays, marked as voided."
    asks_stripe = True

    def why_not(self) -> Refused | None:
        return why_not_void_online(self.target, today=self.today)

    def why_not_refund(self) -> Refused | None:
        return why_not_refund_online(self.target)

    def do(self, form: ReasonForm) -> tuple[str, str]:
        number, reason = self.target.pk, form.cleaned_data["reason"]
        made = void_online(receipt_number=number, reason=reason, now=self.now, today=self.today, by=self.request.user)
        return receipt_page(number), tell(self.request, made)


class RefundAction(ReceiptAction):
    """What refunds online and at the desk have in common."""

    rights = ("receipts.refund_receipt",)
    title = "Refund receipt {}"
    button = "Refund"
    danger = True
    needs_batch = True

    def left_cents(self) -> int:
        """What can still be refunded here."""
        raise NotImplementedError

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        left = 0 if self.why_not() else self.left_cents()
        return super().get_context_data(left_cents=left, **context)


class RefundOnline(RefundAction):
    """Give money back to the card."""

    form_class = OnlineRefundForm
    lead = "The money goes back to the card by Stripe."
    asks_stripe = True

    def why_not(self) -> Refused | None:
        return why_not_refund_online(self.target)

    def left_cents(self) -> int:
        return sum(find_left_by_charge(self.target).values())

    def get_initial(self) -> dict[str, Any]:
        return {} if self.charges else {"cents": plain_dollars(self.left_cents())}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "charges": self.charges}

    @cached_property
    def charges(self) -> dict[str, str] | None:
        """Of a payment that came in parts, what is left of each, in words."""
        if len(find_charges(self.target)) == 1:
            return None
        payment, left = Payment.objects.get(receipt=self.target), find_left_by_charge(self.target)
        parts = name_parts(payment, sees_confidential=sees_confidential(self.request.user))
        names = {part.transaction_number: part.name for part in parts}
        return {charge: f"{names[charge]}: {format_cents(cents)} left" for charge, cents in left.items()}

    def do(self, form: OnlineRefundForm) -> tuple[str, str]:
        data = form.cleaned_data
        made = request_refund(
            refund_id=data["refund_id"],
            receipt_number=self.target.pk,
            cents=data["cents"],
            reason=data["reason"],
            now=self.now,
            today=self.today,
            by=self.request.user,
            charge_id=data.get("charge", ""),
        )
        return receipt_page(self.target.pk), tell(self.request, made)


class RefundAtDesk(RefundAction):
    """Give money back by hand, by the methods it came by."""

    form_class = DeskRefundForm
    lead = "Give the money back by the way it came. The refund goes into the batch you work in."

    def why_not(self) -> Refused | None:
        return why_not_refund_at_desk(self.target)

    def left_cents(self) -> int:
        return get_receipt_balance(self.target).left_cents

    def get_form_kwargs(self) -> dict[str, Any]:
        if self.target.kind == Receipt.Kind.CAME_BACK:
            return {**super().get_form_kwargs(), "left": dict.fromkeys(BY_HAND, self.left_cents())}
        others = BY_HAND if self.request.user.has_perm("receipts.refund_another_way") else ()
        return {**super().get_form_kwargs(), "left": find_tenders_left(self.target), "others": others}

    def do(self, form: DeskRefundForm) -> tuple[str, str]:
        data = form.cleaned_data
        made = refund_at_desk(
            receipt_number=self.target.pk,
            amounts=data["amounts"],
            reason=data["reason"],
            check_number=data.get("check_number", ""),
            another_way=data.get("another_way", ""),
            now=self.now,
            today=self.today,
            by=self.request.user,
        )
        return receipt_page(made), f"The refund is receipt {made}."


class Move(ReceiptAction):
    """Move a receipt to another open batch of its date."""

    rights = ("receipts.move_receipt",)
    title = "Move receipt {}"
    form_class = MoveForm
    button = "Move the receipt"

    def why_not(self) -> Refused | None:
        return why_not_move(self.target)

    def get_form_kwargs(self) -> dict[str, Any]:
        batches = find_desk_batches(self.target.received_on).exclude(pk=self.target.batch_id).select_related("user")
        return {**super().get_form_kwargs(), "batches": batches}

    def do(self, form: MoveForm) -> tuple[str, str]:
        number, batch, reason = self.target.pk, form.cleaned_data["batch"], form.cleaned_data["reason"]
        move_receipt(receipt_number=number, to_batch_id=batch.pk, reason=reason, by=self.request.user)
        return receipt_page(number), f"Receipt {number} is in {batch.title} now."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lead = f"It is in {self.target.batch.title} now. Both batches must be open and of the same date."
        return super().get_context_data(lead=lead, **context)
