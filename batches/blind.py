"""Blind count: nobody who may have to count a batch sees an amount of it before it was counted."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from batches.models import BatchCount, ReferenceBatch
from pops.core.access.models import User
from pops.core.practice.models import Practice

SEES_UNCOUNTED = "batches.see_uncounted"


def hidden_batches(user: User | AnonymousUser) -> QuerySet[ReferenceBatch]:
    """The batches whose amounts this user must not see now: numbers of receipts, and no sum or row of money.

    Those of the desk that are open and were never counted, while the practice counts blind. Online payments are on
    no desk. A receipt's own page says its own amount all the same: see ADR 52.
    """
    if user.has_perm(SEES_UNCOUNTED):
        return ReferenceBatch.objects.none()
    return ReferenceBatch.objects.filter(
        Exists(Practice.objects.filter(blind_count=True)),
        ~Exists(BatchCount.objects.filter(batch=OuterRef("pk"))),
        status=ReferenceBatch.Status.OPEN,
        is_api=False,
    ).order_by()


def find_hidden(user: User | AnonymousUser) -> list[int]:
    """The ids of hidden_batches(): nobody is asked for who sees all."""
    return [] if user.has_perm(SEES_UNCOUNTED) else list(hidden_batches(user).values_list("pk", flat=True))


def hides_amounts(batch: ReferenceBatch, *, by: User | AnonymousUser) -> bool:
    """Whether this user must not see the amounts of a batch now."""
    return batch.is_open and hidden_batches(by).filter(pk=batch.pk).exists()
