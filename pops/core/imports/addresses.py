"""An email address that a file changes: not used before its reader has confirmed it, as when staff change one.

The file's may be mistyped, and be a stranger's. A first address, which replaces none, is taken as it is. Who asks the
reader stands on a floor above, which declares itself in an `imported.py`.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pops.core.access.models import User


class AskReaders(Protocol):
    """Ask the readers of new addresses, by the guarantors' ids, to confirm them. The guarantors are held."""

    def __call__(self, wanted: Mapping[int, str], *, reason: str, now: dt.datetime, by: User | None) -> None: ...


@dataclass(frozen=True)
class Asking:
    """How readers are asked, and how long an answer is waited for."""

    ask: AskReaders
    good_for: dt.timedelta


_ASKING: list[Asking] = []
# As AskReaders, with all but the addresses said.
Ask = Callable[[Mapping[int, str]], None]


def declare_asking(asking: Asking) -> None:
    """Make known who asks. Called once, when the apps are loaded."""
    _ASKING[:] = [asking]


def get_asking() -> Asking:
    """Who asks. Raises LookupError when nobody does: then no file may change an address."""
    if not _ASKING:
        raise LookupError("Nobody asks the readers of new addresses")
    return _ASKING[0]


# SQL, over the row `s` of the file and the guarantor `t` that is there. A login keeps its address when the account's
# was emptied; and a merge may be undone.
IN_USE = "(t.email <> '' OR t.is_retired OR EXISTS (SELECT FROM logins_accountlogin l WHERE l.guarantor_id = t.id))"
IS_ANOTHER = "t.email_confirmed_at IS NULL AND s.email <> '' AND lower(s.email) <> lower(t.email)"
WAITS_FOR_READER = f"(t.id IS NOT NULL AND {IS_ANOTHER} AND {IN_USE})"
# What the column becomes. One that the guarantor confirmed stays whatever a file says.
USED = f"CASE WHEN t.email_confirmed_at IS NOT NULL OR {WAITS_FOR_READER} THEN t.email ELSE s.email END"

CHANGE = "EXISTS (SELECT FROM logins_emailchange c WHERE c.guarantor_id = t.id"
SAME = f"{CHANGE} AND lower(c.new_email) = lower(s.email) AND lower(c.old_email) = lower(t.email)"
OPEN = f"{SAME} AND c.confirmed_at IS NULL AND c.ended_at IS NULL AND c.asked_at > %(asked_since)s)"
BEFORE = f"{CHANGE} AND lower(c.old_email) = lower(s.email) AND c.confirmed_at IS NOT NULL)"
# Asked once: files come every night, and who didn't answer, or said no, isn't asked each time.
TO_ASK = f"{WAITS_FOR_READER} AND NOT t.is_retired AND NOT {SAME}) AND NOT {BEFORE}"
WORDS = f"""CASE
    WHEN t.is_retired THEN 'is another than on file, and stays as it is: the account is retired, or part of another'
    WHEN {BEFORE} THEN
        'is the one of before it was changed here. Change it in the practice''s own system too; here it stays'
    WHEN {OPEN} THEN 'waits: its reader was asked to confirm it. Until then the one on file stays'
    WHEN {SAME}) THEN
        'was asked for before and not confirmed. The one on file stays; Change email address on the guarantor''s page'
        ' asks again'
    ELSE 'is another than on file, which stays until the reader of the new one has confirmed it: they are asked to'
END"""
