"""What came of the payments of a portal session."""

from django.db import models

from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Group
from pops.sessions.models import PortalSession


class SessionOutcome(models.Model):
    """A row of the view in outcomes.sql: there is one of each session."""

    class Outcome(models.TextChoices):
        """The best of a session's payments: who was declined and then paid has paid."""

        PAID = "paid", "Paid"
        UNCLEAR = "unclear", "Not known yet"
        UNSUCCESSFUL = "unsuccessful", "Unsuccessful"
        BEGUN = "begun", "Begun, not finished"
        NONE = "none", "No payment"

    session = models.OneToOneField(PortalSession, primary_key=True, on_delete=models.DO_NOTHING, related_name="came_of")
    outcome = models.CharField(max_length=12, choices=Outcome)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=10, choices=PortalSession.Origin)
    authentication = models.CharField(max_length=10, choices=PortalSession.Authentication)
    is_mirror = models.BooleanField()
    group = models.ForeignKey(Group, on_delete=models.DO_NOTHING, related_name="+")
    guarantor = models.ForeignKey(Guarantor, on_delete=models.DO_NOTHING, related_name="+")

    class Meta:
        managed = False
        db_table = "payments_sessionoutcome"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.get_outcome_display())
