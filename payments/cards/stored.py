"""The cards that a guarantor keeps, and which of them can be paid by."""

import datetime as dt
import uuid

from django.db.models import QuerySet

from payments.models import StoredCard
from payments.offering import why_not_keep_cards
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse

GONE = "This card is not stored any more. Choose another way to pay."


def find_cards(guarantor: Guarantor) -> QuerySet[StoredCard]:
    """The cards that a guarantor keeps, expired ones too; the first is the default."""
    return guarantor.stored_cards.filter(removed_at=None).select_related("consent")


def find_offered_cards(guarantor: Guarantor, *, today: dt.date) -> list[StoredCard]:
    """The cards that can be paid by on a day, the default first; none where the group offers none."""
    if why_not_keep_cards(guarantor):
        return []
    return list(find_cards(guarantor).filter(expires_on__gte=today))


def why_not_pay_by_stored(card: StoredCard, *, today: dt.date) -> Refused | None:
    """Why a stored card can't be paid by."""
    if refusal := why_not_keep_cards(card.guarantor):
        return refusal
    if card.removed_at:
        return Refused("card_gone", GONE)
    if card.is_expired(today):
        return Refused("card_expired", f"{card.words} has expired. Choose another way to pay.")
    return None


def why_not_prefer(card: StoredCard, *, today: dt.date) -> Refused | None:
    """Why a card can't be the default: only one that is offered is."""
    if card.removed_at or card.is_expired(today):
        return Refused("not_offered", "This card is not stored any more, or has expired.")
    return None


def prefer_card(*, guarantor: Guarantor, card_id: uuid.UUID, today: dt.date, now: dt.datetime) -> StoredCard:
    """Make a card the default, the one that is offered first. Raises Refused, and StoredCard.DoesNotExist."""
    card = guarantor.stored_cards.get(pk=card_id)
    refuse(why_not_prefer(card, today=today))
    card.preferred_at = now
    card.save(update_fields=["preferred_at"])
    return card
