"""Reading what moved in a batch's drawer beside its receipts. Amounts in cents."""

from collections import Counter
from dataclasses import dataclass

from batches.models import BatchClose, DrawerMovement, ReferenceBatch

Kind = DrawerMovement.Kind


@dataclass(frozen=True)
class Drawer:
    """Cash in a drawer that is no receipt's."""

    float_cents: int = 0
    paid_in_cents: int = 0
    paid_out_cents: int = 0
    dropped_cents: int = 0

    @property
    def cents(self) -> int:
        """What it adds to the cash of the receipts."""
        return self.float_cents + self.paid_in_cents - self.paid_out_cents - self.dropped_cents

    @property
    def taken_off(self) -> int:
        """What makes the receipts' cash of the cash in the drawer."""
        return -self.cents

    @property
    def rows(self) -> list[tuple[str, int]]:
        """Each kind of movement that there was, in words, with its sign."""
        sums = {
            Kind.FLOAT: self.float_cents,
            Kind.PAID_IN: self.paid_in_cents,
            Kind.PAID_OUT: self.paid_out_cents,
            Kind.DROP: self.dropped_cents,
        }
        return [(str(kind.label), DrawerMovement.SIGNS[kind] * cents) for kind, cents in sums.items() if cents]


def get_drawer(batch: ReferenceBatch) -> Drawer:
    """What moved in the drawer of a batch until now."""
    sums: Counter[str] = Counter()
    for movement in batch.drawer_movements.all():  # a handful a day, often prefetched to be shown
        sums[movement.kind] += movement.amount_cents
    return Drawer(
        float_cents=sums[Kind.FLOAT],
        paid_in_cents=sums[Kind.PAID_IN],
        paid_out_cents=sums[Kind.PAID_OUT],
        dropped_cents=sums[Kind.DROP],
    )


def closed_drawer(close: BatchClose) -> Drawer:
    """The same, as it was stored at a close."""
    return Drawer(close.float_cents, close.paid_in_cents, close.paid_out_cents, close.dropped_cents)
