"""A mirror: staff look at an account as its guarantor sees it. It opens nothing but looking, and is kept."""

import datetime as dt

import pghistory
from django.db import transaction

from pops.core.access.models import User
from pops.core.accounts.merging import why_not_use
from pops.core.accounts.models import Guarantor
from pops.core.refusals import Refused, refuse, require_reason
from pops.sessions.keeping import begin_session, end_session
from pops.sessions.models import PortalSession


def why_not_mirror(guarantor: Guarantor) -> Refused | None:
    """Why an account can't be looked at so: its guarantor doesn't see it either."""
    return why_not_use(guarantor)


def begin_mirror(
    *,
    guarantor_id: int,
    authentication: PortalSession.Authentication,
    reason: str,
    key: str,
    now: dt.datetime,
    by: User,
) -> PortalSession:
    """Let staff look, from the session of theirs that has this key. Raises Refused, and Guarantor.DoesNotExist."""
    reason = require_reason(reason)
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        guarantor = Guarantor.objects.select_related("group").get(pk=guarantor_id)
        refuse(why_not_mirror(guarantor))
        return begin_session(
            guarantor=guarantor,
            origin=PortalSession.Origin.STAFF,
            authentication=authentication,
            key=key,
            now=now,
            by=by,
            is_mirror=True,
            reason=reason,
        )


def get_address(mirror: PortalSession) -> str:
    """Where a mirror's pages begin."""
    page = "quickpay/" if mirror.authentication == PortalSession.Authentication.QUICKPAY else ""
    return f"/mirror/{mirror.pk}/{page}"


def end_mirror(*, mirror: PortalSession, now: dt.datetime) -> None:
    """Look no longer."""
    end_session(session_id=mirror.pk, why=PortalSession.WhyEnded.SIGNED_OUT, now=now)


def why_not_look(mirror: PortalSession, *, key: str) -> Refused | None:
    """Why a mirror shows nothing any more: it goes with the session of staff that it was opened in."""
    if mirror.is_open and mirror.key == key:
        return why_not_mirror(mirror.guarantor)
    return Refused("over", "This mirror has ended. Open another from the guarantor's page.")
