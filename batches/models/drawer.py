"""Cash that moves in a drawer and is no receipt: what it began with, paid in, paid out, dropped into the safe."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from batches.models.batch import ReferenceBatch
from batches.triggers import APPEND_ONLY, NEEDS_OPEN_DRAWER
from pops.core.access.models import User


class DrawerMovement(models.Model):
    """Cash put into the drawer of a batch or taken from it, with who, when and why."""

    class Kind(models.TextChoices):
        FLOAT = "float", "Float"
        PAID_IN = "paid_in", "Paid in"
        PAID_OUT = "paid_out", "Paid out"
        DROP = "drop", "Dropped into the safe"

    SIGNS = {Kind.FLOAT: 1, Kind.PAID_IN: 1, Kind.PAID_OUT: -1, Kind.DROP: -1}

    batch = models.ForeignKey(ReferenceBatch, on_delete=models.PROTECT, related_name="drawer_movements")
    kind = models.CharField(max_length=8, choices=Kind)
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drawer_movements")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="drawer_movement_moves_cash"),
            models.CheckConstraint(condition=~Q(reason=""), name="drawer_movement_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind__in=["float", "paid_in", "paid_out", "drop"]), name="drawer_movement_kind_is_known"
            ),
            models.UniqueConstraint(fields=["batch"], condition=Q(kind="float"), name="drawer_begins_with_one_float"),
        ]
        triggers = [APPEND_ONLY, NEEDS_OPEN_DRAWER]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.batch}"

    @property
    def signed_cents(self) -> int:
        """Below zero where it left the drawer."""
        return self.SIGNS[self.Kind(self.kind)] * self.amount_cents
