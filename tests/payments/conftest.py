import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from batches.cash import move_cash
from batches.deposits import DepositFacts, make_deposit
from payments.attempts import start_payment
from payments.gateway.intents import Result
from payments.gateway.refunds import RefundFacts
from payments.models import Payment, Refund
from payments.recording.payments import record_outcome
from payments.recording.refunds import record_refund
from pops.core.accounts.models import Guarantor
from pops.local.stripe_sandbox import StripeSandbox
from receipts.models import Receipt
from tests.books import assert_books_balance
from tests.factories.accounts import GuarantorFactory, ServiceLineFactory
from tests.factories.desk import batch_of, clerk, close, take, tender
from tests.factories.payments import outcome_of_parts
from tests.moments import NOON
from tests.payments.stripe_side import intents_of, owe_two


@pytest.fixture
def right_books(db: None) -> Iterator[None]:
    yield
    assert_books_balance()


@pytest.fixture
def owes(guarantor: Guarantor) -> Guarantor:
    """$40.00 to Ahn, and younger $60.00 to Bose."""
    owe_two(guarantor)
    return guarantor


@pytest.fixture
def charge(stripe_sandbox: StripeSandbox) -> Callable[..., None]:
    """What the page does: one part after the other, each by this card; the first that fails ends it."""

    def charge(payment: Payment, *cards: str | None) -> None:
        for intent, card in zip(intents_of(payment), cards, strict=False):
            stripe_sandbox.confirm(intent, card_number=card or "4242424242424242")

    return charge


@pytest.fixture
def books(practice: Any, pay: Callable[..., Receipt]) -> SimpleNamespace:
    """Right books with one of each: online, declined, split, refunded in part, applied, escrow, at the desk, closed."""
    owe_two(two := GuarantorFactory(), 12_000, 15_000)
    split = start_payment(payment_id=uuid.uuid4(), guarantor=two, amount_cents=27_000, now=NOON)
    in_parts = record_outcome(payment_id=split.pk, outcome=outcome_of_parts(split, at=NOON))
    guarantor, dana = GuarantorFactory(account_number="48210"), clerk()
    line, stranger = ServiceLineFactory(guarantor=guarantor), GuarantorFactory(account_number="48211")
    paid, declined = pay(guarantor, cents=6000), pay(guarantor, result=Result.DECLINED)
    facts = RefundFacts(
        stripe_id="re_1", refund_id=None, returns=None, charge_id=paid.transactions.get().number, intent_id="pi_1",
        amount_cents=1000, state=Refund.State.SUCCEEDED, occurred_at=NOON, failure="",
    )  # fmt: skip
    record_refund(payment=paid, facts=facts, now=NOON)
    batch = batch_of(dana)
    cash = take(dana, tender(3000), tender(2000, "check", check_number="7"), guarantor=guarantor, parts={})
    move_cash(batch_id=batch.pk, kind="float", cents=10_000, reason="", by=dana)
    move_cash(batch_id=batch.pk, kind="drop", cents=2500, reason="Bag 7", by=dana)
    close(batch, dana, cash=10_500, check=2000)
    slip = DepositFacts(deposited_on=batch.batch_date, bank="First Lakeside Bank")
    deposit = make_deposit(batch_ids=[batch.pk], facts=slip, by=dana)
    return SimpleNamespace(
        paid=paid.pk, declined=declined.pk, cash=cash.pk, refund=Refund.objects.get().pk, batch=batch.pk,
        refund_receipt=Receipt.objects.get(kind="refund").pk, patient=line.encounter.patient_id, stranger=stranger.pk,
        attempt=paid.payment.pk, service=line.service_id, api=paid.batch_id, posting=paid.postings.get().pk,
        split=split.pk, in_parts=in_parts, deposit=deposit.pk,
    )  # fmt: skip
