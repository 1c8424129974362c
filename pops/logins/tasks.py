"""Background work on logins."""

from celery import shared_task

from pops.core.work import in_turn
from pops.logins.newcomers import let_newcomers_in

BATCH = 500


@shared_task
def let_in() -> None:
    """Give sign-ins to guarantors who came by import, for one turn; the next call goes on."""
    for count in in_turn(iter(lambda: let_newcomers_in(limit=BATCH), 0)):
        if count < BATCH:
            return
