"""Paying, as the guarantor sees it. Another guarantor's payment answers 404."""

import logging
import uuid
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments.attempts import (
    TooManyAttempts,
    ask_stripe,
    start_again,
    start_payment,
    start_rest,
    why_not_start,
)
from payments.gateway.client import ProcessorError
from payments.gateway.intents import Result
from payments.models import Payment
from payments.offering import why_not_pay_by_card
from payments.selectors import find_earlier_attempts, find_open_attempts, read_just_before
from payments.truth import bring_up_to_date, make_way
from pops.core.money import plain_dollars
from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest
from pops.web.portal.pay.cards import card_page, get_attempt
from pops.web.portal.pay.door import (
    asks_stripe,
    find_payers_session,
    get_address,
    get_credit,
    get_link_context,
    get_payment,
    get_receipt_address,
)
from pops.web.portal.pay.forms import AmountForm, RestForm
from receipts.owed import Balances, get_balances
from receipts.visible import see

logger = logging.getLogger(__name__)

State = Payment.State


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: GuarantorRequest) -> HttpResponseBase:
    """Choose an amount; the attempt is started under the id that came with the page."""
    balances = get_balances(request.guarantor)
    if why_not_pay_by_card(request.guarantor):
        return _no_card_page(request, balances)
    form = _amount_form(request, balances)
    if form.is_valid() and (taken := _make_way(request, **_attempt_of(form))):
        balances = get_balances(request.guarantor)
        form = _amount_form(request, balances, taken)
    if form.is_valid():
        return _start(request, **_attempt_of(form))
    if repeated := form.find_repeated(request.guarantor):
        return redirect(get_address(request, "pay", repeated.pk))
    return _amount_page(request, form, balances)


def _amount_form(request: GuarantorRequest, balances: Balances, taken: Payment | None = None) -> AmountForm:
    visible = see(request.guarantor.group, balances)
    # By a link the amount is chosen already: few taps.
    chosen = plain_dollars(visible.owed_cents) if request.quickpay and visible.owed_cents > 0 else ""
    before = request.GET.get("amount") or chosen
    return AmountForm(request.POST or None, guarantor=request.guarantor, visible=visible, before=before, taken=taken)


def _attempt_of(form: AmountForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("payment_id", "amount_cents")}


def _make_way(request: GuarantorRequest, payment_id: uuid.UUID, amount_cents: int) -> Payment | None:
    """Close the card forms in other windows before another attempt is started; the newest that is being paid instead.

    Sent twice it is the same attempt: there is none to make way for.
    """
    same, now = {"pk": payment_id, "amount_cents": amount_cents}, timezone.now()
    # Not itself, which another click may be starting now.
    others = list(find_open_attempts(request.guarantor).exclude(**same))
    is_there = others and request.guarantor.payments.filter(**same).exists()
    if not others or is_there or why_not_start(request.guarantor, payment_id=payment_id, now=now):
        return None
    return next(iter(make_way(attempts=others, now=now)), None)


def _no_card_page(request: GuarantorRequest, balances: Balances) -> HttpResponse:
    """How to pay instead, where the group takes no cards here."""
    context = {
        "visible": see(request.guarantor.group, balances),
        **get_credit(request, balances),
    }
    return render(request, "portal/pay/no_card.html", context, status=403 if request.method == "POST" else 200)


def _amount_page(request: GuarantorRequest, form: AmountForm, balances: Balances) -> HttpResponse:
    just_paid, unclear = read_just_before(request.guarantor, now=timezone.now())
    context = {
        "form": form,
        "visible": see(request.guarantor.group, balances),
        **get_credit(request, balances),
        "just_paid": just_paid,
        "unclear": unclear,
        **get_link_context(request, balances),
    }
    return render(request, "portal/pay/start.html", context, status=422 if form.is_bound else 200)


def _start(request: GuarantorRequest, payment_id: uuid.UUID, amount_cents: int) -> HttpResponseBase:
    facts: dict[str, Any] = {"guarantor": request.guarantor, "session_id": find_payers_session(request)}
    start = partial(start_payment, amount_cents=amount_cents, now=timezone.now(), **facts)
    try:
        payment = start(payment_id=payment_id)
        if payment.amount_cents != amount_cents:  # back to the form, and another amount
            payment = start(payment_id=uuid.uuid4())
    except Payment.DoesNotExist as error:
        raise Http404 from error  # another guarantor's attempt
    except TooManyAttempts:
        return render(request, "portal/pay/too_many.html", status=429)
    return redirect(get_address(request, "pay", payment.pk))


@require_safe
@asks_stripe
def pay(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """The attempt as it stands: the card form, or what became of it."""
    payment = _close_earlier(get_payment(request, payment_id))
    if payment.receipt_id and payment.state != State.REVIEW:
        return redirect(get_receipt_address(request, payment))
    if payment.state != State.STARTED:
        return render(request, f"portal/pay/{payment.state}.html", {"payment": payment})
    if why_not_pay_by_card(request.guarantor):
        return _no_card_page(request, get_balances(request.guarantor))
    try:
        answer = ask_stripe(payment=payment, now=timezone.now())
    except ProcessorError:
        logger.exception("Stripe could not be asked about payment %s", payment.pk)
        return render(request, "portal/pay/unavailable.html", {"payment": payment}, status=503)
    if answer.outcome.result is not Result.OPEN or answer.is_half_done:
        return redirect(get_address(request, "returned", payment.pk))
    return card_page(request, payment, answer)


def _close_earlier(payment: Payment) -> Payment:
    """Close what was started at the same moment, or could not be closed as Stripe was away."""
    if payment.state == State.STARTED and make_way(attempts=find_earlier_attempts(payment), now=timezone.now()):
        payment.refresh_from_db()  # what was paid there has closed this one
    return payment


@require_safe
@asks_stripe
def returned(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """The browser is back from Stripe: ask Stripe what happened, never trust the address line."""
    payment = get_payment(request, payment_id)
    try:
        if payment.state not in Payment.FINAL:
            payment = bring_up_to_date(payment_id=payment.pk, now=timezone.now(), is_back=True)
    except ProcessorError:
        logger.exception("Stripe could not be asked about payment %s", payment.pk)
        return render(request, "portal/pay/processing.html", {"payment": payment})
    if payment.state == State.PROCESSING:
        return render(request, "portal/pay/processing.html", {"payment": payment})
    # Still open: nothing was paid, and the card page says so.
    return redirect(f"{get_address(request, 'pay', payment.pk)}{'?looked' * (payment.state == State.STARTED)}")


# Said at sign-in, when the session ended while the bank was asked.
returned.signed_out_words = (  # type: ignore[attr-defined]
    "You were signed out. Your payment was sent; don't pay it again. Sign in to see the receipt."
)


@require_POST
@asks_stripe
def again(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """After a slip in the card's details: the next attempt, for the form that still holds the card.

    409: there is none, and what became of this one stands at its return address.
    """
    payment = get_payment(request, payment_id)
    try:
        payment = bring_up_to_date(payment_id=payment.pk, now=timezone.now())
        following = start_again(payment=payment, now=timezone.now())
        _close_earlier(following)
        answer = ask_stripe(payment=following, now=timezone.now())
    except (ProcessorError, Refused):
        return JsonResponse({}, status=409)
    return JsonResponse(get_attempt(request, following, answer) | {"receipt": payment.receipt_id})


@require_POST
def rest(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """Pay what was not taken of a split payment, as far as it is owed still; else choose an amount anew."""
    payment, form = get_payment(request, payment_id), RestForm(request.POST)
    if not form.is_valid():
        return redirect(get_address(request, "start"))
    try:
        facts = {**form.cleaned_data, "session_id": find_payers_session(request)}
        following = start_rest(payment=payment, now=timezone.now(), **facts)
    except Payment.DoesNotExist as error:
        raise Http404 from error  # another guarantor's attempt
    except TooManyAttempts:
        return render(request, "portal/pay/too_many.html", status=429)
    except Refused:
        return redirect(get_address(request, "start"))
    return redirect(get_address(request, "pay", following.pk))
