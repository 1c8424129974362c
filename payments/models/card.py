"""Stored cards: what a guarantor agreed to, and the card that is kept by it. Stripe keeps the number."""

import datetime as dt
import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from payments.models.attempt import Payment
from pops.core.accounts.models import Guarantor
from pops.core.methods import card_words


class CardConsent(models.Model):
    """What a guarantor agreed to when they ticked that a card be kept: the words shown, when, and from where.

    It belongs to one attempt, before Stripe is asked to keep anything; without a payment it keeps no card. Never
    edited: one that is taken back before paying is deleted.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="card_consent")
    customer_id = models.CharField("customer at Stripe", max_length=255)
    words = models.TextField(help_text="As they were shown.")
    cap_cents = models.BigIntegerField(null=True, blank=True, help_text="The most that may be charged at once.")
    agreed_at = models.DateTimeField()
    from_address = models.GenericIPAddressField(null=True, blank=True)
    from_browser = models.CharField(max_length=300, blank=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="never_edited", operation=pgtrigger.Update)]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="cardconsent_has_words"),
            models.CheckConstraint(condition=Q(cap_cents=None) | Q(cap_cents__gt=0), name="cardconsent_cap_positive"),
        ]

    def __str__(self) -> str:
        return f"Consent of payment {self.payment_id}"


class StoredCard(models.Model):
    """A card that a guarantor keeps for later payments. It can't be edited, only removed, and is then gone at Stripe.

    Brand, digits and expiry are those that Stripe tells: a bank that sends a new card renews them there.
    """

    class Removal(models.TextChoices):
        GUARANTOR = "guarantor", "Removed by the guarantor"
        KEPT_AGAIN = "kept_again", "The same card was kept again"
        STRIPE = "stripe", "Removed at Stripe"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="stored_cards")
    consent = models.OneToOneField(CardConsent, on_delete=models.PROTECT, related_name="card")
    stripe_id = models.CharField("payment method at Stripe", max_length=255, unique=True)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    expires_on = models.DateField(help_text="The last day of its month.")
    kept_at = models.DateTimeField(db_default=Now())
    preferred_at = models.DateTimeField(db_default=Now(), help_text="The default is the one preferred last.")
    removed_at = models.DateTimeField(null=True, blank=True)
    removal = models.CharField(max_length=10, choices=Removal, blank=True)
    detached_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe had forgotten it, too.")

    class Meta:
        ordering = ["-preferred_at"]
        indexes = [
            models.Index(
                fields=["removed_at"],
                condition=Q(removed_at__isnull=False, detached_at=None),
                name="stored_card_to_detach",
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="same_card", fields=["id", "consent", "stripe_id", "last4", "kept_at"]),
            pgtrigger.Protect(
                name="removed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__removed_at__isnull=False, new__removed_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at=None, removal="") | (Q(removed_at__isnull=False) & ~Q(removal="")),
                name="storedcard_removed_says_how",
            )
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """Visa ending in 4242"""
        return card_words(self.brand, self.last4)

    @property
    def expiry(self) -> str:
        """08/2034, as it stands on the card."""
        return f"{self.expires_on:%m/%Y}"

    def is_expired(self, today: dt.date) -> bool:
        return self.expires_on < today
