"""Whose look a page wears: that of the account in hand, and where nobody is known that of the practice's only group."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pops.core.practice.models import Group
from pops.core.practice.theme import HOUSE, theme_address
from pops.logins.selectors import find_accounts

# In the session: the account in hand. Kept there alone, and looked up among the login's accounts with each request.
ACCOUNT_KEY = "account_id"


def brand(request: HttpRequest) -> dict[str, object]:
    """`brand`, a Group or None, its `theme`, and `theme_url`: read by the templates that use them alone."""
    group = SimpleLazyObject(lambda: find_brand(request))
    theme: Any = SimpleLazyObject(lambda: group.theme if group else HOUSE)
    return {"brand": group, "theme": theme, "theme_url": SimpleLazyObject(lambda: theme_address(theme))}


def find_brand(request: Any) -> Group | None:
    """The group whose look this page wears; None for the house's own, as staff see it.

    Signed in, it was read with the login. Before, sign-in doesn't know who stands there, and must not seem to: it
    wears the look of the practice's group where there is just one.
    """
    if hasattr(request, "brand"):  # a preview
        found: Group | None = request.brand
        return found
    user = getattr(request, "user", None)  # not known yet when a middleware refuses
    if user is not None and user.is_authenticated:
        return find_group(request)
    groups = list(Group.objects.all()[:2])
    return groups[0] if len(groups) == 1 else None


def find_group(request: Any) -> Group | None:
    """The group of a signed-in guarantor: of the account in hand, or of all that the login opens."""
    accounts = [guarantor] if (guarantor := getattr(request, "guarantor", None)) else find_accounts(request.user)
    in_hand = [one for one in accounts if one.pk == request.session.get(ACCOUNT_KEY)]
    groups = {one.group for one in in_hand or accounts}
    return groups.pop() if len(groups) == 1 else None
