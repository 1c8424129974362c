"""Programs of the practice's that are told of changes by webhook, and what became of each telling."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.channels.outside import read_url
from notifications.models import Message
from pops.changes.models import Change
from pops.core.access.models import User
from pops.core.clock import in_utc

Type = Change.Type


class Event(models.TextChoices):
    """What an endpoint may be told of."""

    RECEIPT_CREATED = Type.RECEIPT_CREATED.value, Type.RECEIPT_CREATED.label
    RECEIPT_REFUNDED = Type.RECEIPT_REFUNDED.value, Type.RECEIPT_REFUNDED.label
    RECEIPT_RETURNED = Type.RECEIPT_RETURNED.value, Type.RECEIPT_RETURNED.label
    RECEIPT_VOIDED = Type.RECEIPT_VOIDED.value, Type.RECEIPT_VOIDED.label
    BATCH_OPENED = Type.BATCH_OPENED.value, Type.BATCH_OPENED.label
    BATCH_CLOSED = Type.BATCH_CLOSED.value, Type.BATCH_CLOSED.label
    PAYMENT_REVIEW = Type.PAYMENT_REVIEW.value, Type.PAYMENT_REVIEW.label
    ACCOUNT_MERGED = Type.ACCOUNT_MERGED.value, Type.ACCOUNT_MERGED.label


TOLD = ["name", "url", "events", "is_on", "why_off", "ended_at"]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(*TOLD)),
    fields=TOLD,
    model_name="EndpointEvent",
)
class Endpoint(models.Model):
    """Where a program of the practice's is told of changes, and of which. One that is removed is kept."""

    name = models.CharField(max_length=100, help_text="What staff call the program.")
    url = models.CharField("address", max_length=500, help_text="What is posted goes there.")
    events = ArrayField(models.CharField(max_length=16, choices=Event), help_text="What it is told of.")
    is_on = models.BooleanField("on", default=True, help_text="Switched off, it misses what happens meanwhile.")
    why_off = models.CharField("why it is off", max_length=200, blank=True, default="")
    since = models.BigIntegerField(help_text="It is told of what comes after this position of the feed.")
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="webhook_endpoints")
    ended_at = models.DateTimeField("removed", null=True, blank=True)
    # How it answers. Tries that fail one after the other pause all that waits for it, each time for longer.
    failures = models.PositiveIntegerField(default=0, help_text="Tries that failed since the last that did not.")
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [("manage_endpoint", "Can decide which programs are told of changes by webhook")]
        constraints = [
            models.CheckConstraint(condition=~Q(events=[]), name="endpoint_is_told_something"),
            models.CheckConstraint(condition=Q(is_on=True) | ~Q(why_off=""), name="endpoint_off_says_why"),
        ]
        indexes = [models.Index(fields=["failing_since"], condition=Q(is_on=True), name="endpoint_failing")]
        triggers = [pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def origin(self) -> str:
        """Whom it is posted to, without the path, which may hold a secret."""
        return read_url(self.url).origin

    @property
    def is_told(self) -> bool:
        """Whether anything is sent to it."""
        return self.is_on and self.ended_at is None


class EndpointSecret(models.Model):
    """What an endpoint's webhooks are signed with. After a rotation the old one signs too, for a while."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="secrets")
    secret = models.CharField(max_length=100, help_text="As whsec_...; shown once, when it was made.")
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="When it signs no more.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint"], condition=Q(ends_at=None), name="endpoint_secret_is_one"),
        ]

    def __str__(self) -> str:
        return f"Secret of {self.endpoint}"


class Delivery(models.Model):
    """One change told to one endpoint, or a test: its message in the outbox, and what was answered."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    change = models.ForeignKey(
        Change,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
        help_text="Empty: a test.",
    )
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="delivery")
    made_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="webhooks_sent",
        help_text="Who sent it again, or the test.",
    )

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "change"], condition=Q(asked_by=None), name="delivery_is_told_once"
            ),
            models.CheckConstraint(
                condition=Q(change__isnull=False) | Q(asked_by__isnull=False), name="delivery_test_says_by_whom"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"

    @property
    def event(self) -> str:
        """Of what it tells."""
        return self.change.type if self.change else "test"

    @property
    def moment(self) -> str:
        """When it happened, or when the test was asked for, as it is told: 2026-03-02T18:00:00Z."""
        return self.change.moment if self.change else in_utc(self.made_at)

    @property
    def event_id(self) -> str:
        """The same however often it is sent, so that a receiver can tell it came before."""
        return self.change.event_id if self.change else f"test_{self.pk}"


class DeliveryAnswer(models.Model):
    """What came of one try."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="answers")
    at = models.DateTimeField(db_default=Now())
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of HTTP; empty without an answer.")
    words = models.TextField("answer", blank=True, help_text="How it began.")
    fault = models.CharField(max_length=300, blank=True, help_text="Why it does not count as taken.")
    milliseconds = models.PositiveIntegerField()

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.fault or f"Taken ({self.status})"


class Telling(models.Model):
    """How far in the feed endpoints were told. One row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    through = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="telling_is_one")]

    def __str__(self) -> str:
        return f"Told through {self.through}"
