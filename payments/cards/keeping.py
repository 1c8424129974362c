"""Keeping a card: what was agreed to is written down first, then Stripe is asked, and what it kept is stored."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from payments.gateway import cards
from payments.gateway.client import Rejected
from payments.models import CardConsent, Payment, StoredCard
from pops.core.accounts.holding import hold_account
from pops.core.accounts.models import Guarantor

State = Payment.State


@dataclass(frozen=True)
class Agreed:
    """What a guarantor agreed to by ticking a box: the words beside it, and where they did it."""

    words: str
    from_address: str | None
    from_browser: str


def get_words(guarantor: Guarantor) -> str:
    """What stands beside the box, and is kept when it is ticked."""
    return (
        f"I agree that this card is kept for later payments on account {guarantor.account_number}. It is charged only "
        "when somebody who is signed in to this account chooses it and presses Pay, and only the amount shown there. "
        "Stripe, our card processor, keeps the card; we keep its brand, last four digits and expiry. I can remove it "
        "at any time on the Profile page."
    )


def agree_to_keep(*, payment: Payment, agreed: Agreed, now: dt.datetime) -> None:
    """Write down what was agreed to, and have Stripe keep the card that pays. Raises Rejected, OutOfReach."""
    customer_id = find_customer(payment.guarantor) or _create_customer(payment, payment.pk)
    try:
        _ask_to_keep(payment, agreed, customer_id, now)
    except Rejected as refusal:
        if not refusal.is_unknown:
            raise
        # Of another Stripe account, or deleted there: the guarantor gets another one.
        _ask_to_keep(payment, agreed, _create_customer(payment, uuid.uuid5(payment.pk, customer_id)), now)


def take_back_consent(*, payment: Payment) -> None:
    """Keep no card after all: the box was ticked in an earlier try. Raises Rejected, OutOfReach."""
    consents = CardConsent.objects.filter(payment=payment)
    if consents.exists():
        cards.keep_no_card_of(str(payment.intent_id))
        consents.delete()


def keep_card(*, payment: Payment, stripe_id: str) -> None:
    """Store the card that Stripe kept of a payment, once. The same card that was stored before gives way to it.

    Without a consent, or when Stripe has forgotten it meanwhile, none is stored. Raises Rejected, OutOfReach.
    """
    consent = CardConsent.objects.filter(payment=payment, card=None).first()
    if consent is None:
        return
    facts = cards.get_card(stripe_id)
    if not facts.is_kept:
        consent.delete()
        return
    with transaction.atomic():
        guarantor = hold_account(payment.guarantor_id)
        card = StoredCard(
            guarantor=guarantor,
            consent=consent,
            stripe_id=facts.stripe_id,
            brand=facts.brand,
            last4=facts.last4,
            expires_on=facts.expires_on,
        )
        StoredCard.objects.bulk_create([card], ignore_conflicts=True)
        same = guarantor.stored_cards.filter(removed_at=None, brand=facts.brand, last4=facts.last4)
        same.filter(expires_on=facts.expires_on).exclude(stripe_id=facts.stripe_id).update(
            removed_at=consent.agreed_at, removal=StoredCard.Removal.KEPT_AGAIN
        )


def find_consents_to_settle(*, limit: int) -> QuerySet[CardConsent]:
    """Consents of payments that came through, whose card could not be stored yet."""
    waiting = CardConsent.objects.filter(card=None, payment__state=State.PAID)
    return waiting.select_related("payment").order_by("agreed_at")[:limit]


def drop_idle_consents() -> None:
    """Forget what was agreed to for payments that came to nothing: no card is kept by it."""
    over = (State.UNSUCCESSFUL, State.ABANDONED, State.RETURNED)
    CardConsent.objects.filter(card=None, payment__state__in=over).delete()


def find_customer(guarantor: Guarantor) -> str:
    """Under which customer Stripe kept a card of theirs last; empty for none."""
    consent = CardConsent.objects.filter(payment__guarantor=guarantor).order_by("agreed_at").last()
    return consent.customer_id if consent else ""


def _create_customer(payment: Payment, attempt_id: uuid.UUID) -> str:
    return cards.create_customer(guarantor_id=payment.guarantor_id, attempt_id=attempt_id)


def _ask_to_keep(payment: Payment, agreed: Agreed, customer_id: str, now: dt.datetime) -> None:
    consent = CardConsent(
        payment=payment,
        customer_id=customer_id,
        words=agreed.words,
        agreed_at=now,
        from_address=agreed.from_address,
        from_browser=agreed.from_browser[:300],
    )
    with transaction.atomic():
        CardConsent.objects.filter(payment=payment, card=None).delete()
        CardConsent.objects.bulk_create([consent], ignore_conflicts=True)
    cards.keep_card_of(str(payment.intent_id), customer_id=customer_id)
