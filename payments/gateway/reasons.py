"""Why a card was declined, in words for the person who pays.

Source: Stripe's list of decline codes. A lost, stolen or suspected card is told as a plain decline, as
Stripe advises: the one who holds it may not be its owner.
"""

BANK_DECLINED = "Your bank declined the card. Your bank can tell you why."
# Of what is no card nobody reads that a card was declined.
NOT_A_CARD = "Your bank declined the payment. Your bank can tell you why."

REASONS = {
    "insufficient_funds": "The card doesn't have enough funds for this payment.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The card's security code is not right.",
    "invalid_cvc": "The card's security code is not right.",
    "incorrect_number": "The card number is not right.",
    "invalid_number": "The card number is not right.",
    "invalid_expiry_month": "The card's expiration date is not right.",
    "invalid_expiry_year": "The card's expiration date is not right.",
    "incorrect_zip": "The ZIP code doesn't match the card's.",
    "card_velocity_exceeded": "The card's limit for this period is reached.",
    "withdrawal_count_limit_exceeded": "The card's limit for this period is reached.",
    "card_not_supported": "The card can't be used for this kind of payment.",
    "currency_not_supported": "The card can't be used for payments in this currency.",
    "processing_error": "Your bank could not process the card just now. Try again in a few minutes.",
    "issuer_not_available": "Your bank could not be reached. Try again in a few minutes.",
    "try_again_later": "Your bank could not process the card just now. Try again in a few minutes.",
    "authentication_required": "Your bank asked to confirm the payment, and that was not done.",
    "payment_intent_authentication_failure": "Your bank asked to confirm the payment, and that was not done.",
    "payment_intent_payment_attempt_failed": BANK_DECLINED,
}

# What the payer can correct on the spot: the card is the right one, its details are not.
SLIPS = {REASONS[code] for code in ("incorrect_cvc", "incorrect_number", "invalid_expiry_month", "incorrect_zip")}


def plain_reason(*codes: str | None, is_card: bool = True) -> str:
    """The words for the first code that we know: pass the decline code, then the error code."""
    if not is_card:
        return NOT_A_CARD
    return next((REASONS[code] for code in codes if code in REASONS), BANK_DECLINED)


# Stripe's definite answers to what staff or POPS asked for.
REFUSALS = {
    "charge_already_refunded": "Stripe has refunded all of this payment before.",
    "charge_disputed": "The cardholder disputes this payment: the bank decides, it can't be refunded now.",
    "refund_disputed_payment": "The cardholder disputes this payment: the bank decides, it can't be refunded now.",
    "amount_too_large": "This is more than Stripe allows for one payment.",
    "amount_too_small": "This is less than Stripe allows for one payment.",
    "balance_insufficient": "The practice's balance at Stripe is too low.",
    "insufficient_funds": "The practice's balance at Stripe is too low.",
    "resource_missing": "Stripe doesn't know this payment.",
    "idempotency_key_in_use": "Stripe is doing this already. Look again in a minute.",
}


def refusal_words(code: str, message: str) -> str:
    """What Stripe refused, in words for staff: ours, or else Stripe's own message."""
    return REFUSALS.get(code) or message[:300]
