"""The card page's last question before money moves, and paying by a stored card."""

import logging
import uuid
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from payments.attempts import ask_stripe
from payments.cards.keeping import Agreed, get_words
from payments.confirming import NotOpen, check_confirmation, pay_by_stored_card
from payments.gateway.client import ProcessorError, Rejected
from payments.models import Payment
from payments.offering import why_not_pay_by_card
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest, guarantor_required
from pops.web.portal.pay.cards import card_page
from pops.web.portal.pay.door import get_payment
from pops.web.portal.pay.forms import StoredCardForm, TokenForm
from pops.web.sign_in.limits import CONFIRMING, TooOften, count

logger = logging.getLogger(__name__)

AWAY = "Our card processor could not be asked just now. Try again in a few minutes."
OTHER_WORDS = "What you agree to by storing the card has changed. Reload the page."


@require_POST
def check(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """Whether what Stripe made of the card form may pay; the words of why not. 409: look how the attempt stands."""
    payment = get_payment(request, payment_id)
    try:
        count(CONFIRMING, f"account {request.guarantor.pk}")
        check_confirmation(payment=payment, now=timezone.now(), **_read_token(request))
    except (NotOpen, Rejected):
        return JsonResponse({}, status=409)
    except ProcessorError:
        return JsonResponse({"words": AWAY}, status=503)
    except (Refused, TooOften) as refusal:
        return JsonResponse({"words": _say(refusal)}, status=422)
    return JsonResponse({})


@require_POST
@guarantor_required
def stored(request: GuarantorRequest, payment_id: uuid.UUID) -> HttpResponseBase:
    """Pay by a stored card, then look what became of it. A refusal stands on the card page: nothing was charged."""
    payment = get_object_or_404(request.guarantor.payments, pk=payment_id)
    try:
        count(CONFIRMING, f"account {request.guarantor.pk}")
        _pay(request, payment)
    except NotOpen:
        pass
    except (Refused, TooOften) as refusal:
        return _refused_page(request, payment, _say(refusal))
    except ProcessorError:
        logger.exception("Stripe could not be asked to charge a stored card for payment %s", payment.pk)
    return redirect("payments:returned", payment.pk)


def _pay(request: GuarantorRequest, payment: Payment) -> None:
    form, now = StoredCardForm(request.POST), timezone.now()
    if not form.is_valid():
        raise Refused("no_card", "Choose a card and enter its security code.")
    pay_by_stored_card(
        payment=payment,
        card=get_object_or_404(request.guarantor.stored_cards, pk=form.cleaned_data["card"]),
        code_token=form.cleaned_data["code_token"],
        return_url=request.build_absolute_uri(reverse("payments:returned", args=[payment.pk])),
        today=get_practice().business_date(now),
        now=now,
    )


def _refused_page(request: GuarantorRequest, payment: Payment, words: str) -> HttpResponseBase:
    if why_not_pay_by_card(request.guarantor):
        return redirect("payments:pay", payment.pk)
    try:
        answer = ask_stripe(payment=payment, now=timezone.now())
    except ProcessorError:
        return redirect("payments:returned", payment.pk)
    return card_page(request, payment, answer, refused=words, status=422)


def _say(refusal: Refused | TooOften) -> str:
    return refusal.words if isinstance(refusal, Refused) else str(refusal.message)


def _read_token(request: GuarantorRequest) -> dict[str, Any]:
    """The token, and what was agreed to when the card is to be kept. Raises Refused."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        raise Refused("no_token", "The card form is not right. Reload the page.")
    # By a link no card is kept: it would be offered to whoever signs in.
    shown, words = form.cleaned_data["keep_words"], "" if request.quickpay else get_words(request.guarantor)
    if shown and shown != words:
        raise Refused("other_words", OTHER_WORDS)
    return {"token_id": form.cleaned_data["token"], "agreed": _agree(request, words) if shown else None}


def _agree(request: GuarantorRequest, words: str) -> Agreed:
    """What was agreed to, with where it was: the address and the browser."""
    address = get_adapter(request).get_client_ip(request)
    return Agreed(words=words, from_address=address, from_browser=request.headers.get("User-Agent", ""))
