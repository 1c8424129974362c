"""What came of the payments of a portal session: read from them, kept nowhere else."""

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When

from payments.models import Payment
from pops.sessions.models import PortalSession

State = Payment.State


class Outcome(TextChoices):
    """The best of a session's payments: who was declined and then paid has paid."""

    PAID = "paid", "Paid"
    UNCLEAR = "unclear", "Not known yet"
    UNSUCCESSFUL = "unsuccessful", "Unsuccessful"
    BEGUN = "begun", "Begun, not finished"
    NONE = "none", "No payment"


STATES = {
    Outcome.PAID: (State.PAID,),
    Outcome.UNCLEAR: Payment.UNCLEAR,
    Outcome.UNSUCCESSFUL: (State.UNSUCCESSFUL, State.RETURNED),
    Outcome.BEGUN: (State.STARTED, State.ABANDONED),
}


def with_outcome(sessions: QuerySet[PortalSession]) -> QuerySet[PortalSession]:
    """Each session with its `outcome`."""
    payments = Payment.objects.filter(session=OuterRef("pk"))
    cases = [
        When(Q(Exists(payments.filter(state__in=states))), then=Value(outcome.value))
        for outcome, states in STATES.items()
    ]
    best = Case(*cases, default=Value(Outcome.NONE.value), output_field=CharField())
    return sessions.annotate(outcome=best)


def is_paying(session: PortalSession) -> bool:
    """Whether a payment of this session is under way."""
    return session.payments.filter(state__in=Payment.UNSETTLED).exists()
