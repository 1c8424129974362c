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
# Where QuickPay links stood.
LINKS = [Origin.QR, Origin.TEXT_LINK, Origin.EMAIL_LINK]
ENDS = [Why.SIGNED_OUT, Why.EXPIRED, Why.EXPIRED]
REASON = "On the phone: which receipt the refund belongs to"


def make_sessions(*, now: dt.datetime, chance: random.Random, desk: User) -> None:
    """One around each payment of the last weeks, and some in which nothing was paid."""
    for payment in Payment.objects.filter(started_at__gt=now - dt.timedelta(days=21), session=None):
        session = _make_session(payment.guarantor, payment.started_at - dt.timedelta(minutes=3), chance)
        Payment.objects.filter(pk=payment.pk).update(session=session)
    for n, guarantor in enumerate(Guarantor.objects.filter(account_logins__is_own=True).order_by("pk")[:12]):
        _make_session(guarantor, now - dt.timedelta(days=1 + n % 6, minutes=chance.randint(30, 500)), chance)
    patients = Guarantor.objects.filter(account_logins__is_own=True, is_trial=False)
    for n, guarantor in enumerate(patients.order_by("-pk")[:8]):
        begun_at = now - dt.timedelta(days=1 + 3 * n, minutes=chance.randint(30, 500))
        _make_session(guarantor, begun_at, chance, by_link=LINKS[n % len(LINKS)])
    maria = Guarantor.objects.get(name="Maria Alvarez")
    looked_at = now - dt.timedelta(days=3)
    facts: dict[str, Any] = {"authentication": Authentication.MFA, "reason": REASON, "key": secrets.token_hex(16)}
    mirror = begin_mirror(guarantor_id=maria.pk, now=looked_at, by=desk, **facts)
    end_mirror(mirror=mirror, now=looked_at + dt.timedelta(minutes=4))


def _make_session(
    guarantor: Guarantor, begun_at: dt.datetime, chance: random.Random, by_link: PortalSession.Origin | None = None
) -> PortalSession:
    session = begin_session(
        guarantor=guarantor,
        origin=by_link or chance.choice(ORIGINS),
        authentication=Authentication.QUICKPAY if by_link else Authentication.MFA,
        key=secrets.token_hex(16),
        now=begun_at,
        user=None if by_link else find_own_login(guarantor),
    )
    why = chance.choice(ENDS)
    minutes = chance.randint(5, 15) + (guarantor.group.session_minutes if why == Why.EXPIRED else 0)
    end_session(session_id=session.pk, why=why, now=begun_at + dt.timedelta(minutes=minutes))
    return session
