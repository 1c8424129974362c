"""How long what waits has waited while the process that works it off was up."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from benchmarks.soak.parts import BACKGROUND, URGENT, Supervisor
from notifications.models import Message
from payments.models import ProcessorEvent
from receipts.selectors import find_documentless

# Seconds.
PROMISE = 30
LOOK_EVERY = 0.25


def waiting_mails(lane: Message.Lane) -> QuerySet[Message, Any]:
    return Message.objects.filter(state__in=Message.WAITING, lane=lane).values_list("pk", flat=True)


@dataclass
class Kind:
    """What waits for a part, how long it may, and the longest that one of it did: seconds in which the part was up."""

    part: str
    find: Callable[[], Any]
    promise: float | None = None
    first_seen: dict[Any, float] = field(default_factory=dict)
    longest: float = 0.0

    def look(self, up: float) -> None:
        """Look what waits. `up`: for how many seconds the part was up until now."""
        self.first_seen = {row: self.first_seen.get(row, up) for row in self.find()}
        self.longest = max([self.longest, *(up - seen for seen in self.first_seen.values())])

    @property
    def is_late(self) -> bool:
        return self.promise is not None and self.longest > self.promise


class Ages(threading.Thread):
    """Looks several times a second, until told to stop."""

    def __init__(self, supervisor: Supervisor) -> None:
        super().__init__(name="ages", daemon=True)
        self.supervisor, self.ended = supervisor, threading.Event()
        self.kinds = {
            "messages from Stripe": Kind(
                URGENT, lambda: ProcessorEvent.objects.filter(state="received").values_list("pk", flat=True), PROMISE
            ),
            "sign-in codes": Kind(URGENT, lambda: waiting_mails(Message.Lane.URGENT), PROMISE),
            "receipts by email": Kind(BACKGROUND, lambda: waiting_mails(Message.Lane.MAIL)),
            "receipts without a PDF": Kind(BACKGROUND, lambda: find_documentless(recent=2000, limit=2000)),
        }

    def run(self) -> None:
        while not self.ended.wait(LOOK_EVERY):
            try:
                for kind in self.kinds.values():
                    kind.look(self.supervisor.up[kind.part].seconds())
            except DatabaseError:  # it was killed
                connection.close()
        connection.close()

    def is_all_done(self) -> bool:
        """Whether nothing waits any more."""
        return not any(list(kind.find()) for kind in self.kinds.values())
