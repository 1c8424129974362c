"""An account's story by the page, newest first: visits, statements, receipts, credit, mails, notes and changes."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

TIMELINE = (Path(__file__).parent / "timeline.sql").read_text()
# What a person filters by, and what that is in the query.
KINDS = {
    "visit": ("visit",),
    "statement": ("statement",),
    "receipt": ("receipt",),
    "credit": ("credit", "disbursed"),
    "mail": ("mail",),
    "note": ("note",),
    "change": ("change", "patient", "correction"),
}
# Columns of a kept version that no event tells of: its own, and what is nobody's reading or told elsewhere.
UNTOLD = [
    "pgh_id", "pgh_obj_id", "pgh_label", "pgh_created_at", "pgh_context_id", "id", "is_trial", "email_confirmed_at",
    "phone_confirmed_at", "notices_chosen_at", "statement_id",
]  # fmt: skip


@dataclass(frozen=True)
class Event:
    """Something that became of an account: when, what kind of thing, the key of its row, and what is said of it."""

    moment: dt.datetime
    kind: str
    key: int
    facts: dict[str, Any]

    @property
    def place(self) -> str:
        """Where it stands, for the address of the page that begins after it."""
        return f"{self.moment.isoformat()}~{self.kind}~{self.key}"


def find_events(
    guarantor_id: int, *, kind: str, after: str, limit: int, sees_confidential: bool, time_zone: str
) -> list[Event]:
    """At most `limit` events of a kind, or of all, that come after a place. An odd place is the beginning."""
    moment, of_kind, key = _read_place(after)
    asked: dict[str, Any] = {
        "guarantor": guarantor_id,
        "kinds": list(KINDS.get(kind, sum(KINDS.values(), ()))),
        "sees": sees_confidential,
        "untold": find_untold(sees_confidential=sees_confidential),
        "time_zone": time_zone,
        "moment": moment,
        "kind": of_kind,
        "key": key,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(TIMELINE, asked)
        rows = cursor.fetchall()
    return [Event(at, what, pk, json.loads(facts) if isinstance(facts, str) else facts) for at, what, pk, facts in rows]


def find_untold(*, sees_confidential: bool) -> list[str]:
    """The columns that are not told of: not that something was confidential once either, to who may not see it."""
    return UNTOLD if sees_confidential else [*UNTOLD, "is_confidential"]


def _read_place(text: str) -> tuple[dt.datetime | None, str, int]:
    try:
        moment, kind, key = text.split("~")
        at = dt.datetime.fromisoformat(moment)
        return (at if at.tzinfo else None), kind[:10], int(key) if len(key) < 19 else 0
    except ValueError:
        return None, "", 0
