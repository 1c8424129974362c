"""Over and short at the desk's closes, by the person who worked in the batch and by weekday. Amounts in cents."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, ExtractIsoWeekDay

from batches.models import BatchClose, ReferenceBatch

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Tally:
    """How often something was over or short, and by how much."""

    label: str
    closes: int
    off: int
    over_cents: int
    short_cents: int

    @property
    def net_cents(self) -> int:
        """Over and short together."""
        return self.over_cents + self.short_cents

    @property
    def right_percent(self) -> int:
        """How many of a hundred closes were neither over nor short."""
        return round(100 * (self.closes - self.off) / self.closes) if self.closes else 100


@dataclass(frozen=True)
class OverShort:
    """What was over and short in a span of days."""

    by_person: list[Tally]
    by_weekday: list[Tally]
    total: Tally


def tally_over_short(*, since: dt.date, until: dt.date) -> OverShort:
    """Over and short of the batches of a span of practice-local dates, both included; the last close of each counts."""
    people = _tally(_closes(since, until), F("batch__user"))
    names = dict(_closes(since, until).values_list("batch__user", "batch__user__name"))
    emails = dict(_closes(since, until).values_list("batch__user", "batch__user__email"))
    days = _tally(_closes(since, until), ExtractIsoWeekDay("batch__batch_date"))
    by_person = [_named(names[key] or emails[key], row) for key, row in people.items()]
    by_weekday = [_named(WEEKDAYS[day - 1], row) for day, row in sorted(days.items())]
    return OverShort(sorted(by_person, key=lambda one: one.label.casefold()), by_weekday, _sum(by_weekday))


def _closes(since: dt.date, until: dt.date) -> QuerySet[BatchClose]:
    batches = ReferenceBatch.objects.filter(batch_date__range=(since, until)).exclude(status=ReferenceBatch.Status.OPEN)
    last = batches.annotate(last=Max("closes__pk")).values("last")
    return BatchClose.objects.filter(pk__in=last, count__isnull=False)


def _tally(closes: QuerySet[BatchClose], by: object) -> dict[int, tuple[int, int, int, int]]:
    """Closes, those that were off, cents over and cents short, by key. A close may be over in cash, short in checks."""
    off = "tenders__over_short_cents"
    rows = (
        closes.annotate(key=by)
        .values("key")
        .annotate(
            number=Count("pk", distinct=True),
            wrong=Count("pk", distinct=True, filter=~Q(**{off: 0})),
            over=Coalesce(Sum(off, filter=Q(**{f"{off}__gt": 0})), 0),
            short=Coalesce(Sum(off, filter=Q(**{f"{off}__lt": 0})), 0),
        )
        .order_by()
    )
    return {row["key"]: (row["number"], row["wrong"], row["over"], row["short"]) for row in rows}


def _named(label: str, row: tuple[int, int, int, int]) -> Tally:
    return Tally(label, *row)


def _sum(rows: list[Tally]) -> Tally:
    return Tally(
        "All",
        sum(row.closes for row in rows),
        sum(row.off for row in rows),
        sum(row.over_cents for row in rows),
        sum(row.short_cents for row in rows),
    )
