"""Logins, and the sessions they leave behind."""

import datetime as dt

from django.contrib.sessions.models import Session

from pops.core.access.models import POPS_EMAIL, User

# A page left open over a long weekend is still told whose session it was, and keeps its form (pops.web.sign_in).
KEPT = dt.timedelta(days=7)


def get_pops_user() -> User:
    """The user POPS, who opens the API Payments batches. Can't sign in."""
    user, _ = User.objects.get_or_create(
        email=POPS_EMAIL, defaults={"name": "POPS", "password": "!", "is_active": False}
    )
    return user


def forget_sessions(*, now: dt.datetime) -> int:
    """Delete the sessions that ended some days ago, and what was kept in them; how many they were."""
    deleted, _ = Session.objects.filter(expire_date__lt=now - KEPT).delete()
    return deleted
