"""Merging two accounts of one person: all that belonged to one belongs to the other, and can be given back.

What was issued stays as it was printed: a receipt keeps the name and the account number it was issued with. Only whose
it is changes.
"""

import datetime as dt
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Count, Func, Model

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, GuarantorMerge, Patient
from pops.core.refusals import Refused, refuse, require_reason

# Rows of upper floors, reached by their relations: payments and refunds that may still bring news of money.
PAYMENT_IN_THE_AIR = ("started", "processing", "review")
REFUND_IN_THE_AIR = ("requested", "pending", "review")
LOGINS, OWN_LOGINS = "logins", "own logins"
MONEY = ["receipts", "receipts__postings", "receipts__disbursements", "receipts__void", "payments"]


def why_not_use(guarantor: Guarantor) -> Refused | None:
    """Why no money is taken and nothing is entered on an account any more."""
    if not guarantor.is_retired:
        return None
    merge = guarantor.merges.filter(undone_at=None).select_related("into").first()
    if merge is None:
        return Refused("retired", "This account was entered by mistake and is retired.")
    return Refused("merged", f"This account was merged into {merge.into}. Use that one.")


def why_not_merge(merged: Guarantor, into: Guarantor) -> Refused | None:
    """Why two accounts can't become one now."""
    if merged == into:
        return Refused("same_account", "This is the same account.")
    for guarantor in (merged, into):
        if refusal := why_not_use(guarantor):
            return refusal
        if guarantor.payments.filter(state__in=PAYMENT_IN_THE_AIR).exists():
            return Refused("payment_open", f"An online payment of {guarantor} is not settled yet. Try again later.")
        if guarantor.receipts.filter(processor_refunds__state__in=REFUND_IN_THE_AIR).exists():
            return Refused("refund_open", f"A refund to {guarantor} is not settled yet. Try again later.")
    return None


def why_not_undo(merge: GuarantorMerge) -> Refused | None:
    """Why a merge stays: what came after it belongs to neither account alone."""
    if merge.undone_at:
        return Refused("undone", "This merge was undone before.")
    if merge.into.is_retired:
        return Refused("merged_on", f"{merge.into} was merged on meanwhile. Undo that first.")
    if count_money(merge.into) != merge.money:
        return Refused(
            "money_came", "Money has come or was applied since, so the accounts can't be told apart any more."
        )
    return None


def count_money(guarantor: Guarantor) -> dict[str, int]:
    """How many rows there are of all that moves a guarantor's money, by relation."""
    counts = {
        relation: Guarantor.objects.filter(pk=guarantor.pk).aggregate(n=Count(relation))["n"] for relation in MONEY
    }
    return {relation: int(count) for relation, count in counts.items()}


def merge_guarantors(*, merged_id: int, into_id: int, reason: str, by: User) -> GuarantorMerge:
    """Give all that is an account's to another one, and retire it; it is found by its number as before.

    Raises Refused, and Guarantor.DoesNotExist.
    """
    reason = require_reason(reason)
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        _lock(merged_id, into_id)
        merged, into = Guarantor.objects.get(pk=merged_id), Guarantor.objects.get(pk=into_id)
        refuse(why_not_merge(merged, into))
        merge = GuarantorMerge.objects.create(merged=merged, into=into, moved={}, money={}, reason=reason, merged_by=by)
        merge.moved = {_label(model, column): _give(model, column, merged, into) for model, column in _owned()}
        merge.moved |= _give_logins(merged, into)
        merge.money = count_money(into)
        merge.save(update_fields=["moved", "money"])
        _retire(merged, retired=True)
    return merge


def undo_merge(*, merge_id: int, reason: str, now: dt.datetime, by: User) -> GuarantorMerge:
    """Give back what went over with a merge; what came to the account since stays there. Raises Refused."""
    reason = require_reason(reason)
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        found = GuarantorMerge.objects.get(pk=merge_id)
        _lock(found.merged_id, found.into_id)
        merge = GuarantorMerge.objects.select_for_update(of=["self"]).select_related("merged", "into").get(pk=merge_id)
        refuse(why_not_undo(merge))
        merge.undone_at, merge.undone_by, merge.undone_reason = now, by, reason
        merge.transaction_id = Func(function="txid_current")
        merge.save(update_fields=["undone_at", "undone_by", "undone_reason", "transaction_id"])
        _retire(merge.merged, retired=False)
        for model, column in _owned():
            keys = merge.moved.get(_label(model, column), [])
            model._default_manager.filter(pk__in=keys, **{column: merge.into}).update(**{column: merge.merged})
        merge.into.account_logins.filter(pk__in=merge.moved[LOGINS]).update(guarantor=merge.merged)
        merge.merged.account_logins.filter(pk__in=merge.moved[OWN_LOGINS]).update(is_own=True)
    return merge


def _owned() -> list[tuple[type[Model], str]]:
    """Each model whose rows belong to a guarantor, of this floor and above, with the field that says to whom.

    Kept history stays with the account it was written of, and so do changes of its address and
    phone and what it was merged into.
    """
    relations: Any = Guarantor._meta.related_objects
    return [
        (relation.related_model, relation.field.name)
        for relation in relations
        if relation.field.db_constraint
        and relation.related_model._meta.managed
        and (relation.related_model, relation.field.name) != (GuarantorMerge, "merged")
        and relation.field.name != "pgh_obj"
        and relation.name not in ("account_logins", "email_changes", "phone_changes")
    ]


def _label(model: type[Model], column: str) -> str:
    return f"{model._meta.label_lower}.{column}"


def _lock(*ids: int) -> None:
    """Hold attempts, both accounts, then their patients, as all do who record money; nothing new comes meanwhile."""
    payments = Guarantor._meta.get_field("payments").related_model
    list(payments._default_manager.select_for_update(of=["self"]).filter(guarantor__in=ids).order_by("pk").values("pk"))
    list(Guarantor.objects.select_for_update(of=["self"]).filter(pk__in=ids).order_by("pk").values("pk"))
    patients = Patient.objects.select_for_update(of=["self"], no_key=True).filter(guarantor__in=ids)
    list(patients.order_by("pk").values("pk"))


def _give(model: type[Model], column: str, merged: Guarantor, into: Guarantor) -> list[int | str]:
    """Give the rows of one model over, and return their keys."""
    rows = model._default_manager.filter(**{column: merged})
    keys = [key if isinstance(key, int) else str(key) for key in rows.order_by("pk").values_list("pk", flat=True)]
    rows.update(**{column: into})
    return keys


def _give_logins(merged: Any, into: Any) -> dict[str, list[int]]:
    """Let who opened the one account open the other; its own login is one of several where that has its own."""
    links = merged.account_logins.exclude(user__in=list(into.account_logins.values_list("user", flat=True)))
    keys, own = list(links.values_list("pk", flat=True)), []
    if into.account_logins.filter(is_own=True).exists():
        own = list(links.filter(is_own=True).values_list("pk", flat=True))
        links.filter(pk__in=own).update(is_own=False)
    merged.account_logins.filter(pk__in=keys).update(guarantor=into)
    return {LOGINS: keys, OWN_LOGINS: own}


def _retire(guarantor: Guarantor, *, retired: bool) -> None:
    guarantor.is_retired = retired
    guarantor.save(update_fields=["is_retired"])
