"""Money that is applied to no service yet, by how long it has been here. All amounts are cents.

Read from what the database keeps of it, never from all receipts. Amounts of batches that somebody may not see now, as
a person who counts blind, are in no sum that they are told, and have none in a list.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from batches.models import ReferenceBatch
from receipts.models import Receipt, Unapplied

PAGE = 50


@dataclass(frozen=True)
class Age:
    """Money that has been here from `youngest` to `oldest` days; without an end when `oldest` is None."""

    name: str
    label: str
    youngest: int
    oldest: int | None = None

    def when(self, today: dt.date) -> Q:
        """The condition on the day it was received."""
        until = Q(received_on__lte=today - dt.timedelta(days=self.youngest)) if self.youngest else Q()
        return until if self.oldest is None else until & Q(received_on__gte=today - dt.timedelta(days=self.oldest))


AGES = (
    Age("0-30", "Up to 30 days", 0, 30),
    Age("31-60", "31 to 60 days", 31, 60),
    Age("61-90", "61 to 90 days", 61, 90),
    Age("91-365", "91 to 365 days", 91, 365),
    Age("366", "More than a year", 366),
)


@dataclass(frozen=True)
class Aged:
    """What of an age is unapplied."""

    age: Age
    cents: int
    receipts: int


def find_age(name: str) -> Age | None:
    """The age of this name."""
    return next((age for age in AGES if age.name == name), None)


def sum_by_age(*, today: dt.date, unseen: Sequence[ReferenceBatch] = ()) -> list[Aged]:
    """What is unapplied of each age, without that of batches that are not to be seen: one statement."""
    sums = {f"cents_{n}": Coalesce(Sum("cents", filter=age.when(today)), 0) for n, age in enumerate(AGES)}
    counts = {f"count_{n}": Count("receipt", filter=age.when(today)) for n, age in enumerate(AGES)}
    rows = Unapplied.objects.filter(~_is_unseen(unseen)) if unseen else Unapplied.objects.all()
    found = rows.aggregate(**sums, **counts)
    return [Aged(age, found[f"cents_{n}"], found[f"count_{n}"]) for n, age in enumerate(AGES)]


def find_unapplied(
    *, today: dt.date, age: Age | None, unseen: Sequence[ReferenceBatch] = (), after: int | None = None
) -> list[Unapplied]:
    """A page of receipts of which something is unapplied, the oldest first, and one more if the list goes on.

    `after`: the receipt at which the page before ended. Those whose amount is not to be seen have `cents` None.
    """
    rows = Unapplied.objects.filter(age.when(today) if age else Q())
    if after is not None:
        last = Unapplied.objects.filter(receipt=after).values_list("received_on", flat=True).first()
        on = last or Receipt.objects.filter(pk=after).values_list("received_on", flat=True).first()
        rows = rows.filter(Q(received_on__gt=on) | Q(received_on=on, receipt__gt=after)) if on else rows
    found = list(rows.select_related("receipt").order_by("received_on", "receipt")[: PAGE + 1])
    hidden = {batch.pk for batch in unseen}
    for one in found:
        if one.receipt.batch_id in hidden:
            one.cents = None  # type: ignore[assignment]  # shown, never saved
    return found


def _is_unseen(unseen: Sequence[ReferenceBatch]) -> Q:
    """Whether a row is of one of these batches: asked only of those that were received on their dates."""
    in_batch = Receipt.objects.filter(pk=OuterRef("pk"), batch__in=[batch.pk for batch in unseen])
    return Q(received_on__in={batch.batch_date for batch in unseen}) & Q(Exists(in_batch))
