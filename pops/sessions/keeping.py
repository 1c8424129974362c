"""Sessions of the portal begin, and end in one way each."""

import datetime as dt

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse
from pops.sessions.models import PortalSession

WhyEnded = PortalSession.WhyEnded
# One that was begun just now: Django stores its own session at the end of the request.
JUST_BEGUN = dt.timedelta(minutes=5)


def begin_session(
    *,
    guarantor: Guarantor,
    origin: PortalSession.Origin,
    authentication: PortalSession.Authentication,
    key: str,
    now: dt.datetime,
    user: User | None = None,
    by: User | None = None,
    is_mirror: bool = False,
    reason: str = "",
) -> PortalSession:
    """Remember that a session began. `key`: of Django's session, with which it ends. `user`: who signed in.

    `reason`: why staff look, of a mirror alone.
    """
    return PortalSession.objects.create(
        guarantor=guarantor,
        group=guarantor.group,
        origin=origin,
        authentication=authentication,
        key=key,
        started_at=now,
        user=user,
        by=by,
        is_mirror=is_mirror,
        reason=reason,
    )


def end_session(*, session_id: int, why: PortalSession.WhyEnded, now: dt.datetime) -> None:
    """Remember that a session ended, and why; nothing where that is known already."""
    PortalSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=now, why_ended=why)


def why_not_end(session: PortalSession) -> Refused | None:
    """Why there is nothing to end."""
    return None if session.is_open else Refused("ended", "This session has ended already.")


def end_session_by_staff(*, session_id: int, now: dt.datetime, by: User) -> PortalSession:
    """Sign somebody out at once: Django's session is gone with this call. Of a mirror, only the mirror.

    A payment under way is let go on: the processor has it, and its outcome is recorded as always. Raises Refused, and
    PortalSession.DoesNotExist.
    """
    with transaction.atomic():
        session = PortalSession.objects.select_for_update(of=["self"]).get(pk=session_id)
        refuse(why_not_end(session))
        ended = {"ended_at": now, "why_ended": WhyEnded.ENDED_BY_STAFF, "ended_by": by}
        alive = PortalSession.objects.filter(ended_at=None)
        if session.is_mirror:
            alive.filter(pk=session.pk).update(**ended)
        else:
            # What else was begun in the same browser ends with it.
            alive.filter(key=session.key).update(**ended)
            Session.objects.filter(pk=session.key).delete()
    session.refresh_from_db()
    return session


def expire_sessions(*, now: dt.datetime) -> int:
    """Write down the end of those whose Django session is over; how many they were.

    One that nobody used ended when its time was up. One that is not there any more was cut off, as when the address by
    which somebody signs in was changed.
    """
    of_this = Session.objects.filter(pk=OuterRef("key"))
    alive = PortalSession.objects.filter(ended_at=None)
    expired = alive.filter(Exists(of_this.filter(expire_date__lte=now)))
    count = expired.update(ended_at=Subquery(of_this.values("expire_date")[:1]), why_ended=WhyEnded.EXPIRED)
    gone = alive.filter(~Exists(of_this), started_at__lt=now - JUST_BEGUN)
    return count + gone.update(ended_at=now, why_ended=WhyEnded.CUT_OFF)
