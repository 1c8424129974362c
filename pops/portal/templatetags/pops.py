"""Template filters of the house, loaded everywhere."""

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

from django import template

from pops.money import format_cents

register = template.Library()
register.filter("money", format_cents)


@register.filter
def day(date: dt.date) -> str:
    """A date as a person says it: March 1, 2026. Cheaper than Django's date filter, for long lists."""
    return f"{date:%B} {date.day}, {date.year}"


@register.filter
def at(moment: dt.datetime, time_zone: str) -> str:
    """A moment on the practice's clock: March 1, 2026, 4:05 PM."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{day(local)}, {local.hour % 12 or 12}:{local:%M %p}"


CARD_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "Eftpos",
    "jcb": "JCB",
    "link": "Link",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


class CardMovement(Protocol):
    """What a receipt's Transaction tells about its method."""

    method: str
    card_brand: str
    card_last4: str

    def get_method_display(self) -> str: ...


@register.filter
def paid_with(transaction: CardMovement) -> str:
    """How money came, as a person says it: Visa ending 4242, Apple Pay (Visa ending 4242)."""
    if not transaction.card_last4:
        return transaction.get_method_display()
    brand = CARD_BRANDS.get(transaction.card_brand, "Card")
    card = f"{brand} ending {transaction.card_last4}"
    return card if transaction.method == "card" else f"{transaction.get_method_display()} ({card})"


@register.filter
def tel(phone: str) -> str:
    """A phone number for a tel: link, without what people write around the digits."""
    return "".join(char for char in phone if char.isdigit() or char in "+,;")
