"""What the parts of a receipt are called, in the portal, on paper and in the list."""

from receipts.models import CARD_BRANDS, Transaction

METHODS = dict(Transaction.Method.choices)


def method_words(method: str, card_brand: str, card_last4: str, check_number: str) -> str:
    """How the money came: Visa ending in 4242, Apple Pay (Visa ending in 4242), Check 1023, Cash."""
    name = METHODS[Transaction.Method(method)]
    if card_last4:
        brand = CARD_BRANDS.get(card_brand, card_brand.replace("_", " ").title()) or "Card"
        card = f"{brand} ending in {card_last4}"
        return card if method == Transaction.Method.CARD else f"{name} ({card})"
    return f"{name} {check_number}" if check_number else name
