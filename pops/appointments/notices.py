"""The word by mail that the desk has answered. No patient, no day, no reason: who is treated is read after sign-in."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.conf import settings
from django.urls import reverse

from notifications import kinds
from notifications.kinds import Content, Kind, Write
from notifications.models import Message
from pops.core.practice.look import Look
from pops.logins.notices import Words, looks_of, write
from pops.sessions.origins import Origin, say_origin

ANSWERED = Words(
    subject="{practice} has answered you",
    title="Your question is answered",
    paragraphs=("What you asked {practice} on its portal is answered. Sign in to read the answer.",),
    button="Read the answer",
)


def _write(look: Look) -> Content:
    page = say_origin(reverse("appointments"), Origin.EMAIL_LINK)
    return write(ANSWERED, look, f"{settings.SITE_URL}{page}")


def _prepare(messages: Sequence[Message]) -> Mapping[int, Write]:
    looks = looks_of(messages)
    return {message.pk: partial(_write, looks[message.pk]) for message in messages}


REQUEST_ANSWERED = kinds.declare(Kind(name="request_answered", label="Request answered", prepare=_prepare))
