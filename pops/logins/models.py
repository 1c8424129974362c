"""Which login may open which guarantor's account, and an address or a phone that is about to become theirs."""

import datetime as dt

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor


@pghistory.track(pghistory.InsertEvent("given"), pghistory.DeleteEvent("taken"), obj_field=None)
class AccountLogin(models.Model):
    """A login that may open an account: the guarantor's own, or that of a person who looks after it for them."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="account_logins")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_logins", verbose_name="login")
    is_own = models.BooleanField("the guarantor's own", default=False)

    class Meta:
        permissions = [("change_access", "Can change who opens an account, and its email address")]
        constraints = [
            models.UniqueConstraint(fields=["user", "guarantor"], name="account_login_is_one"),
            models.UniqueConstraint(fields=["guarantor"], condition=Q(is_own=True), name="account_login_own_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.user} opens {self.guarantor}"


class EmailChange(models.Model):
    """An address that an account is to get, and the login with it, once its reader has confirmed it.

    Asked for by staff, by a link and a fact on file; by the guarantor, who is signed in, by a code.
    """

    GOOD_FOR = dt.timedelta(days=3)
    CODE_GOOD_FOR = dt.timedelta(hours=1)
    GUESSES = 5

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="email_changes")
    old_email = models.EmailField(blank=True)
    new_email = models.EmailField()
    reason = models.CharField(max_length=300)
    by_code = models.BooleanField(default=False, help_text="Confirmed by a code that was mailed, not by a link.")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="email_changes_asked_for")
    asked_at = models.DateTimeField()
    guesses = models.PositiveSmallIntegerField(
        default=0, help_text="Wrong facts or codes that were given to confirm it."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was withdrawn, replaced by another, or guessed at too often."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guarantor"], condition=Q(confirmed_at=None, ended_at=None), name="email_change_open_is_one"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(ended_at=None), name="email_change_ends_in_one_way"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="facts_stay",
                fields=["guarantor", "old_email", "new_email", "reason", "by_code", "asked_by", "asked_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_email or 'no address'} to {self.new_email}"

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it can still be confirmed: not of an account that is retired, as one that was merged is."""
        is_over = self.confirmed_at or self.ended_at or self.guarantor.is_retired
        return not is_over and now < self.asked_at + (self.CODE_GOOD_FOR if self.by_code else self.GOOD_FOR)


class PhoneChange(models.Model):
    """A phone number that a guarantor gave. It is used once they typed in the code that was texted to it.

    Where no text can be sent to it, once the desk has reached them on it.
    """

    CODE_GOOD_FOR = dt.timedelta(minutes=15)
    GUESSES = 5

    class State(models.TextChoices):
        WAITING = "waiting", "Waits"
        CONFIRMED = "confirmed", "Reached on it"
        DECLINED = "declined", "Not used"
        REPLACED = "replaced", "Replaced or withdrawn"

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="phone_changes")
    old_phone = models.CharField(max_length=40, blank=True)
    new_phone = models.CharField(max_length=40, blank=True, help_text="Empty: the number on file is to be taken away.")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    by_code = models.BooleanField(
        default=False, db_default=False, help_text="Confirmed by a code that was texted, not by the desk's call."
    )
    guesses = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Wrong codes that were typed in.")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="phone_changes_asked_for")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="phone_changes_ended"
    )
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "new phone number"
        permissions = [("settle_phonechange", "Can take a guarantor's new phone number, or not")]
        constraints = [
            models.UniqueConstraint(
                fields=["guarantor"], condition=Q(state="waiting"), name="phone_change_open_is_one"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at=None, ended_by=None)
                | ~Q(state="waiting") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="phone_change_says_who_ended_it",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="facts_stay", fields=["guarantor", "old_phone", "new_phone", "by_code", "asked_by", "asked_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_phone or 'no phone'} to {self.new_phone or 'none'}"

    @property
    def is_waiting(self) -> bool:
        """The desk has not decided about it yet."""
        return self.state == self.State.WAITING and not self.by_code

    def takes_code(self, now: dt.datetime) -> bool:
        """Whether its code can still be typed in."""
        is_open = self.by_code and self.state == self.State.WAITING
        return is_open and now < self.asked_at + self.CODE_GOOD_FOR
