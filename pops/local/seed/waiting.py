"""What waits in the inbox of the sample practice, beside what its days left there: one of each kind."""

import datetime as dt
import uuid

from notifications.models import Message
from payments.gateway.refunds import create_refund
from payments.models import Dispute, ProcessorEvent, Refund
from pops.core.accounts.models import Guarantor
from pops.local.seed.payments import is_sandbox
from receipts.models import Receipt

BOUNCES = "Walter Pruitt"


def make_waiting(*, now: dt.datetime) -> None:
    """A dispute to answer and one that is lost, refunds to decide and failed, a message that fails, a bounced mail."""
    paid = Receipt.objects.filter(channel="online", status="paid", kind="payment", void=None, refunds=None)
    disputed, lost, failed, refunded = paid.order_by("-received_at")[:4]
    _dispute(disputed, now, status="needs_response", reason="product_not_received", due=now + dt.timedelta(days=9))
    _dispute(lost, now - dt.timedelta(days=50), status="lost", reason="fraudulent", due=None)
    _refund(failed, now, state=Refund.State.FAILED, note="The account of the card is closed.")
    _refund(refunded, now, state=Refund.State.REVIEW, note="Somebody refunded it in Stripe's dashboard.")
    ProcessorEvent.objects.create(
        event_id=f"evt_{uuid.uuid4().hex[:24]}",
        type="payment_intent.succeeded",
        object_id="pi_of_a_shop_next_door",
        created_at=now - dt.timedelta(hours=3),
        failures=4,
        note="No such payment_intent: 'pi_of_a_shop_next_door'",
        claimed_at=now,
    )
    _bounce(Guarantor.objects.get(name=BOUNCES), now)


def _dispute(receipt: Receipt, opened_at: dt.datetime, *, status: str, reason: str, due: dt.datetime | None) -> None:
    Dispute.objects.create(
        stripe_id=f"dp_{uuid.uuid4().hex[:24]}",
        receipt=receipt,
        charge_id=receipt.transactions.get().number,
        amount_cents=receipt.amount_cents,
        reason=reason,
        status=status,
        opened_at=opened_at,
        due_by=due,
    )


def _refund(receipt: Receipt, now: dt.datetime, *, state: Refund.State, note: str) -> None:
    """A small one. What waits for a decision is really at the sandbox, so that it can be recorded."""
    charge = str(receipt.transactions.get().number)
    refund = Refund(receipt=receipt, charge_id=charge, amount_cents=500, reason="Paid at the desk too", state=state)
    refund.requested_at, refund.checked_at, refund.note = now - dt.timedelta(hours=30), now, note
    if state == Refund.State.REVIEW and is_sandbox():
        refund.stripe_id = create_refund(refund_id=refund.pk, charge_id=charge, amount_cents=500).stripe_id
    refund.save()


def _bounce(guarantor: Guarantor, now: dt.datetime) -> None:
    mails = Message.objects.filter(guarantor=guarantor, channel="email", to=guarantor.email)
    mail = mails.exclude(state__in=Message.WAITING).exclude(state="not_wanted").order_by("-pk").first()
    if mail is not None:
        mail.state, mail.ended_at, mail.error = Message.State.BOUNCED, now, "550 5.1.1 no such user"
        mail.save(update_fields=["state", "ended_at", "error"])
