"""The demo's mail: kept as one file a message instead of sent, and read back for the mail page."""

import datetime as dt
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail.backends.base import BaseEmailBackend

SHOWN = 100


def folder() -> Path:
    """Where the demo's mail is kept."""
    return Path(os.environ["POPS_MAIL_DIR"])


class FolderBackend(BaseEmailBackend):
    """Writes each message into its own file in POPS_MAIL_DIR, named by time: names sort as they were sent."""

    def send_messages(self, email_messages: Sequence[DjangoMessage]) -> int:
        """Keep the messages; how many there were."""
        for message in email_messages:
            now = dt.datetime.now(dt.UTC)
            name = f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}"
            half = folder() / f"{name}.new"
            half.write_bytes(message.message().as_bytes())
            half.rename(half.with_suffix(".eml"))  # complete at once for a page that looks at this moment
        return len(email_messages)


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Mail:
    """One message, as far as the mail page shows it."""

    name: str
    sender: str
    to: str
    subject: str
    sent_at: dt.datetime | None
    text: str
    html: str
    attachments: list[Attachment]


def list_mails() -> list[Mail]:
    """The latest messages, newest first."""
    files = sorted(folder().glob("*.eml"), reverse=True)
    return [_read(file) for file in files[:SHOWN]]


def find_mail(name: str) -> Mail | None:
    """The message of this name, None if there is none."""
    if not re.fullmatch(r"[0-9a-f-]+", name):
        return None
    file = folder() / f"{name}.eml"
    return _read(file) if file.exists() else None


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return Mail(
        name=file.stem,
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or "(no subject)"),
        sent_at=_sent_at(message),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=[_attachment(part) for part in message.iter_attachments()],
    )


def _sent_at(message: EmailMessage) -> dt.datetime | None:
    if not message["Date"]:
        return None
    sent_at = parsedate_to_datetime(message["Date"])
    # Django writes UTC as -0000, which is read as "no zone told".
    return sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=dt.UTC)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if part else ""


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    size = len(content) if isinstance(content, bytes) else 0
    return Attachment(part.get_filename() or "(no name)", part.get_content_type(), size)
