"""Cash that is put into a drawer or taken from it beside receipts: float, paid in, paid out, drops into the safe."""

from django.db import transaction

from batches.holding import lock_batch, why_not_change
from batches.models import DrawerMovement, ReferenceBatch
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse, require_reason

Kind = DrawerMovement.Kind
OPENING = "In the drawer at opening"


def why_not_move_cash(batch: ReferenceBatch) -> Refused | None:
    """Why no cash moves in the drawer of a batch."""
    if batch.is_api:
        return Refused("no_drawer", "Online payments have no drawer.")
    return why_not_change(batch)


def move_cash(*, batch_id: int, kind: str, cents: int, reason: str, by: User) -> DrawerMovement:
    """Write down cash that moved in the drawer of an open batch. Raises BatchClosed, Refused."""
    with transaction.atomic():
        batch = lock_batch(batch_id=batch_id)
        refuse(why_not_move_cash(batch))
        return write_movement(batch, kind=kind, cents=cents, reason=reason, by=by)


def write_movement(batch: ReferenceBatch, *, kind: str, cents: int, reason: str, by: User) -> DrawerMovement:
    """Write it into a batch that nobody closes meanwhile. Raises Refused."""
    if cents <= 0:
        raise Refused("no_amount", "Enter an amount above $0.00.")
    if kind == Kind.FLOAT:
        if batch.drawer_movements.filter(kind=Kind.FLOAT).exists():
            words = "This drawer has its float. What is added to it is paid in, what is taken away is paid out."
            raise Refused("float_is_there", words)
        reason = reason.strip() or OPENING
    return DrawerMovement.objects.create(
        batch=batch, kind=kind, amount_cents=cents, reason=require_reason(reason), made_by=by
    )
