"""Endpoints: made, changed, switched off and on, removed; their secrets; and how they answer."""

import base64
import datetime as dt
import secrets
from collections.abc import Iterable

import pghistory
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.crypto import salted_hmac

from notifications.channels.http import GONE_WORDS
from notifications.channels.outside import BadUrl, LeadsInside, NoSuchHost, NotEncrypted, find_addresses, read_url
from notifications.models import Message
from pops.changes.feed import end_of_feed
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse, require_reason
from pops.subscribers.models import Endpoint, EndpointSecret, Event
from pops.subscribers.selectors import find_waiting

RIGHT = "subscribers.manage_endpoint"
SECRET_BYTES = 32
# How long the old secret signs beside the new one.
OVERLAP = dt.timedelta(days=1)
# After so many tries that failed one after the other, all that waits for an endpoint is paused.
PATIENCE = 3
FIRST_PAUSE, LONGEST_PAUSE = 15, 3600  # seconds
# For the one message that tries after a pause; should its worker die, another tries then.
TRYING = dt.timedelta(seconds=30)


def why_not_manage(*, by: User) -> Refused | None:
    """Why a person may not decide who is told of changes."""
    if by.has_perm(RIGHT):
        return None
    return Refused("no_right", "You may not decide which programs are told of changes.")


def why_not_call(url: str) -> Refused | None:
    """Why an address can't be an endpoint's. It is judged anew each time it is called: a name may lead elsewhere."""
    try:
        find_addresses(read_url(url))
    except BadUrl as fault:
        return Refused("url_wrong", str(fault))
    except NotEncrypted as fault:
        return Refused("url_not_https", str(fault))
    except LeadsInside as fault:
        return Refused("url_inside", str(fault))
    except NoSuchHost as fault:
        return Refused("url_unknown", str(fault))
    return None


def why_not_use(endpoint: Endpoint) -> Refused | None:
    """Why nothing can be done with an endpoint any more."""
    return Refused("endpoint_ended", "This endpoint was removed.") if endpoint.ended_at else None


def why_not_events(events: Iterable[str]) -> Refused | None:
    """Why an endpoint can't be told of these."""
    if not set(events):
        return Refused("events_missing", "Choose at least one event.")
    if set(events) - set(Event.values):
        return Refused("event_unknown", f"Choose among {', '.join(Event.values)}.")
    return None


@transaction.atomic
def make_endpoint(*, name: str, url: str, events: Iterable[str], by: User, secret: str = "") -> tuple[Endpoint, str]:
    """An endpoint that is told of what happens from now on, and its secret, which is shown once. Raises Refused.

    The secret is drawn by chance, or is one of say_secret() that nothing has yet.
    """
    events = list(events)
    refuse(why_not_manage(by=by) or why_not_events(events) or why_not_call(url))
    with pghistory.context(user=by.pk, reason="Made"):
        endpoint = Endpoint.objects.create(
            name=name, url=url, events=_in_order(events), since=end_of_feed().position, made_by=by
        )
    return endpoint, _add_secret(endpoint, by, secret)


@transaction.atomic
def change_endpoint(*, endpoint_id: int, name: str, url: str, events: Iterable[str], by: User) -> Endpoint:
    """Call an endpoint otherwise, at another address, of other events. What waits goes to the new address.

    Raises Refused, Endpoint.DoesNotExist.
    """
    events = list(events)
    endpoint = _lock_usable(endpoint_id, by)
    refuse(why_not_events(events) or (why_not_call(url) if url != endpoint.url else None))
    endpoint.name, endpoint.url, endpoint.events = name, url, _in_order(events)
    with pghistory.context(user=by.pk, reason="Changed"):
        endpoint.save(update_fields=["name", "url", "events"])
    return endpoint


@transaction.atomic
def switch_endpoint(*, endpoint_id: int, on: bool, reason: str = "", by: User) -> Endpoint:
    """Switch an endpoint off, with the reason, or on again: what happens meanwhile it is not told. Raises Refused."""
    endpoint = _lock_usable(endpoint_id, by)
    endpoint.is_on, endpoint.why_off = on, "" if on else require_reason(reason)
    with pghistory.context(user=by.pk, reason=endpoint.why_off or "Switched on"):
        endpoint.save(update_fields=["is_on", "why_off"])
    if on:
        note_taken(endpoint_id=endpoint.pk)
    return endpoint


@transaction.atomic
def end_endpoint(*, endpoint_id: int, now: dt.datetime, by: User) -> Endpoint:
    """Remove an endpoint. What it was told is kept; what waits for it is not sent. Raises Refused."""
    endpoint = _lock_usable(endpoint_id, by)
    endpoint.ended_at = now
    with pghistory.context(user=by.pk, reason="Removed"):
        endpoint.save(update_fields=["ended_at"])
    return endpoint


@transaction.atomic
def rotate_secret(
    *, endpoint_id: int, now: dt.datetime, by: User, overlap: dt.timedelta = OVERLAP, secret: str = ""
) -> str:
    """A new secret, shown once. The old one signs beside it for a while; those before end now. Raises Refused.

    It is drawn by chance, or is one of say_secret() that nothing has yet.
    """
    endpoint = _lock_usable(endpoint_id, by)
    endpoint.secrets.filter(ends_at__gt=now).update(ends_at=now)
    endpoint.secrets.filter(ends_at=None).update(ends_at=now + overlap)
    return _add_secret(endpoint, by, secret)


def find_pause(endpoint: Endpoint, *, now: dt.datetime) -> dt.datetime | None:
    """Until when nothing is sent to an endpoint; None to send now. After a pause one message tries, for all of them."""
    if endpoint.failures < PATIENCE or endpoint.paused_until is None:
        return None
    if endpoint.paused_until > now:
        return endpoint.paused_until
    over = Endpoint.objects.filter(pk=endpoint.pk, paused_until__lte=now)
    return None if over.update(paused_until=now + TRYING) else now + TRYING


def note_taken(*, endpoint_id: int) -> None:
    """It answers: nothing is paused any more, and what was put off goes now."""
    failing = Endpoint.objects.filter(pk=endpoint_id, failures__gt=0)
    if failing.update(failures=0, failing_since=None, paused_until=None):
        waiting = find_waiting(Endpoint(pk=endpoint_id)).values("pk")
        # The state is asked of the row itself: one that a worker claims meanwhile stays its own.
        Message.objects.filter(state=Message.State.QUEUED, pk__in=waiting).update(due_at=Now())


def note_not_taken(*, endpoint_id: int, is_gone: bool, at: dt.datetime) -> None:
    """It did not take what it was told at this moment: after some tries all of it is paused.

    One that says that it is gone for good is switched off.
    """
    rows = Endpoint.objects.filter(pk=endpoint_id)
    if is_gone:
        rows.update(is_on=False, why_off=GONE_WORDS)
    rows.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", at))
    failures = rows.values_list("failures", flat=True).get()
    if failures >= PATIENCE:
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - PATIENCE, 10))
        rows.update(paused_until=at + dt.timedelta(seconds=seconds))


def _lock_usable(endpoint_id: int, by: User) -> Endpoint:
    refuse(why_not_manage(by=by))
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    refuse(why_not_use(endpoint))
    return endpoint


def say_secret(maker: str) -> str:
    """A secret that its maker can say again, by what they alone call it: 256 bits to who hasn't our secret key."""
    return _write_secret(salted_hmac("subscribers.secret", maker, algorithm="sha256").digest())


def _write_secret(letters: bytes) -> str:
    return "whsec_" + base64.b64encode(letters).decode()


def _add_secret(endpoint: Endpoint, by: User, secret: str) -> str:
    secret = secret or _write_secret(secrets.token_bytes(SECRET_BYTES))
    EndpointSecret.objects.create(endpoint=endpoint, secret=secret, made_by=by)
    return secret


def _in_order(events: Iterable[str]) -> list[str]:
    """Each once, in the order in which they are offered."""
    return [event for event in Event.values if event in set(events)]
