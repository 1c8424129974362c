"""Paying, as the guarantor sees it. Another guarantor's payment answers 404."""

import datetime as dt
import logging
import uuid

import stripe
from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from payments import recording as services
from payments.gateway import intents as gateway
from payments.models import Payment
from payments.selectors import find_unclear_payment
from pops.core.accounts.selectors import get_balances
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.pay.forms import AmountForm

logger = logging.getLogger(__name__)

JUST_NOW = dt.timedelta(minutes=10)


@require_http_methods(["GET", "HEAD", "POST"])
@guarantor_required
def start(request: GuarantorRequest) -> HttpResponseBase:
    """Choose an amount; the attempt is started under the id that came with the page."""
    balances = get_balances(request.guarantor)
    form = AmountForm(request.POST or None, guarantor=request.guarantor, balances=balances)
    if form.is_valid():
        return _start(request, form.cleaned_data["payment_id"], form.cleaned_data["amount_cents"])
    context = {
        "form": form,
        "balances": balances,
        "just_paid": request.guarantor.receipts.filter(
            kind="payment", status="paid", received_at__gt=timezone.now() - JUST_NOW
        ).first(),
        "unclear": find_unclear_payment(request.guarantor),
    }
    return render(request, "portal/pay/start.html", context, status=422 if form.is_bound else 200)


def _start(request: GuarantorRequest, payment_id: uuid.UUID, amount_cents: int) -> HttpResponseBase:
    try:
        payment = services.start_payment(payment_id=payment_id, guarantor=request.guarantor, amount_cents=amount_cents)
        if payment.amount_cents != amount_cents:  # back to the form, and another amount
            payment = services.start_payment(
                payment_id=uuid.uuid4(), guarantor=request.guarantor, amount_cents=amount_cents
            )
    except Payment.DoesNotExist as error:
        raise Http404 from error  # another guarantor's attempt
    except services.TooManyAttempts:
        return render(request, "portal/pay/too_many.html", status=429)
    return redirect("payments:pay", payment.pk)


@require_safe
@guarantor_required
def pay(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """The attempt as it stands: the card form, or what became of it."""
    payment = get_object_or_404(request.guarantor.payments, pk=payment_id)
    if payment.receipt_id and payment.state != Payment.State.REVIEW:
        return redirect("receipts:detail", payment.receipt_id)
    if payment.state != Payment.State.STARTED:
        return render(request, f"portal/pay/{payment.state}.html", {"payment": payment})
    try:
        intent = services.ensure_intent(payment=payment)
    except stripe.StripeError:
        logger.exception("Stripe could not be asked about payment %s", payment.pk)
        return render(request, "portal/pay/unavailable.html", {"payment": payment}, status=503)
    if gateway.read_outcome(intent).result is not gateway.Result.OPEN:
        return redirect("payments:returned", payment.pk)
    balance = get_balances(request.guarantor).current_cents
    context = {
        "payment": payment,
        "intent": intent,
        "escrow_cents": max(payment.amount_cents - balance, 0),
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "stripe_js_url": settings.STRIPE_JS_URL,
    }
    return render(request, "portal/pay/card.html", context)


@require_safe
@guarantor_required
def returned(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """The browser is back from Stripe: ask Stripe what happened, never trust the address line."""
    payment = get_object_or_404(request.guarantor.payments, pk=payment_id)
    try:
        payment = services.settle_payment(payment_id=payment.pk)
    except stripe.StripeError:
        logger.exception("Stripe could not be asked about payment %s", payment.pk)
        return render(request, "portal/pay/processing.html", {"payment": payment})
    if payment.state == Payment.State.PROCESSING:
        return render(request, "portal/pay/processing.html", {"payment": payment})
    return redirect("payments:pay", payment.pk)
