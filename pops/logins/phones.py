"""An account's phone number: used once the desk has reached the guarantor on it. No text is sent by us yet.

A channel for texts would confirm it by a code, as addresses are; what is kept here stays the same.
"""

import datetime as dt
import re

import pghistory
from django.db import transaction
from django.db.models import QuerySet

from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse
from pops.core.words import shown, tel
from pops.logins.models import PhoneChange

State = PhoneChange.State
SHORTEST, LONGEST = 7, 15  # digits; the most is what the world's numbering plan allows
WRITTEN = re.compile(r"[0-9 +().x-]*", re.IGNORECASE)  # an extension comes after an x


def find_open_phone_change(guarantor: Guarantor) -> PhoneChange | None:
    """The number that waits for the desk's call."""
    return guarantor.phone_changes.filter(state=State.WAITING).first()


def find_waiting_phones() -> QuerySet[PhoneChange]:
    """All numbers that wait for the desk's call, oldest first. An account that was merged waits no more."""
    waiting = PhoneChange.objects.filter(state=State.WAITING, guarantor__is_retired=False)
    return waiting.select_related("guarantor", "asked_by").order_by("asked_at", "pk")


def why_not_change_phone(guarantor: Guarantor, new_phone: str) -> Refused | None:
    """Why this number can't be asked for. Empty: to have the one on file taken away."""
    digits = _digits(new_phone)
    if new_phone and not (WRITTEN.fullmatch(new_phone) and SHORTEST <= len(digits) <= LONGEST):
        return Refused("no_phone", "Enter a phone number with its area code, for example (555) 010-2000.")
    if digits == _digits(guarantor.phone):
        return Refused("same", "This is the number on file already." if digits else "There is no number on file.")
    return why_not_use(guarantor)


def ask_phone_change(*, guarantor_id: int, new_phone: str, now: dt.datetime, by: User) -> PhoneChange:
    """Have the desk look at another number. One that waits is replaced. Raises Refused."""
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_change_phone(guarantor, new_phone))
        guarantor.phone_changes.filter(state=State.WAITING).update(state=State.REPLACED, ended_at=now, ended_by=by)
        return PhoneChange.objects.create(
            guarantor=guarantor, old_phone=guarantor.phone, new_phone=shown(new_phone), asked_by=by, asked_at=now
        )


def withdraw_phone_change(*, guarantor_id: int, now: dt.datetime, by: User) -> None:
    """Let the number that waits come to nothing. Raises Refused when none waits."""
    with transaction.atomic():
        change = find_open_phone_change(hold_account(guarantor_id))
        if change is None:
            raise _over()
        _end(change, State.REPLACED, now=now, by=by)


def why_not_settle_phone(change: PhoneChange) -> Refused | None:
    """Why there is nothing to decide about a number any more."""
    if change.state != State.WAITING:
        return _over()
    return why_not_use(change.guarantor)


def take_phone(*, change_id: int, note: str = "", now: dt.datetime, by: User) -> None:
    """Use the number from now on: the desk reached the guarantor on it. Raises Refused."""
    with transaction.atomic():
        change = _lock_change(change_id)
        guarantor = change.guarantor
        guarantor.phone, guarantor.phone_confirmed_at = change.new_phone, now
        with pghistory.context(user=by.pk, reason=note or "Asked for on the portal; reached on it"):
            guarantor.save(update_fields=["phone", "phone_confirmed_at"])
        _end(change, State.CONFIRMED, note=note, now=now, by=by)


def decline_phone(*, change_id: int, note: str, now: dt.datetime, by: User) -> None:
    """Keep the number on file. Raises Refused."""
    with transaction.atomic():
        _end(_lock_change(change_id), State.DECLINED, note=note, now=now, by=by)


def _lock_change(change_id: int) -> PhoneChange:
    """A change that can be decided about, its account held."""
    hold_account(PhoneChange.objects.values_list("guarantor_id", flat=True).get(pk=change_id))
    change = PhoneChange.objects.select_related("guarantor").get(pk=change_id)
    refuse(why_not_settle_phone(change))
    return change


def _over() -> Refused:
    return Refused("over", "This number was decided about, replaced or withdrawn before.")


def _end(change: PhoneChange, state: PhoneChange.State, *, note: str = "", now: dt.datetime, by: User) -> None:
    change.state, change.note, change.ended_at, change.ended_by = state, note, now, by
    change.save(update_fields=["state", "note", "ended_at", "ended_by"])


def _digits(phone: str) -> str:
    return "".join(char for char in tel(phone) if char in "0123456789")
