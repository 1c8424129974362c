"""Reading batches. All amounts are cents. A voided receipt is in no total.

Receipts live on the floor above and are reached by relation name.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from batches.blind import hidden_batches
from batches.models import BatchClose, BatchCount, PeriodLock, ReferenceBatch
from pops.core.access.models import User

Status = ReferenceBatch.Status


def get_sum(batch: ReferenceBatch) -> tuple[int, int]:
    """Total in cents and number of the receipts in a batch that were not voided, summed by the database now."""
    return get_sums([batch])[batch.pk]


def get_sums(batches: Collection[ReferenceBatch]) -> dict[int, tuple[int, int]]:
    """The same of several batches, by their ids."""
    rows = ReferenceBatch.objects.filter(pk__in=_ids(batches), receipts__void=None).order_by().values_list("pk")
    sums = rows.annotate(total=Coalesce(Sum("receipts__amount_cents"), 0), count=Count("receipts"))
    return dict.fromkeys(_ids(batches), (0, 0)) | {pk: (total, count) for pk, total, count in sums}


def get_online_sum(date: dt.date) -> int:
    """Cents of all online payments of a practice-local date, less refunds, whatever supplement they are in."""
    return get_online_sums([date])[date]


def get_online_sums(dates: Iterable[dt.date]) -> Counter[dt.date]:
    """The same of several dates. What a lost dispute took is no payment of the day and no refund."""
    rows = ReferenceBatch.objects.filter(batch_date__in=set(dates), is_api=True, receipts__void=None)
    of_each = rows.order_by().values_list("batch_date")
    cents = Coalesce(Sum("receipts__amount_cents", filter=Q(receipts__money_return=None)), 0)
    return Counter(dict(of_each.annotate(cents=cents)))


def batches_with_totals(*, by: User | AnonymousUser) -> QuerySet[ReferenceBatch]:
    """Batches with `total_cents`: stored at close, or summed now for those that are open.

    None for those whose amounts `by` must not see yet: they have `receipt_count`. And with `over_short_cents` of the
    last close, None where nothing was counted.
    """
    own = ReferenceBatch.objects.filter(pk=OuterRef("pk"), receipts__void=None).values("pk")
    now = own.annotate(cents=Sum("receipts__amount_cents")).values("cents")
    count = own.annotate(count=Count("receipts")).values("count")
    hidden = Q(pk__in=hidden_batches(by))
    last = (
        BatchClose.objects.filter(batch=OuterRef("pk"), count__isnull=False)
        .order_by("-pk")
        .annotate(cents=Sum("tenders__over_short_cents"))
        .values("cents")[:1]
    )
    return ReferenceBatch.objects.annotate(  # type: ignore[no-redef]
        total_cents=Case(
            When(hidden, then=None),
            When(status=Status.OPEN, then=Coalesce(Subquery(now), 0)),
            default=F("closed_total_cents"),
            output_field=BigIntegerField(),
        ),
        receipt_count=Case(When(hidden, then=Coalesce(Subquery(count), 0)), output_field=IntegerField()),
        over_short_cents=Subquery(last),
    )


def find_still_open(*, until: dt.date) -> QuerySet[ReferenceBatch]:
    """What is still open of this day and those before it."""
    return ReferenceBatch.objects.filter(status=Status.OPEN, batch_date__lte=until)


def find_desk_batches(date: dt.date) -> QuerySet[ReferenceBatch]:
    """The open batches of a practice-local date that people work in."""
    return ReferenceBatch.objects.filter(batch_date=date, is_api=False, status=ReferenceBatch.Status.OPEN)


def find_attached_batch(user: User) -> ReferenceBatch | None:
    """The batch a member of staff works in, without its total: that takes longer the more is in it."""
    return ReferenceBatch.objects.filter(attachments__user=user).select_related("user").first()


def find_attached_batch_with_total(user: User) -> ReferenceBatch | None:
    """The batch a member of staff works in, with its total now."""
    return batches_with_totals(by=user).filter(attachments__user=user).select_related("user").first()


def find_closes(batch: ReferenceBatch) -> list[BatchClose]:
    """The closes of a batch with their counts and files, the latest first."""
    closes = batch.closes.select_related("count", "closed_by", "deposited").prefetch_related(
        "documents", "tenders", "count__tenders"
    )
    return list(closes.order_by("-pk"))


def find_counts(batch: ReferenceBatch) -> list[BatchCount]:
    """Every count of a batch, the first one first."""
    return list(batch.counts.select_related("counted_by").prefetch_related("tenders").order_by("pk"))


def find_last_count(batch: ReferenceBatch) -> BatchCount | None:
    """The last count since a batch was opened or reopened."""
    return find_last_counts([batch]).get(batch.pk)


def find_last_counts(batches: Iterable[ReferenceBatch]) -> dict[int, BatchCount]:
    """The same of several batches, by their ids: of those that were counted."""
    of_batch = BatchClose.objects.filter(batch=OuterRef("batch")).order_by().values("batch")
    closed = of_batch.annotate(last=Max("count")).values("last")
    counts = BatchCount.objects.filter(batch__in=_ids(batches), pk__gt=Coalesce(Subquery(closed), 0))
    last = counts.select_related("counted_by").order_by("batch_id", "-pk").distinct("batch_id")
    return {count.batch_id: count for count in last}


def _ids(batches: Iterable[ReferenceBatch]) -> list[int]:
    return [batch.pk for batch in batches]


def is_locked(date: dt.date) -> bool:
    """Whether a practice-local date lies in a period that was locked at month-end."""
    return PeriodLock.objects.filter(locked_through__gte=date).exists()


def find_locked_through() -> dt.date | None:
    """The last practice-local date of the locked period."""
    return PeriodLock.objects.values_list("locked_through", flat=True).first()
