"""What a receipt email says: exactly the seven fields, as text and as HTML. No service, provider or patient."""

from email.policy import Compat32
from email.utils import formataddr, parseaddr
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from notifications.models import ReceiptEmail
from pops.money import format_cents
from pops.portal.templatetags.pops import day
from pops.practice.models import Practice
from pops.text import shown
from receipts.models import Receipt, Transaction

# Characters of a header line, its name included, before mail servers and programs expect it to be folded.
LINE = 76


class ShortHeaders(Compat32):
    """Writes a plain short header as it is: looking for where to fold it is the dearest part of writing a mail."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, str) and value.isascii() and value.isprintable() and len(name) + len(value) < LINE:
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


class ReceiptMessage(EmailMultiAlternatives):
    """A message that is the same, byte for byte, each time it is written. Only its date differs."""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        message.policy = ShortHeaders()
        # Else one is drawn by chance after a search of all parts, which takes longer than writing them.
        message.set_boundary(self.extra_headers["Message-ID"].strip("<>").partition("@")[0])
        return message


def build_message(email: ReceiptEmail, practice: Practice) -> ReceiptMessage:
    """The message of an outbox row, the same each time it is built."""
    receipt = email.receipt
    context = get_context(receipt, practice)
    message = ReceiptMessage(
        subject=f"{context['title']} {receipt.number} from {context['practice_name']}",
        body=render_to_string("notifications/receipt.txt", context),
        from_email=formataddr((context["practice_name"], address_of(settings.DEFAULT_FROM_EMAIL))),
        to=[email.to],
        reply_to=[context["reply_to"]] if context["reply_to"] else None,
        headers=_headers(email),
    )
    message.attach_alternative(render_to_string("notifications/receipt.html", context), "text/html")
    # Anymail gives it to the provider, who sends it back with its news about this mail.
    message.metadata = {"receipt_email": str(email.pk)}  # type: ignore[attr-defined]
    return message


def get_context(receipt: Receipt, practice: Practice) -> dict[str, Any]:
    """What the templates of both parts are filled with."""
    is_refund = receipt.kind == Receipt.Kind.REFUND
    group = receipt.guarantor.group
    return {
        "is_refund": is_refund,
        "title": "Refund receipt" if is_refund else "Receipt",
        "fields": get_fields(receipt, date_label="Date Refunded" if is_refund else "Date Paid"),
        "amount_label": "Amount Refunded" if is_refund else "Amount Paid",
        "amount": format_cents(abs(receipt.amount_cents)),
        "practice_name": shown(practice.name),
        "logo": f"{settings.SITE_URL}{reverse('logo', args=[group.pk])}" if group.logo else "",
        "phone": group.footer_phone or practice.phone,
        "reply_to": practice.email or group.footer_email,
        "url": sign_in_url(reverse("receipts:detail", args=[receipt.number])),
    }


def get_fields(receipt: Receipt, *, date_label: str) -> list[tuple[str, list[str]]]:
    """The fields before the amount, in their order, each with its values."""
    transactions = list(receipt.transactions.all())
    return [
        ("Receipt #", [str(receipt.number)]),
        ("Guarantor", [shown(receipt.guarantor_name)]),
        ("Account", [shown(receipt.account_number)]),
        (date_label, [day(receipt.received_on)]),
        ("Transaction #", [shown(transaction.number) for transaction in transactions]),
        ("Card Type", list(dict.fromkeys(card_type(transaction) for transaction in transactions))),
    ]


def card_type(transaction: Transaction) -> str:
    """Visa, Apple Pay (Visa), Check, Cash: never a card's digits."""
    method = transaction.get_method_display()
    if not transaction.card_brand:
        return method
    brand = transaction.card_brand_name
    return brand if transaction.method == Transaction.Method.CARD else f"{method} ({brand})"


@cache
def address_of(mailbox: str) -> str:
    """billing@example.com of Billing <billing@example.com>."""
    return parseaddr(mailbox)[1]


def sign_in_url(path: str) -> str:
    """Where a guarantor signs in and is taken to a page of the portal."""
    return f"{settings.SITE_URL}{reverse('account_request_login_code')}?{urlencode({'next': path})}"


def _headers(email: ReceiptEmail) -> dict[str, str]:
    headers = {
        "Message-ID": email.message_id,
        # Asks vacation responders to be silent.
        "Auto-Submitted": "auto-generated",
    }
    if settings.EMAIL_PROVIDER == "postmark":
        headers["X-PM-KeepID"] = "true"  # or Postmark writes a Message-ID of its own
    return headers
