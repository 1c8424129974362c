"""What of a receipt is one charge's own, where a payment came in parts."""

import uuid

from payments.models import Part, Refund
from receipts.balances import sum_returned
from receipts.corrections.common import Own
from receipts.models import Posting


def find_own(*, receipt_number: int, charge_id: str, but: uuid.UUID | None = None) -> Own | None:
    """What of the charge is left and which services it paid for; None where a payment was charged whole.

    `but`: the refund that is being recorded, which has taken nothing yet.
    """
    part = Part.objects.filter(transaction_number=charge_id).select_related("payment").first()
    if part is None:
        return None
    rows = Posting.objects.filter(receipt=receipt_number)
    paid_for = {f"line__encounter__{part.payment.split_by}__in": part.pays_for}
    lines = rows.filter(**paid_for).values_list("line", flat=True)
    given = Refund.objects.filter(charge_id=charge_id, refund_receipt__isnull=False)
    given = given.exclude(pk=but) if but else given
    gone = sum(given.values_list("amount_cents", flat=True)) + sum_returned(receipt_number)[charge_id]
    return Own(part.amount_cents - gone, frozenset(lines))
