"""What the practice's own system told of, and sets again. Read of the kept history, stored nowhere."""

from contextlib import AbstractContextManager
from typing import Any

import pghistory
from django.db.models import Exists, Model, OuterRef, Q

from pops.core.access.models import User

# In the context of each change that the practice's own system made.
MARK = "of_the_system"
# Imports of before there was a mark say so in their reason alone. What people give as a reason comes with a page.
UNMARKED = Q(pgh_context__metadata__reason__regex="^Import [0-9]+: ") & ~Q(pgh_context__metadata__has_key="url")


def told_by_the_system(*, reason: str, by: User | None) -> AbstractContextManager[Any]:
    """What is written within it was told by the practice's own system, and brought by a person, or by a command."""
    return pghistory.context(reason=reason, user=by.pk if by else None, **{MARK: True})


def of_the_system(model: type[Model]) -> Exists:
    """Whether the practice's own system made or changed a guarantor, patient, visit or appointment: it will again."""
    events = model.pgh_event_model._default_manager  # type: ignore[attr-defined]  # made by pghistory
    marked = Q(pgh_context__metadata__has_key=MARK) | UNMARKED
    return Exists(events.filter(marked, pgh_obj_id=OuterRef("pk")))
