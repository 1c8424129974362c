"""Reading sessions of the portal."""

from pops.core.access.models import User
from pops.sessions.models import PortalSession


def find_ended_by_staff(key: str) -> int | None:
    """Who was signed in in a browser whose session staff have ended, by the key that it still names."""
    ended = PortalSession.objects.filter(key=key, why_ended=PortalSession.WhyEnded.ENDED_BY_STAFF, is_mirror=False)
    return ended.values_list("user_id", flat=True).first() if key else None


def find_mirror(*, session_id: int, by: User) -> PortalSession | None:
    """A mirror of this member of staff, over or not."""
    mirrors = PortalSession.objects.filter(pk=session_id, is_mirror=True, by=by)
    return mirrors.select_related("guarantor__group").first()
