"""Shapes that only tests know."""

from pops.web.api.fields import CentsField, Flag, LocalDateField, MomentField, Shape, Text, Whole


class PlaceShape(Shape):
    """What a test sends."""

    id = Whole(read_only=True)
    name = Text()
    fee_cents = CentsField(required=False)
    since = LocalDateField(required=False)
    seen_at = MomentField(required=False)
    is_open = Flag(required=False)
