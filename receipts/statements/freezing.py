"""The details of a statement, frozen: which services it shows, and what happened since the statement before it.

One that staff enter is frozen with all that was posted by then. One that was imported is frozen once its services had
time to follow it, with what was posted until its own date. Frozen rows are never changed: what happens later stands on
the next statement.
"""

import datetime as dt
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from pops.core.accounts.models import Guarantor, Statement
from pops.core.locks import Held, hold
from receipts.models import StatementDetail, StatementItem

ITEMS = (Path(__file__).parent / "items.sql").read_text()
# An import brings statements first, and then the services that stand on them.
SETTLED = dt.timedelta(minutes=10)
IN_ORDER = ("statement_date", "pk")


def freeze_settled(*, guarantor_id: int, now: dt.datetime) -> int:
    """Freeze the imported statements of a guarantor, oldest first, as far as their services had time to follow.

    How many were frozen.
    """
    with transaction.atomic():
        held = hold(guarantor=guarantor_id)
        return freeze_waiting(held, guarantor_id=guarantor_id, entered_before=now - SETTLED)


def freeze_waiting(held: Held, *, guarantor_id: int, entered_before: dt.datetime | None = None) -> int:
    """Freeze statements that have no details yet, in their order: one that isn't due yet keeps later ones waiting."""
    frozen = 0
    for statement in list(find_waiting(Statement.objects.filter(guarantor=guarantor_id)).order_by(*IN_ORDER)):
        if entered_before and statement.entered_at > entered_before:
            break
        freeze(held, statement=statement, through=statement.statement_date)
        frozen += 1
    return frozen


def find_waiting(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Those to be frozen still. One that came after a later one was frozen never is: the later one follows another."""
    frozen = Statement.objects.filter(guarantor=OuterRef("guarantor"), detail__isnull=False)
    is_later = Q(statement_date__gt=OuterRef("statement_date")) | Q(
        statement_date=OuterRef("statement_date"), pk__gt=OuterRef("pk")
    )
    return statements.filter(detail=None).exclude(Exists(frozen.filter(is_later)))


def find_guarantors_waiting(*, now: dt.datetime, limit: int) -> list[int]:
    """Guarantors with an imported statement that can be frozen."""
    settled = find_waiting(Statement.objects.filter(entered_at__lte=now - SETTLED))
    ids = settled.order_by(F("guarantor").desc()).values_list("guarantor", flat=True).distinct()
    return list(ids[:limit])


def freeze(held: Held, *, statement: Statement, through: dt.date | None) -> StatementDetail:
    """Freeze the details of one statement, which is the latest of its guarantor.

    `through`: the last practice-local post date that counts; None for all that is posted.
    """
    held.need(guarantor=statement.guarantor_id)
    guarantor = Guarantor.objects.get(pk=statement.guarantor_id)
    items = find_items(statement, through)
    last = _find_last(statement)
    previous = last.current_cents if last else 0
    charges, payments, adjustments = (
        sum(getattr(item, name) for item in items) for name in ("charge_cents", "payment_cents", "adjustment_cents")
    )
    detail = StatementDetail.objects.create(
        statement=statement,
        follows_id=last.statement_id if last else None,
        guarantor_name=guarantor.name,
        account_number=guarantor.account_number,
        through=through,
        previous_cents=previous,
        charges_cents=charges,
        payments_cents=payments,
        adjustments_cents=adjustments,
        other_cents=statement.balance_cents - previous - charges - payments - adjustments,
        current_cents=statement.balance_cents,
    )
    for item in items:
        item.detail = detail
    StatementItem.objects.bulk_create(items)
    return detail


def _find_last(statement: Statement) -> StatementDetail | None:
    """The details of the statement before it."""
    earlier = StatementDetail.objects.filter(statement__guarantor=statement.guarantor_id).exclude(statement=statement)
    return earlier.order_by("-statement__statement_date", "-statement").first()


def find_items(statement: Statement, through: dt.date | None) -> list[StatementItem]:
    """What the statement shows of each service if it is frozen now, not yet stored."""
    parameters: dict[str, Any] = {
        "guarantor": statement.guarantor_id,
        "statement": statement.pk,
        "date": statement.statement_date,
        "through": through,
    }
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, parameters)
        names = [column.name for column in cursor.description]
        items = [StatementItem(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    for item in items:
        item.adjustment_cents = item.remaining_cents - item.previous_cents - item.charge_cents - item.payment_cents
    return items
