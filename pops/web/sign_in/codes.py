"""The codes that are mailed to a guarantor's address. They belong to the address, whoever asked for them.

So the newest email works wherever its reader asked, and a stranger who asks for codes takes nothing from the owner:
mails are limited, never the form, and while they are, the last code sent stays the one that works.
"""

import hashlib
import time

from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import compare_user_code
from allauth.core.internal.ratelimit import cache_lock
from django.core.cache import cache
from django.db import transaction

from pops.core.access.models import User
from pops.web.sign_in.limits import MAILS, TooOften, count

# Seconds. A code that works for less than the second is not worth pointing to: another is sent.
CODE_SECONDS = 15 * 60
WORTH_SECONDS = 5 * 60
# Each that works is one more for a guesser to hit.
WORK_AT_ONCE = 3


def send_code(*, email: str, user: User | None) -> bool:
    """Mail a code, whether somebody signs in by that address or not; False while the last one sent stays valid.

    An address that is nobody's does the same work, so that no clock tells who is a patient: its mail is written into
    the outbox and taken back in the same transaction.
    """
    if _is_limited(email) and _find_codes(email, left=WORTH_SECONDS):
        return False
    code = get_adapter().generate_login_code()
    _keep_code(email, code)
    with transaction.atomic():
        before = transaction.savepoint()
        get_adapter().send_mail("account/email/login_code", email, {"code": code})
        if user is None:
            transaction.savepoint_rollback(before)  # the worker is nudged for nothing
        else:
            transaction.savepoint_commit(before)
    return True


def has_code(email: str) -> bool:
    """Whether a code that was asked for this address still works."""
    return bool(_find_codes(email))


def use_code(*, email: str, code: str) -> bool:
    """Whether this is a code of the address. Then all of them are used up: each signs in once."""
    codes = _find_codes(email)
    return any([compare_user_code(actual=code, expected=one) for one in codes]) and cache.delete(_key(email))


def _is_limited(email: str) -> bool:
    try:
        count(MAILS, email)
    except TooOften:
        return True
    return False


def _find_codes(email: str, left: int = 0) -> list[str]:
    """Codes that work for so many seconds more."""
    oldest = time.time() - CODE_SECONDS + left
    return [code for code, sent_at in cache.get(_key(email), []) if sent_at > oldest]


def _keep_code(email: str, code: str) -> None:
    with cache_lock(_key(email)):
        codes = [*cache.get(_key(email), []), (code, time.time())]
        cache.set(_key(email), codes[-WORK_AT_ONCE:], timeout=CODE_SECONDS)


def _key(email: str) -> str:
    return "sign_in.codes." + hashlib.sha256(email.lower().encode()).hexdigest()
