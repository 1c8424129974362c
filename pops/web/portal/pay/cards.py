"""The card page: the ways to pay that the group offers, on which an attempt is confirmed."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from payments.cards.keeping import get_words
from payments.cards.stored import find_offered_cards
from payments.gateway.answers import Answer
from payments.models import Payment
from payments.offering import WALLETS, find_offered, why_not_keep_cards
from payments.splitting import name_parts
from pops.core.methods import Method
from pops.core.practice.models import Group
from pops.core.practice.selectors import get_practice
from pops.web.portal.access import GuarantorRequest
from pops.web.portal.pay.door import get_address
from receipts.visible import get_visible

# An attempt's addresses: its page, where the browser comes back to, and what its scripts ask.
PATHS = ("pay", "returned", "again", "check")


def card_page(
    request: GuarantorRequest, payment: Payment, answer: Answer, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """The page on which an attempt is paid; `refused` says why nothing was charged just now."""
    current = get_visible(request.guarantor).current_cents
    context = {
        "payment": payment,
        "intent": answer,
        "attempt": (attempt := get_attempt(request, payment, answer)),
        "charges": json.dumps(attempt["charges"]),
        "parts": name_parts(payment, is_named=not request.quickpay),
        "looked": "looked" in request.GET,
        "refused": refused,
        "escrow_cents": 0 if current is None else max(payment.amount_cents - current, 0),
        **get_stripe_context(request.guarantor.group, in_parts=payment.is_split),
        **get_stored_context(request, payment),
    }
    return render(request, "portal/pay/card.html", context, status=status)


def get_attempt(request: GuarantorRequest, payment: Payment, answer: Answer) -> dict[str, Any]:
    """What the page's scripts need to know of an attempt: its addresses, and what is charged one after the other."""
    paths = {name: get_address(request, name, payment.pk) for name in PATHS}
    charges = [{"client_secret": one.client_secret, "amount": one.outcome.amount_cents} for one in answer.intents]
    if not request.quickpay:  # stored cards are the full portal's
        paths["stored"] = get_address(request, "stored", payment.pk)
    return {"charges": charges, **paths}


def get_stripe_context(group: Group, *, in_parts: bool) -> dict[str, Any]:
    """Stripe's script, and which of its forms and wallets a group offers."""
    offered = find_offered(group, in_parts=in_parts)
    return {
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "stripe_js_url": settings.STRIPE_JS_URL,
        "offers_card": Method.CARD in offered,
        "wallets": " ".join(method.value for method in offered if method in WALLETS),
    }


def get_stored_context(request: GuarantorRequest, payment: Payment) -> dict[str, Any]:
    """The cards that a guarantor kept, and what is agreed to by keeping another.

    For who signed in alone, and of a payment that is one charge.
    """
    if request.quickpay or payment.is_split:
        return {}
    guarantor = request.guarantor
    return {
        "stored_cards": find_offered_cards(guarantor, today=get_practice().business_date(timezone.now())),
        "asks_code": guarantor.group.require_cvv,
        "keep_words": "" if why_not_keep_cards(guarantor) else get_words(guarantor),
    }
