"""Reading service accounts and their keys."""

import datetime as dt
import hashlib
import secrets

from django.db.models import Q, QuerySet

from pops.core.refusals import Refused
from pops.service_accounts.models import ServiceAccount, ServiceKey


def hash_key(key: str) -> bytes:
    """What is kept of a key. It needs no salt: nobody can try 256 bits."""
    return hashlib.sha256(key.encode(errors="replace")).digest()


def find_key(text: str) -> ServiceKey | None:
    """The key of this text, good or not, with its account. None when nobody was ever given it."""
    hashed = hash_key(text)
    key = ServiceKey.objects.select_related("account__user").filter(key_hash=hashed).first()
    return key if key and secrets.compare_digest(bytes(key.key_hash), hashed) else None


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
