"""Stripe's published test cards and what each one does. https://docs.stripe.com/testing"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

#: Ours, not Stripe's: Stripe has no card that stays "processing". Valid by Luhn, published nowhere else.
PROCESSING_SUCCEEDS = "4000000077770008"
PROCESSING_FAILS = "4000000077771113"
#: Ours too: what a payment in several charges meets when the card's money is used up by the first of them.
EVERY_OTHER = "4000000077772228"


@dataclass(frozen=True)
class Decline:
    """Why a charge fails, in the words of Stripe's card errors."""

    code: str
    decline_code: str
    message: str = "Your card was declined."
    param: str | None = None
    advice_code: str | None = None
    blocked: bool = False


@dataclass(frozen=True)
class Card:
    """One test card."""

    number: str
    label: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline: Decline | None = None
    attach_fails: bool = True
    authenticate: str = ""  # "", "always" or "unless_saved"
    processing: str = ""  # "", "succeeds" or "fails"
    every_other: bool = False  # each second charge is declined
    refund: str = ""  # "", "pending" or "fails"
    dispute: str = ""  # "" or the dispute's reason
    cvc_check: str = "pass"
    zip_check: str = "pass"
    risk: str = "normal"

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"sandbox:{self.number}".encode()).hexdigest()[:16]


GENERIC = Decline("card_declined", "generic_decline", advice_code="try_again_later")
FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.", None, "try_again_later")
LOST = Decline("card_declined", "lost_card", advice_code="do_not_try_again")
STOLEN = Decline("card_declined", "stolen_card", advice_code="do_not_try_again")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.", "exp_month", "confirm_card_data")
CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "cvc", "confirm_card_data")
ERROR = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    None,
    "try_again_later",
)
VELOCITY = Decline(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    None,
    "try_again_later",
)
FRAUD = Decline("card_declined", "fraudulent", blocked=True)
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid "
    "test cards, visit: https://stripe.com/docs/testing.",
)
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)

_CARDS = (
    Card("4242424242424242", "Visa"),
    Card("4000056655665556", "Visa debit", funding="debit"),
    Card("5555555555554444", "Mastercard", "mastercard"),
    Card("2223003122003222", "Mastercard (2-series)", "mastercard"),
    Card("5200828282828210", "Mastercard debit", "mastercard", "debit"),
    Card("5105105105105100", "Mastercard prepaid", "mastercard", "prepaid"),
    Card("378282246310005", "American Express", "amex"),
    Card("371449635398431", "American Express", "amex"),
    Card("6011111111111117", "Discover", "discover"),
    Card("3056930009020004", "Diners Club", "diners"),
    Card("3566002020360505", "JCB", "jcb", country="JP"),
    Card("6200000000000005", "UnionPay", "unionpay", country="CN"),
    Card("4000000000000002", "Declined", decline=GENERIC),
    Card("4000000000009995", "Declined: insufficient funds", decline=FUNDS),
    Card("4000000000009987", "Declined: lost card", decline=LOST),
    Card("4000000000009979", "Declined: stolen card", decline=STOLEN),
    Card("4000000000000069", "Declined: expired card", decline=EXPIRED),
    Card("4000000000000127", "Declined: incorrect security code", decline=CVC, cvc_check="fail"),
    Card("4000000000000119", "Declined: processing error", decline=ERROR),
    Card("4000000000006975", "Declined: too many attempts", decline=VELOCITY),
    Card("4000000000000341", "Can be saved, then declines", decline=GENERIC, attach_fails=False),
    Card("4100000000000019", "Blocked as too risky", decline=FRAUD, risk="highest"),
    Card("4000000000004954", "Risk level highest", decline=FRAUD, risk="highest"),
    Card("4000000000009235", "Risk level elevated", risk="elevated"),
    Card("4000000000000101", "Security code check fails", cvc_check="fail"),
    Card("4000000000000036", "ZIP check fails", zip_check="fail"),
    Card("4000002500003155", "3-D Secure unless saved", country="IE", authenticate="unless_saved"),
    Card("4000002760003184", "3-D Secure always", country="DE", authenticate="always"),
    Card(
        "4000008260003178",
        "3-D Secure, then insufficient funds",
        country="GB",
        authenticate="always",
        decline=FUNDS,
        attach_fails=False,
    ),
    Card("4000000000003220", "3-D Secure required", country="IE", authenticate="always"),
    Card(
        "4000008400001629",
        "3-D Secure, then declined",
        authenticate="always",
        decline=GENERIC,
        attach_fails=False,
    ),
    Card("4000000000000259", "Succeeds, then disputed", dispute="fraudulent"),
    Card("4000000000002685", "Succeeds, then disputed: not received", dispute="product_not_received"),
    Card("4000000000005126", "Succeeds, but refunds fail", refund="fails"),
    Card("4000000000007726", "Succeeds, refunds are pending first", refund="pending"),
    Card(PROCESSING_SUCCEEDS, "Processing, then succeeds", processing="succeeds"),
    Card(PROCESSING_FAILS, "Processing, then fails", processing="fails"),
    Card(EVERY_OTHER, "Every other charge is declined: insufficient funds", every_other=True),
)
_PREFIXES = {"visa": "4", "mastercard": "5[1-5]|2[2-7]", "amex": "3[47]", "discover": "6011|64[4-9]|65"}
CARDS = {card.number: card for card in _CARDS}

#: Stripe's ready-made PaymentMethods. Using one makes a new PaymentMethod from its card.
TEST_PAYMENT_METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_mastercard_debit": "5200828282828210",
    "pm_card_mastercard_prepaid": "5105105105105100",
    "pm_card_amex": "378282246310005",
    "pm_card_discover": "6011111111111117",
    "pm_card_diners": "3056930009020004",
    "pm_card_jcb": "3566002020360505",
    "pm_card_unionpay": "6200000000000005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": "4000000000006975",
    "pm_card_chargeDeclinedFraudulent": "4100000000000019",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_radarBlock": "4100000000000019",
    "pm_card_riskLevelHighest": "4000000000004954",
    "pm_card_riskLevelElevated": "4000000000009235",
    "pm_card_cvcCheckFail": "4000000000000101",
    "pm_card_avsZipFail": "4000000000000036",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_threeDSecureRequired": "4000000000003220",
    "pm_card_threeDSecureRequiredChargeDeclined": "4000008400001629",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeProductNotReceived": "4000000000002685",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_pendingRefund": "4000000000007726",
}


def luhn(number: str) -> bool:
    """Whether the check digit is right, so that a single mistyped digit is noticed."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[0::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def brand_of(number: str) -> str:
    """The brand by its prefix, for numbers that are no test card."""
    return next((brand for brand, prefix in _PREFIXES.items() if re.match(prefix, number)), "unknown")


def card_for(number: str) -> Card:
    """The test card, or one that declines: the sandbox, like Stripe's test mode, takes no other cards."""
    unknown = Card(f"unknown-{number[-4:]}", "Not a test card", brand_of(number), decline=NOT_A_TEST_CARD)
    return CARDS.get(number, unknown)
