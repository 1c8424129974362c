"""The codes that are sent to a guarantor. They belong to what was said to get them, whoever said it.

That is the address itself or, at the door by name, a name and a fact: there all that can be noticed from outside hangs
on what was said, and nothing on the address that it leads to.

So the newest message works wherever its reader asked, and a stranger who asks for codes takes nothing from the owner:
messages are limited, never the form, and while they are, the last code sent stays the one that works.

Who wants a text gets one where a confirmed phone is on file, else the mail. Both are written each time, and what isn't
to be sent is taken back: neither page nor clock tells who has a phone.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import compare_user_code
from allauth.core.internal.ratelimit import cache_lock
from django.core.cache import cache
from django.db import transaction

from notifications.stops import is_blocked
from pops.core.access.models import User
from pops.logins.selectors import find_people, find_text_number
from pops.web.sign_in.limits import MAILS, MAILS_BY_NAME, TEXTS, Door, TooOften, count
from pops.web.sign_in.notices import SIGN_IN

# Seconds. A code that works for less than the second is not worth pointing to: another is sent.
CODE_SECONDS = 15 * 60
WORTH_SECONDS = 5 * 60
# Each that works is one more for a guesser to hit.
WORK_AT_ONCE = 3
# What is written to it is taken back.
NO_NUMBER = "+10000000000"


def send_code(*, email: str, user: User | None, said: str = "", by_text: bool = False) -> bool:
    """Send a code, whether somebody signs in by that address or not; False while the last one sent stays valid.

    An address that is nobody's does the same work, so that no clock tells who is a patient: its mail is written into
    the outbox and taken back in the same transaction. `said` is what led to the address, where it wasn't the address.
    """
    owner = said or email
    if is_limited(MAILS, owner) and _find_codes(owner, left=WORTH_SECONDS):
        return False
    is_flooded = bool(said) and is_limited(MAILS_BY_NAME, email)
    is_for_nobody = user is None or is_flooded
    code = get_adapter().generate_login_code()
    _keep_code(owner, code)
    number = _find_number(user, said=said, email=email) if by_text else ""
    with transaction.atomic():
        if by_text:
            with taken_back(unless=bool(number) and not is_for_nobody):
                get_adapter().send_text(number or NO_NUMBER, code)
        with taken_back(unless=not number and not is_for_nobody):
            get_adapter().send_mail("account/email/login_code", email, {"code": code})
    return True


def has_code(owner: str) -> bool:
    """Whether a code that was asked for by this address, or by what was said, still works."""
    return bool(_find_codes(owner))


def use_code(*, owner: str, code: str) -> bool:
    """Whether this is a code of that owner. Then all of them are used up: each signs in once."""
    codes = _find_codes(owner)
    return any([compare_user_code(actual=code, expected=one) for one in codes]) and cache.delete(_key(owner))


@contextmanager
def taken_back(*, unless: bool) -> Iterator[None]:
    """What is written inside is taken back, after the same work; the worker is nudged for nothing."""
    before = transaction.savepoint()
    yield
    if unless:
        transaction.savepoint_commit(before)
    else:
        transaction.savepoint_rollback(before)


def _find_number(user: User | None, *, said: str, email: str) -> str:
    """The confirmed phone on file, while texts reach it and are no more than they should; empty: by email then."""
    people = [user] if said else find_people(email)
    number = find_text_number([person for person in people if person])
    is_unfit = is_limited(TEXTS, number or said or email) or is_blocked(number or NO_NUMBER, kind=SIGN_IN)
    return "" if is_unfit else number


def is_limited(door: Door, account: str) -> bool:
    """Count, and say whether that was too often."""
    try:
        count(door, account)
    except TooOften:
        return True
    return False


def _find_codes(owner: str, left: int = 0) -> list[str]:
    """Codes that work for so many seconds more."""
    oldest = time.time() - CODE_SECONDS + left
    return [code for code, sent_at in cache.get(_key(owner), []) if sent_at > oldest]


def _keep_code(owner: str, code: str) -> None:
    with cache_lock(_key(owner)):
        codes = [*cache.get(_key(owner), []), (code, time.time())]
        cache.set(_key(owner), codes[-WORK_AT_ONCE:], timeout=CODE_SECONDS)


def _key(owner: str) -> str:
    return "sign_in.codes." + hashlib.sha256(owner.lower().encode()).hexdigest()
