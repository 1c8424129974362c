"""An account's phone number: used once the guarantor typed in the code that was texted to it, or was called on it.

The desk's call is for numbers that take no texts, for who has no sign-in of their own, and where there are no texts.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pghistory
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from notifications.models import Message
from notifications.services import post_message
from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.accounts.profile import BY_THEMSELVES
from pops.core.phones import text_number
from pops.core.refusals import Refused, refuse
from pops.core.words import shown, tel
from pops.logins.models import PhoneChange
from pops.logins.notices import PHONE_CODE, PHONE_USED, is_code_of
from pops.logins.selectors import find_own_login

State = PhoneChange.State
SHORTEST, LONGEST = 7, 15  # digits; the most is what the world's numbering plan allows
NO_PHONE = "Enter a phone number with its area code, for example (555) 010-2000."
WRITTEN = re.compile(r"[0-9 +().x-]*", re.IGNORECASE)  # an extension comes after an x


def find_open_phone_change(guarantor: Guarantor) -> PhoneChange | None:
    """The number that waits for the desk's call."""
    return guarantor.phone_changes.filter(state=State.WAITING, by_code=False).first()


def find_open_phone_code(guarantor: Guarantor, *, now: dt.datetime) -> PhoneChange | None:
    """The number whose code waits to be typed in."""
    change = guarantor.phone_changes.filter(state=State.WAITING, by_code=True).first()
    return change if change and change.takes_code(now) else None


def find_waiting_phones() -> QuerySet[PhoneChange]:
    """All numbers that wait for the desk's call, oldest first. An account that was merged waits no more."""
    waiting = PhoneChange.objects.filter(state=State.WAITING, by_code=False, guarantor__is_retired=False)
    return waiting.select_related("guarantor", "asked_by").order_by("asked_at", "pk")


def why_not_change_phone(guarantor: Guarantor, new_phone: str) -> Refused | None:
    """Why this number can't be asked for. Empty: to have the one on file taken away."""
    digits = _digits(new_phone)
    if new_phone and not is_phone(new_phone):
        return Refused("no_phone", NO_PHONE)
    if digits == _digits(guarantor.phone):
        return Refused("same", "This is the number on file already." if digits else "There is no number on file.")
    return why_not_use(guarantor)


def ask_phone_change(*, guarantor_id: int, new_phone: str, now: dt.datetime, by: User) -> PhoneChange:
    """Have the desk look at another number. One that waits is replaced. Raises Refused."""
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_change_phone(guarantor, new_phone))
        return _ask(guarantor, new_phone, now=now, by=by)


def why_not_text_code(guarantor: Guarantor, phone: str, *, user: User) -> Refused | None:
    """Why who is signed in can't confirm a number by a code. The one on file can be, as long as nobody has."""
    if not settings.TEXTS_ARE_ON:
        return Refused("no_texts", "We can't send texts now.")
    if not is_phone(phone):
        return Refused("no_phone", NO_PHONE)
    if not text_number(phone):
        return Refused("takes_none", "A text can't be sent to this number. Enter a mobile number, or have us call you.")
    # By a confirmed phone codes to sign in come: nobody gives another person's account theirs.
    if find_own_login(guarantor) != user:
        return Refused("not_own", f"Only {guarantor.name} can confirm a number by text. Have us call you instead.")
    if guarantor.phone_confirmed_at and _digits(phone) == _digits(guarantor.phone):
        return Refused("same", "This number is confirmed already.")
    return why_not_use(guarantor)


def offers_phone_codes(guarantor: Guarantor, user: User) -> bool:
    """Whether who is signed in can confirm a number of this account by text."""
    return bool(settings.TEXTS_ARE_ON) and find_own_login(guarantor) == user


def ask_phone_code(*, guarantor_id: int, phone: str, now: dt.datetime, by: User) -> PhoneChange:
    """Text a code to a number. One that waits is replaced. Raises Refused."""
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_text_code(guarantor, phone, user=by))
        change = _ask(guarantor, phone, by_code=True, now=now, by=by)
        to = text_number(phone)
        about: Any = {"guarantor": guarantor, "about_id": change.pk}
        post_message(kind=PHONE_CODE, to=to, lane=Message.Lane.URGENT, channel=Message.Channel.TEXT, **about)
    return change


def confirm_phone(*, change_id: int, code: str, now: dt.datetime, by: User) -> bool:
    """Use the number from now on, if this is the code that was texted to it; False if not, which is counted.

    The address on file is told: codes to sign in may go to the number. Raises Refused when the code works no longer.
    """
    with transaction.atomic():
        change = _lock_change(change_id, why_not_type_code, now=now)
        if not is_code_of(change, code):
            change.guesses += 1
            change.save(update_fields=["guesses"])
            if change.guesses >= PhoneChange.GUESSES:
                _end(change, State.DECLINED, note="Wrong codes", now=now, by=by)
            return False
        guarantor = change.guarantor
        _use(change, BY_THEMSELVES, now=now, by=by)
        if guarantor.email:
            post_message(kind=PHONE_USED, to=guarantor.email, guarantor=guarantor, about_id=change.pk)
    return True


def why_not_type_code(change: PhoneChange, *, now: dt.datetime) -> Refused | None:
    """Why a number's code works no longer."""
    return why_not_use(change.guarantor) if change.takes_code(now) else _over()


def withdraw_phone_change(*, guarantor_id: int, now: dt.datetime, by: User) -> None:
    """Let the number that waits come to nothing. Raises Refused when none waits."""
    with transaction.atomic():
        change = hold_account(guarantor_id).phone_changes.filter(state=State.WAITING).first()
        if change is None:
            raise _over()
        _end(change, State.REPLACED, now=now, by=by)


def why_not_settle_phone(change: PhoneChange) -> Refused | None:
    """Why there is nothing to decide about a number any more."""
    return why_not_use(change.guarantor) if change.is_waiting else _over()


def take_phone(*, change_id: int, note: str = "", now: dt.datetime, by: User) -> None:
    """Use the number from now on: the desk reached the guarantor on it. Raises Refused."""
    with transaction.atomic():
        change = _lock_change(change_id, why_not_settle_phone)
        _use(change, note or "Asked for on the portal; reached on it", note=note, now=now, by=by)


def decline_phone(*, change_id: int, note: str, now: dt.datetime, by: User) -> None:
    """Keep the number on file. Raises Refused."""
    with transaction.atomic():
        _end(_lock_change(change_id, why_not_settle_phone), State.DECLINED, note=note, now=now, by=by)


def is_phone(text: str) -> bool:
    """Whether this is a phone number, as people write them."""
    return bool(WRITTEN.fullmatch(text)) and SHORTEST <= len(_digits(text)) <= LONGEST


def _ask(guarantor: Guarantor, phone: str, *, by_code: bool = False, now: dt.datetime, by: User) -> PhoneChange:
    """In place of one that waits."""
    guarantor.phone_changes.filter(state=State.WAITING).update(state=State.REPLACED, ended_at=now, ended_by=by)
    facts = {"new_phone": shown(phone), "by_code": by_code, "asked_by": by, "asked_at": now}
    return PhoneChange.objects.create(guarantor=guarantor, old_phone=guarantor.phone, **facts)


def _use(change: PhoneChange, reason: str, *, note: str = "", now: dt.datetime, by: User) -> None:
    guarantor = change.guarantor
    guarantor.phone, guarantor.phone_confirmed_at = change.new_phone, now
    with pghistory.context(user=by.pk, reason=reason):
        guarantor.save(update_fields=["phone", "phone_confirmed_at"])
    _end(change, State.CONFIRMED, note=note, now=now, by=by)


def _lock_change(change_id: int, why_not: Callable[..., Refused | None], **facts: dt.datetime) -> PhoneChange:
    """A change that nothing speaks against, its account held."""
    hold_account(PhoneChange.objects.values_list("guarantor_id", flat=True).get(pk=change_id))
    change = PhoneChange.objects.select_related("guarantor").get(pk=change_id)
    refuse(why_not(change, **facts))
    return change


def _over() -> Refused:
    return Refused("over", "This number was decided about, replaced or withdrawn before.")


def _end(change: PhoneChange, state: PhoneChange.State, *, note: str = "", now: dt.datetime, by: User) -> None:
    change.state, change.note, change.ended_at, change.ended_by = state, note, now, by
    change.save(update_fields=["state", "note", "ended_at", "ended_by"])


def _digits(phone: str) -> str:
    return "".join(char for char in tel(phone) if char in "0123456789")
