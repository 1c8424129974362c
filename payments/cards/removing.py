"""Removing a stored card: it is offered no more at once, and gone at Stripe as soon as Stripe can be asked."""

import datetime as dt
import logging
import uuid

from django.db.models import QuerySet

from payments.gateway import cards
from payments.gateway.client import ProcessorError, Rejected, in_a_hurry
from payments.models import StoredCard
from pops.core.accounts.models import Guarantor

logger = logging.getLogger(__name__)

Removal = StoredCard.Removal


def remove_card(*, guarantor: Guarantor, card_id: uuid.UUID, now: dt.datetime) -> StoredCard:
    """Remove a card for good; asked for twice it is the same. Raises StoredCard.DoesNotExist.

    With Stripe away it is removed here, and the sweep has Stripe forget it.
    """
    card: StoredCard = guarantor.stored_cards.get(pk=card_id)
    mark_removed(card=card, removal=Removal.GUARANTOR, now=now)
    try:
        with in_a_hurry():
            detach(card=card, now=now)
    except ProcessorError:
        logger.warning("Stored card %s could not be removed at Stripe; the sweep does it later", card.pk)
    return card


def mark_removed(*, card: StoredCard, removal: Removal, now: dt.datetime) -> None:
    """Offer a card no more. One that was removed before stays removed as it was."""
    StoredCard.objects.filter(pk=card.pk, removed_at=None).update(removed_at=now, removal=removal)
    card.refresh_from_db()


def detach(*, card: StoredCard, now: dt.datetime) -> None:
    """Have Stripe forget a removed card. Raises Rejected, OutOfReach."""
    if card.detached_at is None:
        cards.detach_card(card.stripe_id)
        StoredCard.objects.filter(pk=card.pk).update(detached_at=now)


def find_cards_to_detach(*, limit: int) -> QuerySet[StoredCard]:
    """Removed cards that Stripe may still have, those removed longest ago first."""
    return StoredCard.objects.filter(removed_at__isnull=False, detached_at=None).order_by("removed_at")[:limit]


def bring_card_up_to_date(*, card: StoredCard, now: dt.datetime) -> None:
    """Ask Stripe about a card: a bank renewed it, or somebody removed it there. Raises OutOfReach."""
    try:
        facts = cards.get_card(card.stripe_id)
    except Rejected as refusal:
        if not refusal.is_unknown:
            raise
        facts = None
    if facts is None or not facts.is_kept:
        mark_removed(card=card, removal=Removal.STRIPE, now=now)
        StoredCard.objects.filter(pk=card.pk, detached_at=None).update(detached_at=now)
    else:
        StoredCard.objects.filter(pk=card.pk).update(brand=facts.brand, expires_on=facts.expires_on)
    card.refresh_from_db()
