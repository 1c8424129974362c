"""Guarantors, and two of them that became one."""

import pghistory
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from pops.core.access.models import User
from pops.core.accounts.models.numbers import without_zeros
from pops.core.practice.models import Group


@pghistory.track()
class Guarantor(models.Model):
    """The person responsible for a balance. Account Number = Guarantor ID.

    The practice's own system owns name, group and number; what is the guarantor's to say, it doesn't overwrite.
    """

    class NoticeChannel(models.TextChoices):
        EMAIL = "email", "Email"
        TEXT = "text", "Text message"
        PAPER = "paper", "Paper"

    class Language(models.TextChoices):
        ENGLISH = "en", "English"

    account_number = models.CharField(max_length=20, unique=True)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="guarantors")
    name = models.CharField(max_length=300)
    preferred_name = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="What the guarantor wants to be called."
    )
    email = models.EmailField(blank=True)
    email_confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then the address is its reader's own word, and no import changes it."
    )
    email_opt_out = models.BooleanField(
        "no receipts by email", default=False, db_default=False, help_text="The guarantor asked for none."
    )
    phone = models.CharField(max_length=40, blank=True)
    phone_confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then the number is known to be theirs, and no import changes it."
    )
    notices_by = models.CharField(
        "notices",
        max_length=5,
        choices=NoticeChannel,
        blank=True,
        default="",
        db_default="",
        help_text="How the guarantor wants to be told what is due. Empty: never asked.",
    )
    notices_chosen_at = models.DateTimeField("notices chosen", null=True, blank=True, help_text="When they consented.")
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH, db_default=Language.ENGLISH)
    is_retired = models.BooleanField(
        "retired", default=False, db_default=False, help_text="Entered by mistake: found by nobody but in the list."
    )
    is_trial = models.BooleanField(
        "trial account",
        default=False,
        db_default=False,
        help_text="Nobody's: made by the set-up guide to pay $1.00 and get it back before the portal opens.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(notices_by="", notices_chosen_at=None)
                | ~Q(notices_by="") & Q(notices_chosen_at__isnull=False),
                name="guarantor_notices_say_since_when",
            ),
            models.UniqueConstraint(fields=["is_trial"], condition=Q(is_trial=True), name="guarantor_trial_is_one"),
        ]
        indexes = [models.Index(without_zeros("account_number"), name="guarantor_number_without_zeros")]
        permissions = [
            ("retire_guarantor", "Can retire guarantors, patients and visits entered by mistake"),
            ("merge_guarantor", "Can merge two accounts of one person"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_number})"


class GuarantorMerge(models.Model):
    """An account that became part of another one of the same person, and what went over with it."""

    merged = models.ForeignKey(
        Guarantor, on_delete=models.PROTECT, related_name="merges", help_text="The account that ended."
    )
    into = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="merged_accounts")
    moved = models.JSONField(help_text="Keys of the rows that went over, by model: what undoing gives back.")
    money = models.JSONField(help_text="What there was of money right after: undoing is for as long as it is all.")
    reason = models.CharField(max_length=300)
    merged_at = models.DateTimeField(db_default=Now())
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="merges")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="undone_merges")
    undone_reason = models.CharField(max_length=300, blank=True)
    transaction_id = models.BigIntegerField(
        db_default=Func(function="txid_current"),
        editable=False,
        help_text="Of the merge, or of its undoing: ties the reason to the change of the receipts.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="guarantor_merge_is_one"),
            models.CheckConstraint(condition=~Q(merged=F("into")), name="guarantor_merge_joins_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="guarantor_merge_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.merged} into {self.into}"
