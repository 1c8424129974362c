"""How Reference Batches are counted and closed."""

from typing import Any

from rest_framework import serializers

from batches.breakdown import get_breakdown
from batches.counting import PIECES
from batches.models import BatchClose, BatchCount
from batches.rows import by_tender
from pops.core.methods import Tender
from pops.web.api.fields import CentsField, CurrencyField, Flag, MomentField, Shape, Text, Whole, several
from pops.web.api.v1.receipts_shapes import LARGEST, Signed

# As at the desk: more is a slip, not money.
MOST_COUNTED = 99_999_999
MOST_PIECES = 99_999


class TendersShape(Shape):
    """Cents by what a person counts."""

    cash_cents = Signed(allow_null=False)
    check_cents = Signed(allow_null=False)
    card_cents = Signed(allow_null=False)
    other_cents = Signed(allow_null=False)


class SeenShape(Shape):
    """The sums that who closes saw. Sent back with the close, it is refused once they are others."""

    cash = Signed(allow_null=False)
    check = Signed(allow_null=False)
    card = Signed(allow_null=False)
    other = Signed(allow_null=False)
    own_check = Signed(allow_null=False, help_text="Refunded by checks of the practice.")
    returned = Signed(allow_null=False, required=False, default=0, help_text="Taken back by the bank.")
    drawer = Signed(allow_null=False)


class CountedShape(Shape):
    """What somebody counted."""

    id = Whole(max_value=LARGEST)
    batch = Whole(max_value=LARGEST)
    currency = CurrencyField()
    counted = TendersShape()
    reason = Text(allow_blank=True, help_text="Why it was counted again.")
    counted_at = MomentField()
    counted_by = Text()


class CountedNowShape(CountedShape):
    """A count that was made just now, beside what was expected: from now on that is told to everybody."""

    expected = TendersShape()
    over_short = TendersShape(help_text="Counted less expected.")


class AllCountsShape(Shape):
    """All counts of a batch, the first one first."""

    items = CountedShape(many=True)


class ClosedShape(Shape):
    """A close of a batch; one that was reopened has several."""

    closed_at = MomentField()
    closed_by = Text()
    count = Whole(max_value=LARGEST, allow_null=True, help_text="None for API Payments: nothing lies on a desk.")
    total_cents = Signed()
    receipt_count = Whole()
    expected = TendersShape()
    over_short = TendersShape()
    note = Text(max_length=2000, allow_blank=True)


class PieceShape(Shape):
    """How many of one bill or coin."""

    worth_cents = serializers.ChoiceField(list(PIECES))
    number = Whole(max_value=MOST_PIECES)


class CountShape(Shape):
    """What was counted, by what it is; cash also by the piece."""

    default_error_messages = {
        "cash": "The pieces make another sum.",
        "no_cash": "Say what cash there is, or its pieces; 0 when there is none.",
    }

    currency = CurrencyField()
    cash_cents = CentsField(required=False, min_value=-MOST_COUNTED, max_value=MOST_COUNTED)
    check_cents = CentsField(min_value=-MOST_COUNTED, max_value=MOST_COUNTED)
    card_cents = CentsField(min_value=-MOST_COUNTED, max_value=MOST_COUNTED)
    other_cents = CentsField(min_value=-MOST_COUNTED, max_value=MOST_COUNTED)
    pieces = several(PieceShape, most=len(PIECES), required=False)
    reason = Text(required=False, default="", allow_blank=True, help_text="Why it is counted again.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """As count_batch() takes it."""
        pieces = {piece["worth_cents"]: piece["number"] for piece in data.get("pieces", [])}
        made = sum(worth * number for worth, number in pieces.items()) if pieces else None
        cash = data.get("cash_cents", made)
        if cash is None or (made is not None and cash != made):
            self.refuse(cash_cents="no_cash" if cash is None else "cash")
        counted = {**{tender.value: data.get(f"{tender.value}_cents") for tender in Tender}, Tender.CASH.value: cash}
        return {"counted": counted, "pieces": pieces, "reason": data["reason"]}


class CloseShape(Shape):
    """How a batch is closed: over a count that was made, or one that comes with it. API Payments has none."""

    default_error_messages = {"one_count": "Send `count` or `counted`, not both."}

    count = Whole(max_value=LARGEST, required=False, help_text="A count of this batch since it was last opened.")
    counted = CountShape(required=False, help_text="It is kept, be the close refused or not.")
    note = Text(max_length=2000, required=False, default="", allow_blank=True, help_text="Why it is over or short.")
    currency = CurrencyField()
    float_left_cents = CentsField(
        required=False, max_value=MOST_COUNTED, help_text="Stays in the drawer. Left out: what it began with."
    )
    reference_total_cents = CentsField(required=False, min_value=-MOST_COUNTED, max_value=MOST_COUNTED)
    expected_seen = SeenShape(required=False, help_text="`seen` of the breakdown that was looked at.")
    knows_day_goes_on = Flag(default=False, help_text="API Payments of today: what still comes opens a supplement.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """With one count at most."""
        if "count" in data and "counted" in data:
            self.refuse(count="one_count")
        return data


def tell_count(count: BatchCount) -> dict[str, Any]:
    """A count as CountedShape takes it."""
    return {
        "id": count.pk,
        "batch": count.batch_id,
        "counted": by_tender(count.by_tender),
        "reason": count.reason,
        "counted_at": count.counted_at,
        "counted_by": str(count.counted_by),
    }


def tell_new_count(count: BatchCount) -> dict[str, Any]:
    """A count as CountedNowShape takes it."""
    due = get_breakdown(count.batch).due
    over = {tender: count.by_tender[tender] - cents for tender, cents in due.items()}
    return {**tell_count(count), "expected": by_tender(due), "over_short": by_tender(over)}


def tell_close(close: BatchClose) -> dict[str, Any]:
    """A close as ClosedShape takes it."""
    return {
        "closed_at": close.closed_at,
        "closed_by": str(close.closed_by),
        "count": close.count_id,
        "total_cents": close.total_cents,
        "receipt_count": close.receipt_count,
        "expected": by_tender(close.expected),
        "over_short": by_tender(close.over_short),
        "note": close.note,
    }
