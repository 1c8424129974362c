"""How receipts are told, and what a list of them is asked."""

from typing import Any

from pops.core.methods import Method
from pops.web.api.fields import (
    CURRENCY,
    MOST_CENTS,
    CentsField,
    Choice,
    CurrencyField,
    Flag,
    LocalDateField,
    MomentField,
    Shape,
    Text,
    Whole,
)
from pops.web.api.pages import PageQuery
from receipts.itemized import Amounts, Itemized
from receipts.models import Receipt, Standing
from receipts.rows import Row

# A receipt's number and what else the database counts to.
LARGEST = 2**63 - 1
KINDS, CHANNELS = Receipt.Kind.values, Receipt.Channel.values
METHODS = Method.values
STANDINGS = [standing.value for standing in Standing]


class Signed(CentsField):
    """Money that may have gone the other way; null where it must not be seen yet."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**{"min_value": -MOST_CENTS, "allow_null": True, **facts})


class ReceiptQuery(PageQuery):
    """Which receipts are looked for."""

    received_from = LocalDateField(required=False, help_text="Payment date, from this day on.")
    received_to = LocalDateField(required=False, help_text="Payment date, until this day.")
    account_number = Text(required=False, max_length=20, help_text="Of the guarantor, now.")
    batch = Whole(required=False, max_value=LARGEST, help_text="Reference Batch.")
    method = Choice(METHODS, required=False, help_text="With a transaction by this method.")
    kind = Choice(KINDS, required=False)
    status = Choice(STANDINGS, required=False)
    refund_of = Whole(required=False, max_value=LARGEST, help_text="Refunds and returns of this receipt.")
    changed_since = MomentField(
        required=False,
        help_text="Issued, applied, voided, refunded, disbursed or moved since. To follow changes read /changes.",
    )


class TransactionShape(Shape):
    """One movement of money in a receipt, or the request for one that was declined."""

    number = Text(max_length=255, help_text="The card processor's, or the receipt's with a count.")
    method = Choice(METHODS)
    amount_cents = Signed(help_text="0 when it was not processed.")
    requested_cents = Signed()
    card_brand = Text(max_length=20, allow_blank=True)
    card_last4 = Text(max_length=4, allow_blank=True)
    check_number = Text(max_length=30, allow_blank=True)
    approval_code = Text(max_length=20, allow_blank=True, help_text="Of the card terminal.")
    reason = Text(max_length=200, allow_blank=True, help_text="Why it was not processed.")


class PostingShape(Shape):
    """Part of a receipt that was applied to a service, or taken back from it."""

    service_id = Text(max_length=30, help_text="Visit and line: 67563-4.")
    amount_cents = Signed(help_text="Below zero when it takes back.")
    batch = Whole(max_value=LARGEST, help_text="Whose day it counts for.")


class ReceiptShape(Shape):
    """Money received, or given back: who, how much, how, and where it is now. No word of a visit is in it."""

    number = Whole(max_value=LARGEST)
    kind = Choice(KINDS)
    status = Choice(STANDINGS, help_text="How it stands now. Only paid is a payment that stands.")
    channel = Choice(CHANNELS)
    account_number = Text(max_length=20, help_text="Of the guarantor whose it is now, as after a merge.")
    guarantor_name = Text(help_text="As it was issued.")
    issued_account_number = Text(max_length=20, help_text="As it was issued.")
    currency = CurrencyField()
    amount_cents = Signed(help_text="Below zero for a refund or a return. Null while `amounts_hidden`.")
    applied_cents = Signed(help_text="To services, now.")
    refunded_cents = Signed(help_text="Refunded, or taken back by the bank.")
    disbursed_cents = Signed(help_text="Flagged as money that doesn't belong here.")
    escrow_cents = Signed(help_text="Neither applied nor gone.")
    amounts_hidden = Flag(help_text="Its batch is still to be counted, and the role counts blind.")
    received_on = LocalDateField(help_text="The practice's business day: its batch date.")
    received_at = MomentField()
    issued_at = MomentField()
    issued_by = Text(allow_blank=True, help_text="Who took or refunded it; empty when POPS did.")
    batch = Whole(max_value=LARGEST)
    refund_of = Whole(max_value=LARGEST, allow_null=True)
    reason = Text(allow_blank=True, help_text="Why it was refunded, or what else has to be said.")
    voided_at = MomentField(allow_null=True)
    void_reason = Text(allow_blank=True)
    transactions = TransactionShape(many=True)
    postings = PostingShape(many=True)


MOMENTS = ("received_at", "issued_at", "voided_at")
say_moment = MomentField().to_representation


def tell_receipt(row: Row) -> dict[str, Any]:
    """A row as ReceiptShape has it, without its fields being asked one by one: a page has thousands of them."""
    said = {name: row[name] and say_moment(row[name]) for name in MOMENTS}
    return {**row, **said, "received_on": row["received_on"].isoformat(), "currency": CURRENCY}


class AmountsShape(Shape):
    """What a service came to, or several. Billed less the next four is what remains."""

    billed_cents = Signed()
    adjusted_cents = Signed(help_text="By the practice.")
    insurance_pending_cents = Signed()
    insurance_paid_cents = Signed()
    patient_paid_cents = Signed()
    remaining_cents = Signed()
    applied_cents = Signed(help_text="By this receipt; part of what the patient paid.")


class LineShape(AmountsShape):
    """One service as it stood when this receipt was applied to it."""

    service_id = Text(max_length=30)
    service_date = LocalDateField()
    description = Text(max_length=200)
    procedure_code = Text(max_length=10, allow_blank=True)


class VisitShape(Shape):
    """The services of one patient with one provider."""

    patient = Text()
    provider = Text()
    lines = LineShape(many=True)


class PlaceShape(Shape):
    """A facility and what was done there."""

    facility = Text()
    address = Text(allow_blank=True)
    visits = VisitShape(many=True)


class RelativeShape(Shape):
    """A receipt of the same money: the payment, a refund of it, or a refund that came back."""

    number = Whole(max_value=LARGEST)
    received_on = LocalDateField()
    verdict = Text(help_text="How it stands, in words.")
    amount_cents = Signed()
    is_void = Flag()


class LaterShape(Shape):
    """What became of a part of it after it was issued."""

    at = MomentField()
    text = Text()
    amount_cents = Signed()


class ItemizedShape(Shape):
    """The itemized receipt, with the words that it prints: what its guarantor sees."""

    number = Whole(max_value=LARGEST)
    title = Text(help_text="What stands on top of it.")
    status = Choice(STANDINGS)
    proves_payment = Flag(help_text="False when it was unsuccessful, voided, or refunded in full.")
    guarantor_name = Text()
    account_number = Text(max_length=20)
    currency = CurrencyField()
    amount_cents = Signed()
    escrow_cents = Signed(help_text="Not yet applied to a service when it was issued.")
    other_services_cents = Signed(help_text="Applied to confidential services, which are not itemized.")
    copay_for = Text(allow_blank=True)
    places = PlaceShape(many=True)
    total = AmountsShape()
    family = RelativeShape(many=True)
    later = LaterShape(many=True)


def tell_itemized(itemized: Itemized) -> dict[str, Any]:
    """The itemized receipt as ItemizedShape takes it."""
    return {
        "number": itemized.receipt.number,
        "title": itemized.document_title,
        "status": itemized.standing.value,
        "proves_payment": itemized.proves_payment,
        "guarantor_name": itemized.guarantor,
        "account_number": itemized.account_number,
        "amount_cents": itemized.receipt.amount_cents,
        "escrow_cents": itemized.escrow,
        "other_services_cents": itemized.others,
        "copay_for": itemized.copay_for,
        "places": [_place(place) for place in itemized.places],
        "total": _amounts(itemized.total),
        **_tell_others(itemized),
    }


def _tell_others(itemized: Itemized) -> dict[str, Any]:
    """The receipts of the same money, and what became of it."""
    family = [{**vars(one), "verdict": one.label, "amount_cents": one.amount} for one in itemized.relatives]
    later = [{"at": one.moment, "text": one.text, "amount_cents": one.amount} for one in itemized.after]
    return {"family": family, "later": later}


def _place(place: Any) -> dict[str, Any]:
    visits = [{**vars(visit), "lines": [_line(line) for line in visit.lines]} for visit in place.visits]
    return {**vars(place), "visits": visits}


def _line(line: Any) -> dict[str, Any]:
    return {**vars(line), **_amounts(line.amounts)}


def _amounts(amounts: Amounts) -> dict[str, int]:
    return {
        "billed_cents": amounts.billed,
        "adjusted_cents": amounts.adjusted - amounts.pending,
        "insurance_pending_cents": amounts.pending,
        "insurance_paid_cents": amounts.insurance_paid,
        "patient_paid_cents": amounts.patient_paid,
        "remaining_cents": amounts.remaining,
        "applied_cents": amounts.applied,
    }
