"""What is said of a void or a refund, and how a refund is told."""

from typing import Any

from rest_framework import serializers

from payments.models import Refund
from pops.core.methods import Method
from pops.web.api.fields import CentsField, Choice, CurrencyField, Flag, MomentField, Shape, Text, Whole, several
from pops.web.api.v1.receipts_shapes import LARGEST

STATES = Refund.State.values


class ReasonShape(Shape):
    """Why; it is kept."""

    reason = Text()


class PartBackShape(Shape):
    """How much goes back by which method."""

    method = Choice(Method.values)
    amount_cents = CentsField(min_value=1)


class RefundShape(Shape):
    """How much is given back, and why: of what was paid online to the card, of all else by hand."""

    default_error_messages = {
        "online": "This was paid online: it goes back to the card. Send `amount_cents`, or nothing for all of it.",
        "by_hand": "This was not paid online. Say in `amounts` by which methods it goes back.",
        "twice": "This method is named twice.",
    }

    reason = Text()
    currency = CurrencyField()
    amount_cents = CentsField(
        required=False, min_value=1, help_text="To the card. Left out: all that is left of the charge."
    )
    transaction = Text(
        required=False, max_length=255, help_text="Which of several charges of a payment that came in parts."
    )
    amounts = several(PartBackShape, most=len(Method), required=False, allow_empty=False)
    check_number = Text(required=False, default="", allow_blank=True, max_length=30, help_text="Of our check.")
    another_way = Text(
        required=False,
        default="",
        allow_blank=True,
        help_text="Why it goes back by another way than it came. A right of its own.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """As what was paid online is refunded, or what was not: the view says which."""
        by_hand = {"amounts", "check_number", "another_way"}
        fits = {name for name in data if data[name] != ""} - {"reason", "currency"}
        if self.context["view"].is_online:
            if fits & by_hand:
                self.refuse(amounts="online")
        elif fits - by_hand or "amounts" not in data:
            self.refuse(amounts="by_hand")
        amounts = {part["method"]: part["amount_cents"] for part in data.get("amounts", [])}
        if len(amounts) < len(data.get("amounts", [])):
            self.refuse(amounts="twice")
        return {**data, "amounts": amounts}


class GivenBackShape(Shape):
    """What was given back of a receipt, or is to be."""

    id = serializers.UUIDField(allow_null=True, help_text="Of what the card processor was asked for.")
    receipt = Whole(max_value=LARGEST, allow_null=True, help_text="The refund's own, once it is issued.")
    currency = CurrencyField()
    amount_cents = CentsField(allow_null=True)
    state = Choice(STATES, help_text="What is given back by hand has succeeded.")
    transaction = Text(max_length=255, allow_blank=True, help_text="The charge that is refunded.")
    voids = Flag(help_text="It voids the receipt instead of issuing one of its own.")
    reason = Text()
    note = Text(allow_blank=True, help_text="Why it failed, or needs review.")
    requested_at = MomentField()
    requested_by = Text(allow_blank=True)


class GivenBackListShape(Shape):
    """All refunds of a receipt."""

    items = GivenBackShape(many=True)
