import datetime as dt
import os
from collections.abc import Callable

import pytest
from django.test import Client

from batches.models import ReferenceBatch
from payments.gateway import Result
from payments.models import Payment
from payments.services import record_outcome
from pops.accounts.models import Guarantor, User
from pops.practice.models import Practice
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.factories.payments import PaymentFactory, outcome_of
from tests.factories.practice import PracticeFactory

# Playwright's synchronous API runs an event loop in the test's thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

NOON = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)  # 12:00 in New York
TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def practice(db: None) -> Practice:
    return PracticeFactory()


@pytest.fixture
def guarantor(practice: Practice) -> Guarantor:
    return GuarantorFactory()


@pytest.fixture
def staff_user(db: None) -> User:
    return UserFactory(is_staff=True, name="Dana Whitfield")


@pytest.fixture
def pay(practice: Practice) -> Callable[..., Receipt]:
    """Record a payment as Stripe reports it and return its receipt."""

    def pay(
        guarantor: Guarantor | None = None,
        *,
        cents: int = 5000,
        at: dt.datetime = NOON,
        result: Result = Result.PAID,
    ) -> Receipt:
        payment: Payment = PaymentFactory(guarantor=guarantor or GuarantorFactory(), amount_cents=cents)
        number = record_outcome(payment_id=payment.pk, outcome=outcome_of(payment, result, at=at))
        return Receipt.objects.get(number=number)

    return pay


@pytest.fixture
def client_of() -> Callable[[Guarantor | User], Client]:
    """A browser-like client, signed in."""

    def client_of(who: Guarantor | User) -> Client:
        client = Client()
        user = who.user if isinstance(who, Guarantor) else who
        assert user is not None
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def open_batch(pay: Callable[..., Receipt]) -> ReferenceBatch:
    """Today's API Payments batch with one receipt of $50.00 in it."""
    return pay().batch
