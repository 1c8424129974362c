"""Session Usage: who was on the portal, how they came, and what came of it. Guarantors stand there by ID alone."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, DateField, DateTimeField, DurationField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import TruncMonth, TruncYear

from payments.models import SessionOutcome
from payments.reports.declaration import Field, Group, Measure, Report, Sort, Trend
from payments.reports.filters.base import Asking, Odd, quoted
from payments.reports.filters.choices import Choice, Choices
from payments.reports.filters.dates import Dates
from payments.reports.filters.picks import Pick, Picks, choose, say_merged
from payments.reports.listing import Order
from payments.reports.question import Question
from payments.reports.spans import Span
from payments.reports.summing import as_expression
from payments.reports.tables import Kind
from pops.core.access.models import User
from pops.core.accounts.former import find_current
from pops.core.accounts.models import Guarantor
from pops.core.clock import MIDNIGHT
from pops.core.practice.models import Group as PopsGroup
from pops.core.practice.models import Practice
from pops.core.words import day
from pops.sessions.models import PortalSession

Origin, Authentication, Outcome = PortalSession.Origin, PortalSession.Authentication, SessionOutcome.Outcome
DAY = dt.timedelta(days=1)


def business_date_of(moment: str, practice: Practice) -> Func:
    """The practice's day of a moment, as practice_business_date() has it; without asking the practice for each row."""
    cut_off = dt.datetime.combine(dt.date.min, practice.cut_off) - dt.datetime.combine(dt.date.min, MIDNIGHT)
    after = Value(DAY - cut_off if cut_off else dt.timedelta(), DurationField())
    local: Func = Func(
        F(moment),
        Value(practice.time_zone),
        arg_joiner=" AT TIME ZONE ",
        template="(%(expressions)s)",
        output_field=DateTimeField(),
    )
    return Func(local, after, arg_joiner=" + ", template="(%(expressions)s)::date", output_field=DateField())


def begun_in(rows: QuerySet[Any], span: Span, practice: Practice) -> QuerySet[Any]:
    """Of the practice's days of a span, asked of the moment, by whose index it is found."""
    since, until = practice.day_end(span.first - DAY), practice.day_end(span.last)
    return rows.filter(started_at__gte=since, started_at__lt=until)


def find_groups(words: Sequence[str], asking: Asking) -> list[Pick]:
    """POPS Groups by their key. Raises Odd for one that is not there, or not any more."""
    return choose(words, offer_groups(asking), "POPS Group {} is not there any more. Choose others from the list.")


def offer_groups(asking: Asking) -> list[Pick]:
    """All POPS Groups, by name."""
    return [Pick(pk, str(pk), name) for pk, name in PopsGroup.objects.order_by("name", "pk").values_list("pk", "name")]


def find_accounts(words: Sequence[str], asking: Asking) -> list[Pick]:
    """Guarantors by ID. No name is said. Raises Odd for one that is not there."""
    known = {row.account_number: row for row in Guarantor.objects.filter(account_number__in=words)}
    for word in words:
        if word not in known:
            raise Odd(f"There is no guarantor with the ID “{quoted(word)}”. Type IDs with commas between them.")
    now = find_current(known.values())
    accounts = [now[known[word].pk] for word in words]
    return say_merged(words, [Pick(row.pk, row.account_number, row.account_number) for row in accounts])


SESSIONS = Measure("sessions", "Sessions", Kind.NUMBER, Count("pk"))
MEASURES = (
    SESSIONS,
    Measure("guarantors", "Guarantors", Kind.NUMBER, Count("guarantor", distinct=True)),
    *(
        Measure(
            f"outcome_{one.value}",
            one.label,
            Kind.NUMBER,
            Count("pk", filter=Q(outcome=one.value)),
            asks={"outcome": one.value, "detail": None},
        )
        for one in Outcome
    ),
)


def _label(choices: Any) -> Callable[[Any], str]:
    return lambda key: str(choices(key).label)


def _alone(name: str) -> Callable[[Any], dict[str, str | None]]:
    return lambda key: {name: str(key), f"not_{name}": None}


def _days(first: dt.date, last: dt.date) -> dict[str, str | None]:
    return {"from": f"{first}", "to": f"{last}", "span": None}


def _month(first: dt.date) -> dict[str, str | None]:
    return _days(first, (first + 31 * DAY).replace(day=1) - DAY)


def _year(first: dt.date) -> dict[str, str | None]:
    return _days(first, first.replace(month=12, day=31))


GROUPS = (
    Group("day", "Date", "day", say=day, asks=lambda key: _days(key, key)),
    Group("month", "Month", TruncMonth("day"), say=lambda key: f"{key:%B %Y}", asks=_month),
    Group("year", "Year", TruncYear("day"), say=lambda key: f"{key:%Y}", asks=_year),
    Group("group", "Group", "group", title="group__name", asks=_alone("group")),
    Group("origin", "Origin", "origin", say=_label(Origin), asks=_alone("origin")),
    Group(
        "authentication", "Authentication", "authentication", say=_label(Authentication), asks=_alone("authentication")
    ),
    Group("outcome", "Payment outcome", "outcome", say=_label(Outcome), asks=_alone("outcome")),
    Group("guarantor", "Guarantor ID", "guarantor__account_number", asks=_alone("guarantor")),
)
BY_NAME = {group.name: group for group in GROUPS}
# What a row of the detail can be.
DETAILS = [("session", "Each session"), *((name, BY_NAME[name].label) for name in ("day", "month", "year")),
           ("authentication", "Authentication method"), ("outcome", "Payment outcome")]  # fmt: skip


class SessionUsage(Report):
    """Sessions of the portal, staff's mirrors left out: nobody was there."""

    slug, title, right = "session-usage", "Session Usage", "reports.view_session_usage"
    lead = "Who was on the portal, how they came, and what came of it. Guarantors stand here by ID alone."
    filters = (
        Dates(name="span", label="Begun"),
        Picks(name="group", label="POPS Groups", lookup="group", many="groups", find=find_groups, offers=offer_groups),
        Choices(name="origin", label="Origin", lookup="origin", choices=Origin.choices),
        Picks(
            name="guarantor",
            label="Guarantor IDs",
            lookup="guarantor",
            many="guarantors",
            find=find_accounts,
            help="Account numbers, with commas between them.",
        ),
        Choices(name="authentication", label="Authentication", lookup="authentication", choices=Authentication.choices),
        Choices(name="outcome", label="Payment outcome", lookup="outcome", choices=Outcome.choices),
        Choice(
            name="detail",
            label="Detail by",
            choices=DETAILS,
            default="session",
            help="What a row is. What is totalled by adds its column.",
        ),
    )
    first = ("span", "group", "origin", "detail")
    measures = MEASURES
    groups = GROUPS
    fields = (
        Field("begun", "Begun", "started_at", Kind.MOMENT),
        Field("guarantor", "Guarantor ID", "guarantor__account_number"),
        Field("group", "POPS Group", "group__name"),
        Field("origin", "Origin", "origin", say=_label(Origin)),
        Field("authentication", "Authentication", "authentication", say=_label(Authentication)),
        Field("outcome", "Payment", "outcome", say=_label(Outcome)),
        Field("ended", "Ended", "ended_at", Kind.MOMENT),
        Field("session", "Session", "pk", Kind.NUMBER),
    )
    sorts = (Sort("begun", "Begun", ["started_at"], descends=True),)
    trends = (
        Trend("days", "Sessions", SESSIONS, "day", is_time=True),
        Trend("origin", "Sessions by origin", SESSIONS, "origin", say=_label(Origin)),
        Trend("outcome", "Sessions by payment outcome", SESSIONS, "outcome", say=_label(Outcome)),
    )

    def rows(self, question: Question, user: User) -> QuerySet[Any]:
        """All sessions but mirrors, each with its day and what came of it."""
        guests = SessionOutcome.objects.filter(is_mirror=False)
        return guests.annotate(day=business_date_of("started_at", question.asking.practice))

    def narrow(self, rows: QuerySet[Any], question: Question, user: User) -> QuerySet[Any]:
        """By its span, and by each of the other filters."""
        begun = begun_in(rows, question.get("span"), question.asking.practice)
        return super().narrow(begun, question, user)

    def listed(self, question: Question, user: User) -> QuerySet[Any]:
        """Sessions, or their numbers by what the detail is by and what is totalled by."""
        rows, keys = super().listed(question, user), self._keys(question)
        if not keys:
            return rows
        sums = {row.name: row.sums for row in MEASURES}
        return rows.values(**{f"by_{group.name}": _key(group) for group in keys}).annotate(**sums)

    def order_of(self, question: Question) -> Order:
        """Sessions by their beginning, numbers by what they are of."""
        keys = self._keys(question)
        if not keys:
            return super().order_of(question)
        return Order([f"by_{group.name}" for group in keys], question.descending)

    def fields_of(self, question: Question, user: User) -> Sequence[Field]:
        """Of numbers: what they are of, and each."""
        keys = self._keys(question)
        if not keys:
            return self.fields
        return [*map(_column, keys), *(Field(row.name, row.label, row.name, row.kind) for row in MEASURES)]

    def count(self, question: Question, user: User, *, most: int) -> int:
        """How many rows the detail has; of numbers there are as many as there are kinds of sessions."""
        if not self._keys(question) or question.only_totals:
            return super().count(question, user, most=most)
        rows = self.listed(question, user)
        return len(rows.order_by().annotate(one=Value(1, IntegerField())).values_list("one")[: most + 1])

    def _keys(self, question: Question) -> list[Group]:
        """What a row of the detail is by; nothing where it is a session."""
        detail = question.get("detail")
        if detail in (None, "session"):
            return []
        return [BY_NAME[name] for name in dict.fromkeys([detail, *question.total_by])]


def _column(group: Group) -> Field:
    """What rows are of, as a column: a day is a date in files too."""
    if group.name == "day":
        return Field(group.name, group.label, f"by_{group.name}", Kind.DATE)
    return Field(group.name, group.label, f"by_{group.name}", say=group.say)


def _key(group: Group) -> Any:
    """In rows of their own a group is by its name: it is all that is shown of it."""
    return as_expression(group.title or group.key)
