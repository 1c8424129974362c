"""How money moves: the methods of payment, the brands of cards, and what a person counts at the desk. Said once."""

from django.db.models import TextChoices


class Method(TextChoices):
    """How one transaction was paid."""

    CARD = "card", "Credit Card"
    APPLE_PAY = "apple_pay", "Apple Pay"
    GOOGLE_PAY = "google_pay", "Google Pay"
    LINK = "link", "Link"
    CHECK = "check", "Check"
    CASH = "cash", "Cash"
    OTHER = "other", "Other"


class Tender(TextChoices):
    """What a person counts when a batch is closed."""

    CASH = "cash", "Cash"
    CHECK = "check", "Checks"
    CARD = "card", "Cards"
    OTHER = "other", "Other"


# The brands that the desk's form offers, by Stripe's names.
BRANDS = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
_TENDERS = {Method.CASH: Tender.CASH, Method.CHECK: Tender.CHECK, Method.OTHER: Tender.OTHER}


def tender_of(method: str) -> Tender:
    """What a transaction is counted as: wallets are cards."""
    return _TENDERS.get(Method(method), Tender.CARD)


def brand_name(brand: str) -> str:
    """Visa, American Express; a brand we don't know as Stripe calls it, empty when none is known."""
    return BRANDS.get(brand, brand.replace("_", " ").title())


def card_words(brand: str, last4: str) -> str:
    """Visa ending in 4242; empty when no card was used or none is known."""
    return f"{brand_name(brand) or 'Card'} ending in {last4}" if last4 else ""


def method_words(method: str, card_brand: str, card_last4: str, check_number: str) -> str:
    """How the money came: Visa ending in 4242, Apple Pay (Visa ending in 4242), Check 1023, Cash."""
    name = Method(method).label
    if card := card_words(card_brand, card_last4):
        return card if method == Method.CARD else f"{name} ({card})"
    return f"{name} {check_number}" if check_number else name


def card_type(method: str, card_brand: str) -> str:
    """Visa, Apple Pay (Visa), Check, Cash: never a card's digits."""
    name, brand = Method(method).label, brand_name(card_brand)
    if not brand:
        return name
    return brand if method == Method.CARD else f"{name} ({brand})"
