"""Holding an account while something about it is changed."""

from pops.core.accounts.models import Guarantor


def hold_account(guarantor_id: int) -> Guarantor:
    """The guarantor, whose row nobody else changes until the end of the transaction. Raises Guarantor.DoesNotExist.

    For what moves no money: that is done by pops.core.locks.hold(), which takes the days first.
    """
    return Guarantor.objects.select_for_update(no_key=True).get(pk=guarantor_id)
