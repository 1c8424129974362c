"""What the API keeps for itself: first answers."""

from django.db import models
from django.db.models.functions import Now

from pops.service_accounts.models import ServiceAccount


class SentCall(models.Model):
    """A write that was sent under an idempotency key, and how it was answered. A copy gets the same answer.

    It is committed with what the call wrote: there is never one without the other. A call that was refused wrote
    nothing, and its row went with it.
    """

    account = models.ForeignKey(ServiceAccount, on_delete=models.PROTECT, related_name="sent_calls")
    key = models.CharField(max_length=255, help_text="As the caller drew it: unique within the account.")
    asked = models.BinaryField(max_length=32, help_text="SHA-256 of method, address and body.")
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty: the card processor is being asked.")
    body = models.BinaryField(default=b"")
    headers = models.JSONField(default=dict, help_text="Those that say where the result is, and which one it is.")
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="sent_call_once_per_key")]
        indexes = [models.Index(fields=["sent_at"], name="sent_call_by_age")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.key}"
