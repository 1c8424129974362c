"""Addresses that a file changes are put to their readers, as those that staff change."""

import datetime as dt
from collections.abc import Mapping

from pops.core.access.models import User
from pops.core.imports.addresses import Asking, declare_asking
from pops.logins.addresses import ask_readers
from pops.logins.models import EmailChange


def ask_imported(wanted: Mapping[int, str], *, reason: str, now: dt.datetime, by: User | None) -> None:
    """Begin a change of address for each of these guarantors, who are held."""
    ask_readers(wanted, reason=reason, now=now, by=by)


declare_asking(Asking(ask=ask_imported, good_for=EmailChange.GOOD_FOR))
