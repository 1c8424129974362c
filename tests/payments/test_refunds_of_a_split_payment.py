"""Refunds, disputes and returns of a payment in parts: each charge by itself, its own services give back first."""

import uuid

import pytest
from django.utils import timezone

from payments.gateway.client import client
from payments.models import Part, Payment
from payments.refunds import find_left_by_charge, request_refund, void_online, why_not_void_online
from payments.review import accept_payment, return_payment
from payments.truth import bring_up_to_date
from pops.core.refusals import Refused
from receipts.balances import find_applied_lines
from receipts.models import Receipt
from tests.books import assert_books_balance
from tests.factories.desk import today
from tests.payments.stripe_side import DISPUTED, deliver_all, intents_of, owe_two, start_split

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture(autouse=True)
def right_books(db):
    yield
    assert_books_balance()


@pytest.fixture
def lines(guarantor):
    return owe_two(guarantor)


@pytest.fixture
def paid(lines, guarantor, stripe_sandbox):
    """$40.00 to Ahn and $60.00 to Bose, each by its charge, and $5.00 more that stay with Bose's."""
    payment = start_split(guarantor, cents=10_500)
    for intent in intents_of(payment):
        stripe_sandbox.confirm(intent)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now())


def charges_of(payment):
    return [part.transaction_number for part in payment.parts.all()]


def refund(payment, by, charge="", cents=None):
    return request_refund(
        refund_id=uuid.uuid4(),
        receipt_number=payment.receipt_id,
        cents=cents,
        reason="Billed twice",
        now=timezone.now(),
        today=today(),
        by=by,
        charge_id=charge,
    )


def test_one_part_is_refunded_and_its_own_services_owe_again(paid, lines, dana):
    ahn, bose = charges_of(paid)

    done = refund(paid, dana, ahn)

    assert (done.state, done.amount_cents, done.refund_receipt.amount_cents) == ("succeeded", 4000, -4000)
    assert find_applied_lines(paid.receipt) == {lines[1].pk: 6000}, "the credit is Bose's"
    assert find_left_by_charge(paid.receipt) == {bose: 6500}


def test_credit_of_a_part_goes_back_before_what_its_services_got(paid, lines, dana):
    _, bose = charges_of(paid)

    refund(paid, dana, bose, 1500)

    assert find_applied_lines(paid.receipt) == {lines[0].pk: 4000, lines[1].pk: 5000}
    refund(paid, dana, bose)
    assert find_applied_lines(paid.receipt) == {lines[0].pk: 4000}


def test_which_part_has_to_be_said_and_no_more_of_it_than_it_took(paid, dana):
    ahn, bose = charges_of(paid)

    for charge, cents in (("", 1000), (ahn, 4001), ("ch_of_another", 100)):
        with pytest.raises(Refused):
            refund(paid, dana, charge, cents)
    refund(paid, dana, ahn)
    with pytest.raises(Refused):
        refund(paid, dana, ahn, 100)
    assert refund(paid, dana, bose).amount_cents == 6500


def test_a_refund_in_stripes_dashboard_is_of_its_part(paid, lines, stripe_sandbox):
    ahn, bose = charges_of(paid)
    client().v1.refunds.create({"charge": ahn, "amount": 1000})
    client().v1.refunds.create({"charge": bose, "amount": 2000})

    deliver_all(stripe_sandbox)
    deliver_all(stripe_sandbox)

    assert sorted(Receipt.objects.filter(kind="refund").values_list("amount_cents", flat=True)) == [-2000, -1000]
    assert find_applied_lines(paid.receipt) == {lines[0].pk: 3000, lines[1].pk: 4500}


def test_a_void_of_several_charges_is_refused_in_words(paid, dana):
    assert "Refund each part" in str(why_not_void_online(paid.receipt, today=today()))
    with pytest.raises(Refused):
        void_online(receipt_number=paid.receipt_id, reason="Twice", now=timezone.now(), today=today(), by=dana)


def test_a_disputed_part_is_not_refunded_and_the_other_is(lines, guarantor, stripe_sandbox, dana):
    payment = start_split(guarantor)
    first, second = intents_of(payment)
    stripe_sandbox.confirm(first, card_number=DISPUTED)
    stripe_sandbox.confirm(second)
    payment = bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    stripe_sandbox.settle(first)
    payment = bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    ahn, bose = charges_of(payment)

    assert payment.receipt.disputes.get().charge_id == ahn
    with pytest.raises(Refused):
        refund(payment, dana, ahn, 100)
    assert refund(payment, dana, bose, 100).state == "succeeded"


@pytest.fixture
def differs(lines, guarantor, stripe_sandbox):
    """In review: Stripe took $40.00 and $60.00, ten cents of which were agreed to otherwise."""
    payment = start_split(guarantor)
    for intent in intents_of(payment):
        stripe_sandbox.confirm(intent)
    for place, cents in ((1, 3990), (2, 6010)):
        Part.objects.filter(payment=payment, place=place).update(amount_cents=cents)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now())


def test_in_review_all_charges_are_accepted_on_one_receipt(differs, dana):
    number = accept_payment(payment_id=differs.pk, reason="Agreed by phone", now=timezone.now(), by=dana)

    amounts = Receipt.objects.get().transactions.order_by("pk").values_list("amount_cents", flat=True)
    assert (Receipt.objects.get().pk, list(amounts)) == (number, [4000, 6000])


def test_in_review_all_charges_are_returned(differs, dana):
    return_payment(payment_id=differs.pk, reason="Not agreed", now=timezone.now(), by=dana)

    refunds = [client().v1.refunds.list({"payment_intent": intent}).data for intent in intents_of(differs)]
    assert [[one.amount for one in made] for made in refunds] == [[4000], [6000]]
    assert bring_up_to_date(payment_id=differs.pk, now=timezone.now()).state == Payment.State.RETURNED
    assert not Receipt.objects.exists()
