"""A refund that the bank gives back is told to the guarantor by mail, and to the desk on the front page."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from payments.models import Refund
from payments.refunds import request_refund
from payments.truth import bring_up_to_date
from receipts.corrections.refund import refund_at_desk
from receipts.models import Receipt
from receipts.notices import messages_of
from tests.factories.desk import batch_of, today
from tests.factories.staff import DESK, MANAGER, member
from tests.payments.stripe_side import start

FAILS = "4000000000005126"
TOLD = "Give it back another way."

pytestmark = pytest.mark.usefixtures("practice")


@pytest.fixture
def ruth(practice):
    ruth = member(MANAGER)
    batch_of(ruth)
    return ruth


@pytest.fixture
def failed(stripe_sandbox, guarantor, ruth):
    """$50.00 were refunded to a card whose bank gives them back."""
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id, card_number=FAILS)
    receipt = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    refund = ask(receipt, ruth)
    stripe_sandbox.settle(refund.stripe_id)
    bring_up_to_date(payment_id=payment.pk, now=timezone.now())
    refund.refresh_from_db()
    return refund


def ask(receipt, by):
    return request_refund(
        refund_id=uuid.uuid4(),
        receipt_number=receipt.pk,
        cents=None,
        reason="Overpaid",
        now=timezone.now(),
        today=today(),
        by=by,
    )


def front(client):
    return client.get("/admin/").content.decode()


def test_the_guarantor_gets_a_mail(failed, guarantor, mailoutbox):
    assert messages_of(failed.came_back_receipt).get().to == guarantor.email

    deliver_due(lane=Message.Lane.MAIL, seconds=5)

    mail = mailoutbox[-1]
    assert mail.subject.startswith(f"Refund that came back: receipt {failed.came_back_receipt.pk} from")
    for content in (mail.body, mail.alternatives[0].content):
        assert "Your refund came back to us" in content
        assert "Your bank did not take our refund, so we have the money again." in content
        assert "$50.00" in content


@pytest.mark.parametrize("role", [DESK, MANAGER])
def test_the_front_page_says_so_until_the_money_is_given_back(failed, ruth, guarantor, client_of, role):
    client = client_of(member(role))

    page = front(client)
    assert TOLD in page
    assert f"$50.00 for {guarantor.name} came back: {failed.note}" in page
    assert f"/admin/receipts/receipt/{failed.came_back_receipt.pk}/change/" in page

    refund_at_desk(
        receipt_number=failed.came_back_receipt.pk,
        amounts={"check": 5000},
        reason="The bank did not take it",
        now=timezone.now(),
        today=today(),
        by=ruth,
    )
    assert TOLD not in front(client)


def test_after_a_month_it_is_no_news_any_more(failed, ruth, client_of):
    Refund.objects.update(checked_at=timezone.now() - dt.timedelta(days=31))

    assert TOLD not in front(client_of(ruth))


def test_one_that_stripe_refused_while_nobody_looked_on_is_told_too(stripe_sandbox, guarantor, ruth, client_of):
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id)
    receipt = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    asked = {"charge_id": "ch_1", "amount_cents": 5000, "reason": "Overpaid", "state": Refund.State.FAILED}
    refund = Refund.objects.create(receipt=receipt, note="The practice's balance is too low.", **asked)
    client = client_of(ruth)

    Refund.objects.update(checked_at=refund.requested_at)
    assert TOLD not in front(client), "said on the page that asked for it"
    Refund.objects.update(checked_at=refund.requested_at + dt.timedelta(hours=1))
    assert TOLD in front(client)
    assert Receipt.objects.count() == 1
