"""What came of the payments of a portal session: read from them, kept nowhere else."""

from django.db.models import F, QuerySet

from payments.models import Payment, SessionOutcome
from pops.sessions.models import PortalSession

Outcome = SessionOutcome.Outcome


def with_outcome(sessions: QuerySet[PortalSession]) -> QuerySet[PortalSession]:
    """Each session with its `outcome`."""
    return sessions.annotate(outcome=F("came_of__outcome"))


def is_paying(session: PortalSession) -> bool:
    """Whether a payment of this session is under way."""
    return session.payments.filter(state__in=Payment.UNSETTLED).exists()
