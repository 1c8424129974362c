"""A split payment: one charge for each provider, one receipt for all; what was not taken is paid by itself."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from payments.attempts import ask_stripe, start_again, start_payment, start_rest
from payments.gateway.answers import NOT_TRIED
from payments.models import Part, Payment
from payments.selectors import GIVE_UP
from payments.splitting import get_rest, name_parts
from payments.tasks import sweep
from payments.truth import HALF_DONE, bring_up_to_date, make_way
from pops.core.accounts.models import Encounter
from pops.core.practice.models import Group
from pops.core.refusals import Refused
from receipts.models import Receipt
from receipts.owed import get_balances
from tests.books import assert_books_balance
from tests.factories.accounts import GuarantorFactory
from tests.payments.stripe_side import deliver_all, intents_of, owe_two, start_split

FUNDS, WRONG_CODE = "4000000000009995", "4000000000000127"
SLOW, SLOW_FAILS = "4000000077770008", "4000000077771113"
AHN, BOSE = "Mina Ahn, MD", "Ravi Bose, MD"

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def owes(guarantor):
    """$40.00 to Ahn, and younger $60.00 to Bose."""
    owe_two(guarantor)
    return guarantor


@pytest.fixture(autouse=True)
def right_books(db):
    yield
    assert_books_balance()


@pytest.fixture
def charge(stripe_sandbox):
    """What the page does: one part after the other, each by this card; the first that fails ends it."""

    def charge(payment, *cards):
        for intent, card in zip(intents_of(payment), cards, strict=False):
            stripe_sandbox.confirm(intent, card_number=card or "4242424242424242")

    return charge


def visit_to(provider):
    return Encounter.objects.filter(provider__name=provider)


def bring(payment, **more):
    return bring_up_to_date(payment_id=payment.pk, now=more.pop("now", timezone.now()), **more)


def moved(receipt):
    rows = receipt.transactions.order_by("pk").values_list("amount_cents", "requested_cents", "reason")
    return list(rows)


def parts_of(payment):
    return list(payment.parts.values_list("amount_cents", "pays_for"))


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

    visit_to(BOSE).update(in_collections=True)

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
    visit_to(AHN).update(in_collections=True)  # what is owed changes meanwhile

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
    visit_to(AHN).update(in_collections=True)
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
    visit_to(BOSE).update(is_confidential=True)

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
