"""Making service accounts, giving them keys, ending those.

A key holds 256 bits by chance. It is given to who made it, once: here only its hash is kept.
"""

import datetime as dt
import secrets
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pghistory
from django.contrib.auth.models import Group as Role
from django.db import transaction
from django.db.models import Q

from pops.core.access.models import User
from pops.core.access.rights import find_roles_within, may_more
from pops.core.refusals import Refused, refuse, require_reason
from pops.service_accounts.models import ServiceAccount, ServiceKey
from pops.service_accounts.scopes import Scope
from pops.service_accounts.selectors import hash_key

KEY_BYTES = 32
LETTERS = string.ascii_lowercase + string.digits
LONGEST = dt.timedelta(days=366)
# Who calls often has a row of theirs written once in this time, not with each call.
USE_IS_TOLD_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class NewKey:
    """A key, and its text, which nobody can ask for again."""

    key: ServiceKey
    text: str


def why_not_give_role(role: Role, *, by: User) -> Refused | None:
    """Why somebody can't give a service account this role."""
    if find_roles_within(by).filter(pk=role.pk).exists():
        return None
    return Refused("beyond", "You can't give this role: it may do more than you.")


def why_not_hold(account: ServiceAccount, *, by: User) -> Refused | None:
    """Why somebody can't change a service account, nor be given a key of it: they would do by it what they may not."""
    if may_more(account.user, than=by):
        return Refused("beyond_account", "This service account may do more than you. Ask somebody who may do as much.")
    return None


def make_account(*, name: str, role: Role, now: dt.datetime, by: User) -> ServiceAccount:
    """A system that may call the API, once it has a key. Raises Refused."""
    refuse(why_not_give_role(role, by=by))
    if ServiceAccount.objects.filter(name__iexact=name.strip()).exists():
        raise Refused("name_taken", "Another service account has this name.")
    address = f"service-{secrets.token_hex(8)}@system.invalid"
    with transaction.atomic(), pghistory.context(user=by.pk, reason="New service account"):
        user = User.objects.create_user(address, name=f"{name.strip()} (API)")
        user.groups.set([role])
        return ServiceAccount.objects.create(user=user, name=name.strip(), made_at=now, made_by=by)


def change_account(*, account_id: int, role: Role, is_active: bool, reason: str, by: User) -> None:
    """Give an account another role, switch it off or on again. Raises Refused, ServiceAccount.DoesNotExist."""
    reason = require_reason(reason)
    refuse(why_not_give_role(role, by=by))
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        account = ServiceAccount.objects.select_for_update(of=["self"]).select_related("user").get(pk=account_id)
        refuse(why_not_hold(account, by=by))
        if set(account.user.groups.all()) != {role}:
            account.user.groups.set([role])
        account.is_active = is_active
        account.save(update_fields=["is_active"])


def why_not_make_key(account: ServiceAccount) -> Refused | None:
    """Why an account gets no key."""
    return None if account.is_active else Refused("off", "This service account is switched off.")


def make_key(
    *, account: ServiceAccount, scopes: Iterable[str], good_for: dt.timedelta, now: dt.datetime, by: User
) -> NewKey:
    """A key for these scopes that is good for a time, a year at most. Raises Refused."""
    refuse(why_not_make_key(account) or why_not_hold(account, by=by))
    wanted = set(scopes)
    if not wanted or not wanted <= set(Scope.values):
        raise Refused("scopes", "Choose at least one scope.")
    if not dt.timedelta() < good_for <= LONGEST:
        raise Refused("good_for", "A key is good for a year at most.")
    with pghistory.context(user=by.pk, reason="New key"):
        return _draw(account, scopes=sorted(wanted), made_at=now, made_by=by, expires_at=now + good_for)


def why_not_rotate(key: ServiceKey, *, now: dt.datetime, by: User) -> Refused | None:
    """Why somebody can't replace a key."""
    if key.replaced_by_id:
        return Refused("replaced", "This key was replaced already. Rotate the newer one.")
    return why_not_make_key(key.account) or why_not_revoke(key, now=now) or why_not_hold(key.account, by=by)


def rotate_key(*, key_id: int, overlap: dt.timedelta, good_for: dt.timedelta, now: dt.datetime, by: User) -> NewKey:
    """A new key for the same scopes. The old one works on for the overlap, so that both may be in use meanwhile.

    Raises Refused, ServiceKey.DoesNotExist.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, reason="Rotated"):
        old = ServiceKey.objects.select_for_update(of=["self"]).select_related("account").get(pk=key_id)
        refuse(why_not_rotate(old, now=now, by=by))
        new = make_key(account=old.account, scopes=old.scopes, good_for=good_for, now=now, by=by)
        old.replaced_by, old.expires_at = new.key, min(old.expires_at, now + overlap)
        old.save(update_fields=["replaced_by", "expires_at"])
    return new


def why_not_revoke(key: ServiceKey, *, now: dt.datetime) -> Refused | None:
    """Why there is nothing to revoke."""
    return None if key.is_good(now) else Refused("over", "This key no longer works as it is.")


def revoke_key(*, key_id: int, reason: str, now: dt.datetime, by: User) -> None:
    """Let a key open nothing from now on. Raises Refused, ServiceKey.DoesNotExist."""
    reason = require_reason(reason)
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        key = ServiceKey.objects.select_for_update(no_key=True).get(pk=key_id)
        refuse(why_not_revoke(key, now=now))
        key.revoked_at, key.revoked_by = now, by
        key.save(update_fields=["revoked_at", "revoked_by"])


def note_use(*, key: ServiceKey, find_address: Callable[[], str | None], now: dt.datetime) -> None:
    """Remember that a key was used, and from where; at most once a minute, however often it is."""
    late = now - USE_IS_TOLD_EVERY
    if key.last_used_at and key.last_used_at > late:
        return
    # Asked again by the database: of several calls at once one writes.
    unsaid = Q(last_used_at=None) | Q(last_used_at__lte=late)
    ServiceKey.objects.filter(unsaid, pk=key.pk).update(last_used_at=now, last_used_address=find_address())


def _draw(account: ServiceAccount, **facts: object) -> NewKey:
    prefix = "".join(secrets.choice(LETTERS) for _ in range(8))
    text = f"pops_{prefix}_{secrets.token_urlsafe(KEY_BYTES)}"
    key = ServiceKey.objects.create(account=account, prefix=prefix, key_hash=hash_key(text), **facts)
    return NewKey(key, text)
