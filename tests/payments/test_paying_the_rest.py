"""What was not taken of a split payment is paid by itself: the rest, once, and no part twice."""

import uuid

import pytest
from django.utils import timezone

from payments.attempts import ask_stripe, start_again, start_rest
from payments.models import Part
from payments.splitting import get_rest
from pops.core.accounts.models import Encounter
from pops.core.practice.models import Group
from pops.core.refusals import Refused
from receipts.models import Receipt
from tests.payments.stripe_side import bring, parts_of, start_split

FUNDS, WRONG_CODE = "4000000000009995", "4000000000000127"
AHN, BOSE = "Mina Ahn, MD", "Ravi Bose, MD"

pytestmark = pytest.mark.usefixtures("practice", "right_books")


def test_what_was_not_taken_is_paid_by_itself_and_the_first_part_is_not_paid_twice(owes, charge):
    Group.objects.update(auto_post=False)  # so that all looks owed as before
    payment = start_split(owes)
    charge(payment, None, FUNDS)
    bring(payment)

    rest = start_rest(payment_id=uuid.uuid4(), payment=payment, now=timezone.now())
    assert [(part.amount_cents, part.pays_for) for part in rest.parts.all()] == [
        (6000, payment.parts.all()[1].pays_for)
    ]
    ask_stripe(payment=rest, now=timezone.now())
    charge(rest, None)
    assert bring(rest).receipt.amount_cents == 6000

    with pytest.raises(Refused, match="paid since"):
        start_rest(payment_id=uuid.uuid4(), payment=payment, now=timezone.now())
    assert sum(Receipt.objects.values_list("amount_cents", flat=True)) == 10_000


def test_the_rest_is_no_more_than_is_owed_still(owes, charge):
    payment = start_split(owes)
    charge(payment, None, FUNDS)
    payment = bring(payment)
    assert get_rest(payment).payable_cents == 6000

    Encounter.objects.filter(provider__name=BOSE).update(in_collections=True)

    assert "not owed any more" in str(get_rest(payment).refusal)
    with pytest.raises(Refused):
        start_rest(payment_id=uuid.uuid4(), payment=payment, now=timezone.now())


def test_asked_for_twice_the_rest_is_one_attempt(owes, charge):
    payment = start_split(owes)
    charge(payment, None, FUNDS)
    bring(payment)
    same = uuid.uuid4()

    made = [start_rest(payment_id=same, payment=payment, now=timezone.now()).pk for _ in range(2)]

    assert made == [same, same]
    assert Part.objects.filter(payment=same).count() == 1


def test_after_a_slip_the_parts_are_those_that_its_page_tells_of(owes, charge):
    payment = start_split(owes)
    charge(payment, WRONG_CODE)
    Encounter.objects.filter(provider__name=AHN).update(in_collections=True)  # what is owed changes meanwhile

    made = [start_again(payment=bring(payment), now=timezone.now()) for _ in range(2)]

    assert {again.pk for again in made} == {made[0].pk}
    assert parts_of(made[0]) == parts_of(payment)


def test_a_slip_while_the_rest_is_paid_asks_for_no_part_that_was_taken(owes, charge):
    Group.objects.update(auto_post=False)  # so that all looks owed as before
    payment = start_split(owes)
    charge(payment, None, FUNDS)
    rest = start_rest(payment_id=uuid.uuid4(), payment=bring(payment), now=timezone.now())
    ask_stripe(payment=rest, now=timezone.now())
    charge(rest, WRONG_CODE)

    again = start_again(payment=bring(rest), now=timezone.now())
    assert parts_of(again) == [(6000, payment.parts.all()[1].pays_for)]
    ask_stripe(payment=again, now=timezone.now())
    charge(again, None)
    bring(again)

    assert "paid since" in str(get_rest(bring(payment)).refusal)
    with pytest.raises(Refused, match="paid since"):
        start_again(payment=bring(rest), now=timezone.now())
