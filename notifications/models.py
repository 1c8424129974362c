"""The one outbox: every message that leaves POPS, and what became of it."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications import kinds
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.accounts.triggers import OWNER_STAYS


class Message(models.Model):
    """One message to one person by one channel and what became of it, or why there is none.

    Written in the transaction of what it tells about. What it says is its kind's to know. Sending it again makes a
    second row, so that the first keeps what it knows.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "Email"
        TEXT = "text", "Text message"
        HTTP = "http", "Webhook"

    class Lane(models.TextChoices):
        """Its Celery queue. Somebody waits before the screen for an urgent one."""

        URGENT = "urgent", "At once"
        MAIL = "mail", "Soon"
        # Of its own: other programs may be slow, or away for days.
        HOOKS = "hooks", "To other programs"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Marked as spam"
        FAILED = "failed", "Failed"
        NOT_WANTED = "not_wanted", "Not sent"

    # The ways to reach a person.
    TO_PEOPLE = (Channel.EMAIL, Channel.TEXT)
    WAITING = (State.QUEUED, State.SENDING)
    # The address doesn't take our mail.
    BOUNCES = (State.BOUNCED, State.COMPLAINED)

    kind = models.CharField(max_length=20, help_text="What it is about; declared in a notices.py.")
    about_id = models.BigIntegerField(
        "about", null=True, blank=True, help_text="The number of what it is about, such as the receipt's."
    )
    guarantor = models.ForeignKey(Guarantor, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=5, choices=Channel, db_default=Channel.EMAIL)
    lane = models.CharField(max_length=6, choices=Lane, db_default=Lane.MAIL)
    to = models.CharField(
        max_length=254,
        blank=True,
        help_text="An email address; of a text a number, as +13125550142; of a webhook the host.",
    )
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=20, blank=True, db_default="", help_text="Why it is not sent, by its kind.")
    content = models.JSONField(
        null=True, blank=True, help_text="Of a message that nothing else remembers, such as a code; gone once sent."
    )
    message_id = models.CharField("Message-ID", max_length=300, help_text="The same each time this row is sent.")
    stream = models.CharField(
        max_length=80, blank=True, db_default="", help_text="Of those with the same, one goes after the other."
    )
    queued_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(
        db_default=Now(),
        help_text="Queued: when a worker may take it. Being sent: when that worker's claim ends.",
    )
    attempts = models.PositiveIntegerField(db_default=0)
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When the mail server, or the text service, took it."
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was delivered, bounced, marked as spam or given up."
    )
    error = models.CharField(max_length=300, blank=True, db_default="", help_text="What went wrong last.")
    provider_id = models.CharField(
        "provider's message ID", max_length=300, blank=True, db_default="", help_text="Empty with SMTP."
    )
    copy_of = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copy")
    copy_reason = models.CharField("why it was sent again", max_length=300, blank=True, db_default="")
    copied_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages_sent_again",
        verbose_name="sent again by",
    )

    class Meta:
        permissions = [("send_message_again", "Can send a message again")]
        indexes = [
            models.Index(
                fields=["channel", "due_at"],
                condition=Q(state__in=("queued", "sending"), lane="mail"),
                name="message_due_soon",
            ),
            models.Index(
                fields=["channel", "due_at"],
                condition=Q(state__in=("queued", "sending"), lane="urgent"),
                name="message_due_now",
            ),
            models.Index(
                fields=["channel", "due_at"],
                condition=Q(state__in=("queued", "sending"), lane="hooks"),
                name="message_due_hooks",
            ),
            models.Index(
                fields=["stream", "id"],
                condition=Q(state__in=("queued", "sending")) & ~Q(stream=""),
                name="message_in_its_stream",
            ),
            models.Index(fields=["ended_at"], condition=Q(state="failed"), name="message_failed"),
            models.Index(
                fields=["guarantor", "ended_at"],
                condition=Q(state__in=("bounced", "complained")),
                name="message_bounced",
            ),
            models.Index(fields=["-sent_at"], name="message_sent"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="message_provider_id"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="message_id_is_unique"),
            models.UniqueConstraint(fields=["kind", "about_id"], condition=Q(copy_of=None), name="message_is_one"),
            models.CheckConstraint(
                condition=Q(state="not_wanted") & ~Q(reason="") | ~Q(state="not_wanted") & Q(reason="") & ~Q(to=""),
                name="message_goes_somewhere_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(copy_of=None, copied_by=None, copy_reason="")
                | Q(copy_of__isnull=False, copied_by__isnull=False) & ~Q(copy_reason=""),
                name="message_copy_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_says_when"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("queued", "sending")) | Q(content=None), name="message_content_goes_with_it"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            OWNER_STAYS,
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=[
                    "kind", "about_id", "channel", "lane", "to", "message_id", "queued_at", "copy_of",
                    "copy_reason", "copied_by", "stream",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return " ".join(filter(None, [kinds.get_kind(self.kind).label, str(self.about_id or "")]))

    @property
    def why(self) -> str:
        """Why it is not sent, or what went wrong last; empty when all is well."""
        return kinds.get_kind(self.kind).reasons.get(self.reason, self.reason) or self.error

    @property
    def is_waiting(self) -> bool:
        """It has not left yet."""
        return self.state in self.WAITING

    @property
    def is_unwanted(self) -> bool:
        """It is kept to say why there is none."""
        return self.state == self.State.NOT_WANTED

    @property
    def has_come_back(self) -> bool:
        """It reached nobody, as far as is known."""
        return self.state in (self.State.BOUNCED, self.State.FAILED)

    @property
    def can_be_sent_again(self) -> bool:
        """Once it is on its way no longer, and only once; and only what is written anew."""
        again = kinds.get_kind(self.kind).can_be_sent_again
        return again and self.state not in self.WAITING and self.copy_of_id is None and not hasattr(self, "copy")


class TextStop(models.Model):
    """A number whose reader answered STOP to our texts. It ends with their START; what was is kept."""

    number = models.CharField(max_length=16, help_text="As +13125550142.")
    stopped_at = models.DateTimeField()
    to_codes = models.BooleanField(default=False, db_default=False, help_text="To the number that codes come from.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When they answered START.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(ended_at=None), name="text_stop_open_is_one"),
        ]
        triggers = [pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number
