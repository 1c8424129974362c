"""What POPS tells guarantors about payments that came to nothing after they left. No service, provider or patient."""

from collections.abc import Mapping, Sequence
from functools import partial

from notifications import kinds
from notifications.kinds import Content, Kind, Write
from notifications.models import Message
from notifications.services import new_message_id, nudge_on_commit
from pops.core.accounts.models import Guarantor
from pops.core.money import format_cents
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.words import day, shown
from receipts.models import Receipt
from receipts.notices import Reason, fill_in, get_context


def prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
    """What writes each of these mails: read in three queries, however many they are."""
    practice = get_practice()
    receipts = (
        Receipt.objects.select_related("guarantor__group")
        .prefetch_related("transactions")
        .in_bulk([message.about_id for message in messages])
    )
    return {message.pk: partial(write, receipts[message.about_id], practice) for message in messages}


def write(receipt: Receipt, practice: Practice) -> Content:
    """The mail of an unsuccessful receipt, the same each time."""
    transactions = receipt.transactions.all()
    greeting = "Your payment did not go through. Nothing was charged."
    context = {
        **get_context(receipt, practice),
        "title": "Payment unsuccessful",
        "greeting": greeting,
        "sentence": greeting,
        "fields": [
            ("Receipt #", [str(receipt.number)]),
            ("Guarantor", [shown(receipt.guarantor_name)]),
            ("Account", [shown(receipt.account_number)]),
            ("Date", [day(receipt.received_on)]),
            ("Reason", [shown(transaction.reason) for transaction in transactions]),
        ],
        "amount_label": "Amount not charged",
        "amount": format_cents(sum(transaction.requested_cents for transaction in transactions)),
    }
    return fill_in(context, subject=f"Your payment to {context['practice_name']} did not go through")


UNSUCCESSFUL = kinds.declare(
    Kind(name="unsuccessful", label="Payment unsuccessful", prepare=prepare, reasons=dict(Reason.choices))
)


def post_unsuccessful(*, receipt_number: int, guarantor_id: int) -> Message:
    """Tell a guarantor who had been told to wait that the bank said no. In the transaction that records it.

    Email Receipts is no matter: it is news about money that they think is paid.
    """
    guarantor = Guarantor.objects.get(pk=guarantor_id)
    reason = Reason.OPTED_OUT if guarantor.email_opt_out else "" if guarantor.email else Reason.NO_ADDRESS
    message = Message.objects.create(
        kind=UNSUCCESSFUL.name,
        about_id=receipt_number,
        guarantor=guarantor,
        to=guarantor.email,
        state=Message.State.NOT_WANTED if reason else Message.State.QUEUED,
        reason=reason,
        message_id=new_message_id(),
    )
    nudge_on_commit()
    return message
