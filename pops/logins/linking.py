"""Letting people open accounts, and no longer."""

import pghistory
from django.db import transaction

from notifications.services import post_message
from pops.core.access.models import User
from pops.core.accounts.holding import hold_account
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse
from pops.logins.models import AccountLogin
from pops.logins.notices import ACCESS_GIVEN, ACCESS_TAKEN
from pops.logins.selectors import find_own_login


def create_guarantor_login(*, guarantor: Guarantor) -> User:
    """Let a guarantor sign in with a code sent to their email address, which another person's login may share."""
    with transaction.atomic():
        user = User.objects.create_user(guarantor.email, name=guarantor.name)
        AccountLogin.objects.create(guarantor=guarantor, user=user, is_own=True)
    return user


def why_not_let_in(guarantor: Guarantor) -> Refused | None:
    """Why a guarantor can't get a sign-in of their own."""
    if find_own_login(guarantor):
        return Refused("has_login", "The guarantor has a sign-in of their own already.")
    if not guarantor.email:
        return Refused("no_address", "There is no email address on file. Enter one first: the sign-in comes with it.")
    return why_not_use(guarantor)


def let_guarantor_in(*, guarantor_id: int, reason: str, by: User) -> User:
    """Give a guarantor a sign-in of their own, by the address on file. Raises Refused, and Guarantor.DoesNotExist."""
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        guarantor = hold_account(guarantor_id)
        refuse(why_not_let_in(guarantor))
        return create_guarantor_login(guarantor=guarantor)


def why_not_link(guarantor: Guarantor, user: User) -> Refused | None:
    """Why a login can't be let open an account."""
    if guarantor.account_logins.filter(user=user).exists():
        return Refused("linked", "This person opens the account already.")
    return why_not_use(guarantor)


def link_person(*, guarantor_id: int, person: str, name: str = "", reason: str, by: User) -> AccountLogin:
    """Let another person open an account, and tell its address. `person`: the number of their own account, or an email.

    An address that nobody signs in with yet gets a login by that name. Raises Refused, and Guarantor.DoesNotExist.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        guarantor = hold_account(guarantor_id)
        user = _find_or_make(person.strip(), name.strip())
        refuse(why_not_link(guarantor, user))
        link = AccountLogin.objects.create(guarantor=guarantor, user=user)
        if guarantor.email:
            post_message(kind=ACCESS_GIVEN, to=guarantor.email, guarantor=guarantor, about_id=link.pk)
    return link


def unlink_login(*, link_id: int, reason: str, by: User) -> None:
    """Let a login open an account no longer, from its next click on. Raises AccountLogin.DoesNotExist."""
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        link = AccountLogin.objects.select_for_update(of=["self"]).select_related("guarantor").get(pk=link_id)
        guarantor = link.guarantor
        link.delete()
        if guarantor.email and not link.is_own:
            post_message(kind=ACCESS_TAKEN, to=guarantor.email, guarantor=guarantor, about_id=link_id)


def _find_or_make(person: str, name: str) -> User:
    if "@" not in person:
        guarantor = Guarantor.objects.filter(account_number__iexact=person).first()
        user = find_own_login(guarantor) if guarantor else None
        if user is None:
            raise Refused("nobody", "Nobody signs in to an account of this number.")
        return user
    users = list(User.objects.filter(email=person.lower(), is_active=True, is_staff=False))
    if len(users) > 1:
        raise Refused(
            "several", "Several people sign in with this address. Enter the account number of the one you mean."
        )
    if not users and not name:
        raise Refused("unnamed", "Nobody signs in with this address yet. Enter the person's name to make a sign-in.")
    return users[0] if users else User.objects.create_user(person, name=name)
