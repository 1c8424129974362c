"""An account's email address: changed once its new reader has confirmed it, told to the old one, and the login follows.

Until then codes and receipts go to the old address: the new one may be mistyped, and be a stranger's. Its reader tells
a fact on file where staff asked for the change, and the code from the mail where the guarantor did, who is signed in.
"""

import datetime as dt
from collections.abc import Callable, Mapping

import pghistory
from django.db import transaction

from notifications.models import Message
from notifications.services import Letter, post_message, post_messages
from pops.core.access.models import User
from pops.core.access.services import get_pops_user
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.accounts.profile import BY_THEMSELVES
from pops.core.locks import hold_each
from pops.core.refusals import Refused, refuse
from pops.logins.linking import create_guarantor_login
from pops.logins.models import EmailChange
from pops.logins.notices import (
    ADDRESS_ASKED,
    ADDRESS_CHANGED,
    ADDRESS_CODE,
    ADDRESS_CONFIRM,
    is_code_of,
    read_token,
)
from pops.logins.selectors import find_accounts, find_own_login, knows_account


def find_open_change(guarantor: Guarantor, *, now: dt.datetime) -> EmailChange | None:
    """The change that waits for the new address' reader."""
    change = guarantor.email_changes.select_related("guarantor").filter(confirmed_at=None, ended_at=None).first()
    return change if change and change.is_open(now) else None


def find_change(token: str, *, now: dt.datetime) -> EmailChange | None:
    """The change that a link from a mail is about, while it can be confirmed."""
    changes = EmailChange.objects.select_related("guarantor__group").filter(by_code=False)
    change = changes.filter(pk=read_token(token)).first()
    return change if change and change.is_open(now) else None


def why_not_change_email(guarantor: Guarantor, new_email: str) -> Refused | None:
    """Why an account can't get this address."""
    if is_same(guarantor.email, new_email):
        return Refused("same", "This is the address on file already.")
    return why_not_use(guarantor)


def change_email(*, guarantor_id: int, new_email: str, reason: str, now: dt.datetime, by: User) -> EmailChange:
    """Ask the reader of a new address to confirm it, and tell the old one. A change that waits is replaced.

    Raises Refused, and Guarantor.DoesNotExist.
    """
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_change_email(guarantor, new_email))
        [change] = ask_readers({guarantor_id: new_email}, reason=reason, now=now, by=by)
    return change


def ask_readers(
    wanted: Mapping[int, str], *, reason: str, now: dt.datetime, by: User | None = None
) -> list[EmailChange]:
    """Ask the readers of new addresses, by the ids of guarantors that are held; without `by` it is POPS who asks.

    A few statements for all of them.
    """
    changes = _ask(wanted, reason=reason, now=now, by=by or get_pops_user())
    post_messages(kind=ADDRESS_CONFIRM, letters=[Letter(one.new_email, one.guarantor, one.pk) for one in changes])
    return changes


def why_not_change_own_email(guarantor: Guarantor, user: User) -> Refused | None:
    """Why whoever is signed in can't change this account's address: it is what another person signs in with."""
    own = find_own_login(guarantor)
    if own is not None and own.pk != user.pk:
        return Refused("not_own", f"{guarantor.name} signs in with this address, and alone can change it here.")
    return why_not_use(guarantor)


def change_own_email(*, guarantor_id: int, new_email: str, now: dt.datetime, by: User) -> EmailChange:
    """Mail a code to the new address of who is signed in, and tell the old one. A change that waits is replaced.

    Raises Refused, and Guarantor.DoesNotExist.
    """
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_change_own_email(guarantor, by))
        refuse(why_not_change_email(guarantor, new_email))
        [change] = _ask({guarantor_id: new_email}, reason=BY_THEMSELVES, by_code=True, now=now, by=by)
        urgent = Message.Lane.URGENT
        post_message(kind=ADDRESS_CODE, to=new_email, guarantor=guarantor, about_id=change.pk, lane=urgent)
    return change


def why_not_withdraw(guarantor: Guarantor, *, now: dt.datetime) -> Refused | None:
    """Why there is no change of address to withdraw."""
    return None if find_open_change(guarantor, now=now) else _over()


def withdraw_email_change(*, guarantor_id: int, now: dt.datetime) -> None:
    """Let a change that waits come to nothing: its link no longer works. Raises Refused when none waits."""
    with transaction.atomic():
        guarantor = hold_account(guarantor_id)
        refuse(why_not_withdraw(guarantor, now=now))
        _end_open(guarantor, now)


def confirm_email(*, change_id: int, fact: str, now: dt.datetime) -> bool:
    """Use the new address from now on, if whoever reads it knows a fact on file; False if not, which is counted.

    Raises Refused when the change is over: confirmed, withdrawn, too old, or guessed at too often.
    """
    return _confirm(change_id, lambda change: knows_account(change.guarantor, fact), now=now)


def confirm_own_email(*, change_id: int, code: str, now: dt.datetime) -> bool:
    """Use the new address from now on, if this is the code that was mailed to it; False if not, which is counted.

    Raises Refused when the change is over: confirmed, withdrawn, too old, or guessed at too often.
    """
    return _confirm(change_id, lambda change: is_code_of(change, code), now=now)


def find_followers(guarantor: Guarantor) -> list[Guarantor]:
    """Other accounts that get the new address too: looked after by the guarantor alone, with the old one."""
    user = find_own_login(guarantor)
    if user is None or not guarantor.email:
        return []
    others = [account for account in find_accounts(user) if account.pk != guarantor.pk]
    return [
        account
        for account in others
        if is_same(account.email, guarantor.email)
        and not account.account_logins.filter(is_own=True).exclude(user=user).exists()
    ]


def find_sharers(guarantor: Guarantor) -> list[Guarantor]:
    """Accounts with the same address that keep it when this one's is changed."""
    if not guarantor.email:
        return []
    followers = [account.pk for account in [guarantor, *find_followers(guarantor)]]
    others = Guarantor.objects.filter(email__iexact=guarantor.email, is_retired=False).exclude(pk__in=followers)
    return list(others.order_by("name", "account_number"))


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are one."""
    return one.strip().casefold() == other.strip().casefold()


def _ask(
    wanted: Mapping[int, str], *, reason: str, by_code: bool = False, now: dt.datetime, by: User
) -> list[EmailChange]:
    """In place of those that wait; the old addresses are told."""
    EmailChange.objects.filter(guarantor__in=wanted, confirmed_at=None, ended_at=None).update(ended_at=now)
    about = {"reason": reason, "by_code": by_code, "asked_by": by, "asked_at": now}
    changes = EmailChange.objects.bulk_create(
        EmailChange(guarantor=one, old_email=one.email, new_email=wanted[one.pk], **about)
        for one in Guarantor.objects.filter(pk__in=wanted).order_by("pk")
    )
    told = [one for one in changes if one.old_email]
    post_messages(kind=ADDRESS_ASKED, letters=[Letter(one.old_email, one.guarantor, one.pk) for one in told])
    return changes


def _confirm(change_id: int, is_right: Callable[[EmailChange], bool], *, now: dt.datetime) -> bool:
    with transaction.atomic():
        _hold_all(EmailChange.objects.values_list("guarantor_id", flat=True).get(pk=change_id))
        change = EmailChange.objects.select_related("guarantor").get(pk=change_id)
        guarantor, old_email = change.guarantor, change.guarantor.email
        if not change.is_open(now):
            raise _over()
        if not is_right(change):
            change.guesses += 1
            change.ended_at = now if change.guesses >= EmailChange.GUESSES else None
            change.save(update_fields=["guesses", "ended_at"])
            return False
        change.confirmed_at = now
        change.save(update_fields=["confirmed_at"])
        with pghistory.context(user=change.asked_by_id, reason=change.reason):
            _use(change.new_email, guarantor, now)
        if old_email:
            post_message(kind=ADDRESS_CHANGED, to=old_email, guarantor=guarantor, about_id=change.pk)
    return True


def _hold_all(guarantor_id: int) -> None:
    """Hold the account and all that its login opens, in order: another of them may get a new address at this moment."""
    user = find_own_login(Guarantor(pk=guarantor_id))
    links = user.account_logins.values_list("guarantor_id", flat=True) if user else []
    hold_each(guarantors=[guarantor_id, *links])


def _over() -> Refused:
    return Refused("over", "This change was confirmed, withdrawn or replaced before, or its three days are over.")


def _end_open(guarantor: Guarantor, now: dt.datetime) -> None:
    guarantor.email_changes.filter(confirmed_at=None, ended_at=None).update(ended_at=now)


def _use(email: str, guarantor: Guarantor, now: dt.datetime) -> None:
    """Put the address on the accounts it is for, and let the login follow."""
    user, others = find_own_login(guarantor), find_followers(guarantor)
    follows = user is not None and _follows(user, guarantor)
    for account in [guarantor, *others]:
        account.email, account.email_confirmed_at = email, now
        account.save(update_fields=["email", "email_confirmed_at"])
    if user is not None and follows:
        user.email = email.lower()
        user.set_unusable_password()  # another one that fits nothing: sessions hang on it, and end
        user.save(update_fields=["email", "password"])
    elif not guarantor.account_logins.exists():
        create_guarantor_login(guarantor=guarantor)


def _follows(user: User, guarantor: Guarantor) -> bool:
    """Unless the login's address is that of another account it opens, and not of this one."""
    others = [account.email for account in find_accounts(user) if account.pk != guarantor.pk]
    return is_same(user.email, guarantor.email) or not any(is_same(user.email, email) for email in others)
