"""Reading service accounts and their keys."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, Q, QuerySet

from pops.core.access.models import User
from pops.core.access.rights import keep_rights
from pops.core.refusals import Refused
from pops.service_accounts.models import ServiceAccount, ServiceKey

M = TypeVar("M", bound=Model)


# What each call asks of them. The rest is read when somebody asks for it.
ASKED = {
    ServiceKey: {"id", "account_id", "key_hash", "scopes", "expires_at", "revoked_at", "last_used_at"},
    ServiceAccount: {"user_id", "is_active"},
    User: {"id", "email", "name", "is_staff", "is_superuser", "is_active"},
}


@cache
def _names(model: type[Model]) -> list[str]:
    """In the order in which the model takes their values."""
    return [field.attname for field in model._meta.concrete_fields if field.attname in ASKED[model]]


def _columns(model: type[Model], row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in _names(model))


def _read(model: type[M], values: Iterator[Any]) -> M:
    """A row of the model from the values that are next."""
    names = _names(model)
    return model.from_db(DEFAULT_DB_ALIAS, names, list(islice(values, len(names))))


def hash_key(key: str) -> bytes:
    """What is kept of a key. It needs no salt: nobody can try 256 bits."""
    return hashlib.sha256(key.encode(errors="replace")).digest()


# By name: columns may stand in another order in the tables.
KEY = f"""
SELECT rights, {_columns(ServiceKey, "(key)")}, {_columns(ServiceAccount, "(account)")}, {_columns(User, "(login)")}
FROM service_accounts_find_key(%s)
"""  # noqa: S608  names of columns


def find_key(text: str) -> ServiceKey | None:
    """The key of this text, good or not, with its account and rights. None when nobody was ever given it."""
    hashed = hash_key(text)
    with connection.cursor() as cursor:
        cursor.execute(KEY, [hashed])
        values = iter(cursor.fetchone() or ())
    if (rights := next(values, None)) is None:
        return None
    key = _read(ServiceKey, values)
    key.account = _read(ServiceAccount, values)
    key.account.user = _read(User, values)
    keep_rights(key.account.user, rights)
    return key if secrets.compare_digest(bytes(key.key_hash), hashed) else None


def find_keys(account: ServiceAccount) -> QuerySet[ServiceKey]:
    """The keys of an account, newest first."""
    return account.keys.select_related("made_by", "revoked_by", "replaced_by").order_by("-made_at", "-pk")


def find_good_keys(account: ServiceAccount, *, now: dt.datetime) -> QuerySet[ServiceKey]:
    """Those that work now."""
    return account.keys.filter(Q(expires_at__gt=now), revoked_at=None)


def why_not_call(key: ServiceKey, *, now: dt.datetime) -> Refused | None:
    """Why a key opens nothing, in words for who holds it."""
    if key.revoked_at:
        return Refused("key_revoked", "This key was revoked. Ask the practice for a new one.")
    if now >= key.expires_at:
        return Refused("key_expired", "This key has expired. Ask the practice for a new one.")
    if not (key.account.is_active and key.account.user.is_active):
        return Refused("account_off", "The service account of this key is switched off.")
    return None
