"""The mail of a receipt to an address that the payer typed, beside the one to the address on file.

Who came by a QuickPay link has no other way to take the receipt along. It says the same seven fields.
"""

import datetime as dt

from django.db import transaction

from notifications.models import Message
from notifications.services import copy_message, post_message
from pops.core.access.services import get_pops_user
from pops.core.accounts.holding import hold_account
from pops.core.refusals import Refused, refuse
from receipts.family import get_family, is_given_back
from receipts.models import Receipt
from receipts.notices import TYPED

# Of one receipt: enough for a mistyped address and for a spouse.
MOST = 3
# How long after a payment its receipt can be sent from the page that is open.
WHILE = dt.timedelta(hours=1)


def why_not_mail_to_typed(receipt: Receipt) -> Refused | None:
    """Why a receipt is mailed to no address but the one on file."""
    if not receipt.guarantor.group.email_receipts:
        return Refused("switched_off", "Receipts are not sent by email here.")
    if not receipt.is_paid or hasattr(receipt, "void") or is_given_back(receipt, get_family(receipt)):
        return Refused("no_proof", "This receipt proves no payment: there is nothing to send.")
    return None


def find_typed_addresses(receipt: Receipt) -> list[str]:
    """To which typed addresses a receipt was mailed, the last one last."""
    return list(
        Message.objects.filter(kind=TYPED.name, about_id=receipt.pk).order_by("pk").values_list("to", flat=True)
    )


def mail_to_typed(*, receipt_number: int, to: str, now: dt.datetime) -> Message:
    """Send a receipt to an address that somebody typed right after paying. Raises Refused, Receipt.DoesNotExist."""
    with transaction.atomic():
        receipt = Receipt.objects.select_related("guarantor__group", "void").get(pk=receipt_number)
        guarantor = hold_account(receipt.guarantor_id)
        refuse(why_not_mail_to_typed(receipt))
        sent = Message.objects.filter(kind=TYPED.name, about_id=receipt.pk).order_by("pk")
        if sent.count() >= MOST or receipt.received_at < now - WHILE:
            raise Refused("too_often", "The receipt can't be sent again from here. Ask the practice for it.")
        if not (last := sent.last()):
            return post_message(kind=TYPED, to=to, guarantor=guarantor, about_id=receipt.pk)
        if last.is_waiting:
            raise Refused("still_waiting", f"The receipt is still on its way to {last.to}. Try again in a minute.")
        return copy_message(last, to=to, reason="The payer typed another address.", by=get_pops_user())
