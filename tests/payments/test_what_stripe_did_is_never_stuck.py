"""A refund at Stripe is recorded, or lies in review with its reason until a person settles it: no rule hides it."""

import functools
import uuid
from collections import Counter

import pytest
from django.db import IntegrityError
from django.utils import timezone

from payments.gateway.refunds import get_refund
from payments.models import ProcessorEvent, Refund
from payments.recording import refunds as recording
from payments.refunds import request_refund
from payments.review import record_reviewed_refund, settle_refund_elsewhere
from payments.tasks import sweep
from payments.truth import bring_up_to_date
from pops.core.accounts.merging import merge_guarantors
from pops.core.accounts.models import Patient
from pops.core.refusals import Refused
from receipts.balances import get_on_the_way_cents, get_receipt_balance
from receipts.corrections.escrow import disburse_escrow
from receipts.itemized import itemize
from receipts.models import Receipt
from receipts.owed import get_balances
from tests.books import judge
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import today
from tests.payments.stripe_side import deliver_all, refund_at_stripe, start

FAILS = "4000000000005126"

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def paid(stripe_sandbox, guarantor):
    """$50.00 paid online; $30.00 of it are applied."""
    ServiceLineFactory(guarantor=guarantor, billed_cents=3000)
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id)
    return bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt


def decide(by, job=record_reviewed_refund, reason="The lab gave it back."):
    refund = Refund.objects.get(state="review")
    job(refund_id=refund.pk, reason=reason, now=timezone.now(), by=by)
    refund.refresh_from_db()
    return refund


def refuse_to_issue(monkeypatch):
    """A rule of the database that nobody thought of."""

    def issue(*held, **facts):
        raise IntegrityError("receipt 1 of 5000 cents: 1 applied\nDETAIL: a row's values")

    monkeypatch.setattr(recording, "issue_refund", issue)


@pytest.mark.parametrize("asked_for_here", [True, False])
def test_a_refund_of_a_moved_patients_payment_is_recorded_and_its_events_worked_off(
    paid, dana, stripe_sandbox, asked_for_here
):
    other = GuarantorFactory()
    Patient.objects.update(guarantor=other)
    if asked_for_here:
        facts = {"cents": 4000, "reason": "Overpaid", "now": timezone.now(), "today": today(), "by": dana}
        request_refund(refund_id=uuid.uuid4(), receipt_number=paid.pk, **facts)
    else:
        refund_at_stripe(paid, 4000)

    deliver_all(stripe_sandbox)

    assert Refund.objects.get().state == "succeeded"
    assert Receipt.objects.get(kind="refund").amount_cents == -4000
    assert get_balances(other).current_cents == 2000
    assert not ProcessorEvent.objects.filter(state="received").exists()
    judge()


def test_a_refund_that_comes_right_after_a_merge_is_of_the_account_that_is_left(paid, dana, stripe_sandbox):
    other = GuarantorFactory()
    made = refund_at_stripe(paid, 4000)
    merge_guarantors(merged_id=paid.guarantor_id, into_id=other.pk, reason="The same person", by=dana)

    recording.record_refund(payment=paid, facts=get_refund(made.id), now=timezone.now())  # read before the merge

    assert Receipt.objects.get(kind="refund").guarantor == other
    assert get_balances(other).current_cents == 2000
    judge()


def test_what_a_rule_of_the_database_refuses_is_in_review_until_it_is_recorded(
    paid, dana, stripe_sandbox, monkeypatch, client_of
):
    refund_at_stripe(paid, 4000)
    with monkeypatch.context() as patch:
        refuse_to_issue(patch)
        deliver_all(stripe_sandbox)

    refund = Refund.objects.get()
    assert (refund.state, refund.note) == (
        "review",
        "It could not be recorded here: receipt 1 of 5000 cents: 1 applied",
    )
    assert not ProcessorEvent.objects.filter(state="received").exists()
    assert "was made at Stripe" in client_of(dana).get("/admin/").content.decode()
    assert get_on_the_way_cents(paid) == 4000  # as good as gone: nobody gives it away once more

    decided = decide(dana, reason="Recorded after the upgrade.")

    assert (decided.state, decided.refund_receipt.amount_cents) == ("succeeded", -4000)
    assert (decided.reviewed_by, decided.review_note) == (dana, "Recorded after the upgrade.")
    judge()


def test_a_decision_that_still_can_not_be_recorded_is_refused_in_words(paid, dana, stripe_sandbox, monkeypatch):
    refund_at_stripe(paid)
    refuse_to_issue(monkeypatch)
    deliver_all(stripe_sandbox)

    with pytest.raises(Refused, match="It could not be recorded here"):
        decide(dana)

    assert Refund.objects.get().state == "review"


def test_what_was_disbursed_is_taken_back_for_a_refund_that_is_recorded(paid, dana, stripe_sandbox):
    disburse_escrow(receipt_number=paid.pk, cents=2000, reason="The lab's", today=today(), by=dana)
    refund_at_stripe(paid, 4000)
    deliver_all(stripe_sandbox)
    assert Refund.objects.get().note == "Stripe refunded more than what is left of the receipt here."

    decided = decide(dana)

    assert decided.refund_receipt.amount_cents == -4000
    balance = get_receipt_balance(paid)
    assert (balance.disbursed_cents, balance.escrow_cents, balance.posted_cents) == (1000, 0, 0)
    assert [row.text for row in itemize(paid).after] == [
        "Set aside, as it does not belong to your account here",
        "No longer set aside",
    ]
    judge()
    with pytest.raises(Refused, match="decided about this refund already"):
        record_reviewed_refund(refund_id=decided.pk, reason="Again", now=timezone.now(), by=dana)


def test_a_refund_that_was_settled_in_another_way_gets_no_receipt(paid, dana, stripe_sandbox):
    disburse_escrow(receipt_number=paid.pk, cents=2000, reason="The lab's", today=today(), by=dana)
    refund_at_stripe(paid)
    deliver_all(stripe_sandbox)

    decided = decide(dana, settle_refund_elsewhere, "The guarantor brought it back in cash.")
    deliver_all(stripe_sandbox)
    sweep()

    decided.refresh_from_db()
    assert (decided.state, decided.refund_receipt) == ("settled", None)
    assert decided.review_note == "The guarantor brought it back in cash."
    judge()


def test_a_refund_in_review_that_the_bank_did_not_take_needs_no_decision(dana, guarantor, stripe_sandbox):
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id, card_number=FAILS)
    receipt = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    disburse_escrow(receipt_number=receipt.pk, cents=2000, reason="The lab's", today=today(), by=dana)
    made = refund_at_stripe(receipt)
    deliver_all(stripe_sandbox)
    assert Refund.objects.get().state == "review"

    stripe_sandbox.settle(made.id)
    deliver_all(stripe_sandbox)

    assert (Refund.objects.get().state, Receipt.objects.count()) == ("failed", 1)
    judge()


@pytest.mark.parametrize("voids", [False, True])
def test_a_second_refund_after_one_that_came_back_is_of_what_came_back(dana, guarantor, stripe_sandbox, voids):
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id, card_number=FAILS)
    receipt = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    facts = {"cents": None, "reason": "Overpaid", "now": timezone.now(), "today": today(), "by": dana, "voids": voids}
    first = request_refund(refund_id=uuid.uuid4(), receipt_number=receipt.pk, **facts)
    stripe_sandbox.settle(first.stripe_id)
    deliver_all(stripe_sandbox)
    back = Receipt.objects.get(kind="came_back")

    refund_at_stripe(receipt)
    deliver_all(stripe_sandbox)

    second = Refund.objects.exclude(pk=first.pk).get()
    assert (second.state, second.refund_receipt.refund_of) == ("succeeded", back)
    assert get_receipt_balance(back).left_cents == 0
    judge()


@pytest.mark.django_db(transaction=True)
def test_however_many_decide_at_once_one_decision_counts(paid, dana, stripe_sandbox):
    disburse_escrow(receipt_number=paid.pk, cents=2000, reason="The lab's", today=today(), by=dana)
    refund_at_stripe(paid)
    deliver_all(stripe_sandbox)
    refund = Refund.objects.get()

    def decide_as(job):
        try:
            job(refund_id=refund.pk, reason="The lab gave it back.", now=timezone.now(), by=dana)
        except Refused as refusal:
            return refusal.code
        return "done"

    jobs = [functools.partial(decide_as, job) for job in [record_reviewed_refund, settle_refund_elsewhere] * 3]
    outcomes = run_together(jobs, width=6)

    assert Counter(outcomes) == {"done": 1, "not_in_review": 5}
    refund.refresh_from_db()
    assert Receipt.objects.filter(kind="refund").count() == (refund.state == "succeeded")
