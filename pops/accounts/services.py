"""Logins."""

from pops.accounts.models import Guarantor, User

POPS_EMAIL = "pops@system.invalid"


def get_pops_user() -> User:
    """The user POPS, who opens the API Payments batches. Can't sign in."""
    user, _ = User.objects.get_or_create(
        email=POPS_EMAIL, defaults={"name": "POPS", "password": "!", "is_active": False}
    )
    return user


def create_guarantor_login(*, guarantor: Guarantor) -> User:
    """Let a guarantor sign in with a code sent to their email address."""
    guarantor.user = User.objects.create_user(guarantor.email, name=guarantor.name)
    guarantor.save(update_fields=["user"])
    return guarantor.user
