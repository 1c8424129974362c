"""Where patients are seen, and by whom."""

import pghistory
from django.db import models
from django.db.models import Q


def _number_field(what: str) -> "models.CharField[str, str]":
    return models.CharField(
        f"{what} number",
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="In the practice's own system, which names it by this number or by its name.",
    )


@pghistory.track()
class Facility(models.Model):
    """A location where patients are seen."""

    name = models.CharField(max_length=200)
    number = _number_field("facility")
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    nickname = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="What the staff call it: reports find it by it."
    )
    tax_id = models.CharField(
        "tax ID",
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="Of who bills for it, for example 12-3456789. Several facilities may have the same.",
    )
    is_retired = models.BooleanField(
        "retired", default=False, db_default=False, help_text="Offered for nothing new. What names it keeps it."
    )

    class Meta:
        verbose_name_plural = "facilities"
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="facility_number_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Provider(models.Model):
    """Who treats: a physician or another clinician."""

    name = models.CharField(max_length=200, help_text="As printed on receipts, for example Priya Raman, MD.")
    number = _number_field("provider")
    is_retired = models.BooleanField(
        "retired", default=False, db_default=False, help_text="Offered for nothing new. What names them keeps them."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="provider_number_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name
