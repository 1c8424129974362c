"""Paid by a wallet: receipt, batch and refund, by page and by mail, say which one."""

import uuid

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from notifications.delivery import deliver_due
from notifications.models import Message
from payments.refunds import request_refund
from payments.truth import bring_up_to_date
from pops.core.practice.models import Group
from receipts.models import Receipt
from tests.factories.accounts import ServiceLineFactory
from tests.factories.desk import batch_of, today
from tests.payments.stripe_side import start
from tests.portal.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("practice")]


@pytest.mark.parametrize(("wallet", "name"), [("apple_pay", "Apple Pay"), ("google_pay", "Google Pay")])
def test_each_page_and_mail_names_it(guarantor, stripe_sandbox, client_of, staff_user, wallet, name):
    Group.objects.update(email_receipts=True)
    ServiceLineFactory(guarantor=guarantor)
    payment = start(guarantor)
    stripe_sandbox.confirm(payment.intent_id, wallet=wallet)
    paid = bring_up_to_date(payment_id=payment.pk, now=timezone.now()).receipt
    portal, desk = client_of(guarantor), client_of(staff_user)

    batch_of(staff_user)
    refund = request_refund(
        refund_id=uuid.uuid4(),
        receipt_number=paid.pk,
        cents=2000,
        reason="Paid twice",
        now=timezone.now(),
        today=today(),
        by=staff_user,
    )
    given_back = Receipt.objects.get(made_by_refund=refund)
    deliver_due(lane=Message.Lane.MAIL, seconds=30)

    card = f"{name} (Visa ending in 4242)"
    assert card in text_of(portal.get(f"/receipts/{paid.pk}/"))
    assert card in text_of(portal.get("/receipts/"))
    assert f"The money goes back to {card}." in text_of(portal.get(f"/receipts/{given_back.pk}/"))
    breakdown = text_of(desk.get(reverse("admin:batches_referencebatch_change", args=[paid.batch_id])))
    assert f"Received Method Transactions Amount {name}, Visa 1 $50.00 Refunded, {name}, Visa 1 -$20.00" in breakdown
    bodies = [message.body for message in mail.outbox]
    assert [f"Card Type: {name} (Visa)" in body for body in bodies] == [True, True]
    assert sum(f"The money goes back to {name} (Visa). Banks take up to ten days" in body for body in bodies) == 1
