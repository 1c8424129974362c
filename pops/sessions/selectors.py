"""Reading sessions of the portal."""

from django.db.models import QuerySet

from pops.core.access.models import User
from pops.sessions.models import PortalSession


def find_ended_by_staff(key: str) -> int | None:
    """Who was signed in in a browser whose session staff have ended, by the key that it still names."""
    return _ended_by_staff(key).exclude(user=None).values_list("user_id", flat=True).first()


def was_ended_by_staff(key: str) -> bool:
    """Whether staff have ended a session of a browser, that of a link too, by the key that it still names."""
    return _ended_by_staff(key).exists()


def _ended_by_staff(key: str) -> QuerySet[PortalSession]:
    ended = PortalSession.objects.filter(key=key, why_ended=PortalSession.WhyEnded.ENDED_BY_STAFF, is_mirror=False)
    return ended if key else ended.none()


def find_mirror(*, session_id: int, by: User) -> PortalSession | None:
    """A mirror of this member of staff, over or not."""
    mirrors = PortalSession.objects.filter(pk=session_id, is_mirror=True, by=by)
    return mirrors.select_related("guarantor__group").first()
