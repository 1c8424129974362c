"""Posting the mail that tells a guarantor that a receipt doesn't count any more: it was voided."""

from notifications.kinds import Kind
from notifications.models import Message
from notifications.services import new_message_id, nudge_on_commit
from receipts.models import Receipt
from receipts.notices import VOIDED, VOIDED_TYPED, Reason, messages_of
from receipts.typed_mail import find_typed_addresses


def post_voided(receipt: Receipt) -> None:
    """Tell whoever was to have a receipt's mail that it doesn't count. In the transaction that voids it, so once."""
    reason = _why_not(receipt)
    _post(VOIDED, receipt, to=receipt.guarantor.email, reason=reason)
    typed = find_typed_addresses(receipt)
    if typed and reason != Reason.SWITCHED_OFF:
        _post(VOIDED_TYPED, receipt, to=typed[-1], reason="")
    nudge_on_commit()


def _why_not(receipt: Receipt) -> str:
    guarantor = receipt.guarantor
    if not guarantor.group.email_receipts:
        return Reason.SWITCHED_OFF
    if guarantor.email_opt_out:
        return Reason.OPTED_OUT
    if not guarantor.email:
        return Reason.NO_ADDRESS
    # Who was not to have the receipt's mail is not told of one that they never had.
    was_unticked = messages_of(receipt).filter(reason=Reason.UNTICKED).exists()
    return Reason.UNTICKED if was_unticked else ""


def _post(kind: Kind, receipt: Receipt, *, to: str, reason: str) -> None:
    state = Message.State.NOT_WANTED if reason else Message.State.QUEUED
    Message.objects.create(
        kind=kind.name,
        about_id=receipt.pk,
        guarantor=receipt.guarantor,
        to=to,
        state=state,
        reason=reason,
        message_id=new_message_id(),
    )
