"""Opening the portal to patients, once all is set up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pghistory
from django.db import transaction

from pops.core.practice.models import Practice
from pops.core.refusals import Refused, refuse

if TYPE_CHECKING:
    from pops.core.access.models import User


def find_open_practice() -> Practice | None:
    """The practice, once patients may sign in. None before there is one, too."""
    return Practice.objects.filter(opened_at__isnull=False).first()


def is_open() -> bool:
    """Whether patients may sign in."""
    return find_open_practice() is not None


def why_not_open(practice: Practice) -> Refused | None:
    """Why the portal can't be opened."""
    return Refused("open", "The portal is open already.") if practice.is_open else None


def open_practice(*, now: dt.datetime, by: User) -> Practice:
    """Let patients in from now on; who did it is kept. Raises Refused, Practice.DoesNotExist."""
    with transaction.atomic(), pghistory.context(user=by.pk, reason="Opened the portal to patients"):
        practice = Practice.objects.select_for_update().get()
        refuse(why_not_open(practice))
        practice.opened_at = now
        practice.save(update_fields=["opened_at"])
    return practice
