"""What a kind of entry declares: a query, its words, its address, its right."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from pops.core.access.models import User
from pops.core.practice.models import Practice
from pops.web.backoffice.models import InboxRemark

# Of one kind that are shown; where there are more, the page says so.
SHOWN = 50
Verb = InboxRemark.Verb


@dataclass(frozen=True)
class Asking:
    """Who looks into the inbox, and when."""

    user: User
    practice: Practice
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The practice's business day."""
        return self.practice.business_date(self.now)


class Row(NamedTuple):
    """An entry as the database gives it: the same columns for every kind, so that one statement finds them all."""

    kind: str
    about: str
    since: dt.datetime
    due: dt.datetime | None
    cents: int | None
    page: str
    who: str
    more: str


TYPES: dict[str, Any] = {
    "about": CharField(),
    "since": DateTimeField(),
    "due": DateTimeField(),
    "cents": BigIntegerField(),
    "page": CharField(),
    "who": CharField(),
    "more": CharField(),
}


@dataclass(frozen=True)
class Kind:
    """A kind of entry. `find` gives rows of any model, which `columns` makes into Row's.

    `settles`: why staff can't say that it is done, where only the thing itself can end it.
    """

    name: str
    label: str
    rights: tuple[str, ...]
    find: Callable[[Asking], QuerySet[Any]]
    columns: dict[str, Any]
    say: Callable[[Row], str]
    page: Callable[[Row], str]
    settles: str = ""

    def is_for(self, user: User) -> bool:
        """Whether a member of staff may see it."""
        return user.has_perms(self.rights)

    def rows(self, asking: Asking) -> QuerySet[Any]:
        """What is found, with the columns of Row."""
        given = {"about": "pk", "page": "pk", "who": Value(""), "more": Value(""), **self.columns}
        of_kind = {"entry_kind": Value(self.name, output_field=CharField())}
        columns = {f"entry_{name}": _as(field, given.get(name)) for name, field in TYPES.items()}
        found = self.find(asking).order_by().annotate(**of_kind, **columns)
        return found.values_list(*(f"entry_{name}" for name in Row._fields))

    def open_rows(self, asking: Asking) -> QuerySet[Any]:
        """Those that nobody called done, the oldest first, and one more than is shown."""
        of_entry = InboxRemark.objects.filter(kind=self.name, about=OuterRef("entry_about"))
        verdict = of_entry.filter(verb__in=(Verb.DONE, Verb.AGAIN)).order_by("-pk").values("verb")[:1]
        rows = self.rows(asking)
        if not self.settles:
            rows = rows.alias(verdict=Subquery(verdict)).filter(Q(verdict=None) | Q(verdict=Verb.AGAIN))
        return rows.order_by("entry_since", "entry_about")[: SHOWN + 1]


def _as(field: Any, source: Any) -> Any:
    """A column or an expression, of a type that all kinds have in common."""
    return Cast(F(source) if isinstance(source, str) else source or Value(None), field)
