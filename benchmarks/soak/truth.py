"""What Stripe holds beside what is here: each charge and each refund once."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import stripe

from payments.models import Refund
from pops.local.product import Product
from receipts.models import Transaction

HANDED_BACK = ("succeeded", "pending")


def compare(product: Product) -> tuple[dict[str, int], list[str]]:
    """How much Stripe holds of what, and what differs here, a sentence each."""
    client = stripe.StripeClient(product.env["STRIPE_SECRET_KEY"], base_addresses={"api": product.sandbox})
    charges = list(client.v1.charges.list({"limit": 100}).auto_paging_iter())
    refunds = list(client.v1.refunds.list({"limit": 100}).auto_paging_iter())
    counts = {"charges at Stripe": len(charges), "refunds at Stripe": len(refunds)}
    return counts, [*_of_charges(charges), *_of_refunds(refunds)]


def _of_charges(charges: list[Any]) -> Iterator[str]:
    here = Counter(Transaction.objects.values_list("number", "amount_cents", "receipt__status"))
    times = Counter(number for number, _, _ in here.elements())
    for charge in charges:
        paid = charge.status == "succeeded"
        expected = (charge.id, charge.amount if paid else 0, "paid" if paid else "unsuccessful")
        if here[expected] != 1 or times[charge.id] != 1:
            yield f"Charge {charge.id}, {charge.status}: {times[charge.id]} receipts, {here[expected]} of them right"


def _of_refunds(refunds: list[Any]) -> Iterator[str]:
    asked = Counter(refund.metadata.pops_refund for refund in refunds if "pops_refund" in refund.metadata)
    yield from (f"Refund {key} was made {times} times at Stripe" for key, times in asked.items() if times > 1)
    times = Counter(Transaction.objects.filter(number__startswith="re_").values_list("number", flat=True))
    rows = Refund.objects.select_related("receipt__void").in_bulk([one.id for one in refunds], field_name="stripe_id")
    for refund in refunds:
        row = rows.get(refund.id)
        if row is None or row.is_requested or row.is_in_review:
            yield f"Refund {refund.id}, {refund.status}: {row.state if row else 'not'} here"
        elif refund.status in HANDED_BACK and times[refund.id] + bool(row.voids and not row.refund_receipt_id) != 1:
            yield f"Refund {refund.id}, {refund.status}: {times[refund.id]} receipts"
