"""What POPS Payments calls what the database has, and what stands in the place of what is confidential."""

from typing import Any

from django.db.models import BigIntegerField, Case, F, Value, When

from payments.reports.models import Money
from pops.core.accounts.confidential import CONFIDENTIAL
from pops.core.methods import Method, brand_name
from receipts.models import Receipt

HIDDEN_KEY = 0
TYPE_WORDS = {
    Money.Type.PAYMENT.value: "Payment",
    Money.Type.REFUND.value: "Refund",
    Money.Type.CAME_BACK.value: "Refund that came back",
    Money.Type.RETURNED.value: "Returned by the bank",
    Money.Type.VOIDED.value: "Voided",
    Money.Type.UNSUCCESSFUL.value: "Requested, not processed",
}
CHANNEL_WORDS = {value: str(label) for value, label in Receipt.Channel.choices}
METHOD_WORDS = {value: str(label) for value, label in Method.choices}


def say_type(value: str) -> str:
    """Payment, Refund, Voided."""
    return TYPE_WORDS[value]


def say_channel(value: str) -> str:
    """Online, By mail, In the office."""
    return CHANNEL_WORDS[value]


def say_method(value: str) -> str:
    """Credit Card, Cash."""
    return METHOD_WORDS.get(value, "")


def say_card(value: str) -> str:
    """Visa; what has none is told apart."""
    return brand_name(value or "") or "No card"


def masked(column: str, *, sees: bool, instead: Any = CONFIDENTIAL) -> Any:
    """A column of a posting, for who sees what is confidential or not."""
    return F(column) if sees else Case(When(is_hidden=True, then=Value(instead)), default=F(column))


def masked_key(column: str, *, sees: bool) -> Any:
    """A row's key in a column of a posting: 0 stands in the place of what is confidential."""
    if sees:
        return F(column)
    return Case(When(is_hidden=True, then=HIDDEN_KEY), default=F(column), output_field=BigIntegerField())
