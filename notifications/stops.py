"""Who answered STOP to our texts, and START again. It is the number that counts, whoever's it is."""

import datetime as dt
from collections.abc import Iterable

from notifications.kinds import Kind
from notifications.models import Message, TextStop


def note_stop(*, number: str, now: dt.datetime) -> None:
    """No notice goes to this number any more. Said twice, it began the first time."""
    TextStop.objects.bulk_create([TextStop(number=number, stopped_at=now)], ignore_conflicts=True)


def note_start(*, number: str, now: dt.datetime) -> None:
    """Notices may go to this number again."""
    TextStop.objects.filter(number=number, ended_at=None).update(ended_at=now)


def find_stopped(numbers: Iterable[str]) -> dict[str, dt.datetime]:
    """Of these numbers those that answered STOP, and when."""
    return dict(TextStop.objects.filter(number__in=set(numbers), ended_at=None).values_list("number", "stopped_at"))


def is_blocked(number: str, *, kind: Kind) -> bool:
    """Whether a text of this kind failed since the number answered STOP: the provider blocks their sender too."""
    stopped_at = find_stopped([number]).get(number)
    if stopped_at is None:
        return False
    failed = Message.objects.filter(state=Message.State.FAILED, ended_at__gt=stopped_at)
    return failed.filter(channel=Message.Channel.TEXT, kind=kind.name, to=number).exists()
