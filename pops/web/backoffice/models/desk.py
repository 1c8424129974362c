"""How a member of staff prints."""

from django.db import models

from pops.core.access.models import User


class Desk(models.Model):
    """What receipts are printed on where a member of staff works, and whether that happens by itself."""

    class Paper(models.TextChoices):
        LETTER = "letter", "US Letter"
        A4 = "a4", "A4"
        ROLL = "roll", "Receipt printer, 80 mm roll"

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="desk")
    paper = models.CharField(max_length=6, choices=Paper, blank=True, default="", help_text="Empty: the practice's.")
    prints = models.BooleanField("print each receipt as it is issued", default=False)

    def __str__(self) -> str:
        return f"Desk of {self.user}"
