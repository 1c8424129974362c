"""Kept events in a person's words: whose they are, what a field is called, what its value says."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.formats import localize
from django.utils.timezone import localtime

from pops.core.accounts.confidential import CONFIDENTIAL
from pops.core.money import format_cents

EMPTY = "nothing"
NOBODY = "POPS"


def events_of(model: type[models.Model]) -> Any:
    """The event model that pghistory made for a tracked model."""
    return model.pgh_event_model  # type: ignore[attr-defined]


def find_people(events: Iterable[Any]) -> dict[int, str]:
    """Who made these events, by key."""
    ids = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context}
    return {user.pk: str(user) for user in get_user_model()._default_manager.filter(pk__in=ids - {None})}


def find_changer(row: models.Model, field: Any) -> str:
    """Who gave a field of a row the value that it has."""
    events = list(
        events_of(type(row)).objects.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("pgh_id")
    )
    last: Any = None
    for before, after in zip([None, *events], events, strict=False):
        if getattr(before, field.attname, None) != getattr(after, field.attname, None):
            last = after
    if last is None or last.pgh_context is None:
        return NOBODY
    return find_people([last]).get(last.pgh_context.metadata.get("user", 0), NOBODY)


def words_of(field: Any, row: Any, value: Any, sees: bool) -> str:
    """A value of a row or an event of it; `sees` is whether its reader sees what is confidential."""
    if value in (None, "", []):
        return EMPTY
    if field.is_relation:
        other = getattr(row, field.name)  # a visit may have been of a patient who is confidential
        return CONFIDENTIAL if getattr(other, "is_hidden", False) and not sees else str(other)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.name.endswith("_cents"):
        return format_cents(value)
    if isinstance(value, dt.date | dt.time):
        # A moment on the practice's clock, see PracticeClockMiddleware.
        return str(localize(localtime(value) if isinstance(value, dt.datetime) else value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))
