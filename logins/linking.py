"""Letting logins open accounts."""

from django.db import transaction

from logins.models import AccountLogin
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor


def create_guarantor_login(*, guarantor: Guarantor) -> User:
    """Let a guarantor sign in with a code sent to their email address, which another person's login may share."""
    with transaction.atomic():
        user = User.objects.create_user(guarantor.email, name=guarantor.name)
        AccountLogin.objects.create(guarantor=guarantor, user=user, is_own=True)
    return user
