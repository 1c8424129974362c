"""Links by which a guarantor's balance is paid without signing in."""

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Q

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor, Statement
from pops.core.practice.models import Group


class Link(models.Model):
    """A way in for whoever holds its token, of which only the hash is kept here.

    It ends in one way: it expires, staff revoke it, or a newer statement's replaces it. A row is never lost: it says
    who let whom in, and until when.
    """

    class Origin(models.TextChoices):
        EMAIL = "email", "Email link"
        TEXT = "text", "Text link"
        QR = "qr", "QR code"
        STATEMENT = "statement", "Statement address"

    token_hash = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the token's text.")
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="quickpay_links")
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="quickpay_links", help_text="The guarantor's when it was made."
    )
    origin = models.CharField(max_length=9, choices=Origin)
    statement = models.ForeignKey(
        Statement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="quickpay_links",
        help_text="On whose paper it stands.",
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="quickpay_links_made",
        help_text="Empty: POPS, for a statement or a notice.",
    )
    good_until = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="When a newer statement was made.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="quickpay_links_revoked"
    )

    class Meta:
        verbose_name = "QuickPay link"
        permissions = [("revoke_link", "Can revoke QuickPay links")]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="quickpay_link_says_who_revoked_it",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=["token_hash", "group", "origin", "statement", "made_at", "made_by", "good_until"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.pk}"

    def is_good(self, now: dt.datetime) -> bool:
        """Whether it still leads to the balance, as far as it knows itself."""
        return not (self.revoked_at or self.replaced_at) and now < self.good_until
