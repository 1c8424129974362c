"""Guarantors' logins."""

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor


def create_guarantor_login(*, guarantor: Guarantor) -> User:
    """Let a guarantor sign in with a code sent to their email address."""
    guarantor.user = User.objects.create_user(guarantor.email, name=guarantor.name)
    guarantor.save(update_fields=["user"])
    return guarantor.user
