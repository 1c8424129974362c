"""What POPS tells guarantors about their receipts: exactly the seven fields. No service, provider or patient."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from notifications import kinds
from notifications.kinds import Content, Kind, NotWanted, Write
from notifications.models import Message
from notifications.services import copy_message, lock_for_copy, why_not_send_again
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.methods import card_type
from pops.core.money import format_cents
from pops.core.practice.look import get_look
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.core.refusals import Refused, refuse
from pops.core.words import day, shown
from pops.sessions.origins import Origin, get_sign_in_path, say_origin
from receipts.family import get_family, is_given_back, net_of
from receipts.models import Receipt
from receipts.wording import KINDS

KIND = "receipt"
# How many mails a guarantor can have sent again, and in what time.
ASKED_ALLOWED = 5
ASKED_WINDOW = dt.timedelta(hours=1)
MAILED = tuple(Receipt.Kind)


class Reason(models.TextChoices):
    """Why a receipt is not mailed."""

    SWITCHED_OFF = "switched_off", "Email Receipts is not checked in POPS Management"
    NO_ADDRESS = "no_address", "The guarantor has no email address"
    OPTED_OUT = "opted_out", "The guarantor asked for no receipts by email"
    UNTICKED = "unticked", "Unticked at the desk for this receipt"
    VOIDED = "voided", "The receipt was voided before the mail was sent"


def mail_wish(kind: Receipt.Kind, *, ticked: bool) -> str | None:
    """What issue.sql is told about the mail of a new receipt: there it is posted, or noted why there is none."""
    if kind not in MAILED:
        return None
    return "wanted" if ticked else Reason.UNTICKED.value


def messages_of(receipt: Receipt) -> models.QuerySet[Message]:
    """The mails of a receipt, oldest first."""
    return Message.objects.filter(kind=KIND, about_id=receipt.pk).order_by("pk")


def mails_about(receipt: Receipt) -> models.QuerySet[Message]:
    """The same with those to typed addresses and those that tell that it was voided."""
    names = [KIND, TYPED.name, VOIDED.name, VOIDED_TYPED.name]
    return Message.objects.filter(kind__in=names, about_id=receipt.pk).order_by("pk")


def receipt_messages(guarantor: Guarantor) -> models.QuerySet[Message]:
    """The mails of all receipts of a guarantor."""
    return Message.objects.filter(kind=KIND, guarantor=guarantor)


# --- Writing ----------------------------------------------------------------------------------------------------


def prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
    """What writes each of these mails: read in three queries, however many they are."""
    return _prepare(messages, write)


def prepare_voided(messages: Sequence[Message]) -> Mapping[int, Write]:
    """The same of mails that tell of a void."""
    return _prepare(messages, write_voided)


def _prepare(messages: Sequence[Message], write: Callable[[Receipt, Practice], Content]) -> Mapping[int, Write]:
    practice = get_practice()
    receipts = (
        Receipt.objects.select_related("guarantor__group", "void")
        .prefetch_related("transactions")
        .in_bulk([message.about_id for message in messages])
    )
    return {message.pk: partial(write, receipts[message.about_id], practice) for message in messages}


def write(receipt: Receipt, practice: Practice) -> Content:
    """The mail of a receipt, the same each time. Raises NotWanted for one that was voided."""
    if hasattr(receipt, "void"):
        raise NotWanted(Reason.VOIDED)
    context = get_context(receipt, practice)
    return fill_in(context, subject=f"{context['title']} {receipt.number} from {context['practice_name']}")


def write_voided(receipt: Receipt, practice: Practice) -> Content:
    """The mail that tells that a receipt doesn't count, the same each time."""
    context = get_context(receipt, practice)
    if receipt.kind == Receipt.Kind.RETURNED:
        return _write_not_returned(context)
    greeting = f"Receipt {receipt.number} doesn't count"
    note = f"The practice voided this receipt of {day(receipt.received_on)}. Please don't use it as proof of payment."
    back = "The money goes back the way you paid. Banks take up to ten days to show it."
    context |= {
        "greeting": greeting,
        "sentence": f"{greeting}.",
        "note": f"{note} {back}" if receipt.is_online_payment else note,
        "amount_label": "Amount that doesn't count",
    }
    return fill_in(context, subject=f"{greeting}: {context['practice_name']}")


def _write_not_returned(context: dict[str, Any]) -> Content:
    """The mail that tells that the bank did not take a payment back: that was a mistake."""
    greeting = "Your payment was not returned after all"
    context |= {
        "greeting": greeting,
        "sentence": f"{greeting}.",
        "note": "We had noted by mistake that your bank took a payment back. What it paid for counts as paid again.",
        "amount_label": "Amount that counts again",
    }
    return fill_in(context, subject=f"{greeting}: {context['practice_name']}")


def fill_in(context: dict[str, Any], *, subject: str) -> Content:
    """The mail of a receipt, of what get_context() gave, its own words in place."""
    return Content(
        subject=subject,
        text=render_to_string("receipts/mail/receipt.txt", context),
        html=render_to_string("receipts/mail/receipt.html", context),
        sender=context["practice_name"],
        reply_to=context["reply_to"],
    )


kinds.declare(Kind(name=KIND, label="Receipt", prepare=prepare, reasons=dict(Reason.choices), can_be_sent_again=True))
# The same to an address that the payer typed (receipts.typed_mail).
TYPED = kinds.declare(
    Kind(name="receipt_typed", label="Receipt to a typed address", prepare=prepare, reasons=dict(Reason.choices))
)
# Tells whoever was to have a receipt that it was voided (receipts.voided_mail).
VOIDED = kinds.declare(
    Kind(name="receipt_voided", label="Voided receipt", prepare=prepare_voided, reasons=dict(Reason.choices))
)
VOIDED_TYPED = kinds.declare(
    Kind(name="typed_voided", label="Voided receipt, to a typed address", prepare=prepare_voided)
)


def get_context(receipt: Receipt, practice: Practice) -> dict[str, Any]:
    """What the templates of both parts are filled with."""
    words = KINDS[Receipt.Kind(receipt.kind)]
    look = get_look(practice, receipt.guarantor.group)
    return {
        "greeting": words.greeting,
        "sentence": words.greeting.removesuffix(".") + ".",
        "title": words.mail_title,
        "note": f"{words.mail_note}{_say_refunded(receipt)}" or _say_where_to(receipt),
        "fields": get_fields(receipt, date_label=words.mail_date),
        "amount_label": words.mail_amount,
        "amount": format_cents(abs(receipt.amount_cents)),
        "practice_name": look.name,
        "theme": look.theme,
        "logo": look.logo,
        "phone": look.phone,
        "reply_to": look.reply_to,
        "asking": ways_to_ask(look.reply_to, look.phone),
        "url": sign_in_url(reverse("receipts:detail", args=[receipt.number])),
    }


def _say_refunded(receipt: Receipt) -> str:
    """Of a payment that the bank took back: what was refunded of it before is in the guarantor's hands."""
    if receipt.kind != Receipt.Kind.RETURNED or net_of(get_family(receipt)) >= 0:
        return ""
    return " What was refunded of it before is owed as well."


def _say_where_to(receipt: Receipt) -> str:
    """Which card or wallet a refund goes back to; empty for all else."""
    if not receipt.is_online_refund:
        return ""
    ways = dict.fromkeys(card_type(one.method, one.card_brand) for one in receipt.transactions.all())
    return f"The money goes back to {', '.join(ways)}. Banks take up to ten days to show it."


def ways_to_ask(reply_to: str, phone: str) -> list[str]:
    """What follows on "Questions?", in two parts: Reply to this email or call, and the number; empty without either."""
    ways = ["reply to this email"] * bool(reply_to) + ["call"] * bool(phone)
    return [part for part in (" or ".join(ways).capitalize(), phone) if part]


def get_fields(receipt: Receipt, *, date_label: str) -> list[tuple[str, list[str]]]:
    """The fields before the amount, in their order, each with its values."""
    all_of_it = list(receipt.transactions.all())
    transactions = [row for row in all_of_it if row.amount_cents] or all_of_it  # not the part that was declined
    return [
        ("Receipt #", [str(receipt.number)]),
        ("Guarantor", [shown(receipt.guarantor_name)]),
        ("Account", [shown(receipt.account_number)]),
        (date_label, [day(receipt.received_on)]),
        ("Transaction #", [shown(transaction.number) for transaction in transactions]),
        (
            "Card Type",
            list(dict.fromkeys(card_type(transaction.method, transaction.card_brand) for transaction in transactions)),
        ),
    ]


def sign_in_url(path: str) -> str:
    """Where a guarantor signs in and is taken to a page of the portal: the link of a mail."""
    return f"{settings.SITE_URL}{get_sign_in_path(say_origin(path, Origin.EMAIL_LINK))}"


# --- Sending again ----------------------------------------------------------------------------------------------


def send_again(*, message_id: int, reason: str, by: User) -> Message:
    """Send a receipt's email once more, to the guarantor's address of now. Who, when and why are kept.

    Raises Refused, and Message.DoesNotExist.
    """
    with transaction.atomic():
        message = lock_for_copy(message_id=message_id)
        receipt = Receipt.objects.select_related("guarantor__group", "void").get(pk=message.about_id or 0)
        refuse(why_not_mail(receipt))
        return copy_message(message, to=receipt.guarantor.email, reason=reason, by=by)


def find_newest_message(receipt: Receipt) -> Message | None:
    """The mail that a receipt's state is told by: the last one sent, or the note why there is none."""
    return messages_of(receipt).last()


def why_not_mail_again(receipt: Receipt, message: Message) -> Refused | None:
    """Why a receipt's mail can't be sent again now."""
    return why_not_send_again(message) or why_not_mail(receipt)


def send_again_for_guarantor(*, receipt: Receipt, now: dt.datetime, by: User) -> Message:
    """Send a receipt's email once more for the guarantor who asks for it on its page. Raises Refused."""
    message = find_newest_message(receipt)
    if message is None:
        raise Refused("no_mail", "This receipt has no email.")
    if Message.objects.filter(copied_by=by, queued_at__gt=now - ASKED_WINDOW).count() >= ASKED_ALLOWED:
        raise Refused("too_often", "You had several emails sent again in a short time. Try again in an hour.")
    refuse(why_not_mail_again(receipt, message))
    return send_again(message_id=message.pk, reason="The guarantor asked for it on the receipt's page.", by=by)


def why_not_mail(receipt: Receipt) -> Refused | None:
    """Why no mail of this receipt can be sent now."""
    guarantor = receipt.guarantor
    if hasattr(receipt, "void"):
        return Refused("voided", "The receipt was voided: there is nothing to confirm.")
    if is_given_back(receipt, get_family(receipt)):
        return Refused("given_back", "The payment was refunded in full: there is nothing to confirm.")
    if not guarantor.group.email_receipts:
        return _unwanted(Reason.SWITCHED_OFF)
    if guarantor.email_opt_out:
        return _unwanted(Reason.OPTED_OUT)
    return None if guarantor.email else _unwanted(Reason.NO_ADDRESS)


def _unwanted(reason: Reason) -> Refused:
    return Refused(reason.value, f"{reason.label}.")
