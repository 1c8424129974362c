"""Reading all that an answer says: page, file, PDF or mail."""

import html
import re
from typing import Any

from django.core import mail
from django.http import HttpResponseBase

from tests.golden import pdf_text

# Where staff choose among all providers and facilities of the practice.
CHOICES = re.compile(
    r'<option.*?</option>|<(nav|div)[^>]*(?:id="changelist-filter"|class="report-options").*?</\1>', re.DOTALL
)


def text_of(answer: HttpResponseBase) -> str:
    """All of it in small letters, attributes and scripts included."""
    body: Any = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if answer.get("Content-Type", "").startswith("application/pdf") or body[:5] == b"%PDF-":
        return pdf_text(body).lower()
    return html.unescape(body.decode(errors="replace")).lower()


def words_in(text: str, words: list[str]) -> list[str]:
    """Which of the words stand in a text."""
    return [word for word in words if word in text]


def without_choices(text: str) -> str:
    """A page without the practice's own lists of providers and facilities."""
    return CHOICES.sub("", text)


def mails() -> list[str]:
    """All that was sent, headers and each body."""
    return [
        html.unescape(
            " ".join([str(one.message()), str(one.body), *(str(part[0]) for part in getattr(one, "alternatives", []))])
        ).lower()
        for one in mail.outbox
    ]
