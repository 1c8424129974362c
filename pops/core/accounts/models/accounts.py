"""Guarantors, patients and what they were billed."""

import datetime as dt

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from pops.core.access.models import User
from pops.core.accounts.triggers import MOVE_WAITS
from pops.core.practice.models import Facility, Group, Provider

# Rows that come by the million: their history is written a statement at a time.
tracked = pghistory.track(level=pgtrigger.Statement)


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


@tracked
class Patient(models.Model):
    """The person treated. Whose guarantor they were before is kept: what was paid then stays on their services."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="patients")
    number = models.CharField(
        "patient number",
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="In the practice's own system.",
    )
    name = models.CharField(max_length=200)
    birth_date = models.DateField(null=True, blank=True)
    is_retired = models.BooleanField(
        "retired", default=False, db_default=False, help_text="Entered by mistake: gets no visit any more."
    )
    is_confidential = models.BooleanField(
        "confidential",
        default=False,
        db_default=False,
        help_text="All of this patient shows to nobody but staff with the right, not to the guarantor either.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="patient_number_is_unique"),
        ]
        permissions = [("see_confidential", "Can see and mark what is confidential")]
        indexes = [models.Index(fields=["birth_date"], name="patient_birth_date")]  # sign-in asks for it

    def __str__(self) -> str:
        return self.name

    @property
    def is_hidden(self) -> bool:
        return self.is_confidential


@tracked
class Statement(models.Model):
    """A statement sent to the guarantor; `balance_cents` is its Statement Balance."""

    guarantor = models.ForeignKey(Guarantor, on_delete=models.PROTECT, related_name="statements")
    number = models.CharField(
        "statement number",
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="In the practice's own system.",
    )
    statement_date = models.DateField()
    due_date = models.DateField(null=True, blank=True, help_text="The day to pay it by. Empty: due when it comes.")
    balance_cents = models.BigIntegerField()
    entered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="statement_number_is_unique"),
            models.CheckConstraint(
                condition=Q(due_date=None) | Q(due_date__gte=F("statement_date")), name="statement_due_after_its_date"
            ),
        ]

    def __str__(self) -> str:
        return f"Statement of {self.statement_date:%B %-d, %Y}"

    @property
    def due_on(self) -> dt.date:
        """The practice-local day to pay it by: its own date where it names none."""
        return self.due_date or self.statement_date


@tracked
class Encounter(models.Model):
    """A visit of a patient to a provider at a facility. Whose it was before is kept, as with patients."""

    number = models.BigIntegerField("visit number", unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="encounters")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="encounters")
    in_collections = models.BooleanField(
        default=False, help_text="Handed to a collections agency: shown, but can't be paid here."
    )
    is_retired = models.BooleanField(
        "retired",
        default=False,
        db_default=False,
        help_text="Entered by mistake: nothing of it is owed. What was paid on it is credit.",
    )
    is_confidential = models.BooleanField(
        "confidential",
        default=False,
        db_default=False,
        help_text="Shows to nobody but staff with the right, not to the guarantor either. What is owed on it counts.",
    )

    class Meta:
        verbose_name = "visit"
        triggers = [MOVE_WAITS]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_hidden(self) -> bool:
        """Confidential by its own mark, or by the patient's."""
        return self.is_confidential or self.patient.is_confidential


@pghistory.track(level=pgtrigger.Statement, exclude=["patient_share_cents"])
class ServiceLine(models.Model):
    """One charge of a visit. What the patient paid is the sum of its postings, never stored here."""

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="lines")
    line_number = models.PositiveSmallIntegerField()
    service_date = models.DateField()
    responsibility_date = models.DateField(
        null=True,
        blank=True,
        help_text="The day its balance became the patient's: payments go to the oldest. Empty: by date of service.",
    )
    description = models.CharField(max_length=200)
    procedure_code = models.CharField(max_length=10, blank=True)
    billed_cents = models.BigIntegerField()
    adjusted_cents = models.BigIntegerField(default=0)
    insurance_pending_cents = models.BigIntegerField(default=0)
    insurance_paid_cents = models.BigIntegerField(default=0)
    patient_share_cents = models.GeneratedField(
        expression=F("billed_cents") - F("adjusted_cents") - F("insurance_pending_cents") - F("insurance_paid_cents"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    statement = models.ForeignKey(
        Statement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lines",
        help_text="The first statement this line stood on. Without one it is not yet in Amount Due.",
    )

    # Annotated by receipts.owed.find_lines().
    patient_paid_cents: int
    remaining_cents: int
    payable_cents: int

    class Meta:
        verbose_name = "service"
        constraints = [
            models.UniqueConstraint(fields=["encounter", "line_number"], name="service_line_number_is_unique"),
            models.CheckConstraint(
                condition=Q(billed_cents__gte=0)
                & Q(adjusted_cents__gte=0)
                & Q(insurance_pending_cents__gte=0)
                & Q(insurance_paid_cents__gte=0),
                name="service_line_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    billed_cents__gte=F("adjusted_cents") + F("insurance_pending_cents") + F("insurance_paid_cents")
                ),
                name="service_line_patient_share_not_negative",
                violation_error_message="More is adjusted, pending and paid by insurance than was billed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.description}"

    @property
    def service_id(self) -> str:
        """Encounter and line, as the practice names it: 67563-4."""
        return f"{self.encounter.number}-{self.line_number}"

    @property
    def is_hidden(self) -> bool:
        """Confidential, as its visit or its patient is."""
        return self.encounter.is_hidden
