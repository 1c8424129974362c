"""Who answered STOP to our texts, and START again. It is the number that counts, whoever's it is."""

import datetime as dt
from collections.abc import Iterable

from notifications.kinds import Kind
from notifications.models import Message, TextStop


def note_stop(*, number: str, now: dt.datetime, to_codes: bool = False) -> None:
    """No notice goes to this number any more. Said twice, it began the first time.

    Said to the number that codes come from, the provider takes none for them either.
    """
    TextStop.objects.bulk_create([TextStop(number=number, stopped_at=now)], ignore_conflicts=True)
    if to_codes:
        TextStop.objects.filter(number=number, ended_at=None).update(to_codes=True)


def note_start(*, number: str, now: dt.datetime) -> None:
    """Notices may go to this number again."""
    TextStop.objects.filter(number=number, ended_at=None).update(ended_at=now)


def find_stopped(numbers: Iterable[str]) -> dict[str, dt.datetime]:
    """Of these numbers those that answered STOP, and when."""
    return dict(TextStop.objects.filter(number__in=set(numbers), ended_at=None).values_list("number", "stopped_at"))


def is_blocked(number: str, *, kind: Kind) -> bool:
    """Whether the provider blocks the sender of this kind too: STOP was said to it, or a text failed since."""
    stop = TextStop.objects.filter(number=number, ended_at=None).first()
    if stop is None:
        return False
    if kind.is_code and stop.to_codes:
        return True
    failed = Message.objects.filter(state=Message.State.FAILED, ended_at__gt=stop.stopped_at)
    return failed.filter(channel=Message.Channel.TEXT, kind=kind.name, to=number).exists()
