"""Real connections: closers, payers, refunds, moves, voids and the month-end lock at the same moment."""

import functools
import uuid
from collections import Counter
from collections.abc import Callable

import pytest
import time_machine
from django.db.models import Sum
from django.utils import timezone

from batches.closing import CountMissing, close_batch
from batches.counting import count_batch
from batches.holding import BatchClosed
from batches.models import BatchClose, PeriodLock, ReferenceBatch
from batches.period import PeriodHasOpenBatches, PeriodLocked, lock_period
from batches.reopening import archive_batch
from batches.working import NoAttachedBatch, attach_batch
from payments.recording.payments import record_outcome
from payments.refunds import request_refund
from payments.truth import bring_up_to_date
from pops.core.refusals import Refused
from receipts.balances import get_receipt_balance
from receipts.corrections.escrow import disburse_escrow, post_escrow
from receipts.corrections.move import move_receipt
from receipts.corrections.refund import refund_at_desk
from receipts.corrections.returned import Notice, Reason, return_money
from receipts.corrections.void import void_receipt
from receipts.models import Receipt
from receipts.owed import get_balances
from tests.concurrency import run_together
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, reopen, take, tender, today
from tests.factories.payments import PaymentFactory, outcome_of
from tests.moments import NOON, TODAY, TOMORROW
from tests.payments.stripe_side import start

pytestmark = pytest.mark.django_db(transaction=True)

REFUSALS = (
    BatchClosed,
    Refused,
    Refused,
    CountMissing,
    NoAttachedBatch,
    PeriodHasOpenBatches,
    PeriodLocked,
    Refused,
)
NOTHING = {"cash": 0, "check": 0, "card": 0, "other": 0}


def attempt(job: Callable[[], object]) -> Callable[[], str]:
    """Run a job; the name of what refused it, or done. Anything else, such as a deadlock, fails the test."""

    def run() -> str:
        try:
            job()
        except REFUSALS as refusal:
            return type(refusal).__name__
        return "done"

    return run


def close(batch, by):
    count = count_batch(batch_id=batch.pk, counted=NOTHING, by=by)
    close_batch(batch_id=batch.pk, now=timezone.now(), by=by, count_id=count.pk, note="not counted")


def check_closed_batches():
    """What was stored at close is what is in the batch."""
    for batch in ReferenceBatch.objects.exclude(status="open"):
        total = batch.receipts.filter(void=None).aggregate(cents=Sum("amount_cents"))["cents"] or 0
        assert batch.closed_total_cents == total
        assert batch.closes.last().total_cents == total


def test_two_closers_close_once():
    dana = clerk()
    batch = batch_of(dana)
    take(dana)
    counts = [
        count_batch(batch_id=batch.pk, counted={**NOTHING, "cash": 5000}, by=dana, reason="Once more") for _ in range(8)
    ]

    outcomes = run_together(
        [
            attempt(functools.partial(close_batch, batch_id=batch.pk, now=timezone.now(), by=dana, count_id=count.pk))
            for count in counts
        ],
        width=8,
    )

    assert Counter(outcomes) == {"done": 1, "BatchClosed": 7}
    assert BatchClose.objects.count() == 1


def test_a_close_against_payers_a_refund_a_void_and_moves():
    dana = clerk()
    other, batch = batch_of(dana, "Other"), batch_of(dana)
    old = [take(dana, tender(1000)) for _ in range(6)]
    guarantors = [GuarantorFactory() for _ in range(32)]
    payers = [functools.partial(take, dana, tender(100 + n), guarantor=who) for n, who in enumerate(guarantors)]
    others: list[Callable[[], object]] = [
        functools.partial(
            refund_at_desk,
            receipt_number=old[0].pk,
            amounts={"cash": 400},
            reason="Overpaid",
            now=timezone.now(),
            today=today(),
            by=dana,
        ),
        functools.partial(void_receipt, receipt_number=old[1].pk, reason="Keyed twice", today=today(), by=dana),
        functools.partial(
            move_receipt, receipt_number=old[2].pk, to_batch_id=other.pk, reason="In the wrong batch", by=dana
        ),
        functools.partial(
            move_receipt, receipt_number=old[3].pk, to_batch_id=other.pk, reason="In the wrong batch", by=dana
        ),
        functools.partial(close, batch, dana),
    ]
    jobs = [*payers[:16], *others, *payers[16:]]

    outcomes = run_together([attempt(job) for job in jobs], width=21)

    batch.refresh_from_db()
    assert batch.status == "closed"
    assert set(outcomes) <= {"done", "BatchClosed", "NoAttachedBatch"}
    taken = [outcome == "done" for outcome in [*outcomes[:16], *outcomes[21:]]]
    assert Receipt.objects.filter(kind="payment").count() == 6 + sum(taken)
    check_closed_batches()


def test_two_refunds_at_once_never_give_back_more_than_was_paid():
    dana = clerk()
    batch_of(dana)
    receipt = take(dana)
    jobs: list[Callable[[], object]] = [
        functools.partial(
            refund_at_desk,
            receipt_number=receipt.pk,
            amounts={"cash": 2000},
            reason="Overpaid",
            now=timezone.now(),
            today=today(),
            by=dana,
        )
    ] * 6
    jobs += [
        functools.partial(
            disburse_escrow, receipt_number=receipt.pk, cents=1500, reason="Meant for the lab", today=today(), by=dana
        )
    ] * 2

    run_together([attempt(job) for job in jobs], width=8)

    balance = get_receipt_balance(receipt)
    assert balance.left_cents >= 0
    assert balance.left_cents < 2000
    assert balance.refunded_cents + balance.disbursed_cents <= 5000


def test_two_refunds_at_stripe_at_once(stripe_sandbox, guarantor):
    dana = clerk()
    batch_of(dana)
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id)
    receipt = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    stripe_sandbox.set_latency(0.05)
    same = uuid.uuid4()
    keys = [same, same, uuid.uuid4(), uuid.uuid4()]

    outcomes = run_together(
        [
            attempt(
                functools.partial(
                    request_refund,
                    refund_id=key,
                    receipt_number=receipt.pk,
                    cents=3000,
                    reason="Overpaid",
                    now=timezone.now(),
                    today=today(),
                    by=dana,
                )
            )
            for key in keys
        ],
        width=4,
    )

    assert Receipt.objects.filter(kind="refund").count() == 1
    assert get_receipt_balance(receipt).refunded_cents == 3000
    assert Counter(outcomes)["RefundTooMuch"] in (2, 3)


@pytest.mark.parametrize("round_", range(3))
def test_the_month_end_lock_against_all_of_them(round_):
    """Whoever is first: no batch of a locked period is open, nothing in it changes, and no money is lost."""
    with time_machine.travel(NOON):
        dana, ruth = clerk(), clerk("Ruth")
        closed = batch_of(dana, "Closed")
        receipts = [take(dana, tender(1000)) for _ in range(3)]
        close(closed, dana)
        empty = batch_of(dana, "Open")
        moved = take(dana, tender(700))
        close(empty, dana)
    payments = [PaymentFactory(amount_cents=100 + n) for n in range(8)]
    payers = [
        functools.partial(record_outcome, payment_id=payment.pk, outcome=outcome_of(payment, at=NOON))
        for payment in payments
    ]
    batches = [closed, empty]
    lock = functools.partial(lock_period, locked_through=TODAY, today=TOMORROW, by=ruth)

    def reopen_and_work() -> None:
        reopen(closed, dana)
        attach_batch(batch_id=closed.pk, today=TODAY, by=dana)
        void_receipt(receipt_number=receipts[0].pk, reason="Keyed twice", today=TODAY, by=dana)
        refund_at_desk(
            receipt_number=receipts[1].pk,
            amounts={"cash": 1},
            reason="Overpaid",
            now=timezone.now(),
            today=TODAY,
            by=dana,
        )
        reopen(empty, dana)
        move_receipt(receipt_number=moved.pk, to_batch_id=closed.pk, reason="In the wrong batch", by=dana)
        for batch in batches:
            close(batch, dana)

    jobs: list[Callable[[], object]] = [
        lock, *payers[:4], reopen_and_work, *payers[4:],
        functools.partial(archive_batch, batch_id=empty.pk, now=timezone.now(), by=ruth),
        lock, close_api_batches(ruth), lock, lock,
    ]  # fmt: skip

    run_together([attempt(job) for job in jobs], width=len(jobs))

    assert Receipt.objects.filter(channel="online").count() == len(payments)
    if PeriodLock.objects.exists():
        assert not ReferenceBatch.objects.filter(status="open", batch_date__lte=TODAY).exists()
    check_closed_batches()


def close_api_batches(by) -> Callable[[], None]:
    def job() -> None:
        for batch in ReferenceBatch.objects.filter(is_api=True, status="open", batch_date=TODAY):
            close_batch(batch_id=batch.pk, now=timezone.now(), by=by)

    return job


def test_a_check_comes_back_once_whatever_else_is_done_to_it_just_then():
    dana, other, guarantor = clerk(), clerk("Sam Ito"), GuarantorFactory()
    batch_of(dana)
    batch = batch_of(other, "Second desk")
    line = ServiceLineFactory(guarantor=guarantor, billed_cents=2000)
    receipt = take(dana, tender(5000, "check", check_number="1042"), guarantor=guarantor)
    moved, notice = receipt.transactions.get(), Notice(Reason.FUNDS, today())
    later = ServiceLineFactory(guarantor=guarantor, billed_cents=1500)
    facts = {"now": timezone.now(), "today": today()}

    answers = run_together(
        [
            attempt(functools.partial(return_money, transaction_id=moved.pk, notice=notice, by=by, **facts))
            for by in (dana, other, dana, other)
        ]
        + [
            attempt(
                lambda: refund_at_desk(
                    receipt_number=receipt.pk, amounts={"check": 700}, reason="Overpaid", by=dana, **facts
                )
            ),
            attempt(lambda: post_escrow(receipt_number=receipt.pk, parts={later.pk: 1500}, today=today(), by=other)),
            attempt(
                lambda: disburse_escrow(
                    receipt_number=receipt.pk, cents=900, reason="Meant for the lab", today=today(), by=dana
                )
            ),
            attempt(
                lambda: move_receipt(receipt_number=receipt.pk, to_batch_id=batch.pk, reason="Wrong desk", by=other)
            ),
            attempt(lambda: void_receipt(receipt_number=receipt.pk, reason="Mistake", today=today(), by=dana)),
        ]
    )

    returned = receipt.refunds.filter(kind="returned", void=None).count()
    voided = answers[-1] == "done"
    assert (returned, answers[:4].count("done")) == ((0, 0) if voided else (1, 1))
    refunded = 700 if answers[4] == "done" else 0
    owed = get_balances(guarantor).current_cents
    assert owed == 3500 + (0 if voided else refunded)
    assert get_receipt_balance(Receipt.objects.get(pk=receipt.pk)).disbursed_cents == 0, "it is gone too"
    assert line.postings.exists()
