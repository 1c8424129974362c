"""Email: the message as it goes out, and the mail server or provider that takes it."""

import smtplib
from contextlib import suppress
from email.policy import Compat32
from email.utils import formataddr, parseaddr
from functools import cache
from types import TracebackType
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.channels.faults import Refused, Unreachable, judge
from notifications.kinds import Content
from notifications.models import Message

PLAIN_ANSWERS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, AnymailError)
# Characters of a header line, its name included, before mail servers and programs expect it to be folded.
LINE = 76


class ShortHeaders(Compat32):
    """Writes a plain short header as it is: looking for where to fold it is the dearest part of writing a mail."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, str) and value.isascii() and value.isprintable() and len(name) + len(value) < LINE:
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


class SameMessage(EmailMultiAlternatives):
    """A message that is the same, byte for byte, each time it is written. Only its date differs."""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        message.policy = ShortHeaders()
        # Else one is drawn by chance after a search of all parts, which takes longer than writing them.
        if message.is_multipart():
            message.set_boundary(self.extra_headers["Message-ID"].strip("<>").partition("@")[0])
        return message


def build_email(message: Message, content: Content) -> SameMessage:
    """The email of an outbox row, the same each time it is built."""
    email = SameMessage(
        subject=content.subject,
        body=content.text,
        from_email=_from(content),
        to=[message.to],
        reply_to=[content.reply_to] if content.reply_to else None,
        headers=_headers(message),
    )
    if content.html:
        email.attach_alternative(content.html, "text/html")
    # Anymail gives it to the provider, who sends it back with its news about this mail.
    email.metadata = {"message": str(message.pk)}  # type: ignore[attr-defined]
    return email


def _from(content: Content) -> str:
    name, address = _default_from(settings.DEFAULT_FROM_EMAIL)
    return formataddr((content.sender or name, address))


@cache
def _default_from(mailbox: str) -> tuple[str, str]:
    """Name and address of Billing <billing@example.com>."""
    return parseaddr(mailbox)


def _headers(message: Message) -> dict[str, str]:
    headers = {
        "Message-ID": message.message_id,
        # Asks vacation responders to be silent.
        "Auto-Submitted": "auto-generated",
    }
    if settings.EMAIL_PROVIDER == "postmark":
        headers["X-PM-KeepID"] = "true"  # or Postmark writes a Message-ID of its own
    return headers


class MailServer:
    """One connection, opened when the first message needs it and reused until a fault or the end."""

    build = staticmethod(build_email)

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._hang_up()

    def send(self, message: EmailMessage) -> str:
        """Hand a message over. The provider's ID for it, empty with SMTP. Raises NotAccepted."""
        # Django would write other letters into it, and the mail would go to somebody else.
        if not all(to.rpartition("@")[0].isascii() for to in message.recipients()):
            raise Refused("No mail can be sent to this address.")
        try:
            if self._connection is None:
                self._connection = get_connection()
            self._connection.open()
            self._connection.send_messages([message])
        except Exception as error:
            if _was_accepted(error):
                return ""
            fault = judge(error)
            # After a plain "no" to one mail the connection is good for the next.
            if isinstance(fault, Unreachable) or not isinstance(error, PLAIN_ANSWERS):
                self._hang_up()
            raise fault from error
        return _read_status(message)

    def _hang_up(self) -> None:
        if self._connection is not None:
            # Its own end of the line is closed in any case; what the other end makes of it doesn't matter.
            with suppress(Exception):
                self._connection.close()
            self._connection = None


def _read_status(message: EmailMessage) -> str:
    """The provider's ID, from what Anymail made of its answer; with SMTP there is none. Raises Refused."""
    status = getattr(message, "anymail_status", None)
    if status is None:
        return ""
    if status.status and not status.status & {"sent", "queued"}:
        raise Refused("The mail provider did not take it for this address.")
    return str(status.message_id or "")


def _was_accepted(error: Exception) -> bool:
    """Whether a provider said yes in words that Anymail couldn't read: the mail is on its way."""
    return isinstance(error, AnymailAPIError) and error.status_code is not None and error.status_code < 300
