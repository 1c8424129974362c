"""The stored cards: which is the default, and removing one."""

import datetime as dt
import uuid
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from payments.cards.removing import remove_card
from payments.cards.stored import find_cards, prefer_card
from payments.models import StoredCard
from payments.offering import why_not_keep_cards
from pops.core.accounts.models import Guarantor
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused
from pops.web.portal.access import GuarantorRequest, guarantor_required


def get_cards_context(guarantor: Guarantor, *, now: dt.datetime) -> dict[str, Any]:
    """The cards that the guarantor keeps, each with whether it can be paid by, and the default among those."""
    today, is_off = get_practice().business_date(now), why_not_keep_cards(guarantor) is not None
    cards = sorted(((card, card.is_expired(today)) for card in find_cards(guarantor)), key=itemgetter(1))
    default = next((card for card, is_expired in cards if not is_expired), None)
    return {"stored_cards": cards, "default_card": default, "cards_are_off": is_off}


@require_POST
@guarantor_required
def prefer(request: GuarantorRequest, card_id: uuid.UUID) -> HttpResponseBase:
    """Offer a card first."""
    now = timezone.now()
    today = get_practice().business_date(now)
    try:
        card = prefer_card(guarantor=request.guarantor, card_id=card_id, today=today, now=now)
    except StoredCard.DoesNotExist as error:
        raise Http404 from error
    except Refused as refusal:
        messages.error(request, refusal.words)
    else:
        messages.success(request, f"{card.words} is your default card now.")
    return _back()


@require_POST
@guarantor_required
def remove(request: GuarantorRequest, card_id: uuid.UUID) -> HttpResponseBase:
    """Remove a card for good, here and at Stripe."""
    try:
        card = remove_card(guarantor=request.guarantor, card_id=card_id, now=timezone.now())
    except StoredCard.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"{card.words} is removed. It can't be charged any more.")
    return _back()


def _back() -> HttpResponseBase:
    return redirect(f"{reverse('profile')}#stored-cards")
