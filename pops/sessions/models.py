"""A session of the portal, as it is remembered: how it began, whose account it was for and why it ended.

Not what keeps somebody signed in: that is Django's session, which goes when this one ends. This row stays.
"""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.core.practice.models import Group
from pops.core.words import day


@pghistory.track(
    pghistory.InsertEvent("given", condition=pgtrigger.Q(new__is_mirror=True)),
    fields=["guarantor", "by"],
    obj_field=None,
    model_name="MirrorEvent",
)
class PortalSession(models.Model):
    """One session: of somebody who signed in, of who came by a QuickPay link, or staff's mirror of an account.

    What was paid in it is read from its payments. Nothing is written with a request: when it was used last, Django's
    session says.
    """

    class Origin(models.TextChoices):
        EMAIL_LINK = "email", "Email link"
        TEXT_LINK = "text", "Text link"
        QR = "qr", "QR code"
        STATEMENT = "statement", "Statement address"
        WEBSITE = "website", "Website"
        STAFF = "staff", "Staff"
        DIRECT = "direct", "Direct"

    class Authentication(models.TextChoices):
        QUICKPAY = "quickpay", "QuickPay"
        MFA = "mfa", "MFA"

    class WhyEnded(models.TextChoices):
        SIGNED_OUT = "signed_out", "Signed out"
        CLOSED = "closed", "Signed out and closed"
        EXPIRED = "expired", "Not used for a while"
        ENDED_BY_STAFF = "staff", "Ended by staff"
        REPLACED = "replaced", "Another was begun in the same browser"
        SWITCHED = "switched", "Another account was taken in hand"
        CUT_OFF = "cut_off", "The sign-in was changed"

    origin = models.CharField(max_length=10, choices=Origin)
    authentication = models.CharField(max_length=10, choices=Authentication)
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="portal_sessions", verbose_name="POPS Group"
    )
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="portal_sessions")
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="portal_sessions", verbose_name="login"
    )
    by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sessions_opened",
        verbose_name="opened by",
        help_text="The member of staff who opened it.",
    )
    is_mirror = models.BooleanField("mirror", default=False, help_text="Staff looked, and could change nothing.")
    reason = models.CharField(max_length=300, blank=True, help_text="Why staff looked.")
    key = models.CharField(max_length=40, help_text="Of Django's session that it lives in. No page shows it.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    why_ended = models.CharField(max_length=10, choices=WhyEnded, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions_ended", verbose_name="ended by"
    )

    class Meta:
        permissions = [
            ("end_portalsession", "Can end a guarantor's session"),
            ("mirror_account", "Can open the portal as a guarantor sees it"),
        ]
        indexes = [
            # Session Usage counts those of a span of days, by group.
            models.Index(fields=["started_at", "group"], name="portal_session_usage"),
            models.Index(fields=["started_at"], condition=Q(ended_at=None), name="portal_session_open"),
            models.Index(fields=["key"], name="portal_session_key"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, why_ended="") | Q(ended_at__isnull=False) & ~Q(why_ended=""),
                name="portal_session_says_why_it_ended",
            ),
            models.CheckConstraint(
                condition=Q(is_mirror=False) | Q(origin="staff", by__isnull=False, user=None),
                name="portal_session_mirror_is_staffs",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            # Whose account it was changes with a merge.
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=[
                    "origin", "authentication", "group", "user", "by", "is_mirror", "reason", "key", "started_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{'Mirror' if self.is_mirror else 'Session'} of {day(localtime(self.started_at))}"

    @property
    def is_open(self) -> bool:
        """Nobody has said yet that it ended; it may have for want of use (see Django's session)."""
        return self.ended_at is None
