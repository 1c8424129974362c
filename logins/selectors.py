"""Reading who may open which account."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from logins.models import AccountLogin
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor

# Where a login that was read with its accounts keeps them.
READ = "_accounts"


def find_accounts(user: User) -> list[Guarantor]:
    """The accounts that a login may open, its own first, with their groups. Staff open none."""
    if user.is_staff:
        return []
    found: list[Guarantor] | None = getattr(user, READ, None)
    return [link.guarantor for link in _links_of(user.pk)] if found is None else found


def find_user_with_accounts(user_id: Any) -> User | None:
    """A login. One of a guarantor comes with its accounts in the same query, as find_accounts() gives them."""
    links = list(_links_of(user_id).select_related("user", "guarantor__group"))
    if not links:
        return User.objects.filter(pk=user_id).first()
    user = links[0].user
    setattr(user, READ, [link.guarantor for link in links])
    return user


def find_owner(accounts: Iterable[Guarantor], **owned: Any) -> Guarantor | None:
    """Which of these accounts something belongs to, named by a lookup such as receipts__number."""
    return Guarantor.objects.filter(pk__in=[account.pk for account in accounts], **owned).first()


def _links_of(user_id: Any) -> QuerySet[AccountLogin]:
    found = AccountLogin.objects.filter(user=user_id, guarantor__is_retired=False).select_related("guarantor__group")
    return found.order_by("-is_own", "guarantor__account_number")


def find_own_login(guarantor: Guarantor) -> User | None:
    """The guarantor's own login."""
    link = AccountLogin.objects.filter(guarantor=guarantor, is_own=True).select_related("user").first()
    return link.user if link else None
