"""A split payment: one charge for each provider, one receipt for all; what was not taken is paid by itself."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from payments.attempts import start_payment
from payments.gateway.answers import NOT_TRIED
from payments.models import Part, Payment
from payments.selectors import GIVE_UP
from payments.splitting import get_rest, name_parts
from payments.tasks import sweep
from payments.truth import HALF_DONE, make_way
from pops.core.accounts.models import Encounter
from pops.core.practice.models import Group
from receipts.models import Receipt
from receipts.owed import get_balances
from tests.factories.accounts import GuarantorFactory
from tests.payments.stripe_side import bring, deliver_all, intents_of, owe_two, start_split

FUNDS = "4000000000009995"
SLOW, SLOW_FAILS = "4000000077770008", "4000000077771113"
AHN, BOSE = "Mina Ahn, MD", "Ravi Bose, MD"

pytestmark = pytest.mark.usefixtures("practice", "right_books")


def moved(receipt):
    rows = receipt.transactions.order_by("pk").values_list("amount_cents", "requested_cents", "reason")
    return list(rows)


def applied(receipt):
    return dict(receipt.postings.order_by("pk").values_list("provider_name", "amount_cents"))


def test_all_parts_are_one_receipt_with_a_transaction_each(owes, charge):
    payment = start_split(owes)
    charge(payment, None, None)

    receipt = bring(payment).receipt

    assert Receipt.objects.get() == receipt
    assert (receipt.status, receipt.amount_cents) == ("paid", 10_000)
    assert moved(receipt) == [(4000, 4000, ""), (6000, 6000, "")]
    assert applied(receipt) == {AHN: 4000, BOSE: 6000}
    numbers = set(receipt.transactions.values_list("number", flat=True))
    assert {part.transaction_number for part in payment.parts.all()} == numbers


def test_a_declined_part_ends_it_and_what_was_taken_is_receipted_at_once(owes, charge, stripe_sandbox):
    payment = start_split(owes)
    charge(payment, None, FUNDS)

    receipt = bring(payment).receipt

    assert (receipt.status, receipt.amount_cents) == ("paid", 4000)
    assert moved(receipt) == [(4000, 4000, ""), (0, 6000, "The card doesn't have enough funds for this payment.")]
    assert applied(receipt) == {AHN: 4000}
    assert stripe_sandbox.payment_intent(intents_of(payment)[1])["status"] == "canceled"
    assert get_balances(owes).current_cents == 6000


def test_the_first_declined_nothing_is_taken_and_the_rest_can_not_be_paid_any_more(owes, charge, stripe_sandbox):
    payment = start_split(owes)
    charge(payment, FUNDS)

    receipt = bring(payment).receipt

    assert (receipt.status, receipt.amount_cents) == ("unsuccessful", 0)
    assert [reason for _, _, reason in moved(receipt)][1] == NOT_TRIED
    statuses = {stripe_sandbox.payment_intent(intent)["status"] for intent in intents_of(payment)}
    assert statuses == {"canceled"}


def test_killed_between_the_parts_nobody_waits_long_for_the_receipt(owes, charge, stripe_sandbox):
    payment = start_split(owes)
    charge(payment, None)
    deliver_all(stripe_sandbox)
    payment.refresh_from_db()
    assert payment.state == "started", "the page may be at work on the second part"

    payment = bring(payment, now=timezone.now() + HALF_DONE + dt.timedelta(seconds=1))

    assert (payment.state, payment.receipt.amount_cents) == ("paid", 4000)
    assert moved(payment.receipt)[1] == (0, 6000, NOT_TRIED)
    assert get_rest(payment).payable_cents == 6000


def test_the_browser_that_comes_back_half_way_ends_it(owes, charge):
    payment = start_split(owes)
    charge(payment, None)

    assert bring(payment, is_back=True).receipt.amount_cents == 4000


def test_another_payment_makes_way_by_receipting_what_was_taken(owes, charge):
    payment = start_split(owes)
    charge(payment, None)

    (left,) = make_way(attempts=[payment], now=timezone.now())

    assert (left.state, left.receipt.amount_cents) == ("paid", 4000)


def test_nothing_paid_nothing_is_receipted(owes, stripe_sandbox):
    payment = start_split(owes)
    assert bring(payment, is_back=True).state == "started"

    Payment.objects.update(started_at=timezone.now() - GIVE_UP - dt.timedelta(minutes=1))
    sweep()

    payment.refresh_from_db()
    assert (payment.state, payment.receipt) == ("abandoned", None)


def test_a_part_that_a_bank_works_on_is_waited_for(owes, charge, stripe_sandbox):
    payment = start_split(owes)
    charge(payment, SLOW, None)
    assert bring(payment).state == "processing"
    assert not Receipt.objects.exists()

    stripe_sandbox.settle(intents_of(payment)[0])

    assert moved(bring(payment).receipt) == [(4000, 4000, ""), (6000, 6000, "")]


def test_a_part_that_fails_late_leaves_the_other_one_paid(owes, charge, stripe_sandbox):
    payment = start_split(owes)
    charge(payment, SLOW_FAILS, None)
    bring(payment)
    stripe_sandbox.settle(intents_of(payment)[0])

    receipt = bring(payment).receipt

    assert [cents for cents, _, _ in moved(receipt)] == [0, 6000]
    assert applied(receipt) == {BOSE: 6000}


def test_what_stripe_never_took_on_is_over_after_a_day(owes, charge, stripe_sandbox):
    payment = start_split(owes)
    charge(payment, None)
    Part.objects.filter(payment=payment, place=2).update(intent_id=None)
    Payment.objects.update(started_at=timezone.now() - dt.timedelta(hours=25))

    assert bring(payment, give_up=True).receipt.amount_cents == 4000


def test_more_than_is_owed_stays_with_the_last_and_is_credit(owes, charge):
    payment = start_split(owes, cents=12_500)
    charge(payment, None, None)

    receipt = bring(payment).receipt

    assert [cents for cents, _, _ in moved(receipt)] == [4000, 8500]
    assert applied(receipt) == {AHN: 4000, BOSE: 6000}


def test_a_balance_paid_meanwhile_does_not_send_the_money_elsewhere(owes, charge):
    """Ahn's part finds nothing owed to Ahn: it is credit, and pays nothing of Bose's."""
    payment = start_split(owes)
    Encounter.objects.filter(provider__name=AHN).update(in_collections=True)
    charge(payment, None, None)

    assert applied(bring(payment).receipt) == {BOSE: 6000}


def test_too_small_for_a_card_it_is_charged_with_another_and_applied_to_its_own(guarantor, charge):
    owe_two(guarantor, 4000, 30)
    payment = start_split(guarantor, cents=4030)
    assert [part.amount_cents for part in payment.parts.all()] == [4030]
    assert name_parts(payment)[0].name == f"{AHN} and {BOSE}"
    charge(payment, None)

    assert applied(bring(payment).receipt) == {AHN: 4000, BOSE: 30}


@pytest.mark.parametrize("by", ["facility", "none"])
def test_by_facility_or_not_at_all(owes, by):
    Group.objects.update(split_payments=by)
    owes.group.refresh_from_db()

    payment = start_payment(payment_id=uuid.uuid4(), guarantor=owes, amount_cents=10_000, now=timezone.now())

    facilities = set(owes.patients.values_list("encounters__facility", flat=True))
    paid = {facility for part in payment.parts.all() for facility in part.pays_for}
    assert paid == (facilities if by == "facility" else set())


def test_paid_ahead_it_is_one_charge(guarantor):
    owe_two(guarantor)
    ahead = GuarantorFactory(group=guarantor.group)

    payment = start_payment(payment_id=uuid.uuid4(), guarantor=ahead, amount_cents=5000, now=timezone.now())

    assert (payment.is_split, payment.parts.count()) == (False, 0)


def test_whom_a_confidential_visit_is_owed_to_is_named_to_nobody(owes, stripe_sandbox):
    payment = start_split(owes)
    Encounter.objects.filter(provider__name=BOSE).update(is_confidential=True)

    assert [part.name for part in name_parts(payment)] == [AHN, "Other services"]
    assert [part.name for part in name_parts(payment, sees_confidential=True)] == [AHN, BOSE]


def test_stripe_is_told_no_name(owes, stripe_sandbox):
    payment = start_split(owes)

    told = [stripe_sandbox.payment_intent(intent) for intent in intents_of(payment)]

    assert {str(sorted(intent["metadata"].items())) for intent in told} == {str([("pops_payment", str(payment.pk))])}
    assert {intent["description"] for intent in told} == {None}


def test_money_that_differs_from_what_was_agreed_is_reviewed(owes, charge, stripe_sandbox):
    payment = start_split(owes)
    charge(payment, None, None)
    first = payment.parts.first()
    Part.objects.filter(pk=first.pk).update(amount_cents=3900)
    Part.objects.filter(payment=payment, place=2).update(amount_cents=6100)

    assert bring(payment).review_reason == "Stripe received $40.00; the guarantor agreed to $39.00."
