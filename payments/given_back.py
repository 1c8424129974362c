"""What was given back of a receipt, or is to be, by the card processor and by hand, as other systems read it."""

from typing import Any

from payments.models import Refund
from pops.core.access.models import User
from receipts.models import Receipt
from receipts.rows import Wanted, find_rows, find_wanted

Row = dict[str, Any]


def read_given_back(*, receipt_number: int, by: User) -> list[Row]:
    """Each refund of a receipt, amounts in cents: those that the processor was asked for first, then those by hand.

    What was given back by hand is there at once; what goes back to a card has a state of its own until then.
    """
    asked = Refund.objects.filter(receipt=receipt_number).select_related("requested_by").order_by("requested_at", "pk")
    by_processor = [make_refund_row(refund) for refund in asked]
    told = {row["receipt"] for row in by_processor}
    refunds = find_wanted(Wanted(refund_of=receipt_number, kind=Receipt.Kind.REFUND)).values_list("pk", flat=True)
    receipts = find_rows(refunds, by=by)
    by_hand = [_by_hand(receipt) for receipt in receipts if receipt["number"] not in told]
    return by_processor + by_hand[::-1]


def make_refund_row(refund: Refund) -> Row:
    """What the card processor was asked to give back, and what became of it."""
    return {
        "id": refund.pk,
        "receipt": refund.refund_receipt_id,
        "amount_cents": refund.amount_cents,
        "state": refund.state,
        "transaction": refund.charge_id,
        "voids": refund.voids,
        "reason": refund.reason,
        "note": refund.note,
        "requested_at": refund.requested_at,
        "requested_by": str(refund.requested_by) if refund.requested_by else "",
    }


def _by_hand(receipt: Row) -> Row:
    """A refund at the desk: its receipt is all there is of it."""
    cents = receipt["amount_cents"]
    return {
        "id": None,
        "receipt": receipt["number"],
        "amount_cents": None if cents is None else -cents,
        "state": Refund.State.SUCCEEDED.value,
        "transaction": "",
        "voids": False,
        "reason": receipt["reason"],
        "note": "",
        "requested_at": receipt["issued_at"],
        "requested_by": receipt["issued_by"],
    }
