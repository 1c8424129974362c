"""Void, refund, escrow, move, and payments that need a decision."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from batches.models import ReferenceBatch
from batches.selectors import find_attached_batch
from payments import refunds, review
from payments.gateway.client import OutOfReach
from payments.models import Payment, Refund
from pops.core.money import format_cents
from pops.web.backoffice.desk.batches import ASK, practice_today
from pops.web.backoffice.desk.forms import (
    DeskRefundForm,
    DisburseForm,
    MoveForm,
    OnlineRefundForm,
    ReasonForm,
    ReviewForm,
)
from pops.web.backoffice.desk.pages import DeskRequest, bound, desk_page, desk_render, once
from pops.web.backoffice.desk.payment_form import EscrowForm
from pops.web.backoffice.desk.taking import receipt_page, to_receipt
from pops.web.backoffice.desk.words import REFUSALS, explain
from receipts.balances import find_tenders_left, get_receipt_balance
from receipts.corrections.escrow import disburse_escrow
from receipts.corrections.escrow import post_escrow as apply_escrow
from receipts.corrections.move import move_receipt
from receipts.corrections.refund import refund_at_desk, why_not_refund_at_desk
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from receipts.owed import find_payable_lines

STRIPE_AWAY = "Stripe can't be reached just now. Nothing was decided; try again in a minute."


@desk_page("receipts.void_receipt")
@require_http_methods(ASK)
def void(request: DeskRequest, number: int) -> HttpResponseBase:
    """Void a receipt of today. What was paid online is returned to the card first."""
    receipt = get_object_or_404(Receipt, pk=number)
    form = ReasonForm(bound(request))
    is_online = receipt.channel == Receipt.Channel.ONLINE and receipt.kind == Receipt.Kind.PAYMENT
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if is_online:
                made = refunds.void_online(
                    receipt_number=number, reason=reason, now=timezone.now(), today=practice_today(), by=request.user
                )
                _tell(request, made)
            else:
                void_receipt(receipt_number=number, reason=reason, today=practice_today(), by=request.user)
                messages.success(request, f"Receipt {number} is voided.")
            return to_receipt(number)
        except REFUSALS as error:
            form.add_error(None, explain(error))
    lead = (
        "All of the money goes back to the card. The receipt stays, marked as voided."
        if is_online
        else "The receipt stays, marked as voided; its money counts in no total. Give the money back yourself."
    )
    return desk_render(
        request,
        "form.html",
        f"Void receipt {number}",
        form=form,
        receipt=receipt,
        button="Void the receipt",
        danger=True,
        lead=lead,
        status=422 if form.is_bound else 200,
    )


def _tell(request: HttpRequest, refund: Refund) -> None:
    """What became of a refund at Stripe, in the messages of the next page."""
    amount = format_cents(refund.amount_cents)
    if refund.state == Refund.State.FAILED:
        messages.error(request, f"Stripe refused to refund {amount}: {refund.note} Nothing was refunded.")
    elif refund.state == Refund.State.REQUESTED:
        messages.warning(request, f"Stripe can't be reached just now. The refund of {amount} is tried again by itself.")
    elif refund.state == Refund.State.REVIEW:
        messages.error(request, f"The refund of {amount} needs review: {refund.note}")
    else:
        messages.success(request, f"{amount} go back to the card.")


@desk_page("receipts.refund_receipt")
@require_http_methods(ASK)
def refund(request: DeskRequest, number: int) -> HttpResponseBase:
    """Give money back: to the card through Stripe, or at the desk by the methods it came by."""
    receipt = get_object_or_404(Receipt.objects.select_related("void"), pk=number)
    if receipt.channel == Receipt.Channel.ONLINE and receipt.kind == Receipt.Kind.PAYMENT:
        return _refund_online(request, receipt)
    return _refund_at_desk(request, receipt)


def _refund_online(request: DeskRequest, receipt: Receipt) -> HttpResponseBase:
    found = refunds.why_not_refund_online(receipt)
    left, refusal = (0, found.words) if found else (refunds.get_left_online(receipt), "")
    initial = {"cents": f"{left // 100}.{left % 100:02d}", "refund_id": uuid.uuid4()}
    form = OnlineRefundForm(bound(request), initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = refunds.request_refund(
                refund_id=data["refund_id"],
                receipt_number=receipt.pk,
                cents=data["cents"],
                reason=data["reason"],
                now=timezone.now(),
                today=practice_today(),
                by=request.user,
            )
        except REFUSALS as error:
            form.add_error(None, explain(error))
        else:
            _tell(request, made)
            return to_receipt(receipt.pk)
    return _render_refund(request, receipt, form, left, refusal, "The money goes back to the card by Stripe.")


def _refund_at_desk(request: DeskRequest, receipt: Receipt) -> HttpResponseBase:
    found = why_not_refund_at_desk(receipt)
    refusal = found.words if found else ""
    left = 0 if refusal else get_receipt_balance(receipt).left_cents
    tenders = find_tenders_left(receipt)
    if receipt.kind == Receipt.Kind.UNDONE:
        tenders = dict.fromkeys(("check", "cash", "other"), left)
    form = DeskRefundForm(bound(request), left=tenders)
    if form.is_valid():
        data = form.cleaned_data

        def give_back() -> tuple[str, str]:
            made = refund_at_desk(
                receipt_number=receipt.pk,
                amounts=data["amounts"],
                reason=data["reason"],
                check_number=data.get("check_number", ""),
                now=timezone.now(),
                today=practice_today(),
                by=request.user,
            )
            return receipt_page(made), f"The refund is receipt {made}."

        try:
            return once(request, form, give_back)
        except REFUSALS as error:
            form.add_error(None, explain(error))
    lead = "Give the money back by the way it came. The refund goes into the batch you work in."
    return _render_refund(request, receipt, form, left, refusal, lead)


def _render_refund(
    request: DeskRequest,
    receipt: Receipt,
    form: OnlineRefundForm | DeskRefundForm,
    left: int,
    refusal: str,
    lead: str,
) -> HttpResponseBase:
    return desk_render(
        request,
        "form.html",
        f"Refund receipt {receipt.pk}",
        form=form,
        receipt=receipt,
        left_cents=left,
        refusal=refusal,
        lead=lead,
        button="Refund",
        danger=True,
        attached=find_attached_batch(request.user),
        needs_batch=True,
        status=422 if form.is_bound else 200,
    )


@desk_page("receipts.post_escrow")
@require_http_methods(ASK)
def post_escrow(request: DeskRequest, number: int) -> HttpResponseBase:
    """Apply escrow of a receipt to services."""
    receipt = get_object_or_404(Receipt.objects.select_related("guarantor__group", "void"), pk=number)
    escrow = 0 if receipt.kind == Receipt.Kind.REFUND else get_receipt_balance(receipt).escrow_cents
    lines = find_payable_lines(receipt.guarantor)
    form = EscrowForm(bound(request), guarantor=receipt.guarantor, lines=lines, escrow_cents=escrow)
    if form.is_valid():
        parts = form.cleaned_data["parts"]

        def apply() -> tuple[str, str]:
            cents = apply_escrow(receipt_number=number, parts=parts, today=practice_today(), by=request.user)
            return receipt_page(number), f"{format_cents(cents)} of escrow were applied."

        try:
            return once(request, form, apply)
        except REFUSALS as error:
            form.add_error(None, explain(error))
    return desk_render(
        request,
        "escrow.html",
        f"Apply escrow of receipt {number}",
        form=form,
        receipt=receipt,
        escrow_cents=escrow,
        attached=find_attached_batch(request.user),
        status=422 if form.is_bound else 200,
    )


@desk_page("receipts.disburse_escrow")
@require_http_methods(ASK)
def disburse(request: DeskRequest, number: int) -> HttpResponseBase:
    """Mark escrow as money that doesn't belong here."""
    receipt = get_object_or_404(Receipt.objects.select_related("void"), pk=number)
    escrow = 0 if receipt.kind == Receipt.Kind.REFUND else get_receipt_balance(receipt).escrow_cents
    form = DisburseForm(bound(request), escrow_cents=escrow)
    if form.is_valid():
        data = form.cleaned_data

        def mark() -> tuple[str, str]:
            disburse_escrow(
                receipt_number=number,
                cents=data["cents"],
                reason=data["reason"],
                today=practice_today(),
                by=request.user,
            )
            return receipt_page(number), "The escrow is marked as disbursed."

        try:
            return once(request, form, mark)
        except REFUSALS as error:
            form.add_error(None, explain(error))
    return desk_render(
        request,
        "form.html",
        f"Disburse escrow of receipt {number}",
        form=form,
        receipt=receipt,
        button="Mark as disbursed",
        lead=f"{format_cents(escrow)} of this receipt are in escrow. Disbursed money leaves it for good.",
        attached=find_attached_batch(request.user),
        needs_batch=True,
        status=422 if form.is_bound else 200,
    )


@desk_page("receipts.move_receipt")
@require_http_methods(ASK)
def move(request: DeskRequest, number: int) -> HttpResponseBase:
    """Move a receipt to another open batch of its date."""
    receipt = get_object_or_404(Receipt.objects.select_related("batch"), pk=number)
    batches = ReferenceBatch.objects.filter(batch_date=receipt.received_on, status="open", is_api=False)
    form = MoveForm(bound(request), batches=batches.exclude(pk=receipt.batch_id))
    if form.is_valid():
        target = form.cleaned_data["batch"]
        try:
            move_receipt(
                receipt_number=number, to_batch_id=target.pk, reason=form.cleaned_data["reason"], by=request.user
            )
        except REFUSALS as error:
            form.add_error(None, explain(error))
        else:
            messages.success(request, f"Receipt {number} is in {target} now.")
            return to_receipt(number)
    return desk_render(
        request,
        "form.html",
        f"Move receipt {number}",
        form=form,
        receipt=receipt,
        button="Move the receipt",
        lead=f"It is in {receipt.batch} now. Both batches must be open and of the same date.",
        status=422 if form.is_bound else 200,
    )


@desk_page("payments.decide_review")
@require_http_methods(ASK)
def decide(request: DeskRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """Accept or return a payment whose money differs from what was agreed."""
    payment = get_object_or_404(Payment.objects.select_related("guarantor"), pk=payment_id)
    form = ReviewForm(bound(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if form.cleaned_data["decision"] == "accept":
                number = review.accept_payment(
                    payment_id=payment_id, reason=reason, now=timezone.now(), by=request.user
                )
                messages.success(request, f"Receipt {number} was issued.")
            else:
                review.return_payment(payment_id=payment_id, reason=reason, now=timezone.now(), by=request.user)
                messages.success(request, "All of the money goes back to the card.")
            return redirect("admin:payments_payment_change", payment_id)
        except OutOfReach:
            form.add_error(None, STRIPE_AWAY)
        except REFUSALS as error:
            form.add_error(None, explain(error))
    return desk_render(
        request,
        "form.html",
        "Decide about a payment",
        form=form,
        payment=payment,
        button="Decide",
        lead=payment.review_reason,
        status=422 if form.is_bound else 200,
    )
