"""What a login may do, and who may do more than somebody else.

Nobody gives rights that they lack, nor changes the login of who has more.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission
from django.contrib.auth.models import Group as Role
from django.db import connection
from django.db.models import Q, QuerySet

from pops.core.access.models import User


def read_rights(user: User) -> None:
    """All that a login may do, in one query; Django asks two."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_rights(%s)", [user.pk])
        keep_rights(user, cursor.fetchone()[0])


def keep_rights(user: User, rights: Iterable[str]) -> None:
    """Say what a login may do, as it was read. It is asked no more as long as this row of it is at hand."""
    kept: Any = user
    kept._perm_cache = set(rights)  # where Django's backend looks first


def may_more(user: User, *, than: User | AnonymousUser) -> bool:
    """Whether a login has a right that another one lacks; also one that was switched off, as it may be switched on."""
    if than.is_superuser:
        return False
    return user.is_superuser or not _names(Permission.objects.filter(Q(user=user) | Q(group__user=user))) <= _own(than)


def find_roles_within(user: User | AnonymousUser) -> QuerySet[Role]:
    """The roles all of whose rights a member of staff has: those that they may give."""
    roles = Role.objects.order_by("pk")
    if user.is_superuser:
        return roles
    own = _own(user)
    return roles.filter(pk__in=[role.pk for role in roles if _names(role.permissions.all()) <= own])


def _own(user: User | AnonymousUser) -> set[str]:
    return set(user.get_all_permissions())


def _names(rights: QuerySet[Permission]) -> set[str]:
    return {f"{app}.{name}" for app, name in rights.values_list("content_type__app_label", "codename")}
