"""Notices of what is due, and the consent to get them as texts. What became of one, its message in the outbox says."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.models import Message
from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, Statement
from pops.core.accounts.triggers import OWNER_STAYS


class BalanceNotice(models.Model):
    """A guarantor told what is due: by POPS some days after a statement, or when staff asked for it."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="balance_notices")
    statement = models.ForeignKey(
        Statement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="balance_notices",
        help_text="The one that it followed. Empty: asked for by staff.",
    )
    days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Which of the group's days after a statement. Empty: asked for by staff."
    )
    channel = models.CharField(max_length=5, choices=[(channel.value, channel.label) for channel in Message.TO_PEOPLE])
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="balance_notices_asked_for"
    )
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        permissions = [("send_balancenotice", "Can send a guarantor a balance notice")]
        indexes = [models.Index(fields=["guarantor", "-made_at"], name="balance_notice_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "days"], condition=Q(days__isnull=False), name="balance_notice_is_one"
            ),
            models.CheckConstraint(
                condition=Q(days=None, statement=None, asked_by__isnull=False)
                | Q(days__isnull=False, statement__isnull=False, asked_by=None),
                name="balance_notice_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            OWNER_STAYS,
            pgtrigger.ReadOnly(name="facts_stay", fields=["statement", "days", "channel", "asked_by", "made_at"]),
        ]

    def __str__(self) -> str:
        return f"Balance notice {self.pk}"

    @property
    def is_asked(self) -> bool:
        """Somebody asked for it; the schedule sends the others."""
        return self.asked_by_id is not None


class TextConsent(models.Model):
    """A guarantor's consent to notices by text, to one phone number: the words they saw, when and where.

    It holds for as long as that number is on file. STOP from it is kept by number, in the outbox.
    """

    class Place(models.TextChoices):
        PROFILE = "profile", "On the portal, on the Profile page"
        PHONE = "phone", "By phone or at the desk, to staff"

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="text_consents")
    phone = models.CharField(max_length=40, help_text="As it was on file.")
    number = models.CharField(max_length=16, help_text="As +13125550142.")
    words = models.TextField(help_text="What they were shown, or what was read to them.")
    place = models.CharField(max_length=7, choices=Place)
    network = models.GenericIPAddressField("from", null=True, blank=True, help_text="The address of their device.")
    given_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="text_consents_taken", help_text="Who was signed in."
    )

    class Meta:
        indexes = [models.Index(fields=["guarantor", "phone"], name="text_consent_of_phone")]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            OWNER_STAYS,
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=["phone", "number", "words", "place", "network", "given_at", "taken_by"],
            ),
        ]

    def __str__(self) -> str:
        return f"Texts to {self.number}"
