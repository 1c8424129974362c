"""Who was on the portal in the last weeks: those who paid, some who only looked, and the front desk's mirror."""

import datetime as dt
import random
import secrets
from typing import Any

from payments.models import Payment
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.logins.selectors import find_own_login
from pops.sessions.keeping import begin_session, end_session
from pops.sessions.mirroring import begin_mirror, end_mirror
from pops.sessions.models import PortalSession

Origin, Authentication, Why = PortalSession.Origin, PortalSession.Authentication, PortalSession.WhyEnded
# As often as they come: receipts' mails and the practice's website before all.
ORIGINS = [Origin.DIRECT, Origin.DIRECT, Origin.EMAIL_LINK, Origin.EMAIL_LINK, Origin.WEBSITE]
ENDS = [Why.SIGNED_OUT, Why.EXPIRED, Why.EXPIRED]
REASON = "On the phone: which receipt the refund belongs to"


def make_sessions(*, now: dt.datetime, chance: random.Random, desk: User) -> None:
    """One around each payment of the last weeks, and some in which nothing was paid."""
    for payment in Payment.objects.filter(started_at__gt=now - dt.timedelta(days=21), session=None):
        session = _make_session(payment.guarantor, payment.started_at - dt.timedelta(minutes=3), chance)
        Payment.objects.filter(pk=payment.pk).update(session=session)
    for n, guarantor in enumerate(Guarantor.objects.filter(account_logins__is_own=True).order_by("pk")[:12]):
        _make_session(guarantor, now - dt.timedelta(days=1 + n % 6, minutes=chance.randint(30, 500)), chance)
    maria = Guarantor.objects.get(name="Maria Alvarez")
    looked_at = now - dt.timedelta(days=3)
    facts: dict[str, Any] = {"authentication": Authentication.MFA, "reason": REASON, "key": secrets.token_hex(16)}
    mirror = begin_mirror(guarantor_id=maria.pk, now=looked_at, by=desk, **facts)
    end_mirror(mirror=mirror, now=looked_at + dt.timedelta(minutes=4))


def _make_session(guarantor: Guarantor, begun_at: dt.datetime, chance: random.Random) -> PortalSession:
    session = begin_session(
        guarantor=guarantor,
        origin=chance.choice(ORIGINS),
        authentication=Authentication.MFA,
        key=secrets.token_hex(16),
        now=begun_at,
        user=find_own_login(guarantor),
    )
    why = chance.choice(ENDS)
    minutes = chance.randint(5, 15) + (guarantor.group.session_minutes if why == Why.EXPIRED else 0)
    end_session(session_id=session.pk, why=why, now=begun_at + dt.timedelta(minutes=minutes))
    return session
