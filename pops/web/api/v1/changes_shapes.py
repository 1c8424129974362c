"""How the change feed is told."""

from rest_framework import serializers

from pops.changes.feed import PAGE
from pops.changes.models import Change
from pops.web.api.fields import Flag, MomentField, Query, Shape, Text, Whole


class ChangesQuery(Query):
    """Where to read on."""

    after = Text(
        required=False,
        default="",
        allow_blank=True,
        max_length=40,
        help_text="The `cursor` of the last answer, as it stands. Empty: from the beginning.",
    )
    limit = Whole(min_value=1, max_value=PAGE, default=PAGE, help_text="Changes an answer.")


class ChangeShape(Shape):
    """Something that happened: ids, dates and cents. `docs/webhooks.md` says what `data` holds for each type."""

    id = Text(help_text="The same in the feed and in webhooks.")
    type = Text(help_text=f"{', '.join(Change.Type.values)}. Pass over those that you don't know: new ones may come.")
    at = MomentField(help_text="When it happened.")
    cursor = Text(help_text="The place after it.")
    data = serializers.DictField()  # type: ignore[assignment]  # the serializer's own `data` stays: DRF takes fields out


class ChangesShape(Shape):
    """Changes in order. `cursor` is what to ask with next, whether or not there was anything."""

    items = ChangeShape(many=True)
    cursor = Text()
    has_more = Flag(help_text="There is more already: ask again at once.")


CHANGES = {
    "items": [
        {
            "id": "chg_1042",
            "type": "receipt.created",
            "at": "2026-11-30T17:05:00Z",
            "cursor": "0-1042",
            "data": {
                "receipt": 100234,
                "kind": "payment",
                "status": "paid",
                "channel": "online",
                "refund_of": None,
                "amount_cents": 4200,
                "currency": "usd",
                "received_on": "2026-11-30",
                "batch": 17,
                "account_number": "48210",
            },
        }
    ],
    "cursor": "0-1042",
    "has_more": False,
}
