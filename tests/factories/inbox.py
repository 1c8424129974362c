"""Something for every kind of entry in the inbox."""

import datetime as dt
from typing import Any

from django.utils import timezone

from notifications.models import Message
from payments.gateway.disputes import DisputeFacts
from payments.models import BooksCheck, Dispute, Payment, ProcessorEvent, Refund
from payments.recording.disputes import record_dispute
from pops.logins.models import PhoneChange
from pops.subscribers.models import Endpoint
from receipts.models import Receipt
from tests.factories.accounts import GuarantorFactory, UserFactory
from tests.factories.appointments import AppointmentRequestFactory
from tests.factories.desk import batch_of, clerk, send_back, take, tender
from tests.factories.payments import PaymentFactory

LONG_AGO = timezone.now() - dt.timedelta(days=3)


def dispute(receipt: Receipt, **facts: Any) -> Dispute:
    """One that Stripe waits for evidence of."""
    facts = {"status": "needs_response", "reason": "duplicate", "due_by": timezone.now() + dt.timedelta(days=5)} | facts
    return Dispute.objects.create(
        stripe_id=facts.pop("stripe_id", "dp_1"), receipt=receipt, amount_cents=5000, opened_at=LONG_AGO, **facts
    )


def bounce(guarantor: Any, **facts: Any) -> Message:
    """A mail that did not arrive."""
    facts = {"kind": "receipt", "to": guarantor.email, "state": "bounced", "ended_at": timezone.now()} | facts
    return Message.objects.create(
        guarantor=guarantor, sent_at=LONG_AGO, message_id=f"<{Message.objects.count()}@example.com>", **facts
    )


def win_late(receipt: Receipt) -> None:
    """A dispute that is lost, and won after all."""
    of_charge = {"charge_id": receipt.transactions.get().number, "intent_id": "", "amount_cents": 5000}
    for status in ("lost", "won"):
        facts = DisputeFacts("dp_3", reason="fraudulent", status=status, opened_at=LONG_AGO, due_by=None, **of_charge)
        record_dispute(receipt_number=receipt.pk, facts=facts, now=timezone.now())


def make_one_of_each(pay: Any) -> Receipt:
    """Something for every kind of entry."""
    receipt: Receipt = pay()
    asking, calling = GuarantorFactory(name="Ada Asks"), GuarantorFactory(name="Cleo Calls")
    failed = Refund(receipt=receipt, charge_id="ch_2", amount_cents=700, reason="Overpaid", state="failed")
    failed.note, failed.requested_at, failed.checked_at = "The card is closed.", LONG_AGO, timezone.now()
    failed.save()
    Refund.objects.create(
        receipt=receipt,
        charge_id="ch_1",
        amount_cents=900,
        reason="Overpaid",
        state="review",
        note="More than is left.",
    )
    PaymentFactory(state=Payment.State.REVIEW, review_reason="Stripe received $19.00.", guarantor=asking)
    ProcessorEvent.objects.create(
        event_id="evt_1", type="charge.updated", created_at=LONG_AGO, failures=4, note="No such charge."
    )
    BooksCheck.objects.create(started_at=timezone.now(), ended_at=timezone.now(), found=2)
    bounce(receipt.guarantor)
    dispute(receipt)
    dispute(receipt, stripe_id="dp_2", status="lost")
    win_late(pay(guarantor=calling))
    ruth = clerk("Ruth Boyd")
    batch_of(ruth)
    send_back(take(ruth, tender(1000, "check", check_number="1042")), ruth)
    AppointmentRequestFactory(guarantor=asking)
    facts = {"url": "https://hooks.example.com/", "events": ["receipt.created"], "since": 0}
    Endpoint.objects.create(name="Ledger", made_by=UserFactory(), failures=9, failing_since=LONG_AGO, **facts)
    PhoneChange.objects.create(
        guarantor=calling, new_phone="555 010 4444", asked_by=UserFactory(), asked_at=timezone.now()
    )
    return receipt
