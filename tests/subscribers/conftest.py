import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from notifications.delivery import deliver_due
from notifications.models import Message
from pops.changes.sequencing import sequence_changes
from pops.core.access.models import User
from pops.subscribers.endpoints import make_endpoint
from pops.subscribers.models import Endpoint, Event
from pops.subscribers.telling import tell_changes
from tests.factories.staff import ADMIN, member
from tests.subscribers.receiver import Receiver


@pytest.fixture
def admin(practice: Any) -> User:
    return member(ADMIN, name="Ada Quist")


@pytest.fixture
def endpoint(receiver: Receiver, admin: User) -> Endpoint:
    """Told of everything."""
    endpoint, _ = make_endpoint(name="Practice system", url=receiver.url, events=Event.values, by=admin)
    return endpoint


@pytest.fixture
def tell() -> Callable[[], None]:
    """What the worker does: look for what happened, tell of it, post what is due."""

    def tell() -> None:
        sequence_changes()
        tell_changes()
        deliver_due(lane=Message.Lane.HOOKS, channel=Message.Channel.HTTP, seconds=60)

    return tell


@pytest.fixture
def later() -> Callable[..., None]:
    """Let time pass for all that waits: what was to come at a moment within it is due now."""

    def later(**span: float) -> None:
        past = dt.timedelta(**span)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE notifications_message SET due_at = due_at - %(past)s, queued_at = queued_at - %(past)s",
                {"past": past},
            )
            cursor.execute(
                "UPDATE subscribers_endpoint SET paused_until = paused_until - %(past)s,"
                " failing_since = failing_since - %(past)s",
                {"past": past},
            )
            cursor.execute("SET session_replication_role = origin")

    return later
