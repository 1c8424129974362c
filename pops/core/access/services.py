"""Logins."""

from pops.core.access.models import POPS_EMAIL, User


def get_pops_user() -> User:
    """The user POPS, who opens the API Payments batches. Can't sign in."""
    user, _ = User.objects.get_or_create(
        email=POPS_EMAIL, defaults={"name": "POPS", "password": "!", "is_active": False}
    )
    return user
