"""Reading the feed: pages after a cursor, and whether a cursor still means what it meant."""

import re
from dataclasses import dataclass

from django.db.models import Max

from pops.changes.models import Change, Restore
from pops.core.refusals import Refused

CURSOR = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
PAGE = 500


@dataclass(frozen=True)
class Cursor:
    """A place in the feed, and after which restore of a backup it was given; 0 where there was none."""

    restore: int = 0
    position: int = 0

    def __str__(self) -> str:
        return f"{self.restore}-{self.position}"


class CursorUnknown(Refused):
    """This is no cursor of ours."""

    def __init__(self) -> None:
        super().__init__("cursor_unknown", "This is no cursor of this feed. Give one as it was given, or none at all.")


class FeedRestored(Refused):
    """Some of what was told before this cursor is not known any more: a backup was restored since."""

    def __init__(self, restart: Cursor) -> None:
        super().__init__(
            "feed_restored",
            "The practice's database was restored from a backup, and what the feed had told after it is gone."
            f" Compare what you took since then, and read on after {restart}.",
        )
        self.restart = restart


@dataclass(frozen=True)
class Page:
    """Changes in their order, and the cursor after the last of them. `has_more`: ask again at once."""

    changes: list[Change]
    restore: int
    after: Cursor
    has_more: bool

    def cursor_of(self, change: Change) -> Cursor:
        """The cursor after a change of this page."""
        return Cursor(self.restore, change.position)


def read_cursor(text: str) -> Cursor:
    """The cursor that a reader gave back; the beginning for an empty one. Raises CursorUnknown."""
    if not text:
        return Cursor()
    found = CURSOR.fullmatch(text)
    if not found:
        raise CursorUnknown
    return Cursor(int(found[1]), int(found[2]))


def read_page(*, after: Cursor, limit: int = PAGE) -> Page:
    """What came after a cursor. Raises CursorUnknown, FeedRestored."""
    restore = _judge(after)
    found = list(Change.objects.filter(position__gt=after.position).order_by("position")[: limit + 1])
    # A place that was never given: no reader would hear of what comes until the feed is there.
    if not found and after.position and not Change.objects.filter(position=after.position).exists():
        raise CursorUnknown
    shown = found[:limit]
    last = shown[-1].position if shown else after.position
    return Page(shown, restore, Cursor(restore, last), has_more=len(found) > limit)


def end_of_feed() -> Cursor:
    """The cursor after all that is in the feed now."""
    return Cursor(_last_restore(), Change.objects.aggregate(last=Max("position"))["last"] or 0)


def note_restore() -> None:
    """Say that a backup was restored: cursors that were given since then lead nowhere. Once the sequences moved on."""
    Restore.objects.create(kept_through=end_of_feed().position)


def _judge(cursor: Cursor) -> int:
    """The latest restore, if the cursor is still good."""
    latest = _last_restore()
    if cursor.restore > latest:
        raise CursorUnknown
    if cursor.restore < latest:
        lost = Restore.objects.filter(pk__gt=cursor.restore, kept_through__lt=cursor.position).order_by("kept_through")
        if first := lost.first():
            raise FeedRestored(Cursor(latest, first.kept_through))
    return latest


def _last_restore() -> int:
    return Restore.objects.aggregate(last=Max("pk"))["last"] or 0
