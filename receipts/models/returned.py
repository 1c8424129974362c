"""Money that the bank took back after its receipt: why, and which movement of money it was."""

from django.db import models
from django.db.models import Q

from pops.core.methods import Tender, tender_of
from receipts.models.receipt import Receipt, Transaction
from receipts.triggers import APPEND_ONLY, NOT_TWICE


class MoneyReturn(models.Model):
    """Says of a receipt of returned money what came back and why. Written with that receipt; a note is for staff alone.

    A return that was entered by mistake is voided as its receipt is, and the same money can then be returned anew.
    """

    class Reason(models.TextChoices):
        """Why the bank took it back, as the bank's notice says it."""

        FUNDS = "funds", "Not enough money in the account (NSF)"
        CLOSED = "closed", "Account closed"
        STOPPED = "stopped", "Payment stopped"
        NO_ACCOUNT = "no_account", "No such account"
        NOT_ALLOWED = "not_allowed", "Debit not allowed by the account's owner"
        NOT_VALID = "not_valid", "Check not valid: date, signature or amount"
        DISPUTED = "disputed", "Disputed by the cardholder, and the dispute is lost"
        OTHER = "other", "Another reason"

        @classmethod
        def of(cls, method: str) -> "tuple[MoneyReturn.Reason, ...]":
            """What a bank says of money that came by a method: a bank debit is entered as Other at the desk."""
            if (tender := tender_of(method)) == Tender.CARD:
                return (cls.DISPUTED, cls.OTHER)
            last = cls.NOT_VALID if tender == Tender.CHECK else cls.NOT_ALLOWED
            return (cls.FUNDS, cls.CLOSED, cls.STOPPED, cls.NO_ACCOUNT, last, cls.OTHER)

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, primary_key=True, related_name="money_return")
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="returns", help_text="What came in and went away again."
    )
    reason = models.CharField(max_length=11, choices=Reason)
    learned_on = models.DateField(help_text="The day the practice learned of it, by the bank's notice.")
    note = models.CharField(max_length=300, blank=True, help_text="For staff: the guarantor doesn't see it.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="other") | ~Q(note=""), name="money_return_says_why"),
        ]
        triggers = [APPEND_ONLY, NOT_TWICE]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: receipt {self.receipt_id}"
