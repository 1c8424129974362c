"""The step about Stripe: the keys are tried, a message is asked for and seen coming back, the wallets' domain."""

import datetime as dt
import hashlib
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from payments.gateway.account import (
    DomainFacts,
    ask_for_event,
    find_domain,
    get_account,
    register_domain,
    try_publishable_key,
)
from payments.gateway.client import KeyRefused, OutOfReach, Rejected
from payments.models import ProcessorEvent
from pops.core.access.models import User
from pops.core.refusals import Refused, refuse
from pops.web.backoffice.models import Trial
from pops.web.backoffice.setup.facts import Fact, button_way, missing
from pops.web.backoffice.setup.moments import say_when

KEYS = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")
AGAIN = dt.timedelta(seconds=10)
NOTHING_CAME = (
    "Stripe was asked for a message on {}. It takes seconds; look again. If none comes: in Stripe's Dashboard the "
    "endpoint is {}, it sends all events about payments, and STRIPE_WEBHOOK_SECRET is its signing secret."
)


def look_at_stripe(now: dt.datetime) -> list[Fact]:
    """How Stripe answers: to the keys, with its message, about the domain. It is asked on as long as it answers."""
    try:
        return [*_look_at_keys(), _look_at_event(now), _look_at_domain()]
    except KeyRefused as fault:
        return [missing(f"Stripe refuses a key: {fault} Look at STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY.")]
    except (OutOfReach, Rejected) as fault:
        return [missing(f"Stripe could not be asked: {fault}")]


def why_not_ask(*, now: dt.datetime) -> Refused | None:
    """Why Stripe isn't asked for a message now."""
    recent = Trial.objects.filter(kind=Trial.Kind.EVENT, asked_at__gt=now - AGAIN)
    return Refused("just_asked", "Stripe was asked a moment ago. Wait for its message.") if recent.exists() else None


def try_webhook(*, now: dt.datetime, by: User) -> Trial:
    """Ask Stripe for a message. Raises Refused, also when Stripe can't be asked."""
    refuse(why_not_ask(now=now))
    trial_id = uuid.uuid4()
    try:
        intent_id = ask_for_event(trial_id=trial_id)
    except (OutOfReach, Rejected) as fault:
        raise Refused("stripe", f"Stripe did not do it: {fault}") from fault
    return Trial.objects.create(
        pk=trial_id, kind=Trial.Kind.EVENT, settings=describe_keys(), key=intent_id, asked_by=by, asked_at=now
    )


def register_site() -> DomainFacts:
    """Have the wallets show on the portal's domain. Raises Refused when Stripe can't be asked, or says no."""
    try:
        return register_domain(name=get_host())
    except (OutOfReach, Rejected) as fault:
        raise Refused("stripe", f"Stripe did not do it: {fault}") from fault


def get_host() -> str:
    """The domain that patients find the portal at."""
    return str(urlsplit(settings.SITE_URL).hostname)


def describe_keys() -> str:
    """Which keys are set: the same words for the same keys, from which nobody learns them."""
    return hashlib.sha256("\n".join(getattr(settings, name) for name in KEYS).encode()).hexdigest()


def _look_at_keys() -> list[Fact]:
    account = get_account()
    try_publishable_key()
    mode = "test mode: no real card is charged" if account.is_test else "live"
    facts = [Fact(f"Both keys open Stripe's account {account.name} ({mode}).")]
    if not settings.STRIPE_PUBLISHABLE_KEY.startswith("pk_test_" if account.is_test else "pk_live_"):
        facts.append(missing("One key is for Stripe's test mode and the other is not: use two of the same kind."))
    if not account.takes_payments:
        words = "Stripe doesn't let this account take payments yet. Its Dashboard says what is missing."
        facts.append(missing(words))
    return facts


def _look_at_event(now: dt.datetime) -> Fact:
    """Whether a message that was asked for with these keys came to our webhook, signed."""
    ask = button_way("Ask Stripe for a message", "backoffice:setup_event")
    trials = list(Trial.objects.filter(kind=Trial.Kind.EVENT, settings=describe_keys()))
    if not trials:
        return missing("Stripe's messages are not tried yet with these keys.", ask)
    events = ProcessorEvent.objects.filter(object_id__in=[trial.key for trial in trials])
    if event := events.order_by("received_at").last():
        return Fact(f"Stripe's message came back on {say_when(event.received_at)}.", ways=(ask,))
    return missing(
        NOTHING_CAME.format(say_when(trials[0].asked_at), f"{settings.SITE_URL}{reverse('stripe_webhook')}"), ask
    )


def _look_at_domain() -> Fact:
    host = get_host()
    domain = find_domain(host)
    if domain is None or not domain.is_enabled:
        words = f"{host} is not registered for Apple Pay, Google Pay and Link."
        return missing(words, button_way("Register the domain", "backoffice:setup_domain"))
    again = button_way("Have Stripe look again", "backoffice:setup_domain")
    if domain.faults:
        said = " ".join(f"{wallet}: {fault}" for wallet, fault in domain.faults.items())
        return missing(f"{host} is registered for wallets, but not all show there. {said}", again)
    return Fact(f"{host} is registered for Apple Pay, Google Pay and Link.", ways=(again,))
