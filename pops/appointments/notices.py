"""The word by mail that the desk has answered. No patient, no day, no reason: who is treated is read after sign-in."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.conf import settings
from django.urls import reverse

from notifications import kinds
from notifications.kinds import Content, Kind, Write
from notifications.models import Message
from pops.core.practice.models import Practice
from pops.core.practice.selectors import get_practice
from pops.logins.notices import Words, write

ANSWERED = Words(
    subject="{practice} has answered you",
    title="Your question is answered",
    paragraphs=("What you asked {practice} on its portal is answered. Sign in to read the answer.",),
    button="Read the answer",
)


def _write(practice: Practice) -> Content:
    return write(ANSWERED, practice, f"{settings.SITE_URL}{reverse('appointments')}")


def _prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
    practice = get_practice()
    return {message.pk: partial(_write, practice) for message in messages}


REQUEST_ANSWERED = kinds.declare(Kind(name="request_answered", label="Request answered", prepare=_prepare))
