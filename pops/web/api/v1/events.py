"""What webhooks hold, event by event: by this part of the description another program writes its door.

The change feed tells the same events, with the same `data`.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from pops.subscribers.models import Event
from pops.web.api.fields import CentsField, Choice, CurrencyField, Flag, LocalDateField, MomentField, Shape, Text, Whole
from pops.web.api.v1.changes_shapes import CHANGES
from pops.web.api.v1.receipts_shapes import CHANNELS, KINDS, LARGEST, Signed
from receipts.models import Receipt

STATUSES = Receipt.Status.values
TAKEN = {
    "2XX": OpenApiResponse(description="It was taken. Anything else is tried again, for three days."),
    410: OpenApiResponse(description="Nothing is wanted here any more: POPS switches the endpoint off."),
}
EXAMPLE: dict[str, Any] = CHANGES["items"][0]  # type: ignore[index]


class EventShape(Shape):
    """Something that happened. New fields may come: pass over those that you don't know."""

    id = Text(help_text="As in the header `webhook-id` and in the feed: the same however often it is sent.")
    timestamp = MomentField(help_text="When it happened.")


class OfAccount(Shape):
    """Something about an account."""

    account_number = Text(max_length=20, help_text="Of the guarantor, then.")


class ReceiptIssuedShape(OfAccount):
    """A receipt as it was issued; below zero when money went away."""

    receipt = Whole(max_value=LARGEST)
    kind = Choice(KINDS)
    status = Choice(STATUSES, help_text="unsuccessful: a payment that was not taken, over $0.00.")
    channel = Choice(CHANNELS)
    refund_of = Whole(max_value=LARGEST, allow_null=True, help_text="Whose money it gives back, or brings back.")
    amount_cents = Signed(help_text="In the feed null while it is to be counted blind.")
    currency = CurrencyField()
    received_on = LocalDateField(help_text="The practice's business day.")
    batch = Whole(max_value=LARGEST)


class ReceiptVoidedShape(OfAccount):
    """A receipt that counts for nothing any more."""

    receipt = Whole(max_value=LARGEST)
    kind = Choice(KINDS)
    refund_of = Whole(max_value=LARGEST, allow_null=True)
    amount_cents = Signed(help_text="What it was over. In the feed null while it is to be counted blind.")
    currency = CurrencyField()
    batch = Whole(max_value=LARGEST)


class BatchOpenedShape(Shape):
    """A Reference Batch that was opened."""

    batch = Whole(max_value=LARGEST)
    batch_date = LocalDateField()
    is_online = Flag(help_text="API Payments: collects what is paid online.")
    supplement = Whole(help_text="Which one of that day: 2 and on for money that came after the close.")


class BatchClosedShape(Shape):
    """A Reference Batch that was closed."""

    batch = Whole(max_value=LARGEST)
    batch_date = LocalDateField()
    total_cents = Signed()
    currency = CurrencyField()
    receipt_count = Whole()


class PaymentReviewShape(OfAccount):
    """A payment whose money differs from what was agreed."""

    payment = Text(help_text="Its id.")
    amount_cents = CentsField(help_text="Agreed.")
    currency = CurrencyField()


class AccountMergedShape(OfAccount):
    """An account that became part of another one."""

    into = Text(max_length=20, help_text="The account number of that one.")


def _describe(event: str, label: str, held: Any, example: dict[str, Any]) -> OpenApiWebhook:
    """A webhook, its body made of a field of what its `data` holds."""
    name = event.replace(".", "_")
    fields = {"type": Choice([event]), "data": held, "__doc__": EventShape.__doc__}
    body = type(f"{name.title().replace('_', '')}EventShape", (EventShape,), fields)
    said = {"id": EXAMPLE["id"], "timestamp": EXAMPLE["at"], "type": event, "data": example}
    described = extend_schema(
        operation_id=f"hear_{name}",
        summary=label,
        request=body,
        responses=TAKEN,
        tags=["webhooks"],
        examples=[OpenApiExample("Call", said)],
    )
    return OpenApiWebhook(event, described)


ISSUED: dict[str, Any] = EXAMPLE["data"]
GIVEN_BACK = {**ISSUED, "receipt": 100240, "kind": "refund", "refund_of": 100234, "amount_cents": -1500}
VOIDED = {name: ISSUED[name] for name in ReceiptVoidedShape().fields}
OPENED = {"batch": 17, "batch_date": "2026-11-30", "is_online": True, "supplement": 1}
CLOSED = {
    "batch": 17,
    "batch_date": "2026-11-30",
    "total_cents": 184_250,
    "currency": "usd",
    "receipt_count": 31,
}
REVIEWED = {
    "payment": "7d444840-9dc0-11d1-b245-5ffdce74fad2",
    "amount_cents": 4200,
    "currency": "usd",
    "account_number": "48210",
}
HELD: dict[Event, tuple[type[Shape], dict[str, Any]]] = {
    Event.RECEIPT_CREATED: (ReceiptIssuedShape, ISSUED),
    Event.RECEIPT_REFUNDED: (ReceiptIssuedShape, GIVEN_BACK),
    Event.RECEIPT_RETURNED: (ReceiptIssuedShape, {**GIVEN_BACK, "kind": "returned"}),
    Event.RECEIPT_VOIDED: (ReceiptVoidedShape, VOIDED),
    Event.BATCH_OPENED: (BatchOpenedShape, OPENED),
    Event.BATCH_CLOSED: (BatchClosedShape, CLOSED),
    Event.PAYMENT_REVIEW: (PaymentReviewShape, REVIEWED),
    Event.ACCOUNT_MERGED: (AccountMergedShape, {"account_number": "48210", "into": "48294"}),
}
WEBHOOKS = [_describe(event.value, str(event.label), shape(), example) for event, (shape, example) in HELD.items()]
WEBHOOKS.append(_describe("test", "A test that somebody sent", serializers.DictField(help_text="Empty."), {}))
