"""Filters of reports that are kept under a name: saved, renamed, shared and deleted."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from payments.reports.models import SavedFilter
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse
from pops.core.words import shown

# Longer than any address that a browser sends, and a question is a part of one.
LONGEST = 8_000
MANY = 200
SHARE = "reports.share_savedfilter"

TAKEN = Refused("taken", "You have a saved filter of this name for this report. Choose another name.")
NAMELESS = Refused("nameless", "Give the filter a name.")
TOO_LONG = Refused("too_long", "This question is too long to be saved. Filter by fewer names.")
TOO_MANY = Refused("too_many", f"You have {MANY} saved filters. Delete one that you don't need.")
NOT_YOURS = Refused("not_yours", "Only who saved this filter can change it.")
MAY_NOT_SHARE = Refused("may_not_share", "You may not share filters. Ask a billing manager.")


def find_saved(*, by: User, reports: Iterable[str]) -> QuerySet[SavedFilter]:
    """Filters of these reports that a person may use: their own, and those that others share."""
    usable = Q(owner=by) | Q(is_shared=True, owner__is_active=True)
    return SavedFilter.objects.filter(usable, report__in=list(reports)).select_related("owner").order_by("name", "pk")


def why_not_share(saved: SavedFilter | None, *, by: User) -> Refused | None:
    """Why a filter can't be shared by this person, or be theirs alone again."""
    if saved is not None and saved.owner_id != by.pk:
        return NOT_YOURS
    return None if by.has_perm(SHARE) else MAY_NOT_SHARE


def why_not_change_saved(saved: SavedFilter, *, by: User) -> Refused | None:
    """Why a filter can't be renamed or deleted by this person. What somebody shared who has left, others tidy."""
    if saved.owner_id == by.pk or (saved.is_shared and not saved.owner.is_active and by.has_perm(SHARE)):
        return None
    return NOT_YOURS


def save_filter(*, report: str, question: str, name: str, is_shared: bool, by: User) -> SavedFilter:
    """Keep a question under a name. Raises Refused."""
    name = _get_name(name)
    if len(question) > LONGEST:
        raise TOO_LONG
    if SavedFilter.objects.filter(owner=by).count() >= MANY:
        raise TOO_MANY
    if is_shared:
        refuse(why_not_share(None, by=by))
    try:
        with transaction.atomic():
            return SavedFilter.objects.create(
                report=report, question=question, name=name, is_shared=is_shared, owner=by
            )
    except IntegrityError:
        raise TAKEN from None


def change_filter(*, saved: SavedFilter, name: str, is_shared: bool, by: User) -> SavedFilter:
    """Give it another name, share it, or share it no more. Raises Refused."""
    refuse(why_not_change_saved(saved, by=by))
    if is_shared != saved.is_shared:
        refuse(why_not_share(saved, by=by))
    saved.name, saved.is_shared = _get_name(name), is_shared
    try:
        with transaction.atomic():
            saved.save(update_fields=["name", "is_shared"])
    except IntegrityError:
        raise TAKEN from None
    return saved


def delete_filter(*, saved: SavedFilter, by: User) -> None:
    """Forget it. The report stays as it is. Raises Refused."""
    refuse(why_not_change_saved(saved, by=by))
    saved.delete()


def _get_name(name: str) -> str:
    said = shown(name)
    if not said:
        raise NAMELESS
    return said
