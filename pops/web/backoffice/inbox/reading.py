"""Reading the inbox: all kinds in one statement, and what was said of their entries in another."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from django.db.models import Q, QuerySet

from pops.core.access.models import User
from pops.core.practice.selectors import practice_of
from pops.web.backoffice.inbox.declaration import SHOWN, Asking, Kind, Row, Verb
from pops.web.backoffice.inbox.kinds import KINDS
from pops.web.backoffice.inbox.statement import read_rows
from pops.web.backoffice.models import InboxRemark

BY_NAME = {kind.name: kind for kind in KINDS}
DONE_SHOWN = 50


@dataclass
class Entry:
    """Something that waits for somebody, and what was said of it, the latest first."""

    kind: Kind
    row: Row
    remarks: list[InboxRemark] = field(default_factory=list)

    @property
    def about(self) -> str:
        return self.row.about

    @property
    def since(self) -> dt.datetime:
        return self.row.since

    @property
    def due(self) -> dt.datetime | None:
        return self.row.due

    @property
    def words(self) -> str:
        return self.kind.say(self.row)

    @property
    def page(self) -> str:
        """Where it is settled."""
        return self.kind.page(self.row)

    @property
    def assigned_to(self) -> User | None:
        """Who is to do it."""
        return next((remark.to for remark in self.remarks if remark.verb == Verb.ASSIGNED), None)

    @property
    def comment(self) -> InboxRemark | None:
        """The latest."""
        return next((remark for remark in self.remarks if remark.verb == Verb.COMMENTED), None)

    @property
    def what_to_say(self) -> str:
        """What staff can say of it, as its link says it."""
        return "Assign, comment" if self.kind.settles else "Assign, comment, done"

    @property
    def is_done(self) -> bool:
        """Whether somebody called it done."""
        verdicts = (remark.verb for remark in self.remarks if remark.verb in (Verb.DONE, Verb.AGAIN))
        return next(verdicts, None) == Verb.DONE


@dataclass(frozen=True)
class Inbox:
    """What stands in the inbox of somebody: what is due first, then the oldest."""

    entries: list[Entry]
    cut_off: list[Kind]  # of these there are more than are shown

    @property
    def count(self) -> str:
        """How many, as the menu says it: 12, or 60+ where there are more."""
        return f"{len(self.entries)}{'+' if self.cut_off else ''}" if self.entries else ""


def find_kinds(user: User) -> list[Kind]:
    """Those that a member of staff may see."""
    return [kind for kind in KINDS if kind.is_for(user)]


def read_inbox(asking: Asking) -> Inbox:
    """All that waits for somebody who may see it, without what was said of it: one statement, however much there is."""
    kinds = find_kinds(asking.user)
    if not kinds:
        return Inbox([], [])
    rows = read_rows(kinds, asking)
    counts = Counter(row.kind for row in rows)
    entries = [entry for kind in kinds for entry in _entries(kind, rows)]
    return Inbox(sorted(entries, key=_urgency), [kind for kind in kinds if counts[kind.name] > SHOWN])


def get_inbox(request: Any, *, now: dt.datetime) -> Inbox:
    """The inbox of who asks, read once a page: the menu counts what the list shows. Raises Practice.DoesNotExist."""
    if not hasattr(request, "inbox"):
        request.inbox = read_inbox(Asking(request.user, practice_of(request), now))
    inbox: Inbox = request.inbox
    return inbox


def find_assignees(kind: Kind) -> QuerySet[User]:
    """The staff who may see entries of a kind."""
    staff = User.objects.filter(is_staff=True, is_active=True)
    for right in kind.rights:
        app, _, name = right.partition(".")
        of_role = Q(groups__permissions__content_type__app_label=app, groups__permissions__codename=name)
        staff = staff.filter(pk__in=User.objects.filter(of_role | Q(is_superuser=True)).values("pk"))
    return staff.order_by("name", "email")


def find_entry(asking: Asking, *, kind: Kind, about: str) -> Entry | None:
    """One entry, be it done or not; nothing once it has settled itself."""
    row = kind.rows(asking).filter(entry_about=about).first()
    if row is None:
        return None
    entry = Entry(kind, Row(*row))
    read_remarks([entry])
    return entry


def find_remarks(*, kind: str, about: str) -> QuerySet[InboxRemark]:
    """What was said of an entry, the latest first."""
    return InboxRemark.objects.filter(kind=kind, about=about).select_related("by", "to").order_by("-pk")


def find_done(user: User) -> list[InboxRemark]:
    """What was called done of late, by whom, of the kinds that this user may see."""
    names = [kind.name for kind in find_kinds(user)]
    rows = InboxRemark.objects.filter(verb=Verb.DONE, kind__in=names).select_related("by")
    return list(rows.order_by("-pk")[:DONE_SHOWN])


def _entries(kind: Kind, rows: Iterable[Row]) -> list[Entry]:
    return [Entry(kind, row) for row in rows if row.kind == kind.name][:SHOWN]


def _urgency(entry: Entry) -> Any:
    return entry.due is None, entry.due or entry.since, entry.kind.name, entry.about


def read_remarks(entries: list[Entry]) -> None:
    """Put to each entry what was said of it: one statement."""
    if not entries:
        return
    wanted = reduce(
        Q.__or__,
        [Q(kind=kind, about__in=[one.about for one in entries if one.kind.name == kind]) for kind in _names(entries)],
    )
    by_key: dict[tuple[str, str], list[InboxRemark]] = {}
    for remark in InboxRemark.objects.filter(wanted).select_related("by", "to").order_by("-pk"):
        by_key.setdefault((remark.kind, remark.about), []).append(remark)
    for entry in entries:
        entry.remarks = by_key.get((entry.kind.name, entry.about), [])


def _names(entries: list[Entry]) -> set[str]:
    return {entry.kind.name for entry in entries}
