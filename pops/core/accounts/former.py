"""The numbers that an account had before: of the accounts that were merged into it; and what such a one is now."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Func

from pops.core.accounts.models import Guarantor, GuarantorMerge


class FormerNumbers(Func):
    """Account numbers of what became part of an account, at first or second hand. Asked of the guarantor's id.

    On the practice's letters of before the merge they stand as they were.
    """

    template = """ARRAY(
        WITH RECURSIVE part AS (
            SELECT merged_id FROM accounts_guarantormerge WHERE into_id = %(expressions)s AND undone_at IS NULL
            UNION
            SELECT m.merged_id FROM part p
            JOIN accounts_guarantormerge m ON m.into_id = p.merged_id AND m.undone_at IS NULL
        ) SELECT g.account_number FROM part p JOIN accounts_guarantor g ON g.id = p.merged_id
    )"""
    arity = 1

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=ArrayField(CharField()), **extra)


def find_current(accounts: Iterable[Guarantor]) -> dict[int, Guarantor]:
    """What accounts are now, by their ids: that which one was merged into, at first or second hand, else itself."""
    now = {account.pk: account for account in accounts}
    while retired := [account.pk for account in now.values() if account.is_retired]:
        merges = GuarantorMerge.objects.filter(merged__in=retired, undone_at=None).select_related("into")
        into = {merge.merged_id: merge.into for merge in merges}
        if not into:
            break
        now = {pk: into.get(account.pk, account) for pk, account in now.items()}
    return now
