"""The last moment before money moves: may it move by this method, is the card to be kept, which card is it."""

import datetime as dt
import logging

from payments.attempts import ensure_intent
from payments.cards.keeping import Agreed, agree_to_keep, take_back_consent
from payments.cards.removing import bring_card_up_to_date
from payments.cards.stored import GONE, why_not_pay_by_stored
from payments.gateway import cards
from payments.gateway.client import Rejected
from payments.gateway.intents import Result
from payments.gateway.tokens import get_token
from payments.models import Payment, StoredCard
from payments.offering import why_not_keep_cards, why_not_pay_by
from pops.core.refusals import Refused, refuse

logger = logging.getLogger(__name__)


class NotOpen(Refused):
    """The attempt can't be paid any more, or is being paid: how it stands is to be looked at."""

    def __init__(self) -> None:
        super().__init__("not_open", "This payment is not open any more. See how it stands.")


def why_not_confirm(payment: Payment) -> Refused | None:
    """Why an attempt can't be confirmed: it is over, or on its way."""
    return None if payment.state == Payment.State.STARTED and payment.is_at_stripe else NotOpen()


def why_not_in_parts(payment: Payment) -> Refused | None:
    """Why a split payment stores no card and is paid by none: a security code typed anew is good for one charge."""
    if not payment.is_split:
        return None
    return Refused("in_parts", "This payment is charged in parts: enter a card for it. It can't be stored.")


def check_confirmation(*, payment: Payment, token_id: str, agreed: Agreed | None, now: dt.datetime) -> None:
    """Let a browser confirm a payment by what Stripe made a token of; with `agreed` the card is kept when it pays.

    What it is, Stripe is asked, not the browser. Raises Refused, NotOpen, Rejected, OutOfReach.
    """
    refuse(why_not_confirm(payment))
    token = get_token(token_id)
    refuse(why_not_pay_by(payment.guarantor, token.method, in_parts=payment.is_split))
    if token.keeps_card != (agreed is not None):
        raise Refused("consent_unclear", "It is not clear whether the card is to be stored. Reload the page.")
    if agreed is None:
        take_back_consent(payment=payment)
        return
    refuse(why_not_keep_cards(payment.guarantor) or why_not_in_parts(payment))
    agree_to_keep(payment=payment, agreed=agreed, now=now)


def why_not_pay_by_stored_card(
    payment: Payment, card: StoredCard, *, code_token: str, today: dt.date
) -> Refused | None:
    """Why an attempt can't be paid by a stored card."""
    refusals = why_not_confirm(payment) or why_not_in_parts(payment) or why_not_pay_by_stored(card, today=today)
    if refusals:
        return refusals
    if card.guarantor.group.require_cvv and not code_token:
        return Refused("code_missing", "Enter the security code of your card.")
    return None


def pay_by_stored_card(
    *, payment: Payment, card: StoredCard, code_token: str, return_url: str, today: dt.date, now: dt.datetime
) -> None:
    """Charge a stored card of the attempt's guarantor. What became of it, Stripe is asked afterwards.

    Raises Refused when nothing was charged, NotOpen, and OutOfReach when nobody knows.
    """
    refuse(why_not_pay_by_stored_card(payment, card, code_token=code_token, today=today))
    take_back_consent(payment=payment)
    try:
        cards.pay_by_card(
            payment_id=payment.pk,
            intent_id=str(payment.intent_id),
            card_id=card.stripe_id,
            customer_id=card.consent.customer_id,
            asks_code=card.guarantor.group.require_cvv,
            code_token=code_token,
            return_url=return_url,
        )
    except Rejected as refusal:
        _explain(refusal, payment, card, now)


def _explain(refusal: Rejected, payment: Payment, card: StoredCard, now: dt.datetime) -> None:
    """A decline is recorded by who asks Stripe next. Raises Refused when Stripe did not even try the card."""
    if refusal.is_in_use or ensure_intent(payment=payment, now=now).outcome.result is not Result.OPEN:
        return
    logger.warning("Stripe did not try stored card %s: %s", card.pk, refusal.words)
    bring_card_up_to_date(card=card, now=now)
    words = GONE if card.removed_at else "The card could not be used. Choose another way to pay."
    raise Refused("card_refused", words) from refusal
