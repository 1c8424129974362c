"""What Stripe takes as an amount."""

from __future__ import annotations

from pops.local.stripe_sandbox.errors import invalid, missing
from pops.local.stripe_sandbox.forms import integer, required
from pops.local.stripe_sandbox.types import Obj

#: The smallest amount by currency, in its smallest unit, with the words Stripe says it in.
SMALLEST = {
    "usd": (50, "$0.50"),
    "cad": (50, "$0.50"),
    "aud": (50, "$0.50"),
    "eur": (50, "€0.50"),
    "gbp": (30, "£0.30"),
}
LARGEST = 99_999_999


def checked_amount(params: Obj, currency: str) -> int:
    amount = integer(params, "amount")
    if amount is None:
        raise missing("amount")
    smallest, words = SMALLEST[currency]
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount < smallest:
        raise invalid(f"Amount must be at least {words} {currency}", code="amount_too_small", param="amount")
    if amount > LARGEST:
        raise invalid(f"Amount must be no more than $999,999.99 {currency}", code="amount_too_large", param="amount")
    return amount


def checked_currency(params: Obj) -> str:
    currency = required(params, "currency").lower()
    if currency not in SMALLEST:
        known = ", ".join(SMALLEST)
        raise invalid(f"Invalid currency: {currency}. The sandbox supports these currencies: {known}", param="currency")
    return currency
