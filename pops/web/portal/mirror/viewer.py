"""What stands in for the guarantor and their browser while staff look: all of it in memory, and forgotten after."""

from collections.abc import Sequence
from typing import Any

from django.contrib.messages.storage.base import BaseStorage, Message

from pops.core.access.models import User
from pops.core.accounts.models import Guarantor
from pops.logins.selectors import READ, find_own_login


class NoMessages(BaseStorage):
    """What was said to staff is not read here, and nothing said here stays."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Message], bool]:
        return [], True

    def _store(self, messages: Sequence[Message], response: Any, *args: Any, **kwargs: Any) -> list[Message]:
        return []


def make_viewer(guarantor: Guarantor) -> User:
    """Who the pages think looks: the guarantor's own login as it is on file, or a made one, with this account alone.

    It is handed from view to view and signs in nowhere.
    """
    viewer = find_own_login(guarantor) or User(name=guarantor.name, email=guarantor.email)
    viewer.is_staff = viewer.is_superuser = False
    viewer.portal_is_open = True  # type: ignore[attr-defined]  # staff look before it is opened, too
    setattr(viewer, READ, [guarantor])
    return viewer
