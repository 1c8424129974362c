"""How Reference Batches are told and described."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from batches.models import ReferenceBatch
from pops.core.practice.models import Facility
from pops.core.practice.selectors import find_offered
from pops.web.api.fields import CentsField, Choice, CurrencyField, Flag, LocalDateField, MomentField, Shape, Text, Whole
from pops.web.api.pages import PageQuery
from pops.web.api.v1.closing_shapes import MOST_COUNTED, ClosedShape, CountedShape, SeenShape, TendersShape
from pops.web.api.v1.receipts_shapes import LARGEST, METHODS, Signed

STATUSES = ReferenceBatch.Status.values


class BatchQuery(PageQuery):
    """Which batches are looked for."""

    batch_date_from = LocalDateField(required=False)
    batch_date_to = LocalDateField(required=False)
    status = Choice(STATUSES, required=False)
    is_online = Flag(required=False, help_text="API Payments, or those of people and systems.")


class BatchChangeShape(Shape):
    """What may be said anew of an open batch."""

    default_error_messages = {"no_facility": "There is no one facility of this number or name that isn't retired."}

    description = Text(max_length=200, required=False)
    facility = Text(is_free=False, required=False, allow_null=True, max_length=200, help_text="Its number or its name.")
    note = Text(max_length=2000, required=False, allow_blank=True)
    currency = CurrencyField()
    reference_total_cents = CentsField(
        required=False,
        allow_null=True,
        min_value=-MOST_COUNTED,
        max_value=MOST_COUNTED,
        help_text="What the slip says.",
    )

    def validate_facility(self, said: str | None) -> Facility | None:
        """The facility of this number or name; one that is retired is offered for nothing new."""
        if said is None:
            return None
        offered = find_offered(Facility.objects, keep=self.context["view"].kept_facility)
        found = list(offered.filter(number=said)) or list(offered.filter(name__iexact=said)[:2])
        if len(found) != 1:
            raise serializers.ValidationError(str(self.error_messages["no_facility"]), "no_facility")
        return found[0]


class BatchOpenShape(BatchChangeShape):
    """A new batch of today."""

    description = Text(max_length=200)
    float_cents = CentsField(required=False, max_value=MOST_COUNTED, help_text="Cash in its drawer from the start.")


class BatchShape(Shape):
    """Receipts of one day that are reconciled and closed together."""

    id = Whole(max_value=LARGEST)
    description = Text(max_length=200)
    supplement = Whole(help_text="Of API Payments: 2, 3, ... for what came after a close.")
    batch_date = LocalDateField(help_text="The post date of all in it.")
    is_online = Flag(help_text="API Payments: collects what is paid online.")
    status = Choice(STATUSES)
    user = Text(help_text="Who opened it.")
    facility = Text(max_length=200, allow_null=True)
    facility_number = Text(max_length=40, allow_null=True, allow_blank=True)
    note = Text(max_length=2000, allow_blank=True)
    currency = CurrencyField()
    reference_total_cents = Signed(help_text="What the desk counted or the slip says.")
    total_cents = Signed(help_text="Null while `amounts_hidden`.")
    receipt_count = Whole()
    over_short_cents = Signed(help_text="Counted less expected, at its last close; null where nothing was counted.")
    amounts_hidden = Flag(help_text="It is still to be counted, and the role counts blind.")
    opened_at = MomentField()
    closed_at = MomentField(allow_null=True)
    closed_by = Text(allow_blank=True)
    archived_at = MomentField(allow_null=True)


class MethodTotalShape(Shape):
    """What a batch holds of one method and card brand."""

    method = Choice(METHODS)
    card_brand = Text(max_length=20, allow_blank=True)
    count = Whole()
    amount_cents = Signed()


class DrawerShape(Shape):
    """Cash in the drawer that is no receipt's."""

    float_cents = CentsField()
    paid_in_cents = CentsField()
    paid_out_cents = CentsField()
    dropped_cents = CentsField()
    cents = Signed(allow_null=False, help_text="What all of it adds to the cash of the receipts.")


class BreakdownShape(Shape):
    """A batch taken apart: received + refunded + returned = total = posted + disbursed + escrow.

    Null while `amounts_hidden`.
    """

    batch = Whole(max_value=LARGEST)
    currency = CurrencyField()
    amounts_hidden = Flag()
    received = MethodTotalShape(many=True)
    refunded = MethodTotalShape(many=True)
    returned = MethodTotalShape(many=True, help_text="Taken back by the bank.")
    voided = MethodTotalShape(many=True, help_text="In no total.")
    declined = MethodTotalShape(many=True, help_text="Requested, not processed: in no total.")
    received_cents = Signed()
    refunded_cents = Signed()
    total_cents = Signed()
    posted_cents = Signed(help_text="Applied to services in this batch, of receipts here or of other batches.")
    disbursed_cents = Signed()
    escrow_cents = Signed(help_text="What it added to escrow.")
    voided_cents = Signed()
    own_check_cents = Signed(help_text="Refunded by checks of the practice: in the total, not among what is counted.")
    returned_cents = Signed(help_text="Taken back by the bank: in the total, not among what is counted.")
    expected = TendersShape(allow_null=True, help_text="What should lie there when it is counted.")
    drawer = DrawerShape(allow_null=True)
    seen = SeenShape(allow_null=True, help_text="For `expected_seen` of a close.")
    counts = CountedShape(many=True)
    closes = ClosedShape(many=True)


class AttachShape(Shape):
    """Why, for a batch of an earlier day."""

    reason = Text(required=False, default="", allow_blank=True)


def what_people_say(row: Mapping[str, Any]) -> dict[str, Any]:
    """Of a batch, what If-Match looks at: what people write about it and how it stands, not the money in it."""
    names = ("id", "description", "facility", "note", "reference_total_cents", "status", "closed_at", "archived_at")
    return {name: row[name] for name in names}
