"""The practice's own systems: who they are here, and the keys they bring."""

import datetime as dt
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pops.core.access.models import User
from pops.service_accounts.scopes import Scope


@pghistory.track(fields=["name", "is_active"], model_name="ServiceAccountEvent")
class ServiceAccount(models.Model):
    """A system that calls the API. Its login has no password and no mailbox: nobody signs in by it.

    What it does is done by that login, which has a role as staff have: every service is called with `by=account.user`.
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.PROTECT, related_name="service_account")
    name = models.CharField(max_length=100, unique=True, help_text="What staff call the system.")
    is_active = models.BooleanField("in use", default=True, help_text="Switched off, none of its keys works.")
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="service_accounts_made")

    class Meta:
        ordering = ["name"]
        triggers = [pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    fields=["account", "prefix", "scopes", "expires_at", "revoked_at", "replaced_by"], model_name="ServiceKeyEvent"
)
class ServiceKey(models.Model):
    """A key of a service account, of which only the hash is kept. It was shown once, to who made it."""

    account = models.ForeignKey(ServiceAccount, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=8, unique=True, help_text="How people tell it from the others.")
    key_hash = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the key's text.")
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), help_text="What it may be used for.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="service_keys_made")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="service_keys_revoked"
    )
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces", help_text="At its rotation."
    )
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    last_used_address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        verbose_name = "key"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="service_key_says_who_revoked_it",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="facts_stay", fields=["account", "prefix", "key_hash", "scopes", "made_at", "made_by"]
            ),
        ]

    def __str__(self) -> str:
        return f"pops_{self.prefix}_..."

    def is_good(self, now: dt.datetime) -> bool:
        """Whether it still works, as far as it knows itself."""
        return self.revoked_at is None and now < self.expires_at

    def has_scope(self, scope: Any) -> bool:
        """Whether it may be used for this."""
        return scope in self.scopes
