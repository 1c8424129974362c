"""What messages can be about. Each app declares its own kinds in its notices.py; the outbox knows none of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notifications.models import Message


@dataclass(frozen=True)
class Content:
    """What a message says; of a text there is `text` alone. Without a sender's name a mail comes from our own."""

    subject: str
    text: str
    html: str = ""
    sender: str = ""
    reply_to: str = ""


@dataclass(frozen=True)
class Answer:
    """What came of one try to post something: the status and the first words of the answer, or the fault instead."""

    status: int | None
    words: str
    fault: str
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class Post(Content):
    """What is posted to another program: `text` is its body, signed at `at` with each of the secrets.

    `heard` is told what came of each try, before the outbox is.
    """

    url: str
    id: str
    at: dt.datetime
    secrets: tuple[str, ...]
    heard: Callable[[Answer], None]


class NotWanted(Exception):
    """The message is not to be sent any more; `reason` is one of its kind's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotNow(Exception):
    """The message is to be sent at another time of day."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.until = until


Write = Callable[[], Content]


@dataclass(frozen=True)
class Kind:
    """A kind of message: its name in the outbox, what staff call it, and how messages of it are written.

    `prepare` reads what some messages are about in a few queries and gives, by their ids, what writes each, for the
    channel that it goes by; that raises NotWanted when the message is out of date, NotNow when its reader is asleep.
    Written twice, a message is the same. Codes may be texted from a number of their own.
    """

    name: str
    label: str
    prepare: Callable[[Sequence[Message]], Mapping[int, Write]]
    reasons: Mapping[str, str] = field(default_factory=dict)
    can_be_sent_again: bool = False
    is_code: bool = False


_KINDS: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Make a kind known to the outbox. Called once for each, when the apps are loaded."""
    _KINDS[kind.name] = kind
    return kind


def get_kind(name: str) -> Kind:
    """The kind of that name. Raises KeyError when no app declares it."""
    return _KINDS[name]


def find_kinds() -> list[Kind]:
    """All kinds, by label."""
    return sorted(_KINDS.values(), key=lambda kind: kind.label)


def prepare(messages: Sequence[Message]) -> dict[int, Write]:
    """What writes each of these messages, of whatever kinds, by their ids."""
    writes: dict[int, Write] = {}
    for name in {message.kind for message in messages}:
        writes |= get_kind(name).prepare([message for message in messages if message.kind == name])
    return writes


def prepare_stored(messages: Sequence[Message]) -> dict[int, Write]:
    """`prepare` of kinds whose content is kept in the outbox until it is sent."""
    return {message.pk: partial(Content, **(message.content or {})) for message in messages}
